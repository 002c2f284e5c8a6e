//! The weight of each blocked pair: how much likelier it is under a match than otherwise.

use rayon::prelude::*;

use super::blocking::{BATCH, Blocks};
use super::check::MOST;
use super::comparison::Comparisons;
use super::frame::Frame;
use super::model::Parameters;
use super::train::{Kept, KeptPair};
use crate::engine::bucket_sort;

/// The digit of the level that every comparison has first: the two values are the same.
const EQUAL: usize = 1;

/// A pair worth keeping. `bits` is the evidence alone, log2 of the Bayes factor, without the prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    pub left: u32,
    pub right: u32,
    pub pattern: u64,
    pub bits: f64,
}

/// Parameters as logs to base 2, by digit.
pub struct Scorer<'a> {
    pub(super) frame: &'a Frame,
    pub(super) comparisons: &'a Comparisons,
    m: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    look_alike: Vec<(f64, Vec<Vec<f64>>)>,
    rest: f64,
    /// Log of the share of pairs that are no match.
    others: f64,
    prior: f64,
    most_bits: f64,
    /// By digit, m / u and, per look-alike, m / q.
    told: Vec<Vec<f64>>,
    told_look: Vec<Vec<Vec<f64>>>,
}

impl<'a> Scorer<'a> {
    pub fn new(frame: &'a Frame, comparisons: &'a Comparisons, numbers: &Parameters, most_bits: f64) -> Self {
        let logs = |levels: &Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            levels.iter().map(|l| std::iter::once(0.0).chain(l.iter().map(|p| p.log2())).collect()).collect()
        };
        let rest = numbers.rest().max(0.01);
        let mut out = Self {
            frame,
            comparisons,
            m: logs(&numbers.m),
            u: logs(&numbers.u),
            look_alike: numbers.look_alike.iter().map(|(prior, q)| (prior.log2(), logs(q))).collect(),
            rest: rest.log2(),
            others: (1.0 - numbers.prior).log2(),
            prior: (numbers.prior / (1.0 - numbers.prior)).log2(),
            most_bits,
            told: Vec::new(),
            told_look: Vec::new(),
        };
        let ratios = |against: &Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            let level = |m: &Vec<f64>, u: &Vec<f64>| m.iter().zip(u).map(|(m, u)| (m - u).exp2()).collect();
            out.m.iter().zip(against).map(|(m, u)| level(m, u)).collect()
        };
        let (told, told_look) =
            (ratios(&out.u), out.look_alike.iter().map(|(_, q)| ratios(q)).collect::<Vec<_>>());
        (out.told, out.told_look) = (told, told_look);
        out
    }

    /// log2 of the odds of a match before anything is compared.
    pub fn prior(&self) -> f64 {
        self.prior
    }

    /// log2 of the chance that a pair that is no match stands at this level.
    ///
    /// On a match a value is kept, or any other stands in its place: two are equal at least as often as by chance
    /// (the hit-miss model of Copas and Hilton, 1990). So no value, however common, speaks against a pair by being equal.
    #[inline]
    fn under_chance(&self, at: usize, digit: usize, left: &[u32], right: &[u32]) -> f64 {
        if digit == 0 {
            return 0.0;
        }
        let m = self.m[at][digit];
        match self.comparisons.all[at].chance(self.frame, left, right, digit - 1) {
            Some(chance) if digit == EQUAL => chance.log2().clamp(m - self.most_bits, m),
            Some(chance) => chance.log2().max(m - self.most_bits),
            None => self.u[at][digit],
        }
    }

    pub fn bits(&self, pattern: u64, left: &[u32], right: &[u32]) -> f64 {
        let (mut matched, mut random) = (0.0, 0.0);
        let mut digits = [0; MOST];
        for ((at, digit), out) in self.comparisons.digits(pattern).zip(&mut digits) {
            matched += self.m[at][digit];
            random += self.under_chance(at, digit, left, right);
            *out = digit;
        }
        matched + self.others - self.otherwise(&digits, random)
    }

    /// log2 of how likely the levels are under no match, look-alikes included.
    fn otherwise(&self, digits: &[usize; MOST], random: f64) -> f64 {
        let mut classes = [random + self.rest; MOST + 1];
        let mut most = classes[0];
        for ((prior, q), class) in self.look_alike.iter().zip(&mut classes[1..]) {
            *class = prior + digits.iter().zip(q).map(|(digit, q)| q[*digit]).sum::<f64>();
            most = most.max(*class);
        }
        let shares = classes[..=self.look_alike.len()].iter().map(|class| (class - most).exp2());
        most + shares.sum::<f64>().log2()
    }

    /// What each comparison adds to the bits, and last what look-alikes take off.
    pub fn parts(&self, pattern: u64, left: &[u32], right: &[u32], out: &mut [f64]) {
        let mut random = 0.0;
        let mut digits = [0; MOST];
        for ((at, digit), own) in self.comparisons.digits(pattern).zip(&mut digits) {
            *own = digit;
            let chance = self.under_chance(at, digit, left, right);
            random += chance;
            out[at] = self.m[at][digit] - chance;
        }
        out[self.m.len()] = random + self.others - self.otherwise(&digits, random);
    }

    /// log2 of m and u at a digit.
    pub fn logs(&self, at: usize, digit: usize) -> (f64, f64) {
        (self.m[at][digit], self.u[at][digit])
    }

    /// Whether a pair keeps at least `least` bits when any one comparison that speaks for it is not looked
    /// at. A pair that nothing speaks for does not.
    ///
    /// Without a comparison each class of pairs that are no match grows by what the comparison told against
    /// it, `m / u` or `m / q`: the sums are made once, and one comparison taken out of them at a time.
    pub fn holds_without_any(&self, pair: &Scored, least: f64) -> bool {
        let (left, right) = (self.frame.left().row(pair.left), self.frame.right().row(pair.right));
        let mut digits = [(0usize, 0.0f64); MOST];
        let (mut matched, mut random) = (0.0, 0.0);
        for ((at, digit), out) in self.comparisons.digits(pair.pattern).zip(&mut digits) {
            let m = self.m[at][digit];
            let known = digit > 0 && self.comparisons.all[at].knows_chances(digit - 1);
            let (chance, told) = match known {
                true => {
                    let chance = self.under_chance(at, digit, left, right);
                    (chance, (m - chance).exp2())
                }
                false => (self.u[at][digit], self.told[at][digit]),
            };
            matched += m;
            random += chance;
            *out = (digit, told);
        }
        let digits = &digits[..self.m.len().min(MOST)];
        // Shares of the classes against a match.
        let rest = (random + self.rest - matched).exp2();
        let mut looks = [0.0f64; MOST];
        for ((prior, q), out) in self.look_alike.iter().zip(&mut looks) {
            let own: f64 = digits.iter().zip(q).map(|((digit, _), q)| q[*digit]).sum();
            *out = (prior + own - matched).exp2();
        }
        let most = (self.others - least).exp2();
        let speaking = || digits.iter().enumerate().filter(|(_, (digit, told))| *digit > 0 && *told > 1.0);
        let holds = |(at, (digit, told)): (usize, &(usize, f64))| {
            let looks: f64 = looks.iter().zip(&self.told_look).map(|(w, told)| w * told[at][*digit]).sum();
            rest * told + looks <= most
        };
        speaking().next().is_some() && speaking().all(holds)
    }

    /// The most that a pattern can weigh, whatever its values.
    fn ceiling(&self, pattern: u64) -> f64 {
        let top = |at: usize, digit: usize| match digit {
            0 => 0.0,
            _ if self.comparisons.all[at].knows_chances(digit - 1) => self.most_bits,
            _ => self.m[at][digit] - self.u[at][digit],
        };
        self.comparisons.digits(pattern).map(|(at, digit)| top(at, digit)).sum::<f64>() + 1e-6 + self.others
            - self.rest
    }

    /// Whether values of this comparison have weights of their own.
    fn local(&self, at: usize) -> bool {
        (0..self.comparisons.all[at].levels.len()).any(|level| self.comparisons.all[at].knows_chances(level))
    }

    /// The order in which comparisons are tried and the most that those after each can still give: the
    /// cheap and telling ones first, so that most pairs are given up early.
    fn plan(&self) -> Vec<(usize, f64)> {
        let top = |at: usize| {
            let own = self.m[at].iter().zip(&self.u[at]).map(|(m, u)| m - u).fold(0.0, f64::max);
            if self.local(at) { own.max(self.most_bits) } else { own }
        };
        let mut order: Vec<usize> = (0..self.m.len()).collect();
        order.sort_by(|a, b| {
            let rank = |at: usize| (self.local(at), self.m[at].len() > 2, -top(at));
            rank(*a).partial_cmp(&rank(*b)).unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(b))
        });
        let mut left: f64 = order.iter().map(|at| top(*at)).sum();
        order
            .into_iter()
            .map(|at| {
                left -= top(at);
                (at, left)
            })
            .collect()
    }

    /// The pattern of a pair, unless it becomes clear on the way that it cannot reach `least`.
    fn hopeful(&self, plan: &[(usize, f64)], left: &[u32], right: &[u32], least: f64) -> Option<u64> {
        let (mut pattern, mut bits) = (0, 0.0);
        for (at, rest) in plan {
            let comparison = &self.comparisons.all[*at];
            let digit = comparison.compare(self.frame, left, right);
            pattern += digit as u64 * comparison.stride;
            bits += self.m[*at][digit] - self.under_chance(*at, digit, left, right);
            // A hair of room: the sum is taken in another order later.
            if bits + rest + 1e-6 + self.others - self.rest < least {
                return None;
            }
        }
        Some(pattern)
    }

    /// All blocked pairs with at least these bits, sorted by rows; `kept` are pairs compared before.
    pub fn score(&self, blocks: &Blocks, kept: Option<Kept>, least: f64) -> Vec<Scored> {
        let (left, right) = (self.frame.left(), self.frame.right());
        if let Some(kept) = kept {
            let scored = |(l, r, pattern): &KeptPair| {
                if self.ceiling(*pattern) < least {
                    return None;
                }
                let bits = self.bits(*pattern, left.row(*l), right.row(*r));
                (bits >= least).then_some(Scored { left: *l, right: *r, pattern: *pattern, bits })
            };
            let batches = kept.par_iter().flat_map(|pairs| pairs.par_chunks(BATCH));
            let batches = batches.flat_map_iter(|pairs| {
                // Looks into memory overlap instead of waiting for each other.
                let touch = pairs.iter().fold(0, |sum, (l, r, _)| sum ^ left.row(*l)[0] ^ right.row(*r)[0]);
                std::hint::black_box(touch);
                pairs.iter().filter_map(&scored)
            });
            let out: Vec<Scored> = batches.collect();
            return in_order(out, left.rows);
        }
        let plan = self.plan();
        let parts = blocks.visit(
            false,
            |_| true,
            Vec::new,
            |l, r| left.row(l)[0] ^ right.row(r)[0],
            |out: &mut Vec<Scored>, l, r, _| {
                let (a, b) = (left.row(l), right.row(r));
                let Some(pattern) = self.hopeful(&plan, a, b, least) else { return };
                let bits = self.bits(pattern, a, b);
                if bits >= least {
                    out.push(Scored { left: l, right: r, pattern, bits });
                }
            },
        );
        let mut out: Vec<Scored> = Vec::with_capacity(parts.iter().map(Vec::len).sum());
        for part in parts {
            out.extend(part);
        }
        in_order(out, left.rows)
    }
}

/// By left row, then by right.
fn in_order(pairs: Vec<Scored>, lefts: usize) -> Vec<Scored> {
    let number = |pair: &Scored| bucket_sort::spread(pair.left, lefts);
    bucket_sort::sorted(pairs, number, |a, b| a.right.cmp(&b.right))
}

//! The weight of each blocked pair: how much likelier it is under a match than otherwise.

use rayon::prelude::*;

use super::blocking::Blocks;
use super::comparison::Comparisons;
use super::frame::Frame;
use super::model::Parameters;
use super::train::Kept;

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
}

impl<'a> Scorer<'a> {
    pub fn new(frame: &'a Frame, comparisons: &'a Comparisons, numbers: &Parameters, most_bits: f64) -> Self {
        let logs = |levels: &Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            levels.iter().map(|l| std::iter::once(0.0).chain(l.iter().map(|p| p.log2())).collect()).collect()
        };
        let rest = numbers.rest().max(0.01);
        Self {
            frame,
            comparisons,
            m: logs(&numbers.m),
            u: logs(&numbers.u),
            look_alike: numbers.look_alike.iter().map(|(prior, q)| (prior.log2(), logs(q))).collect(),
            rest: rest.log2(),
            others: (1.0 - numbers.prior).log2(),
            prior: (numbers.prior / (1.0 - numbers.prior)).log2(),
            most_bits,
        }
    }

    /// log2 of the odds of a match before anything is compared.
    pub fn prior(&self) -> f64 {
        self.prior
    }

    #[inline]
    fn under_chance(&self, at: usize, digit: usize, left: &[u32], right: &[u32]) -> f64 {
        if digit == 0 {
            return 0.0;
        }
        match self.comparisons.all[at].chance(self.frame, left, right, digit - 1) {
            Some(chance) => chance.log2().max(self.m[at][digit] - self.most_bits),
            None => self.u[at][digit],
        }
    }

    pub fn bits(&self, pattern: u64, left: &[u32], right: &[u32]) -> f64 {
        let (mut matched, mut random) = (0.0, 0.0);
        for (at, digit) in self.comparisons.digits(pattern) {
            matched += self.m[at][digit];
            random += self.under_chance(at, digit, left, right);
        }
        matched + self.others - self.otherwise(pattern, random)
    }

    /// log2 of how likely the pattern is under no match, look-alikes included.
    fn otherwise(&self, pattern: u64, random: f64) -> f64 {
        let mut sum = random + self.rest;
        for (prior, q) in &self.look_alike {
            let own = prior + self.comparisons.digits(pattern).map(|(at, digit)| q[at][digit]).sum::<f64>();
            let (high, low) = if own > sum { (own, sum) } else { (sum, own) };
            sum = if high - low > 40.0 {
                high
            } else {
                high + (low - high).exp2().ln_1p() * std::f64::consts::LOG2_E
            };
        }
        sum
    }

    /// What each comparison adds to the bits, and last what look-alikes take off.
    pub fn parts(&self, pattern: u64, left: &[u32], right: &[u32], out: &mut [f64]) {
        let mut random = 0.0;
        for (at, digit) in self.comparisons.digits(pattern) {
            let chance = self.under_chance(at, digit, left, right);
            random += chance;
            out[at] = self.m[at][digit] - chance;
        }
        out[self.m.len()] = random + self.others - self.otherwise(pattern, random);
    }

    /// log2 of m and u at a digit.
    pub fn logs(&self, at: usize, digit: usize) -> (f64, f64) {
        (self.m[at][digit], self.u[at][digit])
    }

    /// The bits that are left when whichever comparison speaks for the pair most is not looked at.
    pub fn without_strongest(&self, pattern: u64, left: &[u32], right: &[u32]) -> f64 {
        let (mut matched, mut random) = (0.0, 0.0);
        let mut chances = [0.0; 32];
        for ((at, digit), own) in self.comparisons.digits(pattern).zip(&mut chances) {
            *own = self.under_chance(at, digit, left, right);
            matched += self.m[at][digit];
            random += *own;
        }
        let mut least = f64::INFINITY;
        for ((at, digit), chance) in self.comparisons.digits(pattern).zip(chances) {
            let m = self.m[at][digit];
            if digit == 0 || m <= chance {
                continue;
            }
            // The pattern with nothing to compare here.
            let without = pattern - digit as u64 * self.comparisons.all[at].stride;
            let bits = matched - m + self.others - self.otherwise(without, random - chance);
            least = least.min(bits);
        }
        // A pair that nothing speaks for has no evidence to take away.
        if least.is_finite() { least } else { f64::NEG_INFINITY }
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
            if self.local(at) { self.most_bits } else { own }
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
            let scored = |(l, r, pattern): &(u32, u32, u64)| {
                if self.ceiling(*pattern) < least {
                    return None;
                }
                let bits = self.bits(*pattern, left.row(*l), right.row(*r));
                (bits >= least).then_some(Scored { left: *l, right: *r, pattern: *pattern, bits })
            };
            let mut out: Vec<Scored> = kept.par_iter().filter_map(scored).collect();
            out.par_sort_unstable_by_key(|pair| (pair.left, pair.right));
            return out;
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
        out.par_sort_unstable_by_key(|pair| (pair.left, pair.right));
        out
    }
}

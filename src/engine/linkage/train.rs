//! Expectation-maximisation over the patterns of the blocked pairs.
//!
//! One run over all rules together. Every pair is judged with the chance of a match among *all* pairs,
//! which holds however the pair was found; the m of a comparison learns only from pairs that some rule
//! gives without looking at that comparison, so blocking on a field does not make it look reliable. u
//! is the rate among random pairs less what matches and look-alikes contribute to it.

use rayon::prelude::*;

use super::assign::most_matches;
use super::blocking::Blocks;
use super::comparison::Comparisons;
use super::count::{Counter, merge};
use super::frame::{Frame, mix};
use super::model::{LookAlikeModel, Model, Parameters};
use super::rates::{Rates, estimate};
use super::settings::Settings;

const ROUNDS: u32 = 500;
const SETTLED: f64 = 1e-4;
/// Enough pairs to learn from; more are sampled by left row.
pub(super) const TRAINING_PAIRS: u64 = 3_000_000;
/// Up to here pairs are compared once and kept; beyond, they are visited twice.
pub(super) const KEPT_PAIRS: u64 = 12_000_000;
pub(super) const SEED: u64 = 20_240_701;

/// Patterns that training learns from.
struct Seen {
    /// Level digits, one per comparison, pattern by pattern.
    digits: Vec<u8>,
    width: usize,
    /// Pairs of each pattern, scaled up to all.
    pairs: Vec<f64>,
    /// Per pattern and comparison, a bit: a rule gives the pair without looking at it.
    free: Vec<u32>,
}

pub fn train(
    frame: &Frame,
    comparisons: &Comparisons,
    blocks: &Blocks,
    settings: &Settings,
    known: Option<(&Model, f64)>,
) -> (Model, Option<Kept>, Option<Vec<u64>>) {
    let Looked { seen, pairs: counted, kept, new_pairs } = look(frame, comparisons, blocks);
    let rates = estimate(frame, comparisons, SEED);
    let touches: Vec<u32> = comparisons.all.iter().map(|c| blocks.touching(c.field)).collect();
    let every = (1u64 << blocks.rules()) - 1;
    let closed: Vec<bool> = touches.iter().map(|t| u64::from(*t) == every).collect();
    let agree: Vec<Vec<bool>> = settings
        .look_alike
        .iter()
        .map(|look| comparisons.all.iter().map(|c| look.agree.contains(&c.name)).collect())
        .collect();
    let known = known.map(|(model, weight)| (model.numbers_for(frame), weight));
    let mut fitting = Fitting { frame, settings, rates: &rates, closed: &closed, agree: &agree, known };
    let mut now = fitting.start();
    let (mut rounds, mut change) = (0, f64::INFINITY);
    while rounds < ROUNDS && change > SETTLED {
        let next = fitting.round(&seen, &now);
        change = distance(&now, &next);
        now = next;
        rounds += 1;
    }
    let mut model = Model::blank(comparisons);
    model.look_alike = settings
        .look_alike
        .iter()
        .map(|look| LookAlikeModel { name: look.name.clone(), prior: 0.0, q: Vec::new() })
        .collect();
    model.set(&now);
    for (comparison, closed) in model.comparison.iter_mut().zip(&closed) {
        comparison.m_seen_through_its_block = *closed;
    }
    model.fingerprint = format!("{:016x}", frame.fingerprint());
    (model.pairs, model.trained_on_pairs) = (frame.pairs(), counted);
    model.rows = frame.left().rows.min(frame.right().rows) as u64;
    (model.rounds, model.last_change, model.converged) = (rounds, change, change <= SETTLED);
    (model, kept, new_pairs)
}

/// All blocked pairs with their patterns, where they are few enough to keep.
pub type Kept = Vec<Vec<KeptPair>>;
pub type KeptPair = (u32, u32, u64);

struct Looked {
    seen: Seen,
    /// Pairs that were looked at.
    pairs: u64,
    kept: Option<Kept>,
    /// Per rule the pairs that no earlier rule gives, where all were looked at.
    new_pairs: Option<Vec<u64>>,
}

fn look(frame: &Frame, comparisons: &Comparisons, blocks: &Blocks) -> Looked {
    let expected: u64 = blocks.reports.iter().map(|report| report.pairs).sum();
    let keep = expected <= KEPT_PAIRS;
    let one_in = if keep { 1 } else { expected.div_ceil(TRAINING_PAIRS) };
    let (left, right) = (frame.left(), frame.right());
    let found = blocks.visit(
        true,
        |row| mix(SEED ^ u64::from(row)).is_multiple_of(one_in),
        <(Counter, Vec<KeptPair>)>::default,
        |l, r| left.row(l)[0] ^ right.row(r)[0],
        |(counter, kept), l, r, rules| {
            let pattern = comparisons.pattern(frame, left.row(l), right.row(r));
            counter.add(pattern, rules, 1);
            if keep {
                kept.push((l, r, pattern));
            }
        },
    );
    let (counters, kept): (Vec<Counter>, Kept) = found.into_iter().unzip();
    let touches: Vec<u32> = comparisons.all.iter().map(|c| blocks.touching(c.field)).collect();
    let counted = merge(counters);
    let total = counted.iter().map(|(_, _, n)| n).sum();
    let mut new_pairs = vec![0; blocks.rules()];
    for (_, rules, n) in &counted {
        new_pairs[rules.trailing_zeros() as usize] += n;
    }
    // Which rules gave a pair matters only by the comparisons they leave free.
    let mut entries: Vec<(u64, u32, u64)> = counted
        .into_iter()
        .map(|(pattern, rules, n)| {
            let free = touches.iter().enumerate().map(|(c, touch)| u32::from(rules & !touch != 0) << c).sum();
            (pattern, free, n)
        })
        .collect();
    entries.par_sort_unstable();
    entries.dedup_by(|next, kept| {
        let same = (next.0, next.1) == (kept.0, kept.1);
        if same {
            kept.2 += next.2;
        }
        same
    });
    let mut seen =
        Seen { digits: Vec::new(), width: comparisons.all.len(), pairs: Vec::new(), free: Vec::new() };
    for (pattern, free, n) in entries {
        seen.digits.extend(comparisons.digits(pattern).map(|(_, digit)| digit as u8));
        seen.pairs.push((n * one_in) as f64);
        seen.free.push(free);
    }
    Looked { seen, pairs: total, kept: keep.then_some(kept), new_pairs: (one_in == 1).then_some(new_pairs) }
}

struct Fitting<'a> {
    frame: &'a Frame,
    settings: &'a Settings,
    rates: &'a Rates,
    closed: &'a [bool],
    agree: &'a [Vec<bool>],
    /// What is believed beforehand, and as how many matches that counts.
    known: Option<(Parameters, f64)>,
}

/// Expected pairs per class, comparison and level.
#[derive(Clone)]
struct Sums {
    total: Vec<f64>,
    level: Vec<Vec<Vec<f64>>>,
}

impl Fitting<'_> {
    fn start(&mut self) -> Parameters {
        if let Some((known, _)) = &self.known {
            let mut start = Parameters { u: self.rates.rate.clone(), ..known.clone() };
            self.settle(&mut start);
            return start;
        }
        let rows = self.frame.left().rows.max(self.frame.right().rows).max(2) as f64;
        let m = self
            .rates
            .rate
            .iter()
            .map(|rates| {
                let mut m: Vec<f64> = (0..rates.len()).map(|level| 0.25f64.powi(level as i32)).collect();
                let sum: f64 = m.iter().sum();
                m.iter_mut().for_each(|m| *m /= sum);
                m
            })
            .collect();
        let prior = 0.5 / rows;
        let look_alike = self.agree.iter().map(|_| (prior, self.rates.rate.clone())).collect();
        let mut start = Parameters { prior, m, u: self.rates.rate.clone(), look_alike };
        self.settle(&mut start);
        start
    }

    fn round(&self, seen: &Seen, now: &Parameters) -> Parameters {
        let sums = self.expect(seen, now);
        let pairs = self.frame.pairs().max(1.0);
        let most = most_matches(self.settings, self.frame).max(0.5);
        let mut next = now.clone();
        next.prior = sums.total[0].clamp(0.5, most) / pairs;
        next.m = self.shares(&sums.level[0], &now.m, self.known.as_ref());
        for (at, look) in next.look_alike.iter_mut().enumerate() {
            look.0 = sums.total[at + 1].clamp(0.5, (pairs / 4.0).max(0.5)) / pairs;
            // What resembles a match is known beforehand or learnt: beside known matches, free classes trade
            // places with them.
            if self.known.is_none() {
                look.1 = self.shares(&sums.level[at + 1], &look.1, None);
            }
        }
        self.settle(&mut next);
        next
    }

    /// Levels as shares. Now and then a field is plainly wrong even on a match: then its value is as good
    /// as random, so no level is impossible.
    fn shares(
        &self,
        level: &[Vec<f64>],
        before: &[Vec<f64>],
        known: Option<&(Parameters, f64)>,
    ) -> Vec<Vec<f64>> {
        let wrong = self.settings.plainly_wrong;
        let weight = known.map_or(0.0, |(_, weight)| *weight);
        (0..level.len())
            .map(|c| {
                let (pairs, rates) = (&level[c], &self.rates.rate[c]);
                let total = pairs.iter().sum::<f64>() + weight;
                if total < 1.0 {
                    return before[c].clone();
                }
                let believed = |at: usize| known.map_or(0.0, |(known, weight)| weight * known.m[c][at]);
                let own = |at: usize| (pairs[at] + believed(at)) / total;
                (0..pairs.len()).map(|at| (1.0 - wrong) * own(at) + wrong * rates[at]).collect()
            })
            .collect()
    }

    /// What follows from the rest: u, the fields look-alikes share with matches, and no field that says
    /// more than it may.
    fn settle(&self, next: &mut Parameters) {
        for (look, agree) in next.look_alike.iter_mut().zip(self.agree) {
            for (c, q) in look.1.iter_mut().enumerate().filter(|(c, _)| agree[*c]) {
                q.clone_from(&next.m[c]);
            }
        }
        let most = self.settings.most_bits.exp2();
        let rest = next.rest().max(0.01);
        for c in 0..next.u.len() {
            for level in 0..next.u[c].len() {
                let rate = self.rates.rate[c][level];
                let known = next.prior * next.m[c][level]
                    + next.look_alike.iter().map(|(prior, q)| prior * q[c][level]).sum::<f64>();
                // The sample is too coarse to take nearly all of a rate away; counting is not.
                let least = if level == 0 { 0.01 * rate } else { (0.1 * rate).max(self.rates.least) };
                let u = ((rate - known) / rest).max(least);
                let m = next.m[c][level];
                next.u[c][level] = u.clamp(m / most, 1.0);
                next.m[c][level] = m.max(next.u[c][level] / most);
                for (_, q) in &mut next.look_alike {
                    q[c][level] = q[c][level].max(next.u[c][level] / most);
                }
            }
        }
    }

    fn expect(&self, seen: &Seen, now: &Parameters) -> Sums {
        let classes = classes(now);
        let blank = Sums {
            total: vec![0.0; classes.len() - 1],
            level: vec![now.m.iter().map(|m| vec![0.0; m.len()]).collect(); classes.len() - 1],
        };
        let parts: Vec<Sums> = seen
            .pairs
            .par_chunks(4096)
            .enumerate()
            .map(|(chunk, pairs)| {
                let mut sums = blank.clone();
                let mut share = vec![0.0; classes.len()];
                for (at, n) in pairs.iter().enumerate() {
                    let entry = chunk * 4096 + at;
                    let digits = &seen.digits[entry * seen.width..][..seen.width];
                    posterior(&classes, digits, &mut share);
                    for (class, share) in share[1..].iter().enumerate() {
                        let n = n * share;
                        if n < 1e-9 {
                            continue;
                        }
                        sums.total[class] += n;
                        for (c, digit) in digits.iter().enumerate().filter(|(_, digit)| **digit > 0) {
                            if self.closed[c] || seen.free[entry] >> c & 1 == 1 {
                                sums.level[class][c][usize::from(*digit) - 1] += n;
                            }
                        }
                    }
                }
                sums
            })
            .collect();
        parts.into_iter().fold(blank, |mut sum, part| {
            for (a, b) in sum.total.iter_mut().zip(&part.total) {
                *a += b;
            }
            for (a, b) in sum.level.iter_mut().flatten().flatten().zip(part.level.iter().flatten().flatten())
            {
                *a += b;
            }
            sum
        })
    }
}

/// Per class (the rest, matches, look-alikes): the log of its share and of its levels by digit.
fn classes(now: &Parameters) -> Vec<(f64, Vec<Vec<f64>>)> {
    let logs = |levels: &Vec<Vec<f64>>| {
        levels.iter().map(|l| std::iter::once(0.0).chain(l.iter().map(|p| p.ln())).collect()).collect()
    };
    let mut out = vec![(now.rest().max(0.01).ln(), logs(&now.u)), (now.prior.ln(), logs(&now.m))];
    out.extend(now.look_alike.iter().map(|(prior, q)| (prior.ln(), logs(q))));
    out
}

fn posterior(classes: &[(f64, Vec<Vec<f64>>)], digits: &[u8], share: &mut [f64]) {
    let mut top = f64::NEG_INFINITY;
    for (share, (prior, logs)) in share.iter_mut().zip(classes) {
        *share = prior + logs.iter().zip(digits).map(|(log, digit)| log[usize::from(*digit)]).sum::<f64>();
        top = top.max(*share);
    }
    let mut sum = 0.0;
    for share in share.iter_mut() {
        *share = (*share - top).exp();
        sum += *share;
    }
    share.iter_mut().for_each(|share| *share /= sum);
}

fn distance(a: &Parameters, b: &Parameters) -> f64 {
    let m = a.m.iter().flatten().zip(b.m.iter().flatten()).map(|(a, b)| (a - b).abs());
    // Of look-alikes too the change is measured by the number of matches: a handful more or fewer is nothing.
    let priors = std::iter::once((a.prior, b.prior))
        .chain(a.look_alike.iter().zip(&b.look_alike).map(|(a, b)| (a.0, b.0)))
        .map(|(x, y)| (x - y).abs() / a.prior.max(b.prior));
    m.chain(priors).fold(0.0, f64::max)
}

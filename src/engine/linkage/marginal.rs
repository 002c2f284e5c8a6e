//! The probability of each pair when a record has at most one counterpart.
//!
//! Sum-product on the graph of candidates: each record weighs its own candidates against what the
//! other side says of theirs. Where two pairs contend for a record their probabilities share one.

use rayon::prelude::*;

use super::score::Scored;

const ROUNDS: usize = 60;
const SETTLED: f64 = 1e-4;
/// Odds beyond this change nothing and would only cost precision.
const MOST_BITS: f64 = 60.0;

/// Candidates by side: the pairs of each left row stand together, those of each right row are listed.
pub struct Graph {
    left_ends: Vec<u32>,
    right_ends: Vec<u32>,
    by_right: Vec<u32>,
    /// Where a pair stands in `by_right`.
    place: Vec<u32>,
}

impl Graph {
    /// `pairs` sorted by left, right.
    pub fn new(pairs: &[Scored]) -> Self {
        let mut by_right: Vec<u32> = (0..pairs.len() as u32).collect();
        by_right.par_sort_unstable_by_key(|pair| (pairs[*pair as usize].right, *pair));
        let mut place = vec![0; pairs.len()];
        for (at, pair) in by_right.iter().enumerate() {
            place[*pair as usize] = at as u32;
        }
        let ends = |same: &dyn Fn(usize) -> bool| {
            (1..=pairs.len()).filter(|at| *at == pairs.len() || !same(*at)).map(|at| at as u32).collect()
        };
        Self {
            left_ends: ends(&|at| pairs[at].left == pairs[at - 1].left),
            right_ends: ends(&|at| {
                pairs[by_right[at] as usize].right == pairs[by_right[at - 1] as usize].right
            }),
            by_right,
            place,
        }
    }

    /// Per pair its probability, given the odds of each pair standing alone.
    pub fn probabilities(&self, pairs: &[Scored], prior: f64) -> Vec<f64> {
        let alone: Vec<f64> =
            pairs.par_iter().map(|pair| (pair.bits + prior).min(MOST_BITS).exp2()).collect();
        let alone_right: Vec<f64> = self.by_right.iter().map(|pair| alone[*pair as usize]).collect();
        // What rights say of their pairs, in order of lefts, and the reverse.
        let mut said: Vec<f64> = alone.clone();
        let mut answer = vec![0.0; pairs.len()];
        for _ in 0..ROUNDS {
            let from_left = weigh(&self.left_ends, &alone, &said);
            let heard: Vec<f64> = self.by_right.par_iter().map(|pair| from_left[*pair as usize]).collect();
            let from_right = weigh(&self.right_ends, &alone_right, &heard);
            let next: Vec<f64> = self.place.par_iter().map(|at| from_right[*at as usize]).collect();
            let now: Vec<f64> = (0..pairs.len())
                .into_par_iter()
                .map(|at| {
                    let odds = from_left[at] * next[at] / alone[at];
                    odds / (1.0 + odds)
                })
                .collect();
            let change = now.par_iter().zip(&answer).map(|(a, b)| (a - b).abs()).reduce(|| 0.0, f64::max);
            (said, answer) = (next, now);
            if change < SETTLED {
                break;
            }
        }
        answer
    }
}

/// For each record: its odds for each pair, divided by one plus what its other pairs are worth.
fn weigh(ends: &[u32], alone: &[f64], heard: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; alone.len()];
    let mut rest: &mut [f64] = &mut out;
    let mut parts = Vec::new();
    let mut from = 0;
    for chunk in ends.chunks(4096) {
        let upto = chunk.last().copied().unwrap_or(0) as usize;
        let (part, after) = rest.split_at_mut(upto - from);
        parts.push((from, chunk, part));
        (rest, from) = (after, upto);
    }
    parts.into_par_iter().for_each(|(begin, ends, out)| {
        let mut from = begin;
        for end in ends {
            let upto = *end as usize;
            // Sums before and after each pair: subtracting it from the whole would lose the small ones.
            let mut before = 0.0;
            for at in from..upto {
                out[at - begin] = before;
                before += heard[at];
            }
            let mut after = 0.0;
            for at in (from..upto).rev() {
                out[at - begin] = alone[at] / (1.0 + out[at - begin] + after);
                after += heard[at];
            }
            from = upto;
        }
    });
    out
}

//! How often random pairs stand at each level: by sampling, and for equal values by counting.
//!
//! These are rates over all pairs, matches included; training takes the matches off.

use rayon::prelude::*;

use super::comparison::Comparisons;
use super::frame::{Frame, Side, mix};
use super::table::NOTHING;

const SAMPLE: u64 = 500_000;
const PER_TASK: u64 = 20_000;
/// Rows a side that the sampled pairs are made of: they stay in the processor's cache.
const ROWS: usize = 16_384;

pub struct Rates {
    /// Per comparison and level.
    pub rate: Vec<Vec<f64>>,
    /// The least rate that the sample could have seen.
    pub least: f64,
}

pub fn estimate(frame: &Frame, comparisons: &Comparisons, seed: u64) -> Rates {
    let (left, right) = (frame.left(), frame.right());
    let n = SAMPLE.min(frame.pairs() as u64 * 2).max(1);
    let blank: Vec<Vec<u64>> = comparisons.all.iter().map(|c| vec![0; c.levels.len() + 1]).collect();
    let tasks = n.div_ceil(PER_TASK);
    let rows = |salt: u64, side: &Side| -> Vec<u32> {
        if side.rows <= ROWS {
            return (0..side.rows as u32).collect();
        }
        (0..ROWS as u64).map(|at| pick(seed ^ salt, at, side.rows)).collect()
    };
    let (lefts, rights) = (rows(0x1ef7, left), rows(if frame.is_link() { 0x1274 } else { 0x1ef7 }, right));
    let counts = (0..tasks)
        .into_par_iter()
        .map(|task| {
            let mut counts = blank.clone();
            for at in task * PER_TASK..((task + 1) * PER_TASK).min(n) {
                if lefts.is_empty() || rights.is_empty() {
                    continue;
                }
                let l = lefts[pick(seed, 2 * at, lefts.len()) as usize];
                let r = rights[pick(seed, 2 * at + 1, rights.len()) as usize];
                if !frame.is_link() && l == r {
                    continue;
                }
                let pattern = comparisons.pattern(frame, left.row(l), right.row(r));
                for (comparison, digit) in comparisons.digits(pattern) {
                    counts[comparison][digit] += 1;
                }
            }
            counts
        })
        .reduce(|| blank.clone(), add);
    let rate = comparisons
        .all
        .par_iter()
        .zip(&counts)
        .map(|(comparison, counts)| {
            let total: u64 = counts[1..].iter().sum();
            // Half a pair at each level: what was not seen is rare, not impossible.
            let share = |n: u64| (n as f64 + 0.5) / (total as f64 + 0.5 * comparison.levels.len() as f64);
            let mut rates: Vec<f64> = counts[1..].iter().map(|n| share(*n)).collect();
            let same = equal(frame, comparison.field).max(1.0 / frame.pairs().max(1.0));
            let others: f64 = rates[1..].iter().sum();
            for rate in &mut rates[1..] {
                *rate *= (1.0 - same) / others;
            }
            rates[0] = same;
            rates
        })
        .collect();
    Rates { rate, least: 0.5 / n as f64 }
}

fn pick(seed: u64, at: u64, rows: usize) -> u32 {
    let random = mix(mix(seed).wrapping_add(at.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    ((u128::from(random) * rows as u128) >> 64) as u32
}

fn add(mut a: Vec<Vec<u64>>, b: Vec<Vec<u64>>) -> Vec<Vec<u64>> {
    for (a, b) in a.iter_mut().flatten().zip(b.iter().flatten()) {
        *a += b;
    }
    a
}

/// The share of all pairs, with both values present, that hold the same value.
fn equal(frame: &Frame, field: usize) -> f64 {
    let values = frame.fields[field].values.len();
    let count = |side: &Side| {
        let mut counts = vec![0u32; values];
        let mut filled = 0u64;
        for row in 0..side.rows as u32 {
            let cell = side.row(row)[field];
            if cell != NOTHING {
                counts[cell as usize] += 1;
                filled += 1;
            }
        }
        (counts, filled)
    };
    let (counts, filled) = count(frame.left());
    if frame.is_link() {
        let (others, other_filled) = count(frame.right());
        let same: u64 = counts.iter().zip(&others).map(|(a, b)| u64::from(*a) * u64::from(*b)).sum();
        same as f64 / (filled as f64 * other_filled as f64).max(1.0)
    } else {
        let same: u64 = counts.iter().map(|n| u64::from(*n) * u64::from(n.saturating_sub(1))).sum();
        same as f64 / (filled as f64 * (filled as f64 - 1.0)).max(1.0)
    }
}

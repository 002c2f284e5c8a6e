//! Sorts rows by a number that is spread evenly, such as a hash: dealt into buckets by its upper bits first, each of
//! which then fits a cache.

use std::cmp::Ordering;

use rayon::prelude::*;

/// Rows of a bucket, about.
const BUCKET: usize = 256;
/// Fewer rows are sorted as they are.
const FEW: usize = 8 * BUCKET;
const MOST_BITS: u32 = 14;

/// The number of a row among so many, as spread as a hash.
pub fn spread(row: u32, rows: usize) -> u64 {
    u64::from(row) << (rows as u64).leading_zeros().min(63)
}

/// The rows in the order of their numbers, and by `tie` where these are equal.
pub fn sorted<T: Copy + Send>(
    rows: Vec<T>,
    number: impl Fn(&T) -> u64 + Sync,
    tie: impl Fn(&T, &T) -> Ordering + Sync,
) -> Vec<T> {
    let order = |a: &T, b: &T| number(a).cmp(&number(b)).then_with(|| tie(a, b));
    let mut dealt = if rows.len() < FEW { rows } else { return of_buckets(&rows, &number, order) };
    dealt.sort_unstable_by(order);
    dealt
}

fn of_buckets<T: Copy + Send>(
    rows: &[T],
    number: &impl Fn(&T) -> u64,
    order: impl Fn(&T, &T) -> Ordering + Sync,
) -> Vec<T> {
    let bits = (rows.len() / BUCKET).ilog2().min(MOST_BITS);
    let bucket = |row: &T| (number(row) >> (64 - bits)) as usize;
    let mut ends = vec![0usize; 1 << bits];
    rows.iter().for_each(|row| ends[bucket(row)] += 1);
    let lengths = ends.clone();
    // For now where each bucket begins; with every row dealt it is where the bucket ends.
    let mut before = 0;
    for end in &mut ends {
        before += std::mem::replace(end, before);
    }
    let mut dealt = rows.to_vec();
    for row in rows {
        let at = &mut ends[bucket(row)];
        dealt[*at] = *row;
        *at += 1;
    }
    let mut left = dealt.as_mut_slice();
    let mut buckets = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (own, rest) = left.split_at_mut(length);
        buckets.push(own);
        left = rest;
    }
    // Rows that all have one number are one bucket.
    buckets.into_par_iter().with_min_len(16).for_each(|own| own.par_sort_unstable_by(&order));
    dealt
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_any_sort(seed: u64, rows in 0usize..6 * FEW, kinds in 1u64..1 << 40) {
            let spread = |at: u64| (seed ^ at).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) % kinds;
            let rows: Vec<(u64, u32)> =
                (0..rows as u32).map(|row| (spread(u64::from(row)) << (kinds.leading_zeros()), row)).collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            prop_assert_eq!(sorted(rows, |row| row.0, |a, b| a.1.cmp(&b.1)), expected);
        }
    }
}

//! The one shape of heavy work: `(partition key, kernel)`.
//!
//! Rows that can meet share a key; rows are dealt into partitions by key, and a kernel is a plain
//! function over one partition's rows. It does not know where it runs: here partitions run in
//! parallel in memory. The number of partitions follows the number of rows, never the number of
//! threads, and results come back in partition order.

use rayon::prelude::*;

use super::bucket_sort;

/// Rows per partition that keep a kernel's working set near the processor's cache.
const ROWS_PER_PARTITION: usize = 64 * 1024;
const MOST_PARTITIONS: usize = 256;
/// Rows that one thread looks at at a time.
const BLOCK: usize = 128 * 1024;

/// A row that may meet others: its key, its side and its position there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Keyed {
    /// The key, its upper half first: as one number of 128 bits it would take a third more room.
    key: [u64; 2],
    pub side: u16,
    pub row: u32,
}

impl Keyed {
    pub fn new(key: u128, side: u16, row: u32) -> Self {
        Self { key: [(key >> 64) as u64, key as u64], side, row }
    }
}

/// Keyed rows out of so many, block by block: `put` adds those of one row.
pub fn keyed(rows: usize, put: impl Fn(u32, &mut Vec<Keyed>) + Sync) -> Vec<Vec<Keyed>> {
    let starts: Vec<usize> = (0..rows).step_by(BLOCK).collect();
    let block = |start: usize| {
        let end = rows.min(start + BLOCK);
        let mut keyed = Vec::with_capacity(end - start);
        (start..end).for_each(|row| put(row as u32, &mut keyed));
        keyed
    };
    starts.into_par_iter().map(block).collect()
}

/// Deals blocks of rows into partitions by key. Within a partition rows are ordered by key, side and row, so
/// the rows of one key stand together.
pub fn deal(blocks: Vec<Vec<Keyed>>) -> Vec<Vec<Keyed>> {
    let rows: usize = blocks.iter().map(Vec::len).sum();
    let parts = (rows / ROWS_PER_PARTITION + 1).next_power_of_two().min(MOST_PARTITIONS);
    let upper = |row: &Keyed| row.key[0];
    // A block goes when it is dealt.
    let deal = |block: Vec<Keyed>| {
        let mut dealt: Vec<Vec<Keyed>> = vec![Vec::with_capacity(block.len() / parts * 5 / 4); parts];
        block.iter().for_each(|row| dealt[upper(row) as usize & (parts - 1)].push(*row));
        dealt
    };
    let blocks: Vec<Vec<Vec<Keyed>>> = blocks.into_par_iter().map(deal).collect();
    let sorted = |part: usize| {
        let rows: Vec<Keyed> = blocks.iter().flat_map(|block| &block[part]).copied().collect();
        bucket_sort::sorted(rows, upper, Ord::cmp)
    };
    (0..parts).into_par_iter().map(sorted).collect()
}

/// Runs a kernel on every partition and returns the results in partition order.
pub fn run<T: Sync, R: Send>(parts: &[T], kernel: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    parts.par_iter().map(kernel).collect()
}

/// The runs of equal key in a partition made by [`deal`].
pub fn groups(part: &[Keyed]) -> impl Iterator<Item = &[Keyed]> {
    part.chunk_by(|a, b| a.key == b.key)
}

#[cfg(test)]
mod tests {
    use super::{Keyed, deal, groups, keyed};

    #[test]
    fn every_row_is_dealt_once_and_equal_keys_meet() {
        let parts = deal(keyed(200_000, |row, keyed| {
            keyed.push(Keyed::new((u128::from(row) % 1000) << 64, (row % 2) as u16, row));
        }));
        assert!(parts.len() > 1);
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 200_000);
        assert_eq!(parts.iter().flat_map(|p| groups(p)).count(), 1000);
    }
}

//! Keys that tell nobody apart: so many rows of one side have them that they are default values, not identities.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

/// Buckets that rows are counted in before their keys are: a power of two.
const BUCKETS: usize = 1 << 20;
/// Rows whose keys are counted together.
const ROWS: usize = 4096;

/// A key as it is counted and dealt. The lowest bit is free: it tells what is asked for from what a row has.
pub fn short(key: u128) -> u64 {
    ((key >> 64) as u64 ^ key as u64) & !1
}

/// A key that a row asks for and does not have.
pub fn asked(key: u128) -> u64 {
    short(key) | 1
}

/// The keys that are none.
#[derive(Debug, Default)]
pub struct Blunt(Vec<u64>);

impl Blunt {
    pub fn new(mut keys: Vec<u64>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        Self(keys)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether too many rows have a key.
    #[inline]
    pub fn has(&self, key: u128) -> bool {
        !self.0.is_empty() && self.holds(short(key))
    }

    /// Whether too many rows ask for a key.
    pub fn is_asked(&self, key: u128) -> bool {
        !self.0.is_empty() && self.holds(asked(key))
    }

    /// As [`Blunt::has`] or [`Blunt::is_asked`], of a key as it is counted.
    pub fn holds(&self, key: u64) -> bool {
        self.0.binary_search(&key).is_ok()
    }
}

/// The keys that more than `most` of the rows of one side have; `keys` adds those of a row, each once.
pub fn of_rows(rows: usize, most: usize, keys: impl Fn(u32, &mut Vec<u64>) + Sync) -> Vec<u64> {
    if rows <= most {
        return Vec::new();
    }
    // Few keys, if any, share a bucket with so many others: only those are counted one by one.
    let buckets: Vec<AtomicU32> = (0..BUCKETS).map(|_| AtomicU32::new(0)).collect();
    let bucket = |key: u64| &buckets[(key >> 20) as usize & (BUCKETS - 1)];
    let all = || (0..rows as u32).into_par_iter().with_min_len(ROWS);
    all().for_each_init(Vec::new, |own, row| {
        own.clear();
        keys(row, own);
        for key in own.iter() {
            bucket(*key).fetch_add(1, Ordering::Relaxed);
        }
    });
    let is_full = |key: u64| bucket(key).load(Ordering::Relaxed) as usize > most;
    if !buckets.par_iter().any(|count| count.load(Ordering::Relaxed) as usize > most) {
        return Vec::new();
    }
    let counted = all().fold(BTreeMap::new, |mut counts: BTreeMap<u64, usize>, row| {
        let mut own = Vec::new();
        keys(row, &mut own);
        own.into_iter().filter(|key| is_full(*key)).for_each(|key| *counts.entry(key).or_default() += 1);
        counts
    });
    let counts = counted.reduce(BTreeMap::new, |mut one, other| {
        other.into_iter().for_each(|(key, count)| *one.entry(key).or_default() += count);
        one
    });
    counts.into_iter().filter(|(_, count)| *count > most).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::key;

    #[test]
    fn a_key_of_too_many_rows_is_none() {
        let keys = |row: u32, own: &mut Vec<u64>| {
            own.push(short(key::of(&row.to_string())));
            if row.is_multiple_of(3) {
                own.push(short(key::of("many")));
            }
            if row.is_multiple_of(300) {
                own.extend([short(key::of("some")), asked(key::of("asked"))]);
            }
        };
        assert_eq!(of_rows(30_000, 10_000, keys), [] as [u64; 0]);
        let many = Blunt::new(of_rows(30_000, 100, keys));
        assert!(many.has(key::of("many")) && !many.has(key::of("some")) && !many.has(key::of("7")));
        let more = Blunt::new(of_rows(30_000, 99, keys));
        assert!(more.has(key::of("some")) && more.is_asked(key::of("asked")) && !more.has(key::of("asked")));
        assert_eq!(of_rows(3, 3, keys), [] as [u64; 0]);
        assert!(Blunt::default().is_empty() && !Blunt::default().has(key::of("many")));
    }
}

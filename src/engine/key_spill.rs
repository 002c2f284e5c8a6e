//! Keys of rows that wait on disk, dealt into partitions so that equal keys meet in one.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::spill::{Slot, Spill, SpillError};

const PARTITIONS: usize = 64;
/// Bytes that a partition gathers before they go to disk.
const GATHERED: usize = 64 << 10;
/// A key of 8 bytes and a row of 4. They are hashes: there is nothing to compress.
const ENTRY: usize = 12;

/// Hashed keys and the rows that have them; taken from any thread.
#[derive(Debug)]
pub struct KeySpill {
    spill: Spill,
    partitions: Vec<Mutex<Partition>>,
}

#[derive(Debug, Default)]
struct Partition {
    slots: Vec<Slot>,
    gathered: Vec<u8>,
}

impl KeySpill {
    /// # Errors
    /// When the folder refuses.
    pub fn begin(folder: &Path) -> Result<Self, SpillError> {
        let partitions = (0..PARTITIONS).map(|_| Mutex::default()).collect();
        Ok(Self { spill: Spill::begin(folder)?, partitions })
    }

    /// Takes keys in any order; their rows are counted from `first`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn push(&self, keys: &[(u64, u32)], first: u32) -> Result<(), SpillError> {
        let mut dealt: Vec<Vec<u8>> = vec![Vec::new(); PARTITIONS];
        for (key, row) in keys {
            let bytes = &mut dealt[(key >> 58) as usize & (PARTITIONS - 1)];
            bytes.extend(key.to_le_bytes());
            bytes.extend((first + row).to_le_bytes());
        }
        for (partition, bytes) in self.partitions.iter().zip(dealt) {
            // A panic while the lock was held ends the run.
            let mut partition = partition.lock().unwrap_or_else(PoisonError::into_inner);
            partition.gathered.extend(bytes);
            if partition.gathered.len() >= GATHERED {
                let gathered = std::mem::take(&mut partition.gathered);
                partition.slots.push(self.spill.push(&gathered)?);
            }
        }
        Ok(())
    }

    /// Bytes that wait on disk.
    pub fn bytes(&self) -> u64 {
        self.spill.bytes()
    }

    /// Gives every partition in turn, its keys in order with their rows, to `look`, while the next is read.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn each(self, mut look: impl FnMut(&[(u64, u32)]) + Send) -> Result<(), SpillError> {
        let Self { spill, partitions } = self;
        let mut partitions = partitions.into_iter();
        let mut load = || partitions.next().map(|partition| entries(&spill, partition)).transpose();
        let mut next = load()?;
        while let Some(entries) = next {
            let (loaded, ()) = rayon::join(&mut load, || look(&entries));
            next = loaded?;
        }
        Ok(())
    }
}

/// The keys of a partition, in order.
fn entries(spill: &Spill, partition: Mutex<Partition>) -> Result<Vec<(u64, u32)>, SpillError> {
    let Partition { slots, gathered } = partition.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut entries: Vec<(u64, u32)> = Vec::new();
    for slot in slots {
        read(&spill.read(slot)?, &mut entries);
    }
    read(&gathered, &mut entries);
    entries.par_sort_unstable();
    Ok(entries)
}

fn read(bytes: &[u8], entries: &mut Vec<(u64, u32)>) {
    entries.extend(bytes.as_chunks::<ENTRY>().0.iter().map(|entry| {
        let (key, row) = entry.split_at(8);
        let key = key.iter().rev().fold(0, |key, byte| key << 8 | u64::from(*byte));
        let row = row.iter().rev().fold(0, |row, byte| row << 8 | u32::from(*byte));
        (key, row)
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_back_once_and_equal_ones_together() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = KeySpill::begin(folder.path()).expect("a file");
        let key = |row: u32| u64::from(row % 1000).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for first in [25_000, 0] {
            let some: Vec<(u64, u32)> = (0..25_000).map(|row| (key(first + row), row)).collect();
            keys.push(&some, first).expect("pushed");
        }
        let (mut rows, mut groups) = (Vec::new(), 0);
        keys.each(|entries| {
            assert!(entries.is_sorted());
            groups += entries.chunk_by(|a, b| a.0 == b.0).count();
            rows.extend(entries.iter().map(|(own, row)| {
                assert_eq!(*own, key(*row));
                *row
            }));
        })
        .expect("read");
        rows.sort_unstable();
        assert_eq!((rows.len(), groups), (50_000, 1000));
        assert!(rows.iter().enumerate().all(|(at, row)| at == *row as usize));
    }
}

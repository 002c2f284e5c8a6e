//! Keys of rows that wait on disk, dealt into partitions so that equal keys meet in one.

use std::path::Path;

use rayon::prelude::*;

use super::spill::{Slot, Spill, SpillError};

const PARTITIONS: usize = 64;
/// Bytes that a partition gathers before they go to disk.
const GATHERED: usize = 64 << 10;
/// A key of 8 bytes and a row of 4. They are hashes: there is nothing to compress.
const ENTRY: usize = 12;

/// Hashed keys and the rows that have them.
#[derive(Debug)]
pub struct KeySpill {
    spill: Spill,
    partitions: Vec<Partition>,
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
        let partitions = (0..PARTITIONS).map(|_| Partition::default()).collect();
        Ok(Self { spill: Spill::begin(folder)?, partitions })
    }

    /// # Errors
    /// When the disk refuses.
    pub fn push(&mut self, key: u64, row: u32) -> Result<(), SpillError> {
        let partition = &mut self.partitions[(key >> 58) as usize & (PARTITIONS - 1)];
        partition.gathered.extend(key.to_le_bytes());
        partition.gathered.extend(row.to_le_bytes());
        if partition.gathered.len() + ENTRY > GATHERED {
            partition.slots.push(self.spill.push(&partition.gathered)?);
            partition.gathered.clear();
        }
        Ok(())
    }

    /// Bytes that wait on disk.
    pub fn bytes(&self) -> u64 {
        self.spill.bytes()
    }

    /// Gives every partition in turn, its keys in order with their rows, to `look`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn each(self, mut look: impl FnMut(&[(u64, u32)])) -> Result<(), SpillError> {
        for partition in self.partitions {
            let mut entries: Vec<(u64, u32)> = Vec::new();
            for slot in partition.slots {
                read(&self.spill.read(slot)?, &mut entries);
            }
            read(&partition.gathered, &mut entries);
            entries.par_sort_unstable();
            look(&entries);
        }
        Ok(())
    }
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
        let mut keys = KeySpill::begin(folder.path()).expect("a file");
        let key = |row: u32| u64::from(row % 1000).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (0..50_000).for_each(|row| keys.push(key(row), row).expect("pushed"));
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

//! The tables of judged parts wait on disk, each row with its place among all of the night.

use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use crate::engine::merge::Chunks;
use crate::engine::parquet_file::WriteError;
use crate::engine::spill::{Slot, Spill, SpillError, encode};
use crate::engine::table::TableSource;

/// Rows of one table of all parts that are held when they are merged.
const MERGED_ROWS: usize = 48 * 1024;
/// Chunks that are made together.
const TOGETHER: usize = 16;

/// One table, part by part.
pub struct WaitingTable {
    pub name: &'static str,
    pub rows: usize,
    pub parts: Vec<Chunks>,
}

/// Every table about records.
pub struct Waiting {
    pub spill: Spill,
    pub tables: Vec<WaitingTable>,
    chunk_rows: usize,
}

impl Waiting {
    /// For so many parts.
    ///
    /// # Errors
    /// When the folder refuses.
    pub fn begin(folder: &Path, parts: usize) -> Result<Self, SpillError> {
        let chunk_rows = (MERGED_ROWS / parts.max(1)).clamp(256, 4096);
        Ok(Self { spill: Spill::begin(folder)?, tables: Vec::new(), chunk_rows })
    }

    /// Takes the tables of the next part.
    ///
    /// # Errors
    /// When the disk refuses, or a table does not have its columns.
    pub fn take(&mut self, tables: &[TableSource<'_>]) -> Result<(), WriteError> {
        for table in tables {
            let name = table.schema.name;
            let chunks = self.chunks(table)?;
            let known = self.tables.iter_mut().find(|known| known.name == name);
            match known {
                Some(known) => {
                    known.rows += table.len();
                    known.parts.push(chunks);
                }
                None => self.tables.push(WaitingTable { name, rows: table.len(), parts: vec![chunks] }),
            }
        }
        Ok(())
    }

    fn chunks(&self, table: &TableSource<'_>) -> Result<Chunks, WriteError> {
        let starts = (0..table.len()).step_by(self.chunk_rows);
        let ranges: Vec<Range<usize>> =
            starts.map(|start| start..(start + self.chunk_rows).min(table.len())).collect();
        let mut chunks: Vec<Slot> = Vec::with_capacity(ranges.len());
        for ranges in ranges.chunks(TOGETHER) {
            let made = ranges.par_iter().map(|range| -> Result<Vec<u8>, WriteError> {
                Ok(encode(&table.keyed(range.clone())?.unwrap_or_default())?)
            });
            for chunk in made.collect::<Result<Vec<_>, _>>()? {
                chunks.push(self.spill.push(&chunk)?);
            }
        }
        Ok(chunks)
    }
}

//! The tables of judged parts wait on disk, each row with its place among all of the night.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::engine::chunk::encode;
use crate::engine::merge::{Chunks, KeyedSlot, first_key};
use crate::engine::parquet_file::WriteError;
use crate::engine::spill::Spill;
use crate::engine::table::TableSource;

/// Rows of one table of all parts that are held when they are merged.
const MERGED_ROWS: usize = 128 * 1024;

/// One table, part by part, in a file of its own: it goes when the table is written.
pub struct WaitingTable {
    pub name: &'static str,
    pub spill: Spill,
    pub rows: usize,
    pub parts: Vec<Chunks>,
}

/// Every table about records.
pub struct Waiting {
    pub tables: Vec<WaitingTable>,
    folder: PathBuf,
    chunk_rows: usize,
}

impl Waiting {
    /// For so many parts.
    pub fn begin(folder: &Path, parts: usize) -> Self {
        let chunk_rows = (MERGED_ROWS / parts.max(1)).clamp(256, 8192);
        Self { tables: Vec::new(), folder: folder.to_owned(), chunk_rows }
    }

    /// Bytes that wait on disk.
    pub fn bytes(&self) -> u64 {
        self.tables.iter().map(|table| table.spill.bytes()).sum()
    }

    /// Takes the tables of the next part.
    ///
    /// # Errors
    /// When the folder or the disk refuses, or a table does not have its columns.
    pub fn take(&mut self, tables: &[TableSource<'_>]) -> Result<(), WriteError> {
        for table in tables {
            let name = table.schema.name;
            let at = match self.tables.iter().position(|known| known.name == name) {
                Some(at) => at,
                None => {
                    let spill = Spill::begin(&self.folder)?;
                    self.tables.push(WaitingTable { name, spill, rows: 0, parts: Vec::new() });
                    self.tables.len() - 1
                }
            };
            let waiting = &mut self.tables[at];
            waiting.parts.push(chunks(table, self.chunk_rows, &waiting.spill)?);
            waiting.rows += table.len();
        }
        Ok(())
    }
}

fn chunks(table: &TableSource<'_>, rows: usize, spill: &Spill) -> Result<Chunks, WriteError> {
    let starts = (0..table.len()).into_par_iter().step_by(rows);
    let made = starts.map(|start| -> Result<KeyedSlot, WriteError> {
        let batch = table.keyed(start..(start + rows).min(table.len()))?.unwrap_or_default();
        let first = first_key(&batch)?;
        Ok(KeyedSlot { slot: spill.push(&encode(&batch)?)?, first })
    });
    made.collect()
}

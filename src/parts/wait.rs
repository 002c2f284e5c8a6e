//! The tables of judged parts wait on disk, each row with its place among all of the night.

use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::engine::chunk::encode;
use crate::engine::merge::{Chunks, KeyedSlot, first_key};
use crate::engine::parquet_file::WriteError;
use crate::engine::spill::Spill;
use crate::engine::table::TableSource;

/// Rows of one table, or of one system in it, of all parts that are held when they are merged.
const MERGED_ROWS: usize = 128 * 1024;

/// One table, part by part, in a file of its own: it goes when the table is written.
pub struct WaitingTable {
    pub name: &'static str,
    pub spill: Spill,
    pub rows: usize,
    pub parts: Vec<Chunks>,
}

/// Tables in another order than that of systems and codes.
pub struct Waiting {
    pub tables: Vec<WaitingTable>,
    folder: PathBuf,
    chunk_rows: usize,
}

/// Rows that wait together, for so many parts.
pub fn chunk_rows(parts: usize) -> usize {
    (MERGED_ROWS / parts.max(1)).clamp(256, 8192)
}

impl Waiting {
    /// `chunk_rows`: rows that wait together.
    pub fn begin(folder: &Path, chunk_rows: usize) -> Self {
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
    pub fn take(&mut self, tables: &[&TableSource<'_>]) -> Result<(), WriteError> {
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
            waiting.parts.push(chunks(table, 0..table.len(), self.chunk_rows, &waiting.spill)?);
            waiting.rows += table.len();
        }
        Ok(())
    }
}

/// Lays rows of a table down in chunks, each with the key of its first row.
///
/// # Errors
/// When the disk refuses, or the table does not have its columns.
pub fn chunks(
    table: &TableSource<'_>,
    rows: Range<usize>,
    chunk_rows: usize,
    spill: &Spill,
) -> Result<Chunks, WriteError> {
    let starts = rows.clone().into_par_iter().step_by(chunk_rows);
    let made = starts.map(|start| -> Result<KeyedSlot, WriteError> {
        let batch = table.keyed(start..(start + chunk_rows).min(rows.end))?.unwrap_or_default();
        let first = first_key(&batch)?;
        Ok(KeyedSlot { slot: spill.push(&encode(&batch)?)?, first })
    });
    made.collect()
}

//! Row groups in the making: each column is encoded as its rows come, all columns at once.

use std::sync::Arc;

use parquet::bloom_filter::Sbbf;
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescPtr;
use rayon::prelude::*;

use super::chunk::{Chunk, Finished};
use super::layout::Layout;
use super::{Clock, WriteError};
use crate::engine::spill::{Slot, Spill};
use crate::engine::table::{Batch, TableSchema, TableSource, height};

/// Rows that are looked at to choose how each column is laid down.
pub(super) const SAMPLE_ROWS: usize = 4096;

/// A finished row group: its columns.
pub struct Group(pub(super) Vec<Finished>);

/// Makes the row groups of one stretch of a table after the other.
pub struct Groups {
    table: TableSchema,
    clock: Clock,
    columns: Vec<ColumnDescPtr>,
    /// How each column is laid down in this stretch, as its first rows tell.
    layouts: Vec<Layout>,
    chunks: Vec<Chunk>,
    rows: usize,
    most: usize,
}

impl Groups {
    /// `most`: rows of a whole group.
    pub(super) fn new(table: TableSchema, clock: Clock, columns: Vec<ColumnDescPtr>, most: usize) -> Self {
        Self { table, clock, columns, layouts: Vec::new(), chunks: Vec::new(), rows: 0, most }
    }

    /// What comes now is to be laid down as its own first rows tell.
    pub fn begin_stretch(&mut self) {
        self.layouts.clear();
    }

    /// Adds rows to the group, no more than it has room for.
    ///
    /// # Errors
    /// When they cannot be encoded.
    pub fn write(&mut self, batches: &[Batch]) -> Result<(), WriteError> {
        if self.layouts.is_empty() {
            let sample = sample(&self.table, batches)?;
            let columns = self.table.columns.iter().zip(&sample);
            self.layouts = columns.map(|(spec, column)| Layout::of(spec, column, &self.clock)).collect();
        }
        if self.chunks.is_empty() {
            let columns = self.columns.iter().zip(&self.layouts);
            let chunk = |(column, layout): (&ColumnDescPtr, &Layout)| {
                Chunk::new(Arc::clone(column), layout.clone(), self.most)
            };
            self.chunks =
                columns.map(chunk).collect::<Result<_, _>>().map_err(|source| self.failed(source))?;
        }
        let encoded = self
            .chunks
            .par_iter_mut()
            .enumerate()
            .try_for_each(|(at, chunk)| batches.iter().try_for_each(|batch| chunk.write(&batch[at])));
        self.rows += batches.iter().map(height).sum::<usize>();
        encoded.map_err(|source| self.failed(source))
    }

    /// Whether the group has no room for more.
    pub fn is_full(&self) -> bool {
        self.rows >= self.most
    }

    /// Finishes the group; `None` of one without rows.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn close(&mut self) -> Result<Option<Group>, WriteError> {
        self.rows = 0;
        let chunks = std::mem::take(&mut self.chunks);
        if chunks.is_empty() {
            return Ok(None);
        }
        let finished = chunks.into_par_iter().map(Chunk::close).collect::<Result<_, _>>();
        finished.map(|columns| Some(Group(columns))).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: ParquetError) -> WriteError {
        WriteError::Parquet { path: format!("table {}", self.table.name), source }
    }
}

/// The first rows of a table.
fn sample(table: &TableSchema, batches: &[Batch]) -> Result<Batch, WriteError> {
    let mut left = SAMPLE_ROWS;
    let mut sample = Vec::new();
    for batch in batches {
        let rows = height(batch).min(left);
        left -= rows;
        sample.push(batch.iter().map(|column| column.slice(0, rows)).collect::<Batch>());
    }
    Ok(TableSource::held(table.clone(), sample).whole()?.columns)
}

/// A finished row group that waits on disk until it is due.
pub struct Parked(Vec<ParkedColumn>);

struct ParkedColumn {
    bytes: Slot,
    bloom: Option<Slot>,
    finished: Finished,
}

impl Group {
    /// # Errors
    /// When the disk refuses.
    pub fn park(self, spill: &Spill) -> Result<Parked, WriteError> {
        let park = |mut finished: Finished| -> Result<ParkedColumn, WriteError> {
            let bytes = spill.push(&std::mem::take(&mut finished.bytes))?;
            let bloom = finished.close.bloom_filter.take().map(|bloom| -> Result<Slot, WriteError> {
                let mut bits = Vec::new();
                bloom
                    .write_bitset(&mut bits)
                    .map_err(|source| WriteError::Parquet { path: "a bloom filter".to_owned(), source })?;
                Ok(spill.push(&bits)?)
            });
            Ok(ParkedColumn { bytes, bloom: bloom.transpose()?, finished })
        };
        self.0.into_iter().map(park).collect::<Result<_, _>>().map(Parked)
    }
}

impl Parked {
    /// # Errors
    /// When the disk refuses.
    pub fn back(self, spill: &Spill) -> Result<Group, WriteError> {
        let back = |column: ParkedColumn| -> Result<Finished, WriteError> {
            let ParkedColumn { bytes, bloom, mut finished } = column;
            finished.bytes = spill.read(bytes)?.into();
            finished.close.bloom_filter =
                bloom.map(|bloom| spill.read(bloom)).transpose()?.map(|bits| Sbbf::new(&bits));
            Ok(finished)
        };
        self.0.into_iter().map(back).collect::<Result<_, _>>().map(Group)
    }
}

//! Takes the rows of one sheet as they come: the first ones decide its shape, the rest follow it.

use std::sync::Arc;

use super::super::OpenError;
use super::super::cells::RawBatch;
use super::super::shape::{self, SAMPLE_ROWS, Sample, Shape};
use super::row::{Cells, Row};
use crate::config::plan::SystemPlan;

/// Rows per batch, so that typing runs in parallel.
const BATCH_ROWS: usize = 16 * 1024;

/// One sheet in the making.
pub struct Sheet<'p> {
    system: &'p SystemPlan,
    place: String,
    name: Option<Arc<str>>,
    waiting: Vec<Row>,
    shape: Option<Shape>,
    batch: RawBatch,
    batches: Vec<RawBatch>,
    /// The most cells of a row seen before the shape was decided.
    widest: usize,
}

/// What became of a sheet.
pub struct ReadSheet {
    pub name: Option<Arc<str>>,
    pub shape: Shape,
    pub batches: Vec<RawBatch>,
}

/// Why a sheet was not read.
#[derive(Debug)]
pub struct Refused {
    pub error: OpenError,
    /// Not one of its rows has as many cells as columns are mapped: notes rather than a table.
    pub is_narrow: bool,
}

impl<'p> Sheet<'p> {
    /// `place` as it is named in a message, `name` as it stands in the outputs.
    pub fn begin(system: &'p SystemPlan, place: String, name: Option<&str>) -> Self {
        let name: Option<Arc<str>> = name.map(Arc::from);
        let batch = RawBatch::new(system.columns.len(), name.clone());
        Self { system, place, name, waiting: Vec::new(), shape: None, batch, batches: Vec::new(), widest: 0 }
    }

    /// # Errors
    /// When the rows seen so far have not the header, or not the cells under it.
    pub fn row(&mut self, row: &Row) -> Result<(), Refused> {
        match &self.shape {
            Some(shape) => {
                shape.take(row.number, row, &mut self.batch);
                self.cut();
            }
            None => {
                self.waiting.push(row.clone());
                if self.waiting.len() == SAMPLE_ROWS {
                    self.decide()?;
                }
            }
        }
        Ok(())
    }

    /// # Errors
    /// As [`Sheet::row`].
    pub fn finish(mut self) -> Result<ReadSheet, Refused> {
        if self.shape.is_none() {
            self.decide()?;
        }
        self.batches.push(self.batch);
        let Some(shape) = self.shape else {
            let error = OpenError::Unreadable("the sheet has no shape".to_owned());
            return Err(Refused { error, is_narrow: true });
        };
        self.batches.iter_mut().for_each(|batch| batch.dates = Arc::clone(&shape.dates));
        Ok(ReadSheet { name: self.name, shape, batches: self.batches })
    }

    fn decide(&mut self) -> Result<(), Refused> {
        let filled = |row: &Row| (0..row.width()).filter(|at| !row.cell(*at).is_empty()).count();
        self.widest = self.waiting.iter().map(filled).max().unwrap_or_default();
        let sample = Sample { rows: &self.waiting, further: &[], has_widths: false };
        let shape = shape::decide(sample, &self.place, self.system)
            .map_err(|error| Refused { error, is_narrow: self.widest < self.system.columns.len() })?;
        let header = shape.header_row;
        for row in std::mem::take(&mut self.waiting) {
            if row.number > header {
                shape.take(row.number, &row, &mut self.batch);
                self.cut();
            }
        }
        self.shape = Some(shape);
        Ok(())
    }

    fn cut(&mut self) {
        if self.batch.rows.len() >= BATCH_ROWS {
            let next = RawBatch::new(self.system.columns.len(), self.name.clone());
            self.batches.push(std::mem::replace(&mut self.batch, next));
        }
    }
}

/// Gathers the sheets of one file. A sheet of notes is passed over; one as wide as the table, or with
/// some of its columns, would lose rows in silence and stops the run.
#[derive(Default)]
pub struct Sheets {
    pub read: Vec<ReadSheet>,
    notes: Option<OpenError>,
}

impl Sheets {
    /// # Errors
    /// When the sheet is no sheet of notes and cannot be read.
    pub fn add(&mut self, sheet: Result<ReadSheet, Refused>) -> Result<(), OpenError> {
        match sheet {
            Ok(sheet) => self.read.push(sheet),
            Err(Refused { error: error @ OpenError::NoHeader(_), is_narrow: true }) => {
                self.notes.get_or_insert(error);
            }
            Err(Refused { error, .. }) => return Err(error),
        }
        Ok(())
    }

    /// # Errors
    /// When no sheet has the header.
    pub fn finish(self) -> Result<Vec<ReadSheet>, OpenError> {
        match self.notes {
            Some(error) if self.read.is_empty() => Err(error),
            _ => Ok(self.read),
        }
    }
}

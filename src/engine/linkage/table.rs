//! Tables as linking sees them: columns of optional text, each value kept once.

use crate::engine::dictionary::{BATCH, Dictionary, hash_of};

/// The cell that holds nothing.
pub const NOTHING: u32 = u32::MAX;

/// One column. Empty text is nothing.
#[derive(Debug, Clone, Default)]
pub struct Column {
    pub name: String,
    pub cells: Vec<u32>,
    pub values: Dictionary,
    pending: String,
    /// Where pending values end; `NOTHING` for none.
    ends: Vec<u32>,
}

impl Column {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The column of these cells; quicker than one at a time.
    pub fn of<'t>(name: &str, cells: impl Iterator<Item = Option<&'t str>>) -> Self {
        let mut column = Self::new(name);
        let mut batch = Vec::with_capacity(BATCH);
        for cell in cells {
            batch.push(cell.filter(|text| !text.is_empty()));
            if batch.len() == BATCH {
                column.take_in(&batch);
                batch.clear();
            }
        }
        column.take_in(&batch);
        column.finished()
    }

    pub fn push(&mut self, value: Option<&str>) {
        match value {
            Some(value) if !value.is_empty() => {
                self.pending.push_str(value);
                self.ends.push(self.pending.len() as u32);
            }
            _ => self.ends.push(NOTHING),
        }
        if self.ends.len() == BATCH {
            self.flush();
        }
    }

    /// The column once all cells are in: what finds known values is let go until another column is absorbed.
    #[must_use]
    pub fn finished(mut self) -> Self {
        self.flush();
        self.values.forget_slots();
        self
    }

    fn flush(&mut self) {
        let (pending, ends) = (std::mem::take(&mut self.pending), std::mem::take(&mut self.ends));
        let mut start = 0;
        let cells: Vec<Option<&str>> = ends
            .iter()
            .map(|end| {
                let text = (*end != NOTHING).then(|| &pending[start..*end as usize]);
                start = if *end == NOTHING { start } else { *end as usize };
                text
            })
            .collect();
        self.take_in(&cells);
        (self.pending, self.ends) = (pending, ends);
        self.pending.clear();
        self.ends.clear();
    }

    /// At most a batch of cells.
    fn take_in(&mut self, cells: &[Option<&str>]) {
        if cells.is_empty() {
            return;
        }
        self.values.recall_slots();
        let mut hashes = [0; BATCH];
        for (hash, cell) in hashes.iter_mut().zip(cells) {
            *hash = cell.map_or(0, hash_of);
        }
        self.values.warm(&hashes[..cells.len()]);
        self.cells.extend(
            cells
                .iter()
                .zip(hashes)
                .map(|(cell, hash)| cell.map_or(NOTHING, |text| self.values.intern_hashed(text, hash))),
        );
    }
}

/// Columns of equal length. `keys` orders rows that agree in every column, so that a result does not
/// follow the order of the input; a hash of the record's own id serves.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub columns: Vec<Column>,
    pub keys: Vec<u64>,
}

impl Table {
    pub fn new(columns: Vec<Column>, keys: Vec<u64>) -> Self {
        let columns = columns.into_iter().map(Column::finished).collect();
        Self { columns, keys }
    }

    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }
}

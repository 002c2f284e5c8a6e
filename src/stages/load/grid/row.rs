//! One row of a grid: cells as bytes, in the order of the columns.

use csv::ByteRecord;

/// What a row of any grid gives.
pub trait Cells {
    /// Cells up to the last one written.
    fn width(&self) -> usize;
    /// Empty where there is none.
    fn cell(&self, at: usize) -> &[u8];

    /// Where a cell lies in the piece that was read, if that is UTF-8 and the cell stands there as it is.
    fn place(&self, _at: usize) -> Option<(u32, u32)> {
        None
    }
}

impl Cells for ByteRecord {
    fn width(&self) -> usize {
        self.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        self.get(at).unwrap_or_default()
    }
}

/// A row that is filled cell by cell, in any order, and used again for the next one.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Row of the file or sheet, 1-based, as a person sees it.
    pub number: u64,
    text: Vec<u8>,
    cells: Vec<(u32, u32)>,
}

impl Row {
    pub fn begin(&mut self, number: u64) {
        self.number = number;
        self.text.clear();
        self.cells.clear();
    }

    pub fn set(&mut self, at: usize, cell: &[u8]) {
        if cell.is_empty() {
            return;
        }
        let start = self.text.len() as u32;
        self.text.extend_from_slice(cell);
        if self.cells.len() <= at {
            self.cells.resize(at + 1, (0, 0));
        }
        self.cells[at] = (start, self.text.len() as u32);
    }

    /// Adds the next cell, empty or not.
    pub fn push(&mut self, cell: &[u8]) {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(cell);
        self.cells.push((start, self.text.len() as u32));
    }

    /// Bytes of all cells.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl Cells for Row {
    fn width(&self) -> usize {
        self.cells.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        let (start, end) = self.cells.get(at).copied().unwrap_or((0, 0));
        &self.text[start as usize..end as usize]
    }
}

/// Copies the rows of a sample.
pub fn copy(number: u64, cells: &impl Cells) -> Row {
    let mut row = Row::default();
    row.begin(number);
    (0..cells.width()).for_each(|at| row.push(cells.cell(at)));
    row
}

//! One or two tables made ready: values shared by both sides, rows in an order that only their
//! content decides.
//!
//! Rows are sorted by a hash of their content and the sides by the sum of those hashes, so sampling
//! and ties can go by position and still not follow the order of the input. Rows that the first
//! blocking rule joins stand together: records that meet often are then near in memory.

use rayon::prelude::*;

use super::comparator::Cell;
use super::error::{LinkageError, nearest};
use super::table::{NOTHING, Table};
use crate::engine::bucket_sort;
use crate::engine::dictionary::Dictionary;

/// A field of both tables.
pub struct Field {
    pub name: String,
    pub values: Dictionary,
    /// Rows of both tables that hold the value.
    pub counts: Vec<u32>,
    /// Rows of both tables that hold any value.
    pub filled: u64,
}

impl Field {
    pub fn cell(&self, value: u32) -> Option<Cell<'_>> {
        (value != NOTHING).then(|| Cell::new(value, &self.values))
    }
}

/// Rows of one table in canonical order, cells row by row.
pub struct Side {
    pub rows: usize,
    cells: Vec<u32>,
    width: usize,
    /// Canonical position to the caller's row.
    pub original: Vec<u32>,
    pub(super) fingerprint: u64,
}

impl Side {
    #[inline]
    pub fn row(&self, row: u32) -> &[u32] {
        &self.cells[row as usize * self.width..][..self.width]
    }
}

pub struct Frame {
    pub fields: Vec<Field>,
    /// One side to find duplicates in, or two to link.
    pub sides: Vec<Side>,
    /// The caller's left table stands on the right.
    pub swapped: bool,
}

impl Frame {
    /// Takes the named fields; a column that a table does not have is empty.
    pub fn new(tables: Vec<Table>, names: &[String], together: &[String]) -> Self {
        let mut tables: Vec<Table> = tables;
        let rows: Vec<usize> = tables.iter().map(Table::rows).collect();
        let taken: Vec<(Field, Vec<Vec<u32>>)> = {
            let mut columns: Vec<Vec<_>> = Vec::new();
            for name in names {
                columns.push(
                    tables
                        .iter_mut()
                        .zip(&rows)
                        .map(|(table, rows)| {
                            let at = table.columns.iter().position(|column| column.name == *name);
                            at.map(|at| {
                                let column = &mut table.columns[at];
                                (std::mem::take(&mut column.values), std::mem::take(&mut column.cells))
                            })
                            .unwrap_or_else(|| (Dictionary::default(), vec![NOTHING; *rows]))
                        })
                        .collect(),
                );
            }
            columns.into_par_iter().zip(names).map(|(columns, name)| join(columns, name)).collect()
        };
        let keys: Vec<Vec<u64>> = tables.iter_mut().map(|table| std::mem::take(&mut table.keys)).collect();
        let lead: Vec<usize> = (0..names.len()).filter(|at| together.contains(&names[*at])).collect();
        let mut columns: Vec<Vec<Vec<u32>>> = vec![Vec::new(); tables.len()];
        let mut fields = Vec::with_capacity(names.len());
        for (field, of_tables) in taken {
            fields.push(field);
            columns.iter_mut().zip(of_tables).for_each(|(columns, own)| columns.push(own));
        }
        let mut sides: Vec<Side> = columns
            .into_par_iter()
            .zip(rows)
            .zip(&keys)
            .map(|((columns, rows), keys)| side(&fields, &lead, columns, rows, keys))
            .collect();
        let swapped = sides.len() == 2 && sides[0].fingerprint > sides[1].fingerprint;
        if swapped {
            sides.swap(0, 1);
        }
        Self { fields, sides, swapped }
    }

    pub fn is_link(&self) -> bool {
        self.sides.len() == 2
    }

    pub fn left(&self) -> &Side {
        &self.sides[0]
    }

    pub fn right(&self) -> &Side {
        self.sides.last().unwrap_or(&self.sides[0])
    }

    /// All pairs there are.
    pub fn pairs(&self) -> f64 {
        let (left, right) = (self.left().rows as f64, self.right().rows as f64);
        if self.is_link() { left * right } else { left * (left - 1.0) / 2.0 }
    }

    /// Where a field stands, or the error that names `place`.
    pub fn place(&self, name: &str, place: &str) -> Result<usize, LinkageError> {
        let known = || self.fields.iter().map(|field| field.name.as_str());
        self.field(name).ok_or_else(|| LinkageError::UnknownField {
            place: place.to_owned(),
            field: name.to_owned(),
            nearest: nearest(name, known()),
            known: known().map(str::to_owned).collect(),
        })
    }

    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The caller's rows of a pair.
    pub fn original(&self, left: u32, right: u32) -> (u32, u32) {
        let pair = (self.left().original[left as usize], self.right().original[right as usize]);
        if self.swapped { (pair.1, pair.0) } else { pair }
    }

    /// Where the caller's rows stand here.
    pub fn canonical(&self, left: u32, right: u32) -> Result<(u32, u32), LinkageError> {
        let (first, second) = if self.swapped { (right, left) } else { (left, right) };
        let find = |side: &Side, row: u32, name| {
            let at = side.original.iter().position(|own| *own == row);
            at.map(|at| at as u32).ok_or(LinkageError::NoSuchRow { side: name, row })
        };
        let names = if self.swapped { ["right", "left"] } else { ["left", "right"] };
        Ok((find(self.left(), first, names[0])?, find(self.right(), second, names[1])?))
    }

    /// All of the caller's rows by their place here, for many look-ups.
    pub fn places(&self) -> Places {
        let turn = |side: &Side| {
            let mut out = vec![0; side.rows];
            for (at, row) in (0u32..).zip(&side.original) {
                out[*row as usize] = at;
            }
            out
        };
        Places { sides: [turn(self.left()), turn(self.right())], swapped: self.swapped }
    }

    /// A fingerprint of the data, the same for any order of rows and sides.
    pub fn fingerprint(&self) -> u64 {
        self.sides.iter().fold(0, |sum, side| mix(sum ^ side.fingerprint))
    }
}

/// Where the caller's rows stand in a frame.
pub struct Places {
    sides: [Vec<u32>; 2],
    swapped: bool,
}

impl Places {
    /// The places of a pair that exists.
    pub fn canonical(&self, left: u32, right: u32) -> (u32, u32) {
        let (left, right) = if self.swapped { (right, left) } else { (left, right) };
        (self.sides[0][left as usize], self.sides[1][right as usize])
    }
}

/// Spreads the bits of a number.
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn join(columns: Vec<(Dictionary, Vec<u32>)>, name: &str) -> (Field, Vec<Vec<u32>>) {
    let mut columns = columns.into_iter();
    let (mut values, first) = columns.next().unwrap_or_default();
    let mut cells = vec![first];
    for (own, mut other) in columns {
        let renamed = values.absorb(&own);
        drop(own);
        for cell in other.iter_mut().filter(|cell| **cell != NOTHING) {
            *cell = renamed[*cell as usize];
        }
        cells.push(other);
    }
    values.close();
    let mut counts = vec![0u32; values.len()];
    let mut filled = 0;
    for cell in cells.iter().flatten().filter(|cell| **cell != NOTHING) {
        counts[*cell as usize] += 1;
        filled += 1;
    }
    (Field { name: name.to_owned(), values, counts, filled }, cells)
}

fn side(fields: &[Field], lead: &[usize], columns: Vec<Vec<u32>>, rows: usize, keys: &[u64]) -> Side {
    let width = fields.len();
    let hash = |field: &Field, cell: u32| {
        if cell == NOTHING { 0x9e37_79b9_7f4a_7c15 } else { field.values.hash(cell) }
    };
    // Row by row first: a row is then moved as one, and not gathered from as many places as it has cells.
    let mut laid = vec![NOTHING; rows * width.max(1)];
    let order: Vec<(u64, u64, u32)> = laid
        .par_chunks_mut(width.max(1))
        .enumerate()
        .map(|(row, cells)| {
            cells.iter_mut().zip(&columns).for_each(|(cell, column)| *cell = column[row]);
            let content =
                fields.iter().zip(&*cells).fold(0u64, |sum, (field, cell)| mix(sum ^ hash(field, *cell)));
            let first = lead.iter().fold(0u64, |sum, at| mix(sum ^ hash(&fields[*at], cells[*at])));
            (first, content, row as u32)
        })
        .collect();
    drop(columns);
    let key = |row: u32| keys.get(row as usize).copied().unwrap_or(0);
    let order = bucket_sort::sorted(
        order,
        |(first, _, _)| *first,
        |(_, a, row), (_, b, other)| a.cmp(b).then_with(|| (key(*row), *row).cmp(&(key(*other), *other))),
    );
    let mut cells = vec![NOTHING; rows * width];
    cells.par_chunks_mut(width.max(1)).zip(&order).for_each(|(out, (_, _, row))| {
        out.copy_from_slice(&laid[*row as usize * width..][..width]);
    });
    let fingerprint = order.iter().fold(rows as u64, |sum, (_, content, _)| sum.wrapping_add(*content));
    Side { rows, cells, width, original: order.into_iter().map(|(_, _, row)| row).collect(), fingerprint }
}

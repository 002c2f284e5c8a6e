//! The shape of a grid: where its header stands, which cells belong to which mapped column, in which
//! encoding each column is written, and which rows are no records.

pub mod alignment;
pub mod furniture;
pub mod header;

use std::sync::Arc;

use super::cells::{BadRow, RawBatch, RowReason, TotalsRow};
use super::evidence;
use super::grid::row::{Cells, Row};
use super::{OpenError, source::limits};
use crate::config::plan::{ShiftPolicy, SystemPlan};
use crate::domain::date::DatePattern;
use crate::domain::dossier::FieldName;
use crate::domain::encoding::{ColumnEncoding, Encoding, Judgement};
use alignment::{ENOUGH, FEWEST, Judged, Shift};
use furniture::{Furniture, RowKind};
use header::Header;

/// Rows looked at before the shape is decided; tables may stand above the one that is wanted.
pub const SAMPLE_ROWS: usize = 2_000;
/// Rows on which the content of columns is judged.
const JUDGED_ROWS: usize = 300;
/// Rows of one width, other than the header's, that make it the width of the table.
const WIDTH_ROWS: usize = 5;

/// How the rows of one grid are read.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Row of the header, its lowest level, as a person counts.
    pub header_row: u64,
    /// Every column of the export, in its order.
    pub titles: Vec<String>,
    /// One per mapped column: where its cells stand.
    pub positions: Vec<Option<usize>>,
    /// One per mapped column.
    pub encodings: Vec<Judgement>,
    /// What a header over other cells was repaired with.
    pub repaired: Option<String>,
    pub dates: Arc<[DatePattern]>,
    /// Day and month could be the other way round in every date there is.
    pub dates_undecided: bool,
    /// Widths a row may have; `None` where rows have no width of their own.
    widths: Option<(usize, usize)>,
    furniture: Furniture,
    code: Option<usize>,
    decoders: Vec<ColumnEncoding>,
    fields: Vec<FieldName>,
}

/// What a shape is decided on.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'s> {
    /// The first rows of the grid.
    pub rows: &'s [Row],
    /// Rows from further down, as evidence of encodings.
    pub further: &'s [Row],
    /// A row that has fewer or more cells than the header is damaged.
    pub has_widths: bool,
}

/// Decides how a grid is to be read.
///
/// # Errors
/// When the header lacks a mapped column, or the cells do not stand under it.
pub fn decide(sample: Sample<'_>, place: &str, system: &SystemPlan) -> Result<Shape, OpenError> {
    let all = || sample.rows.iter().chain(sample.further);
    let width = all().map(Cells::width).max().unwrap_or_default();
    if width > limits::COLUMNS {
        let reason = format!("a row of {width} cells, more than {}", limits::COLUMNS);
        return Err(OpenError::Unreadable(reason));
    }
    let columns: Vec<Vec<&[u8]>> = (0..width).map(|at| all().map(|row| row.cell(at)).collect()).collect();
    let encodings = evidence::encodings(&columns, system.encoding);
    let decode = |row: &Row| -> Vec<String> {
        let cells = encodings.iter().enumerate().take(row.width());
        cells.map(|(at, judgement)| evidence::lossy(judgement.encoding, row.cell(at))).collect()
    };
    let rows: Vec<Vec<String>> = sample.rows.iter().map(decode).collect();
    let titled = |row: &Row| -> Vec<String> {
        let cells = encodings.iter().enumerate().take(row.width());
        cells.map(|(at, judgement)| evidence::title(judgement.encoding, row.cell(at))).collect()
    };
    let titles: Vec<Vec<String>> = sample.rows.iter().map(titled).collect();
    let header = header::find(&titles, &|at| sample.rows[at].number, place, system)?;
    let raw_header = |row: &Row| (0..row.width()).map(|at| row.cell(at).to_vec()).collect();
    let mut shape = Shape {
        header_row: sample.rows[header.rows.1].number,
        positions: header.positions.iter().map(|at| Some(*at)).collect(),
        encodings: Vec::new(),
        repaired: None,
        dates: Arc::from([]),
        dates_undecided: false,
        widths: None,
        furniture: Furniture {
            vital: Vec::new(),
            header: sample.rows[header.rows.0..=header.rows.1].iter().map(raw_header).collect(),
        },
        code: None,
        decoders: Vec::new(),
        fields: system.columns.iter().map(|column| column.field).collect(),
        titles: header.titles.clone(),
    };
    let body: Vec<(&Row, &Vec<String>)> = sample.rows.iter().zip(&rows).skip(header.rows.1 + 1).collect();
    shape.place_vital(system);
    let column = |at: usize| body.iter().filter_map(move |(_, row)| row.get(at));
    (shape.dates, shape.dates_undecided) = evidence::dates(system, width, &column);
    shape.align(sample, &header, &body, system)?;
    shape.encodings = shape.positions.iter().map(|at| evidence::at(&encodings, *at)).collect();
    shape.decoders = shape.encodings.iter().map(|judgement| judgement.encoding).collect();
    Ok(shape)
}

impl Shape {
    fn place_vital(&mut self, system: &SystemPlan) {
        let vital = system.columns.iter().zip(&self.positions).filter(|(column, _)| column.field.is_vital());
        self.furniture.vital = vital.filter_map(|(_, at)| *at).collect();
        self.code = system.hub_key_column().and_then(|at| self.positions[at]);
    }

    /// Holds the cells against what their columns should hold.
    fn align(
        &mut self,
        sample: Sample<'_>,
        header: &Header,
        body: &[(&Row, &Vec<String>)],
        system: &SystemPlan,
    ) -> Result<(), OpenError> {
        let is_row = |row: &Row| {
            !matches!(self.furniture.kind(row), RowKind::Blank | RowKind::HeaderAgain | RowKind::Totals)
        };
        let body: Vec<&(&Row, &Vec<String>)> = body.iter().filter(|(row, _)| is_row(row)).collect();
        let usual = usual_width(body.iter().map(|(row, _)| row.width()));
        let judged: Vec<&Vec<String>> = {
            let fitting = body.iter().filter(|(row, _)| usual.is_none_or(|usual| row.width() == usual));
            fitting.take(JUDGED_ROWS).map(|(_, row)| *row).collect()
        };
        let known = evidence::known(system, &self.dates);
        let share = |column: usize, at: usize| {
            let field = system.columns[column].field;
            let cells = judged.iter().filter_map(|row| known.fits(field, row.get(at)?));
            let (fit, all) = cells.fold((0, 0), |(fit, all), fits| (fit + usize::from(fits), all + 1));
            (all >= FEWEST).then(|| fit as f64 / all as f64)
        };
        let columns: Vec<Judged> = system
            .columns
            .iter()
            .zip(&header.positions)
            .map(|(column, at)| Judged {
                header: *at,
                vital: column.field.is_vital(),
                name: column.source.clone(),
            })
            .collect();
        let width = judged.iter().map(|row| row.len()).max().unwrap_or_default();
        let own_width = sample.rows[header.rows.1].width();
        if let Some(Shift { positions, words }) = alignment::find(&columns, width, &share) {
            if system.shift == ShiftPolicy::Refuse {
                return Err(OpenError::Shifted(words));
            }
            self.positions = positions;
            self.repaired = Some(words);
            self.place_vital(system);
            self.widths = sample.has_widths.then_some((usual.unwrap_or(own_width), own_width));
            return Ok(());
        }
        // Rows that leave out their last cells, or end in a delimiter, are whole when what they hold fits.
        let fits = (0..columns.len()).filter_map(|at| share(at, columns[at].header));
        let all_fit = { fits }.try_fold(0, |judged, share| (share >= ENOUGH).then_some(judged + 1));
        let other = usual.filter(|_| all_fit.is_some_and(|judged| judged > 0)).unwrap_or(own_width);
        self.widths = sample.has_widths.then_some((own_width, other));
        Ok(())
    }

    /// A delimited row over several lines is one record only when it fits the table.
    pub fn has_width(&self, width: usize) -> bool {
        self.widths.is_none_or(|(header, other)| width == header || width == other)
    }

    /// Takes one row into the batch: as a record, as a refused row, or as furniture.
    pub fn take(&self, number: u64, row: &impl Cells, batch: &mut RawBatch) {
        match self.furniture.kind(row) {
            RowKind::Record => {}
            RowKind::Blank | RowKind::HeaderAgain => {
                batch.set_aside += 1;
                return;
            }
            RowKind::Totals => {
                batch.set_aside += 1;
                batch.totals.push(self.totals(number, row));
                return;
            }
            RowKind::NotARecord => {
                let detail = "neither a code nor a date of receipt: a title, a signature or another table";
                return self.reject(number, row, RowReason::NotARecord, detail.to_owned(), batch);
            }
        }
        if !self.has_width(row.width()) {
            let detail = format!(
                "{} cells, the header has {}",
                row.width(),
                self.widths.map_or(0, |(header, _)| header)
            );
            return self.reject(number, row, RowReason::RaggedRow, detail, batch);
        }
        let start = batch.rows.len();
        for ((cells, at), decoder) in batch.columns.iter_mut().zip(&self.positions).zip(&self.decoders) {
            if decoder.encoding == Encoding::Utf8
                && let Some(place) = at.and_then(|at| row.place(at))
            {
                cells.push_place(place);
                continue;
            }
            match at.map_or(Some("".into()), |at| decoder.decode(row.cell(at))) {
                Some(cell) => cells.push(&cell),
                None => {
                    batch.columns.iter_mut().for_each(|cells| cells.truncate(start));
                    let name = decoder.encoding.code();
                    let name = if decoder.encoding == Encoding::Utf8 { "UTF-8" } else { name };
                    let detail = format!("not {name} text");
                    return self.reject(number, row, RowReason::NotUtf8, detail, batch);
                }
            }
        }
        batch.rows.push(number);
    }

    fn totals(&self, number: u64, row: &impl Cells) -> TotalsRow {
        let cells = (0..row.width()).map(|at| String::from_utf8_lossy(row.cell(at)).trim().to_owned());
        let cells: Vec<String> = cells.collect();
        let columns = self.fields.iter().zip(&self.positions);
        let columns = columns.filter_map(|(field, at)| Some((*field, cells.get((*at)?)?.clone()))).collect();
        TotalsRow { row: number, columns, cells }
    }

    /// Refuses a row, naming its dossier where its code can still be read.
    pub fn reject(
        &self,
        number: u64,
        row: &impl Cells,
        reason: RowReason,
        detail: String,
        batch: &mut RawBatch,
    ) {
        let cell = self.code.map(|at| row.cell(at));
        // Behind a stray quote a cell may hold the rest of the file: only its first line is looked at.
        let line = cell.and_then(|cell| cell.split(|byte| *byte == b'\n').next());
        let code = line.and_then(|line| std::str::from_utf8(line).ok()).map(str::to_owned);
        batch.bad.push(BadRow { row: number, reason, detail, code });
    }
}

/// The width of nearly all rows, where there are enough of them.
fn usual_width(widths: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    widths.for_each(|width| *counts.entry(width).or_default() += 1);
    let all: usize = counts.values().sum();
    let (width, rows) = counts.into_iter().max_by_key(|(_, rows)| *rows)?;
    (rows >= WIDTH_ROWS && rows as f64 >= ENOUGH * all as f64).then_some(width)
}

//! The tables that say what was read.

use polars::prelude::PolarsError;

use super::Names;
use crate::config::tables::{TablesPlan, ValueKind};
use crate::engine::frame::{Ints, Texts};
use crate::engine::rows::{Rows, count, maybe, text};
use crate::engine::starts::Starts;
use crate::engine::table::{Kind, Misfit, TableSchema, TableSource};
use crate::tables::TablesError;
use crate::tables::read::{PLACE, Read, TableRows};
use crate::tables::value::days;

pub fn feeds<'a>(_: &'a TablesPlan, read: &'a Read) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "feeds",
        &[
            ("table", Kind::Label),
            ("file", Kind::Text),
            ("format", Kind::Label),
            ("bytes", Kind::Int),
            ("sha256", Kind::Text),
            ("rows", Kind::Int),
            ("accepted", Kind::Int),
            ("quarantined", Kind::Int),
            ("set_aside", Kind::Int),
            ("remark", Kind::Text),
        ],
    );
    let mut rows = Rows::new(&schema, read.tables.len());
    for table in &read.tables {
        for feed in &table.feeds {
            rows.push([
                text(&table.name),
                text(&feed.file),
                text(feed.format),
                count(feed.bytes),
                text(&feed.sha256),
                count(feed.rows),
                count(feed.rows - feed.quarantined),
                count(feed.quarantined),
                count(feed.set_aside),
                maybe((!feed.remark.is_empty()).then_some(&feed.remark)),
            ]);
        }
    }
    Ok(rows.table(schema)?)
}

pub fn quarantine<'a>(_: &'a TablesPlan, read: &'a Read) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "quarantine",
        &[
            ("table", Kind::Label),
            ("file", Kind::Text),
            ("sheet", Kind::Text),
            ("row", Kind::Int),
            ("column", Kind::Text),
            ("scope", Kind::Label),
            ("reason", Kind::Label),
            ("detail", Kind::Text),
            ("masked_value", Kind::Text),
        ],
    );
    Ok(TableSource::made(schema, read.quarantine.len(), move |at, rows| {
        let entry = &read.quarantine[at];
        rows.push([
            text(&read.tables[entry.table].name),
            text(&entry.file),
            maybe(entry.sheet.as_deref()),
            count(entry.row),
            maybe(entry.column.as_deref()),
            text(entry.scope().code()),
            text(entry.reason),
            text(&entry.detail),
            maybe(entry.masked.as_deref()),
        ]);
    }))
}

pub fn records<'a>(plan: &'a TablesPlan, read: &'a Read) -> Result<TableSource<'a>, TablesError> {
    let mut columns = vec![
        ("table", Kind::Label),
        ("record_id", Kind::Id),
        ("file", Kind::Label),
        ("sheet", Kind::Label),
        ("row", Kind::Int),
    ];
    columns.extend(plan.fields.iter().map(|field| {
        let kind = match field.kind {
            ValueKind::Text | ValueKind::Code => Kind::Text,
            ValueKind::Date => Kind::Date,
            ValueKind::Number => Kind::Float,
        };
        (field.name.as_str(), kind)
    }));
    let parts: Vec<RecordsOf<'a>> =
        read.tables.iter().map(|table| RecordsOf::new(plan, table)).collect::<Result<_, Misfit>>()?;
    let starts = Starts::of(read.tables.iter().map(TableRows::len));
    let schema = TableSchema::new("records", &columns);
    Ok(TableSource::made_by_column(schema, starts.total(), move |wanted, rows| {
        let places = starts.places(wanted);
        for of_part in places.chunk_by(|a, b| a.0 == b.0) {
            parts[of_part[0].0].push(of_part.iter().map(|(_, row)| *row), rows);
        }
    }))
}

/// The rows of `records` that one table gives.
struct RecordsOf<'a> {
    table: &'a TableRows,
    names: Names<'a>,
    fields: Vec<(ValueKind, Option<Texts<'a>>)>,
    places: Ints<'a>,
    numbers: Ints<'a>,
}

impl<'a> RecordsOf<'a> {
    fn new(plan: &TablesPlan, table: &'a TableRows) -> Result<Self, Misfit> {
        let misfit = |source: PolarsError| Misfit { table: "records", reason: source.to_string() };
        let fields = plan.fields.iter().map(|field| (field.kind, table.texts(&field.name))).collect();
        let places = Ints::of(&table.frame, PLACE).map_err(misfit)?;
        let numbers = Ints::of(&table.frame, "row").map_err(misfit)?;
        Ok(Self { table, names: Names::of(table), fields, places, numbers })
    }

    /// Adds rows, column by column.
    fn push(&self, wanted: impl ExactSizeIterator<Item = usize> + Clone, rows: &mut Rows) {
        let place = |row: usize| self.places.get(row).and_then(|place| self.table.places.get(place as usize));
        rows.texts(0, wanted.clone().map(|_| Some(&self.table.name)));
        rows.texts(1, wanted.clone().map(|row| Some(self.names.get(row as u32))));
        rows.texts(2, wanted.clone().map(|row| place(row).map(|place| &place.file)));
        rows.texts(3, wanted.clone().map(|row| place(row)?.sheet.as_ref()));
        rows.ints(4, wanted.clone().map(|row| self.numbers.get(row)));
        for (column, (kind, texts)) in (5..).zip(&self.fields) {
            let Some(texts) = texts else {
                rows.nulls(column, wanted.len());
                continue;
            };
            let values = wanted.clone().map(|row| texts.get(row));
            match kind {
                ValueKind::Text | ValueKind::Code => rows.texts(column, values),
                ValueKind::Date => rows.ints(column, values.map(|date| days(date?))),
                ValueKind::Number => rows.floats(column, values.map(|number| number?.parse().ok())),
            }
        }
    }
}

//! What was found of a file, in words. Every line is a TOML comment, so that the report and the blocks
//! under it are one file that `doisoat check` reads.

use std::fmt::{self, Display, Write as _};

use serde::Serialize;

use super::Inspected;
use super::draft::one_line;
use super::table::{Column, Table};
use crate::domain::dossier::FieldName;
use crate::domain::encoding::Encoding;
use crate::domain::recognise::{DayMonth, Grammar};
use crate::stages::normalise::quarantine;

/// A file in words.
pub struct Words<'i>(pub &'i Inspected);

impl Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.0;
        let member = found.member.as_ref().map(|member| format!(", member {member}")).unwrap_or_default();
        let packed = if found.packed { ", packed" } else { "" };
        writeln!(f, "# {}{member}: {}{packed}", one_line(&found.file), found.kind.words())?;
        if let Some(damage) = &found.damage {
            writeln!(f, "# DAMAGED: {damage}")?;
        }
        for table in &found.tables {
            write_table(f, table)?;
        }
        if found.tables.is_empty() {
            writeln!(f, "# it holds no table")?;
        }
        Ok(())
    }
}

fn write_table(f: &mut fmt::Formatter<'_>, table: &Table) -> fmt::Result {
    let mut head: Vec<String> = Vec::new();
    head.extend(table.sheet.as_ref().map(|sheet| format!("sheet `{}`", one_line(sheet))));
    head.extend(
        table
            .dialect
            .map(|dialect| format!("delimiter `{}`", char::from(dialect.delimiter).escape_default())),
    );
    head.extend(table.utf16.then(|| "UTF-16".to_owned()));
    head.extend(table.records.as_ref().map(|records| format!("records at `{records}`")));
    head.extend(table.header_row.map(|row| format!("header in row {row}")));
    head.push(format!("{} rows looked at", table.rows));
    writeln!(f, "# {}", head.join(", "))?;
    if table.columns.iter().any(|column| column.header_is_guessed) {
        writeln!(f, "# NO HEADER WAS FOUND: its first row stands in the place of one")?;
    }
    if table.shifted {
        writeln!(f, "# THE CELLS DO NOT STAND UNDER THEIR HEADERS: mapped by what stands in them")?;
    }
    writeln!(f, "#")?;
    for (number, column) in (1..).zip(&table.columns) {
        writeln!(f, "# {number:>3}  {}", line(column))?;
    }
    writeln!(f, "#")
}

fn line(column: &Column) -> String {
    let header = if column.header.is_empty() { "(no header)".to_owned() } else { shown_header(column) };
    let mut line = format!("{}: ", one_line(&header));
    let profile = &column.profile;
    // Writing to a String cannot fail.
    let _ = match &column.proposal {
        Some(proposal) => write!(line, "{} {:.0} %", proposal.field.name(), 100.0 * proposal.confidence),
        None => write!(line, "-"),
    };
    let empty = 100.0 * profile.empty as f64 / profile.cells.max(1) as f64;
    let _ = write!(line, "; {empty:.0} % empty, {} distinct", profile.distinct);
    if let Some((grammar, share)) = grammar_of(column) {
        let _ = write!(line, ", {:.0} % {}", 100.0 * share, grammar.code());
    }
    if column.encoding.encoding.encoding != Encoding::Utf8 {
        let _ = write!(
            line,
            ", {} ({:.0} % sure)",
            column.encoding.encoding.encoding.code(),
            100.0 * column.encoding.confidence
        );
    }
    if !column.dates.cover.is_empty() && is_dated(column) {
        let _ = write!(line, ", {}", column.dates.cover.join(" or "));
        if column.dates.order == DayMonth::Undecided {
            line.push_str(" (day and month could be the other way round)");
        }
    }
    if !column.example.is_empty() {
        let _ = write!(line, "; such as {}", one_line(&column.example));
    }
    line
}

/// A header by its words; where the file has no header and a first row stands in its place, by its shape.
fn shown_header(column: &Column) -> String {
    if column.header_is_guessed {
        quarantine::masked(FieldName::OwnerName, &column.header)
    } else {
        column.header.clone()
    }
}

fn grammar_of(column: &Column) -> Option<(Grammar, f64)> {
    let (grammar, _) = column.profile.fits.first()?;
    Some((*grammar, column.profile.share(*grammar)))
}

fn is_dated(column: &Column) -> bool {
    [Grammar::Timestamp, Grammar::Date].iter().any(|grammar| column.profile.share(*grammar) > 0.5)
}

/// A file for machines.
#[derive(Debug, Serialize)]
pub struct JsonFile<'i> {
    file: &'i str,
    member: Option<&'i str>,
    format: &'static str,
    damage: Option<&'i str>,
    tables: Vec<JsonTable<'i>>,
}

#[derive(Debug, Serialize)]
struct JsonTable<'i> {
    sheet: Option<&'i str>,
    delimiter: Option<char>,
    utf16: bool,
    records: Option<&'i str>,
    header_row: Option<u64>,
    rows: usize,
    shifted: bool,
    columns: Vec<JsonColumn<'i>>,
}

#[derive(Debug, Serialize)]
struct JsonColumn<'i> {
    header: String,
    field: Option<&'static str>,
    confidence: Option<f64>,
    why: Option<String>,
    encoding: &'static str,
    encoding_confidence: f64,
    cells: usize,
    empty: usize,
    distinct: usize,
    grammar: Option<&'static str>,
    grammar_share: Option<f64>,
    dates: &'i [String],
    example: &'i str,
}

impl<'i> JsonFile<'i> {
    pub fn of(found: &'i Inspected) -> Self {
        Self {
            file: &found.file,
            member: found.member.as_deref(),
            format: found.kind.code(),
            damage: found.damage.as_deref(),
            tables: found.tables.iter().map(JsonTable::of).collect(),
        }
    }
}

impl<'i> JsonTable<'i> {
    fn of(table: &'i Table) -> Self {
        Self {
            sheet: table.sheet.as_deref(),
            delimiter: table.dialect.map(|dialect| char::from(dialect.delimiter)),
            utf16: table.utf16,
            records: table.records.as_deref(),
            header_row: table.header_row,
            rows: table.rows,
            shifted: table.shifted,
            columns: table.columns.iter().map(JsonColumn::of).collect(),
        }
    }
}

impl<'i> JsonColumn<'i> {
    fn of(column: &'i Column) -> Self {
        let grammar = grammar_of(column);
        let round = |share: f64| (share * 1000.0).round() / 1000.0;
        Self {
            header: shown_header(column),
            field: column.proposal.as_ref().map(|proposal| proposal.field.name()),
            confidence: column.proposal.as_ref().map(|proposal| round(proposal.confidence)),
            why: column.proposal.as_ref().map(|proposal| proposal.why.to_string()),
            encoding: column.encoding.encoding.encoding.code(),
            encoding_confidence: round(column.encoding.confidence),
            cells: column.profile.cells,
            empty: column.profile.empty,
            distinct: column.profile.distinct,
            grammar: grammar.map(|(grammar, _)| grammar.code()),
            grammar_share: grammar.map(|(_, share)| round(share)),
            dates: if is_dated(column) { &column.dates.cover } else { &[] },
            example: &column.example,
        }
    }
}

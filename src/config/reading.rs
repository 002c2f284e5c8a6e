//! How the files of a system are read, and what they must look like.

use chrono::NaiveTime;

use super::file_kind::FileKind;
use super::plan::{Expectations, ShiftPolicy, TextPlan};
use super::reader::{Lined, Section};
use crate::domain::encoding::Encoding;

/// What a `[[system]]` or `[[table]]` block says of its files.
#[derive(Debug)]
pub struct Reading {
    pub format: Option<FileKind>,
    pub text: TextPlan,
    pub sheet: Option<Lined<String>>,
    pub records: Option<Vec<String>>,
    pub member: Option<glob::Pattern>,
    pub encoding: Option<Encoding>,
    pub shift: ShiftPolicy,
}

pub fn read(section: &Section<'_, '_, '_>) -> Reading {
    let format = section.choice("format", FileKind::CHOICES).map(|format| format.value);
    let text = read_text(section, format);
    let sheet = section.text("sheet");
    let has_sheets = format.is_none_or(|format| format.is_workbook() || format == FileKind::Html);
    if let Some(sheet) = sheet.as_ref().filter(|_| !has_sheets) {
        let text = format!("{}: only a workbook or an HTML page has a `sheet`", section.name());
        section.report(sheet.line, text, None);
    }
    let records = section.text("records");
    if let Some(records) = records.as_ref().filter(|_| format.is_some_and(|format| format != FileKind::Json))
    {
        section.report(records.line, format!("{}: only json has `records`", section.name()), None);
    }
    let encodings: Vec<(&str, Encoding)> = Encoding::ALL.iter().map(|e| (e.code(), *e)).collect();
    let shifts = [("refuse", ShiftPolicy::Refuse), ("repair", ShiftPolicy::Repair)];
    Reading {
        format,
        text,
        sheet,
        records: records
            .map(|path| path.value.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect()),
        member: read_member(section),
        encoding: section.choice("encoding", &encodings).map(|encoding| encoding.value),
        shift: section.choice("shifted", &shifts).map_or(ShiftPolicy::Refuse, |shift| shift.value),
    }
}

fn read_text(section: &Section<'_, '_, '_>, format: Option<FileKind>) -> TextPlan {
    let mut plan = TextPlan::default();
    let is_text = format.is_none_or(|format| format == FileKind::Csv);
    if let Some(delimiter) = section.text("delimiter") {
        let hint = "such as \",\", \";\", \"|\", \"\\t\" or \"||\"";
        if !is_text {
            section.report(delimiter.line, format!("{}: only csv has a `delimiter`", section.name()), None);
        } else if delimiter.value.is_empty() || delimiter.value.contains(['"', '\n', '\r']) {
            let text = format!("{}: `delimiter` cannot be that", section.name());
            section.report(delimiter.line, text, Some(hint.to_owned()));
        } else {
            plan.delimiter = Some(delimiter.value);
        }
    }
    plan.quote = match section.text("quote") {
        None => plan.quote,
        Some(quote) if quote.value.is_empty() => None,
        Some(quote) => one_byte(section, &quote, "quote"),
    };
    if let Some(escape) = section.text("escape") {
        plan.escape = one_byte(section, &escape, "escape");
    }
    plan
}

fn one_byte(section: &Section<'_, '_, '_>, text: &Lined<String>, key: &str) -> Option<u8> {
    match text.value.as_bytes() {
        [byte] if !matches!(byte, b'\n' | b'\r') => Some(*byte),
        _ => {
            let hint = "such as quote = \"'\", or quote = \"\" where quotes are plain letters";
            section.report(
                text.line,
                format!("{}: `{key}` must be one ASCII character", section.name()),
                Some(hint.into()),
            );
            None
        }
    }
}

fn read_member(section: &Section<'_, '_, '_>) -> Option<glob::Pattern> {
    let member = section.text("member")?;
    match glob::Pattern::new(&member.value) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let text = format!("{}: `member` is no file name with wildcards: {}", section.name(), error.msg);
            section.report(member.line, text, Some("such as \"*.csv\"".to_owned()));
            None
        }
    }
}

/// `reject_above` and `[system.expect]`.
pub fn read_expectations(section: &Section<'_, '_, '_>) -> Expectations {
    let mut expect = Expectations::default();
    let share =
        |table: &Section<'_, '_, '_>, key: &str, range: std::ops::RangeInclusive<f64>, default: f64| {
            let Some(share) = table.number(key) else { return default };
            if !range.contains(&share.value) {
                let text = format!("`{key}` must lie between {} and {}", range.start(), range.end());
                table.report(share.line, text, None);
            }
            share.value
        };
    expect.reject_above = share(section, "reject_above", 0.0..=1.0, expect.reject_above);
    let Some(table) = section.section("expect", "[system.expect]") else { return expect };
    expect.rows_below = share(&table, "rows_below", 0.0..=1.0, expect.rows_below);
    expect.rows_above = share(&table, "rows_above", 1.0..=1e9, expect.rows_above);
    expect.history = share(&table, "history", 0.0..=366.0, expect.history as f64) as usize;
    expect.min_rows = table.number("min_rows").map(|rows| {
        if rows.value < 0.0 || rows.value.fract() != 0.0 {
            table.report(rows.line, "`min_rows` is a whole number of rows", None);
        }
        rows.value.max(0.0) as u64
    });
    let again = [("healthy", true), ("unhealthy", false)];
    expect.same_again = table.choice("same_file_again", &again).is_some_and(|again| again.value);
    expect.extracted_after = table.text("extracted_after").and_then(|text| {
        let time = NaiveTime::parse_from_str(&text.value, "%H:%M").ok();
        if time.is_none() {
            table.report(text.line, "`extracted_after` must be an hour such as \"18:00\"", None);
        }
        time
    });
    expect.control_file = table.text("control").map(|name| name.value);
    table.check_unknown();
    expect
}

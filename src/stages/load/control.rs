//! The side file some producers lay beside an export: how many rows it has, what they add up to, when it
//! was made.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::UNIX_EPOCH;

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

use crate::config::plan::SystemPlan;
use crate::domain::date::DatePattern;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::text::fold;
use crate::domain::{date, money};

/// A side file is a few lines.
const LONGEST: u64 = 64 << 10;
/// Words for the number of rows and for the time of the extract, folded.
const ROWS: &[&str] =
    &["rows", "row count", "records", "record count", "count", "total", "so ho so", "so dong", "tong so"];
const EXTRACTED: &[&str] = &[
    "extracted at",
    "extracted",
    "extract time",
    "generated at",
    "created at",
    "thoi diem ket xuat",
    "ngay ket xuat",
    "thoi gian",
];

/// What a side file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Control {
    pub file: String,
    pub rows: Option<u64>,
    pub sha256: Option<String>,
    pub extracted_at: Option<NaiveDateTime>,
    /// Sums of money fields.
    pub sums: Vec<(FieldName, i64)>,
    /// Why the side file itself is of no use.
    pub fault: Option<String>,
}

/// Reads the side file of an export, where the pipeline names one.
pub fn read(dir: &Path, export: &str, system: &SystemPlan) -> Option<Control> {
    let template = system.expect.control_file.as_ref()?;
    let stem = export.rsplit_once('.').map_or(export, |(stem, _)| stem);
    let file = template.replace("{file}", export).replace("{stem}", stem);
    let path = dir.join(&file);
    let fault = |fault: &str| {
        Some(Control { file: file.clone(), fault: Some(fault.to_owned()), ..Control::default() })
    };
    match std::fs::metadata(&path) {
        Err(_) => return fault("the control file is not there"),
        Ok(metadata) if metadata.len() > LONGEST => return fault("the control file is too long for one"),
        Ok(_) => {}
    }
    let Ok(text) = std::fs::read_to_string(&path) else { return fault("the control file is no text") };
    let mut control = parse(&text, system);
    if control.fault.is_none()
        && control.rows.is_none()
        && control.sums.is_empty()
        && control.sha256.is_none()
        && control.extracted_at.is_none()
    {
        return fault("the control file has neither rows, nor a sum, nor a time, nor a sha256");
    }
    control.file = file;
    Some(control)
}

/// `key=value`, `key: value`, `key;value` or `key<tab>value`, line by line, or one JSON object.
fn parse(text: &str, system: &SystemPlan) -> Control {
    let mut control = Control::default();
    for (key, value) in entries(text.trim_start_matches('\u{feff}')) {
        let key = fold(&key);
        if ROWS.contains(&key.as_str()) {
            control.rows = money::normalise(&value).value.and_then(|rows| u64::try_from(rows).ok());
        } else if EXTRACTED.contains(&key.as_str()) {
            control.extracted_at = moment(&value, system);
            if control.extracted_at.is_none() {
                control.fault = Some("the time of the extract in the control file cannot be read".to_owned());
            }
        } else if key == "sha256" || key == "sha 256" {
            control.sha256 = Some(value.to_ascii_lowercase());
        } else if let Some(field) = summed(&key, system)
            && let Some(sum) = money::normalise(&value).value
        {
            control.sums.push((field, sum));
        }
    }
    control
}

/// A time in the forms of the pipeline, or in one of the usual ones.
fn moment(value: &str, system: &SystemPlan) -> Option<NaiveDateTime> {
    const USUAL: [&str; 6] = [
        "dd/MM/yyyy HH:mm:ss",
        "dd/MM/yyyy HH:mm",
        "yyyyMMddHHmmss",
        "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd'T'HH:mm:ss",
        "yyyy-MM-dd'T'HH:mm:ssZ",
    ];
    let usual: Vec<DatePattern> = USUAL.iter().filter_map(|form| DatePattern::parse(form).ok()).collect();
    date::datetime(value, &system.dates).value.or_else(|| date::datetime(value, &usual).value)
}

/// A money field by its name, or by the export's own header.
fn summed(key: &str, system: &SystemPlan) -> Option<FieldName> {
    let key = key.strip_prefix("sum ").unwrap_or(key);
    let named = |column: &&crate::config::plan::ColumnPlan| {
        fold(column.field.name()) == key || fold(&column.source) == key
    };
    let column = system.columns.iter().find(named)?;
    (column.field.kind() == FieldKind::Money).then_some(column.field)
}

fn entries(text: &str) -> BTreeMap<String, String> {
    if let Ok(Value::Object(object)) = serde_json::from_str(text) {
        let plain = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        return object.into_iter().map(|(key, value)| (key, plain(value))).collect();
    }
    let entry = |line: &str| {
        let (key, value) = line.split_once(['=', ':', ';', '\t', ','])?;
        Some((key.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
    };
    text.lines().filter_map(entry).collect()
}

/// When a file was last written, in UTC.
pub fn written(path: &Path) -> Option<NaiveDateTime> {
    let modified = std::fs::metadata(path).ok()?.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    Some(DateTime::from_timestamp(i64::try_from(since.as_secs()).ok()?, 0)?.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::pipeline::parse_moment;

    fn system() -> SystemPlan {
        let mut system = SystemPlan::for_test(&[]);
        system.dates = vec![DatePattern::parse("yyyy-MM-dd HH:mm:ss").expect("a pattern")];
        let column =
            |field, source: &str| crate::config::plan::ColumnPlan::of_dossier(field, source.to_owned(), 1);
        system.columns = vec![column(FieldName::Fee, "Lệ phí"), column(FieldName::Code, "Mã")];
        system
    }

    #[test]
    fn lines_and_json_say_the_same() {
        let lines = parse("rows=1.210\nLệ phí: 45.000.000\nextracted_at=2024-04-01 01:30:00\nx=y", &system());
        let json = parse(
            r#"{"record_count": 1210, "sum_fee": "45000000", "generated_at": "2024-04-01 01:30:00", "code": 5}"#,
            &system(),
        );
        assert_eq!(lines, json);
        assert_eq!(lines.rows, Some(1210));
        assert_eq!(lines.sums, [(FieldName::Fee, 45_000_000)]);
        assert_eq!(lines.extracted_at, parse_moment("2024-04-01T01:30:00"));
    }
}

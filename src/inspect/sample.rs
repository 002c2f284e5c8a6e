//! The first rows of every table of a file, read without knowing what it is.

use std::io::BufReader;

use arrow::datatypes::{DataType, Fields};
use csv::ByteRecord;
use serde_json::Value;

use crate::config::file_kind::FileKind;
use crate::config::plan::{ColumnPlan, SystemPlan, TextPlan};
use crate::domain::dossier::FieldName;
use crate::guard;
use crate::stages::load::OpenError;
use crate::stages::load::cells::RawBatch;
use crate::stages::load::grid::dialect::Dialect;
use crate::stages::load::grid::page;
use crate::stages::load::grid::row::{self, Row};
use crate::stages::load::grid::workbook::Book;
use crate::stages::load::json_cut::{self, Limits};
use crate::stages::load::json_path::{JsonPath, Record};
use crate::stages::load::keyed::columnar;
use crate::stages::load::shape::SAMPLE_ROWS;
use crate::stages::load::source::text;
use crate::stages::load::source::unpack::Member;
use crate::stages::load::source::{limits, sniff};

/// Bytes of text that are looked at.
const HEAD_BYTES: u64 = 4 << 20;
/// Keys of a record, at any depth, that are looked at.
const MOST_KEYS: usize = 300;
/// Depth to which keys are followed.
const DEEPEST: usize = 5;

/// The beginning of one table.
#[derive(Debug)]
pub struct Sample {
    pub sheet: Option<String>,
    /// Names of the columns, where the format gives them; else the header is among the rows.
    pub keys: Option<Vec<String>>,
    pub rows: Vec<Row>,
    pub dialect: Option<Dialect>,
    pub utf16: bool,
    /// Where the records stand in a JSON document.
    pub records: Option<String>,
}

impl Sample {
    fn new(rows: Vec<Row>) -> Self {
        Self { sheet: None, keys: None, rows, dialect: None, utf16: false, records: None }
    }
}

/// The tables of a file and what kind it is.
///
/// # Errors
/// In words, when it cannot be read.
pub fn of(member: &Member) -> Result<(FileKind, Vec<Sample>), String> {
    let read = guard::around(|| read(member));
    read.unwrap_or_else(|| Err(guard::FAILED.to_owned()))
}

fn read(member: &Member) -> Result<(FileKind, Vec<Sample>), String> {
    let words = |error: OpenError| match error {
        OpenError::Unreadable(reason) | OpenError::Shifted(reason) => reason,
        OpenError::NoHeader(error) => error.to_string(),
        OpenError::Mapping(errors) => errors.iter().map(ToString::to_string).collect(),
    };
    let samples = match member.kind {
        FileKind::Csv => {
            let text = text::prepare(member.bytes.clone(), None).map_err(|error| error.to_string())?;
            let head = text.bytes.head(HEAD_BYTES + text.skip).map_err(|error| error.to_string())?;
            if text.utf16 {
                let kind = sniff::kind(&head);
                if kind != FileKind::Csv {
                    return read(&Member { kind, bytes: text.bytes, ..member.clone() });
                }
            }
            let head = &head[(text.skip as usize).min(head.len())..];
            vec![Sample { utf16: text.utf16, ..delimited(head) }]
        }
        FileKind::Xlsx | FileKind::Xls | FileKind::Ods => {
            let mut book = Book::open(&member.bytes, member.kind).map_err(words)?;
            let mut samples = Vec::new();
            for sheet in book.sheet_names() {
                let mut rows = Vec::new();
                book.rows(&sheet, &mut |row| {
                    rows.push(row.clone());
                    rows.len() < SAMPLE_ROWS
                })
                .map_err(words)?;
                samples.push(Sample { sheet: Some(sheet), ..Sample::new(rows) });
            }
            samples
        }
        FileKind::Html => {
            let tables = page::tables(&member.bytes).map_err(words)?;
            let several = tables.list.len() > 1;
            let of = |(number, rows)| Sample {
                sheet: several.then(|| format!("table {number}")),
                ..Sample::new(rows)
            };
            (1..).zip(tables.list).map(of).collect()
        }
        FileKind::Json | FileKind::Ndjson => vec![json(member)?],
        FileKind::Parquet | FileKind::Arrow => vec![columns(member).map_err(words)?],
        FileKind::Gzip | FileKind::Zstd | FileKind::Archive | FileKind::Foreign(_) => {
            return Err(format!("it is {}", member.kind.words()));
        }
    };
    Ok((member.kind, samples))
}

fn delimited(head: &[u8]) -> Sample {
    let plain = TextPlan::default();
    let dialect = Dialect { delimiter: b',', quote: plain.quote, escape: None };
    let dialect = dialect.with_likely_delimiter(head, &[]);
    // The last line of what was read may be cut.
    let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..=end]);
    let mut reader = dialect.parser(whole);
    let (mut rows, mut record) = (Vec::new(), ByteRecord::new());
    while rows.len() < SAMPLE_ROWS && reader.read_byte_record(&mut record).is_ok_and(|more| more) {
        rows.push(row::copy(record.position().map_or(0, |position| line_of(position, whole)), &record));
    }
    Sample { dialect: Some(dialect), ..Sample::new(rows) }
}

/// The line of a record, 1-based. The parser's position is that of the blank lines before it.
fn line_of(position: &csv::Position, text: &[u8]) -> u64 {
    let from = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(text.len());
    let blank = text[from..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

fn json(member: &Member) -> Result<Sample, String> {
    let in_words = |error: std::io::Error| error.to_string();
    let reader = BufReader::with_capacity(1 << 18, member.bytes.reader().map_err(in_words)?);
    let limit = Limits { record_bytes: limits::JSON_RECORD_BYTES as u64, depth: limits::JSON_DEPTH };
    // Lines are objects one after the other.
    let wanted: Option<&[String]> = if member.kind == FileKind::Ndjson { Some(&[]) } else { None };
    let cut = json_cut::cut(reader, wanted, 4 << 20, limit).map_err(|error| error.to_string())?;
    let Some(piece) = cut.pieces.first() else { return Err("it holds no records".to_owned()) };
    let bytes = member.bytes.stretch(piece.offset, piece.length).map_err(in_words)?;
    let texts: Vec<&str> = json_cut::elements(&bytes)
        .flatten()
        .take(SAMPLE_ROWS)
        .filter_map(|record| std::str::from_utf8(record).ok())
        .collect();
    let mut keys: Vec<String> = Vec::new();
    for text in texts.iter().take(200) {
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            leaves(&value, "", 0, &mut keys);
        }
    }
    let paths: Vec<JsonPath> = keys.iter().filter_map(|key| JsonPath::parse(key).ok()).collect();
    let mut rows = Vec::new();
    for (number, text) in (piece.first..).zip(&texts) {
        let Ok(record) = Record::parse(text) else { continue };
        let mut row = Row::default();
        row.begin(number);
        paths.iter().for_each(|path| row.push(path.text(&record).unwrap_or_default().as_bytes()));
        rows.push(row);
    }
    let records = (!cut.found.is_empty()).then_some(cut.found);
    Ok(Sample { keys: Some(keys), records, ..Sample::new(rows) })
}

/// The paths to every value of a record; of a list, to those of its first element.
fn leaves(value: &Value, path: &str, depth: usize, keys: &mut Vec<String>) {
    if depth > DEEPEST || keys.len() >= MOST_KEYS {
        return;
    }
    let mut leaf = |path: &str| {
        if !keys.iter().any(|known| known == path) {
            keys.push(path.to_owned());
        }
    };
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"', '\'', ' ', '\\']);
                let path = match (plain, path.is_empty()) {
                    (true, true) => key.clone(),
                    (true, false) => format!("{path}.{key}"),
                    (false, _) => format!("{path}['{}']", key.replace('\\', "\\\\").replace('\'', "\\'")),
                };
                leaves(value, &path, depth + 1, keys);
            }
        }
        Value::Array(list) => match list.first() {
            Some(first @ Value::Object(_)) => leaves(first, &format!("{path}[0]"), depth + 1, keys),
            Some(_) => leaf(path),
            None => {}
        },
        // What is null here may hold something in the next record, of which the kind is not known yet.
        Value::Null => {}
        _ => leaf(path),
    }
}

fn columns(member: &Member) -> Result<Sample, OpenError> {
    let schema = columnar::schema(&member.bytes, member.kind)?;
    let mut keys = Vec::new();
    column_paths(schema.fields(), "", 0, &mut keys);
    let mut system = SystemPlan::of_nothing();
    system.columns = keys.iter().map(|key| ColumnPlan::of_dossier(FieldName::Code, key.clone(), 0)).collect();
    let file = columnar::open(&member.bytes, member.kind, "", &system)?;
    let batch = match file.pieces() {
        0 => RawBatch::new(keys.len(), None),
        _ => file.piece(0).map_err(|error| OpenError::Unreadable(error.to_string()))?,
    };
    if let Some(damage) = batch.damage {
        return Err(OpenError::Unreadable(damage));
    }
    let row_of = |(at, number): (usize, &u64)| {
        let mut row = Row::default();
        row.begin(*number);
        batch.columns.iter().for_each(|column| row.push(column.get(at).as_bytes()));
        row
    };
    let rows = batch.rows.iter().enumerate().take(SAMPLE_ROWS).map(row_of).collect();
    Ok(Sample { keys: Some(keys), ..Sample::new(rows) })
}

fn column_paths(fields: &Fields, path: &str, depth: usize, keys: &mut Vec<String>) {
    for field in fields.iter() {
        let name = if path.is_empty() { field.name().clone() } else { format!("{path}.{}", field.name()) };
        match field.data_type() {
            _ if keys.len() >= MOST_KEYS => return,
            DataType::Struct(inner) if depth < DEEPEST => column_paths(inner, &name, depth + 1, keys),
            DataType::List(inner) | DataType::LargeList(inner) => match inner.data_type() {
                DataType::Struct(inner) if depth < DEEPEST => {
                    column_paths(inner, &format!("{name}[0]"), depth + 1, keys);
                }
                _ => keys.push(format!("{name}[0]")),
            },
            _ => keys.push(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::delimited;

    #[test]
    fn a_row_has_the_number_of_its_line_behind_blank_ones() {
        let lines =
            |text: &str| delimited(text.as_bytes()).rows.iter().map(|row| row.number).collect::<Vec<_>>();
        assert_eq!(lines("\n\nx,y\n\n\r\na,b\nc,d\n"), [3, 6, 7]);
        assert_eq!(lines("a,b\nc,\"d\n\ne\"\nf,g\n"), [1, 2, 5]);
    }
}

//! NDJSON: one JSON object a line; columns are reached by paths such as `DinhDanhCHS[0].SoDinhDanh`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::cells::{BadRow, RawBatch, RowReason};
use super::{LoadError, OpenError, STRETCH_BYTES, Stretch, read_stretch};
use crate::config::mistakes::closest;
use crate::config::plan::SystemPlan;

/// An open NDJSON export.
#[derive(Debug)]
pub struct NdjsonFile {
    path: PathBuf,
    columns: Vec<JsonPath>,
    code: Option<String>,
    stretches: Vec<Stretch>,
}

/// A parsed path: a key, then keys and positions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct JsonPath {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    At(usize),
}

impl JsonPath {
    fn parse(text: &str) -> Self {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (key, positions) = part.split_once('[').map_or((part, ""), |(key, rest)| (key, rest));
            if !key.is_empty() {
                steps.push(Step::Key(key.to_owned()));
            }
            let positions = positions.split(['[', ']']).filter_map(|position| position.parse().ok());
            steps.extend(positions.map(Step::At));
        }
        Self { steps }
    }

    fn find<'v>(&self, record: &'v Value) -> Option<&'v Value> {
        self.steps.iter().try_fold(record, |value, step| match step {
            Step::Key(key) => value.get(key.as_str()),
            Step::At(position) => value.get(position),
        })
    }

    /// The key that is not there, and the object it was looked for in.
    fn stop<'v>(&self, record: &'v Value) -> Option<(&str, &'v Value)> {
        let mut value = record;
        for step in &self.steps {
            match step {
                Step::Key(key) => match value.get(key.as_str()) {
                    Some(next) => value = next,
                    None => return Some((key, value)),
                },
                Step::At(position) => value = value.get(position)?,
            }
        }
        None
    }

    fn first_key(&self) -> &str {
        match self.steps.first() {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }
}

/// Opens an NDJSON export.
///
/// # Errors
/// When a mapped key stands in none of the first records and looks misspelt or is vital, or the file
/// cannot be read.
pub fn open(path: &Path, system: &SystemPlan) -> Result<NdjsonFile, OpenError> {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut stretches = Vec::new();
    let (mut at, mut line, mut start) = (0u64, 1u64, (0u64, 1u64));
    loop {
        let block = reader.fill_buf()?;
        if block.is_empty() {
            break;
        }
        let mut from = 0;
        while let Some(hit) = memchr::memchr(b'\n', &block[from..]) {
            from += hit + 1;
            line += 1;
            let here = at + from as u64;
            if here - start.0 >= STRETCH_BYTES as u64 {
                stretches.push(Stretch { offset: start.0, length: (here - start.0) as usize, line: start.1 });
                start = (here, line);
            }
        }
        let consumed = block.len();
        reader.consume(consumed);
        at += consumed as u64;
    }
    if at > start.0 {
        stretches.push(Stretch { offset: start.0, length: (at - start.0) as usize, line: start.1 });
    }
    let columns: Vec<JsonPath> =
        system.columns.iter().map(|column| JsonPath::parse(&column.source)).collect();
    let code = system.hub_key_column().map(|at| columns[at].first_key().to_owned());
    let file = NdjsonFile { path: path.to_owned(), columns, code, stretches };
    file.probe(system)?;
    Ok(file)
}

impl NdjsonFile {
    pub fn pieces(&self) -> usize {
        self.stretches.len()
    }

    /// # Errors
    /// When the file can no longer be read.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        let stretch = self.stretches[index];
        let bytes = read_stretch(&self.path, stretch)?;
        let mut batch = RawBatch::new(self.columns.len(), None);
        for (row, line) in (stretch.line..).zip(bytes.split(|byte| *byte == b'\n')) {
            let line = line.trim_ascii();
            let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            let Ok(text) = std::str::from_utf8(line) else {
                batch.bad.push(BadRow {
                    row,
                    reason: RowReason::NotUtf8,
                    detail: "not UTF-8 text".to_owned(),
                    code: None,
                });
                continue;
            };
            match serde_json::from_str::<Value>(text) {
                Ok(record) if record.is_object() => self.take(&record, row, &mut batch),
                Ok(_) => batch.bad.push(self.broken(text, row, "not a JSON object".to_owned())),
                Err(error) => {
                    let detail =
                        format!("{:?} error at column {}", error.classify(), error.column()).to_lowercase();
                    batch.bad.push(self.broken(text, row, detail));
                }
            }
        }
        Ok(batch)
    }

    fn take(&self, record: &Value, row: u64, batch: &mut RawBatch) {
        batch.rows.push(row);
        for (cells, path) in batch.columns.iter_mut().zip(&self.columns) {
            match path.find(record) {
                Some(Value::String(text)) => cells.push(text),
                Some(Value::Null) | None => cells.push(""),
                Some(other) => cells.push(&other.to_string()),
            }
        }
    }

    /// A broken line may still name its dossier: `"MaHoSo":"..."`.
    fn broken(&self, text: &str, row: u64, detail: String) -> BadRow {
        let code = self.code.as_ref().and_then(|key| {
            let (_, rest) = text.split_once(&format!("\"{key}\""))?;
            let (_, rest) = rest.trim_start().strip_prefix(':')?.split_once('"')?;
            rest.split_once('"').map(|(code, _)| code.to_owned())
        });
        BadRow { row, reason: RowReason::BrokenJson, detail, code }
    }

    fn probe(&self, system: &SystemPlan) -> Result<(), OpenError> {
        let Some(first) = self.stretches.first() else { return Ok(()) };
        let bytes =
            read_stretch(&self.path, *first).map_err(|error| OpenError::Unreadable(error.to_string()))?;
        let records: Vec<Value> = bytes
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
            .filter(Value::is_object)
            .collect();
        if records.is_empty() {
            let reason = "no line of its beginning is a JSON object".to_owned();
            return Err(OpenError::Unreadable(reason));
        }
        let mut errors = Vec::new();
        for (column, path) in system.columns.iter().zip(&self.columns) {
            if records.iter().all(|record| path.find(record).is_none()) {
                let stops: Vec<(&str, &Value)> =
                    records.iter().filter_map(|record| path.stop(record)).collect();
                let near = stops.iter().find_map(|(key, at)| {
                    closest(key, at.as_object()?.keys().map(String::as_str).filter(|known| known != key))
                });
                let key = &column.source;
                // Many exporters leave out what is empty: only a slip of the pen, or a vital field, stops.
                if near.is_none() && !column.field.is_vital() {
                    continue;
                }
                errors.push(LoadError::Header {
                    place: self
                        .path
                        .file_name()
                        .map(|name| name.to_string_lossy().into_owned())
                        .unwrap_or_default(),
                    line: column.line,
                    text: format!("no record has `{key}` for `{}`", column.field.name()),
                    hint: near.map(|near| format!("did you mean `{near}`?")),
                });
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(OpenError::Mapping(errors)) }
    }
}

#[cfg(test)]
mod tests {
    use super::JsonPath;

    #[test]
    fn a_path_reaches_into_lists() {
        let record = serde_json::json!({"a": [{"b": "x"}], "c": "y"});
        let found =
            |path: &str| JsonPath::parse(path).find(&record).and_then(|v| v.as_str().map(str::to_owned));
        assert_eq!(found("a[0].b").as_deref(), Some("x"));
        assert_eq!(found("c").as_deref(), Some("y"));
        assert_eq!(found("a[1].b"), None);
        assert_eq!(found("a.b"), None);
    }
}

//! JSON: documents with a list of records somewhere in them, and lines of one record each. Columns are
//! reached by paths such as `DinhDanhCHS[0].SoDinhDanh`.

use std::io::{BufRead, BufReader};

use super::super::cells::{BadRow, RawBatch, RowReason};
use super::super::json_cut::{self, JsonShape, Limits, Piece};
use super::super::json_path::{JsonPath, Record};
use super::super::source::bytes::Bytes;
use super::super::source::{limits, sniff};
use super::super::{LoadError, OpenError, STRETCH_BYTES, Stretch};
use crate::config::file_kind::FileKind;
use crate::config::mistakes::closest;
use crate::config::plan::SystemPlan;

/// Of a broken record, as much is searched for its code.
const SEARCHED: usize = 64 << 10;
/// A document up to this size may be one record.
const ALONE: u64 = 1 << 20;
/// Records whose keys are looked at.
const PROBED: usize = 500;

/// An open JSON export.
#[derive(Debug)]
pub struct JsonFile {
    bytes: Bytes,
    columns: Vec<JsonPath>,
    code: Option<String>,
    pieces: Vec<JsonPiece>,
    /// Records that could not be cut out, or lines too long to be one.
    bad: Vec<BadRow>,
}

#[derive(Debug, Clone, Copy)]
enum JsonPiece {
    Lines(Stretch),
    Elements(Piece),
}

/// A JSON export and what was seen on the way.
#[derive(Debug)]
pub struct OpenedJson {
    pub file: JsonFile,
    /// Keys of the records, in the order in which they were first met.
    pub keys: Vec<String>,
    pub damage: Option<String>,
}

/// Opens a JSON export.
///
/// # Errors
/// When it has no records, a mapped key stands in none of the first records and looks misspelt or is
/// vital, or the file cannot be read.
pub fn open(bytes: &Bytes, kind: FileKind, name: &str, system: &SystemPlan) -> Result<OpenedJson, OpenError> {
    let mut columns = Vec::new();
    let mut errors = Vec::new();
    for column in &system.columns {
        match JsonPath::parse(&column.source) {
            Ok(path) => columns.push(path),
            Err(error) => errors.push(LoadError::Header {
                place: name.to_owned(),
                line: column.line,
                text: error.to_string(),
                hint: None,
            }),
        }
    }
    if !errors.is_empty() {
        return Err(OpenError::Mapping(errors));
    }
    let code = system.hub_key_column().map(|at| columns[at].first_key().to_owned());
    let mut file = JsonFile { bytes: bytes.clone(), columns, code, pieces: Vec::new(), bad: Vec::new() };
    let head = bytes.head(sniff::HEAD)?;
    // A list under the name of lines is read as the list it is.
    let is_list = matches!(json_cut::looks_like(&head), Some(JsonShape::Array));
    let damage = match kind {
        FileKind::Ndjson if !is_list => file.cut_lines()?,
        _ => file.cut_document(system)?,
    };
    let keys = file.probe(name, system)?;
    Ok(OpenedJson { file, keys, damage })
}

impl JsonFile {
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// # Errors
    /// When the file can no longer be read.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        let mut batch = RawBatch::new(self.columns.len(), None);
        if index == 0 {
            batch.bad.extend(self.bad.iter().cloned());
        }
        match self.pieces[index] {
            JsonPiece::Lines(stretch) => {
                let bytes = self.bytes.stretch(stretch.offset, stretch.length).map_err(LoadError::again)?;
                for (row, line) in (stretch.line..).zip(bytes.split(|byte| *byte == b'\n')) {
                    let line = line.trim_ascii();
                    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
                    if !line.is_empty() {
                        self.take(line, row, &mut batch);
                    }
                }
            }
            JsonPiece::Elements(piece) => {
                let bytes = self.bytes.stretch(piece.offset, piece.length).map_err(LoadError::again)?;
                for (row, element) in (piece.first..).zip(json_cut::elements(&bytes)) {
                    match element {
                        Ok(record) => self.take(record, row, &mut batch),
                        Err(error) => batch.bad.push(self.broken(b"", row, error.to_string())),
                    }
                }
            }
        }
        Ok(batch)
    }

    fn take(&self, raw: &[u8], row: u64, batch: &mut RawBatch) {
        let Ok(text) = std::str::from_utf8(raw) else {
            let detail = "not UTF-8 text".to_owned();
            batch.bad.push(BadRow { row, reason: RowReason::NotUtf8, detail, code: None });
            return;
        };
        match Record::parse(text) {
            Ok(record) => {
                batch.rows.push(row);
                for (cells, path) in batch.columns.iter_mut().zip(&self.columns) {
                    cells.push(&path.text(&record).unwrap_or_default());
                }
            }
            Err(error) => batch.bad.push(self.broken(raw, row, error.to_string())),
        }
    }

    /// A broken record may still name its dossier: `"MaHoSo":"..."`.
    fn broken(&self, raw: &[u8], row: u64, detail: String) -> BadRow {
        let text = String::from_utf8_lossy(&raw[..raw.len().min(SEARCHED)]);
        let code = self.code.as_ref().and_then(|key| {
            let (_, rest) = text.split_once(&format!("\"{key}\""))?;
            let (_, rest) = rest.trim_start().strip_prefix(':')?.split_once('"')?;
            rest.split_once('"').map(|(code, _)| code.to_owned())
        });
        BadRow { row, reason: RowReason::BrokenJson, detail, code }
    }

    fn cut_document(&mut self, system: &SystemPlan) -> Result<Option<String>, OpenError> {
        let reader = BufReader::with_capacity(1 << 18, self.bytes.reader()?);
        // One record alone is no envelope of the list it holds.
        let records = if self.is_bare_record(system)? { Some(&[][..]) } else { system.records.as_deref() };
        let limits = Limits { record_bytes: limits::JSON_RECORD_BYTES as u64, depth: limits::JSON_DEPTH };
        let cut = json_cut::cut(reader, records, STRETCH_BYTES, limits)
            .map_err(|error| OpenError::Unreadable(format!("not readable JSON: {error}")))?;
        self.pieces = cut.pieces.into_iter().map(JsonPiece::Elements).collect();
        for bad in cut.bad {
            let length = usize::try_from(bad.length).unwrap_or(SEARCHED).min(SEARCHED);
            let raw = self.bytes.stretch(bad.offset, length)?;
            self.bad.push(self.broken(&raw, bad.record, bad.reason.to_string()));
        }
        if self.pieces.is_empty() && !self.bad.is_empty() {
            return Err(OpenError::Unreadable(
                "not readable JSON: not one of its records can be read".to_owned(),
            ));
        }
        Ok(cut
            .truncated
            .map(|byte| format!("the JSON breaks off at byte {byte}, behind {} records", cut.records)))
    }

    /// The whole document is one object with the keys without which nothing can be reconciled.
    fn is_bare_record(&self, system: &SystemPlan) -> Result<bool, OpenError> {
        if system.records.is_some() || self.bytes.len() > ALONE {
            return Ok(false);
        }
        let raw = self.bytes.head(ALONE)?;
        let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&raw);
        let Some(record) = std::str::from_utf8(raw).ok().and_then(|text| Record::parse(text).ok()) else {
            return Ok(false);
        };
        // Of a table without vital fields, every mapped key.
        let has_vital = system.columns.iter().any(|column| column.field.is_vital());
        let mut needed =
            system.columns.iter().zip(&self.columns).filter(|(c, _)| c.field.is_vital() || !has_vital);
        Ok(needed.all(|(_, path)| path.text(&record).is_some()))
    }

    fn cut_lines(&mut self) -> Result<Option<String>, OpenError> {
        let mut reader = BufReader::with_capacity(1 << 20, self.bytes.reader()?);
        let (mut at, mut line, mut start) = (0u64, 1u64, (0u64, 1u64));
        let (mut line_start, mut last) = (0u64, b'\n');
        let push = |pieces: &mut Vec<JsonPiece>, start: (u64, u64), end: u64| {
            if end > start.0 {
                let length = (end - start.0) as usize;
                pieces.push(JsonPiece::Lines(Stretch { offset: start.0, length, line: start.1 }));
            }
        };
        loop {
            let block = reader.fill_buf()?;
            let is_end = block.is_empty();
            let mut from = 0;
            loop {
                let hit = memchr::memchr(b'\n', &block[from..]);
                let here = match hit {
                    Some(hit) => at + (from + hit) as u64 + 1,
                    None if is_end => at,
                    None => break,
                };
                if here - line_start > limits::JSON_RECORD_BYTES as u64 {
                    push(&mut self.pieces, start, line_start);
                    let detail = format!("a line of {} bytes, more than is read", here - line_start);
                    self.bad.push(BadRow { row: line, reason: RowReason::TooLong, detail, code: None });
                    start = (here, line + 1);
                } else if here - start.0 >= STRETCH_BYTES as u64 || is_end {
                    push(&mut self.pieces, start, here);
                    start = (here, line + 1);
                }
                line_start = here;
                line += 1;
                match hit {
                    Some(hit) => from += hit + 1,
                    None => break,
                }
            }
            if is_end {
                break;
            }
            last = block.last().copied().unwrap_or(last);
            let consumed = block.len();
            reader.consume(consumed);
            at += consumed as u64;
        }
        Ok(if last == b'\n' { None } else { self.cut_short()? })
    }

    /// Whether the last line, which has no end, is no whole record either.
    fn cut_short(&self) -> Result<Option<String>, OpenError> {
        let Some(JsonPiece::Lines(stretch)) = self.pieces.last() else { return Ok(None) };
        let bytes = self.bytes.stretch(stretch.offset, stretch.length)?;
        let line = memchr::memrchr(b'\n', &bytes).map_or(&bytes[..], |end| &bytes[end + 1..]);
        let is_whole = std::str::from_utf8(line).is_ok_and(|line| Record::parse(line).is_ok());
        Ok((!is_whole).then(|| "the last line breaks off".to_owned()))
    }

    /// Looks at the first records for the mapped keys; returns all keys there are.
    fn probe(&self, name: &str, system: &SystemPlan) -> Result<Vec<String>, OpenError> {
        let bytes = match self.pieces.first() {
            None => return Ok(Vec::new()),
            Some(
                JsonPiece::Lines(Stretch { offset, length, .. })
                | JsonPiece::Elements(Piece { offset, length, .. }),
            ) => self.bytes.stretch(*offset, *length)?,
        };
        let texts: Vec<&[u8]> = match self.pieces.first() {
            Some(JsonPiece::Elements(_)) => json_cut::elements(&bytes).flatten().take(PROBED).collect(),
            _ => bytes.split(|byte| *byte == b'\n').take(PROBED).collect(),
        };
        let records: Vec<Record<'_>> =
            texts.iter().filter_map(|text| Record::parse(std::str::from_utf8(text).ok()?).ok()).collect();
        if records.is_empty() {
            let reason = "no line of its beginning is a JSON object".to_owned();
            return Err(OpenError::Unreadable(reason));
        }
        let mut keys: Vec<String> = Vec::new();
        for key in records.iter().flat_map(Record::keys) {
            if !keys.iter().any(|known| known == key) {
                keys.push(key.to_owned());
            }
        }
        let mut errors = Vec::new();
        for (column, path) in system.columns.iter().zip(&self.columns) {
            if records.iter().any(|record| path.text(record).is_some()) {
                continue;
            }
            let near = records.iter().find_map(|record| {
                let stop = path.stop(record)?;
                let others = stop.known.iter().map(String::as_str).filter(|known| *known != stop.key);
                closest(stop.key, others).map(str::to_owned)
            });
            // Many exporters leave out what is empty: only a slip of the pen, or a vital field, stops.
            if near.is_none() && !column.field.is_vital() {
                continue;
            }
            errors.push(LoadError::Header {
                place: name.to_owned(),
                line: column.line,
                text: format!("no record has `{}` for `{}`", column.source, column.name()),
                hint: near.map(|near| format!("did you mean `{near}`?")),
            });
        }
        if errors.is_empty() { Ok(keys) } else { Err(OpenError::Mapping(errors)) }
    }
}

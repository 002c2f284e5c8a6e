//! CSV: cuts a file into stretches of whole records, and reads a stretch into raw cells.
//!
//! The `csv` crate parses; this module only finds where records end, so that stretches can be read
//! in parallel, and stops a quote that is never closed from swallowing the rest of the file.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::cells::{BadRow, RawBatch, RowReason};
use super::header::{self, Header, SEARCH_ROWS};
use super::{LoadError, OpenError, STRETCH_BYTES, Stretch, read_stretch};
use crate::config::plan::SystemPlan;

/// A quoted cell longer than this is taken for a quote that was never closed.
const LONGEST_RECORD: u64 = 1 << 20;
/// The header must stand within the first bytes.
const HEAD_BYTES: u64 = 1 << 20;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An open CSV export.
#[derive(Debug)]
pub struct CsvFile {
    path: PathBuf,
    delimiter: u8,
    header: Header,
    stretches: Vec<Stretch>,
    /// Lines where a quote is opened and never closed.
    unclosed: Vec<u64>,
}

/// Opens a CSV export: finds the header, then the stretches.
///
/// # Errors
/// When the header lacks a mapped column, or the file cannot be read.
pub fn open(path: &Path, name: &str, delimiter: u8, system: &SystemPlan) -> Result<CsvFile, OpenError> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    let skip = if head.starts_with(BOM) { BOM.len() } else { 0 };
    let mut reader = parser(delimiter, &head[skip..]);
    let (mut rows, mut ends) = (Vec::new(), Vec::new());
    let mut record = csv::ByteRecord::new();
    while rows.len() < SEARCH_ROWS && reader.read_byte_record(&mut record).is_ok_and(|more| more) {
        rows.push(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
        ends.push((reader.position().byte(), reader.position().line()));
    }
    let (row, header) = header::find(&rows, name, system)?;
    let (byte, line) = ends[row];
    let mut cutter = Cutter::new(path, delimiter, skip as u64 + byte, line)?;
    cutter.run()?;
    Ok(CsvFile {
        path: path.to_owned(),
        delimiter,
        header,
        stretches: cutter.stretches,
        unclosed: cutter.unclosed,
    })
}

fn parser(delimiter: u8, bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes)
}

impl CsvFile {
    /// One more than the stretches where a line had to be given up.
    pub fn pieces(&self) -> usize {
        self.stretches.len() + usize::from(!self.unclosed.is_empty())
    }

    /// # Errors
    /// When the file can no longer be read.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        let mut batch = RawBatch::new(self.header.positions.len(), None);
        let Some(stretch) = self.stretches.get(index).copied() else {
            let detail = "a quote is opened and never closed".to_owned();
            batch.bad.extend(self.unclosed.iter().map(|row| BadRow {
                row: *row,
                reason: RowReason::UnclosedQuote,
                detail: detail.clone(),
                code: None,
            }));
            return Ok(batch);
        };
        let bytes = read_stretch(&self.path, stretch)?;
        let mut reader = parser(self.delimiter, &bytes);
        let mut record = csv::ByteRecord::new();
        loop {
            // Reading from memory with `flexible` set, the parser has no error left to give.
            match reader.read_byte_record(&mut record) {
                Ok(true) => self.take(&record, row_of(&record, &bytes, stretch.line), &mut batch),
                Ok(false) | Err(_) => return Ok(batch),
            }
        }
    }

    fn take(&self, record: &csv::ByteRecord, row: u64, batch: &mut RawBatch) {
        let mut reject = |reason, detail: String| {
            let code = self
                .header
                .code
                .and_then(|at| record.get(at))
                .and_then(|cell| std::str::from_utf8(cell).ok());
            batch.bad.push(BadRow { row, reason, detail, code: code.map(str::to_owned) });
        };
        if record.len() != self.header.width {
            let detail = format!("{} cells, the header has {}", record.len(), self.header.width);
            return reject(RowReason::RaggedRow, detail);
        }
        if std::str::from_utf8(record.as_slice()).is_err() {
            return reject(RowReason::NotUtf8, "not UTF-8 text".to_owned());
        }
        batch.rows.push(row);
        for (cells, position) in batch.columns.iter_mut().zip(&self.header.positions) {
            let cell = record.get(*position).and_then(|cell| std::str::from_utf8(cell).ok());
            cells.push(cell.unwrap_or_default());
        }
    }
}

/// The line a record begins on; blank lines before it belong to the parser's position, not to it.
fn row_of(record: &csv::ByteRecord, bytes: &[u8], first_line: u64) -> u64 {
    let Some(position) = record.position() else { return first_line };
    let blank = bytes[position.byte() as usize..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    first_line - 1 + position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// Walks a file once and notes where records end.
struct Cutter {
    reader: BufReader<File>,
    delimiter: u8,
    /// Next byte to look at.
    at: u64,
    line: u64,
    /// Where the stretch in the making begins.
    start: (u64, u64),
    stretches: Vec<Stretch>,
    unclosed: Vec<u64>,
}

impl Cutter {
    fn new(path: &Path, delimiter: u8, offset: u64, line: u64) -> std::io::Result<Self> {
        let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
        reader.seek(SeekFrom::Start(offset))?;
        let start = (offset, line);
        Ok(Self { reader, delimiter, at: offset, line, start, stretches: Vec::new(), unclosed: Vec::new() })
    }

    fn run(&mut self) -> std::io::Result<()> {
        // Offset and line of the record being read, and of the end of its first line.
        let (mut record, mut first_line_end) = ((self.at, self.line), None);
        let (mut quoted, mut previous) = (false, b'\n');
        loop {
            let (consumed, ended) = {
                let block = std::io::BufRead::fill_buf(&mut self.reader)?;
                let mut from = 0;
                let mut runaway = false;
                while let Some(hit) = memchr::memchr2(b'"', b'\n', &block[from..]).map(|hit| hit + from) {
                    let before = if hit > 0 { block[hit - 1] } else { previous };
                    if block[hit] == b'\n' {
                        self.line += 1;
                        let here = self.at + hit as u64 + 1;
                        if quoted {
                            first_line_end.get_or_insert((here, self.line));
                        } else {
                            record = (here, self.line);
                            first_line_end = None;
                            if here - self.start.0 >= STRETCH_BYTES as u64 {
                                self.stretches.push(stretch(self.start, here));
                                self.start = record;
                            }
                        }
                    } else if quoted {
                        quoted = false;
                    } else if before == self.delimiter || before == b'\n' || before == b'"' {
                        // After a closing quote this reopens: a doubled quote stands for itself.
                        quoted = true;
                    }
                    from = hit + 1;
                    let length = self.at + from as u64 - record.0;
                    if quoted && length > LONGEST_RECORD && first_line_end.is_some() {
                        runaway = true;
                        break;
                    }
                }
                (block.len(), block.is_empty() || runaway)
            };
            if ended {
                match (quoted, first_line_end.take()) {
                    (true, Some(resume)) => {
                        self.give_up(record, resume)?;
                        (quoted, previous, record) = (false, b'\n', resume);
                        continue;
                    }
                    (true, None) => {
                        let end = self.at;
                        self.give_up(record, (end, self.line))?;
                        return Ok(());
                    }
                    (false, _) => {
                        if self.at > self.start.0 {
                            self.stretches.push(stretch(self.start, self.at));
                        }
                        return Ok(());
                    }
                }
            }
            previous = std::io::BufRead::fill_buf(&mut self.reader)?.last().copied().unwrap_or(previous);
            std::io::BufRead::consume(&mut self.reader, consumed);
            self.at += consumed as u64;
        }
    }

    /// Leaves out the line at `record` and goes on behind it.
    fn give_up(&mut self, record: (u64, u64), resume: (u64, u64)) -> std::io::Result<()> {
        self.unclosed.push(record.1);
        if record.0 > self.start.0 {
            self.stretches.push(stretch(self.start, record.0));
        }
        self.start = resume;
        (self.at, self.line) = resume;
        self.reader.seek(SeekFrom::Start(resume.0))?;
        Ok(())
    }
}

fn stretch((offset, line): (u64, u64), end: u64) -> Stretch {
    Stretch { offset, length: (end - offset) as usize, line }
}

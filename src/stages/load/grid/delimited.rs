//! Delimited text: cuts a file into stretches of whole records, and reads a stretch into raw cells.
//!
//! The `csv` crate parses; this module only finds where records end, so that stretches can be read
//! in parallel, and stops a quote that is never closed from swallowing the rest of the file.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use csv::ByteRecord;

use super::super::cells::{PieceText, RawBatch, RowReason};
use super::super::shape::{self, SAMPLE_ROWS, Sample, Shape};
use super::super::source::bytes::{Bytes, BytesReader};
use super::super::source::limits::RECORD_BYTES;
use super::super::{Depth, LoadError, OpenError, READ_BYTES, STRETCH_BYTES, Stretch};
use super::dialect::Dialect;
use super::record::{Cutter, Next};
use super::row::{self, Cells as _, Row};
use crate::config::plan::{SystemPlan, UNIT_SEPARATOR};

/// The header must stand within the first bytes.
const HEAD_BYTES: u64 = 1 << 20;
/// Bytes of a stretch from further down that are looked at.
const FURTHER_BYTES: usize = 256 << 10;
const FURTHER_ROWS: usize = 500;
const UNCLOSED: &str = "a quote is opened and not closed on this line";

/// What a stretch holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Records,
    /// One line with a quote that is never closed.
    OpenQuote,
    /// One line beyond the limit.
    LongLine,
}

/// An open delimited export.
#[derive(Debug)]
pub struct DelimitedFile {
    bytes: Bytes,
    dialect: Dialect,
    pub shape: Shape,
    stretches: Vec<(Stretch, Holds)>,
    ends_in_newline: bool,
    /// A delimiter of several characters, which stands as one byte in the prepared text.
    long_delimiter: Option<String>,
}

/// Opens a delimited export: finds the header, decides the shape, cuts the rest into stretches. `bytes`
/// is prepared text, of which the first `skip` are a byte-order mark.
///
/// # Errors
/// When the header lacks a mapped column, the cells do not stand under it, or the file cannot be read.
pub fn open(
    bytes: Bytes,
    skip: u64,
    name: &str,
    system: &SystemPlan,
    depth: Depth,
) -> Result<DelimitedFile, OpenError> {
    let head = bytes.head(HEAD_BYTES + skip)?;
    let head = &head[(skip as usize).min(head.len())..];
    let is_whole = head.len() as u64 + skip == bytes.len();
    let dialect = Dialect::of(head, system);
    let mut reader = dialect.parser(head);
    let (mut rows, mut ends): (Vec<Row>, Vec<(u64, u64)>) = (Vec::new(), Vec::new());
    let mut record = ByteRecord::new();
    while rows.len() < SAMPLE_ROWS && reader.read_byte_record(&mut record).is_ok_and(|more| more) {
        rows.push(row::copy(row_of(&record, head, 1), &record));
        ends.push((reader.position().byte(), reader.position().line()));
    }
    if !is_whole && rows.len() > 1 && ends.last().is_some_and(|(byte, _)| *byte == head.len() as u64) {
        rows.pop();
    }
    let is_enough = is_whole || depth == Depth::Headers;
    let further = if is_enough { Vec::new() } else { further_rows(&bytes, dialect)? };
    let sample = Sample { rows: &rows, further: &further, has_widths: true };
    let shape = shape::decide(sample, name, system)?;
    let last = rows.iter().position(|row| row.number == shape.header_row).unwrap_or_default();
    let (byte, line) = ends[last];
    let mut stretcher = Stretcher::new(&bytes, dialect, skip + byte, line)?;
    if depth == Depth::Whole {
        stretcher.run()?;
    }
    let ends_in_newline = stretcher.ends_in_newline;
    let long_delimiter = system.text.delimiter.clone().filter(|delimiter| delimiter.len() > 1);
    Ok(DelimitedFile {
        dialect,
        shape,
        stretches: stretcher.stretches,
        ends_in_newline,
        long_delimiter,
        bytes,
    })
}

/// Rows from the middle and the end of a long file. Where its records begin is not known yet, and need
/// not be: a piece of a row is evidence of its letters as well.
fn further_rows(bytes: &Bytes, dialect: Dialect) -> Result<Vec<Row>, OpenError> {
    let mut rows = Vec::new();
    for offset in [bytes.len() / 2, bytes.len().saturating_sub(FURTHER_BYTES as u64)] {
        let length = (bytes.len() - offset).min(FURTHER_BYTES as u64) as usize;
        let piece = bytes.stretch(offset, length)?;
        let start = memchr::memchr(b'\n', &piece).map_or(piece.len(), |end| end + 1);
        let end = memchr::memrchr(b'\n', &piece).map_or(start, |end| end + 1).max(start);
        let mut reader = dialect.parser(&piece[start..end]);
        let mut record = ByteRecord::new();
        for _ in 0..FURTHER_ROWS {
            if !reader.read_byte_record(&mut record).is_ok_and(|more| more) {
                break;
            }
            rows.push(row::copy(0, &record));
        }
    }
    Ok(rows)
}

impl DelimitedFile {
    pub fn pieces(&self) -> usize {
        self.stretches.len()
    }

    /// # Errors
    /// When the file can no longer be read.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        let (stretch, holds) = self.stretches[index];
        if holds == Holds::LongLine {
            let mut batch = RawBatch::new(self.shape.positions.len(), None);
            let detail = format!("a line of {} bytes, more than {RECORD_BYTES}", stretch.length);
            self.shape.reject(stretch.line, &Row::default(), RowReason::TooLong, detail, &mut batch);
            return Ok(batch);
        }
        let bytes = self.bytes.stretch(stretch.offset, stretch.length).map_err(LoadError::again)?;
        // Text that is UTF-8 throughout is not copied cell by cell.
        let (text, bytes) = match PieceText::of(bytes) {
            Ok(text) => (Arc::new(text), None),
            Err(bytes) => (Arc::default(), Some(bytes)),
        };
        let is_text = bytes.is_none();
        let bytes = bytes.as_deref().unwrap_or(text.as_str().as_bytes());
        let likely_rows = likely_rows(bytes, self.shape.positions.len());
        let mut batch = RawBatch::over(&text, self.shape.positions.len(), likely_rows);
        batch.dates = Arc::clone(&self.shape.dates);
        let mut cutter =
            Cutter::new(self.dialect, bytes, stretch.line, is_text, self.long_delimiter.is_some());
        // A record that will not fit the header and runs over several lines began with a stray quote:
        // its first line is refused, and the lines it swallowed are read again.
        while let Some((record, start)) = self.read(&mut cutter, holds == Holds::OpenQuote, &mut batch) {
            let detail = UNCLOSED.to_owned();
            self.shape.reject(record.number, &record, RowReason::UnclosedQuote, detail, &mut batch);
            cutter.resume_behind(record.number, start);
        }
        let is_last = index + 1 == self.stretches.len();
        let cut_short = |bad: &super::super::cells::BadRow| {
            bad.row >= batch.rows.last().copied().unwrap_or_default()
                && matches!(bad.reason, RowReason::RaggedRow | RowReason::UnclosedQuote)
        };
        let breaks_off = is_last && !self.ends_in_newline && batch.bad.last().is_some_and(cut_short);
        batch.damage = breaks_off.then(|| "the last record breaks off".to_owned());
        Ok(batch)
    }

    /// Reads records into the batch; stops at one that swallowed lines, and returns it with the place
    /// where it begins.
    fn read(&self, cutter: &mut Cutter<'_>, unclosed: bool, batch: &mut RawBatch) -> Option<(Row, usize)> {
        loop {
            let (number, start, next) = cutter.next_record();
            match next {
                Next::End => return None,
                Next::Line(line) if unclosed => return Some((row::copy(number, &line), start)),
                Next::Line(line) => self.shape.take(number, &line, batch),
                Next::Parsed(row, lines) => {
                    if unclosed || (lines > 0 && self.swallowed_lines(row)) {
                        return Some((row::copy(number, row), start));
                    }
                    match &self.long_delimiter {
                        Some(long) => self.shape.take(number, &restored(row, long), batch),
                        None => self.shape.take(number, row, batch),
                    }
                }
            }
        }
    }

    /// A record over several lines that does not fit the header, or in which a line stands that would
    /// fit it by itself, began with a stray quote.
    fn swallowed_lines(&self, record: &Row) -> bool {
        let is_row = |line: &[u8]| {
            let mut row = ByteRecord::new();
            let read = self.dialect.parser(line).read_byte_record(&mut row).is_ok();
            read && self.shape.has_width(row.len())
        };
        !self.shape.has_width(record.width())
            || (0..record.width())
                .flat_map(|at| record.cell(at).split(|byte| *byte == b'\n').skip(1))
                .any(is_row)
    }
}

/// How many rows a stretch may hold, by its first line; a row has at least its delimiters.
fn likely_rows(bytes: &[u8], columns: usize) -> usize {
    let blank = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let line = memchr::memchr(b'\n', &bytes[blank..]).unwrap_or(bytes.len() - blank);
    // Lines differ a little: a tenth more rather than to copy all of it once more.
    bytes.len() * 11 / 10 / (line + 1).max(2 * columns.max(1)) + 1
}

/// Within quotes a delimiter is text: what was made one byte there becomes itself again.
fn restored(record: &Row, long: &str) -> Row {
    let mut row = Row::default();
    row.begin(record.number);
    for at in 0..record.width() {
        let parts: Vec<&[u8]> = record.cell(at).split(|byte| *byte == UNIT_SEPARATOR).collect();
        row.push(&parts.join(long.as_bytes()));
    }
    row
}

/// The line a record begins on; blank lines before it belong to the parser's position, not to it.
fn row_of(record: &ByteRecord, bytes: &[u8], first_line: u64) -> u64 {
    let Some(position) = record.position() else { return first_line };
    let blank = bytes[position.byte() as usize..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    first_line - 1 + position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// Walks a file once and notes where records end.
struct Stretcher {
    reader: BytesReader,
    dialect: Dialect,
    /// Next byte to look at.
    at: u64,
    line: u64,
    /// Where the stretch in the making begins.
    start: (u64, u64),
    /// Offset and line of the record being read.
    record: (u64, u64),
    /// Offset and line behind its first line, once it has one.
    first_line_end: Option<(u64, u64)>,
    quoted: bool,
    /// Behind the quote that closed a cell: a quote there stands for itself, and the cell goes on.
    closed: Option<u64>,
    previous: u8,
    ends_in_newline: bool,
    stretches: Vec<(Stretch, Holds)>,
}

impl Stretcher {
    fn new(bytes: &Bytes, dialect: Dialect, offset: u64, line: u64) -> std::io::Result<Self> {
        let mut reader = bytes.reader()?;
        reader.seek(SeekFrom::Start(offset))?;
        let start = (offset, line);
        Ok(Self {
            reader,
            dialect,
            at: offset,
            line,
            start,
            record: start,
            first_line_end: None,
            quoted: false,
            closed: None,
            previous: b'\n',
            ends_in_newline: true,
            stretches: Vec::new(),
        })
    }

    fn run(&mut self) -> std::io::Result<()> {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = self.reader.read(&mut buffer)?;
            let block = &buffer[..read];
            let runaway = self.walk(block);
            if block.is_empty() || runaway {
                if !self.quoted {
                    self.end_line(self.at);
                    if self.at > self.start.0 {
                        self.stretches.push((stretch(self.start, self.at), Holds::Records));
                    }
                    return Ok(());
                }
                let resume = self.first_line_end.take();
                self.give_up(resume.unwrap_or((self.at, self.line)))?;
                if resume.is_none() {
                    return Ok(());
                }
                continue;
            }
            self.previous = block.last().copied().unwrap_or(self.previous);
            self.ends_in_newline = self.previous == b'\n';
            self.at += block.len() as u64;
        }
    }

    /// Looks at every quote and newline of a block; true when a quoted cell has run on for too long.
    fn walk(&mut self, block: &[u8]) -> bool {
        let mut from = 0;
        while let Some(hit) = self.dialect.next_mark(&block[from..]).map(|hit| hit + from) {
            let before = if hit > 0 { block[hit - 1] } else { self.previous };
            let here = self.at + hit as u64 + 1;
            if block[hit] == b'\n' {
                self.line += 1;
                if self.quoted {
                    self.first_line_end.get_or_insert((here, self.line));
                } else {
                    self.end_line(here);
                }
            } else if self.quoted {
                if !self.dialect.is_escape(before) {
                    self.quoted = false;
                    self.closed = Some(here);
                }
            } else if before == self.dialect.delimiter || before == b'\n' || self.closed == Some(here - 1) {
                self.quoted = true;
            }
            from = hit + 1;
            if self.quoted && here - self.record.0 > RECORD_BYTES as u64 && self.first_line_end.is_some() {
                return true;
            }
        }
        false
    }

    /// A record ends; a line too long for one is set apart.
    fn end_line(&mut self, here: u64) {
        let next = (here, self.line);
        if here - self.record.0 > RECORD_BYTES as u64 {
            self.set_apart(Holds::LongLine, next);
        } else if here - self.start.0 >= STRETCH_BYTES as u64 {
            self.stretches.push((stretch(self.start, here), Holds::Records));
            self.start = next;
        }
        self.record = next;
        self.first_line_end = None;
    }

    /// Sets the line at `record` apart and goes on behind it.
    fn give_up(&mut self, resume: (u64, u64)) -> std::io::Result<()> {
        let is_long = resume.0 - self.record.0 > RECORD_BYTES as u64;
        self.set_apart(if is_long { Holds::LongLine } else { Holds::OpenQuote }, resume);
        (self.at, self.line) = resume;
        (self.record, self.quoted, self.previous) = (resume, false, b'\n');
        self.reader.seek(SeekFrom::Start(resume.0))?;
        Ok(())
    }

    fn set_apart(&mut self, holds: Holds, resume: (u64, u64)) {
        if self.record.0 > self.start.0 {
            self.stretches.push((stretch(self.start, self.record.0), Holds::Records));
        }
        self.stretches.push((stretch(self.record, resume.0), holds));
        self.start = resume;
    }
}

fn stretch((offset, line): (u64, u64), end: u64) -> Stretch {
    Stretch { offset, length: (end - offset) as usize, line }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<(u64, String, String)>;
    type Refused = Vec<(u64, &'static str)>;

    /// Reads a file with columns `a` and `b`.
    fn read(text: &str) -> (Rows, Refused) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.csv");
        std::fs::write(&path, text).expect("written");
        let bytes = Bytes::of_file(path, text.len() as u64);
        let text = crate::stages::load::source::text::prepare(bytes, None).expect("text");
        let file = open(text.bytes, text.skip, "x.csv", &SystemPlan::for_test(&["a", "b"]), Depth::Whole)
            .expect("opens");
        let (mut rows, mut bad) = (Vec::new(), Vec::new());
        for index in 0..file.pieces() {
            let batch = file.piece(index).expect("a piece");
            let cells = |column: usize, row: usize| batch.columns[column].get(row).to_owned();
            rows.extend((0..batch.rows.len()).map(|row| (batch.rows[row], cells(0, row), cells(1, row))));
            bad.extend(batch.bad.iter().map(|row| (row.row, row.reason.code())));
        }
        bad.sort_unstable();
        (rows, bad)
    }

    #[test]
    fn a_stray_quote_costs_its_line_even_when_a_later_line_closes_it() {
        let (rows, bad) = read("a,b\n1,x\n2,\"y\n3,z\n4,\"p, q\"\n5,w\n");
        assert_eq!(bad, [(3, "unclosed_quote")]);
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 4, 5, 6]);
        assert_eq!(rows[2].2, "p, q");
    }

    #[test]
    fn a_line_swallowed_at_the_end_of_a_file_is_found_without_its_newline() {
        for text in ["a,b\n1,x\n2,\"y\n3,z\"", "a,b\n1,x\n2,\"y\n3,z\"\n", "a,b\r\n1,x\r\n2,\"y\r\n3,z\"\r\n"]
        {
            let (rows, bad) = read(text);
            assert_eq!(bad.first(), Some(&(3, "unclosed_quote")), "{text:?}");
            assert_eq!(rows.len() + bad.len(), 3, "{text:?}");
        }
    }

    #[test]
    fn a_quote_never_closed_costs_its_line() {
        let (rows, bad) = read("a,b\n1,x\n2,\"y\n3,z\n");
        assert_eq!(bad, [(3, "unclosed_quote")]);
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(read("a,b\n1,x\n2,\"y").1, [(3, "unclosed_quote")]);
    }

    #[test]
    fn two_stray_quotes_do_not_make_one_row_of_many() {
        let (rows, bad) = read("a,b\n1,x\n2,\"y\n3,z\n4,w\n5,\"v\n6,u\n");
        assert_eq!(bad.iter().map(|row| row.0).collect::<Vec<_>>(), [3, 6]);
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 4, 5, 7]);
    }

    #[test]
    fn doubled_quotes_in_a_bare_cell_are_text() {
        let (rows, bad) = read("a,b\n1,Cty \"\"Hoa Sen\"\"\n2,x\n");
        assert!(bad.is_empty(), "{bad:?}");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn blank_lines_and_returns_do_not_move_the_row_numbers() {
        let (rows, bad) = read("\u{feff}a,b\r\n1,x\r\n\r\n\r\n2,\"y\r\nz\"\r\n3,w");
        assert!(bad.is_empty(), "{bad:?}");
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 5, 7]);
        assert_eq!(rows[1].2, "y\r\nz");
    }

    #[test]
    fn stretches_cover_a_long_file_row_by_row() {
        let line = format!("{},\"{}\"\n", "7".repeat(40), "long \"\" cell\n".repeat(20));
        let text = format!("a,b\n{}", line.repeat(60_000));
        let (rows, bad) = read(&text);
        assert!(bad.is_empty());
        assert_eq!(rows.len(), 60_000);
        assert!(rows.windows(2).all(|pair| pair[1].0 == pair[0].0 + 21));
    }
}

//! CSV: cuts a file into stretches of whole records, and reads a stretch into raw cells.
//!
//! The `csv` crate parses; this module only finds where records end, so that stretches can be read
//! in parallel, and stops a quote that is never closed from swallowing the rest of the file.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::cells::{BadRow, RawBatch, RowReason};
use super::header::{self, Header, SEARCH_ROWS};
use super::{LoadError, OpenError, STRETCH_BYTES, Stretch, read_stretch};
use crate::config::plan::SystemPlan;

/// A quoted cell longer than this is taken for a quote that was never closed.
const LONGEST_RECORD: u64 = 1 << 20;
/// The header must stand within the first bytes.
const HEAD_BYTES: u64 = 1 << 20;
const UNCLOSED: &str = "a quote is opened and not closed on this line";
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An open CSV export.
#[derive(Debug)]
pub struct CsvFile {
    path: PathBuf,
    delimiter: u8,
    header: Header,
    /// Whole records; `true` where the stretch is one line with a quote that is never closed.
    stretches: Vec<(Stretch, bool)>,
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
    let mut record = ByteRecord::new();
    while rows.len() < SEARCH_ROWS && reader.read_byte_record(&mut record).is_ok_and(|more| more) {
        rows.push(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
        ends.push((reader.position().byte(), reader.position().line()));
    }
    let (row, header) = header::find(&rows, name, system)?;
    let (byte, line) = ends[row];
    let mut cutter = Cutter::new(path, delimiter, skip as u64 + byte, line)?;
    cutter.run()?;
    Ok(CsvFile { path: path.to_owned(), delimiter, header, stretches: cutter.stretches })
}

fn parser(delimiter: u8, bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes)
}

impl CsvFile {
    pub fn pieces(&self) -> usize {
        self.stretches.len()
    }

    /// # Errors
    /// When the file can no longer be read.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        let (stretch, unclosed) = self.stretches[index];
        let bytes = read_stretch(&self.path, stretch)?;
        let mut batch = RawBatch::new(self.header.positions.len(), None);
        let (mut rest, mut line) = (bytes.as_slice(), stretch.line);
        // A record that will not fit the header and runs over several lines began with a stray quote:
        // its first line is refused, and the lines it swallowed are read again.
        while let Some((record, row)) = self.read(rest, line, unclosed, &mut batch) {
            self.reject(&record, row, RowReason::UnclosedQuote, UNCLOSED.to_owned(), &mut batch);
            let skipped = rest.iter().scan(line, |at, byte| {
                *at += u64::from(*byte == b'\n');
                Some(*at)
            });
            let start = skipped.take_while(|at| *at <= row).count() + 1;
            rest = rest.get(start..).unwrap_or_default();
            line = row + 1;
        }
        Ok(batch)
    }

    /// Reads records into the batch; stops at one that swallowed lines, and returns it with its row.
    fn read(
        &self,
        bytes: &[u8],
        line: u64,
        unclosed: bool,
        batch: &mut RawBatch,
    ) -> Option<(ByteRecord, u64)> {
        let mut reader = parser(self.delimiter, bytes);
        let mut record = ByteRecord::new();
        // Reading from memory with `flexible` set, the parser has no error left to give.
        while reader.read_byte_record(&mut record).is_ok_and(|more| more) {
            let row = row_of(&record, bytes, line);
            let next = line - 1 + reader.position().line();
            if unclosed || (next > row + 1 && self.swallowed_lines(&record)) {
                return Some((record, row));
            }
            self.take(&record, row, batch);
        }
        None
    }

    /// A record over several lines that does not fit the header, or in which a line stands that would
    /// fit it by itself, began with a stray quote.
    fn swallowed_lines(&self, record: &ByteRecord) -> bool {
        let is_row = |line: &[u8]| {
            let mut row = ByteRecord::new();
            parser(self.delimiter, line).read_byte_record(&mut row).is_ok() && row.len() == self.header.width
        };
        record.len() != self.header.width
            || record.iter().flat_map(|cell| cell.split(|byte| *byte == b'\n').skip(1)).any(is_row)
    }

    fn take(&self, record: &ByteRecord, row: u64, batch: &mut RawBatch) {
        if record.len() != self.header.width {
            let detail = format!("{} cells, the header has {}", record.len(), self.header.width);
            return self.reject(record, row, RowReason::RaggedRow, detail, batch);
        }
        if std::str::from_utf8(record.as_slice()).is_err() {
            return self.reject(record, row, RowReason::NotUtf8, "not UTF-8 text".to_owned(), batch);
        }
        batch.rows.push(row);
        for (cells, position) in batch.columns.iter_mut().zip(&self.header.positions) {
            let cell = record.get(*position).and_then(|cell| std::str::from_utf8(cell).ok());
            cells.push(cell.unwrap_or_default());
        }
    }

    fn reject(&self, record: &ByteRecord, row: u64, reason: RowReason, detail: String, batch: &mut RawBatch) {
        let cell = self.header.code.and_then(|at| record.get(at));
        // Behind a stray quote a cell may hold the rest of the file: only its first line is looked at.
        let line = cell.and_then(|cell| cell.split(|byte| *byte == b'\n').next());
        let code = line.and_then(|line| std::str::from_utf8(line).ok()).map(str::to_owned);
        batch.bad.push(BadRow { row, reason, detail, code });
    }
}

/// The line a record begins on; blank lines before it belong to the parser's position, not to it.
fn row_of(record: &ByteRecord, bytes: &[u8], first_line: u64) -> u64 {
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
    stretches: Vec<(Stretch, bool)>,
}

impl Cutter {
    fn new(path: &Path, delimiter: u8, offset: u64, line: u64) -> std::io::Result<Self> {
        let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
        reader.seek(SeekFrom::Start(offset))?;
        let start = (offset, line);
        Ok(Self { reader, delimiter, at: offset, line, start, stretches: Vec::new() })
    }

    fn run(&mut self) -> std::io::Result<()> {
        // Offset and line of the record being read, and of the end of its first line.
        let (mut record, mut first_line_end) = ((self.at, self.line), None);
        let (mut quoted, mut previous) = (false, b'\n');
        // Behind the quote that closed a cell: a quote there stands for itself, and the cell goes on.
        let mut closed = None;
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
                                self.stretches.push((stretch(self.start, here), false));
                                self.start = record;
                            }
                        }
                    } else if quoted {
                        quoted = false;
                        closed = Some(self.at + hit as u64 + 1);
                    } else if before == self.delimiter
                        || before == b'\n'
                        || closed == Some(self.at + hit as u64)
                    {
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
                            self.stretches.push((stretch(self.start, self.at), false));
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

    /// Sets the line at `record` apart and goes on behind it.
    fn give_up(&mut self, record: (u64, u64), resume: (u64, u64)) -> std::io::Result<()> {
        if record.0 > self.start.0 {
            self.stretches.push((stretch(self.start, record.0), false));
        }
        self.stretches.push((stretch(record, resume.0), true));
        self.start = resume;
        (self.at, self.line) = resume;
        self.reader.seek(SeekFrom::Start(resume.0))?;
        Ok(())
    }
}

fn stretch((offset, line): (u64, u64), end: u64) -> Stretch {
    Stretch { offset, length: (end - offset) as usize, line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::plan::SystemPlan;

    type Rows = Vec<(u64, String, String)>;
    type Refused = Vec<(u64, &'static str)>;

    /// Reads a file with columns `a` and `b`.
    fn read(text: &str) -> (Rows, Refused) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.csv");
        std::fs::write(&path, text).expect("written");
        let file = open(&path, "x.csv", b',', &SystemPlan::for_test(&["a", "b"])).expect("opens");
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

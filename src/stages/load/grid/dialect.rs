//! How a delimited file is cut: by which delimiter, which quote, which escape.

use csv::ByteRecord;

use crate::config::plan::SystemPlan;

/// Delimiters that are tried where the pipeline names none, the usual ones first.
const DELIMITERS: &[u8] = b",;\t|\x1f^~:";
/// Rows on which a delimiter is judged.
const ROWS: usize = 200;

/// The marks of a delimited file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    /// `None`: quotes are letters.
    pub quote: Option<u8>,
    /// Before a quote that stands for itself; `None`: such a quote is doubled.
    pub escape: Option<u8>,
}

impl Dialect {
    /// The dialect the pipeline declares; an undeclared delimiter is found in the head of the file.
    pub fn of(head: &[u8], system: &SystemPlan) -> Self {
        let declared = Self {
            delimiter: system.text.delimiter_byte().unwrap_or(b','),
            quote: system.text.quote,
            escape: system.text.escape,
        };
        if system.text.delimiter.is_some() {
            return declared;
        }
        let wanted: Vec<&str> = system.columns.iter().map(|column| column.source.as_str()).collect();
        declared.with_likely_delimiter(head, &wanted)
    }

    /// The delimiter under which most wanted titles stand in one row; where none does, the one that
    /// cuts most rows into the same number of cells.
    pub fn with_likely_delimiter(self, head: &[u8], wanted: &[&str]) -> Self {
        let mut best = (self, (0, 0, 0));
        for delimiter in DELIMITERS {
            let dialect = Self { delimiter: *delimiter, ..self };
            let worth = dialect.worth(head, wanted);
            if worth > best.1 {
                best = (dialect, worth);
            }
        }
        best.0
    }

    /// Wanted titles in one row; rows of the usual width; that width.
    fn worth(&self, head: &[u8], wanted: &[&str]) -> (usize, usize, usize) {
        let mut reader = self.parser(head);
        let mut record = ByteRecord::new();
        let (mut titles, mut widths) = (0, Vec::new());
        while widths.len() < ROWS && reader.read_byte_record(&mut record).is_ok_and(|more| more) {
            let is_wanted = |cell: &[u8]| {
                let cell = String::from_utf8_lossy(cell);
                let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
                wanted.contains(&cell)
            };
            titles = titles.max(record.iter().filter(|cell| is_wanted(cell)).count());
            widths.push(record.len());
        }
        widths.sort_unstable();
        let usual = widths.chunk_by(|a, b| a == b).filter(|run| run[0] > 1).max_by_key(|run| run.len());
        let (rows, width) = usual.map_or((0, 0), |run| (run.len(), run[0]));
        // A comma in every address beats no semicolon, but not a semicolon between all cells.
        (titles, rows * 10 / widths.len().max(1), width)
    }

    /// A parser that never gives up: rows of any width, quotes anywhere.
    pub fn parser(self, bytes: &[u8]) -> csv::Reader<&[u8]> {
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(self.delimiter).has_headers(false).flexible(true);
        match self.quote {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        if let Some(escape) = self.escape {
            builder.escape(Some(escape)).double_quote(false);
        }
        builder.from_reader(bytes)
    }

    /// The same, for one record at a time.
    pub fn careful(self) -> csv_core::Reader {
        let mut builder = csv_core::ReaderBuilder::new();
        builder.delimiter(self.delimiter).quoting(self.quote.is_some());
        if let Some(quote) = self.quote {
            builder.quote(quote);
        }
        if let Some(escape) = self.escape {
            builder.escape(Some(escape)).double_quote(false);
        }
        builder.build()
    }

    /// The next quote or newline.
    pub fn next_mark(self, bytes: &[u8]) -> Option<usize> {
        match self.quote {
            Some(quote) => memchr::memchr2(quote, b'\n', bytes),
            None => memchr::memchr(b'\n', bytes),
        }
    }

    pub fn is_escape(self, byte: u8) -> bool {
        self.escape == Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    fn delimiter(text: &str, wanted: &[&str]) -> char {
        let plain = Dialect { delimiter: b',', quote: Some(b'"'), escape: None };
        char::from(plain.with_likely_delimiter(text.as_bytes(), wanted).delimiter)
    }

    #[test]
    fn the_delimiter_is_the_one_that_cuts_the_header() {
        assert_eq!(delimiter("a;b;c\n1,5;2,5;3,5\n", &["a", "b"]), ';');
        assert_eq!(delimiter("DANH SÁCH, QUÝ I\n\na|b\n1|2\n", &["a", "b"]), '|');
        assert_eq!(delimiter("a\tb\n\"x\ty\"\t2\n", &[]), '\t');
        assert_eq!(delimiter("x;y;z\nxóm 1, xã A;2;3\nxóm 2, xã B;4;5\n", &[]), ';');
        assert_eq!(delimiter("one column\nonly\n", &[]), ',');
    }
}

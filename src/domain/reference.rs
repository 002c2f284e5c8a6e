//! Reference tables as text: rows of a fixed header, each with its line in the file.
//!
//! It must not know what a cell means: the table that reads it refuses what it cannot use.

use chrono::NaiveDate;

/// Why a table cannot be cut into rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFault {
    /// The first line is not the header.
    Header,
    /// A row has more or fewer cells than the header.
    Cells {
        /// Line in the file, from 1.
        line: u64,
    },
}

/// The rows below the header, trimmed, with their lines. Lines that are empty or start with `#` are
/// skipped; a cell with a comma stands in double quotes.
pub fn rows<const N: usize>(
    csv: &str,
    header: [&str; N],
) -> Result<Vec<(u64, [String; N])>, TableFault> {
    let text = csv.trim_start_matches('\u{FEFF}').as_bytes();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text);
    let (mut line, mut counted, mut begun) = (1, 0, false);
    let mut rows = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else {
            return Err(TableFault::Cells { line });
        };
        // The position of a record is where the one before it ended, so what was skipped comes first.
        let end = record.position().and_then(|at| usize::try_from(at.byte()).ok());
        let start = start_of_record(text, end.unwrap_or(counted));
        line += newlines(&text[counted..start]);
        counted = start;
        if !begun {
            if line != 1 || !record.iter().eq(header) {
                return Err(TableFault::Header);
            }
            begun = true;
        } else if record.iter().any(|cell| !cell.is_empty()) {
            let cells: Vec<String> = record.iter().map(str::to_owned).collect();
            rows.push((line, cells.try_into().map_err(|_| TableFault::Cells { line })?));
        }
    }
    if begun { Ok(rows) } else { Err(TableFault::Header) }
}

/// A date written as 2025-06-30 and in no other way.
pub(super) fn iso_date(cell: &str) -> Option<NaiveDate> {
    let plain = cell.len() == 10 && cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok().filter(|_| plain)
}

/// The place behind empty lines and notes.
fn start_of_record(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            Some(b'\n' | b'\r') => at += 1,
            Some(b'#') => at += text[at..].iter().take_while(|byte| **byte != b'\n').count(),
            _ => return at.min(text.len()),
        }
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_have_the_line_an_editor_shows() {
        let text = "\u{FEFF}a,b\r\n\r\n# note\r\n1,\"x, y\"\r\n\"2\n\",z\n\n#\n , \n3,w\n";
        let read = rows(text, ["a", "b"]).expect("a table");
        let lines: Vec<_> = read.iter().map(|(line, [a, b])| (*line, a.trim(), b.as_str())).collect();
        assert_eq!(lines, [(4, "1", "x, y"), (5, "2", "z"), (10, "3", "w")]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for wrong in ["", "\n", "b,a\n", "a\n", "a,b,c\n", "\na,b\n", "# note\na,b\n"] {
            assert_eq!(rows(wrong, ["a", "b"]), Err(TableFault::Header), "{wrong:?}");
        }
        assert_eq!(rows("a,b\n\n1\n", ["a", "b"]), Err(TableFault::Cells { line: 3 }));
        assert_eq!(rows("a,b\n1,2,3", ["a", "b"]), Err(TableFault::Cells { line: 2 }));
        assert_eq!(rows("a,b", ["a", "b"]), Ok(Vec::new()));
    }

    #[test]
    fn dates_have_one_spelling() {
        assert_eq!(iso_date("2025-06-30"), NaiveDate::from_ymd_opt(2025, 6, 30));
        for wrong in ["", "2025-6-30", "30/06/2025", "2025-02-30", "2025-06-3 ", "+2025-6-30", "20250630"] {
            assert_eq!(iso_date(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_lines_do_not_shrink(body in "[a#,\"\n\r é]{0,40}") {
            if let Ok(read) = rows(&format!("a,b\n{body}"), ["a", "b"]) {
                prop_assert!(read.windows(2).all(|pair| pair[0].0 <= pair[1].0));
                prop_assert!(read.iter().all(|(line, _)| *line >= 2));
            }
        }
    }
}

//! Delimited text, and what all text files have in common.

use super::Sheet;
use super::charset::{self, Charset};

/// The marks of delimited text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Csv {
    /// One character or several, ASCII where the charset is none of Unicode's.
    pub delimiter: &'static str,
    pub quote: Option<char>,
    /// Stands before a quote within quotes, and before itself; without one, quotes are doubled. Where
    /// there are no quotes, it stands before delimiters and newlines.
    pub escape: Option<char>,
    pub crlf: bool,
    /// For UTF-8; UTF-16 has its own.
    pub bom: bool,
}

impl Csv {
    /// As most programs write it.
    pub const PLAIN: Self = Self { delimiter: ",", quote: Some('"'), escape: None, crlf: false, bom: false };

    /// Whether a cell, as its bytes are in the file, reads back.
    pub fn holds(&self, cell: &[u8]) -> bool {
        let has_newline = cell.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
        match (self.quote, self.escape) {
            (Some(_), _) => true,
            (None, Some(_)) => !has_newline,
            (None, None) => !has_newline && !contains(cell, self.delimiter.as_bytes()),
        }
    }

    fn put(&self, out: &mut Vec<u8>, cell: &[u8], is_alone: bool) {
        let escape = self.escape.map(byte_of);
        let Some(quote) = self.quote.map(byte_of) else {
            for byte in cell {
                let is_mark = self.delimiter.as_bytes().contains(byte) || Some(*byte) == escape;
                out.extend(escape.filter(|_| is_mark));
                out.push(*byte);
            }
            return;
        };
        let is_special = |byte: &u8| matches!(byte, b'\n' | b'\r') || *byte == quote || Some(*byte) == escape;
        let delimiter = self.delimiter.as_bytes();
        let has_edge = cell.first() == Some(&b' ') || cell.last() == Some(&b' ');
        // `a|` before `||` would read as `a`, and `|` after it.
        let runs_on = delimiter.len() > 1 && cell.last().is_some_and(|byte| delimiter.contains(byte));
        let needs_quotes = cell.iter().any(is_special)
            || contains(cell, delimiter)
            || has_edge
            || runs_on
            || (is_alone && cell.is_empty());
        if !needs_quotes {
            out.extend(cell);
            return;
        }
        out.push(quote);
        for byte in cell {
            match escape {
                Some(escape) if *byte == quote || *byte == escape => out.push(escape),
                None if *byte == quote => out.push(quote),
                _ => {}
            }
            out.push(*byte);
        }
        out.push(quote);
    }
}

pub fn write(sheet: &Sheet<'_>, form: Csv, charset: Charset) -> Vec<u8> {
    let inner = if charset.is_utf16() { Charset::Utf8 } else { charset };
    let mut out = Vec::new();
    let mut put_row = |row: &[&str]| {
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                out.extend(form.delimiter.as_bytes());
            }
            let cell = charset::encode(inner, cell).expect("a text that the charset holds");
            form.put(&mut out, &cell, row.len() == 1);
        }
        out.extend(if form.crlf { &b"\r\n"[..] } else { b"\n" });
    };
    put_row(sheet.header);
    for row in sheet.rows {
        put_row(&row.iter().map(String::as_str).collect::<Vec<_>>());
    }
    file_bytes(charset, out, form.bom)
}

/// A whole file: from UTF-8 to UTF-16 where that is wanted, and a byte order mark before it.
pub fn file_bytes(charset: Charset, bytes: Vec<u8>, bom: bool) -> Vec<u8> {
    match charset {
        Charset::Utf16Le { bom } | Charset::Utf16Be { bom } => {
            let text = String::from_utf8(bytes).expect("UTF-8 so far");
            let mark = if bom { "\u{FEFF}" } else { "" };
            charset::encode(charset, &format!("{mark}{text}")).expect("UTF-16 holds everything")
        }
        charset if bom && charset.is_utf8() => [&[0xEF, 0xBB, 0xBF][..], &bytes].concat(),
        _ => bytes,
    }
}

fn byte_of(c: char) -> u8 {
    u8::try_from(c).ok().filter(u8::is_ascii).expect("quotes and escapes are ASCII")
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

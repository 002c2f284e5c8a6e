//! HTML under the name of a workbook, as the "Excel" buttons of provincial systems write it.

use super::book::{Book, Page, Value};
use super::charset::{self, Charset};

/// The page in the charset's bytes, which it declares as far as browsers know the charset. Of each sheet,
/// so many rows are marked as its header.
pub fn write(book: &Book, charset: Charset, header_rows: usize) -> Vec<u8> {
    let mut page = Writer { charset, header_rows, out: Vec::new() };
    page.put("<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"");
    page.put(" xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\r\n<head>\r\n");
    page.put("<meta http-equiv=\"Content-Type\" content=\"application/vnd.ms-excel; charset=");
    page.put(charset.label());
    page.put("\">\r\n<style>td { mso-number-format:\"\\@\"; }</style>\r\n</head>\r\n<body>\r\n");
    for sheet in &book.sheets {
        page.table(sheet);
    }
    page.put("</body>\r\n</html>\r\n");
    page.finish()
}

struct Writer {
    charset: Charset,
    header_rows: usize,
    /// UTF-8 until the end where the charset is UTF-16.
    out: Vec<u8>,
}

impl Writer {
    fn put(&mut self, ascii: &str) {
        self.out.extend(ascii.as_bytes());
    }

    fn table(&mut self, page: &Page) {
        self.put("<table border=1>\r\n");
        for row in 0..page.height() {
            let tag = if row < self.header_rows { "th" } else { "td" };
            self.put("<tr>");
            for column in 0..page.width().max(1) {
                let merge = page.merge_at(row, column);
                let (rows, columns) = match merge {
                    Some(merge) if (merge.top, merge.left) != (row, column) => continue,
                    Some(merge) => (merge.bottom + 1 - merge.top, merge.right + 1 - merge.left),
                    None => (1, 1),
                };
                self.put(&format!("<{tag}"));
                if rows > 1 {
                    self.put(&format!(" rowspan=\"{rows}\""));
                }
                if columns > 1 {
                    self.put(&format!(" colspan={columns}"));
                }
                self.cell(page.value(row, column));
                self.put(&format!("</{tag}>"));
            }
            self.put("</tr>\r\n");
        }
        self.put("</table>\r\n");
    }

    /// The rest of the start tag, and what stands in the cell. Figures and dates are shown as people
    /// here write them; what Excel takes is in `x:num`.
    fn cell(&mut self, value: &Value) {
        match value {
            Value::Empty => self.put(">"),
            Value::Text(text) => {
                self.put(">");
                self.text(text);
            }
            Value::Number(number) => {
                let shown = number.to_string().replace('.', ",");
                self.put(&format!(" x:num=\"{number}\">{shown}"));
            }
            Value::Date(moment) => self.put(&format!(" align=center>{}", moment.day_first())),
        }
    }

    fn text(&mut self, text: &str) {
        let inner = if self.charset.is_utf16() { Charset::Utf8 } else { self.charset };
        for byte in charset::encode(inner, text).expect("a text that the charset holds") {
            match byte {
                b'&' => self.put("&amp;"),
                b'<' => self.put("&lt;"),
                b'>' => self.put("&gt;"),
                b'"' => self.put("&quot;"),
                b'\n' => self.put("<br>"),
                _ => self.out.push(byte),
            }
        }
    }

    fn finish(self) -> Vec<u8> {
        super::text::file_bytes(self.charset, self.out, false)
    }
}

//! ODS, as LibreOffice saves it: like cells and like rows are written once and counted, and the sheet is
//! filled to its last row and column with nothing.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::book::{Book, Page, Value};
use super::xlsx::LAST_CELL;

const MIMETYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
 <manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="MIMETYPE"/>
 <manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
"#;
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
 office:version="1.2"><office:body><office:spreadsheet>"#;
const TAIL: &str = "</office:spreadsheet></office:body></office:document-content>";

pub fn write(book: &Book) -> Vec<u8> {
    let mut content = HEAD.to_owned();
    for page in &book.sheets {
        table(&mut content, page);
    }
    content.push_str(TAIL);
    container(&content)
}

/// A page, and below it one cell that says it stands `columns` times in each of `rows` rows.
pub fn with_repeated_cell(page: &Page, text: &str, columns: u64, rows: u64) -> Vec<u8> {
    let mut content = HEAD.to_owned();
    table_start(&mut content, page);
    let _ = write!(content, r#"<table:table-row table:number-rows-repeated="{rows}">"#);
    cell(&mut content, &Value::text(text), columns, None);
    content.push_str("</table:table-row></table:table>");
    content.push_str(TAIL);
    container(&content)
}

fn container(content: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let stored = packed.compression_method(CompressionMethod::Stored);
    let manifest = MANIFEST.replace("MIMETYPE", MIMETYPE);
    // The type comes first and as it is, so that it can be told by its bytes.
    for (name, options, text) in [
        ("mimetype", stored, MIMETYPE),
        ("content.xml", packed, content),
        ("META-INF/manifest.xml", packed, &manifest),
    ] {
        zip.start_file(name, options).expect("an entry");
        zip.write_all(text.as_bytes()).expect("an entry in memory");
    }
    zip.finish().expect("an archive in memory").into_inner()
}

fn table(out: &mut String, page: &Page) {
    let (height, width) = (page.height(), page.width());
    table_start(out, page);
    let below = LAST_CELL.0 as usize + 1 - height;
    let columns = LAST_CELL.1 as usize + 1;
    if width > 0 && below > 0 {
        let row = r#"<table:table-row table:number-rows-repeated=""#;
        let _ = write!(out, r#"{row}{below}"><table:table-cell table:number-columns-repeated="{columns}"/>"#);
        out.push_str("</table:table-row>");
    }
    out.push_str("</table:table>");
}

/// The table with its rows, still open.
fn table_start(out: &mut String, page: &Page) {
    let (height, width) = (page.height(), page.width());
    let _ = write!(out, r#"<table:table table:name="{}">"#, escaped(&page.name));
    let _ = write!(out, r#"<table:table-column table:number-columns-repeated="{}"/>"#, width.max(1));
    let mut row = 0;
    while row < height {
        let has_merge = |row: usize| page.merges.iter().any(|m| (m.top..=m.bottom).contains(&row));
        let is_alike = |next: &usize| {
            !has_merge(row)
                && !has_merge(*next)
                && (0..width).all(|column| page.value(row, column) == page.value(*next, column))
        };
        let times = 1 + (row + 1..height).take_while(is_alike).count();
        match times {
            1 => out.push_str("<table:table-row>"),
            _ => {
                let _ = write!(out, r#"<table:table-row table:number-rows-repeated="{times}">"#);
            }
        }
        cells(out, page, row);
        out.push_str("</table:table-row>");
        row += times;
    }
}

fn cells(out: &mut String, page: &Page, row: usize) {
    let is_used =
        |column: &usize| *page.value(row, *column) != Value::Empty || page.merge_at(row, *column).is_some();
    let width = (0..page.width()).rev().find(is_used).map_or(0, |last| last + 1);
    let mut column = 0;
    while column < width {
        let (value, merge) = (page.value(row, column), page.merge_at(row, column));
        let mut times = 1;
        match merge {
            Some(merge) if (merge.top, merge.left) == (row, column) => {
                let span = (merge.right + 1 - merge.left, merge.bottom + 1 - merge.top);
                cell(out, value, 1, Some(span));
            }
            Some(merge) => {
                times = merge.right + 1 - column;
                let _ = write!(out, "<table:covered-table-cell");
                repeated(out, times as u64);
                out.push_str("/>");
            }
            None => {
                let is_alike =
                    |next: &usize| page.merge_at(row, *next).is_none() && page.value(row, *next) == value;
                times += (column + 1..width).take_while(is_alike).count();
                cell(out, value, times as u64, None);
            }
        }
        column += times;
    }
    let beyond = LAST_CELL.1 as usize + 1 - width;
    cell(out, &Value::Empty, beyond.max(1) as u64, None);
}

fn cell(out: &mut String, value: &Value, times: u64, span: Option<(usize, usize)>) {
    out.push_str("<table:table-cell");
    repeated(out, times);
    if let Some((columns, rows)) = span {
        let _ = write!(out, r#" table:number-columns-spanned="{columns}""#);
        let _ = write!(out, r#" table:number-rows-spanned="{rows}""#);
    }
    let shown = match value {
        Value::Empty => {
            out.push_str("/>");
            return;
        }
        Value::Text(text) => {
            out.push_str(r#" office:value-type="string" calcext:value-type="string">"#);
            out.push_str(&paragraphs(text));
            out.push_str("</table:table-cell>");
            return;
        }
        Value::Number(number) => {
            let _ = write!(out, r#" office:value-type="float" office:value="{number}""#);
            number.to_string().replace('.', ",")
        }
        Value::Date(moment) => {
            let _ = write!(out, r#" office:value-type="date" office:date-value="{}""#, moment.iso());
            moment.day_first()
        }
    };
    let _ = write!(out, "><text:p>{shown}</text:p></table:table-cell>");
}

fn repeated(out: &mut String, times: u64) {
    if times > 1 {
        let _ = write!(out, r#" table:number-columns-repeated="{times}""#);
    }
}

/// A line is a paragraph; of several spaces only the first is a character, as ODF has it.
fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    for line in text.split('\n') {
        out.push_str("<text:p>");
        let mut spaces = 0;
        let mut is_first = true;
        for c in line.chars() {
            if c == ' ' {
                spaces += 1;
                continue;
            }
            put_spaces(&mut out, spaces, is_first);
            (spaces, is_first) = (0, false);
            match c {
                '\t' => out.push_str("<text:tab/>"),
                _ => out.push_str(&escaped(c.encode_utf8(&mut [0; 4]))),
            }
        }
        put_spaces(&mut out, spaces, true);
        out.push_str("</text:p>");
    }
    out
}

/// At the edge of a paragraph no space is a character.
fn put_spaces(out: &mut String, spaces: usize, is_edge: bool) {
    let counted = if is_edge { spaces } else { spaces.saturating_sub(1) };
    if counted < spaces {
        out.push(' ');
    }
    match counted {
        0 => {}
        1 => out.push_str("<text:s/>"),
        _ => {
            let _ = write!(out, r#"<text:s text:c="{counted}"/>"#);
        }
    }
}

/// For XML: text and attributes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

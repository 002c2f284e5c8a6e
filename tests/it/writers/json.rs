//! JSON: lists, envelopes around a list, lines, and the pages of Spring that iGate answers with.

use std::fmt::Write as _;

use super::Sheet;

/// Where the records stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Array,
    /// Within objects, under these keys, with other keys beside them.
    Envelope(&'static [&'static str]),
    Lines,
    /// `{"content": [...], "totalElements": n, ...}`; a dot in a column's name is a step inward.
    Page,
}

/// `ascii`: beyond ASCII everything is `\uXXXX`, as PHP and Python write it by themselves.
pub fn write(sheet: &Sheet<'_>, layout: Layout, ascii: bool) -> String {
    let records: Vec<String> = sheet.rows.iter().map(|row| record(sheet.header, row, layout)).collect();
    let list = || format!("[{}]", records.join(","));
    let text = match layout {
        Layout::Array => list(),
        Layout::Lines => records.iter().map(|record| format!("{record}\n")).collect(),
        Layout::Page => page(&list(), records.len()),
        Layout::Envelope(path) => path.iter().rev().fold(list(), |inner, key| {
            format!("{{\"status\":200,\"message\":\"OK\",{}:{inner},\"errors\":[]}}", quoted(key))
        }),
    };
    if ascii { only_ascii(&text) } else { text }
}

/// A string with its quotes.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

fn record(header: &[&str], row: &[String], layout: Layout) -> String {
    let cells: Vec<(Vec<&str>, String)> = header
        .iter()
        .zip(row)
        .enumerate()
        .map(|(at, (key, cell))| {
            let path = if layout == Layout::Page { key.split('.').collect() } else { vec![*key] };
            // What is empty is null in every other column.
            (path, if cell.is_empty() && at % 2 == 1 { "null".to_owned() } else { quoted(cell) })
        })
        .collect();
    let cells: Vec<(&[&str], &str)> = cells.iter().map(|(path, cell)| (&path[..], &cell[..])).collect();
    object(&cells)
}

/// Keys with the same first step go into one object, where the first of them stands.
fn object(cells: &[(&[&str], &str)]) -> String {
    let mut out = String::from("{");
    for (at, (path, cell)) in cells.iter().enumerate() {
        let comma = if out.len() > 1 { "," } else { "" };
        match path {
            [key] => {
                let _ = write!(out, "{comma}{}:{cell}", quoted(key));
            }
            [first, ..] => {
                let is_same = |(path, _): &&(&[&str], &str)| path.len() > 1 && path[0] == *first;
                if cells[..at].iter().any(|cell| is_same(&cell)) {
                    continue;
                }
                let inner: Vec<_> =
                    cells[at..].iter().filter(is_same).map(|(path, cell)| (&path[1..], *cell)).collect();
                let _ = write!(out, "{comma}{}:{}", quoted(first), object(&inner));
            }
            [] => {}
        }
    }
    out.push('}');
    out
}

fn page(list: &str, records: usize) -> String {
    let sort = "{\"sorted\":false,\"unsorted\":true,\"empty\":true}";
    format!(
        "{{\"content\":{list},\"pageable\":{{\"sort\":{sort},\"offset\":0,\"pageSize\":{records},\
         \"pageNumber\":0,\"paged\":true,\"unpaged\":false}},\"totalElements\":{records},\"totalPages\":1,\
         \"last\":true,\"size\":{records},\"number\":0,\"sort\":{sort},\"numberOfElements\":{records},\
         \"first\":true,\"empty\":{}}}",
        records == 0
    )
}

fn only_ascii(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

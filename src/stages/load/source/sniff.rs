//! What a file is, by its first bytes. Names lie: a `.xls` is as often a page of HTML.

use std::io::{Read, Seek};

use super::super::{html, json_cut};
use super::text;
use crate::config::file_kind::FileKind as Kind;

/// How many bytes are looked at.
pub const HEAD: u64 = 64 << 10;

/// The kind of a file that begins with `head`. Anything that is nothing else is delimited text.
pub fn kind(head: &[u8]) -> Kind {
    let begins = |magic: &[u8]| head.starts_with(magic);
    if text::is_utf16(head) {
        // What it holds is told once it is turned.
        Kind::Csv
    } else if begins(b"\x1f\x8b") {
        Kind::Gzip
    } else if begins(b"\x28\xb5\x2f\xfd") {
        Kind::Zstd
    } else if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        Kind::Archive
    } else if begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        Kind::Xls
    } else if begins(b"PAR1") {
        Kind::Parquet
    } else if begins(b"ARROW1") || begins(b"\xff\xff\xff\xff") {
        Kind::Arrow
    } else if begins(b"%PDF-") {
        Kind::Foreign("a PDF; ask for the table itself, as CSV or a workbook")
    } else if begins(b"Rar!") || begins(b"7z\xbc\xaf\x27\x1c") {
        Kind::Foreign("a RAR or 7z archive; pack it as zip, gzip or zstd")
    } else if begins(b"SQLite format 3\0") {
        Kind::Foreign("an SQLite database; export its table as CSV or Parquet")
    } else if html::looks_like_spreadsheetml(head) {
        Kind::Foreign("an Excel 2003 XML workbook; save it as XLSX")
    } else if html::looks_like_html(head) {
        Kind::Html
    } else {
        match json_cut::looks_like(head) {
            Some(json_cut::JsonShape::Lines) => Kind::Ndjson,
            Some(_) => Kind::Json,
            None => Kind::Csv,
        }
    }
}

/// Tells workbooks, which are zip archives as well, from archives of exports.
pub fn archive<R: Read + Seek>(archive: &zip::ZipArchive<R>) -> Kind {
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("xl/workbook.bin") {
        Kind::Foreign("an XLSB workbook; save it as XLSX")
    } else if has("xl/workbook.xml") || has("[Content_Types].xml") {
        Kind::Xlsx
    } else if has("mimetype") && has("content.xml") {
        Kind::Ods
    } else {
        Kind::Archive
    }
}

//! Writes tables of text in every format, encoding and packing that exports come in. It shares no code
//! with the program: tests write with this and read with that.

#![expect(dead_code, reason = "writes what an export can be, whether a test asks for it yet or not")]

pub mod book;
pub mod cells;
pub mod charset;
pub mod columnar;
pub mod html;
pub mod json;
pub mod letters;
pub mod ods;
pub mod packing;
pub mod text;
pub mod traps;
pub mod xls;
pub mod xlsx;

use book::{Book, Page, Value};
pub use charset::{Charset, encode};
pub use columnar::{ArrowCodec, ParquetCodec};
pub use packing::Packing;
pub use text::Csv;

/// A table of text. Every row has as many cells as the header.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'t> {
    pub header: &'t [&'t str],
    pub rows: &'t [Vec<String>],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Csv(Csv),
    Xlsx {
        inline_strings: bool,
    },
    Xls {
        shared_strings: bool,
    },
    Ods,
    /// With a line above the table; without one, the header is marked as such.
    Html {
        title: bool,
    },
    JsonArray {
        ascii: bool,
    },
    JsonEnvelope {
        path: &'static [&'static str],
    },
    Ndjson,
    Parquet {
        codec: ParquetCodec,
    },
    ArrowFile {
        codec: ArrowCodec,
    },
    ArrowStream {
        codec: ArrowCodec,
    },
    IGate,
}

/// The line above the table in [`Form::Html`].
pub const TITLE: &str = "Danh sách hồ sơ đã tiếp nhận";
/// Characters of a cell in a workbook at most.
const CELL_CHARACTERS: usize = 32_767;

impl Form {
    /// Each form once or more, so that every choice in it is there.
    pub fn samples() -> Vec<Self> {
        let plain = Csv::PLAIN;
        let mut forms: Vec<Self> = [
            plain,
            Csv { crlf: true, bom: true, ..plain },
            Csv { delimiter: ";", crlf: true, ..plain },
            Csv { delimiter: "\t", ..plain },
            Csv { delimiter: "|", quote: None, ..plain },
            Csv { delimiter: "##", ..plain },
            Csv { delimiter: "||", quote: Some('\''), crlf: true, ..plain },
            Csv { delimiter: ";", escape: Some('\\'), ..plain },
        ]
        .map(Self::Csv)
        .to_vec();
        forms.extend([
            Self::Xlsx { inline_strings: false },
            Self::Xlsx { inline_strings: true },
            Self::Xls { shared_strings: true },
            Self::Xls { shared_strings: false },
            Self::Ods,
            Self::Html { title: false },
            Self::Html { title: true },
            Self::JsonArray { ascii: false },
            Self::JsonArray { ascii: true },
            Self::JsonEnvelope { path: &["data"] },
            Self::JsonEnvelope { path: &["result", "items"] },
            Self::Ndjson,
            Self::IGate,
        ]);
        forms.extend(ParquetCodec::ALL.map(|codec| Self::Parquet { codec }));
        for codec in ArrowCodec::ALL {
            forms.extend([Self::ArrowFile { codec }, Self::ArrowStream { codec }]);
        }
        forms
    }

    /// What people would name it; a page of HTML is named a workbook.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Xlsx { .. } => "xlsx",
            Self::Xls { .. } | Self::Html { .. } => "xls",
            Self::Ods => "ods",
            Self::JsonArray { .. } | Self::JsonEnvelope { .. } | Self::IGate => "json",
            Self::Ndjson => "ndjson",
            Self::Parquet { .. } => "parquet",
            Self::ArrowFile { .. } | Self::ArrowStream { .. } => "arrow",
        }
    }

    fn is_workbook(self) -> bool {
        matches!(self, Self::Xlsx { .. } | Self::Xls { .. } | Self::Ods)
    }
}

/// `stem.csv.gz` and the like.
pub fn file_name(stem: &str, form: Form, packing: Packing) -> String {
    format!("{stem}.{}{}", form.extension(), packing.suffix())
}

/// Whether a cell can be written so and read again as it was.
pub fn fits(cell: &str, form: Form, charset: Charset) -> bool {
    let Some(seen) = charset::in_unicode(charset, cell) else { return false };
    let Some(bytes) = encode(if charset.is_utf16() { Charset::Utf8 } else { charset }, cell) else {
        return false;
    };
    let has_control = seen.chars().any(|c| c.is_ascii_control() && !matches!(c, '\n' | '\t'));
    match form {
        Form::Csv(csv) => csv.holds(&bytes) && !cell.contains('\0'),
        Form::Html { .. } => {
            let is_even = cell.split('\n').all(|line| line.split(' ').all(|word| !word.is_empty()));
            (is_even || cell.is_empty()) && !cell.contains(['\t', '\r', '\0'])
        }
        form if form.is_workbook() => !has_control && seen.encode_utf16().count() <= CELL_CHARACTERS,
        _ => true,
    }
}

/// # Panics
/// When a cell of the header or of a row does not [`fits`].
pub fn write(sheet: &Sheet<'_>, form: Form, charset: Charset, packing: Packing) -> Vec<u8> {
    let bytes = match form {
        Form::Csv(csv) => text::write(sheet, csv, charset),
        Form::Xlsx { inline_strings } => xlsx::write(&book(sheet).seen_in(charset), inline_strings),
        Form::Xls { shared_strings } => xls::write(&book(sheet).seen_in(charset), shared_strings),
        Form::Ods => ods::write(&book(sheet).seen_in(charset)),
        Form::Html { title } => {
            let page = Page::new("Danh sách");
            let page = if title { page.title(TITLE, sheet.header.len()) } else { page };
            html::write(&Book::of(table(page, sheet)), charset, usize::from(!title))
        }
        Form::JsonArray { ascii } => json_file(sheet, json::Layout::Array, ascii, charset),
        Form::JsonEnvelope { path } => json_file(sheet, json::Layout::Envelope(path), false, charset),
        Form::Ndjson => json_file(sheet, json::Layout::Lines, false, charset),
        Form::IGate => json_file(sheet, json::Layout::Page, false, charset),
        Form::Parquet { codec } => seen_in(charset, sheet, |sheet| columnar::parquet(sheet, codec)),
        Form::ArrowFile { codec } => seen_in(charset, sheet, |sheet| columnar::arrow_file(sheet, codec)),
        Form::ArrowStream { codec } => seen_in(charset, sheet, |sheet| columnar::arrow_stream(sheet, codec)),
    };
    packing::pack(packing, &file_name("danh-sach", form, Packing::None), bytes)
}

/// Only UTF-16 makes other bytes of JSON.
fn json_file(sheet: &Sheet<'_>, layout: json::Layout, ascii: bool, charset: Charset) -> Vec<u8> {
    let text = seen_in(charset, sheet, |sheet| json::write(sheet, layout, ascii));
    let bytes = if charset.is_utf16() { charset } else { Charset::Utf8 };
    text::file_bytes(bytes, text.into_bytes(), false)
}

/// The sheet as one of a workbook.
pub fn book(sheet: &Sheet<'_>) -> Book {
    Book::of(table(Page::new("Danh sách"), sheet))
}

fn table(page: Page, sheet: &Sheet<'_>) -> Page {
    let rows = sheet.rows.iter().map(|row| row.iter().map(Value::text).collect());
    page.texts(sheet.header).rows(rows)
}

fn seen_in<T>(charset: Charset, sheet: &Sheet<'_>, write: impl Fn(&Sheet<'_>) -> T) -> T {
    let seen = |text: &str| charset::in_unicode(charset, text).expect("a text that the charset holds");
    let header: Vec<String> = sheet.header.iter().map(|name| seen(name)).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> =
        sheet.rows.iter().map(|row| row.iter().map(|cell| seen(cell)).collect()).collect();
    write(&Sheet { header: &header, rows: &rows })
}

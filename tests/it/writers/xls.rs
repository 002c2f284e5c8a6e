//! XLS: a BIFF8 workbook stream in a compound file, with no more records than readers ask for.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use super::book::{Book, Page, Value};

/// Data of one record at most; more goes on in CONTINUE records.
const RECORD_BYTES: usize = 8224;
/// Characters of a string in a LABEL record at most.
const LABEL_CHARACTERS: usize = 255;
/// Indices of formats: the first 15 belong to styles.
const XF_PLAIN: u16 = 15;
const XF_DAY: u16 = 16;
const XF_MOMENT: u16 = 17;

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
const CODEPAGE: u16 = 0x0042;
const DATEMODE: u16 = 0x0022;
const WINDOW1: u16 = 0x003D;
const FONT: u16 = 0x0031;
const FORMAT: u16 = 0x041E;
const XF: u16 = 0x00E0;
const STYLE: u16 = 0x0293;
const BOUNDSHEET: u16 = 0x0085;
const SST: u16 = 0x00FC;
const CONTINUE: u16 = 0x003C;
const DIMENSIONS: u16 = 0x0200;
const WINDOW2: u16 = 0x023E;
const MERGECELLS: u16 = 0x00E5;
const LABEL: u16 = 0x0204;
const LABELSST: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;

/// `shared_strings`: texts stand in one table for all sheets, as Excel writes them; otherwise in the
/// cells, as small exporters do, unless they are too long for that.
pub fn write(book: &Book, shared_strings: bool) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))
        .expect("a compound file in memory");
    let mut stream = file.create_stream("Workbook").expect("a stream");
    stream.write_all(&workbook(book, shared_strings)).expect("the stream in memory");
    stream.flush().expect("the stream in memory");
    drop(stream);
    file.into_inner().into_inner()
}

fn workbook(book: &Book, shared_strings: bool) -> Vec<u8> {
    let mut strings = Strings { is_shared: shared_strings, ..Strings::default() };
    let sheets: Vec<Vec<u8>> = book.sheets.iter().map(|page| sheet(page, &mut strings)).collect();
    let mut globals = Vec::new();
    record(&mut globals, BOF, &words(&[0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 0, 6, 0]));
    record(&mut globals, CODEPAGE, &words(&[1200]));
    record(&mut globals, WINDOW1, &words(&[0, 0, 0x4000, 0x2000, 0x38, 0, 0, 1, 600]));
    record(&mut globals, DATEMODE, &words(&[0]));
    for _ in 0..4 {
        let font = [words(&[200, 0, 0x7FFF, 400, 0, 0, 0]), short_string("Arial")].concat();
        record(&mut globals, FONT, &font);
    }
    for (number, format) in [(164, "dd/mm/yyyy"), (165, "dd/mm/yyyy hh:mm:ss")] {
        record(&mut globals, FORMAT, &[words(&[number]), long_string(format)].concat());
    }
    for index in 0..=XF_MOMENT {
        let (format, kind, used) = match index {
            XF_PLAIN => (0, 0x0001, 0),
            XF_DAY => (164, 0x0001, 0x0400),
            XF_MOMENT => (165, 0x0001, 0x0400),
            _ => (0, 0xFFF5, 0),
        };
        record(&mut globals, XF, &words(&[0, format, kind, 0x0020, used, 0, 0, 0, 0, 0x20C0]));
    }
    record(&mut globals, STYLE, &[0x00, 0x80, 0x00, 0xFF]);
    // Where each sheet begins is known once all before it is written.
    let mut places = Vec::new();
    for page in &book.sheets {
        places.push(globals.len() + 4);
        record(&mut globals, BOUNDSHEET, &[vec![0; 6], short_string(&page.name)].concat());
    }
    strings.write(&mut globals);
    record(&mut globals, EOF, &[]);
    let mut start = globals.len();
    for (place, sheet) in places.into_iter().zip(&sheets) {
        globals[place..place + 4].copy_from_slice(&u32_of(start).to_le_bytes());
        start += sheet.len();
    }
    globals.extend(sheets.concat());
    globals
}

fn sheet(page: &Page, strings: &mut Strings) -> Vec<u8> {
    assert!(page.height() <= 65_536 && page.width() <= 256, "an XLS sheet has 65,536 rows of 256 cells");
    let mut out = Vec::new();
    record(&mut out, BOF, &words(&[0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 0, 6, 0]));
    let mut extent = [0_u32.to_le_bytes(), u32_of(page.height()).to_le_bytes()].concat();
    extent.extend(words(&[0, u16_of(page.width()), 0]));
    record(&mut out, DIMENSIONS, &extent);
    for (row, values) in page.rows.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            let cell = |xf: u16| words(&[u16_of(row), u16_of(column), xf]);
            match value {
                Value::Empty => {}
                Value::Text(text) => match strings.place(text) {
                    Some(at) => {
                        record(&mut out, LABELSST, &[cell(XF_PLAIN), at.to_le_bytes().to_vec()].concat());
                    }
                    None => record(&mut out, LABEL, &[cell(XF_PLAIN), long_string(text)].concat()),
                },
                Value::Number(number) => number_cell(&mut out, cell(XF_PLAIN), *number),
                Value::Date(moment) => {
                    let xf = if moment.has_time() { XF_MOMENT } else { XF_DAY };
                    number_cell(&mut out, cell(xf), moment.serial());
                }
            }
        }
    }
    record(&mut out, WINDOW2, &words(&[0x06B6, 0, 0, 0x40, 0, 0, 0, 0, 0]));
    for merges in page.merges.chunks(1000) {
        let mut data = words(&[u16_of(merges.len())]);
        for merge in merges {
            data.extend(words(&[merge.top, merge.bottom, merge.left, merge.right].map(u16_of)));
        }
        record(&mut out, MERGECELLS, &data);
    }
    record(&mut out, EOF, &[]);
    out
}

/// Small whole numbers are written in 30 bits, as Excel does.
fn number_cell(out: &mut Vec<u8>, mut cell: Vec<u8>, number: f64) {
    let is_small = number.fract() == 0.0 && number.abs() < f64::from(1 << 28);
    if is_small && !(number == 0.0 && number.is_sign_negative()) {
        cell.extend((((number as i32) << 2) | 2).to_le_bytes());
        record(out, RK, &cell);
    } else {
        cell.extend(number.to_le_bytes());
        record(out, NUMBER, &cell);
    }
}

/// The table of shared strings.
#[derive(Default)]
struct Strings {
    is_shared: bool,
    places: BTreeMap<String, u32>,
    list: Vec<String>,
    uses: u32,
}

impl Strings {
    /// `None` for a text that may stand in its cell.
    fn place(&mut self, text: &str) -> Option<u32> {
        if !self.is_shared && text.encode_utf16().count() <= LABEL_CHARACTERS {
            return None;
        }
        self.uses += 1;
        let next = u32_of(self.list.len());
        let place = *self.places.entry(text.to_owned()).or_insert(next);
        if place == next {
            self.list.push(text.to_owned());
        }
        Some(place)
    }

    /// A string may be cut between two characters; each further part says anew how wide they are.
    fn write(&self, out: &mut Vec<u8>) {
        if self.list.is_empty() {
            return;
        }
        let mut parts = vec![[self.uses.to_le_bytes(), u32_of(self.list.len()).to_le_bytes()].concat()];
        for text in &self.list {
            let (is_wide, characters) = characters(text);
            let length = text.encode_utf16().count();
            assert!(length <= 32_767, "a cell of an XLS sheet has 32,767 characters");
            if parts[parts.len() - 1].len() + 3 > RECORD_BYTES {
                parts.push(Vec::new());
            }
            let last = parts.len() - 1;
            parts[last].extend(u16_of(length).to_le_bytes());
            parts[last].push(u8::from(is_wide));
            for character in characters.chunks(if is_wide { 2 } else { 1 }) {
                if parts[parts.len() - 1].len() + character.len() > RECORD_BYTES {
                    parts.push(vec![u8::from(is_wide)]);
                }
                let last = parts.len() - 1;
                parts[last].extend(character);
            }
        }
        for (at, part) in parts.iter().enumerate() {
            record(out, if at == 0 { SST } else { CONTINUE }, part);
        }
    }
}

fn record(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    assert!(data.len() <= RECORD_BYTES, "a record of {} bytes", data.len());
    out.extend(words(&[kind, u16_of(data.len())]));
    out.extend(data);
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Whether the characters take two bytes, and the bytes: one is enough up to U+00FF.
fn characters(text: &str) -> (bool, Vec<u8>) {
    match text.chars().map(u8::try_from).collect::<Result<Vec<u8>, _>>() {
        Ok(bytes) => (false, bytes),
        Err(_) => (true, text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    }
}

fn short_string(text: &str) -> Vec<u8> {
    let (is_wide, characters) = characters(text);
    let length = u8::try_from(text.encode_utf16().count()).expect("a short string");
    [vec![length, u8::from(is_wide)], characters].concat()
}

fn long_string(text: &str) -> Vec<u8> {
    let (is_wide, characters) = characters(text);
    let length = u16_of(text.encode_utf16().count());
    [words(&[length]), vec![u8::from(is_wide)], characters].concat()
}

fn u16_of(number: usize) -> u16 {
    u16::try_from(number).expect("a number of 16 bits")
}

fn u32_of(number: usize) -> u32 {
    u32::try_from(number).expect("a number of 32 bits")
}

//! Damaged files of every format: whatever the bytes, the reader gives rows or a reason, and no code of
//! ours panics. The fuzz targets in `fuzz/` go on where this stops.

use std::sync::Mutex;

use doisoat::config::plan::{ColumnPlan, SystemPlan};
use doisoat::domain::dossier::FieldName;
use doisoat::stages::load::open::read_bytes;

use crate::writers::{Charset, Form, Packing, Sheet, write};

const HEADER: [&str; 3] = ["Mã hồ sơ", "Ngày nhận", "Chủ hồ sơ"];
const MUTANTS: u64 = 60;

/// Where panics were seen that the guard around foreign readers had to catch.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn system() -> SystemPlan {
    let mut system = SystemPlan::of_nothing();
    let fields = [FieldName::Code, FieldName::ReceivedAt, FieldName::OwnerName];
    let column = |(field, header): (&FieldName, &str)| ColumnPlan::of_dossier(*field, header.to_owned(), 1);
    system.columns = fields.iter().zip(HEADER).map(column).collect();
    system.dates_from_content = true;
    system
}

/// A small generator of numbers; the same seed gives the same damage.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

fn damaged(whole: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=draw.below(6) {
        let at = draw.below(bytes.len());
        match draw.below(5) {
            0 => bytes.truncate(at),
            1 => bytes[at] = draw.below(256) as u8,
            2 => bytes[at] ^= 1 << draw.below(8),
            3 => {
                let end = (at + draw.below(40)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                let end = (at + draw.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
        if bytes.is_empty() {
            bytes.push(b'x');
        }
    }
    bytes
}

#[test]
fn no_damage_makes_a_reader_panic() {
    std::panic::set_hook(Box::new(|panic| {
        if let (Some(place), Ok(mut panics)) = (panic.location(), PANICS.lock()) {
            panics.push(format!("{}:{}", place.file(), place.line()));
        }
    }));
    let rows: Vec<Vec<String>> = (0..30)
        .map(|n| {
            vec![
                format!("H28.05-240101-{n:04}"),
                "01/01/2024 08:00:00".to_owned(),
                "Nguyễn Văn Ước".to_owned(),
            ]
        })
        .collect();
    let system = system();
    let mut draw = Draw(0x9E37_79B9_7F4A_7C15);
    let mut read = 0;
    for form in Form::samples() {
        for packing in [Packing::None, Packing::Gzip, Packing::Zip { clutter: true }] {
            let whole = write(&Sheet { header: &HEADER, rows: &rows }, form, Charset::Utf8, packing);
            for _ in 0..MUTANTS / if packing == Packing::None { 1 } else { 10 } {
                read += usize::from(read_bytes(&damaged(&whole, &mut draw), &system).is_ok());
            }
        }
    }
    drop(std::panic::take_hook());
    assert!(read > 100, "most damage leaves something to read: {read}");
    let ours: Vec<String> = PANICS
        .lock()
        .expect("the list of panics")
        .iter()
        .filter(|place| place.starts_with("src/"))
        .cloned()
        .collect();
    assert!(ours.is_empty(), "{ours:?}");
}

//! Any bytes as a JSON document: cut into records, each reached by a path.
#![no_main]

use std::io::Cursor;

use doisoat::stages::load::json_cut::{self, Limits};
use doisoat::stages::load::json_path::{JsonPath, Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { record_bytes: 1 << 16, depth: 64 };
    if let Ok(cut) = json_cut::cut(Cursor::new(bytes), None, 64, limits) {
        let path = JsonPath::parse("a[-1].b").ok();
        for piece in cut.pieces {
            let start = piece.offset as usize;
            for record in json_cut::elements(&bytes[start..start + piece.length]).flatten() {
                let record = std::str::from_utf8(record).ok().and_then(|text| Record::parse(text).ok());
                let _ = record.zip(path.as_ref()).map(|(record, path)| path.text(&record).map(|t| t.len()));
            }
        }
    }
    let _ = std::str::from_utf8(bytes).map(JsonPath::parse);
});

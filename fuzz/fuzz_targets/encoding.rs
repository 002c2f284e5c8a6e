//! Any bytes as a column of cells in any encoding.
#![no_main]

use doisoat::domain::encoding::{self, Carrier, ColumnEncoding, Encoding};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let cells: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let judged = encoding::judge(cells.iter().copied());
    let _ = encoding::settle(&[judged]);
    for encoding in Encoding::ALL {
        for carrier in [Carrier::Bytes, Carrier::Unicode] {
            for cell in &cells {
                let _ = ColumnEncoding { encoding: *encoding, carrier }.decode(cell);
            }
        }
    }
});

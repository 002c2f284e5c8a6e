//! Any text as a cell of any field.
#![no_main]

use doisoat::domain::date::{self, DatePattern};
use doisoat::domain::{channel, dossier_code, money, name, personal_id, phone, procedure_code, recognise, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|cell: &str| {
    let patterns: Vec<DatePattern> =
        ["dd/MM/yyyy HH:mm:ss", "yyyyMMddHHmmss", "yyyy"].iter().filter_map(|p| DatePattern::parse(p).ok()).collect();
    let _ = (date::datetime(cell, &patterns), date::partial(cell, &patterns), DatePattern::parse(cell));
    let _ = (text::clean(cell), text::fold(cell), money::normalise(cell), phone::normalise(cell));
    let _ = (dossier_code::normalise(cell), procedure_code::normalise(cell), personal_id::normalise(cell));
    let _ = (channel::normalise(cell), name::relation(cell, "Nguyễn Thị A"), recognise::grammars(cell));
    let _ = (recognise::header_meaning(cell), recognise::profile([cell]), recognise::date_patterns([cell]));
});

//! Any bytes as an export: unpacked, sniffed, shaped, read to the end.
#![no_main]

use std::sync::LazyLock;

use doisoat::config::plan::{ColumnPlan, SystemPlan};
use doisoat::domain::dossier::FieldName;
use libfuzzer_sys::fuzz_target;

static SYSTEM: LazyLock<SystemPlan> = LazyLock::new(|| {
    let mut system = SystemPlan::of_nothing();
    let mapped = [(FieldName::Code, "a"), (FieldName::ReceivedAt, "b"), (FieldName::OwnerName, "c[0].d")];
    system.columns =
        mapped.map(|(field, source)| ColumnPlan::of_dossier(field, source.to_owned(), 1)).to_vec();
    system.dates_from_content = true;
    system
});

fuzz_target!(|bytes: &[u8]| {
    let _ = doisoat::stages::load::open::read_bytes(bytes, &SYSTEM);
});

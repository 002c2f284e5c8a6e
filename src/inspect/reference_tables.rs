//! Tables of procedures, agencies and working days among the exports, told by their headers.
//!
//! It must not read them: whether they are in order, a run says.

use std::fmt::Write as _;
use std::path::Path;

use super::draft::quoted;
use crate::domain::agency::Agencies;
use crate::domain::calendar;
use crate::domain::catalogue::Catalogue;

/// A key of `[reference]` and the file it names.
pub type Found = (&'static str, String);

/// The key of `[reference]` that a table answers to, by its header alone.
pub fn key(path: &Path) -> Option<&'static str> {
    let mut head = [0; 512];
    let read =
        std::fs::File::open(path).and_then(|mut file| std::io::Read::read(&mut file, &mut head)).ok()?;
    let line = head.get(..read)?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?.trim_start_matches('\u{FEFF}');
    let titles: Vec<&str> = line.split(',').map(str::trim).collect();
    [
        ("procedures", Catalogue::HEADER.as_slice()),
        ("agencies", Agencies::HEADER.as_slice()),
        ("calendar", calendar::HEADER.as_slice()),
    ]
    .into_iter()
    .find(|(_, header)| titles == *header)
    .map(|(key, _)| key)
}

/// The `[reference]` section; of several tables for one key, the first.
pub fn write(out: &mut String, found: &[Found]) -> std::fmt::Result {
    if found.is_empty() {
        return Ok(());
    }
    writeln!(out, "[reference]  # by their headers")?;
    let first = |key: &str| found.iter().find(|(known, _)| *known == key);
    for (key, file) in ["procedures", "agencies", "calendar"].into_iter().filter_map(first) {
        writeln!(out, "{key:<10} = {}", quoted(file))?;
    }
    writeln!(out)
}

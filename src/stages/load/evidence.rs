//! What the cells of a column say about it: its encoding, its dates, whether it holds what it should.

use std::sync::Arc;

use crate::config::plan::{CodeOrigin, SystemPlan};
use crate::domain::date::DatePattern;
use crate::domain::dossier::FieldName;
use crate::domain::encoding::{self, Carrier, ColumnEncoding, Encoding, Judgement};
use crate::domain::recognise::{self, DayMonth};
use crate::domain::text::{fold, unmarked};

/// Cells on which an encoding is judged.
const ENCODING_CELLS: usize = 2_000;
/// Share of cells a date pattern has to read before it is taken.
const PATTERN_READS: f64 = 0.8;

/// The encoding of every column of a sample, each with its confidence. What the pipeline declares is
/// not judged.
pub fn encodings(columns: &[Vec<&[u8]>], declared_as: Option<Encoding>) -> Vec<Judgement> {
    let judge = |cells: &Vec<&[u8]>| match declared_as {
        Some(encoding) => declared(encoding, cells),
        None => {
            // Evenly over the sample: what stands further down counts as much as the beginning.
            let step = cells.len().div_ceil(ENCODING_CELLS).max(1);
            encoding::judge(cells.iter().copied().step_by(step))
        }
    };
    let judged: Vec<Judgement> = columns.iter().map(judge).collect();
    if declared_as.is_some() { judged } else { encoding::settle(&judged) }
}

fn declared(encoding: Encoding, cells: &[&[u8]]) -> Judgement {
    let is_text = cells.iter().all(|cell| std::str::from_utf8(cell).is_ok());
    let carrier = if is_text { Carrier::Unicode } else { Carrier::Bytes };
    Judgement {
        encoding: ColumnEncoding { encoding, carrier },
        confidence: 1.0,
        evidence: 0,
        runner_up: None,
    }
}

/// The judgement of the column at a position; of nothing, UTF-8.
pub fn at(judgements: &[Judgement], position: Option<usize>) -> Judgement {
    position.and_then(|at| judgements.get(at)).cloned().unwrap_or_else(|| declared(Encoding::Utf8, &[]))
}

/// The cell as text, damaged characters replaced: to look at, not to keep.
pub fn lossy(encoding: ColumnEncoding, cell: &[u8]) -> String {
    match encoding.decode(cell) {
        Some(text) => text.into_owned(),
        None => String::from_utf8_lossy(cell).into_owned(),
    }
}

/// A cell as a title. Software writes its headers in UTF-8 over columns that came from elsewhere, so the
/// column's encoding is asked only where it makes better syllables than the bytes as they stand.
pub fn title(encoding: ColumnEncoding, cell: &[u8]) -> String {
    let decoded = lossy(encoding, cell);
    let Ok(plain) = std::str::from_utf8(cell) else { return decoded };
    if decoded == plain {
        return decoded;
    }
    let better = syllables(&decoded) > syllables(plain);
    if better { decoded } else { plain.to_owned() }
}

/// Vietnamese syllables with marks, less the words and signs that are none.
fn syllables(text: &str) -> i64 {
    let words = text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric());
    // A capital behind a small letter is a letter of another encoding: `TrÕng`.
    let is_mixed = |word: &str| {
        let mut letters = word.chars().skip_while(|c| !c.is_lowercase());
        letters.any(char::is_uppercase)
    };
    let is_syllable = |word: &str| encoding::syllable::is_valid(word) && !is_mixed(word);
    let worth = |word: &str| if is_syllable(word) { 1 } else { -1 };
    words.filter(|word| !word.is_ascii()).map(worth).sum()
}

/// The date patterns of a grid: those of the pipeline, or those that read its columns; and whether day
/// and month could be the other way round in all of them.
pub fn dates<'c, I: Iterator<Item = &'c String>>(
    system: &SystemPlan,
    width: usize,
    column: &dyn Fn(usize) -> I,
) -> (Arc<[DatePattern]>, bool) {
    if !system.dates_from_content {
        return (Arc::from(system.dates.as_slice()), false);
    }
    let mut patterns: Vec<DatePattern> = Vec::new();
    let (mut decided, mut undecided) = (false, false);
    for at in 0..width {
        let reading = recognise::date_patterns(column(at).map(|cell| unmarked(cell).unwrap_or(cell)));
        let read: f64 =
            reading.patterns.iter().filter(|(p, _)| reading.cover.contains(p)).map(|(_, s)| s).sum();
        if read < PATTERN_READS {
            continue;
        }
        decided |= reading.order == DayMonth::Decided && reading.cover.iter().any(|p| p.starts_with('d'));
        undecided |= reading.order == DayMonth::Undecided;
        for pattern in &reading.cover {
            let is_new = !patterns.iter().any(|known| known.as_str() == pattern);
            if is_new && let Ok(pattern) = DatePattern::parse(pattern) {
                patterns.push(pattern);
            }
        }
    }
    patterns.extend(system.dates.iter().cloned());
    (Arc::from(patterns), undecided && !decided)
}

/// What is known of a system that helps to recognise its cells.
pub struct Known<'p> {
    system: &'p SystemPlan,
    dates: &'p [DatePattern],
}

pub fn known<'p>(system: &'p SystemPlan, dates: &'p [DatePattern]) -> Known<'p> {
    Known { system, dates }
}

impl Known<'_> {
    /// Whether a cell is what a field should hold; `None` where that cannot be said.
    pub fn fits(&self, field: FieldName, cell: &str) -> Option<bool> {
        let cell = unmarked(cell).unwrap_or(cell);
        let known = recognise::Known {
            dates: self.dates,
            is_status: &|cell| self.system.status.contains_key(&fold(cell)),
            is_level: &|cell| self.system.levels.contains_key(&fold(cell)),
            own_codes: self.system.sync.codes == CodeOrigin::Own,
            own_hub_codes: false,
        };
        recognise::fits(field, cell, &known)
    }
}

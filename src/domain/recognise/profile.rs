//! What the cells of one column look like, counted.
//!
//! It must not keep a cell: a profile may be printed, and a column may hold personal data.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveTime};

use super::grammar::{Grammar, grammars, number};
use super::layout::{self, ratio};
use crate::domain::text::clean;

/// Different values counted in a column; above it only "many" is known.
pub const DISTINCT_CAP: usize = 10_000;

/// When the dates of a column lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateSpan {
    /// The day that a tenth of the dates lie before.
    pub early: NaiveDate,
    pub median: NaiveDate,
    /// The day that a tenth of the dates lie after.
    pub late: NaiveDate,
    /// Dates whose time is midnight or not written.
    pub at_midnight: usize,
    pub count: usize,
}

/// What the cells of one column look like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnProfile {
    pub cells: usize,
    /// Empty cells and null tokens.
    pub empty: usize,
    /// Different values, counted up to [`DISTINCT_CAP`].
    pub distinct: usize,
    /// How many cells follow each grammar, most first; a cell may follow several.
    pub fits: Vec<(Grammar, usize)>,
    /// Characters of the longest cell.
    pub longest: usize,
    /// Cells that are one more than the cell before them, as in a column STT.
    pub counting: usize,
    /// When the dates lie, if there are any.
    pub dates: Option<DateSpan>,
    /// The whole numbers from 0 to 99 that occur, a bit each.
    pub small_numbers: u128,
}

impl ColumnProfile {
    /// Cells that hold something.
    #[must_use]
    pub const fn filled(&self) -> usize {
        self.cells.saturating_sub(self.empty)
    }

    /// The share of the filled cells that follow a grammar; 0 in an empty column.
    #[must_use]
    pub fn share(&self, grammar: Grammar) -> f64 {
        let fit = self.fits.iter().find(|(own, _)| *own == grammar).map_or(0, |(_, count)| *count);
        ratio(fit, self.filled())
    }

    /// Different values per filled cell; 1 in a column of keys.
    #[must_use]
    pub fn distinctness(&self) -> f64 {
        ratio(self.distinct, self.filled().min(DISTINCT_CAP))
    }

    /// Whether the column counts its rows.
    #[must_use]
    pub fn is_counting(&self) -> bool {
        self.filled() >= 3 && ratio(self.counting + 1, self.filled()) > 0.8
    }

    /// The whole numbers from 0 to 99 in the column, lowest first.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        let seen = self.small_numbers;
        (0..100).filter(move |at| seen >> at & 1 == 1)
    }
}

/// Profiles the cells of one column; a few thousand are enough, and cost a few milliseconds.
pub fn profile<'a>(cells: impl IntoIterator<Item = &'a str>) -> ColumnProfile {
    let mut out = ColumnProfile::default();
    let mut counts = vec![0_usize; Grammar::ALL.len()];
    let mut distinct = BTreeSet::new();
    let mut days = Vec::new();
    let mut at_midnight = 0;
    let mut before = None;
    for cell in cells {
        out.cells += 1;
        let cleaned = clean(cell);
        let Some(text) = cleaned.value.as_deref() else {
            out.empty += 1;
            continue;
        };
        if distinct.len() < DISTINCT_CAP && !distinct.contains(text) {
            distinct.insert(text.to_owned());
        }
        out.longest = out.longest.max(text.chars().count());
        let found = grammars(text);
        for (count, grammar) in counts.iter_mut().zip(Grammar::ALL) {
            *count += usize::from(found.has(*grammar));
        }
        if found.has(Grammar::Number) {
            let value = number(text).filter(|value| value.fract() == 0.0);
            out.counting += usize::from(before.is_some() && value == before.map(|before: f64| before + 1.0));
            before = value;
            if found.has(Grammar::SmallNumber) {
                out.small_numbers |= value.map_or(0, small_bit);
            }
        }
        let dated = layout::read(text).and_then(|reading| reading.moment);
        if let Some(moment) = dated.or_else(|| layout::excel_serial(text)) {
            at_midnight += usize::from(moment.time() == NaiveTime::MIN);
            days.push(moment.date());
        }
    }
    out.distinct = distinct.len();
    out.dates = span(days, at_midnight);
    out.fits = Grammar::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect();
    // Stable: equals stay in the order of the grammars.
    out.fits.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    out
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 99, checked by the range")]
fn small_bit(value: f64) -> u128 {
    if (0.0..100.0).contains(&value) { 1 << (value as u32) } else { 0 }
}

fn span(mut days: Vec<NaiveDate>, at_midnight: usize) -> Option<DateSpan> {
    days.sort_unstable();
    let count = days.len();
    let at = |tenths: usize| days.get((count.checked_sub(1)?) * tenths / 10).copied();
    Some(DateSpan { early: at(1)?, median: at(5)?, late: at(9)?, at_midnight, count })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_column_is_counted() {
        let cells = ["1", "2", "", "3", "null", "4"];
        let found = profile(cells);
        assert_eq!((found.cells, found.empty, found.filled(), found.distinct), (6, 2, 4, 4));
        assert!(found.is_counting());
        assert_eq!(found.numbers().collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!((found.share(Grammar::SmallNumber) - 1.0).abs() < f64::EPSILON);
        assert_eq!(profile([""; 3]).fits, []);
        assert!(!profile(["5", "3", "9", "5"]).is_counting());
    }

    #[test]
    fn dates_have_a_span() {
        let cells = ["01/02/2024 08:00", "05/02/2024", "09/02/2024", "không rõ"];
        let span = profile(cells).dates.unwrap();
        assert_eq!(span.median.to_string(), "2024-02-05");
        assert_eq!((span.count, span.at_midnight), (3, 2));
    }

    proptest! {
        #[test]
        fn counts_never_pass_the_cells(
            cells in proptest::collection::vec("(\\PC{0,20}|[0-9./: -]{0,20})", 0..30),
        ) {
            let found = profile(cells.iter().map(String::as_str));
            prop_assert_eq!(found.cells, cells.len());
            prop_assert!(found.empty <= found.cells && found.distinct <= found.filled());
            for (_, count) in &found.fits {
                prop_assert!(*count <= found.filled());
            }
        }
    }
}

//! Two receipts of one system compared, whichever came first.
//!
//! It must not ask which side is later: of two records of one system neither is the copy.

use super::receipt::{Moment, moment};
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two receipts, `yyyy-mm-dd` or `yyyy-mm-dd hh:mm:ss`, by how far they are apart. A dossier that is
/// typed in again is minutes, hours or a few days away; another one of the same person may be any time away,
/// and is often of the same visit.
///
/// Midnight is taken for a day without its time: with one such side the same day is `same day`.
#[derive(Debug, Default)]
pub struct ReceiptAgain {
    parsed: Vec<Option<Moment>>,
}

const LEVELS: [&str; 8] = [
    "same",
    "same day within an hour",
    "same day",
    "one day apart",
    "3 days apart at most",
    "7 days apart at most",
    "30 days apart at most",
    "else",
];
/// Largest distances in days of the levels after `same day`, nearest first.
const WITHIN: [i64; 4] = [1, 3, 7, 30];
const HOUR: i64 = 3_600;

impl Comparator for ReceiptAgain {
    fn levels(&self) -> Vec<String> {
        super::names(&LEVELS)
    }

    fn prepare(&mut self, field: &Field) {
        self.parsed = field.values.values().map(moment).collect();
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let of = |cell: Cell<'_>| self.parsed.get(cell.value as usize).copied().flatten();
        let (Some(a), Some(b)) = (of(left), of(right)) else {
            return LEVELS.len() - 1;
        };
        let days = (b.at.date() - a.at.date()).num_days().abs();
        let near = a.timed && b.timed && (b.at - a.at).num_seconds().abs() <= HOUR;
        match days {
            0 if near => 1,
            0 => 2,
            _ => WITHIN.iter().position(|most| days <= *most).map_or(LEVELS.len() - 1, |at| 3 + at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ReceiptAgain;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level_both_ways_round() {
        let levels = Levels::of(ReceiptAgain::default);
        let noon = "2024-03-15 12:00:00";
        levels.check(noon, "2024-03-15 12:59:59", "same day within an hour");
        levels.check(noon, "2024-03-15 07:30:00", "same day");
        levels.check(noon, "2024-03-15", "same day");
        levels.check("2024-03-15 23:50:00", "2024-03-16 00:10:00", "one day apart");
        levels.check(noon, "2024-03-18 09:00:00", "3 days apart at most");
        levels.check(noon, "2024-03-22", "7 days apart at most");
        levels.check("2024-03-15", "2024-04-14", "30 days apart at most");
        levels.check("2024-03-15", "2024-04-15", "else");
        levels.check(noon, "15/03/2024", "else");
        levels.covered();
    }
}

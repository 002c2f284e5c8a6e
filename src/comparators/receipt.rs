//! Receipts compared, by day or by moment, with the side that is later.
//!
//! It must not judge a delay: how late a system may be is the pipeline's to say.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::domain::date::{DateRelation, relation};
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Signed levels of two receipts, `yyyy-mm-dd` or `yyyy-mm-dd hh:mm:ss`: a copy comes after what it was
/// copied from, so it matters which side is later. The sides are the settings' own.
///
/// Where both carry a time, `same` means the same second: the only thing that tells two papers of one
/// person and one day apart. Midnight is taken for a day without its time. Typed again the same day, a
/// dossier is minutes or hours away.
///
/// - `seven hours apart`: local time written in UTC [S].
/// - `day and month swapped`: a slip of readers and typists [S].
#[derive(Debug, Default)]
pub struct Receipt {
    parsed: Vec<Option<Moment>>,
}

/// A receipt, and whether it carries a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub at: NaiveDateTime,
    pub timed: bool,
}

const LEVELS: [&str; 17] = [
    "same",
    "seven hours apart",
    "same day, one without time",
    "same day within an hour",
    "same day",
    "right one day later",
    "right later by 2 days at most",
    "right later by 3 days at most",
    "right later by 7 days at most",
    "right later by 30 days at most",
    "left one day later",
    "left later by 2 days at most",
    "left later by 3 days at most",
    "left later by 7 days at most",
    "left later by 30 days at most",
    "day and month swapped",
    "else",
];
/// Largest distances in days, nearest first; the last is the length of a usual time limit.
const WITHIN: [i64; 5] = [1, 2, 3, 7, 30];
const SEVEN_HOURS: i64 = 7 * 3_600;
const HOUR: i64 = 3_600;

impl Comparator for Receipt {
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
        let seconds = (b.at - a.at).num_seconds();
        let timed = a.timed && b.timed;
        if timed && seconds.abs() == SEVEN_HOURS {
            return 1;
        }
        let days = (b.at.date() - a.at.date()).num_days();
        match days {
            0 if !timed => return 2,
            0 if seconds.abs() <= HOUR => return 3,
            0 => return 4,
            _ => {}
        }
        if relation(a.at.date(), b.at.date()) == DateRelation::DayMonthSwapped {
            return 15;
        }
        let behind = if days < 0 { WITHIN.len() } else { 0 };
        WITHIN.iter().position(|most| days.abs() <= *most).map_or(LEVELS.len() - 1, |at| 5 + at + behind)
    }
}

/// Reads `yyyy-mm-dd` or `yyyy-mm-dd hh:mm:ss`.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let day = || NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok();
    let at = match text.len() {
        10 => day()?.and_time(NaiveTime::MIN),
        _ => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?,
    };
    Some(Moment { at, timed: at.time() != NaiveTime::MIN })
}

#[cfg(test)]
mod tests {
    use super::Receipt;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(Receipt::default);
        let noon = "2024-03-15 12:00:00";
        levels.check(noon, "2024-03-15 05:00:00", "seven hours apart");
        levels.check("2024-03-15 03:00:00", "2024-03-14 20:00:00", "seven hours apart");
        levels.check("2024-03-15", noon, "same day, one without time");
        levels.check("2024-03-15 00:00:00", noon, "same day, one without time");
        levels.check("2024-03-15 12:59:59", noon, "same day within an hour");
        levels.check("2024-03-15 16:30:00", noon, "same day");
        for (day, level) in [
            ("2024-03-16", "one day later"),
            ("2024-03-17", "later by 2 days at most"),
            ("2024-03-18 09:00:00", "later by 3 days at most"),
            ("2024-03-22", "later by 7 days at most"),
            ("2024-04-14", "later by 30 days at most"),
        ] {
            for from in ["2024-03-15", noon] {
                levels.check_signed(from, day, &format!("right {level}"));
                levels.check_signed(day, from, &format!("left {level}"));
            }
        }
        levels.check("2024-05-04", "2024-04-05", "day and month swapped");
        levels.check("2024-05-04 12:00:00", "2024-04-05 12:00:00", "day and month swapped");
        levels.check("2024-03-15", "2024-04-15", "else");
        levels.check("2024-03-15", "15/03/2024", "else");
        levels.check("2024-03-15", "2024-03-15x", "else");
        levels.covered();
    }
}

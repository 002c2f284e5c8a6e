//! Dates of birth compared, known to the day, the month or the year.
//!
//! It must not invent what is unknown, and it must not decide which side is right.

use chrono::{Datelike, NaiveDate};

use super::slip::one_slip;
use crate::domain::date::{DateRelation, relation};
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two dates of birth: `yyyy-mm-dd`, `yyyy-mm` or `yyyy`. Symmetric. Where several hold, the
/// first does: one day apart is told before one wrong digit, which the same two dates may look like.
///
/// - `same as far as known`: one side has the year or the month alone, as for elderly people [R-H].
/// - `month lost`: a producer wrote minutes where the month belongs, so one side says January [S].
/// - `one day apart`: local midnight written in UTC is the day before [S].
/// - `same year, 1 January`: 1 January may stand for a day that nobody knows [R-H].
#[derive(Debug, Default)]
pub struct BirthDate {
    parsed: Vec<Option<Known>>,
}

/// What is known of a date; the first day that fits, and whether month and day are real.
#[derive(Debug, Clone, Copy)]
struct Known {
    first: NaiveDate,
    month: bool,
    day: bool,
}

impl Comparator for BirthDate {
    fn levels(&self) -> Vec<String> {
        super::names(&[
            "same",
            "same as far as known",
            "month lost",
            "day and month swapped",
            "one day apart",
            "one digit wrong or two exchanged",
            "same year, 1 January",
            "same year",
            "same day and month",
            "else",
        ])
    }

    fn prepare(&mut self, field: &Field) {
        self.parsed = field.values.values().map(parse).collect();
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let of = |cell: Cell<'_>| self.parsed.get(cell.value as usize).copied().flatten();
        let (Some(a), Some(b)) = (of(left), of(right)) else {
            return 9;
        };
        let (x, y) = (a.first, b.first);
        let same_year = x.year() == y.year();
        let both_months = a.month && b.month;
        if !(a.day && b.day) {
            return match (same_year, both_months && x.month() != y.month()) {
                (true, false) => 1,
                (true, true) => 7,
                _ => 9,
            };
        }
        match relation(x, y) {
            DateRelation::Same => return 1,
            DateRelation::MonthLost => return 2,
            DateRelation::DayMonthSwapped => return 3,
            DateRelation::ShiftedOneDay | DateRelation::ShiftedSevenHours => return 4,
            DateRelation::Differs => {}
        }
        if one_slip(left.text().as_bytes(), right.text().as_bytes()).is_some() {
            return 5;
        }
        let new_year = |day: NaiveDate| day.ordinal() == 1;
        match (same_year, x.month() == y.month() && x.day() == y.day()) {
            (true, _) if new_year(x) || new_year(y) => 6,
            (true, _) => 7,
            (_, true) => 8,
            _ => 9,
        }
    }
}

fn parse(text: &str) -> Option<Known> {
    let (month, day) = (text.len() >= 7, text.len() >= 10);
    let whole = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.get(..10)?.to_owned(),
    };
    let first = NaiveDate::parse_from_str(&whole, "%Y-%m-%d").ok()?;
    Some(Known { first, month, day })
}

#[cfg(test)]
mod tests {
    use super::BirthDate;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(BirthDate::default);
        levels.check("1958", "1958-03-04", "same as far as known");
        levels.check("1958-03", "1958-03-04", "same as far as known");
        levels.check("1958", "1958-03", "same as far as known");
        levels.check("1958-01-04", "1958-03-04", "month lost");
        levels.check("1958-04-03", "1958-03-04", "day and month swapped");
        levels.check("1958-03-04", "1958-03-05", "one day apart");
        levels.check("1957-12-31", "1958-01-01", "one day apart");
        levels.check("1958-03-04", "1985-03-04", "one digit wrong or two exchanged");
        levels.check("1958-03-04", "1958-03-14", "one digit wrong or two exchanged");
        levels.check("1958-01-01", "1958-03-24", "same year, 1 January");
        levels.check("1958-03-04", "1958-12-25", "same year");
        levels.check("1958-03", "1958-12-25", "same year");
        levels.check("1958-03-04", "1967-03-04", "same day and month");
        levels.check("1958", "1959-03-04", "else");
        levels.check("1958-03-04", "1961-12-25", "else");
        levels.check("không rõ", "1961-12-25", "else");
        levels.covered();
    }
}

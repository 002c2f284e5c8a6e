//! How two dates that should be equal differ: each form has its own known cause.
//!
//! It must not decide which side is right.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

/// The way two dates differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateRelation {
    /// Equal.
    Same,
    /// One day apart: local midnight written in UTC is the day before [S].
    ShiftedOneDay,
    /// 7 hours apart: local time written in UTC [S].
    ShiftedSevenHours,
    /// Day and month changed places.
    DayMonthSwapped,
    /// Same year and day, and one side says January: a producer that writes minutes where the month
    /// belongs makes this [S]. Means little for dates other than births.
    MonthLost,
    /// Different otherwise.
    Differs,
}

impl DateRelation {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::ShiftedOneDay => "shifted_one_day",
            Self::ShiftedSevenHours => "shifted_seven_hours",
            Self::DayMonthSwapped => "day_month_swapped",
            Self::MonthLost => "month_lost",
            Self::Differs => "differs",
        }
    }
}

/// The relation of two dates. Symmetric.
#[must_use]
pub fn relation(a: NaiveDate, b: NaiveDate) -> DateRelation {
    let same_year = a.year() == b.year();
    if a == b {
        DateRelation::Same
    } else if (a - b).num_days().abs() == 1 {
        DateRelation::ShiftedOneDay
    } else if same_year && a.day() == b.month() && a.month() == b.day() {
        DateRelation::DayMonthSwapped
    } else if same_year && a.day() == b.day() && (a.month() == 1 || b.month() == 1) {
        DateRelation::MonthLost
    } else {
        DateRelation::Differs
    }
}

const SEVEN_HOURS: i64 = 7 * 3600;

/// The relation of two moments. Symmetric.
///
/// A side at midnight is taken for a date without time, and equals any time of that date. A
/// difference of exactly 7 hours is the UTC shift; otherwise two moments with different times of day
/// simply differ.
#[must_use]
pub fn relation_ts(a: NaiveDateTime, b: NaiveDateTime) -> DateRelation {
    let date_only = a.time() == NaiveTime::MIN || b.time() == NaiveTime::MIN;
    if a == b || date_only && a.date() == b.date() {
        DateRelation::Same
    } else if (a - b).num_seconds().abs() == SEVEN_HOURS {
        DateRelation::ShiftedSevenHours
    } else if date_only || a.time() == b.time() {
        relation(a.date(), b.date())
    } else {
        DateRelation::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).expect("a date")
    }

    fn check(a: NaiveDate, b: NaiveDate, expected: DateRelation) {
        assert_eq!(relation(a, b), expected, "{a} {b}");
        assert_eq!(relation(b, a), expected, "{b} {a}");
    }

    #[test]
    fn dates() {
        check(day(2024, 3, 15), day(2024, 3, 15), DateRelation::Same);
        check(day(2024, 3, 15), day(2024, 3, 14), DateRelation::ShiftedOneDay);
        check(day(2024, 1, 1), day(2023, 12, 31), DateRelation::ShiftedOneDay);
        check(day(2024, 3, 4), day(2024, 4, 3), DateRelation::DayMonthSwapped);
        check(day(2024, 1, 5), day(2024, 5, 1), DateRelation::DayMonthSwapped);
        check(day(1958, 7, 20), day(1958, 1, 20), DateRelation::MonthLost);
        check(day(1958, 7, 20), day(1959, 1, 20), DateRelation::Differs);
        check(day(1958, 7, 20), day(1958, 6, 20), DateRelation::Differs);
        check(day(2023, 3, 4), day(2024, 4, 3), DateRelation::Differs);
    }

    #[test]
    fn moments() {
        let at = |d: u32, h: u32, m: u32| day(2024, 3, d).and_hms_opt(h, m, 0).expect("a time");
        let check = |a, b, expected| {
            assert_eq!(relation_ts(a, b), expected, "{a} {b}");
            assert_eq!(relation_ts(b, a), expected, "{b} {a}");
        };
        check(at(15, 8, 12), at(15, 8, 12), DateRelation::Same);
        check(at(15, 8, 12), at(15, 0, 0), DateRelation::Same);
        check(at(15, 7, 0), at(15, 0, 0), DateRelation::Same);
        check(at(15, 0, 0), at(14, 17, 0), DateRelation::ShiftedSevenHours);
        check(at(15, 8, 12), at(15, 1, 12), DateRelation::ShiftedSevenHours);
        check(at(15, 8, 12), at(14, 8, 12), DateRelation::ShiftedOneDay);
        check(at(15, 8, 12), at(14, 0, 0), DateRelation::ShiftedOneDay);
        check(at(15, 8, 12), at(15, 8, 13), DateRelation::Differs);
        check(at(15, 8, 12), at(14, 9, 12), DateRelation::Differs);
        check(at(15, 8, 12), at(20, 8, 12), DateRelation::Differs);
        let swapped = day(2024, 4, 3).and_hms_opt(8, 0, 0).expect("a time");
        check(at(4, 8, 0), swapped, DateRelation::DayMonthSwapped);
    }

    #[test]
    fn codes() {
        let all = [
            DateRelation::Same,
            DateRelation::ShiftedOneDay,
            DateRelation::ShiftedSevenHours,
            DateRelation::DayMonthSwapped,
            DateRelation::MonthLost,
            DateRelation::Differs,
        ];
        assert_eq!(
            all.map(DateRelation::code),
            ["same", "shifted_one_day", "shifted_seven_hours", "day_month_swapped", "month_lost", "differs"]
        );
    }

    proptest! {
        #[test]
        fn both_relations_are_symmetric(a in 0..800_i64, b in 0..800_i64) {
            let start = day(2023, 1, 1);
            let (x, y) = (start + chrono::TimeDelta::days(a), start + chrono::TimeDelta::days(b));
            prop_assert_eq!(relation(x, y), relation(y, x));
            let hour = |h: i64| start.and_time(NaiveTime::MIN) + chrono::TimeDelta::hours(h);
            prop_assert_eq!(relation_ts(hour(a), hour(b)), relation_ts(hour(b), hour(a)));
        }
    }
}

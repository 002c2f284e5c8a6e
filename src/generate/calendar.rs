//! Office time of one province: which days are worked, and arithmetic in seconds worked.
//!
//! Office hours are 07:00 to 11:30 and 13:30 to 17:00. Second `w` of office time is a plain number, so
//! "five working days later" is an addition, and order is kept: a larger `w` is a later clock time.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday};
use std::collections::BTreeSet;

/// Seconds worked on a working day.
pub const DAY: i64 = 8 * 3600;
const MORNING: i64 = 7 * 3600;
const NOON: i64 = 11 * 3600 + 1800;
const AFTERNOON: i64 = 13 * 3600 + 1800;
const EVENING: i64 = 17 * 3600;

pub struct Calendar {
    first: NaiveDate,
    working: Vec<bool>,
    /// Working days before each day.
    before: Vec<i64>,
    /// Offset of each working day.
    offsets: Vec<i64>,
}

impl Calendar {
    pub fn new(
        from: NaiveDate,
        to: NaiveDate,
        holidays: &BTreeSet<NaiveDate>,
        extra: &BTreeSet<NaiveDate>,
    ) -> Self {
        let mut calendar =
            Calendar { first: from, working: Vec::new(), before: Vec::new(), offsets: Vec::new() };
        for (offset, day) in (0..).zip(from.iter_days().take_while(|day| *day <= to)) {
            let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let working = extra.contains(&day) || !(weekend || holidays.contains(&day));
            calendar.working.push(working);
            calendar.before.push(calendar.offsets.len() as i64);
            if working {
                calendar.offsets.push(offset);
            }
        }
        calendar
    }

    pub fn is_working(&self, day: NaiveDate) -> bool {
        self.index(day).and_then(|index| self.working.get(index)).copied().unwrap_or(false)
    }

    pub fn in_office(&self, time: NaiveDateTime) -> bool {
        let second = i64::from(time.num_seconds_from_midnight());
        self.is_working(time.date())
            && ((MORNING..NOON).contains(&second) || (AFTERNOON..EVENING).contains(&second))
    }

    /// Office time elapsed at `time`; time outside the office counts as its next opening.
    pub fn worked(&self, time: NaiveDateTime) -> i64 {
        let Some(index) = self.index(time.date()) else {
            return 0;
        };
        let days = self.before.get(index).copied().unwrap_or(self.offsets.len() as i64);
        if !self.working.get(index).copied().unwrap_or(false) {
            return days * DAY;
        }
        let second = i64::from(time.num_seconds_from_midnight());
        let morning = second.clamp(MORNING, NOON) - MORNING;
        let afternoon = second.clamp(AFTERNOON, EVENING) - AFTERNOON;
        days * DAY + morning + afternoon
    }

    /// The clock time of a second of office time: the inverse of `worked`.
    pub fn at(&self, worked: i64) -> NaiveDateTime {
        let last = self.offsets.len().saturating_sub(1);
        let ordinal = usize::try_from(worked / DAY).unwrap_or(0).min(last);
        let offset = self.offsets.get(ordinal).copied().unwrap_or(0);
        let rest = worked % DAY;
        let second = if rest < NOON - MORNING { MORNING + rest } else { AFTERNOON + rest - (NOON - MORNING) };
        self.first.and_time(NaiveTime::MIN) + TimeDelta::seconds(offset * 86_400 + second)
    }

    /// The last working day up to `day`.
    pub fn working_day_up_to(&self, day: NaiveDate) -> NaiveDate {
        let mut day = day;
        while !self.is_working(day) && day > self.first {
            day = day - Days::new(1);
        }
        day
    }

    /// The working day that lies `count` working days before a working day.
    pub fn working_days_before(&self, day: NaiveDate, count: i64) -> NaiveDate {
        self.at((self.worked(day.and_time(NaiveTime::MIN)) - count * DAY).max(0)).date()
    }

    fn index(&self, day: NaiveDate) -> Option<usize> {
        usize::try_from((day - self.first).num_days()).ok().filter(|index| *index < self.working.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    #[test]
    fn office_time_skips_tet_and_comes_back() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let tet: BTreeSet<_> = (8..=14).map(|d| day(&format!("2024-02-{d:02}"))).collect();
        let calendar = Calendar::new(day("2023-12-01"), day("2024-06-30"), &tet, &BTreeSet::new());
        let friday = time("2024-02-07 09:15:22");
        assert_eq!(calendar.at(calendar.worked(friday)), friday);
        assert_eq!(calendar.at(calendar.worked(friday) + DAY), time("2024-02-15 09:15:22"));
        assert_eq!(calendar.at(calendar.worked(time("2024-02-10 23:00:00"))), time("2024-02-15 07:00:00"));
        assert_eq!(
            calendar.at(calendar.worked(time("2024-01-05 16:59:59")) + 1),
            time("2024-01-08 07:00:00")
        );
    }
}

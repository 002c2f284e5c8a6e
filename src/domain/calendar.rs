//! The working-day calendar: Monday to Friday, less public holidays, plus swapped working days.
//!
//! It must not know of office hours or of the rules that move a deadline, and it holds no date of
//! its own: holidays differ by year and by province, so they are data.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::reference::iso_date;

/// The exceptions to the plain week, sorted by date. Every question is answered by one binary search,
/// because it is asked for each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingCalendar {
    exceptions: Vec<Exception>,
}

/// A day on which the plain week does not hold, or is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Exception {
    date: NaiveDate,
    works: bool,
    /// Working days gained (swapped in) less lost (holidays) by all exceptions up to and including this one.
    moved: i64,
}

/// Why a calendar file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The first line is not the expected header.
    #[error(
        "read the calendar: line 1 is not the header\n  hint: the first line is date,is_working,name,source"
    )]
    Header,
    /// A line without its four cells.
    #[error(
        "read the calendar: line {line} has not four cells\n  hint: date,is_working,name,source; no commas inside a cell"
    )]
    Cells {
        /// Line in the file, from 1.
        line: usize,
    },
    /// A date that cannot be read.
    #[error("read the calendar: no date in line {line}\n  hint: write it as 2026-11-24")]
    Date {
        /// Line in the file, from 1.
        line: usize,
    },
    /// A flag that is neither 0 nor 1.
    #[error("read the calendar: is_working in line {line} is neither 0 nor 1")]
    Flag {
        /// Line in the file, from 1.
        line: usize,
    },
    /// A date that stands twice.
    #[error("read the calendar: the date in line {line} stands twice\n  hint: keep one line for each date")]
    Repeated {
        /// Line in the file, from 1.
        line: usize,
    },
}

pub(crate) const HEADER: [&str; 4] = ["date", "is_working", "name", "source"];
const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/holidays.csv"));

impl WorkingCalendar {
    /// The calendar of a file with the columns `date,is_working,name,source`; lines that are empty or
    /// start with `#` are skipped.
    ///
    /// # Errors
    /// [`CalendarError`] for the first line that cannot be read.
    pub fn parse(csv: &str) -> Result<Self, CalendarError> {
        let mut lines = csv.trim_start_matches('\u{FEFF}').lines().enumerate();
        let header = lines.next().map_or("", |(_, line)| line);
        if !header.split(',').map(str::trim).eq(HEADER) {
            return Err(CalendarError::Header);
        }
        let mut read: Vec<(NaiveDate, bool, usize)> = Vec::new();
        for (at, text) in lines {
            if !text.trim().is_empty() && !text.starts_with('#') {
                let (date, works) = day_line(text, at + 1)?;
                read.push((date, works, at + 1));
            }
        }
        read.sort_by_key(|(date, _, line)| (*date, *line));
        if let Some(pair) = read.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(CalendarError::Repeated { line: pair[1].2 });
        }
        Ok(Self::of(read.into_iter().map(|(date, works, _)| (date, works))))
    }

    /// The shipped calendar with the lines of a province's own file over it.
    ///
    /// # Errors
    /// [`CalendarError`] for the first line that cannot be read.
    pub fn with(csv: &str) -> Result<Self, CalendarError> {
        Self::shipped()?.overridden_by(csv)
    }

    /// This calendar with the lines of another file over it: a province's own days (a Saturday morning
    /// worked by local decision [R-H], a local day off) override the shipped ones, day by day.
    ///
    /// # Errors
    /// [`CalendarError`] for the first line that cannot be read.
    pub fn overridden_by(&self, csv: &str) -> Result<Self, CalendarError> {
        let own = Self::parse(csv)?;
        let mut days: BTreeMap<NaiveDate, bool> = self.days().collect();
        days.extend(own.days());
        Ok(Self::of(days))
    }

    /// The calendar that is shipped: national holidays and swapped days of 2018 to 2027 [S], single
    /// days [R-M]; each line of `data/holidays.csv` has its own mark.
    ///
    /// # Errors
    /// [`CalendarError`] when the shipped file is malformed, which a test rules out.
    pub fn shipped() -> Result<Self, CalendarError> {
        Self::parse(SHIPPED)
    }

    /// First and last year the file speaks of; outside them only weekends are free.
    #[must_use]
    pub fn years(&self) -> Option<(i32, i32)> {
        let (first, last) = (self.exceptions.first()?, self.exceptions.last()?);
        Some((first.date.year(), last.date.year()))
    }

    /// Whether offices work on this day.
    #[must_use]
    pub fn is_working(&self, date: NaiveDate) -> bool {
        match self.exceptions.binary_search_by_key(&date, |exception| exception.date) {
            Ok(at) => self.exceptions.get(at).is_some_and(|exception| exception.works),
            Err(_) => is_weekday(date),
        }
    }

    /// Working days after `from` up to and including `to`; negative when `to` lies before `from`.
    #[must_use]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        self.count_to(to) - self.count_to(from)
    }

    /// The `n`-th working day after `from`; before it where `n` is negative. None moves nothing: `from`
    /// itself, worked or not.
    #[must_use]
    pub fn add_working_days(&self, from: NaiveDate, n: i64) -> NaiveDate {
        match n {
            0 => from,
            1.. => self.reaching(self.count_to(from).saturating_add(n)),
            _ => {
                let before = self.count_to(from) - i64::from(self.is_working(from));
                self.reaching(before.saturating_add(n).saturating_add(1))
            }
        }
    }

    /// This day where offices work on it, else the next on which they do.
    #[must_use]
    pub fn next_working_day_on_or_after(&self, date: NaiveDate) -> NaiveDate {
        if self.is_working(date) { date } else { self.add_working_days(date, 1) }
    }

    fn of(days: impl IntoIterator<Item = (NaiveDate, bool)>) -> Self {
        let mut moved = 0;
        let exceptions = days
            .into_iter()
            .map(|(date, works)| {
                moved += i64::from(works) - i64::from(is_weekday(date));
                Exception { date, works, moved }
            })
            .collect();
        Self { exceptions }
    }

    fn days(&self) -> impl Iterator<Item = (NaiveDate, bool)> + '_ {
        self.exceptions.iter().map(|exception| (exception.date, exception.works))
    }

    /// What the first `count` exceptions moved.
    fn moved(&self, count: usize) -> i64 {
        count.checked_sub(1).and_then(|last| self.exceptions.get(last)).map_or(0, |last| last.moved)
    }

    /// Working days from the first day of the common era up to and including this day.
    fn count_to(&self, date: NaiveDate) -> i64 {
        weekdays_to(date) + self.moved(self.exceptions.partition_point(|exception| exception.date <= date))
    }

    /// The first day on which [`Self::count_to`] reaches this count, which is a working day.
    fn reaching(&self, count: i64) -> NaiveDate {
        let passed = self
            .exceptions
            .partition_point(|exception| weekdays_to(exception.date) + exception.moved < count);
        let plain = weekday_number(count.saturating_sub(self.moved(passed)));
        match self.exceptions.get(passed) {
            Some(next) => plain.min(next.date),
            None => plain,
        }
    }
}

fn day_line(text: &str, line: usize) -> Result<(NaiveDate, bool), CalendarError> {
    let mut cells = text.split(',').map(str::trim);
    let (Some(date), Some(flag), Some(_), Some(_), None) =
        (cells.next(), cells.next(), cells.next(), cells.next(), cells.next())
    else {
        return Err(CalendarError::Cells { line });
    };
    let date = iso_date(date).ok_or(CalendarError::Date { line })?;
    match flag {
        "0" => Ok((date, false)),
        "1" => Ok((date, true)),
        _ => Err(CalendarError::Flag { line }),
    }
}

fn is_weekday(date: NaiveDate) -> bool {
    date.weekday().num_days_from_monday() < 5
}

/// Mondays to Fridays from 1 January of the year 1, a Monday, up to and including this day.
fn weekdays_to(date: NaiveDate) -> i64 {
    let before = i64::from(date.num_days_from_ce()) - 1;
    before.div_euclid(7) * 5 + (before.rem_euclid(7) + 1).min(5)
}

/// The weekday on which [`weekdays_to`] reaches this number; the ends of the calendar where there is none.
fn weekday_number(number: i64) -> NaiveDate {
    let before = number.saturating_sub(1);
    let days = before.div_euclid(5).saturating_mul(7).saturating_add(before.rem_euclid(5) + 1);
    let end = if number > 0 { NaiveDate::MAX } else { NaiveDate::MIN };
    i32::try_from(days).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(end)
}

#[cfg(test)]
mod tests;

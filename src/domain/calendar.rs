//! The working-day calendar: Monday to Friday, less public holidays, plus swapped working days.
//!
//! It must not know of office hours or of the rules that move a deadline, and it holds no date of
//! its own: holidays differ by year and by province, so they are data.

use chrono::{Datelike, NaiveDate, TimeDelta};

/// The exceptions to the plain week, sorted by date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingCalendar {
    exceptions: Vec<(NaiveDate, bool)>,
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

const HEADER: [&str; 4] = ["date", "is_working", "name", "source"];
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
        let exceptions = read.into_iter().map(|(date, works, _)| (date, works)).collect();
        Ok(Self { exceptions })
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
        Some((first.0.year(), last.0.year()))
    }

    /// Whether offices work on this day.
    #[must_use]
    pub fn is_working(&self, date: NaiveDate) -> bool {
        match self.exceptions.binary_search_by_key(&date, |(day, _)| *day) {
            Ok(at) => self.exceptions.get(at).is_some_and(|(_, works)| *works),
            Err(_) => is_weekday(date),
        }
    }

    /// Working days after `from` up to and including `to`; negative when `to` lies before `from`.
    #[must_use]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        if to < from {
            return -self.working_days_between(to, from);
        }
        let start = self.exceptions.partition_point(|(day, _)| *day <= from);
        let end = self.exceptions.partition_point(|(day, _)| *day <= to);
        let moved: i64 = self.exceptions[start..end]
            .iter()
            .map(|(day, works)| i64::from(*works) - i64::from(is_weekday(*day)))
            .sum();
        weekdays_between(from, to) + moved
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

fn iso_date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn is_weekday(date: NaiveDate) -> bool {
    date.weekday().num_days_from_monday() < 5
}

/// Mondays to Fridays after `from` up to and including `to`, which is not before it.
fn weekdays_between(from: NaiveDate, to: NaiveDate) -> i64 {
    let days = (to - from).num_days();
    let rest = (0..days % 7).filter(|back| is_weekday(to - TimeDelta::days(*back))).count();
    days / 7 * 5 + i64::try_from(rest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).expect("a date")
    }

    #[test]
    fn the_shipped_calendar_reads() {
        let calendar = WorkingCalendar::shipped().expect("the shipped file");
        assert_eq!(calendar.years(), Some((2018, 2027)));
        assert!(calendar.exceptions.len() > 100);
        for line in SHIPPED.lines().skip(1) {
            assert!(["[S]", "[R-M]"].iter().any(|mark| line.ends_with(mark)), "{line}");
        }
        for (date, works) in &calendar.exceptions {
            assert!(!works || !is_weekday(*date), "a swapped working day is a weekend day: {date}");
        }
        for year in 2018..=2027 {
            assert!(!calendar.is_working(day(year, 9, 2)) && !calendar.is_working(day(year, 4, 30)));
        }
    }

    #[test]
    fn holidays_weekends_and_swaps() {
        let calendar = WorkingCalendar::shipped().expect("the shipped file");
        assert!(!calendar.is_working(day(2024, 2, 12)));
        assert!(!calendar.is_working(day(2024, 4, 29)));
        assert!(calendar.is_working(day(2024, 5, 4)));
        assert!(!calendar.is_working(day(2024, 5, 5)));
        assert!(calendar.is_working(day(2024, 3, 15)));
        assert!(!calendar.is_working(day(2026, 11, 24)));
        assert!(calendar.is_working(day(2026, 8, 22)));
        assert!(calendar.is_working(day(2030, 9, 2)));
    }

    #[test]
    fn working_days_leave_out_the_first_day() {
        let calendar = WorkingCalendar::shipped().expect("the shipped file");
        let friday = day(2024, 3, 15);
        assert_eq!(calendar.working_days_between(friday, friday), 0);
        assert_eq!(calendar.working_days_between(friday, day(2024, 3, 17)), 0);
        assert_eq!(calendar.working_days_between(friday, day(2024, 3, 18)), 1);
        assert_eq!(calendar.working_days_between(day(2024, 3, 18), friday), -1);
        // Tết 2024: 8 to 14 February.
        assert_eq!(calendar.working_days_between(day(2024, 2, 7), day(2024, 2, 15)), 1);
        // 29 April to 1 May free, Saturday 4 May worked.
        assert_eq!(calendar.working_days_between(day(2024, 4, 26), day(2024, 5, 4)), 3);
    }

    #[test]
    fn malformed_files_are_refused_with_their_line() {
        let parse = |body: &str| WorkingCalendar::parse(&format!("date,is_working,name,source\n{body}"));
        assert_eq!(WorkingCalendar::parse(""), Err(CalendarError::Header));
        assert_eq!(WorkingCalendar::parse("day,works\n"), Err(CalendarError::Header));
        assert_eq!(parse("2024-01-01,0,a"), Err(CalendarError::Cells { line: 2 }));
        assert_eq!(parse("2024-01-01,0,a,b,c"), Err(CalendarError::Cells { line: 2 }));
        assert_eq!(parse("\n# note\n01/01/2024,0,a,b"), Err(CalendarError::Date { line: 4 }));
        assert_eq!(parse("2024-02-30,0,a,b"), Err(CalendarError::Date { line: 2 }));
        assert_eq!(parse("2024-01-01,yes,a,b"), Err(CalendarError::Flag { line: 2 }));
        assert_eq!(parse("2024-01-01,0,a,b\n2024-01-01,1,a,b"), Err(CalendarError::Repeated { line: 3 }));
        assert_eq!(parse("").expect("no exceptions").years(), None);
        assert!(CalendarError::Date { line: 4 }.to_string().contains("line 4"));
    }

    proptest! {
        #[test]
        fn counting_agrees_with_walking(start in 0..3600_i64, length in 0..400_i64) {
            let calendar = WorkingCalendar::shipped().expect("the shipped file");
            let from = day(2018, 1, 1) + TimeDelta::days(start);
            let walked = (1..=length).filter(|n| calendar.is_working(from + TimeDelta::days(*n))).count();
            let to = from + TimeDelta::days(length);
            prop_assert_eq!(usize::try_from(calendar.working_days_between(from, to)), Ok(walked));
            prop_assert_eq!(calendar.working_days_between(to, from), -calendar.working_days_between(from, to));
        }
    }
}

//! How many documents are sent on which day, and at what hours; which days are silent.
//!
//! It must not know what becomes of a document.

use super::super::permutation::largest_remainder;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use rand::{Rng, RngExt};
use std::collections::BTreeSet;

pub const YEAR: i32 = 2022;
/// Weights of a day's documents.
const WORKING_DAY: u64 = 200;
const DAY_OFF: u64 = 7;
/// Share sent outside office hours.
const OFF_HOURS: f64 = 0.03;
/// Days on which nothing arrives, where enough is sent on them for anybody to notice.
const SILENT_DAYS: usize = 2;
const SENT_AT_LEAST: u64 = 5;
/// Days at either end that are never silent.
const MARGIN: usize = 8;

/// Days off of 2022 beside Saturdays and Sundays, to the end of August [S].
const DAYS_OFF: [(u32, u32); 9] = [(1, 3), (1, 31), (2, 1), (2, 2), (2, 3), (2, 4), (4, 11), (5, 2), (5, 3)];

pub fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(YEAR, 1, 1).unwrap_or_default()
}

pub fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(YEAR, 8, 31).unwrap_or_default()
}

/// Two in the morning after the last day.
pub fn as_of() -> NaiveDateTime {
    last_day().and_time(NaiveTime::MIN) + TimeDelta::hours(26)
}

/// One day and its documents.
pub struct Day {
    pub date: NaiveDate,
    pub count: u64,
    /// Nothing arrives on it.
    pub silent: bool,
}

impl Day {
    /// When its documents are sent, in order: between 06:00 and 22:59, nearly all in office hours.
    pub fn times(&self, rng: &mut impl Rng) -> Vec<NaiveDateTime> {
        let midnight = self.date.and_time(NaiveTime::MIN);
        let mut seconds: Vec<i64> = (0..self.count)
            .map(|_| {
                if rng.random::<f64>() < OFF_HOURS {
                    rng.random_range(6 * 3600..23 * 3600)
                } else if rng.random::<f64>() < 0.55 {
                    rng.random_range(7 * 3600..11 * 3600 + 1800)
                } else {
                    rng.random_range(13 * 3600 + 1800..17 * 3600)
                }
            })
            .collect();
        seconds.sort_unstable();
        seconds.into_iter().map(|second| midnight + TimeDelta::seconds(second)).collect()
    }
}

pub struct Plan {
    pub days: Vec<Day>,
    silent: BTreeSet<NaiveDate>,
}

impl Plan {
    pub fn new(documents: u64, rng: &mut impl Rng) -> Self {
        let dates: Vec<NaiveDate> = first_day().iter_days().take_while(|day| *day <= last_day()).collect();
        let weights: Vec<u64> =
            dates.iter().map(|date| if is_off(*date) { DAY_OFF } else { WORKING_DAY }).collect();
        let counts = largest_remainder(&weights, documents);
        let mut days: Vec<Day> =
            dates.into_iter().zip(counts).map(|(date, count)| Day { date, count, silent: false }).collect();
        let inner = days.len().saturating_sub(MARGIN);
        let mut silent = BTreeSet::new();
        for _ in 0..SILENT_DAYS {
            // What is sent on a silent day arrives on the next one.
            let apart = |date: NaiveDate| {
                [date - Days::new(1), date, date + Days::new(1)].iter().all(|near| !silent.contains(near))
            };
            let open: Vec<usize> = days
                .iter()
                .enumerate()
                .filter(|(at, day)| (MARGIN..inner).contains(at) && !is_off(day.date) && apart(day.date))
                .filter(|(_, day)| day.count >= SENT_AT_LEAST)
                .map(|(at, _)| at)
                .collect();
            if open.is_empty() {
                break;
            }
            let chosen = open.get(rng.random_range(0..open.len())).copied();
            if let Some(day) = chosen.and_then(|at| days.get_mut(at)) {
                day.silent = true;
                silent.insert(day.date);
            }
        }
        Plan { days, silent }
    }

    pub fn is_silent(&self, date: NaiveDate) -> bool {
        self.silent.contains(&date)
    }
}

fn is_off(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun) || DAYS_OFF.contains(&(date.month(), date.day()))
}

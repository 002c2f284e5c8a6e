//! When dossiers are received: a number for every day, then times that run forward with the dossier index.

use super::calendar::Calendar;
use super::permutation::largest_remainder;
use super::setting::Setting;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rand::{Rng, RngExt};

/// Nothing received after this hour of the period's last working day is resolved within the period.
const LAST_HOUR: f64 = 15.0;
/// Of the dossiers received in office hours, how many come in the morning.
const MORNING_SHARE: f64 = 0.58;

pub struct Timeline {
    days: Vec<DayLoad>,
    off_hours_share: f64,
    /// Where `next` stands: day, and dossier of that day.
    day: usize,
    of_day: u64,
}

struct DayLoad {
    date: NaiveDate,
    working: bool,
    count: u64,
    /// The part of the day's distribution that is used; below 1 only where the timeline is cut short.
    until: f64,
}

impl Timeline {
    /// `carried` dossiers from `carried_from` to the day before the period, the rest inside it. Cut short,
    /// the timeline ends where a dossier can still be resolved inside the period.
    pub fn new(
        setting: &Setting,
        dossiers: u64,
        carried: u64,
        carried_from: NaiveDate,
        cut_short: bool,
    ) -> Self {
        let profile = &setting.profile;
        let (start, end) = (profile.period_start.0, profile.period_end.0);
        let last = setting.calendar.working_day_up_to(end);
        let off_hours_share = profile.timeline.off_hours_share;
        let mut before = Vec::new();
        let mut weights_before = Vec::new();
        let span = (start - carried_from).num_days().max(1) as f64;
        for date in carried_from.iter_days().take_while(|date| *date < start) {
            let near = ((date - carried_from).num_days() + 1) as f64 / span;
            let (load, weight) = day_load(&setting.calendar, profile.timeline.day_off_weight, date);
            before.push(load);
            weights_before.push((weight * near * near * 1e6) as u64);
        }
        let mut within = Vec::new();
        let mut weights = Vec::new();
        for date in start.iter_days().take_while(|date| *date <= end) {
            let (mut load, mut weight) = day_load(&setting.calendar, profile.timeline.day_off_weight, date);
            if cut_short && date == last {
                load.until = share_before(LAST_HOUR, off_hours_share);
                weight *= load.until;
            }
            if cut_short && date > last {
                weight = 0.0;
            }
            within.push(load);
            weights.push((weight * 1e6) as u64);
        }
        let counts = largest_remainder(&weights_before, carried).into_iter();
        let counts = counts.chain(largest_remainder(&weights, dossiers - carried));
        let mut days: Vec<DayLoad> = before.into_iter().chain(within).collect();
        for (day, count) in days.iter_mut().zip(counts) {
            day.count = count;
        }
        Timeline { days, off_hours_share, day: 0, of_day: 0 }
    }

    /// How many dossiers come too late to be resolved inside the period.
    pub fn tail(&self, last_working_day: NaiveDate) -> u64 {
        let share = share_before(LAST_HOUR, self.off_hours_share);
        let late = |day: &DayLoad| match day.date.cmp(&last_working_day) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Greater => day.count,
            std::cmp::Ordering::Equal if day.until < 1.0 => 0,
            std::cmp::Ordering::Equal => day.count - (share * day.count as f64).floor() as u64,
        };
        self.days.iter().map(late).sum()
    }

    /// How many dossiers come on or after a day.
    pub fn on_or_after(&self, date: NaiveDate) -> u64 {
        self.days.iter().filter(|day| day.date >= date).map(|day| day.count).sum()
    }

    /// The time the next dossier is received.
    pub fn next(&mut self, rng: &mut impl Rng) -> Option<NaiveDateTime> {
        loop {
            let day = self.days.get(self.day)?;
            if self.of_day >= day.count {
                self.day += 1;
                self.of_day = 0;
                continue;
            }
            let within: f64 = rng.random();
            let share = (self.of_day as f64 + within) / day.count as f64 * day.until;
            self.of_day += 1;
            let hour =
                hour_of_share(share, if day.working { self.off_hours_share } else { 1.0 }, day.working);
            let second = ((hour * 3600.0) as i64).min(86_399);
            return Some(day.date.and_time(NaiveTime::MIN) + TimeDelta::seconds(second));
        }
    }
}

/// First day on which a dossier that is carried over may be received.
pub fn carried_from(setting: &Setting, longest_days: i64) -> NaiveDate {
    let start = setting.profile.period_start.0;
    let first = setting.calendar.working_day_up_to(start - Days::new(1));
    let back = (longest_days - 2).clamp(1, 30);
    setting.calendar.working_days_before(first, back - 1)
}

fn day_load(calendar: &Calendar, day_off_weight: f64, date: NaiveDate) -> (DayLoad, f64) {
    let working = calendar.is_working(date);
    // Mondays are busiest.
    let weight =
        if working { 1.2 - 0.07 * f64::from(date.weekday().num_days_from_monday()) } else { day_off_weight };
    (DayLoad { date, working, count: 0, until: 1.0 }, weight)
}

/// Pieces of a day: from hour, to hour, share of the day's dossiers.
fn pieces(off_hours: f64, working: bool) -> [(f64, f64, f64); 5] {
    if !working {
        return [
            (6.0, 9.0, 0.2),
            (9.0, 12.0, 0.25),
            (12.0, 15.0, 0.2),
            (15.0, 20.0, 0.2),
            (20.0, 23.5, 0.15),
        ];
    }
    let office = 1.0 - off_hours;
    [
        (4.5, 7.0, off_hours * 0.2),
        (7.0, 11.5, office * MORNING_SHARE),
        (11.5, 13.5, off_hours * 0.2),
        (13.5, 17.0, office * (1.0 - MORNING_SHARE)),
        // Not as the office closes: that second is of this working day or of the next, as one counts.
        (17.01, 24.0, off_hours * 0.6),
    ]
}

fn hour_of_share(share: f64, off_hours: f64, working: bool) -> f64 {
    let mut left = share;
    for (from, to, part) in pieces(off_hours, working) {
        if left < part {
            // Stays inside the piece, whatever the rounding.
            return (from + (to - from) * left / part).min(to - 0.0005);
        }
        left -= part;
    }
    if working && off_hours == 0.0 { 16.999 } else { 23.4 }
}

fn share_before(hour: f64, off_hours: f64) -> f64 {
    let part = |(from, to, share): (f64, f64, f64)| share * ((hour - from) / (to - from)).clamp(0.0, 1.0);
    pieces(off_hours, true).into_iter().map(part).sum()
}

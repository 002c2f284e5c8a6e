//! The clock of the offices: office hours on a working calendar.
//!
//! It must not know of statuses: whether a dossier is late is asked elsewhere.

use chrono::{Days, NaiveDate, NaiveDateTime};

use super::{DayKind, Limit, OfficeHours};
use crate::domain::calendar::WorkingCalendar;

/// Office hours on a calendar; every deadline is read off it.
#[derive(Debug, Clone, Copy)]
pub struct OfficeClock<'a> {
    calendar: &'a WorkingCalendar,
    hours: OfficeHours,
}

impl<'a> OfficeClock<'a> {
    /// The clock of a place.
    #[must_use]
    pub fn new(calendar: &'a WorkingCalendar, hours: OfficeHours) -> Self {
        Self { calendar, hours }
    }

    /// The calendar below.
    #[must_use]
    pub fn calendar(&self) -> &'a WorkingCalendar {
        self.calendar
    }

    /// The office hours.
    #[must_use]
    pub fn hours(&self) -> OfficeHours {
        self.hours
    }

    /// Where the clock starts for what is received at this moment: on a day off, after closing [S] or after
    /// the cut-off, at the opening of the next working day; at lunch, after lunch [S]; before opening, at the
    /// opening. Exactly at closing still belongs to the day.
    #[must_use]
    pub fn roll_forward(&self, received: NaiveDateTime) -> NaiveDateTime {
        let date = received.date();
        match self.hours.start(received.time()) {
            Some(time) if self.calendar.is_working(date) => date.and_time(time),
            _ => self.calendar.add_working_days(date, 1).and_time(self.hours.opens()),
        }
    }

    /// The last day the limit allows. The day of receipt, rolled forward, is not counted [R-M]; a limit
    /// in calendar days that would end on a day off ends on the next working day [S]. Moving the
    /// dossier to another system does not start it again [S-low]: `received` is the first receipt.
    #[must_use]
    pub fn last_day(&self, received: NaiveDateTime, limit: Limit) -> NaiveDate {
        self.last_day_from(self.roll_forward(received).date(), limit)
    }

    /// Office time from one moment to another in whole minutes, negative when the second lies before the
    /// first. The cut-off plays no part: it moves a receipt, not the work.
    #[must_use]
    pub fn working_time_between(&self, from: NaiveDateTime, to: NaiveDateTime) -> i64 {
        let full = self.calendar.working_days_between(from.date(), to.date()) * self.hours.day_seconds();
        (full + self.day_part(to) - self.day_part(from)) / 60
    }

    /// By how many working days something is overdue at its end, or at the moment looked at: 0 up to the
    /// end of the due day; on a later day at least 1, also where that is a day off. A count for lists, no rule
    /// of law.
    #[must_use]
    pub fn overdue_days(&self, due: NaiveDateTime, end: NaiveDateTime) -> i64 {
        if end.date() <= due.date() {
            return 0;
        }
        self.calendar.working_days_between(due.date(), end.date()).max(1)
    }

    fn last_day_from(&self, start: NaiveDate, limit: Limit) -> NaiveDate {
        match limit.kind {
            DayKind::Working => self.calendar.add_working_days(start, i64::from(limit.days)),
            DayKind::Calendar => {
                let last = start.checked_add_days(Days::new(u64::from(limit.days))).unwrap_or(NaiveDate::MAX);
                self.calendar.next_working_day_on_or_after(last)
            }
        }
    }

    /// Office seconds of this day until this moment, less the whole day where it is worked: together with
    /// a count of days that includes the day itself.
    fn day_part(&self, at: NaiveDateTime) -> i64 {
        if self.calendar.is_working(at.date()) {
            self.hours.seconds_until(at.time()) - self.hours.day_seconds()
        } else {
            0
        }
    }
}

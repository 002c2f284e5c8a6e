//! The clock of the offices: office hours on a working calendar.
//!
//! It must not know of statuses: whether a dossier is late is asked elsewhere.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

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

    /// The appointment the limit gives: the last day at the hour at which the clock started, so that a
    /// limit of working days is as many times the hours of an office day. Limits are kept in hours, eight
    /// to the day [S].
    #[must_use]
    pub fn due(&self, received: NaiveDateTime, limit: Limit) -> NaiveDateTime {
        let start = self.roll_forward(received);
        self.last_day_from(start.date(), limit).and_time(start.time())
    }

    /// The appointment after papers were asked for and came: the time waited less one day is added, then
    /// one office day, so that the end falls into office hours [S]. That the last step is "the next eight
    /// working hours" is seen, that it stands for the day taken off before is a reading [R-M]. Never
    /// earlier than before.
    #[must_use]
    pub fn extended_by_supplement(
        &self,
        due: NaiveDateTime,
        asked: NaiveDateTime,
        supplemented: NaiveDateTime,
    ) -> NaiveDateTime {
        if supplemented <= asked {
            return due;
        }
        let waited = supplemented - asked - TimeDelta::days(1);
        let moved = due.checked_add_signed(waited).unwrap_or(due);
        self.after(moved, self.hours.day_seconds()).max(due)
    }

    /// The moment at which this many minutes of office time have passed since another, such as the eight
    /// working hours in which an online dossier is to be acknowledged (NĐ 45/2020) [R-M].
    #[must_use]
    pub fn add_working_minutes(&self, from: NaiveDateTime, minutes: u32) -> NaiveDateTime {
        self.after(from, i64::from(minutes) * 60)
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

    /// The moment `seconds` of office time after `from`. What ends exactly at closing stays on its day.
    fn after(&self, from: NaiveDateTime, seconds: i64) -> NaiveDateTime {
        let day = self.hours.day_seconds();
        let (start, gone) = self.within_office(from);
        let total = gone + seconds;
        if total <= 0 {
            return start.and_time(self.hours.opens());
        }
        let days = (total - 1) / day;
        let date = self.calendar.add_working_days(start, days);
        date.and_time(self.hours.time_after(total - days * day))
    }

    /// The working day and the office seconds of it gone at this moment.
    fn within_office(&self, at: NaiveDateTime) -> (NaiveDate, i64) {
        if self.calendar.is_working(at.date()) {
            (at.date(), self.hours.seconds_until(at.time()))
        } else {
            (self.calendar.next_working_day_on_or_after(at.date()), 0)
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

//! One test for each rule, and the laws that bind them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::WorkingCalendar;

fn calendar() -> WorkingCalendar {
    WorkingCalendar::shipped().expect("the shipped file")
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text)
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

fn hour(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("a time")
}

#[test]
fn an_office_day_has_eight_hours() {
    let hours = OfficeHours::default();
    assert_eq!(hours.day_seconds(), 8 * 3600);
    assert_eq!(hours.seconds_until(hour(6, 0)), 0);
    assert_eq!(hours.seconds_until(hour(12, 0)), 9 * 1800);
    assert_eq!(hours.seconds_until(hour(23, 0)), 8 * 3600);
}

#[test]
fn hours_out_of_order_are_refused() {
    let new = |a, b, c, d| OfficeHours::new(hour(a, 0), hour(b, 0), hour(c, 0), hour(d, 0));
    assert!(new(8, 12, 13, 17).is_ok());
    assert!(new(8, 12, 12, 16).is_ok());
    assert_eq!(new(8, 8, 13, 17), Err(OfficeHoursError::Order));
    assert_eq!(new(8, 13, 12, 17), Err(OfficeHoursError::Order));
    assert_eq!(new(8, 12, 17, 17), Err(OfficeHoursError::Order));
    let hours = OfficeHours::default();
    assert_eq!(hours.with_cutoff(hour(18, 0)), Err(OfficeHoursError::Cutoff));
    assert!(hours.with_cutoff(hour(15, 0)).is_ok());
    assert!(OfficeHoursError::Order.to_string().starts_with("set office hours"));
}

/// Monday 18 March 2024 is a plain working day; the 16th is a Saturday.
#[test]
fn the_clock_starts_in_office_hours() {
    let calendar = calendar();
    let clock = OfficeClock::new(&calendar, OfficeHours::default());
    let cases = [
        ("2024-03-18 09:10", "2024-03-18 09:10"),
        ("2024-03-18 05:00", "2024-03-18 07:00"),
        ("2024-03-18 11:30", "2024-03-18 11:30"),
        ("2024-03-18 12:15", "2024-03-18 13:30"),
        ("2024-03-18 17:00", "2024-03-18 17:00"),
        ("2024-03-18 17:01", "2024-03-19 07:00"),
        ("2024-03-15 21:00", "2024-03-18 07:00"),
        ("2024-03-16 09:00", "2024-03-18 07:00"),
        ("2024-02-07 17:30", "2024-02-15 07:00"),
        ("2024-05-04 09:00", "2024-05-04 09:00"),
    ];
    for (received, starts) in cases {
        assert_eq!(clock.roll_forward(at(received)), at(starts), "{received}");
    }
}

#[test]
fn a_cutoff_is_off_until_it_is_set() {
    let calendar = calendar();
    let hours = OfficeHours::default();
    let plain = OfficeClock::new(&calendar, hours);
    let strict = OfficeClock::new(&calendar, hours.with_cutoff(hour(15, 0)).expect("a cut-off"));
    let received = at("2024-03-18 15:20");
    assert_eq!(plain.roll_forward(received), received);
    assert_eq!(strict.roll_forward(received), at("2024-03-19 07:00"));
    assert_eq!(strict.roll_forward(at("2024-03-18 15:00")), at("2024-03-18 15:00"));
    assert_eq!(strict.last_day(received, Limit::working(1)), day("2024-03-20"));
}

#[test]
fn the_day_of_receipt_is_not_counted() {
    let calendar = calendar();
    let clock = OfficeClock::new(&calendar, OfficeHours::default());
    let received = at("2024-03-15 09:00");
    assert_eq!(clock.last_day(received, Limit::working(1)), day("2024-03-18"));
    assert_eq!(clock.last_day(received, Limit::working(0)), day("2024-03-15"));
    // Saturday's online dossier counts from Monday, so its first day is Tuesday.
    assert_eq!(clock.last_day(at("2024-03-16 09:00"), Limit::working(1)), day("2024-03-19"));
    assert_eq!(clock.last_day(at("2024-03-16 09:00"), Limit::working(0)), day("2024-03-18"));
    // Ten working days over 30 April, 1 May and the swap of 29 April with 4 May.
    assert_eq!(clock.last_day(at("2024-04-22 09:00"), Limit::working(10)), day("2024-05-08"));
}

#[test]
fn calendar_days_never_end_on_a_day_off() {
    let calendar = calendar();
    let clock = OfficeClock::new(&calendar, OfficeHours::default());
    assert_eq!(clock.last_day(at("2024-03-12 09:00"), Limit::calendar(3)), day("2024-03-15"));
    assert_eq!(clock.last_day(at("2024-03-12 09:00"), Limit::calendar(4)), day("2024-03-18"));
    assert_eq!(clock.last_day(at("2024-02-06 09:00"), Limit::calendar(2)), day("2024-02-15"));
    assert_eq!(clock.last_day(at("2024-03-12 09:00"), Limit::calendar(u32::MAX)), NaiveDate::MAX);
}

#[test]
fn office_time_between_two_moments() {
    let calendar = calendar();
    let clock = OfficeClock::new(&calendar, OfficeHours::default());
    let between = |from, to| clock.working_time_between(at(from), at(to));
    assert_eq!(between("2024-03-18 09:00", "2024-03-18 09:45"), 45);
    assert_eq!(between("2024-03-18 11:00", "2024-03-18 14:00"), 60);
    assert_eq!(between("2024-03-15 16:00", "2024-03-18 08:00"), 120);
    assert_eq!(between("2024-03-16 08:00", "2024-03-17 20:00"), 0);
    assert_eq!(between("2024-03-17 08:00", "2024-03-19 00:00"), 480);
    assert_eq!(between("2024-03-18 08:00", "2024-03-15 16:00"), -120);
}

#[test]
fn overdue_by_working_days() {
    let calendar = calendar();
    let clock = OfficeClock::new(&calendar, OfficeHours::default());
    let overdue = |end| clock.overdue_days(at("2024-03-15 09:00"), at(end));
    assert_eq!(overdue("2024-03-14 09:00"), 0);
    assert_eq!(overdue("2024-03-15 23:59"), 0);
    assert_eq!(overdue("2024-03-16 08:00"), 1);
    assert_eq!(overdue("2024-03-18 08:00"), 1);
    assert_eq!(overdue("2024-03-20 08:00"), 3);
}

#[test]
fn kinds_have_names() {
    for kind in [DayKind::Working, DayKind::Calendar] {
        assert_eq!(DayKind::from_code(kind.code()), Some(kind));
    }
    assert_eq!(DayKind::from_code("weeks"), None);
}

proptest! {
    #[test]
    fn a_working_limit_is_its_office_time(minute in 0..5_000_000_i64, days in 0..120_u32) {
        let calendar = calendar();
        let clock = OfficeClock::new(&calendar, OfficeHours::default());
        let received = at("2018-01-01 00:00") + TimeDelta::minutes(minute);
        let start = clock.roll_forward(received);
        let limit = Limit::working(days);
        let due = clock.last_day(received, limit).and_time(start.time());
        prop_assert!(start >= received && calendar.is_working(start.date()));
        prop_assert_eq!(clock.roll_forward(start), start);
        prop_assert_eq!(clock.working_time_between(received, start), 0);
        prop_assert_eq!(clock.working_time_between(start, due), i64::from(days) * 480);
    }

    #[test]
    fn calendar_limits_end_on_working_days(minute in 0..5_000_000_i64, days in 0..400_u32) {
        let calendar = calendar();
        let clock = OfficeClock::new(&calendar, OfficeHours::default());
        let received = at("2018-01-01 00:00") + TimeDelta::minutes(minute);
        let last = clock.last_day(received, Limit::calendar(days));
        prop_assert!(calendar.is_working(last));
        prop_assert!(last <= clock.last_day(received, Limit::calendar(days + 1)));
        prop_assert!(last <= clock.last_day(received, Limit::working(days)));
    }
}

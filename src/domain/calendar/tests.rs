//! The shipped days, the swaps, and every answer against walking the calendar day by day.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

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
    for (date, works) in calendar.days() {
        assert!(!works || !is_weekday(date), "a swapped working day is a weekend day: {date}");
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

/// Each swap gives a weekday and takes a weekend day. The one of 2026-01-02 is [R-M], the others [S].
#[test]
fn a_day_swapped_out_has_its_day_swapped_in() {
    let calendar = WorkingCalendar::shipped().expect("the shipped file");
    let swaps = [
        (day(2018, 12, 31), day(2019, 1, 5)),
        (day(2019, 4, 29), day(2019, 5, 4)),
        (day(2024, 4, 29), day(2024, 5, 4)),
        (day(2025, 5, 2), day(2025, 4, 26)),
        (day(2026, 1, 2), day(2026, 1, 10)),
        (day(2026, 8, 31), day(2026, 8, 22)),
    ];
    for (free, worked) in swaps {
        assert!(is_weekday(free) && !calendar.is_working(free), "{free}");
        assert!(!is_weekday(worked) && calendar.is_working(worked), "{worked}");
    }
    assert_eq!(calendar.days().filter(|(_, works)| *works).count(), swaps.len());
    let given = SHIPPED.lines().filter(|line| line.contains("Nghỉ hoán đổi")).count();
    assert_eq!(given, swaps.len());
    assert_eq!(SHIPPED.lines().filter(|line| line.ends_with("[R-M]")).count(), 2);
}

/// Weekdays that are free, by year, counted in the lists of public calendars [S]; the swap of
/// 2026-01-02 is [R-M].
#[test]
fn free_weekdays_of_each_year() {
    let calendar = WorkingCalendar::shipped().expect("the shipped file");
    let free = |year| {
        day(year, 1, 1)
            .iter_days()
            .take_while(|date| date.year() == year)
            .filter(|date| is_weekday(*date) && !calendar.is_working(*date))
            .count()
    };
    let counted: Vec<_> = (2018..=2027).map(free).collect();
    assert_eq!(counted, [11, 11, 10, 11, 11, 11, 12, 12, 14, 12]);
}

#[test]
fn a_province_overrides_day_by_day() {
    let shipped = WorkingCalendar::shipped().expect("the shipped file");
    let own = "date,is_working,name,source\n2024-03-16,1,Làm việc sáng thứ Bảy,a decision\n\
               2024-04-29,1,Không hoán đổi,a decision\n2028-01-03,0,Nghỉ,a decision\n";
    let local = WorkingCalendar::with(own).expect("a calendar");
    assert!(local.is_working(day(2024, 3, 16)) && !shipped.is_working(day(2024, 3, 16)));
    assert!(local.is_working(day(2024, 4, 29)) && !shipped.is_working(day(2024, 4, 29)));
    assert!(!local.is_working(day(2024, 4, 30)));
    assert_eq!(local.years(), Some((2018, 2028)));
    assert_eq!(local.working_days_between(day(2024, 3, 15), day(2024, 3, 18)), 2);
    assert_eq!(WorkingCalendar::with("date,is_working,name,source\n"), Ok(shipped.clone()));
    assert_eq!(shipped.overridden_by(own), Ok(local));
    assert_eq!(shipped.overridden_by("wrong"), Err(CalendarError::Header));
}

#[test]
fn adding_working_days() {
    let calendar = WorkingCalendar::shipped().expect("the shipped file");
    let friday = day(2024, 3, 15);
    assert_eq!(calendar.add_working_days(friday, 0), friday);
    assert_eq!(calendar.add_working_days(day(2024, 3, 16), 0), day(2024, 3, 16));
    assert_eq!(calendar.add_working_days(friday, 1), day(2024, 3, 18));
    assert_eq!(calendar.add_working_days(day(2024, 3, 16), 1), day(2024, 3, 18));
    assert_eq!(calendar.add_working_days(day(2024, 3, 18), -1), friday);
    assert_eq!(calendar.add_working_days(day(2024, 3, 17), -1), friday);
    // Tết 2024: 8 to 14 February.
    assert_eq!(calendar.add_working_days(day(2024, 2, 7), 1), day(2024, 2, 15));
    assert_eq!(calendar.add_working_days(day(2024, 2, 15), -1), day(2024, 2, 7));
    // Saturday 4 May 2024 is worked.
    assert_eq!(calendar.add_working_days(day(2024, 4, 26), 3), day(2024, 5, 4));
    assert_eq!(calendar.next_working_day_on_or_after(day(2024, 5, 4)), day(2024, 5, 4));
    assert_eq!(calendar.next_working_day_on_or_after(day(2024, 4, 27)), day(2024, 5, 2));
    assert_eq!(calendar.add_working_days(friday, i64::MAX), NaiveDate::MAX);
    assert_eq!(calendar.add_working_days(friday, i64::MIN), NaiveDate::MIN);
}

fn walk(calendar: &WorkingCalendar, from: NaiveDate, n: i64) -> NaiveDate {
    let (mut at, mut left) = (from, n.abs());
    while left > 0 {
        at += TimeDelta::days(n.signum());
        left -= i64::from(calendar.is_working(at));
    }
    at
}

proptest! {
    #[test]
    fn counting_agrees_with_walking(start in -40..3700_i64, length in 0..400_i64) {
        let calendar = WorkingCalendar::shipped().expect("the shipped file");
        let from = day(2018, 1, 1) + TimeDelta::days(start);
        let walked = (1..=length).filter(|n| calendar.is_working(from + TimeDelta::days(*n))).count();
        let to = from + TimeDelta::days(length);
        prop_assert_eq!(usize::try_from(calendar.working_days_between(from, to)), Ok(walked));
        prop_assert_eq!(calendar.working_days_between(to, from), -calendar.working_days_between(from, to));
    }

    #[test]
    fn adding_agrees_with_walking(
        start in -40..3700_i64,
        n in -300..300_i64,
        own in proptest::collection::btree_map(0..3650_i64, proptest::bool::ANY, 0..200),
    ) {
        let origin = day(2018, 1, 1);
        let days = own.into_iter().map(|(at, works)| (origin + TimeDelta::days(at), works));
        let calendar = WorkingCalendar::of(days);
        let from = origin + TimeDelta::days(start);
        let reached = calendar.add_working_days(from, n);
        prop_assert_eq!(reached, walk(&calendar, from, n));
        if n > 0 {
            prop_assert_eq!(calendar.working_days_between(from, reached), n);
        }
        let next = calendar.next_working_day_on_or_after(from);
        prop_assert!(calendar.is_working(next) && next >= from);
        prop_assert_eq!(calendar.working_days_between(from, next), i64::from(next != from));
    }
}

//! Dates and times as Vietnamese systems write them, read quickly and without guessing.
//!
//! It must not try formats that the column did not declare: a day and a month are too easily
//! swapped. It must not know today's date.

mod grain;
mod partial;
mod pattern;
mod pattern_error;
mod relation;

pub use grain::{Grain, Moments};
pub use partial::{PartialDate, Precision, partial};
pub use pattern::DatePattern;
pub use pattern_error::PatternError;
pub use relation::{DateRelation, relation, relation_ts};

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{clean, is_null_token};
use pattern::Fields;

/// Offset of Vietnam from UTC in minutes, without daylight saving.
const LOCAL_OFFSET: i32 = 7 * 60;

/// Years that a dossier can speak of.
const ERA: std::ops::RangeInclusive<i32> = 1900..=2100;

/// A date and time, local (UTC+7), in whole seconds; the patterns are tried in order.
///
/// A date without a time is midnight; fractions of a second are dropped. Null tokens give no value
/// and no issue, years outside 1900 to 2100 no value and `DateBeforeEra`, anything else no value and
/// `DateUnreadable`. A UTC offset other than +7 is converted with `TimeShiftedFromUtc`; a pattern
/// without day gives `DatePrecisionReduced`.
#[must_use]
pub fn datetime(raw: &str, patterns: &[DatePattern]) -> Parsed<NaiveDateTime> {
    let read = dated(raw, |text| first_match(text, patterns));
    Parsed { value: read.value.map(|(moment, _)| moment), issues: read.issues }
}

/// As [`datetime`], in milliseconds of the local clock since 1970.
#[must_use]
pub fn timestamp(raw: &str, patterns: &[DatePattern]) -> Parsed<i64> {
    let text = raw.trim_ascii().as_bytes();
    if let Some(seconds) = patterns.first().and_then(|pattern| pattern.read_at_once(text)) {
        return Parsed::new(seconds * 1000, Issues::NONE);
    }
    let Parsed { value, issues } = datetime(raw, patterns);
    Parsed { value: value.map(|moment| moment.and_utc().timestamp_millis()), issues }
}

type Moment = (NaiveDateTime, Precision);

/// Runs a reader on the trimmed cell, and once more on the cleaned one when it could not be read.
fn dated(raw: &str, read: impl Fn(&str) -> Option<Fields>) -> Parsed<Moment> {
    let trimmed = raw.trim_ascii();
    if let Some(fields) = read(trimmed) {
        return resolve(&fields);
    }
    if is_null_token(trimmed) {
        return Parsed::empty();
    }
    let cleaned = clean(trimmed);
    let Some(text) = cleaned.value else {
        return Parsed::empty();
    };
    let whole = text.strip_suffix(".0").filter(|digits| digits.len() == 4);
    let issues = match whole {
        Some(_) => cleaned.issues.with(ParseIssue::NumberAsFloat),
        None => cleaned.issues,
    };
    let mut parsed = match read(whole.unwrap_or(&text)) {
        Some(fields) => resolve(&fields),
        None => match serial(&text) {
            Some(moment) => {
                Parsed::new((moment, Precision::Day), Issues::NONE.with(ParseIssue::DateFromSerial))
            }
            None => Parsed::rejected(Issues::NONE.with(ParseIssue::DateUnreadable)),
        },
    };
    parsed.issues = parsed.issues.union(issues);
    parsed
}

/// A spreadsheet's own number of a day, which stands in a date column where the cell lost its format
/// [R-H]. Five digits: from 1927 on.
fn serial(text: &str) -> Option<NaiveDateTime> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if days.len() != 5 || days.starts_with('0') || !digits(days) || !digits(fraction) {
        return None;
    }
    from_excel_serial(text.parse().ok()?)
}

/// The first pattern that reads a real date, or failing that the numbers of the first that fits.
fn first_match(text: &str, patterns: &[DatePattern]) -> Option<Fields> {
    let mut unreal = None;
    for pattern in patterns {
        if let Some(fields) = pattern.read(text.as_bytes()) {
            // 31/02 under one pattern may be a date under the next.
            if fields.is_real() {
                return Some(fields);
            }
            unreal = unreal.or(Some(fields));
        }
    }
    unreal
}

fn resolve(fields: &Fields) -> Parsed<Moment> {
    let mut issues = Issues::NONE;
    if !ERA.contains(&fields.year) {
        return Parsed::rejected(issues.with(ParseIssue::DateBeforeEra));
    }
    let precision = match (fields.month, fields.day) {
        (None, _) => Precision::Year,
        (_, None) => Precision::Month,
        _ => Precision::Day,
    };
    let unreadable = Issues::NONE.with(ParseIssue::DateUnreadable);
    let Some(mut moment) = fields.moment() else {
        return Parsed::rejected(unreadable);
    };
    if let Some(offset) = fields.offset_minutes.filter(|offset| *offset != LOCAL_OFFSET) {
        let Some(local) = moment.checked_add_signed(TimeDelta::minutes(i64::from(LOCAL_OFFSET - offset)))
        else {
            return Parsed::rejected(unreadable);
        };
        moment = local;
        issues.add(ParseIssue::TimeShiftedFromUtc);
    }
    if precision != Precision::Day {
        issues.add(ParseIssue::DatePrecisionReduced);
    }
    Parsed::new((moment, precision), issues)
}

/// Days from the spreadsheet epoch; serial 60 is 29 February 1900, which never was.
const FALSE_LEAP_DAY: f64 = 60.0;

/// The moment of a spreadsheet serial number (1900 date system), to the nearest second.
///
/// `None` below 1 (a time of day), for the day 60 that the format invents, and after the year 2100.
/// Domain fact: exports carry such serials [R-H].
#[must_use]
pub fn from_excel_serial(serial: f64) -> Option<NaiveDateTime> {
    if !(1.0..80_000.0).contains(&serial) || (FALSE_LEAP_DAY..FALSE_LEAP_DAY + 1.0).contains(&serial) {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let skipped = u64::from(serial < FALSE_LEAP_DAY);
    let start = first.checked_add_days(Days::new(skipped))?.and_time(NaiveTime::MIN);
    #[expect(clippy::cast_possible_truncation, reason = "below 80,000 days of 86,400 seconds")]
    let seconds = (serial * 86_400.0).round() as i64;
    let moment = start.checked_add_signed(TimeDelta::seconds(seconds))?;
    (moment.year() <= 2100).then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn patterns(list: &[&str]) -> Vec<DatePattern> {
        list.iter().map(|p| DatePattern::parse(p).expect("a pattern")).collect()
    }

    fn at(y: i32, mo: u32, d: u32, h: u32, mi: u32, s: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(y, mo, d).and_then(|date| date.and_hms_opt(h, mi, s)).expect("a moment")
    }

    fn read(raw: &str, list: &[&str]) -> (Option<NaiveDateTime>, Vec<ParseIssue>) {
        let parsed = datetime(raw, &patterns(list));
        (parsed.value, parsed.issues.iter().collect())
    }

    #[test]
    fn the_declared_patterns_read() {
        let cases = [
            ("15/03/2024 08:12:05", "dd/MM/yyyy HH:mm:ss", at(2024, 3, 15, 8, 12, 5)),
            ("20240315081205", "yyyyMMddHHmmss", at(2024, 3, 15, 8, 12, 5)),
            ("2024-03-15", "yyyy-MM-dd", at(2024, 3, 15, 0, 0, 0)),
            (" 15/03/2024\t", "dd/MM/yyyy", at(2024, 3, 15, 0, 0, 0)),
            ("5/3/2024", "d/M/yyyy", at(2024, 3, 5, 0, 0, 0)),
            ("15/12/2024", "d/M/yyyy", at(2024, 12, 15, 0, 0, 0)),
            ("2024-03-15 08:12", "yyyy-MM-dd HH:mm", at(2024, 3, 15, 8, 12, 0)),
            ("29/02/2024", "dd/MM/yyyy", at(2024, 2, 29, 0, 0, 0)),
        ];
        for (raw, pattern, expected) in cases {
            assert_eq!(read(raw, &[pattern]), (Some(expected), vec![]), "{raw}");
        }
    }

    #[test]
    fn patterns_are_tried_in_order() {
        let list = ["dd/MM/yyyy", "MM/dd/yyyy", "yyyyMMddHHmmss"];
        assert_eq!(read("03/04/2024", &list).0, Some(at(2024, 4, 3, 0, 0, 0)));
        assert_eq!(read("04/13/2024", &list).0, Some(at(2024, 4, 13, 0, 0, 0)));
        assert_eq!(read("20240315081205", &list).0, Some(at(2024, 3, 15, 8, 12, 5)));
    }

    #[test]
    fn offsets_become_local_time() {
        let iso = ["yyyy-MM-dd'T'HH:mm:ss.SSSZ", "yyyy-MM-dd'T'HH:mm:ssZ"];
        let shifted = vec![ParseIssue::TimeShiftedFromUtc];
        let expected = (Some(at(1994, 10, 24, 0, 0, 0)), shifted.clone());
        assert_eq!(read("1994-10-23T17:00:00.000+0000", &iso), expected);
        assert_eq!(read("1994-10-23T17:00:00.000Z", &iso), expected);
        assert_eq!(read("1994-10-23T17:00:00+00:00", &iso), expected);
        assert_eq!(read("1994-10-24T01:30:00+08:30", &iso), expected);
        assert_eq!(read("1994-10-23T12:00:00-05", &iso), expected);
        assert_eq!(read("1994-10-24T00:00:00.123+07:00", &iso), (Some(at(1994, 10, 24, 0, 0, 0)), vec![]));
    }

    #[test]
    fn null_tokens_are_silent_and_bad_dates_are_not() {
        for raw in ["", " ", "NULL", "-", "\u{FEFF}"] {
            assert_eq!(datetime(raw, &patterns(&["dd/MM/yyyy"])), Parsed::empty());
        }
        for raw in [
            "31/02/2024",
            "15/13/2024",
            "15-03-2024",
            "15/03/2024 08:00:00",
            "15/3/2024",
            "hôm nay",
            "00/00/1990",
        ] {
            assert_eq!(read(raw, &["dd/MM/yyyy"]), (None, vec![ParseIssue::DateUnreadable]), "{raw}");
        }
        assert_eq!(read("15/03/2024 24:00:00", &["dd/MM/yyyy HH:mm:ss"]).0, None);
        assert_eq!(read("15/03/2024", &[]), (None, vec![ParseIssue::DateUnreadable]));
    }

    #[test]
    fn years_outside_the_era_are_told_apart() {
        for raw in ["01/01/0001", "31/12/1899", "01/01/2101", "00/00/0000"] {
            assert_eq!(read(raw, &["dd/MM/yyyy"]), (None, vec![ParseIssue::DateBeforeEra]), "{raw}");
        }
        assert!(read("01/01/1900", &["dd/MM/yyyy"]).0.is_some());
        assert!(read("31/12/2100", &["dd/MM/yyyy"]).0.is_some());
    }

    #[test]
    fn dirty_text_is_cleaned_once() {
        assert_eq!(
            read("15/03/2024\u{A0} 08:12:05", &["dd/MM/yyyy HH:mm:ss"]),
            (Some(at(2024, 3, 15, 8, 12, 5)), vec![ParseIssue::ExtraSpace, ParseIssue::InvisibleCharacter])
        );
        assert_eq!(
            read("1958.0", &["yyyy"]).1,
            [ParseIssue::NumberAsFloat, ParseIssue::DatePrecisionReduced]
        );
    }

    #[test]
    fn spreadsheet_serials() {
        assert_eq!(from_excel_serial(1.0), Some(at(1900, 1, 1, 0, 0, 0)));
        assert_eq!(from_excel_serial(59.0), Some(at(1900, 2, 28, 0, 0, 0)));
        assert_eq!(from_excel_serial(60.5), None);
        assert_eq!(from_excel_serial(61.0), Some(at(1900, 3, 1, 0, 0, 0)));
        assert_eq!(from_excel_serial(45366.0), Some(at(2024, 3, 15, 0, 0, 0)));
        assert_eq!(from_excel_serial(45_366.341_724_54), Some(at(2024, 3, 15, 8, 12, 5)));
        assert_eq!(from_excel_serial(73415.0), Some(at(2100, 12, 31, 0, 0, 0)));
        for bad in [0.5, -1.0, 73416.0, f64::NAN, f64::INFINITY] {
            assert_eq!(from_excel_serial(bad), None);
        }
    }

    #[test]
    fn a_spreadsheets_number_of_a_day_is_that_day() {
        let list = patterns(&["dd/MM/yyyy"]);
        let read = datetime("45366.341724537", &list);
        assert_eq!(read.value, Some(at(2024, 3, 15, 8, 12, 5)));
        assert!(read.issues.contains(ParseIssue::DateFromSerial));
        assert_eq!(datetime("45366", &list).value, Some(at(2024, 3, 15, 0, 0, 0)));
        for other in ["01234", "4536", "453660", "45366.", "45366.x", "99999"] {
            assert_eq!(datetime(other, &list).value, None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(raw in "(\\PC{0,16}|[0-9/.:TZ+ -]{0,28})") {
            let list = patterns(&["dd/MM/yyyy HH:mm:ss", "yyyyMMddHHmmss", "d/M/yyyy", "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "yyyy"]);
            let read = datetime(&raw, &list);
            let milliseconds = read.value.map(|moment| moment.and_utc().timestamp_millis());
            prop_assert_eq!(timestamp(&raw, &list), Parsed { value: milliseconds, issues: read.issues });
            if read.value.is_some() {
                prop_assert_eq!(partial(&raw, &list).value.map(|d| d.date), read.value.map(|m| m.date()));
            }
        }

        #[test]
        fn dates_at_known_places_are_those_of_the_calendar(
            year in 1890..2110, month in 0..15, day in 0..35, hour in 0..26, minute in 0..62, second in 0..62,
        ) {
            let list = patterns(&["dd/MM/yyyy HH:mm:ss"]);
            let text = format!("{day:02}/{month:02}/{year:04} {hour:02}:{minute:02}:{second:02}");
            let read = datetime(&text, &list);
            let milliseconds = read.value.map(|moment| moment.and_utc().timestamp_millis());
            prop_assert_eq!(timestamp(&text, &list), Parsed { value: milliseconds, issues: read.issues });
        }

        #[test]
        fn every_printed_date_reads_back(day in 0..73_000_u64, seconds in 0..86_400_i64) {
            let first = at(1900, 1, 1, 0, 0, 0);
            let moment = first + Days::new(day) + TimeDelta::seconds(seconds);
            for (pattern, form) in [
                ("dd/MM/yyyy HH:mm:ss", "%d/%m/%Y %H:%M:%S"),
                ("yyyyMMddHHmmss", "%Y%m%d%H%M%S"),
                ("d/M/yyyy H:m:s", "%-d/%-m/%Y %-H:%-M:%-S"),
            ] {
                let text = text_of(moment, form);
                prop_assert_eq!(datetime(&text, &patterns(&[pattern])), Parsed::new(moment, Issues::NONE));
                let milliseconds = moment.and_utc().timestamp_millis();
                prop_assert_eq!(timestamp(&text, &patterns(&[pattern])), Parsed::new(milliseconds, Issues::NONE));
            }
        }
    }

    fn text_of(moment: NaiveDateTime, form: &str) -> String {
        use chrono::Timelike;
        let part = |code: char| match code {
            'd' => moment.day(),
            'm' => moment.month(),
            'H' => moment.hour(),
            'M' => moment.minute(),
            'S' => moment.second(),
            _ => moment.year().unsigned_abs(),
        };
        let mut out = String::new();
        let mut chars = form.chars();
        while let Some(c) = chars.next() {
            match (c, chars.clone().next()) {
                ('%', Some('-')) => {
                    let code = chars.nth(1).unwrap_or('Y');
                    out.push_str(&part(code).to_string());
                }
                ('%', _) => {
                    let code = chars.next().unwrap_or('Y');
                    out.extend(format!("{:02}", part(code)).chars());
                }
                _ => out.push(c),
            }
        }
        out
    }
}

//! Dates of which the day or the month is not known, as births of elderly people often are.
//!
//! It must not invent what is missing: the first day that fits stands for the date, and the precision
//! says so.

use chrono::NaiveDate;

use super::pattern::Fields;
use super::{DatePattern, dated, first_match};
use crate::domain::issue::Parsed;

/// How much of a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// The full date.
    Day,
}

impl Precision {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
        }
    }
}

/// A date of which the day or the month may be unknown; unknown parts are 1. Usual for the births of
/// elderly people [R-H].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartialDate {
    /// The first day that fits.
    pub date: NaiveDate,
    /// What of it is known.
    pub precision: Precision,
}

/// A date that may be a year or a month only: what [`super::datetime`] reads, and besides `1958`,
/// `--/--/1958`, `00/00/1990`, `--/05/1958`, `05/1958`, `1990-00-00`, `1990-05`, `19900000`.
/// A reduced date has the issue `DatePrecisionReduced`.
#[must_use]
pub fn partial(raw: &str, patterns: &[DatePattern]) -> Parsed<PartialDate> {
    let read = dated(raw, |text| match first_match(text, patterns) {
        Some(fields) if fields.is_real() => Some(fields),
        unreal => reduced(text).or(unreal),
    });
    Parsed {
        value: read.value.map(|(moment, precision)| PartialDate { date: moment.date(), precision }),
        issues: read.issues,
    }
}

/// Reads the written forms of an incomplete date; at least the day must be unknown.
fn reduced(text: &str) -> Option<Fields> {
    let number = |s: &str| {
        let digits = !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| s.parse::<u32>().ok()).flatten()
    };
    let year_of = |s: &str| if s.len() == 4 { number(s) } else { None };
    let is_blank = |s: &str| {
        s.bytes().all(|b| matches!(b, b'-' | b'0' | b'_' | b'.' | b'?' | b' ' | b'*' | b'x' | b'X'))
    };
    let month_of = |s: &str| match number(s) {
        _ if is_blank(s) => Some(None),
        Some(month @ 1..=12) if s.len() <= 2 => Some(Some(month)),
        _ => None,
    };
    let (year, month) = if let Some(year) = year_of(text) {
        (year, None)
    } else if text.len() == 8 && number(text).is_some() && text.ends_with("00") {
        (year_of(&text[..4])?, month_of(&text[4..6])?)
    } else if let Some(head) =
        text.get(..5).filter(|head| head.ends_with('-') && year_of(&head[..4]).is_some())
    {
        let (month, day) = text[5..].split_once('-').unwrap_or((&text[5..], ""));
        (year_of(&head[..4])?, month_of(month).filter(|_| is_blank(day))?)
    } else {
        let (front, year) = text.rsplit_once(['/', '-', '.'])?;
        let year = year_of(year.trim())?;
        let separator = char::from(*text.as_bytes().get(front.len())?);
        let (day, month) = front.split_once(separator).unwrap_or(("", front));
        (year, month_of(month.trim()).filter(|_| is_blank(day))?)
    };
    Some(Fields { year: i32::try_from(year).ok()?, month, ..Fields::EMPTY })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::issue::ParseIssue;

    fn patterns(list: &[&str]) -> Vec<DatePattern> {
        list.iter().map(|pattern| DatePattern::parse(pattern).expect("a pattern")).collect()
    }

    #[test]
    fn partial_dates_know_their_precision() {
        use Precision::{Day, Month, Year};
        let list = patterns(&["dd/MM/yyyy"]);
        let cases = [
            ("15/03/1958", 3, 15, Day),
            ("1958", 1, 1, Year),
            ("1958.0", 1, 1, Year),
            ("--/--/1958", 1, 1, Year),
            ("00/00/1958", 1, 1, Year),
            ("__/__/1958", 1, 1, Year),
            ("../../1958", 1, 1, Year),
            ("00-00-1958", 1, 1, Year),
            ("1958-00-00", 1, 1, Year),
            ("19580000", 1, 1, Year),
            ("--/05/1958", 5, 1, Month),
            ("05/1958", 5, 1, Month),
            ("5/1958", 5, 1, Month),
            ("05-1958", 5, 1, Month),
            ("1958-05", 5, 1, Month),
            ("1958-05-00", 5, 1, Month),
            ("19580500", 5, 1, Month),
        ];
        for (raw, month, day, precision) in cases {
            let parsed = partial(raw, &list);
            let date = NaiveDate::from_ymd_opt(1958, month, day).expect("a date");
            assert_eq!(parsed.value, Some(PartialDate { date, precision }), "{raw}");
            assert_eq!(parsed.issues.contains(ParseIssue::DatePrecisionReduced), precision != Day, "{raw}");
        }
        for raw in [
            "15/--/1958",
            "13/1958",
            "1958-13",
            "58",
            "--/--/58",
            "1/2/3/1958",
            "abc/1958",
            "19581300",
            "1958-05-07",
        ] {
            assert_eq!(partial(raw, &list).value, None, "{raw}");
            assert!(partial(raw, &list).issues.contains(ParseIssue::DateUnreadable), "{raw}");
        }
        assert_eq!(partial("", &list), Parsed::empty());
        assert_eq!(partial("0000", &list).issues.iter().collect::<Vec<_>>(), [ParseIssue::DateBeforeEra]);
        let by_pattern = partial("03/1958", &patterns(&["MM/yyyy"]));
        assert_eq!(by_pattern.value.map(|d| d.precision), Some(Month));
        assert_eq!([Year, Month, Day].map(Precision::code), ["year", "month", "day"]);
    }
}

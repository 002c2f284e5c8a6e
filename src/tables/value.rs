//! One form for each kind of value: words, dates, decimal numbers, codes. What cannot be read is a reason.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::number::{is_whole, number};
use crate::config::tables::{DecimalSign, ValueKind};
use crate::domain::date::{self, DatePattern};
use crate::domain::issue::ParseIssue;
use crate::domain::text::{is_invisible, is_null_token, unmarked};
use crate::stages::normalise::column::days_of;

/// A cell in the form of its kind; `None` where it holds nothing. `dates` are the forms of its dates, `sign` the decimal
/// sign of its numbers.
///
/// # Errors
/// The reason, as table `quarantine` has it.
pub fn normalise<'c>(
    kind: ValueKind,
    cell: &'c str,
    dates: &[DatePattern],
    sign: DecimalSign,
) -> Result<Option<Cow<'c, str>>, &'static str> {
    let cell = unmarked(cell).unwrap_or(cell);
    match kind {
        ValueKind::Text => Ok(words(cell)),
        ValueKind::Code => Ok(words(cell).map(without_spaces)),
        ValueKind::Number => match words(cell) {
            None => Ok(None),
            Some(text) if is_whole(&text) => Ok(Some(text)),
            Some(text) => number(&text, sign).map(|number| Some(number.into())).ok_or("number_unreadable"),
        },
        ValueKind::Date => {
            let read = date::timestamp(cell, dates);
            match read.value.and_then(DateTime::from_timestamp_millis) {
                Some(moment) => Ok(Some(as_written(cell, moment.date_naive()))),
                None if read.issues.is_empty() => Ok(None),
                None => Err(read.issues.iter().next().map_or("date_unreadable", ParseIssue::code)),
            }
        }
    }
}

/// Lower-case words with single spaces, in NFC; `None` for nothing, and for the ways to write nothing.
fn words(cell: &str) -> Option<Cow<'_, str>> {
    let trimmed = cell.trim();
    if is_null_token(trimmed) {
        return None;
    }
    let is_lower = |byte| matches!(byte, b'!'..=b'@' | b'['..=b'~');
    if is_spaced(trimmed, is_lower) {
        return Some(Cow::Borrowed(trimmed));
    }
    let text = spaced(trimmed, lower);
    (!is_null_token(&text)).then_some(Cow::Owned(text))
}

/// Single spaces, no invisible characters, NFC; the case stays. Names of records are read so.
pub fn squeeze(text: &str) -> Cow<'_, str> {
    if is_spaced(text, |byte| byte.is_ascii_graphic()) && !text.starts_with(' ') && !text.ends_with(' ') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(spaced(text, |c, out| out.push(c)))
}

/// Whether a text is of such bytes and single spaces alone.
fn is_spaced(text: &str, is_kept: impl Fn(u8) -> bool) -> bool {
    let mut before = 0;
    text.bytes().all(|byte| {
        let twice = byte == b' ' && before == b' ';
        before = byte;
        is_kept(byte) || byte == b' ' && !twice
    })
}

/// Single spaces, no invisible characters, NFC.
fn spaced(text: &str, put: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut gap, mut is_composed) = (false, true);
    for c in text.chars() {
        if !is_letter(c) {
            if is_invisible(c) {
                continue;
            }
            if c.is_whitespace() {
                gap = !out.is_empty();
                continue;
            }
            is_composed = false;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        put(c, &mut out);
    }
    if is_composed { out } else { composed(out) }
}

/// What nearly all text is made of: visible, and composed as it stands, in small letters too.
fn is_letter(c: char) -> bool {
    matches!(c, '!'..='~' | '\u{C0}'..='\u{12F}' | '\u{1A0}'..='\u{1B0}' | '\u{1EA0}'..='\u{1EF9}')
}

/// Adds a letter in lower case; most are found without the tables of Unicode.
fn lower(c: char, out: &mut String) {
    match c {
        '\0'..='\u{7F}' => out.push(c.to_ascii_lowercase()),
        // Pairs of a capital and its small letter, one behind the other.
        '\u{100}'..='\u{12F}' | '\u{1EA0}'..='\u{1EFF}' => {
            out.push(char::from_u32(u32::from(c) | 1).unwrap_or(c));
        }
        '\u{C0}'..='\u{D6}' => out.push(char::from_u32(u32::from(c) + 0x20).unwrap_or(c)),
        '\u{D7}' | '\u{DF}'..='\u{FF}' => out.push(c),
        _ => out.extend(c.to_lowercase()),
    }
}

fn composed(text: String) -> String {
    // Nothing below U+0300 and no letter of Vietnamese composes, decomposes or reorders under NFC.
    let is_settled = |c: char| c < '\u{300}' || ('\u{1EA0}'..='\u{1EF9}').contains(&c);
    if text.chars().all(is_settled) {
        return text;
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text,
        _ => text.nfc().collect(),
    }
}

fn without_spaces(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.contains(' ') {
        true => Cow::Owned(text.replace(' ', "")),
        false => text,
    }
}

/// A date in its one form; borrowed where the cell is that already.
fn as_written(cell: &str, date: NaiveDate) -> Cow<'_, str> {
    match days(cell) {
        Some(own) if own == days_of(date) => Cow::Borrowed(cell),
        _ => Cow::Owned(date.to_string()),
    }
}

/// The days since 1970-01-01 of a date in its one form.
pub fn days(date: &str) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let number = |digits: &[u8]| digits.iter().try_fold(0, |number, byte| Some(10 * number + digit(*byte)?));
    let parts = match date.as_bytes() {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
            (i32::try_from(number(year)?).ok()?, number(&[*m1, *m2])?, number(&[*d1, *d2])?)
        }
        // Years before 0 and after 9999.
        [b'-' | b'+', ..] => return date.parse().ok().map(days_of),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(parts.0, parts.1, parts.2).map(days_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: ValueKind, cell: &str) -> Result<Option<String>, &'static str> {
        value_of(kind, cell, DecimalSign::Point)
    }

    fn value_of(kind: ValueKind, cell: &str, sign: DecimalSign) -> Result<Option<String>, &'static str> {
        let dates = [DatePattern::parse("yyyyMMdd").expect("a pattern")];
        normalise(kind, cell, &dates, sign).map(|value| value.map(Cow::into_owned))
    }

    #[test]
    fn words_are_lower_case_with_single_spaces() {
        let text = |cell| of(ValueKind::Text, cell).expect("text");
        assert_eq!(text("  Windsor  PLACE\u{200b} "), Some("windsor place".into()));
        assert_eq!(text("E\u{301}COLE"), Some("école".into()));
        assert_eq!(text("plain text"), Some("plain text".into()));
        for nothing in ["", "  ", "NULL", "n/a", "-", "\u{200b}"] {
            assert_eq!(text(nothing), None, "{nothing:?}");
        }
        assert_eq!(of(ValueKind::Code, " AB 12-3 "), Ok(Some("ab12-3".into())));
        assert_eq!(squeeze(" Rec\u{a0} 1 "), "Rec 1");
    }

    #[test]
    fn every_letter_has_the_small_one_of_unicode() {
        for c in (0..0x3000).filter_map(char::from_u32) {
            let mut out = String::new();
            lower(c, &mut out);
            assert_eq!(out, c.to_lowercase().collect::<String>(), "{c:?}");
            let known: String = out.nfc().collect();
            assert!(!is_letter(c) || out == known && !is_invisible(c) && !c.is_whitespace(), "{c:?}");
            assert_eq!(composed(out), known, "{c:?}");
        }
    }

    #[test]
    fn numbers_are_read_by_the_sign_of_their_column() {
        assert_eq!(of(ValueKind::Number, " 1,234.50"), Ok(Some("1234.5".into())));
        assert_eq!(of(ValueKind::Number, "x"), Err("number_unreadable"));
        assert_eq!(of(ValueKind::Number, ""), Ok(None));
        assert_eq!(value_of(ValueKind::Number, "500.000", DecimalSign::Comma), Ok(Some("500000".into())));
    }

    #[test]
    fn dates_are_read_by_their_forms_alone() {
        assert_eq!(of(ValueKind::Date, "19651013"), Ok(Some("1965-10-13".into())));
        assert_eq!(of(ValueKind::Date, " "), Ok(None));
        assert_eq!(of(ValueKind::Date, "19651399"), Err("date_unreadable"));
        assert_eq!(of(ValueKind::Date, "13/10/1965"), Err("date_unreadable"));
        let iso = [DatePattern::parse("yyyy-MM-dd").expect("a pattern")];
        for (cell, borrowed) in [("2024-02-29", true), (" 2024-02-29", false)] {
            let read =
                normalise(ValueKind::Date, cell, &iso, DecimalSign::Point).expect("a date").expect("a value");
            assert_eq!((read.as_ref(), matches!(read, Cow::Borrowed(_))), ("2024-02-29", borrowed));
        }
        assert!(normalise(ValueKind::Date, "2023-02-29", &iso, DecimalSign::Point).is_err());
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for date in ["1969-12-31", "1970-01-01", "2024-02-29", "-0001-05-06", "+12345-06-07"] {
            assert_eq!(days(date), Some(days_of(date.parse().expect("a date"))), "{date}");
        }
        for text in ["", "2023-02-29", "2024-1-02", "2024-01-0x", "x024-01-02"] {
            assert_eq!(days(text), None, "{text}");
        }
    }
}

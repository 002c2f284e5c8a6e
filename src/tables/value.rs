//! One form for each kind of value: words, dates, decimal numbers, codes. What cannot be read is a reason.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::config::tables::ValueKind;
use crate::domain::date::{self, DatePattern};
use crate::domain::issue::ParseIssue;
use crate::domain::text::{is_invisible, is_null_token};

/// A cell in the form of its kind; `None` where it holds nothing.
///
/// # Errors
/// The reason, as table `quarantine` has it.
pub fn normalise<'c>(
    kind: ValueKind,
    cell: &'c str,
    dates: &[DatePattern],
) -> Result<Option<Cow<'c, str>>, &'static str> {
    match kind {
        ValueKind::Text => Ok(words(cell)),
        ValueKind::Code => Ok(words(cell).map(without_spaces)),
        ValueKind::Number => match words(cell) {
            None => Ok(None),
            Some(text) => number(&text).map(|number| Some(number.into())).ok_or("number_unreadable"),
        },
        ValueKind::Date => {
            let read = date::datetime(cell, dates);
            match read.value {
                Some(moment) => Ok(Some(moment.date().to_string().into())),
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
    let bytes = trimmed.as_bytes();
    let is_plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'@' | b'['..=b'~'))
        && !bytes.windows(2).any(|pair| pair == b"  ");
    if is_plain {
        return Some(Cow::Borrowed(trimmed));
    }
    let text = composed(spaced(trimmed, |c, out| out.extend(c.to_lowercase())));
    (!is_null_token(&text)).then_some(Cow::Owned(text))
}

/// Single spaces, no invisible characters, NFC; the case stays. Names of records are read so.
pub fn squeeze(text: &str) -> String {
    composed(spaced(text, |c, out| out.push(c)))
}

fn spaced(text: &str, put: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        put(c, &mut out);
    }
    out
}

fn composed(text: String) -> String {
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

/// A decimal number in plain digits with a point: no sign of plus, no zeros that say nothing.
///
/// A point alone is the decimal sign. Commas part thousands, but a single comma before one, two, four or more
/// digits is the decimal sign. With both, the last one is.
fn number(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '_' | '\'')).collect();
    if compact.contains('e') {
        let value: f64 = compact.parse().ok().filter(|value: &f64| value.is_finite())?;
        return number(&format!("{value}"));
    }
    let (sign, digits) = match compact.strip_prefix(['-', '+']) {
        Some(rest) => (compact.starts_with('-'), rest),
        None => (false, compact.as_str()),
    };
    let (whole, decimals) = parts(digits)?;
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(&whole) || !is_digits(decimals) || whole.is_empty() && decimals.is_empty() {
        return None;
    }
    let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if decimals.is_empty() { "" } else { "." };
    let sign = if sign && (whole != "0" || !decimals.is_empty()) { "-" } else { "" };
    Some(format!("{sign}{whole}{point}{decimals}"))
}

/// The digits before and after the decimal sign.
fn parts(digits: &str) -> Option<(String, &str)> {
    let grouped = |text: &str, mark: char| {
        let mut groups = text.split(mark);
        let first = groups.next().unwrap_or_default();
        let holds = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
        holds.then(|| text.replace(mark, ""))
    };
    match (digits.rfind('.'), digits.rfind(',')) {
        (None, None) => Some((digits.to_owned(), "")),
        (Some(point), None) if digits.find('.') == Some(point) => {
            Some((digits[..point].to_owned(), &digits[point + 1..]))
        }
        (Some(_), None) => Some((grouped(digits, '.')?, "")),
        (None, Some(comma)) => match grouped(digits, ',') {
            Some(whole) => Some((whole, "")),
            None if digits.find(',') == Some(comma) => {
                Some((digits[..comma].to_owned(), &digits[comma + 1..]))
            }
            None => None,
        },
        (Some(point), Some(comma)) => {
            let (last, mark) = if point > comma { (point, ',') } else { (comma, '.') };
            Some((grouped(&digits[..last], mark)?, &digits[last + 1..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: ValueKind, cell: &str) -> Result<Option<String>, &'static str> {
        let dates = [DatePattern::parse("yyyyMMdd").expect("a pattern")];
        normalise(kind, cell, &dates).map(|value| value.map(Cow::into_owned))
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
    fn numbers_have_one_form() {
        for (cell, expected) in [
            ("36.36", "36.36"),
            ("+036.360", "36.36"),
            ("-0.0", "0"),
            (".5", "0.5"),
            ("1,234", "1234"),
            ("1,5", "1.5"),
            ("1,234.50", "1234.5"),
            ("1.234,50", "1234.5"),
            ("1.234.567", "1234567"),
            ("12 345 678", "12345678"),
            ("1e3", "1000"),
            ("-7", "-7"),
            ("1.", "1"),
        ] {
            assert_eq!(of(ValueKind::Number, cell), Ok(Some(expected.to_owned())), "{cell}");
        }
        for cell in ["x", "1.2.3", "1,23,4", "--1", ".", "inf", "1e999"] {
            assert_eq!(of(ValueKind::Number, cell), Err("number_unreadable"), "{cell}");
        }
        assert_eq!(of(ValueKind::Number, ""), Ok(None));
    }

    #[test]
    fn dates_are_read_by_their_forms_alone() {
        assert_eq!(of(ValueKind::Date, "19651013"), Ok(Some("1965-10-13".into())));
        assert_eq!(of(ValueKind::Date, " "), Ok(None));
        assert_eq!(of(ValueKind::Date, "19651399"), Err("date_unreadable"));
        assert_eq!(of(ValueKind::Date, "13/10/1965"), Err("date_unreadable"));
    }
}

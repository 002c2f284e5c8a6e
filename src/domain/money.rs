//! Amounts in Vietnamese đồng, as typed and as spreadsheets print them.
//!
//! It must not round: đồng have no fraction in dossiers, so an amount with one is not read.

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{clean, fold, trimmed};

/// Largest amount taken from a printed float; above it a float skips whole numbers.
const FLOAT_LIMIT: f64 = 9_007_199_254_740_992.0;

/// Words after or before an amount, upper case.
const UNITS: [&str; 6] = ["VNĐ", "VND", "ĐỒNG", "DONG", "₫", "Đ"];

/// The amount in whole đồng: `50000`, `50.000`, `50,000`, `50 000 đ`, `50.000,00`, `50000.0`, `-5.000`.
///
/// A point or comma before groups of three digits separates thousands; before one or two zeros at
/// the end it is a decimal point. `miễn phí` (free of charge) is zero [R-M]. Anything else gives no
/// value and `MoneyUnreadable`.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<i64> {
    let trimmed = trimmed(raw);
    let plain = trimmed.bytes().all(|b| b.is_ascii_digit());
    if plain && let Ok(amount) = trimmed.parse() {
        return Parsed::new(amount, Issues::NONE);
    }
    let Some(text) = clean(trimmed).value else {
        return Parsed::empty();
    };
    let unreadable = Parsed::rejected(Issues::NONE.with(ParseIssue::MoneyUnreadable));
    let upper = text.to_uppercase();
    let (negative, body) = without_sign(without_unit(&upper));
    let read = grouped(body).map(|amount| Parsed::new(amount, Issues::NONE)).or_else(|| {
        let float = Issues::NONE.with(ParseIssue::NumberAsFloat);
        printed_float(body).map(|amount| Parsed::new(amount, float))
    });
    match read {
        Some(mut parsed) => {
            parsed.value = parsed.value.map(|amount| if negative { -amount } else { amount });
            parsed
        }
        None if is_free(&text) => Parsed::new(0, Issues::NONE),
        None => unreadable,
    }
}

fn is_free(text: &str) -> bool {
    matches!(fold(text).as_str(), "mien phi" | "khong thu phi" | "khong thu" | "khong")
}

fn without_unit(upper: &str) -> &str {
    let mut body = upper.trim();
    for unit in UNITS {
        if let Some(rest) = body.strip_suffix(unit).or_else(|| body.strip_prefix(unit)) {
            body = rest.trim();
            break;
        }
    }
    body
}

fn without_sign(body: &str) -> (bool, &str) {
    match body.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, body),
    }
}

/// Digits with thousands separators and, at the end, a fraction of zeros.
fn grouped(body: &str) -> Option<i64> {
    let body = without_zero_fraction(body);
    let mut groups = body.split(['.', ',', ' ']);
    let first = groups.next()?;
    if first.is_empty() || !first.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut digits = first.to_owned();
    let mut separated = false;
    for group in groups {
        if group.len() != 3 || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.push_str(group);
        separated = true;
    }
    let separators = body.bytes().filter(|b| !b.is_ascii_digit());
    let uniform = separators.clone().all(|b| separators.clone().next() == Some(b));
    if separated && (first.len() > 3 || !uniform) {
        return None;
    }
    digits.parse().ok()
}

/// Drops `.0`, `.00`, `,0`, `,00` at the end.
fn without_zero_fraction(body: &str) -> &str {
    match body.rsplit_once(['.', ',']) {
        Some((whole, "0" | "00")) => whole,
        _ => body,
    }
}

/// `1.5E7`, as a float of a round amount is printed.
fn printed_float(body: &str) -> Option<i64> {
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'E' | b'+');
    if !body.contains('E') || !body.starts_with(|c: char| c.is_ascii_digit()) || !body.bytes().all(plain) {
        return None;
    }
    let amount: f64 = body.parse().ok()?;
    if amount.fract() != 0.0 || amount >= FLOAT_LIMIT {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    let whole = amount as i64;
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_read() {
        let cases = [
            ("50000", 50_000),
            ("50.000", 50_000),
            ("50,000", 50_000),
            ("50 000", 50_000),
            ("50\u{A0}000", 50_000),
            ("50000.0", 50_000),
            ("50.000,00", 50_000),
            ("50,000.00", 50_000),
            ("50.000 đ", 50_000),
            ("50.000đ", 50_000),
            ("50.000 VND", 50_000),
            ("VNĐ 50.000", 50_000),
            ("50.000 đồng", 50_000),
            ("50.000₫", 50_000),
            ("50 dong", 50),
            ("1.234.567", 1_234_567),
            ("0", 0),
            ("0.0", 0),
            ("-5.000", -5_000),
            ("- 5000 đ", -5_000),
            ("Miễn phí", 0),
            ("0.000", 0),
        ];
        for (raw, expected) in cases {
            assert_eq!(normalise(raw), Parsed::new(expected, Issues::NONE), "{raw}");
        }
    }

    #[test]
    fn printed_floats_are_flagged() {
        let float = Issues::NONE.with(ParseIssue::NumberAsFloat);
        assert_eq!(normalise("1.5E7"), Parsed::new(15_000_000, float));
        assert_eq!(normalise("-1.5e+7"), Parsed::new(-15_000_000, float));
    }

    #[test]
    fn nothing_is_rounded_or_guessed() {
        let unreadable = Parsed::rejected(Issues::NONE.with(ParseIssue::MoneyUnreadable));
        for raw in [
            "50000.5",
            "50.00.000",
            "5000.000",
            "1.234,567",
            "50.0000",
            "abc",
            "50k",
            ".",
            "đ",
            "--5",
            "1E400",
            "1.55E1",
            "99999999999999999999",
            "1 2",
        ] {
            assert_eq!(normalise(raw), unreadable, "{raw}");
        }
        for raw in ["", " ", "null", "-"] {
            assert_eq!(normalise(raw), Parsed::empty());
        }
    }

    proptest! {
        #[test]
        fn grouped_amounts_read_back(amount in 0..1_000_000_000_000_i64, raw in "\\PC{0,12}") {
            let mut text = amount.to_string();
            for at in (1..text.len()).rev().filter(|at| (amount.to_string().len() - at) % 3 == 0) {
                text.insert(at, '.');
            }
            prop_assert_eq!(normalise(&text).value, Some(amount));
            let _ = normalise(&raw);
        }
    }
}

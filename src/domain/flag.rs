//! Yes or no (cờ), as systems write it.
//!
//! It must not guess: a word that is neither gives no value.

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{fold, is_null_token, trimmed};

/// 1 for yes, 0 for no: `1`, `0`, `true`, `có`, `chưa đồng bộ`, blind to case and accents [R-M].
#[must_use]
pub fn normalise(raw: &str) -> Parsed<i64> {
    read(raw, &["1"], &["0"])
}

/// Whether a fee was paid online (DuocThanhToanTrucTuyen): 1 on the portal and 2 elsewhere online are
/// yes, 3 is no, as the QĐ 766 formulas count them [S]; or a word.
#[must_use]
pub fn paid_online(raw: &str) -> Parsed<i64> {
    read(raw, &["1", "2"], &["0", "3"])
}

fn read(raw: &str, yes: &[&str], no: &[&str]) -> Parsed<i64> {
    let trimmed = trimmed(raw);
    let whole = trimmed.strip_suffix(".0").unwrap_or(trimmed);
    if yes.contains(&whole) {
        return Parsed::new(1, Issues::NONE);
    }
    if no.contains(&whole) {
        return Parsed::new(0, Issues::NONE);
    }
    // "không" alone is a no here and nothing elsewhere.
    match fold(trimmed).as_str() {
        "true" | "yes" | "y" | "x" | "co" | "da" | "da so hoa" | "da dong bo" | "da thanh toan"
        | "thanh cong" => Parsed::new(1, Issues::NONE),
        "false" | "no" | "n" | "khong" | "chua" | "chua so hoa" | "chua dong bo" | "chua thanh toan"
        | "that bai" => Parsed::new(0, Issues::NONE),
        _ if is_null_token(trimmed) => Parsed::empty(),
        _ => Parsed::rejected(Issues::NONE.with(ParseIssue::FlagUnknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_digits() {
        for yes in ["1", " 1 ", "1.0", "true", "TRUE", "Có", "x", "Đã đồng bộ"] {
            assert_eq!(normalise(yes), Parsed::new(1, Issues::NONE), "{yes}");
        }
        for no in ["0", "0.0", "false", "Không", "Chưa đồng bộ"] {
            assert_eq!(normalise(no), Parsed::new(0, Issues::NONE), "{no}");
        }
        for empty in ["", "null", "-"] {
            assert_eq!(normalise(empty), Parsed::empty(), "{empty}");
        }
        for unknown in ["2", "3", "có thể", "01/01/2024"] {
            let parsed = normalise(unknown);
            assert!(parsed.value.is_none() && parsed.issues.contains(ParseIssue::FlagUnknown), "{unknown}");
        }
    }

    #[test]
    fn two_ways_to_pay_online_and_one_not() {
        let read = |raw: &str| paid_online(raw).value;
        assert_eq!((read("1"), read("2"), read("3"), read("0")), (Some(1), Some(1), Some(0), Some(0)));
        assert_eq!((read(""), read("4")), (None, None));
    }
}

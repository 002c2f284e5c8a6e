//! Small whole numbers: how often, how many days.
//!
//! It must not round.

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{clean, trimmed};

/// Nothing that is counted here goes beyond this.
const MOST: i64 = 100_000;

/// `3`, `03`, `3.0`, `3 lần`, `3 ngày`.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<i64> {
    let Some(text) = clean(trimmed(raw)).value else {
        return Parsed::empty();
    };
    let (digits, tail) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let unit = tail.trim();
    let float = matches!(unit, ".0" | ".00" | ",0" | ",00");
    let plain =
        unit.is_empty() || float || (unit.chars().all(char::is_alphabetic) && unit.chars().count() <= 5);
    match digits.parse::<i64>() {
        Ok(count) if plain && count <= MOST => {
            let issues = if float { Issues::NONE.with(ParseIssue::NumberAsFloat) } else { Issues::NONE };
            Parsed::new(count, issues)
        }
        _ => Parsed::rejected(Issues::NONE.with(ParseIssue::CountUnreadable)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_and_without_their_unit() {
        for (raw, count) in [("3", 3), ("03", 3), ("0", 0), ("3 lần", 3), ("10 ngày", 10), ("15.0", 15)] {
            assert_eq!(normalise(raw).value, Some(count), "{raw}");
        }
        assert_eq!(normalise(""), Parsed::empty());
        for wrong in ["ba", "3.5", "-1", "3/4", "99999999", "15/03/2024"] {
            let parsed = normalise(wrong);
            assert!(parsed.value.is_none() && parsed.issues.contains(ParseIssue::CountUnreadable), "{wrong}");
        }
    }
}

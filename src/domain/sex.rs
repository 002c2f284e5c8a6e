//! The sex of a person (giới tính), as systems write it.
//!
//! It must not guess: a bare `0`, `1` or `2` means different things in different systems, so the
//! pipeline that knows its system maps them.

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{fold, is_null_token, trimmed};

/// The sex that a personal identification number encodes and that forms ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

impl Sex {
    /// Both, in the order of the digit in a personal identification number.
    pub const ALL: &[Self] = &[Self::Male, Self::Female];

    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }

    /// The sex with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|sex| sex.code() == code)
    }
}

/// The sex from a word, blind to case and accents [R-M], or from the ids 1034 and 1035 of the
/// social-assistance software [S].
///
/// "Chưa xác định" (not determined) and its like give no value without an issue: they say nothing.
/// Any other text gives no value and `SexUnknown`.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<Sex> {
    let trimmed = trimmed(raw);
    if is_null_token(trimmed) {
        return Parsed::empty();
    }
    let mut issues = Issues::NONE;
    let whole = match trimmed.strip_suffix(".0") {
        Some(whole) => {
            issues.add(ParseIssue::NumberAsFloat);
            whole
        }
        None => trimmed,
    };
    match fold(whole).as_str() {
        "nam" | "nam gioi" | "gioi tinh nam" | "trai" | "con trai" | "ong" | "male" | "m" | "1034" => {
            Parsed::new(Sex::Male, issues)
        }
        "nu" | "nu gioi" | "gioi tinh nu" | "gai" | "con gai" | "ba" | "female" | "f" | "1035" => {
            Parsed::new(Sex::Female, issues)
        }
        "chua xac dinh" | "khong xac dinh" | "chua ro" | "khong ro" | "unknown" => Parsed::empty(),
        _ => Parsed::rejected(issues.with(ParseIssue::SexUnknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_letters_and_ids_read() {
        for raw in ["Nam", " NAM ", "nam giới", "male", "M", "Trai", "1034"] {
            assert_eq!(normalise(raw), Parsed::new(Sex::Male, Issues::NONE), "{raw}");
        }
        for raw in ["Nữ", "NỮ", "nu", "Nu\u{031B}\u{0303}", "Nữ giới", "Female", "f", "Bà", "1035"] {
            assert_eq!(normalise(raw), Parsed::new(Sex::Female, Issues::NONE), "{raw}");
        }
        let float = normalise("1034.0");
        assert_eq!(float.value, Some(Sex::Male));
        assert!(float.issues.contains(ParseIssue::NumberAsFloat));
    }

    #[test]
    fn the_unknown_is_flagged_and_the_empty_is_not() {
        for raw in ["0", "1", "2", "1036", "Nam Nữ", "Khác", "1.0"] {
            let parsed = normalise(raw);
            assert_eq!(parsed.value, None, "{raw}");
            assert!(parsed.issues.contains(ParseIssue::SexUnknown), "{raw}");
        }
        for raw in ["", "null", "-", "Chưa xác định", "không rõ"] {
            assert_eq!(normalise(raw), Parsed::empty(), "{raw}");
        }
    }

    #[test]
    fn codes_read_back() {
        for sex in Sex::ALL {
            assert_eq!(Sex::from_code(sex.code()), Some(*sex));
            assert_eq!(normalise(sex.code()).value, Some(*sex));
        }
        assert_eq!(Sex::from_code("nam"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(raw in "\\PC{0,20}") {
            let _ = normalise(&raw);
        }
    }
}

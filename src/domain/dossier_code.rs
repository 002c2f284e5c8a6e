//! Dossier codes (mã hồ sơ): one spelling, the national grammar, and what the code itself says.
//!
//! It must not reject a code: ministry software has codes of its own, and any text can be a key.

mod agency_order;
mod ministry;
mod repair;

pub use agency_order::{descending, equivalent};
pub use ministry::ministries;
pub use repair::{Candidate, Repair, candidates};

use std::borrow::Cow;

use chrono::{Days, NaiveDate};

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{is_invisible, is_null_token, trimmed};
use agency_order::agency_is_ascending;

/// Which family of codes a code belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeForm {
    /// A: QCVN 102 style agency, smallest unit first: `000.00.53.H48-220921-0099` [S].
    AgencyAscending,
    /// B: QĐ 20/2020 style agency, province first: `H15.50.05.13-261008-0975` [S].
    AgencyDescending,
    /// C: ministry portal with an 8-digit date: `G09.20-20260609-0092637` [S].
    Ministry,
    /// D: ministry portal with a 6-digit date and a sequence of 6 or 7 digits [S].
    MinistryLong,
    /// E: a 5-digit sequence from 10000, as a known sync job makes up at random [S]. Only a sign: a
    /// unit with more than 9,999 dossiers a day mints the same shape.
    SyncRewrite,
    /// F: anything else.
    Foreign,
}

impl CodeForm {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AgencyAscending => "agency_ascending",
            Self::AgencyDescending => "agency_descending",
            Self::Ministry => "ministry",
            Self::MinistryLong => "ministry_long",
            Self::SyncRewrite => "sync_rewrite",
            Self::Foreign => "foreign",
        }
    }
}

/// The parts of a code of national form. Domain fact: agency, date of receipt, sequence, as public
/// code summarises NĐ 61/2018 [S].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DossierCode<'a> {
    /// Identification code of the agency: `000.00.53.H48` or `H48.53`.
    pub agency: &'a str,
    /// Six digits (yyMMdd) or eight (yyyyMMdd), not checked against the calendar.
    pub date: &'a str,
    /// Four to seven digits.
    pub sequence: &'a str,
    /// The family of the code; never [`CodeForm::Foreign`].
    pub form: CodeForm,
}

impl<'a> DossierCode<'a> {
    /// The parts of a [`normalise`]d code, `None` when it is foreign.
    #[must_use]
    pub fn parse(code: &'a str) -> Option<Self> {
        let bytes = code.as_bytes();
        let first = memchr::memchr(b'-', bytes)?;
        let second = first + 1 + memchr::memchr(b'-', &bytes[first + 1..])?;
        let (agency, date, sequence) = (&code[..first], &code[first + 1..second], &code[second + 1..]);
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if !matches!(date.len(), 6 | 8)
            || !matches!(sequence.len(), 4..=7)
            || !digits(date)
            || !digits(sequence)
        {
            return None;
        }
        let ascending = agency_is_ascending(agency)?;
        let form = match (date.len(), sequence.len()) {
            (8, _) => CodeForm::Ministry,
            (_, 6 | 7) => CodeForm::MinistryLong,
            (_, 5) if !sequence.starts_with('0') => CodeForm::SyncRewrite,
            _ if ascending => CodeForm::AgencyAscending,
            _ => CodeForm::AgencyDescending,
        };
        Some(Self { agency, date, sequence, form })
    }

    /// The date inside the code when it is a real one; two-digit years are 20yy.
    #[must_use]
    pub fn receipt_date(&self) -> Option<NaiveDate> {
        let number: u32 = self.date.parse().ok()?;
        let (years, rest) = (number / 10_000, number % 10_000);
        let year = if self.date.len() == 6 { 2000 + years } else { years };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, rest / 100, rest % 100)
    }

    /// Whether the date in the code fits the date of receipt: at most ten days before it and never after.
    /// True when it is no real date.
    #[must_use]
    pub fn agrees(&self, received: NaiveDate) -> bool {
        let Some(date) = self.receipt_date() else { return true };
        let earliest = received.checked_sub_days(Days::new(DAYS_BEFORE_RECEIPT)).unwrap_or(NaiveDate::MIN);
        (earliest..=received).contains(&date)
    }

    /// Whether the date is a real one and the sequence is not zero.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.receipt_date().is_some() && self.sequence.bytes().any(|b| b != b'0')
    }
}

/// The code trimmed, in capitals, without inner spaces, with plain dashes and digits.
///
/// Any text that is not a null token has a value. `CodeMalformed` is set only when the text sets
/// out like a national code (agency, dash, date, dash, sequence) and breaks the grammar, or when its
/// date is no date or its sequence is zero; a foreign code is not malformed.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<Cow<'_, str>> {
    let mut spelled = spelled(raw);
    if spelled.value.as_deref().is_some_and(is_malformed) {
        spelled.issues.add(ParseIssue::CodeMalformed);
    }
    spelled
}

/// As [`normalise`], without holding the code against the national grammar.
#[must_use]
pub fn spelled(raw: &str) -> Parsed<Cow<'_, str>> {
    let trimmed = trimmed(raw);
    if is_null_token(trimmed) {
        return Parsed::empty();
    }
    let mut issues = Issues::NONE;
    let plain = |b: u8| b.is_ascii_graphic() && !b.is_ascii_lowercase();
    let mut text = if trimmed.bytes().all(plain) {
        Cow::Borrowed(trimmed)
    } else {
        Cow::Owned(rewrite(trimmed, &mut issues))
    };
    if is_null_token(&text) {
        return Parsed::empty();
    }
    if let Some(whole) = float_of_whole_number(&text) {
        issues.add(ParseIssue::NumberAsFloat);
        text = match text {
            Cow::Borrowed(s) => Cow::Borrowed(&s[..whole]),
            Cow::Owned(s) => Cow::Owned(s[..whole].to_owned()),
        };
    }
    Parsed::new(text, issues)
}

fn rewrite(trimmed: &str, issues: &mut Issues) -> String {
    let mut out = String::with_capacity(trimmed.len());
    for c in trimmed.chars() {
        if c.is_whitespace() {
            issues.add(if c.is_ascii() { ParseIssue::ExtraSpace } else { ParseIssue::InvisibleCharacter });
        } else if is_invisible(c) {
            issues.add(ParseIssue::InvisibleCharacter);
        } else if let Some(plain) = plain_character(c) {
            issues.add(ParseIssue::LookAlikeLetter);
            out.push(plain);
        } else {
            out.extend(c.to_uppercase());
        }
    }
    out
}

/// The ASCII character a typographic dash or a full-width character stands for.
fn plain_character(c: char) -> Option<char> {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => Some('-'),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).map(|c| c.to_ascii_uppercase()),
        _ => None,
    }
}

/// Length of the digits in front of `.0`, for a numeric code that went through a number cell.
fn float_of_whole_number(text: &str) -> Option<usize> {
    let whole = text.strip_suffix(".0")?;
    let numeric = !whole.starts_with('0') && whole.len() >= 4;
    (numeric && whole.bytes().all(|b| b.is_ascii_digit())).then_some(whole.len())
}

fn is_malformed(code: &str) -> bool {
    match DossierCode::parse(code) {
        Some(parts) => !parts.is_sound(),
        None => sets_out_like_national(code),
    }
}

fn sets_out_like_national(code: &str) -> bool {
    let mut dashes = code.bytes().enumerate().filter(|(_, byte)| *byte == b'-').map(|(at, _)| at);
    let (Some(first), Some(second), None) = (dashes.next(), dashes.next(), dashes.next()) else {
        return false;
    };
    let (agency, date, sequence) = (&code[..first], &code[first + 1..second], &code[second + 1..]);
    let numberish =
        |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'O' | b'I' | b'L'));
    let agencyish = agency_is_ascending(agency).is_some()
        || agency.contains('.')
            && agency.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'.');
    agencyish && numberish(date) && numberish(sequence)
}

/// The family of a [`normalise`]d code, by grammar alone.
#[must_use]
pub fn form(code: &str) -> CodeForm {
    DossierCode::parse(code).map_or(CodeForm::Foreign, |parts| parts.form)
}

/// Days by which a code may be older than the receipt: online dossiers get their code when they are
/// submitted [R-M].
const DAYS_BEFORE_RECEIPT: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).expect("a date")
    }

    #[test]
    fn forms_by_grammar() {
        let cases = [
            ("000.00.53.H48-220921-0099", CodeForm::AgencyAscending),
            ("00.00.H57-190102-0001", CodeForm::AgencyAscending),
            ("000.00.101.H61-251108-0412", CodeForm::AgencyAscending),
            ("H15.50.05.13-261008-0975", CodeForm::AgencyDescending),
            ("H01.151.01-260701-0001", CodeForm::AgencyDescending),
            ("H29-260701-0001", CodeForm::AgencyDescending),
            ("H29-260701-01234", CodeForm::AgencyDescending),
            ("G09.20-20260609-0092637", CodeForm::Ministry),
            ("G09.20-260609-092637", CodeForm::MinistryLong),
            ("000.00.53.H48-220921-0900012", CodeForm::MinistryLong),
            ("000.07.32.H21-240315-48213", CodeForm::SyncRewrite),
            ("H15.50.05.13.01-261008-0975", CodeForm::Foreign),
            ("000.53.H48-220921-0099", CodeForm::Foreign),
            ("H15.5-261008-0975", CodeForm::Foreign),
            ("15.50-261008-0975", CodeForm::Foreign),
            ("H15-26108-0975", CodeForm::Foreign),
            ("H15-261008-975", CodeForm::Foreign),
            ("H15-261008-09750000", CodeForm::Foreign),
            ("H15-2610O8-0975", CodeForm::Foreign),
            ("BHXH123456", CodeForm::Foreign),
            ("", CodeForm::Foreign),
        ];
        for (code, expected) in cases {
            assert_eq!(form(code), expected, "{code}");
        }
    }

    #[test]
    fn normal_codes_are_borrowed() {
        for raw in ["H15.50-261008-0975", " G09.20-20260609-0092637 ", "BHXH123"] {
            let parsed = normalise(raw);
            assert!(matches!(parsed.value, Some(Cow::Borrowed(_))));
            assert_eq!(parsed.value.as_deref(), Some(raw.trim()));
            assert!(parsed.issues.is_empty());
        }
        assert_eq!(normalise(" NULL "), Parsed::empty());
        assert_eq!(normalise("\u{200B}"), Parsed::empty());
    }

    #[test]
    fn spelling_is_unified() {
        for dash in ['–', '—', '−', '‐', '‑', '－'] {
            let parsed = normalise(&format!("h15.50{dash}261008-0975")).value.map(Cow::into_owned);
            assert_eq!(parsed.as_deref(), Some("H15.50-261008-0975"));
        }
        let parsed = normalise("H15.50 - 261008-\u{200B}０９７５");
        assert_eq!(parsed.value.as_deref(), Some("H15.50-261008-0975"));
        let issues: Vec<_> = parsed.issues.iter().collect();
        assert_eq!(
            issues,
            [ParseIssue::LookAlikeLetter, ParseIssue::ExtraSpace, ParseIssue::InvisibleCharacter]
        );
        let capitals = normalise("h15-261008-0975");
        assert!(capitals.issues.is_empty());
        let number = normalise("123456.0");
        assert_eq!(number.value.as_deref(), Some("123456"));
        assert!(number.issues.contains(ParseIssue::NumberAsFloat));
    }

    #[test]
    fn malformed_is_a_national_code_gone_wrong() {
        for bad in [
            "H15.50-2610O8-0975",
            "H15.50-261308-0975",
            "H15.50-261008-0000",
            "H.28-261008-0975",
            "53.H48-220921-0099",
            "H15-261008-975",
        ] {
            let parsed = normalise(bad);
            assert_eq!(parsed.value.as_deref(), Some(bad));
            assert!(parsed.issues.contains(ParseIssue::CodeMalformed), "{bad}");
        }
        for foreign in ["BHXH123456", "2024/LT/00123", "12-34-56", "A-B-C", "LLTP-2024-1"] {
            assert!(normalise(foreign).issues.is_empty(), "{foreign}");
        }
    }

    #[test]
    fn parts_of_a_code() {
        let receipt = |code| DossierCode::parse(code).expect("a national code").receipt_date();
        assert_eq!(receipt("H15.50-261008-0975"), Some(day(2026, 10, 8)));
        assert_eq!(receipt("G09.20-20260609-0092637"), Some(day(2026, 6, 9)));
        assert_eq!(receipt("H15.50-260230-0975"), None);
        assert_eq!(DossierCode::parse("FOREIGN"), None);
        let parts = DossierCode::parse("000.00.53.H48-220921-0099").expect("a national code");
        assert_eq!((parts.agency, parts.date, parts.sequence), ("000.00.53.H48", "220921", "0099"));
    }

    #[test]
    fn a_code_is_at_most_ten_days_older_than_its_receipt() {
        let code = "H15.50-261008-0975";
        let agrees = |received| DossierCode::parse(code).expect("a national code").agrees(received);
        assert!(agrees(day(2026, 10, 8)) && agrees(day(2026, 10, 18)));
        assert!(!agrees(day(2026, 10, 19)) && !agrees(day(2026, 10, 7)));
        assert!(!agrees(NaiveDate::MAX) && !agrees(NaiveDate::MIN));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(raw in "\\PC{0,30}") {
            if let Some(once) = normalise(&raw).value {
                let again = normalise(&once).value;
                prop_assert_eq!(again.as_deref(), Some(&*once));
                let _ = (form(&once), equivalent(&once));
            }
        }
    }
}

//! Phone numbers: one national spelling for mobile and fixed lines.
//!
//! It must not treat a shared number as a person: service desks and family members share phones,
//! so the caller caps how often a number may be used for matching.

use std::borrow::Cow;

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{is_invisible, is_null_token, trimmed};

/// Eleven-digit mobile prefixes of before 2018 and their successors, sorted [S]. The pair of 0182
/// rests on one source only.
const PREFIX_MAP: [(&str, &str); 22] = [
    ("0120", "070"),
    ("0121", "079"),
    ("0122", "077"),
    ("0123", "083"),
    ("0124", "084"),
    ("0125", "085"),
    ("0126", "076"),
    ("0127", "081"),
    ("0128", "078"),
    ("0129", "082"),
    ("0162", "032"),
    ("0163", "033"),
    ("0164", "034"),
    ("0165", "035"),
    ("0166", "036"),
    ("0167", "037"),
    ("0168", "038"),
    ("0169", "039"),
    ("0182", "052"),
    ("0186", "056"),
    ("0188", "058"),
    ("0199", "059"),
];

/// The number as ten digits (`0[35789]` and eight more) or as a fixed line (`02` and eight or nine).
///
/// Country prefix, separators and float tails go, a lost leading zero comes back, prefixes of before
/// 2018 are mapped [S]. Several numbers in one cell give the first good one with `PhoneMalformed`;
/// what is no Vietnamese number gives no value and the same issue.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<Cow<'_, str>> {
    let trimmed = trimmed(raw);
    if is_mobile(trimmed) {
        return Parsed::new(Cow::Borrowed(trimmed), Issues::NONE);
    }
    if is_null_token(trimmed) {
        return Parsed::empty();
    }
    let one = single(trimmed);
    if one.value.is_some() || !trimmed.contains(['/', ';', ',', '\n', '-']) {
        return owned(one);
    }
    let first_good = trimmed.split(['/', ';', ',', '\n', '-']).map(single).find(|part| part.value.is_some());
    let mut found = first_good.unwrap_or(one);
    found.issues.add(ParseIssue::PhoneMalformed);
    owned(found)
}

fn owned(parsed: Parsed<String>) -> Parsed<Cow<'static, str>> {
    Parsed { value: parsed.value.map(Cow::Owned), issues: parsed.issues }
}

fn single(text: &str) -> Parsed<String> {
    let mut issues = Issues::NONE;
    let mut body = text.trim();
    if let Some(whole) = body.strip_suffix(".0")
        && whole.len() >= 8
        && whole.bytes().all(|b| b.is_ascii_digit())
    {
        issues.add(ParseIssue::NumberAsFloat);
        body = whole;
    }
    let malformed = |issues: Issues| Parsed::rejected(issues.with(ParseIssue::PhoneMalformed));
    let mut digits = String::with_capacity(15);
    for (at, c) in body.chars().enumerate() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if at == 0 => {}
            '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' => {}
            _ if c.is_whitespace() => {}
            _ if is_invisible(c) => issues.add(ParseIssue::InvisibleCharacter),
            _ => return malformed(issues),
        }
    }
    let mut national = without_country(&digits).to_owned();
    if !national.starts_with('0') {
        if digits.len() == national.len() {
            issues.add(ParseIssue::LeadingZeroRestored);
        }
        national.insert(0, '0');
    }
    if national.len() == 11
        && let Ok(found) = PREFIX_MAP.binary_search_by_key(&&national[..4], |(old, _)| old)
    {
        national.replace_range(..4, PREFIX_MAP[found].1);
        issues.add(ParseIssue::PhonePrefixMapped);
    }
    if is_mobile(&national) || is_fixed_line(&national) {
        Parsed::new(national, issues)
    } else {
        malformed(Issues::NONE)
    }
}

/// The digits behind `84` or `0084`, when enough remain for a number.
fn without_country(digits: &str) -> &str {
    let bare = digits.strip_prefix("00").unwrap_or(digits);
    match bare.strip_prefix("84") {
        Some(rest) if rest.len() >= 9 => rest,
        _ => digits,
    }
}

fn is_mobile(s: &str) -> bool {
    let bytes = s.as_bytes();
    bytes.len() == 10
        && bytes[0] == b'0'
        && matches!(bytes[1], b'3' | b'5' | b'7' | b'8' | b'9')
        && bytes.iter().all(u8::is_ascii_digit)
}

fn is_fixed_line(s: &str) -> bool {
    matches!(s.len(), 10 | 11) && s.starts_with("02") && s.bytes().all(|b| b.is_ascii_digit())
}

/// The number for reports: first and last two digits (`09******12`); fewer than 8 are starred out.
#[must_use]
pub fn mask(phone: &str) -> String {
    let length = phone.chars().count();
    let shown = |at: usize| length >= 8 && (at < 2 || at + 2 >= length);
    phone.chars().enumerate().map(|(at, c)| if shown(at) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normal(raw: &str) -> (Option<String>, Vec<ParseIssue>) {
        let parsed = normalise(raw);
        (parsed.value.map(Cow::into_owned), parsed.issues.iter().collect())
    }

    #[test]
    fn a_good_mobile_is_borrowed() {
        let parsed = normalise(" 0912345678 ");
        assert!(matches!(parsed.value, Some(Cow::Borrowed("0912345678"))));
        assert!(parsed.issues.is_empty());
        assert_eq!(normalise("N/A"), Parsed::empty());
    }

    #[test]
    fn separators_and_country_prefix_go() {
        for raw in [
            "+84912345678",
            "84912345678",
            "0084912345678",
            "+84 (0)912.345.678",
            "0912-345-678",
            "(0912) 345 678",
            "0912\u{A0}345678",
        ] {
            assert_eq!(normal(raw), (Some("0912345678".into()), vec![]), "{raw}");
        }
        assert_eq!(normal("841234567"), (Some("0841234567".into()), vec![ParseIssue::LeadingZeroRestored]));
    }

    #[test]
    fn lost_zeros_come_back() {
        use ParseIssue::{LeadingZeroRestored, NumberAsFloat, PhonePrefixMapped};
        assert_eq!(normal("912345678"), (Some("0912345678".into()), vec![LeadingZeroRestored]));
        assert_eq!(
            normal("912345678.0"),
            (Some("0912345678".into()), vec![LeadingZeroRestored, NumberAsFloat])
        );
        assert_eq!(
            normal("1681234567"),
            (Some("0381234567".into()), vec![LeadingZeroRestored, PhonePrefixMapped])
        );
        assert_eq!(normal("2438251234"), (Some("02438251234".into()), vec![LeadingZeroRestored]));
    }

    #[test]
    fn old_prefixes_are_mapped() {
        assert!(PREFIX_MAP.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (old, new) in PREFIX_MAP {
            let raw = format!("{old}1234567");
            assert_eq!(normal(&raw), (Some(format!("{new}1234567")), vec![ParseIssue::PhonePrefixMapped]));
        }
        assert_eq!(normal("+841681234567"), (Some("0381234567".into()), vec![ParseIssue::PhonePrefixMapped]));
        assert_eq!(normal("01301234567").0, None);
    }

    #[test]
    fn fixed_lines_are_accepted() {
        for raw in ["02438251234", "0203825123"] {
            assert_eq!(normal(raw), (Some(raw.into()), vec![]));
        }
    }

    #[test]
    fn several_numbers_give_the_first_good_one() {
        for raw in ["0912345678/0987654321", "abc; 0912345678", "0912345678 - 0987654321"] {
            assert_eq!(normal(raw), (Some("0912345678".into()), vec![ParseIssue::PhoneMalformed]), "{raw}");
        }
    }

    #[test]
    fn others_are_malformed() {
        for raw in [
            "123",
            "0123456789",
            "0000000000",
            "09123456789",
            "không có",
            "+1 202 555 0100",
            "a/b",
            "0612345678",
        ] {
            assert_eq!(normal(raw), (None, vec![ParseIssue::PhoneMalformed]), "{raw}");
        }
    }

    #[test]
    fn service_numbers_are_nobodys() {
        // 1800 and 1900 numbers of call centres [R-H] must not become a mobile by a restored zero.
        for raw in ["19001096", "1900 1234", "1800588811", "1900123456", "113", "+84 1900 1096"] {
            assert_eq!(normal(raw), (None, vec![ParseIssue::PhoneMalformed]), "{raw}");
        }
    }

    #[test]
    fn mask_shows_both_ends() {
        assert_eq!(mask("0912345612"), "09******12");
        assert_eq!(mask("1234567"), "*******");
    }

    proptest! {
        #[test]
        fn what_comes_out_is_normal(raw in "(\\PC{0,16}|[+0-9. -]{6,16})") {
            if let Some(once) = normalise(&raw).value {
                prop_assert!(is_mobile(&once) || is_fixed_line(&once));
                let again = normalise(&once);
                prop_assert_eq!(again.value.as_deref(), Some(&*once));
                prop_assert!(again.issues.is_empty());
            }
        }
    }
}

//! Procedure codes (mã TTHC): the eight characters on which systems can be joined.
//!
//! It must not look a code up in a catalogue: catalogues change every quarter and are data.

use std::borrow::Cow;

use super::issue::{Issues, ParseIssue, Parsed};
use super::shape::matches_shape;
use super::text::{self, trimmed};

/// Length of `d.dddddd`.
const CORE: usize = 8;

/// The first eight characters of a national code: `1.001612.000.00.00.H48` gives `1.001612`.
///
/// Domain fact: the pattern `d.dddddd`, with or without `.ddd.dd.dd.Xdd`, is used by public code [S].
/// A number cell loses trailing zeros, so `1.0042` becomes `1.004200` (`ProcedureZerosRestored`);
/// a decimal comma is read as a point (`NumberAsFloat`). A local pseudo code (`TS_lop1...` [S]) is
/// kept whole with `ProcedureMalformed`, and so is flagged a national code with an odd suffix.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<Cow<'_, str>> {
    let trimmed = trimmed(raw);
    if let Some(core) = core(trimmed) {
        let tail = &trimmed[CORE..];
        if tail.is_empty() || is_suffix(tail) {
            return Parsed::new(Cow::Borrowed(core), Issues::NONE);
        }
    }
    let cleaned = text::clean(trimmed);
    let Some(text) = cleaned.value else {
        return Parsed::empty();
    };
    repaired(text, cleaned.issues)
}

fn repaired(text: Cow<'_, str>, mut issues: Issues) -> Parsed<Cow<'_, str>> {
    let mut compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if compact.len() != text.len() {
        issues.add(ParseIssue::ExtraSpace);
    }
    if compact.as_bytes().get(1) == Some(&b',') {
        compact.replace_range(1..2, ".");
        issues.add(ParseIssue::NumberAsFloat);
    }
    if core(&compact).is_some() {
        if compact.len() > CORE && !is_suffix(&compact[CORE..].to_ascii_uppercase()) {
            issues.add(ParseIssue::ProcedureMalformed);
        }
        compact.truncate(CORE);
        return Parsed::new(Cow::Owned(compact), issues);
    }
    if is_short_core(&compact) {
        while compact.len() < CORE {
            compact.push('0');
        }
        issues.add(ParseIssue::ProcedureZerosRestored);
        return Parsed::new(Cow::Owned(compact), issues);
    }
    // Kept as written: what the repairs tried above came to nothing.
    Parsed::new(text, Issues::NONE.with(ParseIssue::ProcedureMalformed))
}

/// The suffix that names the agency: `000.00.00.H48` of `1.001612.000.00.00.H48`.
#[must_use]
pub fn suffix(raw: &str) -> Option<&str> {
    let trimmed = trimmed(raw);
    core(trimmed)?;
    let tail = &trimmed[CORE..];
    is_suffix(tail).then(|| &tail[1..])
}

/// The national part when the text starts with it and it ends there or at a dot.
fn core(text: &str) -> Option<&str> {
    let head = text.get(..CORE)?;
    let ends = matches!(text.as_bytes().get(CORE), None | Some(b'.'));
    (ends && matches_shape(head.as_bytes(), b"d.dddddd")).then_some(head)
}

fn is_suffix(tail: &str) -> bool {
    matches_shape(tail.as_bytes(), b".ddd.dd.dd.Add")
}

fn is_short_core(text: &str) -> bool {
    let bytes = text.as_bytes();
    (3..CORE).contains(&bytes.len()) && matches_shape(bytes, &b"d.dddddd"[..bytes.len()])
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
    fn national_codes_are_borrowed() {
        for raw in ["1.001193", " 1.001193 ", "1.001193.000.00.00.H21", "1.001193.000.00.00.G09"] {
            let parsed = normalise(raw);
            assert!(matches!(parsed.value, Some(Cow::Borrowed("1.001193"))), "{raw}");
            assert!(parsed.issues.is_empty());
        }
        assert_eq!(normalise("null"), Parsed::empty());
        assert_eq!(normalise(" "), Parsed::empty());
    }

    #[test]
    fn lost_zeros_come_back() {
        use ParseIssue::{NumberAsFloat, ProcedureZerosRestored};
        assert_eq!(normal("1.0042"), (Some("1.004200".into()), vec![ProcedureZerosRestored]));
        assert_eq!(normal("2.1"), (Some("2.100000".into()), vec![ProcedureZerosRestored]));
        assert_eq!(normal("1,001193"), (Some("1.001193".into()), vec![NumberAsFloat]));
        assert_eq!(normal("1,0042"), (Some("1.004200".into()), vec![ProcedureZerosRestored, NumberAsFloat]));
    }

    #[test]
    fn pseudo_codes_stay_whole() {
        let malformed = vec![ParseIssue::ProcedureMalformed];
        for raw in ["TS_lop1.000.00.00.H22", "1", "1.", "10.01193", "1.0011934", "A.001193", "1,x"] {
            assert_eq!(normal(raw), (Some(raw.into()), malformed.clone()), "{raw}");
        }
        assert_eq!(normal("1.001193.H21"), (Some("1.001193".into()), malformed));
    }

    #[test]
    fn stray_spaces_and_capitals_do_not_matter() {
        assert_eq!(
            normal("1.001193 .000.00.00.h21"),
            (Some("1.001193".into()), vec![ParseIssue::ExtraSpace])
        );
        assert_eq!(
            normal("1.0\u{200B}01193"),
            (Some("1.001193".into()), vec![ParseIssue::InvisibleCharacter])
        );
    }

    #[test]
    fn suffix_is_the_agency() {
        assert_eq!(suffix("1.001612.000.00.00.H48"), Some("000.00.00.H48"));
        assert_eq!(suffix("1.001612"), None);
        assert_eq!(suffix("1.001612.H48"), None);
        assert_eq!(suffix("TS_lop1.000.00.00.H22"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(raw in "(\\d[.,])?\\PC{0,16}") {
            let _ = suffix(&raw);
            if let Some(once) = normalise(&raw).value {
                let again = normalise(&once).value;
                prop_assert_eq!(again.as_deref(), Some(&*once));
            }
        }
    }
}

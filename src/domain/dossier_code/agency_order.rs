//! The two ways an agency is written inside a dossier code, and the turn from one to the other.
//!
//! It must not say that two codes are one agency: QĐ 20/2020 also renumbered some units, so a turned
//! code is a candidate for a look-up and nothing more.

use std::borrow::Cow;

use super::DossierCode;
use crate::domain::shape::matches_shape;

/// `Some(true)` for groups that end in the province, `Some(false)` for groups that start with it.
pub(super) fn agency_is_ascending(agency: &str) -> Option<bool> {
    let bytes = agency.as_bytes();
    // The last: a unit beyond the ninety-ninth [R-L].
    let ascending: [&[u8]; 3] = [b"ddd.dd.dd.Add", b"dd.dd.Add", b"ddd.dd.ddd.Add"];
    if ascending.iter().any(|shape| matches_shape(bytes, shape)) {
        return Some(true);
    }
    let (root, mut rest) = bytes.split_first_chunk::<3>()?;
    let mut groups = 0;
    while let [b'.', tail @ ..] = rest {
        let digits = tail.iter().take_while(|b| b.is_ascii_digit()).count();
        if !(2..=3).contains(&digits) {
            return None;
        }
        rest = &tail[digits..];
        groups += 1;
    }
    (rest.is_empty() && groups <= 3 && matches_shape(root, b"Add")).then_some(false)
}

/// An agency code with its province or ministry first and without empty groups, whichever way it was
/// written: `000.07.32.H21` and `H21.32.07` give `H21.32.07`, `00.00.H57` gives `H57` [R-M].
///
/// `None` for a text that is no agency code.
#[must_use]
pub fn descending(agency: &str) -> Option<Cow<'_, str>> {
    if agency_is_ascending(agency)? {
        return Some(turned(agency));
    }
    let mut kept = agency;
    while let Some((head, group)) = kept.rsplit_once('.') {
        if !is_zero(group) {
            break;
        }
        kept = head;
    }
    Some(Cow::Borrowed(kept))
}

/// The groups of an ascending agency in descending order, all-zero groups left out.
fn turned(ascending: &str) -> Cow<'_, str> {
    let (lower, root) = ascending.split_at(ascending.len() - 3);
    if lower.bytes().all(|b| matches!(b, b'0' | b'.')) {
        return Cow::Borrowed(root);
    }
    let mut agency = String::with_capacity(13);
    for group in ascending.rsplit('.').filter(|group| !is_zero(group)) {
        if !agency.is_empty() {
            agency.push('.');
        }
        agency.push_str(group);
    }
    Cow::Owned(agency)
}

fn is_zero(group: &str) -> bool {
    group.bytes().all(|b| b == b'0')
}

/// The same code with its agency written the other way round: `000.00.53.H48-...` and `H48.53-...`.
///
/// Only a candidate for a look-up [R-M]: QĐ 20/2020 also renumbered some units. `None` for foreign
/// codes and for agencies that cannot be written the other way.
#[must_use]
pub fn equivalent(code: &str) -> Option<String> {
    let parts = DossierCode::parse(code)?;
    let tail = &code[parts.agency.len()..];
    if agency_is_ascending(parts.agency)? {
        return Some(format!("{}{tail}", turned(parts.agency)));
    }
    let mut levels = ["", "00", "00", "000"];
    for (level, group) in levels.iter_mut().zip(parts.agency.split('.')) {
        if !level.is_empty() && level.len() != group.len() {
            return None;
        }
        *level = group;
    }
    levels.reverse();
    Some(format!("{}{tail}", levels.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agencies_turn_round() {
        let pairs = [
            ("000.00.53.H48-220921-0099", "H48.53-220921-0099"),
            ("000.07.32.H21-240315-0007", "H21.32.07-240315-0007"),
            ("000.00.00.H19-240315-0007", "H19-240315-0007"),
            ("013.05.50.H15-240315-0007", "H15.50.05.013-240315-0007"),
        ];
        for (old, new) in pairs {
            assert_eq!(equivalent(old).as_deref(), Some(new));
            assert_eq!(equivalent(new).as_deref(), Some(old));
        }
        assert_eq!(equivalent("00.00.H57-190102-0001").as_deref(), Some("H57-190102-0001"));
        assert_eq!(equivalent("H01.151-260701-0001"), None);
        assert_eq!(equivalent("FOREIGN"), None);
    }

    #[test]
    fn every_order_comes_to_the_descending_one() {
        let cases = [
            ("000.07.32.H21", "H21.32.07"),
            ("H21.32.07", "H21.32.07"),
            ("00.00.H57", "H57"),
            ("000.00.00.K57", "K57"),
            ("H57", "H57"),
            ("000.00.53.H48", "H48.53"),
            ("H48.53.00.000", "H48.53"),
            ("H01.151.01", "H01.151.01"),
            ("07.32.H21", "H21.32.07"),
        ];
        for (written, expected) in cases {
            assert_eq!(descending(written).as_deref(), Some(expected), "{written}");
        }
        assert!(matches!(descending("H01.151.01"), Some(Cow::Borrowed(_))));
        for no_agency in ["", "H1", "BHXH", "53.H48", "H.28", "H15.5", "h15", "1.001193"] {
            assert_eq!(descending(no_agency), None, "{no_agency}");
        }
    }
}

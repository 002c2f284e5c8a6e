//! What a personal identification number says of a birth: year, sex, place of registration, and
//! whether the rest of the record agrees.
//!
//! It must not correct a record: a conflict is a slip or another person's number, and only a paper can
//! tell which.

use super::structure::{birth_year, is_cccd};
use crate::domain::sex::Sex;

/// What of a record contradicts the personal identification number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BirthConflict {
    /// The year of birth, and perhaps the sex too.
    Year,
    /// The sex alone.
    Sex,
}

impl BirthConflict {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Sex => "sex",
        }
    }
}

/// The sex inside a CCCD: an even fourth digit is male, an odd one female [S].
#[must_use]
pub fn birth_sex(cccd: &str) -> Option<Sex> {
    let digit = *cccd.as_bytes().get(3).filter(|_| is_cccd(cccd))?;
    Some(if (digit - b'0').is_multiple_of(2) { Sex::Male } else { Sex::Female })
}

/// What of the person's year of birth and sex contradicts the number [derived]. `None` when nothing
/// does, when nothing is known, and for any number that is not structurally a CCCD.
///
/// A date of birth always has its year; one that only stands for "unknown" must not be passed on.
#[must_use]
pub fn birth_conflict(id: &str, born: Option<i32>, sex: Option<Sex>) -> Option<BirthConflict> {
    let year = birth_year(id)?;
    if born.is_some_and(|born| born != year) {
        return Some(BirthConflict::Year);
    }
    (sex.is_some() && sex != birth_sex(id)).then_some(BirthConflict::Sex)
}

const PLACES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/birth_places.csv"));

/// The province where the birth behind a CCCD was registered, by its first three digits, under the
/// name it had then [R-H]; `None` for countries.
///
/// Some prefixes name another province since the merger of July 2025. The number does not say when it
/// was given, so the year of birth decides, and a birth in the year of the change has no answer.
#[must_use]
pub fn birth_place(cccd: &str) -> Option<&'static str> {
    let year = birth_year(cccd)?;
    let prefix = cccd.get(..3)?;
    let mut place = None;
    for (_, name, since) in places().filter(|(code, _, _)| *code == prefix) {
        match since.get(..4).and_then(|since| since.parse::<i32>().ok()) {
            Some(since) if since == year => return None,
            Some(since) if since > year => {}
            _ => place = Some(name),
        }
    }
    place
}

/// Prefix, name, and the day from which the prefix has that name; older names first.
fn places() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PLACES.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some((cells.next()?, cells.next()?, cells.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_fourth_digit_is_the_sex() {
        for (id, sex) in [
            ("001099012323", Sex::Male),
            ("001158012323", Sex::Female),
            ("001205012323", Sex::Male),
            ("001305012323", Sex::Female),
        ] {
            assert_eq!(birth_sex(id), Some(sex), "{id}");
        }
        for other in ["", "123456780", "003305012323", "001499012323", "0100109106", "0é1099012323"] {
            assert_eq!(birth_sex(other), None, "{other}");
        }
    }

    #[test]
    fn year_and_sex_must_agree() {
        let id = "001158012323";
        assert_eq!(birth_conflict(id, Some(1958), Some(Sex::Female)), None);
        assert_eq!(birth_conflict(id, Some(1985), Some(Sex::Female)), Some(BirthConflict::Year));
        assert_eq!(birth_conflict(id, Some(1958), Some(Sex::Male)), Some(BirthConflict::Sex));
        assert_eq!(birth_conflict(id, Some(1985), Some(Sex::Male)), Some(BirthConflict::Year));
        assert_eq!([BirthConflict::Year, BirthConflict::Sex].map(BirthConflict::code), ["year", "sex"]);
    }

    #[test]
    fn what_is_not_known_contradicts_nothing() {
        let id = "001158012323";
        assert_eq!(birth_conflict(id, None, None), None);
        assert_eq!(birth_conflict(id, None, Some(Sex::Male)), Some(BirthConflict::Sex));
        assert_eq!(birth_conflict(id, Some(1958), None), None);
        for other in ["123456780", "003305012323", "0100109106", "B1234567", ""] {
            assert_eq!(birth_conflict(other, Some(1900), Some(Sex::Male)), None, "{other}");
        }
    }

    #[test]
    fn the_prefix_is_the_place_of_registration() {
        assert_eq!(birth_place("001099012323"), Some("Hà Nội"));
        assert_eq!(birth_place("002158012323"), Some("Hà Giang"));
        assert_eq!(birth_place("046099012323"), Some("Thừa Thiên Huế"));
        assert_eq!(birth_place("135099012323"), None, "a country");
        assert_eq!(birth_place("003099012323"), None, "no province");
        assert_eq!(birth_place("123456780"), None);
    }

    #[test]
    fn a_prefix_that_changed_hands_goes_by_the_year_of_birth() {
        assert_eq!(birth_place("015224012323"), Some("Yên Bái"));
        assert_eq!(birth_place("015225012323"), None);
        assert_eq!(birth_place("015226012323"), Some("Lào Cai"));
        assert_eq!(birth_place("001225012323"), Some("Hà Nội"));
    }

    #[test]
    fn the_places_are_the_provinces_of_the_structure() {
        assert_eq!(PLACES.lines().next(), Some("code,name,since,source"));
        for line in PLACES.lines().skip(1) {
            assert_eq!(line.split(',').count(), 4, "{line}");
            assert!(line.ends_with("[R-H]"), "{line}");
        }
        let mut prefixes: Vec<&str> = places().map(|(code, _, _)| code).collect();
        assert!(prefixes.is_sorted());
        prefixes.dedup();
        assert_eq!(prefixes.len(), 63);
        for prefix in 0..100 {
            let prefix = format!("{prefix:03}");
            let id = format!("{prefix}099012323");
            assert_eq!(is_cccd(&id), prefixes.contains(&prefix.as_str()), "{id}");
            assert_eq!(birth_place(&id).is_some(), is_cccd(&id), "{id}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(raw in "(\\PC{0,14}|[0-9]{12})", born in 1800..2200_i32) {
            let _ = (birth_sex(&raw), birth_place(&raw), birth_conflict(&raw, Some(born), Some(Sex::Male)));
        }

        #[test]
        fn a_number_agrees_with_itself(raw in "0(01|79|96)[0-3][0-9]{8}") {
            prop_assert_eq!(birth_conflict(&raw, birth_year(&raw), birth_sex(&raw)), None);
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

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
}

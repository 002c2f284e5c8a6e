//! Phone numbers compared in today's form.
//!
//! It must not treat a shared number as one person: service desks and families share phones.

use super::prepared::Texts;
use super::slip::{Slip, one_slip};
use crate::domain::phone::normalise;
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two phone numbers. Symmetric. A number that is none is compared as it stands.
///
/// `same, written otherwise`: country code, separators, a lost zero, or a prefix of before 2018 [S] on
/// one side; does not occur where the pipeline has normalised both sides.
#[derive(Debug, Default)]
pub struct PhoneNumber {
    national: Texts,
}

/// Shortest number in which one wrong digit is believed to be a slip.
const SLIP_LENGTH: usize = 9;

impl Comparator for PhoneNumber {
    fn levels(&self) -> Vec<String> {
        super::names(&[
            "same",
            "same, written otherwise",
            "one digit wrong",
            "two digits exchanged",
            "one digit lost or doubled",
            "else",
        ])
    }

    fn prepare(&mut self, field: &Field) {
        self.national = Texts::default();
        for value in field.values.values() {
            self.national.push(normalise(value).value.as_deref().unwrap_or(value));
        }
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let (a, b) = (self.national.get(left.value).as_bytes(), self.national.get(right.value).as_bytes());
        if a == b {
            return 1;
        }
        if a.len().min(b.len()) < SLIP_LENGTH {
            return 5;
        }
        match one_slip(a, b) {
            Some(Slip::Wrong) => 2,
            Some(Slip::Exchanged) => 3,
            Some(Slip::Lost) => 4,
            None => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PhoneNumber;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(PhoneNumber::default);
        levels.check("01681234567", "0381234567", "same, written otherwise");
        levels.check("+84 912 345 678", "0912345678", "same, written otherwise");
        levels.check("0912345678", "0912345679", "one digit wrong");
        levels.check("0912345678", "0912354678", "two digits exchanged");
        levels.check("0912345678", "091234568", "one digit lost or doubled");
        levels.check("0912345678", "09123345678", "one digit lost or doubled");
        levels.check("0912345678", "0987654321", "else");
        levels.check("113", "114", "else");
        levels.covered();
    }
}

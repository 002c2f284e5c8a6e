//! Procedure codes compared: the eight characters on which systems can be joined.
//!
//! It must not look a code up: which procedure followed which is the catalogue's to say.

use super::prepared::Texts;
use super::slip::one_slip;
use crate::domain::procedure_code::normalise;
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two procedure codes. Symmetric.
///
/// `same first eight characters`: with and without the agency behind it, or zeros lost in a number
/// cell, which are put back [S]. Neighbouring codes are other procedures, so a slip says little.
#[derive(Debug, Default)]
pub struct Procedure {
    core: Texts,
}

impl Comparator for Procedure {
    fn levels(&self) -> Vec<String> {
        super::names(&["same", "same first eight characters", "one slip apart", "else"])
    }

    fn prepare(&mut self, field: &Field) {
        self.core = Texts::default();
        for value in field.values.values() {
            self.core.push(normalise(value).value.as_deref().unwrap_or(value));
        }
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let (a, b) = (self.core.get(left.value), self.core.get(right.value));
        if a == b {
            return 1;
        }
        if one_slip(a.as_bytes(), b.as_bytes()).is_some() { 2 } else { 3 }
    }
}

#[cfg(test)]
mod tests {
    use super::Procedure;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(Procedure::default);
        levels.check("1.001612", "1.001612.000.00.00.H48", "same first eight characters");
        levels.check("1.0042", "1.004200", "same first eight characters");
        levels.check("1.001612", "1.001621", "one slip apart");
        levels.check("1.001612", "2.001613", "else");
        levels.check("TS_lop1.000.00.00.H22", "2.002492", "else");
        levels.covered();
    }
}

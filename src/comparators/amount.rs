//! Amounts in đồng compared.
//!
//! It must not read what is typed: amounts arrive as whole numbers.

use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two amounts, whole numbers as text. Symmetric.
///
/// - `within 1,000`: rounded to the smallest usual note.
/// - `a thousand times`: one side counts in thousands; `ten times`: a zero too many or too few.
/// - `one side zero`: free, or the system does not record fees and writes zero.
#[derive(Debug, Default)]
pub struct Amount {
    parsed: Vec<Option<i64>>,
}

const ROUNDED: u64 = 1_000;
/// Five in a hundred.
const PART: u64 = 20;

impl Comparator for Amount {
    fn levels(&self) -> Vec<String> {
        super::names(&[
            "same",
            "within 1,000",
            "within 5 %",
            "a thousand times",
            "ten times",
            "one side zero",
            "else",
        ])
    }

    fn prepare(&mut self, field: &Field) {
        self.parsed = field.values.values().map(|value| value.parse().ok()).collect();
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let of = |cell: Cell<'_>| self.parsed.get(cell.value as usize).copied().flatten();
        let (Some(a), Some(b)) = (of(left), of(right)) else {
            return 6;
        };
        let (small, large) = (a.unsigned_abs().min(b.unsigned_abs()), a.unsigned_abs().max(b.unsigned_abs()));
        let times = |factor: u64| small.checked_mul(factor) == Some(large);
        let apart = a.abs_diff(b);
        match () {
            () if small == 0 => 5,
            () if times(1_000) => 3,
            () if times(10) => 4,
            () if apart <= ROUNDED => 1,
            () if apart <= large / PART => 2,
            () => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Amount;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(Amount::default);
        levels.check("15000", "15500", "within 1,000");
        levels.check("1000000", "1050000", "within 5 %");
        levels.check("50", "50000", "a thousand times");
        levels.check("5000", "50000", "ten times");
        levels.check("0", "50000", "one side zero");
        levels.check("0", "500", "one side zero");
        levels.check("50000", "75000", "else");
        levels.check("-50000", "50000", "else");
        levels.check("nhiều", "50000", "else");
        levels.covered();
    }
}

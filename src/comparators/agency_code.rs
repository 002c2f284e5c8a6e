//! Codes of agencies compared, whichever way they are written.
//!
//! It must not say which unit followed which: mergers are the agency table's to know.

use super::prepared::Texts;
use crate::domain::dossier_code::descending;
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two agency codes. Symmetric.
///
/// - `same in the other order`: `000.07.32.H21` and `H21.32.07` [R-M].
/// - `one within the other`: a desk and its agency, a commune and its district.
/// - `same agency above`: two communes of one district; no district lies between since July 2025 [S],
///   so communes of one province may stand here.
#[derive(Debug, Default)]
pub struct AgencyCode {
    turned: Texts,
}

impl Comparator for AgencyCode {
    fn levels(&self) -> Vec<String> {
        super::names(&[
            "same",
            "same in the other order",
            "one within the other",
            "same agency above",
            "else",
        ])
    }

    fn prepare(&mut self, field: &Field) {
        self.turned = Texts::default();
        for value in field.values.values() {
            self.turned.push(descending(value).as_deref().unwrap_or(value));
        }
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let (a, b) = (self.turned.get(left.value), self.turned.get(right.value));
        if a == b {
            return 1;
        }
        let within = |whole: &str, part: &str| part.strip_prefix(whole).is_some_and(|r| r.starts_with('.'));
        if within(a, b) || within(b, a) {
            return 2;
        }
        let above = |code: &'_ str| code.rfind('.').filter(|at| *at > 0);
        match (above(a), above(b)) {
            (Some(x), Some(y)) if a[..x] == b[..y] => 3,
            _ => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AgencyCode;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(AgencyCode::default);
        levels.check("000.07.32.H21", "H21.32.07", "same in the other order");
        levels.check("H21.32", "H21.32.07", "one within the other");
        levels.check("H21.32", "H21", "one within the other");
        levels.check("H21.32.07", "H21.32.08", "same agency above");
        levels.check("000.07.32.H21", "H21.32.08", "same agency above");
        levels.check("H21.32.07", "H22.32.07", "else");
        levels.check("H21.3", "H21.32", "same agency above");
        levels.check("UBND", "H21.32", "else");
        levels.covered();
    }
}

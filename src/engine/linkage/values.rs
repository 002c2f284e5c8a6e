//! The values of the tables as they are compared, found again by the caller's rows: whoever has given a table to
//! the engine need not keep its columns.

use super::decide::Prepared;
use super::frame::{Frame, Places};
use super::table::NOTHING;

/// Values of pairs of the caller's rows.
pub struct Values<'p> {
    frame: &'p Frame,
    places: Places,
}

impl Prepared<'_> {
    /// Made once for many pairs.
    pub fn values(&self) -> Values<'_> {
        Values { frame: &self.frame, places: self.frame.places() }
    }
}

impl<'p> Values<'p> {
    /// The place of a field, for [`Self::of`]; `None` where the settings do not name it.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.frame.field(name)
    }

    /// Pairs that exist. Their rows are looked for all at once: looks into memory overlap then, and do not wait for
    /// each other.
    pub fn of_all(&self, pairs: impl Iterator<Item = (u32, u32)>) -> Vec<PairValues<'p>> {
        let pairs: Vec<PairValues<'p>> = pairs.map(|(left, right)| self.of(left, right)).collect();
        let touched =
            |pair: &PairValues<'_>| pair.left.first().zip(pair.right.first()).map_or(0, |(a, b)| a ^ b);
        std::hint::black_box(pairs.iter().fold(0, |sum, pair| sum ^ touched(pair)));
        pairs
    }

    /// A pair that exists.
    pub fn of(&self, left: u32, right: u32) -> PairValues<'p> {
        let (a, b) = self.places.canonical(left, right);
        let rows = (self.frame.left().row(a), self.frame.right().row(b));
        let (left, right) = if self.frame.swapped { (rows.1, rows.0) } else { rows };
        PairValues { frame: self.frame, left, right }
    }
}

/// The values of one pair.
pub struct PairValues<'p> {
    frame: &'p Frame,
    left: &'p [u32],
    right: &'p [u32],
}

impl<'p> PairValues<'p> {
    /// Whether both sides hold the same in a field, or nothing; looks at no text.
    pub fn agree(&self, field: usize) -> bool {
        self.left[field] == self.right[field]
    }

    /// What stands in a field.
    pub fn texts(&self, field: usize) -> (Option<&'p str>, Option<&'p str>) {
        let values = &self.frame.fields[field].values;
        let text = |cell: u32| (cell != NOTHING).then(|| values.get(cell));
        (text(self.left[field]), text(self.right[field]))
    }
}

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

    /// What stands in a field of a pair that exists.
    pub fn of(&self, field: usize, left: u32, right: u32) -> (Option<&'p str>, Option<&'p str>) {
        let (a, b) = self.places.canonical(left, right);
        let cells = (self.frame.left().row(a)[field], self.frame.right().row(b)[field]);
        let (left, right) = if self.frame.swapped { (cells.1, cells.0) } else { cells };
        let values = &self.frame.fields[field].values;
        let text = |cell: u32| (cell != NOTHING).then(|| values.get(cell));
        (text(left), text(right))
    }
}

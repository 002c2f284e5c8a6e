//! The window of a blocking rule: records meet whose numbers or dates stand near each other.

use std::collections::BTreeMap;

use super::date::day_number;
use super::error::LinkageError;
use super::frame::{Frame, Side};
use super::settings::Near;
use super::table::NOTHING;

/// From and to, as right less left.
pub type Reach = (f64, f64);

/// How often a window is halved before only equal values are left.
const HALVINGS: i32 = 12;

/// Rows of one key as ranges of the two orders.
pub type Range = (u32, u32);

pub struct Window {
    pub field: usize,
    /// Per side the value of each row, logarithms where the window is relative; NaN where there is none.
    values: [Vec<f64>; 2],
    reach: Reach,
    /// Blocks whose window had to be narrowed, by number.
    narrowed: BTreeMap<u32, Reach>,
}

impl Window {
    pub fn new(near: &Near, frame: &Frame) -> Result<Self, LinkageError> {
        let field = frame.place(&near.field, "blocking")?;
        let parsed: Vec<f64> = frame.fields[field]
            .values
            .values()
            .map(|text| match near.relative {
                true => text.parse::<f64>().map_or(f64::NAN, f64::ln),
                false => day_number(text).or_else(|| text.parse().ok()).unwrap_or(f64::NAN),
            })
            .collect();
        let own = |side: &Side| -> Vec<f64> {
            let value = |cell: u32| if cell == NOTHING { f64::NAN } else { parsed[cell as usize] };
            (0..side.rows as u32).map(|row| value(side.row(row)[field])).collect()
        };
        let values = [own(frame.left()), own(frame.right())];
        let (from, to) =
            if near.relative { (near.from.ln_1p(), near.to.ln_1p()) } else { (near.from, near.to) };
        let reach = match (frame.is_link(), frame.swapped) {
            // In one table "right less left" has no sides.
            (false, _) => (-from.abs().max(to.abs()), from.abs().max(to.abs())),
            (true, true) => (-to, -from),
            (true, false) => (from, to),
        };
        Ok(Self { field, values, reach, narrowed: BTreeMap::new() })
    }

    #[inline]
    pub fn value(&self, side: usize, row: u32) -> f64 {
        self.values[side][row as usize]
    }

    /// The window of a block.
    #[inline]
    pub fn reach(&self, block: u32) -> Reach {
        if self.narrowed.is_empty() {
            return self.reach;
        }
        self.narrowed.get(&block).copied().unwrap_or(self.reach)
    }

    #[inline]
    pub fn holds(&self, block: u32, left: u32, right: u32) -> bool {
        let distance = self.value(1, right) - self.value(0, left);
        let (from, to) = self.reach(block);
        distance >= from && distance <= to
    }

    /// The rows, sorted by value, that stand in the window of a left one.
    #[inline]
    pub fn near<'r>(&self, left: u32, rights: &'r [u32], (from, to): Reach) -> &'r [u32] {
        let own = self.value(0, left);
        let distance = |row: &u32| self.value(1, *row) - own;
        let first = rights.partition_point(|row| distance(row) < from);
        let last = rights.partition_point(|row| distance(row) <= to);
        &rights[first..last.max(first)]
    }

    /// Pairs of a block that stand in a window.
    fn count(&self, lefts: &[u32], rights: &[u32], reach: Reach, one_table: bool) -> u64 {
        let pairs: u64 = lefts.iter().map(|left| self.near(*left, rights, reach).len() as u64).sum();
        if one_table { pairs.saturating_sub(rights.len() as u64) / 2 } else { pairs }
    }

    /// Pairs of a block under its window.
    pub fn pairs(&self, lefts: &[u32], rights: &[u32], one_table: bool) -> u64 {
        self.count(lefts, rights, self.reach, one_table)
    }

    /// Narrows the window of a block until its pairs are at most `cap`; the pairs that are left, or `None`
    /// where even equal values are too many.
    pub fn narrow(
        &mut self,
        block: u32,
        lefts: &[u32],
        rights: &[u32],
        one_table: bool,
        cap: u64,
    ) -> Option<u64> {
        let (from, to) = self.reach;
        // The nearest that the window allows.
        let centre = 0.0f64.clamp(from, to);
        for halving in 1..=HALVINGS + 1 {
            let part = if halving > HALVINGS { 0.0 } else { 0.5f64.powi(halving) };
            let reach = (centre + (from - centre) * part, centre + (to - centre) * part);
            let pairs = self.count(lefts, rights, reach, one_table);
            if pairs <= cap {
                self.narrowed.insert(block, reach);
                return Some(pairs);
            }
        }
        None
    }
}

//! One blocking rule made ready: its blocks, and what becomes of those that are too large.
//!
//! A block over the cap is split by further keys, else its window is narrowed, else it is refused. What is
//! given up is counted, and its rows stand in no block, so that a later rule may still give the pairs.

use super::error::LinkageError;
use super::frame::Frame;
use super::keys::row_keys;
use super::settings::{BlockSettings, Settings};
use super::window::{Range, Window};
use crate::engine::bucket_sort;

/// Blocks shown in a report.
const LARGEST: usize = 5;

/// What a rule gives. Keys are personal and never shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleReport {
    /// As it is written: `field + field:first3`.
    pub rule: String,
    pub blocks: u64,
    /// Pairs of the rule alone, before those of earlier rules are taken off.
    pub pairs: u64,
    /// The largest blocks as the data have them, before any was split.
    pub largest: Vec<BlockSize>,
    /// Keys that too many records carry (`most`), and those records.
    pub placeholders: u64,
    pub placeholder_rows: u64,
    /// Blocks over the cap that further keys split.
    pub split: u64,
    /// Blocks over the cap whose window was narrowed.
    pub narrowed: u64,
    /// Blocks over the cap, or parts of split ones, that are not looked at.
    pub refused: u64,
    /// Pairs of large blocks that this rule no longer gives.
    pub refused_pairs: u64,
}

/// Records of the two sides (one number twice in one table) and the pairs they make.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockSize {
    pub pairs: u64,
    pub left: u32,
    pub right: u32,
}

/// Rows that share a key, as ranges of the rule's two orders.
#[derive(Clone, Copy)]
pub struct Block {
    pub left: Range,
    pub right: Range,
}

/// A rule with its blocks.
pub struct Rule {
    pub fields: Vec<usize>,
    pub window: Option<Window>,
    /// Per side the block of each row, counted from 1; 0 where a part of the key is missing, where nobody shares it or
    /// the block was given up.
    pub block_of: [Vec<u32>; 2],
    /// Rows by key, then by the window's value. In one table the second is empty.
    pub orders: [Vec<u32>; 2],
    pub blocks: Vec<Block>,
    pub report: RuleReport,
    one_table: bool,
}

impl Rule {
    pub fn new(setting: &BlockSettings, frame: &Frame, settings: &Settings) -> Result<Self, LinkageError> {
        let never = &settings.never_block_on;
        let (keys, mut fields) = row_keys(&setting.on, frame, never)?;
        let window = setting.near.as_ref().map(|near| Window::new(near, frame)).transpose()?;
        fields.extend(window.as_ref().map(|window| window.field));
        let split = match setting.split.is_empty() {
            true => None,
            false => Some(row_keys(&setting.split, frame, never)?.0),
        };
        let report = RuleReport { rule: name(setting), ..RuleReport::default() };
        let one_table = !frame.is_link();
        let orders = [Vec::new(), Vec::new()];
        let block_of = [Vec::new(), Vec::new()];
        let mut rule = Self { fields, window, block_of, orders, blocks: Vec::new(), report, one_table };
        let sorted = sides(|side| match side == 1 && one_table {
            true => Vec::new(),
            false => rule.sorted(side, &keys[side]),
        });
        let found = groups(&sorted, one_table);
        rule.orders = sorted.map(|rows| rows.into_iter().map(|(_, row)| row).collect());
        for (left, right) in found {
            rule.settle(left, right, setting.most, split.as_ref(), settings.block_cap);
        }
        rule.block_of = sides(|side| rule.numbered(side, keys[side].len()));
        Ok(rule)
    }

    /// The block of each row.
    fn numbered(&self, side: usize, rows: usize) -> Vec<u32> {
        let mut numbers = vec![0; if side == 1 && self.one_table { 0 } else { rows }];
        for (number, block) in (1..).zip(&self.blocks) {
            let range = if side == 0 { block.left } else { block.right };
            if !numbers.is_empty() {
                self.rows(side, range).iter().for_each(|row| numbers[*row as usize] = number);
            }
        }
        numbers
    }

    /// Rows that have a key, in order.
    fn sorted(&self, side: usize, keys: &[u64]) -> Vec<(u64, u32)> {
        let value = |row: u32| self.window.as_ref().map_or(0.0, |window| window.value(side, row));
        let rows: Vec<(u64, u32)> =
            keys.iter().copied().zip(0..).filter(|(key, row)| *key != 0 && value(*row).is_finite()).collect();
        let tie = |a: &(u64, u32), b: &(u64, u32)| value(a.1).total_cmp(&value(b.1)).then(a.1.cmp(&b.1));
        bucket_sort::sorted(rows, |(key, _)| *key, tie)
    }

    fn rows(&self, side: usize, range: Range) -> &[u32] {
        let side = if self.one_table { 0 } else { side };
        &self.orders[side][range.0 as usize..range.1 as usize]
    }

    fn pairs(&self, left: Range, right: Range) -> u64 {
        match &self.window {
            Some(window) => window.pairs(self.rows(0, left), self.rows(1, right), self.one_table),
            None => pairs_of(left, right, self.one_table),
        }
    }

    /// Takes a block as it is, or decides what becomes of it.
    fn settle(
        &mut self,
        left: Range,
        right: Range,
        most: Option<u64>,
        split: Option<&[Vec<u64>; 2]>,
        cap: u64,
    ) {
        let (lefts, rights) = (left.1 - left.0, right.1 - right.0);
        let rows = u64::from(lefts) + if self.one_table { 0 } else { u64::from(rights) };
        if most.is_some_and(|most| rows > most) {
            self.report.placeholders += 1;
            self.report.placeholder_rows += rows;
            return;
        }
        let pairs = self.pairs(left, right);
        self.report.blocks += 1;
        self.show(BlockSize { pairs, left: lefts, right: rights });
        match split {
            _ if pairs <= cap => self.keep(left, right, pairs),
            Some(split) => self.split(left, right, pairs, split, cap),
            None => self.shrink(left, right, pairs, cap),
        }
    }

    fn show(&mut self, size: BlockSize) {
        let largest = &mut self.report.largest;
        if largest.len() < LARGEST || largest.last().is_some_and(|least| *least < size) {
            largest.push(size);
            largest.sort_unstable_by(|a, b| b.cmp(a));
            largest.truncate(LARGEST);
        }
    }

    fn keep(&mut self, left: Range, right: Range, pairs: u64) {
        self.report.pairs += pairs;
        self.blocks.push(Block { left, right });
    }

    /// Looks at the rows of a large block only where further keys are equal too.
    fn split(&mut self, left: Range, right: Range, pairs: u64, split: &[Vec<u64>; 2], cap: u64) {
        self.report.split += 1;
        let mut parts = [Vec::new(), Vec::new()];
        for (side, range) in [left, right].into_iter().enumerate().take(2 - usize::from(self.one_table)) {
            let finer = |row: u32| split[side][row as usize];
            let rows = &mut self.orders[side][range.0 as usize..range.1 as usize];
            // Within a key rows stay in the order of the window.
            rows.sort_by_key(|row| finer(*row));
            parts[side] = rows.iter().map(|row| (finer(*row), *row)).collect();
        }
        self.report.refused_pairs += pairs;
        for (l, r) in groups(&parts, self.one_table) {
            let shift = |by: u32, range: Range| (by + range.0, by + range.1);
            let (l, r, finer) = (shift(left.0, l), shift(right.0, r), parts[0][l.0 as usize].0);
            if finer == 0 {
                self.report.refused += 1;
                continue;
            }
            let own = self.pairs(l, r);
            self.report.refused_pairs -= own;
            match own <= cap {
                true => self.keep(l, r, own),
                false => self.shrink(l, r, own, cap),
            }
        }
    }

    /// Narrows the window of a block, or refuses it.
    fn shrink(&mut self, left: Range, right: Range, pairs: u64, cap: u64) {
        let (number, orders, one_table) = (self.blocks.len() as u32 + 1, &self.orders, self.one_table);
        let lefts = &orders[0][left.0 as usize..left.1 as usize];
        let rights = &orders[usize::from(!one_table)][right.0 as usize..right.1 as usize];
        let window = self.window.as_mut();
        match window.and_then(|window| window.narrow(number, lefts, rights, one_table, cap)) {
            Some(fewer) => {
                self.report.narrowed += 1;
                self.report.refused_pairs += pairs - fewer;
                self.keep(left, right, fewer);
            }
            None => {
                self.report.refused += 1;
                self.report.refused_pairs += pairs;
            }
        }
    }
}

fn sides<T>(make: impl Fn(usize) -> T) -> [T; 2] {
    [make(0), make(1)]
}

fn pairs_of(left: Range, right: Range, one_table: bool) -> u64 {
    let (l, r) = (u64::from(left.1 - left.0), u64::from(right.1 - right.0));
    if one_table { l * l.saturating_sub(1) / 2 } else { l * r }
}

/// Runs of equal key on both sides; in one table, runs of two or more. Rows with their keys, sorted by key.
fn groups(rows: &[Vec<(u64, u32)>; 2], one_table: bool) -> Vec<(Range, Range)> {
    let mut out = Vec::new();
    let run = |side: usize, from: usize| {
        let rows = &rows[side];
        from + rows[from..].iter().take_while(|(key, _)| *key == rows[from].0).count()
    };
    let (mut i, mut j) = (0, 0);
    while i < rows[0].len() {
        let upto = run(0, i);
        let key = rows[0][i].0;
        if one_table {
            if upto - i > 1 {
                out.push(((i as u32, upto as u32), (i as u32, upto as u32)));
            }
        } else {
            while j < rows[1].len() && rows[1][j].0 < key {
                j += 1;
            }
            if j < rows[1].len() && rows[1][j].0 == key {
                let last = run(1, j);
                out.push(((i as u32, upto as u32), (j as u32, last as u32)));
                j = last;
            }
        }
        i = upto;
    }
    out
}

fn name(setting: &BlockSettings) -> String {
    let near = setting.near.as_ref().map(|near| format!("{} near", near.field));
    setting.on.iter().cloned().chain(near).collect::<Vec<_>>().join(" + ")
}

//! Comparisons resolved against a frame: a pair becomes a pattern, one level per comparison.
//!
//! A pattern is a mixed-radix number; digit 0 is "nothing to compare", digit `n` is level `n - 1`.

use std::collections::BTreeMap;

use super::comparator::{Comparator, comparator};
use super::error::LinkageError;
use super::frame::Frame;
use super::frequency::{Frequencies, chances};
use super::settings::Settings;
use super::table::NOTHING;

/// A registry of the domain's comparators by name.
pub type Registry = BTreeMap<String, fn() -> Box<dyn Comparator>>;

pub struct Comparison {
    pub name: String,
    pub field: usize,
    or_in: Vec<usize>,
    pub term_frequency: bool,
    /// Per value the chance that another record holds it, where an outside table was given.
    chances: Option<Vec<f64>>,
    pub levels: Vec<String>,
    /// The level of a value that stands in another field.
    elsewhere: Option<usize>,
    comparator: Box<dyn Comparator>,
    /// The comparator knows chances of its own.
    has_chances: bool,
    pub stride: u64,
}

impl Comparison {
    /// Whether a value's own frequency can change its weight.
    pub fn knows_chances(&self, level: usize) -> bool {
        self.term_frequency && level == 0 || self.has_chances && level + 1 < self.levels.len()
    }

    /// The chance that random values stand at this level to these; `None` where the average serves.
    pub fn chance(&self, frame: &Frame, left: &[u32], right: &[u32], level: usize) -> Option<f64> {
        let (a, b) = (left[self.field], right[self.field]);
        let field = &frame.fields[self.field];
        if !self.knows_chances(level) || self.elsewhere == Some(level) {
            return None;
        }
        if self.has_chances
            && let (Some(a), Some(b)) = (field.cell(a), field.cell(b))
            && let Some(chance) = self.comparator.chance(a, b, self.own_level(level))
        {
            return Some(chance);
        }
        if !self.term_frequency || level > 0 || a != b || a == NOTHING {
            return None;
        }
        Some(match &self.chances {
            Some(chances) => chances[a as usize],
            // One of the rows that hold the value is the record itself.
            None => f64::from(field.counts[a as usize].max(2) - 1) / field.filled.max(1) as f64,
        })
    }

    fn own_level(&self, level: usize) -> usize {
        level - usize::from(self.elsewhere.is_some_and(|at| level > at))
    }

    /// The digit of a pair: 0 where there is nothing to compare, else one more than the level.
    pub fn compare(&self, frame: &Frame, left: &[u32], right: &[u32]) -> usize {
        let (a, b) = (left[self.field], right[self.field]);
        if a == b && a != NOTHING {
            return 1;
        }
        let field = &frame.fields[self.field];
        let (first, second) = (field.cell(a), field.cell(b));
        if let Some(elsewhere) = self.elsewhere {
            let stands_in = |value: Option<&str>, row: &[u32]| {
                value.is_some_and(|value| {
                    self.or_in.iter().any(|other| {
                        frame.fields[*other].cell(row[*other]).is_some_and(|cell| cell.text() == value)
                    })
                })
            };
            if stands_in(first.map(|c| c.text()), right) || stands_in(second.map(|c| c.text()), left) {
                return elsewhere + 1;
            }
        }
        let (Some(first), Some(second)) = (first, second) else { return 0 };
        let level = if frame.swapped {
            self.comparator.level(second, first)
        } else {
            self.comparator.level(first, second)
        };
        1 + match self.elsewhere {
            Some(at) if level >= at => level + 1,
            _ => level,
        }
    }
}

pub struct Comparisons {
    pub all: Vec<Comparison>,
}

impl Comparisons {
    /// Settings that [`super::check::check`] has passed resolve, unless their levels are too many.
    pub fn resolve(
        settings: &Settings,
        frame: &Frame,
        registry: &Registry,
        frequencies: &Frequencies,
    ) -> Result<Self, LinkageError> {
        let mut all = Vec::new();
        let mut stride = 1u64;
        for setting in &settings.comparison {
            let place = |name: &String| frame.place(name, &setting.field);
            let field = place(&setting.field)?;
            let or_in = setting.or_in.iter().map(place).collect::<Result<Vec<_>, _>>()?;
            let mut comparator = comparator(setting, registry)?;
            comparator.prepare(&frame.fields[field]);
            let mut levels = comparator.levels();
            let elsewhere = (!or_in.is_empty()).then_some(1);
            if let Some(at) = elsewhere {
                levels.insert(at, format!("stands in {}", setting.or_in.join(", ")));
            }
            let width = levels.len() as u64 + 1;
            all.push(Comparison {
                name: setting.field.clone(),
                field,
                or_in,
                term_frequency: setting.term_frequency,
                chances: frequencies
                    .get(&setting.field)
                    .filter(|_| setting.term_frequency)
                    .map(|outside| chances(&frame.fields[field], outside, settings.outside_rows)),
                levels,
                elsewhere,
                has_chances: comparator.knows_chances(),
                comparator,
                stride,
            });
            stride = stride
                .checked_mul(width)
                .ok_or_else(|| LinkageError::TooManyLevels(setting.field.clone()))?;
        }
        Ok(Self { all })
    }

    #[inline]
    pub fn pattern(&self, frame: &Frame, left: &[u32], right: &[u32]) -> u64 {
        self.all.iter().map(|c| c.compare(frame, left, right) as u64 * c.stride).sum()
    }

    pub fn digits(&self, pattern: u64) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut rest = pattern;
        self.all.iter().enumerate().map(move |(at, comparison)| {
            let width = comparison.levels.len() as u64 + 1;
            let digit = rest % width;
            rest /= width;
            (at, digit as usize)
        })
    }
}

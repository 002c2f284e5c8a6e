//! Numbers compared by difference, absolute or as a part of the larger.

use rayon::prelude::*;

use super::comparator::{Cell, Comparator};
use super::frame::Field;
use super::settings::NumberSettings;

pub struct Numbers {
    settings: NumberSettings,
    parsed: Vec<f64>,
    /// Values in order with the rows up to and including each.
    sorted: Vec<(f64, u64)>,
    filled: u64,
    /// Per value and level, the share of rows that stand at it.
    shares: Vec<f32>,
}

impl Numbers {
    pub fn new(settings: &NumberSettings) -> Self {
        Self {
            settings: settings.clone(),
            parsed: Vec::new(),
            sorted: Vec::new(),
            filled: 0,
            shares: Vec::new(),
        }
    }

    /// Half the width of a level's band around a value.
    fn reach(&self, around: f64, level: usize) -> f64 {
        let within = &self.settings.within;
        match level.checked_sub(1) {
            None => 0.0,
            Some(at) if at < within.len() => within[at],
            Some(at) => self
                .settings
                .relative
                .get(at - within.len())
                .map_or(f64::INFINITY, |part| part * around.abs()),
        }
    }

    fn rows_between(&self, from: f64, to: f64) -> u64 {
        let upto = |n: usize| n.checked_sub(1).map_or(0, |at| self.sorted[at].1);
        upto(self.sorted.partition_point(|(value, _)| *value <= to))
            - upto(self.sorted.partition_point(|(value, _)| *value < from))
    }

    fn share(&self, around: f64, level: usize) -> f64 {
        let (wide, tight) = (self.reach(around, level), self.reach(around, level.saturating_sub(1)));
        let mut rows = self.rows_between(around - wide, around + wide);
        if level > 0 {
            rows -= self.rows_between(around - tight, around + tight).min(rows);
        } else {
            // The value itself is no coincidence.
            rows -= 1.min(rows);
        }
        (rows as f64 + 0.5) / (self.filled as f64 + 1.0)
    }
}

impl Comparator for Numbers {
    fn levels(&self) -> Vec<String> {
        let within = self.settings.within.iter().map(|t| format!("within {t}"));
        super::text::ladder(
            within.chain(self.settings.relative.iter().map(|t| format!("within {} %", t * 100.0))),
        )
    }

    fn prepare(&mut self, field: &Field) {
        self.parsed = field.values.values().map(|text| text.parse().unwrap_or(f64::NAN)).collect();
        if !self.settings.density {
            return;
        }
        let mut sorted: Vec<(f64, u64)> = self
            .parsed
            .iter()
            .zip(&field.counts)
            .filter(|(v, _)| v.is_finite())
            .map(|(v, n)| (*v, u64::from(*n)))
            .collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0;
        for (_, rows) in &mut sorted {
            sum += *rows;
            *rows = sum;
        }
        (self.sorted, self.filled) = (sorted, sum);
        let levels = self.settings.within.len() + self.settings.relative.len() + 1;
        let own =
            |value: &f64| (0..levels).map(|level| self.share(*value, level) as f32).collect::<Vec<f32>>();
        self.shares = self.parsed.par_iter().flat_map_iter(own).collect();
    }

    fn level(&self, a: Cell<'_>, b: Cell<'_>) -> usize {
        let (x, y) = (self.parsed[a.value as usize], self.parsed[b.value as usize]);
        let difference = (x - y).abs();
        let largest = x.abs().max(y.abs());
        let levels = self.settings.within.len() + self.settings.relative.len();
        (1..=levels).find(|level| difference <= self.reach(largest, *level)).unwrap_or(levels + 1)
    }

    fn knows_chances(&self) -> bool {
        self.settings.density
    }

    fn chance(&self, a: Cell<'_>, b: Cell<'_>, level: usize) -> Option<f64> {
        let levels = self.settings.within.len() + self.settings.relative.len();
        if !self.settings.density || level > levels {
            return None;
        }
        let share = |cell: Cell<'_>| f64::from(self.shares[cell.value as usize * (levels + 1) + level]);
        Some((share(a) + share(b)) / 2.0)
    }
}

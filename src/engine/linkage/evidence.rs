//! What each comparison said of each pair, as flat columns for a table. No text is compared again.

use rayon::prelude::*;

use super::decide::{Judged, Prepared};
use super::error::LinkageError;
use super::explain::LOOK_ALIKES;
use super::model::Model;

/// One entry per pair and comparison that had something to compare, pair by pair.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// Position in the pairs that were asked for.
    pub pair: Vec<u32>,
    /// Position in [`Prepared::comparisons`].
    pub comparison: Vec<u16>,
    /// Position in that comparison's levels, best first.
    pub level: Vec<u16>,
    /// The bits of one pair add up to [`Judged::bits`].
    pub bits: Vec<f64>,
}

impl Evidence {
    fn push(&mut self, pair: u32, comparison: usize, level: usize, bits: f64) {
        self.pair.push(pair);
        self.comparison.push(comparison as u16);
        self.level.push(level as u16);
        self.bits.push(bits);
    }

    fn append(&mut self, mut other: Self) {
        self.pair.append(&mut other.pair);
        self.comparison.append(&mut other.comparison);
        self.level.append(&mut other.level);
        self.bits.append(&mut other.bits);
    }
}

/// Pairs per task.
const CHUNK: usize = 4096;

impl Prepared<'_> {
    /// Names of the comparisons with their levels; last the look-alikes, where the settings have any.
    pub fn comparisons(&self) -> Vec<(String, Vec<String>)> {
        let own = self.comparisons.all.iter().map(|c| (c.name.clone(), c.levels.clone()));
        let names = self.settings.look_alike.iter().map(|look| look.name.as_str());
        let look_alikes = (!self.settings.look_alike.is_empty())
            .then(|| (LOOK_ALIKES.to_owned(), vec![names.collect::<Vec<_>>().join(", ")]));
        own.chain(look_alikes).collect()
    }

    /// The evidence of pairs that [`Prepared::judge`] told, with the model they were judged by.
    pub fn evidence(&self, model: &Model, pairs: &[Judged]) -> Result<Evidence, LinkageError> {
        let scorer = self.scorer(model)?;
        let places = self.frame.places();
        let width = self.comparisons.all.len();
        let parts: Vec<Evidence> = pairs
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, pairs)| {
                let (mut out, mut bits) = (Evidence::default(), vec![0.0; width + 1]);
                for (at, judged) in ((chunk * CHUNK) as u32..).zip(pairs) {
                    let (left, right) = places.canonical(judged.left, judged.right);
                    let (left, right) = (self.frame.left().row(left), self.frame.right().row(right));
                    scorer.parts(judged.pattern, left, right, &mut bits);
                    for (c, digit) in self.comparisons.digits(judged.pattern).filter(|(_, d)| *d > 0) {
                        out.push(at, c, digit - 1, bits[c]);
                    }
                    if !self.settings.look_alike.is_empty() {
                        out.push(at, width, 0, bits[width]);
                    }
                }
                out
            })
            .collect();
        Ok(parts.into_iter().fold(Evidence::default(), |mut all, part| {
            all.append(part);
            all
        }))
    }
}

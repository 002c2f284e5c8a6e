//! Whether tonight's data still look like those a model was trained on, level by level. A report, no verdict.

use super::decide::{Outcome, Prepared};
use super::error::LinkageError;
use super::model::{LevelModel, Model};
use super::rates::estimate;
use super::train::SEED;

/// How far a model lies from other data.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// Matches that tonight's m were counted from: sum of probabilities, or matches of the other model.
    pub matches: f64,
    pub prior: f64,
    /// The chance of a match between two random records tonight.
    pub prior_seen: f64,
    pub comparison: Vec<ComparisonDrift>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonDrift {
    pub name: String,
    /// Share of matches that stand at another level than the model expects, 0 to 1.
    pub m_moved: f64,
    /// Share of random pairs that stand at another level than the model expects, 0 to 1.
    pub u_moved: f64,
    /// How far the weight of a level moved, averaged over the matches: what the drift costs or gives.
    pub bits_moved: f64,
    /// What `m_moved` comes to by chance alone, at most, in about 99 of 100 nights.
    pub noise: f64,
    pub level: Vec<LevelDrift>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct LevelDrift {
    pub name: String,
    pub m: f64,
    pub m_seen: f64,
    pub u: f64,
    pub u_seen: f64,
}

impl Drift {
    /// Comparisons whose m moved by more than this share beyond chance, or whose weights moved by more
    /// than these bits; the furthest first.
    pub fn over(&self, share: f64, bits: f64) -> Vec<&ComparisonDrift> {
        let far = |c: &&ComparisonDrift| c.m_moved - c.noise > share || c.bits_moved > bits;
        let mut out: Vec<&ComparisonDrift> = self.comparison.iter().filter(far).collect();
        out.sort_by(|a, b| b.bits_moved.total_cmp(&a.bits_moved).then(a.name.cmp(&b.name)));
        out
    }
}

impl Model {
    /// This model against one trained on other data with the same settings.
    pub fn drift(&self, seen: &Self) -> Result<Drift, LinkageError> {
        let shape = |model: &Self| -> Vec<(String, Vec<String>)> {
            let levels = |level: &[LevelModel]| level.iter().map(|l| l.name.clone()).collect();
            model.comparison.iter().map(|c| (c.name.clone(), levels(&c.level))).collect()
        };
        if shape(self) != shape(seen) {
            return Err(LinkageError::ModelMisfit("the two models have other comparisons or levels".into()));
        }
        let numbers = seen.parameters();
        Ok(self.against(&numbers.m, &numbers.u, seen.prior * seen.pairs, seen.prior))
    }

    fn against(&self, m: &[Vec<f64>], u: &[Vec<f64>], matches: f64, prior_seen: f64) -> Drift {
        let comparison = self
            .comparison
            .iter()
            .zip(m.iter().zip(u))
            .map(|(own, (m, u))| {
                let level = own.level.iter().zip(m.iter().zip(u)).map(|(own, (m, u))| LevelDrift {
                    name: own.name.clone(),
                    m: own.m,
                    m_seen: *m,
                    u: own.u,
                    u_seen: *u,
                });
                compared(own.name.clone(), level.collect(), matches)
            })
            .collect();
        Drift { matches, prior: self.prior, prior_seen, comparison }
    }
}

fn compared(name: String, level: Vec<LevelDrift>, matches: f64) -> ComparisonDrift {
    let moved = |pick: fn(&LevelDrift) -> (f64, f64)| {
        level.iter().map(pick).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0
    };
    let bits = |l: &LevelDrift| l.m_seen * ((l.m_seen / l.u_seen).log2() - (l.m / l.u).log2()).abs();
    // A share p counted from n matches strays by the root of p(1-p)/n; three of these for each level.
    let stray = |l: &LevelDrift| (l.m * (1.0 - l.m).max(0.0) / matches.max(1.0)).sqrt();
    ComparisonDrift {
        name,
        m_moved: moved(|l| (l.m, l.m_seen)),
        u_moved: moved(|l| (l.u, l.u_seen)),
        bits_moved: level.iter().map(bits).sum(),
        noise: level.iter().map(stray).sum::<f64>() * 1.5,
        level,
    }
}

/// Less than this is no share to take a logarithm of.
const LEAST: f64 = 1e-9;

impl Prepared<'_> {
    /// The model against these data, without training: m counted from the judged pairs by their
    /// probabilities, u from random pairs.
    pub fn drift(&self, model: &Model, outcome: &Outcome) -> Result<Drift, LinkageError> {
        model.fits(&self.comparisons, &self.settings.look_alike)?;
        let mut m: Vec<Vec<f64>> = self.comparisons.all.iter().map(|c| vec![0.0; c.levels.len()]).collect();
        let places = self.frame.places();
        for pair in &outcome.pairs {
            let (left, right) = places.canonical(pair.left, pair.right);
            let rules = self.blocks.rules_of(left, right);
            for (c, digit) in self.comparisons.digits(pair.pattern).filter(|(_, digit)| *digit > 0) {
                // As in training: only pairs that were found without looking at the comparison.
                let closed = model.comparison[c].m_seen_through_its_block;
                if closed || rules & !self.blocks.touching(self.comparisons.all[c].field) != 0 {
                    m[c][digit - 1] += pair.probability;
                }
            }
        }
        for levels in &mut m {
            let sum: f64 = levels.iter().sum();
            levels.iter_mut().for_each(|m| *m = (*m / sum.max(LEAST)).max(LEAST));
        }
        let numbers = model.numbers_for(&self.frame);
        let rates = estimate(&self.frame, &self.comparisons, SEED);
        let prior = (outcome.expected_matches / self.frame.pairs().max(1.0)).min(0.5);
        let mut u = rates.rate;
        for (c, levels) in u.iter_mut().enumerate() {
            for (level, rate) in levels.iter_mut().enumerate() {
                // Matches and look-alikes among the random pairs are taken off, as in training.
                let look_alikes: f64 = numbers.look_alike.iter().map(|(p, q)| p * q[c][level]).sum();
                let known = prior * m[c][level] + look_alikes;
                let least = if level == 0 { 0.01 * *rate } else { (0.1 * *rate).max(rates.least) };
                *rate = ((*rate - known) / numbers.rest().max(0.01))
                    .max(least)
                    .max(m[c][level] / self.settings.most_bits.exp2());
            }
        }
        Ok(model.against(&m, &u, outcome.expected_matches, prior))
    }
}

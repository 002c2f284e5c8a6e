//! The trained model: readable, versioned, bound to the data it was trained on.

use serde::{Deserialize, Serialize};

use super::comparison::{Comparisons, Registry};
use super::error::LinkageError;
use super::frame::Frame;
use super::frequency::Frequencies;
use super::settings::{LookAlike, Settings};
use super::table::Table;

/// The version of the model that this program writes and reads.
pub const VERSION: u32 = 1;

/// How likely each level is on a match and among random pairs, and on which rows that was learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub version: u32,
    /// Of the rows the model was trained on.
    pub fingerprint: String,
    /// All pairs there were, blocked or not.
    pub pairs: f64,
    /// Rows of the smaller table.
    pub rows: u64,
    pub trained_on_pairs: u64,
    /// The chance that two random records match.
    pub prior: f64,
    /// Whether the numbers had come to rest; if not, they are the last ones.
    pub converged: bool,
    pub rounds: u32,
    /// The largest change of a parameter in the last round.
    pub last_change: f64,
    pub comparison: Vec<ComparisonModel>,
    #[serde(default)]
    pub look_alike: Vec<LookAlikeModel>,
}

/// The levels of one comparison, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonModel {
    pub name: String,
    /// No blocking rule leaves this comparison out: m is seen through the blocks and may be too high.
    pub m_seen_through_its_block: bool,
    pub level: Vec<LevelModel>,
}

/// One level: its probability on a match (`m`) and among random pairs (`u`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelModel {
    pub name: String,
    pub m: f64,
    pub u: f64,
    /// log2(m / u), worked out anew when a model is read.
    #[serde(default)]
    pub bits: f64,
}

/// Pairs that resemble a match and are none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookAlikeModel {
    pub name: String,
    /// The chance that two random records are such a pair.
    pub prior: f64,
    /// Per comparison and level; of fields that agree as a match does, those of the match.
    pub q: Vec<Vec<f64>>,
}

/// The numbers alone, as training and scoring use them.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    pub prior: f64,
    pub m: Vec<Vec<f64>>,
    pub u: Vec<Vec<f64>>,
    pub look_alike: Vec<(f64, Vec<Vec<f64>>)>,
}

impl Parameters {
    /// The chance that two random records are neither a match nor a look-alike.
    pub fn rest(&self) -> f64 {
        1.0 - self.prior - self.look_alike.iter().map(|l| l.0).sum::<f64>()
    }
}

impl Model {
    /// Whether the model's comparisons, levels and look-alikes are those of the settings.
    pub fn fits(&self, comparisons: &Comparisons, look_alike: &[LookAlike]) -> Result<(), LinkageError> {
        let names = |all: &mut dyn Iterator<Item = &String>| {
            all.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        if self.version != VERSION {
            return Err(LinkageError::ModelVersion { found: self.version, reads: VERSION });
        }
        if !self.comparison.iter().map(|c| &c.name).eq(comparisons.all.iter().map(|c| &c.name)) {
            return Err(LinkageError::ModelMisfit(format!(
                "it compares {}, they compare {}",
                names(&mut self.comparison.iter().map(|c| &c.name)),
                names(&mut comparisons.all.iter().map(|c| &c.name))
            )));
        }
        for (own, other) in self.comparison.iter().zip(&comparisons.all) {
            if !own.level.iter().map(|l| &l.name).eq(&other.levels) {
                return Err(LinkageError::ModelMisfit(format!("`{}` has other levels", own.name)));
            }
        }
        if !self.look_alike.iter().map(|l| &l.name).eq(look_alike.iter().map(|l| &l.name)) {
            return Err(LinkageError::ModelMisfit("it knows other look-alikes".into()));
        }
        let fits =
            |q: &Vec<Vec<f64>>| q.iter().map(Vec::len).eq(self.comparison.iter().map(|c| c.level.len()));
        match self.look_alike.iter().find(|look| !fits(&look.q)) {
            Some(look) => {
                Err(LinkageError::ModelMisfit(format!("look-alike `{}` has other levels", look.name)))
            }
            None => Ok(()),
        }
    }

    /// As [`Self::fits`], of settings that no table was brought to yet.
    ///
    /// # Errors
    /// What does not fit.
    pub fn fits_settings(&self, settings: &Settings, registry: &Registry) -> Result<(), LinkageError> {
        let frame = Frame::new(vec![Table::new(Vec::new(), Vec::new())], &settings.fields(), &[]);
        let comparisons = Comparisons::resolve(settings, &frame, registry, &Frequencies::default())?;
        self.fits(&comparisons, &settings.look_alike)
    }

    /// The numbers for tables of another size: matches grow with the rows, pairs with their square.
    pub fn numbers_for(&self, frame: &Frame) -> Parameters {
        let mut numbers = self.parameters();
        let rows = frame.left().rows.min(frame.right().rows) as f64;
        let scale = (rows / self.rows.max(1) as f64) * self.pairs / frame.pairs().max(1.0);
        numbers.prior = (numbers.prior * scale).min(0.5);
        for look in &mut numbers.look_alike {
            look.0 = (look.0 * scale).min(0.2);
        }
        numbers
    }

    pub fn parameters(&self) -> Parameters {
        let levels = |pick: fn(&LevelModel) -> f64| {
            self.comparison.iter().map(|c| c.level.iter().map(pick).collect()).collect()
        };
        Parameters {
            prior: self.prior,
            m: levels(|l| l.m),
            u: levels(|l| l.u),
            look_alike: self.look_alike.iter().map(|l| (l.prior, l.q.clone())).collect(),
        }
    }

    /// Puts other numbers in place.
    pub fn set(&mut self, numbers: &Parameters) {
        self.prior = numbers.prior;
        for (comparison, (m, u)) in self.comparison.iter_mut().zip(numbers.m.iter().zip(&numbers.u)) {
            for (level, (m, u)) in comparison.level.iter_mut().zip(m.iter().zip(u)) {
                (level.m, level.u, level.bits) = (*m, *u, (m / u).log2());
            }
        }
        for (own, (prior, q)) in self.look_alike.iter_mut().zip(&numbers.look_alike) {
            own.prior = *prior;
            own.q.clone_from(q);
        }
    }

    /// A model without numbers for these comparisons.
    pub fn blank(comparisons: &Comparisons) -> Self {
        let level = |name: &String| LevelModel { name: name.clone(), m: 0.0, u: 0.0, bits: 0.0 };
        let comparison = comparisons
            .all
            .iter()
            .map(|c| ComparisonModel {
                name: c.name.clone(),
                m_seen_through_its_block: false,
                level: c.levels.iter().map(level).collect(),
            })
            .collect();
        Self {
            version: VERSION,
            fingerprint: String::new(),
            pairs: 0.0,
            rows: 0,
            trained_on_pairs: 0,
            prior: 0.0,
            converged: false,
            rounds: 0,
            last_change: 0.0,
            comparison,
            look_alike: Vec::new(),
        }
    }
}

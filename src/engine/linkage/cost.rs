//! What blocking will cost, before anything is compared.

use super::block_rule::RuleReport;
use super::decide::Prepared;
use super::train::{KEPT_PAIRS, KeptPair, TRAINING_PAIRS};

/// The blocking rules together.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocking {
    pub rules: Vec<RuleReport>,
    /// Per rule the pairs that no earlier rule gives.
    pub new_pairs: Vec<u64>,
    /// Pairs looked at, each once.
    pub pairs: u64,
    /// Pairs there are, blocked or not.
    pub all_pairs: f64,
    /// The most comparisons of two values, training included.
    pub comparisons: u64,
    /// Pairs are few enough to be compared once and kept; else they are compared twice.
    pub kept: bool,
    /// Memory of the kept pairs, in bytes.
    pub bytes: u64,
}

impl Prepared<'_> {
    /// Counts all pairs of the rules without comparing them, unless training has.
    pub fn cost(&self) -> Blocking {
        let rules = self.blocks.reports.clone();
        let new_pairs = self.new_pairs.clone().unwrap_or_else(|| self.blocks.new_pairs());
        let pairs: u64 = new_pairs.iter().sum();
        let kept = rules.iter().map(|rule| rule.pairs).sum::<u64>() <= KEPT_PAIRS;
        let compared = if kept { pairs } else { pairs + TRAINING_PAIRS.min(pairs) };
        let one = std::mem::size_of::<KeptPair>() as u64;
        Blocking {
            rules,
            new_pairs,
            pairs,
            all_pairs: self.frame.pairs(),
            comparisons: compared * self.comparisons.all.len() as u64,
            kept,
            bytes: if kept { pairs * one } else { 0 },
        }
    }
}

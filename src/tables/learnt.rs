//! What blocking gives and what training learnt, in words and for machines.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::shown;
use super::words::{ENGLISH, OwnWords};
use crate::config::tables::TablesPlan;
use crate::engine::linkage::block_rule::RuleReport;
use crate::engine::linkage::cost::Blocking;
use crate::engine::linkage::model::{ComparisonModel, LevelModel, Model};
use crate::report::text_table::{TextTable, thousands};

/// Where the model comes from.
#[derive(Debug, Serialize)]
pub struct Training {
    /// Learnt from these tables, rather than read from a file.
    pub tonight: bool,
    /// A model from a file that was learnt from other rows.
    pub other_data: bool,
    pub converged: bool,
    pub rounds: u32,
    pub pairs: u64,
    pub rows: u64,
    /// Comparisons that no blocking rule leaves out: their m may be too high.
    pub seen_through_block: Vec<String>,
}

/// One blocking rule. Keys are never shown.
#[derive(Debug, Serialize)]
pub struct RuleLine {
    pub rule: String,
    pub blocks: u64,
    pub pairs: u64,
    /// Pairs that no earlier rule gives.
    pub new_pairs: u64,
    /// Pairs of the largest block.
    pub largest: u64,
    pub placeholders: u64,
    pub split: u64,
    pub narrowed: u64,
    pub refused: u64,
    pub refused_pairs: u64,
}

impl Training {
    pub fn of(model: &Model, tonight: bool, other_data: bool) -> Self {
        let seen = model.comparison.iter().filter(|c| c.m_seen_through_its_block);
        Self {
            tonight,
            other_data,
            converged: model.converged,
            rounds: model.rounds,
            pairs: model.trained_on_pairs,
            rows: model.rows,
            seen_through_block: seen.map(|c| c.name.clone()).collect(),
        }
    }

    /// In one line.
    pub fn line(&self, own: &OwnWords) -> String {
        let source = if self.tonight { own.tonight } else { own.from_file };
        let rest = if self.converged { own.converged } else { own.not_converged };
        let rounds = format!("{} {}", self.rounds, own.rounds);
        let mut line = format!("{source}: {rest}, {rounds}, {} {}", thousands(self.pairs), own.pairs);
        if self.other_data {
            line.push_str(&format!("; {}", own.other_data));
        }
        if !self.seen_through_block.is_empty() {
            line.push_str(&format!("; {}: {}", own.seen, self.seen_through_block.join(", ")));
        }
        line
    }
}

pub fn rule_lines(blocking: &Blocking) -> Vec<RuleLine> {
    let line = |(rule, new_pairs): (&RuleReport, &u64)| RuleLine {
        rule: rule.rule.clone(),
        blocks: rule.blocks,
        pairs: rule.pairs,
        new_pairs: *new_pairs,
        largest: rule.largest.first().map_or(0, |block| block.pairs),
        placeholders: rule.placeholders,
        split: rule.split,
        narrowed: rule.narrowed,
        refused: rule.refused,
        refused_pairs: rule.refused_pairs,
    };
    blocking.rules.iter().zip(&blocking.new_pairs).map(line).collect()
}

/// What the blocking rules give, before anything is scored.
#[derive(Debug, Serialize)]
pub struct BlockingReport {
    pub pairs: Vec<BlockingLine>,
}

#[derive(Debug, Serialize)]
pub struct BlockingLine {
    pub left: String,
    pub right: String,
    pub rules: Vec<RuleLine>,
    pub candidate_pairs: u64,
    pub all_pairs: f64,
    /// The most comparisons of two values, training included.
    pub comparisons: u64,
    /// Memory of the pairs, where they are kept.
    pub bytes: u64,
}

impl BlockingReport {
    pub fn new(plan: &TablesPlan, all: &[((usize, usize), Blocking)]) -> Self {
        let name = |at: usize| plan.tables.get(at).map_or_else(String::new, |table| table.name.clone());
        let line = |((left, right), blocking): &((usize, usize), Blocking)| {
            BlockingLine::new(name(*left), name(*right), blocking)
        };
        Self { pairs: all.iter().map(line).collect() }
    }
}

impl BlockingLine {
    pub fn new(left: String, right: String, blocking: &Blocking) -> Self {
        Self {
            left,
            right,
            rules: rule_lines(blocking),
            candidate_pairs: blocking.pairs,
            all_pairs: blocking.all_pairs,
            comparisons: blocking.comparisons,
            bytes: blocking.bytes,
        }
    }
}

impl fmt::Display for BlockingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.pairs {
            let BlockingLine { left, right, rules, candidate_pairs, all_pairs, comparisons, bytes } = line;
            write!(f, "{}\n{}", names(left, right), rule_table(rules, &ENGLISH))?;
            writeln!(f, "  {}", candidates(rules, *candidate_pairs, *all_pairs, &ENGLISH))?;
            let memory = bytes.div_ceil(1 << 20);
            writeln!(f, "  {} values compared at most, {memory} MB of pairs kept", thousands(*comparisons))?;
        }
        Ok(())
    }
}

/// What training learnt.
#[derive(Debug, Serialize)]
pub struct TrainReport {
    pub model: String,
    pub pairs: Vec<TrainLine>,
}

#[derive(Debug, Serialize)]
pub struct TrainLine {
    pub left: String,
    pub right: String,
    pub training: Training,
    pub levels: Vec<LevelLine>,
}

#[derive(Debug, Serialize)]
pub struct LevelLine {
    pub comparison: String,
    pub level: String,
    pub m: f64,
    pub u: f64,
    pub bits: f64,
}

impl TrainReport {
    pub fn new(plan: &TablesPlan, pairs: &[(usize, usize)], models: &[Model], file: &Path) -> Self {
        let name = |at: usize| plan.tables.get(at).map_or_else(String::new, |table| table.name.clone());
        let line = |((left, right), model): (&(usize, usize), &Model)| TrainLine {
            left: name(*left),
            right: name(*right),
            training: Training::of(model, true, false),
            levels: levels(model),
        };
        Self { model: shown(file), pairs: pairs.iter().zip(models).map(line).collect() }
    }
}

fn levels(model: &Model) -> Vec<LevelLine> {
    let of = |comparison: &ComparisonModel| {
        let level = |level: &LevelModel| LevelLine {
            comparison: comparison.name.clone(),
            level: level.name.clone(),
            m: level.m,
            u: level.u,
            bits: level.bits,
        };
        comparison.level.iter().map(level).collect::<Vec<_>>()
    };
    model.comparison.iter().flat_map(of).collect()
}

impl fmt::Display for TrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, pairs } = self;
        for TrainLine { left, right, training, levels } in pairs {
            let mut table = TextTable::new(&["comparison", "level", "m", "u", "bits"]);
            for LevelLine { comparison, level, m, u, bits } in levels {
                let numbers = [format!("{m:.6}"), format!("{u:.6}"), format!("{bits:.2}")];
                table.row([comparison.clone(), level.clone()].into_iter().chain(numbers).collect());
            }
            write!(f, "{}\n{table}", names(left, right))?;
            writeln!(f, "  {}", training.line(&ENGLISH))?;
        }
        writeln!(f, "model: {model}")
    }
}

pub fn names(left: &str, right: &str) -> String {
    if left == right { left.to_owned() } else { format!("{left} + {right}") }
}

pub fn rule_table(rules: &[RuleLine], own: &OwnWords) -> TextTable {
    let heading = [own.rule, own.blocks, own.pairs, own.new_pairs, own.largest, own.refused];
    let mut table = TextTable::new(&heading);
    for line in rules {
        let RuleLine { rule, blocks, pairs, new_pairs, largest, refused_pairs, .. } = line;
        let numbers = [blocks, pairs, new_pairs, largest, refused_pairs].map(|count| thousands(*count));
        table.row([rule.clone()].into_iter().chain(numbers).collect());
    }
    table
}

/// How many pairs are to be scored, and the rules that give none.
pub fn candidates(rules: &[RuleLine], pairs: u64, all: f64, own: &OwnWords) -> String {
    let mut out = format!("{} {} {}", thousands(pairs), own.candidates, thousands(all as u64));
    for line in rules.iter().filter(|line| line.pairs == 0) {
        out.push_str(&format!("\n  `{}` {}", line.rule, own.joins_nobody));
    }
    out
}

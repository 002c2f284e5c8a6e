//! Precision and recall, as a table for people and as JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::report::text_table::{TextTable, thousands};

/// Counts behind one precision and one recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Score {
    /// What is true.
    pub planted: u64,
    /// What is true and was found.
    pub found: u64,
    /// What was claimed.
    pub claimed: u64,
    /// What was claimed and is true.
    pub right: u64,
}

impl Score {
    /// Right among claimed; `None` when nothing was claimed.
    pub fn precision(&self) -> Option<f64> {
        (self.claimed > 0).then(|| self.right as f64 / self.claimed as f64)
    }

    /// Found among planted; `None` when nothing was planted.
    pub fn recall(&self) -> Option<f64> {
        (self.planted > 0).then(|| self.found as f64 / self.planted as f64)
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    pub run_id: String,
    /// Precision by rung; recall by the key that still ties a pair.
    pub links: BTreeMap<String, Score>,
    pub duplicates: Score,
    pub findings: BTreeMap<String, Score>,
    /// Records that no rung of the ladder can tie to the hub, or that were rightly refused.
    pub beyond_pairs: u64,
    /// What is planted on, or claimed of, those records.
    pub beyond: BTreeMap<String, Score>,
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run_id, links, duplicates, findings, beyond_pairs, beyond } = self;
        writeln!(f, "run {run_id} against the truth\n")?;
        let mut table =
            TextTable::new(&["links", "planted", "found", "recall", "claimed", "right", "precision"]);
        for (name, score) in links {
            table.row(line(name, score));
        }
        table.row(line("duplicates", duplicates));
        writeln!(f, "{table}")?;
        let mut table =
            TextTable::new(&["finding", "planted", "found", "recall", "claimed", "right", "precision"]);
        for (name, score) in findings {
            table.row(line(name, score));
        }
        writeln!(f, "{table}")?;
        let pairs = thousands(*beyond_pairs);
        writeln!(
            f,
            "{pairs} records are beyond the ladder: refused as malformed, or tied to the hub by no code or identity."
        )?;
        writeln!(
            f,
            "What is planted on them, or claimed because they could not be seen, is listed here and counted nowhere above."
        )?;
        if !beyond.is_empty() {
            let mut table = TextTable::new(&["finding", "planted", "claimed"]);
            for (name, score) in beyond {
                table.row(vec![name.clone(), thousands(score.planted), thousands(score.claimed)]);
            }
            write!(f, "{table}")?;
        }
        Ok(())
    }
}

fn line(name: &str, score: &Score) -> Vec<String> {
    let Score { planted, found, claimed, right } = *score;
    let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), floor4);
    vec![
        name.to_owned(),
        thousands(planted),
        thousands(found),
        share(score.recall()),
        thousands(claimed),
        thousands(right),
        share(score.precision()),
    ]
}

/// Four decimals, rounded down: only a perfect score reads 1.0000.
fn floor4(share: f64) -> String {
    format!("{:.4}", (share * 10_000.0).floor() / 10_000.0)
}

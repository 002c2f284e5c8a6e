//! What the runs before this one took in: the memory against which a feed is judged.
//!
//! It is read from what they published, so that it says no more than anybody can check, and it is an
//! input of a run like any other.

use std::path::Path;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::engine::digest::hex;
use crate::engine::parquet_file;
use crate::engine::publish::{self, FeedEntry, PublishError};

/// Nights are looked back upon, for each that is wanted: a row of unhealthy ones must not make a feed
/// forget what is usual.
const PATIENCE: usize = 5;
/// Fewer runs than this say nothing about what is usual.
const FEWEST: usize = 3;
const HEALTHY: &str = "healthy";

/// One earlier run.
#[derive(Debug, Clone)]
pub struct PastRun {
    pub run_date: String,
    pub run_id: String,
    pub pipeline_sha256: String,
    pub feeds: Vec<FeedEntry>,
}

/// One column of a feed of the run before.
#[derive(Debug, Clone, PartialEq)]
pub struct PastColumn {
    pub system: String,
    pub header: String,
    pub position: Option<u64>,
    pub field: Option<String>,
    pub encoding: Option<String>,
    pub cells: u64,
    pub empty: u64,
    pub unreadable: u64,
    pub values: Vec<String>,
}

/// The runs of a pipeline before a date, oldest first, and the columns of the last one.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub runs: Vec<PastRun>,
    pub columns: Vec<PastColumn>,
}

/// Reads the runs of a pipeline before a date: enough to find the last `most` healthy ones of a system.
///
/// # Errors
/// When a manifest is there and cannot be read.
pub fn read(out: &Path, pipeline: &str, before: NaiveDate, most: usize) -> Result<History, PublishError> {
    let before = before.to_string();
    let mut runs = Vec::new();
    let dates = publish::run_dates(out)?;
    for date in dates.iter().rev().filter(|date| **date < before) {
        if runs.len() == most * PATIENCE {
            break;
        }
        if let Some(manifest) = publish::current_manifest(out, date)?.filter(|m| m.pipeline == pipeline) {
            runs.push(PastRun {
                run_date: date.clone(),
                run_id: manifest.run_id,
                pipeline_sha256: manifest.pipeline_sha256,
                feeds: manifest.feeds,
            });
        }
    }
    runs.reverse();
    let columns = runs.last().map(|run| columns(out, &run.run_date)).unwrap_or_default();
    Ok(History { runs, columns })
}

/// The columns of a run; of one without such a table, none.
fn columns(out: &Path, date: &str) -> Vec<PastColumn> {
    const NAMES: [&str; 9] =
        ["system", "header", "position", "field", "encoding", "cells", "empty", "unreadable", "values"];
    let path = out.join(format!("feed_columns/run_date={date}/part-0000.parquet"));
    let Ok(rows) = parquet_file::read_texts(&path, &NAMES) else { return Vec::new() };
    rows.into_iter()
        .map(|row| {
            let [system, header, position, field, encoding, cells, empty, unreadable, values] =
                row.try_into().unwrap_or_default();
            let number = |cell: Option<String>| cell.and_then(|cell| cell.parse().ok());
            PastColumn {
                system: system.unwrap_or_default(),
                header: header.unwrap_or_default(),
                position: number(position),
                field,
                encoding,
                cells: number(cells).unwrap_or_default(),
                empty: number(empty).unwrap_or_default(),
                unreadable: number(unreadable).unwrap_or_default(),
                values: values.and_then(|values| serde_json::from_str(&values).ok()).unwrap_or_default(),
            }
        })
        .collect()
}

impl History {
    /// The median number of rows of a system over its last healthy runs.
    pub fn usual_rows(&self, system: &str, runs: usize) -> Option<u64> {
        let of = |run: &PastRun| {
            let feeds: Vec<&FeedEntry> = run.feeds.iter().filter(|feed| feed.system == system).collect();
            let is_healthy = !feeds.is_empty() && feeds.iter().all(|feed| feed.health == HEALTHY);
            is_healthy.then(|| feeds.iter().map(|feed| feed.rows - feed.notes).sum())
        };
        let mut rows: Vec<u64> = self.runs.iter().rev().filter_map(of).take(runs).collect();
        rows.sort_unstable();
        (rows.len() >= FEWEST).then(|| rows[rows.len() / 2])
    }

    /// The date of an earlier run that was given the same bytes.
    pub fn delivered(&self, system: &str, sha256: &str) -> Option<&str> {
        let same = |feed: &FeedEntry| feed.system == system && feed.sha256 == sha256 && feed.bytes > 0;
        self.runs.iter().rev().find(|run| run.feeds.iter().any(same)).map(|run| run.run_date.as_str())
    }

    /// Whether this very pipeline has read the system's files before.
    pub fn fitted(&self, system: &str, pipeline_sha256: &str) -> bool {
        self.runs.iter().any(|run| {
            run.pipeline_sha256 == pipeline_sha256
                && run.feeds.iter().any(|feed| feed.system == system && feed.rows > 0)
        })
    }

    /// Names the history: a run against another history is another run.
    pub fn digest(&self) -> Option<String> {
        let ids: Vec<&str> = self.runs.iter().map(|run| run.run_id.as_str()).collect();
        (!ids.is_empty()).then(|| hex(&Sha256::digest(ids.join(" "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(date: &str, rows: u64, health: &str) -> PastRun {
        let feed = FeedEntry {
            system: "a".to_owned(),
            file: "a.csv".to_owned(),
            bytes: 1,
            sha256: format!("sha of {date}"),
            rows,
            notes: 0,
            health: health.to_owned(),
        };
        let (run_date, run_id) = (date.to_owned(), date.to_owned());
        PastRun { run_date, run_id, pipeline_sha256: "p".to_owned(), feeds: vec![feed] }
    }

    #[test]
    fn what_is_usual_is_the_median_of_healthy_runs() {
        let mut history =
            History { runs: vec![run("1", 100, "healthy"), run("2", 900, "healthy")], ..History::default() };
        assert_eq!(history.usual_rows("a", 7), None);
        history.runs.extend([run("3", 1, "too_few_rows"), run("4", 110, "healthy")]);
        assert_eq!(history.usual_rows("a", 7), Some(110));
        assert_eq!(history.usual_rows("b", 7), None);
        assert_eq!(history.delivered("a", "sha of 2"), Some("2"));
        assert_eq!(history.delivered("a", "sha of 9"), None);
        assert!(history.fitted("a", "p") && !history.fitted("a", "q") && !history.fitted("b", "p"));
    }
}

//! Reads what a run published, from its Parquet files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::EvaluateError;
use super::truth::Spot;
use crate::engine::{parquet_file, publish};

#[derive(Debug)]
pub struct OutputLink {
    pub left: String,
    pub right: String,
    pub left_system: String,
    pub right_system: String,
    pub rung: String,
}

#[derive(Debug)]
pub struct OutputFinding {
    pub kind: String,
    pub system: String,
    pub record: Option<String>,
    pub other_record: Option<String>,
    /// Of a finding without a case, how its detail begins: the day it is about.
    pub day: Option<String>,
    pub explained_by: Option<String>,
}

/// A difference that something explains.
#[derive(Debug)]
pub struct OutputExplained {
    pub system: String,
    pub record: String,
    pub explained_by: String,
}

#[derive(Debug)]
pub struct Outputs {
    pub run_id: String,
    /// Where each record came from, by record id.
    pub spots: BTreeMap<String, Spot>,
    /// The parse issues of each record that has any.
    pub issues: Vec<(Spot, String)>,
    pub quarantined: Vec<Spot>,
    /// Linked pairs; ambiguous ones claim nothing.
    pub links: Vec<OutputLink>,
    /// Member and survivor.
    pub duplicates: Vec<(String, String)>,
    pub findings: Vec<OutputFinding>,
    pub explained: Vec<OutputExplained>,
    /// System, a record of the case, and why the system is not expected to hold it.
    pub excused: Vec<(String, String, String)>,
}

impl Outputs {
    /// # Errors
    /// When there is no committed run of the date, or a table cannot be read.
    pub fn read(out: &Path, run_date: Option<&str>) -> Result<Self, EvaluateError> {
        let failed = |reason: String| EvaluateError::Outputs { path: out.display().to_string(), reason };
        let dates = publish::run_dates(out).map_err(|error| failed(error.to_string()))?;
        let date = run_date.map(str::to_owned).or_else(|| dates.last().cloned());
        let date = date.ok_or_else(|| failed("no run was committed there".to_owned()))?;
        let manifest = publish::current_manifest(out, &date).map_err(|error| failed(error.to_string()))?;
        let manifest = manifest.ok_or_else(|| failed(format!("no run of {date} was committed there")))?;
        let table = |name: &str, columns: &[&str]| {
            let path = out.join(format!("{name}/run_date={date}/part-0000.parquet"));
            parquet_file::read_texts(&path, columns)
                .map_err(|reason| EvaluateError::Outputs { path: path.display().to_string(), reason })
        };

        let (mut spots, mut issues) = (BTreeMap::new(), Vec::new());
        for mut row in table("records", &["record_id", "system", "file", "sheet", "row", "parse_issues"])? {
            let spot = spot(&mut row);
            if let Some(noted) = row[5].take() {
                issues.push((spot.clone(), noted));
            }
            spots.insert(row[0].take().unwrap_or_default(), spot);
        }
        let quarantined = table("quarantine", &["scope", "system", "file", "sheet", "row"])?
            .into_iter()
            .filter(|row| row[0].as_deref() == Some("row"))
            .map(|mut row| spot(&mut row))
            .collect();
        let links = ["left_record_id", "right_record_id", "left_system", "right_system", "rung", "state"];
        let links = table("links", &links)?
            .into_iter()
            .filter(|row| row[5].as_deref() == Some("linked"))
            .map(|row| {
                let [left, right, left_system, right_system, rung] =
                    [0, 1, 2, 3, 4].map(|at: usize| row[at].clone().unwrap_or_default());
                OutputLink { left, right, left_system, right_system, rung }
            })
            .collect();
        let duplicates = table("duplicates", &["record_id", "survivor_record_id", "is_survivor"])?
            .into_iter()
            .filter(|row| row[2].as_deref() == Some("false"))
            .map(|row| (row[0].clone().unwrap_or_default(), row[1].clone().unwrap_or_default()))
            .collect();
        let columns = ["kind", "system", "record_id", "other_record_id", "case_id", "detail", "explained_by"];
        let findings = table("findings", &columns)?
            .into_iter()
            .map(|row| OutputFinding {
                kind: row[0].clone().unwrap_or_default(),
                system: row[1].clone().unwrap_or_default(),
                record: row[2].clone(),
                other_record: row[3].clone(),
                day: row[5].as_ref().filter(|_| row[4].is_none()).and_then(|detail| day(detail)),
                explained_by: row[6].clone(),
            })
            .collect();
        let explained = table("differences", &["right_system", "right_record_id", "explained_by"])?
            .into_iter()
            .filter_map(|row| {
                let [system, record] = [0, 1].map(|at: usize| row[at].clone().unwrap_or_default());
                Some(OutputExplained { system, record, explained_by: row[2].clone()? })
            })
            .collect();
        let systems: BTreeSet<String> = spots.values().map(|spot| spot.system.clone()).collect();
        let mut excused = Vec::new();
        let hub = manifest.feeds.first().map(|feed| feed.system.clone()).unwrap_or_default();
        for system in systems.into_iter().filter(|system| *system != hub) {
            let columns = [format!("{hub}_record_id"), format!("{system}_reason")];
            for row in table("cases", &[&columns[0], &columns[1]])? {
                if let [Some(record), Some(reason)] = row.as_slice() {
                    excused.push((system.clone(), record.clone(), reason.clone()));
                }
            }
        }
        let run_id = manifest.run_id;
        Ok(Self { run_id, spots, issues, quarantined, links, duplicates, findings, explained, excused })
    }
}

/// The day a detail begins with.
fn day(detail: &str) -> Option<String> {
    detail.get(..10).filter(|day| day.parse::<chrono::NaiveDate>().is_ok()).map(str::to_owned)
}

/// Columns 1 to 4 of a row: system, file, sheet, row.
fn spot(row: &mut [Option<String>]) -> Spot {
    let mut take = |at: usize| row[at].take().unwrap_or_default();
    Spot { system: take(1), file: take(2), sheet: take(3), row: take(4).parse().unwrap_or(0) }
}

//! The commit record of a run: what it is called, what it read, what it wrote. It must not write one.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::{PublishError, failed};

/// Raised when a column changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;
pub(super) const RUNS: &str = "_runs";
pub(super) const MANIFEST: &str = "manifest.json";

/// One input of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeedEntry {
    pub system: String,
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    pub rows: u64,
    /// Of these, rows that never were records: titles, signatures, other tables.
    #[serde(default)]
    pub notes: u64,
    pub health: String,
}

/// One output of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutputEntry {
    pub name: String,
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

/// What a run is called, wherever it says so.
#[derive(Debug, Clone)]
pub struct RunName {
    pub run_id: String,
    pub run_date: String,
    pub as_of: String,
    pub pipeline: String,
    pub pipeline_sha256: String,
}

impl RunName {
    pub fn new(run_id: &str, as_of: NaiveDateTime, pipeline: &str, pipeline_sha256: &str) -> Self {
        Self {
            run_id: run_id.to_owned(),
            run_date: as_of.date().to_string(),
            as_of: as_of.to_string(),
            pipeline: pipeline.to_owned(),
            pipeline_sha256: pipeline_sha256.to_owned(),
        }
    }

    /// The key-value metadata of one table.
    pub fn metadata(&self, table: &str) -> Vec<(String, String)> {
        [
            ("doisoat.schema_version", SCHEMA_VERSION.to_string()),
            ("doisoat.table", table.to_owned()),
            ("doisoat.run_id", self.run_id.clone()),
            ("doisoat.run_date", self.run_date.clone()),
            ("doisoat.as_of", self.as_of.clone()),
            ("doisoat.pipeline", self.pipeline.clone()),
            ("doisoat.pipeline_sha256", self.pipeline_sha256.clone()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }

    /// The manifest before anything is published.
    pub fn manifest(self, feeds: Vec<FeedEntry>) -> Manifest {
        let Self { run_id, run_date, as_of, pipeline, pipeline_sha256 } = self;
        Manifest {
            schema_version: SCHEMA_VERSION,
            doisoat: env!("CARGO_PKG_VERSION").to_owned(),
            run_id,
            run_date,
            as_of,
            pipeline,
            pipeline_sha256,
            revision: 0,
            replaces: None,
            feeds,
            outputs: Vec::new(),
        }
    }
}

/// The commit record. It holds no clock time: the same inputs give the same bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    pub schema_version: u32,
    pub doisoat: String,
    pub run_id: String,
    pub run_date: String,
    pub as_of: String,
    pub pipeline: String,
    pub pipeline_sha256: String,
    /// 1 for the first run of a date; one more for each run that took its place.
    pub revision: u32,
    pub replaces: Option<String>,
    pub feeds: Vec<FeedEntry>,
    pub outputs: Vec<OutputEntry>,
}

/// The manifest of the run that stands for `run_date` in `out`, if any.
///
/// # Errors
/// When a manifest cannot be read.
pub fn current_manifest(out: &Path, run_date: &str) -> Result<Option<Manifest>, PublishError> {
    let of_date = manifests(out)?.into_iter().filter(|manifest| manifest.run_date == run_date);
    Ok(of_date.max_by_key(|manifest| manifest.revision))
}

/// The dates that have a committed run in `out`, in order.
///
/// # Errors
/// When a manifest cannot be read.
pub fn run_dates(out: &Path) -> Result<Vec<String>, PublishError> {
    let mut dates: Vec<String> = manifests(out)?.into_iter().map(|manifest| manifest.run_date).collect();
    dates.sort();
    dates.dedup();
    Ok(dates)
}

/// Every run that was ever committed in `out`, in no order.
fn manifests(out: &Path) -> Result<Vec<Manifest>, PublishError> {
    let runs = out.join(RUNS);
    let mut manifests = Vec::new();
    if runs.is_dir() {
        for entry in fs::read_dir(&runs).map_err(|source| failed(&runs, source))? {
            let entry = entry.map_err(|source| failed(&runs, source))?;
            manifests.extend(read_manifest(&entry.path().join(MANIFEST))?);
        }
    }
    Ok(manifests)
}

pub(super) fn manifest_path(out: &Path, run_id: &str) -> PathBuf {
    out.join(RUNS).join(run_id).join(MANIFEST)
}

pub(super) fn read_manifest(path: &Path) -> Result<Option<Manifest>, PublishError> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).map_err(|source| failed(path, source))?;
    serde_json::from_str(&text).map(Some).map_err(|error| PublishError::Manifest {
        path: path.display().to_string(),
        reason: error.to_string(),
    })
}

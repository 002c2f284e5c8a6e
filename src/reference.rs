//! The tables a night is judged by: working days, agencies, the catalogue of procedures.
//!
//! It reads what is shipped and what the pipeline names beside the exports. It must not judge.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::config::plan::{ReferenceFiles, RunPlan};
use crate::domain::agency::Agencies;
use crate::domain::calendar::WorkingCalendar;
use crate::domain::catalogue::Catalogue;
use crate::engine::digest::hex;

/// A table that cannot be used.
#[derive(Debug, Error)]
pub enum ReferenceError {
    #[error("read {}: {source}\n  [reference] names files in the folder of the exports", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: {reason}", path.display())]
    Table { path: PathBuf, reason: String },
    #[error("{0}\n  this is a defect of doisoat")]
    Shipped(String),
}

/// What is known beside the exports.
#[derive(Debug)]
pub struct Reference {
    pub calendar: WorkingCalendar,
    pub agencies: Agencies,
    /// `None` where the pipeline names none: nothing is then said of procedures.
    pub catalogue: Option<Catalogue>,
    /// Of each file that was read, for the run id.
    pub digests: Vec<String>,
}

impl Reference {
    /// # Errors
    /// When a named file is not there or holds something else.
    pub fn read(plan: &RunPlan) -> Result<Self, ReferenceError> {
        let ReferenceFiles { procedures, agencies, calendar } = &plan.reference;
        let mut digests = Vec::new();
        let mut text = |path: &Option<PathBuf>| -> Result<Option<(PathBuf, String)>, ReferenceError> {
            let Some(path) = path else { return Ok(None) };
            let bytes =
                std::fs::read(path).map_err(|source| ReferenceError::Io { path: path.clone(), source })?;
            digests.push(hex(&Sha256::digest(&bytes)));
            let text = String::from_utf8(bytes).map_err(|_| table(path, "is not UTF-8 text"))?;
            Ok(Some((path.clone(), text)))
        };
        let (procedures, units, days) = (text(procedures)?, text(agencies)?, text(calendar)?);
        Ok(Self {
            calendar: match days {
                None => {
                    WorkingCalendar::shipped().map_err(|error| ReferenceError::Shipped(error.to_string()))?
                }
                Some((path, text)) => WorkingCalendar::with(&text).map_err(|error| table(&path, error))?,
            },
            agencies: match units {
                None => Agencies::shipped().map_err(|error| ReferenceError::Shipped(error.to_string()))?,
                Some((path, text)) => Agencies::with(&text).map_err(|error| table(&path, error))?,
            },
            catalogue: match procedures {
                None => None,
                Some((path, text)) => {
                    let catalogue = Catalogue::parse(&text).map_err(|error| table(&path, error))?;
                    // A catalogue that failed to export would accuse every dossier.
                    if catalogue.versions().is_empty() {
                        return Err(table(&path, "holds no procedure"));
                    }
                    Some(catalogue)
                }
            },
            digests,
        })
    }
}

fn table(path: &Path, reason: impl std::fmt::Display) -> ReferenceError {
    ReferenceError::Table { path: path.to_owned(), reason: reason.to_string() }
}

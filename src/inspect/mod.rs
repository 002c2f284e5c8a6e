//! `doisoat inspect` and `doisoat init`: what an unknown export is, and a pipeline to begin with.
//!
//! Nothing here decides for a run. What is found is written down as a pipeline, with how sure it is, for
//! a person to correct; the loader then reads by that pipeline alone. No personal value is shown.

pub mod sample;
pub mod table;
pub mod draft;
pub mod report;
pub mod init;
mod reference_tables;

use std::path::Path;

use thiserror::Error;

use crate::config::file_kind::FileKind;
use crate::stages::load::source::bytes::Bytes;
use crate::stages::load::source::unpack;
use table::Table;

#[derive(Debug, Error)]
pub enum InspectError {
    #[error("read {file}: {source}")]
    Io { file: String, source: std::io::Error },
    #[error("{file}: {reason}")]
    Unreadable { file: String, reason: String },
    #[error("{dir} holds no export that could be reconciled\n  {why}")]
    NoExports { dir: String, why: String },
    #[error("{file} is already there\n  give another --out, or remove it")]
    Exists { file: String },
}

/// One file, or one member of an archive.
#[derive(Debug)]
pub struct Inspected {
    /// As it was named.
    pub file: String,
    pub member: Option<String>,
    pub kind: FileKind,
    /// The file was packed.
    pub packed: bool,
    pub bytes: u64,
    pub damage: Option<String>,
    pub tables: Vec<Table>,
}

impl Inspected {
    /// The table that looks most like dossiers.
    pub fn best(&self) -> Option<&Table> {
        self.tables.iter().max_by(|a, b| a.worth().total_cmp(&b.worth()))
    }
}

/// Looks at one file; an archive gives one entry a member.
///
/// # Errors
/// When the file is not there or holds nothing that can be read.
pub fn inspect(path: &Path, name: &str) -> Result<Vec<Inspected>, InspectError> {
    let io = |source| InspectError::Io { file: name.to_owned(), source };
    let unreadable = |reason| InspectError::Unreadable { file: name.to_owned(), reason };
    let length = std::fs::metadata(path).map_err(io)?.len();
    if length == 0 {
        return Err(unreadable("the file has no bytes".to_owned()));
    }
    let members = unpack::unpack(Bytes::of_file(path.to_owned(), length), None).map_err(unreadable)?;
    let mut found = Vec::new();
    for member in members {
        let packed = !matches!(&member.bytes, Bytes::File { .. });
        let (kind, samples) = sample::of(&member).map_err(unreadable)?;
        found.push(Inspected {
            file: name.to_owned(),
            member: member.name,
            kind,
            packed,
            bytes: length,
            damage: member.damage,
            tables: samples.into_iter().filter_map(Table::of).collect(),
        });
    }
    Ok(found)
}

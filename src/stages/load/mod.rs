//! First stage: opens every export, finds its header, hashes it and cuts it into pieces.
//!
//! A piece is read only when the next stage asks for it, so a large export is never held whole.
//! What is wrong with a row is data; `Err` is for a mapping that does not fit the file.

pub mod cells;
pub mod csv_file;
pub mod header;
pub mod ndjson_file;
pub mod xlsx_file;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::config::plan::{Format, RunPlan, SystemPlan};
use crate::engine::parquet_file::hex;
use cells::RawBatch;

/// The mapping does not fit an export: nothing can be published.
#[derive(Debug, Error)]
pub enum LoadError {
    #[error("{place}: {text} (pipeline line {line}){}", hint.as_ref().map(|hint| format!("\n  {hint}")).unwrap_or_default())]
    Header { place: String, line: usize, text: String, hint: Option<String> },
    #[error("read {path} again: {source}\n  did the file change during the run?")]
    Again { path: String, source: io::Error },
}

/// Every system's exports, opened.
#[derive(Debug)]
pub struct Loaded {
    pub systems: Vec<LoadedSystem>,
}

#[derive(Debug)]
pub struct LoadedSystem {
    pub feeds: Vec<Feed>,
}

/// One input file.
#[derive(Debug)]
pub struct Feed {
    /// As the pipeline names it.
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    pub state: FeedState,
}

#[derive(Debug)]
pub enum FeedState {
    Open(Source),
    Missing,
    Empty,
    Unreadable(String),
}

/// An open export, cut into pieces.
#[derive(Debug)]
pub enum Source {
    Csv(csv_file::CsvFile),
    Ndjson(ndjson_file::NdjsonFile),
    Xlsx(Vec<RawBatch>),
}

impl Source {
    pub fn pieces(&self) -> usize {
        match self {
            Self::Csv(file) => file.pieces(),
            Self::Ndjson(file) => file.pieces(),
            Self::Xlsx(batches) => batches.len(),
        }
    }

    /// Reads one piece; the order of pieces is the order of the file.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        match self {
            Self::Csv(file) => file.piece(index),
            Self::Ndjson(file) => file.piece(index),
            Self::Xlsx(batches) => Ok(batches[index].clone()),
        }
    }
}

/// Opens every export of the pipeline.
///
/// # Errors
/// Every mapping that does not fit its file. A file that is missing, empty or unreadable is not an
/// error: its feed says so.
pub fn load(plan: &RunPlan) -> Result<Loaded, Vec<LoadError>> {
    let mut systems: Vec<LoadedSystem> =
        plan.systems.iter().map(|_| LoadedSystem { feeds: Vec::new() }).collect();
    let mut errors = Vec::new();
    for (index, feed) in open_all(plan) {
        match feed {
            Ok(feed) => systems[index].feeds.push(feed),
            Err(mut found) => errors.append(&mut found),
        }
    }
    if errors.is_empty() { Ok(Loaded { systems }) } else { Err(errors) }
}

/// Opens every export only to hold its header against the mapping: what does not fit, and which
/// exports are not there or not readable.
pub fn check_headers(plan: &RunPlan) -> (Vec<LoadError>, Vec<String>) {
    let (mut errors, mut absent) = (Vec::new(), Vec::new());
    for (_, feed) in open_all(plan) {
        match feed {
            Ok(feed) => absent.extend(crate::check::absence(&feed.file, &feed.state)),
            Err(mut found) => errors.append(&mut found),
        }
    }
    (errors, absent)
}

fn open_all(plan: &RunPlan) -> Vec<(usize, Result<Feed, Vec<LoadError>>)> {
    let jobs: Vec<(usize, &SystemPlan, &String)> = plan
        .systems
        .iter()
        .enumerate()
        .flat_map(|(index, system)| system.files.iter().map(move |file| (index, system, file)))
        .collect();
    jobs.into_par_iter()
        .map(|(index, system, file)| (index, open(&plan.input_dir.join(file), file, system)))
        .collect()
}

fn open(path: &Path, name: &str, system: &SystemPlan) -> Result<Feed, Vec<LoadError>> {
    let feed = |bytes, sha256, state| Feed { file: name.to_owned(), bytes, sha256, state };
    let (bytes, sha256) = match digest(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(feed(0, String::new(), FeedState::Missing));
        }
        Err(error) => return Ok(feed(0, String::new(), FeedState::Unreadable(error.to_string()))),
    };
    if bytes == 0 {
        return Ok(feed(0, sha256, FeedState::Empty));
    }
    let opened = match &system.format {
        Format::Csv { delimiter } => csv_file::open(path, name, *delimiter, system).map(Source::Csv),
        Format::Ndjson => ndjson_file::open(path, system).map(Source::Ndjson),
        Format::Xlsx { sheet } => xlsx_file::open(path, name, sheet.as_deref(), system).map(Source::Xlsx),
    };
    let state = match opened {
        Ok(source) => FeedState::Open(source),
        Err(OpenError::Unreadable(reason)) => FeedState::Unreadable(reason),
        Err(OpenError::Mapping(errors)) => return Err(errors),
        Err(OpenError::NoHeader(error)) => return Err(vec![error]),
    };
    Ok(feed(bytes, sha256, state))
}

/// Why an export could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The file itself is damaged: its feed is unhealthy.
    Unreadable(String),
    /// The pipeline does not fit the file: the run stops.
    Mapping(Vec<LoadError>),
    /// No row holds any mapped column: another table, or another delimiter.
    NoHeader(LoadError),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// A stretch of a text file: whole records only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub offset: u64,
    pub length: usize,
    /// 1-based line of the first byte.
    pub line: u64,
}

/// Large enough to keep both cores busy, small enough to stay flat in memory.
const STRETCH_BYTES: usize = 4 << 20;

fn read_stretch(path: &PathBuf, stretch: Stretch) -> Result<Vec<u8>, LoadError> {
    use std::io::{Seek, SeekFrom};
    let again = |source| LoadError::Again { path: path.display().to_string(), source };
    let mut file = File::open(path).map_err(again)?;
    file.seek(SeekFrom::Start(stretch.offset)).map_err(again)?;
    let mut bytes = vec![0; stretch.length];
    file.read_exact(&mut bytes).map_err(again)?;
    Ok(bytes)
}

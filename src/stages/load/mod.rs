//! First stage: finds the files of the night, opens whatever they are packed in, decides how each is
//! read, and cuts it into pieces.
//!
//! A piece is read only when the next stage asks for it, so a large export is never held whole.
//! What is wrong with a row is data; `Err` is for a mapping that does not fit the file.

pub mod files;
pub mod open;
pub mod source;
pub mod grid;
pub mod shape;
pub mod evidence;
pub mod html;
pub mod json_cut;
pub mod json_path;
pub mod keyed;
pub mod cells;
pub mod control;

use std::io;
use std::path::Path;
use std::sync::Arc;

use chrono::{NaiveDateTime, TimeDelta};
use rayon::prelude::*;
use thiserror::Error;

use crate::config::file_kind::FileKind;
use crate::config::plan::{RunPlan, SystemPlan};
use crate::domain::encoding::Judgement;
use crate::history::History;
use cells::RawBatch;
use control::Control;
use files::FoundFile;
use grid::delimited::DelimitedFile;
use keyed::KeyedFile;
use open::OpenedFile;

/// The mapping does not fit an export: nothing can be published.
#[derive(Debug, Error)]
pub enum LoadError {
    #[error("{place}: {text} (pipeline line {line}){}", hint.as_ref().map(|hint| format!("\n  {hint}")).unwrap_or_default())]
    Header { place: String, line: usize, text: String, hint: Option<String> },
    #[error("{file}: {reason}\n  every table is needed: nothing can be linked without it")]
    NotWhole { file: String, reason: String },
    #[error("read an export again: {0}\n  did the file change during the run?")]
    Again(io::Error),
}

impl LoadError {
    /// Without the line of the pipeline, which is not at fault.
    fn brief(&self) -> String {
        match self {
            Self::Header { text, hint: Some(hint), .. } => format!("{text} ({hint})"),
            Self::Header { text, .. } => text.clone(),
            Self::NotWhole { reason, .. } => reason.clone(),
            Self::Again(error) => error.to_string(),
        }
    }

    pub fn again(source: io::Error) -> Self {
        Self::Again(source)
    }
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

/// One input file, or one member of an archive.
#[derive(Debug)]
pub struct Feed {
    /// Below the input folder; the member of an archive behind the archive's name.
    pub file: String,
    /// Nights between the file and the run.
    pub nights_back: u32,
    /// Of the file as it lies on disk.
    pub bytes: u64,
    pub sha256: String,
    pub kind: Option<FileKind>,
    pub control: Option<Control>,
    /// When the file was last written, in the clock of the run; only where the pipeline asks for the age
    /// of an extract and no control file tells it.
    pub written: Option<NaiveDateTime>,
    /// Files of the same archive that hold another table, or none.
    pub passed_over: Vec<String>,
    pub state: FeedState,
}

#[derive(Debug)]
pub enum FeedState {
    Open(Box<Opened>),
    Missing,
    Empty,
    Unreadable(String),
    /// The cells do not stand under their headers.
    Shifted(String),
    /// The mapping fitted this system's files until now.
    DoesNotFit(String),
}

/// An open export, cut into pieces, and how it is read.
#[derive(Debug)]
pub struct Opened {
    source: Source,
    /// One per sheet or table.
    pub layouts: Vec<Layout>,
    /// The file breaks off, or its packing is damaged.
    pub damage: Option<String>,
}

/// How one table of an export is read.
#[derive(Debug, Clone)]
pub struct Layout {
    pub sheet: Option<Arc<str>>,
    /// As a person counts; `None` where values are reached by name.
    pub header_row: Option<u64>,
    /// Every column of the export.
    pub titles: Vec<String>,
    /// One per mapped column: where its cells stand, and in which encoding.
    pub columns: Vec<(Option<usize>, Judgement)>,
    /// What a header over other cells was repaired with.
    pub repaired: Option<String>,
    /// Day and month could be the other way round in every date there is.
    pub dates_undecided: bool,
}

#[derive(Debug)]
enum Source {
    Delimited(DelimitedFile),
    Sheets(Vec<RawBatch>),
    Keyed(KeyedFile),
}

impl Opened {
    pub fn pieces(&self) -> usize {
        match &self.source {
            Source::Delimited(file) => file.pieces(),
            Source::Sheets(batches) => batches.len(),
            Source::Keyed(file) => file.pieces(),
        }
    }

    /// Reads one piece; the order of pieces is the order of the file.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        match &self.source {
            Source::Delimited(file) => file.piece(index),
            Source::Sheets(batches) => Ok(batches[index].clone()),
            Source::Keyed(file) => file.piece(index),
        }
    }
}

/// Opens every export of the pipeline.
///
/// # Errors
/// Every mapping that does not fit its file. A file that is missing, empty or unreadable is not an
/// error: its feed says so. Nor is one that no longer fits a mapping that fitted in the run before:
/// then it is the file that has changed.
pub fn load(plan: &RunPlan, history: &History) -> Result<Loaded, Vec<LoadError>> {
    let mut systems: Vec<LoadedSystem> =
        plan.systems.iter().map(|_| LoadedSystem { feeds: Vec::new() }).collect();
    let mut errors = Vec::new();
    for (index, feeds) in Exports::of(plan).open(Depth::Whole) {
        match feeds {
            Ok(mut feeds) => systems[index].feeds.append(&mut feeds),
            Err((feed, found)) if history.fitted(&plan.systems[index].name, &plan.pipeline_sha256) => {
                let words: Vec<String> = found.iter().map(LoadError::brief).collect();
                let state = FeedState::DoesNotFit(words.join("; "));
                systems[index].feeds.push(Feed { state, ..*feed });
            }
            Err((_, mut found)) => errors.append(&mut found),
        }
    }
    if errors.is_empty() { Ok(Loaded { systems }) } else { Err(errors) }
}

/// Opens every export only to hold its header against the mapping: what does not fit, and which
/// exports are not there or not readable.
pub fn check_headers(exports: &Exports<'_>) -> (Vec<LoadError>, Vec<String>) {
    let (mut errors, mut absent) = (Vec::new(), Vec::new());
    for (_, feeds) in exports.open(Depth::Headers) {
        match feeds {
            Ok(feeds) => {
                absent.extend(feeds.iter().filter_map(|feed| crate::check::absence(&feed.file, &feed.state)));
                errors.extend(feeds.iter().filter_map(|feed| crate::check::fault(&feed.file, &feed.state)));
            }
            Err((_, mut found)) => errors.append(&mut found),
        }
    }
    (errors, absent)
}

/// Opens exports of which every one is needed: what is missing, empty, damaged or cut off is an error.
///
/// # Errors
/// Every export that cannot be read whole, and every mapping that does not fit.
pub fn load_whole(exports: &Exports<'_>) -> Result<Loaded, Vec<LoadError>> {
    let mut systems: Vec<LoadedSystem> =
        exports.systems.iter().map(|_| LoadedSystem { feeds: Vec::new() }).collect();
    let mut errors = Vec::new();
    for (index, feeds) in exports.open(Depth::Whole) {
        match feeds {
            Ok(mut feeds) => {
                errors.extend(feeds.iter().filter_map(not_whole));
                systems[index].feeds.append(&mut feeds);
            }
            Err((_, mut found)) => errors.append(&mut found),
        }
    }
    if errors.is_empty() { Ok(Loaded { systems }) } else { Err(errors) }
}

fn not_whole(feed: &Feed) -> Option<LoadError> {
    let reason = match &feed.state {
        FeedState::Open(opened) => opened.damage.clone()?,
        FeedState::Missing => "the file is not there".to_owned(),
        FeedState::Empty => "the file has no bytes".to_owned(),
        FeedState::Unreadable(reason) | FeedState::Shifted(reason) | FeedState::DoesNotFit(reason) => {
            reason.clone()
        }
    };
    Some(LoadError::NotWhole { file: feed.file.clone(), reason })
}

/// How far exports are looked into when they are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Hashed, and cut into pieces.
    Whole,
    /// As far as the header and a sample need it; there is nothing to read then.
    Headers,
}

/// What is to be opened, and for which night.
#[derive(Debug, Clone, Copy)]
pub struct Exports<'p> {
    pub systems: &'p [SystemPlan],
    pub input_dir: &'p Path,
    pub as_of: NaiveDateTime,
    pub utc_offset: TimeDelta,
}

impl<'p> Exports<'p> {
    pub fn of(plan: &'p RunPlan) -> Self {
        let RunPlan { systems, input_dir, as_of, utc_offset, .. } = plan;
        Self { systems, input_dir, as_of: *as_of, utc_offset: *utc_offset }
    }

    fn open(&self, depth: Depth) -> Vec<(usize, OpenedFile)> {
        let mut jobs: Vec<(usize, &SystemPlan, FoundFile)> = Vec::new();
        for (index, system) in self.systems.iter().enumerate() {
            for pattern in &system.files {
                let found = files::find(self.input_dir, pattern, self.as_of, system.nights_back);
                // Two patterns may name one file: it is read once.
                let is_new = |file: &FoundFile| {
                    !jobs.iter().any(|(of, _, known)| *of == index && known.name == file.name)
                };
                let new: Vec<FoundFile> = found.into_iter().filter(is_new).collect();
                jobs.extend(new.into_iter().map(|file| (index, system, file)));
            }
        }
        jobs.into_par_iter()
            .map(|(index, system, file)| {
                let feeds = open::open(self.input_dir, &file, system, depth).map(|mut feeds| {
                    for feed in &mut feeds {
                        feed.written = feed.written.and_then(|at| at.checked_add_signed(self.utc_offset));
                    }
                    feeds
                });
                (index, feeds)
            })
            .collect()
    }
}

/// Why an export could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The file itself is damaged: its feed is unhealthy.
    Unreadable(String),
    /// The cells do not stand under their headers: its feed is unhealthy.
    Shifted(String),
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

/// A stretch of a text file: whole records only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub offset: u64,
    pub length: usize,
    /// 1-based line of the first byte.
    pub line: u64,
}

/// What is read at once, to stay in the nearest caches until it is looked at.
const READ_BYTES: usize = 128 << 10;

/// Small enough that a stretch, gone over once a column, stays in the caches of its core, and that memory of its size
/// is used again instead of being given back; large enough that there are not too many.
const STRETCH_BYTES: usize = 1 << 20;

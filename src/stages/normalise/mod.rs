//! Second stage: raw cells become typed, canonical columns; each system becomes one frame.
//!
//! A row without a code or a receipt date cannot be reconciled and is quarantined; any other cell
//! that cannot be read is quarantined alone and its row goes on. Rows come out in canonical order
//! (code, receipt, status, content), which does not depend on the order of the export.

pub mod column;
pub mod order;
pub mod quarantine;

use polars::prelude::{DataFrame, PolarsError};
use rayon::prelude::*;
use thiserror::Error;

use crate::config::plan::{RunPlan, SystemPlan};
use crate::domain::dossier::FieldName;
use crate::engine::accounting::RowAccount;
use crate::engine::frame::{self, IntBuilder, TextBuilder};
use crate::progress::Progress;
use crate::stages::load::{FeedState, LoadError, Loaded, LoadedSystem, cells::RawBatch};
use column::ColumnBuilder;
use quarantine::Quarantined;

#[derive(Debug, Error)]
pub enum NormaliseError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("type the columns of system {system}: {source}\n  this is a defect of doisoat")]
    Frame { system: String, source: PolarsError },
}

/// A file, or a sheet of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub sheet: Option<String>,
}

/// What became of one input file.
#[derive(Debug, Clone)]
pub struct FeedAccount {
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    pub rows: u64,
    pub quarantined: u64,
    pub health: FeedHealth,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedHealth {
    Healthy,
    Missing,
    Empty,
    Unreadable,
    TooManyRejects,
}

impl FeedHealth {
    pub fn code(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Unreadable => "unreadable",
            Self::TooManyRejects => "too_many_rejects",
        }
    }
}

/// The accepted records of one system.
///
/// Columns of `frame`: `place`, `row`, `issues` (bits), `raw` (JSON of repaired cells), `content`
/// (hash of all cells), then one per mapped field under its own name; `status_raw` beside `status`,
/// `birth_precision` beside `birth_date`.
#[derive(Debug)]
pub struct SystemRecords {
    pub frame: DataFrame,
    pub places: Vec<Place>,
    pub feeds: Vec<FeedAccount>,
}

impl SystemRecords {
    /// Absence from a system is a fact only when all its feeds are healthy.
    pub fn is_healthy(&self) -> bool {
        self.feeds.iter().all(|feed| feed.health == FeedHealth::Healthy)
    }
}

/// Every system, typed.
#[derive(Debug)]
pub struct Normalised {
    pub systems: Vec<SystemRecords>,
    pub quarantine: Vec<Quarantined>,
    pub account: RowAccount,
}

/// Types every row of every export.
///
/// # Errors
/// When a file changed or vanished since it was opened.
pub fn normalise(
    plan: &RunPlan,
    loaded: Loaded,
    progress: &dyn Progress,
) -> Result<Normalised, NormaliseError> {
    let mut systems = Vec::new();
    let mut all = Vec::new();
    for (index, (system, loaded)) in plan.systems.iter().zip(loaded.systems).enumerate() {
        let (records, quarantine) = normalise_system(system, index, loaded, progress)?;
        systems.push(records);
        all.extend(quarantine);
    }
    let rows_in = systems.iter().flat_map(|system| &system.feeds).map(|feed| feed.rows).sum();
    let rows_out = systems.iter().map(|system| system.frame.height() as u64).sum();
    let quarantined = all.iter().filter(|entry| entry.is_row()).count() as u64;
    let account = RowAccount { rows_in, rows_out, merged: 0, quarantined };
    Ok(Normalised { systems, quarantine: all, account })
}

struct Typed {
    frame: DataFrame,
    quarantine: Vec<Quarantined>,
    feed: usize,
    rows: u64,
}

fn normalise_system(
    system: &SystemPlan,
    index: usize,
    loaded: LoadedSystem,
    progress: &dyn Progress,
) -> Result<(SystemRecords, Vec<Quarantined>), NormaliseError> {
    let frame_error = |source| NormaliseError::Frame { system: system.name.clone(), source };
    let pieces: Vec<(usize, usize)> = loaded
        .feeds
        .iter()
        .enumerate()
        .flat_map(|(feed, opened)| match &opened.state {
            FeedState::Open(source) => (0..source.pieces()).map(|piece| (feed, piece)).collect::<Vec<_>>(),
            _ => Vec::new(),
        })
        .collect();
    progress.begin(&format!("{}: read and type", system.name), pieces.len() as u64);
    let typed: Vec<Option<(Typed, Place)>> = pieces
        .into_par_iter()
        .map(|(feed, piece)| {
            let FeedState::Open(source) = &loaded.feeds[feed].state else { return Ok(None) };
            let batch = source.piece(piece)?;
            let place = Place {
                file: loaded.feeds[feed].file.clone(),
                sheet: batch.sheet.as_ref().map(|sheet| sheet.to_string()),
            };
            let typed = type_batch(system, index, feed, &place, batch).map_err(frame_error)?;
            progress.advance(1);
            Ok(Some((typed, place)))
        })
        .collect::<Result<_, NormaliseError>>()?;

    let mut places: Vec<Place> = Vec::new();
    let mut feeds: Vec<FeedAccount> = loaded.feeds.iter().map(account).collect();
    let (mut frames, mut quarantine) = (vec![empty_frame(system).map_err(frame_error)?], Vec::new());
    for (mut typed, place) in typed.into_iter().flatten() {
        let position = places.iter().position(|known| *known == place).unwrap_or_else(|| {
            places.push(place);
            places.len() - 1
        });
        feeds[typed.feed].rows += typed.rows;
        feeds[typed.feed].quarantined +=
            typed.quarantine.iter().filter(|entry| entry.is_row()).count() as u64;
        let height = typed.frame.height();
        typed.frame.with_column(frame::ints("place", vec![position as i64; height])).map_err(frame_error)?;
        frames.push(typed.frame);
        quarantine.append(&mut typed.quarantine);
    }
    feeds.iter_mut().for_each(|feed| judge_health(feed, system.reject_above));
    let frame = frame::stack(frames).map_err(frame_error)?;
    let frame = order::canonical(frame).map_err(frame_error)?;
    Ok((SystemRecords { frame, places, feeds }, quarantine))
}

fn account(feed: &crate::stages::load::Feed) -> FeedAccount {
    let (health, reason) = match &feed.state {
        FeedState::Open(_) => (FeedHealth::Healthy, String::new()),
        FeedState::Missing => (FeedHealth::Missing, "the file is not there".to_owned()),
        FeedState::Empty => (FeedHealth::Empty, "the file has no bytes".to_owned()),
        FeedState::Unreadable(reason) => (FeedHealth::Unreadable, reason.clone()),
    };
    let (file, sha256) = (feed.file.clone(), feed.sha256.clone());
    FeedAccount { file, bytes: feed.bytes, sha256, rows: 0, quarantined: 0, health, reason }
}

/// A feed without rows, or with too many bad ones, proves nothing by its silence.
fn judge_health(feed: &mut FeedAccount, reject_above: f64) {
    if feed.health != FeedHealth::Healthy {
        return;
    }
    let share = feed.quarantined as f64 / feed.rows.max(1) as f64;
    if feed.rows == 0 {
        feed.health = FeedHealth::Empty;
        feed.reason = "the file has a header but no rows".to_owned();
    } else if share > reject_above {
        feed.health = FeedHealth::TooManyRejects;
        feed.reason = format!(
            "{} of {} rows quarantined ({:.1} %, more than {:.1} %)",
            feed.quarantined,
            feed.rows,
            100.0 * share,
            100.0 * reject_above
        );
    }
}

fn empty_frame(system: &SystemPlan) -> Result<DataFrame, PolarsError> {
    let place = Place { file: String::new(), sheet: None };
    let batch = RawBatch::new(system.columns.len(), None);
    let mut typed = type_batch(system, 0, 0, &place, batch)?;
    typed.frame.with_column(frame::ints("place", Vec::new()))?;
    Ok(typed.frame)
}

/// Types one piece; a plain function of the piece and the system's plan.
fn type_batch(
    system: &SystemPlan,
    index: usize,
    feed: usize,
    place: &Place,
    batch: RawBatch,
) -> Result<Typed, PolarsError> {
    let rows = batch.rows.len();
    let mut quarantine = quarantine::bad_rows(index, place, &batch.bad);
    let mut sheet = column::Sheet::new(rows);
    let mut columns = Vec::with_capacity(system.columns.len() + 6);
    let births = system.columns.iter().position(|column| column.field == FieldName::BirthDate);
    let births = births.map(|at| &batch.columns[at]);
    for (plan, cells) in system.columns.iter().zip(&batch.columns) {
        columns.extend(ColumnBuilder::new(system, plan).build(cells, births, &mut sheet));
    }
    column::judge_codes(system, &batch, &columns, &mut sheet)?;
    quarantine.extend(quarantine::lost_cells(system, index, place, &batch, &sheet));

    let mut row_numbers = IntBuilder::with_capacity(rows);
    let mut issues = IntBuilder::with_capacity(rows);
    let mut content = IntBuilder::with_capacity(rows);
    let mut raw = TextBuilder::with_capacity(rows);
    let kept = sheet.kept_cells();
    for row in 0..rows {
        row_numbers.push(Some(batch.rows[row] as i64));
        issues.push(Some(i64::from(sheet.issues[row].bits())));
        content.push(Some(sheet.content[row] as i64));
        raw.push(kept.get(&row).map(String::as_str));
    }
    columns.push(row_numbers.finish("row"));
    columns.push(issues.finish("issues"));
    columns.push(content.finish("content"));
    columns.push(raw.finish("raw"));
    let mut frame = DataFrame::new(rows, columns)?;
    if sheet.rejected.iter().any(|rejected| *rejected) {
        let kept = sheet.rejected.iter().map(|rejected| !rejected).collect();
        frame = frame.filter(&kept)?;
    }
    Ok(Typed { frame, quarantine, feed, rows: (rows + batch.bad.len()) as u64 })
}

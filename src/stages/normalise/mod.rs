//! Second stage: raw cells become typed, canonical columns; each system becomes one frame.
//!
//! A row without a code or a receipt date cannot be reconciled and is quarantined; any other cell
//! that cannot be read is quarantined alone and its row goes on. Rows stand as the files have them,
//! piece by piece.

pub mod column;
pub mod feed;
pub mod quarantine;
pub mod tally;

use std::sync::Arc;

use chrono::NaiveDateTime;
use polars::prelude::{DataFrame, PolarsError};
use rayon::prelude::*;
use thiserror::Error;

use crate::config::plan::{RunPlan, SystemPlan};
use crate::domain::dossier::{FieldKind, FieldName};
use crate::engine::accounting::RowAccount;
use crate::engine::blunt::Blunt;
use crate::engine::frame;
use crate::engine::spill::SpillError;
use crate::history::History;
use crate::progress::Progress;
use crate::stages::load::{
    FeedState, LoadError, Loaded, LoadedSystem,
    cells::{RawBatch, RowReason},
};
use column::ColumnBuilder;
use feed::{FeedAccount, FeedHealth, Sums, Tally};
use quarantine::Quarantined;

#[derive(Debug, Error)]
pub enum NormaliseError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("type the columns of system {system}: {source}\n  this is a defect of doisoat")]
    Frame { system: String, source: PolarsError },
    #[error(transparent)]
    Spill(#[from] SpillError),
}

/// A file, or a sheet of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub sheet: Option<String>,
    /// Nights between the file and the run.
    pub night: u32,
}

/// The accepted records of one system.
///
/// Columns of `frame`: one per mapped field under its own name, `status_raw` beside `status`, `birth_precision`
/// beside `birth_date`; then `raw` (JSON of repaired cells), `row`, `issues` (bits), `place` (in `places`).
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

    /// What it says may be older than the night.
    pub fn is_old(&self) -> bool {
        self.feeds.iter().any(|feed| matches!(feed.health, FeedHealth::Stale | FeedHealth::SameAgain))
    }

    /// It has far more rows than usual, which others cannot be blamed for not having.
    pub fn is_swollen(&self) -> bool {
        self.feeds.iter().any(|feed| feed.health == FeedHealth::TooManyRows)
    }
}

/// Every system, typed.
#[derive(Debug)]
pub struct Normalised {
    pub systems: Vec<SystemRecords>,
    /// Of the whole night, also where the records are a part of it.
    pub quarantine: Arc<Vec<Quarantined>>,
    /// Keys that tell nobody apart, where the records are a part of the night: a whole one shows its own.
    pub blunt: Option<Arc<Blunt>>,
    pub account: RowAccount,
}

/// Takes the typed frames of some pieces of a system, in the order of its files.
pub type Take<'t> = &'t mut dyn FnMut(usize, Vec<DataFrame>) -> Result<(), NormaliseError>;

/// Types every row of every export.
///
/// # Errors
/// When a file changed or vanished since it was opened.
pub fn normalise(
    plan: &RunPlan,
    loaded: Loaded,
    history: &History,
    progress: &dyn Progress,
) -> Result<Normalised, NormaliseError> {
    let mut frames: Vec<Vec<DataFrame>> = plan.systems.iter().map(|_| Vec::new()).collect();
    let mut take = |system: usize, typed: Vec<DataFrame>| {
        frames[system].extend(typed);
        Ok(())
    };
    let mut normalised = read(plan, loaded, history, progress, usize::MAX, &mut take)?;
    for ((system, records), frames) in plan.systems.iter().zip(&mut normalised.systems).zip(frames) {
        let empty = std::mem::take(&mut records.frame);
        records.frame = frame::stack([empty].into_iter().chain(frames).collect())
            .map_err(|source| NormaliseError::Frame { system: system.name.clone(), source })?;
    }
    Ok(normalised)
}

/// Types every row of every export, so many pieces at a time; `take` is given the records, and the systems that come
/// back hold none.
///
/// # Errors
/// When a file changed or vanished since it was opened, or `take` refuses.
pub fn read(
    plan: &RunPlan,
    loaded: Loaded,
    history: &History,
    progress: &dyn Progress,
    wave: usize,
    take: Take<'_>,
) -> Result<Normalised, NormaliseError> {
    let mut systems = Vec::new();
    let mut all = Vec::new();
    let mut rows_out = 0;
    for (index, (system, loaded)) in plan.systems.iter().zip(loaded.systems).enumerate() {
        let mut counted = |index: usize, frames: Vec<DataFrame>| {
            rows_out += frames.iter().map(|frame| frame.height() as u64).sum::<u64>();
            take(index, frames)
        };
        let reading = Reading { system, index, as_of: plan.as_of, wave };
        let (mut records, quarantine) = reading.normalise(loaded, progress, &mut counted)?;
        feed::judge_by_history(&mut records.feeds, system, history);
        systems.push(records);
        all.extend(quarantine);
    }
    let rows_in = systems.iter().flat_map(|system| &system.feeds).map(|feed| feed.rows).sum();
    let quarantined = all.iter().filter(|entry| entry.is_row()).count() as u64;
    let account = RowAccount { rows_in, rows_out, merged: 0, quarantined };
    Ok(Normalised { systems, quarantine: Arc::new(all), blunt: None, account })
}

struct Typed {
    frame: DataFrame,
    quarantine: Vec<Quarantined>,
    feed: usize,
    rows: u64,
    set_aside: u64,
    /// One per mapped column.
    tallies: Vec<Tally>,
    sums: Sums,
}

/// One system, and how many of its pieces are typed together.
struct Reading<'p> {
    system: &'p SystemPlan,
    index: usize,
    as_of: NaiveDateTime,
    wave: usize,
}

impl Reading<'_> {
    fn normalise(
        &self,
        loaded: LoadedSystem,
        progress: &dyn Progress,
        take: Take<'_>,
    ) -> Result<(SystemRecords, Vec<Quarantined>), NormaliseError> {
        let Self { system, index, .. } = *self;
        let frame_error = |source| NormaliseError::Frame { system: system.name.clone(), source };
        let pieces: Vec<(usize, usize)> = loaded
            .feeds
            .iter()
            .enumerate()
            .flat_map(|(feed, opened)| match &opened.state {
                FeedState::Open(opened) => {
                    (0..opened.pieces()).map(|piece| (feed, piece)).collect::<Vec<_>>()
                }
                _ => Vec::new(),
            })
            .collect();
        progress.begin(&format!("{}: read and type", system.name), pieces.len() as u64);
        let mut places: Vec<Place> = Vec::new();
        let mut feeds: Vec<FeedAccount> =
            loaded.feeds.iter().map(|feed| FeedAccount::begin(feed, system)).collect();
        let mut sums: Vec<Sums> = vec![Sums::default(); feeds.len()];
        let mut quarantine = Vec::new();
        for pieces in pieces.chunks(self.wave.max(1)) {
            let typed = self.typed(&loaded, pieces, progress)?;
            let mut frames = Vec::with_capacity(typed.len());
            for (mut typed, place) in typed.into_iter().flatten() {
                let position = places.iter().position(|known| *known == place).unwrap_or_else(|| {
                    places.push(place);
                    places.len() - 1
                });
                feeds[typed.feed].take(&typed, places[position].sheet.as_deref());
                sums[typed.feed].add(std::mem::take(&mut typed.sums));
                let height = typed.frame.height();
                let place = frame::ints("place", vec![position as i64; height]);
                typed.frame.with_column(place).map_err(frame_error)?;
                frames.push(typed.frame);
                quarantine.append(&mut typed.quarantine);
            }
            take(index, frames)?;
        }
        for ((account, feed), sums) in feeds.iter_mut().zip(&loaded.feeds).zip(&sums) {
            account.judge(feed, sums, &system.expect, self.as_of);
        }
        let frame = empty_frame(system).map_err(frame_error)?;
        Ok((SystemRecords { frame, places, feeds }, quarantine))
    }

    /// Reads and types some pieces, each by its feed and its place there.
    fn typed(
        &self,
        loaded: &LoadedSystem,
        pieces: &[(usize, usize)],
        progress: &dyn Progress,
    ) -> Result<Vec<Option<(Typed, Place)>>, NormaliseError> {
        let typed = pieces.par_iter().map(|(feed, piece)| {
            let FeedState::Open(opened) = &loaded.feeds[*feed].state else { return Ok(None) };
            let batch = opened.piece(*piece)?;
            let place = Place {
                file: loaded.feeds[*feed].file.clone(),
                sheet: batch.sheet.as_ref().map(|sheet| sheet.to_string()),
                night: loaded.feeds[*feed].nights_back,
            };
            let typed = type_batch(self.system, self.index, *feed, &place, batch)
                .map_err(|source| NormaliseError::Frame { system: self.system.name.clone(), source })?;
            progress.advance(1);
            Ok(Some((typed, place)))
        });
        typed.collect()
    }
}

impl FeedAccount {
    /// Adds what one piece of the file held.
    fn take(&mut self, typed: &Typed, sheet: Option<&str>) {
        self.rows += typed.rows;
        self.set_aside += typed.set_aside;
        for entry in typed.quarantine.iter().filter(|entry| entry.is_row()) {
            self.quarantined += 1;
            self.notes += u64::from(entry.reason == RowReason::NotARecord.code());
        }
        let of_sheet = self.columns.iter_mut().filter(|column| column.sheet.as_deref() == sheet);
        for (column, tally) in of_sheet.filter(|column| column.field.is_some()).zip(&typed.tallies) {
            column.tally.add(tally);
        }
    }
}

impl Sums {
    fn add(&mut self, other: Self) {
        for (field, sum) in other.money {
            let total = self.money.entry(field).or_default();
            *total = total.saturating_add(sum);
        }
        self.totals.extend(other.totals);
        self.damage = self.damage.take().or(other.damage);
    }
}

fn empty_frame(system: &SystemPlan) -> Result<DataFrame, PolarsError> {
    let place = Place { file: String::new(), sheet: None, night: 0 };
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
    let mut sums = Sums { totals: batch.totals.clone(), damage: batch.damage.clone(), ..Sums::default() };
    let mut tallies = Vec::with_capacity(system.columns.len());
    let births = system.columns.iter().position(|column| column.field == FieldName::BirthDate);
    let births = births.map(|at| &batch.columns[at]);
    for (plan, cells) in system.columns.iter().zip(&batch.columns) {
        let built = ColumnBuilder::new(system, plan, &batch.dates).build(cells, births, &mut sheet);
        tallies.push(tally::of(system, plan.field, cells, &built, &sheet));
        if plan.field.kind() == FieldKind::Money {
            sums.money.insert(plan.field, tally::sum(&built)?);
        }
        columns.extend(built);
    }
    column::judge_codes(system, &columns, &mut sheet)?;
    quarantine.extend(quarantine::lost_cells(system, index, place, &batch, &sheet));

    columns.push(sheet.kept_cells());
    columns.push(frame::ints("row", batch.rows.into_iter().map(|row| row as i64).collect()));
    columns.push(frame::ints("issues", sheet.issues.iter().map(|issues| i64::from(issues.bits())).collect()));
    let mut frame = DataFrame::new(rows, columns)?;
    if sheet.rejected.iter().any(|rejected| *rejected) {
        let kept = sheet.rejected.iter().map(|rejected| !rejected).collect();
        frame = frame.filter(&kept)?;
    }
    let (rows, set_aside) = ((rows + batch.bad.len()) as u64, batch.set_aside);
    Ok(Typed { frame, quarantine, feed, rows, set_aside, tallies, sums })
}

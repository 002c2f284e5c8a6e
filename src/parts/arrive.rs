//! The records of a night arrive: typed some pieces at a time, they wait on disk in the order of their files, with the
//! keys by which they can meet.

use std::path::Path;

use polars::prelude::{DataFrame, PolarsError};
use rayon::prelude::*;

use crate::config::plan::RunPlan;
use crate::engine::accounting::RowAccount;
use crate::engine::chunk::encode;
use crate::engine::components::MOST_MEMBERS;
use crate::engine::frame::{self, Texts};
use crate::engine::key_spill::KeySpill;
use crate::engine::spill::{Slot, Spill, SpillError};
use crate::engine::table::Batch;
use crate::history::History;
use crate::progress::Progress;
use crate::run::RunError;
use crate::stages::judge::crowds::Dense;
use crate::stages::keys::{Asking, Keys};
use crate::stages::load::Loaded;
use crate::stages::normalise::{self, NormaliseError, Normalised};

/// Records of one system that arrived together.
#[derive(Debug, Clone, Copy)]
pub struct Chunk {
    pub system: usize,
    /// Number of the first of them among all records of the night.
    pub first: u32,
    pub rows: u32,
    /// Their codes, and all else they say.
    codes: Slot,
    rest: Slot,
}

impl Chunk {
    /// The codes alone.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn codes(&self, spill: &Spill) -> Result<Batch, SpillError> {
        spill.read_rows(self.codes)
    }

    /// Every column, in the order of the frame.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn rows(&self, spill: &Spill, code: usize) -> Result<Batch, SpillError> {
        let mut rows = spill.read_rows(self.rest)?;
        rows.splice(code..code, self.codes(spill)?);
        Ok(rows)
    }
}

/// Everything that was read.
pub struct Arrived {
    /// The systems without their records.
    pub night: Normalised,
    pub spill: Spill,
    pub chunks: Vec<Chunk>,
    /// Some of all codes.
    pub sample: Sample,
    /// Where each system begins among the records of the night, and the end.
    pub starts: Vec<u32>,
    pub dense: Dense,
    /// Records of the night.
    pub rows: u32,
    /// What they take in memory, as columns and nothing else.
    pub bytes: u64,
}

/// Codes at even distances, as many as are needed to cut the night.
#[derive(Debug, Clone)]
pub struct Sample {
    pub codes: Vec<String>,
    distance: usize,
    passed: usize,
}

impl Sample {
    /// Codes that are kept at the most.
    const MOST: usize = 32 * 1024;

    fn new() -> Self {
        Self { codes: Vec::new(), distance: 1, passed: 0 }
    }

    fn look(&mut self, frame: &DataFrame) {
        let Ok(codes) = Texts::of(frame, CODE) else { return };
        for code in codes.iter() {
            if self.passed.is_multiple_of(self.distance) {
                self.codes.push(code.unwrap_or_default().to_owned());
            }
            self.passed += 1;
            if self.codes.len() > Self::MOST {
                let mut place = 0..;
                self.codes.retain(|_| place.next().is_some_and(|place: usize| place.is_multiple_of(2)));
                self.distance *= 2;
            }
        }
    }
}

/// The column that records are put in order by.
const CODE: &str = "code";

/// Where it stands.
pub fn place_of_code(frame: &DataFrame) -> usize {
    frame.get_column_index(CODE).unwrap_or_default()
}

/// Pieces that are typed together: enough for every thread, and bounded.
fn wave() -> usize {
    (4 * rayon::current_num_threads()).max(8)
}

/// Reads, types and spills every export; the keys of the records come beside them.
///
/// # Errors
/// As [`normalise::read`], and when there are more records than can be numbered.
pub fn arrive(
    plan: &RunPlan,
    loaded: Loaded,
    history: &History,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<(Arrived, KeySpill), RunError> {
    let desk = Desk {
        plan,
        spill: Spill::begin(folder)?,
        keys: KeySpill::begin(folder)?,
        spans: KeySpill::begin(folder)?,
    };
    let (mut chunks, mut rows, mut bytes) = (Vec::new(), 0u32, 0u64);
    let mut sample = Sample::new();
    let mut take = |system: usize, frames: Vec<DataFrame>| {
        let mut numbered: Vec<(u32, DataFrame)> = Vec::new();
        for slice in frames.iter().flat_map(slices).map(frame::whole) {
            sample.look(&slice);
            let next = rows.checked_add(slice.height() as u32).filter(|rows| *rows <= MOST_MEMBERS);
            numbered.push((rows, slice));
            rows = next.ok_or(SpillError::TooMany)?;
        }
        let kept = numbered.into_par_iter().map(|(first, slice)| desk.keep(system, first, &slice));
        for (chunk, size) in kept.collect::<Result<Vec<_>, NormaliseError>>()? {
            chunks.push(chunk);
            bytes += size;
        }
        Ok(())
    };
    let night = normalise::read(plan, loaded, history, progress, wave(), &mut take)?;
    let account =
        RowAccount { rows_in: u64::from(rows), rows_out: night.account.rows_out, ..RowAccount::default() };
    let _ = account.check("normalise")?;
    let mut starts = vec![0u32; plan.systems.len() + 1];
    for chunk in &chunks {
        starts[chunk.system + 1] = chunk.first + chunk.rows;
    }
    for system in 0..plan.systems.len() {
        starts[system + 1] = starts[system + 1].max(starts[system]);
    }
    let Desk { spill, keys, spans, .. } = desk;
    let dense = dense(spans, plan.thresholds.bulk_at_least)?;
    Ok((Arrived { night, spill, chunks, sample, starts, dense, rows, bytes }, keys))
}

/// Rows that wait on disk together, and are read back together: a row group of an export may be much longer.
const CHUNK_ROWS: usize = 64 * 1024;

fn slices(frame: &DataFrame) -> Vec<DataFrame> {
    let starts = (0..frame.height()).step_by(CHUNK_ROWS);
    starts.map(|start| frame.slice(start as i64, CHUNK_ROWS)).collect()
}

/// Where records are kept, from any thread.
struct Desk<'p> {
    plan: &'p RunPlan,
    spill: Spill,
    keys: KeySpill,
    spans: KeySpill,
}

impl Desk<'_> {
    /// Keeps a typed frame, and says what its columns take in memory.
    fn keep(&self, system: usize, first: u32, frame: &DataFrame) -> Result<(Chunk, u64), NormaliseError> {
        let name = &self.plan.systems[system].name;
        let failed = |source: PolarsError| NormaliseError::Frame { system: name.clone(), source };
        let Keys { of_rows, spans } = Asking::new(self.plan, system, frame).all();
        self.keys.push(&of_rows, first)?;
        self.spans.push(&spans.into_iter().map(|span| (span, 0)).collect::<Vec<_>>(), 0)?;
        let mut batch: Batch = frame::to_batch(frame).map_err(failed)?;
        let bytes = batch.iter().map(|column| column.get_array_memory_size() as u64).sum();
        let code = place_of_code(frame);
        let codes: Batch = batch.drain(code..code + 1).collect();
        let (codes, rest) = (self.spill.push(&encode(&codes)?)?, self.spill.push(&encode(&batch)?)?);
        Ok((Chunk { system, first, rows: frame.height() as u32, codes, rest }, bytes))
    }
}

/// The spans in which so many dossiers ended that there may be bulk.
fn dense(spans: KeySpill, at_least: usize) -> Result<Dense, SpillError> {
    let mut dense = Vec::new();
    spans.each(|entries| {
        let crowded = entries.chunk_by(|a, b| a.0 == b.0).filter(|span| span.len() >= at_least);
        dense.extend(crowded.map(|span| span[0].0));
    })?;
    Ok(Dense::new(dense))
}

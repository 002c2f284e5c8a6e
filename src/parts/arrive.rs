//! The records of a night arrive: typed some pieces at a time, they wait on disk in the order of their files, with the
//! keys by which they can meet.

use std::path::Path;

use polars::prelude::{DataFrame, PolarsError};
use rayon::prelude::*;

use crate::config::plan::RunPlan;
use crate::engine::accounting::RowsLost;
use crate::engine::frame;
use crate::engine::key_spill::KeySpill;
use crate::engine::spill::{Slot, Spill, SpillError, encode};
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
    pub slot: Slot,
}

/// Everything that was read.
pub struct Arrived {
    /// The systems without their records.
    pub night: Normalised,
    pub spill: Spill,
    pub chunks: Vec<Chunk>,
    /// Until they are looked at.
    pub keys: Option<KeySpill>,
    /// Where each system begins among the records of the night, and the end.
    pub starts: Vec<u32>,
    pub dense: Dense,
    /// Records of the night.
    pub rows: u32,
    /// What they take in memory, as columns and nothing else.
    pub bytes: u64,
}

/// Pieces that are typed together: enough for every thread, and bounded.
fn wave() -> usize {
    (2 * rayon::current_num_threads()).max(8)
}

/// Reads, types and spills every export.
///
/// # Errors
/// As [`normalise::read`], and when there are more records than can be numbered.
pub fn arrive(
    plan: &RunPlan,
    loaded: Loaded,
    history: &History,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<Arrived, RunError> {
    let spill = Spill::begin(folder)?;
    let (mut keys, mut spans) = (KeySpill::begin(folder)?, KeySpill::begin(folder)?);
    let (mut chunks, mut rows, mut bytes) = (Vec::new(), 0u32, 0u64);
    let mut take = |system: usize, frames: Vec<DataFrame>| {
        let ready: Vec<Ready> = frames
            .par_iter()
            .flat_map(slices)
            .map(|frame| Ready::of(plan, system, frame))
            .collect::<Result<_, NormaliseError>>()?;
        for Ready { chunk, rows: height, bytes: size, keys: of_chunk } in ready {
            let next = rows.checked_add(height).filter(|rows| *rows < u32::MAX);
            let next = next.ok_or(SpillError::TooMany)?;
            let slot = spill.push(&chunk)?;
            chunks.push(Chunk { system, first: rows, rows: height, slot });
            for (key, row) in of_chunk.of_rows {
                keys.push(key, rows + row)?;
            }
            for span in of_chunk.spans {
                spans.push(span, 0)?;
            }
            rows = next;
            bytes += size;
        }
        Ok(())
    };
    let night = normalise::read(plan, loaded, history, progress, wave(), &mut take)?;
    let lost = RowsLost {
        stage: "normalise",
        rows_in: u64::from(rows),
        rows_out: night.account.rows_out,
        merged: 0,
        quarantined: 0,
    };
    if lost.rows_in != lost.rows_out {
        return Err(lost.into());
    }
    let mut starts = vec![0u32; plan.systems.len() + 1];
    for chunk in &chunks {
        starts[chunk.system + 1] = chunk.first + chunk.rows;
    }
    for system in 0..plan.systems.len() {
        starts[system + 1] = starts[system + 1].max(starts[system]);
    }
    let dense = dense(spans, plan.thresholds.bulk_at_least)?;
    Ok(Arrived { night, spill, chunks, keys: Some(keys), starts, dense, rows, bytes })
}

/// Rows that wait on disk together, and are read back together: a row group of an export may be much longer.
const CHUNK_ROWS: usize = 64 * 1024;

fn slices(frame: &DataFrame) -> Vec<DataFrame> {
    let starts = (0..frame.height()).step_by(CHUNK_ROWS);
    starts.map(|start| frame.slice(start as i64, CHUNK_ROWS)).collect()
}

/// A typed frame, ready to wait on disk.
struct Ready {
    chunk: Vec<u8>,
    rows: u32,
    bytes: u64,
    keys: Keys,
}

impl Ready {
    fn of(plan: &RunPlan, system: usize, frame: DataFrame) -> Result<Self, NormaliseError> {
        let failed =
            |source: PolarsError| NormaliseError::Frame { system: plan.systems[system].name.clone(), source };
        let frame = frame::whole(frame);
        let keys = Asking::new(plan, system, &frame).all();
        let batch: Batch = frame::to_batch(&frame).map_err(failed)?;
        let bytes = batch.iter().map(|column| column.get_array_memory_size() as u64).sum();
        Ok(Self { chunk: encode(&batch)?, rows: frame.height() as u32, bytes, keys })
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

//! How much memory a night would take, and so how it is run.

use serde::Serialize;

use super::cut::MOST_PARTS;
use crate::config::file_kind::FileKind;
use crate::config::plan::{RunPlan, Rung};
use crate::engine::parquet_file::ROW_GROUP_ROWS;
use crate::stages::load::{FeedState, Loaded};

/// What the program, the tables beside the exports and the pieces that are being read take.
const BASE: u64 = 64 << 20;
/// What one row group of every column takes while it is encoded, once there are so many rows.
const ROW_GROUP: u64 = 220 << 20;
/// Bytes in memory for each byte of text of an export, as measured: 64 MB of CSV take 0.47 GB, 641 MB 2.05 GB.
const PER_BYTE_OF_TEXT: f64 = 2.75;
/// Bytes in memory for each byte of typed columns, while their records are judged and those of the next part read: 3.0 as
/// measured, and some to spare.
const PER_BYTE_OF_COLUMNS: f64 = 3.4;
/// Bytes for each record of the night while it is divided.
const PER_RECORD: u64 = 4;
/// Bytes for each row of the row groups that are open while parts are judged, of all tables about one record: 210 as
/// measured.
const PER_OPEN_ROW: u64 = 220;
/// Bytes of the bloom filters of a system's open row groups.
const PER_SYSTEM: u64 = 6 << 20;
/// Stretches of text files are about so long.
const STRETCH: u64 = 1 << 20;

/// What was asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask {
    /// Bytes that a run should stay within.
    pub limit: Option<u64>,
    /// So many parts, whatever the limit.
    pub parts: Option<usize>,
}

/// How a night is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    InMemory,
    InParts,
}

/// What looks at all records at once, so that they cannot be divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum LooksAtAll {
    #[serde(rename = "the scored rung looks at all records at once")]
    ScoredRung,
    #[serde(rename = "the search for double entries by score looks at all records at once")]
    DoubleEntriesByScore,
}

impl LooksAtAll {
    /// `None` where the records of a pipeline can be divided.
    pub fn of(plan: &RunPlan) -> Option<Self> {
        if plan.ladder.contains(&Rung::Scored) {
            Some(Self::ScoredRung)
        } else {
            plan.duplicates.by_score.is_some().then_some(Self::DoubleEntriesByScore)
        }
    }
}

/// What a night was estimated to take, and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Memory {
    /// Bytes of a night in memory.
    pub estimate: u64,
    pub limit: Option<u64>,
    pub choice: Choice,
    /// Why a night over the limit is run in memory all the same.
    pub because: Option<LooksAtAll>,
    pub parts: usize,
    /// Records of the largest part, and of all.
    pub largest_part: usize,
    pub records: usize,
    /// The most bytes that waited on disk at a time.
    pub waited: u64,
    /// The most bytes in memory, measured by the program where the system tells.
    pub peak: Option<u64>,
}

impl Memory {
    /// Estimates a night and decides.
    pub fn of(plan: &RunPlan, loaded: &Loaded, ask: Ask) -> Self {
        let text = text_bytes(loaded);
        let estimate = BASE + (text as f64 * PER_BYTE_OF_TEXT) as u64 + ROW_GROUP.min(4 * text);
        let is_over = ask.parts.is_some() || ask.limit.is_some_and(|limit| estimate > limit);
        let because = LooksAtAll::of(plan).filter(|_| is_over);
        let in_parts = is_over && because.is_none();
        Self {
            estimate,
            limit: ask.limit,
            choice: if in_parts { Choice::InParts } else { Choice::InMemory },
            because,
            parts: 1,
            largest_part: 0,
            records: 0,
            waited: 0,
            peak: None,
        }
    }

    /// In how many parts the records of systems, so many of each, are judged, whose columns take so many bytes.
    pub fn parts(&self, ask: Ask, records: impl Iterator<Item = u32>, bytes: u64) -> usize {
        if let Some(parts) = ask.parts {
            return parts.clamp(1, MOST_PARTS);
        }
        let of_system = |records: u32| {
            let open = u64::from(records).min(ROW_GROUP_ROWS as u64);
            u64::from(records) * PER_RECORD + open * PER_OPEN_ROW + PER_SYSTEM
        };
        let taken = BASE + records.map(of_system).sum::<u64>();
        let left = self.limit.unwrap_or(u64::MAX).saturating_sub(taken).max(LEAST);
        let needed = bytes as f64 * PER_BYTE_OF_COLUMNS / left as f64;
        (needed.ceil() as usize).clamp(1, MOST_PARTS)
    }

    /// So many bytes wait on disk now.
    pub fn waits(&mut self, bytes: u64) {
        self.waited = self.waited.max(bytes);
    }

    /// What the parts came to be.
    pub fn divided(&mut self, parts: impl Iterator<Item = usize>) {
        let rows: Vec<usize> = parts.collect();
        self.parts = rows.len().max(1);
        self.largest_part = rows.iter().copied().max().unwrap_or_default();
        self.records = rows.iter().sum();
    }
}

/// A part takes this much at the least: with less, the night would fall into crumbs.
const LEAST: u64 = 16 << 20;

/// What the exports would be as plain text.
fn text_bytes(loaded: &Loaded) -> u64 {
    let feeds = loaded.systems.iter().flat_map(|system| &system.feeds);
    feeds
        .map(|feed| {
            let FeedState::Open(opened) = &feed.state else { return 0 };
            // Of packed text the pieces tell the length.
            let bytes = feed.bytes.max((opened.pieces() as u64).saturating_sub(1) * STRETCH);
            match feed.kind {
                // Columns and workbooks are packed by nature; JSON names every value.
                Some(FileKind::Parquet | FileKind::Arrow) => bytes * 5,
                Some(FileKind::Xlsx | FileKind::Xls | FileKind::Ods) => bytes * 8,
                Some(FileKind::Json | FileKind::Ndjson) => bytes * 3 / 5,
                _ => bytes,
            }
        })
        .sum()
}

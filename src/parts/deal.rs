//! Records that can meet are dealt into one part: connected by their keys, cut into parts of about one size, and laid
//! together on disk part by part.
//!
//! How the night is cut shows in no output: it decides only how much is held at a time.

use std::path::Path;

use arrow::array::{Array, UInt32Array};
use arrow::compute::{concat, take};
use rayon::prelude::*;

use super::arrive::{Arrived, Chunk};
use crate::engine::blunt::Blunt;
use crate::engine::components::Components;
use crate::engine::key_spill::KeySpill;
use crate::engine::spill::{Slot, Spill, SpillError, encode};
use crate::engine::table::{Batch, height};

/// Stretches of every system that are kept together when the night is cut.
const STRETCHES: usize = 4096;
/// Files that parts wait in: of one each, the disk would be freed soonest, but a process may hold only so many open.
const FILES: usize = 64;
/// Rows that wait in memory to be laid together.
const GATHERED_ROWS: usize = 128 * 1024;

/// The records of one part, per system.
#[derive(Debug, Default)]
pub struct Part {
    pub systems: Vec<PartOfSystem>,
}

#[derive(Debug, Default)]
pub struct PartOfSystem {
    pub slots: Vec<Slot>,
    pub rows: usize,
    gathered: Vec<Batch>,
    gathered_rows: usize,
}

impl Part {
    pub fn rows(&self) -> usize {
        self.systems.iter().map(|system| system.rows).sum()
    }
}

/// Parts that wait in one file: it goes when they are judged.
pub struct Group {
    pub spill: Spill,
    pub parts: Vec<Part>,
}

/// The night in parts.
pub struct Dealt {
    pub groups: Vec<Group>,
}

impl Dealt {
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.groups.iter().flat_map(|group| &group.parts)
    }

    /// Bytes that wait on disk.
    pub fn bytes(&self) -> u64 {
        self.groups.iter().map(|group| group.spill.bytes()).sum()
    }
}

/// Connects rows that have a key in common, or ask for one that others have; a key that more than `most` rows of one
/// system have, or ask for, connects nobody.
///
/// # Errors
/// When the disk refuses.
pub fn connect(
    starts: &[u32],
    most: usize,
    keys: Option<KeySpill>,
) -> Result<(Components, Blunt), SpillError> {
    let mut components = Components::new(starts.last().copied().unwrap_or_default() as usize);
    let mut blunt = Vec::new();
    // Rows of a group are in order, those of one system together.
    let is_blunt = |group: &[(u64, u32)]| {
        let before = |start: &u32| group.partition_point(|(_, row)| row < start);
        group.len() > most && starts.windows(2).any(|of| before(&of[1]) - before(&of[0]) > most)
    };
    if let Some(keys) = keys {
        keys.each(|entries| {
            for group in entries.chunk_by(|a, b| a.0 | 1 == b.0 | 1).filter(|group| group.len() > 1) {
                let (have, ask) = group.split_at(group.partition_point(|(key, _)| key & 1 == 0));
                let sharp = [have, ask].map(|rows| {
                    let is_blunt = is_blunt(rows);
                    blunt.extend(rows.first().filter(|_| is_blunt).map(|(key, _)| *key));
                    if is_blunt { &[] } else { rows }
                });
                let [Some(first), ..] = sharp.map(<[_]>::first) else { continue };
                sharp.into_iter().flatten().for_each(|(_, row)| components.union(first.1, *row));
            }
        })?;
    }
    Ok((components, Blunt::new(blunt)))
}

/// Lays the records of each part together, in about so many parts.
///
/// # Errors
/// When the disk refuses.
pub fn deal(
    arrived: &Arrived,
    mut components: Components,
    wanted: usize,
    folder: &Path,
) -> Result<Dealt, SpillError> {
    let systems = arrived.night.systems.len();
    let cut = Cut::new(arrived, &mut components, wanted);
    let in_a_file = cut.parts.div_ceil(FILES);
    let part = |_| Part { systems: (0..systems).map(|_| PartOfSystem::default()).collect() };
    let group = |first: usize| -> Result<Group, SpillError> {
        let parts = (first..cut.parts.min(first + in_a_file)).map(part).collect();
        Ok(Group { spill: Spill::begin(folder)?, parts })
    };
    let mut groups: Vec<Group> =
        (0..cut.parts).step_by(in_a_file).map(group).collect::<Result<_, SpillError>>()?;
    let most = (GATHERED_ROWS / (cut.parts * systems).max(1)).clamp(64, 8192);
    for chunks in arrived.chunks.chunks(2 * rayon::current_num_threads()) {
        let wanted: Vec<(Chunk, Vec<u16>)> = chunks
            .iter()
            .map(|chunk| {
                let rows = chunk.first..chunk.first + chunk.rows;
                (*chunk, rows.map(|row| cut.part_of(components.root(row))).collect())
            })
            .collect();
        let split: Vec<(usize, Vec<(u16, Batch)>)> = wanted
            .into_par_iter()
            .map(|(chunk, of)| Ok((chunk.system, split(&arrived.spill.read_rows(chunk.slot)?, &of)?)))
            .collect::<Result<_, SpillError>>()?;
        for (system, batches) in split {
            for (part, batch) in batches {
                let part = usize::from(part);
                let Group { spill, parts } = &mut groups[part / in_a_file];
                let place = &mut parts[part % in_a_file].systems[system];
                place.rows += height(&batch);
                place.gathered_rows += height(&batch);
                place.gathered.push(batch);
                if place.gathered_rows >= most {
                    place.lay(spill)?;
                }
            }
        }
    }
    for Group { spill, parts } in &mut groups {
        for place in parts.iter_mut().flat_map(|part| &mut part.systems) {
            place.lay(spill)?;
        }
        parts.retain(|part| part.rows() > 0);
    }
    Ok(Dealt { groups })
}

impl PartOfSystem {
    /// Writes what was gathered.
    fn lay(&mut self, spill: &Spill) -> Result<(), SpillError> {
        self.gathered_rows = 0;
        let gathered = std::mem::take(&mut self.gathered);
        let Some(first) = gathered.first() else { return Ok(()) };
        let column = |at: usize| {
            let arrays: Vec<&dyn Array> = gathered.iter().map(|batch| batch[at].as_ref()).collect();
            concat(&arrays)
        };
        let batch: Batch = (0..first.len()).map(column).collect::<Result<_, _>>()?;
        self.slots.push(spill.push(&encode(&batch)?)?);
        Ok(())
    }
}

/// The rows of each part.
fn split(batch: &Batch, parts: &[u16]) -> Result<Vec<(u16, Batch)>, SpillError> {
    let mut order: Vec<(u16, u32)> = parts.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let of_part = |group: &[(u16, u32)]| -> Result<(u16, Batch), SpillError> {
        let rows: UInt32Array = group.iter().map(|(_, row)| *row).collect::<Vec<u32>>().into();
        let columns = batch.iter().map(|column| take(column, &rows, None)).collect::<Result<_, _>>()?;
        Ok((group[0].0, columns))
    };
    order.chunk_by(|a, b| a.0 == b.0).map(of_part).collect()
}

/// Where the night is cut: by the first row of what belongs together, stretch by stretch of every system, so that parts
/// follow the order of the exports and nothing is held per row.
struct Cut<'a> {
    starts: &'a [u32],
    /// By stretch and system.
    part_of: Vec<u16>,
    parts: usize,
}

impl<'a> Cut<'a> {
    fn new(arrived: &'a Arrived, components: &mut Components, wanted: usize) -> Self {
        let systems = arrived.night.systems.len();
        let mut cut = Self { starts: &arrived.starts, part_of: vec![0; STRETCHES * systems], parts: 1 };
        let mut loads = vec![0u64; STRETCHES * systems];
        for row in 0..arrived.rows {
            loads[cut.stretch(components.root(row))] += 1;
        }
        let target = u64::from(arrived.rows).div_ceil(wanted.max(1) as u64).max(1);
        let (mut part, mut load) = (0u16, 0);
        for (stretch, own) in loads.into_iter().enumerate() {
            if load > 0 && load + own / 2 > target && usize::from(part) < MOST_PARTS {
                (part, load) = (part + 1, 0);
            }
            load += own;
            cut.part_of[stretch] = part;
        }
        cut.parts = usize::from(part) + 1;
        cut
    }

    /// The stretch in which a row lies.
    fn stretch(&self, row: u32) -> usize {
        let systems = self.starts.len() - 1;
        let system = (self.starts.partition_point(|start| *start <= row) - 1).min(systems - 1);
        let (start, end) = (u64::from(self.starts[system]), u64::from(self.starts[system + 1]));
        let at = (u64::from(row) - start) * STRETCHES as u64 / (end - start).max(1);
        at as usize * systems + system
    }

    fn part_of(&self, root: u32) -> u16 {
        self.part_of[self.stretch(root)]
    }
}

/// More parts than this make chunks too small to be worth their headers.
pub const MOST_PARTS: usize = 1024;

//! Records that can meet are dealt into one part: connected by their keys, cut into parts of about one size, and laid
//! together on disk part by part.
//!
//! How the night is cut shows in no output: it decides only how much is held at a time.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arrow::array::UInt32Array;
use arrow::compute::take;
use rayon::prelude::*;

use super::arrive::{Arrived, Chunk, place_of_code};
use super::cut::{Cut, Reached};
use crate::engine::blunt::Blunt;
use crate::engine::chunk::encode;
use crate::engine::components::Components;
use crate::engine::key_spill::KeySpill;
use crate::engine::spill::{Slot, Spill, SpillError};
use crate::engine::table::{Batch, height, one_behind_the_other};

/// Files that parts wait in: of one each, the disk would be freed soonest, but a process may hold only so many open.
const FILES: usize = 64;
/// Rows that wait in memory to be laid together.
const GATHERED_ROWS: usize = 128 * 1024;

/// The records of one part, per system.
#[derive(Debug)]
pub struct Part {
    /// Some parts wait in one file: it goes when the last of them has been read.
    pub spill: Arc<Spill>,
    pub systems: Vec<PartOfSystem>,
    /// Per system, up to where no part behind this one has records.
    pub reached: Vec<Reached>,
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

/// The files in which parts wait, each once, without keeping them there.
pub fn spills(parts: &[Part]) -> Vec<Weak<Spill>> {
    let mut spills: Vec<&Arc<Spill>> = parts.iter().map(|part| &part.spill).collect();
    spills.dedup_by(|a, b| Arc::ptr_eq(a, b));
    spills.into_iter().map(Arc::downgrade).collect()
}

/// Connects rows that have a key in common, or ask for one that others have; a key that more than `most` rows of one
/// system have, or ask for, connects nobody.
///
/// # Errors
/// When the disk refuses.
pub fn connect(starts: &[u32], most: usize, keys: KeySpill) -> Result<(Components, Blunt), SpillError> {
    let mut components = Components::new(starts.last().copied().unwrap_or_default() as usize);
    let mut blunt = Vec::new();
    // Rows of a group are in order, those of one system together.
    let is_blunt = |group: &[(u64, u32)]| {
        let before = |start: &u32| group.partition_point(|(_, row)| row < start);
        group.len() > most && starts.windows(2).any(|of| before(&of[1]) - before(&of[0]) > most)
    };
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
    Ok((components, Blunt::new(blunt)))
}

/// Lays the records of each part together, in about so many parts.
///
/// # Errors
/// When the disk refuses.
pub fn deal(
    arrived: &Arrived,
    components: Components,
    wanted: usize,
    folder: &Path,
) -> Result<Vec<Part>, SpillError> {
    let systems = arrived.night.systems.len();
    let cut = Cut::new(arrived, components, wanted)?;
    let in_a_file = cut.parts.div_ceil(FILES);
    let spills = (0..cut.parts).step_by(in_a_file).map(|_| Spill::begin(folder).map(Arc::new));
    let spills = spills.collect::<Result<Vec<_>, SpillError>>()?;
    let laying = Laying {
        spills,
        in_a_file,
        systems,
        places: (0..cut.parts * systems).map(|_| Mutex::default()).collect(),
        most: (GATHERED_ROWS / (cut.parts * systems).max(1)).clamp(64, 8192),
    };
    let deal = |chunk: &Chunk| {
        let parts: Vec<u16> = (chunk.first..chunk.first + chunk.rows).map(|row| cut.part_of(row)).collect();
        let code = place_of_code(&arrived.night.systems[chunk.system].frame);
        let rows = chunk.rows(&arrived.spill, code)?;
        split(&rows, &parts)?.into_iter().try_for_each(|(part, batch)| laying.put(part, chunk.system, batch))
    };
    arrived.chunks.par_iter().try_for_each(deal)?;
    laying.finish(&cut)
}

/// Where the records of each part are laid, from any thread.
struct Laying {
    spills: Vec<Arc<Spill>>,
    in_a_file: usize,
    systems: usize,
    /// By part and system.
    places: Vec<Mutex<PartOfSystem>>,
    /// Rows that are laid together.
    most: usize,
}

impl Laying {
    fn put(&self, part: u16, system: usize, batch: Batch) -> Result<(), SpillError> {
        let at = usize::from(part) * self.systems + system;
        // A panic while the lock was held ends the run.
        let lock = || self.places[at].lock().unwrap_or_else(PoisonError::into_inner);
        let gathered = lock().gather(batch, self.most);
        if let Some(slot) = self.lay(at, &gathered)? {
            lock().slots.push(slot);
        }
        Ok(())
    }

    fn lay(&self, at: usize, gathered: &[Batch]) -> Result<Option<Slot>, SpillError> {
        let Some(batch) = one_behind_the_other(gathered)? else { return Ok(None) };
        self.spills[at / self.systems / self.in_a_file].push(&encode(&batch)?).map(Some)
    }

    fn finish(mut self, cut: &Cut) -> Result<Vec<Part>, SpillError> {
        let places = std::mem::take(&mut self.places).into_par_iter().enumerate().map(|(at, place)| {
            let mut place = place.into_inner().unwrap_or_else(PoisonError::into_inner);
            let gathered = place.gather(Vec::new(), 0);
            place.slots.extend(self.lay(at, &gathered)?);
            Ok(place)
        });
        let mut places = places.collect::<Result<Vec<_>, SpillError>>()?.into_iter();
        let mut parts = Vec::new();
        while places.len() > 0 {
            let spill = Arc::clone(&self.spills[parts.len() / self.in_a_file]);
            let reached = cut.reached(parts.len());
            parts.push(Part { spill, systems: places.by_ref().take(self.systems).collect(), reached });
        }
        parts.retain(|part| part.rows() > 0);
        Ok(parts)
    }
}

impl PartOfSystem {
    /// Takes some rows; gives back what is to be laid together.
    fn gather(&mut self, batch: Batch, most: usize) -> Vec<Batch> {
        self.rows += height(&batch);
        self.gathered_rows += height(&batch);
        self.gathered.push(batch);
        if self.gathered_rows < most {
            return Vec::new();
        }
        self.gathered_rows = 0;
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.retain(|batch| height(batch) > 0);
        gathered
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

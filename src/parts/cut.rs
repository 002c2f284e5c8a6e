//! Where the night is cut: into stretches of codes, and what belongs together goes by the least code of it. So parts
//! follow one another in the order of the tables, and once a part is judged it is known up to which code no later part
//! has anything to add. Of a system whose own numbers are in another order than the codes of the others, nothing is known
//! until the end.

use arrow::array::AsArray;
use rayon::prelude::*;

use super::arrive::{Arrived, Chunk, Sample};
use crate::engine::blunt::Blunt;
use crate::engine::components::Components;
use crate::engine::key;
use crate::engine::spill::SpillError;

/// Stretches of codes that are kept together.
const STRETCHES: usize = 4096;
/// Chunks whose codes are read together.
const TOGETHER: usize = 32;
/// More parts than this make chunks too small to be worth their headers.
pub const MOST_PARTS: usize = 1024;

/// The part of every record.
pub struct Cut {
    /// The stretch of every record.
    stretches: Components,
    /// By stretch.
    part_of: Vec<u16>,
    pub parts: usize,
    /// The first code of every stretch but the first.
    borders: Vec<String>,
    /// Per system, the least code whose records are in any part, since so many have it that it tells nobody apart. None,
    /// which comes before all, of a system whose records are all over the parts.
    least_scattered: Vec<Option<Option<String>>>,
}

impl Cut {
    /// Into about so many parts.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn new(arrived: &Arrived, mut components: Components, wanted: usize) -> Result<Self, SpillError> {
        let borders = borders(&arrived.sample);
        let sharp = Blunt::default();
        let blunt = arrived.night.blunt.as_deref().unwrap_or(&sharp);
        let mut least_scattered: Vec<Option<Option<String>>> = vec![None; arrived.night.systems.len()];
        for of_system in arrived.chunks.chunk_by(|a, b| a.system == b.system) {
            let mut follows: Option<bool> = None;
            for chunks in of_system.chunks(TOGETHER) {
                let stretches = chunks.par_iter().map(|chunk| {
                    let length = arrived.starts[chunk.system + 1] - arrived.starts[chunk.system];
                    let by_place = (arrived.starts[chunk.system], length);
                    Ruler { borders: &borders, blunt, by_place }.stretches(arrived, chunk)
                });
                let stretches = stretches.collect::<Result<Vec<_>, SpillError>>()?;
                let rows = || {
                    let each = chunks.iter().zip(&stretches);
                    each.flat_map(|(chunk, (of_rows, _))| (chunk.first..).zip(of_rows.iter().copied()))
                };
                let follows = *follows.get_or_insert_with(|| follows_others(&components, rows()));
                for (row, stretch) in rows() {
                    if follows || components.class_so_far(row).is_none() {
                        components.classify(row, stretch);
                    }
                }
                for (chunk, (_, of_many)) in chunks.iter().zip(stretches) {
                    let first = if follows { of_many } else { Some(None) };
                    let least = &mut least_scattered[chunk.system];
                    *least = least.take().into_iter().chain(first).min();
                }
            }
        }
        components.settle();
        let mut loads = vec![0u64; STRETCHES];
        for row in 0..arrived.rows {
            loads[usize::from(components.class_of(row))] += 1;
        }
        let target = u64::from(arrived.rows).div_ceil(wanted.max(1) as u64).max(1);
        let (mut part, mut load, mut part_of) = (0u16, 0, Vec::with_capacity(STRETCHES));
        for own in loads {
            if load > 0 && load + own / 2 > target && usize::from(part) + 1 < MOST_PARTS {
                (part, load) = (part + 1, 0);
            }
            load += own;
            part_of.push(part);
        }
        Ok(Self { stretches: components, part_of, parts: usize::from(part) + 1, borders, least_scattered })
    }

    pub fn part_of(&self, row: u32) -> u16 {
        self.part_of[usize::from(self.stretches.class_of(row))]
    }

    /// Per system, the code up to which no part behind this one has records of it.
    pub fn reached(&self, part: usize) -> Vec<Reached> {
        let stretch = self.part_of.partition_point(|of| usize::from(*of) <= part);
        let border = self.borders.get(stretch - 1).cloned().map(Some);
        let of_system = |blunt: &Option<Option<String>>| {
            let first = border.iter().chain(blunt).min().filter(|_| stretch < STRETCHES);
            first.map_or(Reached::End, |code| Reached::Code(code.clone()))
        };
        self.least_scattered.iter().map(of_system).collect()
    }
}

/// Whether the first records of a system, with their stretches, mostly lie where those of the systems before it lie that
/// they belong to. A system with numbers of its own does not, and parts in its order would be in no order for the others.
fn follows_others(components: &Components, rows: impl Iterator<Item = (u32, u16)>) -> bool {
    let (mut met, mut same) = (0usize, 0usize);
    for (row, stretch) in rows {
        if let Some(class) = components.class_so_far(row) {
            met += 1;
            same += usize::from(class == stretch);
        }
    }
    2 * same >= met
}

/// Up to where all records of a system have been judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// All that stand before this code; no code comes first.
    Code(Option<String>),
    End,
}

/// The first code of every stretch but the first, as far as the sample tells them apart.
fn borders(sample: &Sample) -> Vec<String> {
    let mut codes = sample.codes.clone();
    codes.par_sort_unstable();
    (1..STRETCHES).filter_map(|stretch| codes.get(stretch * codes.len() / STRETCHES).cloned()).collect()
}

/// Tells the stretch of a record of one system.
struct Ruler<'r> {
    borders: &'r [String],
    blunt: &'r Blunt,
    /// The first row of the system, and how many it has.
    by_place: (u32, u32),
}

impl Ruler<'_> {
    /// The stretches of some records, and the least of their codes that tells nobody apart.
    fn stretches(
        &self,
        arrived: &Arrived,
        chunk: &Chunk,
    ) -> Result<(Vec<u16>, Option<Option<String>>), SpillError> {
        let codes = chunk.codes(&arrived.spill)?;
        let codes = codes.first().and_then(|codes| codes.as_string_opt::<i32>());
        let codes = codes.ok_or_else(|| SpillError::Misfit("a chunk without codes".to_owned()))?;
        let mut of_many: Option<Option<&str>> = None;
        let mut stretches = Vec::with_capacity(chunk.rows as usize);
        for (row, code) in (chunk.first..).zip(codes.iter()) {
            stretches.push(match code {
                Some(code) if self.blunt.is_empty() || !self.blunt.has(key::of(code)) => {
                    self.borders.partition_point(|border| border.as_str() <= code) as u16
                }
                // So many have this code that they are kept as their files have them.
                _ => {
                    let (start, length) = self.by_place;
                    of_many = Some(of_many.map_or(code, |least| least.min(code)));
                    (u64::from(row - start) * STRETCHES as u64 / u64::from(length.max(1))) as u16
                }
            });
        }
        Ok((stretches, of_many.map(|code| code.map(str::to_owned))))
    }
}

//! Where the night is cut: what belongs together goes by the code of its first record, so that parts follow one another
//! in the order of the tables, and merging them takes long runs of one part.

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
}

impl Cut {
    /// Into about so many parts.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn new(arrived: &Arrived, mut components: Components, wanted: usize) -> Result<Self, SpillError> {
        let borders: Vec<Vec<String>> = arrived.samples.iter().map(borders).collect();
        let sharp = Blunt::default();
        let blunt = arrived.night.blunt.as_deref().unwrap_or(&sharp);
        let mut loads = vec![0u64; STRETCHES];
        for chunks in arrived.chunks.chunks(TOGETHER) {
            let stretches = chunks.par_iter().map(|chunk| {
                let length = arrived.starts[chunk.system + 1] - arrived.starts[chunk.system];
                let by_place = (arrived.starts[chunk.system], length);
                let ruler = Ruler { borders: &borders[chunk.system], blunt, by_place };
                ruler.stretches(arrived, chunk, &components)
            });
            let stretches = stretches.collect::<Result<Vec<_>, SpillError>>()?;
            for (chunk, stretches) in chunks.iter().zip(stretches) {
                for (row, stretch) in (chunk.first..).zip(stretches) {
                    loads[usize::from(components.settle(row, stretch))] += 1;
                }
            }
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
        Ok(Self { stretches: components, part_of, parts: usize::from(part) + 1 })
    }

    pub fn part_of(&self, row: u32) -> u16 {
        self.part_of[usize::from(self.stretches.class_of(row))]
    }
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
    /// The stretches of records that are the first of what belongs together; of others, none that counts.
    fn stretches(
        &self,
        arrived: &Arrived,
        chunk: &Chunk,
        components: &Components,
    ) -> Result<Vec<u16>, SpillError> {
        let codes = chunk.codes(&arrived.spill)?;
        let codes = codes.first().and_then(|codes| codes.as_string_opt::<i32>());
        let codes = codes.ok_or_else(|| SpillError::Misfit("a chunk without codes".to_owned()))?;
        let stretch = |(row, code): (u32, Option<&str>)| match code {
            _ if !components.is_root(row) => 0,
            Some(code) if self.blunt.is_empty() || !self.blunt.has(key::of(code)) => {
                self.borders.partition_point(|border| border.as_str() <= code) as u16
            }
            // So many have this code that they are kept as their files have them.
            _ => {
                let (start, length) = self.by_place;
                (u64::from(row - start) * STRETCHES as u64 / u64::from(length.max(1))) as u16
            }
        };
        Ok((chunk.first..).zip(codes.iter()).map(stretch).collect())
    }
}

//! Tables that stand in the order of systems and codes are written while parts come, up to the code that no part to come
//! reaches back to.
//!
//! In the file one system stands behind the other. Row groups of the first go there at once; those of the others wait,
//! encoded, until all before them are there.

use std::sync::Arc;

use rayon::prelude::*;

use super::cut::Reached;
use super::wait::chunks;
use crate::engine::merge::{Live, Merge};
use crate::engine::parquet_file::{FileInMaking, Group, Groups, Parked, ROW_GROUP_ROWS, WriteError};
use crate::engine::publish::{PublishError, Staged};
use crate::engine::spill::{Spill, SpillError};
use crate::engine::table::{Batch, MADE_ROWS, Misfit, TableSource, height, one_behind_the_other};
use crate::stages::write;

/// Tables in the making.
pub struct Streams {
    tables: Vec<StreamedTable>,
    /// Rows that came before their place, and row groups.
    spill: Arc<Spill>,
    /// Rows that wait together.
    chunk_rows: usize,
}

struct StreamedTable {
    name: &'static str,
    file: FileInMaking,
    streams: Vec<Stream>,
    /// Rows of the parts.
    given: usize,
}

/// The rows of one system.
struct Stream {
    /// Rows of the parts, and rows that were encoded.
    given: usize,
    written: usize,
    merge: Merge<'static>,
    /// Rows that are due and fewer than make a batch.
    carried: Carried,
    groups: Groups,
    parked: Vec<Parked>,
}

#[derive(Default)]
struct Carried {
    batches: Vec<Batch>,
    rows: usize,
}

impl Streams {
    /// Begins a file for each of these tables, of any part.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin(
        spill: Spill,
        chunk_rows: usize,
        systems: usize,
        tables: &[&TableSource<'_>],
        begin: impl Fn(&TableSource<'_>) -> Result<FileInMaking, PublishError>,
    ) -> Result<Self, PublishError> {
        let spill = Arc::new(spill);
        let table = |table: &&TableSource<'_>| {
            let file = begin(table)?;
            let stream = |_| Stream {
                given: 0,
                written: 0,
                merge: Merge::new(Arc::clone(&spill), Vec::new(), None),
                carried: Carried::default(),
                groups: file.groups(ROW_GROUP_ROWS),
                parked: Vec::new(),
            };
            let streams = (0..systems).map(stream).collect();
            Ok(StreamedTable { name: table.schema.name, file, streams, given: 0 })
        };
        let tables = tables.iter().map(table).collect::<Result<_, PublishError>>()?;
        Ok(Self { tables, spill, chunk_rows })
    }

    /// Bytes that wait on disk.
    pub fn bytes(&self) -> u64 {
        self.spill.bytes()
    }

    /// Takes the tables of the next part, and per system how far it and those before it reach.
    ///
    /// # Errors
    /// When the disk refuses, or rows cannot be made.
    pub fn take(&mut self, tables: &[&TableSource<'_>], reached: &[Reached]) -> Result<(), WriteError> {
        let Self { tables: own, spill, chunk_rows } = self;
        let each = own.par_iter_mut().zip(tables.par_iter());
        each.try_for_each(|(own, table)| own.take(table, reached, spill, *chunk_rows))
    }

    /// Rows that a table has so far.
    pub fn rows_of(&self, name: &str) -> usize {
        self.tables.iter().find(|table| table.name == name).map_or(0, |table| table.given)
    }

    /// Takes the tables of the last part, and writes what is left.
    ///
    /// # Errors
    /// As [`Streams::take`], or when rows were lost.
    pub fn finish(mut self, tables: &[&TableSource<'_>]) -> Result<Vec<Staged>, WriteError> {
        let systems = self.tables.iter().map(|table| table.streams.len()).max().unwrap_or_default();
        self.take(tables, &vec![Reached::End; systems])?;
        let Self { tables, spill, .. } = self;
        tables.into_par_iter().map(|table| table.finish(&spill)).collect()
    }
}

impl StreamedTable {
    fn take(
        &mut self,
        table: &TableSource<'_>,
        reached: &[Reached],
        spill: &Spill,
        chunk_rows: usize,
    ) -> Result<(), WriteError> {
        debug_assert_eq!(self.name, table.schema.name);
        self.given += table.len();
        let stretches = table.stretches();
        let Self { file, streams, .. } = self;
        for (system, stream) in streams.iter_mut().enumerate() {
            let own = stretches.iter().find(|(of, _)| usize::from(*of) == system);
            let rows = own.map_or(0..0, |(_, rows)| rows.clone());
            let waits = stream.given - stream.written - stream.carried.rows;
            stream.given += rows.len();
            let bound = match &reached[system] {
                // So much is better merged when the last part is not held any more.
                Reached::End if !rows.is_empty() && rows.len() < waits => Some(first_of(system, None)),
                Reached::Code(code) => Some(first_of(system, code.as_deref())),
                Reached::End => None,
            };
            let due = bound.as_ref().map_or(rows.end, |bound| table.first_from(rows.clone(), bound));
            let mut live = Live::new(table, rows.start..due);
            let Stream { written, merge, carried, groups, parked, .. } = stream;
            let mut keep = |group: Option<Group>| match group {
                Some(group) if system == 0 => file.append(group),
                Some(group) => group.park(spill).map(|group| parked.push(group)),
                None => Ok(()),
            };
            let mut next = carried.next(merge, &mut live, bound.as_deref())?;
            while let Some(batch) = next.take() {
                *written += height(&batch);
                // Some rows are encoded while the next are made.
                let (encoded, made) = rayon::join(
                    || groups.write(&[batch]),
                    || carried.next(merge, &mut live, bound.as_deref()),
                );
                encoded?;
                next = made?;
                if groups.is_full() {
                    keep(groups.close()?)?;
                }
            }
            if bound.is_none() {
                // No part to come has rows of this system.
                if let Some(last) = std::mem::take(carried).whole()? {
                    *written += height(&last);
                    groups.write(&[last])?;
                }
                keep(groups.close()?)?;
            }
            merge.add(chunks(table, due..rows.end, chunk_rows, spill)?);
        }
        Ok(())
    }

    fn finish(self, spill: &Spill) -> Result<Staged, WriteError> {
        let Self { name, mut file, streams, given } = self;
        let written: usize = streams.iter().map(|stream| stream.written).sum();
        for group in streams.into_iter().flat_map(|stream| stream.parked) {
            file.append(group.back(spill)?)?;
        }
        if written != given {
            let reason = format!("{written} of {given} rows of the parts were written");
            return Err(Misfit { table: name, reason }.into());
        }
        Ok(Staged { name, rows: written as u64, written: file.finish()? })
    }
}

/// The key of the first record of a system with a code.
fn first_of(system: usize, code: Option<&str>) -> Vec<u8> {
    let mut key = Vec::new();
    write::place_of_code(system, code, &mut key);
    key
}

impl Carried {
    /// The next batch, where enough rows for one are due; fewer are carried on.
    fn next(
        &mut self,
        merge: &mut Merge<'_>,
        live: &mut Live<'_>,
        bound: Option<&[u8]>,
    ) -> Result<Option<Batch>, SpillError> {
        while self.rows < MADE_ROWS {
            let rows = merge.take_before(MADE_ROWS - self.rows, Some(live), bound)?;
            let Some(rows) = rows else { return Ok(None) };
            self.rows += height(&rows);
            self.batches.push(rows);
        }
        std::mem::take(self).whole()
    }

    fn whole(self) -> Result<Option<Batch>, SpillError> {
        Ok(one_behind_the_other(&self.batches)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::parquet_file::{self, Clock};
    use crate::engine::rows::text;
    use crate::engine::table::{Kind, TableSchema};

    const SYSTEMS: usize = 2;
    const PARTS: usize = 5;

    /// Rows, each a system and a number, as a table.
    fn table(rows: Vec<(usize, usize)>) -> TableSource<'static> {
        let code = |number: usize| format!("{number:08}");
        let schema = TableSchema::new("t", &[("code", Kind::Id), ("of", Kind::Label)]);
        let keys = rows.clone();
        let table = TableSource::made(schema, rows.len(), move |row, made| {
            let (system, number) = rows[row];
            made.push([text(&code(number)), text(["hub", "spoke"][(system + number / 9) % 2])]);
        });
        let place = move |row: usize, key: &mut Vec<u8>| {
            let (system, number) = keys[row];
            write::place_of_code(system, Some(&code(number)), key);
        };
        table.ordered_by(place).in_stretches()
    }

    /// Holds a table that is written part by part against the same written whole.
    fn same_bytes(
        sizes: [usize; SYSTEMS],
        part_of: impl Fn(usize, usize) -> usize,
        follows: [bool; SYSTEMS],
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock { zone: "+07:00".to_owned(), utc_offset_ms: 25_200_000 };
        let all = (0..SYSTEMS).flat_map(|system| (0..sizes[system]).map(move |number| (system, number)));
        let whole = folder.path().join("whole.parquet");
        let mut written =
            parquet_file::write(&whole, &table(all.clone().collect()), &clock, &[]).expect("written");
        written.synced().expect("on the disk");
        let parted = folder.path().join("parted.parquet");
        let begin = |table: &TableSource<'_>| Ok(FileInMaking::begin(&parted, &table.schema, &clock, &[])?);
        let none = table(Vec::new());
        let mut streams =
            Streams::begin(Spill::begin(folder.path()).expect("a file"), 1000, SYSTEMS, &[&none], begin)
                .expect("begun");
        for part in 0..PARTS {
            let rows = all.clone().filter(|(system, number)| part_of(*system, *number) == part);
            let reached = |system: usize| match follows[system] {
                true => Reached::Code(Some(format!("{:08}", (part + 1) * sizes[system] / PARTS))),
                false => Reached::Code(None),
            };
            let reached: Vec<Reached> = (0..SYSTEMS).map(reached).collect();
            streams.take(&[&table(rows.collect())], &reached).expect("taken");
        }
        assert_eq!(streams.rows_of("t"), sizes.iter().sum::<usize>());
        for mut staged in streams.finish(&[&none]).expect("written") {
            staged.written.synced().expect("on the disk");
        }
        assert!(std::fs::read(whole).expect("a file") == std::fs::read(parted).expect("a file"));
    }

    #[test]
    fn what_is_written_while_parts_come_is_the_same() {
        // More than a row group of each, more of the second than of the first, and none.
        for sizes in [[ROW_GROUP_ROWS + 70_001, 300_000], [40_000, 50_000], [0, 3], [0, 0]] {
            let stretch = |system: usize, number: usize| number * PARTS / sizes[system];
            same_bytes(sizes, stretch, [true; 2]);
            // Some rows come before their time.
            let early = |system: usize, number: usize| match number % 501 {
                0 => number % (stretch(system, number) + 1),
                _ => stretch(system, number),
            };
            same_bytes(sizes, early, [true; 2]);
            // The second system is in an order of its own.
            let own = |system: usize, number: usize| match system {
                0 => early(system, number),
                _ => number % PARTS,
            };
            same_bytes(sizes, own, [true, false]);
        }
    }

    #[test]
    fn rows_that_were_lost_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock { zone: "+07:00".to_owned(), utc_offset_ms: 25_200_000 };
        let path = folder.path().join("t.parquet");
        let begin = |table: &TableSource<'_>| Ok(FileInMaking::begin(&path, &table.schema, &clock, &[])?);
        let none = table(Vec::new());
        let mut streams =
            Streams::begin(Spill::begin(folder.path()).expect("a file"), 1000, 1, &[&none], begin)
                .expect("begun");
        // A system that there is not.
        streams.take(&[&table(vec![(1, 5)])], &[Reached::End]).expect("taken");
        let lost = streams.finish(&[&none]).err().expect("an error").to_string();
        assert!(lost.contains("0 of 1 rows"), "{lost}");
    }
}

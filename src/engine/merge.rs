//! One table out of sorted parts that wait on disk: their rows in one order, some thousands at a time.
//!
//! Of each part one chunk is held at the most, and none before its first row is due. A row goes by a key of bytes, its
//! last column; no two parts have a key in common that tells rows apart, so nothing depends on how many there are. Rows of one part may be made
//! when they are due, instead of waiting.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, Float64Array, Int64Array, StringArray, new_null_array,
};
use arrow::compute::{concat, interleave};
use arrow::datatypes::{Float64Type, Int64Type};
use rayon::prelude::*;

use super::spill::{Slot, Spill, SpillError};
use super::table::{Batch, MADE_ROWS, Misfit, TableSource, first_not, height};

/// A chunk of a part, and the key of its first row.
#[derive(Debug, Clone)]
pub struct KeyedSlot {
    pub slot: Slot,
    pub first: Vec<u8>,
}

/// A part of a table: its chunks in order.
pub type Chunks = Vec<KeyedSlot>;

/// Looks at the rows of a chunk before they are merged; what it gives back takes their place.
pub type Sift<'s> = Box<dyn Fn(Batch) -> Result<Batch, SpillError> + Send + 's>;

/// Rows that follow one another in one source, on the mean, from which on they are laid end to end.
const RUN: usize = 24;

/// The rows of all parts, in order.
pub struct Merge<'s> {
    spill: Arc<Spill>,
    sift: Option<Sift<'s>>,
    parts: Vec<Part>,
    /// The next key of every part that has rows left, the least at the end.
    next: Vec<(Vec<u8>, usize)>,
}

struct Part {
    chunks: std::vec::IntoIter<KeyedSlot>,
    /// The chunk that is next, where none is held.
    ahead: Option<KeyedSlot>,
    rows: Batch,
    at: usize,
}

/// Rows of one source that follow one another.
struct Run {
    source: usize,
    start: usize,
    end: usize,
}

/// Rows of a part that are made when they are due.
pub struct Live<'t> {
    table: &'t TableSource<'t>,
    rows: Range<usize>,
    /// Of the first of them.
    key: Vec<u8>,
    /// A batch of them, of which so many were taken.
    made: Batch,
    at: usize,
}

impl<'t> Live<'t> {
    pub fn new(table: &'t TableSource<'t>, rows: Range<usize>) -> Self {
        let mut live = Self { table, rows, key: Vec::new(), made: Vec::new(), at: 0 };
        live.look();
        live
    }

    fn look(&mut self) {
        if !self.rows.is_empty() {
            self.table.key_of(self.rows.start, &mut self.key);
        }
    }

    /// The key of the next row.
    fn next(&self) -> Option<&[u8]> {
        (!self.rows.is_empty()).then_some(self.key.as_slice())
    }

    /// Takes the rows that stand before a key: places in `made`, which is made anew when it was used up.
    fn take(&mut self, most: usize, until: Option<&[u8]>) -> Result<(Range<usize>, bool), Misfit> {
        let mut key = Vec::new();
        let mut comes_first = |row: usize| {
            self.table.key_of(row, &mut key);
            until.is_none_or(|until| key.as_slice() < until)
        };
        let is_new = self.at == height(&self.made);
        if is_new {
            let last = self.rows.end.min(self.rows.start + most);
            let all = until.is_none() || comes_first(last - 1);
            // What others come between is made in one go all the same.
            let end = if all { last } else { self.rows.end.min(self.rows.start + MADE_ROWS) };
            (self.made, self.at) = (self.table.rows(self.rows.start..end)?, 0);
        }
        let last = self.rows.start + most.min(height(&self.made) - self.at);
        let all = until.is_none() || comes_first(last - 1);
        let end = if all { last } else { first_not(self.rows.start..last, comes_first) };
        let taken = self.at..self.at + (end - self.rows.start);
        (self.at, self.rows.start) = (taken.end, end);
        self.look();
        Ok((taken, is_new))
    }
}

/// The lesser of two keys, as far as there are any.
fn lesser<'k>(a: Option<&'k [u8]>, b: Option<&'k [u8]>) -> Option<&'k [u8]> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

impl<'s> Merge<'s> {
    pub fn new(spill: Arc<Spill>, parts: Vec<Chunks>, sift: Option<Sift<'s>>) -> Self {
        let next = Vec::with_capacity(parts.len());
        let mut merge = Self { spill, sift, next, parts: Vec::with_capacity(parts.len()) };
        parts.into_iter().for_each(|chunks| merge.add(chunks));
        merge
    }

    /// Adds a part.
    pub fn add(&mut self, chunks: Chunks) {
        let mut chunks = chunks.into_iter();
        let Some(ahead) = chunks.next() else { return };
        let key = ahead.first.clone();
        self.parts.push(Part { ahead: Some(ahead), chunks, rows: Vec::new(), at: 0 });
        self.offer(key, self.parts.len() - 1);
    }

    /// The next rows, without their keys; fewer where the table ends, none behind its end.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn take(&mut self, most: usize) -> Result<Option<Batch>, SpillError> {
        self.take_before(most, None, None)
    }

    /// As [`Merge::take`], of all that wait and stand before a key, and of those that are made.
    ///
    /// # Errors
    /// When the disk refuses, or rows cannot be made.
    pub fn take_before(
        &mut self,
        most: usize,
        mut live: Option<&mut Live<'_>>,
        bound: Option<&[u8]>,
    ) -> Result<Option<Batch>, SpillError> {
        // The chunks that the rows come from, and which of them each part is at.
        let mut sources: Vec<Batch> = Vec::new();
        let mut source_of: Vec<Option<usize>> = vec![None; self.parts.len()];
        let (mut runs, mut picked): (Vec<Run>, usize) = (Vec::new(), 0);
        let mut made_at: Option<usize> = None;
        let is_before = |key: &[u8], other: Option<&[u8]>| other.is_none_or(|other| key < other);
        while picked < most {
            let waiting = self.next.last().map(|(key, _)| key.as_slice());
            if let Some(live) = live.as_deref_mut()
                && live.next().is_some_and(|key| is_before(key, waiting))
            {
                let (rows, is_new) = live.take(most - picked, waiting)?;
                let source = *made_at.take_if(|_| !is_new).get_or_insert_with(|| {
                    sources.push(live.made.clone());
                    sources.len() - 1
                });
                made_at = Some(source);
                picked += rows.len();
                runs.push(Run { source, start: rows.start, end: rows.end });
                continue;
            }
            let made_next = live.as_deref().and_then(Live::next);
            // Of rows that nothing tells apart those that waited come first.
            let is_due = |(key, _): &mut (Vec<u8>, usize)| {
                is_before(key, bound) && made_next.is_none_or(|made| key.as_slice() <= made)
            };
            let Some((mut key, at)) = self.next.pop_if(is_due) else { break };
            if let Some(ahead) = self.parts[at].ahead.take() {
                self.load(at, ahead.slot)?;
                source_of[at] = None;
                self.offer_next(key, at)?;
                continue;
            }
            let source = *source_of[at].get_or_insert_with(|| {
                let rows = &self.parts[at].rows;
                sources.push(rows[..rows.len() - 1].to_vec());
                sources.len() - 1
            });
            // Rows of a part that nothing of the others comes between go together.
            let waiting = self.next.last().map(|(other, _)| other.as_slice());
            let until = lesser(lesser(waiting, made_next), bound);
            let part = &mut self.parts[at];
            let keys = keys(&part.rows)?;
            let last = keys.len().min(part.at + (most - picked));
            let comes_first = |row: usize| until.is_none_or(|until| keys.value(row) < until);
            let mut end = part.at + 1;
            if end < last && comes_first(last - 1) {
                end = last;
            }
            while end < last && (comes_first(end) || keys.value(end) == key.as_slice()) {
                end += 1;
            }
            runs.push(Run { source, start: part.at, end });
            picked += end - part.at;
            part.at = end;
            key.clear();
            self.offer_next(key, at)?;
        }
        let Some(first) = sources.first() else { return Ok(None) };
        (0..first.len())
            .into_par_iter()
            .map(|at| column(&sources, at, &runs, picked))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Holds a chunk, as far as it is not sifted out.
    fn load(&mut self, at: usize, slot: Slot) -> Result<(), SpillError> {
        let rows = self.spill.read_rows(slot)?;
        let part = &mut self.parts[at];
        part.rows = self.sift.as_ref().map_or(Ok(rows.clone()), |sift| sift(rows))?;
        part.at = 0;
        Ok(())
    }

    /// Puts a part where its next row is due; one without rows is left out. `key` is written anew.
    fn offer_next(&mut self, mut key: Vec<u8>, at: usize) -> Result<(), SpillError> {
        let part = &mut self.parts[at];
        key.clear();
        if part.at < height(&part.rows) {
            key.extend(keys(&part.rows)?.value(part.at));
            self.offer(key, at);
            return Ok(());
        }
        part.rows = Vec::new();
        part.at = 0;
        part.ahead = part.chunks.next();
        if let Some(ahead) = &part.ahead {
            key.extend(&ahead.first);
            self.offer(key, at);
        }
        Ok(())
    }

    fn offer(&mut self, key: Vec<u8>, at: usize) {
        let place = self.next.partition_point(|(other, _)| *other > key);
        self.next.insert(place, (key, at));
    }
}

/// One column of the rows that were picked.
fn column(sources: &[Batch], at: usize, runs: &[Run], picked: usize) -> Result<ArrayRef, SpillError> {
    let of = |source: usize| sources[source][at].as_ref();
    if (0..sources.len()).all(|source| of(source).null_count() == of(source).len()) {
        return Ok(new_null_array(of(0).data_type(), picked));
    }
    if picked >= runs.len() * RUN {
        let slices: Vec<ArrayRef> =
            runs.iter().map(|run| sources[run.source][at].slice(run.start, run.end - run.start)).collect();
        let slices: Vec<&dyn Array> = slices.iter().map(AsRef::as_ref).collect();
        return Ok(without_empty_nulls(concat(&slices)?));
    }
    let values: Vec<&dyn Array> = (0..sources.len()).map(of).collect();
    let rows: Vec<(usize, usize)> =
        runs.iter().flat_map(|run| (run.start..run.end).map(|row| (run.source, row))).collect();
    Ok(without_empty_nulls(interleave(&values, &rows)?))
}

/// An array that could hold nulls and holds none, as it comes from a builder: the Parquet writer encodes the two
/// differently.
fn without_empty_nulls(array: ArrayRef) -> ArrayRef {
    if array.nulls().is_none() || array.null_count() > 0 {
        return array;
    }
    if let Some(texts) = array.as_string_opt::<i32>() {
        return Arc::new(StringArray::new(texts.offsets().clone(), texts.values().clone(), None));
    }
    if let Some(ints) = array.as_primitive_opt::<Int64Type>() {
        return Arc::new(Int64Array::new(ints.values().clone(), None));
    }
    if let Some(floats) = array.as_primitive_opt::<Float64Type>() {
        return Arc::new(Float64Array::new(floats.values().clone(), None));
    }
    array
}

/// The key of the first row of a chunk.
///
/// # Errors
/// When it has none.
pub fn first_key(rows: &Batch) -> Result<Vec<u8>, SpillError> {
    let keys = keys(rows)?;
    Ok(if keys.is_empty() { Vec::new() } else { keys.value(0).to_vec() })
}

/// The keys of the rows of a chunk.
///
/// # Errors
/// When it has none.
pub fn keys(rows: &Batch) -> Result<&BinaryArray, SpillError> {
    let keys = rows.last().and_then(|column| column.as_binary_opt::<i32>());
    keys.ok_or_else(|| SpillError::Misfit("a chunk without keys".to_owned()))
}

/// Appends a text to a key so that keys sort as the texts do, whatever stands behind.
pub fn push_text(key: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => key.push(0),
        Some(text) => {
            key.push(1);
            for byte in text.bytes() {
                key.push(byte);
                if byte == 0 {
                    key.push(0xff);
                }
            }
            key.extend([0, 0]);
        }
    }
}

/// Appends an integer to a key so that keys sort as the integers do; none comes first.
pub fn push_int(key: &mut Vec<u8>, int: Option<i64>) {
    match int {
        None => key.push(0),
        Some(int) => {
            key.push(1);
            key.extend((int as u64 ^ (1 << 63)).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::BooleanArray;
    use arrow::compute::filter;
    use proptest::prelude::*;

    use super::super::chunk::encode;
    use super::super::rows::Cell;
    use super::super::table::{Kind, TableSchema};
    use super::*;

    fn chunk(rows: &[i64]) -> Batch {
        let keys: BinaryArray = rows
            .iter()
            .map(|row| {
                let mut key = Vec::new();
                push_int(&mut key, Some(*row));
                Some(key)
            })
            .collect();
        vec![Arc::new(Int64Array::from(rows.to_vec())), Arc::new(keys)]
    }

    proptest! {
        #[test]
        fn parts_merge_into_one_order(
            rows in proptest::collection::btree_set(-99i64..99, 0..60),
            deal in proptest::collection::vec(0usize..5, 60),
            size in 1usize..7,
            most in 1usize..20,
            is_sifted: bool,
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let spill = Spill::begin(folder.path()).expect("a file");
            let mut parts: Vec<Vec<i64>> = vec![Vec::new(); 5];
            rows.iter().zip(&deal).for_each(|(row, part)| parts[*part].push(*row));
            let chunks = |part: &Vec<i64>| -> Chunks {
                let slot = |rows: &[i64]| {
                    let batch = chunk(rows);
                    let first = keys(&batch).expect("keys").value(0).to_vec();
                    KeyedSlot { slot: spill.push(&encode(&batch).expect("rows")).expect("pushed"), first }
                };
                part.chunks(size).map(slot).collect()
            };
            let chunks: Vec<Chunks> = parts.iter().map(chunks).collect();
            // Every seventh row is none that passes.
            let sift: Sift<'_> = Box::new(|rows: Batch| {
                let passes: BooleanArray =
                    rows[0].as_primitive::<Int64Type>().values().iter().map(|row| Some(row % 7 != 0)).collect();
                Ok(rows.iter().map(|column| filter(column, &passes)).collect::<Result<_, _>>()?)
            });
            let mut merge = Merge::new(Arc::new(spill), chunks, is_sifted.then_some(sift));
            let mut merged: Vec<i64> = Vec::new();
            while let Some(batch) = merge.take(most).expect("rows") {
                prop_assert_eq!(batch.len(), 1);
                prop_assert!(height(&batch) <= most);
                merged.extend(batch[0].as_primitive::<Int64Type>().values());
            }
            let passes = |row: &i64| !is_sifted || row % 7 != 0;
            prop_assert_eq!(merged, rows.into_iter().filter(passes).collect::<Vec<_>>());
        }

        #[test]
        fn rows_are_made_between_those_that_wait(
            rows in proptest::collection::vec((-30i64..30, 0usize..4), 0..60),
            size in 1usize..7,
            most in 1usize..20,
            bound in -31i64..31,
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let spill = Arc::new(Spill::begin(folder.path()).expect("a file"));
            let mut parts: Vec<Vec<i64>> = vec![Vec::new(); 4];
            rows.iter().for_each(|(row, part)| parts[*part].push(*row));
            parts.iter_mut().for_each(|part| part.sort_unstable());
            let mut merge = Merge::new(Arc::clone(&spill), Vec::new(), None);
            for part in &parts[1..] {
                let slot = |rows: &[i64]| {
                    let batch = chunk(rows);
                    let first = keys(&batch).expect("keys").value(0).to_vec();
                    KeyedSlot { slot: spill.push(&encode(&batch).expect("rows")).expect("pushed"), first }
                };
                merge.add(part.chunks(size).map(slot).collect());
            }
            let schema = TableSchema::new("t", &[("number", Kind::Int)]);
            let own = parts[0].clone();
            let made = TableSource::made(schema, own.len(), {
                let own = own.clone();
                move |row, rows| rows.push([Cell::Int(Some(own[row]))])
            });
            let made = made.ordered_by(move |row, key| push_int(key, Some(own[row])));
            let mut key = Vec::new();
            push_int(&mut key, Some(bound));
            let due = made.first_from(0..made.len(), &key);
            let mut all: Vec<i64> = rows.iter().map(|(row, _)| *row).collect();
            all.sort_unstable();
            let before = all.partition_point(|row| *row < bound);
            for (from, until, expected) in [(0..due, Some(key.as_slice()), &all[..before]), (due..made.len(), None, &all[before..])] {
                let mut live = Live::new(&made, from);
                let mut merged: Vec<i64> = Vec::new();
                while let Some(batch) = merge.take_before(most, Some(&mut live), until).expect("rows") {
                    prop_assert!(batch.len() == 1 && height(&batch) <= most);
                    merged.extend(batch[0].as_primitive::<Int64Type>().values());
                }
                prop_assert_eq!(&merged, expected);
            }
        }

        #[test]
        fn keys_sort_as_what_they_are_made_of(
            a in (proptest::option::of("[a\0]{0,3}"), proptest::option::of(any::<i64>())),
            b in (proptest::option::of("[a\0]{0,3}"), proptest::option::of(any::<i64>())),
        ) {
            let key = |(text, int): &(Option<String>, Option<i64>)| {
                let mut key = Vec::new();
                push_text(&mut key, text.as_deref());
                push_int(&mut key, *int);
                key
            };
            prop_assert_eq!(key(&a).cmp(&key(&b)), a.cmp(&b));
        }
    }
}

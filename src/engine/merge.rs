//! One table out of sorted parts that wait on disk: their rows in one order, some thousands at a time.
//!
//! Of each part one chunk is held, whatever the length of the table. A row goes by a key of bytes, its last column; no
//! two parts have a key in common, so nothing depends on how many there are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Float64Array, Int64Array, StringArray};
use arrow::compute::interleave;
use arrow::datatypes::{Float64Type, Int64Type};
use rayon::prelude::*;

use super::spill::{Slot, Spill, SpillError};
use super::table::{Batch, height};

/// A part of a table: its chunks in order.
pub type Chunks = Vec<Slot>;

/// Looks at the rows of a chunk before they are merged; what it gives back takes their place.
pub type Sift<'s> = Box<dyn Fn(Batch) -> Result<Batch, SpillError> + Send + 's>;

/// The rows of all parts, in order.
pub struct Merge<'s> {
    spill: &'s Spill,
    sift: Option<Sift<'s>>,
    parts: Vec<Part>,
    /// The next key of every part that has rows left.
    next: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
}

struct Part {
    chunks: std::vec::IntoIter<Slot>,
    rows: Batch,
    at: usize,
}

impl<'s> Merge<'s> {
    /// # Errors
    /// When the disk refuses.
    pub fn new(spill: &'s Spill, parts: Vec<Chunks>, sift: Option<Sift<'s>>) -> Result<Self, SpillError> {
        let part = |chunks: Chunks| Part { chunks: chunks.into_iter(), rows: Vec::new(), at: 0 };
        let parts: Vec<Part> = parts.into_iter().map(part).collect();
        let mut merge = Self { spill, sift, next: BinaryHeap::with_capacity(parts.len()), parts };
        for at in 0..merge.parts.len() {
            if merge.load(at)? {
                merge.offer(at);
            }
        }
        Ok(merge)
    }

    /// The next rows, without their keys; fewer where the table ends, none behind its end.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn take(&mut self, most: usize) -> Result<Option<Batch>, SpillError> {
        // The chunks that the rows come from, and which of them each part is at.
        let mut sources: Vec<Batch> = Vec::new();
        let mut source_of: Vec<Option<usize>> = vec![None; self.parts.len()];
        let mut picked: Vec<(usize, usize)> = Vec::with_capacity(most);
        while picked.len() < most {
            let Some(Reverse((key, at))) = self.next.pop() else { break };
            let source = *source_of[at].get_or_insert_with(|| {
                sources.push(self.parts[at].rows.clone());
                sources.len() - 1
            });
            // Rows of a part that nothing of the others comes between go together.
            let until = self.next.peek().map(|Reverse((other, _))| other.as_slice());
            let part = &mut self.parts[at];
            let keys = keys(&part.rows)?;
            let mut end = part.at + 1;
            while end < keys.len()
                && picked.len() + (end - part.at) < most
                && until.is_none_or(|until| keys.value(end) < until || keys.value(end) == key.as_slice())
            {
                end += 1;
            }
            picked.extend((part.at..end).map(|row| (source, row)));
            part.at = end;
            if end == keys.len() {
                source_of[at] = None;
                if !self.load(at)? {
                    continue;
                }
            }
            self.offer(at);
        }
        let Some(first) = sources.first() else { return Ok(None) };
        let columns = first.len() - 1;
        let column = |at: usize| -> Result<ArrayRef, SpillError> {
            let values: Vec<&dyn Array> = sources.iter().map(|batch| batch[at].as_ref()).collect();
            Ok(without_empty_nulls(interleave(&values, &picked)?))
        };
        (0..columns).into_par_iter().map(column).collect::<Result<_, _>>().map(Some)
    }

    /// Reads the next chunk of a part that holds rows; whether there was one.
    fn load(&mut self, at: usize) -> Result<bool, SpillError> {
        let part = &mut self.parts[at];
        for slot in part.chunks.by_ref() {
            let rows = self.spill.read_rows(slot)?;
            part.rows = self.sift.as_ref().map_or(Ok(rows.clone()), |sift| sift(rows))?;
            part.at = 0;
            if height(&part.rows) > 0 {
                return Ok(true);
            }
        }
        part.rows = Vec::new();
        Ok(false)
    }

    fn offer(&mut self, at: usize) {
        let part = &self.parts[at];
        if let Ok(keys) = keys(&part.rows) {
            self.next.push(Reverse((keys.value(part.at).to_vec(), at)));
        }
    }
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

fn keys(rows: &Batch) -> Result<&BinaryArray, SpillError> {
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
    use proptest::prelude::*;

    use super::super::spill::encode;
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
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let spill = Spill::begin(folder.path()).expect("a file");
            let mut parts: Vec<Vec<i64>> = vec![Vec::new(); 5];
            rows.iter().zip(&deal).for_each(|(row, part)| parts[*part].push(*row));
            let chunks = |part: &Vec<i64>| -> Chunks {
                part.chunks(size).map(|rows| spill.push(&encode(&chunk(rows)).expect("rows")).expect("pushed")).collect()
            };
            let chunks: Vec<Chunks> = parts.iter().map(chunks).collect();
            let mut merge = Merge::new(&spill, chunks, None).expect("a merge");
            let mut merged: Vec<i64> = Vec::new();
            while let Some(batch) = merge.take(most).expect("rows") {
                prop_assert_eq!(batch.len(), 1);
                prop_assert!(height(&batch) <= most);
                merged.extend(batch[0].as_primitive::<Int64Type>().values());
            }
            prop_assert_eq!(merged, rows.into_iter().collect::<Vec<_>>());
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

//! Rows as bytes that wait on disk: small and quick to write and read back, for nobody but the run that wrote them.
//!
//! Column by column. Ids are kept as their bits; integers as what they are above the least of them, in as few bytes as
//! the greatest needs; texts of few values by their numbers; texts in order by what they do not share with the one
//! before. A general compressor finds as much and takes several times as long.

use std::io;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, Float64Array, Int64Array, StringArray, new_null_array,
};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::DataType;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

use super::id::{self, Packed};
use super::spill::SpillError;
use super::table::{Batch, height};

/// How a column is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Form {
    NoTexts,
    NoInts,
    NoFloats,
    Ints,
    Floats,
    Texts,
    Words,
    TextsInOrder,
    Bytes,
    BytesInOrder,
    Ids,
}

const FORMS: [Form; 11] = [
    Form::NoTexts,
    Form::NoInts,
    Form::NoFloats,
    Form::Ints,
    Form::Floats,
    Form::Texts,
    Form::Words,
    Form::TextsInOrder,
    Form::Bytes,
    Form::BytesInOrder,
    Form::Ids,
];

/// Rows that tell how a column of text is kept.
const SAMPLE: usize = 128;
/// Words that are numbered, at the most.
const WORDS: usize = 2048;
/// Milliseconds are mostly whole seconds.
const SECOND: i64 = 1000;

/// Rows as bytes.
///
/// # Errors
/// When a column is none that a table has.
pub fn encode(batch: &Batch) -> Result<Vec<u8>, SpillError> {
    let mut out =
        Vec::with_capacity(64 + batch.iter().map(|column| column.get_array_memory_size()).sum::<usize>() / 2);
    put(&mut out, height(batch) as u64, 4);
    put(&mut out, batch.len() as u64, 2);
    for column in batch {
        match column.data_type() {
            DataType::Utf8 => texts(&mut out, column.as_string()),
            DataType::Int64 => ints(&mut out, column.as_primitive()),
            DataType::Float64 => floats(&mut out, column.as_primitive()),
            DataType::Binary => {
                let bytes: &BinaryArray = column.as_binary();
                let values = || bytes.iter().map(Option::unwrap_or_default);
                lengths_and_bytes(&mut out, values, [Form::Bytes, Form::BytesInOrder], bytes);
            }
            other => return Err(SpillError::Misfit(format!("a column of {other}"))),
        }
    }
    Ok(out)
}

/// The rows of [`encode`].
///
/// # Errors
/// When the bytes are none.
pub fn decode(chunk: &[u8]) -> Result<Batch, SpillError> {
    let mut from = Reader(chunk);
    let rows = from.number(4)? as usize;
    let columns = from.number(2)?;
    (0..columns).map(|_| column(&mut from, rows)).collect()
}

fn column(from: &mut Reader<'_>, rows: usize) -> Result<ArrayRef, SpillError> {
    let form = FORMS.get(from.number(1)? as usize).copied();
    let form = form.ok_or_else(|| SpillError::Misfit("a column of no form".to_owned()))?;
    let of_type = match form {
        Form::NoTexts => Some(DataType::Utf8),
        Form::NoInts => Some(DataType::Int64),
        Form::NoFloats => Some(DataType::Float64),
        _ => None,
    };
    if let Some(of_type) = of_type {
        return Ok(new_null_array(&of_type, rows));
    }
    let nulls = from.nulls(rows)?;
    Ok(match form {
        Form::Ints => {
            let (least, is_seconds, width) =
                (from.number(8)? as i64, from.number(1)? == 1, from.number(1)? as usize);
            let values = from.numbers(rows, width)?;
            let scale = if is_seconds { SECOND } else { 1 };
            let value = |above: u64| least.wrapping_add((above as i64).wrapping_mul(scale));
            let values: Vec<i64> = values.into_iter().map(value).collect();
            Arc::new(Int64Array::try_new(ScalarBuffer::from(values), nulls)?)
        }
        Form::Floats => {
            let values: Vec<f64> = from.numbers(rows, 8)?.into_iter().map(f64::from_bits).collect();
            Arc::new(Float64Array::try_new(ScalarBuffer::from(values), nulls)?)
        }
        Form::Words => {
            let count = from.number(2)? as usize;
            let (ends, bytes) = from.texts(count)?;
            let width = from.number(1)? as usize;
            let numbers = from.numbers(rows, width)?;
            let mut offsets = Vec::with_capacity(rows + 1);
            let mut values: Vec<u8> = Vec::with_capacity(rows * 8);
            offsets.push(0);
            for (row, number) in numbers.into_iter().enumerate() {
                let word = number as usize;
                if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) && word < count {
                    values.extend(&bytes[ends[word] as usize..ends[word + 1] as usize]);
                }
                offsets.push(values.len() as i32);
            }
            text_array(offsets, values, nulls)?
        }
        Form::Ids => {
            let held = rows - nulls.as_ref().map_or(0, NullBuffer::null_count);
            let ids = from.bytes(held * size_of::<Packed>())?.as_chunks().0;
            let mut values: Vec<u8> = Vec::with_capacity(held * 16);
            ids.iter().for_each(|packed| values.extend(id::unpack(*packed).as_str().as_bytes()));
            let mut end = 0;
            let ends = (0..rows).map(|row| {
                end += if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) { 16 } else { 0 };
                end
            });
            text_array(std::iter::once(0).chain(ends).collect(), values, nulls)?
        }
        Form::Texts => {
            let (offsets, bytes) = from.texts(rows)?;
            text_array(offsets, bytes.to_vec(), nulls)?
        }
        Form::TextsInOrder => {
            let (offsets, values) = from.in_order(rows)?;
            text_array(offsets, values, nulls)?
        }
        Form::Bytes | Form::BytesInOrder => {
            let (offsets, values) = match form {
                Form::Bytes => from.texts(rows).map(|(offsets, bytes)| (offsets, bytes.to_vec()))?,
                _ => from.in_order(rows)?,
            };
            let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
            Arc::new(BinaryArray::try_new(offsets, Buffer::from_vec(values), nulls)?)
        }
        Form::NoTexts | Form::NoInts | Form::NoFloats => {
            return Err(io::Error::from(io::ErrorKind::InvalidData).into());
        }
    })
}

fn text_array(offsets: Vec<i32>, values: Vec<u8>, nulls: Option<NullBuffer>) -> Result<ArrayRef, SpillError> {
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Ok(Arc::new(StringArray::try_new(offsets, Buffer::from_vec(values), nulls)?))
}

fn put(out: &mut Vec<u8>, number: u64, width: usize) {
    out.extend(&number.to_le_bytes()[..width]);
}

/// Which rows hold nothing: one byte that says whether any does, then a bit a row.
fn put_nulls(out: &mut Vec<u8>, column: &dyn Array) {
    match column.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => out.push(0),
        Some(nulls) => {
            out.push(1);
            let bits = nulls.inner().sliced();
            out.extend(&bits.as_slice()[..column.len().div_ceil(8)]);
        }
    }
}

/// Bytes that a number takes.
fn width_of(number: u64) -> usize {
    (64 - number.leading_zeros() as usize).div_ceil(8)
}

fn ints(out: &mut Vec<u8>, column: &Int64Array) {
    if column.null_count() == column.len() {
        return out.push(Form::NoInts as u8);
    }
    let (mut least, mut most, mut is_seconds) = (i64::MAX, i64::MIN, true);
    for value in column.iter().flatten() {
        (least, most) = (least.min(value), most.max(value));
        is_seconds &= value % SECOND == 0;
    }
    let scale = if is_seconds { SECOND as u64 } else { 1 };
    let width = width_of(most.wrapping_sub(least) as u64 / scale);
    out.push(Form::Ints as u8);
    put_nulls(out, column);
    put(out, least as u64, 8);
    out.extend([u8::from(is_seconds), width as u8]);
    let values = column.iter().map(|value| value.unwrap_or(least).wrapping_sub(least) as u64);
    match is_seconds {
        true => numbers(out, values.map(|value| value / SECOND as u64), width),
        false => numbers(out, values, width),
    }
}

fn floats(out: &mut Vec<u8>, column: &Float64Array) {
    if column.null_count() == column.len() {
        return out.push(Form::NoFloats as u8);
    }
    out.push(Form::Floats as u8);
    put_nulls(out, column);
    numbers(out, column.iter().map(|value| value.unwrap_or_default().to_bits()), 8);
}

fn numbers(out: &mut Vec<u8>, values: impl Iterator<Item = u64>, width: usize) {
    fn of<const W: usize>(out: &mut Vec<u8>, values: impl Iterator<Item = u64>) {
        values.for_each(|value| {
            if let Some(bytes) = value.to_le_bytes().first_chunk::<W>() {
                out.extend(bytes);
            }
        });
    }
    match width {
        0 => {}
        1 => of::<1>(out, values),
        2 => of::<2>(out, values),
        3 => of::<3>(out, values),
        4 => of::<4>(out, values),
        5 => of::<5>(out, values),
        _ => values.for_each(|value| put(out, value, width)),
    }
}

fn texts(out: &mut Vec<u8>, column: &StringArray) {
    if column.null_count() == column.len() {
        return out.push(Form::NoTexts as u8);
    }
    if let Some(ids) = ids(column) {
        out.push(Form::Ids as u8);
        put_nulls(out, column);
        return out.extend(ids.as_flattened());
    }
    if let Some((words, places)) = words(column) {
        out.push(Form::Words as u8);
        put_nulls(out, column);
        put(out, words.len() as u64, 2);
        plain(out, || words.iter().map(|word| word.as_bytes()));
        let width = width_of(words.len() as u64 - 1);
        out.push(width as u8);
        return numbers(out, places.into_iter().map(u64::from), width);
    }
    let values = || column.iter().map(|text| text.unwrap_or_default().as_bytes());
    lengths_and_bytes(out, values, [Form::Texts, Form::TextsInOrder], column);
}

/// The ids of a column of ids.
fn ids(column: &StringArray) -> Option<Vec<Packed>> {
    column.iter().flatten().map(id::pack).collect()
}

/// The values of a column that has few, and the number of each row's.
fn words(column: &StringArray) -> Option<(Vec<&str>, Vec<u16>)> {
    let mut words: Vec<&str> = Vec::new();
    let mut slots = vec![u16::MAX; 4 * WORDS];
    let mut places = Vec::with_capacity(column.len());
    let mut last = ("", u16::MAX);
    for (row, text) in column.iter().enumerate() {
        let text = text.unwrap_or(last.0);
        if last.0 != text || last.1 == u16::MAX {
            let mut slot = xxh3_64(text.as_bytes()) as usize % slots.len();
            while slots[slot] != u16::MAX && words[usize::from(slots[slot])] != text {
                slot = (slot + 1) % slots.len();
            }
            if slots[slot] == u16::MAX {
                if words.len() == WORDS || (row >= SAMPLE && words.len() * 2 > row) {
                    return None;
                }
                slots[slot] = words.len() as u16;
                words.push(text);
            }
            last = (text, slots[slot]);
        }
        places.push(last.1);
    }
    Some((words, places))
}

/// Texts or keys, by what they do not share with the one before where that pays.
fn lengths_and_bytes<'a, V: Iterator<Item = &'a [u8]>>(
    out: &mut Vec<u8>,
    values: impl Fn() -> V,
    [plainly, in_order]: [Form; 2],
    column: &dyn Array,
) {
    let mut before: &[u8] = &[];
    let (mut all, mut common) = (0, 0);
    for value in values().take(SAMPLE) {
        all += value.len();
        common += shared(before, value);
        before = value;
    }
    let is_in_order = common * 3 > all;
    out.push(if is_in_order { in_order } else { plainly } as u8);
    put_nulls(out, column);
    if !is_in_order {
        return plain(out, values);
    }
    let mut lengths: Vec<u8> = Vec::with_capacity(column.len());
    let (mut before, mut rests) = (&[][..], Vec::with_capacity(column.len()));
    for value in values() {
        let common = shared(before, value);
        lengths.push(common as u8);
        rests.push(&value[common..]);
        before = value;
    }
    out.extend(lengths);
    plain(out, || rests.iter().copied());
}

/// Bytes that two texts begin with.
fn shared(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take(255).take_while(|(a, b)| a == b).count()
}

fn plain<'a, V: Iterator<Item = &'a [u8]>>(out: &mut Vec<u8>, values: impl Fn() -> V) {
    let (most, all) = values().fold((0, 0), |(most, all), value| (value.len().max(most), all + value.len()));
    let width = width_of(most as u64);
    out.push(width as u8);
    numbers(out, values().map(|value| value.len() as u64), width);
    out.reserve(all);
    values().for_each(|value| out.extend(value));
}

/// What is left of a chunk.
struct Reader<'c>(&'c [u8]);

impl<'c> Reader<'c> {
    fn bytes(&mut self, count: usize) -> Result<&'c [u8], SpillError> {
        let Some((bytes, rest)) = self.0.split_at_checked(count) else {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        };
        self.0 = rest;
        Ok(bytes)
    }

    fn number(&mut self, width: usize) -> Result<u64, SpillError> {
        Ok(self.bytes(width)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn nulls(&mut self, rows: usize) -> Result<Option<NullBuffer>, SpillError> {
        if self.number(1)? == 0 {
            return Ok(None);
        }
        let bits = Buffer::from(self.bytes(rows.div_ceil(8))?);
        Ok(Some(NullBuffer::new(arrow::buffer::BooleanBuffer::new(bits, 0, rows))))
    }

    fn numbers(&mut self, count: usize, width: usize) -> Result<Vec<u64>, SpillError> {
        fn of<const W: usize>(bytes: &[u8]) -> Vec<u64> {
            let number = |bytes: &[u8; W]| {
                let mut all = [0; 8];
                all[..W].copy_from_slice(bytes);
                u64::from_le_bytes(all)
            };
            bytes.as_chunks::<W>().0.iter().map(number).collect()
        }
        let bytes = self.bytes(count * width)?;
        Ok(match width {
            0 => vec![0; count],
            1 => of::<1>(bytes),
            2 => of::<2>(bytes),
            3 => of::<3>(bytes),
            4 => of::<4>(bytes),
            5 => of::<5>(bytes),
            6 => of::<6>(bytes),
            7 => of::<7>(bytes),
            _ => of::<8>(bytes),
        })
    }

    /// Offsets and bytes of so many texts.
    fn texts(&mut self, count: usize) -> Result<(Vec<i32>, &'c [u8]), SpillError> {
        let width = self.number(1)? as usize;
        let lengths = self.numbers(count, width)?;
        let mut offsets = Vec::with_capacity(count + 1);
        let mut end = 0;
        offsets.push(0);
        for length in lengths {
            end += length as i32;
            offsets.push(end);
        }
        Ok((offsets, self.bytes(end as usize)?))
    }

    /// Offsets and bytes of so many texts that share what they begin with.
    fn in_order(&mut self, count: usize) -> Result<(Vec<i32>, Vec<u8>), SpillError> {
        let lengths = self.bytes(count)?;
        let (ends, rests) = self.texts(count)?;
        let mut offsets = Vec::with_capacity(count + 1);
        let mut values: Vec<u8> = Vec::with_capacity(rests.len() * 2);
        offsets.push(0);
        let mut before = 0;
        for (common, rest) in lengths.iter().zip(ends.windows(2)) {
            let start = values.len();
            values.extend_from_within(before..before + usize::from(*common));
            values.extend(&rests[rest[0] as usize..rest[1] as usize]);
            before = start;
            offsets.push(values.len() as i32);
        }
        Ok((offsets, values))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
        let any = proptest::collection::vec(proptest::option::of("[aệ\u{0}]{0,4}"), 0..300);
        let sorted = proptest::collection::btree_set("H28\\.0[0-9]{4}", 0..300)
            .prop_map(|set| set.into_iter().map(Some).collect());
        let different = (0usize..400)
            .prop_map(|rows| (0..rows).map(|row| Some(format!("{}ệ", row * 7919 % 5003))).collect());
        let ids = proptest::collection::vec(proptest::option::of(0u16..9), 0..300).prop_map(|ids| {
            ids.into_iter().map(|id| Some(super::id::of(&[&id?.to_string()]).to_string())).collect()
        });
        prop_oneof![any, sorted, different, ids]
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_went(
            texts in texts(),
            ints in proptest::collection::vec(proptest::option::of(any::<i64>()), 400),
            small in proptest::collection::vec(proptest::option::of(-9i64..9), 400),
            step in prop_oneof![Just(1i64), Just(1000), Just(i64::MAX / 16)],
        ) {
            let rows = texts.len();
            let strings: ArrayRef = Arc::new(texts.iter().map(Option::as_deref).collect::<StringArray>());
            let wide: ArrayRef = Arc::new(ints[..rows].iter().copied().collect::<Int64Array>());
            let scaled = small[..rows].iter().map(|int| int.map(|int| int * step));
            let narrow: ArrayRef = Arc::new(scaled.collect::<Int64Array>());
            let floats: ArrayRef =
                Arc::new(small[..rows].iter().map(|int| int.map(|int| int as f64 / 3.0)).collect::<Float64Array>());
            let keys: ArrayRef =
                Arc::new(texts.iter().map(|text| Some(text.as_deref().unwrap_or_default().as_bytes())).collect::<BinaryArray>());
            let none: ArrayRef = new_null_array(&DataType::Utf8, rows);
            let batch: Batch = vec![strings, wide, narrow, floats, keys, none];
            prop_assert_eq!(&decode(&encode(&batch).expect("bytes")).expect("rows"), &batch);
            // Of rows in the middle too.
            let middle: Batch = batch.iter().map(|column| column.slice(rows / 3, rows / 3)).collect();
            prop_assert_eq!(&decode(&encode(&middle).expect("bytes")).expect("rows"), &middle);
        }
    }

    #[test]
    fn what_is_cut_short_is_told() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let bytes = encode(&vec![texts]).expect("bytes");
        assert!((0..bytes.len()).all(|end| decode(&bytes[..end]).is_err()));
    }
}

//! What is written, read back by the `parquet` crate.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Date32Type, TimestampMillisecondType};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Encoding;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use proptest::collection::vec;
use proptest::prelude::*;

use super::group::SAMPLE_ROWS;
use super::*;
use crate::engine::rows::{Cell, text};

fn clock() -> Clock {
    Clock { zone: "+07:00".to_owned(), utc_offset_ms: 25_200_000 }
}

/// Writes columns in row groups of so many rows, and reads them back.
fn through(
    columns: &[(Kind, ArrayRef)],
    group_rows: usize,
) -> (ParquetMetaData, Vec<ArrayRef>, tempfile::TempDir) {
    let names: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
    let specs: Vec<(&str, Kind)> =
        names.iter().map(String::as_str).zip(columns.iter().map(|(kind, _)| kind.clone())).collect();
    let schema = TableSchema::new("t", &specs);
    let table = TableSource::held(schema, vec![columns.iter().map(|(_, array)| array.clone()).collect()]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.parquet");
    let batches = |range| table.batches(range).map_err(WriteError::from);
    let give = Give { batches: &batches, rows: group_rows };
    let file = FileInMaking::begin(&path, &table.schema, &clock(), &[]).expect("a file");
    let all = std::iter::once(0..table.len()).collect();
    let mut written = write_in_groups(file, all, give, group_rows).expect("written");
    written.synced().expect("on the disk");
    let file = File::open(&path).expect("a file");
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).expect("parquet");
    let metadata = reader.metadata().as_ref().clone();
    let read: Vec<RecordBatch> = reader.build().expect("a reader").collect::<Result<_, _>>().expect("rows");
    let column = |at: usize| {
        let parts: Vec<&dyn Array> = read.iter().map(|batch| batch.column(at).as_ref()).collect();
        if parts.is_empty() { None } else { Some(concat(&parts).expect("one column")) }
    };
    (metadata, (0..columns.len()).filter_map(column).collect(), folder)
}

/// What stands in a column that was read, in the form in which it was given.
fn as_given(kind: &Kind, read: &ArrayRef) -> ArrayRef {
    let ints = |values: Vec<Option<i64>>| Arc::new(Int64Array::from(values)) as ArrayRef;
    match kind {
        Kind::Id | Kind::Text | Kind::Personal | Kind::Int | Kind::Float => Arc::clone(read),
        Kind::Label => cast(read, &DataType::Utf8).expect("text"),
        Kind::Coded(labels) => {
            let texts = cast(read, &DataType::Utf8).expect("text");
            let place = |text: &str| labels.iter().position(|label| label == text).map(|at| at as i64);
            ints(texts.as_string::<i32>().iter().map(|text| place(text?)).collect())
        }
        Kind::Date => ints(read.as_primitive::<Date32Type>().iter().map(|day| day.map(i64::from)).collect()),
        Kind::Timestamp => {
            let instants = read.as_primitive::<TimestampMillisecondType>().iter();
            ints(instants.map(|instant| instant.map(|at| at + clock().utc_offset_ms)).collect())
        }
        Kind::Flag => {
            let flags: &BooleanArray = read.as_boolean();
            ints(flags.iter().map(|flag| flag.map(i64::from)).collect())
        }
    }
}

fn labels() -> Kind {
    Kind::Coded(Arc::new(["ha", "hb", "", "đất"].map(str::to_owned).to_vec()))
}

fn texts(values: &[Option<String>]) -> ArrayRef {
    Arc::new(values.iter().map(Option::as_deref).collect::<StringArray>())
}

/// Columns of every kind out of the same seeds: some cells are empty, runs are long or short, values few or many.
fn every_kind(seeds: &[(u8, i64)], few: i64) -> Vec<(Kind, ArrayRef)> {
    let held = |(empty, _): &&(u8, i64)| *empty % 5 != 0;
    let values = || seeds.iter().map(|seed| Some(seed).filter(held).map(|(_, value)| *value));
    let small = |value: i64| value.rem_euclid(few);
    let int = |map: &dyn Fn(i64) -> i64| -> ArrayRef {
        Arc::new(values().map(|value| value.map(map)).collect::<Int64Array>())
    };
    let word = |map: &dyn Fn(i64) -> String| texts(&values().map(|value| value.map(map)).collect::<Vec<_>>());
    let floats: Float64Array = values().map(|value| value.map(|value| small(value) as f64 / 8.0)).collect();
    vec![
        (Kind::Id, word(&|value| format!("{:016X}", value as u64))),
        (Kind::Personal, word(&|value| small(value).to_string())),
        (Kind::Text, word(&|value| "chữ ".repeat(small(value) as usize % 40))),
        (Kind::Text, word(&|value| value.to_string())),
        (Kind::Label, word(&|value| format!("nhãn {}", small(value)))),
        (labels(), int(&|value| value.rem_euclid(4))),
        (Kind::Int, int(&|value| value)),
        (Kind::Int, int(&small)),
        (Kind::Float, Arc::new(floats)),
        (Kind::Date, int(&|value| i64::from(value as i32))),
        (Kind::Timestamp, int(&|value| value >> 8)),
        (Kind::Flag, int(&|value| value & 1)),
        (Kind::Text, Arc::new(StringArray::new_null(seeds.len()))),
        (Kind::Int, Arc::new(Int64Array::new_null(seeds.len()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_is_read(
        pieces in vec((vec((any::<u8>(), any::<i64>()), 1..60), 1..70usize), 0..9),
        few in 1..400i64,
        group_rows in prop_oneof![Just(7usize), Just(64), Just(4096)],
    ) {
        // Runs of the same cell and stretches of others.
        let seeds: Vec<(u8, i64)> = pieces
            .into_iter()
            .flat_map(|(cells, times)| match times % 2 {
                0 => cells.iter().flat_map(|cell| std::iter::repeat_n(*cell, times)).collect(),
                _ => cells.repeat(times % 7 + 1),
            })
            .collect();
        let columns = every_kind(&seeds, few);
        let (metadata, read, _folder) = through(&columns, group_rows);
        prop_assert_eq!(metadata.file_metadata().num_rows() as usize, seeds.len());
        for ((kind, given), read) in columns.iter().zip(&read) {
            prop_assert_eq!(&as_given(kind, read).to_data(), &given.to_data(), "{:?}", kind);
        }
    }
}

#[test]
fn pages_end_with_batches_and_say_their_bounds() {
    let rows = 2 * MADE_ROWS + 5;
    let numbers: ArrayRef = Arc::new((0..rows as i64).map(Some).collect::<Int64Array>());
    let ids = texts(&(0..rows).map(|row| Some(format!("{row:08}"))).collect::<Vec<_>>());
    let words = texts(&(0..rows).map(|row| Some(format!("{}", row % 3))).collect::<Vec<_>>());
    let columns = [(Kind::Int, numbers), (Kind::Id, ids), (Kind::Label, words)];
    let (metadata, ..) = through(&columns, ROW_GROUP_ROWS);
    let offsets = &metadata.offset_index().expect("an offset index")[0];
    for column in offsets {
        let starts: Vec<i64> = column.page_locations().iter().map(|page| page.first_row_index).collect();
        assert_eq!(starts, [0, MADE_ROWS as i64, 2 * MADE_ROWS as i64]);
    }
    let group = metadata.row_group(0);
    let ends = |at: usize| {
        let known = group.column(at).statistics()?;
        Some((known.min_bytes_opt()?.to_vec(), known.max_bytes_opt()?.to_vec(), known.null_count_opt()?))
    };
    assert_eq!(ends(0), Some((0i64.to_le_bytes().to_vec(), (rows as i64 - 1).to_le_bytes().to_vec(), 0)));
    assert_eq!(ends(1), Some((b"00000000".to_vec(), format!("{:08}", rows - 1).into_bytes(), 0)));
    assert_eq!(ends(2), None);
    let index = &metadata.column_index().expect("a column index")[0];
    assert!(index[0].is_sorted() && index[1].is_sorted());
    let used = |at: usize| group.column(at).encodings().collect::<Vec<_>>();
    assert!(used(0).contains(&Encoding::DELTA_BINARY_PACKED));
    assert!(used(1).contains(&Encoding::DELTA_LENGTH_BYTE_ARRAY));
    assert!(
        used(2).contains(&Encoding::RLE_DICTIONARY) && group.column(2).dictionary_page_offset().is_some()
    );
}

#[test]
fn a_dictionary_that_outgrows_its_room_is_left() {
    // The first rows repeat a value, those that follow do not.
    let rows = 6 * MADE_ROWS;
    let word = |row: usize| match row {
        0..SAMPLE_ROWS => "the same".to_owned(),
        _ => format!("a text of some length, number {row}"),
    };
    let words = texts(&(0..rows).map(|row| Some(word(row))).collect::<Vec<_>>());
    let number = |row: usize| if row < SAMPLE_ROWS { 1 } else { (row * row) as i64 };
    let many = 12 * MADE_ROWS;
    let numbers: ArrayRef = Arc::new((0..many).map(|row| Some(number(row))).collect::<Int64Array>());
    for (kind, given) in [(Kind::Text, words), (Kind::Int, numbers)] {
        let (metadata, read, _folder) = through(&[(kind, Arc::clone(&given))], ROW_GROUP_ROWS);
        assert_eq!(read[0].to_data(), given.to_data());
        let used: Vec<Encoding> = metadata.row_group(0).column(0).encodings().collect();
        assert!(used.contains(&Encoding::RLE_DICTIONARY) && used.len() > 3, "{used:?}");
    }
}

#[test]
fn letters_under_an_empty_cell_are_not_written() {
    let offsets = OffsetBuffer::new(vec![0, 2, 5, 6].into());
    let nulls = NullBuffer::from(vec![true, false, true]);
    let given = StringArray::new(offsets, b"abxyzc".to_vec().into(), Some(nulls));
    let (_, read, _folder) = through(&[(Kind::Id, Arc::new(given))], ROW_GROUP_ROWS);
    assert_eq!(read[0].as_string::<i32>().iter().collect::<Vec<_>>(), [Some("ab"), None, Some("c")]);
}

#[test]
fn an_id_is_found_by_its_filter() {
    let ids = texts(&(0..5000).map(|row| Some(format!("{row:016}"))).collect::<Vec<_>>());
    let (.., folder) = through(&[(Kind::Id, ids)], ROW_GROUP_ROWS);
    let file = File::open(folder.path().join("t.parquet")).expect("a file");
    let properties = ReaderProperties::builder().set_read_bloom_filter(true).build();
    let options = ReadOptionsBuilder::new().with_reader_properties(properties).build();
    let reader = SerializedFileReader::new_with_options(file, options).expect("parquet");
    let group = reader.get_row_group(0).expect("a group");
    let filter = group.get_column_bloom_filter(0).expect("a filter");
    assert!((0..5000).all(|row| filter.check(format!("{row:016}").as_bytes())));
    let strangers = (5000..10_000).filter(|row| filter.check(format!("{row:016}").as_bytes())).count();
    assert!(strangers < 500, "{strangers} of 5000");
}

#[test]
fn groups_follow_one_another_and_name_no_person() {
    let schema = TableSchema::new(
        "t",
        &[("id", Kind::Id), ("number", Kind::Personal), ("name", Kind::Text), ("at", Kind::Timestamp)],
    );
    let table = TableSource::made(schema, 5, |row, rows| {
        let id = format!("{row}");
        rows.push([text(&id), text("0912345678"), text("Ann Doe"), Cell::Int(Some(row as i64))]);
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.parquet");
    let batches = |range| table.batches(range).map_err(WriteError::from);
    let give = Give { batches: &batches, rows: 2 };
    let file = FileInMaking::begin(&path, &table.schema, &clock(), &[]).expect("a file");
    let all = std::iter::once(0..table.len()).collect();
    let mut written = write_in_groups(file, all, give, 2).expect("written");
    written.synced().expect("on the disk");
    let rows = read_texts(&path, &["id"]).expect("read");
    assert_eq!(rows.concat().into_iter().flatten().collect::<String>(), "01234");
    let reader = SerializedFileReader::new(File::open(&path).expect("a file")).expect("parquet");
    let groups = reader.metadata().row_groups();
    assert_eq!(groups.iter().map(|group| group.num_rows()).collect::<Vec<_>>(), [2, 2, 1]);
    for group in groups {
        let known = |at: usize| group.column(at).statistics().is_some_and(|s| s.min_bytes_opt().is_some());
        assert_eq!([known(0), known(1), known(2), known(3)], [true, false, false, true]);
    }
}

#[test]
fn stretches_share_no_group_and_are_laid_down_by_their_own_rows() {
    let schema = TableSchema::new("t", &[("number", Kind::Int)]);
    let (first, last) = (9, 5000);
    // Of the first stretch all rows are the same, of the second none.
    let number = move |row: usize| if row < first { 7 } else { row as i64 };
    let table = TableSource::made(schema, last, move |row, rows| rows.push([Cell::Int(Some(number(row)))]));
    let table =
        table.ordered_by(move |row, key| key.extend(u16::from(row >= first).to_be_bytes())).in_stretches();
    assert_eq!(table.stretches(), [(0, 0..first), (1, first..last)]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.parquet");
    write(&path, &table, &clock(), &[]).expect("written").synced().expect("on the disk");
    let rows = read_texts(&path, &["number"]).expect("read").concat();
    assert!(rows.iter().enumerate().all(|(row, read)| *read == Some(number(row).to_string())));
    let reader = SerializedFileReader::new(File::open(&path).expect("a file")).expect("parquet");
    let groups = reader.metadata().row_groups();
    assert_eq!(groups.iter().map(|group| group.num_rows()).collect::<Vec<_>>(), [9, 4991]);
    let is_dictionary: Vec<bool> =
        groups.iter().map(|group| group.column(0).dictionary_page_offset().is_some()).collect();
    assert_eq!(is_dictionary, [true, false]);
}

#[test]
fn held_rows_are_cut_where_their_batches_end() {
    let schema = TableSchema::new("t", &[("number", Kind::Int)]);
    let batch = |from: i64| -> Batch { vec![Arc::new((from..from + 50_000).collect::<Int64Array>())] };
    let table = TableSource::held(schema, vec![batch(0), batch(50_000)]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.parquet");
    write(&path, &table, &clock(), &[]).expect("written").synced().expect("on the disk");
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let file = File::open(&path).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).expect("parquet");
    let pages = reader.metadata().offset_index().expect("an offset index")[0][0].page_locations().clone();
    let starts: Vec<i64> = pages.iter().map(|page| page.first_row_index).collect();
    assert_eq!(starts, [0, 16_384, 32_768, 49_152, 50_000, 66_384, 82_768, 99_152]);
}

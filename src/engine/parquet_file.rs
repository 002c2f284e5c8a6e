//! Writes one table as one Parquet file, and reads one back as text.
//!
//! The `parquet` crate rather than Polars' own writer, for what only it gives: properties per column
//! (bloom filters on ids, no dictionary where nearly every value differs), key-value metadata, a
//! zone on timestamps, dictionary types that readers see as categories. Columns of a row group are
//! encoded in parallel; the bytes do not depend on the number of threads.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, Int32Array, RecordBatch, StringArray,
};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Field, Float64Type, Int64Type, Schema, SchemaRef, TimeUnit,
    TimestampMillisecondType,
};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowWriter, ArrowWriterOptions, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::spill::SpillError;
use super::table::{Batch, ColumnSpec, Kind, MADE_ROWS, Misfit, TableSchema, TableSource, height};

/// Small enough that a look-up by id reads little, large enough to compress well.
const ROW_GROUP_ROWS: usize = 256 * 1024;
/// Rows that are looked at to choose how each column is encoded.
const SAMPLE_ROWS: usize = 4096;
/// Values that tell anything about the others.
const ENOUGH: usize = 256;

#[derive(Debug, Error)]
pub enum WriteError {
    #[error("write {path}: {source}\n  is the disk full?")]
    Io { path: String, source: io::Error },
    #[error("encode {path}: {source}")]
    Parquet { path: String, source: ParquetError },
    #[error(transparent)]
    Misfit(#[from] Misfit),
    #[error(transparent)]
    Spill(#[from] SpillError),
}

/// Gives the rows of a table.
#[derive(Clone, Copy)]
pub struct Give<'g> {
    /// The rows of a range, in batches of [`MADE_ROWS`]: where a batch ends shows in the bytes. Ranges are asked for in
    /// order, each once.
    pub batches: &'g (dyn Fn(Range<usize>) -> Result<Vec<Batch>, WriteError> + Sync),
    /// Rows that are asked for at once, and held: a multiple of [`MADE_ROWS`], or a whole row group.
    pub rows: usize,
}

/// The clock that timestamps of a run were read on.
#[derive(Debug, Clone)]
pub struct Clock {
    pub zone: String,
    pub utc_offset_ms: i64,
}

/// A finished file.
#[derive(Debug)]
pub struct Written {
    pub bytes: u64,
    pub sha256: String,
    sync: Option<JoinHandle<io::Result<()>>>,
}

impl Written {
    /// A file that stands on the disk.
    pub fn on_disk(bytes: u64, sha256: String) -> Self {
        Self { bytes, sha256, sync: None }
    }

    /// Waits until the file stands on the disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn synced(&mut self) -> io::Result<()> {
        let Some(sync) = self.sync.take() else { return Ok(()) };
        sync.join().unwrap_or_else(|_| Err(io::Error::other("the thread that waits for the disk failed")))
    }
}

/// Writes `table` to `path`, with `metadata` in the footer. The bytes are on their way to the disk: they stand
/// there when [`Written::synced`] says so.
///
/// # Errors
/// When the disk refuses, or the table is not what its schema says.
pub fn write(
    path: &Path,
    table: &TableSource<'_>,
    clock: &Clock,
    metadata: &[(String, String)],
) -> Result<Written, WriteError> {
    let batches = |range| table.batches(range).map_err(WriteError::from);
    let give = Give { batches: &batches, rows: ROW_GROUP_ROWS };
    write_rows(path, (&table.schema, table.len()), give, clock, metadata)
}

/// Writes a table of so many rows that is given range by range.
///
/// # Errors
/// As [`write`], and when the rows cannot be given.
pub fn write_rows(
    path: &Path,
    table: (&TableSchema, usize),
    give: Give<'_>,
    clock: &Clock,
    metadata: &[(String, String)],
) -> Result<Written, WriteError> {
    debug_assert!(give.rows.is_multiple_of(MADE_ROWS));
    write_in_groups(path, table, give, clock, metadata, ROW_GROUP_ROWS)
}

fn write_in_groups(
    path: &Path,
    (table, rows): (&TableSchema, usize),
    give: Give<'_>,
    clock: &Clock,
    metadata: &[(String, String)],
    group_rows: usize,
) -> Result<Written, WriteError> {
    let shown = path.display().to_string();
    let io_error = |source| WriteError::Io { path: shown.clone(), source };
    let parquet_error = |source| WriteError::Parquet { path: shown.clone(), source };

    let schema = arrow_schema(table, clock);
    let file = File::create(path).map_err(io_error)?;
    let sink = Hashing { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
    // What is given first tells how each column is encoded.
    let first = (give.batches)(0..give.rows.min(group_rows).min(rows))?;
    let sample = sample(table, &first)?;
    let options = ArrowWriterOptions::new().with_properties(properties(table, &sample, metadata));
    let writer =
        ArrowWriter::try_new_with_options(sink, Arc::clone(&schema), options).map_err(parquet_error)?;
    let (mut file_writer, factory) = writer.into_serialized_writer().map_err(parquet_error)?;

    let encode = |group: usize, first: Option<Vec<Batch>>| -> Result<Vec<ArrowColumnChunk>, WriteError> {
        let group = (group, group * group_rows..((group + 1) * group_rows).min(rows));
        let mut writers = factory.create_column_writers(group.0).map_err(parquet_error)?;
        let given = |start: usize| (give.batches)(start..(start + give.rows).min(group.1.end));
        let mut ready = Some(first.map_or_else(|| given(group.1.start), Ok)?);
        for start in group.1.clone().step_by(give.rows) {
            let batches = ready.take().unwrap_or_default();
            let next = Some(start + give.rows).filter(|next| *next < group.1.end);
            // Some rows are encoded while the next are given.
            let (encoded, given) = rayon::join(
                || {
                    let columns = table.columns.par_iter().zip(schema.fields().par_iter()).enumerate();
                    writers.par_iter_mut().zip(columns).try_for_each(|(writer, (at, (spec, field)))| {
                        for batch in &batches {
                            let array = array(&batch[at], spec, clock)
                                .map_err(|error| parquet_error(error.into()))?;
                            for leaf in compute_leaves(field, &array).map_err(parquet_error)? {
                                writer.write(&leaf).map_err(parquet_error)?;
                            }
                        }
                        Ok::<(), WriteError>(())
                    })
                },
                || next.map(given).transpose(),
            );
            encoded?;
            ready = given?;
        }
        writers.into_par_iter().map(|writer| writer.close().map_err(parquet_error)).collect()
    };
    let groups = rows.div_ceil(group_rows);
    let mut ready = if groups > 0 { Some(encode(0, Some(first))?) } else { None };
    for next in 1..=groups {
        let chunks = ready.take().unwrap_or_default();
        // One group goes to the file while the next is made.
        let (appended, encoded) = rayon::join(
            || -> Result<(), ParquetError> {
                let mut row_group = file_writer.next_row_group()?;
                for chunk in chunks {
                    chunk.append_to_row_group(&mut row_group)?;
                }
                row_group.close().map(|_| ())
            },
            || (next < groups).then(|| encode(next, None)).transpose(),
        );
        appended.map_err(parquet_error)?;
        ready = encoded?;
    }
    let sink = file_writer.into_inner().map_err(parquet_error)?;
    sink.finish().map_err(io_error)
}

fn arrow_schema(schema: &TableSchema, clock: &Clock) -> SchemaRef {
    let fields: Vec<Field> = schema
        .columns
        .iter()
        .map(|column| {
            let kind = match &column.kind {
                Kind::Id | Kind::Personal | Kind::Text => DataType::Utf8,
                Kind::Label | Kind::Coded(_) => {
                    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
                }
                Kind::Int => DataType::Int64,
                Kind::Float => DataType::Float64,
                Kind::Date => DataType::Date32,
                Kind::Timestamp => {
                    DataType::Timestamp(TimeUnit::Millisecond, Some(clock.zone.as_str().into()))
                }
                Kind::Flag => DataType::Boolean,
            };
            Field::new(&column.name, kind, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}

/// Whether a column has many values for its rows, as far as its first rows tell: a dictionary would be in vain.
fn is_varied(column: &ArrayRef) -> bool {
    let held = column.len() - column.null_count();
    let distinct = match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().iter().flatten().collect::<BTreeSet<_>>().len(),
        DataType::Float64 => {
            let bits = column.as_primitive::<Float64Type>().iter().flatten().map(f64::to_bits);
            bits.collect::<BTreeSet<_>>().len()
        }
        _ => column.as_string::<i32>().iter().flatten().collect::<BTreeSet<_>>().len(),
    };
    held >= ENOUGH && distinct * 4 > held
}

/// The first rows of a table.
fn sample(table: &TableSchema, batches: &[Batch]) -> Result<Batch, WriteError> {
    let mut left = SAMPLE_ROWS;
    let mut sample = Vec::new();
    for batch in batches {
        let rows = height(batch).min(left);
        left -= rows;
        sample.push(batch.iter().map(|column| column.slice(0, rows)).collect::<Batch>());
    }
    Ok(TableSource::held(table.clone(), sample).whole()?.columns)
}

/// `sample`: the first rows of the table.
fn properties(schema: &TableSchema, sample: &Batch, metadata: &[(String, String)]) -> WriterProperties {
    let pairs = metadata.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    let mut properties = WriterProperties::builder()
        .set_created_by("doisoat".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(pairs));
    for (column, values) in schema.columns.iter().zip(sample) {
        let path = || ColumnPath::from(column.name.as_str());
        let varies = match column.kind {
            Kind::Id | Kind::Personal => true,
            Kind::Label | Kind::Coded(_) | Kind::Flag => false,
            Kind::Text | Kind::Int | Kind::Float | Kind::Date | Kind::Timestamp => is_varied(values),
        };
        if varies {
            properties = properties.set_column_dictionary_enabled(path(), false);
        }
        if varies && matches!(column.kind, Kind::Int | Kind::Date | Kind::Timestamp) {
            properties = properties.set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED);
        }
        if varies && matches!(column.kind, Kind::Id | Kind::Personal | Kind::Text) {
            // Lengths apart from the letters: equal lengths take nothing, and the letters are packed better.
            properties = properties.set_column_encoding(path(), Encoding::DELTA_LENGTH_BYTE_ARRAY);
        }
        if matches!(column.kind, Kind::Id | Kind::Personal) {
            properties = properties
                .set_column_bloom_filter_enabled(path(), true)
                .set_column_bloom_filter_max_ndv(path(), ROW_GROUP_ROWS as u64);
        }
        if matches!(column.kind, Kind::Personal | Kind::Label | Kind::Text) {
            // Rows stand in no order of these: least and greatest would rule nothing out, and name persons.
            properties = properties.set_column_statistics_enabled(path(), EnabledStatistics::None);
        }
    }
    properties.build()
}

/// A column as it is written.
fn array(column: &ArrayRef, spec: &ColumnSpec, clock: &Clock) -> Result<ArrayRef, ArrowError> {
    if !matches!(spec.kind, Kind::Coded(_) | Kind::Date | Kind::Timestamp | Kind::Flag) {
        return Ok(Arc::clone(column));
    }
    let ints = column.as_primitive::<Int64Type>();
    Ok(match &spec.kind {
        Kind::Coded(labels) => {
            let keys: Int32Array = ints.unary(|code| code as i32);
            let labels: StringArray = labels.iter().map(|label| Some(label.as_str())).collect();
            Arc::new(DictionaryArray::try_new(keys, Arc::new(labels))?)
        }
        Kind::Date => Arc::new(ints.unary::<_, Date32Type>(|days| days as i32)),
        Kind::Timestamp => {
            let instants = ints.unary::<_, TimestampMillisecondType>(|local| local - clock.utc_offset_ms);
            Arc::new(instants.with_timezone(clock.zone.as_str()))
        }
        _ => Arc::new(ints.iter().map(|flag| flag.map(|flag| flag != 0)).collect::<BooleanArray>()),
    })
}

/// A sink that hashes what passes through it.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Hashing<BufWriter<File>> {
    /// Has the bytes forced to the disk, which must be done before the file may be renamed into place.
    fn finish(self) -> io::Result<Written> {
        let file = self.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
        let file = Arc::new(file);
        let waiting = Arc::clone(&file);
        let sync = std::thread::Builder::new().name("sync".to_owned()).spawn(move || waiting.sync_all());
        // Without a thread to spare the wait is now.
        let sync = sync.map_or_else(|_| file.sync_all().map(|()| None), |thread| Ok(Some(thread)))?;
        Ok(Written { bytes: self.bytes, sha256: hex(&self.hash.finalize()), sync })
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|n| char::from_digit(u32::from(n), 16)).collect()
}

/// The named columns of a published table as text, row by row.
///
/// # Errors
/// In words, when the file cannot be read or lacks a column.
pub fn read_texts(path: &Path, columns: &[&str]) -> Result<Vec<Vec<Option<String>>>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    let reader = builder.with_projection(mask).build().map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| error.to_string())?;
        let texts = columns.iter().map(|name| texts(&batch, name)).collect::<Result<Vec<_>, String>>()?;
        rows.extend(
            (0..batch.num_rows()).map(|row| texts.iter().map(|column| column[row].clone()).collect()),
        );
    }
    Ok(rows)
}

fn texts(batch: &RecordBatch, name: &str) -> Result<Vec<Option<String>>, String> {
    let column = batch.column_by_name(name).ok_or_else(|| format!("no column {name}"))?;
    if *column.data_type() == DataType::Int64 {
        let values = column.as_primitive::<Int64Type>();
        return Ok(values.iter().map(|value| value.map(|value| value.to_string())).collect());
    }
    let column = cast(column, &DataType::Utf8).map_err(|error| error.to_string())?;
    let values = column.as_string::<i32>();
    Ok((0..values.len()).map(|row| values.is_valid(row).then(|| values.value(row).to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::rows::{Cell, text};
    use parquet::file::reader::{FileReader, SerializedFileReader};

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
        let clock = Clock { zone: "UTC".to_owned(), utc_offset_ms: 0 };
        let batches = |range| table.batches(range).map_err(WriteError::from);
        let give = Give { batches: &batches, rows: 2 };
        let all = (&table.schema, table.len());
        let mut written = write_in_groups(&path, all, give, &clock, &[], 2).expect("written");
        written.synced().expect("on the disk");
        let rows = read_texts(&path, &["id"]).expect("read");
        assert_eq!(rows.concat().into_iter().flatten().collect::<String>(), "01234");
        let reader = SerializedFileReader::new(File::open(&path).expect("a file")).expect("parquet");
        let groups = reader.metadata().row_groups();
        assert_eq!(groups.iter().map(|group| group.num_rows()).collect::<Vec<_>>(), [2, 2, 1]);
        for group in groups {
            let known =
                |at: usize| group.column(at).statistics().is_some_and(|s| s.min_bytes_opt().is_some());
            assert_eq!([known(0), known(1), known(2), known(3)], [true, false, false, true]);
        }
    }
}

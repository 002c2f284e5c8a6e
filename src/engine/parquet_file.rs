//! Writes one table as one Parquet file, and reads one back as text.
//!
//! Headers, footers and indexes are the `parquet` crate's, bodies of pages our own (`chunk`): a layout per column (bloom
//! filters on ids, no dictionary where nearly every value differs), key-value metadata, a zone on timestamps,
//! dictionary types that readers see as categories. Columns of a row group are encoded in parallel; the bytes do not
//! depend on the number of threads.

mod bounds;
mod chunk;
mod group;
mod layout;
mod numbers;
mod packing;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowSchemaConverter, ProjectionMask, add_encoded_arrow_schema_to_metadata};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use sha2::{Digest, Sha256};
use thiserror::Error;

use self::chunk::Finished;
pub use self::group::{Group, Groups, Parked};
use super::digest::hex;
use super::spill::SpillError;
use super::table::{Batch, Kind, MADE_ROWS, Misfit, TableSchema, TableSource};

/// Small enough that a look-up by id reads little, large enough to compress well.
pub const ROW_GROUP_ROWS: usize = 256 * 1024;
/// Rows of a table that are made before they are encoded: few, so that their memory is soon used again.
const GIVEN_ROWS: usize = 4 * MADE_ROWS;

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
    syncs: Vec<Syncing>,
}

impl Written {
    /// A file that stands on the disk.
    pub fn on_disk(bytes: u64, sha256: String) -> Self {
        Self { bytes, sha256, syncs: Vec::new() }
    }

    /// Waits until the file stands on the disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn synced(&mut self) -> io::Result<()> {
        self.syncs.drain(..).try_for_each(waited)
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
    // Where held rows are cut shows in the pages.
    let give = Give { batches: &batches, rows: if table.is_held() { ROW_GROUP_ROWS } else { GIVEN_ROWS } };
    let stretches = table.stretches().into_iter().map(|(_, rows)| rows).collect();
    write_in_groups(
        FileInMaking::begin(path, &table.schema, clock, metadata)?,
        stretches,
        give,
        ROW_GROUP_ROWS,
    )
}

/// Writes a table of so many rows that is given range by range.
///
/// # Errors
/// As [`write`], and when the rows cannot be given.
pub fn write_rows(
    path: &Path,
    (table, rows): (&TableSchema, usize),
    give: Give<'_>,
    clock: &Clock,
    metadata: &[(String, String)],
) -> Result<Written, WriteError> {
    debug_assert!(give.rows.is_multiple_of(MADE_ROWS));
    let all = std::iter::once(0..rows).collect();
    write_in_groups(FileInMaking::begin(path, table, clock, metadata)?, all, give, ROW_GROUP_ROWS)
}

/// Writes the rows of each stretch in row groups of its own.
fn write_in_groups(
    mut file: FileInMaking,
    stretches: Vec<Range<usize>>,
    give: Give<'_>,
    group_rows: usize,
) -> Result<Written, WriteError> {
    let cut = |stretch: Range<usize>| {
        let end = stretch.end;
        stretch.step_by(group_rows).map(move |start| start..(start + group_rows).min(end))
    };
    let mut ranges = stretches.iter().cloned().flat_map(cut);
    let mut groups = file.groups(group_rows);
    let mut encode = |range: Range<usize>| -> Result<Option<Group>, WriteError> {
        if stretches.iter().any(|stretch| stretch.start == range.start) {
            groups.begin_stretch();
        }
        let given = |start: usize| (give.batches)(start..(start + give.rows).min(range.end));
        let mut ready = Some(given(range.start)?);
        for start in range.clone().step_by(give.rows) {
            let batches = ready.take().unwrap_or_default();
            let next = Some(start + give.rows).filter(|next| *next < range.end);
            // Some rows are encoded while the next are given.
            let (encoded, given) = rayon::join(|| groups.write(&batches), || next.map(given).transpose());
            encoded?;
            ready = given?;
        }
        groups.close()
    };
    let mut ready = ranges.next().map(&mut encode).transpose()?.flatten();
    while let Some(group) = ready.take() {
        // One group goes to the file while the next is made.
        let (appended, encoded) =
            rayon::join(|| file.append(group), || ranges.next().map(&mut encode).transpose());
        appended?;
        ready = encoded?.flatten();
    }
    file.finish()
}

/// A file that grows row group by row group.
pub struct FileInMaking {
    writer: SerializedFileWriter<Hashing<BufWriter<File>>>,
    table: TableSchema,
    clock: Clock,
    shown: String,
    ahead: Ahead,
}

/// Has the disk take what was written while more is: else it would be waited for at the end.
struct Ahead {
    file: File,
    /// Bytes that were asked for.
    until: u64,
    sync: Option<Syncing>,
}

/// A thread that waits for the disk.
type Syncing = JoinHandle<io::Result<()>>;

/// Bytes that go to the disk at a time.
const AHEAD: u64 = 128 << 20;

impl Ahead {
    /// # Errors
    /// When the disk refused what was written before.
    fn written(&mut self, bytes: u64) -> io::Result<()> {
        if bytes - self.until < AHEAD || self.sync.as_ref().is_some_and(|sync| !sync.is_finished()) {
            return Ok(());
        }
        self.sync.take().map_or(Ok(()), waited)?;
        self.until = bytes;
        let file = self.file.try_clone()?;
        self.sync = std::thread::Builder::new().name("sync".to_owned()).spawn(move || file.sync_data()).ok();
        Ok(())
    }
}

fn waited(sync: Syncing) -> io::Result<()> {
    sync.join().unwrap_or_else(|_| Err(io::Error::other("the thread that waits for the disk failed")))
}

impl FileInMaking {
    /// # Errors
    /// When the disk refuses.
    pub fn begin(
        path: &Path,
        table: &TableSchema,
        clock: &Clock,
        metadata: &[(String, String)],
    ) -> Result<Self, WriteError> {
        let shown = path.display().to_string();
        let file = File::create(path).map_err(|source| WriteError::Io { path: shown.clone(), source })?;
        let again = file.try_clone().map_err(|source| WriteError::Io { path: shown.clone(), source })?;
        let sink = Hashing { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
        let writer = begin(sink, table, clock, metadata)
            .map_err(|source| WriteError::Parquet { path: shown.clone(), source })?;
        let ahead = Ahead { file: again, until: 0, sync: None };
        Ok(Self { writer, table: table.clone(), clock: clock.clone(), shown, ahead })
    }

    /// Makes the row groups of a stretch of this table.
    pub fn groups(&self, rows: usize) -> Groups {
        let columns = self.writer.schema_descr().columns().to_vec();
        Groups::new(self.table.clone(), self.clock.clone(), columns, rows)
    }

    /// # Errors
    /// When the disk refuses.
    pub fn append(&mut self, group: Group) -> Result<(), WriteError> {
        let append = || {
            let mut row_group = self.writer.next_row_group()?;
            for Finished { bytes, close } in group.0 {
                row_group.append_column(&bytes, close)?;
            }
            row_group.close().map(|_| ())
        };
        append().map_err(|source| WriteError::Parquet { path: self.shown.clone(), source })?;
        let written = self.ahead.written(self.writer.bytes_written() as u64);
        written.map_err(|source| WriteError::Io { path: self.shown.clone(), source })
    }

    /// Writes the footer.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(self) -> Result<Written, WriteError> {
        let path = self.shown;
        let sink = self.writer.into_inner();
        let sink = sink.map_err(|source| WriteError::Parquet { path: path.clone(), source })?;
        let mut written = sink.finish().map_err(|source| WriteError::Io { path, source })?;
        written.syncs.extend(self.ahead.sync);
        Ok(written)
    }
}

/// Begins a file. Its footer says what Arrow types the columns have, so that readers see zones and categories.
fn begin<W: Write + Send>(
    sink: W,
    table: &TableSchema,
    clock: &Clock,
    metadata: &[(String, String)],
) -> Result<SerializedFileWriter<W>, ParquetError> {
    let schema = arrow_schema(table, clock);
    let pairs = metadata.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    let mut properties = WriterProperties::builder()
        .set_created_by("doisoat".to_owned())
        .set_key_value_metadata(Some(pairs))
        .build();
    add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
    let columns = ArrowSchemaConverter::new().convert(&schema)?;
    SerializedFileWriter::new(sink, columns.root_schema_ptr(), Arc::new(properties))
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
        Ok(Written { bytes: self.bytes, sha256: hex(&self.hash.finalize()), syncs: Vec::from_iter(sync) })
    }
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

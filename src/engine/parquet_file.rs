//! Writes one table as one Parquet file, and reads one back as text.
//!
//! The `parquet` crate rather than Polars' own writer, for what only it gives: properties per column
//! (bloom filters on ids, no dictionary where nearly every value differs), key-value metadata, a
//! zone on timestamps, dictionary types that readers see as categories. Columns of a row group are
//! encoded in parallel; the bytes do not depend on the number of threads.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array,
    Int64Array, RecordBatch, StringArray, StringBuilder, StringDictionaryBuilder, TimestampMillisecondArray,
    new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowWriter, ArrowWriterOptions, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use polars::prelude::PolarsError;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::frame::{Ints, Texts};
use super::table::{ColumnSpec, Kind, Table, TableSchema};

/// Small enough that a look-up by id reads little, large enough to compress well.
const ROW_GROUP_ROWS: usize = 256 * 1024;

#[derive(Debug, Error)]
pub enum WriteError {
    #[error("write {path}: {source}\n  is the disk full?")]
    Io { path: String, source: io::Error },
    #[error("encode {path}: {source}")]
    Parquet { path: String, source: ParquetError },
    #[error("table {table} does not have its declared columns: {source}\n  this is a defect of doisoat")]
    Frame { table: &'static str, source: PolarsError },
}

/// The clock that timestamps of a run were read on.
#[derive(Debug, Clone)]
pub struct Clock {
    pub zone: String,
    pub utc_offset_ms: i64,
}

/// A finished file.
#[derive(Debug, Clone)]
pub struct Written {
    pub bytes: u64,
    pub sha256: String,
}

/// Writes `table` to `path`, with `metadata` in the footer.
///
/// # Errors
/// When the disk refuses, or the frame is not what its schema says.
pub fn write(
    path: &Path,
    table: &Table,
    clock: &Clock,
    metadata: &[(String, String)],
) -> Result<Written, WriteError> {
    let shown = path.display().to_string();
    let io_error = |source| WriteError::Io { path: shown.clone(), source };
    let parquet_error = |source| WriteError::Parquet { path: shown.clone(), source };

    let schema = arrow_schema(&table.schema, clock);
    let file = File::create(path).map_err(io_error)?;
    let sink = Hashing { inner: BufWriter::with_capacity(1 << 20, file), hash: Sha256::new(), bytes: 0 };
    let options = ArrowWriterOptions::new().with_properties(properties(&table.schema, metadata));
    let writer =
        ArrowWriter::try_new_with_options(sink, Arc::clone(&schema), options).map_err(parquet_error)?;
    let (mut file_writer, factory) = writer.into_serialized_writer().map_err(parquet_error)?;

    let rows = table.frame.height();
    for (group, start) in (0..rows).step_by(ROW_GROUP_ROWS).enumerate() {
        let range = start..(start + ROW_GROUP_ROWS).min(rows);
        let writers = factory.create_column_writers(group).map_err(parquet_error)?;
        let chunks: Vec<ArrowColumnChunk> = writers
            .into_par_iter()
            .zip(table.schema.columns.par_iter().zip(schema.fields().par_iter()))
            .map(|(mut writer, (spec, field))| {
                let array = array(table, spec, field.data_type(), clock, range.clone())?;
                for leaf in compute_leaves(field, &array).map_err(parquet_error)? {
                    writer.write(&leaf).map_err(parquet_error)?;
                }
                writer.close().map_err(parquet_error)
            })
            .collect::<Result<_, WriteError>>()?;
        let mut row_group = file_writer.next_row_group().map_err(parquet_error)?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut row_group).map_err(parquet_error)?;
        }
        row_group.close().map_err(parquet_error)?;
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
                Kind::Id | Kind::Text => DataType::Utf8,
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

fn properties(schema: &TableSchema, metadata: &[(String, String)]) -> WriterProperties {
    let pairs = metadata.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    let mut properties = WriterProperties::builder()
        .set_created_by("doisoat".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(pairs));
    for column in &schema.columns {
        if column.kind == Kind::Id {
            let path = ColumnPath::from(column.name.as_str());
            properties = properties
                .set_column_bloom_filter_enabled(path.clone(), true)
                .set_column_dictionary_enabled(path, false);
        }
    }
    properties.build()
}

fn array(
    table: &Table,
    spec: &ColumnSpec,
    data_type: &DataType,
    clock: &Clock,
    rows: std::ops::Range<usize>,
) -> Result<ArrayRef, WriteError> {
    let frame_error = |source| WriteError::Frame { table: table.schema.name, source };
    let column = table.frame.column(&spec.name).map_err(frame_error)?;
    if column.null_count() == column.len() {
        return Ok(new_null_array(data_type, rows.len()));
    }
    let ints = || Ints::of(&table.frame, &spec.name).map_err(frame_error);
    let texts = || Texts::of(&table.frame, &spec.name).map_err(frame_error);
    Ok(match &spec.kind {
        Kind::Id | Kind::Text => {
            let values = texts()?;
            let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * 16);
            for row in rows {
                builder.append_option(values.get(row));
            }
            Arc::new(builder.finish())
        }
        Kind::Label => {
            let values = texts()?;
            let mut builder = StringDictionaryBuilder::<Int32Type>::new();
            for row in rows {
                builder.append_option(values.get(row));
            }
            Arc::new(builder.finish())
        }
        Kind::Coded(labels) => {
            let values = ints()?;
            let keys: Int32Array = rows.map(|row| values.get(row).map(|code| code as i32)).collect();
            let labels: StringArray = labels.iter().map(|label| Some(label.as_str())).collect();
            let dictionary = DictionaryArray::try_new(keys, Arc::new(labels))
                .map_err(|source| WriteError::Parquet { path: spec.name.clone(), source: source.into() })?;
            Arc::new(dictionary)
        }
        Kind::Int => {
            let values = ints()?;
            Arc::new(rows.map(|row| values.get(row)).collect::<Int64Array>())
        }
        Kind::Float => {
            let values = table.frame.column(&spec.name).and_then(|c| c.f64()).map_err(frame_error)?;
            Arc::new(rows.map(|row| values.get(row)).collect::<Float64Array>())
        }
        Kind::Date => {
            let values = ints()?;
            Arc::new(rows.map(|row| values.get(row).map(|days| days as i32)).collect::<Date32Array>())
        }
        Kind::Timestamp => {
            let values = ints()?;
            let instants: TimestampMillisecondArray =
                rows.map(|row| values.get(row).map(|local| local - clock.utc_offset_ms)).collect();
            Arc::new(instants.with_timezone(clock.zone.as_str()))
        }
        Kind::Flag => {
            let values = ints()?;
            Arc::new(rows.map(|row| values.get(row).map(|flag| flag != 0)).collect::<BooleanArray>())
        }
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
    /// Forces the bytes to the disk before the file may be renamed into place.
    fn finish(self) -> io::Result<Written> {
        let file = self.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(Written { bytes: self.bytes, sha256: hex(&self.hash.finalize()) })
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

//! Parquet and Arrow: only the mapped columns are read, and become text as a person would write it.

use std::fmt::Write as _;
use std::io::{Seek, SeekFrom};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::super::cells::RawBatch;
use super::super::json_path::{JsonPath, Step};
use super::super::source::bytes::{Bytes, BytesReader};
use super::super::{LoadError, OpenError};
use crate::config::file_kind::FileKind as Kind;
use crate::config::mistakes::closest;
use crate::config::plan::SystemPlan;
use crate::guard;

/// Rows of a Parquet file are read in batches of this many.
const BATCH_ROWS: usize = 64 * 1024;

/// An open columnar export.
#[derive(Debug)]
pub struct ColumnarFile {
    bytes: Bytes,
    kind: Kind,
    schema: SchemaRef,
    columns: Vec<Path>,
    /// Rows before each piece, and at the end all rows.
    starts: Vec<u64>,
}

/// A column, and the way inside it.
#[derive(Debug, Clone)]
struct Path {
    root: usize,
    steps: Vec<Step>,
}

impl Length for Bytes {
    fn len(&self) -> u64 {
        Self::len(self)
    }
}

impl ChunkReader for Bytes {
    type T = std::io::BufReader<BytesReader>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let mut reader = self.reader()?;
        reader.seek(SeekFrom::Start(start))?;
        Ok(std::io::BufReader::new(reader))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes, ParquetError> {
        if start.saturating_add(length as u64) > self.len() {
            return Err(ParquetError::EOF("the file breaks off".to_owned()));
        }
        Ok(self.stretch(start, length)?.into())
    }
}

/// Opens a Parquet or Arrow file.
///
/// # Errors
/// When the file is damaged, or has not a mapped column.
pub fn open(bytes: &Bytes, kind: Kind, name: &str, system: &SystemPlan) -> Result<ColumnarFile, OpenError> {
    let unreadable = |what: &str, error: &dyn std::fmt::Display| {
        OpenError::Unreadable(format!("not a readable {what} file: {error}"))
    };
    let (schema, sizes, bytes) = if kind == Kind::Parquet {
        let metadata = ArrowReaderMetadata::load(bytes, Default::default())
            .map_err(|error| unreadable("Parquet", &error))?;
        let groups = metadata.metadata().row_groups();
        let sizes = groups.iter().map(|group| u64::try_from(group.num_rows()).unwrap_or_default()).collect();
        (Arc::clone(metadata.schema()), sizes, bytes.clone())
    } else {
        arrow_batches(bytes).map_err(|error| unreadable("Arrow", &error))?
    };
    let columns = find_columns(&schema, name, system)?;
    let starts = sizes.iter().fold(vec![0u64], |mut starts, size: &u64| {
        starts.push(starts.last().copied().unwrap_or_default().saturating_add(*size));
        starts
    });
    Ok(ColumnarFile { bytes, kind, schema, columns, starts })
}

/// The columns of a Parquet or Arrow file.
///
/// # Errors
/// When the file is damaged.
pub fn schema(bytes: &Bytes, kind: Kind) -> Result<SchemaRef, OpenError> {
    let damaged = |error: String| OpenError::Unreadable(error);
    if kind == Kind::Parquet {
        let metadata = ArrowReaderMetadata::load(bytes, Default::default());
        return metadata
            .map(|metadata| Arc::clone(metadata.schema()))
            .map_err(|error| damaged(error.to_string()));
    }
    arrow_batches(bytes).map(|(schema, ..)| schema).map_err(|error| damaged(error.to_string()))
}

/// The rows of every batch. A stream, which can only be read from its beginning, is laid out as a file.
fn arrow_batches(bytes: &Bytes) -> Result<(SchemaRef, Vec<u64>, Bytes), ArrowError> {
    super::arrow_check::check(bytes).map_err(ArrowError::IpcError)?;
    let is_file = bytes.head(6)? == b"ARROW1";
    if !is_file {
        let reader = StreamReader::try_new(std::io::BufReader::new(bytes.reader()?), None)?;
        let schema = reader.schema();
        let mut file = tempfile::tempfile()?;
        let mut writer = arrow::ipc::writer::FileWriter::try_new(&mut file, &schema)?;
        for batch in reader {
            writer.write(&batch?)?;
        }
        writer.finish()?;
        drop(writer);
        let spilled = super::super::source::bytes::spilled(file)?;
        return arrow_batches(&spilled);
    }
    let mut reader = FileReader::try_new(std::io::BufReader::new(bytes.reader()?), None)?;
    let (schema, mut sizes) = (reader.schema(), Vec::new());
    for index in 0..reader.num_batches() {
        reader.set_index(index)?;
        sizes.push(reader.next().transpose()?.map_or(0, |batch| batch.num_rows() as u64));
    }
    Ok((schema, sizes, bytes.clone()))
}

fn find_columns(schema: &Schema, name: &str, system: &SystemPlan) -> Result<Vec<Path>, OpenError> {
    let (mut paths, mut errors) = (Vec::new(), Vec::new());
    for column in &system.columns {
        match find_column(schema, &column.source) {
            Some(path) => paths.push(path),
            None => {
                let known = schema.fields().iter().map(|field| field.name().as_str());
                let hint = closest(&column.source, known.clone()).map_or_else(
                    || format!("columns there: {}", known.collect::<Vec<_>>().join(" | ")),
                    |near| format!("did you mean `{near}`?"),
                );
                errors.push(LoadError::Header {
                    place: name.to_owned(),
                    line: column.line,
                    text: format!("has no column `{}` for `{}`", column.source, column.name()),
                    hint: Some(hint),
                });
            }
        }
    }
    match errors.len() {
        0 => Ok(paths),
        missing if missing == system.columns.len() => Err(OpenError::NoHeader(errors.swap_remove(0))),
        _ => Err(OpenError::Mapping(errors)),
    }
}

/// A column by its whole name, or a path into its structs and lists.
fn find_column(schema: &Schema, source: &str) -> Option<Path> {
    if let Ok(root) = schema.index_of(source) {
        return Some(Path { root, steps: Vec::new() });
    }
    let path = JsonPath::parse(source).ok()?;
    let (first, steps) = path.steps().split_first()?;
    let Step::Key(first) = first else { return None };
    let root = schema.index_of(first).ok()?;
    let mut kind = schema.field(root).data_type();
    for step in steps {
        kind = match (step, kind) {
            (Step::Key(key), DataType::Struct(fields)) => {
                fields.iter().find(|field| field.name() == key)?.data_type()
            }
            (Step::At(_) | Step::FromEnd(_), DataType::List(field) | DataType::LargeList(field)) => {
                field.data_type()
            }
            _ => return None,
        };
    }
    Some(Path { root, steps: steps.to_vec() })
}

impl ColumnarFile {
    pub fn pieces(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Every column of the export.
    pub fn titles(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// One group of rows. Where it is damaged it is left out, and the batch says so: what the other groups hold is right.
    ///
    /// # Errors
    /// When the file is no longer what it was.
    pub fn piece(&self, index: usize) -> Result<RawBatch, LoadError> {
        let mut batch = RawBatch::new(self.columns.len(), None);
        let read =
            guard::around(|| self.read(index, &mut batch)).unwrap_or_else(|| Err(guard::FAILED.to_owned()));
        let Err(error) = read else { return Ok(batch) };
        // A file that went away, or was cut short, since it was opened is another night.
        if let Some(last) = self.bytes.len().checked_sub(1) {
            self.bytes.stretch(last, 1).map_err(LoadError::again)?;
        }
        let (first, last) = (self.starts[index] + 1, self.starts[index + 1]);
        let damage = Some(format!("rows {first} to {last} cannot be read: {error}"));
        Ok(RawBatch { damage, ..RawBatch::new(self.columns.len(), None) })
    }

    fn read(&self, index: usize, batch: &mut RawBatch) -> Result<(), String> {
        let mut number = self.starts[index];
        let roots: Vec<usize> = self.columns.iter().map(|column| column.root).collect();
        let take = |part: Result<RecordBatch, ArrowError>| -> Result<(), String> {
            let part = part.map_err(in_words)?;
            let rows = part.num_rows() as u64;
            batch.rows.extend(number + 1..=number + rows);
            number += rows;
            for (cells, column) in batch.columns.iter_mut().zip(&self.columns) {
                let name = self.schema.field(column.root).name();
                if let Some(array) = part.column_by_name(name) {
                    write_column(array, &column.steps, &mut |cell| cells.push(cell)).map_err(in_words)?;
                }
            }
            Ok(())
        };
        if self.kind == Kind::Parquet {
            let builder = ParquetRecordBatchReaderBuilder::try_new(self.bytes.clone()).map_err(in_words)?;
            let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
            let builder =
                builder.with_projection(mask).with_row_groups(vec![index]).with_batch_size(BATCH_ROWS);
            builder.build().map_err(in_words)?.try_for_each(take)
        } else {
            let source = std::io::BufReader::new(self.bytes.reader().map_err(in_words)?);
            let mut reader = FileReader::try_new(source, None).map_err(in_words)?;
            reader.set_index(index).map_err(in_words)?;
            reader.next().map_or(Ok(()), take)
        }
    }
}

fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Gives every cell of a column as text, in order; a null is empty.
fn write_column(array: &ArrayRef, steps: &[Step], give: &mut dyn FnMut(&str)) -> Result<(), ArrowError> {
    match (steps, array.data_type()) {
        ([Step::Key(key), rest @ ..], DataType::Struct(_)) => {
            let outer = array.as_struct();
            match outer.column_by_name(key) {
                // A struct that is null hides its fields, whatever stands in them.
                Some(inner) => {
                    let mut row = 0;
                    write_column(inner, rest, &mut |cell| {
                        give(if outer.is_null(row) { "" } else { cell });
                        row += 1;
                    })?;
                }
                None => (0..array.len()).for_each(|_| give("")),
            }
        }
        (
            [step @ (Step::At(_) | Step::FromEnd(_)), rest @ ..],
            DataType::List(_) | DataType::LargeList(_),
        ) => {
            for row in 0..array.len() {
                let list = match array.data_type() {
                    _ if array.is_null(row) => None,
                    DataType::List(_) => Some(array.as_list::<i32>().value(row)),
                    _ => Some(array.as_list::<i64>().value(row)),
                };
                let length = list.as_ref().map_or(0, |list| list.len());
                let place = match step {
                    Step::At(at) => Some(*at),
                    Step::FromEnd(back) => length.checked_sub(back + 1),
                    _ => None,
                };
                match (list, place.filter(|place| *place < length)) {
                    (Some(list), Some(place)) => write_column(&list.slice(place, 1), rest, give)?,
                    _ => give(""),
                }
            }
        }
        ([], _) => write_cells(array, give)?,
        _ => (0..array.len()).for_each(|_| give("")),
    }
    Ok(())
}

fn write_cells(array: &ArrayRef, give: &mut dyn FnMut(&str)) -> Result<(), ArrowError> {
    if let Some(texts) = array.as_string_opt::<i32>() {
        texts.iter().for_each(|cell| give(cell.unwrap_or_default()));
        return Ok(());
    }
    // An instant is written in UTC and read as such; naming other zones would need a zone database.
    let (array, moment) = match array.data_type() {
        DataType::Timestamp(unit, Some(_)) => {
            (&cast(&cast(array, &DataType::Int64)?, &DataType::Timestamp(*unit, None))?, "%Y-%m-%dT%H:%M:%SZ")
        }
        _ => (array, "%Y-%m-%d %H:%M:%S"),
    };
    let options = FormatOptions::new()
        .with_timestamp_format(Some(moment))
        .with_datetime_format(Some("%Y-%m-%d %H:%M:%S"))
        .with_date_format(Some("%Y-%m-%d"));
    let formatter = ArrayFormatter::try_new(array.as_ref(), &options)?;
    let mut cell = String::new();
    for row in 0..array.len() {
        cell.clear();
        if array.is_valid(row) {
            write!(cell, "{}", formatter.value(row))
                .map_err(|_| ArrowError::CastError(format!("row {row} cannot be written as text")))?;
        }
        give(&cell);
    }
    Ok(())
}

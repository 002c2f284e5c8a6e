//! Rows that wait on disk: compressed chunks in a temporary file without a name.
//!
//! The file vanishes with the process however it ends, so a killed run leaves nothing behind. What is in a chunk, and
//! who reads it when, is for the caller to know.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};
use thiserror::Error;

use super::table::Batch;

/// What waits on disk could not be written or read back.
#[derive(Debug, Error)]
pub enum SpillError {
    #[error("make a temporary file in {folder}: {source}\n  give another folder with --temp")]
    Folder { folder: String, source: io::Error },
    #[error("keep rows in a temporary file: {0}\n  is the disk of --temp full?")]
    Io(#[from] io::Error),
    #[error("keep rows in a temporary file: {0}\n  this is a defect of doisoat")]
    Rows(#[from] ArrowError),
    #[error("keep rows in a temporary file: {0}\n  this is a defect of doisoat")]
    Misfit(String),
    #[error("more than 4,294,967,294 records in one night\n  reconcile fewer exports at a time")]
    TooMany,
}

/// A temporary file that only grows; chunks are read back in any order, from any thread.
#[derive(Debug)]
pub struct Spill(Mutex<Tail>);

#[derive(Debug)]
struct Tail {
    file: File,
    end: u64,
}

/// Where a chunk lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    at: u64,
    bytes: usize,
}

impl Spill {
    /// # Errors
    /// When the folder refuses.
    pub fn begin(folder: &Path) -> Result<Self, SpillError> {
        let refused = |source| SpillError::Folder { folder: folder.display().to_string(), source };
        let file = tempfile::tempfile_in(folder).map_err(refused)?;
        Ok(Self(Mutex::new(Tail { file, end: 0 })))
    }

    /// Appends a chunk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn push(&self, chunk: &[u8]) -> Result<Slot, SpillError> {
        // A panic while the lock was held cannot have moved what lies before the end.
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = tail.end;
        tail.file.seek(SeekFrom::Start(at))?;
        tail.file.write_all(chunk)?;
        tail.end += chunk.len() as u64;
        Ok(Slot { at, bytes: chunk.len() })
    }

    /// Reads a chunk back.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn read(&self, slot: Slot) -> Result<Vec<u8>, SpillError> {
        let mut chunk = vec![0; slot.bytes];
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tail.file.seek(SeekFrom::Start(slot.at))?;
        tail.file.read_exact(&mut chunk)?;
        Ok(chunk)
    }

    /// Bytes that were pushed.
    pub fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).end
    }

    /// Reads rows back.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn read_rows(&self, slot: Slot) -> Result<Batch, SpillError> {
        decode(&self.read(slot)?)
    }
}

/// Rows as a compressed chunk.
///
/// # Errors
/// When the columns differ in length.
pub fn encode(batch: &Batch) -> Result<Vec<u8>, SpillError> {
    let field = |(at, column): (usize, &arrow::array::ArrayRef)| {
        Field::new(at.to_string(), column.data_type().clone(), true)
    };
    let schema = Arc::new(Schema::new(batch.iter().enumerate().map(field).collect::<Vec<_>>()));
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME))?;
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options)?;
    writer.write(&RecordBatch::try_new(Arc::clone(&schema), batch.clone())?)?;
    writer.finish()?;
    Ok(writer.into_inner()?)
}

/// The rows of a chunk.
///
/// # Errors
/// When it is none.
pub fn decode(chunk: &[u8]) -> Result<Batch, SpillError> {
    let mut reader = StreamReader::try_new(chunk, None)?;
    match reader.next() {
        Some(batch) => Ok(batch?.columns().to_vec()),
        None => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    #[test]
    fn rows_come_back_as_they_went() {
        let folder = tempfile::tempdir().expect("a folder");
        let spill = Spill::begin(folder.path()).expect("a file");
        let batch = |from: i64| -> Batch {
            let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("ệ"), None, Some("")]));
            let ints: ArrayRef = Arc::new(Int64Array::from(vec![Some(from), None, Some(i64::MIN)]));
            vec![texts, ints]
        };
        let slots: Vec<Slot> =
            (0..3).map(|n| spill.push(&encode(&batch(n)).expect("rows")).expect("pushed")).collect();
        for (n, slot) in slots.iter().enumerate().rev() {
            assert_eq!(spill.read_rows(*slot).expect("read"), batch(n as i64));
        }
        // Nothing has a name.
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
        assert!(spill.bytes() > 0);
        assert!(Spill::begin(&folder.path().join("none")).is_err_and(|e| e.to_string().contains("--temp")));
    }
}

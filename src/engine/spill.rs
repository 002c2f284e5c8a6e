//! Rows that wait on disk, in a temporary file without a name.
//!
//! The file vanishes with the process however it ends, so a killed run leaves nothing behind. What is in a chunk, and
//! who reads it when, is for the caller to know.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::error::ArrowError;
use thiserror::Error;

use super::chunk::decode;
use super::table::{Batch, Misfit};

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
    #[error("more than 4,294,901,760 records in one night\n  reconcile fewer exports at a time")]
    TooMany,
}

impl From<Misfit> for SpillError {
    fn from(misfit: Misfit) -> Self {
        Self::Misfit(misfit.to_string())
    }
}

/// A temporary file that only grows; chunks are written and read back in any order, from any thread.
#[derive(Debug)]
pub struct Spill {
    file: File,
    end: AtomicU64,
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
        Ok(Self { file, end: AtomicU64::new(0) })
    }

    /// Appends a chunk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn push(&self, chunk: &[u8]) -> Result<Slot, SpillError> {
        let at = self.end.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        write_at(&self.file, chunk, at)?;
        Ok(Slot { at, bytes: chunk.len() })
    }

    /// Reads a chunk back.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn read(&self, slot: Slot) -> Result<Vec<u8>, SpillError> {
        let mut chunk = vec![0; slot.bytes];
        read_at(&self.file, &mut chunk, slot.at)?;
        Ok(chunk)
    }

    /// Bytes that were pushed.
    pub fn bytes(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    /// Reads rows back.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn read_rows(&self, slot: Slot) -> Result<Batch, SpillError> {
        decode(&self.read(slot)?)
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        (bytes, at) = (&bytes[written..], at + written as u64);
    }
    Ok(())
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        (bytes, at) = (&mut bytes[read..], at + read as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};

    use super::super::chunk::encode;
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

//! The bytes of an export, readable at any place and from any thread.
//!
//! What lies packed on disk, or in another encoding than ASCII's bytes, is unpacked into an unnamed
//! temporary file, which vanishes with the process however it ends.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Plain bytes of one export, or of one member of an archive.
#[derive(Debug, Clone)]
pub enum Bytes {
    File { path: PathBuf, length: u64 },
    Spilled(Arc<Spilled>),
}

/// An unnamed temporary file.
#[derive(Debug)]
pub struct Spilled {
    file: Mutex<File>,
    length: u64,
}

impl Bytes {
    /// The bytes of a file that is read as it lies.
    pub fn of_file(path: PathBuf, length: u64) -> Self {
        Self::File { path, length }
    }

    pub fn len(&self) -> u64 {
        match self {
            Self::File { length, .. } => *length,
            Self::Spilled(spilled) => spilled.length,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// # Errors
    /// When the file is no longer there.
    pub fn reader(&self) -> io::Result<BytesReader> {
        Ok(match self {
            Self::File { path, .. } => BytesReader::File(File::open(path)?),
            Self::Spilled(spilled) => BytesReader::Spilled { spilled: Arc::clone(spilled), at: 0 },
        })
    }

    /// The first bytes, at most `most`.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn head(&self, most: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.reader()?.take(most).read_to_end(&mut head)?;
        Ok(head)
    }

    /// A stretch of the bytes.
    ///
    /// # Errors
    /// When the file can no longer be read, or has become shorter.
    pub fn stretch(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut reader = self.reader()?;
        reader.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::with_capacity(length);
        reader.take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes)
    }
}

/// Reads the bytes of an export from the beginning, or from anywhere.
#[derive(Debug)]
pub enum BytesReader {
    File(File),
    Spilled { spilled: Arc<Spilled>, at: u64 },
}

impl Read for BytesReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Spilled { spilled, at } => {
                // A panic while the lock was held cannot have harmed a file that is only read.
                let mut file = spilled.file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(*at))?;
                let read = file.read(buffer)?;
                *at += read as u64;
                Ok(read)
            }
        }
    }
}

impl Seek for BytesReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Spilled { spilled, at } => {
                let target = match to {
                    SeekFrom::Start(offset) => Some(offset),
                    SeekFrom::End(by) => spilled.length.checked_add_signed(by),
                    SeekFrom::Current(by) => at.checked_add_signed(by),
                };
                *at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
                Ok(*at)
            }
        }
    }
}

/// A temporary file that was written by others.
///
/// # Errors
/// When its length cannot be told.
pub fn spilled(file: File) -> io::Result<Bytes> {
    let length = file.metadata()?.len();
    Ok(Bytes::Spilled(Arc::new(Spilled { file: Mutex::new(file), length })))
}

/// Takes bytes in and becomes [`Bytes`].
#[derive(Debug)]
pub struct Spill {
    file: io::BufWriter<File>,
    length: u64,
}

impl Spill {
    /// # Errors
    /// When the folder for temporary files refuses.
    pub fn begin() -> io::Result<Self> {
        Ok(Self { file: io::BufWriter::with_capacity(1 << 20, tempfile::tempfile()?), length: 0 })
    }

    pub fn len(&self) -> u64 {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// # Errors
    /// When the disk is full.
    pub fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// # Errors
    /// When the disk is full.
    pub fn finish(self) -> io::Result<Bytes> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Bytes::Spilled(Arc::new(Spilled { file: Mutex::new(file), length: self.length })))
    }
}

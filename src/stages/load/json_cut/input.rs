//! The bytes of the document, with the place a person would look for them.

use std::io::{self, BufRead, ErrorKind, Read, Seek, SeekFrom};

use super::DEEPEST;
use super::skip::{Fed, Skipper};

/// A place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub offset: u64,
    /// 1-based.
    pub line: u64,
}

/// How a value ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done {
        deep: bool,
    },
    Broken,
    File,
    /// It has passed the place up to which it was to be followed.
    Long,
}

#[derive(Debug)]
pub(super) struct Input<R> {
    reader: R,
    /// Where the reader is: `place`, but while windows are looked at.
    at: u64,
    pub place: Place,
}

impl<R: BufRead + Seek> Input<R> {
    /// From the beginning of the reader, after a byte order mark.
    pub fn new(mut reader: R) -> io::Result<Self> {
        reader.seek(SeekFrom::Start(0))?;
        let mut input = Self { reader, at: 0, place: Place { offset: 0, line: 1 } };
        let start = if input.window(0, 3)? == b"\xEF\xBB\xBF" { 3 } else { 0 };
        input.go_to(Place { offset: start, line: 1 })?;
        Ok(input)
    }

    /// What is buffered; empty at the end.
    pub fn block(&mut self) -> io::Result<&[u8]> {
        while let Err(error) = self.reader.fill_buf() {
            if error.kind() != ErrorKind::Interrupted {
                return Err(error);
            }
        }
        self.reader.fill_buf()
    }

    /// Goes forward within what is buffered.
    pub fn take(&mut self, count: usize) -> io::Result<()> {
        let taken = self.reader.fill_buf()?.get(..count).unwrap_or_default();
        self.place.line += lines(taken);
        self.place.offset += count as u64;
        self.at += count as u64;
        self.reader.consume(count);
        Ok(())
    }

    /// Skips white space and, where `commas` says so, commas; gives the next byte without taking it.
    pub fn next_token(&mut self, commas: bool) -> io::Result<Option<u8>> {
        loop {
            let block = self.block()?;
            if block.is_empty() {
                return Ok(None);
            }
            let skipped = |byte: u8| is_space(byte) || (commas && byte == b',');
            let found = block.iter().position(|byte| !skipped(*byte));
            let byte = found.and_then(|at| block.get(at).copied());
            let count = found.unwrap_or(block.len());
            if count > 0 {
                self.take(count)?;
            }
            if byte.is_some() {
                return Ok(byte);
            }
        }
    }

    /// Runs over a value; up to `most`, as far as the buffer goes. Can be called again after `Long`.
    pub fn run_over(&mut self, skipper: &mut Skipper, most: u64) -> io::Result<End> {
        loop {
            let block = self.block()?;
            if block.is_empty() {
                return Ok(if skipper.may_end() { End::Done { deep: false } } else { End::File });
            }
            let fed = skipper.feed(block);
            let taken = fed.taken(block);
            self.take(taken)?;
            match fed {
                Fed::Done(_) => return Ok(End::Done { deep: skipper.deep }),
                Fed::Broken(_) => return Ok(End::Broken),
                Fed::More if self.place.offset > most => return Ok(End::Long),
                Fed::More => {}
            }
        }
    }

    /// Takes one value and gives its text; an empty one when it is longer than `most` in quotes, `None`
    /// when it does not end.
    pub fn short_value(&mut self, most: usize) -> io::Result<Option<Vec<u8>>> {
        let mut skipper = Skipper::value(DEEPEST);
        let mut text = Vec::new();
        loop {
            let block = self.block()?;
            if block.is_empty() {
                return Ok(None);
            }
            let fed = skipper.feed(block);
            let taken = fed.taken(block);
            let room = (most + 3).saturating_sub(text.len());
            text.extend(block.iter().take(taken.min(room)));
            self.take(taken)?;
            match fed {
                Fed::Done(_) => return Ok(Some(if text.len() > most + 2 { Vec::new() } else { text })),
                Fed::Broken(_) => return Ok(None),
                Fed::More => {}
            }
        }
    }

    pub fn go_to(&mut self, place: Place) -> io::Result<()> {
        self.place = place;
        self.seek(place.offset)
    }

    /// A buffered reader keeps its buffer on a relative seek that stays inside, and most do.
    fn seek(&mut self, offset: u64) -> io::Result<()> {
        match i64::try_from(i128::from(offset) - i128::from(self.at)) {
            Ok(distance) => self.reader.seek_relative(distance)?,
            Err(_) => {
                self.reader.seek(SeekFrom::Start(offset))?;
            }
        }
        self.at = offset;
        Ok(())
    }

    /// The length of the document. Leaves the reader there: `go_to` comes after.
    pub fn end(&mut self) -> io::Result<u64> {
        self.at = self.reader.seek(SeekFrom::End(0))?;
        Ok(self.at)
    }

    /// Bytes from anywhere. Leaves the reader there: `go_to` comes after.
    pub fn window(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        self.seek(offset)?;
        let mut bytes = Vec::with_capacity(length);
        self.reader.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        self.at += bytes.len() as u64;
        Ok(bytes)
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

pub(super) fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

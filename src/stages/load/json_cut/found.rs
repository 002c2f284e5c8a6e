//! What was found at one path of the document: its records, gathered into pieces.

use std::io::{self, BufRead, Seek};
use std::rc::Rc;

use super::input::{Input, Place};
use super::resync::{self, Sign};
use super::{BadReason, BadRecord, Piece};

/// So many starts of records are remembered, to know how records begin.
const STARTS: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Found {
    pub path: Vec<String>,
    /// Closed and open ones; the last may still grow.
    pub pieces: Vec<Piece>,
    /// The last piece takes no more records.
    closed: bool,
    pub records: u64,
    pub bytes: u64,
    pub bad: Vec<BadRecord>,
    starts: Vec<Place>,
    /// Once enough starts are known.
    signs: Option<Rc<[Sign]>>,
    last: Option<Last>,
}

/// The record added last, and how to take it back.
#[derive(Debug)]
struct Last {
    start: Place,
    bytes: u64,
    /// The length of the piece before it; `None` when it began a piece.
    piece: Option<usize>,
}

impl Found {
    pub fn new(path: &[String]) -> Self {
        Self { path: path.to_vec(), ..Self::default() }
    }

    /// A record begins; it may turn out broken.
    pub fn begins(&mut self, start: Place) {
        if self.starts.len() < STARTS {
            self.starts.push(start);
        }
    }

    /// How records of this list begin, learnt from the first of them, while there are few with that of
    /// the record in question.
    pub fn signs<R: BufRead + Seek>(&mut self, input: &mut Input<R>, start: Place) -> io::Result<Rc<[Sign]>> {
        if let Some(signs) = &self.signs {
            return Ok(Rc::clone(signs));
        }
        let mut starts = self.starts.clone();
        if !starts.contains(&start) {
            starts.push(start);
        }
        let signs: Rc<[Sign]> = resync::signs(input, &starts)?.into();
        if self.starts.len() == STARTS {
            self.signs = Some(Rc::clone(&signs));
        }
        Ok(signs)
    }

    pub fn add(&mut self, start: Place, end: u64, piece_bytes: usize) {
        self.records += 1;
        self.bytes += end - start.offset;
        let open = self.pieces.last_mut().filter(|_| !self.closed);
        let mut piece = None;
        match open {
            Some(open) if end - open.offset <= piece_bytes as u64 => {
                piece = Some(open.length);
                open.length = (end - open.offset) as usize;
            }
            _ => {
                let length = (end - start.offset) as usize;
                self.pieces.push(Piece {
                    offset: start.offset,
                    length,
                    first: self.records,
                    line: start.line,
                });
                self.closed = false;
            }
        }
        self.last = Some(Last { start, bytes: end - start.offset, piece });
    }

    pub fn add_bad(&mut self, start: Place, end: u64, reason: BadReason) {
        self.records += 1;
        self.bytes += end - start.offset;
        self.bad.push(BadRecord {
            record: self.records,
            offset: start.offset,
            length: end - start.offset,
            line: start.line,
            reason,
        });
        self.close();
    }

    /// The list ends: what comes later begins a piece of its own.
    pub fn close(&mut self) {
        self.closed = true;
        self.last = None;
    }

    pub fn last_start(&self) -> Option<Place> {
        self.last.as_ref().map(|last| last.start)
    }

    /// Takes back the record added last: it swallowed others.
    pub fn undo(&mut self) {
        let Some(last) = self.last.take() else { return };
        self.records -= 1;
        self.bytes -= last.bytes;
        match (last.piece, self.pieces.last_mut()) {
            (Some(length), Some(open)) => open.length = length,
            _ => {
                self.pieces.pop();
                self.closed = true;
            }
        }
    }
}

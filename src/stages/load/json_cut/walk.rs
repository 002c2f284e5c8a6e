//! Walks through the envelope, notes every list of records on the way, and picks the one that is meant.

mod records;

use std::io::{BufRead, Seek};

use super::found::Found;
use super::input::{End, Input, Place};
use super::skip::Skipper;
use super::{Cut, JsonCutError, Limits};

/// Without a path, records are looked for behind so many keys.
const KEYS: usize = 4;
/// With a path, that many keys may be named.
const NAMED_KEYS: usize = 16;
const SCALARS: usize = 50;
const SCALAR_BYTES: usize = 200;
/// A longer key leads nowhere.
const KEY_BYTES: usize = 256;
/// Going back after broken records may cost so many times the longest record.
const BUDGET_RECORDS: u64 = 64;

pub(super) struct Walk<'w, R> {
    input: Input<R>,
    wanted: Option<&'w [String]>,
    piece_bytes: usize,
    limits: Limits,
    path: Vec<String>,
    lists: Vec<Found>,
    /// Lists that were passed by because another was asked for.
    passed: Vec<String>,
    scalars: Vec<(String, String)>,
    truncated: Option<u64>,
    /// Bytes that may still be read again.
    budget: u64,
}

/// Whether the walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
enum Flow {
    On,
    Stop,
}

type Walked<T> = Result<T, JsonCutError>;

impl<'w, R: BufRead + Seek> Walk<'w, R> {
    pub fn new(reader: R, wanted: Option<&'w [String]>, piece_bytes: usize, limits: Limits) -> Walked<Self> {
        Ok(Self {
            input: Input::new(reader)?,
            wanted,
            piece_bytes,
            limits,
            path: Vec::new(),
            lists: Vec::new(),
            passed: Vec::new(),
            scalars: Vec::new(),
            truncated: None,
            budget: limits.record_bytes.saturating_mul(BUDGET_RECORDS),
        })
    }

    pub fn run(mut self) -> Walked<Cut> {
        let first = self.input.next_token(true)?;
        let start = self.input.place;
        match (first, self.wanted) {
            (None, _) => return Err(JsonCutError::Empty),
            (Some(b'{' | b'['), _) => {}
            (Some(byte), _) => return Err(JsonCutError::NotJson { byte: start.offset, found: Some(byte) }),
        }
        match self.wanted {
            Some([]) => self.top_level()?,
            None if first == Some(b'[') => self.top_level()?,
            None => self.decide(start)?,
            Some(_) => self.envelopes()?,
        }
        self.finish()
    }

    /// Lists, or objects one after the other, all of them records of the top level.
    fn top_level(&mut self) -> Walked<()> {
        let list = self.list_here();
        while let Some(byte) = self.input.next_token(true)? {
            let flow = if byte == b'[' { self.list()? } else { self.record(list)? };
            if flow == Flow::Stop {
                break;
            }
        }
        Ok(())
    }

    /// One envelope, or several.
    fn envelopes(&mut self) -> Walked<()> {
        while let Some(byte) = self.input.next_token(true)? {
            let flow = if byte == b'{' { self.object()? } else { self.pass()? };
            if flow == Flow::Stop {
                break;
            }
        }
        Ok(())
    }

    /// The first value is an object. If another follows, both are records, unless the first is longer
    /// than any record.
    fn decide(&mut self, start: Place) -> Walked<()> {
        if self.object()? == Flow::Stop {
            return Ok(());
        }
        let end = self.input.place.offset;
        if end - start.offset > self.limits.record_bytes {
            return self.envelopes();
        }
        match self.input.next_token(true)? {
            None => Ok(()),
            Some(b'{') => {
                self.lists.clear();
                self.scalars.clear();
                let list = self.list_here();
                if let Some(found) = self.lists.get_mut(list) {
                    found.begins(start);
                    found.add(start, end, self.piece_bytes);
                }
                self.top_level()
            }
            Some(_) => {
                let _ = self.stop();
                Ok(())
            }
        }
    }

    fn finish(mut self) -> Walked<Cut> {
        let path = |found: &Found| found.path.join(".");
        let best = match self.wanted {
            Some(wanted) => self.lists.iter().position(|found| found.path == wanted),
            None => (0..self.lists.len())
                .rev()
                .max_by_key(|at| self.lists.get(*at).map(|found| (found.path.is_empty(), found.bytes))),
        };
        let Some(found) = best.map(|best| self.lists.remove(best)) else {
            return Err(match (self.wanted, self.truncated) {
                (_, Some(byte)) => {
                    let found = self.input.window(byte, 1)?.first().copied();
                    JsonCutError::NotJson { byte, found }
                }
                (Some(wanted), None) => JsonCutError::NotFound { path: wanted.join("."), lists: self.passed },
                (None, None) => JsonCutError::NoRecords { scalars: self.scalars },
            });
        };
        let others = self.lists.iter().map(|found| (path(found), found.records)).collect();
        Ok(Cut {
            found: path(&found),
            others,
            pieces: found.pieces,
            records: found.records,
            bad: found.bad,
            truncated: self.truncated,
            scalars: self.scalars,
        })
    }

    /// Nothing from here on can be read.
    fn stop(&mut self) -> Flow {
        self.truncated = self.truncated.or(Some(self.input.place.offset));
        Flow::Stop
    }

    /// An object of the envelope; its bracket is the next byte.
    fn object(&mut self) -> Walked<Flow> {
        self.input.take(1)?;
        if self.input.next_token(false)? == Some(b'}') {
            self.input.take(1)?;
            return Ok(Flow::On);
        }
        loop {
            if self.entry()? == Flow::Stop {
                return Ok(Flow::Stop);
            }
            let byte = self.input.next_token(false)?;
            if !matches!(byte, Some(b',' | b'}')) {
                return Ok(self.stop());
            }
            self.input.take(1)?;
            if byte == Some(b'}') {
                return Ok(Flow::On);
            }
        }
    }

    /// A key of the envelope and its value.
    fn entry(&mut self) -> Walked<Flow> {
        if self.input.next_token(false)? != Some(b'"') {
            return Ok(self.stop());
        }
        let Some(key) = self.input.short_value(KEY_BYTES)? else { return Ok(self.stop()) };
        if self.input.next_token(false)? != Some(b':') {
            return Ok(self.stop());
        }
        self.input.take(1)?;
        self.path.push(text_of(&key).unwrap_or_default());
        let flow = self.member()?;
        self.path.pop();
        Ok(flow)
    }

    /// The value of a key of the envelope.
    fn member(&mut self) -> Walked<Flow> {
        let byte = self.input.next_token(false)?;
        let is_wanted = self.wanted == Some(&self.path);
        let keys = self.wanted.map_or(KEYS, |wanted| wanted.len().clamp(KEYS, NAMED_KEYS));
        match byte {
            None => Ok(self.stop()),
            Some(b'{') if is_wanted => {
                let list = self.list_here();
                self.record(list)
            }
            Some(b'{') if self.path.len() < keys => self.object(),
            Some(b'[') if is_wanted || self.wanted.is_none() => self.list(),
            Some(b'[') => {
                if self.passed.len() < 10 {
                    self.passed.push(self.path.join("."));
                }
                self.pass()
            }
            Some(b'{') => self.pass(),
            Some(_) => {
                if is_wanted {
                    self.list_here();
                }
                self.scalar()
            }
        }
    }

    /// A scalar of the envelope, kept where it is short.
    fn scalar(&mut self) -> Walked<Flow> {
        let Some(raw) = self.input.short_value(SCALAR_BYTES)? else { return Ok(self.stop()) };
        if self.scalars.len() < SCALARS
            && let Some(text) = text_of(&raw)
        {
            self.scalars.push((self.path.join("."), text));
        }
        Ok(Flow::On)
    }

    /// Passes over a value, whatever it is.
    fn pass(&mut self) -> Walked<Flow> {
        let mut skipper = Skipper::value(self.limits.depth);
        self.pass_with(&mut skipper)
    }

    fn pass_with(&mut self, skipper: &mut Skipper) -> Walked<Flow> {
        match self.input.run_over(skipper, u64::MAX)? {
            End::Done { .. } => Ok(Flow::On),
            End::Broken | End::File | End::Long => Ok(self.stop()),
        }
    }
}

/// The text of a scalar or a key; `None` of what was too long to be kept or is no valid JSON.
fn text_of(raw: &[u8]) -> Option<String> {
    let raw = std::str::from_utf8(raw).ok()?;
    if raw.starts_with('"') {
        serde_json::from_str(raw).ok()
    } else {
        (!raw.is_empty()).then(|| raw.to_owned())
    }
}

//! Walks through the envelope, notes every list of records on the way, and picks the one that is meant.

use std::io::{BufRead, Seek};

use super::found::Found;
use super::input::{End, Input, Place};
use super::resync;
use super::skip::Skipper;
use super::{BadReason, Cut, JsonCutError, Limits};

/// Without a path, records are looked for behind so many keys.
const KEYS: usize = 4;
/// With a path, that many keys may be named.
const NAMED_KEYS: usize = 16;
const SCALARS: usize = 50;
const SCALAR_BYTES: usize = 200;
/// A longer key leads nowhere.
const KEY_BYTES: usize = 256;
/// Lists at different paths that are kept in mind; an object with a list under each of its keys is no
/// envelope.
const LISTS: usize = 64;
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
        let Some(found) = best.map(|best| self.lists.swap_remove(best)) else {
            return Err(match (self.wanted, self.truncated) {
                (_, Some(byte)) => {
                    let found = self.input.window(byte, 1)?.first().copied();
                    JsonCutError::NotJson { byte, found }
                }
                (Some(wanted), None) => JsonCutError::NotFound { path: wanted.join("."), lists: self.passed },
                (None, None) => JsonCutError::NoRecords { scalars: self.scalars },
            });
        };
        Ok(Cut {
            found: path(&found),
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

    /// The list at this path, begun or gone on with.
    fn list_here(&mut self) -> usize {
        if let Some(known) = self.lists.iter().position(|found| found.path == self.path) {
            return known;
        }
        if self.lists.len() >= LISTS {
            let least = (0..LISTS).rev().min_by_key(|at| self.lists.get(*at).map(|found| found.bytes));
            self.lists.remove(least.unwrap_or_default());
        }
        self.lists.push(Found::new(&self.path));
        self.lists.len() - 1
    }

    /// A list; its bracket is the next byte. One that does not begin with an object is passed over,
    /// unless it was asked for or stands at the top.
    fn list(&mut self) -> Walked<Flow> {
        self.input.take(1)?;
        let first = self.input.next_token(true)?;
        if self.wanted.is_none() && !self.path.is_empty() && !matches!(first, Some(b'{' | b']') | None) {
            let mut skipper = Skipper::rest_of_list(self.limits.depth);
            return self.pass_with(&mut skipper);
        }
        let list = self.list_here();
        self.close(list);
        loop {
            match self.input.next_token(true)? {
                Some(b']') => {
                    self.input.take(1)?;
                    self.close(list);
                    return Ok(Flow::On);
                }
                Some(_) => {
                    if self.record(list)? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
                None if self.take_back(list)? => {}
                None => return Ok(self.stop()),
            }
        }
    }

    /// No piece reaches over the bracket of a list.
    fn close(&mut self, list: usize) {
        if let Some(found) = self.lists.get_mut(list) {
            found.close();
        }
    }

    /// One record, which begins with the next byte.
    fn record(&mut self, list: usize) -> Walked<Flow> {
        let start = self.input.place;
        if let Some(found) = self.lists.get_mut(list) {
            found.begins(start);
        }
        let most = start.offset.saturating_add(self.limits.record_bytes);
        let mut skipper = Skipper::value(self.limits.depth);
        let mut end = self.input.run_over(&mut skipper, most)?;
        let reached = self.input.place;
        if reached.offset > most && end != End::Broken {
            // Either it is that long, or a lost bracket made it swallow those after it.
            if let Some(next) = self.next_record(list, start, most)? {
                return self.go_on_at(list, start, next);
            }
            self.input.go_to(reached)?;
            if end == End::Long {
                end = self.input.run_over(&mut skipper, u64::MAX)?;
            }
        }
        let here = self.input.place;
        let length = here.offset - start.offset;
        let Some(found) = self.lists.get_mut(list) else { return Ok(self.stop()) };
        match end {
            End::Done { deep: true } => found.add_bad(start, here.offset, BadReason::TooDeep),
            End::Done { .. } if length > self.limits.record_bytes => {
                found.add_bad(start, here.offset, BadReason::TooLong);
            }
            End::Done { .. } => found.add(start, here.offset, self.piece_bytes),
            End::Broken | End::File | End::Long => return self.lost(list, start, end),
        }
        Ok(Flow::On)
    }

    /// The record is broken, or the file ends in it: goes on with the next one that can be found.
    fn lost(&mut self, list: usize, start: Place, end: End) -> Walked<Flow> {
        if let Some(next) = self.next_record(list, start, u64::MAX)? {
            return self.go_on_at(list, start, next);
        }
        if end == End::Broken {
            let all = self.input.end()?;
            if let Some(found) = self.lists.get_mut(list) {
                found.add_bad(start, all, BadReason::Broken);
            }
        }
        self.input.go_to(start)?;
        Ok(self.stop())
    }

    /// The list is not closed at the end of the file: did its last record swallow others? True when so,
    /// and the walk goes on with them.
    fn take_back(&mut self, list: usize) -> Walked<bool> {
        let end = self.input.place;
        let Some(last) = self.lists.get(list).and_then(Found::last_start) else { return Ok(false) };
        let next = self.next_record(list, last, end.offset)?;
        self.input.go_to(end)?;
        let (Some(next), Some(found)) = (next, self.lists.get_mut(list)) else { return Ok(false) };
        found.undo();
        Ok(self.go_on_at(list, last, next)? == Flow::On)
    }

    fn next_record(&mut self, list: usize, start: Place, end: u64) -> Walked<Option<Place>> {
        let starts = self.lists.get(list).map(|found| found.starts_with(start)).unwrap_or_default();
        let reached = self.input.place.offset;
        let signs = resync::signs(&mut self.input, &starts)?;
        let next = resync::search(&mut self.input, start, end, &signs)?;
        if let Some(next) = next {
            let again = reached.saturating_sub(next.offset);
            let left = self.budget.checked_sub(again);
            self.budget = left.ok_or_else(|| JsonCutError::Damaged {
                byte: next.offset,
                bad: self.lists.get(list).map_or(0, |found| found.bad.len() as u64),
            })?;
        }
        Ok(next)
    }

    /// What stands from `start` to `next` is a bad record.
    fn go_on_at(&mut self, list: usize, start: Place, next: Place) -> Walked<Flow> {
        if let Some(found) = self.lists.get_mut(list) {
            found.add_bad(start, next.offset, BadReason::Broken);
        }
        self.input.go_to(next)?;
        Ok(Flow::On)
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

//! The records of one list: tells whole ones from broken ones, and goes on after those.

use std::io::{BufRead, Seek};

use super::super::found::Found;
use super::super::input::{End, Place};
use super::super::skip::Skipper;
use super::super::{BadReason, JsonCutError, resync};
use super::{Flow, Walk, Walked};

/// Lists at different paths that are kept in mind; an object with a list under each of its keys is no
/// envelope.
const LISTS: usize = 64;

impl<R: BufRead + Seek> Walk<'_, R> {
    /// The list at this path, begun or gone on with.
    pub(super) fn list_here(&mut self) -> usize {
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
    pub(super) fn list(&mut self) -> Walked<Flow> {
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
    pub(super) fn record(&mut self, list: usize) -> Walked<Flow> {
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
        let reached = self.input.place.offset;
        let Some(found) = self.lists.get_mut(list) else { return Ok(None) };
        let signs = found.signs(&mut self.input, start)?;
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

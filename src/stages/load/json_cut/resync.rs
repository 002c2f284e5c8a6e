//! Finds the next record after a broken one.
//!
//! Inside a broken record brackets and quotes mean nothing, so the next record is known by its first two
//! keys: an exporter writes every record in the same order. A record type that holds itself (two keys
//! repeated deeper down) would be mistaken, and is not searched for.

use std::io::{self, BufRead, Seek};

use memchr::{memchr_iter, memchr2};

use super::input::{Input, Place, is_space, lines};

/// How a record begins: its first key, and its second where the first value is a scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sign {
    first: Vec<u8>,
    second: Option<Vec<u8>>,
}

/// The beginning of a record that is looked at.
const SIGN_BYTES: usize = 1024;
/// The next record is mostly near; a window grows from the one size to the other.
const FIRST_WINDOW: usize = 4 << 10;
const WINDOW_BYTES: usize = 64 << 10;

/// How the records at `starts` begin, without repeats; empty where the type holds itself.
pub(super) fn signs<R: BufRead + Seek>(input: &mut Input<R>, starts: &[Place]) -> io::Result<Vec<Sign>> {
    let mut signs: Vec<Sign> = Vec::new();
    for start in starts {
        if let Some(sign) = sign_of(&input.window(start.offset, SIGN_BYTES)?)
            && !signs.contains(&sign)
        {
            signs.push(sign);
        }
    }
    if let [first, second, ..] = starts {
        let length = usize::try_from(second.offset - first.offset).unwrap_or(usize::MAX).min(WINDOW_BYTES);
        let record = input.window(first.offset, length)?;
        if let Some(inside) = record.get(1..)
            && first_hit(inside, inside.len(), &signs).is_some()
        {
            signs.clear();
        }
    }
    Ok(signs)
}

/// The next place after `from` and before `end` where a record begins.
pub(super) fn search<R: BufRead + Seek>(
    input: &mut Input<R>,
    from: Place,
    end: u64,
    signs: &[Sign],
) -> io::Result<Option<Place>> {
    if signs.is_empty() {
        return Ok(None);
    }
    let mut at = Place { offset: from.offset + 1, line: from.line };
    let mut size = FIRST_WINDOW;
    loop {
        let window = input.window(at.offset, size)?;
        let last = window.len() < size;
        let usable = if last { window.len() } else { size - SIGN_BYTES };
        size = WINDOW_BYTES;
        if let Some(hit) = first_hit(&window, usable, signs) {
            let offset = at.offset + hit as u64;
            let line = at.line + lines(window.get(..hit).unwrap_or_default());
            return Ok((offset < end).then_some(Place { offset, line }));
        }
        at.line += lines(window.get(..usable).unwrap_or_default());
        at.offset += usable as u64;
        if last || at.offset >= end {
            return Ok(None);
        }
    }
}

/// The first record that begins before `usable`. What stands after a colon or an opening bracket
/// belongs to the record before.
fn first_hit(window: &[u8], usable: usize, signs: &[Sign]) -> Option<usize> {
    memchr_iter(b'{', window.get(..usable)?).find(|hit| {
        let (before, after) = window.split_at_checked(*hit).unwrap_or_default();
        let near = after.get(..SIGN_BYTES).unwrap_or(after);
        sign_of(near).is_some_and(|sign| signs.contains(&sign))
            && !matches!(before.iter().rev().find(|byte| !is_space(**byte)), Some(b':' | b'['))
    })
}

fn sign_of(record: &[u8]) -> Option<Sign> {
    let rest = trim(record.strip_prefix(b"{")?);
    let (first, rest) = quoted(rest)?;
    let rest = trim(trim(rest).strip_prefix(b":")?);
    let second = after_scalar(rest).and_then(|rest| quoted(trim(trim(rest).strip_prefix(b",")?)));
    Some(Sign { first: first.to_vec(), second: second.map(|(key, _)| key.to_vec()) })
}

fn after_scalar(text: &[u8]) -> Option<&[u8]> {
    match text.first()? {
        b'"' => quoted(text).map(|(_, rest)| rest),
        b'{' | b'[' => None,
        _ => text.get(text.iter().position(|byte| is_space(*byte) || matches!(byte, b',' | b'}' | b']'))?..),
    }
}

/// The inside of a string, raw, and what follows it.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        let hit = at + memchr2(b'"', b'\\', inside.get(at..)?)?;
        if inside.get(hit) == Some(&b'"') {
            return Some((inside.get(..hit)?, inside.get(hit + 1..)?));
        }
        at = hit + 2;
    }
}

fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_space(*byte)).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

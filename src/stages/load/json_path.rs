//! Paths into a JSON record, such as `DinhDanhCHS[LoaiDinhDanh=1].SoDinhDanh`, and the text found there.
//!
//! A number is given as it stands in the file. `serde_json::Value` cannot do that (`1.10` becomes `1.1`,
//! a code of more than 19 digits becomes `7.92e+20`), so a record is kept as its fields with their raw text,
//! and only what a path asks for is read further. This module knows nothing of files and columns.

mod grammar;
mod record;

use std::borrow::Cow;

use serde_json::value::RawValue;

pub use grammar::PathError;
pub use record::{Record, RecordError};
use record::{elements, fields, scalar};

/// Between the values of a list that become one cell.
const JOINT: &str = "; ";

/// A parsed path. Written as
///
/// | path | means |
/// |---|---|
/// | `a.b` | `b` in `a` |
/// | `a[0].b`, `a[-1].b` | of the first, of the last element of the list `a` |
/// | `a[*].b` | of all elements: those not empty, joined with `; ` |
/// | `a[Key=Value].b` | of the first element whose `Key` is `Value`, compared as text |
/// | `['a.b'].c`, `"a.b".c` | a key that holds a dot, a bracket or a quote |
///
/// Where a list is expected and something else stands, that is taken for a list of one: converters
/// from XML write a list with one element as the element itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    At(usize),
    /// 0 is the last element.
    FromEnd(usize),
    All,
    Where {
        key: String,
        value: String,
    },
}

/// Where a path ends too early: the key that is not there, and the keys that are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop<'p> {
    pub key: &'p str,
    pub known: Vec<String>,
}

impl JsonPath {
    /// # Errors
    /// When the text is not a path: says what, where, and how it may have been meant.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        grammar::parse(text).map(|steps| Self { steps })
    }

    /// The steps, for records that are not JSON.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The text of the cell: a string without its quotes, `null` as nothing, a number or truth value as
    /// written, a list of those joined with `; `, anything deeper as compact JSON. `None` when the path
    /// leads to nothing, which is not the same as being empty.
    pub fn text<'r>(&self, record: &Record<'r>) -> Option<Cow<'r, str>> {
        let (first, rest) = self.steps.split_first()?;
        match first {
            Step::Key(key) => text_at(rest, record.get(key)?),
            _ => text_at(&self.steps, record.raw()?),
        }
    }

    /// Where the path ends in this record. `None` when it does not, or when only a list is too short:
    /// a person without an identity number is no slip in the mapping.
    pub fn stop(&self, record: &Record<'_>) -> Option<Stop<'_>> {
        stop_at(&self.steps, record.raw()?)
    }

    /// The key of the record itself with which the path begins; empty when it begins otherwise.
    pub fn first_key(&self) -> &str {
        match self.steps.first() {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }
}

fn text_at<'r>(steps: &[Step], raw: &'r RawValue) -> Option<Cow<'r, str>> {
    let Some((step, rest)) = steps.split_first() else { return Some(cell(raw)) };
    match step {
        Step::All => {
            let texts = elements(raw).into_iter().filter_map(|element| text_at(rest, element));
            join(texts.collect())
        }
        single => text_at(rest, follow(single, raw)?),
    }
}

/// One step that leads to one value.
fn follow<'r>(step: &Step, raw: &'r RawValue) -> Option<&'r RawValue> {
    match step {
        Step::Key(key) => last_of(&fields(raw)?, key),
        Step::At(position) => elements(raw).get(*position).copied(),
        Step::FromEnd(position) => elements(raw).iter().rev().nth(*position).copied(),
        Step::Where { key, value } => elements(raw).into_iter().find(|element| {
            let found = fields(element).and_then(|fields| last_of(&fields, key));
            found.is_some_and(|found| cell(found) == value.as_str())
        }),
        Step::All => elements(raw).first().copied(),
    }
}

/// A key that stands twice has its last value, as everywhere in JSON practice.
fn last_of<'r>(fields: &[(Cow<'r, str>, &'r RawValue)], key: &str) -> Option<&'r RawValue> {
    fields.iter().rev().find(|(known, _)| known == key).map(|(_, value)| *value)
}

fn stop_at<'p>(steps: &'p [Step], raw: &RawValue) -> Option<Stop<'p>> {
    let mut raw = raw;
    for step in steps {
        match (step, follow(step, raw)) {
            (_, Some(next)) => raw = next,
            (Step::Key(key), None) => {
                let known = fields(raw).unwrap_or_default();
                return Some(Stop {
                    key,
                    known: known.into_iter().map(|(key, _)| key.into_owned()).collect(),
                });
            }
            (Step::Where { key, .. }, None) => {
                let list = elements(raw);
                let known = fields(list.first()?)?;
                let named = known.iter().any(|(known, _)| known == key);
                let known = known.into_iter().map(|(key, _)| key.into_owned()).collect();
                return (!named).then_some(Stop { key, known });
            }
            (_, None) => return None,
        }
    }
    None
}

/// The text of one value.
fn cell(raw: &RawValue) -> Cow<'_, str> {
    if let Some(text) = scalar(raw) {
        return text;
    }
    if raw.get().starts_with('[') {
        let list = elements(raw);
        let texts: Vec<Cow<'_, str>> = list.iter().filter_map(|element| scalar(element)).collect();
        if texts.len() == list.len() {
            return join(texts).unwrap_or_default();
        }
    }
    Cow::Owned(record::compact(raw.get()))
}

/// Joins what is not empty; `None` when there was nothing at all to join.
fn join<'r>(texts: Vec<Cow<'r, str>>) -> Option<Cow<'r, str>> {
    if texts.is_empty() {
        return None;
    }
    let mut full: Vec<Cow<'r, str>> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    match full.len() {
        0 => Some(Cow::Borrowed("")),
        1 => full.pop(),
        _ => Some(Cow::Owned(full.join(JOINT))),
    }
}

#[cfg(test)]
mod tests;

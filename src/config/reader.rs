//! Reads TOML tables key by key, collecting every mistake instead of stopping at the first.
//!
//! Serde stops at the first error and knows no lines after parsing; a clerk who edits a pipeline
//! needs all of them at once. Keys never asked for are reported by [`Section::check_unknown`].

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistakes::{Mistake, did_you_mean};

/// Where mistakes of one file are gathered.
pub struct Desk<'t> {
    text: &'t str,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'t> Desk<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, mistakes: RefCell::new(Vec::new()) }
    }

    /// The 1-based line of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
    }

    pub fn report(&self, line: usize, text: impl Into<String>, hint: Option<String>) {
        self.mistakes.borrow_mut().push(Mistake { line, text: text.into(), hint });
    }

    pub fn into_mistakes(self) -> Vec<Mistake> {
        let mut list = self.mistakes.into_inner();
        list.sort();
        list.dedup();
        list
    }
}

/// A value and the line it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Lined<T> {
    pub value: T,
    pub line: usize,
}

/// One table of the file.
pub struct Section<'d, 't, 'v> {
    desk: &'d Desk<'t>,
    /// As a person would write it, for messages: `[system.columns]`.
    name: String,
    line: usize,
    table: &'v DeTable<'v>,
    asked: RefCell<Vec<String>>,
}

impl<'d, 't, 'v> Section<'d, 't, 'v> {
    pub fn new(desk: &'d Desk<'t>, name: &str, line: usize, table: &'v DeTable<'v>) -> Self {
        Self { desk, name: name.to_owned(), line, table, asked: RefCell::default() }
    }

    pub fn line(&self) -> usize {
        self.line
    }

    pub fn report(&self, line: usize, text: impl Into<String>, hint: Option<String>) {
        self.desk.report(line, text, hint);
    }

    fn raw(&self, key: &str) -> Option<(&'v DeValue<'v>, usize)> {
        self.asked.borrow_mut().push(key.to_owned());
        let value = self.table.get(key)?;
        Some((value.get_ref(), self.desk.line(value.span().start)))
    }

    fn wrong_type(&self, key: &str, line: usize, wanted: &str, got: &DeValue<'_>) {
        self.report(line, format!("{}: `{key}` must be {wanted}, not {}", self.name, got.type_str()), None);
    }

    /// Reports a key that has to be there.
    fn missing(&self, key: &str) {
        self.report(self.line, format!("{}: `{key}` is missing", self.name), None);
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub fn text(&self, key: &str) -> Option<Lined<String>> {
        let (value, line) = self.raw(key)?;
        match value {
            DeValue::String(text) => Some(Lined { value: text.to_string(), line }),
            other => {
                self.wrong_type(key, line, "text in quotes", other);
                None
            }
        }
    }

    pub fn need_text(&self, key: &str) -> Option<Lined<String>> {
        if !self.table.contains_key(key) {
            self.missing(key);
        }
        self.text(key)
    }

    /// One of a closed list of words.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<Lined<T>> {
        let Lined { value, line } = self.text(key)?;
        let found = choices.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let hint = did_you_mean(&value, words.iter().copied())
                .unwrap_or_else(|| format!("one of: {}", words.join(", ")));
            self.report(line, format!("{}: `{key}` cannot be \"{value}\"", self.name), Some(hint));
        }
        Some(Lined { value: found?, line })
    }

    pub fn need_choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<Lined<T>> {
        if !self.table.contains_key(key) {
            self.missing(key);
        }
        self.choice(key, choices)
    }

    pub fn number(&self, key: &str) -> Option<Lined<f64>> {
        let (value, line) = self.raw(key)?;
        let parsed = match value {
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            DeValue::Float(float) => float.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        if parsed.is_none() {
            self.wrong_type(key, line, "a number", value);
        }
        Some(Lined { value: parsed?, line })
    }

    /// Decimals of a number as written: 98.30 has two.
    pub fn decimals(&self, key: &str) -> i32 {
        match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::Float(float)) => {
                float.as_str().split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32).min(2)
            }
            _ => 0,
        }
    }

    /// A date or date-time, as TOML writes it.
    pub fn moment(&self, key: &str) -> Option<Lined<String>> {
        let (value, line) = self.raw(key)?;
        match value {
            DeValue::Datetime(moment) => Some(Lined { value: moment.to_string(), line }),
            other => {
                self.wrong_type(
                    key,
                    line,
                    "a date such as 2024-04-01 or 2024-04-01T02:00:00, without quotes",
                    other,
                );
                None
            }
        }
    }

    pub fn texts(&self, key: &str) -> Option<Vec<Lined<String>>> {
        let (value, line) = self.raw(key)?;
        let Some(array) = value.as_array() else {
            self.wrong_type(key, line, "a list such as [\"a\", \"b\"]", value);
            return None;
        };
        let mut list = Vec::new();
        for item in array.iter() {
            let line = self.desk.line(item.span().start);
            match item.get_ref() {
                DeValue::String(text) => list.push(Lined { value: text.to_string(), line }),
                other => self.wrong_type(key, line, "a list of texts", other),
            }
        }
        Some(list)
    }

    /// A list of whole numbers.
    pub fn integers(&self, key: &str) -> Option<Vec<Lined<i64>>> {
        let (value, line) = self.raw(key)?;
        let Some(array) = value.as_array() else {
            self.wrong_type(key, line, "a list such as [9, 10]", value);
            return None;
        };
        let mut list = Vec::new();
        for item in array.iter() {
            let line = self.desk.line(item.span().start);
            match item.get_ref().as_integer().and_then(|integer| integer.as_str().parse().ok()) {
                Some(value) => list.push(Lined { value, line }),
                None => self.wrong_type(key, line, "a list of whole numbers", item.get_ref()),
            }
        }
        Some(list)
    }

    pub fn section(&self, key: &str, name: &str) -> Option<Section<'d, 't, 'v>> {
        let (value, line) = self.raw(key)?;
        let Some(table) = value.as_table() else {
            self.wrong_type(key, line, "a table", value);
            return None;
        };
        Some(Section::new(self.desk, name, line, table))
    }

    pub fn sections(&self, key: &str, name: &str) -> Vec<Section<'d, 't, 'v>> {
        let Some((value, line)) = self.raw(key) else { return Vec::new() };
        let Some(array) = value.as_array() else {
            self.wrong_type(key, line, &format!("written {name}"), value);
            return Vec::new();
        };
        let mut list = Vec::new();
        for item in array.iter() {
            let line = self.desk.line(item.span().start);
            match item.get_ref().as_table() {
                Some(table) => list.push(Section::new(self.desk, name, line, table)),
                None => self.wrong_type(key, line, "a table", item.get_ref()),
            }
        }
        list
    }

    /// Every key of a table whose keys are the user's own words, in the order of the file.
    pub fn entries(&self) -> Vec<(Lined<String>, &'v Spanned<DeValue<'v>>)> {
        let mut entries: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                self.asked.borrow_mut().push(key.get_ref().to_string());
                (key.span().start, key.get_ref().to_string(), value)
            })
            .collect();
        entries.sort_by_key(|(start, ..)| *start);
        entries
            .into_iter()
            .map(|(start, value, raw)| (Lined { value, line: self.desk.line(start) }, raw))
            .collect()
    }

    /// Reports every key that was never asked for.
    pub fn check_unknown(&self) {
        let asked = self.asked.borrow();
        for key in self.table.keys() {
            let name = key.get_ref();
            if !asked.iter().any(|known| known == name.as_ref()) {
                let hint = did_you_mean(name, asked.iter().map(String::as_str))
                    .unwrap_or_else(|| format!("known here: {}", asked.join(", ")));
                let line = self.desk.line(key.span().start);
                self.report(line, format!("{}: unknown key `{name}`", self.name), Some(hint));
            }
        }
    }
}

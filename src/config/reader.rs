//! Reads TOML tables key by key, collecting every mistake instead of stopping at the first.
//!
//! Serde stops at the first error and knows no lines after parsing; a clerk who edits a pipeline
//! needs all of them at once. Keys never asked for are reported by [`Section::check_unknown`].

use std::cell::RefCell;

use serde::de::DeserializeOwned;
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

    /// As a person would write it: `[[system]]`.
    pub fn name(&self) -> &str {
        &self.name
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

    /// Whether a key holds a table, rather than a plain value.
    pub fn is_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// Whether a key holds a number, rather than a word or a table.
    pub fn is_number(&self, key: &str) -> bool {
        let is_number = |value: &DeValue<'_>| matches!(value, DeValue::Integer(_) | DeValue::Float(_));
        self.table.get(key).is_some_and(|value| is_number(value.get_ref()))
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

    /// `true` or `false`.
    pub fn flag(&self, key: &str) -> Option<Lined<bool>> {
        let (value, line) = self.raw(key)?;
        match value {
            DeValue::Boolean(value) => Some(Lined { value: *value, line }),
            other => {
                self.wrong_type(key, line, "true or false", other);
                None
            }
        }
    }

    /// A value whose form the code of its own declares, such as `{ jaro_winkler = [0.92] }`.
    pub fn parsed<T: DeserializeOwned>(&self, key: &str) -> Option<Lined<T>> {
        let (value, line) = self.raw(key)?;
        match plain(value).try_into::<T>() {
            Ok(value) => Some(Lined { value, line }),
            Err(error) => {
                let (text, hint) = in_words(error.message());
                self.report(line, format!("{}: `{key}`: {text}", self.name), hint);
                None
            }
        }
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

/// The value without its places in the file.
fn plain(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i64::from_str_radix(&digits, number.radix())
                .map_or(toml::Value::String(digits), toml::Value::Integer)
        }
        DeValue::Float(number) => {
            let digits = number.as_str().replace('_', "");
            digits.parse().map_or(toml::Value::String(digits), toml::Value::Float)
        }
        DeValue::Boolean(value) => toml::Value::Boolean(*value),
        DeValue::Datetime(moment) => toml::Value::Datetime(*moment),
        DeValue::Array(items) => toml::Value::Array(items.iter().map(|item| plain(item.get_ref())).collect()),
        DeValue::Table(table) => {
            let entries =
                table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref())));
            toml::Value::Table(entries.collect())
        }
    }
}

/// The words of an error of serde, and the nearest of the words it expected.
fn in_words(message: &str) -> (String, Option<String>) {
    let message = message.trim();
    let Some((text, expected)) = message.split_once(", expected ") else { return (message.to_owned(), None) };
    let quoted =
        |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let (found, known) = (quoted(text), quoted(expected));
    let near = found.first().and_then(|found| did_you_mean(found, known.iter().map(String::as_str)));
    (text.to_owned(), Some(near.unwrap_or_else(|| format!("expected {expected}"))))
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn a_slip_in_a_word_that_serde_knows_is_named() {
        let said = "unknown variant `jaro_winkle`, expected one of `exact`, `jaro_winkler`, `date`";
        let (text, hint) = in_words(said);
        assert_eq!(text, "unknown variant `jaro_winkle`");
        assert_eq!(hint.as_deref(), Some("did you mean `jaro_winkler`?"));
        let (text, hint) = in_words("invalid type: string \"x\", expected f64");
        assert_eq!((text.as_str(), hint.as_deref()), ("invalid type: string \"x\"", Some("expected f64")));
    }
}

//! What can be wrong with settings, a model or a request; never with a row of data.
//!
//! Texts name settings, fields and files, never a value of a record.

use super::text::{jaro_winkler, on_letters};

/// Every way in which linking refuses to start or to answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LinkageError {
    #[error("{}", listed(.0))]
    Several(Vec<LinkageError>),
    #[error("{found} tables: here it must be {must}")]
    Tables { found: usize, must: &'static str },
    #[error("`{decide}` cannot be decided of {tables} table(s): `cluster` needs one, one and many need two")]
    WrongDecide { decide: &'static str, tables: usize },
    #[error("{place}: no table has a field `{field}`{}", hint(.nearest, .known))]
    UnknownField { place: String, field: String, nearest: Option<String>, known: Vec<String> },
    #[error("comparison `{field}`: no comparator `{name}`{}", hint(.nearest, .known))]
    UnknownComparator { field: String, name: String, nearest: Option<String>, known: Vec<String> },
    #[error("look-alike `{name}`: `{field}` is no comparison{}", hint(.nearest, .known))]
    UnknownComparison { name: String, field: String, nearest: Option<String>, known: Vec<String> },
    #[error("{place}: `{part}` is no part of a field{}", hint(.nearest, .known))]
    BadKey { place: String, part: String, nearest: Option<String>, known: Vec<String> },
    #[error("comparison `{field}`: {why}")]
    BadLevels { field: String, why: String },
    #[error("comparison `{field}`: level `{level}` cannot be read{}", hint(.nearest, .known))]
    BadLevel { field: String, level: String, nearest: Option<String>, known: Vec<String> },
    #[error("`{name}` is {value}: it must be {must}")]
    OutOfRange { name: String, value: f64, must: &'static str },
    #[error("no {0} in the settings")]
    Nothing(&'static str),
    #[error("{found} {what}: at most {most} are possible")]
    TooMany { what: &'static str, found: usize, most: usize },
    #[error("comparison `{0}` is one too many: the product of all numbers of levels must stay below 2^64")]
    TooManyLevels(String),
    #[error("frequencies of `{field}`: {why}")]
    BadFrequencies { field: String, why: &'static str },
    #[error("row {row} of the {side} table does not exist")]
    NoSuchRow { side: &'static str, row: u32 },
    #[error("the model cannot be read: {0}")]
    UnreadableModel(String),
    #[error("the model has version {found}, this program reads version {reads}")]
    ModelVersion { found: u32, reads: u32 },
    #[error("the model does not fit the settings: {0}")]
    ModelMisfit(String),
    #[error("{models} models for {pairs} pairs of tables")]
    ModelsAndTables { models: usize, pairs: usize },
}

impl LinkageError {
    /// One error as it is, several as a list, none as success.
    pub fn from_all(mut found: Vec<Self>) -> Result<(), Self> {
        match found.len() {
            0 => Ok(()),
            1 => Err(found.remove(0)),
            _ => Err(Self::Several(found)),
        }
    }
}

/// The known word that is most like this one, if any is.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    let alike = |other: &str| on_letters(&word, &other.to_lowercase(), jaro_winkler);
    known
        .into_iter()
        .map(|other| (alike(other), other))
        .filter(|(alike, _)| *alike >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, other)| other.to_owned())
}

fn hint(nearest: &Option<String>, known: &[String]) -> String {
    match nearest {
        Some(word) => format!("\ndid you mean `{word}`?"),
        None if known.is_empty() => String::new(),
        None => format!("\nknown: {}", known.join(", ")),
    }
}

fn listed(all: &[LinkageError]) -> String {
    all.iter().map(LinkageError::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_word_is_told_and_a_far_one_is_not() {
        let known = ["full_name", "birth_date", "phone"];
        assert_eq!(nearest("fulname", known).as_deref(), Some("full_name"));
        assert_eq!(nearest("Phone", known).as_deref(), Some("phone"));
        assert_eq!(nearest("xyz", known), None);
    }
}

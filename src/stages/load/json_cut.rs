//! Finds the records of a JSON document, and cuts it into pieces of whole records, without holding it.
//!
//! One pass over the bytes; memory does not grow with the file but for the list of pieces and of broken
//! records. What a record says is not read here: a piece goes through `elements` and then
//! `json_path::Record`. A broken record is data, with its number and place; `Err` is for a document in
//! which no records can be found.

mod found;
mod input;
mod resync;
mod shape;
mod skip;
mod walk;

use std::fmt;
use std::io::{self, BufRead, Seek};

use thiserror::Error;

pub use shape::{BadElement, JsonShape, elements, looks_like};

/// Where the records of a document are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// In the order of the file. Broken records are not in them.
    pub pieces: Vec<Piece>,
    /// All records, the broken ones too, without one at which the file breaks off.
    pub records: u64,
    pub bad: Vec<BadRecord>,
    /// The byte from which nothing could be read: where the record begins at which the file breaks off,
    /// or what follows is no longer JSON.
    pub truncated: Option<u64>,
    /// The keys that lead to the records, such as `result.items`; empty at the top level.
    pub found: String,
    /// Where the place was not named: the other lists of objects, and how many each holds.
    pub others: Vec<(String, u64)>,
    /// What the envelope says beside the records, such as `error_code` or `page.totalElements`: path and
    /// text, in the order of the file. At most 50, none longer than 200 bytes.
    pub scalars: Vec<(String, String)>,
}

/// A stretch of whole records, commas between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub offset: u64,
    pub length: usize,
    /// 1-based number of its first record; the others follow without a gap.
    pub first: u64,
    /// 1-based line of its first byte.
    pub line: u64,
}

/// A record that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRecord {
    /// 1-based, counted with the others.
    pub record: u64,
    pub offset: u64,
    /// Up to the next record that could be found.
    pub length: u64,
    pub line: u64,
    pub reason: BadReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadReason {
    /// Its brackets, quotes or commas do not fit each other.
    Broken,
    TooLong,
    TooDeep,
}

impl fmt::Display for BadReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broken => "brackets, quotes or commas that do not fit each other",
            Self::TooLong => "a record longer than is read",
            Self::TooDeep => "a record nested deeper than is read",
        })
    }
}

/// What a record may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A record that is longer is bad.
    pub record_bytes: u64,
    /// A record with more brackets open at once is bad. At most 128.
    pub depth: usize,
}

/// As deep as JSON readers commonly go.
const DEEPEST: usize = 128;

impl Default for Limits {
    fn default() -> Self {
        Self { record_bytes: 16 << 20, depth: DEEPEST }
    }
}

/// No records could be found.
#[derive(Debug, Error)]
pub enum JsonCutError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("it is empty")]
    Empty,
    #[error("it is not JSON from byte {byte} on{}", shown(.found))]
    NotJson { byte: u64, found: Option<u8> },
    #[error("it has no list `{path}`\n  {}", known(.lists))]
    NotFound { path: String, lists: Vec<String> },
    #[error("it holds one object and no list of objects\n  {}", told(.scalars))]
    NoRecords { scalars: Vec<(String, String)> },
    #[error(
        "too much of it is broken: {bad} records up to byte {byte}\n  brackets or quotes are lost in nearly \
         every record; is the export written by hand?"
    )]
    Damaged { byte: u64, bad: u64 },
}

fn shown(found: &Option<u8>) -> String {
    match found {
        Some(byte) => format!(", where `{}` stands", byte.escape_ascii()),
        None => ", where it ends".to_owned(),
    }
}

fn known(lists: &[String]) -> String {
    if lists.is_empty() {
        "it has no list of records at all".to_owned()
    } else {
        format!("lists there: {}", lists.join(", "))
    }
}

/// An envelope without records most often holds a refusal: its code is shown, and of everything else the key alone. A
/// single dossier looks the same, and what it says, as a message may, is about a person.
fn told(scalars: &[(String, String)]) -> String {
    const HARMLESS: [&str; 6] = ["error_code", "errorcode", "code", "error", "status", "total"];
    // Words and long numbers may name somebody wherever they stand.
    const LONGEST: usize = 24;
    const MOST_DIGITS: usize = 6;
    let is_code = |text: &str| {
        text.len() <= LONGEST
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
            && text.bytes().filter(u8::is_ascii_digit).count() <= MOST_DIGITS
    };
    let told = |(key, text): &(String, String)| {
        let is_harmless = HARMLESS.contains(&key.to_ascii_lowercase().as_str()) && is_code(text);
        if is_harmless { format!("{key}={text}") } else { key.clone() }
    };
    let told: Vec<String> = scalars.iter().take(8).map(told).collect();
    if told.is_empty() { "it says nothing else".to_owned() } else { format!("it says: {}", told.join(", ")) }
}

/// Finds the records and cuts the document into pieces of at most `piece_bytes`, or of one record.
///
/// `records` are the keys that lead to the list of records; with no keys, the records stand at the top
/// level, as one list or one after the other. With `None` that is decided here: a list at the top level;
/// objects one after the other at the top level; else, of all lists of objects that are reached by at
/// most four keys, the one with the most bytes. Where the same list comes more than once (a file of pages
/// written one after the other), its records are taken together. With `records`, an object in the place
/// of the list is taken for a list of one.
///
/// Places count from the beginning of `reader`, which is read from there.
///
/// # Errors
/// When the document cannot be read or has no such records. A broken record, or a file that breaks off,
/// is not an error.
pub fn cut<R: BufRead + Seek>(
    reader: R,
    records: Option<&[String]>,
    piece_bytes: usize,
    limits: Limits,
) -> Result<Cut, JsonCutError> {
    let limits = Limits { depth: limits.depth.clamp(1, DEEPEST), ..limits };
    walk::Walk::new(reader, records, piece_bytes, limits)?.run()
}

#[cfg(test)]
mod tests;

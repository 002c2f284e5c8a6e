//! Tells by its beginning what kind of JSON a file holds, and takes a piece apart into its records.

use thiserror::Error;

use super::input::is_space;
use super::skip::{Fed, Skipper};
use super::{BadReason, Limits};

/// What a file that begins with a bracket looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonShape {
    /// `[ {...}, {...} ]`
    Array,
    /// `{ "data": [...] }`, or objects over several lines, one after the other.
    Object,
    /// One object a line.
    Lines,
}

/// The shape by the beginning of a file; `None` when it does not begin like JSON. A file whose first
/// line is longer than `head` cannot be known for lines; `cut` reads it as objects one after the other,
/// with the same result.
pub fn looks_like(head: &[u8]) -> Option<JsonShape> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    match text.first()? {
        b'[' => Some(JsonShape::Array),
        b'{' => {
            let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
            let first = lines.next().unwrap_or_default();
            let whole = Skipper::value(Limits::default().depth).feed(first) == Fed::Done(first.len());
            let second = lines.find(|line| !line.is_empty());
            let lines = whole && second.is_some_and(|line| line.starts_with(b"{"));
            Some(if lines { JsonShape::Lines } else { JsonShape::Object })
        }
        _ => None,
    }
}

/// A stretch of a piece that is no value. `cut` leaves such stretches out of its pieces, so this is
/// seen only when the file changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{reason} at byte {offset} of the piece")]
pub struct BadElement {
    /// Where in the piece it begins.
    pub offset: usize,
    pub length: usize,
    pub reason: BadReason,
}

/// The records of a piece, each as its JSON text, in the order of the file. A record that is no object
/// comes as it is. After an error nothing more comes: the error takes in the rest of the piece.
pub fn elements(piece: &[u8]) -> impl Iterator<Item = Result<&[u8], BadElement>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = piece.get(at..)?;
        at += rest.iter().position(|byte| !is_space(*byte) && *byte != b',')?;
        let rest = piece.get(at..)?;
        let mut skipper = Skipper::value(Limits::default().depth);
        let whole = match skipper.feed(rest) {
            Fed::Done(length) => Some(length),
            Fed::More if skipper.may_end() => Some(rest.len()),
            Fed::More | Fed::Broken(_) => None,
        };
        let (length, reason) = match whole {
            Some(length) if !skipper.deep => {
                at += length;
                return rest.get(..length).map(Ok);
            }
            Some(length) => (length, BadReason::TooDeep),
            None => (rest.len(), BadReason::Broken),
        };
        let bad = BadElement { offset: at, length, reason };
        at += length;
        Some(Err(bad))
    })
}

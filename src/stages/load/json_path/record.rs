//! One record: its fields with their raw text, and how raw text is taken apart.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use thiserror::Error;

/// The fields of one JSON object, in the order of the file. Borrows the text it was read from.
#[derive(Debug)]
pub struct Record<'r> {
    text: &'r str,
    fields: Fields<'r>,
}

pub(super) type Fields<'r> = Vec<(Cow<'r, str>, &'r RawValue)>;

/// Why a text is no record.
#[derive(Debug, Error)]
pub enum RecordError {
    #[error("not a JSON object")]
    NotAnObject,
    /// The place is of use to a person; what the parser says may repeat what stands in the file, and
    /// is not shown.
    #[error("{} at line {}, column {}", kind(.0), .0.line(), .0.column())]
    Broken(serde_json::Error),
}

fn kind(error: &serde_json::Error) -> &'static str {
    if error.is_eof() { "breaks off" } else { "syntax error" }
}

impl<'r> Record<'r> {
    /// Reads one object, all of it: what is not valid JSON is refused even where no path leads. Only
    /// half a surrogate pair is let through, and reads as U+FFFD: a sender that cuts a text at so many
    /// UTF-16 units leaves one behind.
    ///
    /// # Errors
    /// When the text is not one JSON object.
    pub fn parse(text: &'r str) -> Result<Self, RecordError> {
        if !text.trim_start().starts_with('{') {
            let other: Result<IgnoredAny, _> = serde_json::from_str(text);
            return Err(other.map_or_else(RecordError::Broken, |_| RecordError::NotAnObject));
        }
        let Object(fields) = serde_json::from_str(text).map_err(RecordError::Broken)?;
        Ok(Self { text, fields })
    }

    /// The value of a key of the record itself; of a key that stands twice, the last.
    pub fn get(&self, key: &str) -> Option<&'r RawValue> {
        super::last_of(&self.fields, key)
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(key, _)| key.as_ref())
    }

    /// The record as one value, for paths that do not begin with a key.
    pub(super) fn raw(&self) -> Option<&'r RawValue> {
        serde_json::from_str(self.text).ok()
    }
}

/// The fields of an object; `None` when the value is none.
pub(super) fn fields(raw: &RawValue) -> Option<Fields<'_>> {
    if !raw.get().starts_with('{') {
        return None;
    }
    serde_json::from_str::<Object<'_>>(raw.get()).ok().map(|object| object.0)
}

/// The elements of a list; what is no list is a list of itself, and `null` an empty one.
pub(super) fn elements(raw: &RawValue) -> Vec<&RawValue> {
    match raw.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(raw.get()).unwrap_or_default(),
        Some(b'n') => Vec::new(),
        _ => vec![raw],
    }
}

/// The text of a value that is neither object nor list.
pub(super) fn scalar(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get().as_bytes().first() {
        Some(b'{' | b'[') => None,
        Some(b'"') => Some(string(raw.get())),
        Some(b'n') | None => Some(Cow::Borrowed("")),
        Some(_) => Some(Cow::Borrowed(raw.get())),
    }
}

fn string(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(quoted);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    match serde_json::from_str::<Bytes>(quoted) {
        Ok(Bytes(bytes)) => Cow::Owned(lossy(bytes)),
        Err(_) => Cow::Borrowed(inner),
    }
}

/// Half a surrogate pair comes as three bytes that are not UTF-8; it becomes one U+FFFD.
fn lossy(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            String::from_utf8_lossy(error.as_bytes()).replace("\u{FFFD}\u{FFFD}\u{FFFD}", "\u{FFFD}")
        }
    }
}

/// Leaves out the white space between the tokens and nothing else, so that numbers stay as written.
pub(super) fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in json.chars() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if matches!(c, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            in_string = c == '"';
        }
        out.push(c);
    }
    out
}

/// An object as its fields.
struct Object<'r>(Fields<'r>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;
        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(32);
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'r>(Cow<'r, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// A string as bytes: the one way `serde_json` reads half a surrogate pair.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BytesVisitor;
        impl Visitor<'_> for BytesVisitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(BytesVisitor)
    }
}

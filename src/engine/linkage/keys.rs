//! Blocking keys: the part of a value that two records must share to meet.

use std::collections::BTreeMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::error::{LinkageError, nearest};
use super::frame::{Frame, mix};
use super::table::NOTHING;
use super::text::{sorted_words, unaccented};

/// Per side the key of each row, 0 where a part is missing; and the fields they come from.
pub type Keys = ([Vec<u64>; 2], Vec<usize>);

/// A field and the part of it that is the key, written `field`, `field:first3`, `field:unaccent:lastword`, ...
pub struct KeyPart {
    pub field: String,
    is_unaccented: bool,
    cut: Cut,
}

/// The part is taken of the text without its accents.
const UNACCENT: &str = "unaccent";

impl KeyPart {
    /// `place` is named in the error.
    pub fn parse(text: &str, place: &str) -> Result<Self, LinkageError> {
        let (field, how) = text.split_once(':').unwrap_or((text, ""));
        let (is_unaccented, how) = match how.split_once(':').unwrap_or((how, "")) {
            (UNACCENT, how) => (true, how),
            _ => (false, how),
        };
        let cut = Cut::parse(how).ok_or_else(|| LinkageError::BadKey {
            place: place.to_owned(),
            part: text.to_owned(),
            nearest: nearest(how.trim_end_matches(|c: char| c.is_ascii_digit()), CUTS)
                .filter(|cut| !how.starts_with(cut.as_str())),
            known: [
                "field",
                "field:first3",
                "field:last4",
                "field:word1",
                "field:lastword",
                "field:words",
                "field:sound",
                "field:year",
                "field:unaccent",
                "field:unaccent:word1",
            ]
            .map(str::to_owned)
            .to_vec(),
        })?;
        Ok(Self { field: field.to_owned(), is_unaccented, cut })
    }

    /// The key of a text; 0 where it has no such part.
    fn hash(&self, text: &str) -> u64 {
        match self.is_unaccented {
            true => self.cut.hash(&unaccented(text)),
            false => self.cut.hash(text),
        }
    }
}

/// The keys of all rows. Values in `never` make no key.
pub fn row_keys(
    on: &[String],
    frame: &Frame,
    never: &BTreeMap<String, Vec<String>>,
) -> Result<Keys, LinkageError> {
    let mut parts = Vec::new();
    for part in on {
        let part = KeyPart::parse(part, "blocking")?;
        let at = frame.place(&part.field, "blocking")?;
        let field = &frame.fields[at];
        let mut hashes: Vec<u64> = (0..field.values.len() as u32)
            .into_par_iter()
            .map(|value| match part {
                KeyPart { cut: Cut::Whole, is_unaccented: false, .. } => field.values.hash(value).max(1),
                _ => part.hash(field.values.get(value)),
            })
            .collect();
        let never = never.get(&part.field).map(Vec::as_slice).unwrap_or_default();
        if !never.is_empty() {
            let placeholder = |text: &str| never.iter().any(|value| value == text);
            hashes.par_iter_mut().zip(0u32..field.values.len() as u32).for_each(|(hash, value)| {
                if placeholder(field.values.get(value)) {
                    *hash = 0;
                }
            });
        }
        parts.push((at, hashes));
    }
    let keys = [0, 1].map(|side: usize| {
        let side = &frame.sides[side.min(frame.sides.len() - 1)];
        (0..side.rows as u32)
            .into_par_iter()
            .map(|row| {
                let cells = side.row(row);
                let mut key = 1u64;
                for (at, hashes) in &parts {
                    match cells[*at] {
                        NOTHING => return 0,
                        cell if hashes[cell as usize] == 0 => return 0,
                        cell => key = mix(key ^ hashes[cell as usize]).max(1),
                    }
                }
                key
            })
            .collect()
    });
    Ok((keys, parts.into_iter().map(|(at, _)| at).collect()))
}

/// What may stand behind the colon, without numbers.
const CUTS: [&str; 8] = ["first", "last", "word", "lastword", "words", "sound", "year", UNACCENT];

/// The part of a value that makes the key.
enum Cut {
    Whole,
    First(usize),
    Last(usize),
    Word(usize),
    LastWord,
    /// All words, in the order of the alphabet.
    Words,
    Sound,
    Year,
}

impl Cut {
    fn parse(how: &str) -> Option<Self> {
        let number = |prefix: &str| how.strip_prefix(prefix).and_then(|n| n.parse().ok()).filter(|n| *n > 0);
        Some(match how {
            "" => Self::Whole,
            "sound" => Self::Sound,
            "lastword" => Self::LastWord,
            "words" => Self::Words,
            "year" => Self::Year,
            _ => number("first")
                .map(Self::First)
                .or_else(|| number("last").map(Self::Last))
                .or_else(|| number("word").map(Self::Word))?,
        })
    }

    /// 0 where the value has no such part.
    fn hash(&self, text: &str) -> u64 {
        let made;
        let part = match self {
            Self::Whole => text,
            Self::First(n) => text.char_indices().nth(*n).map_or(text, |(at, _)| &text[..at]),
            Self::Last(n) => text.char_indices().nth_back(n - 1).map_or(text, |(at, _)| &text[at..]),
            Self::Word(n) => text.split_whitespace().nth(n - 1).unwrap_or(""),
            Self::Year => text.get(..4).unwrap_or(""),
            Self::LastWord => text.split_whitespace().next_back().unwrap_or(""),
            Self::Words if text.trim().is_empty() => "",
            Self::Words => return sorted_words(text).max(1),
            Self::Sound => {
                made = soundex(&unaccented(text));
                &made
            }
        };
        if part.is_empty() { 0 } else { xxh3_64(part.as_bytes()).max(1) }
    }
}

/// American Soundex, four characters; other letters than a to z are left out.
fn soundex(text: &str) -> String {
    let code = |c: u8| match c {
        b'b' | b'f' | b'p' | b'v' => b'1',
        b'c' | b'g' | b'j' | b'k' | b'q' | b's' | b'x' | b'z' => b'2',
        b'd' | b't' => b'3',
        b'l' => b'4',
        b'm' | b'n' => b'5',
        b'r' => b'6',
        b'h' | b'w' => b'-',
        _ => b'0',
    };
    let mut out = String::new();
    let mut last = b'0';
    for letter in text.bytes().map(|c| c.to_ascii_lowercase()).filter(u8::is_ascii_lowercase) {
        let own = code(letter);
        if out.is_empty() {
            out.push(char::from(letter));
        } else if own.is_ascii_digit() && own != b'0' && own != last && out.len() < 4 {
            out.push(char::from(own));
        }
        if own != b'-' {
            last = own;
        }
    }
    while !out.is_empty() && out.len() < 4 {
        out.push('0');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::KeyPart;

    fn key(how: &str, text: &str) -> u64 {
        let part = KeyPart::parse(how, "test").expect("a key");
        assert_eq!(part.field, "name");
        part.hash(text)
    }

    #[test]
    fn keys_join_what_they_are_meant_to_and_nothing_else() {
        let name = "đặng thị thuỳ";
        for (how, same, other) in [
            ("name:unaccent", "dang thi thuy", "dang thi thu"),
            ("name:unaccent:lastword", "lê thúy", "thuỳ dang"),
            ("name:unaccent:first2", "dao", "đo"),
            ("name:unaccent:words", "thuy dang thi", "thuy dang"),
            ("name:unaccent:sound", "dang thi thuy", "nguyen"),
            ("name:sound", "dang thi thuy", "nguyen"),
            ("name:lastword", "lê thuỳ", "lê thuy"),
            ("name:words", "thuỳ thị đặng", "thuy thi dang"),
            ("name:word1", "đặng", "dang"),
        ] {
            assert_eq!(key(how, name), key(how, same), "{how}");
            assert_ne!(key(how, name), key(how, other), "{how}");
        }
        assert_eq!((key("name:lastword", " "), key("name:words", " ")), (0, 0));
    }

    #[test]
    fn a_cut_that_does_not_exist_is_told() {
        for (how, nearest) in [
            ("name:unacent", "unaccent"),
            ("name:unaccent:lastwrd", "lastword"),
            ("name:word", ""),
            ("name:unaccent:unaccent", ""),
        ] {
            let told = KeyPart::parse(how, "test").err().expect("an error").to_string();
            assert!(told.contains(nearest) && told.contains(how), "{told}");
        }
    }
}

//! Whether a word, read in an encoding, is Vietnamese.
//!
//! It must not decide anything about a column.

use unicode_normalization::UnicodeNormalization;

use super::super::letter::{is_beyond_one_byte, is_mark};
use super::super::{Carrier, ColumnEncoding, Encoding, syllable};
use crate::domain::text::is_invisible;

/// What a word says about a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// It becomes a syllable.
    Syllable,
    /// It becomes something else.
    Nonsense,
    /// Nothing: abbreviations (`QĐ`), dashes and quotation marks.
    Neutral,
}

/// Reads a word that has marks.
pub fn grade(encoding: ColumnEncoding, word: &[u8]) -> Grade {
    let Some(text) = encoding.decode(word) else {
        return Grade::Nonsense;
    };
    match encoding.encoding {
        Encoding::Utf8 => return grade_text(&text, true),
        // These must change a word with marks, or it was none of theirs.
        Encoding::Utf8AsLatin1 | Encoding::Utf8Twice if text.as_bytes() == word => return Grade::Nonsense,
        Encoding::Utf8AsLatin1 | Encoding::Utf8Twice => {}
        // The decoder leaves words of Unicode alone; they speak against the encoding.
        _ if encoding.carrier == Carrier::Unicode
            && text.as_bytes() == word
            && text.chars().any(is_beyond_one_byte) =>
        {
            return Grade::Nonsense;
        }
        _ => {}
    }
    grade_text(&text, false)
}

fn grade_text(text: &str, unicode: bool) -> Grade {
    let mut result = Grade::Neutral;
    for part in text.split(is_between_words) {
        if part.is_ascii() {
            continue;
        }
        let plain: String = if unicode {
            part.chars().filter(|c| !is_invisible(*c)).map(right_d).nfc().collect()
        } else {
            part.to_owned()
        };
        if is_syllable(&plain) {
            result = Grade::Syllable;
        } else if !is_abbreviation(&plain) {
            return Grade::Nonsense;
        }
    }
    result
}

const fn right_d(c: char) -> char {
    match c {
        '\u{D0}' | '\u{189}' => 'Đ',
        '\u{F0}' | '\u{256}' => 'đ',
        _ => c,
    }
}

/// Punctuation outside ASCII that stands next to words in right text.
const fn is_between_words(c: char) -> bool {
    matches!(
        c,
        '\u{A0}' | '–' | '—' | '‘' | '’' | '“' | '”' | '…' | '•' | '\u{2000}'..='\u{200B}' | '\u{FEFF}'
    )
}

/// A syllable all in capitals, all in small letters, or with one capital in front: a capital elsewhere
/// (`NguyÔn`) is another letter misread.
fn is_syllable(word: &str) -> bool {
    let mut tail = word.chars();
    let first_small = tail.next().is_some_and(char::is_lowercase);
    let one_case = tail.clone().all(char::is_lowercase) || !first_small && tail.all(char::is_uppercase);
    one_case && syllable::is_valid(word)
}

/// A few capitals without vowels, or a consonant alone (`QĐ`, `HĐND`, `đ`).
fn is_abbreviation(word: &str) -> bool {
    let is_consonant = |c: char| matches!(c, 'Đ' | 'đ') || c.is_ascii_alphabetic() && !is_mark(c);
    word.chars().all(is_consonant) && (word.chars().nth(1).is_none() || !word.chars().any(char::is_lowercase))
}

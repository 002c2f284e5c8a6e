//! Whether a column of ASCII text is VIQR.
//!
//! It must not take full stops, question marks, `A+` or `H'Bia` for marks: the bar is high, because the
//! wrong verdict would damage plain text.

use std::collections::BTreeSet;

use super::super::{Carrier, ColumnEncoding, Encoding, viqr};
use super::grade::{Grade, grade};
use super::sample::Sample;
use super::{Judgement, ratio};

/// Different words with marks inside that the column must have.
const MIN_WORDS: usize = 6;

/// The verdict VIQR, if the column clearly is.
///
/// A word counts if marks inside it, not only at its end, turn it into a syllable. At least six different
/// words, a third of the cells, and three of four words with signs must agree.
pub fn judge(sample: &Sample<'_>) -> Option<Judgement> {
    if sample.marked * 10 > sample.cells.len() {
        return None;
    }
    let (mut good, mut bad) = (BTreeSet::new(), BTreeSet::new());
    let mut evidence = 0;
    for cell in &sample.cells {
        let before = good.len();
        let mut seen = false;
        for word in
            cell.split(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b',' | b';' | b'-' | b'"' | b')'))
        {
            match read(word) {
                Grade::Syllable => {
                    good.insert(word);
                    seen = true;
                }
                Grade::Nonsense => _ = bad.insert(word),
                Grade::Neutral => {}
            }
        }
        evidence += usize::from(seen || good.len() > before);
    }
    let clear = good.len() >= MIN_WORDS
        && evidence >= 3
        && evidence * 3 >= sample.cells.len()
        && bad.len() * 3 <= good.len();
    if !clear {
        return None;
    }
    let words = u32::try_from(good.len()).unwrap_or(u32::MAX);
    let all = words.saturating_add(u32::try_from(bad.len()).unwrap_or(0));
    Some(Judgement {
        encoding: ColumnEncoding { encoding: Encoding::Viqr, carrier: Carrier::Bytes },
        confidence: ratio(words, all) * ratio(words, words.saturating_add(2)),
        evidence,
        runner_up: Some(Encoding::Utf8),
    })
}

fn read(word: &[u8]) -> Grade {
    let Ok(text) = str::from_utf8(word) else {
        return Grade::Neutral;
    };
    // Signs at the end may be punctuation, so they do not count.
    let inner = text.trim_end_matches(['.', '?', '!', ':', '\'', '`', '~', '\\']);
    let vowel_sign =
        |pair: &[u8]| matches!(pair, [b'a' | b'A' | b'e' | b'E' | b'o' | b'O', b'^'] | [b'a' | b'A', b'(']);
    let decoded = viqr::decode(inner);
    if decoded.as_ref() == inner {
        // Not even at the end of the word: a sign that VIQR would have read.
        return Grade::Neutral;
    }
    let full = viqr::decode(text);
    let is_word = |text: &str| grade(ColumnEncoding::UTF8, text.as_bytes()) == Grade::Syllable;
    if is_word(&full) || is_word(&decoded) {
        let inside = inner.ends_with(|c: char| c.is_ascii_alphabetic());
        let sure = inside || inner.as_bytes().windows(2).any(vowel_sign);
        return if sure { Grade::Syllable } else { Grade::Neutral };
    }
    Grade::Nonsense
}

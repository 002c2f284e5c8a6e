//! The words of a sample of cells, each different one once.
//!
//! It must not decode anything.

use std::collections::BTreeMap;

use super::super::letter::is_beyond_one_byte;
use super::super::{ColumnEncoding, Encoding, viscii};
use super::grade::{Grade, grade};

/// How often a recurring word counts: a column of `Trực tiếp` is not more sure for being long.
const MOST_COUNTS: u32 = 3;
/// Longer runs without ASCII are no words.
const LONGEST: usize = 64;

/// A sample of a column, taken apart.
pub struct Sample<'a> {
    /// Cells with a byte above ASCII or a letter of VISCII among the control characters.
    pub marked: usize,
    /// Those of them that are not valid UTF-8.
    pub broken: usize,
    /// All cells with anything in them; kept for VIQR, which is ASCII.
    pub cells: Vec<&'a [u8]>,
    words: BTreeMap<&'a [u8], u32>,
    /// Words without vowel that end in `ng`; a lost `ư` leaves them behind.
    bare: BTreeMap<&'a [u8], u32>,
}

impl<'a> Sample<'a> {
    pub fn collect(cells: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut sample =
            Sample { marked: 0, broken: 0, cells: Vec::new(), words: BTreeMap::new(), bare: BTreeMap::new() };
        for cell in cells {
            if cell.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            sample.cells.push(cell);
            let is_marked = cell.iter().any(|b| is_marked_byte(*b));
            if is_marked {
                sample.marked += 1;
                sample.broken += usize::from(str::from_utf8(cell).is_err());
            }
            for word in cell.split(|b| !b.is_ascii_alphabetic() && !is_marked_byte(*b)) {
                sample.add(word);
            }
        }
        sample
    }

    fn add(&mut self, word: &'a [u8]) {
        if word.is_empty() || word.len() > LONGEST {
            return;
        }
        if word.iter().any(|b| is_marked_byte(*b)) {
            *self.words.entry(word).or_default() += 1;
        } else if word.len() > 2
            && word.to_ascii_lowercase().ends_with(b"ng")
            && !word.iter().any(|b| b"aeiouyAEIOUY".contains(b))
        {
            *self.bare.entry(word).or_default() += 1;
        }
    }

    /// The different words with marks and their weights.
    pub fn words(&self) -> impl Iterator<Item = (&'a [u8], u32)> {
        self.words.iter().map(|(word, count)| (*word, (*count).min(MOST_COUNTS)))
    }

    pub fn marked_u32(&self) -> u32 {
        u32::try_from(self.marked).unwrap_or(u32::MAX)
    }

    /// Weight of the syllables that only Unicode can hold, such as `Nguyễn`.
    pub fn own_letters(&self) -> u32 {
        let own = |word: &[u8]| {
            str::from_utf8(word).is_ok_and(|text| text.chars().any(is_beyond_one_byte))
                && grade(ColumnEncoding::UTF8, word) == Grade::Syllable
        };
        self.words().filter(|(word, _)| own(word)).map(|(_, weight)| weight).sum()
    }

    /// Whether a TCVN3 column has lost its `ư`: words are missing one, and hardly any has one.
    pub fn lost_u(&self, tcvn3: ColumnEncoding) -> bool {
        let stripped = ColumnEncoding { encoding: Encoding::Tcvn3Stripped, ..tcvn3 };
        let (mut kept, mut lost) = (0, 0);
        for word in self.words.keys().chain(self.bare.keys()) {
            let (Some(plain), Some(restored)) = (tcvn3.decode(word), stripped.decode(word)) else {
                continue;
            };
            kept += usize::from(plain.contains('ư'));
            lost += usize::from(plain != restored);
        }
        lost > 3 * kept
    }
}

/// Bytes that belong to words in one of the encodings, besides ASCII letters.
const fn is_marked_byte(byte: u8) -> bool {
    !byte.is_ascii() || viscii::is_low(byte)
}

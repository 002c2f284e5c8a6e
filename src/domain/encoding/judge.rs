//! Which encoding a column is in, from a sample of its cells.
//!
//! It must not decide on little: a short sample gives a low confidence and the benefit of the doubt to
//! UTF-8. It must not look at the other columns; [`super::settle`] does.

mod grade;
mod sample;
mod viqr_signs;

use super::{Carrier, ColumnEncoding, Encoding};
use grade::{Grade, grade};
use sample::Sample;

/// The verdict on one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    pub encoding: ColumnEncoding,
    /// How sure the verdict is, from 0 to 1. Below [`Self::TRUSTED`] it is a guess.
    pub confidence: f64,
    /// Cells of the sample that could tell encodings apart.
    pub evidence: usize,
    /// The encoding that explains the sample next best, if any other does at all.
    pub runner_up: Option<Encoding>,
}

impl Judgement {
    /// The confidence from which a verdict stands against the rest of the file.
    pub const TRUSTED: f64 = 0.5;
    /// The most that a verdict below the minimum of evidence gets.
    const GUESS: f64 = 0.3;

    /// Whether the column's own evidence carries the verdict.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.confidence >= Self::TRUSTED
    }
}

/// A legacy reading needs this many different words with marks, in at least two cells.
const MIN_WORDS: usize = 4;
/// Misread UTF-8 is less easily met by accident.
const MIN_MISREAD_WORDS: usize = 2;

/// Candidates in a UTF-8 file. An equal score goes to the earlier one.
const IN_UNICODE: [Encoding; 6] = [
    Encoding::Utf8AsLatin1,
    Encoding::Utf8Twice,
    Encoding::Tcvn3,
    Encoding::Windows1258,
    Encoding::Vni,
    Encoding::Viscii,
];
/// Candidates in a file that is not UTF-8.
const IN_BYTES: [Encoding; 4] = [Encoding::Windows1258, Encoding::Tcvn3, Encoding::Vni, Encoding::Viscii];

/// What one reading makes of the words of the sample.
#[derive(Debug, Clone, Copy)]
struct Score {
    encoding: ColumnEncoding,
    /// Weight of the words that become Vietnamese syllables.
    valid: u32,
    /// Weight of the words that do not.
    invalid: u32,
    /// Different words that become syllables.
    words: usize,
}

impl Score {
    fn share(self) -> f64 {
        ratio(self.valid, self.valid + self.invalid)
    }
}

/// Judges a column by a sample of its cells, a few thousand at most.
///
/// Each different word with a byte above ASCII is read in every encoding, and counts for those in which it
/// becomes a syllable of Vietnamese ([`super::syllable`]); a word that recurs counts up to three times. A
/// legacy encoding wins only if most words agree with it and clearly more than agree with UTF-8.
/// Between a raw and a carried reading the validity of the cells as UTF-8 decides.
pub fn judge<'a>(cells: impl IntoIterator<Item = &'a [u8]>) -> Judgement {
    let sample = Sample::collect(cells);
    if let Some(judgement) = viqr_signs::judge(&sample) {
        return judgement;
    }
    if sample.marked == 0 {
        return Judgement { encoding: ColumnEncoding::UTF8, confidence: 1.0, evidence: 0, runner_up: None };
    }
    let utf8 = score(&sample, ColumnEncoding::UTF8);
    let raw = sample.broken * 2 > sample.marked;
    let (carrier, candidates) =
        if raw { (Carrier::Bytes, &IN_BYTES[..]) } else { (Carrier::Unicode, &IN_UNICODE[..]) };
    let mut rivals: Vec<Score> = candidates
        .iter()
        .map(|encoding| score(&sample, ColumnEncoding { encoding: *encoding, carrier }))
        .collect();
    rivals.sort_by_key(|rival| std::cmp::Reverse(rival.valid));
    let best = rivals.first().copied().unwrap_or(utf8);
    let second = rivals.get(1).copied();

    let mut judgement = if raw && best.valid > utf8.valid {
        legacy(best, second.map_or(utf8.valid, |s| s.valid.max(utf8.valid)), &sample)
    } else if !raw && beats_utf8(best, utf8) {
        legacy(best, second.map_or(utf8.valid, |s| s.valid.max(utf8.valid)), &sample)
    } else if raw && utf8.valid == 0 {
        // No reading gives Vietnamese: the Vietnamese code page shows at least the Western letters.
        let encoding = ColumnEncoding { encoding: Encoding::Windows1258, carrier };
        Judgement { encoding, confidence: 0.0, evidence: sample.marked, runner_up: None }
    } else {
        plain(utf8, best, &sample)
    };
    judgement.runner_up = [Some(utf8), Some(best), second]
        .into_iter()
        .flatten()
        .filter(|score| score.valid > 0 && !same_family(score.encoding.encoding, judgement.encoding.encoding))
        .max_by_key(|score| score.valid)
        .map(|score| score.encoding.encoding);
    judgement
}

fn same_family(a: Encoding, b: Encoding) -> bool {
    let plain = |e| if e == Encoding::Tcvn3Stripped { Encoding::Tcvn3 } else { e };
    plain(a) == plain(b)
}

fn score(sample: &Sample<'_>, encoding: ColumnEncoding) -> Score {
    let mut score = Score { encoding, valid: 0, invalid: 0, words: 0 };
    // A word of stripped TCVN3 is worth what it is with its `ư` back.
    let reading = match encoding.encoding {
        Encoding::Tcvn3 => ColumnEncoding { encoding: Encoding::Tcvn3Stripped, ..encoding },
        _ => encoding,
    };
    for (word, weight) in sample.words() {
        match grade(reading, word) {
            Grade::Syllable => {
                score.valid += weight;
                score.words += 1;
            }
            Grade::Nonsense => score.invalid += weight,
            Grade::Neutral => {}
        }
    }
    score
}

/// Whether the reading explains so much more than UTF-8 that it cannot be chance: most words, and a
/// third of them more than UTF-8 does.
fn beats_utf8(best: Score, utf8: Score) -> bool {
    let (misread, least) = match best.encoding.encoding {
        Encoding::Utf8AsLatin1 | Encoding::Utf8Twice => (true, 0.5),
        _ => (false, 0.7),
    };
    let all = best.valid + best.invalid;
    let ahead = best.valid.saturating_sub(utf8.valid);
    best.share() >= least && (ahead * 3 >= all || misread && ahead * 4 >= all)
}

fn legacy(best: Score, rival: u32, sample: &Sample<'_>) -> Judgement {
    let misread = matches!(best.encoding.encoding, Encoding::Utf8AsLatin1 | Encoding::Utf8Twice);
    let least = if misread { MIN_MISREAD_WORDS } else { MIN_WORDS };
    let ahead = best.valid.saturating_sub(rival);
    let mut confidence = best.share() * ratio(ahead, ahead + 2);
    let mut encoding = best.encoding;
    if encoding.encoding == Encoding::Tcvn3 && sample.lost_u(encoding) {
        encoding.encoding = Encoding::Tcvn3Stripped;
    }
    if best.words < least || sample.marked < 2 {
        confidence = confidence.min(Judgement::GUESS);
        if encoding.carrier == Carrier::Unicode {
            encoding = ColumnEncoding::UTF8;
        }
    }
    Judgement { encoding, confidence, evidence: sample.marked, runner_up: None }
}

/// UTF-8 it stays. Sure if letters stand there that no legacy byte can have become; otherwise as sure as
/// the other readings are wrong.
fn plain(utf8: Score, best: Score, sample: &Sample<'_>) -> Judgement {
    let all = utf8.valid + utf8.invalid;
    let unexplained = all.saturating_sub(utf8.valid.max(best.valid));
    let mut ahead = utf8.valid.saturating_sub(best.valid) + unexplained / 2 + 20 * sample.own_letters();
    if utf8.invalid == 0 {
        // One word of TCVN3 in seven looks right as it stands [V: `hunspell-vi`], four in a row hardly.
        ahead += u32::try_from(utf8.words / 2).unwrap_or(u32::MAX);
    }
    let whole = 1.0 - ratio(u32::try_from(sample.broken).unwrap_or(u32::MAX), sample.marked_u32());
    // Words that another reading explains and UTF-8 does not: the column is mixed.
    let doubt = ratio(best.valid.saturating_sub(utf8.valid), all);
    let confidence = ratio(ahead, ahead + 2) * whole * (1.0 - doubt);
    Judgement { encoding: ColumnEncoding::UTF8, confidence, evidence: sample.marked, runner_up: None }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

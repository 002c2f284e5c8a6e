//! Dossier codes compared: one code written in two ways, one slip, or a code minted anew.
//!
//! It must not say that two codes are one dossier: a neighbour of the same counter differs by a digit.

use super::prepared::{Texts, key};
use super::slip::{Slip, one_slip};
use crate::domain::dossier_code::{Candidate, DossierCode, Repair, candidates, descending};
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two [`normalise`](crate::domain::dossier_code::normalise)d codes. Symmetric.
///
/// - `look-alikes or separators`: `O` for `0`, `I` or `L` for `1`, dots, dashes and spaces [S].
/// - `other agency order`: `000.00.53.H48-...` and `H48.53-...` [R-M]; lost groups and lost zeros of the
///   sequence are put back as well [S].
/// - `same day and sequence, other agency`: the agency was renumbered or merged [S].
/// - `same agency and day, other sequence`: a sync job made up a sequence [S]; other dossiers of the day
///   stand here too.
///
/// A slip comes before the last two, so neighbours in a counter are `one digit wrong`: the data tell how
/// little that says.
#[derive(Debug, Default)]
pub struct Code {
    plain: Texts,
    parts: Vec<Parts>,
}

/// Keys of a code; 0 stands for what it does not have.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    /// Of the code put right, its agency in descending order.
    whole: u64,
    agency: u64,
    /// Day and sequence.
    tail: u64,
    day: u64,
}

/// Shortest code in which one wrong character is believed to be a slip.
const SLIP_LENGTH: usize = 8;

impl Comparator for Code {
    fn levels(&self) -> Vec<String> {
        super::names(&[
            "same",
            "look-alikes or separators",
            "other agency order or lost zeros",
            "two characters exchanged",
            "one character lost or doubled",
            "one character wrong",
            "same day and sequence, other agency",
            "same agency and day, other sequence",
            "else",
        ])
    }

    fn prepare(&mut self, field: &Field) {
        (self.plain, self.parts) = (Texts::default(), Vec::new());
        for value in field.values.values() {
            self.plain.push(&plain(value));
            self.parts.push(parts(value));
        }
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let (a, b) = (self.plain.get(left.value), self.plain.get(right.value));
        if a == b {
            return 1;
        }
        let of = |cell: Cell<'_>| self.parts.get(cell.value as usize).copied().unwrap_or_default();
        let (x, y) = (of(left), of(right));
        let shared = |a: u64, b: u64| a != 0 && a == b;
        if shared(x.whole, y.whole) {
            return 2;
        }
        if a.len().min(b.len()) >= SLIP_LENGTH {
            match one_slip(a.as_bytes(), b.as_bytes()) {
                Some(Slip::Exchanged) => return 3,
                Some(Slip::Lost) => return 4,
                Some(Slip::Wrong) => return 5,
                None => {}
            }
        }
        match () {
            () if shared(x.tail, y.tail) => 6,
            () if shared(x.agency, y.agency) && shared(x.day, y.day) => 7,
            () => 8,
        }
    }
}

/// Letters and digits alone, look-alike letters as digits.
fn plain(code: &str) -> String {
    let letters = code.chars().filter(|c| c.is_alphanumeric());
    letters
        .map(|c| match c {
            'O' | 'o' => '0',
            'I' | 'i' | 'L' | 'l' => '1',
            _ => c,
        })
        .collect()
}

fn parts(code: &str) -> Parts {
    if let Some(parts) = DossierCode::parse(code) {
        return keys(&parts);
    }
    // A broken code stands for what it can only have been: letters for digits come first, as the
    // other damage is put right on top of that.
    let found = candidates(code);
    let certain = |candidate: &&Candidate| {
        matches!(candidate.repair, Repair::LetterForDigit | Repair::LostGroups | Repair::LostZeros)
    };
    found
        .iter()
        .find(certain)
        .and_then(|candidate| DossierCode::parse(&candidate.code))
        .map(|parts| keys(&parts))
        .unwrap_or_default()
}

fn keys(parts: &DossierCode<'_>) -> Parts {
    let agency = descending(parts.agency).unwrap_or_default();
    let day = if parts.date.len() == 8 { &parts.date[2..] } else { parts.date };
    let sequence = parts.sequence.trim_start_matches('0');
    let tail = format!("{day}-{sequence}");
    Parts { whole: key(&format!("{agency}-{tail}")), agency: key(&agency), tail: key(&tail), day: key(day) }
}

#[cfg(test)]
mod tests {
    use super::Code;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(Code::default);
        let code = "H28.38.01-240101-0001";
        levels.check(code, "H28.38.01-24O1O1-000I", "look-alikes or separators");
        levels.check(code, "H28 3801 240101 0001", "look-alikes or separators");
        levels.check("000.01.38.H28-240101-0001", code, "other agency order or lost zeros");
        levels.check("000.00.53.H48-220921-0099", "H48.53-220921-0099", "other agency order or lost zeros");
        levels.check(code, "H28.38.01-240101-1", "other agency order or lost zeros");
        levels.check(code, "H28.38.01-240110-0001", "two characters exchanged");
        levels.check("BHXH123456", "BHXH12346", "one character lost or doubled");
        levels.check(code, "H28.38.01-240101-0002", "one character wrong");
        levels.check(code, "H28.39.12-240101-0001", "same day and sequence, other agency");
        levels.check(code, "H28.38.01-240101-48213", "same agency and day, other sequence");
        levels.check("000.01.38.H28-240101-4821", code, "same agency and day, other sequence");
        levels.check(code, "H28.38.01-240205-0977", "else");
        levels.check(code, "BHXH123456", "else");
        levels.check("A1", "A2", "else");
        levels.covered();
    }
}

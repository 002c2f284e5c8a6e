//! Identity numbers compared: CMND, CCCD, tax codes, and the slips of typists and spreadsheets.
//!
//! It must not say that a CMND and a CCCD are of different people: the digits cannot tell.

use super::slip::{Slip, one_slip};
use crate::domain::personal_id::{IdKind, kind};
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;

/// Levels of two [`normalise`](crate::domain::personal_id::normalise)d numbers. Symmetric.
///
/// - `leading zero lost`: a number cell drops the zeros in front of a CCCD or CMND [S].
/// - `another branch`: one tax code with and without a branch behind it, or with two branches [S].
/// - `another kind of paper`: CMND against CCCD, personal number against tax code or passport. One
///   person may show either [S], and a household business has a tax code and since July 2025 its
///   owner's number [S-low]. A level of its own, so that its weight is learnt: it comes out near zero.
#[derive(Debug, Default)]
pub struct IdentityNumber {
    paper: Vec<Paper>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paper {
    Cmnd,
    Cccd,
    Tax,
    /// Starts with a letter.
    Passport,
    Unknown,
}

/// Shortest number in which one wrong digit is believed to be a slip.
const SLIP_LENGTH: usize = 8;
/// Length of a tax code without its branch.
const TAX_LENGTH: usize = 10;

impl Comparator for IdentityNumber {
    fn levels(&self) -> Vec<String> {
        super::names(&[
            "same",
            "leading zero lost",
            "one digit wrong",
            "two digits exchanged",
            "one digit lost or doubled",
            "another branch",
            "another kind of paper",
            "else",
        ])
    }

    fn prepare(&mut self, field: &Field) {
        self.paper = field.values.values().map(paper).collect();
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let (a, b) = (left.text().as_bytes(), right.text().as_bytes());
        if without_zeros(a) == without_zeros(b) {
            return 1;
        }
        if are_branches(a, b) {
            return 5;
        }
        let paper = |cell: Cell<'_>| self.paper.get(cell.value as usize).copied().unwrap_or(Paper::Unknown);
        let (x, y) = (paper(left), paper(right));
        if x != y && x != Paper::Unknown && y != Paper::Unknown {
            return 6;
        }
        if a.len().min(b.len()) < SLIP_LENGTH {
            return 7;
        }
        match one_slip(a, b) {
            Some(Slip::Wrong) => 2,
            Some(Slip::Exchanged) => 3,
            Some(Slip::Lost) => 4,
            None => 7,
        }
    }
}

/// One tax code, of which at least one side names a branch. Its check digit is not asked: both sides agree on it.
fn are_branches(a: &[u8], b: &[u8]) -> bool {
    parts(a).zip(parts(b)).is_some_and(|((a, own), (b, other))| a == b && own + other > 0)
}

/// The ten digits of a tax code, and how many of a branch stand behind them.
fn parts(number: &[u8]) -> Option<(&[u8; TAX_LENGTH], usize)> {
    let (code, branch) = number.split_first_chunk()?;
    let branch = branch.iter().filter(|letter| **letter != b'-');
    let length = branch.clone().count();
    let is_code = code.iter().chain(branch).all(u8::is_ascii_digit) && matches!(length, 0 | 3);
    is_code.then_some((code, length))
}

fn paper(number: &str) -> Paper {
    match kind(number) {
        IdKind::Cmnd => Paper::Cmnd,
        IdKind::Cccd => Paper::Cccd,
        IdKind::Tax => Paper::Tax,
        IdKind::Other if number.starts_with(|c: char| c.is_ascii_alphabetic()) => Paper::Passport,
        IdKind::Other => Paper::Unknown,
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|digit| **digit == b'0').count();
    &number[zeros..]
}

#[cfg(test)]
mod tests {
    use super::IdentityNumber;
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(IdentityNumber::default);
        levels.check("001099012323", "1099012323", "leading zero lost");
        levels.check("012345678", "12345678", "leading zero lost");
        levels.check("001099012323", "001099012324", "one digit wrong");
        levels.check("001099012323", "001099013223", "two digits exchanged");
        levels.check("001099012323", "00109901233", "one digit lost or doubled");
        levels.check("113456789", "1134567789", "one digit lost or doubled");
        levels.check("0100109106", "0100109106-001", "another branch");
        levels.check("0100109106001", "0100109106-002", "another branch");
        levels.check("0232091889", "0232091889--003", "another branch");
        levels.check("2445262996-003", "2445262996", "another branch");
        levels.check("113456789", "001099012323", "another kind of paper");
        levels.check("0100109106", "001099012323", "another kind of paper");
        levels.check("B1234567", "001099012323", "another kind of paper");
        levels.check("001099012323", "001158054321", "else");
        levels.check("1234567", "1234568", "else");
        levels.covered();
    }
}

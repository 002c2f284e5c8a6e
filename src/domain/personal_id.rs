//! Identity numbers of owners: CMND, CCCD, tax codes, and the damage spreadsheets do to them.
//!
//! It must not say who a person is, and no number may reach a log: reports use [`mask`].

mod birth;
mod structure;

pub use birth::{BirthConflict, birth_conflict, birth_sex};
pub use structure::{IdKind, birth_year, is_cccd, kind, tax_checksum_ok};

use std::borrow::Cow;

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{fold, is_invisible, is_null_token, trimmed};
use structure::is_digits;

/// How two identity numbers stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdRelation {
    /// The same number.
    Same,
    /// One side has the old card, the other the new number: they cannot be compared [S].
    CmndAgainstCccd,
    /// One side has a tax code of ten digits, the other a personal number: one household business may show
    /// either, as personal numbers are tax codes since July 2025 [S-low]. So may a company and who stands for it.
    TaxAgainstPersonal,
    /// One digit was changed, left out or added.
    OneDigit,
    /// Two neighbouring digits changed places.
    Transposed,
    /// Different numbers.
    Differs,
}

impl IdRelation {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::CmndAgainstCccd => "cmnd_against_cccd",
            Self::TaxAgainstPersonal => "tax_against_personal",
            Self::OneDigit => "one_digit",
            Self::Transposed => "transposed",
            Self::Differs => "differs",
        }
    }
}

/// The number without spaces and dots, with the leading zeros a number cell lost.
///
/// - 11 digits, and 10 that are no tax code, get their zeros back when that gives a structurally
///   valid CCCD; 8 digits get one and become a CMND [derived]. A number cell keeps no zero in front,
///   so digits that start with one have lost none: `0123...` is an old phone number as likely as not.
/// - Placeholders (`000000001` [S], one digit repeated, `123456789` [R-M], "không có") give no value.
/// - Scientific notation has lost digits for good: no value, `IdMalformed` and `NumberAsFloat`.
/// - Any other unknown shape is kept with `IdMalformed`.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<Cow<'_, str>> {
    let trimmed = trimmed(raw);
    if is_null_token(trimmed) {
        return Parsed::empty();
    }
    if is_digits(trimmed) {
        return judge(Cow::Borrowed(trimmed), Issues::NONE);
    }
    let mut issues = Issues::NONE;
    if is_scientific(trimmed) {
        issues.add(ParseIssue::NumberAsFloat);
        return Parsed::rejected(issues.with(ParseIssue::IdMalformed));
    }
    if let Some(whole) = trimmed.strip_suffix(".0").filter(|whole| is_digits(whole)) {
        issues.add(ParseIssue::NumberAsFloat);
        return judge(Cow::Borrowed(whole), issues);
    }
    if says_none(trimmed) {
        return Parsed::rejected(issues.with(ParseIssue::PlaceholderId));
    }
    let mut out = String::with_capacity(trimmed.len());
    for c in trimmed.chars() {
        match c {
            '.' => {}
            _ if is_invisible(c) => issues.add(ParseIssue::InvisibleCharacter),
            _ if c.is_whitespace() => issues.add(ParseIssue::ExtraSpace),
            '\u{FF10}'..='\u{FF19}' => {
                issues.add(ParseIssue::LookAlikeLetter);
                out.extend(char::from_digit(u32::from(c) - 0xFF10, 10));
            }
            _ => out.extend(c.to_uppercase()),
        }
    }
    // Without its dots a cell may turn out to say nothing.
    if out.is_empty() || is_null_token(&out) || is_scientific(&out) || says_none(&out) {
        return Parsed::rejected(issues.with(ParseIssue::IdMalformed));
    }
    judge(Cow::Owned(out), issues)
}

/// Judges a number without spaces and dots: placeholder, lost zeros, known shape.
fn judge(id: Cow<'_, str>, mut issues: Issues) -> Parsed<Cow<'_, str>> {
    if is_placeholder(&id) {
        return Parsed::rejected(issues.with(ParseIssue::PlaceholderId));
    }
    if let Some(restored) = with_lost_zeros(&id) {
        issues.add(ParseIssue::LeadingZeroRestored);
        return Parsed::new(Cow::Owned(restored), issues);
    }
    if kind(&id) == IdKind::Other && !is_passport(&id) {
        issues.add(ParseIssue::IdMalformed);
    }
    Parsed::new(id, issues)
}

fn with_lost_zeros(id: &str) -> Option<String> {
    if !is_digits(id) || id.starts_with('0') {
        return None;
    }
    match id.len() {
        8 => Some(format!("0{id}")),
        10 if !tax_checksum_ok(id) => Some(format!("00{id}")).filter(|full| is_cccd(full)),
        11 => Some(format!("0{id}")).filter(|full| is_cccd(full)),
        _ => None,
    }
}

/// `7.92E+10`, as a spreadsheet prints a long number.
fn is_scientific(s: &str) -> bool {
    s.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        exponent.starts_with(['+', '-'])
            && is_digits(&exponent[1..])
            && mantissa.starts_with(|c: char| c.is_ascii_digit())
            && mantissa.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
    })
}

fn says_none(text: &str) -> bool {
    text.len() <= 24
        && matches!(
            fold(text).as_str(),
            "khong" | "khong co" | "chua co" | "chua cap" | "ko" | "ko co" | "x" | "none"
        )
}

/// One digit repeated, zeros before a single 1, or digits that count up from 0 or 1 or down from 9.
fn is_placeholder(id: &str) -> bool {
    let bytes = id.as_bytes();
    let Some((&first, rest)) = bytes.split_first() else {
        return true;
    };
    if !is_digits(id) {
        return false;
    }
    let repeated = rest.iter().all(|b| *b == first);
    let zeros_then_one =
        bytes.split_last().is_some_and(|(last, zeros)| *last == b'1' && zeros.iter().all(|b| *b == b'0'));
    let digit = |b: &u8| u32::from(b - b'0');
    let steps = |step: u32| bytes.iter().zip(rest).all(|(a, b)| (digit(a) + step) % 10 == digit(b));
    let counts = bytes.len() >= 6 && (matches!(first, b'0' | b'1') && steps(1) || first == b'9' && steps(9));
    repeated || zeros_then_one || counts
}

/// A Vietnamese passport: one letter and 7 or 8 digits [R-H].
fn is_passport(id: &str) -> bool {
    let bytes = id.as_bytes();
    matches!(bytes.len(), 8 | 9) && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
}

/// The number for reports: first four and last two characters (`0010******23`); a number of fewer
/// than 12 characters is starred out whole.
#[must_use]
pub fn mask(id: &str) -> String {
    let length = id.chars().count();
    let shown = |at: usize| length >= 12 && (at < 4 || at + 2 >= length);
    id.chars().enumerate().map(|(at, c)| if shown(at) { c } else { '*' }).collect()
}

/// Shortest number in which one wrong digit is believed to be a slip.
const SLIP_LENGTH: usize = 8;

/// The relation of two [`normalise`]d numbers. Symmetric.
#[must_use]
pub fn relation(a: &str, b: &str) -> IdRelation {
    if a == b || is_same_branch(a, b) {
        return IdRelation::Same;
    }
    match (kind(a), kind(b)) {
        (IdKind::Cmnd, IdKind::Cccd) | (IdKind::Cccd, IdKind::Cmnd) => return IdRelation::CmndAgainstCccd,
        (IdKind::Tax, IdKind::Cccd) if a.len() == 10 => return IdRelation::TaxAgainstPersonal,
        (IdKind::Cccd, IdKind::Tax) if b.len() == 10 => return IdRelation::TaxAgainstPersonal,
        _ => {}
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() < SLIP_LENGTH || long.len() - short.len() > 1 {
        return IdRelation::Differs;
    }
    let same_head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let same_tail = short.iter().rev().zip(long.iter().rev()).take_while(|(x, y)| x == y).count();
    let odd = long.len().saturating_sub(same_head + same_tail);
    match odd {
        0 | 1 => IdRelation::OneDigit,
        2 if a.len() == b.len() && a[same_head] == b[same_head + 1] && a[same_head + 1] == b[same_head] => {
            IdRelation::Transposed
        }
        _ => IdRelation::Differs,
    }
}

/// Whether both are the tax code of one branch, `0100109106-001` and `0100109106001` [S].
fn is_same_branch(a: &str, b: &str) -> bool {
    kind(a) == IdKind::Tax
        && kind(b) == IdKind::Tax
        && a.bytes().filter(|byte| *byte != b'-').eq(b.bytes().filter(|byte| *byte != b'-'))
}

/// Whether the identity column holds the person's phone number instead [R-M]: the same digits as a
/// [`normalise`](super::phone::normalise)d phone, with or without its leading zero.
///
/// Nine digits of a phone look like a CMND, so only the phone beside it can tell.
#[must_use]
pub fn is_phone(id: &str, phone: &str) -> bool {
    let bare = |number: &str| number.strip_prefix('0').map_or_else(|| number.to_owned(), str::to_owned);
    phone.len() >= 10
        && is_digits(phone)
        && super::phone::normalise(id).value.is_some_and(|found| bare(&found) == bare(phone))
}

/// The CCCD behind ten digits that also make a tax code, when the birth year in it is the person's.
///
/// A number cell drops the two zeros of an old province's prefix (`001`, `002`, ...), and about one in
/// eleven of what is left passes the tax check by chance [V]; the birth year decides.
#[must_use]
pub fn restore_by_birth(id: &str, born: i32) -> Option<String> {
    let restored = format!("00{id}");
    (id.len() == 10 && is_cccd(&restored) && birth_year(&restored) == Some(born)).then_some(restored)
}

#[cfg(test)]
mod tests;

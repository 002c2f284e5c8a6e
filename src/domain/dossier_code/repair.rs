//! What a broken dossier code may have been: proposals for a look-up.
//!
//! It must not change a code: a candidate counts only when another system holds exactly that code and
//! the rest of the record agrees, which is for the caller to find out.

use super::agency_order::agency_is_ascending;
use super::{DossierCode, equivalent};

/// The damage that a [`Candidate`] undoes. The order is the order of the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repair {
    /// `O` for `0`, `I` or `L` for `1` inside groups of digits.
    LetterForDigit,
    /// A dot between the letter and the number of the province: `H.28`.
    StrayDot,
    /// Two groups of the agency, or all of them, without their dot: `H15.5005`.
    MissingDot,
    /// Leading groups left out: `00.53.H48` and `53.H48` for `000.00.53.H48`.
    LostGroups,
    /// Leading zeros of the sequence lost in a number cell: `-99` for `-0099`.
    LostZeros,
    /// The agency in the other order: `H48.53` for `000.00.53.H48` [R-M].
    OtherOrder,
}

impl Repair {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LetterForDigit => "letter_for_digit",
            Self::StrayDot => "stray_dot",
            Self::MissingDot => "missing_dot",
            Self::LostGroups => "lost_groups",
            Self::LostZeros => "lost_zeros",
            Self::OtherOrder => "other_order",
        }
    }
}

/// A code that the given one may stand for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// What was undone last; letters for digits are always put right first.
    pub repair: Repair,
    /// A code of national form with a real date and a sequence above zero.
    pub code: String,
}

/// The codes that a [`normalise`](super::normalise)d code may stand for after one slip, sorted, each
/// once, never the code itself.
///
/// Meant for codes that are malformed or found no counterpart. A valid code has candidates too (its
/// other order, sequences of more digits), so a candidate proves nothing by itself.
#[must_use]
pub fn candidates(code: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    for base in with_digits(code) {
        propose(&mut found, Repair::LetterForDigit, base.clone());
        if let Some((agency, tail)) = base.split_once('-') {
            for (repair, repaired) in repaired_agencies(agency) {
                propose(&mut found, repair, format!("{repaired}-{tail}"));
            }
        }
        if let Some((head, sequence)) = base.rsplit_once('-') {
            for padded in with_lost_zeros(sequence) {
                propose(&mut found, Repair::LostZeros, format!("{head}-{padded}"));
            }
        }
        for other in other_orders(&base) {
            propose(&mut found, Repair::OtherOrder, other);
        }
    }
    found.retain(|candidate| candidate.code != code);
    found.sort();
    let mut kept: Vec<Candidate> = Vec::with_capacity(found.len());
    for candidate in found {
        if kept.iter().all(|earlier| earlier.code != candidate.code) {
            kept.push(candidate);
        }
    }
    kept
}

fn propose(found: &mut Vec<Candidate>, repair: Repair, code: String) {
    if DossierCode::parse(&code).is_some_and(|parts| parts.is_sound()) {
        found.push(Candidate { repair, code });
    }
}

/// The code with the letters that imitate digits replaced, once for each place where the letter of the
/// province may stand: first of all, or before the last two digits of the agency, a stray dot between.
fn with_digits(code: &str) -> Vec<String> {
    let (agency, tail) = code.split_at(code.find('-').unwrap_or(code.len()));
    let length = agency.chars().count();
    let fixed = |root: usize| -> String {
        let agency = agency.chars().enumerate().map(|(at, c)| if at == root { c } else { as_digit(c) });
        agency.chain(tail.chars().map(as_digit)).collect()
    };
    let mut bases = vec![fixed(0), fixed(length.saturating_sub(3)), fixed(length.saturating_sub(4))];
    bases.dedup();
    bases
}

fn as_digit(c: char) -> char {
    match c {
        'O' | 'o' => '0',
        'I' | 'i' | 'L' | 'l' | '|' => '1',
        other => other,
    }
}

/// Agencies that this one may be after a slip with a dot or a lost group; not all are valid.
fn repaired_agencies(agency: &str) -> Vec<(Repair, String)> {
    let mut found = Vec::new();
    let mut previous_is_letter = false;
    for (at, byte) in agency.bytes().enumerate() {
        if byte == b'.' && previous_is_letter {
            found.push((Repair::StrayDot, format!("{}{}", &agency[..at], &agency[at + 1..])));
        }
        previous_is_letter = byte.is_ascii_uppercase();
    }
    if agency.is_ascii() {
        let inner = 1..agency.len().max(1);
        found.extend(inner.map(|at| (Repair::MissingDot, format!("{}.{}", &agency[..at], &agency[at..]))));
        found.extend(without_any_dot(agency).map(|repaired| (Repair::MissingDot, repaired)));
    }
    found.extend(lost_groups(agency).into_iter().map(|repaired| (Repair::LostGroups, repaired)));
    found
}

/// `0000053H48` and `H155005` with their dots, for groups of the usual width.
fn without_any_dot(agency: &str) -> Option<String> {
    if agency.contains('.') {
        return None;
    }
    let widths: &[usize] = match agency.len() {
        _ if agency.starts_with(|c: char| c.is_ascii_uppercase()) => &[3, 2, 2, 2],
        10 => &[3, 2, 2, 3],
        _ => &[2, 2, 3],
    };
    let mut rest = agency;
    let mut groups = Vec::with_capacity(widths.len());
    for width in widths {
        if !rest.is_empty() {
            let (group, tail) = rest.split_at_checked(*width)?;
            groups.push(group);
            rest = tail;
        }
    }
    rest.is_empty().then(|| groups.join("."))
}

/// An ascending agency with leading groups put back, or the longest form cut to the legacy one of two
/// groups.
fn lost_groups(agency: &str) -> Vec<String> {
    if let Some(legacy) = agency.strip_prefix("000.") {
        return vec![legacy.to_owned()];
    }
    match agency.matches('.').count() {
        1 => vec![format!("00.{agency}"), format!("000.00.{agency}")],
        2 => vec![format!("000.{agency}")],
        _ => Vec::new(),
    }
}

/// The sequence filled up to every length a sequence may have, when it starts as a number does.
fn with_lost_zeros(sequence: &str) -> impl Iterator<Item = String> {
    let number = !sequence.starts_with('0') && !sequence.is_empty();
    let widths = if number { sequence.len() + 1..8 } else { 0..0 };
    widths.filter(|width| *width >= 4).map(move |width| format!("{sequence:0>width$}"))
}

/// The code in the other order of its agency. Units below the third level have three digits in one
/// order and often two in the other, and the legacy form has two groups only: all are tried.
fn other_orders(code: &str) -> Vec<String> {
    let Some(parts) = DossierCode::parse(code) else {
        return Vec::new();
    };
    let tail = &code[parts.agency.len()..];
    let mut found: Vec<String> = equivalent(code).into_iter().collect();
    if agency_is_ascending(parts.agency) == Some(true) {
        let shorter = equivalent(code).filter(|_| parts.agency.starts_with('0')).and_then(|turned| {
            let (agency, tail) = turned.split_once('-')?;
            let (head, last) = agency.rsplit_once('.')?;
            Some(format!("{head}.{}-{tail}", last.strip_prefix('0').filter(|rest| rest.len() == 2)?))
        });
        found.extend(shorter);
        return found;
    }
    let groups: Vec<&str> = parts.agency.split('.').collect();
    match groups[..] {
        [root] => found.push(format!("00.00.{root}{tail}")),
        [root, unit] => found.push(format!("00.{unit}.{root}{tail}")),
        [root, unit, part] => found.push(format!("{part}.{unit}.{root}{tail}")),
        [root, unit, part, desk] => found.push(format!("0{desk}.{part}.{unit}.{root}{tail}")),
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests;

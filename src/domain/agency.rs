//! Agencies (cơ quan) behind the codes: whether one stood on a day, and what became of it.
//!
//! It must not rewrite a code: the code stays as it was written, and who answers for it today is said
//! beside it. Which agencies there are is data, with dates; nothing here knows one by name.

mod succession;
mod table;

pub use succession::{AgencyRelation, Successor};
pub use table::{Agency, AgencyError, Share};

use std::borrow::Cow;

use chrono::{Days, NaiveDate};

use super::dossier_code::descending;

/// Who stands behind the first letter of an agency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Body {
    /// G: a ministry or central agency [S].
    Central,
    /// H: a province, on the side of its People's Committee [S].
    Province,
    /// K: a provincial People's Council [S].
    Council,
    /// Others: bodies of the party, the National Assembly, courts [R-M].
    Other,
}

/// Whether an agency stood on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Listed and in being.
    Known,
    /// Listed, and gone since this day.
    Abolished {
        /// First day without the agency.
        since: NaiveDate,
    },
    /// Listed, and not yet in being.
    NotYet,
    /// In no table, although the tables are complete there.
    Unknown,
    /// The tables cannot tell: no agency code, a list with known gaps, or a unit below a province
    /// whose units no table lists.
    NotJudged,
}

/// The agencies of all tables, sorted by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agencies {
    /// By code, then period, then successor.
    lines: Vec<Agency>,
    /// Provinces and ministries whose units are listed, sorted.
    detailed: Vec<String>,
    /// Where the lines of each province and ministry begin, by [`place`]; the last one ends the list.
    roots: Vec<u32>,
}

const SHIPPED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/agencies.csv"));

/// The letter whose shipped list is complete: the 63 provinces [R-H]. The list of ministries has gaps,
/// so a central agency that is not in it may still be one.
const COMPLETE: char = 'H';

impl Agencies {
    /// The columns of the file.
    pub const HEADER: [&str; 9] = table::HEADER;

    /// The agencies that are shipped: provinces and ministries with the mergers of 2025, each line of
    /// `data/agencies.csv` with its own mark.
    ///
    /// # Errors
    /// [`AgencyError`] when the shipped file is malformed, which a test rules out.
    pub fn shipped() -> Result<Self, AgencyError> {
        Ok(Self::of(table::parse(SHIPPED)?))
    }

    /// The shipped agencies and those of a province's own table; a code that the own table lists has
    /// its own lines only.
    ///
    /// The columns are `code,name,level,parent,valid_from,valid_to,successor,share,source`. Codes may be
    /// written in either order. Lines that are empty or start with `#` are skipped.
    ///
    /// # Errors
    /// [`AgencyError`] for the first line that cannot be read or contradicts another.
    pub fn with(csv: &str) -> Result<Self, AgencyError> {
        let mut lines = table::parse(csv)?;
        let own: Vec<String> = lines.iter().map(|line| line.code.clone()).collect();
        let shipped = table::parse(SHIPPED)?;
        lines.extend(shipped.into_iter().filter(|line| own.binary_search(&line.code).is_err()));
        Ok(Self::of(lines))
    }

    fn of(mut lines: Vec<Agency>) -> Self {
        // A stable sort: the lines of one code keep the order the table gave them.
        lines.sort_by(|a, b| a.code.cmp(&b.code));
        let below = lines.iter().filter(|line| line.code.len() > ROOT);
        let mut detailed: Vec<String> = below.map(|line| line.code[..ROOT].to_owned()).collect();
        detailed.dedup();
        let begin = |root| lines.partition_point(|line| place(&line.code) < root) as u32;
        let roots = (0..=ROOTS).map(begin).collect();
        Self { lines, detailed, roots }
    }

    /// Whether the agency stood on a day, whichever order its code is written in.
    ///
    /// A code that is listed is judged by its own lines. Otherwise a unit below a province or ministry
    /// is judged with it, and as a unit only when some table lists units there.
    #[must_use]
    pub fn standing(&self, code: &str, on: NaiveDate) -> Standing {
        let Some(code) = descending(code) else {
            return Standing::NotJudged;
        };
        let own = self.lines_of(&code);
        if !own.is_empty() {
            return standing_of(own, on);
        }
        let above = &code[..ROOT];
        if self.detailed.binary_search_by(|root| root.as_str().cmp(above)).is_ok() {
            return Standing::Unknown;
        }
        match self.lines_of(above) {
            [] if code.starts_with(COMPLETE) => Standing::Unknown,
            [] => Standing::NotJudged,
            lines => match standing_of(lines, on) {
                Standing::Known => Standing::NotJudged,
                gone => gone,
            },
        }
    }

    /// The last known line of the agency.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&Agency> {
        self.lines_of(&descending(code)?).last()
    }

    /// The last known name of the agency; `None` also when only its code is known.
    #[must_use]
    pub fn name(&self, code: &str) -> Option<&str> {
        self.find(code).map(|agency| agency.name.as_str()).filter(|name| !name.is_empty())
    }

    fn lines_of(&self, descending: &str) -> &[Agency] {
        let root = place(descending);
        let of_root = &self.lines[self.roots[root] as usize..self.roots[root + 1] as usize];
        let start = of_root.partition_point(|line| line.code.as_str() < descending);
        let found = &of_root[start..];
        let count = found.iter().take_while(|line| line.code == descending).count();
        &found[..count]
    }
}

/// Bytes of the first group of a descending code: `H28`.
const ROOT: usize = 3;

/// Provinces and ministries there may be: a letter and two digits.
const ROOTS: usize = 26 * 100;

/// The place of the province or ministry of a descending code among all there may be, in the order of codes.
fn place(descending: &str) -> usize {
    match descending.as_bytes() {
        [letter @ b'A'..=b'Z', tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => {
            usize::from(letter - b'A') * 100 + usize::from(tens - b'0') * 10 + usize::from(ones - b'0')
        }
        _ => 0,
    }
}

/// The province or ministry of an agency, whichever order its code is written in: `H21` for
/// `000.07.32.H21`.
#[must_use]
pub fn root(code: &str) -> Option<&str> {
    let turned =
        matches!(descending(code)?, Cow::Owned(_)) || !code.starts_with(|c: char| c.is_ascii_uppercase());
    if turned { code.get(code.len() - ROOT..) } else { code.get(..ROOT) }
}

/// Who stands behind the first letter of an agency code.
#[must_use]
pub fn body(code: &str) -> Option<Body> {
    Some(match root(code)?.as_bytes().first()? {
        b'G' => Body::Central,
        b'H' => Body::Province,
        b'K' => Body::Council,
        _ => Body::Other,
    })
}

/// The standing by the lines of one code, in the order of their periods.
fn standing_of(lines: &[Agency], on: NaiveDate) -> Standing {
    let started = lines.iter().filter(|line| line.valid_from.is_none_or(|from| from <= on));
    let last = started.map(|line| line.valid_to.unwrap_or(NaiveDate::MAX)).max();
    match last {
        None => Standing::NotYet,
        Some(to) if on <= to => Standing::Known,
        Some(to) => Standing::Abolished { since: to.checked_add_days(Days::new(1)).unwrap_or(to) },
    }
}

#[cfg(test)]
mod tests;

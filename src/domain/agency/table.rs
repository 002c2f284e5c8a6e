//! The table of agencies as a file: its lines read, and refused with their number when they are wrong.
//!
//! It must not repair a table: a line that contradicts another is for its author to settle.

use chrono::NaiveDate;

use crate::domain::dossier_code::descending;
use crate::domain::reference::{TableFault, iso_date, rows};

/// One line of the table: an agency in one period, with one successor at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// In descending order without empty groups: `H28.36.01`.
    pub code: String,
    /// As it is called; empty where only the code is known.
    pub name: String,
    /// `province`, `ministry`, or what the table's author calls it.
    pub level: String,
    /// The agency above, where the table names one.
    pub parent: Option<String>,
    /// First day; `None` when it is not known or does not matter.
    pub valid_from: Option<NaiveDate>,
    /// Last day; `None` while the agency stands.
    pub valid_to: Option<NaiveDate>,
    /// The agency that answers for its dossiers afterwards.
    pub successor: Option<String>,
    /// How much of it went to that successor.
    pub share: Share,
}

/// How much of an agency went to a successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Share {
    /// Everything (toàn bộ).
    Whole,
    /// A part of it (một phần): which dossiers is not known.
    Part,
}

/// Why a table of agencies is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgencyError {
    /// The first line is not the expected header.
    #[error(
        "read the agencies: line 1 is not the header\n  hint: the first line is code,name,level,parent,valid_from,valid_to,successor,share,source"
    )]
    Header,
    /// A line without its nine cells.
    #[error(
        "read the agencies: line {line} has not nine cells\n  hint: put a cell with a comma in double quotes"
    )]
    Cells {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A code, parent or successor that is no agency code.
    #[error("read the agencies: `{code}` in line {line} is no agency code\n  hint: write it as H28.36.01")]
    Code {
        /// Line in the file, from 1.
        line: u64,
        /// As it is written.
        code: String,
    },
    /// A date that cannot be read.
    #[error(
        "read the agencies: no date in line {line}\n  hint: write it as 2025-06-30, or leave the cell empty"
    )]
    Date {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A period that ends before it begins.
    #[error("read the agencies: line {line} ends before it begins")]
    Period {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A share that is neither whole nor part.
    #[error("read the agencies: share in line {line} is neither whole nor part")]
    Share {
        /// Line in the file, from 1.
        line: u64,
    },
    /// Two lines of one code that cannot both hold.
    #[error(
        "read the agencies: line {line} contradicts line {other} of the same code\n  hint: periods of one code do not overlap; the lines of a split have the same period, different successors and share part"
    )]
    Contradiction {
        /// Line in the file, from 1.
        line: u64,
        /// The line it contradicts.
        other: u64,
    },
}

pub(super) const HEADER: [&str; 9] =
    ["code", "name", "level", "parent", "valid_from", "valid_to", "successor", "share", "source"];

/// The lines sorted by code, then period, then successor.
pub(super) fn parse(csv: &str) -> Result<Vec<Agency>, AgencyError> {
    let rows = rows(csv, HEADER).map_err(|fault| match fault {
        TableFault::Header => AgencyError::Header,
        TableFault::Cells { line } => AgencyError::Cells { line },
    })?;
    let mut read: Vec<(Agency, u64)> = Vec::with_capacity(rows.len());
    for (line, cells) in rows {
        read.push((agency(&cells, line)?, line));
    }
    read.sort_by(|(a, at), (b, bt)| order(a).cmp(&order(b)).then(at.cmp(bt)));
    check(&read)?;
    Ok(read.into_iter().map(|(agency, _)| agency).collect())
}

fn order(line: &Agency) -> (&str, Option<NaiveDate>, NaiveDate, Option<&str>) {
    (&line.code, line.valid_from, line.valid_to.unwrap_or(NaiveDate::MAX), line.successor.as_deref())
}

fn agency(cells: &[String; 9], line: u64) -> Result<Agency, AgencyError> {
    let [code, name, level, parent, from, to, successor, share, _] = cells.each_ref().map(String::as_str);
    let unknown = |code: &str| AgencyError::Code { line, code: code.to_owned() };
    let known = |code: &str| descending(code).map(|code| code.into_owned()).ok_or_else(|| unknown(code));
    let optional = |code: &str| if code.is_empty() { Ok(None) } else { known(code).map(Some) };
    let (valid_from, valid_to) = (date(from, line)?, date(to, line)?);
    if valid_from.zip(valid_to).is_some_and(|(from, to)| to < from) {
        return Err(AgencyError::Period { line });
    }
    let share = match share {
        "" | "whole" => Share::Whole,
        "part" => Share::Part,
        _ => return Err(AgencyError::Share { line }),
    };
    Ok(Agency {
        code: known(code)?,
        name: name.to_owned(),
        level: level.to_owned(),
        parent: optional(parent)?,
        valid_from,
        valid_to,
        successor: optional(successor)?,
        share,
    })
}

fn date(cell: &str, line: u64) -> Result<Option<NaiveDate>, AgencyError> {
    if cell.is_empty() { Ok(None) } else { iso_date(cell).map(Some).ok_or(AgencyError::Date { line }) }
}

/// Neighbours of one code either follow each other in time or are parts of one split.
fn check(sorted: &[(Agency, u64)]) -> Result<(), AgencyError> {
    for pair in sorted.windows(2) {
        let [(first, other), (second, line)] = pair else {
            continue;
        };
        if first.code != second.code {
            continue;
        }
        let follows = first.valid_to.zip(second.valid_from).is_some_and(|(to, from)| to < from);
        let split = (first.valid_from, first.valid_to) == (second.valid_from, second.valid_to)
            && (first.share, second.share) == (Share::Part, Share::Part)
            && first.successor != second.successor;
        if !follows && !split {
            return Err(AgencyError::Contradiction { line: *line, other: *other });
        }
    }
    Ok(())
}

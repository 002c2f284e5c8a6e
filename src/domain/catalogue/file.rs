//! The catalogue as a file: its lines read, and refused with their number when they are wrong.
//!
//! It must not close a gap or choose between two versions: that is for the file's author to settle.

use chrono::{Days, NaiveDate};

use super::{Change, ProcedureLevel, Version, number};
use crate::domain::deadline::DayKind;
use crate::domain::reference::{TableFault, iso_date, rows};

/// Why a catalogue is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The first line is not the expected header.
    #[error(
        "read the procedures: line 1 is not the header\n  hint: the first line is code,name,field,level,max_days,day_kind,valid_from,valid_to,change,decision,source"
    )]
    Header,
    /// A line without its eleven cells.
    #[error(
        "read the procedures: line {line} has not eleven cells\n  hint: put a cell with a comma in double quotes"
    )]
    Cells {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A code that is not of the national pattern.
    #[error(
        "read the procedures: the code in line {line} is not of the form 1.001193\n  hint: eight characters; a spreadsheet drops zeros at the end"
    )]
    Code {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A level outside the list.
    #[error(
        "read the procedures: unknown level in line {line}\n  hint: province, district, commune, joint_same_level or joint_cross_level"
    )]
    Level {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A limit that is no whole number of working or calendar days.
    #[error(
        "read the procedures: no limit in line {line}\n  hint: max_days is a whole number with day_kind working or calendar, or both are empty"
    )]
    Limit {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A date that cannot be read, or no first day.
    #[error(
        "read the procedures: no date in line {line}\n  hint: write it as 2024-03-01; only valid_to may be empty"
    )]
    Date {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A period that ends before it begins, or an abolition with a last day.
    #[error(
        "read the procedures: line {line} ends before it begins, or is an abolition with a last day\n  hint: valid_from of an abolished line is the first day without the procedure, valid_to stays empty"
    )]
    Period {
        /// Line in the file, from 1.
        line: u64,
    },
    /// A change outside the list.
    #[error("read the procedures: unknown change in line {line}\n  hint: new, amended, abolished or empty")]
    Change {
        /// Line in the file, from 1.
        line: u64,
    },
    /// Two versions of one procedure in force on the same day.
    #[error(
        "read the procedures: line {line} begins before the version in line {other} has ended\n  hint: end the earlier version the day before"
    )]
    Overlap {
        /// Line in the file, from 1.
        line: u64,
        /// The line of the earlier version.
        other: u64,
    },
    /// An abolition of a procedure that was not in force.
    #[error(
        "read the procedures: line {line} abolishes a procedure without a version before it\n  hint: add the line of the version that ended"
    )]
    NothingAbolished {
        /// Line in the file, from 1.
        line: u64,
    },
}

pub(super) const HEADER: [&str; 11] = [
    "code",
    "name",
    "field",
    "level",
    "max_days",
    "day_kind",
    "valid_from",
    "valid_to",
    "change",
    "decision",
    "source",
];

/// The versions sorted by code and first day; one that an abolition ends has its last day.
pub(super) fn parse(csv: &str) -> Result<Vec<Version>, CatalogueError> {
    let rows = rows(csv, HEADER).map_err(|fault| match fault {
        TableFault::Header => CatalogueError::Header,
        TableFault::Cells { line } => CatalogueError::Cells { line },
    })?;
    let mut read: Vec<(Version, u64)> = Vec::with_capacity(rows.len());
    for (line, cells) in rows {
        read.push((version(&cells, line)?, line));
    }
    read.sort_by(|(a, at), (b, bt)| (&a.code, a.valid_from, at).cmp(&(&b.code, b.valid_from, bt)));
    settle(&mut read)?;
    Ok(read.into_iter().map(|(version, _)| version).collect())
}

fn version(cells: &[String; 11], line: u64) -> Result<Version, CatalogueError> {
    let [code, name, field, level, max_days, day_kind, from, to, change, decision, _] =
        cells.each_ref().map(String::as_str);
    if number(code).is_none() {
        return Err(CatalogueError::Code { line });
    }
    let level = ProcedureLevel::from_code(level).ok_or(CatalogueError::Level { line })?;
    let (max_days, day_kind) = limit(max_days, day_kind).ok_or(CatalogueError::Limit { line })?;
    let change = match change {
        "" => None,
        "new" => Some(Change::New),
        "amended" => Some(Change::Amended),
        "abolished" => Some(Change::Abolished),
        _ => return Err(CatalogueError::Change { line }),
    };
    let valid_from = iso_date(from).ok_or(CatalogueError::Date { line })?;
    let valid_to = match to {
        "" => None,
        to => Some(iso_date(to).ok_or(CatalogueError::Date { line })?),
    };
    if valid_to.is_some_and(|to| to < valid_from || change == Some(Change::Abolished)) {
        return Err(CatalogueError::Period { line });
    }
    Ok(Version {
        code: code.to_owned(),
        name: name.to_owned(),
        field: field.to_owned(),
        level,
        max_days,
        day_kind,
        valid_from,
        valid_to,
        change,
        decision: decision.to_owned(),
    })
}

fn limit(max_days: &str, day_kind: &str) -> Option<(Option<u16>, DayKind)> {
    let kind = match day_kind {
        "working" => DayKind::Working,
        "calendar" => DayKind::Calendar,
        "" if max_days.is_empty() => DayKind::Working,
        _ => return None,
    };
    let plain = max_days.bytes().all(|byte| byte.is_ascii_digit());
    let days = if max_days.is_empty() { None } else { Some(max_days.parse().ok().filter(|_| plain)?) };
    Some((days, kind))
}

/// Ends the versions that were abolished and refuses versions that overlap.
fn settle(sorted: &mut [(Version, u64)]) -> Result<(), CatalogueError> {
    let abolished = |version: &Version| version.change == Some(Change::Abolished);
    if let Some((_, line)) = sorted.first().filter(|(version, _)| abolished(version)) {
        return Err(CatalogueError::NothingAbolished { line: *line });
    }
    for at in 1..sorted.len() {
        let [(before, other), (after, line)] = &mut sorted[at - 1..=at] else {
            continue;
        };
        let (line, other) = (*line, *other);
        let same = before.code == after.code;
        if abolished(after) {
            if !same || abolished(before) {
                return Err(CatalogueError::NothingAbolished { line });
            }
            if before.valid_from == after.valid_from {
                return Err(CatalogueError::Overlap { line, other });
            }
            let last = after.valid_from.checked_sub_days(Days::new(1)).unwrap_or(after.valid_from);
            before.valid_to = Some(before.valid_to.map_or(last, |to: NaiveDate| to.min(last)));
        } else if same {
            let ended = match before.valid_to {
                _ if abolished(before) => before.valid_from <= after.valid_from,
                Some(to) => to < after.valid_from,
                None => false,
            };
            if !ended {
                return Err(CatalogueError::Overlap { line, other });
            }
        }
    }
    Ok(())
}

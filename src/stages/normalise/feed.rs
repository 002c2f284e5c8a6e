//! What became of one input file, and whether its silence means anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDateTime, TimeDelta};

use crate::config::plan::{Expectations, SystemPlan};
use crate::domain::date::Moments;
use crate::domain::dossier::FieldName;
use crate::domain::money;
use crate::history::History;
use crate::stages::load::cells::TotalsRow;
use crate::stages::load::{Feed, FeedState};

/// What became of one input file.
#[derive(Debug, Clone)]
pub struct FeedAccount {
    pub file: String,
    /// The kind of file it was found to be.
    pub format: &'static str,
    pub nights_back: u32,
    pub bytes: u64,
    pub sha256: String,
    pub rows: u64,
    pub quarantined: u64,
    /// Of the quarantined, rows that never were records: titles, signatures, other tables.
    pub notes: u64,
    /// Blank rows, repeated headers and totals.
    pub set_aside: u64,
    /// As the control file says.
    pub extracted_at: Option<NaiveDateTime>,
    pub health: FeedHealth,
    pub reason: String,
    /// What was put right while it was read.
    pub remark: String,
    pub columns: Vec<ColumnAccount>,
}

/// What one column of a file held.
#[derive(Debug, Clone)]
pub struct ColumnAccount {
    pub sheet: Option<Arc<str>>,
    /// 0-based place in the export, where it has one.
    pub position: Option<usize>,
    pub header: String,
    pub field: Option<FieldName>,
    pub encoding: Option<&'static str>,
    pub confidence: Option<f64>,
    pub tally: Tally,
}

/// Cells of a mapped column, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub cells: u64,
    pub empty: u64,
    pub unreadable: u64,
    pub repaired: u64,
    /// Of a column of moments.
    pub moments: Moments,
    /// Values of a code list and how often each stands there, as they may be shown.
    pub values: BTreeMap<String, u64>,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.cells += other.cells;
        self.empty += other.empty;
        self.unreadable += other.unreadable;
        self.repaired += other.repaired;
        self.moments.add(other.moments);
        for (value, count) in &other.values {
            if self.values.len() < MOST_VALUES || self.values.contains_key(value) {
                *self.values.entry(value.clone()).or_default() += count;
            }
        }
    }

    pub fn empty_share(&self) -> f64 {
        self.empty as f64 / self.cells.max(1) as f64
    }

    /// Of the cells that hold something.
    pub fn unreadable_share(&self) -> f64 {
        self.unreadable as f64 / (self.cells - self.empty).max(1) as f64
    }
}

/// A list of more values than this is no code list.
pub const MOST_VALUES: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FeedHealth {
    Healthy,
    Missing,
    Empty,
    Unreadable,
    /// The cells do not stand under their headers.
    Shifted,
    /// Mapped columns are gone from a file that had them.
    DoesNotFit,
    BreaksOff,
    TooManyRejects,
    ControlMismatch,
    TooFewRows,
    TooManyRows,
    SameAgain,
    Stale,
}

impl FeedHealth {
    pub fn code(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Unreadable => "unreadable",
            Self::Shifted => "shifted",
            Self::DoesNotFit => "does_not_fit",
            Self::BreaksOff => "breaks_off",
            Self::TooManyRejects => "too_many_rejects",
            Self::ControlMismatch => "control_mismatch",
            Self::TooFewRows => "too_few_rows",
            Self::TooManyRows => "too_many_rows",
            Self::SameAgain => "same_again",
            Self::Stale => "stale",
        }
    }
}

/// What the rows of a file add up to, to be held against its totals.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    pub money: BTreeMap<FieldName, i64>,
    pub totals: Vec<TotalsRow>,
    /// The first that could not be read, in words.
    pub damage: Option<String>,
}

impl FeedAccount {
    /// The account of a file before its rows are read.
    pub fn begin(feed: &Feed, system: &SystemPlan) -> Self {
        let (health, reason) = match &feed.state {
            FeedState::Open(opened) => match &opened.damage {
                Some(damage) => (FeedHealth::BreaksOff, damage.clone()),
                None => (FeedHealth::Healthy, String::new()),
            },
            FeedState::Missing => (FeedHealth::Missing, "the file is not there".to_owned()),
            FeedState::Empty => (FeedHealth::Empty, "the file has no bytes".to_owned()),
            FeedState::Unreadable(reason) => (FeedHealth::Unreadable, reason.clone()),
            FeedState::Shifted(words) => (FeedHealth::Shifted, words.clone()),
            FeedState::DoesNotFit(words) => (FeedHealth::DoesNotFit, words.clone()),
        };
        Self {
            file: feed.file.clone(),
            format: feed.kind.or(system.format).map_or("", |kind| kind.code()),
            nights_back: feed.nights_back,
            bytes: feed.bytes,
            sha256: feed.sha256.clone(),
            rows: 0,
            quarantined: 0,
            notes: 0,
            set_aside: 0,
            extracted_at: feed.control.as_ref().and_then(|control| control.extracted_at),
            health,
            reason,
            remark: remark(feed),
            columns: columns(feed, system),
        }
    }

    fn fault(&mut self, health: FeedHealth, reason: String) {
        if self.health == FeedHealth::Healthy {
            (self.health, self.reason) = (health, reason);
        }
    }

    /// Judges a file by itself, once its rows are read.
    pub fn judge(&mut self, feed: &Feed, sums: &Sums, expect: &Expectations, as_of: NaiveDateTime) {
        if let Some(damage) = &sums.damage {
            self.fault(FeedHealth::BreaksOff, damage.clone());
        }
        if self.health != FeedHealth::Healthy {
            return;
        }
        let records = self.rows - self.notes;
        let refused = self.quarantined - self.notes;
        let share = refused as f64 / records.max(1) as f64;
        if records == 0 {
            self.fault(FeedHealth::Empty, "the file has a header but no rows".to_owned());
        } else if share > expect.reject_above {
            let (is, most) = (100.0 * share, 100.0 * expect.reject_above);
            let reason =
                format!("{refused} of {records} rows quarantined ({is:.1} %, more than {most:.1} %)");
            self.fault(FeedHealth::TooManyRejects, reason);
        }
        self.judge_control(feed, records, sums);
        if let Some(reason) = totals_gap(sums, records - refused, records) {
            self.fault(FeedHealth::ControlMismatch, reason);
        }
        self.judge_age(feed, expect, as_of);
    }

    fn judge_control(&mut self, feed: &Feed, records: u64, sums: &Sums) {
        let Some(control) = &feed.control else { return };
        let file = &control.file;
        let mut gaps = Vec::new();
        if let Some(fault) = &control.fault {
            gaps.push(fault.clone());
        }
        if let Some(rows) = control.rows.filter(|rows| *rows != records) {
            gaps.push(format!("{records} rows, {rows} announced"));
        }
        if control.sha256.as_ref().is_some_and(|announced| *announced != self.sha256) {
            gaps.push("other bytes than announced".to_owned());
        }
        for (field, announced) in &control.sums {
            let sum = sums.money.get(field).copied().unwrap_or_default();
            if sum != *announced {
                gaps.push(format!("{} adds up to {sum}, {announced} announced", field.name()));
            }
        }
        if !gaps.is_empty() {
            self.fault(FeedHealth::ControlMismatch, format!("{file}: {}", gaps.join("; ")));
        }
    }

    /// The extract must have been made after a certain hour of the last day it could have been.
    fn judge_age(&mut self, feed: &Feed, expect: &Expectations, as_of: NaiveDateTime) {
        let Some(after) = expect.extracted_after.filter(|_| self.nights_back == 0) else { return };
        let today = as_of.date().and_time(after);
        let earliest = if today <= as_of { today } else { today - TimeDelta::days(1) };
        let made = self.extracted_at.or(feed.written);
        if let Some(made) = made.filter(|made| *made < earliest) {
            let how = if self.extracted_at.is_some() { "extracted" } else { "last written" };
            self.fault(FeedHealth::Stale, format!("{how} {made}, before {earliest}"));
        }
    }
}

/// What the totals row says and the rows do not. Subtotals and a grand total above or below are both
/// usual: any reading under which the numbers agree is taken.
fn totals_gap(sums: &Sums, accepted: u64, records: u64) -> Option<String> {
    let last = sums.totals.last()?;
    for (field, sum) in &sums.money {
        let of = |row: &TotalsRow| {
            let (_, cell) = row.columns.iter().find(|(of, _)| of == field)?;
            money::normalise(cell).value
        };
        let Some(said) = of(last) else { continue };
        let all: i64 = sums.totals.iter().filter_map(of).sum();
        if said != *sum && all != *sum && all != 2 * *sum {
            let name = field.name();
            return Some(format!("row {} says {said} for {name}, the rows add up to {sum}", last.row));
        }
    }
    let counted = last.cells.iter().find_map(|cell| announced_rows(cell))?;
    // A signature under the table may stand in the column of the codes, and count as a refused record.
    (sums.totals.len() == 1 && !(accepted..=records).contains(&counted))
        .then(|| format!("row {} says {counted} rows, there are {records}", last.row))
}

/// `Tổng cộng: 1.210 hồ sơ` announces 1210 rows.
fn announced_rows(cell: &str) -> Option<u64> {
    let folded = crate::domain::text::fold(cell);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let unit = words.iter().position(|word| matches!(*word, "ho" | "dong" | "ban"))?;
    let is_unit = words[unit] == "dong" || matches!(words.get(unit + 1), Some(&"so" | &"ghi"));
    let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
    is_unit.then(|| digits.parse().ok()).flatten()
}

fn remark(feed: &Feed) -> String {
    let FeedState::Open(opened) = &feed.state else { return String::new() };
    let mut remarks: Vec<String> = Vec::new();
    for layout in &opened.layouts {
        if let Some(repaired) = &layout.repaired {
            remarks.push(format!("repaired: {repaired}"));
        }
        if layout.dates_undecided {
            let words = "day and month could be the other way round: read day first; declare `dates`";
            remarks.push(words.to_owned());
        }
    }
    if !feed.passed_over.is_empty() {
        remarks.push(format!("passed over: {}", feed.passed_over.join(", ")));
    }
    remarks.join("; ")
}

/// Every column of the file, mapped or not, with nothing counted yet.
fn columns(feed: &Feed, system: &SystemPlan) -> Vec<ColumnAccount> {
    let FeedState::Open(opened) = &feed.state else { return Vec::new() };
    let mut columns = Vec::new();
    for layout in &opened.layouts {
        let mapped = layout.columns.iter().zip(&system.columns).map(|((position, judgement), column)| {
            let header = position.and_then(|at| layout.titles.get(at)).unwrap_or(&column.source);
            // What is reached by a path keeps the path as its name, and what stood under a wrong header
            // the right one.
            let has_own = layout.header_row.is_some() && layout.repaired.is_none();
            let header = if has_own { header } else { &column.source };
            ColumnAccount {
                sheet: layout.sheet.clone(),
                position: *position,
                header: header.clone(),
                field: Some(column.field),
                encoding: Some(judgement.encoding.encoding.code()),
                confidence: Some(judgement.confidence),
                tally: Tally::default(),
            }
        });
        columns.extend(mapped);
        let known = |at: usize| layout.columns.iter().any(|(position, _)| *position == Some(at));
        let others = layout.titles.iter().enumerate().filter(|(at, title)| !known(*at) && !title.is_empty());
        columns.extend(others.map(|(at, title)| ColumnAccount {
            sheet: layout.sheet.clone(),
            position: Some(at),
            header: title.clone(),
            field: None,
            encoding: None,
            confidence: None,
            tally: Tally::default(),
        }));
    }
    columns
}

/// Holds the files of one system against the runs before: how many rows it usually has, and whether
/// these are bytes that have been delivered before.
pub fn judge_by_history(feeds: &mut [FeedAccount], system: &SystemPlan, history: &History) {
    let expect = &system.expect;
    let rows: u64 = feeds.iter().map(|feed| feed.rows - feed.notes).sum();
    let usual = history.usual_rows(&system.name, expect.history);
    let verdict = if expect.min_rows.is_some_and(|least| rows < least) {
        let least = expect.min_rows.unwrap_or_default();
        Some((FeedHealth::TooFewRows, format!("{rows} rows, at least {least} expected")))
    } else {
        usual.and_then(|usual| {
            let share = rows as f64 / usual.max(1) as f64;
            let words = format!("{rows} rows, usually {usual}");
            if share < expect.rows_below {
                Some((FeedHealth::TooFewRows, words))
            } else {
                (share > expect.rows_above).then_some((FeedHealth::TooManyRows, words))
            }
        })
    };
    for feed in feeds.iter_mut().filter(|feed| feed.nights_back == 0) {
        if let Some((health, reason)) = verdict.clone() {
            feed.fault(health, reason);
        }
        if !expect.same_again
            && let Some(date) = history.delivered(&system.name, &feed.sha256)
        {
            feed.fault(FeedHealth::SameAgain, format!("the same bytes as in the run of {date}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(fees: i64, totals: &[&str]) -> Sums {
        let row = |(number, cell): (u64, &&str)| TotalsRow {
            row: number,
            columns: vec![(FieldName::Fee, (*cell).to_owned())],
            cells: vec!["Tổng cộng".to_owned(), (*cell).to_owned()],
        };
        let totals = (1..).zip(totals).map(row).collect();
        Sums { money: BTreeMap::from([(FieldName::Fee, fees)]), totals, damage: None }
    }

    #[test]
    fn totals_agree_under_any_usual_reading() {
        assert_eq!(totals_gap(&sums(100, &["100"]), 3, 3), None);
        assert_eq!(totals_gap(&sums(100, &["40", "60"]), 3, 3), None);
        assert_eq!(totals_gap(&sums(100, &["40", "60", "100"]), 3, 3), None);
        assert_eq!(totals_gap(&sums(100, &[""]), 3, 3), None);
        assert!(totals_gap(&sums(100, &["90"]), 3, 3).is_some_and(|words| words.contains("says 90 for fee")));
        assert!(totals_gap(&sums(100, &["40", "50"]), 3, 3).is_some());
    }

    #[test]
    fn a_totals_row_may_announce_rows() {
        assert_eq!(announced_rows("Tổng cộng: 1.210 hồ sơ"), Some(1210));
        assert_eq!(announced_rows("Tổng số 12 dòng"), Some(12));
        assert_eq!(announced_rows("Tổng cộng"), None);
        assert_eq!(announced_rows("Hồ Văn 12"), None);
    }
}

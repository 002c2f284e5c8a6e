//! Which moment of a dossier a column of dates is, told by the order of the dates in its rows:
//! submitted, received, synced; then due; then finished, returned.
//!
//! It must not overrule a header, and must leave open what the order does not say.

use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike, Weekday};

use super::layout::{self, date_patterns, ratio};
use crate::domain::date::{self, DatePattern};
use crate::domain::dossier::FieldName;

/// Rows looked at.
const ENOUGH: usize = 1_000;
/// Fewer dates than this order themselves by chance.
const FEWEST: usize = 4;
/// Share of the rows that must keep an order for it to be believed: typing errors break it now and then.
const MOSTLY: f64 = 0.9;

/// The dates of one column, row by row.
pub(super) struct Moments {
    pub column: usize,
    cells: Vec<Option<NaiveDateTime>>,
}

impl Moments {
    /// Reads a column with the patterns its cells suggest.
    pub fn read<'a>(column: usize, rows: usize, cell: impl Fn(usize) -> &'a str) -> Self {
        let cells: Vec<&str> = (0..rows.min(ENOUGH)).map(cell).collect();
        let patterns: Vec<DatePattern> = date_patterns(cells.iter().copied())
            .cover
            .iter()
            .filter_map(|pattern| DatePattern::parse(pattern).ok())
            .collect();
        let read =
            |cell: &&str| date::datetime(cell, &patterns).value.or_else(|| layout::excel_serial(cell.trim()));
        Self { column, cells: cells.iter().map(read).collect() }
    }

    fn filled(&self) -> usize {
        self.cells.iter().flatten().count()
    }

    fn fill(&self) -> f64 {
        ratio(self.filled(), self.cells.len())
    }

    /// The gap to a later column in every row that has both.
    fn gaps<'a>(&'a self, later: &'a Self) -> impl Iterator<Item = TimeDelta> + 'a {
        self.cells.iter().zip(&later.cells).filter_map(|(own, later)| Some((*later)? - (*own)?))
    }

    /// The share of the rows that have both and pass the test; `None` without such rows.
    fn share(&self, later: &Self, test: impl Fn(TimeDelta) -> bool) -> Option<f64> {
        let gaps: Vec<TimeDelta> = self.gaps(later).collect();
        (!gaps.is_empty()).then(|| ratio(gaps.iter().filter(|gap| test(**gap)).count(), gaps.len()))
    }

    /// Nearly never after the other, and not simply equal to it.
    fn precedes(&self, later: &Self) -> bool {
        self.share(later, |gap| gap >= TimeDelta::zero()).is_some_and(|share| share >= MOSTLY)
            && self.share(later, |gap| gap > TimeDelta::zero()).is_some_and(|share| share > 0.3)
    }

    /// Within a day of each other in most rows.
    fn is_near(&self, other: &Self) -> bool {
        self.share(other, |gap| gap.abs() <= TimeDelta::days(1)).is_some_and(|share| share >= MOSTLY)
    }

    /// The share of the dates at night or on a Sunday, when no counter is open.
    fn out_of_hours(&self) -> f64 {
        let closed = |at: &NaiveDateTime| at.weekday() == Weekday::Sun || !(6..19).contains(&at.hour());
        ratio(self.cells.iter().flatten().filter(|at| closed(at)).count(), self.filled())
    }

    /// The share of the rows that lie whole days, or the end of a working day, behind the other column:
    /// a deadline is reckoned, an event happens.
    fn is_reckoned_from(&self, start: &Self) -> bool {
        let pairs: Vec<(NaiveDateTime, NaiveDateTime)> = start
            .cells
            .iter()
            .zip(&self.cells)
            .filter_map(|(start, own)| Some(((*start)?, (*own)?)))
            .collect();
        let round = |at: &NaiveDateTime| {
            at.second() == 0 && matches!((at.hour(), at.minute()), (0, 0) | (11 | 16 | 17, 0 | 30))
        };
        let reckoned = pairs.iter().filter(|(start, own)| own.time() == start.time() || round(own)).count();
        ratio(reckoned, pairs.len()) >= 0.7
    }
}

/// What the order of dates says of the columns no header speaks for: column, field, confidence.
///
/// `known` are the moments that headers have settled; their fields are not given again.
pub(super) fn by_order(open: &[Moments], known: &[(FieldName, Moments)]) -> Vec<(usize, FieldName, f64)> {
    let mut found = Found { known, out: Vec::new() };
    let mut left: Vec<&Moments> = open.iter().filter(|column| column.filled() >= FEWEST).collect();
    early(&mut left, &mut found);
    let Some(received) = found.of(FieldName::ReceivedAt, open) else {
        return found.out;
    };
    left.retain(|column| received.precedes(column) && !received.is_near(column));
    due(&mut left, received, &mut found);
    end(&mut left, &mut found);
    found.out
}

struct Found<'k> {
    known: &'k [(FieldName, Moments)],
    out: Vec<(usize, FieldName, f64)>,
}

impl<'k> Found<'k> {
    fn has(&self, field: FieldName) -> bool {
        self.known.iter().any(|(own, _)| *own == field) || self.out.iter().any(|(_, own, _)| *own == field)
    }

    fn of(&self, field: FieldName, open: &'k [Moments]) -> Option<&'k Moments> {
        let known = self.known.iter().find(|(own, _)| *own == field).map(|(_, moments)| moments);
        let column = self.out.iter().find(|(_, own, _)| *own == field).map(|(column, ..)| *column);
        known.or_else(|| open.iter().find(|moments| Some(moments.column) == column))
    }

    fn take(&mut self, left: &mut Vec<&Moments>, column: usize, field: FieldName, confidence: f64) {
        if !self.has(field) {
            left.retain(|own| own.column != column);
            self.out.push((column, field, confidence));
        }
    }
}

/// Submitted, received, synced: the columns near the earliest one that nearly every row fills.
fn early(left: &mut Vec<&Moments>, found: &mut Found<'_>) {
    use FieldName::{ReceivedAt, SubmittedAt, SyncedAt};
    if found.has(ReceivedAt) {
        return;
    }
    let fullest = left.iter().map(|column| column.fill()).fold(0.0, f64::max);
    let full: Vec<&Moments> =
        left.iter().copied().filter(|column| column.fill() >= MOSTLY * fullest).collect();
    let first = full.iter().copied().find(|column| {
        full.iter()
            .all(|other| column.column == other.column || column.precedes(other) || column.is_near(other))
            && full.iter().all(|other| column.column == other.column || !other.precedes(column))
    });
    let Some(first) = first else { return };
    // What lies within a day of a received column in nearly every row is no deadline.
    let mut near: Vec<&Moments> = full.into_iter().filter(|other| first.is_near(other)).collect();
    near.sort_by_key(|column| (column.column != first.column, column.column));
    let same = |a: &Moments, b: &Moments| a.share(b, |gap| gap == TimeDelta::zero()).unwrap_or(0.0);
    match near.as_slice() {
        [only] => found.take(left, only.column, ReceivedAt, 0.7),
        // A sync job that does not know the submission repeats the receipt.
        [a, b] if same(a, b) > 0.5 => {
            found.take(left, a.column, SubmittedAt, 0.55);
            found.take(left, b.column, ReceivedAt, 0.6);
        }
        // People submit at night, counters receive in office hours.
        [a, b] if a.out_of_hours() > b.out_of_hours() + 0.1 => {
            found.take(left, a.column, SubmittedAt, 0.55);
            found.take(left, b.column, ReceivedAt, 0.6);
        }
        // Received and synced, or submitted and received: the earlier is the safer start.
        [a, _] => found.take(left, a.column, ReceivedAt, 0.5),
        [a, b, c] if same(a, b) > 0.5 && b.precedes(c) => {
            found.take(left, a.column, SubmittedAt, 0.55);
            found.take(left, b.column, ReceivedAt, 0.6);
            found.take(left, c.column, SyncedAt, 0.55);
        }
        _ => {}
    }
}

/// Due: reckoned from the receipt and there for every dossier, also one that is still open.
fn due(left: &mut Vec<&Moments>, received: &Moments, found: &mut Found<'_>) {
    if found.has(FieldName::DueAt) {
        return;
    }
    let reckoned: Vec<&Moments> =
        left.iter().copied().filter(|column| column.is_reckoned_from(received)).collect();
    let fuller = |column: &Moments| {
        left.iter().all(|other| other.column == column.column || column.fill() > other.fill() + 0.03)
    };
    let choice = match reckoned.as_slice() {
        [only] => Some((only.column, if fuller(only) { 0.7 } else { 0.6 })),
        _ => left.iter().find(|column| fuller(column)).map(|column| (column.column, 0.55)),
    };
    if let Some((column, confidence)) = choice {
        found.take(left, column, FieldName::DueAt, confidence);
    }
}

/// Finished before returned. One column alone is taken for finished, which every system has.
fn end(left: &mut Vec<&Moments>, found: &mut Found<'_>) {
    use FieldName::{FinishedAt, ReturnedAt};
    if !found.has(FieldName::DueAt) {
        return;
    }
    match (left.as_slice(), found.has(FinishedAt), found.has(ReturnedAt)) {
        (&[a, b], false, false) if a.precedes(b) || b.precedes(a) => {
            let (first, second) = if a.precedes(b) { (a, b) } else { (b, a) };
            found.take(left, first.column, FinishedAt, 0.6);
            found.take(left, second.column, ReturnedAt, 0.6);
        }
        (&[only], false, false) => found.take(left, only.column, FinishedAt, 0.5),
        (&[only], true, false) => found.take(left, only.column, ReturnedAt, 0.55),
        (&[only], false, true) => found.take(left, only.column, FinishedAt, 0.55),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(at: usize, cells: &[&str]) -> Moments {
        Moments::read(at, cells.len(), |row| cells[row])
    }

    const RECEIVED: [&str; 5] = [
        "02/01/2024 15:30:15",
        "04/01/2024 07:52:04",
        "09/01/2024 15:16:29",
        "15/01/2024 07:20:03",
        "16/01/2024",
    ];
    const DUE: [&str; 5] = [
        "05/01/2024 15:30:15",
        "09/01/2024 07:52:04",
        "23/01/2024 15:16:29",
        "04/03/2024 07:20:03",
        "18/01/2024",
    ];
    const FINISHED: [&str; 5] =
        ["03/01/2024 16:46:18", "05/01/2024 11:14:59", "19/01/2024 16:51:12", "", "17/01/2024 08:10:11"];
    const RETURNED: [&str; 5] =
        ["04/01/2024 08:35:05", "05/01/2024 14:53:48", "20/01/2024 09:00:01", "", "17/01/2024 15:00:59"];

    #[test]
    fn the_order_of_dates_names_the_columns() {
        let open = [column(0, &RETURNED), column(1, &DUE), column(2, &RECEIVED), column(3, &FINISHED)];
        let mut found: Vec<(usize, &str)> =
            by_order(&open, &[]).into_iter().map(|(column, field, _)| (column, field.name())).collect();
        found.sort_unstable();
        assert_eq!(found, [(0, "returned_at"), (1, "due_at"), (2, "received_at"), (3, "finished_at")]);
    }

    #[test]
    fn headers_are_anchors() {
        let known =
            [(FieldName::ReceivedAt, column(0, &RECEIVED)), (FieldName::FinishedAt, column(1, &FINISHED))];
        let found = by_order(&[column(2, &RETURNED), column(3, &DUE)], &known);
        let found: Vec<(usize, &str)> =
            found.into_iter().map(|(column, field, _)| (column, field.name())).collect();
        assert_eq!(found, [(3, "due_at"), (2, "returned_at")]);
    }

    #[test]
    fn a_repeated_receipt_is_the_submission() {
        let found = by_order(&[column(0, &RECEIVED), column(1, &RECEIVED)], &[]);
        let found: Vec<(usize, &str)> =
            found.into_iter().map(|(column, field, _)| (column, field.name())).collect();
        assert_eq!(found, [(0, "submitted_at"), (1, "received_at")]);
    }

    #[test]
    fn without_an_order_nothing_is_said() {
        let mut upside_down = RECEIVED;
        upside_down.reverse();
        assert_eq!(by_order(&[column(0, &RECEIVED), column(1, &upside_down)], &[]), []);
        assert_eq!(by_order(&[], &[]), []);
        assert_eq!(by_order(&[column(0, &["", "", "", ""])], &[]), []);
    }
}

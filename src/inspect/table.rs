//! One table: where its header stands, what its columns look like, which fields they may be.

use super::sample::Sample;
use crate::domain::dossier::FieldName;
use crate::domain::encoding::Judgement;
use crate::domain::recognise::{
    self, ColumnProfile, DateReading, Grammar, HeaderMatch, Proposal, header_meaning,
};
use crate::stages::load::evidence;
use crate::stages::load::grid::dialect::Dialect;
use crate::stages::load::grid::row::{Cells as _, Row};
use crate::stages::load::shape::furniture::is_blank;
use crate::stages::load::shape::header;
use crate::stages::normalise::quarantine;

/// Rows among which the header is looked for.
const HEADER_ROWS: usize = 300;
/// Columns that are looked at.
const MOST_COLUMNS: usize = 400;

/// What was found of one table.
#[derive(Debug)]
pub struct Table {
    pub sheet: Option<String>,
    pub dialect: Option<Dialect>,
    pub utf16: bool,
    pub records: Option<String>,
    /// As a person counts; `None` where the format names its columns.
    pub header_row: Option<u64>,
    /// Rows of data looked at.
    pub rows: usize,
    pub columns: Vec<Column>,
    /// Headers and cells contradict each other in so many columns that the body must be shifted.
    pub shifted: bool,
}

/// What was found of one column.
#[derive(Debug)]
pub struct Column {
    pub header: String,
    /// No header was found: the first row stands in its place, and may name a person.
    pub header_is_guessed: bool,
    pub encoding: Judgement,
    pub profile: ColumnProfile,
    pub proposal: Option<Proposal>,
    pub dates: DateReading,
    /// A cell, or its shape where it may name a person.
    pub example: String,
}

impl Table {
    /// `None` for a sheet without rows.
    pub fn of(sample: Sample) -> Option<Self> {
        let width = sample.rows.iter().map(Row::width).max()?.min(MOST_COLUMNS);
        let raw: Vec<Vec<&[u8]>> =
            (0..width).map(|at| sample.rows.iter().map(|row| row.cell(at)).collect()).collect();
        let encodings = evidence::encodings(&raw, None);
        let decode = |row: &Row| -> Vec<String> {
            let cells = encodings.iter().enumerate().take(row.width());
            cells.map(|(at, judgement)| evidence::lossy(judgement.encoding, row.cell(at))).collect()
        };
        let rows: Vec<Vec<String>> = sample.rows.iter().map(decode).collect();
        let (titles, header_row, first, guessed) = match sample.keys {
            Some(keys) => (keys, None, 0, false),
            None => {
                let titled = |row: &Row| -> Vec<String> {
                    let cells = encodings.iter().enumerate().take(row.width());
                    cells.map(|(at, judged)| evidence::title(judged.encoding, row.cell(at))).collect()
                };
                let titled: Vec<Vec<String>> = sample.rows.iter().map(titled).collect();
                let Guess { titles, last, is_known } = guess_header(&titled)?;
                (titles, Some(sample.rows[last].number), last + 1, !is_known)
            }
        };
        let is_body = |row: &&Vec<String>| {
            let filled = row.iter().filter(|cell| !is_blank(cell.as_bytes())).count();
            filled > 1.min(width - 1) && !row.iter().zip(&titles).all(|(cell, title)| cell.trim() == title)
        };
        let body: Vec<&Vec<String>> = rows.iter().skip(first).filter(is_body).collect();
        let cell = |column: usize, row: usize| -> &str {
            body.get(row).and_then(|row| row.get(column)).map_or("", String::as_str)
        };
        let cells = |column: usize| (0..body.len()).map(move |row| cell(column, row));
        let title = |at: usize| titles.get(at).cloned().unwrap_or_default();
        let profiles: Vec<(String, ColumnProfile)> =
            (0..width).map(|at| (title(at), recognise::profile(cells(at)))).collect();
        let proposals = recognise::assign(&profiles, &cell);
        let shifted = recognise::headers_outvoted(&profiles);
        let columns = profiles
            .into_iter()
            .enumerate()
            .map(|(at, (header, profile))| Column {
                header,
                header_is_guessed: guessed,
                encoding: evidence::at(&encodings, Some(at)),
                proposal: proposals.iter().find(|proposal| proposal.column == at).cloned(),
                dates: recognise::date_patterns(cells(at)),
                example: example(cells(at), &profile),
                profile,
            })
            .collect();
        Some(Self {
            sheet: sample.sheet,
            dialect: sample.dialect,
            utf16: sample.utf16,
            records: sample.records,
            header_row,
            rows: body.len(),
            columns,
            shifted,
        })
    }

    /// How much the table looks like dossiers: the sum of what its columns are sure of.
    pub fn worth(&self) -> f64 {
        self.columns.iter().filter_map(|column| Some(column.proposal.as_ref()?.confidence)).sum()
    }

    pub fn column(&self, field: FieldName) -> Option<&Column> {
        self.columns.iter().find(|column| column.proposal.as_ref().is_some_and(|p| p.field == field))
    }
}

/// Where the header may stand.
struct Guess {
    titles: Vec<String>,
    /// Index of its last row.
    last: usize,
    /// It holds titles that are known.
    is_known: bool,
}

/// The header: the row, or two or three rows one above the other, with most known titles; where none is
/// known, the first row as wide as the table.
fn guess_header(rows: &[Vec<String>]) -> Option<Guess> {
    let searched = &rows[..rows.len().min(HEADER_ROWS)];
    let worth = |title: &String| match header_meaning(title).how {
        HeaderMatch::Known | HeaderMatch::PathEnd => 1.0,
        HeaderMatch::Part => 0.6,
        HeaderMatch::Slip => 0.5,
        HeaderMatch::Unknown | HeaderMatch::Blank => 0.0,
    };
    let mut best: Option<(f64, Vec<String>, usize)> = None;
    for last in 0..searched.len() {
        for first in (last.saturating_sub(2)..=last).rev() {
            let titles = header::full_titles(&searched[first..=last]);
            let score: f64 = titles.iter().map(worth).sum();
            if best.as_ref().is_none_or(|(most, ..)| score > most + 0.5) {
                best = Some((score, titles, last));
            }
        }
    }
    if let Some((_, titles, last)) = best.filter(|(score, ..)| *score >= 1.5) {
        return Some(Guess { titles, last, is_known: true });
    }
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !is_blank(cell.as_bytes())).count();
    let widest = searched.iter().map(filled).max()?;
    let last = searched.iter().position(|row| 10 * filled(row) >= 8 * widest)?;
    let titles = header::full_titles(&searched[last..=last]);
    Some(Guess { titles, last, is_known: false })
}

/// A moment at midnight, here or in UTC, is how a program writes a day, which may be a birth.
fn is_a_day(cell: &str) -> bool {
    const MIDNIGHT: [&str; 5] = ["00:00", "0:00", "17:00", "00:00:00", "17:00:00"];
    let time = cell.rsplit([' ', 'T']).find(|part| part.contains(':')).unwrap_or_default();
    let time = time.trim_end_matches('Z').split(['+', '-', '.']).next().unwrap_or_default();
    MIDNIGHT.contains(&time)
}

/// The first cell that holds anything, as it may be shown.
fn example<'c>(cells: impl Iterator<Item = &'c str>, profile: &ColumnProfile) -> String {
    // A cell that is shown as it is must follow the grammar itself: a name may stand among the codes.
    let follows = |cell: &str, grammar: Grammar| recognise::grammars(cell).has(grammar) && !is_a_day(cell);
    // What follows one of these grammars nearly everywhere can only be what it says.
    const PLAIN: [Grammar; 8] = [
        Grammar::DossierCode,
        Grammar::ProcedureCode,
        Grammar::AgencyCode,
        Grammar::Timestamp,
        Grammar::Status,
        Grammar::Channel,
        Grammar::Level,
        Grammar::SmallNumber,
    ];
    let grammar = PLAIN.into_iter().find(|grammar| profile.share(*grammar) >= 0.9);
    let mut filled = cells.filter(|cell| !is_blank(cell.as_bytes())).peekable();
    let short = |cell: &str| -> String {
        cell.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect()
    };
    let first = filled.peek().map(|cell| short(cell)).unwrap_or_default();
    match grammar.and_then(|grammar| filled.find(|cell| follows(cell, grammar))) {
        Some(cell) => short(cell),
        None => quarantine::masked(FieldName::OwnerName, &first),
    }
}

#[cfg(test)]
mod tests {
    use super::is_a_day;

    #[test]
    fn a_day_is_known_however_it_is_written() {
        for day in
            ["1990-01-02 00:00:00", "1989-12-31T17:00:00.000Z", "2/1/1990 0:00", "1990-01-02T00:00:00+07:00"]
        {
            assert!(is_a_day(day), "{day}");
        }
        for moment in ["2024-01-02 10:00:00", "2024-01-02T08:12:05Z", "02/01/2024 17:00:01", "02/01/2024"] {
            assert!(!is_a_day(moment), "{moment}");
        }
    }
}

//! Which column is which field, over a whole table: every field once, every column once.
//!
//! It must not guess to fill a mapping: a field without a column that is sure of stays unmapped.

use std::fmt;

use super::grammar::Grammar;
use super::headers::{HeaderMatch, HeaderMeaning, header_meaning};
use super::matching::best_pairs;
use super::order::{Moments, by_order};
use super::profile::ColumnProfile;
use super::score::{ENOUGH_TO_CONTRADICT, SURE, confidence, is_contradicted, looks_like};
use crate::domain::dossier::{FieldKind, FieldName};

/// Why a column is proposed for a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Why {
    /// What its header says.
    pub header: HeaderMatch,
    /// The header says another field, which the cells contradict: the body may be shifted.
    pub against_header: bool,
    /// The grammar most cells follow, and their share; `None` in an empty column.
    pub cells: Option<(Grammar, f64)>,
    /// The order of the dates decided.
    pub by_order: bool,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, against_header, cells, by_order } = self;
        match header {
            _ if *against_header => f.write_str("against its header")?,
            HeaderMatch::Known | HeaderMatch::PathEnd => f.write_str("header known")?,
            HeaderMatch::Part => f.write_str("part of the header known")?,
            HeaderMatch::Slip => f.write_str("header nearly known")?,
            HeaderMatch::Unknown => f.write_str("header unknown")?,
            HeaderMatch::Blank => f.write_str("no header")?,
        }
        match cells {
            Some((grammar, share)) => write!(f, "; {:.0} % {}", share * 100.0, grammar.code())?,
            None => f.write_str("; column empty")?,
        }
        if *by_order { f.write_str("; by the order of dates") } else { Ok(()) }
    }
}

/// One column proposed for one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub column: usize,
    pub field: FieldName,
    /// 0 to 1, at least [`SURE`].
    pub confidence: f64,
    /// The next best field for this column.
    pub runner_up: Option<(FieldName, f64)>,
    /// The next best column for this field that got no field of its own.
    pub rival: Option<(usize, f64)>,
    pub why: Why,
}

/// The best one-to-one assignment of fields to the columns of a table, in the order of the columns.
///
/// `columns` are header and profile; `cell(column, row)` gives the cells of the rows the profiles were
/// made of. Headers and contents are weighed together, and the total is what is made best, so that a
/// column whose second choice is free gives way to one that has no other. Dates no header speaks for
/// are told apart by their order. Fields that no column is sure of are left out.
#[must_use]
pub fn assign<'a>(
    columns: &[(String, ColumnProfile)],
    cell: &dyn Fn(usize, usize) -> &'a str,
) -> Vec<Proposal> {
    let said: Vec<HeaderMeaning> = columns.iter().map(|(header, _)| header_meaning(header)).collect();
    let meanings =
        if outvoted(columns, &said) { vec![HeaderMeaning::none(); said.len()] } else { said.clone() };
    let table: Vec<Vec<f64>> = columns
        .iter()
        .zip(&meanings)
        .map(|((_, profile), meaning)| {
            FieldName::ALL.iter().map(|field| confidence(*field, meaning, profile)).collect()
        })
        .collect();
    let mut taken: Vec<(usize, FieldName, f64, bool)> = best_pairs(&table, SURE)
        .into_iter()
        .filter_map(|(column, at)| {
            Some((column, *FieldName::ALL.get(at)?, *table.get(column)?.get(at)?, false))
        })
        .collect();
    settle_codes(columns, &meanings, &table, &mut taken);
    taken.extend(dates_by_order(columns, &meanings, &taken, cell));
    taken.sort_by_key(|(column, ..)| *column);
    taken
        .iter()
        .map(|(column, field, confidence, by_order)| {
            let rival = rival(&table, &taken, *column, *field);
            // Two columns that could be it as well: one of them is wrong.
            let close = rival.is_some_and(|(_, other)| other > confidence - 0.03);
            Proposal {
                column: *column,
                field: *field,
                confidence: if close { confidence * 0.85 } else { *confidence },
                runner_up: runner_up(&table, *column, *field),
                rival,
                why: why(columns, &said, *column, *field, *by_order),
            }
        })
        .filter(|proposal| proposal.confidence >= SURE)
        .collect()
}

/// Whether so many headers are contradicted by their cells that the body must be shifted under them.
///
/// [`assign`] then goes by cells alone. A known export writes twelve headers over nine cells [S].
#[must_use]
pub fn headers_outvoted(columns: &[(String, ColumnProfile)]) -> bool {
    let said: Vec<HeaderMeaning> = columns.iter().map(|(header, _)| header_meaning(header)).collect();
    outvoted(columns, &said)
}

/// At least three, and a third of all that can be judged: one or two may be another system's habit.
fn outvoted(columns: &[(String, ColumnProfile)], said: &[HeaderMeaning]) -> bool {
    let judged = columns.iter().zip(said).filter(|((_, profile), meaning)| {
        !meaning.fields.is_empty() && profile.filled() >= ENOUGH_TO_CONTRADICT
    });
    let contradicted =
        judged.clone().filter(|((_, profile), meaning)| is_contradicted(meaning, profile)).count();
    contradicted >= 3 && contradicted * 3 >= judged.count()
}

/// Settles which of several codes is the record's own.
///
/// A table without `code` has it in the column taken for another code. And a system whose own code has
/// the national form keeps no other system's as the hub's: a second such column, where no header says
/// so, is the other code it remembers.
fn settle_codes(
    columns: &[(String, ColumnProfile)],
    meanings: &[HeaderMeaning],
    table: &[Vec<f64>],
    taken: &mut [(usize, FieldName, f64, bool)],
) {
    let place = |field: FieldName| FieldName::ALL.iter().position(|own| *own == field);
    let score = |column: usize, field| table.get(column).and_then(|row| row.get(place(field)?)).copied();
    if !taken.iter().any(|(_, field, ..)| *field == FieldName::Code) {
        let other = taken.iter_mut().find(|(column, field, ..)| {
            field.kind() == FieldKind::DossierCode && score(*column, FieldName::Code) >= Some(SURE)
        });
        if let Some((column, field, confidence, _)) = other {
            *confidence = score(*column, FieldName::Code).unwrap_or(SURE);
            *field = FieldName::Code;
        }
    }
    let national =
        |column: usize| columns.get(column).is_some_and(|(_, own)| own.share(Grammar::DossierCode) > 0.5);
    let owns = taken.iter().any(|(column, field, ..)| *field == FieldName::Code && national(*column));
    let remembers = taken.iter().any(|(_, field, ..)| *field == FieldName::AltCode);
    let said =
        |column: usize| meanings.get(column).is_some_and(|meaning| meaning.says(FieldName::HubCode) > 0.0);
    if owns && !remembers {
        let second =
            taken.iter_mut().find(|(column, field, ..)| *field == FieldName::HubCode && !said(*column));
        if let Some((_, field, ..)) = second {
            *field = FieldName::AltCode;
        }
    }
}

/// The moments among the columns that no header speaks for.
fn dates_by_order<'a>(
    columns: &[(String, ColumnProfile)],
    meanings: &[HeaderMeaning],
    taken: &[(usize, FieldName, f64, bool)],
    cell: &dyn Fn(usize, usize) -> &'a str,
) -> Vec<(usize, FieldName, f64, bool)> {
    let rows = columns.iter().map(|(_, profile)| profile.cells).max().unwrap_or(0);
    let moments = |column: usize| Moments::read(column, rows, |row| cell(column, row));
    let is_moment =
        |profile: &ColumnProfile| looks_like(FieldName::ReceivedAt, profile).is_some_and(|seen| seen >= 0.8);
    let open: Vec<(usize, f64)> = columns
        .iter()
        .zip(meanings)
        .enumerate()
        .filter(|(at, ((_, profile), _))| {
            is_moment(profile) && !taken.iter().any(|(column, ..)| column == at)
        })
        .filter_map(|(at, ((_, profile), meaning))| match meaning.how {
            HeaderMatch::Blank => Some((at, 1.0)),
            // A date under unknown words may be any other date of a dossier.
            HeaderMatch::Unknown => Some((at, 0.85)),
            _ => is_contradicted(meaning, profile).then_some((at, 0.9)),
        })
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let known: Vec<(FieldName, Moments)> = taken
        .iter()
        // The steps every dossier goes through; the fields after them happen to some.
        .filter(|(_, field, ..)| field.kind() == FieldKind::Timestamp && *field <= FieldName::SyncedAt)
        .map(|(column, field, ..)| (*field, moments(*column)))
        .collect();
    let read: Vec<Moments> = open.iter().map(|(column, _)| moments(*column)).collect();
    let worth = |column: usize| open.iter().find(|(own, _)| *own == column).map_or(0.0, |(_, worth)| *worth);
    by_order(&read, &known)
        .into_iter()
        .map(|(column, field, confidence)| (column, field, confidence * worth(column), true))
        .collect()
}

fn runner_up(table: &[Vec<f64>], column: usize, field: FieldName) -> Option<(FieldName, f64)> {
    let scores = table.get(column)?;
    let others = FieldName::ALL.iter().zip(scores).filter(|(own, score)| **own != field && **score >= 0.3);
    // The first of equals, in the order of the fields.
    others.map(|(own, score)| (*own, *score)).reduce(|a, b| if b.1 > a.1 { b } else { a })
}

fn rival(
    table: &[Vec<f64>],
    taken: &[(usize, FieldName, f64, bool)],
    column: usize,
    field: FieldName,
) -> Option<(usize, f64)> {
    let at = FieldName::ALL.iter().position(|own| *own == field)?;
    let free = |other: &usize| *other != column && !taken.iter().any(|(own, ..)| own == other);
    let others = table.iter().enumerate().filter_map(|(other, scores)| Some((other, *scores.get(at)?)));
    others.filter(|(other, score)| free(other) && *score >= 0.3).reduce(|a, b| if b.1 > a.1 { b } else { a })
}

fn why(
    columns: &[(String, ColumnProfile)],
    meanings: &[HeaderMeaning],
    column: usize,
    field: FieldName,
    by_order: bool,
) -> Why {
    let meaning = meanings.get(column);
    let profile = columns.get(column).map(|(_, profile)| profile);
    Why {
        header: meaning.map_or(HeaderMatch::Blank, |meaning| meaning.how),
        against_header: meaning
            .is_some_and(|meaning| !meaning.fields.is_empty() && meaning.says(field) == 0.0),
        cells: profile
            .and_then(|profile| profile.fits.first().map(|(grammar, _)| (*grammar, profile.share(*grammar)))),
        by_order,
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::profile;
    use super::*;

    fn assigned(header: &[&str], rows: &[&[&str]]) -> Vec<(usize, &'static str)> {
        let columns: Vec<(String, ColumnProfile)> = header
            .iter()
            .enumerate()
            .map(|(at, header)| ((*header).to_owned(), profile(rows.iter().map(|row| row[at]))))
            .collect();
        let found = assign(&columns, &|column, row| rows[row][column]);
        found.iter().map(|proposal| (proposal.column, proposal.field.name())).collect()
    }

    #[test]
    fn a_second_choice_gives_way_to_an_only_one() {
        let rows: [&[&str]; 3] = [
            &["BN24-0000001", "H28.34-240109-0001"],
            &["BN24-0000002", "H28.33-240115-0001"],
            &["BN24-0000003", "H28.33-240116-0001"],
        ];
        assert_eq!(assigned(&["Số biên nhận", "Mã hồ sơ một cửa"], &rows), [(0, "code"), (1, "hub_code")]);
        assert_eq!(assigned(&["Số biên nhận", "Mã hồ sơ"], &rows), [(0, "alt_code"), (1, "code")]);
        assert_eq!(assigned(&["maDangKyDvc", "maHoSo"], &rows), [(0, "code"), (1, "hub_code")]);
        assert_eq!(assigned(&["", ""], &rows), [(0, "code"), (1, "hub_code")]);
        assert_eq!(assigned(&["Năm", "Mã hồ sơ một cửa"], &rows), [(1, "code")]);
    }

    #[test]
    fn the_owner_comes_before_who_handed_it_in() {
        let rows: [&[&str]; 2] = [&["Lê Thị Thúy", "Phạm Văn Lộc"], &["Nguyễn Văn Đức", "Trần Thị Lý"]];
        assert_eq!(assigned(&["Người nộp", "Chủ hồ sơ"], &rows), [(1, "owner_name")]);
        assert_eq!(assigned(&["Người nộp", "Người xử lý"], &rows), [(0, "owner_name")]);
    }

    #[test]
    fn a_body_shifted_under_its_header_is_seen() {
        // A header of four cells over rows that begin with one cell too many.
        let header = ["Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", "Trạng thái"];
        let rows: [&[&str]; 4] = [
            &["1", "H28.34-240109-0001", "Lê Thị Thúy", "09/01/2024"],
            &["2", "H28.34-240110-0001", "Nguyễn Văn Đức", "10/01/2024"],
            &["3", "H28.34-240111-0001", "Phạm Văn Lộc", "11/01/2024"],
            &["4", "H28.34-240112-0001", "Trần Thị Lý", "12/01/2024"],
        ];
        assert_eq!(assigned(&header, &rows), [(1, "code"), (2, "owner_name"), (3, "received_at")]);
    }

    #[test]
    fn two_equal_columns_are_less_sure() {
        let columns: Vec<(String, ColumnProfile)> = ["Ngày tiếp nhận", "Ngày tiếp nhận"]
            .iter()
            .map(|header| ((*header).to_owned(), profile(["02/01/2024", "03/01/2024"])))
            .collect();
        let found = assign(&columns, &|_, _| "02/01/2024");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rival.map(|(column, _)| column), Some(1));
        assert!(found[0].confidence < 0.9);
    }

    #[test]
    fn reasons_are_readable() {
        let columns = [("Ngày hẹn trả".to_owned(), profile(["02/01/2024", "03/01/2024"]))];
        let found = assign(&columns, &|_, _| "");
        assert_eq!(found[0].why.to_string(), "header known; 100 % date");
        assert_eq!(assign(&[], &|_, _| ""), []);
    }
}

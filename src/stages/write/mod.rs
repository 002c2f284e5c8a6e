//! Last stage: the night as tables. docs/data-formats.md describes every column.

pub mod case_tables;
mod deadlines;
pub mod feed_tables;
pub mod finding_tables;
pub mod form_tables;
pub mod identifiers;
pub mod record_table;
pub mod rows;

use polars::prelude::PolarsError;
use rayon::prelude::*;
use thiserror::Error;

use super::judge::Judged;
use super::records::Records;
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::engine::id::{self, Id};
use crate::engine::table::{Table, Tables};
use crate::reference::Reference;

#[derive(Debug, Error)]
pub enum TableError {
    #[error("build table {table}: {source}\n  this is a defect of doisoat")]
    Frame { table: &'static str, source: PolarsError },
}

/// Builds one table from the night.
type Builder = for<'a, 'n> fn(&'a Night<'n>) -> Result<Table, TableError>;

/// Every table of a night, in the order in which they are written.
const BUILDERS: [(&str, Builder); 13] = [
    ("feeds", feed_tables::feeds),
    ("feed_columns", feed_tables::feed_columns),
    ("quarantine", feed_tables::quarantine),
    ("records", record_table::records),
    ("cases", case_tables::cases),
    ("links", case_tables::links),
    ("link_evidence", case_tables::link_evidence),
    ("duplicates", case_tables::duplicates),
    ("differences", finding_tables::differences),
    ("findings", finding_tables::findings),
    ("form_06a", form_tables::form_06a),
    ("overdue", form_tables::overdue),
    ("summary", finding_tables::summary),
];

/// The names of the tables.
pub fn table_names() -> Vec<&'static str> {
    BUILDERS.map(|(name, _)| name).to_vec()
}

/// Tables that the workbook is made from; the others are let go as soon as they are published.
const KEPT: [&str; 8] =
    ["feeds", "quarantine", "records", "differences", "findings", "form_06a", "overdue", "summary"];

/// Builds every table of the night, one after the other, and hands each to `publish`.
///
/// # Errors
/// When a table cannot be built from its columns, or published.
pub fn tables<E: From<TableError>>(
    plan: &RunPlan,
    reference: &Reference,
    judged: &Judged,
    mut publish: impl FnMut(&Table) -> Result<(), E>,
) -> Result<Tables, E> {
    let records: Vec<Records<'_>> =
        judged.linked.systems.iter().map(|system| Records::new(&system.frame)).collect();
    let night = Night { plan, reference, judged, ids: Ids::new(plan, judged, &records), records };
    let mut tables = Tables::default();
    for (name, build) in BUILDERS {
        let table = build(&night)?;
        debug_assert_eq!(table.schema.name, name);
        publish(&table)?;
        if KEPT.contains(&name) {
            tables.list.push(table);
        }
    }
    Ok(tables)
}

/// Everything the tables are made from.
pub struct Night<'a> {
    pub plan: &'a RunPlan,
    pub reference: &'a Reference,
    pub judged: &'a Judged,
    pub records: Vec<Records<'a>>,
    pub ids: Ids,
}

impl Night<'_> {
    pub fn system_names(&self) -> Vec<String> {
        self.plan.systems.iter().map(|system| system.name.clone()).collect()
    }
}

/// The identifiers of records and cases.
pub struct Ids {
    records: Vec<Vec<Id>>,
    cases: Vec<Id>,
}

impl Ids {
    /// A record is named by its system, its code and its place among the records of that code; a
    /// case by its first record. Neither depends on the order of an export.
    fn new(plan: &RunPlan, judged: &Judged, records: &[Records<'_>]) -> Self {
        let records: Vec<Vec<Id>> = records
            .iter()
            .zip(&plan.systems)
            .map(|(records, system)| {
                let code = |row: usize| records.text(FieldName::Code, row);
                // Records of one code are neighbours.
                let mut repeats = vec![0u32; records.len()];
                for row in 1..records.len() {
                    repeats[row] = if code(row) == code(row - 1) { repeats[row - 1] + 1 } else { 0 };
                }
                let id = |(row, repeat): (usize, &u32)| match repeat {
                    0 => id::of(&["record", &system.name, code(row).unwrap_or_default()]),
                    repeat => {
                        id::of(&["record", &system.name, code(row).unwrap_or_default(), &repeat.to_string()])
                    }
                };
                repeats.par_iter().enumerate().map(id).collect()
            })
            .collect();
        let cases = judged
            .linked
            .cases
            .par_iter()
            .filter_map(|case| case.members.first())
            .map(|(system, row)| id::of(&["case", records[*system][*row as usize].as_str()]))
            .collect();
        Self { records, cases }
    }

    pub fn record(&self, system: usize, row: u32) -> Id {
        self.records[system][row as usize]
    }

    pub fn case(&self, case: u32) -> Id {
        self.cases[case as usize]
    }

    pub fn link(&self, link: &super::link::Link) -> Id {
        let left = self.record(link.left_system, link.left);
        let right = self.record(link.right_system, link.right);
        id::of(&["link", left.as_str(), right.as_str()])
    }
}

/// The file, sheet and row a record came from.
fn source<'a>(night: &'a Night<'_>, system: usize, row: u32) -> Option<(&'a super::normalise::Place, i64)> {
    use crate::engine::frame::Ints;
    let system = &night.judged.linked.systems[system];
    let place = Ints::of(&system.frame, "place").ok()?.get(row as usize)?;
    let row = Ints::of(&system.frame, "row").ok()?.get(row as usize)?;
    Some((system.places.get(place as usize)?, row))
}

//! Last stage: the night as tables. docs/data-formats.md describes every column.

pub mod case_tables;
pub mod feed_tables;
pub mod finding_tables;
pub mod identifiers;
pub mod record_table;
pub mod rows;

use polars::prelude::PolarsError;
use thiserror::Error;

use super::judge::Judged;
use super::records::Records;
use crate::config::plan::RunPlan;
use crate::engine::id::{self, Id};
use crate::engine::table::Tables;

#[derive(Debug, Error)]
pub enum TableError {
    #[error("build table {table}: {source}\n  this is a defect of doisoat")]
    Frame { table: &'static str, source: PolarsError },
}

/// Builds every table of the night.
///
/// # Errors
/// When a table cannot be built from its columns.
pub fn tables(plan: &RunPlan, judged: &Judged) -> Result<Tables, TableError> {
    let records: Vec<Records<'_>> =
        judged.linked.systems.iter().map(|system| Records::new(&system.frame)).collect();
    let night = Night { plan, judged, ids: Ids::new(plan, judged, &records), records };
    let list = vec![
        feed_tables::feeds(&night)?,
        feed_tables::quarantine(&night)?,
        record_table::records(&night)?,
        case_tables::cases(&night)?,
        case_tables::links(&night)?,
        case_tables::duplicates(&night)?,
        finding_tables::differences(&night)?,
        finding_tables::findings(&night)?,
        finding_tables::summary(&night)?,
    ];
    Ok(Tables { list })
}

/// Everything the tables are made from.
pub struct Night<'a> {
    pub plan: &'a RunPlan,
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
        use crate::domain::dossier::FieldName;
        let records: Vec<Vec<Id>> = records
            .iter()
            .zip(&plan.systems)
            .map(|(records, system)| {
                let mut occurrence = 0u32;
                (0..records.len())
                    .map(|row| {
                        let code = records.text(FieldName::Code, row);
                        let repeats = row > 0 && records.text(FieldName::Code, row - 1) == code;
                        occurrence = if repeats { occurrence + 1 } else { 0 };
                        let code = code.unwrap_or_default();
                        if occurrence == 0 {
                            id::of(&["record", &system.name, code])
                        } else {
                            id::of(&["record", &system.name, code, &occurrence.to_string()])
                        }
                    })
                    .collect()
            })
            .collect();
        let cases = judged
            .linked
            .cases
            .iter()
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

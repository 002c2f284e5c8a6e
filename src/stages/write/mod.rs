//! Last stage: the night as tables. docs/data-formats.md describes every column.

pub mod case_tables;
mod deadlines;
pub mod feed_tables;
pub mod finding_tables;
pub mod form_tables;
pub mod identifiers;
pub mod record_table;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::judge::{Finding, Judged};
use super::records::Records;
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::engine::blunt::Blunt;
use crate::engine::frame::Ints;
use crate::engine::id::{self, Id};
use crate::engine::key;
use crate::engine::merge::{push_int, push_text};
use crate::engine::table::{Misfit, TableSource, Tables};
use crate::reference::Reference;

/// Says how one table is made from the night.
type Builder = for<'a, 'n> fn(&'a Night<'n>) -> Result<TableSource<'a>, Misfit>;

/// What the rows of a table are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Records: each part of a night makes rows of its own, which know their place among all.
    Records,
    /// The night as a whole.
    Night,
}

/// Every table of a night, in the order in which they are written.
const BUILDERS: [(&str, About, Builder); 13] = [
    ("feeds", About::Night, feed_tables::feeds),
    ("feed_columns", About::Night, feed_tables::feed_columns),
    ("quarantine", About::Night, feed_tables::quarantine),
    ("records", About::Records, record_table::records),
    ("cases", About::Records, case_tables::cases),
    ("links", About::Records, case_tables::links),
    ("link_evidence", About::Records, case_tables::link_evidence),
    ("duplicates", About::Records, case_tables::duplicates),
    ("differences", About::Records, finding_tables::differences),
    ("findings", About::Records, finding_tables::findings),
    ("form_06a", About::Night, form_tables::form_06a),
    ("overdue", About::Records, form_tables::overdue),
    ("summary", About::Night, finding_tables::summary),
];

/// The names of the tables.
pub fn table_names() -> Vec<&'static str> {
    BUILDERS.map(|(name, ..)| name).to_vec()
}

/// Every table of the night, in the order in which they are written; rows are made when they are asked for.
///
/// # Errors
/// When a table does not have its columns.
pub fn tables<'a>(night: &'a Night<'_>) -> Result<Vec<TableSource<'a>>, Misfit> {
    BUILDERS.into_par_iter().map(|(_, _, build)| build(night)).collect()
}

/// The tables about records, or those about the night.
///
/// # Errors
/// When a table does not have its columns.
pub fn tables_about<'a>(night: &'a Night<'_>, what: About) -> Result<Vec<TableSource<'a>>, Misfit> {
    BUILDERS.into_iter().filter(|(_, about, _)| *about == what).map(|(_, _, build)| build(night)).collect()
}

/// What a report looks at that shows so many findings of a kind: the short tables, every finding and refused cell, which it
/// counts, and of the long tables the rows that it can show.
///
/// # Errors
/// When a table does not have its columns.
pub fn shown(night: &Night<'_>, tables: &[TableSource<'_>], most: usize) -> Result<Tables, Misfit> {
    let mut firsts = Firsts::new(most);
    let first = night.judged.findings.iter().filter(|finding| firsts.holds(class_of(finding)));
    let about = rows_about(night, first);
    let mut list = Vec::new();
    for table in tables {
        let kept = match table.schema.name {
            "feeds" | "quarantine" | "findings" | "form_06a" | "summary" => table.whole()?,
            "overdue" => table.first(most)?,
            name => match about.iter().find(|(of, _)| *of == name) {
                Some((_, rows)) => table.pick(rows)?,
                None => continue,
            },
        };
        list.push(kept);
    }
    Ok(Tables { list, unheld: BTreeMap::new() })
}

/// Picks the first so many findings of every kind and class: those that a report shows.
#[derive(Debug)]
pub struct Firsts<C> {
    most: usize,
    seen: BTreeMap<C, usize>,
}

impl<C: Ord> Firsts<C> {
    pub fn new(most: usize) -> Self {
        Self { most, seen: BTreeMap::new() }
    }

    /// Counts a finding; whether it is one of the first.
    pub fn holds(&mut self, class: C) -> bool {
        let count = self.seen.entry(class).or_default();
        *count += 1;
        *count <= self.most
    }
}

/// Findings that a report counts and shows together: of a kind, whether explained, whether expected.
pub type ClassOfFinding = (FindingKind, bool, bool);

pub fn class_of(finding: &Finding) -> ClassOfFinding {
    // What is explained is not asked whether it is expected.
    let is_explained = finding.explained_by.is_some();
    (finding.kind, is_explained, finding.expected && !is_explained)
}

/// The rows of tables that some findings are about, by the name of the table: records, and differences of links.
pub fn rows_about<'f>(
    night: &Night<'_>,
    findings: impl Iterator<Item = &'f Finding>,
) -> [(&'static str, Vec<usize>); 2] {
    let (mut records, mut links) = (BTreeSet::new(), BTreeSet::new());
    for finding in findings {
        records.extend(finding.row.map(|row| (finding.system, row)));
        records.extend(finding.other.and_then(|(system, row)| Some((system, row?))));
        links.extend(finding.link);
    }
    // In the table one system stands behind the other.
    let starts = record_table::starts(night);
    let records = records.into_iter().map(|(system, row)| starts.row(system, row as usize)).collect();
    let differences = night.judged.differences.iter().enumerate();
    let differences = differences.filter(|(_, difference)| links.contains(&difference.link));
    [("records", records), ("differences", differences.map(|(at, _)| at).collect())]
}

/// Everything the tables are made from.
pub struct Night<'a> {
    pub plan: &'a RunPlan,
    pub reference: &'a Reference,
    pub judged: &'a Judged,
    pub records: Vec<Records<'a>>,
    pub ids: Ids,
}

impl<'a> Night<'a> {
    pub fn new(plan: &'a RunPlan, reference: &'a Reference, judged: &'a Judged) -> Self {
        let records: Vec<Records<'_>> = judged.linked.systems.iter().map(Records::of).collect();
        Self { plan, reference, judged, ids: Ids::new(plan, judged, &records), records }
    }

    /// Writes into a key where a record stands among all of the night: by its system and its code. Records of one code
    /// are always in one part, where they keep their order; those of a code that tells nobody apart stand in the order
    /// of their files.
    fn place(&self, system: usize, row: u32, key: &mut Vec<u8>) {
        place_of_code(system, self.records[system].text(FieldName::Code, row as usize), key);
        if is_of_many(&self.judged.linked.blunt, &self.records[system], row as usize) {
            let frame = &self.judged.linked.systems[system].frame;
            for column in ["place", "row"] {
                push_int(key, Ints::of(frame, column).ok().and_then(|column| column.get(row as usize)));
            }
        }
    }

    /// Writes into a key where a case stands: by its first record.
    fn place_of_case(&self, case: usize, key: &mut Vec<u8>) {
        if let Some((system, row)) = self.judged.linked.cases.of(case).next() {
            self.place(system, row, key);
        }
    }

    pub fn system_names(&self) -> Vec<String> {
        self.plan.systems.iter().map(|system| system.name.clone()).collect()
    }
}

/// Writes into a key where the first record of a system with a code stands, or would.
pub fn place_of_code(system: usize, code: Option<&str>, key: &mut Vec<u8>) {
    key.extend((system as u16).to_be_bytes());
    push_text(key, code);
}

/// Records that are named one behind the other.
const STRETCH: usize = 1 << 16;

/// The identifiers of records and cases.
pub struct Ids {
    records: Vec<Vec<Id>>,
    cases: Vec<Id>,
}

impl Ids {
    /// A record is named by its system, its code and its place among the records of that code; a
    /// case by its first record. Neither depends on the order of an export. Of a code that tells nobody apart the file
    /// and row are all that names a record.
    fn new(plan: &RunPlan, judged: &Judged, records: &[Records<'_>]) -> Self {
        let records: Vec<Vec<Id>> = records
            .iter()
            .zip(&plan.systems)
            .enumerate()
            .map(|(index, (records, system))| {
                let code = |row: usize| records.text(FieldName::Code, row);
                // Records of one code are neighbours.
                let is_repeated = |row: usize| row > 0 && code(row) == code(row - 1);
                let id = |row: usize, repeat: usize| match repeat {
                    _ if is_of_many(&judged.linked.blunt, records, row) => {
                        let (place, at) = source(judged, index, row as u32).unzip();
                        let file = place.map_or("", |place| place.file.as_str());
                        let sheet = place.and_then(|place| place.sheet.as_deref()).unwrap_or_default();
                        let at = at.unwrap_or_default().to_string();
                        id::of(&["record", &system.name, code(row).unwrap_or_default(), file, sheet, &at])
                    }
                    0 => id::of(&["record", &system.name, code(row).unwrap_or_default()]),
                    repeat => {
                        id::of(&["record", &system.name, code(row).unwrap_or_default(), &repeat.to_string()])
                    }
                };
                let of_stretch = |start: usize| {
                    let stretch = start..(start + STRETCH).min(records.len());
                    let mut repeats = (1..=start).rev().take_while(|row| is_repeated(*row)).count();
                    stretch.map(move |row| {
                        repeats = if is_repeated(row) { repeats + usize::from(row > start) } else { 0 };
                        id(row, repeats)
                    })
                };
                let starts: Vec<usize> = (0..records.len()).step_by(STRETCH).collect();
                starts.into_par_iter().flat_map_iter(of_stretch).collect()
            })
            .collect();
        let cases = (0..judged.linked.cases.len())
            .into_par_iter()
            .with_min_len(1024)
            .filter_map(|case| judged.linked.cases.of(case).next())
            .map(|(system, row)| id::of(&["case", records[system][row as usize].as_str()]))
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

/// Whether the code of a record tells nobody apart.
fn is_of_many(blunt: &Blunt, records: &Records<'_>, row: usize) -> bool {
    !blunt.is_empty() && records.text(FieldName::Code, row).is_some_and(|code| blunt.has(key::of(code)))
}

/// The file, sheet and row a record came from.
fn source(judged: &Judged, system: usize, row: u32) -> Option<(&super::normalise::Place, i64)> {
    let system = &judged.linked.systems[system];
    let place = Ints::of(&system.frame, "place").ok()?.get(row as usize)?;
    let row = Ints::of(&system.frame, "row").ok()?.get(row as usize)?;
    Some((system.places.get(place as usize)?, row))
}

//! Third stage: records of one system that are one dossier.
//!
//! Two relations are told apart. A record *repeats* another when it carries the same code, or names
//! the same hub dossier: it is merged into its survivor and takes no part in linking. A dossier was *typed twice* when two
//! codes of one system stand for the same person, procedure and time: both go on to linking, in
//! one case. The same code over two different persons is a collision, never a duplicate.

use polars::prelude::DataFrame;

use super::normalise::quarantine::Quarantined;
use super::normalise::{Normalised, SystemRecords};
use super::records::Records;
use crate::config::plan::{DuplicatePolicy, RunPlan};
use crate::domain::dossier::FieldName;
use crate::domain::name::{self, NameRelation};
use crate::engine::accounting::RowAccount;
use crate::engine::frame::Ints;
use crate::engine::key;
use crate::engine::partition::{self, Keyed};

/// Why a record is a duplicate of its survivor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DuplicateKind {
    /// Every cell equal.
    RepeatedRow,
    /// The same code, other cells: an update exported beside the old state.
    SameCode,
    /// The same code in a file of a newer night: what the system said before.
    Superseded,
    /// Two codes, one hub dossier named by both.
    SameReference,
    /// Two codes, one person, procedure and time.
    TypedTwice,
}

impl DuplicateKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::RepeatedRow => "repeated_row",
            Self::SameCode => "same_code",
            Self::Superseded => "superseded",
            Self::SameReference => "same_reference",
            Self::TypedTwice => "typed_twice",
        }
    }

    /// Merged records take no part in linking.
    pub fn merges(self) -> bool {
        self != Self::TypedTwice
    }
}

/// A record and the record of the same system that stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duplicate {
    pub system: usize,
    pub survivor: u32,
    pub row: u32,
    pub kind: DuplicateKind,
}

/// Two records of one system that carry one code for two persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Collision {
    pub system: usize,
    pub first: u32,
    pub row: u32,
}

#[derive(Debug)]
pub struct Deduped {
    pub systems: Vec<SystemRecords>,
    pub quarantine: Vec<Quarantined>,
    pub duplicates: Vec<Duplicate>,
    pub collisions: Vec<Collision>,
    /// Per system and row: whether the record takes part in linking.
    pub active: Vec<Vec<bool>>,
    pub account: RowAccount,
}

/// Finds the duplicates within every system.
pub fn dedupe(plan: &RunPlan, normalised: Normalised) -> Deduped {
    let Normalised { systems, quarantine, account: _ } = normalised;
    let (mut duplicates, mut collisions, mut active) = (Vec::new(), Vec::new(), Vec::new());
    for (index, system) in systems.iter().enumerate() {
        let records = Records::new(&system.frame);
        let mut alive = vec![true; records.len()];
        same_code(index, &system.frame, &records, &mut alive, &mut duplicates, &mut collisions);
        same_reference(index, &records, &mut alive, &mut duplicates);
        typed_twice(index, &records, &plan.duplicates, &alive, &mut duplicates);
        active.push(alive);
    }
    duplicates.sort_unstable();
    let rows_in = systems.iter().map(|system| system.frame.height() as u64).sum();
    let merged = duplicates.iter().filter(|duplicate| duplicate.kind.merges()).count() as u64;
    let rows_out = active.iter().flatten().filter(|alive| **alive).count() as u64;
    let account = RowAccount { rows_in, rows_out, merged, quarantined: 0 };
    Deduped { systems, quarantine, duplicates, collisions, active, account }
}

/// Records stand in order of code, so equal codes are neighbours; the first of them survives.
fn same_code(
    system: usize,
    frame: &DataFrame,
    records: &Records<'_>,
    alive: &mut [bool],
    duplicates: &mut Vec<Duplicate>,
    collisions: &mut Vec<Collision>,
) {
    let content = Ints::of(frame, "content").ok();
    let content = |row: u32| content.and_then(|column| column.get(row as usize));
    let night = Ints::of(frame, "night").ok();
    let night = |row: u32| night.and_then(|column| column.get(row as usize));
    let code = |row: usize| records.text(FieldName::Code, row);
    let mut start = 0;
    while start < records.len() {
        let end = (start + 1..records.len()).find(|row| code(*row) != code(start)).unwrap_or(records.len());
        let mut survivors = vec![start as u32];
        for row in start as u32 + 1..end as u32 {
            match survivors.iter().copied().find(|survivor| !other_person(records, *survivor, row)) {
                Some(survivor) => {
                    let kind = if night(survivor) != night(row) {
                        DuplicateKind::Superseded
                    } else if content(survivor) == content(row) {
                        DuplicateKind::RepeatedRow
                    } else {
                        DuplicateKind::SameCode
                    };
                    duplicates.push(Duplicate { system, survivor, row, kind });
                    alive[row as usize] = false;
                }
                None => {
                    collisions.push(Collision { system, first: start as u32, row });
                    survivors.push(row);
                }
            }
        }
        start = end;
    }
}

/// Two records name two different persons: both the number and the name disagree.
fn other_person(records: &Records<'_>, a: u32, b: u32) -> bool {
    let both = |field| {
        let pair = (records.text(field, a as usize), records.text(field, b as usize));
        if let (Some(a), Some(b)) = pair { Some((a, b)) } else { None }
    };
    let numbers_differ = both(FieldName::IdNumber).is_some_and(|(a, b)| a != b);
    let names_differ =
        both(FieldName::OwnerName).is_some_and(|(a, b)| name::relation(a, b) == NameRelation::Differs);
    numbers_differ && names_differ
}

/// Two records of a system that keeps the hub's code name the same hub dossier, and the same person.
fn same_reference(system: usize, records: &Records<'_>, alive: &mut [bool], duplicates: &mut Vec<Duplicate>) {
    let reference = |row: u32| records.text(FieldName::HubCode, row as usize);
    let rows = keyed(records, alive, |row| reference(row).map(key::of));
    for part in partition::deal(rows) {
        for group in partition::groups(&part).filter(|group| group.len() > 1) {
            let mut survivors = vec![group[0].row];
            for member in &group[1..] {
                let row = member.row;
                let same = |survivor: &u32| {
                    reference(row) == reference(*survivor) && !other_person(records, *survivor, row)
                };
                match survivors.iter().copied().find(same) {
                    Some(survivor) => {
                        duplicates.push(Duplicate {
                            system,
                            survivor,
                            row,
                            kind: DuplicateKind::SameReference,
                        });
                        alive[row as usize] = false;
                    }
                    None => survivors.push(row),
                }
            }
        }
    }
}

fn typed_twice(
    system: usize,
    records: &Records<'_>,
    policy: &DuplicatePolicy,
    alive: &[bool],
    duplicates: &mut Vec<Duplicate>,
) {
    if policy.on.is_empty() {
        return;
    }
    let excepted = |row: u32| {
        let procedure = records.text(FieldName::Procedure, row as usize);
        procedure.is_some_and(|procedure| policy.except_procedures.contains(procedure))
    };
    let rows = keyed(records, alive, |row| {
        let values = policy.on.iter().map(|field| records.text(*field, row as usize));
        if excepted(row) { None } else { key::of_all(values) }
    });
    let same_values = |a: u32, b: u32| {
        policy.on.iter().all(|field| records.text(*field, a as usize) == records.text(*field, b as usize))
    };
    let received = |row: u32| records.int(FieldName::ReceivedAt, row as usize).unwrap_or(i64::MAX);
    let window = policy.window.num_milliseconds();
    for part in partition::deal(rows) {
        for group in partition::groups(&part).filter(|group| group.len() > 1) {
            let mut members: Vec<u32> = group.iter().map(|member| member.row).collect();
            members.sort_by_key(|row| (received(*row), *row));
            let mut survivor = members[0];
            let mut last = survivor;
            for row in members.into_iter().skip(1) {
                if same_values(survivor, row) && received(row).saturating_sub(received(last)) <= window {
                    duplicates.push(Duplicate { system, survivor, row, kind: DuplicateKind::TypedTwice });
                } else {
                    survivor = row;
                }
                last = row;
            }
        }
    }
}

fn keyed(records: &Records<'_>, alive: &[bool], key: impl Fn(u32) -> Option<u128>) -> Vec<Keyed> {
    (0..records.len() as u32)
        .filter(|row| alive[*row as usize])
        .filter_map(|row| Some(Keyed { key: key(row)?, side: 0, row }))
        .collect()
}

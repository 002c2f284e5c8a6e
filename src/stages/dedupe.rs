//! Third stage: records of one system in canonical order, and which of them are one dossier.
//!
//! Two relations are told apart. A record *repeats* another when it carries the same code, or names
//! the same hub dossier: it is merged into its survivor and takes no part in linking. A dossier was *typed twice* when two
//! codes of one system stand for the same person, procedure and time: both go on to linking, in
//! one case. The same code over two different persons is a collision, never a duplicate; and the dossiers of
//! several owners that one agent hands in are nobody's double. A code, or whatever else records meet by, that too many
//! records of one system have is a default value and asks nothing.

pub mod by_score;

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{DataFrame, PolarsError};
use rayon::prelude::*;
use thiserror::Error;

use super::keys;
use super::normalise::quarantine::Quarantined;
use super::normalise::{Normalised, SystemRecords};
use super::order;
use super::records::Records;
use crate::config::plan::{DuplicatePolicy, RunPlan, SystemPlan};
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::domain::issue::ParseIssue;
use crate::domain::rules::r04_typed_twice::DuplicateReason;
use crate::domain::rules::r06_code_collision::{Person, two_persons};
use crate::domain::rules::r11_late_hidden::end;
use crate::domain::rules::r23_several_rightly::{Dossier, LegitimateReason, Pair, repeat_is_legitimate};
use crate::engine::accounting::RowAccount;
use crate::engine::blunt::Blunt;
use crate::engine::frame::{self, Ints};
use crate::engine::key;
use crate::engine::linkage::error::LinkageError;
use crate::engine::partition::{self, Keyed};
use by_score::{Found, PairWeight};

/// A person, or an agent, has no more dossiers than this within one window that are not each other's double.
const MOST_OPEN: usize = 64;

/// A record and the record of the same system that stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duplicate {
    pub system: usize,
    pub survivor: u32,
    pub row: u32,
    pub kind: DuplicateReason,
}

/// Two records that would count as typed twice, and why they do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excused {
    pub system: usize,
    pub earlier: u32,
    pub row: u32,
    pub reason: LegitimateReason,
    /// A score took them for one dossier, not equal values.
    pub by_score: bool,
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
    pub quarantine: Arc<Vec<Quarantined>>,
    /// Keys that tell nobody apart.
    pub blunt: Arc<Blunt>,
    pub duplicates: Vec<Duplicate>,
    pub collisions: Vec<Collision>,
    pub excused: Vec<Excused>,
    /// Of duplicates found by score, by system and row.
    pub weights: BTreeMap<(usize, u32), PairWeight>,
    /// Blocks too large to be searched by score.
    pub refused: u64,
    /// Per system and row: whether the record takes part in linking.
    pub active: Vec<Vec<bool>>,
    pub account: RowAccount,
}

#[derive(Debug, Error)]
pub enum DedupeError {
    #[error("put the records of system {system} in order: {source}\n  this is a defect of doisoat")]
    Order { system: String, source: PolarsError },
    #[error("search system {system} for double entries by score: {source}\n  this is a defect of doisoat")]
    ByScore { system: String, source: Box<LinkageError> },
}

/// Puts the records of every system in canonical order, which does not depend on that of its exports, and
/// finds the duplicates within it.
///
/// # Errors
/// When a column of the order is missing, or what is shipped for the search by score does not hold together.
pub fn dedupe(plan: &RunPlan, normalised: Normalised) -> Result<Deduped, DedupeError> {
    let Normalised { systems, quarantine, blunt, account: _ } = normalised;
    let ordered = |systems: Vec<SystemRecords>, blunt: &Blunt| -> Result<Vec<SystemRecords>, DedupeError> {
        let in_order = |(system, of): (SystemRecords, &SystemPlan)| {
            let frame = order::canonical(system.frame, &system.places, blunt)
                .map_err(|source| DedupeError::Order { system: of.name.clone(), source })?;
            Ok(SystemRecords { frame, ..system })
        };
        systems.into_iter().zip(&plan.systems).map(in_order).collect()
    };
    let known = blunt.as_deref();
    let mut systems = ordered(systems, known.unwrap_or(&Blunt::default()))?;
    let blunt = match blunt {
        Some(blunt) => blunt,
        None => {
            let blunt = keys::blunt(plan, systems.iter().map(|system| &system.frame));
            // Which codes are blunt is found sooner in order; records of one stand by place and row instead.
            if !blunt.is_empty() {
                systems = ordered(systems, &blunt)?;
            }
            Arc::new(blunt)
        }
    };
    for (system, of) in systems.iter_mut().zip(&plan.systems) {
        system.frame = marked(std::mem::take(&mut system.frame), &blunt)
            .map_err(|source| DedupeError::Order { system: of.name.clone(), source })?;
    }
    let within = |(index, system)| within(plan, index, system, &blunt);
    let found: Vec<Within> =
        systems.par_iter().enumerate().map(within).collect::<Result<_, DedupeError>>()?;
    let (mut duplicates, mut collisions, mut active) = (Vec::new(), Vec::new(), Vec::new());
    let (mut excused, mut weights, mut refused_blocks) = (Vec::new(), BTreeMap::new(), 0);
    for Within { active: alive, duplicates: own, collisions: collided, excused: rightly, by_score } in found {
        duplicates.extend(own);
        collisions.extend(collided);
        excused.extend(rightly);
        let Found { duplicates: more, excused: rightly, weights: own, refused } = by_score;
        duplicates.extend(more);
        excused.extend(rightly);
        weights.extend(own);
        refused_blocks += refused;
        active.push(alive);
    }
    duplicates.sort_unstable();
    excused.sort_unstable();
    let rows_in = systems.iter().map(|system| system.frame.height() as u64).sum();
    let merged = duplicates.iter().filter(|duplicate| duplicate.kind.merges()).count() as u64;
    let rows_out = active.iter().flatten().filter(|alive| **alive).count() as u64;
    let account = RowAccount { rows_in, rows_out, merged, quarantined: 0 };
    Ok(Deduped {
        systems,
        quarantine,
        blunt,
        duplicates,
        collisions,
        excused,
        weights,
        refused: refused_blocks,
        active,
        account,
    })
}

/// What is found within one system.
#[derive(Default)]
struct Within {
    active: Vec<bool>,
    duplicates: Vec<Duplicate>,
    collisions: Vec<Collision>,
    excused: Vec<Excused>,
    by_score: Found,
}

/// Notes on every record with a code that tells nobody apart that this is so.
fn marked(mut frame: DataFrame, blunt: &Blunt) -> Result<DataFrame, PolarsError> {
    if blunt.is_empty() {
        return Ok(frame);
    }
    let records = Records::new(&frame);
    let is_blunt = |row: usize| {
        let codes = keys::CODES.into_iter().filter_map(|field| records.text(field, row));
        codes.into_iter().any(|code| blunt.has(key::of(code)))
    };
    let issues = (0..records.len()).map(|row| {
        let known = records.issues(row);
        if is_blunt(row) { known.with(ParseIssue::CodeOfMany) } else { known }
    });
    let issues = issues.map(|issues| i64::from(issues.bits())).collect();
    frame.with_column(frame::ints("issues", issues))?;
    Ok(frame)
}

fn within(
    plan: &RunPlan,
    index: usize,
    system: &SystemRecords,
    blunt: &Blunt,
) -> Result<Within, DedupeError> {
    let records = Records::new(&system.frame);
    let mut found = Within { active: vec![true; records.len()], ..Within::default() };
    let Within { active, duplicates, collisions, excused, .. } = &mut found;
    same_code(index, system, &records, (blunt, &mut *active), duplicates, collisions);
    same_reference(index, &records, (blunt, &mut *active), duplicates);
    let before = duplicates.len();
    let told = plan.severity(FindingKind::SeveralRightly).is_some();
    typed_twice(index, &records, (&plan.duplicates, told), (blunt, active), duplicates, excused);
    let known = (&duplicates[before..], excused.as_slice());
    found.by_score = by_score::find(plan, index, &records, active, known).map_err(|source| {
        DedupeError::ByScore { system: plan.systems[index].name.clone(), source: Box::new(source) }
    })?;
    Ok(found)
}

/// Records stand in order of code, so equal codes are neighbours; the first of them survives.
fn same_code(
    system: usize,
    of: &SystemRecords,
    records: &Records<'_>,
    (blunt, alive): (&Blunt, &mut [bool]),
    duplicates: &mut Vec<Duplicate>,
    collisions: &mut Vec<Collision>,
) {
    let content = order::content(&of.frame);
    let place = Ints::of(&of.frame, "place").ok();
    let night = |row: u32| order::night_of(&of.places, place.and_then(|column| column.get(row as usize)));
    let code = |row: usize| records.text(FieldName::Code, row);
    let mut start = 0;
    while start < records.len() {
        let end = (start + 1..records.len()).find(|row| code(*row) != code(start)).unwrap_or(records.len());
        let mut survivors = vec![start as u32];
        let is_blunt = !blunt.is_empty() && code(start).is_some_and(|code| blunt.has(key::of(code)));
        let others = if is_blunt { end as u32..end as u32 } else { start as u32 + 1..end as u32 };
        for row in others {
            match same_person(records, survivors.iter().copied(), row) {
                Some(survivor) => {
                    let kind = DuplicateReason::of_one_code(
                        night(survivor) == night(row),
                        content.compare(survivor as usize, row as usize).is_eq(),
                    );
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

/// The first of the survivors who may be the person of a row. One with the same number is; of the others only so
/// many are asked that a code which an export writes for everybody costs no more than its rows.
fn same_person(records: &Records<'_>, mut survivors: impl Iterator<Item = u32>, row: u32) -> Option<u32> {
    let number = |row: u32| records.text(FieldName::IdNumber, row as usize);
    let found = survivors.by_ref().take(MOST_OPEN).find(|survivor| !other_person(records, *survivor, row));
    let own = number(row);
    found.or_else(|| survivors.find(|survivor| own.is_some() && number(*survivor) == own))
}

fn other_person(records: &Records<'_>, a: u32, b: u32) -> bool {
    two_persons(owner(records, a), owner(records, b))
}

/// Whose dossier a record is, as far as it says.
fn owner<'r>(records: &Records<'r>, row: u32) -> Person<'r> {
    Person {
        id_number: records.text(FieldName::IdNumber, row as usize),
        name: records.text(FieldName::OwnerName, row as usize),
    }
}

/// Two records of a system that keeps the hub's code name the same hub dossier, and the same person.
fn same_reference(
    system: usize,
    records: &Records<'_>,
    (blunt, alive): (&Blunt, &mut [bool]),
    duplicates: &mut Vec<Duplicate>,
) {
    let reference = |row: u32| records.text(FieldName::HubCode, row as usize);
    let rows = keyed(records, (blunt, alive), |row| reference(row).map(key::of));
    for part in partition::deal(rows) {
        for group in partition::groups(&part).filter(|group| group.len() > 1) {
            let mut survivors = vec![group[0].row];
            for member in &group[1..] {
                let row = member.row;
                let of_reference =
                    survivors.iter().copied().filter(|other| reference(*other) == reference(row));
                match same_person(records, of_reference, row) {
                    Some(survivor) => {
                        duplicates.push(Duplicate {
                            system,
                            survivor,
                            row,
                            kind: DuplicateReason::SameReference,
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
    (policy, told): (&DuplicatePolicy, bool),
    (blunt, alive): (&Blunt, &[bool]),
    duplicates: &mut Vec<Duplicate>,
    excused: &mut Vec<Excused>,
) {
    if policy.on.is_empty() {
        return;
    }
    let rows = keyed(records, (blunt, alive), |row| {
        // Nobody asks why several of these are right.
        if !told && is_excepted(records, policy, row) {
            return None;
        }
        key::of_all(policy.on.iter().map(|field| records.text(*field, row as usize)))
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
            // Each survivor and the last record that was taken for it.
            let mut open: Vec<(u32, u32)> = Vec::new();
            for row in members {
                open.retain(|(_, last)| received(row).saturating_sub(received(*last)) <= window);
                let mut reasons = Vec::new();
                let twin = open.iter_mut().find(|(survivor, _)| {
                    if !same_values(*survivor, row) {
                        return false;
                    }
                    let reason = repeat_is_legitimate(&pair(records, policy, *survivor, row));
                    reasons.extend(reason.map(|reason| {
                        let earlier = *survivor;
                        Excused { system, earlier, row, reason, by_score: false }
                    }));
                    reason.is_none()
                });
                match twin {
                    Some((survivor, last)) => {
                        let kind = DuplicateReason::TypedTwice;
                        duplicates.push(Duplicate { system, survivor: *survivor, row, kind });
                        *last = row;
                    }
                    None => {
                        excused.extend(reasons.pop());
                        open.push((row, row));
                        if open.len() > MOST_OPEN {
                            open.remove(0);
                        }
                    }
                }
            }
        }
    }
}

fn is_excepted(records: &Records<'_>, policy: &DuplicatePolicy, row: u32) -> bool {
    let procedure = records.text(FieldName::Procedure, row as usize);
    procedure.is_some_and(|procedure| policy.except_procedures.contains(procedure))
}

/// Two records before rule R23, the earlier receipt first.
pub fn pair<'r>(records: &Records<'r>, policy: &DuplicatePolicy, earlier: u32, later: u32) -> Pair<'r> {
    let dossier = |row: u32| {
        let at = |field| records.moment(field, row as usize);
        Dossier {
            owner: owner(records, row),
            object: records.text(FieldName::Object, row as usize),
            subject: records.text(FieldName::SubjectName, row as usize),
            status: records.status(row as usize),
            received: at(FieldName::ReceivedAt),
            ended: end(at(FieldName::FinishedAt), at(FieldName::ReturnedAt)),
        }
    };
    Pair { excepted: is_excepted(records, policy, later), earlier: dossier(earlier), later: dossier(later) }
}

fn keyed(
    records: &Records<'_>,
    (blunt, alive): (&Blunt, &[bool]),
    key: impl Fn(u32) -> Option<u128> + Sync,
) -> Vec<Vec<Keyed>> {
    partition::keyed(records.len(), |row, keyed| {
        let key = Some(row).filter(|row| alive[*row as usize]).and_then(&key);
        keyed.extend(key.filter(|key| !blunt.has(*key)).map(|key| Keyed::new(key, 0, row)));
    })
}

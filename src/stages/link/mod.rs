//! Fourth stage: which records of different systems are one dossier.
//!
//! The ladder is climbed rung by rung, between the hub and each other system; a record linked on
//! one rung is out of the next. Records without a hub partner are then tied to each other by the
//! hub's code, so that one unknown dossier is one case and not three.

pub mod climb;
pub mod scored;
pub mod cases;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dedupe::by_score::PairWeight;
use super::dedupe::{Collision, Deduped, Duplicate, Excused};
use super::normalise::SystemRecords;
use super::normalise::quarantine::Quarantined;
use super::records::Records;
use crate::config::plan::{RunPlan, Rung};
use crate::domain::dossier::FieldName;
use crate::engine::accounting::RowAccount;
use crate::engine::blunt::Blunt;
use crate::engine::linkage::error::LinkageError;
use cases::{Cases, Copies, as_the_hub_says, form_cases};
use climb::Climber;
use scored::{Bar, Weight};

/// Two records judged to be one case, or possibly so. There are millions of them: what few have stands apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub left_system: usize,
    pub right_system: usize,
    pub left: u32,
    pub right: u32,
    /// Position in the ladder.
    pub rung: usize,
    pub ambiguous: bool,
    pub besides: Option<Box<Besides>>,
}

/// What is to be said of a link that was contested or scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Besides {
    pub runner_up: Option<(usize, u32)>,
    pub margin_ms: Option<i64>,
    /// Of a link that was scored.
    pub weight: Option<Weight>,
}

/// Two records of different systems: the first system and row, the other ones.
pub type Ends = (usize, u32, usize, u32);

impl Link {
    pub fn ends(&self) -> Ends {
        (self.left_system, self.left, self.right_system, self.right)
    }

    /// Distance in time of the receipts of the hub and of the other system.
    pub fn gap_ms(&self, records: &[Records<'_>]) -> Option<i64> {
        let received = |system: usize, row: u32| records[system].int(FieldName::ReceivedAt, row as usize);
        let left = received(self.left_system, self.left).filter(|_| self.left_system == RunPlan::HUB)?;
        Some((left - received(self.right_system, self.right)?).abs())
    }

    pub fn weight(&self) -> Option<Weight> {
        self.besides.as_ref()?.weight
    }
}

/// A comparison of which the data have moved away from the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Drifted {
    pub system: usize,
    pub comparison: String,
    /// Share of matches that stand at another level than the model expects, 0 to 1.
    pub moved: f64,
}

#[derive(Debug)]
pub struct Linked {
    pub systems: Vec<SystemRecords>,
    pub quarantine: Arc<Vec<Quarantined>>,
    /// Keys that tell nobody apart.
    pub blunt: Arc<Blunt>,
    pub duplicates: Vec<Duplicate>,
    pub collisions: Vec<Collision>,
    pub excused: Vec<Excused>,
    /// Of duplicates found by score, by system and row.
    pub weights: BTreeMap<(usize, u32), PairWeight>,
    /// Blocks too large to be searched for double entries by score.
    pub refused: u64,
    pub active: Vec<Vec<bool>>,
    pub links: Vec<Link>,
    /// What speaks for each scored link.
    pub evidence: BTreeMap<Ends, Vec<Bar>>,
    pub cases: Cases,
    /// Per system and row: position of its case.
    pub case_of: Vec<Vec<u32>>,
    /// Groups too large to be compared, with the rung that met them.
    pub skipped_groups: Vec<(usize, usize)>,
    /// Where the model of the scored rung no longer fits the data.
    pub drifted: Vec<Drifted>,
    pub account: RowAccount,
}

/// Climbs the ladder and forms the cases.
///
/// # Errors
/// When what the scored rung compares does not hold together.
pub fn link(plan: &RunPlan, deduped: Deduped) -> Result<Linked, LinkageError> {
    let Deduped {
        systems,
        quarantine,
        blunt,
        duplicates,
        collisions,
        mut excused,
        weights,
        refused,
        active,
        account: _,
    } = deduped;
    let records: Vec<Records<'_>> = systems.iter().map(Records::of).collect();
    let mut climber = Climber::new(plan, &records, (&blunt, &active), &duplicates);
    for (rung, step) in plan.ladder.iter().enumerate() {
        for spoke in 1..systems.len() {
            match (step, &plan.scored) {
                (Rung::Scored, Some(scored)) => climber.score(rung, spoke, scored)?,
                _ => climber.climb(rung, spoke),
            }
        }
    }
    climber.tie_orphans();
    let Climber { mut links, evidence, skipped, drifted, groups, .. } = climber;
    links.sort_unstable_by_key(Link::ends);
    let heights: Vec<usize> = records.iter().map(Records::len).collect();
    let Copies { duplicates, excused: told, apart } =
        as_the_hub_says(plan, &records, &links, duplicates, &groups[RunPlan::HUB]);
    excused.extend(told);
    excused.sort_unstable();
    drop(records);
    let (cases, case_of) = form_cases(&heights, &links, &duplicates, &apart);
    let rows_in = heights.iter().sum::<usize>() as u64;
    let rows_out = cases.records() as u64;
    let account = RowAccount { rows_in, rows_out, merged: 0, quarantined: 0 };
    Ok(Linked {
        systems,
        quarantine,
        blunt,
        duplicates,
        collisions,
        excused,
        weights,
        refused,
        active,
        links,
        evidence,
        cases,
        case_of,
        skipped_groups: skipped,
        drifted,
        account,
    })
}

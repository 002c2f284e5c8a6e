//! Sixth stage: what is wrong, after everything that explains it has been heard.
//!
//! A case gets a verdict for every system; differences, duplicates, rungs and parse issues become
//! findings. Scope, grace, quarantine and feed health are asked before anything is called missing.

pub mod clock;
pub mod counts;
pub mod crowds;
pub mod drift;
pub mod figures;
pub mod findings;
pub mod verdict;

use chrono::NaiveDateTime;

use super::compare::{Compared, Difference};
use super::link::Linked;
use super::records::Records;
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::history::History;
use crate::reference::Reference;
use crowds::{Crowds, Share};
use figures::{FigureRow, Figures, FormRow, Tallied};
pub use findings::put_in_order;
use verdict::Standing;

/// One thing wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub kind: FindingKind,
    pub severity: Severity,
    /// Still inside its grace.
    pub expected: bool,
    pub explained_by: Option<String>,
    /// Position of the case; `None` for a published figure and for a file that changed.
    pub case: Option<u32>,
    /// Where the fault shows.
    pub system: usize,
    pub row: Option<u32>,
    pub other: Option<(usize, Option<u32>)>,
    /// Position among the links.
    pub link: Option<u32>,
    pub field: Option<FieldName>,
    /// When the fact should have been in order.
    pub since: Option<NaiveDateTime>,
    pub age_working_days: Option<i64>,
    pub detail: String,
    /// What tells it from others of its kind where there is no case; part of its id, and no value.
    pub name: String,
}

#[derive(Debug)]
pub struct Judged {
    pub linked: Linked,
    pub differences: Vec<Difference>,
    /// Per case and system.
    pub standings: Vec<Standing>,
    pub findings: Vec<Finding>,
    pub figures: Vec<FigureRow>,
    pub forms: Vec<FormRow>,
    /// Keys other than codes that nobody is told apart by, known of a whole night.
    pub blunt_keys: u64,
}

impl Judged {
    pub fn standing(&self, case: usize, system: usize) -> &Standing {
        &self.standings[case * self.linked.systems.len() + system]
    }

    /// Whether a record is the one that stands for its case in its system.
    pub fn stands(&self, system: usize, row: u32) -> bool {
        let case = self.linked.case_of[system][row as usize] as usize;
        self.standing(case, system).row == Some(row)
    }
}

/// What only the whole night shows, collected from its records; parts of a night add up.
#[derive(Debug, Default)]
pub struct Collected {
    tallied: Tallied,
    pub crowds: Crowds,
}

impl Collected {
    pub fn add(&mut self, other: Self) {
        let Self { tallied, crowds } = other;
        self.tallied.add(tallied);
        self.crowds.add(crowds);
    }
}

/// Judges every case of all records or of some; [`conclude`] says what is to be said of the night.
pub fn share(
    plan: &RunPlan,
    reference: &Reference,
    compared: Compared,
    share: Share<'_>,
) -> (Judged, Collected) {
    let Compared { linked, differences } = compared;
    let records: Vec<Records<'_>> = linked.systems.iter().map(Records::of).collect();
    let standings = verdict::standings(plan, &linked, &records);
    let tallied = figures::tally(plan, reference, &linked, &records, &standings);
    let clerk = findings::Clerk {
        plan,
        reference,
        linked: &linked,
        records: &records,
        differences: &differences,
        standings: &standings,
    };
    let (findings, crowds) = clerk.findings(share);
    drop(records);
    let (figures, forms) = (Vec::new(), Vec::new());
    let judged = Judged { linked, differences, standings, findings, figures, forms, blunt_keys: 0 };
    (judged, Collected { tallied, crowds })
}

/// Adds the figures and findings of the night to what was judged of it, or of its last part.
pub fn conclude(
    plan: &RunPlan,
    reference: &Reference,
    history: &History,
    judged: Judged,
    collected: &Collected,
) -> Judged {
    let Judged { linked, mut findings, .. } = judged;
    let Figures { rows: figures, forms } = figures::figures(plan, reference, &collected.tallied);
    let drifts = drift::drifts(plan, &linked.systems, history);
    let closing = findings::Closing { plan, reference, systems: &linked.systems };
    findings.extend(closing.findings(&collected.crowds, &figures, drifts));
    findings::put_in_order(&mut findings);
    let blunt_keys = collected.crowds.of_many.keys.len() as u64;
    Judged { linked, findings, figures, forms, blunt_keys, ..judged }
}

//! `[duplicates]`: when two records of one system are one dossier typed twice.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::pipeline::{read_fields, read_procedures, read_span};
use super::plan::{DuplicatePolicy, SystemPlan};
use super::reader::Section;
use super::scored::ScoredPlan;
use crate::engine::linkage::settings::Threshold;

/// Reads the section; without it records of two codes are never taken for one dossier.
pub fn read(root: &Section<'_, '_, '_>, systems: &[SystemPlan]) -> DuplicatePolicy {
    let mut policy = DuplicatePolicy {
        on: Vec::new(),
        by_score: None,
        window: TimeDelta::hours(72),
        except_procedures: BTreeSet::new(),
    };
    if let Some(section) = root.section("duplicates", "[duplicates]") {
        policy.on = read_fields(&section, "on");
        policy.by_score = read_by_score(&section, systems);
        if let Some(window) = read_span(&section, "window") {
            policy.window = window;
        }
        policy.except_procedures = read_procedures(&section, "except_procedures");
        section.check_unknown();
    }
    policy
}

/// `by_score` and from which probability on a pair counts.
fn read_by_score(section: &Section<'_, '_, '_>, systems: &[SystemPlan]) -> Option<ScoredPlan> {
    let (flag, from) = (section.flag("by_score"), section.number("by_score_from"));
    let Some(flag) = flag.filter(|flag| flag.value) else {
        if let Some(from) = from {
            let hint = Some("by_score = true".to_owned());
            section.report(from.line, "[duplicates]: `by_score_from` without `by_score`", hint);
        }
        return None;
    };
    let mut plan = match ScoredPlan::double_entry() {
        Ok(plan) => plan,
        Err(error) => {
            section.report(flag.line, format!("[duplicates]: `by_score`: {error}"), None);
            return None;
        }
    };
    if let Some(from) = from {
        // Below one half the two are more likely two dossiers than one.
        if !(0.5..1.0).contains(&from.value) {
            let hint = Some("a probability from 0.5 on and below 1, such as 0.9".to_owned());
            section.report(from.line, format!("[duplicates]: `by_score_from` is {}", from.value), hint);
        }
        plan.settings.threshold = Threshold::Probability(from.value);
    }
    if !systems.is_empty() && systems.iter().all(|system| plan.within(system).is_none()) {
        let text = "[duplicates]: no system maps enough to be searched by score";
        let hint = "map owner_name or id_number, and beside it procedure, birth_date or phone";
        section.report(flag.line, text, Some(hint.to_owned()));
    }
    Some(plan)
}

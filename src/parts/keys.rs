//! By what records of a night can meet: every key that a stage asks by.
//!
//! Records without a common key never interact, so those that have one, and those that these have one with, go into one
//! part. A stage that asks by a new key has to be named here; one that looks at all records at once
//! is named in [`LooksAtAll`](super::memory::LooksAtAll).

use polars::prelude::DataFrame;

use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::dossier_code;
use crate::domain::finding_kind::FindingKind;
use crate::domain::issue::ParseIssue;
use crate::domain::rules::r11_late_hidden::end;
use crate::engine::key;
use crate::stages::judge::crowds;
use crate::stages::link;
use crate::stages::records::Records;

/// The keys of some records.
#[derive(Debug, Default)]
pub struct Keys {
    /// Key and row.
    pub of_rows: Vec<(u64, u32)>,
    /// Of the hub, spans of time in which dossiers of a unit ended.
    pub spans: Vec<u64>,
}

/// The keys of some records of one system.
pub fn of(plan: &RunPlan, system: usize, frame: &DataFrame) -> Keys {
    let records = Records::new(frame);
    let is_hub = system == RunPlan::HUB;
    let asks = |kind: FindingKind| plan.severity(kind).is_some();
    let (malformed, again) = (asks(FindingKind::CodeMalformed), asks(FindingKind::Resubmission) && is_hub);
    let bulk = asks(FindingKind::ClosedInBulk) && is_hub;
    let mut keys = Keys::default();
    let mut own: Vec<u128> = Vec::new();
    for row in 0..records.len() as u32 {
        let text = |field| records.text(field, row as usize);
        own.clear();
        // Repeats and collisions.
        own.extend(text(FieldName::Code).map(key::of));
        own.extend(text(FieldName::HubCode).map(key::of));
        // Dossiers typed twice.
        if !plan.duplicates.on.is_empty() {
            own.extend(key::of_all(plan.duplicates.on.iter().map(|field| text(*field))));
        }
        // The ladder, and records that no hub record claims.
        for rung in &plan.ladder {
            own.extend(link::keys(rung, &records, row));
        }
        // R22: requests made again.
        if again {
            own.extend(key::of_all([FieldName::IdNumber, FieldName::Procedure].into_iter().map(text)));
        }
        // R07: codes of other systems that a malformed one may mean.
        if malformed && records.issues(row as usize).contains(ParseIssue::CodeMalformed) {
            let meant = text(FieldName::Code).map(dossier_code::candidates).unwrap_or_default();
            own.extend(meant.iter().map(|candidate| key::of(&candidate.code)));
        }
        own.sort_unstable();
        own.dedup();
        keys.of_rows.extend(own.iter().map(|key| ((key >> 64) as u64 ^ *key as u64, row)));
        // R19: work closed in bulk.
        if bulk {
            let at = |field| records.moment(field, row as usize);
            let ended = end(at(FieldName::FinishedAt), at(FieldName::ReturnedAt));
            if let (Some(unit), Some(ended)) = (text(FieldName::Unit), ended) {
                keys.spans.extend(crowds::spans(unit, ended, plan.thresholds.bulk_within));
            }
        }
    }
    keys
}

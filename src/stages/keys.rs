//! By what records of a night can meet: every key that a stage asks by.
//!
//! Records without a common key never interact, so a night can be divided between them. A stage that asks by a new key
//! has to name it here; one that looks at all records at once is named in
//! [`LooksAtAll`](crate::parts::memory::LooksAtAll). A key that more than `key_at_most` records of one system have is
//! *blunt*: no stage asks by it.

use polars::prelude::DataFrame;

use super::judge::crowds;
use super::link;
use super::records::Records;
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::dossier_code;
use crate::domain::finding_kind::FindingKind;
use crate::domain::issue::ParseIssue;
use crate::domain::rules::r11_late_hidden::end;
use crate::engine::blunt::{self, Blunt, asked, short};
use crate::engine::key;

/// The fields that hold a code of a dossier.
pub const CODES: [FieldName; 3] = [FieldName::Code, FieldName::AltCode, FieldName::HubCode];

/// The keys of some records.
#[derive(Debug, Default)]
pub struct Keys {
    /// Key and row.
    pub of_rows: Vec<(u64, u32)>,
    /// Of the hub, spans of time in which dossiers of a unit ended.
    pub spans: Vec<u64>,
}

/// The records of one system, and what is asked of them.
pub struct Asking<'a> {
    plan: &'a RunPlan,
    records: Records<'a>,
    is_hub: bool,
    malformed: bool,
}

impl<'a> Asking<'a> {
    pub fn new(plan: &'a RunPlan, system: usize, frame: &'a DataFrame) -> Self {
        let malformed = plan.severity(FindingKind::CodeMalformed).is_some();
        Self { plan, records: Records::new(frame), is_hub: system == RunPlan::HUB, malformed }
    }

    /// Adds the keys of a record, each once.
    pub fn put(&self, row: u32, own: &mut Vec<u64>) {
        let text = |field| self.records.text(field, row as usize);
        // Repeats and collisions.
        own.extend(text(FieldName::Code).map(|code| short(key::of(code))));
        own.extend(text(FieldName::HubCode).map(|code| short(key::of(code))));
        // Dossiers typed twice.
        let twice = &self.plan.duplicates.on;
        if !twice.is_empty() {
            own.extend(key::of_all(twice.iter().map(|field| text(*field))).map(short));
        }
        // The ladder, and records that no hub record claims.
        for rung in &self.plan.ladder {
            own.extend(link::climb::keys(rung, &self.records, row).map(short));
        }
        own.extend(of_person(&self.records, row).map(short));
        // R07: codes of other systems that a malformed one may mean.
        if self.malformed && self.records.issues(row as usize).contains(ParseIssue::CodeMalformed) {
            let meant = text(FieldName::Code).map(dossier_code::candidates).unwrap_or_default();
            own.extend(meant.iter().map(|candidate| asked(key::of(&candidate.code))));
        }
        own.sort_unstable();
        own.dedup();
    }

    /// The keys of all records.
    pub fn all(&self) -> Keys {
        let bulk = self.plan.severity(FindingKind::ClosedInBulk).is_some() && self.is_hub;
        let mut keys = Keys::default();
        let mut own: Vec<u64> = Vec::new();
        for row in 0..self.records.len() as u32 {
            own.clear();
            self.put(row, &mut own);
            keys.of_rows.extend(own.iter().map(|key| (*key, row)));
            // R19: work closed in bulk.
            if bulk {
                let at = |field| self.records.moment(field, row as usize);
                let ended = end(at(FieldName::FinishedAt), at(FieldName::ReturnedAt));
                let unit = self.records.text(FieldName::Unit, row as usize);
                if let (Some(unit), Some(ended)) = (unit, ended) {
                    keys.spans.extend(crowds::spans(unit, ended, self.plan.thresholds.bulk_within));
                }
            }
        }
        keys
    }
}

/// Person and procedure: requests made again (R22), and dossiers that may be there under a blunt code.
pub fn of_person(records: &Records<'_>, row: u32) -> Option<u128> {
    let fields = [FieldName::IdNumber, FieldName::Procedure];
    key::of_all(fields.into_iter().map(|field| records.text(field, row as usize)))
}

/// The blunt keys of a night, each frame all records of its system.
pub fn blunt<'a>(plan: &RunPlan, systems: impl Iterator<Item = &'a DataFrame>) -> Blunt {
    let of = |(system, frame): (usize, &DataFrame)| {
        let asking = Asking::new(plan, system, frame);
        blunt::of_rows(frame.height(), plan.thresholds.key_at_most, |row, own| asking.put(row, own))
    };
    Blunt::new(systems.enumerate().flat_map(of).collect())
}

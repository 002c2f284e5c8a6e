//! Findings that only many dossiers together show: work closed in bulk (R19), days without sync (R21).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::{Clerk, Subject};
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::domain::rules::{r11_late_hidden::end, r19_timeline as r19, r21_sync as r21};
use crate::stages::judge::Finding;
use crate::stages::judge::verdict::Verdict;
use crate::stages::records::Records;

impl Clerk<'_> {
    pub(super) fn crowds(&self) -> Vec<Finding> {
        let mut found = if self.wants(FindingKind::ClosedInBulk) { self.bulk() } else { Vec::new() };
        if self.wants(FindingKind::SyncGap) {
            for system in 1..self.records.len() {
                found.extend(self.gaps(system));
            }
        }
        found
    }

    /// R19: dossiers of one unit that ended at the same time.
    fn bulk(&self) -> Vec<Finding> {
        let (system, records) = (RunPlan::HUB, &self.records[RunPlan::HUB]);
        let thresholds = &self.plan.thresholds;
        let mut units: BTreeMap<&str, Vec<(NaiveDateTime, u32)>> = BTreeMap::new();
        for row in (0..records.len() as u32).filter(|row| self.stands(system, *row)) {
            let at = |field| records.moment(field, row as usize);
            let ended = end(at(FieldName::FinishedAt), at(FieldName::ReturnedAt));
            if let (Some(unit), Some(ended)) = (records.text(FieldName::Unit, row as usize), ended) {
                units.entry(unit).or_default().push((ended, row));
            }
        }
        let mut found = Vec::new();
        for ends in units.values_mut() {
            ends.sort_unstable();
            let times: Vec<NaiveDateTime> = ends.iter().map(|(at, _)| *at).collect();
            let bulk = r19::in_bulk(&times, thresholds.bulk_at_least, thresholds.bulk_within);
            for ((ended, row), _) in ends.iter().zip(bulk).filter(|(_, in_bulk)| *in_bulk) {
                let detail = format!(
                    "one of at least {} of the unit that ended within {} s, {}",
                    thresholds.bulk_at_least,
                    thresholds.bulk_within.num_seconds(),
                    ended.date()
                );
                let returned = records.moment(FieldName::ReturnedAt, *row as usize).is_some();
                let field = if returned { FieldName::ReturnedAt } else { FieldName::FinishedAt };
                let subject =
                    Subject { since: Some(*ended), ..self.about(system, *row, Some(field), detail) };
                found.extend(self.finding(FindingKind::ClosedInBulk, subject));
            }
        }
        found
    }

    /// R21: days on which the hub received dossiers for a system, and nothing was synced there.
    fn gaps(&self, system: usize) -> Vec<Finding> {
        let (hub, spoke) = (&self.records[RunPlan::HUB], &self.records[system]);
        let plan = &self.plan.systems[system];
        if !plan.maps(FieldName::SyncedAt) || !self.linked.systems[system].is_healthy() {
            return Vec::new();
        }
        let synced: BTreeSet<NaiveDate> = (0..spoke.len())
            .filter_map(|row| spoke.moment(FieldName::SyncedAt, row))
            .map(|at| at.date())
            .collect();
        let mut received: BTreeMap<NaiveDate, u64> = BTreeMap::new();
        let systems = self.records.len();
        for standings in self.standings.chunks_exact(systems) {
            // What is not expected there says nothing of a gap.
            if standings[system].verdict == Verdict::OutOfScope {
                continue;
            }
            let at =
                standings[RunPlan::HUB].row.and_then(|row| hub.moment(FieldName::ReceivedAt, row as usize));
            if let Some(at) = at {
                *received.entry(at.date()).or_default() += 1;
            }
        }
        // The last days are still within their grace; the export holds nothing before its first sync.
        let last = (self.plan.as_of - plan.sync.late_after).date();
        let Some(first) = synced.first().copied() else { return Vec::new() };
        // What a nightly job brings is of the day before: each day is asked for the receipts it should bring.
        let usual = Days::new(usual_delay(spoke));
        let due: BTreeMap<NaiveDate, u64> = received
            .into_iter()
            .filter_map(|(day, count)| Some((day.checked_add_days(usual)?, count)))
            .filter(|(day, _)| *day >= first && *day < last)
            .collect();
        r21::gap_days(&due, &synced, self.plan.thresholds.sync_gap_at_least)
            .into_iter()
            .filter_map(|day| {
                let count = due.get(&day).copied().unwrap_or_default();
                let subject = Subject {
                    system,
                    other: Some((RunPlan::HUB, None)),
                    field: Some(FieldName::SyncedAt),
                    since: Some(day.and_time(NaiveTime::MIN)),
                    name: day.to_string(),
                    detail: format!("{day}: nothing was synced, {count} dossiers were due"),
                    ..Subject::default()
                };
                self.finding(FindingKind::SyncGap, subject)
            })
            .collect()
    }
}

/// After how many days the most records of a system are synced: 0 where the job runs all day, 1 where it runs
/// after midnight.
fn usual_delay(records: &Records<'_>) -> u64 {
    const LONGEST: usize = 7;
    let mut delays = [0u64; LONGEST + 1];
    for row in 0..records.len() {
        let at = |field| records.moment(field, row).map(|at| at.date());
        if let (Some(received), Some(synced)) = (at(FieldName::ReceivedAt), at(FieldName::SyncedAt)) {
            let days = usize::try_from((synced - received).num_days()).unwrap_or_default();
            delays[days.min(LONGEST)] += 1;
        }
    }
    // The shorter of two delays that are as frequent.
    let most = delays.iter().max().copied().unwrap_or_default();
    delays.iter().position(|count| *count == most).unwrap_or_default() as u64
}

//! Findings that only many dossiers together show: codes of too many (R06), work closed in bulk (R19), days without
//! sync (R21).

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::{Clerk, Closing, Subject};
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::domain::rules::{r11_late_hidden::end, r21_sync as r21};
use crate::engine::blunt::short;
use crate::engine::key;
use crate::stages::judge::Finding;
use crate::stages::judge::crowds::{Crowds, Ends, OfMany, Share, SyncDays};
use crate::stages::judge::verdict::Verdict;
use crate::stages::keys::{self, Asking};

impl Clerk<'_> {
    /// The findings of the crowd among these records, and what has to be seen with the other parts of the night: of a
    /// part, every dossier is told that may have been closed in bulk.
    pub(super) fn crowds(&self, share: Share<'_>) -> (Vec<Finding>, Crowds) {
        let (found, ends) =
            if self.wants(FindingKind::ClosedInBulk) { self.bulk(share) } else { Default::default() };
        let mut days = BTreeMap::new();
        if self.wants(FindingKind::SyncGap) {
            let asked = 1..self.records.len();
            days.extend(asked.filter_map(|system| Some((system, self.days(system)?))));
        }
        (found, Crowds { ends, days, of_many: self.of_many() })
    }

    /// R06: codes of so many records that they name none of them, and other keys that nobody is told apart by.
    fn of_many(&self) -> OfMany {
        let mut of_many = OfMany::default();
        let blunt = &self.linked.blunt;
        if blunt.is_empty() {
            return of_many;
        }
        let mut own = Vec::new();
        for (system, (records, of)) in self.records.iter().zip(&self.linked.systems).enumerate() {
            let asking = Asking::new(self.plan, system, &of.frame);
            for row in 0..records.len() as u32 {
                own.clear();
                asking.put(row, &mut own);
                own.retain(|key| blunt.holds(*key));
                if own.is_empty() {
                    continue;
                }
                for field in keys::CODES {
                    let code = records.text(field, row as usize);
                    if let Some(code) = code.filter(|code| blunt.has(key::of(code))) {
                        own.retain(|other| *other != short(key::of(code)));
                        *of_many.codes.entry((system, field, code.to_owned())).or_default() += 1;
                    }
                }
                of_many.keys.extend(own.iter().map(|key| (system, *key)));
            }
        }
        of_many
    }

    /// R19: dossiers of one unit that ended at the same time.
    fn bulk(&self, share: Share<'_>) -> (Vec<Finding>, Ends) {
        let (system, records) = (RunPlan::HUB, &self.records[RunPlan::HUB]);
        let thresholds = &self.plan.thresholds;
        let mut units: BTreeMap<&str, Vec<(NaiveDateTime, u32)>> = BTreeMap::new();
        for row in (0..records.len() as u32).filter(|row| self.stands(system, *row)) {
            let at = |field| records.moment(field, row as usize);
            let ended = end(at(FieldName::FinishedAt), at(FieldName::ReturnedAt));
            if let (Some(unit), Some(ended)) = (records.text(FieldName::Unit, row as usize), ended)
                && share.may_be_bulk(unit, ended, thresholds.bulk_within)
            {
                units.entry(unit).or_default().push((ended, row));
            }
        }
        let mut all = Ends::default();
        for (unit, ends) in &mut units {
            ends.sort_unstable();
            all.put(unit, ends.iter().map(|(at, _)| *at));
        }
        let bulk = match share {
            Share::Whole => all.in_bulk(thresholds),
            Share::Part(_) => all.all(),
        };
        let mut found = Vec::new();
        for (unit, ends) in &units {
            for (ended, row) in ends.iter().filter(|(ended, _)| bulk.has(unit, *ended)) {
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
        (found, all)
    }

    /// The days of a system, for R21; `None` where they say nothing.
    fn days(&self, system: usize) -> Option<SyncDays> {
        let (hub, spoke) = (&self.records[RunPlan::HUB], &self.records[system]);
        if !self.plan.systems[system].maps(FieldName::SyncedAt) || !self.linked.systems[system].is_healthy() {
            return None;
        }
        let mut days = SyncDays::default();
        for row in 0..spoke.len() {
            let at = |field| spoke.moment(field, row).map(|at| at.date());
            let Some(synced) = at(FieldName::SyncedAt) else { continue };
            days.synced.insert(synced);
            if let Some(received) = at(FieldName::ReceivedAt) {
                days.delayed((synced - received).num_days());
            }
        }
        for standings in self.standings.chunks_exact(self.records.len()) {
            // What is not expected there says nothing of a gap.
            if standings[system].verdict == Verdict::OutOfScope {
                continue;
            }
            let at =
                standings[RunPlan::HUB].row.and_then(|row| hub.moment(FieldName::ReceivedAt, row as usize));
            if let Some(at) = at {
                *days.received.entry(at.date()).or_default() += 1;
            }
        }
        Some(days)
    }
}

impl Closing<'_> {
    /// R06: each code of so many records, once.
    pub(super) fn codes_of_many(&self, of_many: &OfMany) -> Vec<Finding> {
        let codes = of_many.codes.iter().filter_map(|((system, field, code), count)| {
            let most = self.plan.thresholds.key_at_most;
            let subject = Subject {
                system: *system,
                field: Some(*field),
                name: code.clone(),
                detail: format!("{code}: {count} records, {most} of one system may have one code"),
                ..Subject::default()
            };
            self.finding(FindingKind::CodeCollision, subject)
        });
        codes.collect()
    }

    /// R21: days on which the hub received dossiers for a system, and nothing was synced there.
    pub(super) fn gaps(&self, system: usize, days: &SyncDays) -> Vec<Finding> {
        // The last days are still within their grace; the export holds nothing before its first sync.
        let last = (self.plan.as_of - self.plan.systems[system].sync.late_after).date();
        let Some(first) = days.synced.first().copied() else { return Vec::new() };
        // What a nightly job brings is of the day before: each day is asked for the receipts it should bring.
        let usual = Days::new(days.usual_delay());
        let due: BTreeMap<NaiveDate, u64> = days
            .received
            .iter()
            .filter_map(|(day, count)| Some((day.checked_add_days(usual)?, *count)))
            .filter(|(day, _)| *day >= first && *day < last)
            .collect();
        r21::gap_days(&due, &days.synced, self.plan.thresholds.sync_gap_at_least)
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

//! Findings of dossiers of one person: duplicates (R04), collisions (R06), requests made again (R22), and what
//! only looks like a duplicate (R23).

use std::collections::BTreeSet;

use super::{Clerk, Subject};
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::domain::rules::r11_late_hidden::end;
use crate::domain::rules::r22_resubmission::resubmission;
use crate::domain::rules::r23_several_rightly::LegitimateReason;
use crate::engine::partition::{self, Keyed};
use crate::stages::judge::Finding;
use crate::stages::keys;

impl Clerk<'_> {
    pub(super) fn duplicates(&self) -> Vec<Finding> {
        let duplicates = self.linked.duplicates.iter().filter_map(|duplicate| {
            let subject = Subject {
                other: Some((duplicate.system, Some(duplicate.survivor))),
                ..self.about(duplicate.system, duplicate.row, None, duplicate.kind.code())
            };
            self.finding(duplicate.kind.kind()?, subject)
        });
        let collisions = self.linked.collisions.iter().filter_map(|collision| {
            let field = Some(FieldName::Code);
            let subject = Subject {
                other: Some((collision.system, Some(collision.first))),
                ..self.about(collision.system, collision.row, field, "one code, two persons")
            };
            self.finding(FindingKind::CodeCollision, subject)
        });
        let excused = self.linked.excused.iter().filter_map(|excused| {
            let subject = Subject {
                other: Some((excused.system, Some(excused.earlier))),
                ..self.about(excused.system, excused.row, None, excused.reason.code())
            };
            self.finding(FindingKind::SeveralRightly, subject)
        });
        duplicates.chain(collisions).chain(excused).collect()
    }

    /// R22: the same person asked for the same procedure again after a dossier ended without result.
    pub(super) fn persons(&self) -> Vec<Finding> {
        let (system, records) = (RunPlan::HUB, &self.records[RunPlan::HUB]);
        if !self.wants(FindingKind::Resubmission) {
            return Vec::new();
        }
        let blunt = &self.linked.blunt;
        let fields = [FieldName::IdNumber, FieldName::Procedure];
        let values = |row: u32| fields.map(|field| records.text(field, row as usize));
        let rows = partition::keyed(records.len(), |row, keyed| {
            let active = Some(row).filter(|row| self.linked.active[system][*row as usize]);
            let key = active.and_then(|row| keys::of_person(records, row));
            keyed.extend(key.filter(|key| !blunt.has(*key)).map(|key| Keyed::new(key, 0, row)));
        });
        let mut found = Vec::new();
        for part in partition::deal(rows) {
            for group in partition::groups(&part).filter(|group| group.len() > 1) {
                let mut members: Vec<u32> = group.iter().map(|member| member.row).collect();
                members.sort_by_key(|row| (self.received(system, *row), *row));
                for pair in members.windows(2).filter(|pair| values(pair[0]) == values(pair[1])) {
                    found.extend(self.resubmitted(pair[0], pair[1]));
                }
            }
        }
        let told: BTreeSet<u32> = found.iter().filter_map(|finding| finding.row).collect();
        found.extend(self.under_another_number(told));
        found
    }

    /// Pairs of which a score says that they would be one dossier: the number may have a slip. A record that was
    /// `told` of already is not told of again, for a finding is known by its record and not by the earlier one.
    fn under_another_number(&self, told: BTreeSet<u32>) -> Vec<Finding> {
        let procedure = |row: u32| self.records[RunPlan::HUB].text(FieldName::Procedure, row as usize);
        let of_score = self.linked.excused.iter().filter(|excused| {
            excused.by_score
                && excused.system == RunPlan::HUB
                && excused.reason == LegitimateReason::EndedWithoutResult
                && procedure(excused.row).is_some()
                && procedure(excused.earlier) == procedure(excused.row)
        });
        let mut found = Vec::new();
        for excused in of_score.filter(|excused| !told.contains(&excused.row)) {
            found.extend(self.resubmitted(excused.earlier, excused.row));
        }
        found
    }

    /// The finding of two records of the hub, if the earlier one ended without result and soon enough before.
    fn resubmitted(&self, earlier: u32, later: u32) -> Option<Finding> {
        let (system, records) = (RunPlan::HUB, &self.records[RunPlan::HUB]);
        let at = |field| records.moment(field, earlier as usize);
        let status = records.status(earlier as usize)?;
        let ended = end(at(FieldName::FinishedAt), at(FieldName::ReturnedAt));
        let ended = ended.or(at(FieldName::ReceivedAt))?;
        let received = self.received(system, later)?;
        if !resubmission(status, ended, received, self.plan.thresholds.resubmission_within) {
            return None;
        }
        let detail = format!("after a dossier that ended as {}", status.name());
        let subject =
            Subject { other: Some((system, Some(earlier))), ..self.about(system, later, None, detail) };
        self.finding(FindingKind::Resubmission, subject)
    }
}

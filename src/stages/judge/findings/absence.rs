//! R01 to R03: a case that a system does not hold, holds too late, or that the hub does not know.

use rayon::prelude::*;

use super::{Clerk, Subject, span};
use crate::config::plan::{Role, RunPlan};
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::stages::judge::Finding;
use crate::stages::judge::verdict::{Standing, Verdict};

impl Clerk<'_> {
    pub(super) fn absences(&self) -> Vec<Finding> {
        let cases = self.standings.par_chunks_exact(self.records.len()).enumerate();
        cases.flat_map_iter(|(case, standings)| self.absence(case as u32, standings)).collect()
    }

    fn absence(&self, case: u32, standings: &[Standing]) -> Vec<Finding> {
        let Some(from) = standings.iter().position(|standing| standing.row.is_some()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (system, standing) in standings.iter().enumerate() {
            let kind = absence_kind(self.plan.systems[system].role, standing.verdict);
            let (Some(kind), Some(known)) = (kind, standings[from].row) else { continue };
            let sync = &self.plan.systems[if system == RunPlan::HUB { from } else { system }].sync;
            let received = self.received(from, known);
            let detail = match standing.verdict {
                Verdict::ArrivedLate => {
                    let synced = standing
                        .row
                        .and_then(|row| self.records[system].moment(FieldName::SyncedAt, row as usize));
                    let lag = synced.zip(received).map(|(synced, received)| synced - received);
                    format!("arrived after {}", span(lag.unwrap_or_default()))
                }
                _ => {
                    let age = received.map(|received| self.plan.as_of - received);
                    format!("not there {} after receipt", span(age.unwrap_or_default()))
                }
            };
            let subject = Subject {
                case: Some(case),
                system,
                row: standing.row,
                other: Some((from, Some(known))),
                since: received.map(|received| received + sync.late_after),
                detail,
                ..Subject::default()
            };
            found.extend(self.finding(kind, subject));
        }
        found
    }
}

fn absence_kind(role: Role, verdict: Verdict) -> Option<FindingKind> {
    match (verdict, role) {
        (Verdict::Missing, Role::Hub) => Some(FindingKind::MissingInProvince),
        (Verdict::Missing, Role::Portal) => Some(FindingKind::MissingOnPortal),
        (Verdict::Missing, Role::Ministry) => Some(FindingKind::MissingInMinistry),
        (Verdict::Late, Role::Portal) => Some(FindingKind::LateOnPortal),
        (Verdict::Late, Role::Ministry) => Some(FindingKind::LateInMinistry),
        (Verdict::ArrivedLate, Role::Portal) => Some(FindingKind::ArrivedLateOnPortal),
        (Verdict::ArrivedLate, Role::Ministry) => Some(FindingKind::ArrivedLateInMinistry),
        _ => None,
    }
}

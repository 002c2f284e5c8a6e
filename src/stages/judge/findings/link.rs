//! Findings of a linked pair: how it was linked (R05, R07), its differences, a hidden delay (R11).

use chrono::TimeDelta;
use rayon::prelude::*;

use super::{Clerk, Subject, span};
use crate::config::plan::{CodeOrigin, RunPlan, Rung};
use crate::domain::channel::Channel;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::domain::known::{Known, job};
use crate::domain::rules::r11_late_hidden::{Side, late_hidden};
use crate::stages::compare::Difference;
use crate::stages::judge::Finding;
use crate::stages::judge::verdict::Reason;
use crate::stages::link::Link;
use crate::stages::records::date;

impl Clerk<'_> {
    pub(super) fn links(&self) -> Vec<Finding> {
        let links = self.linked.links.par_iter().enumerate().filter(|(_, link)| !link.ambiguous);
        links
            .flat_map_iter(|(index, link)| {
                self.rung(index as u32, link).into_iter().chain(self.hidden_delay(index as u32, link))
            })
            .collect()
    }

    fn pair(&self, index: u32, link: &Link) -> Subject {
        Subject {
            case: self.case_of(link.left_system, link.left),
            system: link.right_system,
            row: Some(link.right),
            other: Some((link.left_system, Some(link.left))),
            link: Some(index),
            ..Subject::default()
        }
    }

    /// A link that the code alone did not make.
    fn rung(&self, index: u32, link: &Link) -> Option<Finding> {
        let rung = &self.plan.ladder[link.rung];
        let code_of = |system: usize, row: u32| self.records[system].hub_key(row as usize);
        let one_code = || {
            code_of(link.left_system, link.left)
                .zip(code_of(link.right_system, link.right))
                .is_some_and(|(a, b)| a == b)
        };
        if *rung == Rung::ExactCode || (*rung == Rung::Scored && one_code()) {
            return None;
        }
        let kind = match (self.plan.systems[link.right_system].sync.codes, rung) {
            (CodeOrigin::Copied, _) => FindingKind::CodeRewritten,
            (CodeOrigin::Own, Rung::Identity { .. } | Rung::Scored) => FindingKind::TypedInTwoSystems,
            // The hub remembers the other's code: the two systems know each other.
            (CodeOrigin::Own, _) => return None,
        };
        let detail = match (rung, link.gap_ms(self.records)) {
            (Rung::Identity { on, .. }, Some(gap)) => {
                let on: Vec<&str> = on.iter().map(|field| field.name()).collect();
                format!("linked by {} within {}", on.join(" + "), span(TimeDelta::milliseconds(gap)))
            }
            (Rung::Scored, _) => link.weight().map_or_else(String::new, |weight| {
                let certain = if weight.certain { ", certain" } else { "" };
                format!(
                    "linked by score: {:.1} bits, probability {:.4}{certain}",
                    weight.bits, weight.probability
                )
            }),
            (Rung::EquivalentCode, _) => "the groups of the agency stand in the other order".to_owned(),
            _ => "linked by the other code that one side remembers".to_owned(),
        };
        let explained = match rung {
            Rung::EquivalentCode => Some("agency_order".to_owned()),
            _ => self.known_of_rung(kind, link).map(|known| known.code().to_owned()),
        };
        let subject = Subject {
            field: Some(FieldName::Code),
            since: self.received(link.right_system, link.right),
            explained_by: explained,
            detail,
            ..self.pair(index, link)
        };
        self.finding(kind, subject)
    }

    /// What the sync job, or the counter, is known to do to a code.
    fn known_of_rung(&self, kind: FindingKind, link: &Link) -> Option<Known> {
        if link.left_system != RunPlan::HUB {
            return None;
        }
        let on = &self.plan.systems[link.right_system].sync.known;
        let (hub, other) = (&self.records[link.left_system], &self.records[link.right_system]);
        let (l, r) = (link.left as usize, link.right as usize);
        match kind {
            FindingKind::CodeRewritten if on.contains(&Known::CodeReplaced) => job::code_replaced(
                hub.text(FieldName::Code, l)?,
                hub.text(FieldName::AltCode, l),
                other.text(FieldName::Code, r)?,
            )
            .then_some(Known::CodeReplaced),
            FindingKind::TypedInTwoSystems if on.contains(&Known::ReceivedAgain) => {
                let channel = hub.text(FieldName::Channel, l).and_then(Channel::from_code);
                let here = (hub.text(FieldName::Code, l)?, self.received(link.left_system, link.left)?);
                let there = (other.text(FieldName::Code, r)?, self.received(link.right_system, link.right)?);
                job::received_again(channel, here, there).then_some(Known::ReceivedAgain)
            }
            _ => None,
        }
    }

    /// R11: one side says in time, by the hub's due day, the other late.
    fn hidden_delay(&self, index: u32, link: &Link) -> Option<Finding> {
        let [(hub, l), (other, r)] = [(link.left_system, link.left), (link.right_system, link.right)]
            .map(|(system, row)| (&self.records[system], row as usize));
        // Like is held against like: a result may be fetched long after it was ready.
        let both = |field| Some((field, hub.day(field, l)?, other.day(field, r)?));
        let (field, here, there) = both(FieldName::ReturnedAt).or_else(|| both(FieldName::FinishedAt))?;
        let due = hub.day(FieldName::DueAt, l)?;
        let side = late_hidden(due, here, there)?;
        let (due, here, there) = (date(due)?, date(here)?, date(there)?);
        if here.max(there) > self.plan.as_of.date() {
            return None;
        }
        let pair = self.pair(index, link);
        let subject = Subject {
            field: Some(field),
            explained_by: self.by_health(FindingKind::LateHidden, link),
            since: Some(due.max(here.min(there)).and_time(chrono::NaiveTime::MIN)),
            detail: format!("ended {here} here and {there} there, due {due}"),
            ..pair
        };
        let subject = match side {
            Side::Other => {
                Subject { detail: format!("ended {there} here and {here} there, due {due}"), ..subject }
            }
            Side::Hub => Subject {
                system: link.left_system,
                row: Some(link.left),
                other: Some((link.right_system, Some(link.right))),
                ..subject
            },
        };
        self.finding(FindingKind::LateHidden, subject)
    }

    pub(super) fn differences(&self) -> Vec<Finding> {
        self.differences.par_iter().filter_map(|difference| self.difference(difference)).collect()
    }

    fn difference(&self, difference: &Difference) -> Option<Finding> {
        let kind = difference.kind?;
        let link = &self.linked.links[difference.link as usize];
        let subject = Subject {
            expected: difference.field == FieldName::Status && self.status_in_grace(link),
            explained_by: difference.explained_by.clone().or_else(|| self.by_health(kind, link)),
            field: Some(difference.field),
            since: self.received(link.left_system, link.left),
            detail: difference.relation.to_owned(),
            ..self.pair(difference.link, link)
        };
        self.finding(kind, subject)
    }

    /// What two records say of each other is not held against either where one of them is of an old export, nor what only
    /// the hub could explain where its export is not whole.
    fn by_health(&self, kind: FindingKind, link: &Link) -> Option<String> {
        let systems = &self.linked.systems;
        let asks_hub = matches!(kind, FindingKind::DueDateChanged | FindingKind::LateHidden);
        let without_hub = asks_hub && link.left_system != RunPlan::HUB && !systems[RunPlan::HUB].is_healthy();
        let is_old = [link.left_system, link.right_system].iter().any(|system| systems[*system].is_old());
        (is_old || without_hub).then(|| Reason::FeedUnhealthy.code().to_owned())
    }

    /// The hub's status changed so lately that the other side need not know it yet.
    fn status_in_grace(&self, link: &Link) -> bool {
        let (records, row) = (&self.records[link.left_system], link.left as usize);
        let changed = [FieldName::ReceivedAt, FieldName::FinishedAt, FieldName::ReturnedAt];
        let last = changed.into_iter().filter_map(|field| records.moment(field, row)).max();
        let grace = self.plan.systems[link.right_system].sync.late_after;
        last.is_some_and(|last| self.plan.as_of - last < grace)
    }
}

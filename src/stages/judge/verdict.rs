//! Where a case stands in each system: present, still expected, late, missing, or excused.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use rayon::prelude::*;

use crate::config::plan::{CodeOrigin, RunPlan, SystemPlan};
use crate::domain::dossier::FieldName;
use crate::domain::issue::ParseIssue;
use crate::domain::known::{Known, job};
use crate::domain::text::fold;
use crate::engine::blunt::Blunt;
use crate::engine::key;
use crate::stages::keys;
use crate::stages::link::Linked;
use crate::stages::link::cases::{Cases, hub_partners};
use crate::stages::records::Records;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    InSync,
    Expected,
    Late,
    ArrivedLate,
    Missing,
    OutOfScope,
    Explained,
    NoVerdict,
}

impl Verdict {
    pub const ALL: &'static [Self] = &[
        Self::InSync,
        Self::Expected,
        Self::Late,
        Self::ArrivedLate,
        Self::Missing,
        Self::OutOfScope,
        Self::Explained,
        Self::NoVerdict,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::InSync => "in_sync",
            Self::Expected => "expected",
            Self::Late => "late",
            Self::ArrivedLate => "arrived_late",
            Self::Missing => "missing",
            Self::OutOfScope => "out_of_scope",
            Self::Explained => "explained",
            Self::NoVerdict => "no_verdict",
        }
    }
}

/// Why a case has the verdict that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    NoHubRecord,
    BeforeExportWindow,
    ProcedureNotInScope,
    FieldNotInScope,
    StatusNotInScope,
    StatusUnknown,
    FeedUnhealthy,
    AmbiguousLink,
    Quarantined,
    CodeOfMany,
    NoReceiptDate,
    /// A known transformation of the sync job.
    NotSent(Known),
}

impl Reason {
    /// The stable name written to outputs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoHubRecord => "no_hub_record",
            Self::BeforeExportWindow => "before_export_window",
            Self::ProcedureNotInScope => "procedure_not_in_scope",
            Self::FieldNotInScope => "field_not_in_scope",
            Self::StatusNotInScope => "status_not_in_scope",
            Self::StatusUnknown => "status_unknown",
            Self::FeedUnhealthy => "feed_unhealthy",
            Self::AmbiguousLink => "ambiguous_link",
            Self::Quarantined => "quarantined",
            Self::CodeOfMany => ParseIssue::CodeOfMany.code(),
            Self::NoReceiptDate => "no_receipt_date",
            Self::NotSent(known) => known.code(),
        }
    }
}

/// A case in one system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The record that stands for the case there.
    pub row: Option<u32>,
    pub records: u32,
    pub verdict: Verdict,
    pub reason: Option<Reason>,
}

/// The standing of every case in every system, case by case.
pub fn standings(plan: &RunPlan, linked: &Linked, records: &[Records<'_>]) -> Vec<Standing> {
    let court = Court::new(plan, linked, records);
    let blank = Standing { row: None, records: 0, verdict: Verdict::InSync, reason: None };
    let systems = records.len();
    let mut all = vec![blank; linked.cases.len() * systems];
    let cases = all.par_chunks_mut(systems.max(1)).enumerate().with_min_len(1024);
    cases.for_each(|(case, standings)| court.case(&linked.cases, case, standings));
    all
}

struct Court<'a> {
    plan: &'a RunPlan,
    records: &'a [Records<'a>],
    blunt: &'a Blunt,
    healthy: Vec<bool>,
    swollen: Vec<bool>,
    /// Per system: codes of quarantined rows.
    quarantined: Vec<BTreeSet<&'a str>>,
    /// Per system: identity number and procedure of quarantined rows without a code.
    nameless: Vec<BTreeSet<(&'a str, &'a str)>>,
    /// Per system: identity number and procedure of the other ones.
    named: Vec<BTreeSet<(&'a str, &'a str)>>,
    /// Per system: identity number and procedure of records whose code tells nobody apart.
    of_many: Vec<BTreeSet<(&'a str, &'a str)>>,
    /// Per system and row: the record is a duplicate of another.
    duplicate: Vec<Vec<bool>>,
    /// Per system and row: the record has an ambiguous link.
    ambiguous: Vec<Vec<bool>>,
    /// Per system and row: the hub's record linked to it.
    partner: Vec<Vec<Option<u32>>>,
}

impl<'a> Court<'a> {
    fn new(plan: &'a RunPlan, linked: &'a Linked, records: &'a [Records<'a>]) -> Self {
        let mut quarantined = vec![BTreeSet::new(); records.len()];
        let (mut nameless, mut named) =
            (vec![BTreeSet::new(); records.len()], vec![BTreeSet::new(); records.len()]);
        for entry in linked.quarantine.iter().filter(|entry| entry.is_row()) {
            let people = if entry.code.is_some() { &mut named } else { &mut nameless };
            quarantined[entry.system].extend(entry.code.as_deref());
            let person =
                entry.person.as_ref().map(|(number, procedure)| (number.as_str(), procedure.as_str()));
            people[entry.system].extend(person);
        }
        let of_many = records.iter().map(|records| of_many(&linked.blunt, records)).collect();
        let blank = || records.iter().map(|records| vec![false; records.len()]).collect::<Vec<_>>();
        let (mut duplicate, mut ambiguous) = (blank(), blank());
        for entry in &linked.duplicates {
            duplicate[entry.system][entry.row as usize] = true;
        }
        for link in linked.links.iter().filter(|link| link.ambiguous) {
            ambiguous[link.left_system][link.left as usize] = true;
            ambiguous[link.right_system][link.right as usize] = true;
            // The loser of a tie is as good as the winner.
            if let Some((system, row)) = link.besides.as_ref().and_then(|besides| besides.runner_up) {
                ambiguous[system][row as usize] = true;
            }
        }
        let partner = hub_partners(records, &linked.links);
        let healthy = linked.systems.iter().map(|system| system.is_healthy()).collect();
        let swollen = linked.systems.iter().map(|system| system.is_swollen()).collect();
        Self {
            plan,
            records,
            blunt: &linked.blunt,
            healthy,
            swollen,
            quarantined,
            nameless,
            named,
            of_many,
            duplicate,
            ambiguous,
            partner,
        }
    }

    /// Fills in where a case stands in every system.
    fn case(&self, cases: &Cases, case: usize, standings: &mut [Standing]) {
        for (system, standing) in standings.iter_mut().enumerate() {
            let members = || cases.of(case).filter(move |member| member.0 == system).map(|member| member.1);
            let survivor = members().find(|row| !self.duplicate[system][*row as usize]);
            standing.row = survivor.or_else(|| members().next());
            standing.records = members().count() as u32;
        }
        let first = standings.iter().enumerate().find_map(|(system, standing)| Some((system, standing.row?)));
        let Some((first_system, first_row)) = first else { return };
        let hub = standings[RunPlan::HUB].row;
        for (system, standing) in standings.iter_mut().enumerate() {
            (standing.verdict, standing.reason) = match standing.row {
                Some(row) => self.present(system, row, hub),
                None if system == RunPlan::HUB || first_system == RunPlan::HUB => {
                    self.absent(system, first_system, first_row, cases.of(case))
                }
                None => (Verdict::NoVerdict, Some(Reason::NoHubRecord)),
            };
        }
    }

    /// `hub`: the record that stands for the case in the hub.
    fn present(&self, system: usize, row: u32, hub: Option<u32>) -> (Verdict, Option<Reason>) {
        let hub = self.partner[system][row as usize].or(hub);
        let Some(hub) = hub.filter(|_| system != RunPlan::HUB) else {
            return (Verdict::InSync, None);
        };
        let received = self.records[RunPlan::HUB].int(FieldName::ReceivedAt, hub as usize);
        let synced = self.records[system].int(FieldName::SyncedAt, row as usize);
        let late_after = self.plan.systems[system].sync.late_after.num_milliseconds();
        match (received, synced) {
            (Some(received), Some(synced)) if synced - received > late_after => (Verdict::ArrivedLate, None),
            _ => (Verdict::InSync, None),
        }
    }

    /// The codes of a system's rows are of the same kind as the code that a record of another is known by.
    fn shares_codes(&self, system: usize, system_of: usize, row: u32) -> bool {
        // The hub's own codes are those that are shared.
        let has = |system: usize| {
            system == RunPlan::HUB || self.plan.systems[system].sync.codes == CodeOrigin::Copied
        };
        let knows_hub = self.records[system_of].text(FieldName::HubCode, row as usize).is_some();
        (has(system) || self.plan.systems[system].maps(FieldName::HubCode)) && (has(system_of) || knows_hub)
    }

    fn absent(
        &self,
        system: usize,
        from: usize,
        row: u32,
        mut members: impl Iterator<Item = (usize, u32)> + Clone,
    ) -> (Verdict, Option<Reason>) {
        let known = &self.records[from];
        let plan = &self.plan.systems[system];
        let received = known.moment(FieldName::ReceivedAt, row as usize);
        if let Some(reason) = out_of_scope(plan, known, row, received) {
            return (Verdict::OutOfScope, Some(reason));
        }
        if plan.sync.known.contains(&Known::OnlyReturned) && known.status(row as usize).is_none() {
            return (Verdict::NoVerdict, Some(Reason::StatusUnknown));
        }
        if let Some(reason) = not_sent(plan, known, row) {
            return (Verdict::OutOfScope, Some(reason));
        }
        if !self.healthy[system] || members.clone().all(|(system, _)| self.swollen[system]) {
            return (Verdict::NoVerdict, Some(Reason::FeedUnhealthy));
        }
        if members.clone().any(|(system, row)| self.ambiguous[system][row as usize]) {
            return (Verdict::Explained, Some(Reason::AmbiguousLink));
        }
        // Where no code can tell which dossier a refused row was, its person does.
        let by_person = !members.clone().any(|(system_of, row)| self.shares_codes(system, system_of, row));
        let refused = |(system_of, row): (usize, u32)| {
            let records = &self.records[system_of];
            let codes = [records.text(FieldName::Code, row as usize), records.hub_key(row as usize)];
            let person = records.text(FieldName::IdNumber, row as usize);
            let person = person.zip(records.text(FieldName::Procedure, row as usize));
            let is_person = |person| {
                self.nameless[system].contains(&person) || by_person && self.named[system].contains(&person)
            };
            codes.into_iter().flatten().any(|code| self.quarantined[system].contains(code))
                || person.is_some_and(is_person)
        };
        if members.clone().any(refused) {
            return (Verdict::Explained, Some(Reason::Quarantined));
        }
        // Under a code of many it may be there, or be looked for in vain.
        let of_many = |(system_of, row): (usize, u32)| {
            let records = &self.records[system_of];
            is_of_many(self.blunt, records, row)
                || person_of(records, row).is_some_and(|person| self.of_many[system].contains(&person))
        };
        if !self.blunt.is_empty() && members.any(of_many) {
            return (Verdict::Explained, Some(Reason::CodeOfMany));
        }
        // The slower side sets the pace when the hub itself lacks the dossier.
        let sync = &self.plan.systems[if system == RunPlan::HUB { from } else { system }].sync;
        let Some(received) = received else { return (Verdict::NoVerdict, Some(Reason::NoReceiptDate)) };
        let age = self.plan.as_of - received;
        if age < sync.late_after {
            (Verdict::Expected, None)
        } else if age < sync.missing_after {
            (Verdict::Late, None)
        } else {
            (Verdict::Missing, None)
        }
    }
}

/// Whether the code under which the hub should know a record tells nobody apart.
fn is_of_many(blunt: &Blunt, records: &Records<'_>, row: u32) -> bool {
    records.hub_key(row as usize).is_some_and(|code| blunt.has(key::of(code)))
}

fn person_of<'a>(records: &Records<'a>, row: u32) -> Option<(&'a str, &'a str)> {
    let text = |field| records.text(field, row as usize);
    text(FieldName::IdNumber).zip(text(FieldName::Procedure))
}

/// Persons and procedures that can be told apart, of records whose code cannot.
fn of_many<'a>(blunt: &Blunt, records: &Records<'a>) -> BTreeSet<(&'a str, &'a str)> {
    if blunt.is_empty() {
        return BTreeSet::new();
    }
    let rows = (0..records.len() as u32).filter(|row| is_of_many(blunt, records, *row));
    let known = rows.filter(|row| keys::of_person(records, *row).is_some_and(|key| !blunt.has(key)));
    known.filter_map(|row| person_of(records, row)).collect()
}

/// The transformation of the sync job by which a dossier is not sent at all, or not yet.
fn not_sent(plan: &SystemPlan, records: &Records<'_>, row: u32) -> Option<Reason> {
    let known = &plan.sync.known;
    let deleted = records.moment(FieldName::DeletedAt, row as usize);
    let storage = records.text(FieldName::Storage, row as usize);
    if known.contains(&Known::Excluded) && job::left_out(storage, deleted) {
        return Some(Reason::NotSent(Known::Excluded));
    }
    let status = records.status(row as usize);
    let not_yet = known.contains(&Known::OnlyReturned) && status.is_some_and(job::not_sent_yet);
    not_yet.then_some(Reason::NotSent(Known::OnlyReturned))
}

/// Why a system is not expected to hold a dossier.
fn out_of_scope(
    plan: &SystemPlan,
    records: &Records<'_>,
    row: u32,
    received: Option<NaiveDateTime>,
) -> Option<Reason> {
    let row = row as usize;
    let scope = &plan.scope;
    if scope.covers_from.is_some_and(|from| received.is_some_and(|received| received.date() < from)) {
        return Some(Reason::BeforeExportWindow);
    }
    let outside = |list: &BTreeSet<String>, value: Option<String>| {
        !list.is_empty() && !value.is_some_and(|value| list.contains(&value))
    };
    if outside(&scope.procedures, records.text(FieldName::Procedure, row).map(str::to_owned)) {
        return Some(Reason::ProcedureNotInScope);
    }
    if outside(&scope.fields, records.text(FieldName::Field, row).map(fold)) {
        return Some(Reason::FieldNotInScope);
    }
    if !scope.statuses.is_empty()
        && !records.status(row).is_some_and(|status| scope.statuses.contains(&status))
    {
        return Some(Reason::StatusNotInScope);
    }
    None
}

//! Findings that one record makes alone: its code, person, procedure, deadline, files and dates.

use chrono::{Datelike, NaiveDateTime};
use rayon::prelude::*;

use super::{Clerk, Subject};
use crate::config::plan::{Role, RunPlan};
use crate::domain::agency;
use crate::domain::catalogue::Standing;
use crate::domain::channel::Channel;
use crate::domain::deadline::OfficeClock;
use crate::domain::dossier::FieldName;
use crate::domain::dossier_code::{self, DossierCode};
use crate::domain::finding_kind::FindingKind;
use crate::domain::issue::ParseIssue;
use crate::domain::known::{Known, job};
use crate::domain::personal_id::{self, BirthConflict};
use crate::domain::rules::{
    r10_due_date as r10, r12_apology as r12, r13_identity as r13, r15_procedure as r15, r18_files as r18,
    r19_timeline as r19, r21_sync as r21,
};
use crate::domain::sex::Sex;
use crate::engine::frame::Texts;
use crate::engine::key;
use crate::stages::compare::raw_cell;
use crate::stages::judge::Finding;
use crate::stages::judge::clock;
use crate::stages::judge::verdict::{Reason, Verdict};
use crate::stages::records::Records;

impl Clerk<'_> {
    pub(super) fn records(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (system, records) in self.records.iter().enumerate() {
            let active = &self.linked.active[system];
            let of_system: Vec<Finding> = (0..records.len() as u32)
                .into_par_iter()
                .with_min_len(4096)
                .filter(|row| active[*row as usize])
                .flat_map_iter(|row| self.record(Record { clerk: self, system, records, row }))
                .collect();
            found.extend(of_system);
        }
        found
    }

    fn record(&self, record: Record<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        record.issues(&mut found);
        record.person(&mut found);
        record.result_files(&mut found);
        if record.system == RunPlan::HUB {
            record.order_of_dates(&mut found);
            record.agency(&mut found);
            let standing = clock::procedure(self.reference, record.records, record.row);
            record.procedure(standing.as_ref(), &mut found);
            record.due_date(standing.as_ref(), &mut found);
            record.apology(&mut found);
            record.dates(&mut found);
            record.sync_flag(&mut found);
        }
        found
    }
}

/// One record before the rules.
struct Record<'a> {
    clerk: &'a Clerk<'a>,
    system: usize,
    records: &'a Records<'a>,
    row: u32,
}

impl<'a> Record<'a> {
    fn text(&self, field: FieldName) -> Option<&'a str> {
        self.records.text(field, self.row as usize)
    }

    fn at(&self, field: FieldName) -> Option<NaiveDateTime> {
        self.records.moment(field, self.row as usize)
    }

    fn count(&self, field: FieldName) -> Option<u32> {
        self.records.int(field, self.row as usize).and_then(|count| u32::try_from(count).ok())
    }

    fn maps(&self, field: FieldName) -> bool {
        self.clerk.plan.systems[self.system].maps(field)
    }

    fn add(&self, found: &mut Vec<Finding>, kind: FindingKind, field: FieldName, detail: impl Into<String>) {
        let subject = self.clerk.about(self.system, self.row, Some(field), detail);
        found.extend(self.clerk.finding(kind, subject));
    }

    /// What the parsers noted and a finding is made of.
    fn issues(&self, found: &mut Vec<Finding>) {
        let alone = [
            (ParseIssue::PlaceholderId, FindingKind::PlaceholderId, FieldName::IdNumber),
            (ParseIssue::CodeMalformed, FindingKind::CodeMalformed, FieldName::Code),
            (ParseIssue::CodeDateMismatch, FindingKind::CodeDateMismatch, FieldName::Code),
        ];
        let issues = self.records.issues(self.row as usize);
        if issues.is_empty() {
            return;
        }
        for (issue, kind, field) in alone {
            // The hub mints the code; in another system a date that does not fit it differs from the
            // hub's as well, and is found there.
            let minted_elsewhere = issue == ParseIssue::CodeDateMismatch && self.system != RunPlan::HUB;
            let told = self.clerk.plan.severity(kind).is_some();
            if !issues.contains(issue) || minted_elsewhere || !told {
                continue;
            }
            let mut subject = self.clerk.about(self.system, self.row, Some(field), issue.code());
            if kind == FindingKind::CodeMalformed
                && let Some(meant) = self.code_that_may_be_meant()
            {
                subject.detail = format!("{}; may be {meant}", issue.code());
            }
            if kind == FindingKind::PlaceholderId && self.filled_in_by_the_job() {
                subject.explained_by = Some(Known::NumberFilledIn.code().to_owned());
            }
            found.extend(self.clerk.finding(kind, subject));
        }
    }

    /// The one code of another system that a small slip makes of this one. It is only proposed: nothing is
    /// linked by it.
    fn code_that_may_be_meant(&self) -> Option<String> {
        let code = self.text(FieldName::Code)?;
        let others = (0..self.clerk.records.len()).filter(|system| *system != self.system);
        let blunt = &self.clerk.linked.blunt;
        let known = |code: &str| {
            let key = key::of(code);
            let is_asked = !blunt.has(key) && !blunt.is_asked(key);
            is_asked && others.clone().any(|system| self.clerk.records[system].has_code(code))
        };
        let mut meant = dossier_code::candidates(code).into_iter().filter(|candidate| known(&candidate.code));
        let first = meant.next()?;
        meant.next().is_none().then_some(first.code)
    }

    /// T2: the hub's own number is none that the job would send.
    fn filled_in_by_the_job(&self) -> bool {
        let known = &self.clerk.plan.systems[self.system].sync.known;
        if self.system == RunPlan::HUB || !known.contains(&Known::NumberFilledIn) {
            return false;
        }
        // The cell as it was delivered is kept masked.
        let raw = Texts::of(&self.clerk.linked.systems[self.system].frame, "raw").ok();
        let written = raw.and_then(|raw| raw_cell(raw, self.row, FieldName::IdNumber));
        if written.as_deref() != Some(personal_id::mask(job::FILLED_IN).as_str()) {
            return false;
        }
        self.clerk.hub_of(self.system, self.row).is_some_and(|row| {
            let number = self.clerk.records[RunPlan::HUB].text(FieldName::IdNumber, row as usize);
            job::number_filled_in(number, job::FILLED_IN)
        })
    }

    /// R13: the number says another year of birth or sex than the record.
    fn person(&self, found: &mut Vec<Finding>) {
        let Some(number) = self.text(FieldName::IdNumber) else { return };
        let born = self.records.date(FieldName::BirthDate, self.row as usize).map(|date| date.year());
        let sex = self.text(FieldName::Sex).and_then(Sex::from_code);
        let conflict = personal_id::birth_conflict(number, born, sex);
        let year = conflict == Some(BirthConflict::Year);
        let Some(kind) = r13::birth_conflict(year, conflict == Some(BirthConflict::Sex)) else { return };
        let field = if year { FieldName::BirthDate } else { FieldName::Sex };
        self.add(found, kind, field, if year { "year" } else { "sex" });
    }

    /// R18: a file that was handed in stands as the result.
    fn result_files(&self, found: &mut Vec<Finding>) {
        let (Some(documents), Some(results)) =
            (self.text(FieldName::Documents), self.text(FieldName::Results))
        else {
            return;
        };
        if r18::result_is_a_document(documents, results).is_some() {
            let detail = "the result is a file that was handed in";
            let mut subject = self.clerk.about(self.system, self.row, Some(FieldName::Results), detail);
            // T8: where there is no result the job sends the first document in its place.
            let known = &self.clerk.plan.systems[self.system].sync.known;
            let by_job = self.system != RunPlan::HUB && known.contains(&Known::FilesDropped);
            if by_job && self.hub_has_no_result() && job::result_is_first_document(documents, results) {
                subject.explained_by = Some(Known::FilesDropped.code().to_owned());
            }
            found.extend(self.clerk.finding(FindingKind::ResultFileSuspect, subject));
        }
    }

    fn hub_has_no_result(&self) -> bool {
        self.clerk.hub_of(self.system, self.row).is_some_and(|row| {
            self.clerk.records[RunPlan::HUB].text(FieldName::Results, row as usize).is_none()
        })
    }

    /// R19: ended before it began. In the other systems a date that contradicts the hub's is found by
    /// comparison.
    fn order_of_dates(&self, found: &mut Vec<Finding>) {
        let [received, finished, returned] =
            [FieldName::ReceivedAt, FieldName::FinishedAt, FieldName::ReturnedAt].map(|field| self.at(field));
        let Some((field, earlier)) = r19::impossible_order(received, finished, returned) else { return };
        let detail = format!("{} before {}", field.name(), earlier.name());
        let subject = Subject {
            since: self.at(earlier),
            ..self.clerk.about(self.system, self.row, Some(field), detail)
        };
        found.extend(self.clerk.finding(FindingKind::ImpossibleTimeline, subject));
    }

    /// R07: the code names an agency that was not there on its date.
    fn agency(&self, found: &mut Vec<Finding>) {
        let Some(code) = self.text(FieldName::Code) else { return };
        let Some(parts) = DossierCode::parse(code) else { return };
        let received = || self.at(FieldName::ReceivedAt).map(|at| at.date());
        let Some(minted) = parts.receipt_date().or_else(received) else { return };
        let agency = parts.agency;
        let detail = match self.clerk.reference.agencies.standing(agency, minted) {
            agency::Standing::Unknown => format!("no agency {agency} is known"),
            agency::Standing::Abolished { since } => format!("{agency} was abolished on {since}"),
            agency::Standing::NotYet => format!("{agency} was not there yet on {minted}"),
            agency::Standing::Known | agency::Standing::NotJudged => return,
        };
        self.add(found, FindingKind::CodeUnknownAgency, FieldName::Code, detail);
    }

    /// R15: the procedure was not published in the catalogue when the dossier was received.
    fn procedure(&self, standing: Option<&Standing<'_>>, found: &mut Vec<Finding>) {
        let Some(standing) = standing else { return };
        if let Some(kind) = r15::kind(clock::plain(standing)) {
            self.add(found, kind, FieldName::Procedure, clock::word(standing));
        }
        let (Some(days), Some(version)) = (self.count(FieldName::ProcessDays), clock::version(standing))
        else {
            return;
        };
        if r15::process_differs(days, version.max_days.map(u32::from)) {
            let most = version.max_days.unwrap_or_default();
            let detail = format!("{days} working days in the software, {most} in the catalogue");
            self.add(found, FindingKind::ProcessDiffers, FieldName::ProcessDays, detail);
        }
    }

    /// R10: put off more often than allowed, or appointed later than allowed.
    fn due_date(&self, standing: Option<&Standing<'_>>, found: &mut Vec<Finding>) {
        let extensions = self.count(FieldName::Extensions).unwrap_or_default();
        if r10::extended_twice(extensions, self.clerk.plan.thresholds.max_extensions) {
            let detail = format!("{extensions} extensions");
            self.add(found, FindingKind::ExtendedTwice, FieldName::Extensions, detail);
        }
        if self.clerk.recorded_change(self.row).moves_the_due_time() {
            return;
        }
        let (Some(received), Some(due)) = (self.at(FieldName::ReceivedAt), self.at(FieldName::DueAt)) else {
            return;
        };
        let Some(limit) = standing.and_then(clock::limit) else { return };
        let clock = OfficeClock::new(&self.clerk.reference.calendar, self.clerk.plan.office);
        let last_day = clock.last_day(received, limit);
        if r10::beyond_limit(due, last_day) {
            let detail = format!("due {}, the limit ends {last_day}", due.date());
            self.add(found, FindingKind::DueBeyondLimit, FieldName::DueAt, detail);
        }
    }

    /// R12: late without a letter of apology, or with one that came too late.
    fn apology(&self, found: &mut Vec<Finding>) {
        if !self.maps(FieldName::ApologyAt) {
            return;
        }
        let Some(lateness) = clock::lateness(self.records, self.row) else { return };
        let plan = self.clerk.plan;
        // That it ends after the night of the run is a finding of its own, and no end.
        if lateness.ended.is_some_and(|ended| ended > plan.as_of) {
            return;
        }
        let Some(kind) = r12::apology(&lateness, plan.as_of, plan.thresholds.apology_grace) else { return };
        let detail = match (lateness.apology, lateness.ended) {
            (Some(apology), _) => format!("apology of {}, due {}", apology.date(), lateness.due.date()),
            (None, Some(ended)) => format!("ended {}, due {}", ended.date(), lateness.due.date()),
            (None, None) => format!("open, due {}", lateness.due.date()),
        };
        let is_old = self.clerk.linked.systems[self.system].is_old();
        let subject = Subject {
            since: Some(lateness.due),
            explained_by: is_old.then(|| Reason::FeedUnhealthy.code().to_owned()),
            ..self.clerk.about(self.system, self.row, Some(FieldName::ApologyAt), detail)
        };
        found.extend(self.clerk.finding(kind, subject));
    }

    /// R19: an end in the future, a counter that was closed, work that took no time.
    fn dates(&self, found: &mut Vec<Finding>) {
        let [finished, returned] = [FieldName::FinishedAt, FieldName::ReturnedAt].map(|field| self.at(field));
        let plan = self.clerk.plan;
        if let Some(field) = r19::ended_in_future(finished, returned, plan.as_of) {
            self.add(found, FindingKind::EndedInFuture, field, "after the night of the run");
        }
        let Some(received) = self.at(FieldName::ReceivedAt) else { return };
        let channel = self.text(FieldName::Channel).and_then(Channel::from_code);
        let works = self.clerk.reference.calendar.is_working(received.date());
        if channel.is_some_and(|channel| r19::received_on_day_off(channel, works)) {
            let detail = format!("{}, a day off", received.format("%Y-%m-%d"));
            self.add(found, FindingKind::ReceivedOnDayOff, FieldName::ReceivedAt, detail);
        }
        let (Some(status), Some(ended)) = (self.records.status(self.row as usize), finished.or(returned))
        else {
            return;
        };
        if r19::finished_at_once(status, received, ended, plan.thresholds.at_once) {
            let seconds = (ended - received).num_seconds();
            let field = if finished.is_some() { FieldName::FinishedAt } else { FieldName::ReturnedAt };
            self.add(found, FindingKind::FinishedAtOnce, field, format!("after {seconds} s"));
        }
    }

    /// R21: what the hub notes about the sync against what the portal has.
    fn sync_flag(&self, found: &mut Vec<Finding>) {
        let flag = self.records.int(FieldName::SyncFlag, self.row as usize).map(|flag| flag != 0);
        if flag.is_none() {
            return;
        }
        let plan = self.clerk.plan;
        let Some(portal) = plan.systems.iter().position(|system| system.role == Role::Portal) else { return };
        // Of a dossier typed twice, the note is on the record that was sent.
        if !self.clerk.stands(self.system, self.row) {
            return;
        }
        let case = self.clerk.linked.case_of[self.system][self.row as usize];
        let standing = self.clerk.standing(case, portal);
        let Some(received) = self.at(FieldName::ReceivedAt) else { return };
        let (age, late_after) = (plan.as_of - received, plan.systems[portal].sync.late_after);
        // Absent and excused is not lacking.
        let lacks = matches!(standing.verdict, Verdict::Missing | Verdict::Late);
        let there = standing.row.is_some();
        let (kind, detail) = if r21::flag_stale(flag, there, age, late_after) {
            (FindingKind::FlagStale, "noted as not synced, and it is there")
        } else if lacks && r21::flag_untrue(flag, there, age, late_after) {
            (FindingKind::FlagUntrue, "noted as synced, and it is not there")
        } else {
            return;
        };
        let subject = Subject {
            other: Some((portal, standing.row)),
            ..self.clerk.about(self.system, self.row, Some(FieldName::SyncFlag), detail)
        };
        found.extend(self.clerk.finding(kind, subject));
    }
}

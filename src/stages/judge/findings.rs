//! Turns verdicts, rungs, differences, duplicates, parse issues and figures into findings.

use chrono::{NaiveDateTime, TimeDelta};

use super::Finding;
use super::drift::Drift;
use super::figures::FigureRow;
use super::verdict::{Standing, Verdict};
use crate::config::plan::{CodeOrigin, Role, RunPlan, Rung};
use crate::domain::calendar::{CalendarError, WorkingCalendar};
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::domain::issue::ParseIssue;
use crate::stages::compare::Difference;
use crate::stages::dedupe::DuplicateKind;
use crate::stages::link::{Link, Linked};
use crate::stages::records::Records;

/// All findings, sorted by kind, case, system, field and record.
///
/// # Errors
/// When the shipped working calendar is damaged.
pub fn findings(
    plan: &RunPlan,
    linked: &Linked,
    differences: &[Difference],
    records: &[Records<'_>],
    standings: &[Standing],
    figures: &[FigureRow],
    drifts: Vec<Drift>,
) -> Result<Vec<Finding>, CalendarError> {
    let calendar = WorkingCalendar::shipped()?;
    let mut clerk = Clerk { plan, linked, records, calendar, found: Vec::new() };
    for (case, standings) in standings.chunks_exact(records.len()).enumerate() {
        clerk.absences(case as u32, standings);
    }
    for (index, link) in linked.links.iter().enumerate().filter(|(_, link)| !link.ambiguous) {
        clerk.rung(index as u32, link);
    }
    for difference in differences {
        clerk.difference(difference);
    }
    clerk.duplicates();
    for system in 0..records.len() {
        clerk.issues(system);
    }
    clerk.timelines();
    // Figures recomputed from an unhealthy hub prove nothing.
    for figure in figures.iter().filter(|_| linked.systems[RunPlan::HUB].is_healthy()) {
        clerk.published(figure);
    }
    drifts.into_iter().for_each(|drift| clerk.drift(drift));
    let mut found = clerk.found;
    found.sort_by_key(|f| (f.kind, f.case, f.system, f.field, f.row, f.other.map(|other| other.0)));
    Ok(found)
}

struct Clerk<'a> {
    plan: &'a RunPlan,
    linked: &'a Linked,
    records: &'a [Records<'a>],
    calendar: WorkingCalendar,
    found: Vec<Finding>,
}

/// What a finding is about; the rest follows from the pipeline.
struct Subject {
    case: Option<u32>,
    system: usize,
    row: Option<u32>,
    other: Option<(usize, Option<u32>)>,
    link: Option<u32>,
    field: Option<FieldName>,
    since: Option<NaiveDateTime>,
    detail: String,
}

impl Clerk<'_> {
    fn add(&mut self, kind: FindingKind, expected: bool, explained_by: Option<String>, subject: Subject) {
        let Some(severity) = self.plan.severity(kind) else { return };
        let Subject { case, system, row, other, link, field, since, detail } = subject;
        let known = || self.plan.systems[system].sync.explains.get(&kind).cloned();
        let today = self.plan.as_of.date();
        let age = since.map(|since| self.calendar.working_days_between(since.date().min(today), today));
        self.found.push(Finding {
            kind,
            severity,
            expected,
            explained_by: explained_by.or_else(known),
            case,
            system,
            row,
            other,
            link,
            field,
            since,
            age_working_days: age,
            detail,
        });
    }

    fn received(&self, system: usize, row: u32) -> Option<NaiveDateTime> {
        self.records[system].moment(FieldName::ReceivedAt, row as usize)
    }

    /// A case that a system does not hold, holds too late, or that the hub does not know.
    fn absences(&mut self, case: u32, standings: &[Standing]) {
        let Some(from) = standings.iter().position(|standing| standing.row.is_some()) else { return };
        for (system, standing) in standings.iter().enumerate() {
            let Some(kind) = absence_kind(self.plan.systems[system].role, standing.verdict) else { continue };
            let Some(known) = standings[from].row else { continue };
            let sync = &self.plan.systems[if system == RunPlan::HUB { from } else { system }].sync;
            let since = self.received(from, known).map(|received| received + sync.late_after);
            let detail = match standing.verdict {
                Verdict::ArrivedLate => {
                    let synced = standing
                        .row
                        .and_then(|row| self.records[system].moment(FieldName::SyncedAt, row as usize));
                    let lag =
                        synced.zip(self.received(from, known)).map(|(synced, received)| synced - received);
                    format!("arrived after {}", span(lag.unwrap_or_default()))
                }
                _ => {
                    let age = self.received(from, known).map(|received| self.plan.as_of - received);
                    format!("not there {} after receipt", span(age.unwrap_or_default()))
                }
            };
            let subject = Subject {
                case: Some(case),
                system,
                row: standing.row,
                other: Some((from, Some(known))),
                link: None,
                field: None,
                since,
                detail,
            };
            self.add(kind, false, None, subject);
        }
    }

    /// A link that the code alone did not make.
    fn rung(&mut self, index: u32, link: &Link) {
        let rung = &self.plan.ladder[link.rung];
        if *rung == Rung::ExactCode {
            return;
        }
        let kind = match (self.plan.systems[link.right_system].sync.codes, rung) {
            (CodeOrigin::Copied, _) => FindingKind::CodeRewritten,
            (CodeOrigin::Own, Rung::Identity { .. }) => FindingKind::TypedInTwoSystems,
            // The hub remembers the other's code: the two systems know each other.
            (CodeOrigin::Own, _) => return,
        };
        let detail = match (rung, link.gap_ms) {
            (Rung::Identity { on, .. }, Some(gap)) => {
                let on: Vec<&str> = on.iter().map(|field| field.name()).collect();
                format!("linked by {} within {}", on.join(" + "), span(TimeDelta::milliseconds(gap)))
            }
            _ => "linked by the other code that one side remembers".to_owned(),
        };
        let subject = Subject {
            case: Some(self.linked.case_of[link.left_system][link.left as usize]),
            system: link.right_system,
            row: Some(link.right),
            other: Some((link.left_system, Some(link.left))),
            link: Some(index),
            field: Some(FieldName::Code),
            since: self.received(link.right_system, link.right),
            detail,
        };
        self.add(kind, false, None, subject);
    }

    fn difference(&mut self, difference: &Difference) {
        let Some(kind) = difference.kind else { return };
        let link = &self.linked.links[difference.link as usize];
        let subject = Subject {
            case: Some(self.linked.case_of[link.left_system][link.left as usize]),
            system: link.right_system,
            row: Some(link.right),
            other: Some((link.left_system, Some(link.left))),
            link: Some(difference.link),
            field: Some(difference.field),
            since: self.received(link.left_system, link.left),
            detail: difference.relation.to_owned(),
        };
        let expected = difference.field == FieldName::Status && self.status_in_grace(link);
        self.add(kind, expected, difference.explained_by.clone(), subject);
    }

    /// The hub's status changed so lately that the other side need not know it yet.
    fn status_in_grace(&self, link: &Link) -> bool {
        let (records, row) = (&self.records[link.left_system], link.left as usize);
        let changed = [FieldName::ReceivedAt, FieldName::FinishedAt, FieldName::ReturnedAt];
        let last = changed.into_iter().filter_map(|field| records.moment(field, row)).max();
        let grace = self.plan.systems[link.right_system].sync.late_after;
        last.is_some_and(|last| self.plan.as_of - last < grace)
    }

    /// What a finding about one record is about.
    fn record(&self, system: usize, row: u32, field: Option<FieldName>, detail: &str) -> Subject {
        Subject {
            case: Some(self.linked.case_of[system][row as usize]),
            system,
            row: Some(row),
            other: None,
            link: None,
            field,
            since: self.received(system, row),
            detail: detail.to_owned(),
        }
    }

    fn duplicates(&mut self) {
        for duplicate in &self.linked.duplicates {
            let kind = match duplicate.kind {
                // What a system said on an earlier night is no double entry.
                DuplicateKind::Superseded => continue,
                DuplicateKind::RepeatedRow | DuplicateKind::SameCode => FindingKind::RepeatedRow,
                DuplicateKind::SameReference | DuplicateKind::TypedTwice => FindingKind::TypedTwice,
            };
            let subject = Subject {
                other: Some((duplicate.system, Some(duplicate.survivor))),
                ..self.record(duplicate.system, duplicate.row, None, duplicate.kind.code())
            };
            self.add(kind, false, None, subject);
        }
        for collision in &self.linked.collisions {
            let field = Some(FieldName::Code);
            let subject = Subject {
                other: Some((collision.system, Some(collision.first))),
                ..self.record(collision.system, collision.row, field, "one code, two persons")
            };
            self.add(FindingKind::CodeCollision, false, None, subject);
        }
    }

    /// Findings that one record makes alone.
    fn issues(&mut self, system: usize) {
        let alone = [
            (ParseIssue::PlaceholderId, FindingKind::PlaceholderId, FieldName::IdNumber),
            (ParseIssue::CodeMalformed, FindingKind::CodeMalformed, FieldName::Code),
            (ParseIssue::CodeDateMismatch, FindingKind::CodeDateMismatch, FieldName::Code),
        ];
        for row in 0..self.records[system].len() as u32 {
            let issues = self.records[system].issues(row as usize);
            if issues.is_empty() || !self.linked.active[system][row as usize] {
                continue;
            }
            for (issue, kind, field) in alone {
                // The hub mints the code; in another system a date that does not fit it differs from
                // the hub's as well, and is found there.
                let minted_elsewhere = issue == ParseIssue::CodeDateMismatch && system != RunPlan::HUB;
                if issues.contains(issue) && !minted_elsewhere {
                    let subject = self.record(system, row, Some(field), issue.code());
                    self.add(kind, false, None, subject);
                }
            }
        }
    }

    /// A dossier of the hub that ended before it began. In the other systems a date that contradicts
    /// the hub's is found by comparison.
    fn timelines(&mut self) {
        let (system, records) = (RunPlan::HUB, &self.records[RunPlan::HUB]);
        for row in 0..records.len() as u32 {
            if !self.linked.active[system][row as usize] {
                continue;
            }
            let at = |field| records.moment(field, row as usize);
            let steps = [FieldName::ReceivedAt, FieldName::FinishedAt, FieldName::ReturnedAt];
            let known: Vec<(FieldName, NaiveDateTime)> =
                steps.into_iter().filter_map(|field| Some((field, at(field)?))).collect();
            let Some(pair) = known.windows(2).find(|pair| pair[1].1 < pair[0].1) else { continue };
            let subject = Subject {
                case: Some(self.linked.case_of[system][row as usize]),
                system,
                row: Some(row),
                other: None,
                link: None,
                field: Some(pair[1].0),
                since: Some(pair[0].1),
                detail: format!("{} before {}", pair[1].0.name(), pair[0].0.name()),
            };
            self.add(FindingKind::ImpossibleTimeline, false, None, subject);
        }
    }

    fn published(&mut self, figure: &FigureRow) {
        let Some(gap) = figure.gap().filter(|gap| *gap != 0.0) else { return };
        let about = if figure.key.is_empty() { String::new() } else { format!(" ({})", figure.key) };
        let detail = format!(
            "{}{about}: recomputed {}, published {}, gap {gap}",
            figure.figure,
            figure.value,
            figure.published.unwrap_or_default()
        );
        let subject = Subject {
            case: None,
            system: RunPlan::HUB,
            row: None,
            other: None,
            link: None,
            field: None,
            since: None,
            detail,
        };
        self.add(FindingKind::PublishedGap, false, None, subject);
    }

    fn drift(&mut self, drift: Drift) {
        let Drift { kind, system, field, detail } = drift;
        let subject =
            Subject { case: None, system, row: None, other: None, link: None, field, since: None, detail };
        self.add(kind, false, None, subject);
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

/// A span in the largest unit that says enough: `5 d 3 h`, `26 h`, `12 min`.
fn span(span: TimeDelta) -> String {
    match (span.num_days(), span.num_hours(), span.num_minutes()) {
        (days, hours, _) if days >= 3 => format!("{days} d {} h", hours - days * 24),
        (_, hours, _) if hours >= 1 => format!("{hours} h"),
        (_, _, minutes) => format!("{minutes} min"),
    }
}

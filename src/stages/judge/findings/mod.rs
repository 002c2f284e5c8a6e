//! Turns verdicts, rungs, differences, duplicates, records and figures into findings.
//!
//! What is wrong is said by the rules in `domain/rules`; here they are shown the tables. Each file asks one
//! kind of question: of a case, a link, a record, a person, a crowd of dossiers, a print.

mod absence;
mod crowd;
mod link;
mod person;
mod printed;
mod record;

use chrono::{NaiveDateTime, TimeDelta};

use rayon::prelude::*;

use super::Finding;
use super::crowds::{Crowds, Share};
use super::drift::Drift;
use super::figures::FigureRow;
use super::verdict::Standing;
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::domain::rules::r10_due_date::RecordedChange;
use crate::reference::Reference;
use crate::stages::compare::{Difference, recorded_change};
use crate::stages::link::Linked;
use crate::stages::normalise::SystemRecords;
use crate::stages::records::Records;

/// Everything the rules are shown.
pub struct Clerk<'a> {
    pub plan: &'a RunPlan,
    pub reference: &'a Reference,
    pub linked: &'a Linked,
    pub records: &'a [Records<'a>],
    pub differences: &'a [Difference],
    /// Case by case, system by system.
    pub standings: &'a [Standing],
}

/// What is asked once the whole night has been seen.
pub struct Closing<'a> {
    pub plan: &'a RunPlan,
    pub reference: &'a Reference,
    /// Only their files are asked.
    pub systems: &'a [SystemRecords],
}

/// What a finding is about; the rest follows from the pipeline.
#[derive(Default)]
struct Subject {
    expected: bool,
    explained_by: Option<String>,
    case: Option<u32>,
    system: usize,
    row: Option<u32>,
    other: Option<(usize, Option<u32>)>,
    link: Option<u32>,
    field: Option<FieldName>,
    since: Option<NaiveDateTime>,
    detail: String,
    name: String,
}

impl Clerk<'_> {
    /// All findings about records, in no order, and what only the whole night shows.
    pub fn findings(&self, share: Share<'_>) -> (Vec<Finding>, Crowds) {
        let parts: [fn(&Self) -> Vec<Finding>; 6] = [
            |clerk| clerk.absences(),
            |clerk| clerk.links(),
            |clerk| clerk.differences(),
            |clerk| clerk.duplicates(),
            |clerk| clerk.records(),
            |clerk| clerk.persons(),
        ];
        let (parts, (bulk, crowds)) = rayon::join(
            || parts.par_iter().map(|part| part(self)).collect::<Vec<Vec<Finding>>>(),
            || self.crowds(share),
        );
        (parts.into_iter().flatten().chain(bulk).collect(), crowds)
    }

    fn finding(&self, kind: FindingKind, subject: Subject) -> Option<Finding> {
        finding(self.plan, self.reference, kind, subject)
    }

    /// Whether the pipeline wants to hear of a kind; asked before costly questions.
    fn wants(&self, kind: FindingKind) -> bool {
        self.plan.severity(kind).is_some()
    }

    fn received(&self, system: usize, row: u32) -> Option<NaiveDateTime> {
        self.records[system].moment(FieldName::ReceivedAt, row as usize)
    }

    fn case_of(&self, system: usize, row: u32) -> Option<u32> {
        Some(self.linked.case_of[system][row as usize])
    }

    /// What a finding about one record is about.
    fn about(&self, system: usize, row: u32, field: Option<FieldName>, detail: impl Into<String>) -> Subject {
        Subject {
            case: self.case_of(system, row),
            system,
            row: Some(row),
            field,
            since: self.received(system, row),
            detail: detail.into(),
            ..Subject::default()
        }
    }

    /// What the hub says of changes of a due time.
    fn recorded_change(&self, row: u32) -> RecordedChange {
        recorded_change(&self.records[RunPlan::HUB], row)
    }

    /// The hub's record of the case that a record belongs to.
    fn hub_of(&self, system: usize, row: u32) -> Option<u32> {
        self.standing(self.linked.case_of[system][row as usize], RunPlan::HUB).row
    }

    /// Whether a record is the one that stands for its case in its system.
    fn stands(&self, system: usize, row: u32) -> bool {
        self.standing(self.linked.case_of[system][row as usize], system).row == Some(row)
    }

    /// The record of a case in a system.
    fn standing(&self, case: u32, system: usize) -> &Standing {
        &self.standings[case as usize * self.records.len() + system]
    }
}

impl Closing<'_> {
    /// The findings about no record.
    pub fn findings(&self, crowds: &Crowds, figures: &[FigureRow], drifts: Vec<Drift>) -> Vec<Finding> {
        let mut found: Vec<Finding> =
            crowds.days.iter().flat_map(|(system, days)| self.gaps(*system, days)).collect();
        found.extend(self.codes_of_many(&crowds.of_many));
        found.extend(self.contradictions());
        // Figures recomputed from an unhealthy hub prove nothing.
        if self.systems[RunPlan::HUB].is_healthy() {
            found.extend(figures.iter().filter_map(|figure| self.published(figure)));
        }
        found.extend(drifts.into_iter().filter_map(|Drift { kind, system, field, detail }| {
            let name = detail.split(':').next().unwrap_or_default().to_owned();
            let name = if kind == FindingKind::ColumnGone { name } else { String::new() };
            self.finding(kind, Subject { system, field, detail, name, ..Subject::default() })
        }));
        found
    }

    fn finding(&self, kind: FindingKind, subject: Subject) -> Option<Finding> {
        finding(self.plan, self.reference, kind, subject)
    }
}

/// A finding of this kind, unless the pipeline has switched the kind off.
fn finding(plan: &RunPlan, reference: &Reference, kind: FindingKind, subject: Subject) -> Option<Finding> {
    let severity = plan.severity(kind)?;
    let Subject { expected, explained_by, case, system, row, other, link, field, since, detail, name } =
        subject;
    let known = || plan.systems[system].sync.explains.get(&kind).cloned();
    let today = plan.as_of.date();
    let age = since.map(|since| reference.calendar.working_days_between(since.date().min(today), today));
    Some(Finding {
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
        name,
    })
}

/// How a dossier closed in bulk is told of, whichever it is.
pub fn of_bulk(plan: &RunPlan, reference: &Reference) -> Option<Finding> {
    finding(
        plan,
        reference,
        FindingKind::ClosedInBulk,
        Subject { system: RunPlan::HUB, ..Subject::default() },
    )
}

/// Sorts findings by kind, case, system, field and record.
pub fn put_in_order(found: &mut [Finding]) {
    found.par_sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.detail.cmp(&b.detail)));
}

type Order =
    (FindingKind, Option<u32>, usize, Option<FieldName>, Option<u32>, Option<usize>, Option<NaiveDateTime>);

fn order(finding: &Finding) -> Order {
    let other = finding.other.map(|(system, _)| system);
    (finding.kind, finding.case, finding.system, finding.field, finding.row, other, finding.since)
}

/// A span in the largest unit that says enough: `5 d 3 h`, `26 h`, `12 min`.
fn span(span: TimeDelta) -> String {
    match (span.num_days(), span.num_hours(), span.num_minutes()) {
        (days, hours, _) if days >= 3 => format!("{days} d {} h", hours - days * 24),
        (_, hours, _) if hours >= 1 => format!("{hours} h"),
        (_, _, minutes) => format!("{minutes} min"),
    }
}

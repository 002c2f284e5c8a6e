//! What explains a difference: a known transformation of the sync job, a recorded change, a succession of units.
//!
//! It must not explain by kind alone: a difference is explained only when it is exactly what the job would make.

use crate::config::plan::RunPlan;
use crate::domain::agency::AgencyRelation;
use crate::domain::dossier::FieldName;
use crate::domain::known::Known;
use crate::domain::known::job::{self, CUT_SUMMARY, Cut};
use crate::domain::rules::r10_due_date::{RecordedChange, change_is_recorded};
use crate::reference::Reference;
use crate::stages::link::Link;
use crate::stages::records::Records;

/// Why the field differs, as it stands in column `explained_by`; `None` when nothing known explains it.
pub fn explain(
    plan: &RunPlan,
    reference: &Reference,
    records: &[Records<'_>],
    link: &Link,
    field: FieldName,
) -> Option<String> {
    // A job sends what the hub has: two other systems that disagree are nobody's known doing.
    let is_of_hub = link.left_system == RunPlan::HUB;
    let known = &plan.systems[link.right_system].sync.known;
    let (left, right) = (&records[link.left_system], &records[link.right_system]);
    let (l, r) = (link.left as usize, link.right as usize);
    let by = |known: Known| known.code().to_owned();
    let is_on = |transformation: Known| is_of_hub && known.contains(&transformation);
    match field {
        FieldName::Status => {
            let (hub, other) = (left.status(l)?, right.status(r)?);
            if is_on(Known::StatusCollapsed) && job::status_collapsed(hub, other) {
                return Some(by(Known::StatusCollapsed));
            }
            let due = left.moment(FieldName::DueAt, l);
            let known = is_on(Known::FinishedWithoutDue) && job::finished_without_due(hub, due, other);
            known.then(|| by(Known::FinishedWithoutDue))
        }
        FieldName::SubmittedAt => {
            let [submitted, received] =
                [FieldName::SubmittedAt, FieldName::ReceivedAt].map(|field| right.moment(field, r));
            let known =
                is_on(Known::SubmissionOverwritten) && job::submission_overwritten(submitted, received);
            known.then(|| by(Known::SubmissionOverwritten))
        }
        FieldName::Summary => {
            let (long, short) = (left.text(FieldName::Summary, l)?, right.text(FieldName::Summary, r)?);
            (is_on(Known::TextCut) && cut(long, short)).then(|| by(Known::TextCut))
        }
        FieldName::Documents => {
            let (sent, there) = (left.text(FieldName::Documents, l)?, right.text(FieldName::Documents, r)?);
            (is_on(Known::FilesDropped) && job::only_first_sent(sent, there)).then(|| by(Known::FilesDropped))
        }
        FieldName::DueAt => {
            let other = right.moment(FieldName::DueAt, r)?;
            change_is_recorded(&recorded_change(left, link.left), other).then(|| "recorded_change".to_owned())
        }
        FieldName::Unit => {
            let (a, b) = (left.text(FieldName::Unit, l)?, right.text(FieldName::Unit, r)?);
            match reference.agencies.same_agency(a, b)? {
                AgencyRelation::Same => None,
                AgencyRelation::OtherOrder => Some("agency_order".to_owned()),
                AgencyRelation::Succession => Some("successor_unit".to_owned()),
                AgencyRelation::Possible => Some("split_unit".to_owned()),
            }
        }
        _ => None,
    }
}

/// T7 on cleaned texts: white space that was put right before and after the cut moves its place a little.
fn cut(long: &str, short: &str) -> bool {
    const MOVED: usize = 20;
    let Cut { limit, kept, .. } = CUT_SUMMARY;
    (kept - MOVED..=kept).any(|kept| job::truncated(long, short, limit - MOVED, kept))
}

/// What a record says of changes of its due time.
pub fn recorded_change(records: &Records<'_>, row: u32) -> RecordedChange {
    let at = |field| records.moment(field, row as usize);
    let count = |field| records.int(field, row as usize).and_then(|count| u32::try_from(count).ok());
    RecordedChange {
        due_before: at(FieldName::DueBefore),
        supplements: count(FieldName::Supplements),
        extensions: count(FieldName::Extensions),
        apology_at: at(FieldName::ApologyAt),
    }
}

//! What a record says of its time and its procedure, brought before the rules of deadlines.
//!
//! It must not decide what a finding is: it reads fields and the reference tables.

use chrono::NaiveDateTime;

use crate::domain::catalogue::{Standing, Version};
use crate::domain::deadline::{Limit, OfficeClock};
use crate::domain::dossier::FieldName;
use crate::domain::rules::r11_late_hidden::end;
use crate::domain::rules::r12_apology::Lateness;
use crate::domain::rules::r15_procedure::CatalogueStanding;
use crate::domain::status::StatusClass;
use crate::domain::timeliness::Times;
use crate::reference::Reference;
use crate::stages::records::Records;

/// The dates of a record; the limit of its procedure is the catalogue's to add.
pub fn times(records: &Records<'_>, row: u32) -> Times {
    let at = |field| records.moment(field, row as usize);
    let supplements = records.int(FieldName::Supplements, row as usize).unwrap_or_default();
    Times {
        status: records.status(row as usize),
        received: at(FieldName::ReceivedAt),
        due: at(FieldName::DueAt),
        finished: at(FieldName::FinishedAt),
        returned: at(FieldName::ReturnedAt),
        refused: None,
        supplements: u32::try_from(supplements).unwrap_or_default(),
        supplement_asked_at: at(FieldName::SupplementAskedAt),
        supplemented_at: at(FieldName::SupplementedAt),
        limit: None,
    }
}

/// The end of a record and its letter of apology; `None` without an appointment.
pub fn lateness(records: &Records<'_>, row: u32) -> Option<Lateness> {
    let at = |field| records.moment(field, row as usize);
    let status = records.status(row as usize)?;
    let due = at(FieldName::DueAt)?;
    let ended = end(at(FieldName::FinishedAt), at(FieldName::ReturnedAt)).filter(|_| status.is_end());
    // What ended without a date cannot be called late.
    if status.is_end() && ended.is_none() || status.class() == StatusClass::NotReceived {
        return None;
    }
    let waits = status.class() == StatusClass::Paused;
    Some(Lateness { due, ended, waits, apology: at(FieldName::ApologyAt) })
}

/// How many working days after its due day a record ended, or is open; `None` when in time, and for what waits.
pub fn overdue_days(
    office: &OfficeClock<'_>,
    lateness: Option<Lateness>,
    as_of: NaiveDateTime,
) -> Option<i64> {
    let Lateness { due, ended, .. } = lateness.filter(|lateness| !lateness.waits)?;
    Some(office.overdue_days(due, ended.unwrap_or(as_of))).filter(|days| *days > 0)
}

/// How the procedure of a record stood in the catalogue when it was received; `None` without a catalogue,
/// a procedure or a receipt.
pub fn procedure<'r>(reference: &'r Reference, records: &Records<'_>, row: u32) -> Option<Standing<'r>> {
    let catalogue = reference.catalogue.as_ref()?;
    let code = records.text(FieldName::Procedure, row as usize)?;
    let received = records.moment(FieldName::ReceivedAt, row as usize)?;
    Some(catalogue.standing(code, received.date()))
}

/// The version in force.
pub fn version<'r>(standing: &Standing<'r>) -> Option<&'r Version> {
    match standing {
        Standing::InForce(version) => Some(version),
        _ => None,
    }
}

/// The time limit of the version in force.
pub fn limit(standing: &Standing<'_>) -> Option<Limit> {
    let version = version(standing)?;
    let days = u32::from(version.max_days?);
    Some(Limit { days, kind: version.day_kind })
}

/// A standing as the rule asks for it.
pub fn plain(standing: &Standing<'_>) -> CatalogueStanding {
    match standing {
        Standing::InForce(_) => CatalogueStanding::InForce,
        Standing::NotYet { .. } | Standing::Expired { .. } | Standing::Abolished { .. } => {
            CatalogueStanding::NotInForce
        }
        Standing::NotListed => CatalogueStanding::NotListed,
        Standing::Local => CatalogueStanding::Local,
    }
}

/// The stable name written to outputs.
pub fn word(standing: &Standing<'_>) -> &'static str {
    match standing {
        Standing::InForce(_) => "in_force",
        Standing::NotYet { .. } => "not_yet",
        Standing::Expired { .. } => "expired",
        Standing::Abolished { .. } => "abolished",
        Standing::NotListed => "not_listed",
        Standing::Local => "local",
    }
}

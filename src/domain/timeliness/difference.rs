//! Why the three definitions of one dossier differ, in one stable word.
//!
//! It must not judge which of them is right.

use super::definitions::waiting_since;
use super::{ThreeWays, Timeliness, Times};
use crate::domain::status::StatusClass;

/// The reason, the first that applies in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// No status: one definition takes it for open, the others say nothing.
    NoStatus,
    /// Not yet received (1): open in the form, not counted in the tables.
    NotReceived,
    /// Papers asked for more than once: late by the formula document whatever the dates.
    SeveralSupplements,
    /// The form keeps withdrawn dossiers apart; the tables hold them against the appointment.
    Withdrawn,
    /// Refused (3): an end in the form, in none of the groups of the table.
    Refused,
    /// Stopped (8): an end in the form, a group of its own in the table.
    StoppedApart,
    /// Waits for papers: open in the form, stopped in the table, ended at the request in the formula.
    WaitingCountsAsEnd,
    /// Waits for papers or payment: open in the form, stopped in the table.
    WaitingApart,
    /// Open and past its appointment, which only the formula document looks at.
    OpenPastDue,
    /// No appointment: on time in the form, unknown in the table, measured by the formula.
    NoDueDate,
    /// Ended without the date a definition needs.
    NoEndDate,
    /// Finished and handed over on different sides of the appointment.
    HandedOverLater,
    /// Ended on the day of the appointment at another hour: on time by dates, early or late by timestamps.
    SameDayOtherHour,
}

impl Difference {
    /// Every reason, in the order in which they are asked.
    pub const ALL: &[Self] = &[
        Self::NoStatus,
        Self::NotReceived,
        Self::SeveralSupplements,
        Self::Withdrawn,
        Self::Refused,
        Self::StoppedApart,
        Self::WaitingCountsAsEnd,
        Self::WaitingApart,
        Self::OpenPastDue,
        Self::NoDueDate,
        Self::NoEndDate,
        Self::HandedOverLater,
        Self::SameDayOtherHour,
    ];

    /// The stable word written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoStatus => "no_status",
            Self::NotReceived => "not_received",
            Self::SeveralSupplements => "several_supplements",
            Self::Withdrawn => "withdrawn",
            Self::Refused => "refused",
            Self::StoppedApart => "stopped_apart",
            Self::WaitingCountsAsEnd => "waiting_counts_as_end",
            Self::WaitingApart => "waiting_apart",
            Self::OpenPastDue => "open_past_due",
            Self::NoDueDate => "no_due_date",
            Self::NoEndDate => "no_end_date",
            Self::HandedOverLater => "handed_over_later",
            Self::SameDayOtherHour => "same_day_other_hour",
        }
    }
}

/// Why the three differ; `None` when they agree.
#[must_use]
pub fn differ(times: &Times, ways: &ThreeWays) -> Option<Difference> {
    let [form, table, formula] = ways.values();
    if form == table && table == formula {
        return None;
    }
    let Some(class) = times.class() else { return Some(Difference::NoStatus) };
    if class == StatusClass::NotReceived {
        return Some(Difference::NotReceived);
    }
    if times.supplements > 1 && formula != form {
        return Some(Difference::SeveralSupplements);
    }
    Some(match class {
        StatusClass::Refused => Difference::Refused,
        StatusClass::Stopped => Difference::StoppedApart,
        StatusClass::Paused if waiting_since(times).is_some() => Difference::WaitingCountsAsEnd,
        StatusClass::Paused => Difference::WaitingApart,
        StatusClass::NotReceived | StatusClass::Open => Difference::OpenPastDue,
        StatusClass::Withdrawn if form == Timeliness::Withdrawn => Difference::Withdrawn,
        StatusClass::Withdrawn | StatusClass::Done | StatusClass::Returned => of_dates(times),
    })
}

/// The reason of a dossier that ended in a way all three hold against its appointment.
fn of_dates(times: &Times) -> Difference {
    let Some(due) = times.due else { return Difference::NoDueDate };
    let (Some(finished), Some(handed_over)) = (times.finished, times.handed_over()) else {
        return Difference::NoEndDate;
    };
    if finished.date().cmp(&due.date()) == handed_over.date().cmp(&due.date()) {
        Difference::SameDayOtherHour
    } else {
        Difference::HandedOverLater
    }
}

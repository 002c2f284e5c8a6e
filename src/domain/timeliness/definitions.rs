//! The three definitions, one function each.
//!
//! They must not borrow from each other: what one falls back to, another leaves unknown.

use std::cmp::Ordering;

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use super::{Timeliness, Times};
use crate::domain::deadline::{DayKind, Limit, OfficeClock};
use crate::domain::status::{NationalStatus, StatusClass};

/// Form II.06a with timestamps: the result handed over (NgayTra), else the end of processing, against the
/// appointment, to the second. Only an equal timestamp is on time [S].
///
/// Whether a withdrawn dossier is a class of its own differs between reports [S]: the caller says. What has
/// ended and has no date or no appointment to be held against counts as on time. An appointment at midnight is a
/// day without an hour, and is held against by day.
#[must_use]
pub fn form_06_ts(times: &Times, withdrawn_apart: bool) -> Timeliness {
    if !times.has_ended() {
        return Timeliness::Open;
    }
    if withdrawn_apart && times.status == Some(NationalStatus::Withdrawn) {
        return Timeliness::Withdrawn;
    }
    match (times.handed_over(), times.due) {
        (Some(end), Some(due)) if due.time() == NaiveTime::MIN => by_order(end.date().cmp(&due.date())),
        (Some(end), Some(due)) => by_order(end.cmp(&due)),
        _ => Timeliness::OnTime,
    }
}

/// The QĐ 766 table of one province's software: dates only, the end of processing (NgayKetThucXuLy)
/// against the appointment. Groups: in process {2, 4}, done {7, 9, 10}, stopped {5, 6, 8} [S]; 1 and 3
/// are in none. What is done and lacks a date is unknown.
#[must_use]
pub fn table_766_date(times: &Times) -> Timeliness {
    let Some(class) = times.class() else { return Timeliness::Unknown };
    match class {
        StatusClass::NotReceived | StatusClass::Refused => Timeliness::NotCounted,
        StatusClass::Open => Timeliness::Open,
        StatusClass::Paused | StatusClass::Stopped => Timeliness::Stopped,
        StatusClass::Withdrawn | StatusClass::Done | StatusClass::Returned => {
            match (times.finished, times.due) {
                (Some(end), Some(due)) => by_order(end.date().cmp(&due.date())),
                _ => Timeliness::Unknown,
            }
        }
    }
}

/// Item 2.1 of the document that describes the QĐ 766 formulas [S], in its order:
/// 1. papers asked for more than once: late;
/// 2. ended: the time of the end status counts, finished (9) before returned (10) before refused or
///    stopped (3, 8);
/// 3. waits for papers for the first time: the time of the request counts as its end;
/// 4. not ended: the end of the period is held against the appointment;
/// 5. no appointment: from receipt to end, less the time spent waiting for papers, against the procedure's
///    limit; in office time where the limit is in working days.
///
/// The document knows in time and late; an end on an earlier day than the appointment is called early as
/// practice does. It is silent on a first request already answered: here the dossier runs on, as its
/// status says. An unanswered request waits until the end.
#[must_use]
pub fn formula_766(times: &Times, period_end: NaiveDateTime, clock: &OfficeClock<'_>) -> Timeliness {
    match times.class() {
        None => return Timeliness::Unknown,
        Some(StatusClass::NotReceived) => return Timeliness::NotCounted,
        Some(_) if times.supplements > 1 => return Timeliness::Late,
        Some(_) => {}
    }
    if times.has_ended() {
        return end_by_priority(times).map_or(Timeliness::Unknown, |end| held(times, end, clock));
    }
    if let Some(asked) = waiting_since(times) {
        return held(times, asked, clock);
    }
    match held(times, period_end, clock) {
        Timeliness::Late => Timeliness::Overdue,
        _ => Timeliness::Open,
    }
}

/// The time of the first request, while the dossier waits for its papers.
pub(super) fn waiting_since(times: &Times) -> Option<NaiveDateTime> {
    let waits = times.status == Some(NationalStatus::SupplementRequested) && times.supplements <= 1;
    times.supplement_asked_at.filter(|_| waits)
}

fn end_by_priority(times: &Times) -> Option<NaiveDateTime> {
    times.finished.or(times.returned).or(times.refused)
}

/// An end against the appointment, else against the limit.
fn held(times: &Times, end: NaiveDateTime, clock: &OfficeClock<'_>) -> Timeliness {
    match (times.due, times.received, times.limit) {
        (Some(due), ..) if end.date() < due.date() => Timeliness::Early,
        (Some(due), ..) if end <= due => Timeliness::OnTime,
        (Some(_), ..) => Timeliness::Late,
        (None, Some(received), Some(limit)) => {
            let in_time = within(limit, received, end, waited(times, end), clock);
            if in_time { Timeliness::OnTime } else { Timeliness::Late }
        }
        (None, ..) => Timeliness::Unknown,
    }
}

/// The stretch in which the dossier waited for papers, within its time.
fn waited(times: &Times, end: NaiveDateTime) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let from = times.supplement_asked_at?;
    let to = times.supplemented_at.map_or(end, |came| came.min(end));
    (from < to).then_some((from, to))
}

fn within(
    limit: Limit,
    received: NaiveDateTime,
    end: NaiveDateTime,
    waited: Option<(NaiveDateTime, NaiveDateTime)>,
    clock: &OfficeClock<'_>,
) -> bool {
    match limit.kind {
        DayKind::Working => {
            let pause = waited.map_or(0, |(from, to)| clock.working_time_between(from, to));
            let used = clock.working_time_between(received, end) - pause;
            used <= i64::from(limit.days) * clock.hours().day_seconds() / 60
        }
        DayKind::Calendar => {
            let pause = waited.map_or(TimeDelta::zero(), |(from, to)| to - from);
            end - received - pause <= TimeDelta::days(i64::from(limit.days))
        }
    }
}

fn by_order(order: Ordering) -> Timeliness {
    match order {
        Ordering::Less => Timeliness::Early,
        Ordering::Equal => Timeliness::OnTime,
        Ordering::Greater => Timeliness::Late,
    }
}

//! What the reference tables say of a case: its deadline, its procedure, its unit.
//!
//! It must not judge: the findings have been made by now, and these are the figures beside them.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::Night;
use crate::domain::agency::{Standing, Successor};
use crate::domain::deadline::OfficeClock;
use crate::domain::dossier::FieldName;
use crate::domain::timeliness::{ThreeWays, Times, differ};
use crate::stages::judge::{clock, figures};

/// The columns of one case.
#[derive(Debug, Default)]
pub struct Deadline<'n> {
    pub ways: Option<ThreeWays>,
    pub differs: Option<&'static str>,
    pub last_day: Option<NaiveDate>,
    pub overdue_days: Option<i64>,
    pub procedure: Option<&'static str>,
    pub unit_today: Option<Cow<'n, str>>,
    pub unit: Option<&'static str>,
}

/// Of the case that this record stands for.
pub fn deadline<'n>(night: &'n Night<'_>, system: usize, row: u32) -> Deadline<'n> {
    let Night { plan, reference, records, .. } = night;
    let records = &records[system];
    let office = OfficeClock::new(&reference.calendar, plan.office);
    let standing = clock::procedure(reference, records, row);
    let limit = standing.as_ref().and_then(clock::limit);
    let times = Times { limit, ..clock::times(records, row) };
    let ways = ThreeWays::of(&times, plan.withdrawn_apart, figures::closes(plan), &office);
    let unit = records.text(FieldName::Unit, row as usize);
    let received = times.received.map(|received| received.date());
    Deadline {
        differs: differ(&times, &ways).map(|difference| difference.code()),
        ways: Some(ways),
        last_day: times.received.zip(limit).map(|(received, limit)| office.last_day(received, limit)),
        overdue_days: clock::overdue_days(&office, clock::lateness(records, row), plan.as_of),
        procedure: standing.as_ref().map(clock::word),
        unit: unit.zip(received).and_then(|(unit, day)| match reference.agencies.standing(unit, day) {
            Standing::Known => Some("known"),
            Standing::Abolished { .. } => Some("abolished"),
            Standing::NotYet => Some("not_yet"),
            Standing::Unknown => Some("unknown"),
            Standing::NotJudged => None,
        }),
        unit_today: unit.map(|unit| match reference.agencies.successor(unit) {
            Successor::Same => Cow::Borrowed(unit),
            Successor::One(successor) => Cow::Owned(successor),
            Successor::Several(successors) => Cow::Owned(successors.join("; ")),
        }),
    }
}

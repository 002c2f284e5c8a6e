//! What one dossier adds to the figures, and sums of it.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use super::clock;
use super::figures::{FormRow, closes, round2};
use super::verdict::Standing;
use crate::config::figure::Figure;
use crate::config::plan::RunPlan;
use crate::domain::channel::Channel;
use crate::domain::dossier::FieldName;
use crate::domain::form_06a::{Entry, Form06a, Intake, Outcome};
use crate::domain::timeliness::{Timeliness, form_06_ts};
use crate::reference::Reference;
use crate::stages::records::Records;

/// The dimensions of the summary beside the total.
pub const TEXT_PAGES: [(&str, FieldName); 4] = [
    ("level", FieldName::Level),
    ("unit", FieldName::Unit),
    ("procedure", FieldName::Procedure),
    ("field", FieldName::Field),
];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    form: Form06a,
    withdrawn: u64,
    /// On time and not withdrawn, where those are counted apart.
    on_time: u64,
    returned: u64,
    late_with_apology: u64,
    late_without_apology: u64,
    digitised: u64,
    paid_online: u64,
    /// Resolved dossiers with both dates, and the working days they took.
    timed: u64,
    days: i64,
    /// Per system and verdict.
    pub verdicts: Vec<[u64; 8]>,
}

/// What one dossier of the hub adds to every page it stands on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dossier {
    /// `None` outside the period.
    entry: Option<Entry>,
    withdrawn: bool,
    on_time: bool,
    returned: bool,
    late_with_apology: bool,
    late_without_apology: bool,
    digitised: bool,
    paid_online: bool,
    /// Working days from receipt to end.
    days: Option<i64>,
}

impl Dossier {
    pub fn of(plan: &RunPlan, reference: &Reference, hub: &Records<'_>, row: u32) -> Self {
        let mut dossier = Self::default();
        let times = clock::times(hub, row);
        let Some(received) = times.received else { return dossier };
        let (end, closes) = (times.handed_over(), closes(plan));
        let (mut ended, mut carried) = (times.has_ended(), false);
        if let Some((from, _)) = plan.period {
            let opens = from.and_time(NaiveTime::MIN);
            carried = received < opens;
            if received >= closes || (carried && ended && end.is_some_and(|end| end < opens)) {
                return dossier;
            }
            ended &= end.is_none_or(|end| end < closes);
        }
        let online = hub.text(FieldName::Channel, row as usize) == Some(Channel::Online.code());
        let intake = match (carried, online) {
            (true, _) => Intake::CarriedOver,
            (false, true) => Intake::NewOnline,
            (false, false) => Intake::NewDirectOrPost,
        };
        let late = if ended {
            let timeliness = form_06_ts(&times, plan.withdrawn_apart);
            let outcome = Outcome::of(timeliness, false).unwrap_or(Outcome::OnTime);
            dossier.entry = Some(Entry { intake, outcome });
            dossier.withdrawn = timeliness == Timeliness::Withdrawn;
            dossier.on_time = outcome == Outcome::OnTime && !dossier.withdrawn;
            let calendar = &reference.calendar;
            dossier.days = end
                .map(|end| calendar.working_days_between(received.date(), end.date().max(received.date())));
            outcome == Outcome::Late
        } else {
            // What waits for the citizen stands still, here as in rule R12 and the list of overdue dossiers.
            let lateness = clock::lateness(hub, row).filter(|lateness| !lateness.waits);
            let overdue = lateness.is_some_and(|lateness| has_passed(lateness.due, closes));
            let outcome = if overdue { Outcome::Overdue } else { Outcome::InTime };
            dossier.entry = Some(Entry { intake, outcome });
            overdue
        };
        let flag = |field| hub.int(field, row as usize) == Some(1);
        let apology = hub.int(FieldName::ApologyAt, row as usize).is_some();
        Self {
            digitised: flag(FieldName::Digitised),
            paid_online: flag(FieldName::PaidOnline),
            returned: times.returned.is_some_and(|at| at < closes),
            late_with_apology: late && apology,
            late_without_apology: late && !apology,
            ..dossier
        }
    }
}

impl Counts {
    /// Counts one dossier, and where it stands in every system.
    pub fn enter(&mut self, dossier: &Dossier, standings: &[Standing]) {
        if let Some(entry) = dossier.entry {
            self.form.enter(entry);
        }
        self.withdrawn += u64::from(dossier.withdrawn);
        self.on_time += u64::from(dossier.on_time);
        self.returned += u64::from(dossier.returned);
        self.late_with_apology += u64::from(dossier.late_with_apology);
        self.late_without_apology += u64::from(dossier.late_without_apology);
        self.digitised += u64::from(dossier.digitised);
        self.paid_online += u64::from(dossier.paid_online);
        if let Some(days) = dossier.days {
            self.timed += 1;
            self.days += days;
        }
        self.verdicts.resize(self.verdicts.len().max(standings.len()), [0; 8]);
        for (mine, standing) in self.verdicts.iter_mut().zip(standings) {
            mine[standing.verdict as usize] += 1;
        }
    }

    pub fn add(&mut self, other: &Self) {
        let Self {
            form,
            withdrawn,
            on_time,
            returned,
            late_with_apology,
            late_without_apology,
            digitised,
            paid_online,
            timed,
            days,
            verdicts,
        } = other;
        self.form.add(form);
        self.withdrawn += withdrawn;
        self.on_time += on_time;
        self.returned += returned;
        self.late_with_apology += late_with_apology;
        self.late_without_apology += late_without_apology;
        self.digitised += digitised;
        self.paid_online += paid_online;
        self.timed += timed;
        self.days += days;
        self.verdicts.resize(self.verdicts.len().max(verdicts.len()), [0; 8]);
        for (mine, theirs) in self.verdicts.iter_mut().zip(verdicts) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }

    pub fn mean_days(&self) -> Option<f64> {
        (self.timed > 0).then(|| round2(self.days as f64 / self.timed as f64))
    }

    /// A figure of dossiers, not rounded; 0 for the others.
    pub fn value(&self, figure: Figure) -> f64 {
        let form = &self.form;
        let share = |count: u64| match form.c7 {
            0 => 0.0,
            resolved => 100.0 * count as f64 / resolved as f64,
        };
        let count = |count: u64| count as f64;
        match figure {
            Figure::Received => count(form.c3),
            Figure::New => count(form.c4 + form.c5),
            Figure::CarriedOver => count(form.c6),
            Figure::Resolved => count(form.c7),
            Figure::InProcess => count(form.c11),
            Figure::Early => count(form.c8),
            Figure::OnTime => count(self.on_time),
            Figure::Late => count(form.c10),
            Figure::Withdrawn => count(self.withdrawn),
            Figure::InTime => count(form.c8 + self.on_time),
            Figure::Returned => count(self.returned),
            Figure::LateWithApology => count(self.late_with_apology),
            Figure::LateWithoutApology => count(self.late_without_apology),
            Figure::Digitised => count(self.digitised),
            Figure::PaidOnline => count(self.paid_online),
            Figure::OnTimeShare => share(form.c7 - form.c10),
            Figure::EarlyShare => share(form.c8),
            Figure::ExactShare => share(self.on_time),
            Figure::LateShare => share(form.c10),
            Figure::WithdrawnShare => share(self.withdrawn),
            Figure::SyncRatio
            | Figure::SyncSynced
            | Figure::SyncReported
            | Figure::SyncPortal
            | Figure::Procedures
            | Figure::ProceduresNew
            | Figure::ProceduresAmended
            | Figure::ProceduresAbolished => 0.0,
        }
    }

    pub fn form_row(&self, (dimension, key): (&'static str, &str), name: Option<&str>) -> FormRow {
        FormRow {
            dimension,
            key: key.to_owned(),
            name: name.map(str::to_owned),
            form: self.form,
            withdrawn: self.withdrawn,
            mean_days: self.mean_days(),
            late_with_apology: self.late_with_apology,
            late_without_apology: self.late_without_apology,
        }
    }
}

/// Whether an appointment had passed at a moment; one without an hour passes with its day.
fn has_passed(due: NaiveDateTime, moment: NaiveDateTime) -> bool {
    if due.time() == NaiveTime::MIN { due + TimeDelta::days(1) < moment } else { due < moment }
}

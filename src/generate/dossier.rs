//! Makes one dossier after the other: procedure, unit, person, code, and dates that agree with its status.

use super::alone::Lone;
use super::calendar::DAY;
use super::details::{Details, between};
use super::people::{Child, People, Person};
use super::profile::{Channel, Outcome, Procedure, Quota};
use super::row::{Row, System, code_date};
use super::setting::Setting;
use super::truth::Planted;
use super::visits::{Agent, Visit, Visits};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

/// A case as it really is, which is also what the hub says.
#[derive(Clone)]
pub struct Dossier {
    /// Number of the case, from 1.
    pub case: u64,
    pub code: String,
    pub procedure: usize,
    pub unit: usize,
    pub channel: Channel,
    pub outcome: Outcome,
    pub person: Person,
    pub child: Option<Child>,
    pub received: NaiveDateTime,
    pub due: NaiveDateTime,
    pub finished: Option<NaiveDateTime>,
    pub returned: Option<NaiveDateTime>,
    pub status: u8,
    pub fee: u32,
    pub repeatable: bool,
    pub ministry: Option<System>,
    pub details: Details,
    /// Its person has more dossiers of the procedure: no key may get lost.
    pub keep_keys: bool,
    /// Who hands in more of the procedure today, for other owners and by this phone.
    pub agent: Option<Agent>,
    /// Code of the dossier that came to nothing, and that the same person handed in before.
    pub comes_again_after: Option<String>,
    /// Another procedure code than the profile's, alike in every system: as the hub and the portal write
    /// it, and as the ministries do.
    pub other_procedure: Option<(String, String)>,
    /// The true date, where every system has a wrong year.
    pub true_birth: Option<NaiveDate>,
    /// The hub has no due time.
    pub no_due: bool,
    /// What was planted in the case; written at the hub's row.
    pub planted: Vec<Planted>,
    /// It ends in a crowd: number of the closing.
    pub closing: Option<usize>,
    /// Its one error; nothing else is planted then.
    pub lone: Option<Lone>,
}

impl Dossier {
    /// The time that decides between early, on time and late.
    pub fn ended(&self) -> Option<NaiveDateTime> {
        self.returned.or(self.finished)
    }

    /// Nothing was planted in the case itself.
    pub fn is_clean(&self) -> bool {
        self.planted.is_empty() && self.closing.is_none() && self.true_birth.is_none() && !self.keep_keys
    }

    /// Its person has, or may have, more dossiers of the procedure.
    pub fn comes_often(&self) -> bool {
        self.keep_keys || self.repeatable
    }

    pub fn planted_nothing_on(&self, field: &str) -> bool {
        self.planted.iter().all(|planted| planted.field != field)
    }

    pub fn row(&self, synced: NaiveDateTime) -> Row {
        Row {
            code: self.code.clone(),
            hub_code: String::new(),
            procedure: self.procedure,
            other_procedure: self.other_procedure.clone(),
            unit: self.unit,
            channel: self.channel,
            owner: self.person.name.clone(),
            id: self.person.id.clone(),
            phone: self.person.phone.clone(),
            birth: self.person.birth,
            male: self.person.male,
            child: self.child.clone(),
            received: self.received,
            due: (!self.no_due).then_some(self.due),
            finished: self.finished,
            returned: self.returned,
            status: self.status,
            fee: self.fee,
            details: self.details.clone(),
            synced,
            id_is_number: false,
            phone_is_number: false,
            flaw: None,
        }
    }
}

pub struct Maker<'a> {
    setting: &'a Setting,
    people: People<'a>,
    rng: ChaCha8Rng,
    next_case: u64,
    /// Codes given out today, per unit.
    counters: Vec<u64>,
    today: NaiveDate,
    visits: Visits,
    /// Office time at which the period opens, and closes.
    opens: i64,
    closes: i64,
}

impl<'a> Maker<'a> {
    /// The last two streams are for those who come more than once, and for agents.
    pub fn new(setting: &'a Setting, people: People<'a>, rng: ChaCha8Rng, extra: [ChaCha8Rng; 2]) -> Self {
        Maker {
            setting,
            people,
            rng,
            next_case: 1,
            counters: vec![0; setting.profile.unit.len()],
            today: NaiveDate::default(),
            visits: Visits::new(setting, extra),
            opens: setting.opens(),
            closes: setting.closes(),
        }
    }

    /// The next dossier, of a quota.
    pub fn next(&mut self, received: NaiveDateTime, quota: usize) -> Dossier {
        let setting = self.setting;
        let (Some(keys), Some(procedures)) =
            (setting.profile.quota.get(quota), setting.procedures_of.get(quota))
        else {
            return self.make(received, &setting.all_procedures, Outcome::Early, None);
        };
        self.make(received, procedures, keys.outcome, Some(keys))
    }

    /// A case that the hub never heard of.
    pub fn stray(&mut self, received: NaiveDateTime) -> Dossier {
        let setting = self.setting;
        self.make(received, &setting.all_procedures, Outcome::Early, None)
    }

    /// The next code of a unit. Times must run forward.
    pub fn code(&mut self, unit: usize, received: NaiveDateTime) -> String {
        if received.date() != self.today {
            self.today = received.date();
            self.counters.fill(0);
        }
        let number = self.counters.get_mut(unit).map_or(1, |counter| {
            *counter += 1;
            *counter
        });
        format!("{}-{}-{number:04}", self.unit_code(unit), code_date(received.date()))
    }

    pub fn unit_code(&self, unit: usize) -> &'a str {
        self.setting.profile.unit.get(unit).map_or("", |unit| unit.code.as_str())
    }

    fn make(
        &mut self,
        received: NaiveDateTime,
        procedures: &[usize],
        outcome: Outcome,
        quota: Option<&Quota>,
    ) -> Dossier {
        let worked = self.setting.calendar.worked(received);
        let (list, opens, closes) = (&self.setting.profile.procedure, self.opens, self.closes);
        let possible = |procedure: usize| {
            let days = list.get(procedure).map_or(0, |keys| i64::from(keys.days));
            procedures.contains(&procedure) && fits(outcome, worked + days * DAY, opens, closes)
        };
        let visit = match self.visits.next(received, quota.is_some(), possible, &mut self.people) {
            Some(visit) => visit,
            None => self.somebody_new(received, worked, procedures, outcome, quota.is_some()),
        };
        let Visit { person, procedure, unit, keep_keys, comes_again_after, twin, agent } = visit;
        let keys = self.setting.profile.procedure.get(procedure);
        let days = keys.map_or(1, |keys| i64::from(keys.days));
        let fee = keys.map_or(0, |keys| keys.fee);
        let due_worked = worked + days * DAY;
        let status = self.status(outcome, fee);
        let ended = self.ended(outcome, worked, due_worked);
        let (finished, returned) = match (status, ended) {
            (10, Some(ended)) => {
                let earlier = worked + ((ended - worked) as f64 * self.rng.random_range(0.6..1.0)) as i64;
                // What was carried over was not finished before the period either.
                (Some(earlier.max(self.opens.min(ended))), Some(ended))
            }
            (_, ended) => (ended, None),
        };
        let at = |worked: i64| self.setting.calendar.at(worked);
        let (due, finished, returned) = (at(due_worked), finished.map(at), returned.map(at));
        let child = self.child(&person, received, twin, keys);
        let channel = self.channel(received, quota.and_then(|quota| quota.channel));
        let case = self.next_case;
        self.next_case += 1;
        let code = self.code(unit, received);
        let mut dossier = Dossier {
            case,
            code,
            procedure,
            unit,
            channel,
            outcome,
            person,
            child,
            received,
            due,
            finished,
            returned,
            status,
            fee,
            repeatable: keys.is_some_and(|keys| keys.repeatable),
            ministry: keys.and_then(|keys| keys.ministry).map(System::from),
            details: Details::default(),
            keep_keys,
            agent,
            comes_again_after,
            other_procedure: None,
            true_birth: None,
            no_due: false,
            planted: Vec::new(),
            closing: None,
            lone: None,
        };
        if quota.is_some() {
            self.visits.went(&mut dossier);
        }
        dossier
    }

    /// Of a birth registration: the child.
    fn child(
        &mut self,
        parent: &Person,
        received: NaiveDateTime,
        twin: Option<Child>,
        keys: Option<&Procedure>,
    ) -> Option<Child> {
        if let Some(first) = twin {
            return Some(self.people.twin(&first, self.visits.rng()));
        }
        let births = keys.is_some_and(|keys| keys.module.as_deref() == Some("LTKS"));
        births.then(|| self.people.child(parent, received.date(), &mut self.rng))
    }

    fn somebody_new(
        &mut self,
        received: NaiveDateTime,
        worked: i64,
        procedures: &[usize],
        outcome: Outcome,
        may_repeat: bool,
    ) -> Visit {
        let procedure = self.procedure(worked, procedures, outcome);
        let unit = match self.setting.units_of.get(procedure) {
            Some(units) => pick(&mut self.rng, units),
            None => 0,
        };
        let person = self.people.person(&mut self.rng);
        let repeatable = self.setting.profile.procedure.get(procedure).is_some_and(|keys| keys.repeatable);
        let visit = Visit::first(person, procedure, unit);
        let again = self.rng.random_bool(self.setting.profile.hub.same_day_repeat);
        if may_repeat && repeatable && again && !self.visits.certifies(received) {
            self.visits.certify_again(&visit, received, self.rng.random_range(1..=3));
        }
        visit
    }

    /// A procedure whose time limit leaves room for the outcome.
    fn procedure(&mut self, worked: i64, procedures: &[usize], outcome: Outcome) -> usize {
        let list = &self.setting.profile.procedure;
        let due = |keys: &Procedure| worked + i64::from(keys.days) * DAY;
        let mut weights: Vec<(usize, u32)> = Vec::with_capacity(procedures.len());
        let candidates = || procedures.iter().filter_map(|&index| list.get(index).map(|keys| (index, keys)));
        for (index, keys) in candidates() {
            if fits(outcome, due(keys), self.opens, self.closes) {
                weights.push((index, keys.weight));
            }
        }
        if weights.is_empty() {
            // In process: all are overdue by now. Carried over: the longest has the best chance.
            let longest = candidates().max_by_key(|(_, keys)| keys.days);
            return longest.map_or(0, |(index, _)| index);
        }
        pick(&mut self.rng, &weights)
    }

    /// National status code.
    fn status(&mut self, outcome: Outcome, fee: u32) -> u8 {
        let resolved = &self.setting.profile.resolved;
        let open = &self.setting.profile.in_process;
        match outcome {
            Outcome::OnTime => 10,
            Outcome::Withdrawn => 7,
            Outcome::Late => pick(&mut self.rng, &[(10, resolved.returned), (9, resolved.finished)]),
            Outcome::Early => pick(
                &mut self.rng,
                &[
                    (10, resolved.returned),
                    (9, resolved.finished),
                    (3, resolved.refused),
                    (7, resolved.withdrawn),
                    (8, resolved.stopped),
                ],
            ),
            Outcome::InProcess => {
                let duty = if fee > 0 { open.financial_duty } else { 0 };
                let list = [(4, open.processing), (2, open.received), (5, open.supplement), (6, duty)];
                pick(&mut self.rng, &list)
            }
        }
    }

    /// Office time of the end.
    fn ended(&mut self, outcome: Outcome, worked: i64, due: i64) -> Option<i64> {
        let part: f64 = self.rng.random();
        match outcome {
            Outcome::InProcess => None,
            Outcome::OnTime => Some(due),
            Outcome::Late => {
                let from = (due + 600).max(self.opens);
                Some(between(from, self.closes.min(from + 12 * DAY), part))
            }
            Outcome::Early | Outcome::Withdrawn => {
                let from = (worked + 120).max(self.opens);
                Some(between(from, self.closes.min(due - 60), part))
            }
        }
    }

    fn channel(&mut self, received: NaiveDateTime, asked: Option<Channel>) -> Channel {
        let share: f64 = self.rng.random();
        let channels = &self.setting.profile.channels;
        match asked {
            Some(channel) => channel,
            None if !self.setting.calendar.in_office(received) || share < channels.online => Channel::Online,
            None if share < channels.online + channels.post => Channel::Post,
            None => Channel::Direct,
        }
    }
}

/// Whether a dossier due at this office time can have this outcome inside the period.
fn fits(outcome: Outcome, due: i64, opens: i64, closes: i64) -> bool {
    match outcome {
        Outcome::Early | Outcome::Withdrawn => due > opens + 3600,
        Outcome::OnTime => (opens..=closes).contains(&due),
        Outcome::Late => due + 1800 <= closes,
        // Most of what is still open is not yet overdue.
        Outcome::InProcess => due > closes - 2 * DAY,
    }
}

/// One of a weighted list.
fn pick<T: Copy + Default>(rng: &mut impl Rng, list: &[(T, u32)]) -> T {
    let total: u32 = list.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..total.max(1));
    for (item, weight) in list {
        if left < *weight {
            return *item;
        }
        left -= weight;
    }
    list.first().map(|(item, _)| *item).unwrap_or_default()
}

/// When a spoke normally has a case: within twelve hours, and never after `as_of`.
pub fn normal_sync(received: NaiveDateTime, as_of: NaiveDateTime, rng: &mut impl Rng) -> NaiveDateTime {
    let most = (as_of - received).num_seconds().clamp(2, 11 * 3600);
    let part: f64 = rng.random();
    received + TimeDelta::seconds(1 + ((most - 1) as f64 * part * part) as i64)
}

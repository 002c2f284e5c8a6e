//! People who hand in more than one dossier of a procedure: certifications, parcels and twins on one day, agents
//! who file for several owners, and those who come again after a dossier came to nothing.
//!
//! They take the places of others, so that no figure changes; and where their dossiers can be told apart by
//! code alone, `keep_keys` says so.

use super::dossier::Dossier;
use super::forms;
use super::names;
use super::people::{Child, People, Person};
use super::profile::Minority;
use super::rates::CaseRates;
use super::row::System;
use super::setting::Setting;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Nobody could take owners whose names are so far apart for one.
const LETTERS_APART: usize = 4;
/// So often another owner is looked for; after that the agent goes home.
const TRIES: usize = 16;

/// Who hands in dossiers of others, and leaves one phone for all of them.
#[derive(Clone)]
pub struct Agent {
    pub name: String,
    pub phone: String,
    /// Whose dossiers they were so far.
    pub owners: Vec<String>,
}

/// Who comes, and with what.
#[derive(Clone)]
pub struct Visit {
    pub person: Person,
    pub procedure: usize,
    pub unit: usize,
    pub keep_keys: bool,
    pub comes_again_after: Option<String>,
    /// The child that was born with this one.
    pub twin: Option<Child>,
    pub agent: Option<Agent>,
}

impl Visit {
    pub fn first(person: Person, procedure: usize, unit: usize) -> Self {
        Visit { person, procedure, unit, keep_keys: false, comes_again_after: None, twin: None, agent: None }
    }
}

pub struct Visits {
    rates: CaseRates,
    /// Whose names are mixed in, and how often.
    names: (Minority, f64),
    rng: ChaCha8Rng,
    /// Of agents alone: without them nothing is drawn otherwise.
    agents_rng: ChaCha8Rng,
    certifications: Option<Today>,
    /// Parcels or twins.
    several: Option<Today>,
    /// For one owner after the other.
    agent: Option<Today>,
    returns: Vec<Return>,
}

/// More to hand in on one day.
struct Today {
    visit: Visit,
    day: NaiveDate,
    left: u32,
}

/// Somebody who may come again.
struct Return {
    visit: Visit,
    from: NaiveDateTime,
    until: NaiveDateTime,
}

impl Visits {
    pub fn new(setting: &Setting, [rng, agents_rng]: [ChaCha8Rng; 2]) -> Self {
        let rates = setting.profile.cases.clone();
        let names = (setting.profile.people.minority, setting.profile.people.minority_share);
        let (certifications, several, agent) = (None, None, None);
        Visits { rates, names, rng, agents_rng, certifications, several, agent, returns: Vec::new() }
    }

    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }

    /// Somebody who was here before, or whose agent was, if the procedure is possible now.
    pub fn next(
        &mut self,
        received: NaiveDateTime,
        known_to_the_hub: bool,
        possible: impl Fn(usize) -> bool,
        people: &mut People<'_>,
    ) -> Option<Visit> {
        self.returns.retain(|again| received < again.until);
        for today in [&mut self.certifications, &mut self.several].into_iter().flatten() {
            let ready = today.day == received.date() && today.left > 0 && possible(today.visit.procedure);
            // What the hub never heard of could be taken for a dossier of the same person that it knows.
            if ready && known_to_the_hub {
                today.left -= 1;
                return Some(today.visit.clone());
            }
        }
        if let Some(visit) = self.next_owner(received, known_to_the_hub, &possible, people) {
            return Some(visit);
        }
        let ready = |again: &Return| received >= again.from && possible(again.visit.procedure);
        let found = self.returns.iter().position(ready).filter(|_| known_to_the_hub)?;
        Some(self.returns.remove(found).visit)
    }

    /// Another owner whose agent was here today, with the agent's phone and nobody's name but their own.
    fn next_owner(
        &mut self,
        received: NaiveDateTime,
        known_to_the_hub: bool,
        possible: impl Fn(usize) -> bool,
        people: &mut People<'_>,
    ) -> Option<Visit> {
        let today = self.agent.as_mut().filter(|_| known_to_the_hub)?;
        if today.day != received.date() || today.left == 0 || !possible(today.visit.procedure) {
            return None;
        }
        let agent = today.visit.agent.as_mut()?;
        let apart = |person: &Person| {
            let differs = |owner: &String| forms::letters_apart(owner, &person.name) >= LETTERS_APART;
            agent.owners.iter().all(differs)
        };
        let found = (0..TRIES).map(|_| people.person(&mut self.agents_rng)).find(apart);
        today.left = if found.is_some() { today.left - 1 } else { 0 };
        let person = Person { phone: agent.phone.clone(), ..found? };
        agent.owners.push(person.name.clone());
        Some(Visit { person, ..today.visit.clone() })
    }

    pub fn certifies(&self, received: NaiveDateTime) -> bool {
        self.certifications.as_ref().is_some_and(|today| today.day == received.date() && today.left > 0)
    }

    pub fn certify_again(&mut self, visit: &Visit, received: NaiveDateTime, left: u32) {
        self.certifications = Some(Today { visit: visit.clone(), day: received.date(), left });
    }

    /// A dossier was made: does its person come with more today, or again after it came to nothing?
    pub fn went(&mut self, dossier: &mut Dossier) {
        let nothing = matches!(dossier.status, 3 | 7 | 8);
        if nothing {
            // Whoever came to nothing does not go on today: that would be coming again.
            for today in [&mut self.certifications, &mut self.several].into_iter().flatten() {
                if today.visit.person.id == dossier.person.id {
                    today.left = 0;
                }
            }
        }
        let draws: [f64; 3] = [self.rng.random(), self.rng.random(), self.rng.random()];
        let days: i64 = self.rng.random_range(1..=8);
        let by_agent = self.agents_rng.random::<f64>() < self.rates.service_agent;
        if dossier.keep_keys || dossier.repeatable || dossier.person.id.is_empty() {
            return;
        }
        let visit = || Visit {
            keep_keys: true,
            ..Visit::first(dossier.person.clone(), dossier.procedure, dossier.unit)
        };
        let ended = dossier.ended().filter(|_| nothing);
        if let Some(ended) = ended.filter(|_| draws[0] < self.rates.resubmission) {
            let again = Visit { comes_again_after: Some(dossier.code.clone()), ..visit() };
            let from = ended + TimeDelta::days(days);
            self.returns.push(Return { visit: again, from, until: ended + TimeDelta::days(20) });
            dossier.keep_keys = true;
        } else if nothing {
        } else if dossier.child.is_some() && draws[1] < self.rates.twins {
            let twin = Visit { twin: dossier.child.clone(), ..visit() };
            self.several = Some(Today { visit: twin, day: dossier.received.date(), left: 1 });
            dossier.keep_keys = true;
        } else if dossier.ministry == Some(System::DatDai) && draws[2] < self.rates.several_parcels {
            let left = self.rng.random_range(1..=2);
            self.several = Some(Today { visit: visit(), day: dossier.received.date(), left });
            dossier.keep_keys = true;
        } else if by_agent && !dossier.person.phone.is_empty() {
            let (minority, share) = self.names;
            let male = self.agents_rng.random_bool(0.5);
            let agent = Agent {
                name: names::draw(&mut self.agents_rng, minority, share, male),
                phone: dossier.person.phone.clone(),
                owners: vec![dossier.person.name.clone()],
            };
            let left = self.agents_rng.random_range(1..=3);
            let visit = Visit { agent: Some(agent.clone()), ..visit() };
            self.agent = Some(Today { visit, day: dossier.received.date(), left });
            dossier.agent = Some(agent);
            dossier.keep_keys = true;
        }
    }
}

//! People who hand in more than one dossier of a procedure: certifications, parcels and twins on one day,
//! and those who come again after a dossier came to nothing.
//!
//! They take the places of others, so that no figure changes; and where their dossiers can be told apart by
//! code alone, `keep_keys` says so.

use super::dossier::Dossier;
use super::people::{Child, Person};
use super::rates::CaseRates;
use super::row::System;
use super::setting::Setting;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

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
}

impl Visit {
    pub fn first(person: Person, procedure: usize, unit: usize) -> Self {
        Visit { person, procedure, unit, keep_keys: false, comes_again_after: None, twin: None }
    }
}

pub struct Visits {
    rates: CaseRates,
    rng: ChaCha8Rng,
    certifications: Option<Today>,
    /// Parcels or twins.
    several: Option<Today>,
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
    pub fn new(setting: &Setting, rng: ChaCha8Rng) -> Self {
        let rates = setting.profile.cases.clone();
        Visits { rates, rng, certifications: None, several: None, returns: Vec::new() }
    }

    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }

    /// Somebody who was here before, if the procedure is possible now.
    pub fn next(
        &mut self,
        received: NaiveDateTime,
        known_to_the_hub: bool,
        possible: impl Fn(usize) -> bool,
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
        let ready = |again: &Return| received >= again.from && possible(again.visit.procedure);
        let found = self.returns.iter().position(ready).filter(|_| known_to_the_hub)?;
        Some(self.returns.remove(found).visit)
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
        }
    }
}

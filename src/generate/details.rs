//! What a dossier says beyond its dates and its owner: summary, papers, supplements, apologies.
//!
//! Filled truthfully, from a stream of its own: what is planted comes later and elsewhere. Nothing here
//! changes how a dossier ends, so the published figures stay what they are.

use super::calendar::DAY;
use super::dossier::Dossier;
use super::names;
use super::profile::{Channel, Outcome};
use super::row::System;
use super::setting::Setting;
use chrono::{NaiveDateTime, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Where a dossier normally lies.
pub const STORE: &str = "Kho";
/// An online dossier is received at most this long after it was handed in.
const LONGEST_WAIT: i64 = 6 * 3600;

#[derive(Clone, Default)]
pub struct Details {
    /// Trích yếu.
    pub summary: String,
    /// Who handed it in; mostly the owner.
    pub agent: String,
    pub parcel: Option<Parcel>,
    pub submitted: NaiveDateTime,
    /// How often papers were asked for, when last, and when they came.
    pub supplements: u32,
    pub asked: Option<NaiveDateTime>,
    pub supplemented: Option<NaiveDateTime>,
    /// The due time before it was moved.
    pub due_before: Option<NaiveDateTime>,
    pub extensions: u32,
    /// Văn bản xin lỗi.
    pub apology: Option<NaiveDateTime>,
    /// Working days the software allows.
    pub process_days: u32,
    pub documents: Vec<String>,
    pub results: Vec<String>,
    pub digitised: bool,
    pub paid_online: bool,
    /// The hub's note that the portal has it.
    pub sync_flag: bool,
    pub storage: &'static str,
    pub deleted: Option<NaiveDateTime>,
}

/// A parcel of land (thửa đất): number and map sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parcel {
    pub number: u64,
    pub sheet: u64,
}

impl Parcel {
    pub fn text(self) -> String {
        format!("thửa {}, tờ {}", self.number, self.sheet)
    }
}

pub struct Detailer<'a> {
    setting: &'a Setting,
    rng: ChaCha8Rng,
    opens: i64,
    closes: i64,
}

impl<'a> Detailer<'a> {
    pub fn new(setting: &'a Setting, rng: ChaCha8Rng) -> Self {
        Detailer { setting, rng, opens: setting.opens(), closes: setting.closes() }
    }

    /// Everything but the apology, which waits until nothing moves the dates any more.
    pub fn fill(&mut self, dossier: &mut Dossier) {
        let keys = self.setting.profile.procedure.get(dossier.procedure);
        let rates = &self.setting.profile.details;
        let online = dossier.channel == Channel::Online;
        let wait = if online { self.rng.random_range(0..LONGEST_WAIT) } else { 0 };
        let parcel = (dossier.ministry == Some(System::DatDai)).then(|| Parcel {
            // Neighbours in the list never have the same parcel.
            number: dossier.case * 37 % 900 + 1,
            sheet: self.rng.random_range(1..=120),
        });
        let another = self.rng.random_bool(rates.agent);
        let mut agent = if another { self.somebody() } else { dossier.person.name.clone() };
        if let Some(one) = &dossier.agent {
            agent.clone_from(&one.name);
        }
        let papers = self.rng.random_range(1..=4);
        let finished = matches!(dossier.status, 9 | 10);
        dossier.details = Details {
            summary: String::new(),
            agent,
            parcel,
            submitted: dossier.received - TimeDelta::seconds(wait),
            process_days: keys.map_or(0, |keys| keys.days),
            documents: (1..=papers).map(|number| format!("TL{:07}-{number}", dossier.case)).collect(),
            results: if finished { vec![format!("KQ{:07}-1", dossier.case)] } else { Vec::new() },
            digitised: self.rng.random_bool(rates.digitised),
            paid_online: self.rng.random_bool(rates.paid_online) && dossier.fee > 0 && online,
            storage: STORE,
            ..Details::default()
        };
        dossier.details.summary = summary(dossier, keys.map_or("", |keys| keys.name.as_str()));
        let asked = self.rng.random_bool(rates.supplement);
        self.supplement(dossier, asked);
        self.settle_finish(dossier);
    }

    /// Every late dossier, and every open one that is overdue, has an apology before its due time.
    pub fn apology(&mut self, dossier: &mut Dossier) {
        let share: f64 = self.rng.random();
        let overdue = match dossier.ended() {
            Some(ended) => ended > dossier.due,
            None => dossier.due < self.setting.as_of() && !dossier.no_due,
        };
        dossier.details.apology = overdue.then(|| {
            let calendar = &self.setting.calendar;
            let due = calendar.worked(dossier.due);
            let after = dossier.details.supplemented.unwrap_or(dossier.received);
            let from = calendar.worked(after).max(due - 2 * DAY).min(due);
            calendar.at(between(from, due, share))
        });
    }

    fn somebody(&mut self) -> String {
        let people = &self.setting.profile.people;
        let male = self.rng.random_bool(0.5);
        names::draw(&mut self.rng, people.minority, people.minority_share, male)
    }

    /// Papers were asked for: the due time moves by as many working days as they took to come.
    fn supplement(&mut self, dossier: &mut Dossier, asked: bool) {
        let (first, second): (f64, f64) = (self.rng.random_range(0.1..0.4), self.rng.random_range(0.3..0.8));
        let calendar = &self.setting.calendar;
        let from = calendar.worked(dossier.received);
        let waiting = dossier.status == 5;
        let until = match dossier.finished {
            Some(finished) => calendar.worked(finished),
            None => self.closes,
        };
        let asked_at = between(from, until, first);
        if waiting {
            let at = calendar.at(asked_at);
            let inside = at > dossier.received && at < self.setting.as_of();
            let short = (self.setting.as_of() - dossier.received) / 2;
            dossier.details.supplements = 1;
            dossier.details.asked = Some(if inside { at } else { dossier.received + short });
            return;
        }
        let possible = match dossier.outcome {
            Outcome::Early => true,
            Outcome::InProcess => matches!(dossier.status, 2 | 4),
            Outcome::OnTime | Outcome::Late | Outcome::Withdrawn => false,
        };
        let came = between(asked_at, until, second);
        if !asked || !possible || asked_at < self.opens || came - asked_at < DAY / 2 {
            return;
        }
        let pause = ((came - asked_at) / DAY).max(1);
        dossier.details.supplements = 1;
        dossier.details.asked = Some(calendar.at(asked_at));
        dossier.details.supplemented = Some(calendar.at(came));
        dossier.details.due_before = Some(dossier.due);
        dossier.due = calendar.at(calendar.worked(dossier.due) + pause * DAY);
    }

    /// Where processing ends on another side of the due day than the handing over, or with a crowd of
    /// others as the period opens, it ends a little later.
    fn settle_finish(&mut self, dossier: &mut Dossier) {
        let share: f64 = self.rng.random();
        let (Some(finished), Some(returned)) = (dossier.finished, dossier.returned) else {
            return;
        };
        let calendar = &self.setting.calendar;
        let (end, due) = (calendar.worked(returned), calendar.worked(dossier.due));
        let next_day = (due / DAY + 1) * DAY;
        if returned.date() > dossier.due.date() && finished.date() <= dossier.due.date() {
            dossier.finished = Some(calendar.at(between(next_day.min(end), end, share)));
        } else if calendar.worked(finished) <= self.opens {
            dossier.finished = Some(calendar.at(between(self.opens.min(end), end, share)));
        }
    }
}

fn summary(dossier: &Dossier, procedure: &str) -> String {
    match (dossier.details.parcel, &dossier.child) {
        (Some(parcel), _) => format!("{procedure}, {}", parcel.text()),
        (None, Some(child)) => format!("{procedure} cho {}", child.name),
        (None, None) => procedure.to_owned(),
    }
}

/// A second of office time between two others.
pub fn between(from: i64, to: i64, share: f64) -> i64 {
    from + ((to - from).max(0) as f64 * share) as i64
}

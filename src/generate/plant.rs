//! Decides what a spoke says of a case: nothing yet, the truth, or the truth with errors planted in it.
//!
//! Errors on one row never hide each other: one at most for the status and for every field, and a row that
//! can only be tied to the hub by identity keeps its number, its procedure and its time of receipt.

use super::dossier::{Dossier, normal_sync};
use super::forms;
use super::job;
use super::people::{Person, nobodys_number};
use super::plant_ends;
use super::plant_values;
use super::rates::SpokeRates;
use super::row::{Flaw, Row, System, code_date};
use super::setting::Setting;
use super::truth::{Planted, Reach};
use super::{land_export::LandExport, text_exports::HoTichExport};
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

pub const PLACEHOLDER_ID: &str = "000000001";

/// What becomes of a case in one spoke.
pub enum Fate {
    Absent(Option<Planted>),
    Sent(Box<Sent>),
}

impl Fate {
    pub fn sent(&self) -> Option<&Sent> {
        match self {
            Fate::Sent(sent) => Some(sent),
            Fate::Absent(_) => None,
        }
    }
}

pub struct Sent {
    pub row: Row,
    /// Of a spoke's row whose case the hub has.
    pub reach: Option<Reach>,
    pub planted: Vec<Planted>,
    /// What was planted here and shows at the hub.
    pub at_hub: Vec<Planted>,
    pub again: Again,
}

impl Sent {
    fn new(row: Row, reach: Option<Reach>) -> Self {
        Sent { row, reach, planted: Vec::new(), at_hub: Vec::new(), again: Again::No }
    }

    pub fn touched(&self, field: &str) -> bool {
        self.planted.iter().any(|planted| planted.field == field)
    }
}

/// Whether there is a second row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    No,
    /// The same row, written twice.
    Repeated,
    /// Typed a second time, under another code.
    Typed,
}

pub struct Planter<'a> {
    pub setting: &'a Setting,
    pub rng: ChaCha8Rng,
    /// Numbers of the ministries' own codes.
    ho_tich: u64,
    dat_dai: u64,
    /// Codes the sync job made up today.
    made_up: BTreeSet<(usize, u32)>,
    today: NaiveDate,
    /// The case whose hub row was last made to hide a delay.
    pub hidden_at_hub: u64,
}

impl<'a> Planter<'a> {
    pub fn new(setting: &'a Setting, rng: ChaCha8Rng) -> Self {
        Planter {
            setting,
            rng,
            ho_tich: 0,
            dat_dai: 0,
            made_up: BTreeSet::new(),
            today: NaiveDate::default(),
            hidden_at_hub: 0,
        }
    }

    pub fn hit(&mut self, rate: f64) -> bool {
        self.rng.random::<f64>() < rate
    }

    /// A row with nothing wrong in it.
    pub fn clean_row(&mut self, dossier: &Dossier, system: System) -> Row {
        let synced = self.synced(dossier.received, system);
        let mut row = dossier.row(synced);
        match system {
            System::Hub | System::Portal => {}
            System::HoTich => {
                self.ho_tich += 1;
                let own = HoTichExport::code(self.setting, &row, self.ho_tich);
                row.hub_code = std::mem::replace(&mut row.code, own);
            }
            System::DatDai => {
                self.dat_dai += 1;
                let own = LandExport::code(&row, self.dat_dai);
                row.hub_code = std::mem::replace(&mut row.code, own);
            }
        }
        row
    }

    /// How the hub's row is broken, if it is. Who has several dossiers can be told apart only if all are read.
    pub fn hub_flaw(&mut self, dossier: &Dossier) -> Option<Flaw> {
        let broken = self.hit(self.setting.profile.hub.malformed) && !dossier.comes_often();
        broken.then(|| self.flaw(System::Hub))
    }

    /// What the hub has of a case.
    pub fn hub(&mut self, dossier: &Dossier, flaw: Option<Flaw>) -> Sent {
        let rates = &self.setting.profile.hub;
        let row = dossier.row(dossier.received);
        let mut sent = Sent::new(row, None);
        if dossier.lone.is_some() {
            return sent;
        }
        if let Some(flaw) = flaw {
            sent.planted.push(self.malformed(flaw, dossier, &sent.row, System::Hub));
            sent.row.flaw = Some(flaw);
            return sent;
        }
        let decomposed = self.hit(rates.not_nfc).then(|| forms::decomposed(&sent.row.owner)).flatten();
        if let Some(name) = decomposed {
            let original = std::mem::replace(&mut sent.row.owner, name.clone());
            sent.planted.push(Planted::new("not_nfc", "owner_name", original, name));
        }
        let plain = sent.planted.is_empty() && dossier.is_clean();
        if self.hit(rates.repeated_row) && plain {
            sent.again = Again::Repeated;
        }
        let plain = plain && sent.again == Again::No;
        if self.hit(rates.typed_twice) && plain && self.may_be_typed_twice(dossier) {
            sent.again = Again::Typed;
        }
        sent
    }

    /// A row with nothing wrong in it, of a case whose hub row cannot be read.
    pub fn untouched(&mut self, dossier: &Dossier, system: System) -> Fate {
        let row = self.clean_row(dossier, system);
        Fate::Sent(Box::new(Sent::new(row, None)))
    }

    /// What a spoke has of a case that the hub has.
    pub fn spoke(&mut self, dossier: &Dossier, system: System) -> Fate {
        let setting = self.setting;
        let rates = setting.rates(system);
        if let Some(excluded) = job::left_out(setting, dossier).filter(|_| system == System::Portal) {
            return Fate::Absent(Some(excluded));
        }
        if dossier.lone.is_some() {
            return Fate::Sent(Box::new(self.as_it_comes(dossier, system)));
        }
        if let Some(absent) = self.absent(dossier, system, rates) {
            return absent;
        }
        let mut sent = Sent::new(self.clean_row(dossier, system), Some(Reach::Code));
        if self.hit(rates.malformed) && !dossier.comes_often() {
            let flaw = self.flaw(system);
            sent.planted.push(self.malformed(flaw, dossier, &sent.row, system));
            sent.row.flaw = Some(flaw);
            return Fate::Sent(Box::new(sent));
        }
        self.arrived_late(dossier, system, rates, &mut sent);
        if system == System::Portal {
            job::send(self, dossier, &mut sent);
            self.rewritten(dossier, rates, &mut sent);
        } else {
            self.typed_in_two_systems(dossier, rates, &mut sent);
        }
        if sent.reach != Some(Reach::None) {
            plant_values::plant(self, dossier, system, rates, &mut sent);
            plant_ends::plant(self, dossier, system, rates, &mut sent);
        }
        let plain = sent.planted.is_empty() && sent.at_hub.is_empty() && dossier.is_clean();
        if self.hit(rates.repeated_row) && plain {
            sent.again = Again::Repeated;
        }
        let plain = plain && sent.again == Again::No;
        if self.hit(rates.typed_twice) && plain && self.may_be_typed_twice(dossier) {
            sent.again = Again::Typed;
        }
        Fate::Sent(Box::new(sent))
    }

    /// A row with nothing planted in it, beside what the sync job always does.
    fn as_it_comes(&mut self, dossier: &Dossier, system: System) -> Sent {
        let mut sent = Sent::new(self.clean_row(dossier, system), Some(Reach::Code));
        if system == System::Portal {
            job::send(self, dossier, &mut sent);
        }
        sent
    }

    /// Long enough ago that the second row cannot be mistaken for a fresh one.
    pub fn may_be_typed_twice(&self, dossier: &Dossier) -> bool {
        // What came to nothing may rightly come again.
        let nothing = matches!(dossier.status, 3 | 7 | 8);
        !dossier.repeatable && !dossier.keep_keys && !nothing && self.age(dossier) > TimeDelta::hours(150)
    }

    pub fn age(&self, dossier: &Dossier) -> TimeDelta {
        self.setting.as_of() - dossier.received
    }

    pub fn flaw(&mut self, system: System) -> Flaw {
        let flaws = Flaw::possible(system);
        flaws.get(self.rng.random_range(0..flaws.len().max(1))).copied().unwrap_or(Flaw::UnreadableDate)
    }

    pub fn malformed(&self, flaw: Flaw, dossier: &Dossier, row: &Row, system: System) -> Planted {
        let original = match flaw {
            Flaw::UnreadableDate => system.stamp(dossier.received),
            Flaw::EmptyCode => row.code.clone(),
            Flaw::CutRow | Flaw::TooManyCells | Flaw::BrokenJson => String::new(),
        };
        Planted::new("malformed", flaw.field(), original, flaw.planted())
    }

    /// When a spoke normally has what was received.
    pub fn synced(&mut self, received: NaiveDateTime, system: System) -> NaiveDateTime {
        let synced = normal_sync(received, self.setting.as_of(), &mut self.rng);
        self.around_gap(received, synced, system)
    }

    /// On some days nothing is synced: it comes before or after, and still within a day, or a day later.
    fn around_gap(
        &mut self,
        received: NaiveDateTime,
        synced: NaiveDateTime,
        system: System,
    ) -> NaiveDateTime {
        let gaps = &self.setting.rates(system).sync_gap;
        let day = synced.date();
        if system == System::Hub || !gaps.iter().any(|gap| gap.0 == day) {
            return synced;
        }
        let (opens, closes) = (day.and_time(NaiveTime::MIN), (day + Days::new(1)).and_time(NaiveTime::MIN));
        let share: f64 = self.rng.random_range(0.05..0.95);
        let part = |time: TimeDelta| TimeDelta::seconds((time.num_seconds() as f64 * share) as i64);
        if synced - received > TimeDelta::hours(24) {
            synced + TimeDelta::hours(24)
        } else if received < opens {
            received + part(opens - received)
        } else {
            closes + part((received + TimeDelta::hours(23) - closes).min(TimeDelta::hours(6)))
        }
    }

    fn absent(&mut self, dossier: &Dossier, system: System, rates: &SpokeRates) -> Option<Fate> {
        let age = self.age(dossier);
        let missing = rates.missing_on_portal + rates.missing_in_ministry;
        let late = rates.late_on_portal + rates.late_in_ministry;
        let drawn = self.rng.random::<f64>();
        let code = || dossier.code.clone();
        if age < TimeDelta::hours(23) {
            (drawn < rates.not_yet).then_some(Fate::Absent(None))
        } else if (TimeDelta::hours(25)..=TimeDelta::hours(71)).contains(&age) {
            let kind = system.kind("late_on_portal", "late_in_ministry");
            (drawn < late).then(|| Fate::Absent(Some(Planted::new(kind, "", code(), ""))))
        } else if age > TimeDelta::hours(96) {
            let kind = system.kind("missing_on_portal", "missing_in_ministry");
            (drawn < missing).then(|| Fate::Absent(Some(Planted::new(kind, "", code(), ""))))
        } else {
            None
        }
    }

    fn arrived_late(&mut self, dossier: &Dossier, system: System, rates: &SpokeRates, sent: &mut Sent) {
        let age = self.age(dossier).num_seconds();
        let rate = rates.arrived_late_on_portal + rates.arrived_late_in_ministry;
        if !self.hit(rate) || age < 40 * 3600 {
            return;
        }
        let lag = self.rng.random_range(30 * 3600 + 1800..age.min(240 * 3600));
        let on_time = system.stamp(sent.row.synced);
        sent.row.synced =
            self.around_gap(dossier.received, dossier.received + TimeDelta::seconds(lag), system);
        let kind = system.kind("arrived_late_on_portal", "arrived_late_in_ministry");
        sent.planted.push(Planted::new(kind, "", on_time, system.stamp(sent.row.synced)));
    }

    /// The sync job replaces the code with one of its own; mostly it keeps the hub's beside it.
    fn rewritten(&mut self, dossier: &Dossier, rates: &SpokeRates, sent: &mut Sent) {
        if !self.hit(rates.code_rewritten) || sent.touched("code") {
            return;
        }
        let made_up = self.made_up_code(dossier);
        let hub_code = std::mem::replace(&mut sent.row.code, made_up);
        sent.planted.push(Planted::new("code_rewritten", "code", hub_code.clone(), sent.row.code.clone()));
        // Of a repeatable procedure a person has several a day: identity would not tell them apart.
        if dossier.repeatable || dossier.keep_keys || !self.hit(rates.alternate_lost) {
            sent.row.hub_code = hub_code;
            sent.reach = Some(Reach::Alternate);
        } else if self.hit(rates.alternate_lost_placeholder) {
            sent.row.id = PLACEHOLDER_ID.to_owned();
            sent.reach = Some(Reach::None);
        } else {
            sent.reach = Some(Reach::Identity);
        }
    }

    pub fn made_up_code(&mut self, dossier: &Dossier) -> String {
        let day = dossier.received.date();
        if day != self.today {
            self.today = day;
            self.made_up.clear();
        }
        let mut number = self.rng.random_range(10_000..100_000);
        while !self.made_up.insert((dossier.unit, number)) && self.made_up.len() < 50_000 {
            number = self.rng.random_range(10_000..100_000);
        }
        let unit = self.setting.profile.unit.get(dossier.unit).map_or("", |unit| unit.code.as_str());
        format!("{unit}-{}-{number}", code_date(day))
    }

    fn typed_in_two_systems(&mut self, dossier: &Dossier, rates: &SpokeRates, sent: &mut Sent) {
        if !self.hit(rates.typed_in_two_systems) || dossier.keep_keys {
            return;
        }
        let hub_code = std::mem::take(&mut sent.row.hub_code);
        sent.planted.push(Planted::new("typed_in_two_systems", "code", hub_code, ""));
        sent.reach = Some(Reach::Identity);
        if self.hit(rates.typed_in_two_systems_damaged_id) {
            sent.row.id.truncate(7);
            sent.reach = Some(Reach::None);
        }
    }

    pub fn another_number(&mut self, person: &Person) -> String {
        nobodys_number(person, &self.setting.profile.people.id_prefix, &mut self.rng)
    }
}

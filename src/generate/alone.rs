//! Errors that stand alone: nothing else is planted in their case.
//!
//! A code that two dossiers share, is written wrongly or is of another day; dates in an impossible order; a
//! spoke that is further than the hub, or names another channel. None of them moves a dossier between early,
//! on time and late.

use super::details::between;
use super::dossier::Dossier;
use super::forms;
use super::job;
use super::plant::Sent;
use super::portal_export;
use super::profile::{Channel, Outcome};
use super::rates::CaseRates;
use super::row::{System, code_date};
use super::setting::Setting;
use super::truth::Planted;
use chrono::{NaiveDateTime, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// A date inside a code is this many days too old: more than ten are no longer those an online dossier waits.
const DAYS_OLD: std::ops::RangeInclusive<i64> = 11..=40;
/// Dates in the wrong order are so many seconds apart.
const WRONG_BY: std::ops::Range<i64> = 3600..4 * 3600;

/// Nobody could take names that are so far apart for slips of one name.
const LETTERS_APART: usize = 4;

/// The one error of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lone {
    /// It is the case's own, and was planted there.
    Case,
    /// This system is further than the hub.
    StatusAhead(System),
    /// The portal names another channel.
    Channel,
}

pub struct Alone<'a> {
    setting: &'a Setting,
    rates: &'a CaseRates,
    rng: ChaCha8Rng,
    /// Per unit: whose code the next dossier of the day gets as well.
    taken: BTreeMap<usize, First>,
    /// Codes of another day made so far.
    misdated: u64,
}

/// The first of two dossiers with one code.
struct First {
    code: String,
    received: NaiveDateTime,
    name: String,
    id: String,
}

impl<'a> Alone<'a> {
    pub fn new(setting: &'a Setting, rng: ChaCha8Rng) -> Self {
        Alone { setting, rates: &setting.profile.cases, rng, taken: BTreeMap::new(), misdated: 0 }
    }

    /// At most one error, and only where nothing else was planted so far.
    pub fn plant(&mut self, dossier: &mut Dossier) {
        let setting = self.setting;
        let rates = self.rates;
        let rolls = [
            self.hit(rates.code_collision),
            self.hit(rates.code_malformed),
            self.hit(rates.code_date_mismatch),
            self.hit(rates.impossible_timeline),
            self.hit(setting.profile.portal.channel_conflict),
        ];
        let ahead = [Some(System::Portal), dossier.ministry];
        let ahead = ahead.map(|system| {
            let rate = system.map_or(0.0, |system| setting.rates(system).status_ahead);
            system.filter(|_| self.hit(rate))
        });
        if !self.may_stand_alone(dossier) {
            return;
        }
        let planted = self.collision(dossier)
            || rolls[0] && self.first_of_two(dossier)
            || rolls[1] && self.malformed(dossier)
            || rolls[2] && self.misdated(dossier)
            || rolls[3] && self.impossible(dossier);
        dossier.lone = if planted {
            Some(Lone::Case)
        } else if let Some(system) = ahead.into_iter().flatten().next().filter(|_| may_be_ahead(dossier)) {
            Some(Lone::StatusAhead(system))
        } else {
            rolls[4].then_some(Lone::Channel)
        };
    }

    /// What a spoke says wrongly of a case with one error.
    pub fn spoke(&mut self, dossier: &Dossier, system: System, sent: &mut Sent) {
        match dossier.lone {
            Some(Lone::Case) if system == System::Portal => copied_code(dossier, sent),
            Some(Lone::StatusAhead(ahead)) if ahead == system => self.ahead(dossier, system, sent),
            Some(Lone::Channel) if system == System::Portal => self.channel(sent),
            _ => {}
        }
    }

    /// Nothing is planted in it or moves its dates, every system has it, and it is old enough to be nowhere
    /// merely on its way.
    fn may_stand_alone(&self, dossier: &Dossier) -> bool {
        let details = &dossier.details;
        let plain = dossier.is_clean() && !dossier.no_due && dossier.comes_again_after.is_none();
        let settled = details.supplements == 0 && details.due_before.is_none();
        let old = self.setting.as_of() - dossier.received > TimeDelta::hours(96);
        plain && settled && old && job::left_out(self.setting, dossier).is_none()
    }

    /// Several computers race for the next number: the next dossier of the unit gets the same.
    fn first_of_two(&mut self, dossier: &Dossier) -> bool {
        let possible = !dossier.repeatable && !dossier.person.id.is_empty();
        if possible {
            let first = First {
                code: dossier.code.clone(),
                received: dossier.received,
                name: dossier.person.name.clone(),
                id: dossier.person.id.clone(),
            };
            self.taken.insert(dossier.unit, first);
        }
        possible
    }

    /// The second of two dossiers with one code, if a first one of this day waits for it.
    fn collision(&mut self, dossier: &mut Dossier) -> bool {
        let Some(first) = self.taken.get(&dossier.unit) else {
            return false;
        };
        if first.received.date() != dossier.received.date() {
            self.taken.remove(&dossier.unit);
            return false;
        }
        let person = &dossier.person;
        let another =
            first.id != person.id && forms::letters_apart(&first.name, &person.name) >= LETTERS_APART;
        let later = first.received < dossier.received && !dossier.repeatable && !person.id.is_empty();
        if !another || !later {
            return false;
        }
        if let Some(first) = self.taken.remove(&dossier.unit) {
            self.recode(dossier, "code_collision", first.code);
        }
        true
    }

    /// A slip in the code, which every system repeats.
    fn malformed(&mut self, dossier: &mut Dossier) -> bool {
        let turn = self.rng.random_range(0..SLIPS.len());
        let slips = SLIPS.iter().cycle().skip(turn).take(SLIPS.len());
        let written = slips.filter_map(|slip| with_slip(&dossier.code, *slip)).next();
        written.is_some_and(|code| self.recode(dossier, "code_malformed", code))
    }

    /// The code is of a day long before the receipt.
    fn misdated(&mut self, dossier: &mut Dossier) -> bool {
        let day = dossier.received.date() - TimeDelta::days(self.rng.random_range(DAYS_OLD));
        self.misdated += 1;
        let Some((unit, _)) = dossier.code.split_once('-') else {
            return false;
        };
        // No counter of a unit begins with a zero and has five digits: the code is nobody else's.
        let code = format!("{unit}-{}-0{:04}", code_date(day), self.misdated);
        self.recode(dossier, "code_date_mismatch", code)
    }

    fn recode(&self, dossier: &mut Dossier, kind: &'static str, code: String) -> bool {
        let own = std::mem::replace(&mut dossier.code, code.clone());
        dossier.planted.push(Planted::new(kind, "code", own, code));
        true
    }

    /// Finished some hours before the receipt, on the same day; or finished some hours after it was handed
    /// over. Everything that may be taken for the end stays inside the period and in time.
    fn impossible(&mut self, dossier: &mut Dossier) -> bool {
        let apart = TimeDelta::seconds(self.rng.random_range(WRONG_BY));
        let returned_first = self.rng.random_bool(0.5);
        let inside = dossier.received.date() >= self.setting.profile.period_start.0;
        let at_work = self.setting.calendar.in_office(dossier.received);
        let done = dossier.outcome == Outcome::Early && matches!(dossier.status, 9 | 10);
        let Some(finished) = dossier.finished.filter(|_| done) else {
            return false;
        };
        let wrong = match dossier.returned {
            Some(returned) if returned_first => returned + apart,
            _ if inside && at_work => dossier.received - apart,
            _ => return false,
        };
        if wrong.date() > dossier.due.date() || wrong >= self.setting.as_of() {
            return false;
        }
        dossier.finished = Some(wrong);
        let [own, wrong] = [finished, wrong].map(|time| System::Hub.stamp(time));
        dossier.planted.push(Planted::new("impossible_timeline", "finished_at", own, wrong));
        true
    }

    /// The spoke says finished, or returned, of what the hub still works on or has not handed over.
    fn ahead(&mut self, dossier: &Dossier, system: System, sent: &mut Sent) {
        let share: f64 = self.rng.random();
        let calendar = &self.setting.calendar;
        let until = calendar.worked(self.setting.as_of()) - 3600;
        let row = &mut sent.row;
        let hub = row.status;
        if let Some(finished) = row.finished {
            let until = until.min(calendar.worked(dossier.due));
            row.status = 10;
            row.returned = Some(calendar.at(between(calendar.worked(finished), until, share)));
        } else {
            let from = calendar.worked(dossier.received) + 3600;
            let end = between(from, until, share);
            row.status = if self.rng.random_bool(0.5) { 9 } else { 10 };
            row.finished = Some(calendar.at(if row.status == 10 { between(from, end, 0.5) } else { end }));
            row.returned = (row.status == 10).then(|| calendar.at(end));
        }
        let planted = Planted::new("status_ahead", "status", system.status(hub), system.status(row.status));
        sent.planted.push(planted);
    }

    fn channel(&mut self, sent: &mut Sent) {
        let own = sent.row.channel;
        let (often, seldom) = match own {
            Channel::Direct => (Channel::Online, Channel::Post),
            Channel::Online => (Channel::Direct, Channel::Post),
            Channel::Post => (Channel::Direct, Channel::Online),
        };
        sent.row.channel = if self.rng.random_bool(0.2) { seldom } else { often };
        let [own, other] = [own, sent.row.channel].map(portal_export::channel);
        sent.planted.push(Planted::new("channel_conflict", "channel", own, other));
    }

    fn hit(&mut self, rate: f64) -> bool {
        self.rng.random::<f64>() < rate
    }
}

/// The portal repeats the hub's code, and with it what can be seen in the code alone.
fn copied_code(dossier: &Dossier, sent: &mut Sent) {
    let seen = |planted: &&Planted| matches!(planted.kind, "code_collision" | "code_malformed");
    sent.planted.extend(dossier.planted.iter().filter(seen).cloned());
}

/// Received or in process; or finished in good time and not handed over.
fn may_be_ahead(dossier: &Dossier) -> bool {
    match dossier.status {
        2 | 4 => dossier.outcome == Outcome::InProcess,
        9 => dossier.outcome == Outcome::Early,
        _ => false,
    }
}

/// What goes wrong in a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    LetterInDate,
    LetterInNumber,
    DayBeforeMonth,
}

const SLIPS: [Slip; 3] = [Slip::LetterInDate, Slip::LetterInNumber, Slip::DayBeforeMonth];

/// A code with a slip that makes it none; no two codes become the same.
fn with_slip(code: &str, slip: Slip) -> Option<String> {
    let mut parts = code.split('-');
    let (unit, date, number) = (parts.next()?, parts.next()?, parts.next()?);
    match slip {
        Slip::LetterInDate => {
            date.contains('0').then(|| format!("{unit}-{}-{number}", date.replacen('0', "O", 1)))
        }
        Slip::LetterInNumber => {
            number.contains('1').then(|| format!("{unit}-{date}-{}", number.replacen('1', "I", 1)))
        }
        Slip::DayBeforeMonth => {
            let (year, month, day) = (date.get(..2)?, date.get(2..4)?, date.get(4..)?);
            let no_month = day.parse::<u8>().is_ok_and(|day| day > 12);
            no_month.then(|| format!("{unit}-{year}{day}{month}-{number}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_make_codes_that_are_none() {
        let code = "H28.36-240315-0121";
        let written = |slip| with_slip(code, slip);
        assert_eq!(written(Slip::LetterInDate).as_deref(), Some("H28.36-24O315-0121"));
        assert_eq!(written(Slip::LetterInNumber).as_deref(), Some("H28.36-240315-0I21"));
        assert_eq!(written(Slip::DayBeforeMonth).as_deref(), Some("H28.36-241503-0121"));
        // The fifth of March would become the third of May.
        assert_eq!(with_slip("H28.36-240305-0121", Slip::DayBeforeMonth), None);
        assert_eq!(with_slip("H28.36-241112-0002", Slip::LetterInDate), None);
    }
}

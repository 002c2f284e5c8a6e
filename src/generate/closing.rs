//! Dossiers of one unit that all end in the same minute.
//!
//! Which dossiers they will be is not known before: whoever is open then joins, early as they all are. Only
//! when enough have joined does the truth call it a crowd.

use super::dossier::Dossier;
use super::row::{Place, System};
use super::setting::Setting;
use super::truth::Planted;
use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

/// Dossiers that end together, and how few make no crowd.
pub const CROWD: u64 = 25;
const LEAST: usize = 20;

pub struct Closings(Vec<Closing>);

/// One unit closes many dossiers in one minute.
struct Closing {
    unit: usize,
    at: NaiveDateTime,
    joined: u64,
    /// What to write once it is a crowd.
    lines: Vec<(Place, u64, Planted)>,
}

impl Closings {
    pub fn new(setting: &Setting, count: usize) -> Self {
        Closings(planned(setting, count))
    }

    /// Joins a closing of its unit, as long as there is room; or what ends near one is drawn into it.
    pub fn join(&mut self, setting: &Setting, dossier: &mut Dossier, second: i64) -> bool {
        let Some(ended) = dossier.ended() else {
            return false;
        };
        let Some((number, closing)) =
            self.0.iter_mut().enumerate().find(|(_, closing)| closing.takes(dossier, ended))
        else {
            return false;
        };
        closing.joined += 1;
        let end = closing.at + TimeDelta::seconds(second);
        dossier.closing = Some(number);
        match dossier.returned {
            Some(_) => {
                let calendar = &setting.calendar;
                let halfway = (calendar.worked(dossier.received) + calendar.worked(end)) / 2;
                let finished = dossier.finished.filter(|finished| *finished <= end);
                dossier.finished = Some(finished.unwrap_or_else(|| calendar.at(halfway)));
                dossier.returned = Some(end);
            }
            None => dossier.finished = Some(end),
        }
        true
    }

    /// A dossier of a closing has its row.
    pub fn written(&mut self, dossier: &Dossier, place: Place) {
        if let Some(closing) = dossier.closing.and_then(|number| self.0.get_mut(number)) {
            let at = System::Hub.stamp(closing.at);
            let planted = Planted::new("closed_in_bulk", "finished_at", "", at);
            closing.lines.push((place, dossier.case, planted));
        }
    }

    /// The lines of those that became a crowd.
    pub fn crowds(&mut self) -> Vec<(Place, u64, Planted)> {
        let crowds = self.0.drain(..).filter(|closing| closing.lines.len() >= LEAST);
        crowds.flat_map(|closing| closing.lines).collect()
    }
}

impl Closing {
    fn takes(&self, dossier: &Dossier, ended: NaiveDateTime) -> bool {
        let ready = matches!(dossier.status, 9 | 10)
            && dossier.details.supplements == 0
            && dossier.received + TimeDelta::hours(1) < self.at
            && dossier.received + TimeDelta::days(16) > self.at;
        let room = self.joined < CROWD + 5 && dossier.due.date() > self.at.date();
        // What ends near it anyway could be taken for one of the crowd.
        let near = (-120..180).contains(&(ended - self.at).num_seconds())
            && dossier.received + TimeDelta::minutes(5) < self.at
            && dossier.due > self.at + TimeDelta::minutes(1);
        self.unit == dossier.unit && ((room && ready) || near)
    }
}

/// Late in the afternoon, from the end of the period backwards; the busiest units first.
fn planned(setting: &Setting, count: usize) -> Vec<Closing> {
    let units = &setting.profile.unit;
    let mut busy: Vec<(u32, usize)> = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        let peers: u32 = units.iter().filter(|peer| peer.level == unit.level).map(|peer| peer.weight).sum();
        let slow =
            (setting.profile.procedure.iter()).filter(|keys| keys.days >= 7 && keys.level == unit.level);
        let slow: u32 = slow
            .filter(|keys| unit.fields.is_empty() || unit.fields.contains(&keys.field))
            .map(|keys| keys.weight)
            .sum();
        busy.push((slow * unit.weight * 1000 / peers.max(1), index));
    }
    busy.sort_by_key(|(weight, index)| (std::cmp::Reverse(*weight), *index));
    let end = setting.profile.period_end.0;
    let minute = |turn: usize| NaiveTime::from_hms_opt(16, 40 + turn as u32 % 12, 0).unwrap_or_default();
    let closing = |(turn, (_, unit)): (usize, &(u32, usize))| {
        let last = setting.calendar.working_day_up_to(end - TimeDelta::days(turn as i64 % 3 * 14));
        Closing { unit: *unit, at: last.and_time(minute(turn)), joined: 0, lines: Vec::new() }
    };
    busy.iter().take(4).cycle().take(count).enumerate().map(closing).collect()
}

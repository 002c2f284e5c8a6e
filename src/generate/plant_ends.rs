//! Hides a delay: of the hub and a spoke one says that a dossier ended in time, the other that it was late.
//!
//! In time is what the hub's due day says. Cases with another error on their dates are left alone.

use super::calendar::DAY;
use super::details::between;
use super::dossier::Dossier;
use super::plant::{Planter, Sent};
use super::rates::SpokeRates;
use super::row::System;
use super::truth::Planted;
use chrono::NaiveDateTime;
use rand::RngExt;

const DATES: [&str; 4] = ["returned_at", "finished_at", "due_at", "extensions"];

pub fn plant(planter: &mut Planter, dossier: &Dossier, system: System, rates: &SpokeRates, sent: &mut Sent) {
    let hit = planter.hit(rates.late_hidden);
    let share: f64 = planter.rng.random();
    let free = DATES.iter().all(|field| dossier.planted_nothing_on(field)) && dossier.closing.is_none();
    if !hit || !free || dossier.no_due || sent.touched("status") || !matches!(dossier.status, 9 | 10) {
        return;
    }
    // The ministries know the end of processing alone.
    if system != System::Portal {
        sent.row.returned = None;
    }
    let (Some(ended), Some(before)) = (dossier.ended(), sent.row.returned.or(sent.row.finished)) else {
        return;
    };
    let calendar = &planter.setting.calendar;
    let due = calendar.worked(dossier.due);
    let next_day = (due / DAY + 1) * DAY;
    if ended.date() > dossier.due.date() {
        // The spoke says in time: a little after the receipt, at most when it was due.
        let from = calendar.worked(dossier.received) + 300;
        if due - from < 600 {
            return;
        }
        let early = calendar.at(between(from, due, share));
        sent.row.finished = sent.row.finished.map(|finished| finished.min(early));
        let planted = replaced(system, sent, before, early);
        sent.planted.push(planted);
    } else if next_day + 3 * DAY < planter.setting.closes() && planter.hidden_at_hub != dossier.case {
        // The hub says in time: the spoke ends up to three days too late.
        let late = calendar.at(between(next_day, next_day + 3 * DAY, share));
        planter.hidden_at_hub = dossier.case;
        let planted = replaced(system, sent, before, late);
        sent.at_hub.push(planted);
    }
}

fn replaced(system: System, sent: &mut Sent, before: NaiveDateTime, end: NaiveDateTime) -> Planted {
    let field = if sent.row.returned.is_some() {
        sent.row.returned = Some(end);
        "returned_at"
    } else {
        sent.row.finished = Some(end);
        "finished_at"
    };
    Planted::new("late_hidden", field, system.stamp(before), system.stamp(end))
}

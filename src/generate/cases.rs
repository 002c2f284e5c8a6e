//! What is wrong with a case itself, alike in every system, and what the hub alone says wrongly of it.
//!
//! One error at most on each side of a case (dates, procedure, code, person, files, apology, sync flag), so that none
//! hides another; and none moves a dossier between early, on time and late.

use super::calendar::DAY;
use super::catalogue::{expired_code, unlisted_code};
use super::closing::{self, Closings};
use super::details::between;
use super::dossier::Dossier;
use super::job;
use super::plant::{Again, Fate, Sent};
use super::profile::{Channel, Outcome};
use super::rates::{CaseRates, JobKeys};
use super::row::System;
use super::setting::Setting;
use super::truth::{Planted, Reach};
use chrono::{Datelike, NaiveDateTime, TimeDelta};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub struct Cases<'a> {
    setting: &'a Setting,
    rates: &'a CaseRates,
    job: &'a JobKeys,
    rng: ChaCha8Rng,
    pub closings: Closings,
}

impl<'a> Cases<'a> {
    pub fn new(setting: &'a Setting, dossiers: u64, rng: ChaCha8Rng) -> Self {
        let (rates, job) = (&setting.profile.cases, &setting.profile.portal.job);
        let count = (dossiers as f64 * rates.closed_in_bulk / closing::CROWD as f64).round() as usize;
        Cases { setting, rates, job, rng, closings: Closings::new(setting, count) }
    }

    /// The truth that a sync job finds something to do with.
    pub fn prepare(&mut self, dossier: &mut Dossier) {
        let job = self.job;
        if job.known.is_empty() {
            return;
        }
        let province = &self.setting.profile.province_code;
        if self.hit(job.code_without_province) {
            let number = province.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
            let rest = dossier.code.strip_prefix(province.as_str()).unwrap_or("");
            let code = format!("{number}{rest}");
            let own = std::mem::replace(&mut dossier.code, code.clone());
            dossier.planted.push(Planted::new("code_malformed", "code", own, code));
        }
        let free = !dossier.keep_keys && !dossier.repeatable;
        if self.hit(job.other_papers) && free {
            dossier.person.id = match self.rng.random_bool(0.5) {
                true => format!("C{:07}", self.rng.random_range(0..10_000_000u32)),
                false => String::new(),
            };
            dossier.keep_keys = true;
        }
        if self.hit(job.long_summary) {
            let times = self.rng.random_range(26..40);
            let papers =
                (1..=times).map(|number| format!("; giấy tờ kèm theo số {number}, bản sao có chứng thực"));
            dossier.details.summary.extend(papers);
        }
        let open = dossier.outcome == Outcome::InProcess && matches!(dossier.status, 2 | 4);
        if self.hit(job.no_due_time) && open {
            dossier.no_due = true;
            dossier.details.due_before = None;
        }
        if self.hit(job.converted) {
            dossier.details.storage = job::CONVERTED;
        } else if self.hit(job.deleted) {
            let age = (self.setting.as_of() - dossier.received).num_seconds().max(2);
            dossier.details.deleted =
                Some(dossier.received + TimeDelta::seconds(self.rng.random_range(1..age)));
        }
    }

    /// Everything that does not depend on the apology or on the other systems.
    pub fn plant(&mut self, dossier: &mut Dossier) {
        if let Some(first) = dossier.comes_again_after.clone() {
            dossier.planted.push(Planted::new("resubmission", "", first, dossier.code.clone()));
        }
        let due_moved = self.dates(dossier);
        if !due_moved {
            self.procedure(dossier);
        }
        if self.hit(self.rates.code_unknown_agency) && dossier.planted_nothing_on("code") {
            let (_, rest) = dossier.code.split_once('-').unwrap_or(("", ""));
            // A third of a hundred numbers that no unit has; one for each unit, so that codes stay unique.
            let code = format!("{}.9{:02}-{rest}", self.setting.profile.province_code, dossier.unit % 100);
            let own = std::mem::replace(&mut dossier.code, code.clone());
            dossier.planted.push(Planted::new("code_unknown_agency", "code", own, code));
        }
        if self.hit(self.rates.id_birth_conflict) && dossier.person.id.len() == 12 {
            let birth = dossier.person.birth;
            let years = self.rng.random_range(1..=19) * if birth.year() < 1985 { 1 } else { -1 };
            if let Some(wrong) = birth.with_year(birth.year() + years) {
                dossier.true_birth = Some(birth);
                dossier.person.birth = wrong;
            }
        }
    }

    /// The apology is missing, or came too late.
    pub fn apology(&mut self, dossier: &mut Dossier) {
        let (missing, late, share) = (
            self.hit(self.rates.no_apology),
            self.hit(self.rates.apology_too_late),
            self.rng.random::<f64>(),
        );
        let (calendar, as_of) = (&self.setting.calendar, self.setting.as_of());
        let until = match dossier.ended() {
            Some(ended) => ended,
            // Long enough ago, whatever grace is given; and nobody is waited for.
            None if matches!(dossier.status, 2 | 4) && dossier.due + TimeDelta::days(6) < as_of => as_of,
            None => return,
        };
        let Some(apology) = dossier.details.apology.filter(|_| until.date() > dossier.due.date()) else {
            return;
        };
        let stamp = System::Hub.stamp(apology);
        let next_day = (calendar.worked(dossier.due) / DAY + 1) * DAY;
        let (kind, changed) = if missing {
            ("no_apology", None)
        } else if late {
            let at = calendar.at(between(next_day, calendar.worked(until).max(next_day), share));
            ("apology_too_late", Some(at).filter(|at| *at < as_of))
        } else {
            return;
        };
        if missing || changed.is_some() {
            dossier.details.apology = changed;
            let planted = System::Hub.stamp_or_empty(changed);
            dossier.planted.push(Planted::new(kind, "apology_at", stamp, planted));
        }
    }

    /// What the hub says wrongly of its files, and of whether the portal has the dossier.
    pub fn hub_row(&mut self, dossier: &Dossier, portal: Option<&Fate>, hub: &mut Sent) {
        let (suspect, stale, untrue) = (
            self.hit(self.rates.result_file_suspect),
            self.hit(self.rates.flag_stale),
            self.hit(self.rates.flag_untrue),
        );
        let details = &mut hub.row.details;
        details.sync_flag = portal.is_some_and(|fate| fate.sent().is_some());
        if hub.row.flaw.is_some() {
            return;
        }
        if let Some(sent) = portal.and_then(Fate::sent) {
            // T1: the job notes the code it made up beside the hub's own.
            if sent.planted.iter().any(|planted| planted.field == "code" && planted.cause == "T1") {
                hub.row.hub_code.clone_from(&sent.row.code);
            }
        }
        if hub.again != Again::No || dossier.lone.is_some() {
            return;
        }
        let first = details.documents.first().cloned();
        if let (Some(first), true) = (first, suspect && !details.results.is_empty()) {
            let own = std::mem::replace(&mut details.results, vec![first.clone()]).join("##");
            hub.planted.push(Planted::new("result_file_suspect", "results", own, first));
        }
        let old = self.setting.as_of() - dossier.received > TimeDelta::hours(96);
        match portal {
            Some(Fate::Sent(sent))
                if stale && old && sent.row.flaw.is_none() && sent.reach != Some(Reach::None) =>
            {
                details.sync_flag = false;
                hub.planted.push(Planted::new("flag_stale", "sync_flag", "1", "0"));
            }
            Some(Fate::Absent(Some(absent))) if untrue && absent.kind == "missing_on_portal" => {
                details.sync_flag = true;
                hub.planted.push(Planted::new("flag_untrue", "sync_flag", "0", "1"));
            }
            _ => {}
        }
    }

    /// One error on the dates at most; whether it was on the due time.
    fn dates(&mut self, dossier: &mut Dossier) -> bool {
        let rates = self.rates;
        let rolls = [
            self.hit(rates.finished_at_once),
            self.hit(rates.ended_in_future),
            self.hit(rates.due_beyond_limit),
            self.hit(rates.extended_twice),
        ];
        let share: f64 = self.rng.random();
        let days: i64 = self.rng.random_range(2..=15);
        let second = self.rng.random_range(0..50);
        self.day_off(dossier);
        let early = dossier.outcome == Outcome::Early;
        let done = early && matches!(dossier.status, 9 | 10);
        let movable = matches!(dossier.outcome, Outcome::Early | Outcome::InProcess)
            && !dossier.no_due
            && dossier.details.supplements == 0;
        if early && self.closings.join(self.setting, dossier, second) {
            return false;
        }
        match rolls {
            [true, ..] if done && self.at_once(dossier) => false,
            [_, true, ..] if done && self.in_future(dossier, share) => false,
            [_, _, true, _] if movable => {
                self.move_due(dossier, days, "due_beyond_limit");
                true
            }
            [.., true] if movable => {
                dossier.details.due_before = Some(dossier.due);
                dossier.details.extensions = 2;
                self.move_due(dossier, days, "extended_twice");
                true
            }
            _ => false,
        }
    }

    fn move_due(&mut self, dossier: &mut Dossier, days: i64, kind: &'static str) {
        let calendar = &self.setting.calendar;
        let before = dossier.due;
        dossier.due = calendar.at(calendar.worked(before) + days * DAY);
        let stamp = |time| System::Hub.stamp(time);
        dossier.planted.push(match kind {
            "extended_twice" => Planted::new(kind, "extensions", "0", "2"),
            _ => Planted::new(kind, "due_at", stamp(before), stamp(dossier.due)),
        });
    }

    /// Handed in at a counter that was closed.
    fn day_off(&mut self, dossier: &mut Dossier) {
        let hit = self.hit(self.rates.received_on_day_off);
        if hit && !self.setting.calendar.is_working(dossier.received.date()) {
            dossier.channel = Channel::Direct;
            dossier.details.submitted = dossier.received;
            dossier.details.paid_online = false;
            let at = System::Hub.stamp(dossier.received);
            dossier.planted.push(Planted::new("received_on_day_off", "received_at", "", at));
        }
    }

    fn at_once(&mut self, dossier: &mut Dossier) -> bool {
        let inside = dossier.received.date() >= self.setting.profile.period_start.0;
        if !inside || dossier.details.supplements > 0 || !self.setting.calendar.in_office(dossier.received) {
            return false;
        }
        let finished = dossier.received + TimeDelta::seconds(self.rng.random_range(3..15));
        let returned = dossier.returned.map(|_| finished + TimeDelta::seconds(self.rng.random_range(0..13)));
        self.end(dossier, finished, returned, "finished_at_once");
        true
    }

    /// After the night of the run, and before it is due all the same.
    fn in_future(&mut self, dossier: &mut Dossier, share: f64) -> bool {
        let calendar = &self.setting.calendar;
        let (from, due) = (calendar.worked(self.setting.as_of()) + 3600, calendar.worked(dossier.due) - 3600);
        if due < from {
            return false;
        }
        let end = calendar.at(between(from, due, share));
        let (finished, returned) = match (dossier.finished, dossier.returned) {
            (Some(finished), Some(_)) => (finished, Some(end)),
            _ => (end, None),
        };
        self.end(dossier, finished, returned, "ended_in_future");
        true
    }

    fn end(
        &mut self,
        dossier: &mut Dossier,
        finished: NaiveDateTime,
        returned: Option<NaiveDateTime>,
        kind: &'static str,
    ) {
        let before = dossier.ended();
        dossier.finished = Some(finished);
        dossier.returned = returned;
        let field = if returned.is_some() { "returned_at" } else { "finished_at" };
        let stamp = |time| System::Hub.stamp_or_empty(time);
        dossier.planted.push(Planted::new(kind, field, stamp(before), stamp(dossier.ended())));
    }

    /// One error on the procedure at most: its code, or the days the software allows.
    fn procedure(&mut self, dossier: &mut Dossier) {
        let rates = self.rates;
        let rolls = [
            self.hit(rates.procedure_not_in_catalogue),
            self.hit(rates.procedure_not_in_force),
            self.hit(rates.local_procedure),
            self.hit(rates.process_differs),
        ];
        let more = self.rng.random_range(1..=10);
        let province = &self.setting.profile.province_code;
        let free = !dossier.keep_keys && !dossier.repeatable;
        let long = |code: &str| format!("{code}.000.00.00.{province}");
        let (kind, codes) = match rolls {
            [true, ..] if free => {
                let code = unlisted_code(dossier.procedure);
                ("procedure_not_in_catalogue", (long(&code), code))
            }
            [_, true, ..] if free => {
                let code = expired_code(dossier.procedure);
                ("procedure_not_in_force", (long(&code), code))
            }
            [_, _, true, _] if free => {
                let code = long(&format!("TS_lop{}", dossier.procedure + 1));
                ("local_procedure", (code.clone(), code))
            }
            [.., true] => {
                let own = dossier.details.process_days;
                dossier.details.process_days += more;
                let (own, longer) = (own.to_string(), dossier.details.process_days.to_string());
                dossier.planted.push(Planted::new("process_differs", "process_days", own, longer));
                return;
            }
            _ => return,
        };
        let own = self.setting.long_codes.get(dossier.procedure).cloned().unwrap_or_default();
        dossier.planted.push(Planted::new(kind, "procedure", own, codes.0.as_str()));
        dossier.other_procedure = Some(codes);
    }

    fn hit(&mut self, rate: f64) -> bool {
        self.rng.random::<f64>() < rate
    }
}

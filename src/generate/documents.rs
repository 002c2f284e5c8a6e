//! Two logs of electronic documents on the national document axis (Trục liên thông văn bản quốc gia): what was
//! sent and what arrived, with the truth about them.
//!
//! A document sent to one agency is a case; the sender's log stands where the hub stands. Its size was published,
//! 3.56 million documents in eight months of 2022 [S]; how they divide, and how often each error occurs, is made
//! up. It must not hold documents in memory: what waits is what has not arrived yet.

mod agencies;
mod logs;
mod plan;

#[cfg(test)]
mod tests;

use super::error::GenerateError;
use super::out_folder;
use super::truth::{Planted, Reach};
use super::{Generated, Request};
use agencies::AGENCIES;
use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use logs::{Log, Logs};
use plan::{Day, Plan};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// The name under which `generate` finds it, and of its pipeline.
pub const PROFILE: &str = "gia-lai-2022-documents";
/// Documents when the command line does not say.
const DOCUMENTS: u64 = 3_560_000;
const PROGRESS_EVERY: u64 = 2048;

/// How often something is planted, as a share of the documents on which it is possible.
mod rate {
    /// Not an error: sent less than 23 h before `as_of` and not there yet.
    pub const NOT_YET: f64 = 0.02;
    /// Sent more than 96 h before, and never arrived.
    pub const MISSING: f64 = 0.0005;
    /// Sent 25 to 71 h before, and not there yet.
    pub const LATE: f64 = 0.004;
    /// Arrived after more than 30 h; normally within 20 minutes.
    pub const ARRIVED_LATE: f64 = 0.0015;
    /// Arrived, and nobody sent it.
    pub const UNSENT: f64 = 0.0003;
    /// Sent a second time within half an hour, under the same identifier.
    pub const SENT_TWICE: f64 = 0.0006;
    /// The answer never reached the sender's log.
    pub const ANSWER_LOST: f64 = 0.001;
    /// Entered in a register as the sender was told, and only delivered by the receiver's own log.
    pub const NOT_ENTERED: f64 = 0.0008;
    /// Delivered as the sender was told, and refused by the receiver's own log.
    pub const CONTRADICTED: f64 = 0.0002;
    /// At another unit of the province than it was sent to.
    pub const ASTRAY: f64 = 0.0004;
    /// Not an error: refused, and both logs say so.
    pub const REFUSED: f64 = 0.004;
    /// Not an error: refused, or delivered and not yet entered in a register.
    pub const NOT_REGISTERED: f64 = 0.3;
}

/// Writes both logs and their truth into `request.out`. `progress` is told documents done and in all.
pub fn documents(request: &Request, progress: &dyn Fn(u64, u64)) -> Result<Generated, GenerateError> {
    let documents = request.dossiers.unwrap_or(DOCUMENTS);
    if documents == 0 {
        return Err(GenerateError::BadKey {
            profile: PROFILE.to_owned(),
            key: "dossiers".to_owned(),
            problem: "must be at least 1".to_owned(),
        });
    }
    let marker = || logs::marker(request.seed, documents);
    out_folder::prepare(&request.out, marker(), Log::ALL.map(Log::file).into_iter())?;
    let stream = |number| {
        let mut rng = ChaCha8Rng::seed_from_u64(request.seed);
        rng.set_stream(number);
        rng
    };
    // Streams of their own: another error rate does not change the documents.
    let mut times = stream(1);
    let plan = Plan::new(documents, &mut times);
    let clerk = Clerk {
        as_of: plan::as_of(),
        maker: stream(2),
        planter: stream(3),
        logs: Logs::create(&request.out)?,
        counters: vec![0; AGENCIES.len()],
        waiting: BTreeMap::new(),
        cases: 0,
    };
    let generated = clerk.run(&plan, documents, &mut times, progress)?;
    out_folder::finish(&request.out, marker(), &generated)?;
    progress(documents, documents);
    Ok(generated)
}

/// A document on its way from one agency to another.
#[derive(Clone)]
struct Document {
    case: u64,
    /// Mã định danh: who sent it, the year, a number of the sender's own.
    code: String,
    number: u64,
    from: usize,
    to: usize,
    sent: NaiveDateTime,
    /// National status code in the log the row is for.
    status: u8,
}

/// What is still to be written: when, of which case, into which log.
type Moment = (NaiveDateTime, u64, Log);

/// A row that waits for its moment.
struct Waiting {
    document: Document,
    planted: Vec<Planted>,
    reach: Option<Reach>,
}

struct Clerk {
    as_of: NaiveDateTime,
    maker: ChaCha8Rng,
    planter: ChaCha8Rng,
    logs: Logs,
    /// Documents of each sender so far.
    counters: Vec<u64>,
    waiting: BTreeMap<Moment, Waiting>,
    cases: u64,
}

impl Clerk {
    fn run(
        mut self,
        plan: &Plan,
        documents: u64,
        times: &mut impl Rng,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Generated, GenerateError> {
        let mut done = 0;
        for day in &plan.days {
            if day.silent {
                let planted = Planted::new("sync_gap", "synced_at", "", day.date.to_string());
                self.logs.error(Log::Received, None, None, &planted)?;
            }
            for sent in day.times(times) {
                self.write_until(Some(sent))?;
                self.document(sent, plan, day)?;
                if done % PROGRESS_EVERY == 0 {
                    progress(done, documents);
                }
                done += 1;
            }
        }
        self.write_until(None)?;
        self.logs.finish(self.cases)
    }

    /// One document: the sender's row now, the receiver's when it arrives.
    fn document(&mut self, sent: NaiveDateTime, plan: &Plan, day: &Day) -> Result<(), GenerateError> {
        let age = self.as_of - sent;
        let hours = |hours| TimeDelta::hours(hours);
        let mut document = self.make(sent);
        let case = document.case;
        let absence = if age < hours(23) {
            self.plants(rate::NOT_YET).then_some(None)
        } else if age > hours(96) {
            self.plants(rate::MISSING).then_some(Some("missing_on_portal"))
        } else if age > hours(25) && age < hours(71) {
            self.plants(rate::LATE).then_some(Some("late_on_portal"))
        } else {
            None
        };
        if absence.is_none() {
            let normal = self.arrival(sent, day);
            let late = self.late_arrival(sent, plan);
            let planted = late.map(|late| {
                Planted::new("arrived_late_on_portal", "synced_at", logs::iso(normal), logs::iso(late))
            });
            let arrived = late.unwrap_or(normal);
            let planted = planted.into_iter().collect();
            let mut waiting = Waiting { document: document.clone(), planted, reach: Some(Reach::Code) };
            if age > hours(96) {
                self.answer(&mut document, &mut waiting);
                self.astray(&mut waiting);
            }
            self.waiting.insert((arrived, case, Log::Received), waiting);
        } else {
            document.status = 2;
        }
        self.logs.sent(&document)?;
        if let Some(Some(kind)) = absence {
            let planted = Planted::new(kind, "", document.code.as_str(), "");
            self.logs.error(Log::Received, None, Some(case), &planted)?;
        }
        if self.plants(rate::SENT_TWICE) {
            let again = sent + TimeDelta::seconds(self.planter.random_range(60..1800));
            let planted = Planted::new("repeated_row", "", document.code.as_str(), document.code.as_str());
            let document = Document { sent: again, ..document };
            let waiting = Waiting { document, planted: vec![planted], reach: None };
            self.waiting.insert((again, case, Log::Sent), waiting);
        }
        if age > hours(96) && self.plants(rate::UNSENT) {
            self.unsent(sent, day)?;
        }
        Ok(())
    }

    fn make(&mut self, sent: NaiveDateTime) -> Document {
        self.cases += 1;
        let from = self.maker.random_range(0..AGENCIES.len());
        // Any agency but the sender itself.
        let to = (from + self.maker.random_range(1..AGENCIES.len())) % AGENCIES.len();
        let number = self.counters.get_mut(from).map_or(0, |counter| {
            *counter += 1;
            *counter
        });
        let status = match self.maker.random::<f64>() {
            share if share < rate::REFUSED => 3,
            share if share < rate::NOT_REGISTERED => 9,
            _ => 10,
        };
        let code = AGENCIES.get(from).map_or("", |agency| agency.code);
        let code = format!("{code}.{}.{number:07}", plan::YEAR);
        Document { case: self.cases, code, number, from, to, sent, status }
    }

    /// When it arrives: in minutes; of a silent day, soon after its midnight.
    fn arrival(&mut self, sent: NaiveDateTime, day: &Day) -> NaiveDateTime {
        if day.silent {
            let midnight = (day.date + TimeDelta::days(1)).and_time(NaiveTime::MIN);
            midnight + TimeDelta::seconds(self.maker.random_range(300..7200))
        } else {
            sent + TimeDelta::seconds(self.maker.random_range(20..1200))
        }
    }

    /// Days later, where the period leaves room for it.
    fn late_arrival(&mut self, sent: NaiveDateTime, plan: &Plan) -> Option<NaiveDateTime> {
        let room = self.as_of - sent > TimeDelta::days(7);
        if !(room && self.plants(rate::ARRIVED_LATE)) {
            return None;
        }
        let mut arrived = sent + TimeDelta::seconds(self.planter.random_range(30 * 3600..120 * 3600));
        // Nothing arrives on a silent day.
        while plan.is_silent(arrived.date()) {
            arrived += TimeDelta::days(1);
        }
        Some(arrived)
    }

    /// What the two logs say of the answer, at most one way in which they disagree.
    fn answer(&mut self, sent: &mut Document, there: &mut Waiting) {
        let answered = sent.status != 3;
        let planted = if answered && self.plants(rate::ANSWER_LOST) {
            sent.status = 2;
            "status_ahead"
        } else if sent.status == 10 && self.plants(rate::NOT_ENTERED) {
            there.document.status = 9;
            "status_behind"
        } else if answered && self.plants(rate::CONTRADICTED) {
            there.document.status = 3;
            "status_conflict"
        } else {
            return;
        };
        let [here, there_now] = [sent.status, there.document.status].map(|status| status.to_string());
        there.planted.push(Planted::new(planted, "status", here, there_now));
    }

    /// Another unit of the same province than it was sent to.
    fn astray(&mut self, there: &mut Waiting) {
        let to = there.document.to;
        let is_unit = agencies::is_unit(to);
        if !is_unit || !self.plants(rate::ASTRAY) {
            return;
        }
        let other =
            (1..AGENCIES.len()).map(|step| (to + step) % AGENCIES.len()).find(|at| agencies::is_unit(*at));
        let Some(other) = other else { return };
        let [right, wrong] = [to, other].map(|at| AGENCIES.get(at).map_or("", |agency| agency.code));
        there.planted.push(Planted::new("unit_conflict", "unit", right, wrong));
        there.document.to = other;
    }

    /// A document that the sender's log does not have.
    fn unsent(&mut self, sent: NaiveDateTime, day: &Day) -> Result<(), GenerateError> {
        let document = self.make(sent);
        let case = document.case;
        let planted = Planted::new("missing_in_province", "", document.code.as_str(), "");
        self.logs.error(Log::Sent, None, Some(case), &planted)?;
        let arrived = self.arrival(sent, day);
        self.waiting
            .insert((arrived, case, Log::Received), Waiting { document, planted: Vec::new(), reach: None });
        Ok(())
    }

    fn plants(&mut self, rate: f64) -> bool {
        self.planter.random::<f64>() < rate
    }

    /// Writes what waits for a moment up to this one, in its order; everything without one.
    fn write_until(&mut self, now: Option<NaiveDateTime>) -> Result<(), GenerateError> {
        while let Some(first) = self.waiting.first_entry() {
            let (moment, case, log) = *first.key();
            if now.is_some_and(|now| moment > now) {
                break;
            }
            let Waiting { document, planted, reach } = first.remove();
            let row = match log {
                Log::Sent => self.logs.sent(&document)?,
                Log::Received => self.logs.received(&document, moment, reach)?,
            };
            for planted in &planted {
                self.logs.error(log, Some(row), Some(case), planted)?;
            }
        }
        Ok(())
    }
}

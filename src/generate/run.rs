//! One generation from beginning to end: dossier by dossier, row by row.

use super::Generated;
use super::alone::Alone;
use super::calendar::DAY;
use super::cases::Cases;
use super::catalogue;
use super::details::{Detailer, Details};
use super::dossier::{Dossier, Maker};
use super::error::GenerateError;
use super::figures::Figures;
use super::land_export::LandExport;
use super::people::People;
use super::plan::Plan;
use super::plant::{Again, Fate, Planter, Sent};
use super::portal_export::PortalExport;
use super::profile::Channel;
use super::row::{Place, Row, System};
use super::setting::Setting;
use super::slips;
use super::text_exports::{HoTichExport, HubExport};
use super::truth::{self, Counts, CsvFile, Planted, Reach, Truth};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::Path;

const PROGRESS_EVERY: u64 = 2048;

pub fn run(
    setting: &Setting,
    dossiers: u64,
    seed: u64,
    out: &Path,
    progress: &dyn Fn(u64, u64),
) -> Result<Generated, GenerateError> {
    let stream = |number| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        rng
    };
    // Streams of their own: another error rate does not change the dossiers.
    let mut plan_rng = stream(1);
    let plan = Plan::new(setting, dossiers, &mut plan_rng)?;
    let people = People::new(&setting.profile.people, dossiers + dossiers / 4, &mut plan_rng);
    let generation = Generation {
        setting,
        maker: Maker::new(setting, people, stream(2), [stream(7), stream(9)]),
        cases: Cases::new(setting, dossiers, stream(6)),
        alone: Alone::new(setting, stream(8)),
        planter: Planter::new(setting, stream(3)),
        detailer: Detailer::new(setting, stream(4)),
        strays: stream(5),
        slips: stream(10),
        exports: Exports::create(out, setting)?,
        truth: Truth::create(out, setting)?,
        figures: Figures::default(),
        second_rows: BTreeMap::new(),
        received: BTreeMap::new(),
        made: 0,
    };
    generation.run(plan, &mut plan_rng, out, progress)
}

struct Generation<'a> {
    setting: &'a Setting,
    maker: Maker<'a>,
    cases: Cases<'a>,
    alone: Alone<'a>,
    planter: Planter<'a>,
    detailer: Detailer<'a>,
    strays: ChaCha8Rng,
    slips: ChaCha8Rng,
    exports: Exports,
    truth: Truth,
    figures: Figures,
    /// Rows typed a second time, waiting for the day they are typed.
    second_rows: BTreeMap<SecondKey, Second>,
    /// Dossiers of the hub, by the day of receipt.
    received: BTreeMap<NaiveDate, u64>,
    made: u64,
}

impl Generation<'_> {
    fn run(
        mut self,
        mut plan: Plan,
        rng: &mut impl Rng,
        out: &Path,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Generated, GenerateError> {
        for index in 0..plan.dossiers {
            let Some(received) = plan.timeline.next(rng) else {
                break;
            };
            self.second_rows_until(Some(received))?;
            let mut dossier = self.maker.next(received, plan.quota(index));
            self.case(&mut dossier)?;
            let old = self.planter.age(&dossier) > TimeDelta::hours(96);
            let stray = self.strays.random::<f64>() < self.setting.profile.hub.missing_in_province;
            if stray && old {
                let mut stray = self.maker.stray(received);
                self.detailer.fill(&mut stray);
                self.stray(&stray)?;
            }
            if index % PROGRESS_EVERY == 0 {
                progress(index, plan.dossiers);
            }
        }
        self.second_rows_until(None)?;
        self.finish(out)
    }

    /// A case the hub has, in every system.
    fn case(&mut self, dossier: &mut Dossier) -> Result<(), GenerateError> {
        self.made += 1;
        self.detailer.fill(dossier);
        // Without a readable hub row nothing could be compared: nothing more is planted.
        let flaw = self.planter.hub_flaw(dossier);
        if flaw.is_none() {
            self.cases.prepare(dossier);
            self.cases.plant(dossier);
            self.alone.plant(dossier);
        }
        self.detailer.apology(dossier);
        if flaw.is_none() && dossier.lone.is_none() {
            self.cases.apology(dossier);
        }
        let mut hub = self.planter.hub(dossier, flaw);
        let systems = [Some(System::Portal), dossier.ministry];
        let mut fates = Vec::with_capacity(2);
        for system in systems.into_iter().flatten() {
            let mut fate = match flaw {
                Some(_) => self.planter.untouched(dossier, system),
                None => self.planter.spoke(dossier, system),
            };
            if let Fate::Sent(sent) = &mut fate {
                self.alone.spoke(dossier, system, sent);
            }
            fates.push((system, fate));
        }
        let portal = fates.iter().find(|(system, _)| *system == System::Portal).map(|(_, fate)| fate);
        self.cases.hub_row(dossier, portal, &mut hub);
        if flaw.is_none() {
            self.figures.count(self.setting, dossier);
            *self.received.entry(dossier.received.date()).or_default() += 1;
        }
        self.rows(dossier, &hub, fates)
    }

    /// The rows of a case, the hub's first.
    fn rows(
        &mut self,
        dossier: &Dossier,
        hub: &Sent,
        fates: Vec<(System, Fate)>,
    ) -> Result<(), GenerateError> {
        let (place, hub_again) = self.sent(dossier, System::Hub, hub, true)?;
        for planted in &dossier.planted {
            self.truth.error(System::Hub, Some(place), dossier.case, planted)?;
        }
        self.cases.closings.written(dossier, place);
        for (system, fate) in fates {
            match fate {
                Fate::Absent(None) => {}
                Fate::Absent(Some(planted)) => self.truth.error(system, None, dossier.case, &planted)?,
                Fate::Sent(sent) => {
                    // Twice in the hub and twice in the portal would not be told apart.
                    self.sent(dossier, system, &sent, hub_again != Again::Typed)?;
                    for planted in &sent.at_hub {
                        self.truth.error(System::Hub, Some(place), dossier.case, planted)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes a row with what was planted on it, and again where it is there twice.
    fn sent(
        &mut self,
        dossier: &Dossier,
        system: System,
        sent: &Sent,
        may_type_again: bool,
    ) -> Result<(Place, Again), GenerateError> {
        let place = self.write(system, &sent.row, dossier.case, sent.reach)?;
        self.wrong_birth(dossier, system, &sent.row, place)?;
        for planted in &sent.planted {
            self.truth.error(system, Some(place), dossier.case, planted)?;
        }
        match sent.again {
            Again::Repeated => self.repeat(system, &sent.row, dossier.case, sent.reach)?,
            Again::Typed if may_type_again => self.type_again(dossier, system),
            Again::Typed | Again::No => return Ok((place, Again::No)),
        }
        Ok((place, sent.again))
    }

    /// A wrong year of birth shows on every row that has the date and a number of twelve digits.
    fn wrong_birth(
        &mut self,
        dossier: &Dossier,
        system: System,
        row: &Row,
        place: Place,
    ) -> Result<(), GenerateError> {
        let shows = system != System::Portal && row.id.len() == 12 && row.flaw.is_none();
        let Some(birth) = dossier.true_birth.filter(|_| shows) else {
            return Ok(());
        };
        let (own, wrong) = (system.birth(birth), system.birth(row.birth));
        let planted = Planted::new("id_birth_conflict", "birth_date", own, wrong);
        self.truth.error(system, Some(place), dossier.case, &planted)
    }

    /// A case the hub never heard of.
    fn stray(&mut self, dossier: &Dossier) -> Result<(), GenerateError> {
        self.made += 1;
        let place = self.strays.random_range(0..4);
        let in_portal = place < 3 || dossier.ministry.is_none();
        let in_ministry = dossier.ministry.filter(|_| place >= 2);
        let planted = Planted::new("missing_in_province", "", dossier.code.as_str(), "");
        self.truth.error(System::Hub, None, dossier.case, &planted)?;
        if in_portal {
            let row = self.planter.clean_row(dossier, System::Portal);
            self.write(System::Portal, &row, dossier.case, None)?;
        }
        if let Some(system) = in_ministry {
            let mut row = self.planter.clean_row(dossier, system);
            if !in_portal {
                // Typed into the ministry's system only: there is no one-stop code.
                row.hub_code.clear();
            }
            self.write(system, &row, dossier.case, None)?;
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        system: System,
        row: &Row,
        case: u64,
        reach: Option<Reach>,
    ) -> Result<(), GenerateError> {
        let place = self.write(system, row, case, reach)?;
        let planted = Planted::new("repeated_row", "", row.code.as_str(), row.code.as_str());
        self.truth.error(system, Some(place), case, &planted)
    }

    /// The same person with the same procedure is typed in again, one to 48 hours later, and left open.
    fn type_again(&mut self, dossier: &Dossier, system: System) {
        let calendar = &self.setting.calendar;
        let mut received = dossier.received;
        for _ in 0..8 {
            received = dossier.received + TimeDelta::seconds(self.planter.rng.random_range(3600..48 * 3600));
            if calendar.in_office(received) {
                break;
            }
        }
        let days =
            self.setting.profile.procedure.get(dossier.procedure).map_or(1, |keys| i64::from(keys.days));
        let online = !calendar.in_office(received);
        let mut second = Dossier {
            received,
            due: calendar.at(calendar.worked(received) + days * DAY),
            finished: None,
            returned: None,
            status: 4,
            channel: if online { Channel::Online } else { dossier.channel },
            details: Details {
                submitted: received,
                supplements: 0,
                asked: None,
                supplemented: None,
                due_before: None,
                results: Vec::new(),
                ..dossier.details.clone()
            },
            ..dossier.clone()
        };
        self.detailer.apology(&mut second);
        let rates = match system {
            System::Hub => self.setting.profile.hub.typed_twice_slips,
            other => self.setting.rates(other).typed_twice_slips,
        };
        let slipped = self.slips.random::<f64>() < rates;
        if slipped {
            slips::on(&mut second.person, &mut self.slips);
        }
        let first_code = dossier.code.clone();
        self.second_rows
            .insert((received, dossier.case, system), Second { dossier: second, first_code, slipped });
    }

    fn second_rows_until(&mut self, time: Option<NaiveDateTime>) -> Result<(), GenerateError> {
        while let Some(((received, case, system), second)) = self.next_second_row(time) {
            let Second { mut dossier, first_code, slipped } = second;
            dossier.code = self.maker.code(dossier.unit, received);
            let synced = self.planter.synced(received, system);
            // With slips nothing but its first row ties it to the hub.
            let reach = (system != System::Hub && !slipped).then_some(Reach::Identity);
            let place = self.write(system, &dossier.row(synced), case, reach)?;
            let planted = Planted::new("typed_twice", "code", first_code, dossier.code.as_str());
            self.truth.error(system, Some(place), case, &planted)?;
        }
        Ok(())
    }

    fn next_second_row(&mut self, time: Option<NaiveDateTime>) -> Option<(SecondKey, Second)> {
        let entry = self.second_rows.first_entry()?;
        let due = time.is_none_or(|time| entry.key().0 <= time);
        due.then(|| entry.remove_entry())
    }

    fn write(
        &mut self,
        system: System,
        row: &Row,
        case: u64,
        reach: Option<Reach>,
    ) -> Result<Place, GenerateError> {
        let place = self.exports.write(self.setting, system, row)?;
        self.truth.record(system, place, case, row.flaw.is_some(), reach)?;
        Ok(place)
    }

    fn finish(mut self, out: &Path) -> Result<Generated, GenerateError> {
        self.exports.finish()?;
        for (place, case, planted) in self.cases.closings.crowds() {
            self.truth.error(System::Hub, Some(place), case, &planted)?;
        }
        let setting = self.setting;
        for day in setting.profile.portal.sync_gap.iter().map(|day| day.0) {
            // Fewer would not be missed.
            if self.received.get(&day).is_some_and(|received| *received >= 5) {
                let planted = Planted::new("sync_gap", "", "", day.to_string());
                self.truth.error(System::Portal, None, 0, &planted)?;
            }
        }
        let names = &setting.profile.files;
        let procedures = setting.catalogue.write(out, &names.procedures)?;
        let agencies = catalogue::write_agencies(&setting.profile, out, &names.agencies)?;
        let Counts { errors_by_kind, rows } = self.truth.finish()?;
        let mut figures = self.figures.lines(setting);
        figures.extend(setting.catalogue.figures());
        figures.push(("cases".into(), self.made.to_string()));
        let of = |system| rows.get(&system).copied().unwrap_or(0);
        figures.extend(System::ALL.map(|system| (format!("rows_{}", system.name()), of(system).to_string())));
        figures
            .extend(errors_by_kind.iter().map(|(kind, count)| (format!("errors_{kind}"), count.to_string())));
        let mut file = CsvFile::create(out, truth::FIGURES, b',')?;
        file.write(["name", "value"])?;
        for (name, value) in &figures {
            file.write([name, value])?;
        }
        file.finish()?;
        let mut files: Vec<(String, u64)> =
            System::ALL.into_iter().map(|system| (setting.file(system).to_owned(), of(system))).collect();
        files.push((names.procedures.clone(), procedures));
        files.push((names.agencies.clone(), agencies));
        files.push((truth::RECORDS.into(), rows.values().sum()));
        files.push((truth::ERRORS.into(), errors_by_kind.values().sum()));
        files.push((truth::FIGURES.into(), figures.len() as u64));
        Ok(Generated { files, cases: self.made, errors_by_kind })
    }
}

/// A row typed a second time, and the code of the first.
struct Second {
    dossier: Dossier,
    first_code: String,
    slipped: bool,
}

/// When it is typed, of which case, in which system.
type SecondKey = (NaiveDateTime, u64, System);

/// The four exports, open for writing.
struct Exports {
    hub: HubExport,
    portal: PortalExport,
    ho_tich: HoTichExport,
    dat_dai: LandExport,
}

impl Exports {
    fn create(out: &Path, setting: &Setting) -> Result<Self, GenerateError> {
        Ok(Exports {
            hub: HubExport::create(out, setting)?,
            portal: PortalExport::create(out, setting)?,
            ho_tich: HoTichExport::create(out, setting)?,
            dat_dai: LandExport::create(out, setting)?,
        })
    }

    fn write(&mut self, setting: &Setting, system: System, row: &Row) -> Result<Place, GenerateError> {
        match system {
            System::Hub => self.hub.write(setting, row),
            System::Portal => self.portal.write(setting, row),
            System::HoTich => self.ho_tich.write(setting, row),
            System::DatDai => self.dat_dai.write(setting, row),
        }
    }

    fn finish(&mut self) -> Result<(), GenerateError> {
        self.hub.finish()?;
        self.portal.finish()?;
        self.ho_tich.finish()?;
        self.dat_dai.finish()
    }
}

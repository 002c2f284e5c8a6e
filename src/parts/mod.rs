//! A night that does not fit in memory, run part by part.
//!
//! The stages are those of any night: each part is a night of its own to them, for no record of it can meet one of
//! another part. What only the whole night shows is collected part by part and judged at the end. The outputs are the
//! same bytes as those of a night in memory, whatever the number of parts.
//!
//! `arrive` (type, spill, keys) -> `deal` (connect, cut, lay together) -> the stages, part by part -> `streams` (write
//! what no later part reaches), `candidates` (what the workbook may show), `wait` (the other tables on disk) -> `gather`
//! (merge, write)

pub mod memory;
mod arrive;
mod cut;
mod deal;
mod streams;
mod candidates;
mod wait;
mod gather;

use std::path::Path;
use std::sync::{Arc, Weak};

use crate::domain::finding_kind::FindingKind;
use crate::engine::accounting::RowAccount;
use crate::engine::frame::FrameBuilder;
use crate::engine::publish::Publication;
use crate::engine::spill::Spill;
use crate::engine::table::TableSource;
use crate::progress::{Progress, Silent};
use crate::report::night::NightCounts;
use crate::report::workbook;
use crate::run::{self, Desk, RunError, Told};
use crate::stages::judge::crowds::{Bulk, Dense, Share};
use crate::stages::judge::{self, Collected, Finding, Judged};
use crate::stages::load::Loaded;
use crate::stages::normalise::{NormaliseError, Normalised, SystemRecords};
use crate::stages::write::{self, About, Night};
use arrive::Arrived;
use candidates::Candidates;
use cut::Reached;
use deal::Part;
use gather::Gathering;
use memory::{Ask, Memory};
use streams::Streams;
use wait::Waiting;

/// Runs a night in parts and stages its outputs.
///
/// # Errors
/// As a night in memory, and when the disk refuses what has to wait on it.
pub fn run(
    desk: &Desk<'_>,
    loaded: Loaded,
    (folder, ask, memory): (&Path, Ask, &mut Memory),
    publication: &mut Publication,
    progress: &dyn Progress,
) -> Result<Told, RunError> {
    let (mut arrived, keys) = arrive::arrive(desk.plan, loaded, desk.history, folder, progress)?;
    let _ = arrived.night.account.check("normalise")?;
    progress.begin("divide the night", 1);
    memory.waits(arrived.spill.bytes() + keys.bytes());
    let (components, blunt) = deal::connect(&arrived.starts, desk.plan.thresholds.key_at_most, keys)?;
    arrived.night.blunt = Some(Arc::new(blunt));
    let of_systems = arrived.starts.windows(2).map(|ends| ends[1] - ends[0]);
    let wanted = memory.parts(ask, of_systems, arrived.bytes);
    let parts = deal::deal(&arrived, components, wanted, folder)?;
    memory.waits(arrived.spill.bytes() + waiting_bytes(&deal::spills(&parts)));
    let Arrived { night, dense, rows, spill, .. } = arrived;
    given_back(spill);
    let rows_out = parts.iter().map(|part| part.rows() as u64).sum();
    let _ = RowAccount { rows_in: u64::from(rows), rows_out, ..RowAccount::default() }.check("divide")?;
    memory.divided(parts.iter().map(Part::rows));

    let mut judging = Judging::begin(desk, &dense, folder, parts.len() + 1)?;
    progress.begin("judge, part by part", parts.len() as u64);
    let spills = deal::spills(&parts);
    let mut parts = parts.into_iter();
    let mut load = || {
        let part = parts.next();
        part.map(|part| gathered(desk, &night, &part).map(|records| (records, part.reached))).transpose()
    };
    let mut next = load()?;
    while let Some((records, reached)) = next {
        // The next part is read while this one is judged.
        let (taken, loaded) = rayon::join(|| judging.take(records, &reached, publication), &mut load);
        taken?;
        next = loaded?;
        memory.waits(waiting_bytes(&spills) + judging.waiting_bytes());
        progress.advance(1);
    }
    judging.publish(night, publication, progress)
}

/// Gives the disk back, which takes seconds where so much waited, while the run goes on.
fn given_back(spill: Spill) {
    // Where there is no thread to spare it is done now.
    let _ = std::thread::Builder::new().name("give back".to_owned()).spawn(move || drop(spill));
}

/// What still waits.
fn waiting_bytes(spills: &[Weak<Spill>]) -> u64 {
    spills.iter().filter_map(Weak::upgrade).map(|spill| spill.bytes()).sum()
}

/// What the parts that were judged leave to the end.
struct Judging<'j> {
    desk: &'j Desk<'j>,
    dense: &'j Dense,
    folder: &'j Path,
    /// Rows of tables that wait together.
    chunk_rows: usize,
    streams: Option<Streams>,
    candidates: Candidates,
    waiting: Waiting,
    collected: Collected,
    counts: Vec<NightCounts>,
    /// Findings of dossiers that may have been closed in bulk.
    perhaps_bulk: usize,
}

impl<'j> Judging<'j> {
    fn begin(desk: &'j Desk<'j>, dense: &'j Dense, folder: &'j Path, parts: usize) -> Result<Self, RunError> {
        let chunk_rows = wait::chunk_rows(parts);
        Ok(Self {
            desk,
            dense,
            folder,
            chunk_rows,
            streams: None,
            candidates: Candidates::begin(folder, desk.plan.sheet_rows)?,
            waiting: Waiting::begin(folder, chunk_rows),
            collected: Collected::default(),
            counts: Vec::new(),
            perhaps_bulk: 0,
        })
    }

    fn waiting_bytes(&self) -> u64 {
        let streams = self.streams.as_ref().map_or(0, Streams::bytes);
        streams + self.candidates.bytes() + self.waiting.bytes()
    }

    /// Judges a part; of its tables, what later parts reach back to waits.
    fn take(
        &mut self,
        records: Normalised,
        reached: &[Reached],
        publication: &Publication,
    ) -> Result<(), RunError> {
        let Desk { plan, reference, .. } = self.desk;
        let (mut judged, collected) = run::judged(self.desk, records, Share::Part(self.dense), &Silent)?;
        judge::put_in_order(&mut judged.findings);
        self.collected.add(collected);
        self.perhaps_bulk += judged.findings.iter().filter(|finding| is_bulk(finding)).count();
        self.counts.push(NightCounts::of(plan, &judged, |finding| !is_bulk(finding)));
        let night = Night::new(plan, reference, &judged);
        let tables = write::tables_about(&night, About::Records)?;
        self.candidates.take(&night, &tables)?;
        let (streamed, waiting): (Vec<_>, Vec<_>) = tables.iter().partition(|table| table.is_in_stretches());
        self.streams(&streamed, publication)?.take(&streamed, reached)?;
        Ok(self.waiting.take(&waiting)?)
    }

    /// The tables of systems and codes in the making.
    fn streams(
        &mut self,
        tables: &[&TableSource<'_>],
        publication: &Publication,
    ) -> Result<&mut Streams, RunError> {
        let Desk { plan, clock, name, .. } = self.desk;
        match &mut self.streams {
            Some(streams) => Ok(streams),
            none => {
                let begin = |table: &TableSource<'_>| {
                    publication.begin_table(&table.schema, clock, &name.metadata(table.schema.name))
                };
                let spill = Spill::begin(self.folder)?;
                let begun = Streams::begin(spill, self.chunk_rows, plan.systems.len(), tables, begin)?;
                Ok(none.insert(begun))
            }
        }
    }

    /// Says what is to be said of the night, as of a last part that has no records, and stages every output.
    fn publish(
        mut self,
        night: Normalised,
        publication: &mut Publication,
        progress: &dyn Progress,
    ) -> Result<Told, RunError> {
        let Desk { plan, reference, history, .. } = *self.desk;
        let (judged, collected) = run::judged(self.desk, night, Share::Part(self.dense), &Silent)?;
        self.collected.add(collected);
        let bulk = self.collected.crowds.ends.in_bulk(&plan.thresholds);
        let closing = judge::conclude(plan, reference, history, judged, &self.collected);
        let counts = self.counted(&closing, &bulk);

        let last = Night::new(plan, reference, &closing);
        let about_records = write::tables_about(&last, About::Records)?;
        let about_night = write::tables_about(&last, About::Night)?;
        let steps = about_records.len() + about_night.len() + 1;
        progress.begin("write the tables and the workbook", steps as u64);
        let advance = || progress.advance(1);
        let (streamed, waiting): (Vec<_>, Vec<_>) =
            about_records.iter().partition(|table| table.is_in_stretches());
        self.streams(&streamed, publication)?;
        self.waiting.take(&waiting)?;
        let Self { desk, streams, candidates, waiting: held, perhaps_bulk, .. } = self;
        let tables = waiting.iter().map(|table| &table.schema).zip(held.tables).collect();
        let gathering = Gathering::new(desk, (&bulk, perhaps_bulk));
        let (mut shown, about) = gathering.write_all(tables, publication, &advance)?;
        let total = |name: &str| streams.as_ref().map_or(0, |streams| streams.rows_of(name));
        for table in &streamed {
            let name = table.schema.name;
            let wanted = match name {
                "records" => ("record_id", &about.records),
                "differences" => ("link_id", &about.links),
                _ => continue,
            };
            shown.list.push(candidates.wanted(table, wanted, total(name))?);
        }
        for table in &about_night {
            shown.list.push(table.whole()?);
        }
        let place = publication.file_path("report", "mismatches.xlsx")?;
        let (book, staged) = rayon::join(
            || workbook::write(&place, &shown, &desk.cover, plan.sheet_rows),
            || {
                let streams = streams.map(|streams| streams.finish(&streamed)).transpose()?;
                for staged in streams.into_iter().flatten() {
                    publication.take_in(staged);
                    advance();
                }
                about_night.iter().try_for_each(|table| {
                    publication.stage_table(table, &desk.clock, &desk.name.metadata(table.schema.name))?;
                    advance();
                    Ok::<(), RunError>(())
                })
            },
        );
        staged?;
        publication.stage_file("report", "mismatches.xlsx", book?.rows)?;
        advance();
        drop((about_records, about_night));
        drop(last);
        Ok(Told { systems: closing.linked.systems, figures: closing.figures, counts })
    }

    /// What is counted of all parts, of the last, and of what was bulk.
    fn counted(&mut self, closing: &Judged, bulk: &Bulk) -> NightCounts {
        let Desk { plan, reference, .. } = self.desk;
        let mut counts = NightCounts::of(plan, closing, |_| true);
        std::mem::take(&mut self.counts).into_iter().for_each(|of_part| counts.add(of_part));
        if let Some(finding) = judge::findings::of_bulk(plan, reference).filter(|_| bulk.count() > 0) {
            counts.tell(&finding, bulk.count());
        }
        counts
    }
}

fn is_bulk(finding: &Finding) -> bool {
    finding.kind == FindingKind::ClosedInBulk
}

/// The records of a part, as if they were all of a night.
fn gathered(desk: &Desk<'_>, night: &Normalised, part: &Part) -> Result<Normalised, RunError> {
    let mut systems = Vec::with_capacity(part.systems.len());
    for ((empty, own), plan) in night.systems.iter().zip(&part.systems).zip(&desk.plan.systems) {
        let mut builder = FrameBuilder::new(&empty.frame, own.rows);
        for slot in &own.slots {
            builder.push(&part.spill.read_rows(*slot)?);
        }
        let frame =
            builder.finish().map_err(|source| NormaliseError::Frame { system: plan.name.clone(), source })?;
        systems.push(SystemRecords { frame, places: empty.places.clone(), feeds: empty.feeds.clone() });
    }
    let rows = part.rows() as u64;
    let account = RowAccount { rows_in: rows, rows_out: rows, ..RowAccount::default() };
    Ok(Normalised { systems, quarantine: Arc::clone(&night.quarantine), blunt: night.blunt.clone(), account })
}

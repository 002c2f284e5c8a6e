//! A night that does not fit in memory, run part by part.
//!
//! The stages are those of any night: each part is a night of its own to them, for no record of it can meet one of another
//! part. What only the whole night shows is collected part by part and judged at the end. The outputs are the same
//! bytes as those of a night in memory, whatever the number of parts.
//!
//! `arrive` (type, spill, keys) -> `deal` (connect, cut, lay together) -> the stages, part by part -> `wait` (tables on
//! disk) -> `gather` (merge, write)

pub mod keys;
pub mod memory;
mod arrive;
mod deal;
mod wait;
mod gather;

use std::path::Path;
use std::sync::Arc;

use crate::domain::finding_kind::FindingKind;
use crate::engine::accounting::RowAccount;
use crate::engine::frame::FrameBuilder;
use crate::engine::publish::Publication;
use crate::engine::spill::Spill;
use crate::progress::{Progress, Silent};
use crate::report::night::NightCounts;
use crate::report::workbook;
use crate::run::{self, Desk, RunError, Told};
use crate::stages::judge::crowds::Share;
use crate::stages::judge::{self, Collected, Finding};
use crate::stages::load::Loaded;
use crate::stages::normalise::{NormaliseError, Normalised, SystemRecords};
use crate::stages::write::{self, About, Night};
use arrive::Arrived;
use deal::Part;
use gather::Gathering;
use memory::{Ask, Memory};
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
    let plan = desk.plan;
    let mut arrived = arrive::arrive(plan, loaded, desk.history, folder, progress)?;
    let _ = arrived.night.account.check("normalise")?;
    progress.begin("divide the night", 1);
    let components = deal::connect(arrived.rows, arrived.keys.take())?;
    let wanted = memory.parts(ask, arrived.rows, arrived.bytes);
    let dealt = deal::deal(&arrived, components, wanted, folder)?;
    let Arrived { night, dense, rows, .. } = arrived;
    let rows_out = dealt.parts.iter().map(|part| part.rows() as u64).sum();
    let _ = RowAccount { rows_in: u64::from(rows), rows_out, ..RowAccount::default() }.check("divide")?;
    memory.divided(dealt.parts.iter().map(Part::rows));

    let mut waiting = Waiting::begin(folder, dealt.parts.len() + 1)?;
    let mut collected = Collected::default();
    let (mut counts, mut perhaps_bulk) = (None::<NightCounts>, 0);
    progress.begin("judge, part by part", dealt.parts.len() as u64);
    for part in &dealt.parts {
        let records = gathered(desk, &night, part, &dealt.spill)?;
        let (mut judged, of_part) = run::judged(desk, records, Share::Part(&dense), &Silent)?;
        judge::put_in_order(&mut judged.findings);
        collected.add(of_part);
        perhaps_bulk += judged.findings.iter().filter(|finding| is_bulk(finding)).count();
        let own = NightCounts::of(plan, &judged, |finding| !is_bulk(finding));
        counts = Some(match counts.take() {
            None => own,
            Some(mut counts) => {
                counts.add(own);
                counts
            }
        });
        let of_part = Night::new(plan, desk.reference, &judged);
        waiting.take(&write::tables_about(&of_part, About::Records)?)?;
        progress.advance(1);
    }
    drop(dealt);

    // What is said of the night as a whole is said of a last part, which has no records.
    let (judged, of_part) = run::judged(desk, night, Share::Part(&dense), &Silent)?;
    collected.add(of_part);
    let bulk = collected.crowds.ends.in_bulk(&plan.thresholds);
    let closing = judge::conclude(plan, desk.reference, desk.history, judged, &collected);
    let mut own = NightCounts::of(plan, &closing, |_| true);
    if let Some(finding) = judge::findings::of_bulk(plan, desk.reference).filter(|_| bulk.count() > 0) {
        own.tell(&finding, bulk.count());
    }
    if let Some(counts) = counts {
        own.add(counts);
    }
    let last = Night::new(plan, desk.reference, &closing);
    let about_records = write::tables_about(&last, About::Records)?;
    let about_night = write::tables_about(&last, About::Night)?;
    waiting.take(&about_records)?;
    progress.begin("write the tables and the workbook", (about_records.len() + about_night.len() + 1) as u64);
    let gathering = Gathering { desk, waiting, bulk: &bulk, perhaps_bulk };
    let mut shown = gathering.write(&about_records, publication, || progress.advance(1))?;
    for table in &about_night {
        publication.stage_table(table, &desk.clock, &desk.name.metadata(table.schema.name))?;
        shown.list.push(table.whole()?);
        progress.advance(1);
    }
    let place = publication.file_path("report", "mismatches.xlsx")?;
    let book = workbook::write(&place, &shown, &desk.cover, plan.sheet_rows)?;
    publication.stage_file("report", "mismatches.xlsx", book.rows)?;
    drop((about_records, about_night));
    drop(last);
    Ok(Told { systems: closing.linked.systems, figures: closing.figures, counts: own })
}

fn is_bulk(finding: &Finding) -> bool {
    finding.kind == FindingKind::ClosedInBulk
}

/// The records of a part, as if they were all of a night.
fn gathered(desk: &Desk<'_>, night: &Normalised, part: &Part, spill: &Spill) -> Result<Normalised, RunError> {
    let mut systems = Vec::with_capacity(part.systems.len());
    for ((empty, own), plan) in night.systems.iter().zip(&part.systems).zip(&desk.plan.systems) {
        let mut builder = FrameBuilder::new(&empty.frame, own.rows);
        for slot in &own.slots {
            builder.push(&spill.read_rows(*slot)?);
        }
        let frame =
            builder.finish().map_err(|source| NormaliseError::Frame { system: plan.name.clone(), source })?;
        systems.push(SystemRecords { frame, places: empty.places.clone(), feeds: empty.feeds.clone() });
    }
    let rows = part.rows() as u64;
    let account = RowAccount { rows_in: rows, rows_out: rows, ..RowAccount::default() };
    Ok(Normalised { systems, quarantine: Arc::clone(&night.quarantine), account })
}

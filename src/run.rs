//! One night: from a pipeline file to published tables, stage by stage.

use std::path::PathBuf;

use chrono::NaiveDateTime;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::config::mistakes::Mistakes;
use crate::config::pipeline::{self, Overrides};
use crate::config::plan::{Identifiers, RunPlan};
use crate::domain::finding_kind::Severity;
use crate::engine::accounting::RowsLost;
use crate::engine::digest::hex;
use crate::engine::id;
use crate::engine::linkage::error::LinkageError;
use crate::engine::parquet_file::{Clock, WriteError};
use crate::engine::publish::{FeedEntry, Publication, PublishError, RunName};
use crate::engine::spill::SpillError;
use crate::engine::table::{Misfit, TableSource};
use crate::exit_code::ExitCode;
use crate::history::{self, History};
use crate::parts;
use crate::parts::memory::{Ask, Choice, Memory};
use crate::progress::Progress;
use crate::reference::{Reference, ReferenceError};
use crate::report::night::{NightCounts, NightReport};
use crate::report::workbook::{self, Cover, Lang, WorkbookError};
use crate::stages::dedupe::DedupeError;
use crate::stages::judge::crowds::Share;
use crate::stages::judge::figures::FigureRow;
use crate::stages::judge::{Collected, Judged};
use crate::stages::load::{self, LoadError, Loaded};
use crate::stages::normalise::{NormaliseError, Normalised, SystemRecords};
use crate::stages::write::Night;
use crate::stages::{compare, dedupe, judge, link, normalise, write};

/// What a run was asked for.
#[derive(Debug, Clone)]
pub struct RunRequest {
    pub pipeline: PathBuf,
    pub input: Option<PathBuf>,
    pub out: PathBuf,
    pub as_of: Option<NaiveDateTime>,
    pub replace: bool,
    pub lang: Lang,
    pub memory: Ask,
    /// Where rows wait that do not fit in memory; beside the outputs when left out.
    pub temp: Option<PathBuf>,
}

#[derive(Debug, Error)]
pub enum RunError {
    #[error(transparent)]
    Pipeline(#[from] Mistakes),
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Inputs(Vec<LoadError>),
    #[error(transparent)]
    Normalise(#[from] NormaliseError),
    #[error(transparent)]
    Dedupe(#[from] DedupeError),
    #[error("link by score: {0}")]
    Linkage(#[from] LinkageError),
    #[error(transparent)]
    RowsLost(#[from] RowsLost),
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    #[error(transparent)]
    Table(#[from] Misfit),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Spill(#[from] SpillError),
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
}

impl RunError {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Pipeline(_)
            | Self::Inputs(_)
            | Self::Linkage(_)
            | Self::Reference(ReferenceError::Io { .. } | ReferenceError::Table { .. })
            | Self::Spill(SpillError::Folder { .. })
            | Self::Write(WriteError::Spill(SpillError::Folder { .. }))
            | Self::Publish(PublishError::OtherRun { .. } | PublishError::Busy { .. }) => ExitCode::Usage,
            Self::Normalise(_)
            | Self::Dedupe(_)
            | Self::RowsLost(_)
            | Self::Reference(ReferenceError::Shipped(_))
            | Self::Table(_)
            | Self::Publish(_)
            | Self::Write(_)
            | Self::Spill(_)
            | Self::Workbook(_) => ExitCode::Failure,
        }
    }
}

/// What a night is run with, in memory or in parts.
pub struct Desk<'r> {
    pub plan: &'r RunPlan,
    pub reference: &'r Reference,
    pub history: &'r History,
    pub name: &'r RunName,
    pub cover: Cover,
    pub clock: Clock,
}

/// What is told of a night once its outputs are staged.
pub struct Told {
    /// Only their files are told of.
    pub systems: Vec<SystemRecords>,
    pub figures: Vec<FigureRow>,
    pub counts: NightCounts,
}

/// Runs one night. A pure function of pipeline, inputs and as-of time, but for where it writes.
///
/// # Errors
/// When the pipeline or an input does not fit, or the disk refuses; nothing is then published.
pub fn run(request: &RunRequest, progress: &dyn Progress) -> Result<(NightReport, ExitCode), RunError> {
    let overrides =
        Overrides { as_of: request.as_of, input_dir: request.input.clone(), ..Overrides::default() };
    let plan = pipeline::load(&request.pipeline, &overrides)?;
    progress.begin("open and hash the exports", 1);
    let memory = plan.systems.iter().map(|system| system.expect.history).max().unwrap_or(0).max(1);
    let history = history::read(&request.out, &plan.name, plan.as_of.date(), memory)?;
    let loaded = load::load(&plan, &history).map_err(RunError::Inputs)?;
    let reference = Reference::read(&plan)?;
    let run_id = run_id(&plan, &loaded, &reference, &history, request.lang);
    let name = RunName::new(&run_id, plan.as_of, &plan.name, &plan.pipeline_sha256);
    let mut publication = Publication::begin(&request.out, &name.run_date, &run_id, request.replace)?;

    let desk = Desk {
        plan: &plan,
        reference: &reference,
        history: &history,
        name: &name,
        cover: cover(&plan, &run_id, request.lang),
        clock: Clock { zone: plan.zone.clone(), utc_offset_ms: plan.utc_offset.num_milliseconds() },
    };
    let mut memory = Memory::of(&plan, &loaded, request.memory);
    let told = match memory.choice {
        Choice::InMemory => whole(&desk, loaded, &mut publication, progress)?,
        Choice::InParts => {
            let folder = temporary(request, &publication)?;
            let how = (folder.as_path(), request.memory, &mut memory);
            parts::run(&desk, loaded, how, &mut publication, progress)?
        }
    };
    let manifest = publication.commit(name.clone().manifest(feed_entries(&plan, &told.systems)))?;
    let exit = exit_code(&plan, &told.systems, told.counts.worst());
    Ok((NightReport::new(&plan, told, memory, &run_id, &request.out, &manifest), exit))
}

/// Runs a night in memory and stages its outputs.
fn whole(
    desk: &Desk<'_>,
    loaded: Loaded,
    publication: &mut Publication,
    progress: &dyn Progress,
) -> Result<Told, RunError> {
    let plan = desk.plan;
    let normalised = normalise::normalise(plan, loaded, desk.history, progress)?;
    let _ = normalised.account.check("normalise")?;
    let (judged, collected) = judged(desk, normalised, Share::Whole, progress)?;
    let judged = judge::conclude(plan, desk.reference, desk.history, judged, &collected);

    progress.begin("write the tables and the workbook", write::table_names().len() as u64 + 1);
    let night = Night::new(plan, desk.reference, &judged);
    let tables = write::tables(&night)?;
    let shown = write::shown(&night, &tables, plan.sheet_rows)?;
    let place = publication.file_path("report", "mismatches.xlsx")?;
    let (book, staged) = rayon::join(
        || workbook::write(&place, &shown, &desk.cover, plan.sheet_rows),
        || {
            let write = |table: &TableSource<'_>| {
                let metadata = desk.name.metadata(table.schema.name);
                let staged = publication.write_table(table, &desk.clock, &metadata);
                progress.advance(1);
                staged
            };
            tables.par_iter().map(write).collect::<Vec<_>>()
        },
    );
    for staged in staged {
        publication.take_in(staged?);
    }
    publication.stage_file("report", "mismatches.xlsx", book?.rows)?;
    progress.advance(1);
    let counts = NightCounts::of(plan, &judged, |_| true);
    drop(tables);
    drop(night);
    Ok(Told { systems: judged.linked.systems, figures: judged.figures, counts })
}

/// The stages between reading and writing, of all records of a night or of a part.
///
/// # Errors
/// When a stage fails, or loses a row.
pub fn judged(
    desk: &Desk<'_>,
    normalised: Normalised,
    share: Share<'_>,
    progress: &dyn Progress,
) -> Result<(Judged, Collected), RunError> {
    progress.begin("find duplicates", 1);
    let deduped = dedupe::dedupe(desk.plan, normalised)?;
    let _ = deduped.account.check("dedupe")?;
    progress.begin("link", 1);
    let linked = link::link(desk.plan, deduped)?;
    let _ = linked.account.check("link")?;
    progress.begin("compare", 1);
    let compared = compare::compare(desk.plan, desk.reference, linked);
    progress.begin("judge", 1);
    Ok(judge::share(desk.plan, desk.reference, compared, share))
}

/// Where rows wait. Not in the system's folder for temporary files: that lies in memory on many a system.
fn temporary(request: &RunRequest, publication: &Publication) -> Result<PathBuf, SpillError> {
    let Some(folder) = &request.temp else { return Ok(publication.temporary().to_owned()) };
    std::fs::create_dir_all(folder)
        .map_err(|source| SpillError::Folder { folder: folder.display().to_string(), source })?;
    Ok(folder.clone())
}

fn cover(plan: &RunPlan, run_id: &str, lang: Lang) -> Cover {
    Cover {
        title: plan.title.clone(),
        run_id: run_id.to_owned(),
        as_of: plan.as_of,
        period: plan.period,
        pipeline: file_name(plan),
        pipeline_sha256: plan.pipeline_sha256.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        lang,
    }
}

/// The same pipeline, key, inputs, reference tables, earlier runs, as-of time, language and version make the same run.
fn run_id(plan: &RunPlan, loaded: &Loaded, reference: &Reference, history: &History, lang: Lang) -> String {
    let as_of = plan.as_of.to_string();
    let lang = format!("{lang:?}");
    let key = match &plan.privacy.identifiers {
        Identifiers::Token(key) => hex(&Sha256::digest(key)),
        Identifiers::Masked | Identifiers::Plain => String::new(),
    };
    let mut parts =
        vec!["run", env!("CARGO_PKG_VERSION"), plan.pipeline_sha256.as_str(), as_of.as_str(), &lang, &key];
    let past = history.digest();
    parts.extend(past.as_deref());
    let controls: Vec<String> = loaded
        .systems
        .iter()
        .flat_map(|system| &system.feeds)
        .flat_map(|feed| [feed.control.as_ref().map(|control| format!("{control:?}")), written(feed)])
        .flatten()
        .collect();
    parts.extend(controls.iter().map(String::as_str));
    parts.extend(reference.digests.iter().map(String::as_str));
    let scored = [plan.scored.as_ref(), plan.duplicates.by_score.as_ref()];
    parts.extend(scored.into_iter().flatten().map(|scored| scored.digest.as_str()));
    for feed in loaded.systems.iter().flat_map(|system| &system.feeds) {
        parts.extend([feed.file.as_str(), feed.sha256.as_str()]);
    }
    id::of(&parts).to_string()
}

/// When a file was written is asked only where nothing else says when it was made.
fn written(feed: &load::Feed) -> Option<String> {
    feed.written.map(|at| at.to_string())
}

fn exit_code(plan: &RunPlan, systems: &[SystemRecords], worst: Option<Severity>) -> ExitCode {
    if systems.iter().any(|system| !system.is_healthy()) {
        ExitCode::Partial
    } else if plan.fail_at.is_some_and(|threshold| worst.is_some_and(|worst| worst >= threshold)) {
        ExitCode::Findings
    } else {
        ExitCode::Clean
    }
}

fn feed_entries(plan: &RunPlan, systems: &[SystemRecords]) -> Vec<FeedEntry> {
    let mut feeds = Vec::new();
    for (system, records) in plan.systems.iter().zip(systems) {
        feeds.extend(records.feeds.iter().map(|feed| FeedEntry {
            system: system.name.clone(),
            file: feed.file.clone(),
            bytes: feed.bytes,
            sha256: feed.sha256.clone(),
            rows: feed.rows,
            notes: feed.notes,
            health: feed.health.code().to_owned(),
        }));
    }
    feeds
}

fn file_name(plan: &RunPlan) -> String {
    plan.pipeline_file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

//! A run over tables that hold no dossiers: read, link, publish. docs/tables.md says how to write such a pipeline.
//!
//! It takes loading from the stages of dossiers and linking from the engine; it knows no field by name.

pub mod number;
pub mod value;
pub mod read;
pub mod judge;
pub mod write;
pub mod explain;
pub mod words;
pub mod learnt;
pub mod report;

use std::path::Path;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::config::mistakes::{Mistake, Mistakes};
use crate::config::pipeline::Overrides;
use crate::config::tables::{self, FailAt, TablesPlan};
use crate::engine::accounting::RowsLost;
use crate::engine::digest::hex;
use crate::engine::id;
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::model::Model;
use crate::engine::parquet_file::Clock;
use crate::engine::publish::{FeedEntry, Publication, PublishError, RunName};
use crate::engine::table::Misfit;
use crate::engine::whole_file;
use crate::exit_code::ExitCode;
use crate::progress::Progress;
use crate::run::RunRequest;
use crate::stages::load;
use judge::{JudgeError, Linked, Ready};
use learnt::{BlockingReport, TrainReport};
use read::{Read, ReadError};
use report::TablesReport;
use write::{Night, OF_LINKED, OF_READ};

#[derive(Debug, Error)]
pub enum TablesError {
    #[error(transparent)]
    Pipeline(#[from] Mistakes),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Judge(#[from] JudgeError),
    #[error("{0}")]
    Record(String),
    #[error(transparent)]
    RowsLost(#[from] RowsLost),
    #[error(transparent)]
    Table(#[from] Misfit),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error("write {path}: {source}")]
    Write { path: String, source: std::io::Error },
}

impl TablesError {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Pipeline(_)
            | Self::Read(ReadError::Inputs(_))
            | Self::Judge(JudgeError::Model { .. } | JudgeError::Linkage(LinkageError::ModelMisfit(_)))
            | Self::Record(_)
            | Self::Publish(PublishError::OtherRun { .. } | PublishError::Busy { .. }) => ExitCode::Usage,
            Self::Read(ReadError::Frame { .. })
            | Self::Judge(JudgeError::Linkage(_))
            | Self::RowsLost(_)
            | Self::Table(_)
            | Self::Publish(_)
            | Self::Write { .. } => ExitCode::Failure,
        }
    }
}

/// The names of the tables.
pub fn table_names() -> Vec<&'static str> {
    OF_READ.iter().map(|(name, _)| *name).chain(OF_LINKED.iter().map(|(name, _)| *name)).collect()
}

/// Links the tables of a pipeline and publishes what was found. A pure function of pipeline, model, inputs and
/// as-of time, but for where it writes.
///
/// # Errors
/// When the pipeline or an input does not fit, or the disk refuses; nothing is then published.
pub fn run(request: &RunRequest, progress: &dyn Progress) -> Result<(TablesReport, ExitCode), TablesError> {
    let overrides =
        Overrides { as_of: request.as_of, input_dir: request.input.clone(), ..Overrides::default() };
    let plan = tables::load(&request.pipeline, &overrides)?;
    let models = given_models(&plan)?;
    let mut read = read::read(&plan, progress)?;
    let _ = read.account.check("read")?;
    let run_id = run_id(&plan, &read, models.as_deref());
    let run_name = RunName::new(&run_id, plan.as_of, &plan.name, &plan.pipeline_sha256);
    let mut publication = Publication::begin(&request.out, &run_name.run_date, &run_id, request.replace)?;

    let clock = Clock { zone: plan.zone.clone(), utc_offset_ms: plan.utc_offset.num_milliseconds() };
    // Written before linking: most columns then go to the engine, and are never held twice.
    progress.begin("write what was read", OF_READ.len() as u64);
    for (name, build) in OF_READ {
        publication.stage_table(&build(&plan, &read)?, &clock, &run_name.metadata(name))?;
        progress.advance(1);
    }
    let (ready, linked) = link(&plan, &mut read, models, progress)?;
    let linked = linked.without_unlinked();
    let night = Night::new(&plan, &read, &ready, &linked);
    progress.begin("write what was found", OF_LINKED.len() as u64);
    for (name, build) in OF_LINKED {
        publication.stage_table(&build(&night)?, &clock, &run_name.metadata(name))?;
        progress.advance(1);
    }
    let manifest = publication.commit(run_name.manifest(feed_entries(&read)))?;
    let report = TablesReport::new(&night, &run_id, &request.out, &manifest);
    let exit = exit_code(&plan, &report);
    Ok((report, exit))
}

fn link<'p>(
    plan: &'p TablesPlan,
    read: &mut Read,
    models: Option<Vec<Model>>,
    progress: &dyn Progress,
) -> Result<(Ready<'p>, Linked), TablesError> {
    progress.begin("block", 1);
    let mut ready = judge::prepare(&mut read.tables, &plan.link)?;
    let given = models.is_some();
    let models = match models {
        Some(models) => models,
        None => {
            progress.begin("train", 1);
            ready.train()
        }
    };
    progress.begin("score and decide", 1);
    let linked = ready.judge(models, given, &read.tables)?;
    Ok((ready, linked))
}

fn given_models(plan: &TablesPlan) -> Result<Option<Vec<Model>>, JudgeError> {
    plan.link.model.as_ref().map(|path| judge::read_models(path, plan)).transpose()
}

/// Learns models from the tables of a pipeline and writes them to a file.
///
/// # Errors
/// When the pipeline or an input does not fit, or the file cannot be written.
pub fn train(
    pipeline: &Path,
    overrides: &Overrides,
    file: &Path,
    progress: &dyn Progress,
) -> Result<TrainReport, TablesError> {
    let plan = tables::load(pipeline, overrides)?;
    let mut read = read::read(&plan, progress)?;
    let _ = read.account.check("read")?;
    let mut ready = judge::prepare(&mut read.tables, &plan.link)?;
    progress.begin("train", 1);
    let models = ready.train();
    let text = judge::models_to_toml(&models, &ready.pairs(), &plan)?;
    whole_file::write(file, &text)
        .map_err(|source| TablesError::Write { path: file.display().to_string(), source })?;
    Ok(TrainReport::new(&plan, &ready.pairs(), &models, file))
}

/// Takes the weight of one pair apart, as the run would judge it.
///
/// # Errors
/// When the pipeline or an input does not fit, or there is no such record.
pub fn explain(
    pipeline: &Path,
    overrides: &Overrides,
    names: (&str, &str),
    progress: &dyn Progress,
) -> Result<crate::report::waterfall::Explanation, TablesError> {
    let plan = tables::load(pipeline, overrides)?;
    let models = given_models(&plan)?;
    let mut read = read::read(&plan, progress)?;
    let pair = explain::find(&read, names).map_err(TablesError::Record)?;
    let (ready, linked) = link(&plan, &mut read, models, progress)?;
    Ok(explain::explain(&plan, &read, &ready, &linked, pair)?)
}

/// What was found in order.
#[derive(Debug)]
pub struct Checked {
    pub plan: TablesPlan,
    /// What is not there yet and could not be checked.
    pub absent: Vec<String>,
}

/// Checks a pipeline of tables and, where its exports are there, that every mapped column is in them.
///
/// # Errors
/// Every mistake at once, in the order of lines.
pub fn check(pipeline: &Path, overrides: &Overrides) -> Result<Checked, Mistakes> {
    let (plan, mut mistakes) = tables::load_what_can_be(pipeline, overrides);
    let Some(plan) = plan else { return Err(mistakes) };
    let (errors, mut absent) = load::check_headers(&read::exports(&plan));
    mistakes.list.extend(errors.into_iter().map(crate::check::mistake));
    match &plan.link.model {
        Some(path) if !path.exists() => {
            absent.push(format!("{}: not there; `doisoat train` writes it", path.display()));
        }
        Some(path) => {
            if let Err(error) = judge::read_models(path, &plan) {
                mistakes.list.push(Mistake { line: plan.link.line(), text: error.to_string(), hint: None });
            }
        }
        None => {}
    }
    mistakes.list.sort();
    if mistakes.list.is_empty() { Ok(Checked { plan, absent }) } else { Err(mistakes) }
}

/// Reads the exports and counts what each blocking rule gives, before anything is scored.
///
/// # Errors
/// When an input does not fit.
pub fn blocking(plan: &TablesPlan, progress: &dyn Progress) -> Result<BlockingReport, TablesError> {
    let mut read = read::read(plan, progress)?;
    let ready = judge::prepare(&mut read.tables, &plan.link)?;
    Ok(BlockingReport::new(plan, &ready.blocking()))
}

fn exit_code(plan: &TablesPlan, report: &TablesReport) -> ExitCode {
    let ambiguous = report.pairs.iter().any(|pair| pair.ambiguous > 0);
    let unlinked = report.tables.iter().any(|table| table.unlinked > 0);
    let fails = match plan.fail_at {
        FailAt::Never => false,
        FailAt::Ambiguous => ambiguous,
        FailAt::Unlinked => ambiguous || unlinked,
    };
    if fails { ExitCode::Findings } else { ExitCode::Clean }
}

/// The same pipeline, model, inputs, as-of time and version make the same run.
fn run_id(plan: &TablesPlan, read: &Read, models: Option<&[Model]>) -> String {
    let as_of = plan.as_of.to_string();
    let models: Vec<String> = models.unwrap_or_default().iter().map(Model::to_toml).collect();
    let model = hex(&Sha256::digest(models.concat()));
    let mut parts =
        vec!["tables", env!("CARGO_PKG_VERSION"), plan.pipeline_sha256.as_str(), as_of.as_str(), &model];
    parts.extend(plan.link.outside.digest.as_deref());
    for (table, feed) in read.tables.iter().flat_map(|table| table.feeds.iter().map(move |f| (table, f))) {
        parts.extend([table.name.as_str(), feed.file.as_str(), feed.sha256.as_str()]);
    }
    id::of(&parts).to_string()
}

fn feed_entries(read: &Read) -> Vec<FeedEntry> {
    let feeds = read.tables.iter().flat_map(|table| {
        table.feeds.iter().map(|feed| FeedEntry {
            system: table.name.clone(),
            file: feed.file.clone(),
            bytes: feed.bytes,
            sha256: feed.sha256.clone(),
            rows: feed.rows,
            notes: 0,
            health: feed.health.code().to_owned(),
        })
    });
    feeds.collect()
}

/// Where a report says that files lie.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

//! `doisoat train` and `doisoat explain`: what the scored rung of a pipeline learns, and what it says of one
//! pair of records.
//!
//! Nothing is published here.

mod double_entry;

use std::fmt;
use std::path::PathBuf;

use chrono::NaiveDateTime;
use thiserror::Error;

use crate::comparators;
use crate::config::pipeline::{self, Overrides};
use crate::config::plan::RunPlan;
use crate::config::scored::ScoredPlan;
use crate::domain::date::Grain;
use crate::domain::dossier::FieldName;
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::explain::Bar;
use crate::engine::linkage::model::Model;
use crate::engine::linkage::settings::{Settings, Threshold};
use crate::engine::linkage::verdict::Verdict;
use crate::exit_code::ExitCode;
use crate::history::History;
use crate::progress::Silent;
use crate::report::waterfall::{Explanation, FieldBar, LinkedBefore, RecordName, RunnerUp};
use crate::run::RunError;
use crate::stages::dedupe::by_score::Doubles;
use crate::stages::dedupe::{self, Deduped};
use crate::stages::link::cases::groups;
use crate::stages::link::climb::left_to_score;
use crate::stages::link::scored::{Bounds, Pairing, settle_copies, value};
use crate::stages::normalise::column::shown;
use crate::stages::records::Records;
use crate::stages::{load, normalise};
use crate::tables::learnt::{BlockingLine, BlockingReport};

/// As how many matches the shipped model counts beside those of the night.
const SHIPPED_COUNTS: f64 = 100.0;
/// "Else" must speak against a pair by so many bits, or the model learnt nothing of the field.
const ELSE_SPEAKS_AGAINST: f64 = -1.0;
/// A last level that hardly any random pair reaches says nothing: two records of one month lie within a month.
const SELDOM: f64 = 0.01;

/// A model by which a smaller share of the records has a counterpart has mistaken something else for a match.
const FEW_MATCHED: f64 = 0.05;

#[derive(Debug, Error)]
pub enum ScoringError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Linkage(#[from] LinkageError),
    #[error("the ladder of this pipeline has no scored rung\n  add [[ladder]] rung = \"scored\"")]
    NoScoredRung,
    #[error("no other system has a field in common with the hub that the settings compare")]
    NothingInCommon,
    #[error("settings of one's own need one system that has all they compare; {system} lacks {fields}")]
    Lacking { system: String, fields: String },
    #[error("no record {0}\n  write it as system:code, with the code as the system writes it")]
    NoRecord(String),
    #[error("{0} stands for several records\n  write it as system:code")]
    Several(String),
    #[error("neither record is the hub's\n  the scored rung links the hub with others")]
    NotWithHub,
    #[error(
        "both are of one system, where nothing is searched by score\n  add by_score = true to [duplicates]"
    )]
    NotByScore,
    #[error("both are one record")]
    OneRecord,
}

/// What was learnt, and from what.
#[derive(Debug)]
pub struct Trained {
    pub model: Model,
    /// The system that was held against the hub.
    pub system: String,
    /// Records of the hub and of the other.
    pub rows: [usize; 2],
    /// Comparisons that the night's data could not teach: they stay as the shipped model has them.
    pub kept: Vec<String>,
    /// Comparisons whose last level hardly speaks against a pair.
    pub doubtful: Vec<String>,
}

impl fmt::Display for Trained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, system, rows: [hub, other], kept, doubtful } = self;
        writeln!(f, "learnt from {hub} records of the hub and {other} of {system}")?;
        let state =
            if model.converged { "converged" } else { "did not converge, no run will take this model:" };
        writeln!(f, "{state} in {} rounds; {} pairs looked at", model.rounds, model.trained_on_pairs)?;
        let one_in = 1.0 / model.prior.max(f64::MIN_POSITIVE);
        writeln!(
            f,
            "of all pairs there are, one in {one_in:.0} is a match: {:.0} of them",
            model.prior * model.pairs
        )?;
        if (model.prior * model.pairs) < FEW_MATCHED * (*hub).min(*other) as f64 {
            writeln!(f, "doubtful, hardly any record would have a counterpart")?;
        }
        if !kept.is_empty() {
            writeln!(f, "not in these exports, as shipped: {}", kept.join(", "))?;
        }
        if !doubtful.is_empty() {
            writeln!(
                f,
                "doubtful, two different values hardly speak against a pair: {}",
                doubtful.join(", ")
            )?;
        }
        Ok(())
    }
}

impl ScoringError {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Run(error) => error.exit_code(),
            _ => ExitCode::Usage,
        }
    }
}

/// Which night to look at.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub pipeline: PathBuf,
    pub input: Option<PathBuf>,
    pub as_of: Option<NaiveDateTime>,
    /// Without an as-of time anywhere the newest files are taken.
    pub without_as_of: bool,
}

/// Learns the model of the scored rung from the night's exports: the hub against the system that shares most
/// of what is compared.
///
/// # Errors
/// When the pipeline or an export does not fit, or there is nothing to learn from.
pub fn train(asked: &Asked) -> Result<Trained, ScoringError> {
    let (plan, deduped) = night(asked, true)?;
    let scored = plan.scored.as_ref().ok_or(ScoringError::NoScoredRung)?;
    let records: Vec<Records<'_>> = deduped.systems.iter().map(Records::of).collect();
    let hub = &plan.systems[RunPlan::HUB];
    let common = |spoke: &usize| {
        scored.between(hub, &plan.systems[*spoke]).map(|settings| (settings.comparison.len(), *spoke))
    };
    // Of several that share as much, the first.
    let best =
        (1..plan.systems.len()).rev().filter_map(|spoke| common(&spoke)).max_by_key(|(shared, _)| *shared);
    let (_, spoke) = best.ok_or(ScoringError::NothingInCommon)?;
    let rows = active(&deduped, spoke);
    let counts = [rows[0].len(), rows[1].len()];
    let mut pairing =
        Pairing::new(&plan, scored, &records, spoke, rows).ok_or(ScoringError::NothingInCommon)?;
    let shipped = scored.model.clone();
    let settings = pairing.settings.clone();
    let mut prepared = pairing.prepare()?;
    let system = plan.systems[spoke].name.clone();
    let (model, kept) = match shipped {
        Some(shipped) => {
            let known =
                comparators::restrict_model(&shipped, &settings).ok_or(ScoringError::NothingInCommon)?;
            let learnt = prepared.train_from(&known, SHIPPED_COUNTS)?;
            let learnt = comparators::tempered(&learnt, |name| prepared.filled(name));
            (comparators::merge(&shipped, &learnt), missing(&scored.settings, &settings))
        }
        None => {
            let lacking = missing(&scored.settings, &settings);
            if !lacking.is_empty() {
                return Err(ScoringError::Lacking { system, fields: lacking.join(", ") });
            }
            let learnt = prepared.train();
            (comparators::tempered(&learnt, |name| prepared.filled(name)), Vec::new())
        }
    };
    let doubtful = model.comparison.iter().filter(|comparison| {
        let last = comparison.level.last().filter(|level| level.u > SELDOM);
        !kept.contains(&comparison.name) && last.is_some_and(|level| level.bits > ELSE_SPEAKS_AGAINST)
    });
    let doubtful = doubtful.map(|comparison| comparison.name.clone()).collect();
    Ok(Trained { model, system, rows: counts, kept, doubtful })
}

fn missing(all: &Settings, some: &Settings) -> Vec<String> {
    let has = |field: &String| some.comparison.iter().any(|own| own.field == *field);
    all.comparison.iter().map(|own| own.field.clone()).filter(|field| !has(field)).collect()
}

/// What the blocking rules of the scored rung give, before anything is scored: the hub against every system that
/// shares a field with it, among the records that the rungs before leave over; and each system against itself, where
/// double entries are looked for by score.
///
/// # Errors
/// When the pipeline or an export does not fit.
pub fn blocking(asked: &Asked) -> Result<BlockingReport, ScoringError> {
    let (plan, deduped) = night(asked, false)?;
    if plan.scored.is_none() && plan.duplicates.by_score.is_none() {
        return Err(ScoringError::NoScoredRung);
    }
    let records: Vec<Records<'_>> = deduped.systems.iter().map(Records::of).collect();
    let name = |system: usize| plan.systems[system].name.clone();
    let mut pairs = Vec::new();
    for (system, own) in records.iter().enumerate() {
        let alive = &deduped.active[system];
        let ready = Doubles::new(&plan, system, own, |row| alive[row as usize], &[]);
        if let Some((doubles, table)) = ready {
            let cost = doubles.prepare(table)?.cost();
            pairs.push(BlockingLine::new(name(system), name(system), &cost));
        }
    }
    for spoke in 1..plan.systems.len() {
        let Some(scored) = &plan.scored else { break };
        let (_, rows) = left_to_score(&plan, &deduped, &records, spoke);
        if let Some(mut pairing) = Pairing::new(&plan, scored, &records, spoke, rows) {
            pairs.push(BlockingLine::new(name(RunPlan::HUB), name(spoke), &pairing.prepare()?.cost()));
        }
    }
    Ok(BlockingReport { pairs })
}

/// Which rung linked two records, and what the scored rung says of them, among those that the rungs before it leave to
/// it; by the shipped model where the ladder has none. Of two records of one system, what the search for double entries
/// by score says.
///
/// # Errors
/// When the pipeline or an export does not fit, or a record is not there.
pub fn explain(asked: &Asked, left: &str, right: &str) -> Result<Explanation, ScoringError> {
    let (plan, deduped) = night(asked, false)?;
    let records: Vec<Records<'_>> = deduped.systems.iter().map(Records::of).collect();
    let ends = [find(&plan, &records, left)?, find(&plan, &records, right)?];
    if ends[0].0 == ends[1].0 {
        return double_entry::explain(&plan, &deduped, &records, ends[0].0, (ends[0].1, ends[1].1));
    }
    // A ladder without scores may be asked as well: what they would say is of use all the same.
    let shipped = ScoredPlan::shipped().map_err(|_| ScoringError::NoScoredRung)?;
    let scored = plan.scored.as_ref().unwrap_or(&shipped);
    let (hub, other) = match ends {
        [hub @ (RunPlan::HUB, _), other] if other.0 != RunPlan::HUB => (hub, other),
        [other, hub @ (RunPlan::HUB, _)] if other.0 != RunPlan::HUB => (hub, other),
        _ => return Err(ScoringError::NotWithHub),
    };
    let (links, mut rows) = left_to_score(&plan, &deduped, &records, other.0);
    // A record that another rung has linked, or that only repeats another, may be asked about all the same.
    for (rows, (_, row)) in rows.iter_mut().zip([hub, other]) {
        if let Err(at) = rows.binary_search(&row) {
            rows.insert(at, row);
        }
    }
    let at = |side: usize, row: u32| rows[side].binary_search(&row).unwrap_or_default() as u32;
    let (l, r) = (at(0, hub.1), at(1, other.1));
    let name_of = |system: usize, row: u32| record_name(&plan, &deduped, &records, system, row);
    let places = rows.clone();
    let mut pairing =
        Pairing::new(&plan, scored, &records, other.0, rows).ok_or(ScoringError::NothingInCommon)?;
    let model = scored.model_for(&pairing.settings).ok_or(ScoringError::NothingInCommon)?;
    let (threshold, margin) = (pairing.settings.threshold, pairing.settings.verdict.margin);
    let mut prepared = pairing.prepare()?;
    let mut outcome = prepared.judge(&model)?;
    let groups = groups(&records, &deduped.duplicates);
    let survivors = [RunPlan::HUB, other.0].map(|system| groups[system].as_slice());
    let bounds = Bounds { threshold: outcome.threshold, margin };
    settle_copies(&mut outcome.pairs, bounds, &places, survivors);
    let judged = outcome.pairs.iter().find(|pair| (pair.left, pair.right) == (l, r));
    let waterfall = prepared.explain(&model, l, r)?;
    let verdict = waterfall.verdict(judged).map(Verdict::name);
    let bars = waterfall.bars.into_iter().map(|bar| field_bar(bar, &records, hub, other)).collect();
    let runner_up = judged.and_then(|pair| pair.runner_up).map(|rival| RunnerUp {
        left: name_of(RunPlan::HUB, places[0][rival.left as usize]).name,
        right: name_of(other.0, places[1][rival.right as usize]).name,
        margin: rival.margin,
    });
    // Of copies one record is linked for all.
    let survivor = |(system, row): (usize, u32)| groups[system][row as usize];
    let (of_hub, of_other) = (survivor(hub), survivor(other));
    let of_these = links.iter().filter(|link| link.left == of_hub || link.right == of_other);
    let linked_before = of_these.map(|link| LinkedBefore {
        left: name_of(RunPlan::HUB, link.left).name,
        right: name_of(other.0, link.right).name,
        rung: plan.ladder[link.rung].code(),
        is_this_pair: (link.left, link.right) == (of_hub, of_other),
        ambiguous: link.ambiguous,
    });
    Ok(Explanation {
        linked_before: linked_before.collect(),
        scores_decide: plan.scored.is_some(),
        left: name_of(hub.0, hub.1),
        right: name_of(other.0, other.1),
        prior: outcome.prior,
        bars,
        bits: waterfall.bits,
        probability: judged.map_or(waterfall.probability, |pair| pair.probability),
        threshold: match threshold {
            Threshold::Probability(threshold) => threshold,
            Threshold::ExpectedF1 => outcome.threshold,
        },
        verdict,
        certain: judged.is_some_and(|pair| pair.certain),
        runner_up,
        objection: None,
        shipped_names: true,
    })
}

fn night(asked: &Asked, without_model: bool) -> Result<(RunPlan, Deduped), ScoringError> {
    let overrides = Overrides {
        as_of: asked.as_of,
        input_dir: asked.input.clone(),
        without_as_of: asked.without_as_of,
        without_model,
    };
    let plan = pipeline::load(&asked.pipeline, &overrides).map_err(RunError::from)?;
    let history = History::default();
    let loaded = load::load(&plan, &history).map_err(RunError::Inputs)?;
    let typed = normalise::normalise(&plan, loaded, &history, &Silent).map_err(RunError::from)?;
    let deduped = dedupe::dedupe(&plan, typed).map_err(RunError::from)?;
    Ok((plan, deduped))
}

/// The records of the hub and of another system that take part in linking.
fn active(deduped: &Deduped, spoke: usize) -> [Vec<u32>; 2] {
    [RunPlan::HUB, spoke].map(|system| {
        let alive = &deduped.active[system];
        (0..alive.len() as u32).filter(|row| alive[*row as usize]).collect()
    })
}

/// The record that a person means by `system:code` or by a code alone.
fn find(plan: &RunPlan, records: &[Records<'_>], asked: &str) -> Result<(usize, u32), ScoringError> {
    let (system, code) = match asked.split_once(':') {
        Some((name, code)) if plan.systems.iter().any(|system| system.name == name) => (Some(name), code),
        _ => (None, asked),
    };
    let mut found = None;
    for (at, records) in records.iter().enumerate() {
        if system.is_some_and(|name| plan.systems[at].name != name) {
            continue;
        }
        // Records of one code stand together; the first stands for them.
        if let Some(row) = (0..records.len()).find(|row| records.text(FieldName::Code, *row) == Some(code)) {
            if found.is_some() {
                return Err(ScoringError::Several(asked.to_owned()));
            }
            found = Some((at, row as u32));
        }
    }
    found.ok_or_else(|| ScoringError::NoRecord(asked.to_owned()))
}

fn record_name(
    plan: &RunPlan,
    deduped: &Deduped,
    records: &[Records<'_>],
    system: usize,
    row: u32,
) -> RecordName {
    let of = &deduped.systems[system];
    let int = |name: &str| {
        let column = crate::engine::frame::Ints::of(&of.frame, name).ok()?;
        column.get(row as usize)
    };
    let place = int("place").and_then(|at| of.places.get(at as usize));
    RecordName {
        name: format!(
            "{}:{}",
            plan.systems[system].name,
            records[system].text(FieldName::Code, row as usize).unwrap_or_default()
        ),
        file: place.map_or_else(String::new, |place| match &place.sheet {
            Some(sheet) => format!("{} [{sheet}]", place.file),
            None => place.file.clone(),
        }),
        row: int("row").unwrap_or_default() as u64,
    }
}

/// Personal numbers are masked: the drawing may end in a mail.
fn field_bar(bar: Bar, records: &[Records<'_>], hub: (usize, u32), other: (usize, u32)) -> FieldBar {
    let field = FieldName::from_name(&bar.name);
    let value_of = |(system, row): (usize, u32)| {
        let field = field?;
        Some(shown(field, &value(&records[system], field, row, Grain::Second)?).into_owned())
    };
    let (left, right) = (value_of(hub), value_of(other));
    let Bar { name, level, m, u, bits, from_frequency } = bar;
    FieldBar { name, left, right, level, m, u, bits, from_frequency }
}

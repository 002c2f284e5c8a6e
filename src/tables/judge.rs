//! The engine over the tables of a pipeline: one table, two, or every pair of three and more.
//!
//! It gives the engine columns of text and gets back pairs of rows. It must not look at a value.

use std::path::Path;

use polars::prelude::DataFrame;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

use super::read::TableRows;
use crate::comparators;
use crate::config::linkage::LinkPlan;
use crate::config::tables::TablesPlan;
use crate::engine::components::Components;
use crate::engine::frame::Texts;
use crate::engine::linkage::cost::Blocking;
use crate::engine::linkage::decide::{Judged, Outcome, Prepared};
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::evidence::Evidence;
use crate::engine::linkage::explain::Waterfall;
use crate::engine::linkage::model::Model;
use crate::engine::linkage::several::{Member, Several};
use crate::engine::linkage::table::{Column, Table};
use crate::engine::linkage::values::Values;
use crate::engine::linkage::verdict::Verdict;
use crate::engine::starts::Starts;

#[derive(Debug, Error)]
pub enum JudgeError {
    #[error(transparent)]
    Linkage(#[from] LinkageError),
    #[error("model {path}: {reason}")]
    Model { path: String, reason: String },
}

/// Tables made ready for the engine.
pub enum Ready<'s> {
    /// One table or two.
    Pair(Box<Prepared<'s>>, (usize, usize)),
    Several(Box<Several<'s>>),
}

/// Two tables, or one with itself, and what was judged of their pairs.
pub struct Part {
    /// Positions among the tables, equal for one table alone.
    pub tables: (usize, usize),
    pub model: Model,
    /// Its pairs stand in the order of rows.
    pub outcome: Outcome,
    /// Comparisons with their levels, as evidence numbers them.
    pub comparisons: Vec<(String, Vec<String>)>,
    pub blocking: Blocking,
}

/// What was found out about the tables.
pub struct Linked {
    pub parts: Vec<Part>,
    pub clusters: Clusters,
    /// The model came from a file.
    pub given_model: bool,
}

/// Records that are one thing, two and more of them, one cluster behind the other; each is sorted.
#[derive(Debug)]
pub struct Clusters {
    pub members: Vec<Member>,
    pub starts: Starts,
}

impl Clusters {
    fn of(clusters: &[impl AsRef<[Member]>]) -> Self {
        let starts = Starts::of(clusters.iter().map(|cluster| cluster.as_ref().len()));
        Self { members: clusters.iter().flat_map(AsRef::as_ref).copied().collect(), starts }
    }
}

impl Linked {
    /// Lets go of the pairs that are neither linked nor ambiguous.
    pub fn without_unlinked(mut self) -> Self {
        for part in &mut self.parts {
            part.outcome.pairs.retain(|pair| pair.verdict != Verdict::Unlinked);
            part.outcome.pairs.shrink_to_fit();
        }
        self
    }
}

/// Moves the fields that the settings need from the tables to the engine; [`Ready::values`] has them from then on.
///
/// # Errors
/// When settings and tables do not fit, which the pipeline's check tells before.
pub fn prepare<'s>(tables: &mut [TableRows], link: &'s LinkPlan) -> Result<Ready<'s>, JudgeError> {
    let (registry, settings) = (comparators::registry(), &link.settings);
    let own: Vec<Table> = tables.iter_mut().map(|table| of_engine(table, &settings.fields())).collect();
    let frequencies = link.outside.of(settings, &own);
    Ok(match own.len() {
        0..=2 => {
            let last = own.len().saturating_sub(1);
            Ready::Pair(
                Box::new(Prepared::with_frequencies(own, settings, &registry, &frequencies)?),
                (0, last),
            )
        }
        _ => Ready::Several(Box::new(Several::new(&own, settings, &registry, &frequencies)?)),
    })
}

fn of_engine(table: &mut TableRows, fields: &[String]) -> Table {
    let taken: Vec<(&String, DataFrame)> =
        fields.iter().filter_map(|field| Some((field, table.take(field)?))).collect();
    let column = |(field, taken): (&String, DataFrame)| {
        Texts::of(&taken, field).map_or_else(|_| Column::new(field), |texts| Column::of(field, texts.iter()))
    };
    let columns = taken.into_par_iter().map(column).collect();
    let ids = table.texts("record_id");
    let key = |row| xxh3_64(ids.and_then(|ids| ids.get(row)).unwrap_or_default().as_bytes());
    Table::new(columns, (0..table.len()).into_par_iter().map(key).collect())
}

impl<'s> Ready<'s> {
    /// The pairs of tables, in the order of models.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        match self {
            Self::Pair(_, tables) => vec![*tables],
            Self::Several(several) => several.pairs(),
        }
    }

    fn prepared(&self, tables: (usize, usize)) -> Option<&Prepared<'s>> {
        match self {
            Self::Pair(prepared, _) => Some(prepared),
            Self::Several(several) => several.pair(tables.0, tables.1),
        }
    }

    /// What the blocking rules give of every pair of tables, before anything is scored.
    pub fn blocking(&self) -> Vec<((usize, usize), Blocking)> {
        let of = |tables: (usize, usize)| Some((tables, self.prepared(tables)?.cost()));
        self.pairs().into_iter().filter_map(of).collect()
    }

    /// A model of every pair of tables, learnt from them. What training met seldom or never stays open.
    pub fn train(&mut self) -> Vec<Model> {
        let learnt = match self {
            Self::Pair(prepared, _) => vec![prepared.train()],
            Self::Several(several) => several.train(),
        };
        let open = |(model, tables): (Model, (usize, usize))| {
            let prepared = self.prepared(tables);
            comparators::tempered(&model, |name| prepared.map_or(0.0, |prepared| prepared.filled(name)))
        };
        learnt.into_iter().zip(self.pairs()).map(open).collect()
    }

    /// Judges every pair of tables by its model, and gathers the clusters.
    ///
    /// # Errors
    /// When a model does not fit the comparisons.
    pub fn judge(
        &mut self,
        models: Vec<Model>,
        given_model: bool,
        tables: &[TableRows],
    ) -> Result<Linked, JudgeError> {
        let (outcomes, clusters) = match self {
            Self::Pair(prepared, of) => match models.as_slice() {
                [model] => {
                    let outcome = prepared.judge(model)?;
                    let clusters = gathered(&outcome, *of, tables);
                    (vec![(*of, outcome)], clusters)
                }
                other => return Err(LinkageError::ModelsAndTables { models: other.len(), pairs: 1 }.into()),
            },
            Self::Several(several) => {
                let cases = several.judge(&models)?;
                (cases.outcomes, Clusters::of(&cases.cases))
            }
        };
        let mut parts = Vec::new();
        for ((tables, outcome), model) in outcomes.into_iter().zip(models) {
            let Some(prepared) = self.prepared(tables) else { continue };
            let (comparisons, blocking) = (prepared.comparisons(), prepared.cost());
            parts.push(Part { tables, model, outcome, comparisons, blocking });
        }
        Ok(Linked { parts, clusters, given_model })
    }

    /// The values of the pairs of a part, of the fields that the settings name.
    ///
    /// # Errors
    /// When there is no such part.
    pub fn values(&self, part: &Part) -> Result<Values<'_>, JudgeError> {
        Ok(self.of_part(part)?.values())
    }

    /// What each comparison says of pairs of a part.
    ///
    /// # Errors
    /// When the model does not fit.
    pub fn evidence(&self, part: &Part, pairs: &[Judged]) -> Result<Evidence, JudgeError> {
        Ok(self.of_part(part)?.evidence(&part.model, pairs)?)
    }

    /// The weight of one pair, taken apart.
    ///
    /// # Errors
    /// When a row does not exist, or the model does not fit.
    pub fn explain(&self, part: &Part, left: u32, right: u32) -> Result<Waterfall, JudgeError> {
        Ok(self.of_part(part)?.explain(&part.model, left, right)?)
    }

    fn of_part(&self, part: &Part) -> Result<&Prepared<'s>, JudgeError> {
        let found = LinkageError::Tables { found: part.tables.1, must: "a pair of the pipeline's tables" };
        Ok(self.prepared(part.tables).ok_or(found)?)
    }
}

/// Clusters of one table as the engine made them; of two, the records that links connect.
fn gathered(outcome: &Outcome, of: (usize, usize), tables: &[TableRows]) -> Clusters {
    if !outcome.clusters.is_empty() {
        let own = |cluster: &Vec<u32>| cluster.iter().map(|row| (of.0, *row)).collect::<Vec<Member>>();
        return Clusters::of(&outcome.clusters.iter().map(own).collect::<Vec<_>>());
    }
    let rows = |table: usize| tables.get(table).map_or(0, TableRows::len);
    let is_link = of.0 != of.1;
    let rights = if is_link { rows(of.1) } else { 0 };
    let linked = outcome.pairs.iter().filter(|pair| pair.verdict.is_linked());
    connected(linked.map(|pair| (pair.left, pair.right)), of, (rows(of.0), rights))
}

/// The records that links connect, of one table or of two. Links are sorted.
fn connected(
    links: impl Iterator<Item = (u32, u32)> + Clone,
    of: (usize, usize),
    (lefts, rights): (usize, usize),
) -> Clusters {
    if of.0 != of.1 && are_disjoint(links.clone(), rights) {
        let members: Vec<Member> = links.flat_map(|(left, right)| [(of.0, left), (of.1, right)]).collect();
        return Clusters { starts: Starts::of((0..members.len() / 2).map(|_| 2)), members };
    }
    components(links, of, (lefts, rights))
}

/// As [`connected`], however the links hang together.
fn components(
    links: impl Iterator<Item = (u32, u32)>,
    of: (usize, usize),
    (lefts, rights): (usize, usize),
) -> Clusters {
    let mut sets = Components::new(lefts + rights);
    let lefts = lefts as u32;
    let node = |right: u32| if of.0 != of.1 { lefts + right } else { right };
    let nodes: Vec<(u32, u32)> = links.map(|(left, right)| (left, node(right))).collect();
    nodes.iter().for_each(|(left, right)| sets.union(*left, *right));
    let mut members: Vec<(u32, u32)> =
        nodes.iter().flat_map(|(left, right)| [*left, *right]).map(|node| (sets.root(node), node)).collect();
    members.par_sort_unstable();
    members.dedup();
    let member = |node: u32| if node < lefts { (of.0, node) } else { (of.1, node - lefts) };
    let starts = Starts::of(members.chunk_by(|one, next| one.0 == next.0).map(<[_]>::len));
    Clusters { members: members.into_iter().map(|(_, node)| member(node)).collect(), starts }
}

/// Whether no record stands in two of these links, as nearly always where each has one partner.
fn are_disjoint(mut links: impl Iterator<Item = (u32, u32)>, rights: usize) -> bool {
    let (mut last, mut taken) = (None, vec![false; rights]);
    links.all(|(left, right)| {
        let is_new = last < Some(left) && !std::mem::replace(&mut taken[right as usize], true);
        last = Some(left);
        is_new
    })
}

/// A model file of three tables and more: one model per pair of tables.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelsFile {
    pair: Vec<PairModel>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PairModel {
    left: String,
    right: String,
    model: toml::Table,
}

/// The models as the text of one file.
///
/// # Errors
/// When a model cannot be written as TOML.
pub fn models_to_toml(
    models: &[Model],
    pairs: &[(usize, usize)],
    plan: &TablesPlan,
) -> Result<String, JudgeError> {
    if let [model] = models {
        return Ok(model.to_toml());
    }
    let failed = |reason: String| JudgeError::Model { path: "to write".to_owned(), reason };
    let mut pair = Vec::new();
    for (model, (left, right)) in models.iter().zip(pairs) {
        let name = |at: usize| plan.tables.get(at).map_or_else(String::new, |table| table.name.clone());
        let model = model.to_toml().parse::<toml::Table>().map_err(|error| failed(error.to_string()))?;
        pair.push(PairModel { left: name(*left), right: name(*right), model });
    }
    toml::to_string(&ModelsFile { pair }).map_err(|error| failed(error.to_string()))
}

/// The models of a file, in the order of the pairs of tables.
///
/// # Errors
/// When the file cannot be read, or does not hold a model for every pair of tables.
pub fn read_models(path: &Path, plan: &TablesPlan) -> Result<Vec<Model>, JudgeError> {
    let failed = |reason: String| JudgeError::Model { path: path.display().to_string(), reason };
    let hint = "\n  `doisoat train` writes it";
    let text = std::fs::read_to_string(path).map_err(|error| failed(format!("{error}{hint}")))?;
    let own = |error: LinkageError| failed(error.to_string());
    let registry = comparators::registry();
    let sound = |model: Model| match model.converged {
        true => model.fits_settings(&plan.link.settings, &registry).map_err(own).map(|()| model),
        false => Err(failed(
            "it did not converge: train it on more records, or compare fields that say more".to_owned(),
        )),
    };
    if plan.tables.len() <= 2 {
        return Ok(vec![sound(Model::from_toml(&text).map_err(own)?)?]);
    }
    let file: ModelsFile = toml::from_str(&text).map_err(|error| failed(error.message().to_owned()))?;
    let mut models = Vec::new();
    for first in 0..plan.tables.len() {
        for second in first + 1..plan.tables.len() {
            let (left, right) = (&plan.tables[first].name, &plan.tables[second].name);
            let holds = |pair: &&PairModel| pair.left == *left && pair.right == *right;
            let pair = file.pair.iter().find(holds);
            let pair = pair.ok_or_else(|| failed(format!("no model of `{left}` and `{right}`{hint}")))?;
            let text = toml::to_string(&pair.model).map_err(|error| failed(error.to_string()))?;
            models.push(sound(Model::from_toml(&text).map_err(own)?)?);
        }
    }
    Ok(models)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn links_that_share_no_record_are_clusters_as_they_stand(
            links in proptest::collection::btree_map(0u32..30, 0u32..30, 0..20),
        ) {
            let links: Vec<(u32, u32)> = links.into_iter().collect();
            let quick = connected(links.iter().copied(), (0, 1), (30, 30));
            let slow = components(links.iter().copied(), (0, 1), (30, 30));
            prop_assert_eq!((quick.members, quick.starts), (slow.members, slow.starts));
        }
    }
}

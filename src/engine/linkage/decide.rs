//! From tables and settings to a model, verdicts, clusters and explanations.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::assign::{Choice, choose, exclusive, threshold};
use super::block_rule::RuleReport;
use super::blocking::Blocks;
use super::check::check;
use super::cluster::{self, cluster};
use super::comparison::{Comparisons, Registry};
use super::error::LinkageError;
use super::explain::Waterfall;
use super::frame::{Frame, Side};
use super::frequency::Frequencies;
use super::model::Model;
use super::rivals::{Rival, rivals};
use super::score::{Scored, Scorer};
use super::settings::{Decide, Settings, field_of};
use super::table::{NOTHING, Table};
use super::train::{Kept, train};
use super::verdict::{Doubt, Standing, Verdict, certain, verdict};
use crate::engine::bucket_sort;

/// Pairs less likely than this are not kept.
pub(super) const KEEP_BITS: f64 = -10.0;

/// A model that counts as so many matches is not changed by those of a night.
const AS_IT_IS: f64 = 1e12;
/// Bits of a level that somebody set to say nothing.
const SAYS_NOTHING: f64 = 1e-6;

/// Two of the caller's rows that were judged, with the level vector as a pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    pub left: u32,
    pub right: u32,
    /// One level per comparison, as [`Comparisons`] encodes them.
    pub pattern: u64,
    /// log2 of the Bayes factor, without the prior.
    pub bits: f64,
    pub probability: f64,
    /// Chosen by the assignment; every pair where records may have many partners.
    pub chosen: bool,
    pub verdict: Verdict,
    /// A link that nobody needs to look at.
    pub certain: bool,
    /// The best pair that cannot be linked along with this one.
    pub runner_up: Option<RunnerUp>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunnerUp {
    pub left: u32,
    pub right: u32,
    /// How many bits worse the best decision with it is: 0 is a tie. Below 0 for a pair that was not
    /// chosen, whose runner-up weighs more.
    pub margin: f64,
}

/// All pairs worth keeping, with their verdicts.
#[must_use]
pub struct Outcome {
    /// Sorted by the caller's rows.
    pub pairs: Vec<Judged>,
    /// Of [`Decide::Cluster`]: the caller's rows.
    pub clusters: Vec<Vec<u32>>,
    pub threshold: f64,
    /// log2 of the odds of a match before anything is compared, as the probabilities contain them.
    pub prior: f64,
    pub expected_matches: f64,
    pub expected_f1: f64,
    /// The model was trained on other data than these.
    pub other_data: bool,
}

/// Tables, comparisons and blocks made ready: to be trained on, judged, explained.
pub struct Prepared<'s> {
    pub(super) settings: &'s Settings,
    pub(super) frame: Frame,
    pub(super) comparisons: Comparisons,
    pub(super) blocks: Blocks,
    /// Pairs that training has compared already.
    kept: Option<Kept>,
    /// Per rule the pairs that no earlier rule gives, once training has counted them.
    pub(super) new_pairs: Option<Vec<u64>>,
}

impl<'s> Prepared<'s> {
    /// One table to find duplicates in, or two to link. A column that only one table has is empty in the
    /// other; a field that none has is an error.
    pub fn new(
        tables: Vec<Table>,
        settings: &'s Settings,
        registry: &Registry,
    ) -> Result<Self, LinkageError> {
        Self::with_frequencies(tables, settings, registry, &Frequencies::new())
    }

    /// As [`Self::new`], with outside tables of how common values are.
    pub fn with_frequencies(
        tables: Vec<Table>,
        settings: &'s Settings,
        registry: &Registry,
        frequencies: &Frequencies,
    ) -> Result<Self, LinkageError> {
        if !(1..=2).contains(&tables.len()) {
            return Err(LinkageError::Tables { found: tables.len(), must: "one or two" });
        }
        if (settings.decide == Decide::Cluster && tables.len() == 2)
            || (tables.len() == 1 && !matches!(settings.decide, Decide::Cluster | Decide::Pairs))
        {
            return Err(LinkageError::WrongDecide { decide: settings.decide.name(), tables: tables.len() });
        }
        let columns = tables.iter().flat_map(|table| &table.columns);
        let known = columns.map(|column| column.name.as_str()).collect::<BTreeSet<&str>>();
        check(settings, &known, registry, frequencies)?;
        let frame = Frame::new(tables, &settings.fields(), &first_rule(settings));
        let comparisons = Comparisons::resolve(settings, &frame, registry, frequencies)?;
        let blocks = Blocks::new(settings, &frame)?;
        Ok(Self { settings, frame, comparisons, blocks, kept: None, new_pairs: None })
    }

    /// What the blocking rules give, before anything is scored.
    pub fn blocking(&self) -> &[RuleReport] {
        &self.blocks.reports
    }

    /// The share of records that have the field of a comparison, in the table where fewer do; 0 for one that is not made.
    pub fn filled(&self, comparison: &str) -> f64 {
        let Some(own) = self.comparisons.all.iter().find(|own| own.name == comparison) else { return 0.0 };
        let share = |side: &Side| {
            let rows = (0..side.rows as u32).into_par_iter();
            rows.filter(|row| side.row(*row)[own.field] != NOTHING).count() as f64 / side.rows.max(1) as f64
        };
        share(self.frame.left()).min(share(self.frame.right()))
    }

    /// Learns a model from the pairs that the blocking rules give.
    pub fn train(&mut self) -> Model {
        self.train_known(None)
    }

    /// Learns from the blocked pairs, beginning with a model of other data, which counts as `weight` matches.
    /// Its look-alikes are kept as they are. `Err` when it is not a model of these settings.
    pub fn train_from(&mut self, known: &Model, weight: f64) -> Result<Model, LinkageError> {
        known.fits(&self.comparisons, &self.settings.look_alike)?;
        Ok(self.train_known(Some((known, weight))))
    }

    /// The model with what these records themselves tell: how common matches, look-alikes and agreements by
    /// chance (u) are. How a match looks (m) stays as it is, and so does a level that says nothing, m equal to
    /// u. `Err` when it is not a model of these settings.
    pub fn counted(&mut self, known: &Model) -> Result<Model, LinkageError> {
        let mut out = self.train_from(known, AS_IT_IS)?;
        for (comparison, before) in out.comparison.iter_mut().zip(&known.comparison) {
            for (level, before) in comparison.level.iter_mut().zip(&before.level) {
                if before.bits.abs() < SAYS_NOTHING {
                    level.u = level.m;
                    level.bits = 0.0;
                }
            }
        }
        Ok(out)
    }

    fn train_known(&mut self, known: Option<(&Model, f64)>) -> Model {
        let (model, kept, new_pairs) =
            train(&self.frame, &self.comparisons, &self.blocks, self.settings, known);
        self.kept = kept;
        self.new_pairs = new_pairs;
        model
    }

    /// Judges all blocked pairs. `Err` when the model is not one of these comparisons.
    pub fn judge(&mut self, model: &Model) -> Result<Outcome, LinkageError> {
        let kept = self.kept.take();
        let scorer = self.scorer(model)?;
        let (frame, settings) = (&self.frame, self.settings);
        let scored = scorer.score(&self.blocks, kept, KEEP_BITS - scorer.prior());
        let choice = choose(frame, settings, &scored, model.numbers_for(frame).prior);
        let (threshold, expected_f1) = threshold(settings.threshold, &choice.probability, &choice.chosen);
        let clusters = match settings.decide {
            Decide::Cluster => self.clusters(&scorer, &scored, threshold),
            _ => Vec::new(),
        };
        let pairs = self.verdicts(&scorer, &scored, &choice, threshold, &clusters);
        Ok(Outcome {
            pairs,
            clusters,
            threshold,
            prior: choice.prior,
            // The sum of nothing is -0.
            expected_matches: choice.probability.iter().sum::<f64>() + 0.0,
            expected_f1,
            other_data: model.fingerprint != format!("{:016x}", frame.fingerprint()),
        })
    }

    /// The waterfall of any two rows, blocked or not.
    pub fn explain(&self, model: &Model, left: u32, right: u32) -> Result<Waterfall, LinkageError> {
        let scorer = self.scorer(model)?;
        let (left, right) = self.frame.canonical(left, right)?;
        let met = self.blocks.rules_of(left, right) != 0;
        Ok(scorer.waterfall(left, right, met))
    }

    pub(super) fn scorer(&self, model: &Model) -> Result<Scorer<'_>, LinkageError> {
        model.fits(&self.comparisons, &self.settings.look_alike)?;
        let numbers = model.numbers_for(&self.frame);
        Ok(Scorer::new(&self.frame, &self.comparisons, &numbers, self.settings.most_bits))
    }

    fn verdicts(
        &self,
        scorer: &Scorer<'_>,
        scored: &[Scored],
        choice: &Choice,
        threshold: f64,
        clusters: &[Vec<u32>],
    ) -> Vec<Judged> {
        let (frame, settings) = (&self.frame, &self.settings.verdict);
        let exclusive = exclusive(self.settings, frame);
        let rows = (frame.left().rows, frame.right().rows);
        let rivals = rivals(scored, &choice.chosen, exclusive, choice.prior, rows);
        let standing = |at: usize| Standing {
            probability: choice.probability[at],
            chosen: choice.chosen[at],
            margin: rivals[at].map(|(_, margin)| margin),
        };
        let mut verdicts: Vec<Verdict> =
            (0..scored.len()).into_par_iter().map(|at| verdict(standing(at), settings, threshold)).collect();
        exclude(scored, &rivals, &mut verdicts);
        if self.settings.decide == Decide::Cluster {
            together(frame, scored, clusters, &mut verdicts);
        }
        let place = |at: u32| frame.original(scored[at as usize].left, scored[at as usize].right);
        let judged = |(left, right, at): (u32, u32, u32)| {
            let at = at as usize;
            let (pair, verdict) = (&scored[at], verdicts[at]);
            let runner_up = rivals[at].map(|(other, margin)| {
                let (left, right) = place(other);
                RunnerUp { left, right, margin }
            });
            Judged {
                left,
                right,
                pattern: pair.pattern,
                bits: pair.bits,
                probability: choice.probability[at],
                chosen: choice.chosen[at],
                verdict,
                certain: verdict.is_linked() && certain(standing(at), settings, scorer, pair, choice.prior),
                runner_up,
            }
        };
        let places = (0..scored.len() as u32).into_par_iter().map(|at| {
            let (left, right) = place(at);
            (left, right, at)
        });
        let lefts = if frame.swapped { frame.right() } else { frame.left() }.rows;
        let number = |pair: &(u32, u32, u32)| bucket_sort::spread(pair.0, lefts);
        let order = bucket_sort::sorted(places.collect(), number, |a, b| a.1.cmp(&b.1));
        order.into_par_iter().map(judged).collect()
    }

    fn clusters(&self, scorer: &Scorer<'_>, scored: &[Scored], threshold: f64) -> Vec<Vec<u32>> {
        let weight = cluster::weigher(scorer.prior(), threshold);
        let pairs: Vec<(u32, u32, i64)> =
            scored.iter().map(|pair| (pair.left, pair.right, weight(pair.bits))).collect();
        let (frame, side) = (&self.frame, self.frame.left());
        let weight_of = |a: u32, b: u32| {
            let (a, b) = (side.row(a), side.row(b));
            weight(scorer.bits(self.comparisons.pattern(frame, a, b), a, b))
        };
        let mut out: Vec<Vec<u32>> =
            cluster(side.rows, &pairs, weight_of, weight(KEEP_BITS - scorer.prior()), |_, _| true)
                .into_iter()
                .map(|members| {
                    let mut rows: Vec<u32> = members.iter().map(|row| side.original[*row as usize]).collect();
                    rows.sort_unstable();
                    rows
                })
                .collect();
        out.sort_unstable();
        out
    }
}

/// A pair whose rival is linked is none: the record has its partner.
fn exclude(scored: &[Scored], rivals: &[Rival], verdicts: &mut [Verdict]) {
    let mut taken = [BTreeSet::new(), BTreeSet::new()];
    // Only records with more than one candidate matter.
    for (at, pair) in scored.iter().enumerate() {
        if verdicts[at].is_linked() && rivals[at].is_some() {
            taken[0].insert(pair.left);
            taken[1].insert(pair.right);
        }
    }
    for (at, pair) in scored.iter().enumerate() {
        let open = matches!(verdicts[at], Verdict::Ambiguous(_)) && rivals[at].is_some();
        if open && (taken[0].contains(&pair.left) || taken[1].contains(&pair.right)) {
            verdicts[at] = Verdict::Unlinked;
        }
    }
}

/// In clusters those records are linked that stand in one.
fn together(frame: &Frame, scored: &[Scored], clusters: &[Vec<u32>], verdicts: &mut [Verdict]) {
    let mut home = vec![None; frame.left().rows];
    for (cluster, rows) in clusters.iter().enumerate() {
        rows.iter().for_each(|row| home[*row as usize] = Some(cluster));
    }
    for (pair, verdict) in scored.iter().zip(verdicts) {
        let (left, right) = frame.original(pair.left, pair.right);
        let (left, right) = (home[left as usize], home[right as usize]);
        *verdict = match *verdict {
            _ if left.is_some() && left == right => Verdict::Linked,
            Verdict::Linked => Verdict::Ambiguous(Doubt::Cluster),
            other => other,
        };
    }
}

/// The fields of the first blocking rule.
fn first_rule(settings: &Settings) -> Vec<String> {
    let on = settings.block.first().map(|block| block.on.as_slice()).unwrap_or_default();
    on.iter().map(|part| field_of(part).to_owned()).collect()
}

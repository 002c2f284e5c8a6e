//! Two and more tables: links of every pair of tables, gathered into cases.
//!
//! A case holds at most `most_per_table` records of each table. Groups join by the mean weight of all pairs
//! between them, so no chain of weak links makes two things one.

use super::cluster::{self, Weight, cluster};
use super::comparison::Registry;
use super::decide::{KEEP_BITS, Outcome, Prepared};
use super::error::LinkageError;
use super::frame::Places;
use super::frequency::Frequencies;
use super::model::Model;
use super::score::Scorer;
use super::settings::Settings;
use super::table::Table;
use super::verdict::{Doubt, Verdict};

/// A row of a table, both by the caller's numbers.
pub type Member = (usize, u32);

/// All pairs of tables made ready. Every pair keeps tables of its own: memory grows with their number.
pub struct Several<'s> {
    settings: &'s Settings,
    parts: Vec<Part<'s>>,
    nodes: Nodes,
}

struct Part<'s> {
    tables: (usize, usize),
    prepared: Prepared<'s>,
    places: Places,
}

/// What is one thing, across tables.
#[must_use]
pub struct Cases {
    /// Cases of two and more records, each sorted, in order of their first member.
    pub cases: Vec<Vec<Member>>,
    /// Per pair of tables its pairs; linked are those in one case.
    pub outcomes: Vec<((usize, usize), Outcome)>,
}

impl<'s> Several<'s> {
    /// Two tables or more.
    pub fn new(
        tables: &[Table],
        settings: &'s Settings,
        registry: &Registry,
        frequencies: &Frequencies,
    ) -> Result<Self, LinkageError> {
        if tables.len() < 2 {
            return Err(LinkageError::Tables { found: tables.len(), must: "two or more" });
        }
        let mut parts = Vec::new();
        for first in 0..tables.len() {
            for second in first + 1..tables.len() {
                let both = vec![tables[first].clone(), tables[second].clone()];
                let prepared = Prepared::with_frequencies(both, settings, registry, frequencies)?;
                let places = prepared.frame.places();
                parts.push(Part { tables: (first, second), prepared, places });
            }
        }
        let nodes = Nodes::new(tables.len(), &parts);
        Ok(Self { settings, parts, nodes })
    }

    /// The pairs of tables, in the order of models and outcomes.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        self.parts.iter().map(|part| part.tables).collect()
    }

    /// One pair of tables, to ask for its blocking, evidence or an explanation.
    pub fn pair(&self, first: usize, second: usize) -> Option<&Prepared<'s>> {
        self.parts.iter().find(|part| part.tables == (first, second)).map(|part| &part.prepared)
    }

    /// A model for every pair of tables.
    pub fn train(&mut self) -> Vec<Model> {
        self.parts.iter_mut().map(|part| part.prepared.train()).collect()
    }

    /// Judges every pair of tables and gathers the cases.
    pub fn judge(&mut self, models: &[Model]) -> Result<Cases, LinkageError> {
        if models.len() != self.parts.len() {
            return Err(LinkageError::ModelsAndTables { models: models.len(), pairs: self.parts.len() });
        }
        let mut outcomes = Vec::new();
        for (part, model) in self.parts.iter_mut().zip(models) {
            outcomes.push((part.tables, part.prepared.judge(model)?));
        }
        let groups = self.cluster(models, &outcomes)?;
        let mut home = vec![None; self.nodes.rows()];
        for (group, nodes) in groups.iter().enumerate() {
            nodes.iter().for_each(|node| home[*node as usize] = Some(group));
        }
        for (part, (_, outcome)) in self.parts.iter().zip(&mut outcomes) {
            for pair in &mut outcome.pairs {
                let (left, right) = self.nodes.of(part, pair.left, pair.right);
                let (left, right) = (home[left as usize], home[right as usize]);
                pair.verdict = match pair.verdict {
                    _ if left.is_some() && left == right => Verdict::Linked,
                    Verdict::Linked => Verdict::Ambiguous(Doubt::Cluster),
                    other => other,
                };
                pair.certain &= pair.verdict.is_linked();
            }
        }
        let member = |node: &u32| self.nodes.member(*node, &self.parts);
        let mut cases: Vec<Vec<Member>> =
            groups.iter().map(|group| group.iter().map(member).collect()).collect();
        cases.iter_mut().for_each(|case| case.sort_unstable());
        cases.sort_unstable();
        Ok(Cases { cases, outcomes })
    }

    fn cluster(
        &self,
        models: &[Model],
        outcomes: &[((usize, usize), Outcome)],
    ) -> Result<Vec<Vec<u32>>, LinkageError> {
        let scorers = self.parts.iter().zip(models).map(|(part, model)| part.prepared.scorer(model));
        let scorers = scorers.collect::<Result<Vec<Scorer<'_>>, LinkageError>>()?;
        let weighers = outcomes.iter().map(|(_, outcome)| cluster::weigher(outcome.prior, outcome.threshold));
        let weighers: Vec<_> = weighers.collect();
        let mut pairs: Vec<(u32, u32, Weight)> = Vec::new();
        for (at, (part, (_, outcome))) in self.parts.iter().zip(outcomes).enumerate() {
            pairs.extend(outcome.pairs.iter().map(|pair| {
                let (left, right) = self.nodes.of(part, pair.left, pair.right);
                (left.min(right), left.max(right), weighers[at](pair.bits))
            }));
        }
        pairs.sort_unstable();
        let weight_of = |a: u32, b: u32| -> Weight {
            let (a, b) = (self.nodes.place(a), self.nodes.place(b));
            let Some(at) = self.parts.iter().position(|p| p.tables == (a.0.min(b.0), a.0.max(b.0))) else {
                // Two records of one table: nothing says that they are one or two.
                return 0;
            };
            let part = &self.parts[at].prepared;
            let (first, second) = if a.0 < b.0 { (a.1, b.1) } else { (b.1, a.1) };
            let (left, right) = if part.frame.swapped { (second, first) } else { (first, second) };
            let (left, right) = (part.frame.left().row(left), part.frame.right().row(right));
            weighers[at](scorers[at].bits(part.comparisons.pattern(&part.frame, left, right), left, right))
        };
        let most = self.settings.most_per_table as usize;
        let may_join = |a: &[u32], b: &[u32]| {
            let all = || a.iter().chain(b).map(|node| self.nodes.place(*node).0);
            (0..self.nodes.first.len()).all(|table| all().filter(|own| *own == table).count() <= most)
        };
        let unknown = cluster::weight(KEEP_BITS);
        Ok(cluster(self.nodes.rows(), &pairs, weight_of, unknown, may_join))
    }
}

/// Records of all tables under one number: tables by their content, rows by their place in a frame, so that
/// a tie does not follow the order of the input.
struct Nodes {
    /// Per table its first number; tables in order of these.
    first: Vec<u32>,
    order: Vec<usize>,
    rows: usize,
}

impl Nodes {
    fn new(tables: usize, parts: &[Part<'_>]) -> Self {
        let mut sides: Vec<(u64, usize, usize)> = (0..tables)
            .filter_map(|table| {
                let part = parts.iter().find(|part| part.tables.0 == table || part.tables.1 == table)?;
                let side = &part.prepared.frame.sides[part.side(table)];
                Some((side.fingerprint, table, side.rows))
            })
            .collect();
        sides.sort_unstable();
        let (mut first, mut rows) = (vec![0; tables], 0);
        for (_, table, own) in &sides {
            first[*table] = rows as u32;
            rows += own;
        }
        Self { first, order: sides.into_iter().map(|(_, table, _)| table).collect(), rows }
    }

    fn rows(&self) -> usize {
        self.rows
    }

    /// The numbers of a pair of the caller's rows.
    fn of(&self, part: &Part<'_>, left: u32, right: u32) -> (u32, u32) {
        let (a, b) = part.places.canonical(left, right);
        let (a, b) = if part.prepared.frame.swapped { (b, a) } else { (a, b) };
        (self.first[part.tables.0] + a, self.first[part.tables.1] + b)
    }

    /// The table of a number and the row's place in its frames.
    fn place(&self, node: u32) -> (usize, u32) {
        let at = self.order.partition_point(|table| self.first[*table] <= node);
        let table = self.order[at.saturating_sub(1)];
        (table, node - self.first[table])
    }

    fn member(&self, node: u32, parts: &[Part<'_>]) -> Member {
        let (table, row) = self.place(node);
        let part = parts.iter().find(|part| part.tables.0 == table || part.tables.1 == table);
        let row = part.map_or(row, |part| part.prepared.frame.sides[part.side(table)].original[row as usize]);
        (table, row)
    }
}

impl Part<'_> {
    /// The side of the frame on which a table stands.
    fn side(&self, table: usize) -> usize {
        usize::from((self.tables.0 != table) != self.prepared.frame.swapped)
    }
}

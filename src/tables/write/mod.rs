//! The tables of a run over tables; docs/data-formats.md lists every column.

mod of_read;
mod of_pairs;

use rayon::prelude::*;

use super::TablesError;
use super::judge::{Clusters, Linked, Part, Ready};
use super::read::{Read, TableRows};
use crate::config::tables::TablesPlan;
use crate::engine::frame::Texts;
use crate::engine::id::{self, Id};
use crate::engine::linkage::decide::Judged;
use crate::engine::linkage::verdict::{Doubt, Verdict};
use crate::engine::rows::{Rows, count, text, to_places};
use crate::engine::starts::Starts;
use crate::engine::table::{Kind, TableSchema, TableSource};

/// Everything that the tables of links are made from.
pub struct Night<'a> {
    pub plan: &'a TablesPlan,
    pub read: &'a Read,
    pub ready: &'a Ready<'a>,
    pub linked: &'a Linked,
    /// The name of every pair, by part.
    pub links: Vec<Vec<Id>>,
    pub standings: Vec<Standing>,
}

type OfRead = for<'a> fn(&'a TablesPlan, &'a Read) -> Result<TableSource<'a>, TablesError>;
type OfLinked = for<'a, 'n> fn(&'a Night<'n>) -> Result<TableSource<'a>, TablesError>;

/// The tables that are written before anything is linked.
pub const OF_READ: [(&str, OfRead); 3] =
    [("feeds", of_read::feeds), ("quarantine", of_read::quarantine), ("records", of_read::records)];

/// The tables that are written after.
pub const OF_LINKED: [(&str, OfLinked); 5] = [
    ("links", links),
    ("link_evidence", of_pairs::link_evidence),
    ("clusters", clusters),
    ("differences", of_pairs::differences),
    ("summary", summary),
];

impl<'a> Night<'a> {
    pub fn new(plan: &'a TablesPlan, read: &'a Read, ready: &'a Ready<'a>, linked: &'a Linked) -> Self {
        let links = linked.parts.iter().map(|part| {
            let names = |table: usize| Names::of(&read.tables[table]);
            let (left, right) = (names(part.tables.0), names(part.tables.1));
            part.outcome.pairs.par_iter().map(|pair| link_id(left, right, pair)).collect()
        });
        Self { plan, read, ready, linked, links: links.collect(), standings: standings(read, linked) }
    }

    fn table(&self, at: usize) -> &'a TableRows {
        &self.read.tables[at]
    }

    fn sides(&self, part: &Part) -> (Names<'a>, Names<'a>) {
        (Names::of(self.table(part.tables.0)), Names::of(self.table(part.tables.1)))
    }
}

/// The names of the records of a table.
#[derive(Clone, Copy)]
struct Names<'a> {
    table: &'a str,
    ids: Option<Texts<'a>>,
}

impl<'a> Names<'a> {
    fn of(table: &'a TableRows) -> Self {
        Self { table: &table.name, ids: table.texts("record_id") }
    }

    fn get(&self, row: u32) -> &'a str {
        self.ids.and_then(|ids| ids.get(row as usize)).unwrap_or_default()
    }
}

/// A link is named by both its records, whatever was judged of them.
fn link_id(left: Names<'_>, right: Names<'_>, pair: &Judged) -> Id {
    id::of(&["link", left.table, left.get(pair.left), right.table, right.get(pair.right)])
}

/// Milli-bits are more than a weight is worth, and readers of text see the same number.
fn rounded(value: f64) -> f64 {
    to_places(value, 3)
}

fn links<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "links",
        &[
            ("link_id", Kind::Id),
            ("left_table", Kind::Label),
            ("left_record_id", Kind::Id),
            ("right_table", Kind::Label),
            ("right_record_id", Kind::Id),
            ("state", Kind::Label),
            ("doubt", Kind::Label),
            ("weight", Kind::Float),
            ("probability", Kind::Float),
            ("certain", Kind::Flag),
            ("runner_up_left", Kind::Id),
            ("runner_up_right", Kind::Id),
            ("margin", Kind::Float),
        ],
    );
    let starts = Starts::of(night.linked.parts.iter().map(|part| part.outcome.pairs.len()));
    let sides: Vec<_> = night.linked.parts.iter().map(|part| night.sides(part)).collect();
    Ok(TableSource::made_by_column(schema, starts.total(), move |wanted, rows| {
        for of_part in starts.places(wanted).chunk_by(|a, b| a.0 == b.0) {
            let part = of_part[0].0;
            let (left, right) = sides[part];
            let pairs = &night.linked.parts[part].outcome.pairs;
            let pairs: Vec<&Judged> = of_part.iter().map(|(_, at)| &pairs[*at]).collect();
            let rivals = || pairs.iter().map(|pair| pair.runner_up);
            rows.ids(0, of_part.iter().map(|(_, at)| Some(night.links[part][*at])));
            rows.texts(1, pairs.iter().map(|_| Some(left.table)));
            rows.texts(2, pairs.iter().map(|pair| Some(left.get(pair.left))));
            rows.texts(3, pairs.iter().map(|_| Some(right.table)));
            rows.texts(4, pairs.iter().map(|pair| Some(right.get(pair.right))));
            rows.texts(5, pairs.iter().map(|pair| Some(pair.verdict.name())));
            rows.texts(6, pairs.iter().map(|pair| doubt(pair.verdict)));
            rows.floats(7, pairs.iter().map(|pair| Some(rounded(pair.bits))));
            rows.floats(8, pairs.iter().map(|pair| Some((pair.probability * 1e9).round() / 1e9)));
            rows.ints(9, pairs.iter().map(|pair| Some(i64::from(pair.certain))));
            rows.texts(10, rivals().map(|rival| Some(left.get(rival?.left))));
            rows.texts(11, rivals().map(|rival| Some(right.get(rival?.right))));
            rows.floats(12, rivals().map(|rival| Some(rounded(rival?.margin))));
        }
    }))
}

fn doubt(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Linked | Verdict::Unlinked => None,
        Verdict::Ambiguous(Doubt::Probability) => Some("probability"),
        Verdict::Ambiguous(Doubt::Rival) => Some("rival"),
        Verdict::Ambiguous(Doubt::Cluster) => Some("cluster"),
    }
}

fn clusters<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "clusters",
        &[("cluster_id", Kind::Id), ("size", Kind::Int), ("table", Kind::Label), ("record_id", Kind::Id)],
    );
    let Clusters { members, starts } = &night.linked.clusters;
    let names: Vec<Names<'_>> = night.read.tables.iter().map(Names::of).collect();
    Ok(TableSource::made_by_column(schema, starts.total(), move |wanted, rows| {
        let places = starts.places(wanted);
        let first = |cluster: usize| members[starts.row(cluster, 0)];
        let of_cluster = |cluster: usize| {
            let (table, row) = first(cluster);
            id::of(&["cluster", names[table].table, names[table].get(row)])
        };
        let mut known = None;
        rows.ids(
            0,
            places.iter().map(|(cluster, _)| {
                let (_, id) =
                    known.filter(|(own, _)| own == cluster).unwrap_or((*cluster, of_cluster(*cluster)));
                known = Some((*cluster, id));
                Some(id)
            }),
        );
        rows.ints(1, places.iter().map(|(cluster, _)| Some(starts.length(*cluster) as i64)));
        let own = || wanted.iter().map(|at| members[*at]);
        rows.texts(2, own().map(|(table, _)| Some(names[table].table)));
        rows.texts(3, own().map(|(table, row)| Some(names[table].get(row))));
    }))
}

/// How the records of each table stand: linked, else in an ambiguous pair, else neither.
fn standings(read: &Read, linked: &Linked) -> Vec<Standing> {
    const AMBIGUOUS: u8 = 1;
    const LINKED: u8 = 2;
    let mut best: Vec<Vec<u8>> = read.tables.iter().map(|table| vec![0; table.len()]).collect();
    for part in &linked.parts {
        for pair in &part.outcome.pairs {
            let now = match pair.verdict {
                Verdict::Linked => LINKED,
                Verdict::Ambiguous(_) => AMBIGUOUS,
                Verdict::Unlinked => continue,
            };
            for (table, row) in [(part.tables.0, pair.left), (part.tables.1, pair.right)] {
                let known = &mut best[table][row as usize];
                *known = now.max(*known);
            }
        }
    }
    let standing = |(table, best): (&TableRows, &Vec<u8>)| {
        let of = |state: u8| best.iter().filter(|own| **own == state).count() as u64;
        let (linked, ambiguous, accepted) = (of(LINKED), of(AMBIGUOUS), table.len() as u64);
        Standing {
            table: table.name.clone(),
            rows: table.feeds.iter().map(|feed| feed.rows).sum(),
            quarantined: table.feeds.iter().map(|feed| feed.quarantined).sum(),
            accepted,
            repeated_ids: table.repeated_ids,
            linked,
            ambiguous,
            unlinked: accepted - linked - ambiguous,
        }
    };
    read.tables.iter().zip(&best).map(standing).collect()
}

/// The records of one table, counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    pub table: String,
    pub rows: u64,
    pub quarantined: u64,
    pub accepted: u64,
    /// Accepted records whose id an earlier one has as well.
    pub repeated_ids: u64,
    pub linked: u64,
    pub ambiguous: u64,
    pub unlinked: u64,
}

fn summary<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "summary",
        &[
            ("table", Kind::Label),
            ("rows", Kind::Int),
            ("quarantined", Kind::Int),
            ("accepted", Kind::Int),
            ("repeated_ids", Kind::Int),
            ("linked", Kind::Int),
            ("ambiguous", Kind::Int),
            ("unlinked", Kind::Int),
        ],
    );
    let standings = &night.standings;
    let mut rows = Rows::new(&schema, standings.len());
    for Standing { table, rows: all, quarantined, accepted, repeated_ids, linked, ambiguous, unlinked } in
        standings
    {
        let counts =
            [*all, *quarantined, *accepted, *repeated_ids, *linked, *ambiguous, *unlinked].map(count);
        rows.push([text(table)].into_iter().chain(counts));
    }
    Ok(rows.table(schema)?)
}

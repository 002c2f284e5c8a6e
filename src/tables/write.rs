//! The tables of a run over tables; docs/data-formats.md lists every column.

use polars::prelude::PolarsError;
use rayon::prelude::*;

use super::TablesError;
use super::judge::{Clusters, Linked, Part, Ready};
use super::read::{Read, TableRows};
use super::value::days;
use crate::config::linkage::EvidenceOf;
use crate::config::tables::{TablesPlan, ValueKind};
use crate::engine::frame::{Ints, Texts};
use crate::engine::id::{self, Id};
use crate::engine::linkage::decide::Judged;
use crate::engine::linkage::values::{PairValues, Values};
use crate::engine::linkage::verdict::{Doubt, Verdict};
use crate::engine::rows::{Cell, Rows, count, maybe, text, to_places};
use crate::engine::starts::Starts;
use crate::engine::table::{Batch, Kind, Misfit, TableSchema, TableSource};

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
pub const OF_READ: [(&str, OfRead); 3] = [("feeds", feeds), ("quarantine", quarantine), ("records", records)];

/// The tables that are written after.
pub const OF_LINKED: [(&str, OfLinked); 5] = [
    ("links", links),
    ("link_evidence", link_evidence),
    ("clusters", clusters),
    ("differences", differences),
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

fn feeds<'a>(_: &'a TablesPlan, read: &'a Read) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "feeds",
        &[
            ("table", Kind::Label),
            ("file", Kind::Text),
            ("format", Kind::Label),
            ("bytes", Kind::Int),
            ("sha256", Kind::Text),
            ("rows", Kind::Int),
            ("accepted", Kind::Int),
            ("quarantined", Kind::Int),
            ("set_aside", Kind::Int),
            ("remark", Kind::Text),
        ],
    );
    let mut rows = Rows::new(&schema, read.tables.len());
    for table in &read.tables {
        for feed in &table.feeds {
            rows.push([
                text(&table.name),
                text(&feed.file),
                text(feed.format),
                count(feed.bytes),
                text(&feed.sha256),
                count(feed.rows),
                count(feed.rows - feed.quarantined),
                count(feed.quarantined),
                count(feed.set_aside),
                maybe((!feed.remark.is_empty()).then_some(&feed.remark)),
            ]);
        }
    }
    Ok(rows.table(schema)?)
}

fn quarantine<'a>(_: &'a TablesPlan, read: &'a Read) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "quarantine",
        &[
            ("table", Kind::Label),
            ("file", Kind::Text),
            ("sheet", Kind::Text),
            ("row", Kind::Int),
            ("column", Kind::Text),
            ("scope", Kind::Label),
            ("reason", Kind::Label),
            ("detail", Kind::Text),
            ("masked_value", Kind::Text),
        ],
    );
    Ok(TableSource::made(schema, read.quarantine.len(), move |at, rows| {
        let entry = &read.quarantine[at];
        rows.push([
            text(&read.tables[entry.table].name),
            text(&entry.file),
            maybe(entry.sheet.as_deref()),
            count(entry.row),
            maybe(entry.column.as_deref()),
            text(entry.scope().code()),
            text(entry.reason),
            text(&entry.detail),
            maybe(entry.masked.as_deref()),
        ]);
    }))
}

fn records<'a>(plan: &'a TablesPlan, read: &'a Read) -> Result<TableSource<'a>, TablesError> {
    let mut columns = vec![
        ("table", Kind::Label),
        ("record_id", Kind::Id),
        ("file", Kind::Label),
        ("sheet", Kind::Label),
        ("row", Kind::Int),
    ];
    columns.extend(plan.fields.iter().map(|field| {
        let kind = match field.kind {
            ValueKind::Text | ValueKind::Code => Kind::Text,
            ValueKind::Date => Kind::Date,
            ValueKind::Number => Kind::Float,
        };
        (field.name.as_str(), kind)
    }));
    let parts: Vec<RecordsOf<'a>> =
        read.tables.iter().map(|table| RecordsOf::new(plan, table)).collect::<Result<_, Misfit>>()?;
    let starts = Starts::of(read.tables.iter().map(TableRows::len));
    let schema = TableSchema::new("records", &columns);
    Ok(TableSource::made_by_column(schema, starts.total(), move |wanted, rows| {
        let places = starts.places(wanted);
        for of_part in places.chunk_by(|a, b| a.0 == b.0) {
            parts[of_part[0].0].push(of_part.iter().map(|(_, row)| *row), rows);
        }
    }))
}

/// The rows of `records` that one table gives.
struct RecordsOf<'a> {
    table: &'a TableRows,
    names: Names<'a>,
    fields: Vec<(ValueKind, Option<Texts<'a>>)>,
    places: Ints<'a>,
    numbers: Ints<'a>,
}

impl<'a> RecordsOf<'a> {
    fn new(plan: &TablesPlan, table: &'a TableRows) -> Result<Self, Misfit> {
        let misfit = |source: PolarsError| Misfit { table: "records", reason: source.to_string() };
        let fields = plan.fields.iter().map(|field| (field.kind, table.texts(&field.name))).collect();
        let places = Ints::of(&table.frame, super::read::PLACE).map_err(misfit)?;
        let numbers = Ints::of(&table.frame, "row").map_err(misfit)?;
        Ok(Self { table, names: Names::of(table), fields, places, numbers })
    }

    /// Adds rows, column by column.
    fn push(&self, wanted: impl ExactSizeIterator<Item = usize> + Clone, rows: &mut Rows) {
        let place = |row: usize| self.places.get(row).and_then(|place| self.table.places.get(place as usize));
        rows.texts(0, wanted.clone().map(|_| Some(&self.table.name)));
        rows.texts(1, wanted.clone().map(|row| Some(self.names.get(row as u32))));
        rows.texts(2, wanted.clone().map(|row| place(row).map(|place| &place.file)));
        rows.texts(3, wanted.clone().map(|row| place(row)?.sheet.as_ref()));
        rows.ints(4, wanted.clone().map(|row| self.numbers.get(row)));
        for (column, (kind, texts)) in (5..).zip(&self.fields) {
            let Some(texts) = texts else {
                rows.nulls(column, wanted.len());
                continue;
            };
            let values = wanted.clone().map(|row| texts.get(row));
            match kind {
                ValueKind::Text | ValueKind::Code => rows.texts(column, values),
                ValueKind::Date => rows.ints(column, values.map(|date| days(date?))),
                ValueKind::Number => rows.floats(column, values.map(|number| number?.parse().ok())),
            }
        }
    }
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

fn link_evidence<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "link_evidence",
        &[
            ("link_id", Kind::Id),
            ("comparison", Kind::Label),
            ("level", Kind::Label),
            ("left_value", Kind::Text),
            ("right_value", Kind::Text),
            ("m", Kind::Float),
            ("u", Kind::Float),
            ("bits", Kind::Float),
            ("frequency_bits", Kind::Float),
        ],
    );
    let is_told = |pair: &&Judged| match night.plan.link.evidence {
        EvidenceOf::All => true,
        EvidenceOf::Uncertain => !pair.certain,
        EvidenceOf::None => false,
    };
    let mut batches: Vec<Batch> = Vec::new();
    for (part, links) in night.linked.parts.iter().zip(&night.links) {
        let values = night.ready.values(part)?;
        let fields: Vec<Option<usize>> =
            part.comparisons.iter().map(|(name, _)| values.field(name)).collect();
        let pairs = part.outcome.pairs.iter().zip(links).filter(|(pair, _)| is_told(pair));
        let (told, links): (Vec<Judged>, Vec<Id>) = pairs.map(|(pair, link)| (*pair, *link)).unzip();
        for (pairs, links) in told.chunks(PAIRS_AT_ONCE).zip(links.chunks(PAIRS_AT_ONCE)) {
            let evidence = night.ready.evidence(part, pairs)?;
            let mut rows = Rows::new(&schema, evidence.bits.len());
            let pairs: Vec<PairValues<'_>> =
                pairs.iter().map(|pair| values.of(pair.left, pair.right)).collect();
            for (at, bits) in evidence.bits.iter().enumerate() {
                let (of, comparison) = (evidence.pair[at] as usize, usize::from(evidence.comparison[at]));
                let (name, levels) = &part.comparisons[comparison];
                let level = usize::from(evidence.level[at]);
                let learnt = part.model.comparison.get(comparison).and_then(|c| c.level.get(level));
                let (own, other) = fields[comparison].map_or((None, None), |field| pairs[of].texts(field));
                rows.push([
                    text(links[of].as_str()),
                    text(name),
                    maybe(levels.get(level).map(String::as_str)),
                    maybe(own),
                    maybe(other),
                    Cell::Float(learnt.map(|level| level.m)),
                    Cell::Float(learnt.map(|level| level.u)),
                    Cell::Float(Some(rounded(*bits))),
                    Cell::Float(learnt.map(|level| rounded(bits - (level.m / level.u).log2()))),
                ]);
            }
            batches.push(rows.finish()?);
        }
    }
    Ok(TableSource::held(schema, batches))
}

/// Pairs whose evidence is held at a time.
const PAIRS_AT_ONCE: usize = 1 << 16;
/// Pairs whose values are looked up together.
const PAIRS_TOUCHED: usize = 64;

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

fn differences<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, TablesError> {
    let schema = TableSchema::new(
        "differences",
        &[
            ("link_id", Kind::Id),
            ("field", Kind::Label),
            ("kind", Kind::Label),
            ("left_value", Kind::Text),
            ("right_value", Kind::Text),
        ],
    );
    let mut batches: Vec<Batch> = Vec::new();
    for (part, links) in night.linked.parts.iter().zip(&night.links) {
        let values = night.ready.values(part)?;
        let shared = shared(night, part, &values);
        let of_pairs = |(pairs, links): (&[Judged], &[Id])| {
            let mut rows = Rows::new(&schema, pairs.len());
            for (pairs, links) in pairs.chunks(PAIRS_TOUCHED).zip(links.chunks(PAIRS_TOUCHED)) {
                let compared = values.of_all(pairs.iter().map(|pair| (pair.left, pair.right)));
                for ((pair, link), compared) in pairs.iter().zip(links).zip(compared) {
                    if pair.verdict.is_linked() {
                        differing(pair, *link, &shared, &compared, &mut rows);
                    }
                }
            }
            rows.finish()
        };
        let chunks =
            part.outcome.pairs.par_chunks(PAIRS_AT_ONCE).zip(links.par_chunks(PAIRS_AT_ONCE)).map(of_pairs);
        batches.extend(chunks.collect::<Result<Vec<Batch>, Misfit>>()?);
    }
    Ok(TableSource::held(schema, batches))
}

/// The fields in which the records of a link differ. Most links have none.
fn differing(
    pair: &Judged,
    link: Id,
    shared: &[(&str, Source<'_>)],
    compared: &PairValues<'_>,
    rows: &mut Rows,
) {
    for (field, source) in shared {
        let (own, other) = match source {
            Source::Engine(at) if compared.agree(*at) => continue,
            Source::Engine(at) => compared.texts(*at),
            Source::Kept(own, other) => (own.get(pair.left as usize), other.get(pair.right as usize)),
        };
        let kind = match (own, other) {
            (own, other) if own == other => continue,
            (None, _) => "left_empty",
            (_, None) => "right_empty",
            _ => "different",
        };
        rows.push([Cell::Id(Some(link)), text(field), text(kind), maybe(own), maybe(other)]);
    }
}

/// Where the values of a field are.
enum Source<'a> {
    Engine(usize),
    /// A field that nothing is linked by.
    Kept(Texts<'a>, Texts<'a>),
}

/// The fields that both tables of a part map.
fn shared<'a>(night: &Night<'a>, part: &Part, values: &Values<'_>) -> Vec<(&'a str, Source<'a>)> {
    let maps = |table: usize, field: usize| {
        night.plan.tables[table].columns.iter().any(|column| column.field == field)
    };
    let (own, other) = (night.table(part.tables.0), night.table(part.tables.1));
    let all = night.plan.fields.iter().enumerate();
    all.filter(|(at, _)| maps(part.tables.0, *at) && maps(part.tables.1, *at))
        .filter_map(|(_, field)| {
            let source = match values.field(&field.name) {
                Some(at) => Source::Engine(at),
                None => Source::Kept(own.texts(&field.name)?, other.texts(&field.name)?),
            };
            Some((field.name.as_str(), source))
        })
        .collect()
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
            ("linked", Kind::Int),
            ("ambiguous", Kind::Int),
            ("unlinked", Kind::Int),
        ],
    );
    let standings = &night.standings;
    let mut rows = Rows::new(&schema, standings.len());
    for Standing { table, rows: all, quarantined, accepted, linked, ambiguous, unlinked } in standings {
        let counts = [*all, *quarantined, *accepted, *linked, *ambiguous, *unlinked].map(count);
        rows.push([text(table)].into_iter().chain(counts));
    }
    Ok(rows.table(schema)?)
}

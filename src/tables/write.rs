//! The tables of a run over tables; docs/data-formats.md lists every column.

use std::collections::BTreeMap;

use super::judge::{Linked, Part};
use super::read::{Read, TableRows};
use crate::config::tables::{TablesPlan, ValueKind};
use crate::engine::id::{self, Id};
use crate::engine::linkage::decide::Judged;
use crate::engine::linkage::verdict::{Doubt, Verdict};
use crate::engine::table::{Kind, Table, TableSchema};
use crate::stages::normalise::column::days_of;
use crate::stages::write::TableError;
use crate::stages::write::rows::{Cell, Rows, count, maybe, text};

/// Everything the tables are made from.
pub struct Night<'a> {
    pub plan: &'a TablesPlan,
    pub read: &'a Read,
    pub linked: &'a Linked,
}

type Builder = for<'a, 'n> fn(&'a Night<'n>) -> Result<Table, TableError>;

/// Every table of a run over tables, in the order in which they are written.
pub const BUILDERS: [(&str, Builder); 8] = [
    ("feeds", feeds),
    ("quarantine", quarantine),
    ("records", records),
    ("links", links),
    ("link_evidence", link_evidence),
    ("clusters", clusters),
    ("differences", differences),
    ("summary", summary),
];

impl<'a> Night<'a> {
    fn table(&self, at: usize) -> &'a TableRows {
        &self.read.tables[at]
    }

    /// A link is named by both its records, whatever was judged of them.
    fn link_id(&self, part: &Part, pair: &Judged) -> Id {
        let (left, right) = (self.table(part.tables.0), self.table(part.tables.1));
        id::of(&["link", &left.name, left.id(pair.left), &right.name, right.id(pair.right)])
    }

    fn pairs(&self) -> impl Iterator<Item = (&'a Part, &'a Judged)> {
        self.linked.parts.iter().flat_map(|part| part.pairs.iter().map(move |pair| (part, pair)))
    }
}

/// Milli-bits are more than a weight is worth, and readers of text see the same number.
fn rounded<'c>(value: f64) -> Cell<'c> {
    Cell::Float(Some((value * 1000.0).round() / 1000.0))
}

fn feeds(night: &Night<'_>) -> Result<Table, TableError> {
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
    let mut rows = Rows::new(schema, night.read.tables.len());
    for table in &night.read.tables {
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
    rows.finish()
}

fn quarantine(night: &Night<'_>) -> Result<Table, TableError> {
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
    let mut rows = Rows::new(schema, night.read.quarantine.len());
    for entry in &night.read.quarantine {
        rows.push([
            text(&night.table(entry.table).name),
            text(&entry.file),
            maybe(entry.sheet.as_deref()),
            count(entry.row),
            maybe(entry.column.as_deref()),
            text(entry.scope().code()),
            text(entry.reason),
            text(&entry.detail),
            maybe(entry.masked.as_deref()),
        ]);
    }
    rows.finish()
}

fn records(night: &Night<'_>) -> Result<Table, TableError> {
    let mut columns = vec![
        ("table", Kind::Label),
        ("record_id", Kind::Id),
        ("file", Kind::Label),
        ("sheet", Kind::Label),
        ("row", Kind::Int),
    ];
    columns.extend(night.plan.fields.iter().map(|field| {
        let kind = match field.kind {
            ValueKind::Text | ValueKind::Code => Kind::Text,
            ValueKind::Date => Kind::Date,
            ValueKind::Number => Kind::Float,
        };
        (field.name.as_str(), kind)
    }));
    let all = night.read.tables.iter().map(TableRows::len).sum();
    let mut rows = Rows::new(TableSchema::new("records", &columns), all);
    for table in &night.read.tables {
        let fields: Vec<_> =
            night.plan.fields.iter().map(|field| (field.kind, table.texts(&field.name))).collect();
        for row in 0..table.len() as u32 {
            let place = table.place(row);
            let value = |(kind, texts): &(ValueKind, Option<_>)| {
                let value = texts.and_then(|texts: crate::engine::frame::Texts<'_>| texts.get(row as usize));
                match kind {
                    ValueKind::Text | ValueKind::Code => Cell::Text(value),
                    ValueKind::Date => Cell::Int(value.and_then(|date| date.parse().ok()).map(days_of)),
                    ValueKind::Number => Cell::Float(value.and_then(|number| number.parse().ok())),
                }
            };
            let head = [
                text(&table.name),
                text(table.id(row)),
                maybe(place.map(|(place, _)| place.file.as_str())),
                maybe(place.and_then(|(place, _)| place.sheet.as_deref())),
                place.map_or(Cell::Int(None), |(_, number)| count(number)),
            ];
            rows.push(head.into_iter().chain(fields.iter().map(value)));
        }
    }
    rows.finish()
}

fn links(night: &Night<'_>) -> Result<Table, TableError> {
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
    let mut rows = Rows::new(schema, night.pairs().count());
    for (part, pair) in night.pairs() {
        let (left, right) = (night.table(part.tables.0), night.table(part.tables.1));
        let link = night.link_id(part, pair);
        rows.push([
            text(link.as_str()),
            text(&left.name),
            text(left.id(pair.left)),
            text(&right.name),
            text(right.id(pair.right)),
            text(pair.verdict.name()),
            maybe(doubt(pair.verdict)),
            rounded(pair.bits),
            Cell::Float(Some((pair.probability * 1e9).round() / 1e9)),
            Cell::Int(Some(i64::from(pair.certain))),
            maybe(pair.runner_up.map(|other| left.id(other.left))),
            maybe(pair.runner_up.map(|other| right.id(other.right))),
            pair.runner_up.map_or(Cell::Float(None), |other| rounded(other.margin)),
        ]);
    }
    rows.finish()
}

fn doubt(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Linked | Verdict::Unlinked => None,
        Verdict::Ambiguous(Doubt::Probability) => Some("probability"),
        Verdict::Ambiguous(Doubt::Rival) => Some("rival"),
        Verdict::Ambiguous(Doubt::Cluster) => Some("cluster"),
    }
}

fn link_evidence(night: &Night<'_>) -> Result<Table, TableError> {
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
    let mut rows = Rows::new(schema, night.linked.parts.iter().map(|part| part.evidence.bits.len()).sum());
    for part in &night.linked.parts {
        let (left, right) = (night.table(part.tables.0), night.table(part.tables.1));
        let texts: Vec<_> =
            part.comparisons.iter().map(|(name, _)| (left.texts(name), right.texts(name))).collect();
        let evidence = &part.evidence;
        let mut link = (u32::MAX, None);
        for at in 0..evidence.bits.len() {
            let of = evidence.pair[at];
            let pair = &part.pairs[of as usize];
            if link.0 != of {
                link = (of, Some(night.link_id(part, pair)));
            }
            let comparison = usize::from(evidence.comparison[at]);
            let (name, levels) = &part.comparisons[comparison];
            let level = usize::from(evidence.level[at]);
            let learnt = part.model.comparison.get(comparison).and_then(|c| c.level.get(level));
            let bits = evidence.bits[at];
            let value = |texts: Option<crate::engine::frame::Texts<'_>>, row: u32| {
                texts.and_then(|texts| texts.get(row as usize)).map(str::to_owned)
            };
            let (own, other) =
                (value(texts[comparison].0, pair.left), value(texts[comparison].1, pair.right));
            rows.push([
                maybe(link.1.as_ref().map(Id::as_str)),
                text(name),
                maybe(levels.get(level).map(String::as_str)),
                maybe(own.as_deref()),
                maybe(other.as_deref()),
                Cell::Float(learnt.map(|level| level.m)),
                Cell::Float(learnt.map(|level| level.u)),
                rounded(bits),
                learnt.map_or(Cell::Float(None), |level| rounded(bits - (level.m / level.u).log2())),
            ]);
        }
    }
    rows.finish()
}

fn clusters(night: &Night<'_>) -> Result<Table, TableError> {
    let schema = TableSchema::new(
        "clusters",
        &[("cluster_id", Kind::Id), ("size", Kind::Int), ("table", Kind::Label), ("record_id", Kind::Id)],
    );
    let mut rows = Rows::new(schema, night.linked.clusters.iter().map(Vec::len).sum());
    for cluster in &night.linked.clusters {
        let Some((first, row)) = cluster.first() else { continue };
        let first = night.table(*first);
        let id = id::of(&["cluster", &first.name, first.id(*row)]);
        for (table, row) in cluster {
            let table = night.table(*table);
            let size = count(cluster.len() as u64);
            rows.push([text(id.as_str()), size, text(&table.name), text(table.id(*row))]);
        }
    }
    rows.finish()
}

fn differences(night: &Night<'_>) -> Result<Table, TableError> {
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
    let mut rows = Rows::new(schema, 0);
    for part in &night.linked.parts {
        let (left, right) = (night.table(part.tables.0), night.table(part.tables.1));
        let shared: Vec<_> = night
            .plan
            .fields
            .iter()
            .filter_map(|field| Some((field, left.texts(&field.name)?, right.texts(&field.name)?)))
            .collect();
        for pair in part.pairs.iter().filter(|pair| pair.verdict.is_linked()) {
            let link = night.link_id(part, pair);
            for (field, own, other) in &shared {
                let (own, other) = (own.get(pair.left as usize), other.get(pair.right as usize));
                let kind = match (own, other) {
                    (own, other) if own == other => continue,
                    (None, _) => "left_empty",
                    (_, None) => "right_empty",
                    _ => "different",
                };
                rows.push([text(link.as_str()), text(&field.name), text(kind), maybe(own), maybe(other)]);
            }
        }
    }
    rows.finish()
}

/// How the records of each table stand: linked, else in an ambiguous pair, else neither.
pub fn standings(night: &Night<'_>) -> Vec<Standing> {
    let mut best: Vec<BTreeMap<u32, bool>> = vec![BTreeMap::new(); night.read.tables.len()];
    for (part, pair) in night.pairs() {
        for (table, row) in [(part.tables.0, pair.left), (part.tables.1, pair.right)] {
            *best[table].entry(row).or_default() |= pair.verdict.is_linked();
        }
    }
    let standing = |(table, best): (&TableRows, &BTreeMap<u32, bool>)| {
        let linked = best.values().filter(|linked| **linked).count() as u64;
        let ambiguous = best.len() as u64 - linked;
        let (accepted, quarantined) =
            (table.len() as u64, table.feeds.iter().map(|feed| feed.quarantined).sum());
        Standing {
            table: table.name.clone(),
            rows: table.feeds.iter().map(|feed| feed.rows).sum(),
            quarantined,
            accepted,
            linked,
            ambiguous,
            unlinked: accepted - linked - ambiguous,
        }
    };
    night.read.tables.iter().zip(&best).map(standing).collect()
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

fn summary(night: &Night<'_>) -> Result<Table, TableError> {
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
    let standings = standings(night);
    let mut rows = Rows::new(schema, standings.len());
    for Standing { table, rows: all, quarantined, accepted, linked, ambiguous, unlinked } in &standings {
        let counts = [*all, *quarantined, *accepted, *linked, *ambiguous, *unlinked].map(count);
        rows.push([text(table)].into_iter().chain(counts));
    }
    rows.finish()
}

//! The tables that say why two records were linked, and in what linked records differ.

use rayon::prelude::*;

use super::{Night, rounded};
use crate::config::linkage::EvidenceOf;
use crate::engine::frame::Texts;
use crate::engine::id::Id;
use crate::engine::linkage::decide::Judged;
use crate::engine::linkage::values::{PairValues, Values};
use crate::engine::rows::{Cell, Rows, maybe, text};
use crate::engine::table::{Batch, Kind, Misfit, TableSchema, TableSource};
use crate::tables::TablesError;
use crate::tables::judge::Part;

/// Pairs whose evidence is held at a time.
const PAIRS_AT_ONCE: usize = 1 << 16;
/// Pairs whose values are looked up together.
const PAIRS_TOUCHED: usize = 64;

pub fn link_evidence<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, TablesError> {
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

pub fn differences<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, TablesError> {
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

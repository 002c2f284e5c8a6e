//! One pair of records taken apart, as a run would judge it.

use super::judge::{JudgeError, Linked, Part, Ready};
use super::read::{Read, TableRows};
use crate::config::tables::TablesPlan;
use crate::engine::linkage::explain::LOOK_ALIKES;
use crate::engine::linkage::verdict::Verdict;
use crate::report::waterfall::{Explanation, FieldBar, RecordName, RunnerUp};

/// A record: its table and its row.
type Found = (usize, u32);

/// The two records that a person named, `table:id` or the id alone.
///
/// # Errors
/// In words, when a record is not there, or it is not clear which is meant.
pub fn find(read: &Read, (left, right): (&str, &str)) -> Result<(Found, Found), String> {
    let (lefts, rights) = (candidates(read, left)?, candidates(read, right)?);
    let one_table = read.tables.len() == 1;
    let mut pairs = Vec::new();
    for own in &lefts {
        // The order of the tables decides which way round a pair stands.
        pairs.extend(rights.iter().filter(|other| one_table || other.0 != own.0).map(|other| (*own, *other)));
    }
    pairs.retain(|(own, other)| own != other);
    match pairs.as_slice() {
        [] => Err(format!("`{left}` and `{right}` are no pair: two records of {}", whom(one_table))),
        [only] => Ok(in_order(*only)),
        // Both tables have both ids: the first is meant of the first table.
        [first, ..] if read.tables.len() == 2 => Ok(in_order(*first)),
        several => {
            let name =
                |(table, row): &Found| format!("{}:{}", read.tables[*table].name, row_id(read, *table, *row));
            let list: Vec<String> =
                several.iter().map(|(own, other)| format!("{} {}", name(own), name(other))).collect();
            Err(format!("several pairs have these ids: name the tables\n  {}", list.join("\n  ")))
        }
    }
}

fn whom(one_table: bool) -> &'static str {
    if one_table {
        "one table are compared with each other, not with themselves"
    } else {
        "two tables are compared"
    }
}

fn row_id(read: &Read, table: usize, row: u32) -> &str {
    read.tables[table].id(row)
}

fn in_order((own, other): (Found, Found)) -> (Found, Found) {
    if own.0 > other.0 { (other, own) } else { (own, other) }
}

fn candidates(read: &Read, name: &str) -> Result<Vec<Found>, String> {
    let found = |id: &str, tables: &mut dyn Iterator<Item = (usize, &TableRows)>| -> Vec<Found> {
        tables.filter_map(|(at, table)| Some((at, table.find(id)?))).collect()
    };
    let all = || read.tables.iter().enumerate();
    let mut out = found(name, &mut all());
    if let Some((table, id)) = name.split_once(':') {
        out.extend(found(id, &mut all().filter(|(_, own)| own.name == table)));
    }
    if out.is_empty() {
        let names: Vec<&str> = read.tables.iter().map(|table| table.name.as_str()).collect();
        return Err(format!("no record `{name}`\n  write `table:id`; tables: {}", names.join(", ")));
    }
    Ok(out)
}

/// The explanation of two records of [`find`].
///
/// # Errors
/// When the model does not fit the comparisons.
pub fn explain(
    plan: &TablesPlan,
    read: &Read,
    ready: &Ready<'_>,
    linked: &Linked,
    (left, right): (Found, Found),
) -> Result<Explanation, JudgeError> {
    let is_of = |part: &&Part| part.tables == (left.0, right.0);
    let Some(part) = linked.parts.iter().find(is_of) else {
        let reason = "these tables are not compared".to_owned();
        return Err(JudgeError::Model { path: plan.name.clone(), reason });
    };
    // Within one table a pair stands the way the engine has put it.
    let one_table = left.0 == right.0;
    let stands = |own: u32, other: u32| {
        part.outcome.pairs.iter().find(|pair| pair.left == own && pair.right == other).copied()
    };
    let (judged, left, right) = match stands(left.1, right.1) {
        None if one_table => match stands(right.1, left.1) {
            Some(judged) => (Some(judged), right, left),
            None => (None, left, right),
        },
        judged => (judged, left, right),
    };
    let (own, other) = (&read.tables[left.0], &read.tables[right.0]);
    let waterfall = ready.explain(part, left.1, right.1)?;
    let verdict = waterfall.verdict(judged.as_ref());
    let has_look_alikes = !plan.link.settings.look_alike.is_empty();
    let values = ready.values(part)?;
    let bars = waterfall.bars.into_iter().filter(|bar| bar.name != LOOK_ALIKES || has_look_alikes);
    let bars = bars.map(|bar| {
        let field = values.field(&bar.name);
        let (own, other) = field.map_or((None, None), |field| values.of(left.1, right.1).texts(field));
        FieldBar {
            left: own.map(str::to_owned),
            right: other.map(str::to_owned),
            name: bar.name,
            level: bar.level,
            m: bar.m,
            u: bar.u,
            bits: bar.bits,
            from_frequency: bar.from_frequency,
        }
    });
    let name = |table: &TableRows, row: u32| format!("{}:{}", table.name, table.id(row));
    let record = |table: &TableRows, row: u32| {
        let place = table.place(row);
        RecordName {
            name: name(table, row),
            file: place.map_or_else(String::new, |(place, _)| match &place.sheet {
                Some(sheet) => format!("{}/{sheet}", place.file),
                None => place.file.clone(),
            }),
            row: place.map_or(0, |(_, number)| number),
        }
    };
    Ok(Explanation {
        left: record(own, left.1),
        right: record(other, right.1),
        prior: part.outcome.prior,
        bars: bars.collect(),
        bits: waterfall.bits,
        probability: judged.map_or(waterfall.probability, |judged| judged.probability),
        threshold: part.outcome.threshold,
        verdict: verdict.map(Verdict::name),
        certain: judged.is_some_and(|judged| judged.certain),
        runner_up: judged.and_then(|judged| judged.runner_up).map(|rival| RunnerUp {
            left: name(own, rival.left),
            right: name(other, rival.right),
            margin: rival.margin,
        }),
        objection: None,
        linked_before: Vec::new(),
        scores_decide: true,
        shipped_names: false,
    })
}

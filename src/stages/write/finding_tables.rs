//! Tables `differences`, `findings` and `summary`: what disagrees, what is wrong, and the figures.

use std::sync::Arc;

use super::Night;
use crate::domain::dossier::FieldName;
use crate::engine::frame::Texts;
use crate::engine::id::{self, Id};
use crate::engine::rows::{Cell, Rows, count, int, maybe, text};
use crate::engine::table::{Kind, Misfit, TableSchema, TableSource};
use crate::stages::compare::raw_cell;
use crate::stages::judge::Finding;
use crate::stages::normalise::column::days_of;

pub fn differences<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let systems = Kind::Coded(Arc::new(night.system_names()));
    let schema = TableSchema::new(
        "differences",
        &[
            ("link_id", Kind::Id),
            ("case_id", Kind::Id),
            ("left_system", systems.clone()),
            ("right_system", systems),
            ("left_record_id", Kind::Id),
            ("right_record_id", Kind::Id),
            ("field", Kind::Label),
            ("left_value", Kind::Text),
            ("right_value", Kind::Text),
            ("left_raw", Kind::Text),
            ("right_raw", Kind::Text),
            ("relation", Kind::Label),
            ("explained_by", Kind::Label),
            ("kind", Kind::Label),
            ("rule_id", Kind::Label),
        ],
    );
    let linked = &night.judged.linked;
    let raw: Vec<Option<Texts<'_>>> =
        linked.systems.iter().map(|system| Texts::of(&system.frame, "raw").ok()).collect();
    let table = TableSource::made(schema, night.judged.differences.len(), move |at, rows| {
        let difference = &night.judged.differences[at];
        let link = &linked.links[difference.link as usize];
        let written =
            |system: usize, row: u32| raw[system].and_then(|raw| raw_cell(raw, row, difference.field));
        let (left_raw, right_raw) =
            (written(link.left_system, link.left), written(link.right_system, link.right));
        rows.push([
            text(night.ids.link(link).as_str()),
            text(night.ids.case(linked.case_of[link.left_system][link.left as usize]).as_str()),
            count(link.left_system as u64),
            count(link.right_system as u64),
            text(night.ids.record(link.left_system, link.left).as_str()),
            text(night.ids.record(link.right_system, link.right).as_str()),
            text(difference.field.name()),
            maybe(difference.left.as_deref()),
            maybe(difference.right.as_deref()),
            maybe(left_raw.as_deref()),
            maybe(right_raw.as_deref()),
            text(difference.relation),
            maybe(difference.explained_by.as_deref()),
            maybe(difference.kind.map(|kind| kind.name())),
            maybe(difference.kind.map(|kind| kind.rule())),
        ]);
    });
    Ok(table
        .ordered_by(move |at, key| {
            let link = &linked.links[night.judged.differences[at].link as usize];
            night.place(link.left_system, link.left, key);
        })
        .in_stretches())
}

pub fn findings<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let systems = Kind::Coded(Arc::new(night.system_names()));
    let schema = TableSchema::new(
        "findings",
        &[
            ("finding_id", Kind::Id),
            ("kind", Kind::Label),
            ("rule_id", Kind::Label),
            ("severity", Kind::Label),
            ("state", Kind::Label),
            ("explained_by", Kind::Label),
            ("first_seen", Kind::Date),
            ("last_seen", Kind::Date),
            ("since", Kind::Timestamp),
            ("age_working_days", Kind::Int),
            ("case_id", Kind::Id),
            ("case_code", Kind::Id),
            ("system", systems.clone()),
            ("other_system", systems),
            ("record_id", Kind::Id),
            ("other_record_id", Kind::Id),
            ("link_id", Kind::Id),
            ("field", Kind::Label),
            ("unit", Kind::Label),
            ("procedure", Kind::Label),
            ("detail", Kind::Text),
            ("decision", Kind::Text),
        ],
    );
    let today = days_of(night.plan.as_of.date());
    let linked = &night.judged.linked;
    let table = TableSource::made(schema, night.judged.findings.len(), move |at, rows| {
        let finding = &night.judged.findings[at];
        let case_id = finding.case.map(|case| night.ids.case(case));
        let record = finding.row.map(|row| night.ids.record(finding.system, row));
        let other = finding.other.and_then(|(system, row)| Some(night.ids.record(system, row?)));
        let link = finding.link.map(|link| night.ids.link(&linked.links[link as usize]));
        let first = finding.case.and_then(|case| {
            let standing = |system| night.judged.standing(case as usize, system).row.map(|row| (system, row));
            (0..night.records.len()).find_map(standing)
        });
        let of_case = |field| first.and_then(|(system, row)| night.records[system].text(field, row as usize));
        rows.push([
            text(finding_id(night, finding, case_id, record).as_str()),
            text(finding.kind.name()),
            text(finding.kind.rule()),
            text(finding.severity.code()),
            text(if finding.expected { "expected" } else { "new" }),
            maybe(finding.explained_by.as_deref()),
            int(today),
            int(today),
            Cell::Int(finding.since.map(|since| since.and_utc().timestamp_millis())),
            Cell::Int(finding.age_working_days),
            maybe(case_id.as_ref().map(Id::as_str)),
            maybe(of_case(FieldName::Code)),
            count(finding.system as u64),
            Cell::Int(finding.other.map(|(system, _)| system as i64)),
            maybe(record.as_ref().map(Id::as_str)),
            maybe(other.as_ref().map(Id::as_str)),
            maybe(link.as_ref().map(Id::as_str)),
            maybe(finding.field.map(FieldName::name)),
            maybe(of_case(FieldName::Unit)),
            maybe(of_case(FieldName::Procedure)),
            text(&finding.detail),
            Cell::Text(None),
        ]);
    });
    Ok(table.ordered_by(move |at, key| {
        let finding = &night.judged.findings[at];
        key.extend((finding.kind as u16).to_be_bytes());
        key.push(u8::from(finding.case.is_some()));
        if let Some(case) = finding.case {
            night.place_of_case(case as usize, key);
        }
    }))
}

/// A finding keeps its id while its fault stands: values take no part in it.
fn finding_id(night: &Night<'_>, finding: &Finding, case: Option<Id>, record: Option<Id>) -> Id {
    let system = &night.plan.systems[finding.system].name;
    let other = finding.other.map_or("", |(system, _)| night.plan.systems[system].name.as_str());
    let field = finding.field.map_or("", FieldName::name);
    // A case may hold several records of one system: those that do not stand for it are named.
    let stands = |case: u32| night.judged.standing(case as usize, finding.system).row;
    let record = record.filter(|_| finding.case.is_none_or(|case| stands(case) != finding.row));
    let about = match case {
        Some(case) => case.to_string(),
        None => finding.name.clone(),
    };
    let record = record.map(|record| record.to_string()).unwrap_or_default();
    id::of(&["finding", finding.kind.name(), system, other, &about, field, &record])
}

pub fn summary<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let schema = TableSchema::new(
        "summary",
        &[
            ("dimension", Kind::Label),
            ("key", Kind::Text),
            ("figure", Kind::Label),
            ("period_from", Kind::Date),
            ("period_to", Kind::Date),
            ("value", Kind::Float),
            ("published", Kind::Float),
            ("gap", Kind::Float),
            ("source", Kind::Text),
        ],
    );
    let (from, to) = night.plan.period.unzip();
    let mut rows = Rows::new(&schema, night.judged.figures.len());
    for figure in &night.judged.figures {
        rows.push([
            text(figure.dimension),
            text(&figure.key),
            text(&figure.figure),
            Cell::Int(from.map(days_of)),
            Cell::Int(to.map(days_of)),
            Cell::Float(Some(figure.value)),
            Cell::Float(figure.published),
            Cell::Float(figure.gap),
            maybe(figure.source.as_deref()),
        ]);
    }
    rows.table(schema)
}

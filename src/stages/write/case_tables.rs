//! Tables `cases`, `links`, `link_evidence` and `duplicates`: which records are one dossier.

use std::sync::Arc;

use super::deadlines::deadlines;
use super::identifiers::Veil;
use super::rows::{Cell, Rows, count, int, maybe, text, to_places};
use super::{Night, TableError};
use crate::config::plan::RunPlan;
use crate::domain::dossier::FieldName;
use crate::domain::rules::r04_typed_twice::DuplicateReason;
use crate::engine::id;
use crate::engine::linkage::explain::LOOK_ALIKES;
use crate::engine::table::{ColumnSpec, Kind, Table, TableSchema};
use crate::stages::link::{Link, scored};
use crate::stages::normalise::column::days_of;

pub fn cases(night: &Night<'_>) -> Result<Table, TableError> {
    let schema = cases_schema(night.plan);
    let judged = night.judged;
    let deadlines = deadlines(night);
    let mut rows = Rows::new(schema, judged.linked.cases.len());
    for (case, members) in judged.linked.cases.iter().enumerate() {
        let case_id = night.ids.case(case as u32);
        let standings: Vec<_> =
            (0..night.records.len()).map(|system| *judged.standing(case, system)).collect();
        let first = standings.iter().enumerate().find_map(|(system, standing)| Some((system, standing.row?)));
        let Some((system, row)) = first.or(members.members.first().copied()) else { continue };
        let (records, at) = (&night.records[system], row as usize);
        let field = |field| maybe(records.text(field, at));
        let moment = |field| Cell::Int(records.int(field, at));
        let deadline = &deadlines[case];
        let mut cells = vec![
            text(case_id.as_str()),
            field(FieldName::Code),
            field(FieldName::Procedure),
            field(FieldName::Field),
            field(FieldName::Unit),
            field(FieldName::Level),
            field(FieldName::Channel),
            moment(FieldName::ReceivedAt),
            moment(FieldName::DueAt),
            moment(FieldName::FinishedAt),
            moment(FieldName::ReturnedAt),
            moment(FieldName::Status),
            count(standings.iter().filter(|standing| standing.row.is_some()).count() as u64),
            maybe(deadline.ways.map(|ways| ways.form_06_ts.code())),
            maybe(deadline.ways.map(|ways| ways.table_766_date.code())),
            maybe(deadline.ways.map(|ways| ways.formula_766.code())),
            maybe(deadline.differs),
            Cell::Int(deadline.last_day.map(days_of)),
            Cell::Int(deadline.overdue_days),
            maybe(deadline.procedure),
            maybe(deadline.unit_today.as_deref()),
            maybe(deadline.unit),
        ];
        let ids: Vec<Option<id::Id>> = standings
            .iter()
            .enumerate()
            .map(|(system, standing)| standing.row.map(|row| night.ids.record(system, row)))
            .collect();
        for (system, (standing, id)) in standings.iter().zip(&ids).enumerate() {
            cells.push(maybe(id.as_ref().map(id::Id::as_str)));
            cells.push(int(standing.records));
            let status =
                standing.row.and_then(|row| night.records[system].int(FieldName::Status, row as usize));
            cells.push(Cell::Int(status));
            cells.push(text(standing.verdict.code()));
            cells.push(maybe(standing.reason));
        }
        rows.push(cells);
    }
    rows.finish()
}

/// The columns of `cases`: a fixed part, then five per system.
pub fn cases_schema(plan: &RunPlan) -> TableSchema {
    let mut schema = TableSchema::new(
        "cases",
        &[
            ("case_id", Kind::Id),
            ("case_code", Kind::Id),
            ("procedure", Kind::Label),
            ("field", Kind::Label),
            ("unit", Kind::Label),
            ("level", Kind::Label),
            ("channel", Kind::Label),
            ("received_at", Kind::Timestamp),
            ("due_at", Kind::Timestamp),
            ("finished_at", Kind::Timestamp),
            ("returned_at", Kind::Timestamp),
            ("status", Kind::Int),
            ("systems", Kind::Int),
            ("timeliness_06_ts", Kind::Label),
            ("timeliness_766_date", Kind::Label),
            ("timeliness_766_formula", Kind::Label),
            ("timeliness_differs", Kind::Label),
            ("last_day", Kind::Date),
            ("overdue_days", Kind::Int),
            ("procedure_standing", Kind::Label),
            ("unit_today", Kind::Text),
            ("unit_standing", Kind::Label),
        ],
    );
    for system in &plan.systems {
        let parts = [
            ("record_id", Kind::Id),
            ("records", Kind::Int),
            ("status", Kind::Int),
            ("verdict", Kind::Label),
            ("reason", Kind::Label),
        ];
        schema
            .columns
            .extend(parts.map(|(part, kind)| ColumnSpec { name: format!("{}_{part}", system.name), kind }));
    }
    schema
}

pub fn links(night: &Night<'_>) -> Result<Table, TableError> {
    let systems = Kind::Coded(Arc::new(night.system_names()));
    let schema = TableSchema::new(
        "links",
        &[
            ("link_id", Kind::Id),
            ("case_id", Kind::Id),
            ("left_system", systems.clone()),
            ("left_record_id", Kind::Id),
            ("right_system", systems),
            ("right_record_id", Kind::Id),
            ("rung", Kind::Label),
            ("state", Kind::Label),
            ("weight", Kind::Float),
            ("probability", Kind::Float),
            ("gap_seconds", Kind::Int),
            ("runner_up_record_id", Kind::Id),
            ("margin_seconds", Kind::Int),
            ("certain", Kind::Flag),
            ("margin", Kind::Float),
        ],
    );
    let linked = &night.judged.linked;
    let mut rows = Rows::new(schema, linked.links.len());
    for link in &linked.links {
        let Link { left_system, left, right_system, right, rung, ambiguous, gap_ms, .. } = *link;
        let Link { runner_up, margin_ms, weight, .. } = *link;
        let runner_up = runner_up.map(|(system, row)| night.ids.record(system, row));
        rows.push([
            text(night.ids.link(link).as_str()),
            text(night.ids.case(linked.case_of[left_system][left as usize]).as_str()),
            count(left_system as u64),
            text(night.ids.record(left_system, left).as_str()),
            count(right_system as u64),
            text(night.ids.record(right_system, right).as_str()),
            text(night.plan.ladder[rung].code()),
            text(if ambiguous { "ambiguous" } else { "linked" }),
            Cell::Float(weight.map(|weight| to_places(weight.bits, 3))),
            Cell::Float(weight.map(|weight| to_places(weight.probability, 6))),
            Cell::Int(gap_ms.map(|gap| gap / 1000)),
            maybe(runner_up.as_ref().map(id::Id::as_str)),
            Cell::Int(margin_ms.map(|margin| margin / 1000)),
            Cell::Int(weight.map(|weight| i64::from(weight.certain))),
            Cell::Float(weight.and_then(|weight| weight.margin).map(|margin| to_places(margin, 3))),
        ]);
    }
    rows.finish()
}

/// What speaks for and against each scored link, one row per field that could be compared.
pub fn link_evidence(night: &Night<'_>) -> Result<Table, TableError> {
    let schema = TableSchema::new(
        "link_evidence",
        &[
            ("link_id", Kind::Id),
            ("field", Kind::Label),
            ("level", Kind::Label),
            ("weight", Kind::Float),
            ("left_value", Kind::Text),
            ("right_value", Kind::Text),
        ],
    );
    let linked = &night.judged.linked;
    let veil = Veil::new(&night.plan.privacy.identifiers);
    let mut rows = Rows::new(schema, linked.evidence.values().map(Vec::len).sum());
    for link in linked.links.iter().filter(|link| link.weight.is_some()) {
        for bar in linked.evidence.get(&link.ends()).into_iter().flatten() {
            let weight = to_places(bar.bits, 3);
            // Look-alikes that take nothing off say nothing.
            if bar.comparison == LOOK_ALIKES && weight == 0.0 {
                continue;
            }
            let field = FieldName::from_name(&bar.comparison);
            let shown = |system: usize, row: u32| {
                let value = scored::value(&night.records[system], field?, row)?;
                Some(field.filter(|field| field.is_sensitive()).map_or_else(
                    || value.clone().into_owned(),
                    |field| veil.over(field, &value).into_owned(),
                ))
            };
            rows.push([
                text(night.ids.link(link).as_str()),
                text(&bar.comparison),
                text(&bar.level),
                Cell::Float(Some(weight)),
                maybe(shown(link.left_system, link.left).as_deref()),
                maybe(shown(link.right_system, link.right).as_deref()),
            ]);
        }
    }
    rows.finish()
}

pub fn duplicates(night: &Night<'_>) -> Result<Table, TableError> {
    let schema = TableSchema::new(
        "duplicates",
        &[
            ("group_id", Kind::Id),
            ("case_id", Kind::Id),
            ("system", Kind::Coded(Arc::new(night.system_names()))),
            ("record_id", Kind::Id),
            ("code", Kind::Id),
            ("is_survivor", Kind::Flag),
            ("survivor_record_id", Kind::Id),
            ("kind", Kind::Label),
            ("weight", Kind::Float),
            ("probability", Kind::Float),
            ("file", Kind::Label),
            ("sheet", Kind::Label),
            ("row", Kind::Int),
        ],
    );
    let linked = &night.judged.linked;
    let mut rows = Rows::new(schema, linked.duplicates.len() * 2);
    let mut member = |system: usize, survivor: u32, row: u32, kind: Option<DuplicateReason>| {
        let by_score = kind == Some(DuplicateReason::TypedTwiceByScore);
        let weight = linked.weights.get(&(system, row)).filter(|_| by_score);
        let survivor_id = night.ids.record(system, survivor);
        let source = super::source(night, system, row);
        rows.push([
            text(id::of(&["group", survivor_id.as_str()]).as_str()),
            text(night.ids.case(linked.case_of[system][row as usize]).as_str()),
            count(system as u64),
            text(night.ids.record(system, row).as_str()),
            maybe(night.records[system].text(FieldName::Code, row as usize)),
            int(i64::from(kind.is_none())),
            text(survivor_id.as_str()),
            maybe(kind.map(DuplicateReason::code)),
            Cell::Float(weight.map(|own| to_places(own.bits, 3))),
            Cell::Float(weight.map(|own| to_places(own.probability, 6))),
            maybe(source.map(|(place, _)| place.file.as_str())),
            maybe(source.and_then(|(place, _)| place.sheet.as_deref())),
            Cell::Int(source.map(|(_, row)| row)),
        ]);
    };
    let mut last = None;
    for duplicate in &linked.duplicates {
        let group = (duplicate.system, duplicate.survivor);
        if last != Some(group) {
            member(duplicate.system, duplicate.survivor, duplicate.survivor, None);
            last = Some(group);
        }
        member(duplicate.system, duplicate.survivor, duplicate.row, Some(duplicate.kind));
    }
    rows.finish()
}

//! Tables `cases`, `links`, `link_evidence` and `duplicates`: which records are one dossier.

use std::sync::Arc;

use super::Night;
use super::deadlines::{Deadline, deadline};
use super::identifiers::Veil;
use crate::config::plan::RunPlan;
use crate::domain::date::Grain;
use crate::domain::dossier::FieldName;
use crate::domain::rules::r04_typed_twice::DuplicateReason;
use crate::engine::id;
use crate::engine::linkage::explain::LOOK_ALIKES;
use crate::engine::rows::{Cell, Rows, count, int, maybe, text, to_places};
use crate::engine::table::{ColumnSpec, Kind, Misfit, TableSchema, TableSource};
use crate::stages::dedupe::Duplicate;
use crate::stages::judge::verdict::Reason;
use crate::stages::link::Link;
use crate::stages::link::scored::{self, Bar};
use crate::stages::normalise::column::days_of;

pub fn cases<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let schema = cases_schema(night.plan);
    let table = TableSource::made_by_column(schema, night.judged.linked.cases.len(), move |wanted, rows| {
        let lines: Vec<CaseLine<'_>> = wanted.iter().filter_map(|case| CaseLine::of(night, *case)).collect();
        fill_case(night, &lines, rows);
        for system in 0..night.records.len() {
            fill_standing(night, &lines, system, CASE_COLUMNS.len() + SYSTEM_COLUMNS.len() * system, rows);
        }
    });
    Ok(table.ordered_by(move |case, key| night.place_of_case(case, key)).in_stretches())
}

/// A case, the record that speaks for it, and what the reference tables say.
struct CaseLine<'n> {
    case: usize,
    system: usize,
    row: u32,
    deadline: Deadline<'n>,
}

impl<'n> CaseLine<'n> {
    /// `None` for a case without records, which there is not.
    fn of(night: &'n Night<'_>, case: usize) -> Option<Self> {
        let mut systems = 0..night.records.len();
        let first = systems.find_map(|system| Some((system, night.judged.standing(case, system).row?)));
        let (system, row) = first.or_else(|| night.judged.linked.cases.of(case).next())?;
        Some(Self { case, system, row, deadline: deadline(night, system, row) })
    }
}

/// The columns of the case itself.
fn fill_case(night: &Night<'_>, lines: &[CaseLine<'_>], rows: &mut Rows) {
    let records = &night.records;
    let standing = |line: &CaseLine<'_>, system| night.judged.standing(line.case, system);
    for (column, (name, _)) in CASE_COLUMNS.iter().enumerate() {
        let all = lines.iter();
        match *name {
            "case_id" => rows.ids(column, all.map(|line| Some(night.ids.case(line.case as u32)))),
            "systems" => {
                let present = |line: &CaseLine<'_>| {
                    (0..records.len()).filter(|system| standing(line, *system).row.is_some()).count() as i64
                };
                rows.ints(column, all.map(|line| Some(present(line))));
            }
            "timeliness_06_ts" => {
                rows.texts(column, all.map(|line| line.deadline.ways.map(|ways| ways.form_06_ts.code())));
            }
            "timeliness_766_date" => {
                rows.texts(column, all.map(|line| line.deadline.ways.map(|ways| ways.table_766_date.code())));
            }
            "timeliness_766_formula" => {
                rows.texts(column, all.map(|line| line.deadline.ways.map(|ways| ways.formula_766.code())));
            }
            "timeliness_differs" => rows.texts(column, all.map(|line| line.deadline.differs)),
            "last_day" => rows.ints(column, all.map(|line| line.deadline.last_day.map(days_of))),
            "overdue_days" => rows.ints(column, all.map(|line| line.deadline.overdue_days)),
            "procedure_standing" => rows.texts(column, all.map(|line| line.deadline.procedure)),
            "unit_today" => rows.texts(column, all.map(|line| line.deadline.unit_today.as_deref())),
            "unit_standing" => rows.texts(column, all.map(|line| line.deadline.unit)),
            name => {
                let name = if name == "case_code" { "code" } else { name };
                let is_mapped =
                    |field: &FieldName| records.iter().any(|records| records.column(*field).is_some());
                match FieldName::from_name(name).filter(is_mapped) {
                    Some(field) if field.is_text() => rows
                        .texts(column, all.map(|line| records[line.system].text(field, line.row as usize))),
                    Some(field) => {
                        rows.ints(column, all.map(|line| records[line.system].int(field, line.row as usize)))
                    }
                    None => rows.nulls(column, lines.len()),
                }
            }
        }
    }
}

/// Where the cases stand in one system; `at`: the first of its columns.
fn fill_standing(night: &Night<'_>, lines: &[CaseLine<'_>], system: usize, at: usize, rows: &mut Rows) {
    let standing = |line: &CaseLine<'_>| night.judged.standing(line.case, system);
    let all = || lines.iter().map(standing);
    let status = |row: u32| night.records[system].int(FieldName::Status, row as usize);
    rows.ids(at, all().map(|standing| standing.row.map(|row| night.ids.record(system, row))));
    rows.ints(at + 1, all().map(|standing| Some(i64::from(standing.records))));
    rows.ints(at + 2, all().map(|standing| standing.row.and_then(status)));
    rows.texts(at + 3, all().map(|standing| Some(standing.verdict.code())));
    rows.texts(at + 4, all().map(|standing| standing.reason.map(Reason::code)));
}

/// The columns of `cases` that are there whatever the systems.
const CASE_COLUMNS: [(&str, Kind); 22] = [
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
];

/// The columns of `cases` of one system, behind its name.
const SYSTEM_COLUMNS: [(&str, Kind); 5] = [
    ("record_id", Kind::Id),
    ("records", Kind::Int),
    ("status", Kind::Int),
    ("verdict", Kind::Label),
    ("reason", Kind::Label),
];

/// The columns of `cases`: a fixed part, then five per system.
pub fn cases_schema(plan: &RunPlan) -> TableSchema {
    let mut schema = TableSchema::new("cases", &CASE_COLUMNS);
    for system in &plan.systems {
        let of_system = SYSTEM_COLUMNS.iter();
        schema.columns.extend(
            of_system.map(|(part, kind)| ColumnSpec {
                name: format!("{}_{part}", system.name),
                kind: kind.clone(),
            }),
        );
    }
    schema
}

pub fn links<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
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
    let ids = &night.ids;
    let table = TableSource::made_by_column(schema, linked.links.len(), move |wanted, rows| {
        let links = || wanted.iter().map(|at| &linked.links[*at]);
        let case = |link: &Link| linked.case_of[link.left_system][link.left as usize];
        let state = |link: &Link| if link.ambiguous { "ambiguous" } else { "linked" };
        let besides = || links().map(|link| link.besides.as_deref());
        let scored = || besides().map(|besides| besides?.weight);
        rows.ids(0, links().map(|link| Some(ids.link(link))));
        rows.ids(1, links().map(|link| Some(ids.case(case(link)))));
        rows.ints(2, links().map(|link| Some(link.left_system as i64)));
        rows.ids(3, links().map(|link| Some(ids.record(link.left_system, link.left))));
        rows.ints(4, links().map(|link| Some(link.right_system as i64)));
        rows.ids(5, links().map(|link| Some(ids.record(link.right_system, link.right))));
        rows.texts(6, links().map(|link| Some(night.plan.ladder[link.rung].code())));
        rows.texts(7, links().map(|link| Some(state(link))));
        rows.floats(8, scored().map(|weight| Some(to_places(weight?.bits, 3))));
        rows.floats(9, scored().map(|weight| Some(to_places(weight?.probability, 6))));
        rows.ints(10, links().map(|link| Some(link.gap_ms(&night.records)? / 1000)));
        rows.ids(
            11,
            besides().map(|besides| besides?.runner_up.map(|(system, row)| ids.record(system, row))),
        );
        rows.ints(12, besides().map(|besides| Some(besides?.margin_ms? / 1000)));
        rows.ints(13, scored().map(|weight| Some(i64::from(weight?.certain))));
        rows.floats(14, scored().map(|weight| Some(to_places(weight?.margin?, 3))));
    });
    Ok(table
        .ordered_by(move |at, key| night.place(linked.links[at].left_system, linked.links[at].left, key))
        .in_stretches())
}

/// What speaks for and against each scored link, one row per field that could be compared.
pub fn link_evidence<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
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
    let scored = linked.links.iter().filter(|link| link.weight().is_some());
    let bars = scored
        .flat_map(|link| linked.evidence.get(&link.ends()).into_iter().flatten().map(move |bar| (link, bar)));
    // Look-alikes that take nothing off say nothing.
    let speaks = |bar: &Bar| bar.comparison != LOOK_ALIKES || to_places(bar.bits, 3) != 0.0;
    let bars: Vec<(&Link, &Bar)> = bars.filter(|(_, bar)| speaks(bar)).collect();
    let ends: Vec<(usize, u32)> = bars.iter().map(|(link, _)| (link.left_system, link.left)).collect();
    let table = TableSource::made(schema, bars.len(), move |at, rows| {
        let (link, bar) = bars[at];
        let field = FieldName::from_name(&bar.comparison);
        let shown =
            |system: usize, row: u32| {
                let value = scored::value(&night.records[system], field?, row, Grain::Second)?;
                Some(field.filter(|field| field.is_sensitive()).map_or_else(
                    || value.clone().into_owned(),
                    |field| veil.over(field, &value).into_owned(),
                ))
            };
        rows.push([
            text(night.ids.link(link).as_str()),
            text(&bar.comparison),
            text(&bar.level),
            Cell::Float(Some(to_places(bar.bits, 3))),
            maybe(shown(link.left_system, link.left).as_deref()),
            maybe(shown(link.right_system, link.right).as_deref()),
        ]);
    });
    Ok(table.ordered_by(move |at, key| night.place(ends[at].0, ends[at].1, key)).in_stretches())
}

pub fn duplicates<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
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
    // A group begins with its survivor.
    let mut members: Vec<(Duplicate, bool)> = Vec::with_capacity(linked.duplicates.len() * 2);
    let mut last = None;
    for duplicate in &linked.duplicates {
        let group = (duplicate.system, duplicate.survivor);
        if last.replace(group) != Some(group) {
            members.push((Duplicate { row: duplicate.survivor, ..*duplicate }, true));
        }
        members.push((*duplicate, false));
    }
    let survivors: Vec<(usize, u32)> = members.iter().map(|(of, _)| (of.system, of.survivor)).collect();
    let table = TableSource::made(schema, members.len(), move |at, rows| {
        let (Duplicate { system, survivor, row, kind }, is_survivor) = members[at];
        let kind = Some(kind).filter(|_| !is_survivor);
        let by_score = kind == Some(DuplicateReason::TypedTwiceByScore);
        let weight = linked.weights.get(&(system, row)).filter(|_| by_score);
        let survivor_id = night.ids.record(system, survivor);
        let source = super::source(night.judged, system, row);
        rows.push([
            Cell::Id(Some(id::of(&["group", survivor_id.as_str()]))),
            Cell::Id(Some(night.ids.case(linked.case_of[system][row as usize]))),
            count(system as u64),
            Cell::Id(Some(night.ids.record(system, row))),
            maybe(night.records[system].text(FieldName::Code, row as usize)),
            int(i64::from(is_survivor)),
            Cell::Id(Some(survivor_id)),
            maybe(kind.map(DuplicateReason::code)),
            Cell::Float(weight.map(|own| to_places(own.bits, 3))),
            Cell::Float(weight.map(|own| to_places(own.probability, 6))),
            maybe(source.map(|(place, _)| place.file.as_str())),
            maybe(source.and_then(|(place, _)| place.sheet.as_deref())),
            Cell::Int(source.map(|(_, row)| row)),
        ]);
    });
    Ok(table.ordered_by(move |at, key| night.place(survivors[at].0, survivors[at].1, key)).in_stretches())
}

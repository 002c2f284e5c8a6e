//! Tables `form_06a` and `overdue`: what a province reports, and the list of its late dossiers.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Night;
use crate::config::plan::RunPlan;
use crate::domain::deadline::OfficeClock;
use crate::domain::dossier::FieldName;
use crate::domain::rules::r12_apology::{Lateness, apology};
use crate::engine::merge::{push_int, push_text};
use crate::engine::rows::{Cell, Rows, count, int, maybe, text};
use crate::engine::table::{Kind, Misfit, TableSchema, TableSource};
use crate::stages::judge::clock;

pub fn form_06a_schema() -> TableSchema {
    TableSchema::new(
        "form_06a",
        &[
            ("dimension", Kind::Label),
            ("key", Kind::Text),
            ("name", Kind::Text),
            ("c3_received", Kind::Int),
            ("c4_new_online", Kind::Int),
            ("c5_new_direct_post", Kind::Int),
            ("c6_carried_over", Kind::Int),
            ("c7_resolved", Kind::Int),
            ("c8_early", Kind::Int),
            ("c9_on_time", Kind::Int),
            ("c10_late", Kind::Int),
            ("c11_in_process", Kind::Int),
            ("c12_in_process_in_time", Kind::Int),
            ("c13_in_process_overdue", Kind::Int),
            ("withdrawn", Kind::Int),
            ("mean_days", Kind::Float),
            ("late_with_apology", Kind::Int),
            ("late_without_apology", Kind::Int),
            ("ties", Kind::Flag),
        ],
    )
}

pub fn form_06a<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let apologies = night.plan.systems[RunPlan::HUB].maps(FieldName::ApologyAt);
    let mut rows = Rows::new(&form_06a_schema(), night.judged.forms.len());
    for line in &night.judged.forms {
        let mut cells = vec![text(line.dimension), text(&line.key), maybe(line.name.as_deref())];
        cells.extend(line.form.values().map(count));
        let withdrawn = night.plan.withdrawn_apart.then_some(line.withdrawn as i64);
        let apology = |count: u64| Cell::Int(apologies.then_some(count as i64));
        cells.extend([
            Cell::Int(withdrawn),
            Cell::Float(line.mean_days),
            apology(line.late_with_apology),
            apology(line.late_without_apology),
            int(i64::from(line.form.identities(None).is_empty())),
        ]);
        rows.push(cells);
    }
    rows.table(form_06a_schema())
}

fn with<T: Ord>(mut set: BTreeSet<T>, value: T) -> BTreeSet<T> {
    set.insert(value);
    set
}

fn together<T: Ord>(mut one: BTreeSet<T>, mut other: BTreeSet<T>) -> BTreeSet<T> {
    one.append(&mut other);
    one
}

pub fn overdue_schema() -> TableSchema {
    TableSchema::new(
        "overdue",
        &[
            ("case_id", Kind::Id),
            ("code", Kind::Id),
            ("unit", Kind::Label),
            ("unit_name", Kind::Label),
            ("field", Kind::Label),
            ("procedure", Kind::Label),
            ("procedure_name", Kind::Label),
            ("status", Kind::Int),
            ("received_at", Kind::Timestamp),
            ("due_at", Kind::Timestamp),
            ("ended_at", Kind::Timestamp),
            ("overdue_days", Kind::Int),
            ("apology", Kind::Label),
            ("apology_at", Kind::Timestamp),
            ("extensions", Kind::Int),
        ],
    )
}

pub fn overdue<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let Night { plan, reference, judged, records, ids } = night;
    let hub = &records[RunPlan::HUB];
    // Of a dossier typed twice, one line.
    let stands = |row: &u32| judged.stands(RunPlan::HUB, *row);
    let office = OfficeClock::new(&reference.calendar, plan.office);
    let overdue = |row: u32| {
        let lateness = clock::lateness(hub, row);
        Some((row, lateness?, clock::overdue_days(&office, lateness, plan.as_of)?))
    };
    let all = (0..hub.len() as u32).into_par_iter().with_min_len(4096);
    let mut late: Vec<(u32, Lateness, i64)> = all.filter(stands).filter_map(overdue).collect();
    let unit = |line: &(u32, Lateness, i64)| hub.text(FieldName::Unit, line.0 as usize);
    // Units are few: their places among themselves are compared, and not their names.
    let units = late.par_iter().map(unit).fold(BTreeSet::new, with).reduce(BTreeSet::new, together);
    let units: BTreeMap<Option<&str>, usize> = units.into_iter().zip(0..).collect();
    // Records stand in the order of their codes.
    late.par_sort_by_cached_key(|line| {
        (units.get(&unit(line)), hub.int(FieldName::DueAt, line.0 as usize), line.0)
    });
    let maps_apology = plan.systems[RunPlan::HUB].maps(FieldName::ApologyAt);
    let lines: Vec<u32> = late.iter().map(|(row, ..)| *row).collect();
    let table = TableSource::made_by_column(overdue_schema(), late.len(), move |wanted, rows| {
        let of = || wanted.iter().map(|line| &late[*line]);
        let case = |row: u32| ids.case(judged.linked.case_of[RunPlan::HUB][row as usize]);
        let letter = |lateness: &Lateness| match lateness.apology {
            None => "none",
            Some(_) if apology(lateness, plan.as_of, plan.thresholds.apology_grace).is_some() => "too_late",
            Some(_) => "in_time",
        };
        rows.ids(0, of().map(|(row, ..)| Some(case(*row))));
        for (column, field) in [
            (1, FieldName::Code),
            (2, FieldName::Unit),
            (3, FieldName::UnitName),
            (4, FieldName::Field),
            (5, FieldName::Procedure),
            (6, FieldName::ProcedureName),
        ] {
            match hub.column(field) {
                Some(_) => rows.texts(column, of().map(|(row, ..)| hub.text(field, *row as usize))),
                None => rows.nulls(column, wanted.len()),
            }
        }
        for (column, field) in [
            (7, FieldName::Status),
            (8, FieldName::ReceivedAt),
            (9, FieldName::DueAt),
            (13, FieldName::ApologyAt),
            (14, FieldName::Extensions),
        ] {
            match hub.column(field) {
                Some(_) => rows.ints(column, of().map(|(row, ..)| hub.int(field, *row as usize))),
                None => rows.nulls(column, wanted.len()),
            }
        }
        let ended = |lateness: &Lateness| Some(lateness.ended?.and_utc().timestamp_millis());
        rows.ints(10, of().map(|(_, lateness, _)| ended(lateness)));
        rows.ints(11, of().map(|(.., days)| Some(*days)));
        rows.texts(12, of().map(|(_, lateness, _)| maps_apology.then(|| letter(lateness))));
    });
    Ok(table.ordered_by(move |line, key| {
        let row = lines[line];
        push_text(key, hub.text(FieldName::Unit, row as usize));
        push_int(key, hub.int(FieldName::DueAt, row as usize));
        night.place(RunPlan::HUB, row, key);
    }))
}

//! Tables `feeds`, `feed_columns` and `quarantine`: what came in, and what was refused.

use std::sync::Arc;

use super::Night;
use crate::domain::dossier::FieldName;
use crate::engine::rows::{Cell, Rows, count, maybe, text};
use crate::engine::table::{Kind, Misfit, TableSchema, TableSource};

pub fn feeds<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let schema = TableSchema::new(
        "feeds",
        &[
            ("system", Kind::Label),
            ("role", Kind::Label),
            ("file", Kind::Text),
            ("format", Kind::Label),
            ("nights_back", Kind::Int),
            ("bytes", Kind::Int),
            ("sha256", Kind::Text),
            ("extracted_at", Kind::Timestamp),
            ("rows", Kind::Int),
            ("accepted", Kind::Int),
            ("quarantined", Kind::Int),
            ("set_aside", Kind::Int),
            ("health", Kind::Label),
            ("reason", Kind::Text),
            ("remark", Kind::Text),
        ],
    );
    let mut rows = Rows::new(&schema, night.plan.systems.len());
    for (plan, system) in night.plan.systems.iter().zip(&night.judged.linked.systems) {
        for feed in &system.feeds {
            rows.push([
                text(&plan.name),
                text(plan.role.code()),
                text(&feed.file),
                maybe((!feed.format.is_empty()).then_some(feed.format)),
                count(u64::from(feed.nights_back)),
                count(feed.bytes),
                maybe((!feed.sha256.is_empty()).then_some(&feed.sha256)),
                Cell::Int(feed.extracted_at.map(|at| at.and_utc().timestamp_millis())),
                count(feed.rows),
                count(feed.rows - feed.quarantined),
                count(feed.quarantined),
                count(feed.set_aside),
                text(feed.health.code()),
                maybe((!feed.reason.is_empty()).then_some(&feed.reason)),
                maybe((!feed.remark.is_empty()).then_some(&feed.remark)),
            ]);
        }
    }
    rows.table(schema)
}

pub fn feed_columns<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let schema = TableSchema::new(
        "feed_columns",
        &[
            ("system", Kind::Label),
            ("file", Kind::Text),
            ("sheet", Kind::Text),
            ("position", Kind::Int),
            ("header", Kind::Text),
            ("field", Kind::Label),
            ("encoding", Kind::Label),
            ("confidence", Kind::Float),
            ("cells", Kind::Int),
            ("empty", Kind::Int),
            ("unreadable", Kind::Int),
            ("repaired", Kind::Int),
            ("values", Kind::Text),
        ],
    );
    let mut rows = Rows::new(&schema, night.plan.systems.len());
    for (plan, system) in night.plan.systems.iter().zip(&night.judged.linked.systems) {
        for (feed, column) in system.feeds.iter().flat_map(|feed| feed.columns.iter().map(move |c| (feed, c)))
        {
            let tally = &column.tally;
            let counted = |number: u64| Cell::Int(column.field.and(i64::try_from(number).ok()));
            let values: Vec<&String> = tally.values.keys().collect();
            let values = (!values.is_empty()).then(|| serde_json::json!(values).to_string());
            rows.push([
                text(&plan.name),
                text(&feed.file),
                maybe(column.sheet.as_deref()),
                Cell::Int(column.position.map(|at| at as i64 + 1)),
                text(&column.header),
                maybe(column.field.map(FieldName::name)),
                maybe(column.encoding),
                Cell::Float(column.confidence.map(|share| (share * 1000.0).round() / 1000.0)),
                counted(tally.cells),
                counted(tally.empty),
                counted(tally.unreadable),
                counted(tally.repaired),
                maybe(values.as_deref()),
            ]);
        }
    }
    rows.table(schema)
}

pub fn quarantine<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let schema = TableSchema::new(
        "quarantine",
        &[
            ("system", Kind::Coded(Arc::new(night.system_names()))),
            ("file", Kind::Text),
            ("sheet", Kind::Text),
            ("row", Kind::Int),
            ("column", Kind::Text),
            ("scope", Kind::Label),
            ("reason", Kind::Label),
            ("detail", Kind::Text),
            ("code", Kind::Id),
            ("masked_value", Kind::Text),
        ],
    );
    let mut entries: Vec<_> = night.judged.linked.quarantine.iter().collect();
    entries.sort_by_key(|entry| (entry.system, &entry.file, &entry.sheet, entry.row, &entry.column));
    Ok(TableSource::made(schema, entries.len(), move |at, rows| {
        let entry = entries[at];
        rows.push([
            count(entry.system as u64),
            text(&entry.file),
            maybe(entry.sheet.as_deref()),
            count(entry.row),
            maybe(entry.column.as_deref()),
            text(entry.scope.code()),
            text(entry.reason),
            text(&entry.detail),
            maybe(entry.code.as_deref()),
            maybe(entry.masked.as_deref()),
        ]);
    }))
}

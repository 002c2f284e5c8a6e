//! Tables `feeds` and `quarantine`: what came in, and what was refused.

use std::sync::Arc;

use super::rows::{Rows, count, maybe, text};
use super::{Night, TableError};
use crate::engine::table::{Kind, Table, TableSchema};

pub fn feeds(night: &Night<'_>) -> Result<Table, TableError> {
    let schema = TableSchema::new(
        "feeds",
        &[
            ("system", Kind::Label),
            ("role", Kind::Label),
            ("file", Kind::Text),
            ("format", Kind::Label),
            ("bytes", Kind::Int),
            ("sha256", Kind::Text),
            ("rows", Kind::Int),
            ("accepted", Kind::Int),
            ("quarantined", Kind::Int),
            ("health", Kind::Label),
            ("reason", Kind::Text),
        ],
    );
    let mut rows = Rows::new(schema, night.plan.systems.len());
    for (plan, system) in night.plan.systems.iter().zip(&night.judged.linked.systems) {
        for feed in &system.feeds {
            rows.push([
                text(&plan.name),
                text(plan.role.code()),
                text(&feed.file),
                text(plan.format.code()),
                count(feed.bytes),
                maybe((!feed.sha256.is_empty()).then_some(&feed.sha256)),
                count(feed.rows),
                count(feed.rows - feed.quarantined),
                count(feed.quarantined),
                text(feed.health.code()),
                maybe((!feed.reason.is_empty()).then_some(&feed.reason)),
            ]);
        }
    }
    rows.finish()
}

pub fn quarantine(night: &Night<'_>) -> Result<Table, TableError> {
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
    let mut rows = Rows::new(schema, entries.len());
    for entry in entries {
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
    }
    rows.finish()
}

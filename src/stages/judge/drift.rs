//! How the files of a system differ from those of the run before: columns, code lists, shares.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::plan::{DriftPolicy, RunPlan};
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::FindingKind;
use crate::domain::text::fold;
use crate::history::{History, PastColumn};
use crate::stages::normalise::SystemRecords;
use crate::stages::normalise::feed::{FeedHealth, MOST_VALUES, Tally};

/// Fewer cells than this say nothing about a share.
const FEWEST_CELLS: u64 = 20;

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    pub kind: FindingKind,
    pub system: usize,
    pub field: Option<FieldName>,
    pub detail: String,
}

/// Everything that is not as it was in the run before; nothing where there was none.
pub fn drifts(plan: &RunPlan, systems: &[SystemRecords], history: &History) -> Vec<Drift> {
    let Some(last) = history.runs.last() else { return Vec::new() };
    let mut drifts = Vec::new();
    for (index, (system, records)) in plan.systems.iter().zip(systems).enumerate() {
        let then = Columns::then(history.columns.iter().filter(|column| column.system == system.name));
        for feed in records.feeds.iter().filter(|feed| feed.health == FeedHealth::DoesNotFit) {
            let detail = format!("{}: {}", feed.file, feed.reason);
            drifts.push(Drift { kind: FindingKind::ColumnGone, system: index, field: None, detail });
        }
        let now = Columns::now(records);
        if now.list.is_empty() || then.list.is_empty() {
            continue;
        }
        let mut found = columns(&then, &now);
        let is_mapped = |value: &str| system.status.contains_key(&fold(value));
        found.extend(fields(&then, &now, is_mapped, &plan.drift));
        let since = &last.run_date;
        drifts.extend(found.into_iter().map(|(kind, field, detail)| Drift {
            kind,
            system: index,
            field,
            detail: format!("{detail} (before: the run of {since})"),
        }));
    }
    drifts
}

type Found = (FindingKind, Option<FieldName>, String);

/// The columns of a system in one run, sheets and files taken together.
#[derive(Default)]
struct Columns {
    /// Header and place, in the order of the export.
    list: Vec<(String, Option<u64>)>,
    fields: BTreeMap<FieldName, (Tally, Option<String>)>,
}

impl Columns {
    fn now(records: &SystemRecords) -> Self {
        let mut columns = Self::default();
        for column in records.feeds.iter().flat_map(|feed| &feed.columns) {
            columns.add(&column.header, column.position.map(|at| at as u64 + 1));
            if let Some(field) = column.field {
                let entry = columns.fields.entry(field).or_default();
                entry.0.add(&column.tally);
                entry.1 = column.encoding.map(str::to_owned);
            }
        }
        columns.in_order()
    }

    fn then<'c>(past: impl Iterator<Item = &'c PastColumn>) -> Self {
        let mut columns = Self::default();
        for column in past {
            columns.add(&column.header, column.position);
            if let Some(field) = column.field.as_deref().and_then(FieldName::from_name) {
                let entry = columns.fields.entry(field).or_default();
                entry.0.add(&Tally {
                    cells: column.cells,
                    empty: column.empty,
                    unreadable: column.unreadable,
                    values: column.values.iter().map(|value| (value.clone(), 1)).collect(),
                    ..Tally::default()
                });
                entry.1.clone_from(&column.encoding);
            }
        }
        columns.in_order()
    }

    fn add(&mut self, header: &str, position: Option<u64>) {
        if !self.list.iter().any(|(known, _)| known == header) {
            self.list.push((header.to_owned(), position));
        }
    }

    /// In the order in which they stand in the file: mapped columns are listed first.
    fn in_order(mut self) -> Self {
        self.list.sort_by_key(|(_, position)| position.unwrap_or(u64::MAX));
        self
    }

    fn names(&self) -> BTreeSet<&str> {
        self.list.iter().map(|(header, _)| header.as_str()).collect()
    }
}

/// Columns that came, went, took another name in the same place, or another place.
fn columns(then: &Columns, now: &Columns) -> Vec<Found> {
    let (before, after) = (then.names(), now.names());
    let added: Vec<&(String, Option<u64>)> =
        now.list.iter().filter(|(header, _)| !before.contains(header.as_str())).collect();
    let gone: Vec<&(String, Option<u64>)> =
        then.list.iter().filter(|(header, _)| !after.contains(header.as_str())).collect();
    let renamed: Vec<(&str, &str)> = gone
        .iter()
        .filter_map(|(old, place)| {
            let (new, _) = added.iter().find(|(_, at)| at.is_some() && at == place)?;
            Some((old.as_str(), new.as_str()))
        })
        .collect();
    let is_renamed = |header: &str| renamed.iter().any(|(old, new)| *old == header || *new == header);
    let names = |list: &[&(String, Option<u64>)]| -> Vec<String> {
        let names = list.iter().filter(|(header, _)| !is_renamed(header));
        names.map(|(header, _)| format!("`{header}`")).collect()
    };
    // A column that only made room for another, or took its room, has not moved.
    let order = |list: &[(String, Option<u64>)], of: &BTreeSet<&str>| -> Vec<String> {
        list.iter()
            .filter(|(header, at)| at.is_some() && of.contains(header.as_str()))
            .map(|(h, _)| h.clone())
            .collect()
    };
    let (was, is) = (order(&then.list, &after), order(&now.list, &before));
    let moved: Vec<String> =
        was.iter().zip(&is).filter(|(was, is)| was != is).map(|(_, is)| format!("`{is}`")).collect();
    let renames: Vec<String> = renamed.iter().map(|(old, new)| format!("`{old}` is now `{new}`")).collect();
    let lists = [
        (FindingKind::ColumnAdded, names(&added)),
        (FindingKind::ColumnGone, names(&gone)),
        (FindingKind::ColumnRenamed, renames),
        (FindingKind::ColumnMoved, moved),
    ];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
    lists.map(|(kind, list)| (kind, None, format!("columns: {}", list.join(", ")))).collect()
}

/// Mapped columns whose values are not what they were.
fn fields(
    then: &Columns,
    now: &Columns,
    is_mapped: impl Fn(&str) -> bool,
    policy: &DriftPolicy,
) -> Vec<Found> {
    let mut found = Vec::new();
    for (field, (is, encoding)) in &now.fields {
        let Some((was, old_encoding)) = then.fields.get(field) else { continue };
        if encoding != old_encoding
            && let (Some(new), Some(old)) = (encoding, old_encoding)
        {
            found.push((FindingKind::EncodingChanged, Some(*field), format!("{new}, was {old}")));
        }
        let new: Vec<String> = is
            .values
            .iter()
            .filter(|(value, _)| !was.values.contains_key(*value))
            // A status that comes and goes is none that nobody has heard of.
            .filter(|(value, _)| *field != FieldName::Status || !is_mapped(value))
            .map(|(value, count)| format!("`{value}` ({count})"))
            .collect();
        if !new.is_empty() && !was.values.is_empty() && is.values.len() < MOST_VALUES {
            found.push((FindingKind::NewCodeValue, Some(*field), new.join(", ")));
        }
        if is.cells < FEWEST_CELLS || was.cells < FEWEST_CELLS {
            continue;
        }
        let shares = [
            (FindingKind::EmptyShareJumped, is.empty_share(), was.empty_share(), policy.empty_share),
            (
                FindingKind::UnreadableShareJumped,
                is.unreadable_share(),
                was.unreadable_share(),
                policy.unreadable_share,
            ),
        ];
        for (kind, is, was, _) in shares.into_iter().filter(|(_, is, was, most)| is - was > *most) {
            found.push((kind, Some(*field), format!("{:.1} %, was {:.1} %", 100.0 * is, 100.0 * was)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[&str]) -> Columns {
        let mut columns = Columns::default();
        (1..).zip(headers).for_each(|(at, header)| columns.add(header, Some(at)));
        columns
    }

    fn kinds(then: &[&str], now: &[&str]) -> Vec<(&'static str, String)> {
        columns(&of(then), &of(now)).into_iter().map(|(kind, _, detail)| (kind.name(), detail)).collect()
    }

    #[test]
    fn columns_come_go_take_another_name_or_place() {
        assert!(kinds(&["a", "b"], &["a", "b"]).is_empty());
        assert_eq!(kinds(&["a", "b"], &["a", "x", "b"]), [("column_added", "columns: `x`".to_owned())]);
        assert_eq!(kinds(&["a", "b", "c"], &["a", "c"]), [("column_gone", "columns: `b`".to_owned())]);
        assert_eq!(
            kinds(&["a", "b"], &["a", "x"]),
            [("column_renamed", "columns: `b` is now `x`".to_owned())]
        );
        assert_eq!(kinds(&["a", "b"], &["b", "a"]), [("column_moved", "columns: `b`, `a`".to_owned())]);
    }

    #[test]
    fn shares_and_lists_are_held_against_the_run_before() {
        let with = |empty: u64, unreadable: u64, values: &[&str]| {
            let values = values.iter().map(|value| ((*value).to_owned(), 5)).collect();
            let tally = Tally { cells: 100, empty, unreadable, values, ..Tally::default() };
            let fields = BTreeMap::from([(FieldName::Status, (tally, Some("utf-8".to_owned())))]);
            Columns { list: Vec::new(), fields }
        };
        let policy = DriftPolicy::default();
        let kinds = |now: &Columns| -> Vec<&'static str> {
            let is_mapped = |value: &str| value == "mapped";
            fields(&with(1, 0, &["a"]), now, is_mapped, &policy)
                .iter()
                .map(|(kind, ..)| kind.name())
                .collect()
        };
        assert!(kinds(&with(5, 1, &["a"])).is_empty());
        assert_eq!(kinds(&with(1, 0, &["a", "b"])), ["new_code_value"]);
        assert!(kinds(&with(1, 0, &["a", "mapped"])).is_empty());
        assert_eq!(kinds(&with(60, 20, &["a"])), ["empty_share_jumped", "unreadable_share_jumped"]);
    }
}

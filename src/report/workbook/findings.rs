//! The findings table, column by column, and its rows by kind.

use std::collections::BTreeMap;

use super::WorkbookError;
use super::cells::{Column, table};
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::engine::table::Tables;

/// The columns of table `findings` that the workbook shows.
pub struct Findings<'a> {
    pub finding_id: Column<'a>,
    pub kind: Column<'a>,
    pub rule_id: Column<'a>,
    pub severity: Column<'a>,
    pub state: Column<'a>,
    pub explained_by: Column<'a>,
    pub since: Column<'a>,
    pub age_working_days: Column<'a>,
    pub case_id: Column<'a>,
    pub case_code: Column<'a>,
    pub system: Column<'a>,
    pub other_system: Column<'a>,
    pub record_id: Column<'a>,
    pub other_record_id: Column<'a>,
    pub link_id: Column<'a>,
    pub field: Column<'a>,
    pub unit: Column<'a>,
    pub procedure: Column<'a>,
    pub detail: Column<'a>,
    pub decision: Column<'a>,
    height: usize,
    /// By kind, how many of each class are counted and not held.
    unheld: &'a BTreeMap<String, [usize; 3]>,
}

/// Whether a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Real,
    /// Still inside its grace.
    Expected,
    /// By a known transformation or an accepted decision.
    Explained,
}

impl Class {
    /// By the columns `state` and `explained_by`.
    pub fn of(state: Option<&str>, explained_by: Option<&str>) -> Self {
        if explained_by.is_some() || state == Some("accepted") {
            Self::Explained
        } else if state == Some("expected") {
            Self::Expected
        } else {
            Self::Real
        }
    }
}

/// The findings of one kind.
pub struct Group<'a> {
    pub kind: &'a str,
    pub rule: &'a str,
    /// The gravest among them.
    pub severity: Option<Severity>,
    /// Real ones first, so that a full sheet leaves out what is explained; else in the table's order. Of each class as
    /// many are held as a sheet can show.
    pub rows: Vec<usize>,
    /// How many there are of each [`Class`].
    pub counts: [usize; 3],
}

impl Group<'_> {
    pub fn count(&self, class: Class) -> usize {
        self.counts[class as usize]
    }

    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    pub fn known(&self) -> Option<FindingKind> {
        FindingKind::from_name(self.kind)
    }
}

impl<'a> Findings<'a> {
    pub fn of(tables: &'a Tables) -> Result<Self, WorkbookError> {
        let table = table(tables, "findings")?;
        let column = |name| Column::of(table, name);
        Ok(Self {
            finding_id: column("finding_id")?,
            kind: column("kind")?,
            rule_id: column("rule_id")?,
            severity: column("severity")?,
            state: column("state")?,
            explained_by: column("explained_by")?,
            since: column("since")?,
            age_working_days: column("age_working_days")?,
            case_id: column("case_id")?,
            case_code: column("case_code")?,
            system: column("system")?,
            other_system: column("other_system")?,
            record_id: column("record_id")?,
            other_record_id: column("other_record_id")?,
            link_id: column("link_id")?,
            field: column("field")?,
            unit: column("unit")?,
            procedure: column("procedure")?,
            detail: column("detail")?,
            decision: column("decision")?,
            height: table.len(),
            unheld: &tables.unheld,
        })
    }

    pub fn class(&self, row: usize) -> Class {
        Class::of(self.state.text(row), self.explained_by.text(row))
    }

    /// The findings by kind, in the order of the catalogue; kinds it does not know come last.
    pub fn groups(&self) -> Vec<Group<'a>> {
        let mut by_kind: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for row in 0..self.height {
            by_kind.entry(self.kind.text(row).unwrap_or_default()).or_default().push(row);
        }
        let mut groups: Vec<Group<'a>> =
            by_kind.into_iter().map(|(kind, rows)| self.group(kind, rows)).collect();
        groups.sort_by_key(|group| group.known().map_or(usize::MAX, |kind| kind as usize));
        groups
    }

    fn group(&self, kind: &'a str, mut rows: Vec<usize>) -> Group<'a> {
        let mut counts = self.unheld.get(kind).copied().unwrap_or_default();
        for row in &rows {
            counts[self.class(*row) as usize] += 1;
        }
        let severity =
            rows.iter().filter_map(|row| self.severity.text(*row)).filter_map(Severity::from_code).max();
        let rule = rows.first().and_then(|row| self.rule_id.text(*row)).unwrap_or_default();
        rows.sort_by_cached_key(|row| self.class(*row));
        Group { kind, rule, severity, rows, counts }
    }
}

//! What both systems say of a finding: looked up in tables `records` and `differences`.
//!
//! Of these only what the shown findings name is held, so that its size follows the sheets and not the province.

use std::borrow::Cow;

use super::WorkbookError;
use super::cells::{Cell, Column, table};
use super::findings::Findings;
use super::labels::{Label, Lang};
use super::privacy;
use crate::domain::dossier::FieldName;
use crate::domain::name;
use crate::engine::id;
use crate::engine::table::{Table, Tables};

/// Cells of one side of a finding.
pub const SIDE_CELLS: usize = 10;
pub type Side<'a> = [Cell<'a>; SIDE_CELLS];

pub struct Evidence<'a> {
    records: Records<'a>,
    differences: Differences<'a>,
    lang: Lang,
}

struct Records<'a> {
    table: &'a Table,
    code: Column<'a>,
    owner_name: Column<'a>,
    received_at: Column<'a>,
    status_raw: Column<'a>,
    raw: Column<'a>,
    file: Column<'a>,
    sheet: Column<'a>,
    row: Column<'a>,
    /// Record id and row, sorted.
    index: Vec<(u128, usize)>,
}

struct Differences<'a> {
    left_record_id: Column<'a>,
    left_value: Column<'a>,
    right_value: Column<'a>,
    left_raw: Column<'a>,
    right_raw: Column<'a>,
    /// Link, field and row, sorted.
    index: Vec<(u128, &'a str, usize)>,
}

/// A field on both sides: its value, and the cell as written where it was repaired.
#[derive(Default)]
struct Said<'a> {
    value: (Option<Cow<'a, str>>, Option<Cow<'a, str>>),
    raw: (Option<Cow<'a, str>>, Option<Cow<'a, str>>),
}

impl<'a> Evidence<'a> {
    /// Finds the records and differences that are held.
    pub fn of(tables: &'a Tables, lang: Lang) -> Result<Self, WorkbookError> {
        Ok(Self {
            records: Records::of(table(tables, "records")?)?,
            differences: Differences::of(table(tables, "differences")?)?,
            lang,
        })
    }

    /// The side held against, then the side where the fault shows.
    pub fn sides(&self, findings: &Findings<'a>, row: usize) -> (Side<'a>, Side<'a>) {
        let (a, b) = (findings.other_record_id.text(row), findings.record_id.text(row));
        let (at_a, at_b) = (a.and_then(|id| self.records.find(id)), b.and_then(|id| self.records.find(id)));
        let said = findings.field.text(row).map_or_else(Said::default, |field| {
            let difference = findings.link_id.text(row).and_then(|link| self.differences.find(link, field));
            match difference {
                Some(at) => self.differences.said(at, field, b, self.lang),
                None => self.records.said(field, at_a, at_b),
            }
        });
        // A published figure is about no case: neither side lacks anything.
        let about_case = findings.case_id.text(row).is_some();
        let Said { value, raw } = said;
        let field = findings.field.text(row).unwrap_or_default();
        let plain = |value: Option<Cow<'a, str>>| value.map(|value| self.lang.value(field, value));
        (
            self.side(findings.other_system.text(row), about_case, a, at_a, plain(value.0), raw.0),
            self.side(findings.system.text(row), about_case, b, at_b, plain(value.1), raw.1),
        )
    }

    fn side(
        &self,
        system: Option<&'a str>,
        about_case: bool,
        record_id: Option<&str>,
        at: Option<usize>,
        value: Option<Cow<'a, str>>,
        raw: Option<Cow<'a, str>>,
    ) -> Side<'a> {
        let records = &self.records;
        let code = match (at, record_id) {
            (Some(at), _) => records.code.cell(at),
            (None, Some(_)) => Cell::text(self.lang.say(Label::Lost)),
            (None, None) if system.is_some() && about_case => Cell::text(self.lang.say(Label::None)),
            (None, None) => Cell::Empty,
        };
        let of = |column: &Column<'a>| at.map_or(Cell::Empty, |at| column.cell(at));
        let owner = at.and_then(|at| records.owner_name.text(at)).map(name::mask);
        [
            Cell::maybe(system),
            code,
            Cell::maybe(owner),
            of(&records.received_at),
            of(&records.status_raw),
            Cell::maybe(value),
            Cell::maybe(raw),
            of(&records.file),
            of(&records.sheet),
            of(&records.row),
        ]
    }
}

impl<'a> Records<'a> {
    fn of(table: &'a Table) -> Result<Self, WorkbookError> {
        let record_id = Column::of(table, "record_id")?;
        let mut index: Vec<(u128, usize)> =
            (0..table.len()).filter_map(|row| Some((number(record_id.text(row)?)?, row))).collect();
        index.sort_unstable();
        Ok(Self {
            table,
            code: Column::of(table, "code")?,
            owner_name: Column::if_any(table, "owner_name")?,
            received_at: Column::if_any(table, "received_at")?,
            status_raw: Column::if_any(table, "status_raw")?,
            raw: Column::of(table, "raw")?,
            file: Column::of(table, "file")?,
            sheet: Column::of(table, "sheet")?,
            row: Column::of(table, "row")?,
            index,
        })
    }

    fn find(&self, id: &str) -> Option<usize> {
        let at = self.index.binary_search_by_key(&number(id)?, |(id, _)| *id).ok()?;
        self.index.get(at).map(|(_, row)| *row)
    }

    /// The field as the records hold it, where no difference tells. A personal number is left out:
    /// here it may be a token, a mask or the number itself.
    fn said(&self, field: &str, a: Option<usize>, b: Option<usize>) -> Said<'a> {
        if FieldName::from_name(field).is_some_and(FieldName::is_sensitive) {
            return Said::default();
        }
        let value = |at: Option<usize>| at.and_then(|at| self.table.show(field, at)).map(Cow::into_owned);
        let raw = |at: Option<usize>| {
            let object: serde_json::Value = serde_json::from_str(self.raw.text(at?)?).ok()?;
            object.get(field)?.as_str().map(str::to_owned)
        };
        let shown = |a: Option<String>, b: Option<String>| {
            let (a, b) = privacy::pair(field, a.as_deref(), b.as_deref());
            (a.map(|a| Cow::Owned(a.into_owned())), b.map(|b| Cow::Owned(b.into_owned())))
        };
        Said { value: shown(value(a), value(b)), raw: shown(raw(a), raw(b)) }
    }
}

/// The letters of an id as one number, which is sooner compared; `None` of what is too long for an id.
fn number(id: &str) -> Option<u128> {
    let mut letters = [0; id::LENGTH];
    letters.get_mut(..id.len())?.copy_from_slice(id.as_bytes());
    Some(u128::from_be_bytes(letters))
}

impl<'a> Differences<'a> {
    fn of(table: &'a Table) -> Result<Self, WorkbookError> {
        let (link_id, field) = (Column::of(table, "link_id")?, Column::of(table, "field")?);
        let entry = |row| Some((number(link_id.text(row)?)?, field.text(row)?, row));
        let mut index: Vec<(u128, &str, usize)> = (0..table.len()).filter_map(entry).collect();
        index.sort_unstable();
        Ok(Self {
            left_record_id: Column::of(table, "left_record_id")?,
            left_value: Column::of(table, "left_value")?,
            right_value: Column::of(table, "right_value")?,
            left_raw: Column::of(table, "left_raw")?,
            right_raw: Column::of(table, "right_raw")?,
            index,
        })
    }

    fn find(&self, link: &str, field: &str) -> Option<usize> {
        let wanted = (number(link)?, field);
        let at = self.index.binary_search_by_key(&wanted, |(link, field, _)| (*link, *field)).ok()?;
        self.index.get(at).map(|(.., row)| *row)
    }

    /// The difference, turned so that the record `b` stands second.
    fn said(&self, at: usize, field: &str, b: Option<&str>, lang: Lang) -> Said<'a> {
        let turned = b.is_some() && self.left_record_id.text(at) == b;
        let order = |left: &Column<'a>, right: &Column<'a>| {
            let (left, right) = (left.text(at), right.text(at));
            let (a, b) = if turned { (right, left) } else { (left, right) };
            privacy::pair(field, a, b)
        };
        let value = order(&self.left_value, &self.right_value);
        let stated = |value: Option<Cow<'a, str>>| value.or(Some(Cow::Borrowed(lang.say(Label::EmptyValue))));
        Said { value: (stated(value.0), stated(value.1)), raw: order(&self.left_raw, &self.right_raw) }
    }
}

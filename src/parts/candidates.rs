//! Rows that the workbook may show are kept beside, for when all findings are known: it shows the first findings of every
//! kind and class, and what they are about.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, AsArray, BooleanArray, UInt32Array};
use arrow::compute::{filter, take};

use super::gather::{Wanted, position};
use crate::domain::finding_kind::FindingKind;
use crate::engine::chunk::encode;
use crate::engine::merge::keys;
use crate::engine::parquet_file::WriteError;
use crate::engine::spill::{Slot, Spill, SpillError};
use crate::engine::table::{Batch, Table, TableSource, one_behind_the_other};
use crate::stages::judge::Finding;
use crate::stages::write::{self, ClassOfFinding, Night};

/// Rows that are kept together.
const TOGETHER: usize = 8 * 1024;

/// Rows of tables that findings are about.
pub struct Candidates {
    /// Findings of a class that are shown.
    most: usize,
    /// The least keys of each class, in order, no more than are shown.
    least: BTreeMap<ClassOfFinding, Vec<Vec<u8>>>,
    spill: Spill,
    slots: BTreeMap<&'static str, Vec<Slot>>,
}

impl Candidates {
    /// # Errors
    /// When the folder refuses.
    pub fn begin(folder: &Path, most: usize) -> Result<Self, SpillError> {
        Ok(Self { most, least: BTreeMap::new(), spill: Spill::begin(folder)?, slots: BTreeMap::new() })
    }

    /// Bytes that wait on disk.
    pub fn bytes(&self) -> u64 {
        self.spill.bytes()
    }

    /// Keeps what the findings of a part are about, as far as they may be shown.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn take(&mut self, night: &Night<'_>, tables: &[TableSource<'_>]) -> Result<(), WriteError> {
        let table = |name: &str| tables.iter().find(|table| table.schema.name == name);
        let Some(findings) = table("findings") else { return Ok(()) };
        let may_show = self.may_show(&night.judged.findings, findings);
        for (name, rows) in write::rows_about(night, may_show.into_iter()) {
            let Some(table) = table(name) else { continue };
            for rows in rows.chunks(TOGETHER) {
                let batch = table.pick_keyed(rows)?.unwrap_or_default();
                self.slots.entry(name).or_default().push(self.spill.push(&encode(&batch)?)?);
            }
        }
        Ok(())
    }

    /// Of the findings of a part, in order, those that may be among the first of all parts.
    fn may_show<'f>(&mut self, findings: &'f [Finding], table: &TableSource<'_>) -> Vec<&'f Finding> {
        let mut own: BTreeMap<ClassOfFinding, (Vec<Vec<u8>>, bool)> = BTreeMap::new();
        let mut may_show = Vec::new();
        for (at, finding) in findings.iter().enumerate() {
            // Which of these are none is known at the end.
            if finding.kind == FindingKind::ClosedInBulk {
                may_show.push(finding);
                continue;
            }
            let class = write::class_of(finding);
            let (keys, is_done) = own.entry(class).or_default();
            if *is_done {
                continue;
            }
            let mut key = Vec::new();
            table.key_of(at, &mut key);
            let known = self.least.get(&class).filter(|known| known.len() == self.most);
            *is_done = keys.len() == self.most
                || known.is_some_and(|known| known.last().is_none_or(|greatest| key > *greatest));
            if !*is_done {
                keys.push(key);
                may_show.push(finding);
            }
        }
        for (class, (keys, _)) in own {
            let known = self.least.entry(class).or_default();
            known.extend(keys);
            known.sort_unstable();
            known.truncate(self.most);
        }
        may_show
    }

    /// The rows of a table whose id is wanted, in the order of the table; `total`: rows of all parts.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn wanted(
        &self,
        table: &TableSource<'_>,
        (id, wanted): (&str, &Wanted),
        total: usize,
    ) -> Result<Table, SpillError> {
        let schema = table.schema.clone();
        let place = position(&schema, id)?;
        let mut kept: Vec<Batch> = Vec::new();
        for slot in self.slots.get(schema.name).into_iter().flatten() {
            let rows = self.spill.read_rows(*slot)?;
            let ids = rows[place].as_string_opt::<i32>();
            let ids = ids.ok_or_else(|| SpillError::Misfit(format!("no column {id}")))?;
            let is_wanted: BooleanArray =
                ids.iter().map(|id| Some(id.is_some_and(|id| wanted.has(id)))).collect();
            if is_wanted.true_count() > 0 {
                let columns = rows.iter().map(|column| filter(column, &is_wanted));
                kept.push(columns.collect::<Result<_, _>>()?);
            }
        }
        let Some(mut columns) = one_behind_the_other(&kept)? else {
            return Ok(Table {
                columns: TableSource::held(schema, Vec::new()).whole()?.columns,
                total,
                schema: table.schema.clone(),
            });
        };
        let mut order: Vec<u32> = (0..columns[0].len() as u32).collect();
        let keys = keys(&columns)?.clone();
        order.sort_by_key(|row| keys.value(*row as usize));
        let order = UInt32Array::from(order);
        columns.pop();
        let columns = columns.iter().map(|column| take(column, &order, None)).collect::<Result<_, _>>()?;
        Ok(Table { schema, columns, total })
    }
}

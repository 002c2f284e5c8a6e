//! The findings of all parts become those of the night, and so does the list of what is overdue: merged while they are
//! written, and looked through for what the workbook shows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, AsArray, BooleanArray, StringArray, UInt32Array};
use arrow::compute::{filter, take};
use arrow::datatypes::Int64Type;
use xxhash_rust::xxh3::xxh3_64;

use super::wait::WaitingTable;
use crate::domain::finding_kind::FindingKind;
use crate::engine::merge::{Merge, Sift};
use crate::engine::parquet_file::{Give, WriteError};
use crate::engine::publish::Publication;
use crate::engine::spill::SpillError;
use crate::engine::table::{
    Batch, MADE_ROWS, Misfit, Table, TableSchema, TableSource, Tables, height, one_behind_the_other,
};
use crate::report::workbook::Class;
use crate::run::{Desk, RunError};
use crate::stages::judge::crowds::Bulk;
use crate::stages::records::moment;
use crate::stages::write::Firsts;

/// Writes the tables that waited.
pub struct Gathering<'g> {
    desk: &'g Desk<'g>,
    /// What was found to be bulk, once all parts were seen, and how many findings the parts told of it.
    bulk: &'g Bulk,
    perhaps_bulk: usize,
    shown: Shown,
}

const FINDINGS: &str = "findings";

impl<'g> Gathering<'g> {
    pub fn new(desk: &'g Desk<'g>, (bulk, perhaps_bulk): (&'g Bulk, usize)) -> Self {
        let shown = Shown::new(desk.plan.sheet_rows);
        Self { desk, bulk, perhaps_bulk, shown }
    }

    /// Writes the tables; what the workbook shows of them comes back, and which records and links.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_all(
        mut self,
        tables: Vec<(&TableSchema, WaitingTable)>,
        publication: &mut Publication,
        advance: &dyn Fn(),
    ) -> Result<(Tables, Shown), RunError> {
        let mut list = Vec::new();
        for (schema, table) in tables {
            list.push(self.write((schema, table), publication)?);
            advance();
        }
        Ok((Tables { list, unheld: std::mem::take(&mut self.shown.unheld) }, self.shown))
    }

    /// Writes a table; gives back the rows that the workbook shows.
    fn write(
        &mut self,
        (schema, table): (&TableSchema, WaitingTable),
        publication: &mut Publication,
    ) -> Result<Table, RunError> {
        debug_assert_eq!(schema.name, table.name);
        let is_findings = schema.name == FINDINGS;
        let mut shown = std::mem::take(&mut self.shown);
        let sift = is_findings.then(|| self.sift(schema)).transpose()?;
        let rows = if is_findings {
            table.rows - self.perhaps_bulk + self.bulk.count() as usize
        } else {
            table.rows
        };
        let merge = Merge::new(Arc::new(table.spill), table.parts, sift);
        let looking = Mutex::new(Looking { schema, merge, shown: &mut shown, kept: Vec::new(), at: 0 });
        let give = |range: Range<usize>| {
            // Nothing of a panic in another thread is used: the run has ended then.
            looking.lock().unwrap_or_else(PoisonError::into_inner).give(range)
        };
        let metadata = self.desk.name.metadata(schema.name);
        let give = Give { batches: &give, rows: 2 * MADE_ROWS };
        publication.stage_rows((schema, rows), give, &self.desk.clock, &metadata)?;
        let looked = looking.into_inner().unwrap_or_else(PoisonError::into_inner).table(rows)?;
        self.shown = shown;
        Ok(looked)
    }

    /// Of dossiers that may have been closed in bulk, lets those pass that were.
    fn sift(&self, schema: &TableSchema) -> Result<Sift<'_>, SpillError> {
        let [kind, unit, since] =
            [position(schema, "kind")?, position(schema, "unit")?, position(schema, "since")?];
        let bulk = self.bulk;
        Ok(Box::new(move |rows: Batch| {
            let (Some(kinds), Some(units)) =
                (rows[kind].as_string_opt::<i32>(), rows[unit].as_string_opt::<i32>())
            else {
                return Ok(rows);
            };
            let moments = rows[since].as_primitive_opt::<Int64Type>();
            let name = FindingKind::ClosedInBulk.name();
            let passes = |row: usize| {
                if kinds.value(row) != name {
                    return true;
                }
                let ended =
                    moments.filter(|since| since.is_valid(row)).and_then(|since| moment(since.value(row)));
                ended.is_some_and(|ended| units.is_valid(row) && bulk.has(units.value(row), ended))
            };
            let passes: BooleanArray = (0..height(&rows)).map(|row| Some(passes(row))).collect();
            if passes.false_count() == 0 {
                return Ok(rows);
            }
            Ok(rows.iter().map(|column| filter(column, &passes)).collect::<Result<_, _>>()?)
        }))
    }
}

/// What the workbook shows.
#[derive(Default)]
pub struct Shown {
    firsts: Option<Firsts<(String, Class)>>,
    /// Rows of the overdue list.
    most: usize,
    pub records: Wanted,
    pub links: Wanted,
    unheld: BTreeMap<String, [usize; 3]>,
}

/// Some ids out of many. Nearly all that are asked for are not among them, and one bit tells.
#[derive(Default)]
pub struct Wanted {
    ids: BTreeSet<String>,
    /// By their hashes.
    bits: Vec<u64>,
}

impl Wanted {
    const BITS: u64 = 1 << 22;

    fn bit(id: &str) -> (usize, u64) {
        let at = xxh3_64(id.as_bytes()) % Self::BITS;
        ((at / 64) as usize, 1 << (at % 64))
    }

    fn insert(&mut self, id: &str) {
        let (word, bit) = Self::bit(id);
        self.bits.resize((Self::BITS / 64) as usize, 0);
        self.bits[word] |= bit;
        self.ids.insert(id.to_owned());
    }

    pub fn has(&self, id: &str) -> bool {
        let (word, bit) = Self::bit(id);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0) && self.ids.contains(id)
    }
}

/// One table while it is written.
struct Looking<'l> {
    schema: &'l TableSchema,
    merge: Merge<'l>,
    shown: &'l mut Shown,
    kept: Vec<Batch>,
    at: usize,
}

impl Looking<'_> {
    fn give(&mut self, range: Range<usize>) -> Result<Vec<Batch>, WriteError> {
        let mut batches = Vec::new();
        for start in range.clone().step_by(MADE_ROWS) {
            let wanted = (range.end - start).min(MADE_ROWS);
            let batch = self.merge.take(wanted)?.unwrap_or_default();
            if start != self.at || height(&batch) != wanted {
                let reason = format!("{} of {wanted} rows came from the parts", height(&batch));
                return Err(Misfit { table: self.schema.name, reason }.into());
            }
            self.at += wanted;
            let kept = self.look(&batch)?;
            if !kept.is_empty() {
                let rows = UInt32Array::from(kept);
                let columns = batch.iter().map(|column| take(column, &rows, None)).collect::<Result<_, _>>();
                self.kept.push(columns.map_err(SpillError::from)?);
            }
            batches.push(batch);
        }
        Ok(batches)
    }

    /// The rows that the workbook shows.
    fn look(&mut self, batch: &Batch) -> Result<Vec<u32>, SpillError> {
        let rows = 0..height(batch) as u32;
        let texts = |name: &str| -> Result<&StringArray, SpillError> {
            let column =
                batch.get(position(self.schema, name)?).and_then(|column| column.as_string_opt::<i32>());
            column.ok_or_else(|| SpillError::Misfit(format!("no column {name}")))
        };
        Ok(match self.schema.name {
            "overdue" => {
                let before = self.at - rows.len();
                rows.filter(|row| before + (*row as usize) < self.shown.most).collect()
            }
            FINDINGS => {
                let columns = FindingColumns {
                    kind: texts("kind")?,
                    state: texts("state")?,
                    explained_by: texts("explained_by")?,
                    records: [texts("record_id")?, texts("other_record_id")?],
                    link: texts("link_id")?,
                };
                rows.filter(|row| self.shown.holds(&columns, *row as usize)).collect()
            }
            _ => Vec::new(),
        })
    }

    /// The rows that were kept.
    fn table(self, total: usize) -> Result<Table, SpillError> {
        let columns = match one_behind_the_other(&self.kept)? {
            Some(columns) => columns,
            None => TableSource::held(self.schema.clone(), Vec::new()).whole()?.columns,
        };
        Ok(Table { schema: self.schema.clone(), columns, total })
    }
}

struct FindingColumns<'b> {
    kind: &'b StringArray,
    state: &'b StringArray,
    explained_by: &'b StringArray,
    records: [&'b StringArray; 2],
    link: &'b StringArray,
}

impl Shown {
    fn new(most: usize) -> Self {
        Self { firsts: Some(Firsts::new(most)), most, ..Self::default() }
    }

    /// Counts a finding; whether it is one of the first of its kind and class.
    fn holds(&mut self, columns: &FindingColumns<'_>, row: usize) -> bool {
        let kind = cell(columns.kind, row).unwrap_or_default();
        let class = Class::of(cell(columns.state, row), cell(columns.explained_by, row));
        if !self.firsts.as_mut().is_some_and(|firsts| firsts.holds((kind.to_owned(), class))) {
            self.unheld.entry(kind.to_owned()).or_default()[class as usize] += 1;
            return false;
        }
        columns.records.into_iter().filter_map(|ids| cell(ids, row)).for_each(|id| self.records.insert(id));
        cell(columns.link, row).into_iter().for_each(|id| self.links.insert(id));
        true
    }
}

fn cell(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

/// The place of a column.
pub fn position(schema: &TableSchema, name: &str) -> Result<usize, SpillError> {
    let at = schema.columns.iter().position(|column| column.name == name);
    at.ok_or_else(|| SpillError::Misfit(format!("table {} has no column {name}", schema.name)))
}

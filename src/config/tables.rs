//! A pipeline of tables that hold no dossiers: `[[table]]` in the place of `[[system]]`, fields of the
//! pipeline's own, and how their records are linked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, TimeDelta};
use toml::de::{DeTable, DeValue};

use super::linkage::{self, LinkPlan};
use super::mistakes::Mistakes;
use super::pipeline::{Overrides, read_as_of, read_clock, read_file};
use super::plan::{ColumnPlan, Expectations, SystemPlan};
use super::reader::{Lined, Section};
use super::{reading, system};
use crate::comparators;
use crate::domain::date::DatePattern;
use crate::domain::dossier::FieldName;
use crate::engine::linkage::settings::Decide;

/// Everything a run over tables depends on besides the bytes of its inputs.
#[derive(Debug, Clone)]
pub struct TablesPlan {
    pub name: String,
    pub title: String,
    pub pipeline_file: PathBuf,
    pub pipeline_sha256: String,
    pub as_of: NaiveDateTime,
    pub zone: String,
    pub utc_offset: TimeDelta,
    pub input_dir: PathBuf,
    pub fail_at: FailAt,
    /// In the order of the file.
    pub tables: Vec<TablePlan>,
    /// How the files of each table are read.
    pub sources: Vec<SystemPlan>,
    /// Each field once, in the order in which tables map them.
    pub fields: Vec<Field>,
    pub link: LinkPlan,
}

/// One table: which of its columns are which fields.
#[derive(Debug, Clone)]
pub struct TablePlan {
    pub name: String,
    /// One per mapped column, in the order of its source's columns.
    pub columns: Vec<FieldColumn>,
    /// Which of the source's columns names a record; the row does where absent.
    pub id: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct FieldColumn {
    /// Position in [`TablesPlan::fields`].
    pub field: usize,
    /// Forms of its dates; those that the content shows where absent.
    pub dates: Option<Vec<DatePattern>>,
    /// What parts the decimals of its numbers; what the content shows where absent.
    pub decimal: Option<DecimalSign>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub kind: ValueKind,
}

/// What kind of value a field holds, and so how it is brought to one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Words: lower case, single spaces.
    Text,
    Date,
    /// A decimal number.
    Number,
    /// Letters and digits without spaces.
    Code,
}

impl ValueKind {
    const CHOICES: [(&'static str, Self); 4] =
        [("text", Self::Text), ("date", Self::Date), ("number", Self::Number), ("code", Self::Code)];

    pub fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "date",
            Self::Number => "number",
            Self::Code => "code",
        }
    }
}

/// What stands between a whole number and its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalSign {
    Point,
    Comma,
}

impl DecimalSign {
    const CHOICES: [(&'static str, Self); 2] = [(".", Self::Point), (",", Self::Comma)];

    pub fn mark(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}

/// What makes a run end with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailAt {
    Never,
    /// A pair that a person has to decide.
    Ambiguous,
    /// Such a pair, or a record without a counterpart.
    Unlinked,
}

/// Columns of table `records` beside the fields.
const TAKEN: [&str; 6] = ["table", "record_id", "file", "sheet", "row", "id"];

/// Whether a pipeline file is one of tables. A file that cannot be read is none; whoever loads it says why.
pub fn is_of_tables(path: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    DeTable::parse_recoverable(&text).0.get_ref().contains_key("table")
}

/// Reads and resolves a pipeline of tables.
///
/// # Errors
/// All mistakes of the file, each with its line.
pub fn load(path: &Path, overrides: &Overrides) -> Result<TablesPlan, Mistakes> {
    match load_what_can_be(path, overrides) {
        (Some(plan), mistakes) if mistakes.list.is_empty() => Ok(plan),
        (_, mistakes) => Err(mistakes),
    }
}

/// Reads a pipeline of tables as far as it can be understood, with all its mistakes.
pub fn load_what_can_be(path: &Path, overrides: &Overrides) -> (Option<TablesPlan>, Mistakes) {
    read_file(path, |_, root, sha256| resolve(root, path, overrides, sha256))
}

fn resolve(
    root: &Section<'_, '_, '_>,
    path: &Path,
    overrides: &Overrides,
    pipeline_sha256: String,
) -> Option<TablesPlan> {
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    if root.has("system") {
        let hint = "dossiers stand in [[system]], any other tables in [[table]]: take two pipelines";
        root.report(1, "a pipeline has [[system]] or [[table]], not both", Some(hint.to_owned()));
        drop(root.sections("system", "[[system]]"));
    }
    let head = root.section("pipeline", "[pipeline]");
    if head.is_none() {
        root.report(1, "[pipeline] is missing", None);
    }
    let head = head.map(|section| read_head(&section, overrides));
    let input_dir = root.section("input", "[input]").and_then(|section| {
        let dir = section.text("dir").map(|dir| base.join(dir.value));
        section.check_unknown();
        dir
    });
    let mut fields = Vec::new();
    let (mut tables, mut sources): (Vec<TablePlan>, Vec<SystemPlan>) = (Vec::new(), Vec::new());
    for section in root.sections("table", "[[table]]") {
        let (table, source) = read_table(&section, &mut fields);
        let Some(table) = table else { continue };
        if tables.iter().any(|other| other.name == table.name) {
            root.report(section.line(), format!("table `{}` is described twice", table.name), None);
        }
        tables.push(table);
        sources.push(source);
    }
    let decide = if tables.len() == 1 { Decide::Cluster } else { Decide::OneToOne };
    let link = linkage::read(root, decide, &base);
    root.check_unknown();
    check_link(root, &tables, &fields, &link);

    let head = head?;
    Some(TablesPlan {
        name: head.name?,
        title: head.title,
        pipeline_file: path.to_owned(),
        pipeline_sha256,
        as_of: head.as_of?,
        zone: head.zone,
        utc_offset: head.utc_offset,
        input_dir: overrides.input_dir.clone().or(input_dir).unwrap_or(base),
        fail_at: head.fail_at,
        tables,
        sources,
        fields,
        link,
    })
}

struct Head {
    name: Option<String>,
    title: String,
    as_of: Option<NaiveDateTime>,
    zone: String,
    utc_offset: TimeDelta,
    fail_at: FailAt,
}

fn read_head(section: &Section<'_, '_, '_>, overrides: &Overrides) -> Head {
    let name = section.need_text("name").map(|name| name.value);
    let title = section.text("title").map(|title| title.value);
    let as_of = read_as_of(section, overrides);
    let (zone, utc_offset) = read_clock(section);
    let levels = [("never", FailAt::Never), ("ambiguous", FailAt::Ambiguous), ("unlinked", FailAt::Unlinked)];
    let fail_at = section.choice("fail_at", &levels).map_or(FailAt::Never, |level| level.value);
    section.check_unknown();
    let title = title.unwrap_or_else(|| name.clone().unwrap_or_default());
    Head { name, title, as_of, zone, utc_offset, fail_at }
}

fn read_table(section: &Section<'_, '_, '_>, fields: &mut Vec<Field>) -> (Option<TablePlan>, SystemPlan) {
    let name = section.need_text("name").filter(|name| is_plain(section, name, "a table"));
    let files = system::read_files(section);
    let reading = reading::read(section);
    let mut expect = Expectations::default();
    if let Some(share) = section.number("reject_above") {
        if !(0.0..=1.0).contains(&share.value) {
            section.report(share.line, "[[table]]: `reject_above` must lie between 0 and 1", None);
        }
        expect.reject_above = share.value;
    }
    let (columns, mut mapped) = read_columns(section, fields);
    let id = section.text("id").map(|id| {
        mapped.push(ColumnPlan {
            field: FieldName::Own,
            own: Some("id".to_owned()),
            source: id.value,
            line: id.line,
        });
        mapped.len() - 1
    });
    section.check_unknown();
    let source = SystemPlan {
        name: name.as_ref().map_or_else(String::new, |name| name.value.clone()),
        files,
        format: reading.format,
        text: reading.text,
        sheet: reading.sheet,
        records: reading.records,
        member: reading.member,
        encoding: reading.encoding,
        columns: mapped,
        dates_from_content: columns.iter().any(|column| column.dates.is_none()),
        dates: system::with_true_dates(Vec::new()),
        expect,
        ..SystemPlan::of_nothing()
    };
    (name.map(|name| TablePlan { name: name.value, columns, id }), source)
}

fn is_plain(section: &Section<'_, '_, '_>, name: &Lined<String>, whom: &str) -> bool {
    let plain = system::is_plain(&name.value);
    if !plain {
        let hint = Some("use lower-case letters, digits and `_`, such as `given_name`".to_owned());
        section.report(name.line, format!("`{}` cannot name {whom}", name.value), hint);
    }
    plain
}

fn read_columns(
    section: &Section<'_, '_, '_>,
    fields: &mut Vec<Field>,
) -> (Vec<FieldColumn>, Vec<ColumnPlan>) {
    let (mut columns, mut mapped) = (Vec::new(), Vec::new());
    let Some(table) = section.section("columns", "[table.columns]") else {
        section.report(section.line(), "[[table]]: [table.columns] is missing", None);
        return (columns, mapped);
    };
    for (name, value) in table.entries() {
        if !is_plain(&table, &name, "a field") {
            continue;
        }
        if TAKEN.contains(&name.value.as_str()) {
            let text = format!("[table.columns]: `{}` is a column of the outputs: take another", name.value);
            table.report(name.line, text, None);
            continue;
        }
        let Some(MappedColumn { source, kind, dates, decimal }) = read_column(&table, &name, value.get_ref())
        else {
            continue;
        };
        let known = fields.iter().position(|field| field.name == name.value);
        if let Some(other) = known.map(|at| fields[at].kind).filter(|other| *other != kind) {
            let (own, other) = (kind.code(), other.code());
            let text = format!("[table.columns]: `{}` is {own} here and {other} before", name.value);
            table.report(name.line, text, None);
        }
        let field = known.unwrap_or_else(|| {
            fields.push(Field { name: name.value.clone(), kind });
            fields.len() - 1
        });
        columns.push(FieldColumn { field, dates, decimal });
        mapped.push(ColumnPlan { field: FieldName::Own, own: Some(name.value), source, line: name.line });
    }
    if columns.is_empty() {
        table.report(table.line(), "[table.columns]: no field is mapped", None);
    }
    (columns, mapped)
}

/// A column as the pipeline maps it.
struct MappedColumn {
    source: String,
    kind: ValueKind,
    dates: Option<Vec<DatePattern>>,
    decimal: Option<DecimalSign>,
}

/// A column by its name, or with its type: where it stands, its kind and how that is written.
fn read_column(
    table: &Section<'_, '_, '_>,
    name: &Lined<String>,
    value: &DeValue<'_>,
) -> Option<MappedColumn> {
    match value {
        DeValue::String(source) => Some(MappedColumn {
            source: source.to_string(),
            kind: ValueKind::Text,
            dates: Some(Vec::new()),
            decimal: None,
        }),
        DeValue::Table(_) => {
            let section = table.section(&name.value, &format!("[table.columns] {}", name.value))?;
            let column = section.need_text("column");
            let kind = section.choice("type", &ValueKind::CHOICES).map_or(ValueKind::Text, |kind| kind.value);
            for (key, of, whose) in
                [("dates", ValueKind::Date, "a date"), ("decimal", ValueKind::Number, "a number")]
            {
                if section.has(key) && kind != of {
                    let hint = Some(format!("write type = \"{}\"", of.code()));
                    section.report(name.line, format!("{}: only {whose} has `{key}`", section.name()), hint);
                }
            }
            let is_open = kind == ValueKind::Date && !section.has("dates");
            let dates = system::read_dates(&section);
            let decimal = section.choice("decimal", &DecimalSign::CHOICES).map(|sign| sign.value);
            section.check_unknown();
            Some(MappedColumn { source: column?.value, kind, dates: (!is_open).then_some(dates), decimal })
        }
        _ => {
            let hint = "a column name, or { column = \"...\", type = \"date\", dates = [\"dd/MM/yyyy\"] }";
            let text = format!("[table.columns]: `{}` must be a column", name.value);
            table.report(name.line, text, Some(hint.to_owned()));
            None
        }
    }
}

/// The settings held against the tables.
fn check_link(root: &Section<'_, '_, '_>, tables: &[TablePlan], fields: &[Field], link: &LinkPlan) {
    let decide = link.settings.decide;
    match (tables.len(), decide) {
        (0, _) => root.report(1, "a pipeline of tables needs at least one [[table]]", None),
        (1, Decide::Cluster | Decide::Pairs) => {}
        (1, other) => {
            let text = format!("[link]: one table has nothing to decide `{}` with", other.name());
            root.report(link.line(), text, Some("duplicates in one table: decide = \"cluster\"".to_owned()));
        }
        (_, Decide::Cluster) => {
            let hint = "between tables: one_to_one, one_to_many, many_to_one or pairs";
            root.report(link.line(), "[link]: `cluster` is for one table", Some(hint.to_owned()));
        }
        _ => {}
    }
    if (1..3).contains(&tables.len()) && link.settings.most_per_table != 1 {
        let hint = "between two tables `decide` says how many partners a record may have";
        let text = "[link]: `most_per_table` is for three tables and more";
        root.report(link.line(), text, Some(hint.to_owned()));
    }
    let known: BTreeSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    if known.is_empty() {
        return;
    }
    link.check(root, &known, &comparators::registry());
    for comparison in link.settings.comparison.iter().filter(|_| tables.len() > 1) {
        let place = fields.iter().position(|field| field.name == comparison.field);
        let maps = |table: &&TablePlan| table.columns.iter().any(|column| Some(column.field) == place);
        let mut mapping = tables.iter().filter(maps);
        if let (Some(only), None) = (mapping.next(), mapping.next()) {
            let (field, table) = (&comparison.field, &only.name);
            let text = format!("comparison `{field}`: only table `{table}` has it: nothing to compare with");
            root.report(link.line_of(field), text, None);
        }
    }
}

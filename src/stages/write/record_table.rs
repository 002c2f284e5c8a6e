//! Table `records`: every accepted record of every system, one system behind the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Night;
use super::identifiers::Veil;
use crate::config::plan::Identifiers;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::issue::Issues;
use crate::domain::{dossier_code, file_list, personal_id};
use crate::engine::frame::{Ints, Texts};
use crate::engine::rows::Rows;
use crate::engine::starts::Starts;
use crate::engine::table::{ColumnSpec, Kind, Misfit, TableSchema, TableSource};
use crate::stages::dedupe::Duplicate;
use crate::stages::normalise::Place;
use crate::stages::records::Records;

/// The columns in order; fields stand under their own names.
const COLUMNS: &[&str] = &[
    "record_id",
    "case_id",
    "system",
    "code",
    "alt_code",
    "hub_code",
    "code_form",
    "procedure",
    "procedure_name",
    "field",
    "unit",
    "unit_name",
    "level",
    "channel",
    "owner_name",
    "subject_name",
    "id_number",
    "id_kind",
    "birth_date",
    "birth_precision",
    "phone",
    "submitted_at",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "synced_at",
    "status",
    "status_raw",
    "fee",
    "summary",
    "sex",
    "agent_name",
    "object",
    "supplements",
    "supplement_asked_at",
    "supplemented_at",
    "due_before",
    "extensions",
    "apology_at",
    "process_days",
    "documents",
    "results",
    "digitised",
    "paid_online",
    "sync_flag",
    "storage",
    "deleted_at",
    "duplicate_of",
    "duplicate_kind",
    "parse_issues",
    "raw",
    "file",
    "sheet",
    "row",
];

pub fn records<'a>(night: &'a Night<'_>) -> Result<TableSource<'a>, Misfit> {
    let clerk = Clerk::new(night);
    let (kinds, sources): (Vec<Kind>, Vec<Source<'a>>) =
        COLUMNS.iter().map(|name| clerk.source(name)).unzip();
    let columns = COLUMNS.iter().zip(kinds).map(|(name, kind)| ColumnSpec { name: (*name).to_owned(), kind });
    let schema = TableSchema { name: "records", columns: columns.collect() };
    let rows = clerk.starts.total();
    let starts = clerk.starts.clone();
    let table = TableSource::made_by_column(schema, rows, move |wanted, rows| {
        let place = |at: &usize| {
            let (system, row) = clerk.starts.place(*at);
            (system, row as u32)
        };
        let places: Vec<(usize, u32)> = wanted.iter().map(place).collect();
        for (column, source) in sources.iter().enumerate() {
            clerk.fill(source, &places, column, rows);
        }
    });
    Ok(table
        .ordered_by(move |at, key| {
            let (system, row) = starts.place(at);
            night.place(system, row as u32, key);
        })
        .in_stretches())
}

/// The systems as they stand in the table, one behind the other.
pub fn starts(night: &Night<'_>) -> Starts {
    Starts::of(night.records.iter().map(Records::len))
}

/// Where the cells of a column come from; per system, a column of its frame.
enum Source<'a> {
    RecordId,
    CaseId,
    System,
    CodeForm,
    IdKind,
    SurvivorId,
    DuplicateKind,
    Issues(Vec<Option<Ints<'a>>>, BTreeMap<i64, String>),
    File,
    Sheet,
    Texts(Vec<Option<Texts<'a>>>),
    Ints(Vec<Option<Ints<'a>>>),
    /// A personal number, as it may be written.
    Veiled(FieldName),
    /// A list of files, as it may be written.
    Masked(FieldName),
    /// A field that no system maps.
    Nothing,
}

/// No duplicate.
const NONE: u32 = u32::MAX;

struct Clerk<'a> {
    night: &'a Night<'a>,
    /// The systems, one behind the other.
    starts: Starts,
    /// Per system and row, the position of the duplicate that it is.
    duplicates: Vec<Vec<u32>>,
    places: Vec<Option<Ints<'a>>>,
    veil: Veil<'a>,
}

impl<'a> Clerk<'a> {
    fn new(night: &'a Night<'_>) -> Self {
        let mut duplicates: Vec<Vec<u32>> =
            night.records.iter().map(|records| vec![NONE; records.len()]).collect();
        for (position, duplicate) in night.judged.linked.duplicates.iter().enumerate() {
            let known = &mut duplicates[duplicate.system][duplicate.row as usize];
            *known = (*known).min(position as u32);
        }
        let places = ints(night, "place");
        Self {
            night,
            starts: starts(night),
            duplicates,
            places,
            veil: Veil::new(&night.plan.privacy.identifiers),
        }
    }

    fn source(&self, name: &str) -> (Kind, Source<'a>) {
        let night = self.night;
        match name {
            "record_id" => (Kind::Id, Source::RecordId),
            "case_id" => (Kind::Id, Source::CaseId),
            "system" => (Kind::Coded(Arc::new(night.system_names())), Source::System),
            "code_form" => (Kind::Label, Source::CodeForm),
            "id_kind" => (Kind::Label, Source::IdKind),
            "birth_precision" => (Kind::Label, Source::Texts(texts(night, name))),
            "status_raw" => {
                (Kind::Coded(Arc::new(night.plan.status_labels())), Source::Ints(ints(night, name)))
            }
            "duplicate_of" => (Kind::Id, Source::SurvivorId),
            "duplicate_kind" => (Kind::Label, Source::DuplicateKind),
            "parse_issues" => {
                let issues = ints(night, "issues");
                let words = words(&issues);
                (Kind::Label, Source::Issues(issues, words))
            }
            "raw" => (Kind::Text, Source::Texts(texts(night, name))),
            "file" => (Kind::Label, Source::File),
            "sheet" => (Kind::Label, Source::Sheet),
            "row" => (Kind::Int, Source::Ints(ints(night, name))),
            name => {
                FieldName::from_name(name).map_or((Kind::Text, Source::Nothing), |field| self.field(field))
            }
        }
    }

    fn field(&self, field: FieldName) -> (Kind, Source<'a>) {
        let plain = matches!(self.night.plan.privacy.identifiers, Identifiers::Plain);
        let is_mapped = self.night.plan.systems.iter().any(|system| system.maps(field));
        let source = match (is_mapped, field.is_text()) {
            (false, _) => Source::Nothing,
            (true, _) if field.is_sensitive() && !plain => Source::Veiled(field),
            (true, _) if field.kind() == FieldKind::List && !plain => Source::Masked(field),
            (true, true) => Source::Texts(texts(self.night, field.name())),
            (true, false) => Source::Ints(ints(self.night, field.name())),
        };
        (kind_of(field), source)
    }

    /// The cells of one column.
    fn fill(&self, source: &Source<'a>, places: &[(usize, u32)], column: usize, rows: &mut Rows) {
        let Night { judged, records, ids, .. } = self.night;
        let case = |system: usize, row: u32| judged.linked.case_of[system][row as usize];
        let value = |field, system: usize, row: u32| records[system].text(field, row as usize);
        let all = places.iter().copied();
        match source {
            Source::RecordId => rows.ids(column, all.map(|(system, row)| Some(ids.record(system, row)))),
            Source::CaseId => rows.ids(column, all.map(|(system, row)| Some(ids.case(case(system, row))))),
            Source::System => rows.ints(column, all.map(|(system, _)| Some(system as i64))),
            Source::CodeForm => rows.texts(
                column,
                all.map(|(system, row)| {
                    value(FieldName::Code, system, row).map(|code| dossier_code::form(code).code())
                }),
            ),
            Source::IdKind => rows.texts(
                column,
                all.map(|(system, row)| {
                    value(FieldName::IdNumber, system, row).map(|id| personal_id::kind(id).code())
                }),
            ),
            Source::SurvivorId => rows.ids(
                column,
                all.map(|(system, row)| {
                    self.duplicate(system, row).map(|of| ids.record(system, of.survivor))
                }),
            ),
            Source::DuplicateKind => rows
                .texts(column, all.map(|(system, row)| self.duplicate(system, row).map(|of| of.kind.code()))),
            Source::Issues(columns, words) => {
                let bits =
                    |(system, row): (usize, u32)| columns[system].and_then(|bits| bits.get(row as usize));
                let said = |at| bits(at).filter(|bits| *bits != 0).and_then(|bits| words.get(&bits));
                rows.texts(column, all.map(said));
            }
            Source::File => rows.texts(
                column,
                all.map(|(system, row)| self.origin(system, row).map(|place| place.file.as_str())),
            ),
            Source::Sheet => rows.texts(
                column,
                all.map(|(system, row)| self.origin(system, row).and_then(|place| place.sheet.as_deref())),
            ),
            Source::Texts(columns) => {
                by_system(columns, places).for_each(|(own, wanted)| match own {
                    Some(own) => rows.texts(column, wanted.iter().map(|(_, row)| own.get(*row as usize))),
                    None => rows.nulls(column, wanted.len()),
                });
            }
            Source::Ints(columns) => {
                by_system(columns, places).for_each(|(own, wanted)| match own {
                    Some(own) => rows.ints(column, wanted.iter().map(|(_, row)| own.get(*row as usize))),
                    None => rows.nulls(column, wanted.len()),
                });
            }
            Source::Veiled(field) => rows.texts(
                column,
                all.map(|(system, row)| {
                    value(*field, system, row).map(|value| self.veil.over(*field, value))
                }),
            ),
            Source::Masked(field) => {
                rows.texts(column, all.map(|(system, row)| value(*field, system, row).map(file_list::masked)))
            }
            Source::Nothing => rows.nulls(column, places.len()),
        }
    }

    fn duplicate(&self, system: usize, row: u32) -> Option<&Duplicate> {
        self.night.judged.linked.duplicates.get(self.duplicates[system][row as usize] as usize)
    }

    fn origin(&self, system: usize, row: u32) -> Option<&Place> {
        let place = self.places[system].and_then(|places| places.get(row as usize))?;
        self.night.judged.linked.systems[system].places.get(usize::try_from(place).ok()?)
    }
}

/// The places of one system after the other, with its column.
fn by_system<'p, C: Copy>(
    columns: &'p [Option<C>],
    places: &'p [(usize, u32)],
) -> impl Iterator<Item = (Option<C>, &'p [(usize, u32)])> {
    places.chunk_by(|a, b| a.0 == b.0).map(|wanted| (columns[wanted[0].0], wanted))
}

fn texts<'a>(night: &'a Night<'_>, name: &str) -> Vec<Option<Texts<'a>>> {
    night.judged.linked.systems.iter().map(|system| Texts::of(&system.frame, name).ok()).collect()
}

fn ints<'a>(night: &'a Night<'_>, name: &str) -> Vec<Option<Ints<'a>>> {
    night.judged.linked.systems.iter().map(|system| Ints::of(&system.frame, name).ok()).collect()
}

/// The issues of a record as words; few combinations occur.
fn words(columns: &[Option<Ints<'_>>]) -> BTreeMap<i64, String> {
    let mut words = BTreeMap::new();
    for column in columns.iter().flatten() {
        for bits in (0..column.len()).filter_map(|row| column.get(row)).filter(|bits| *bits != 0) {
            words.entry(bits).or_insert_with(|| {
                let codes: Vec<&str> =
                    Issues::from_bits(bits as u32).iter().map(|issue| issue.code()).collect();
                codes.join(",")
            });
        }
    }
    words
}

/// What a column of a field holds.
fn kind_of(field: FieldName) -> Kind {
    match field.kind() {
        FieldKind::DossierCode if field == FieldName::AltCode => Kind::Text,
        FieldKind::DossierCode => Kind::Id,
        FieldKind::PersonalId | FieldKind::Phone => Kind::Personal,
        FieldKind::Name | FieldKind::List => Kind::Text,
        FieldKind::Text if matches!(field, FieldName::Summary | FieldName::Object) => Kind::Text,
        FieldKind::ProcedureCode
        | FieldKind::Text
        | FieldKind::Level
        | FieldKind::Channel
        | FieldKind::Sex => Kind::Label,
        FieldKind::PartialDate => Kind::Date,
        FieldKind::Timestamp => Kind::Timestamp,
        FieldKind::Flag => Kind::Flag,
        FieldKind::Status | FieldKind::Money | FieldKind::Count => Kind::Int,
    }
}

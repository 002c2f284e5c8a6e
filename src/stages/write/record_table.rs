//! Table `records`: every accepted record of every system.
//!
//! Built by column from the systems' frames, because it is as long as the inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{Column, DataFrame};
use rayon::prelude::*;

use super::identifiers::Veil;
use super::{Night, TableError};
use crate::config::plan::Identifiers;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::issue::Issues;
use crate::domain::rules::r04_typed_twice::DuplicateReason;
use crate::domain::{dossier_code, file_list, personal_id};
use crate::engine::frame::{self, IntBuilder, Ints, TextBuilder, Texts};
use crate::engine::table::{ColumnSpec, Kind, Table, TableSchema};

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

pub fn records(night: &Night<'_>) -> Result<Table, TableError> {
    let clerk = Clerk::new(night);
    let built: Vec<(Column, Kind)> = COLUMNS.par_iter().map(|name| clerk.column(name)).collect();
    let schema = TableSchema {
        name: "records",
        columns: COLUMNS
            .iter()
            .zip(&built)
            .map(|(name, (_, kind))| ColumnSpec { name: (*name).to_owned(), kind: kind.clone() })
            .collect(),
    };
    let columns = built.into_iter().map(|(column, _)| column).collect();
    let frame = DataFrame::new(clerk.height, columns)
        .map_err(|source| TableError::Frame { table: "records", source })?;
    Ok(Table { schema, frame })
}

struct Clerk<'a> {
    night: &'a Night<'a>,
    height: usize,
    /// Per system and row, the survivor of a duplicate.
    duplicates: BTreeMap<(usize, u32), (u32, DuplicateReason)>,
    veil: Veil<'a>,
}

impl<'a> Clerk<'a> {
    fn new(night: &'a Night<'a>) -> Self {
        let mut duplicates = BTreeMap::new();
        for duplicate in &night.judged.linked.duplicates {
            duplicates
                .entry((duplicate.system, duplicate.row))
                .or_insert((duplicate.survivor, duplicate.kind));
        }
        let height = night.records.iter().map(super::Records::len).sum();
        Self { night, height, duplicates, veil: Veil::new(&night.plan.privacy.identifiers) }
    }

    /// A text column whose cells are computed from system and row.
    fn texts(&self, name: &str, kind: Kind, cell: impl Fn(usize, u32, &mut TextBuilder)) -> (Column, Kind) {
        let mut builder = TextBuilder::with_capacity(self.height);
        for (system, records) in self.night.records.iter().enumerate() {
            for row in 0..records.len() as u32 {
                cell(system, row, &mut builder);
            }
        }
        (builder.finish(name), kind)
    }

    fn ints(&self, name: &str, kind: Kind, cell: impl Fn(usize, u32) -> Option<i64>) -> (Column, Kind) {
        let mut builder = IntBuilder::with_capacity(self.height);
        for (system, records) in self.night.records.iter().enumerate() {
            for row in 0..records.len() as u32 {
                builder.push(cell(system, row));
            }
        }
        (builder.finish(name), kind)
    }

    /// A column of the frames, as it stands there.
    fn frame_ints(&self, name: &str, kind: Kind) -> (Column, Kind) {
        let columns: Vec<Option<Ints<'_>>> = self
            .night
            .judged
            .linked
            .systems
            .iter()
            .map(|system| Ints::of(&system.frame, name).ok())
            .collect();
        self.ints(name, kind, |system, row| columns[system].and_then(|column| column.get(row as usize)))
    }

    fn frame_texts(&self, name: &str, kind: Kind) -> (Column, Kind) {
        let columns: Vec<Option<Texts<'_>>> = self
            .night
            .judged
            .linked
            .systems
            .iter()
            .map(|system| Texts::of(&system.frame, name).ok())
            .collect();
        self.texts(name, kind, |system, row, builder| {
            builder.push(columns[system].and_then(|column| column.get(row as usize)));
        })
    }

    fn column(&self, name: &str) -> (Column, Kind) {
        let Night { judged, records, ids, plan, reference: _ } = self.night;
        let field = |system: usize, row: u32, field| records[system].text(field, row as usize);
        match name {
            "record_id" => self.texts(name, Kind::Id, |system, row, builder| {
                builder.push(Some(ids.record(system, row).as_str()));
            }),
            "case_id" => self.texts(name, Kind::Id, |system, row, builder| {
                builder.push(Some(ids.case(judged.linked.case_of[system][row as usize]).as_str()));
            }),
            "system" => {
                let labels = Arc::new(self.night.system_names());
                self.ints(name, Kind::Coded(labels), |system, _| Some(system as i64))
            }
            "code_form" => self.texts(name, Kind::Label, |system, row, builder| {
                builder.push(field(system, row, FieldName::Code).map(|code| dossier_code::form(code).code()));
            }),
            "id_kind" => self.texts(name, Kind::Label, |system, row, builder| {
                builder.push(field(system, row, FieldName::IdNumber).map(|id| personal_id::kind(id).code()));
            }),
            "birth_precision" => self.frame_texts(name, Kind::Label),
            "status_raw" => self.frame_ints(name, Kind::Coded(Arc::new(plan.status_labels()))),
            "duplicate_of" => self.texts(name, Kind::Id, |system, row, builder| {
                let survivor =
                    self.duplicates.get(&(system, row)).map(|(survivor, _)| ids.record(system, *survivor));
                builder.push(survivor.as_ref().map(|id| id.as_str()));
            }),
            "duplicate_kind" => self.texts(name, Kind::Label, |system, row, builder| {
                builder.push(self.duplicates.get(&(system, row)).map(|(_, kind)| kind.code()));
            }),
            "parse_issues" => self.issues(name),
            "raw" => self.frame_texts(name, Kind::Text),
            "file" | "sheet" => self.places(name),
            "row" => self.frame_ints(name, Kind::Int),
            name => match FieldName::from_name(name) {
                Some(field) => self.field(field),
                None => self.texts(name, Kind::Text, |_, _, builder| builder.push(None)),
            },
        }
    }

    fn field(&self, field: FieldName) -> (Column, Kind) {
        let (name, kind) = (field.name(), kind_of(field));
        if !self.night.plan.systems.iter().any(|system| system.maps(field)) {
            let column = if field.is_text() {
                frame::null_texts(name, self.height)
            } else {
                frame::null_ints(name, self.height)
            };
            return (column, kind);
        }
        if field.is_sensitive() {
            return self.texts(name, kind, |system, row, builder| {
                let value = self.night.records[system].text(field, row as usize);
                builder.push(value.map(|value| self.veil.over(field, value)).as_deref());
            });
        }
        let plain = matches!(self.night.plan.privacy.identifiers, Identifiers::Plain);
        if field.kind() == FieldKind::List && !plain {
            return self.texts(name, kind, |system, row, builder| {
                let value = self.night.records[system].text(field, row as usize);
                builder.push(value.map(file_list::masked).as_deref());
            });
        }
        if field.is_text() { self.frame_texts(name, kind) } else { self.frame_ints(name, kind) }
    }

    /// The issues of a record as words; few combinations occur.
    fn issues(&self, name: &str) -> (Column, Kind) {
        let columns: Vec<Option<Ints<'_>>> = self
            .night
            .judged
            .linked
            .systems
            .iter()
            .map(|system| Ints::of(&system.frame, "issues").ok())
            .collect();
        let bits = |system: usize, row: u32| {
            columns[system].and_then(|column| column.get(row as usize)).unwrap_or(0)
        };
        let mut words: BTreeMap<i64, String> = BTreeMap::new();
        for (system, records) in self.night.records.iter().enumerate() {
            for row in 0..records.len() as u32 {
                let bits = bits(system, row);
                if bits != 0 {
                    words.entry(bits).or_insert_with(|| {
                        let codes: Vec<&str> =
                            Issues::from_bits(bits as u32).iter().map(|i| i.code()).collect();
                        codes.join(",")
                    });
                }
            }
        }
        self.texts(name, Kind::Label, |system, row, builder| {
            builder.push(words.get(&bits(system, row)).map(String::as_str));
        })
    }

    fn places(&self, name: &str) -> (Column, Kind) {
        let systems = &self.night.judged.linked.systems;
        let columns: Vec<Option<Ints<'_>>> =
            systems.iter().map(|system| Ints::of(&system.frame, "place").ok()).collect();
        self.texts(name, Kind::Label, |system, row, builder| {
            let place = columns[system].and_then(|column| column.get(row as usize));
            let place = place.and_then(|place| systems[system].places.get(place as usize));
            builder.push(place.and_then(|place| match name {
                "file" => Some(place.file.as_str()),
                _ => place.sheet.as_deref(),
            }));
        })
    }
}

/// What a column of a field holds.
fn kind_of(field: FieldName) -> Kind {
    match field.kind() {
        FieldKind::DossierCode if field == FieldName::AltCode => Kind::Text,
        FieldKind::DossierCode | FieldKind::PersonalId | FieldKind::Phone => Kind::Id,
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

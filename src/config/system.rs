//! The `[[system]]` blocks of a pipeline.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use toml::de::DeValue;

use super::mistakes::did_you_mean;
use super::pipeline::{read_kind, read_procedures, read_span};
use super::plan::{CodeOrigin, ColumnPlan, FilePattern, Role, Scope, StatusLabel, SyncPolicy, SystemPlan};
use super::reader::{Lined, Section};
use super::reading;
use crate::domain::date::DatePattern;
use crate::domain::dossier::FieldName;
use crate::domain::known::Known;
use crate::domain::status::NationalStatus;
use crate::domain::text::fold;

/// Reads every system, `least` of them or more; the hub comes first.
pub fn read_all(root: &Section<'_, '_, '_>, hub: Option<&Lined<String>>, least: usize) -> Vec<SystemPlan> {
    let mut systems: Vec<SystemPlan> = Vec::new();
    for section in root.sections("system", "[[system]]") {
        let line = section.line();
        if let Some(system) = read(&section) {
            if systems.iter().any(|other| other.name == system.name) {
                root.report(line, format!("system `{}` is described twice", system.name), None);
            }
            systems.push(system);
        }
    }
    if systems.len() < least {
        root.report(1, "a pipeline needs at least two [[system]] blocks to reconcile", None);
    }
    if let Some(hub) = hub {
        match systems.iter().position(|system| system.name == hub.value) {
            Some(position) => {
                if systems[position].role != Role::Hub {
                    root.report(hub.line, format!("the hub `{}` must have role = \"hub\"", hub.value), None);
                }
                let hub = systems.remove(position);
                systems.insert(0, hub);
            }
            None if !systems.is_empty() => {
                let hint = did_you_mean(&hub.value, systems.iter().map(|system| system.name.as_str()));
                root.report(hub.line, format!("no [[system]] is named `{}`", hub.value), hint);
            }
            None => {}
        }
    }
    if least > 1 {
        check_scopes(root, &systems);
        check_known(root, &systems);
    }
    number_labels(&mut systems);
    for spoke in systems.iter().skip(1).filter(|system| system.role == Role::Hub && least > 1) {
        root.report(1, format!("system `{}` cannot be a second hub", spoke.name), None);
    }
    systems
}

/// Numbers the status labels; what several systems write alike is one label.
fn number_labels(systems: &mut [SystemPlan]) {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for label in systems.iter_mut().flat_map(|system| system.status.values_mut()) {
        let next = known.len();
        label.position = *known.entry(label.label.clone()).or_insert(next);
    }
}

/// A scope is asked of the hub's records: the hub must map what it names.
fn check_scopes(root: &Section<'_, '_, '_>, systems: &[SystemPlan]) {
    let Some((hub, others)) = systems.split_first() else { return };
    for system in others {
        let Scope { procedures, fields, statuses, covers_from: _ } = &system.scope;
        let asked = [
            (FieldName::Procedure, "procedures", procedures.is_empty()),
            (FieldName::Field, "fields", fields.is_empty()),
            (FieldName::Status, "statuses", statuses.is_empty()),
        ];
        for (field, key, _) in asked.into_iter().filter(|(field, _, empty)| !empty && !hub.maps(*field)) {
            let text = format!(
                "[system.scope] of `{}`: `{key}` needs `{}`, which the hub does not map",
                system.name,
                field.name()
            );
            root.report(system.columns.first().map_or(1, |column| column.line), text, None);
        }
    }
}

/// A transformation is told by what the hub has: a field it does not map would look empty everywhere.
fn check_known(root: &Section<'_, '_, '_>, systems: &[SystemPlan]) {
    let Some((hub, others)) = systems.split_first() else { return };
    for system in others {
        for known in &system.sync.known {
            let lacking = known.hub_fields().iter().find(|field| !hub.maps(**field));
            if let Some(field) = lacking {
                let text = format!(
                    "[system.sync] of `{}`: {} needs `{}`, which the hub does not map",
                    system.name,
                    known.code(),
                    field.name()
                );
                root.report(system.columns.first().map_or(1, |column| column.line), text, None);
            }
        }
    }
}

fn read(section: &Section<'_, '_, '_>) -> Option<SystemPlan> {
    let name = section.need_text("name").filter(|name| is_plain_name(section, name));
    let title = section.text("title");
    let role = section.need_choice("role", Role::CHOICES);
    let files = read_files(section);
    let nights_back = section.number("nights_back").map_or(0, |nights| {
        if !(0.0..=366.0).contains(&nights.value) || nights.value.fract() != 0.0 {
            section.report(
                nights.line,
                "[[system]]: `nights_back` is a whole number of nights, 0 to 366",
                None,
            );
        }
        nights.value.clamp(0.0, 366.0) as u32
    });
    let reading = reading::read(section);
    let dates = read_dates(section);
    let expect = reading::read_expectations(section);
    let columns = read_columns(section);
    let status = read_status(section);
    let levels = read_levels(section);
    let scope = read_scope(section);
    let sync = read_sync(section);
    section.check_unknown();

    check_mapping(section, &columns, &status, &levels);
    let name = name?.value;
    Some(SystemPlan {
        title: title.map_or_else(|| name.clone(), |title| title.value),
        name,
        role: role?.value,
        files,
        nights_back,
        format: reading.format,
        text: reading.text,
        sheet: reading.sheet,
        records: reading.records,
        member: reading.member,
        encoding: reading.encoding,
        shift: reading.shift,
        columns,
        dates_from_content: !section.has("dates"),
        dates,
        status,
        levels,
        scope,
        sync,
        expect,
    })
}

/// System names become column names.
fn is_plain_name(section: &Section<'_, '_, '_>, name: &Lined<String>) -> bool {
    let plain = is_plain(&name.value);
    if !plain {
        let hint = Some("use lower-case letters, digits and `_`, such as `ho_tich`".to_owned());
        section.report(name.line, format!("`{}` cannot name a system", name.value), hint);
    }
    plain
}

/// What may name a column of a table: `a-z`, `0-9` and `_`.
pub fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

pub fn read_files(section: &Section<'_, '_, '_>) -> Vec<FilePattern> {
    let mut files = Vec::new();
    let names = section.texts("files").unwrap_or_default();
    if names.is_empty() {
        section.report(section.line(), format!("{}: `files` is missing or empty", section.name()), None);
    }
    for name in names {
        match FilePattern::parse(&name.value) {
            Ok(pattern) => files.push(pattern),
            Err(why) => section.report(name.line, format!("file name `{}`", name.value), Some(why)),
        }
    }
    files
}

/// `dates`: the forms declared, and behind them those of true dates.
pub fn read_dates(section: &Section<'_, '_, '_>) -> Vec<DatePattern> {
    let mut patterns = Vec::new();
    for text in section.texts("dates").unwrap_or_default() {
        match DatePattern::parse(&text.value) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => section.report(text.line, format!("date form `{}`: {error}", text.value), None),
        }
    }
    with_true_dates(patterns)
}

/// True dates of workbooks and columnar files are read in these forms, which can mean nothing else.
pub fn with_true_dates(mut patterns: Vec<DatePattern>) -> Vec<DatePattern> {
    for form in ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssZ"] {
        if !patterns.iter().any(|known: &DatePattern| known.as_str() == form) {
            patterns.extend(DatePattern::parse(form));
        }
    }
    patterns
}

fn read_columns(section: &Section<'_, '_, '_>) -> Vec<ColumnPlan> {
    let mut columns: Vec<ColumnPlan> = Vec::new();
    let Some(table) = section.section("columns", "[system.columns]") else {
        section.report(section.line(), "[[system]]: [system.columns] is missing", None);
        return columns;
    };
    for (name, value) in table.entries() {
        let Some(field) = FieldName::from_name(&name.value) else {
            let hint = did_you_mean(&name.value, FieldName::ALL.iter().map(|field| field.name()))
                .unwrap_or_else(|| {
                    let names: Vec<&str> = FieldName::ALL.iter().map(|field| field.name()).collect();
                    format!("fields: {}", names.join(", "))
                });
            table.report(name.line, format!("[system.columns]: unknown field `{}`", name.value), Some(hint));
            continue;
        };
        let DeValue::String(source) = value.get_ref() else {
            table.report(
                name.line,
                format!("[system.columns]: `{}` must be a column name", name.value),
                None,
            );
            continue;
        };
        columns.push(ColumnPlan::of_dossier(field, source.to_string(), name.line));
    }
    columns.sort_by_key(|column| column.field);
    columns
}

fn check_mapping(
    section: &Section<'_, '_, '_>,
    columns: &[ColumnPlan],
    status: &BTreeMap<String, StatusLabel>,
    levels: &BTreeMap<String, String>,
) {
    let maps = |field: FieldName| columns.iter().any(|column| column.field == field);
    for field in [FieldName::Code, FieldName::ReceivedAt] {
        if !maps(field) {
            let text = format!("[system.columns]: `{}` must be mapped", field.name());
            section.report(section.line(), text, None);
        }
    }
    if maps(FieldName::Status) && status.is_empty() {
        let hint = Some("map every status the system writes to 1..10 under [system.status]".to_owned());
        section.report(section.line(), "`status` is mapped, but [system.status] is missing", hint);
    }
    if maps(FieldName::Level) && levels.is_empty() {
        let hint = Some("map them to province, district or commune under [system.levels]".to_owned());
        section.report(section.line(), "`level` is mapped, but [system.levels] is missing", hint);
    }
}

fn read_status(section: &Section<'_, '_, '_>) -> BTreeMap<String, StatusLabel> {
    let mut status = BTreeMap::new();
    let Some(table) = section.section("status", "[system.status]") else { return status };
    for (label, value) in table.entries() {
        let national = match value.get_ref() {
            DeValue::Integer(code) => code.as_str().parse::<u8>().ok().and_then(NationalStatus::from_code),
            _ => None,
        };
        match national {
            Some(national) => {
                let entry = StatusLabel { label: label.value.clone(), national, position: 0 };
                status.insert(fold(&label.value), entry);
            }
            None => {
                let hint =
                    Some("the national list runs from 1 (mới đăng ký) to 10 (đã trả kết quả)".to_owned());
                table.report(
                    label.line,
                    format!("[system.status]: `{}` is not mapped to 1..10", label.value),
                    hint,
                );
            }
        }
    }
    status
}

fn read_levels(section: &Section<'_, '_, '_>) -> BTreeMap<String, String> {
    let mut levels = BTreeMap::new();
    let Some(table) = section.section("levels", "[system.levels]") else { return levels };
    let choices = [("province", "province"), ("district", "district"), ("commune", "commune")];
    for (label, _) in table.entries() {
        if let Some(level) = table.choice(&label.value, &choices) {
            levels.insert(fold(&label.value), level.value.to_owned());
        }
    }
    levels
}

fn read_scope(section: &Section<'_, '_, '_>) -> Scope {
    let Some(table) = section.section("scope", "[system.scope]") else { return Scope::default() };
    let procedures = read_procedures(&table, "procedures");
    let fields = table.texts("fields").unwrap_or_default().iter().map(|field| fold(&field.value)).collect();
    let mut statuses = BTreeSet::new();
    for status in table.integers("statuses").unwrap_or_default() {
        match u8::try_from(status.value).ok().and_then(NationalStatus::from_code) {
            Some(national) => drop(statuses.insert(national)),
            None => {
                table.report(status.line, format!("{} is not a national status 1..10", status.value), None)
            }
        }
    }
    let covers_from = table.moment("covers_from").and_then(|moment| {
        let day = moment.value.parse().ok();
        if day.is_none() {
            table.report(moment.line, "`covers_from` must be a date such as 2024-01-01", None);
        }
        day
    });
    table.check_unknown();
    Scope { procedures, fields, statuses, covers_from }
}

fn read_sync(section: &Section<'_, '_, '_>) -> SyncPolicy {
    let mut policy = SyncPolicy {
        codes: CodeOrigin::Copied,
        late_after: TimeDelta::hours(24),
        missing_after: TimeDelta::hours(72),
        known: BTreeSet::new(),
        explains: BTreeMap::new(),
    };
    let Some(table) = section.section("sync", "[system.sync]") else { return policy };
    let origins = [("copied", CodeOrigin::Copied), ("own", CodeOrigin::Own)];
    if let Some(codes) = table.choice("codes", &origins) {
        policy.codes = codes.value;
    }
    if let Some(late) = read_span(&table, "late_after") {
        policy.late_after = late;
    }
    if let Some(missing) = read_span(&table, "missing_after") {
        policy.missing_after = missing;
    }
    if policy.missing_after < policy.late_after {
        table.report(table.line(), "[system.sync]: `missing_after` is shorter than `late_after`", None);
    }
    for code in table.texts("known").unwrap_or_default() {
        match Known::from_code(&code.value) {
            Some(known) => drop(policy.known.insert(known)),
            None => {
                let codes: Vec<&str> = Known::ALL.iter().map(|known| known.code()).collect();
                let hint = Some(format!("one of {}; docs/rules.md says what each does", codes.join(", ")));
                table.report(code.line, format!("unknown transformation `{}`", code.value), hint);
            }
        }
    }
    if let Some(explains) = table.section("explains", "[system.sync.explains]") {
        for (name, _) in explains.entries() {
            let reason = explains.text(&name.value);
            if let (Some(kind), Some(reason)) = (read_kind(&explains, &name), reason) {
                policy.explains.insert(kind, reason.value);
            }
        }
    }
    table.check_unknown();
    policy
}

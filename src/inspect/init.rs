//! From a folder of exports to a whole pipeline: which files are one system, which system is the hub,
//! what the night is, how dossiers can be recognised.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::draft::{Draft, one_line, quoted};
use super::reference_tables::{self, Found};
use super::report::Words;
use super::{InspectError, Inspected, inspect};
use crate::config::plan::{ColumnPlan, Role, ShiftPolicy, SystemPlan};
use crate::domain::date::{self, DatePattern};
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::procedure_code;
use crate::domain::text::fold;
use crate::stages::load::{self, source};

/// Folders below the given one are looked at to this depth.
const DEEPEST: usize = 2;
/// A list longer than this is no code list, and no scope either.
const MOST_VALUES: usize = 300;
/// A table of less worth holds no dossiers.
const LEAST_WORTH: f64 = 1.5;
/// What is no export, by its ending.
const OTHERS: [&str; 8] = ["md", "toml", "txt~", "log", "key", "sql", "py", "ctl"];

/// A pipeline that was written down, and what was left out of it.
#[derive(Debug, serde::Serialize)]
pub struct Initial {
    pub text: String,
    pub systems: Vec<String>,
    pub unused: Vec<String>,
}

/// What a whole file says beyond its first rows.
#[derive(Debug, Default)]
struct Contents {
    statuses: BTreeSet<String>,
    procedures: BTreeSet<String>,
    /// How many of the dates of receipt and of work done fall on each day.
    days: BTreeMap<NaiveDate, u64>,
    rows: u64,
}

/// The files of one system.
struct Group {
    name: String,
    files: Vec<String>,
    found: Inspected,
    contents: Contents,
    newest: Option<NaiveDate>,
}

/// The `[[system]]` blocks of files, the report above each.
///
/// # Errors
/// When a file is not there or cannot be read.
pub fn blocks(paths: &[PathBuf]) -> Result<String, InspectError> {
    let mut out = String::new();
    let mut names = BTreeSet::new();
    for path in paths {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let found = match inspect(path, &file) {
            Ok(found) => found,
            Err(error) if paths.len() > 1 => {
                let _ = writeln!(out, "# NOT READ: {}\n", one_line(&error.to_string()));
                continue;
            }
            Err(error) => return Err(error),
        };
        for found in found {
            let _ = write!(out, "{}", Words(&found));
            let contents = contents(path, &found);
            let group = Group {
                name: unique(&slug(&file), &mut names),
                files: vec![file.clone()],
                newest: None,
                found,
                contents,
            };
            let draft = draft(&group, &role_of(&group), "as its name and its columns say");
            match draft.filter(Draft::can_be_reconciled) {
                Some(draft) => drop(writeln!(out, "{}", draft.write())),
                None => out.push_str(
                    "# NO BLOCK: without a header, a code and a date of receipt nothing can be reconciled\n\n",
                ),
            }
        }
    }
    Ok(out)
}

/// A pipeline for a folder of exports.
///
/// # Errors
/// When the folder cannot be read or holds no export.
pub fn pipeline(dir: &Path, name: &str) -> Result<Initial, InspectError> {
    let mut files = Vec::new();
    list(dir, "", 0, &mut files)?;
    files.sort();
    let (mut groups, mut unused): (Vec<Group>, Vec<String>) = (Vec::new(), Vec::new());
    let mut names = BTreeSet::new();
    let mut reference: Vec<Found> = Vec::new();
    for file in files {
        let path = dir.join(&file);
        if let Some(key) = reference_tables::key(&path) {
            reference.push((key, file));
            continue;
        }
        let found = match inspect(&path, &file) {
            Ok(found) => found,
            Err(error) => {
                unused.push(error.to_string());
                continue;
            }
        };
        for found in found {
            if found.best().is_none_or(|table| table.worth() < LEAST_WORTH) {
                unused.push(format!("{file}: no table of dossiers"));
                continue;
            }
            let (pattern, date) = dated(&file);
            let same = |group: &&mut Group| is_same(group, &found) && pattern_of(group) == pattern;
            match groups.iter_mut().find(same) {
                Some(group) => {
                    let newer = contents(&path, &found);
                    group.contents.statuses.extend(newer.statuses);
                    group.contents.procedures.extend(newer.procedures);
                    for (day, count) in newer.days {
                        *group.contents.days.entry(day).or_default() += count;
                    }
                    group.contents.rows += newer.rows;
                    group.newest = group.newest.max(date);
                }
                None => groups.push(Group {
                    name: unique(&slug(&file), &mut names),
                    contents: contents(&path, &found),
                    files: vec![pattern],
                    found,
                    newest: date,
                }),
            }
        }
    }
    if groups.is_empty() {
        return Err(InspectError::NoExports { dir: dir.display().to_string(), why: unused.join("\n  ") });
    }
    let text = write(&groups, dir, name, &unused, &reference);
    Ok(Initial { text, systems: groups.into_iter().map(|group| group.name).collect(), unused })
}

fn list(dir: &Path, below: &str, depth: usize, files: &mut Vec<String>) -> Result<(), InspectError> {
    let io = |source| InspectError::Io { file: dir.display().to_string(), source };
    for entry in std::fs::read_dir(dir.join(below)).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let is_other = name.starts_with(['.', '_', '~']) || OTHERS.contains(&ending.as_str());
        if entry.path().is_dir() {
            // Our own outputs are no exports.
            if depth < DEEPEST && !is_other && !entry.path().join("_runs").exists() && name != "expected" {
                list(dir, &path, depth + 1, files)?;
            }
        } else if !is_other {
            files.push(path);
        }
    }
    Ok(())
}

fn is_same(group: &Group, found: &Inspected) -> bool {
    let headers = |found: &Inspected| -> Option<Vec<String>> {
        Some(found.best()?.columns.iter().map(|column| column.header.clone()).collect())
    };
    group.found.kind == found.kind
        && group.found.member == found.member
        && headers(&group.found) == headers(found)
}

fn pattern_of(group: &Group) -> String {
    group.files.first().cloned().unwrap_or_default()
}

/// A file name with its date as a placeholder, and that date.
fn dated(file: &str) -> (String, Option<NaiveDate>) {
    const FORMS: [&str; 7] = ["%Y%m%d", "%Y-%m-%d", "%Y_%m_%d", "%Y.%m.%d", "%d-%m-%Y", "%d_%m_%Y", "%d%m%Y"];
    for form in FORMS {
        let length = if form.len() == 6 { 8 } else { 10 };
        for (start, _) in file.char_indices() {
            let Some(part) = file.get(start..start + length) else { continue };
            let digit = |at: Option<u8>| at.is_some_and(|byte| byte.is_ascii_digit());
            let bytes = file.as_bytes();
            let alone = !digit(start.checked_sub(1).and_then(|at| bytes.get(at).copied()))
                && !digit(bytes.get(start + length).copied());
            let date = NaiveDate::parse_from_str(part, form).ok();
            let plausible = date.filter(|date| (NaiveDate::MIN..).contains(date) && is_recent(*date));
            if let Some(date) = plausible.filter(|_| alone) {
                return (
                    format!("{}{{as_of:{form}}}{}", &file[..start], &file[start + length..]),
                    Some(date),
                );
            }
        }
    }
    (file.to_owned(), None)
}

fn is_recent(date: NaiveDate) -> bool {
    use chrono::Datelike;
    (2010..=2099).contains(&date.year())
}

/// Reads the whole file by the mapping that was found, for what its first rows do not say.
fn contents(path: &Path, found: &Inspected) -> Contents {
    let mut contents = Contents::default();
    let Some(table) = found.best() else { return contents };
    let mut system = SystemPlan::of_nothing();
    for column in &table.columns {
        if let Some(proposal) = &column.proposal {
            system.columns.push(ColumnPlan::of_dossier(proposal.field, column.header.clone(), 0));
            if proposal.field.kind() == FieldKind::Timestamp {
                let patterns = column.dates.cover.iter();
                system.dates.extend(patterns.filter_map(|pattern| DatePattern::parse(pattern).ok()));
            }
        }
    }
    system.columns.sort_by_key(|column| column.field);
    system.shift = ShiftPolicy::Repair;
    system.records = table.records.as_ref().map(|path| path.split('.').map(str::to_owned).collect());
    let Ok(metadata) = std::fs::metadata(path) else { return contents };
    let bytes = source::bytes::Bytes::of_file(path.to_owned(), metadata.len());
    let Ok(members) = source::unpack::unpack(bytes, None) else { return contents };
    for member in members.iter().filter(|member| member.name == found.member) {
        let Ok(opened) = load::open::open_one(member, &system) else { continue };
        for piece in 0..opened.pieces() {
            let Ok(batch) = opened.piece(piece) else { continue };
            contents.rows += batch.rows.len() as u64;
            for (column, cells) in system.columns.iter().zip(&batch.columns) {
                contents.take(column.field, cells.iter(), &system.dates);
            }
        }
    }
    contents
}

impl Contents {
    /// The last day, but for a few that lie behind it: a date with day and month swapped is no last day.
    fn last_day(&self) -> Option<NaiveDate> {
        let all: u64 = self.days.values().sum();
        let mut behind = 0;
        self.days.iter().rev().find_map(|(day, count)| {
            behind += count;
            (behind > all / 200).then_some(*day)
        })
    }

    fn take<'c>(&mut self, field: FieldName, cells: impl Iterator<Item = &'c str>, dates: &[DatePattern]) {
        for cell in cells {
            match field {
                FieldName::Status
                    if self.statuses.len() < MOST_VALUES
                        && !cell.trim().is_empty()
                        && !self.statuses.contains(cell.trim()) =>
                {
                    self.statuses.insert(cell.trim().to_owned());
                }
                FieldName::Procedure if self.procedures.len() <= MOST_VALUES => {
                    let parsed = procedure_code::normalise(cell);
                    if let Some(code) = parsed.value.filter(|_| parsed.issues.is_empty())
                        && !self.procedures.contains(code.as_ref())
                    {
                        self.procedures.insert(code.into_owned());
                    }
                }
                FieldName::ReceivedAt | FieldName::SyncedAt | FieldName::FinishedAt => {
                    if let Some(moment) = date::datetime(cell, dates).value {
                        *self.days.entry(moment.date()).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
    }
}

fn draft<'g>(group: &'g Group, role: &Role, because: &str) -> Option<Draft<'g>> {
    let table = group.found.best()?;
    let procedures =
        if group.contents.procedures.len() <= 40 { &group.contents.procedures } else { &BTreeSet::new() };
    Some(Draft {
        name: group.name.clone(),
        role: *role,
        role_because: because.to_owned(),
        files: group.files.clone(),
        member: group.found.member.clone(),
        kind: group.found.kind,
        table,
        one_sheet_of_several: group.found.tables.len() > 1,
        statuses: group.contents.statuses.iter().cloned().collect(),
        procedures: procedures.iter().cloned().collect(),
    })
}

/// The role its name, or else the keys of its columns, speak for.
fn role_of(group: &Group) -> Role {
    const HUB: [&str; 6] = ["mot_cua", "motcua", "igate", "hub", "province", "tinh"];
    const PORTAL: [&str; 5] = ["dvcqg", "portal", "quoc_gia", "quocgia", "cong_dvc"];
    let says = |words: &[&str]| words.iter().any(|word| group.name.contains(word));
    let has = |key: &str| {
        group.found.best().is_some_and(|table| table.columns.iter().any(|column| column.header == key))
    };
    if says(&PORTAL) {
        Role::Portal
    } else if says(&HUB) {
        Role::Hub
    } else if has("MaHoSo") && has("MaTTHC") {
        Role::Portal
    } else {
        Role::Ministry
    }
}

/// One role for each; exactly one hub, the largest where several or none call themselves one.
fn roles(groups: &[Group]) -> Vec<(Role, &'static str)> {
    let mut roles: Vec<(Role, &'static str)> =
        groups.iter().map(|group| (role_of(group), "as its name and its columns say")).collect();
    let national = |group: &Group| draft(group, &Role::Hub, "").is_some_and(|draft| !draft.has_own_codes());
    let is_hub = |at: &usize| roles[*at].0 == Role::Hub;
    let named: Vec<usize> = (0..groups.len()).filter(is_hub).collect();
    let of: Vec<usize> = match named.len() {
        0 => (0..groups.len()).filter(|at| roles[*at].0 != Role::Portal).collect(),
        _ => named.clone(),
    };
    let largest = of
        .into_iter()
        .max_by_key(|at| (national(&groups[*at]), groups[*at].contents.rows, std::cmp::Reverse(*at)));
    let hub = largest.unwrap_or(0);
    for at in named.into_iter().filter(|at| *at != hub) {
        roles[at] = (Role::Ministry, "another file looks more like the hub");
    }
    if roles[hub].0 != Role::Hub {
        roles[hub] = (Role::Hub, "A GUESS: its codes are national and it has most rows");
    }
    roles
}

fn write(groups: &[Group], dir: &Path, name: &str, unused: &[String], reference: &[Found]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_to(&mut out, groups, dir, name, (unused, reference));
    out
}

fn write_to(
    out: &mut String,
    groups: &[Group],
    dir: &Path,
    name: &str,
    (unused, reference): (&[String], &[Found]),
) -> std::fmt::Result {
    let roles = roles(groups);
    let hub = roles.iter().position(|(role, _)| *role == Role::Hub).unwrap_or(0);
    writeln!(
        out,
        "# Written by `doisoat init` from the files it found. Every guess says how sure it is: read them,"
    )?;
    writeln!(out, "# correct what is wrong, then: doisoat check, doisoat run.")?;
    for unused in unused {
        writeln!(out, "# not used: {}", one_line(unused))?;
    }
    writeln!(out, "\n[pipeline]")?;
    writeln!(out, "name  = {}", quoted(name))?;
    let (as_of, because) = as_of(groups);
    writeln!(out, "as_of = {}  # {because}; give --as-of every night", as_of.format("%Y-%m-%dT%H:%M:%S"))?;
    writeln!(out, "hub   = {}", quoted(&groups[hub].name))?;
    writeln!(out, "\n[input]\ndir = {}\n", quoted(&dir.display().to_string()))?;
    reference_tables::write(out, reference)?;
    for (group, (role, because)) in groups.iter().zip(&roles) {
        write!(out, "{}", Words(&group.found))?;
        if let Some(draft) = draft(group, role, because).filter(Draft::can_be_reconciled) {
            writeln!(out, "{}", draft.write())?;
        }
    }
    write_recognition(out, groups, hub)
}

/// The moment the files stand for: the date in their names, else the morning after the last receipt.
fn as_of(groups: &[Group]) -> (NaiveDateTime, &'static str) {
    let named = groups.iter().filter_map(|group| group.newest).max();
    if let Some(date) = named {
        let end = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
        return (date.and_time(end), "the newest date in the names of the files");
    }
    let last = groups.iter().filter_map(|group| group.contents.last_day()).max().unwrap_or_default();
    let morning = NaiveTime::from_hms_opt(2, 0, 0).unwrap_or_default();
    ((last + TimeDelta::days(1)).and_time(morning), "the morning after the last days in the files")
}

/// How records are recognised as one dossier: by what the hub and at least one other system have.
fn write_recognition(out: &mut String, groups: &[Group], hub: usize) -> std::fmt::Result {
    let mut holders: BTreeMap<FieldName, (bool, bool)> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        let Some(draft) = draft(group, &Role::Hub, "") else { continue };
        for (field, ..) in draft.mapped() {
            let entry = holders.entry(field).or_default();
            if at == hub { entry.0 = true } else { entry.1 = true }
        }
    }
    let both = |field: FieldName| holders.get(&field) == Some(&(true, true));
    writeln!(out, "[[ladder]]\nrung = \"exact_code\"")?;
    if holders.contains_key(&FieldName::AltCode) || holders.contains_key(&FieldName::HubCode) {
        writeln!(out, "\n[[ladder]]\nrung = \"alternate_code\"")?;
    }
    let who = [FieldName::IdNumber, FieldName::OwnerName].into_iter().find(|field| both(*field));
    if who.is_some() {
        writeln!(out, "\n[[ladder]]\nrung = \"equivalent_code\"")?;
    }
    if let Some(who) = who.filter(|_| both(FieldName::Procedure)) {
        let on = format!("[{}, \"procedure\"]", quoted(who.name()));
        writeln!(out, "\n[[ladder]]\nrung   = \"identity\"\non     = {on}\nwindow = \"5d\"")?;
        writeln!(
            out,
            "\n# Dossiers typed twice in one system. First name the procedures of which one person rightly"
        )?;
        writeln!(
            out,
            "# files several at a time, such as certification (chứng thực), then take away the signs."
        )?;
        writeln!(out, "# [duplicates]\n# on     = {on}\n# window = \"72h\"\n# except_procedures = []")?;
    }
    Ok(())
}

/// A name for a system from the name of a file: `DVCQG_20240401.csv.gz` is `dvcqg`.
fn slug(file: &str) -> String {
    let file = file.rsplit('/').next().unwrap_or(file);
    let stem = file.split('.').next().unwrap_or(file);
    let words: Vec<String> = fold(&stem.replace(['_', '-'], " "))
        .split_whitespace()
        .map(|word| word.chars().filter(char::is_ascii_alphabetic).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("_").chars().take(30).collect();
    if slug.is_empty() { "system".to_owned() } else { slug }
}

fn unique(name: &str, names: &mut BTreeSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while !names.insert(candidate.clone()) {
        candidate = format!("{name}_{number}");
        number += 1;
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_in_a_name_becomes_a_placeholder() {
        let date = |text: &str| text.parse::<NaiveDate>().ok();
        assert_eq!(dated("x_20240401.csv"), ("x_{as_of:%Y%m%d}.csv".to_owned(), date("2024-04-01")));
        assert_eq!(dated("x-01-04-2024.xlsx"), ("x-{as_of:%d-%m-%Y}.xlsx".to_owned(), date("2024-04-01")));
        assert_eq!(dated("x_01042024_a.csv").1, date("2024-04-01"));
        assert_eq!(dated("hồ sơ 2024-04-01.csv").1, date("2024-04-01"));
        for plain in ["x.csv", "x_202404011.csv", "x_99999999.csv", "báo cáo.csv"] {
            assert_eq!(dated(plain), (plain.to_owned(), None));
        }
    }

    #[test]
    fn a_system_is_named_after_its_file() {
        for (file, name) in [
            ("DVCQG_20240401.csv.gz", "dvcqg"),
            ("a/Một cửa tỉnh.xlsx", "mot_cua_tinh"),
            ("2024.csv", "system"),
        ] {
            assert_eq!(slug(file), name);
        }
        let mut names = BTreeSet::new();
        assert_eq!((unique("a", &mut names), unique("a", &mut names)), ("a".to_owned(), "a_2".to_owned()));
    }
}

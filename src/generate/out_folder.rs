//! The out folder: what may be written over, and the marker that says what a generation holds.

use super::Generated;
use super::error::GenerateError;
use super::row::System;
use super::setting::Setting;
use super::truth;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// `truth/profile.json`.
#[derive(Serialize, Deserialize)]
struct Marker {
    name: String,
    title: String,
    province_code: String,
    period_start: String,
    period_end: String,
    as_of: String,
    seed: u64,
    dossiers: u64,
    /// False while a generation is under way, or after one that broke off.
    complete: bool,
    cases: u64,
    /// File and data rows.
    files: BTreeMap<String, u64>,
    errors_by_kind: BTreeMap<String, u64>,
}

/// Makes the folder ready: new, empty, or an earlier generation, whose files are removed.
pub fn prepare(out: &Path, setting: &Setting, seed: u64, dossiers: u64) -> Result<(), GenerateError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| GenerateError::Io { path, source }
    };
    let empty = match std::fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none(),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => true,
        Err(source) => return Err(io(out)(source)),
    };
    if !empty {
        let earlier = std::fs::read(out.join(truth::MARKER)).ok();
        let earlier: Option<Marker> = earlier.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let Some(earlier) = earlier else {
            return Err(GenerateError::OutNotEmpty { path: out.to_owned() });
        };
        for file in earlier.files.keys() {
            let inside = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
            let path = out.join(file);
            if inside && path.is_file() {
                std::fs::remove_file(&path).map_err(io(&path))?;
            }
        }
    }
    let folder = out.join(truth::FOLDER);
    std::fs::create_dir_all(&folder).map_err(io(&folder))?;
    let names = System::ALL.into_iter().map(|system| setting.file(system));
    let files = &setting.profile.files;
    let reference = [files.procedures.as_str(), files.agencies.as_str()];
    let names = names.chain(reference).chain([truth::RECORDS, truth::ERRORS, truth::FIGURES]);
    let mut marker = marker(setting, seed, dossiers);
    marker.files = names.map(|name| (name.to_owned(), 0)).collect();
    write(out, &marker)
}

/// Writes the marker of a generation that is complete.
pub fn finish(
    out: &Path,
    setting: &Setting,
    seed: u64,
    dossiers: u64,
    generated: &Generated,
) -> Result<(), GenerateError> {
    let marker = Marker {
        complete: true,
        cases: generated.cases,
        files: generated.files.iter().cloned().collect(),
        errors_by_kind: generated.errors_by_kind.clone(),
        ..marker(setting, seed, dossiers)
    };
    write(out, &marker)
}

fn marker(setting: &Setting, seed: u64, dossiers: u64) -> Marker {
    let profile = &setting.profile;
    Marker {
        name: profile.name.clone(),
        title: profile.title.clone(),
        province_code: profile.province_code.clone(),
        period_start: profile.period_start.into(),
        period_end: profile.period_end.into(),
        as_of: profile.as_of.into(),
        seed,
        dossiers,
        complete: false,
        cases: 0,
        files: BTreeMap::new(),
        errors_by_kind: BTreeMap::new(),
    }
}

fn write(out: &Path, marker: &Marker) -> Result<(), GenerateError> {
    let path = out.join(truth::MARKER);
    let mut text = serde_json::to_string_pretty(marker)
        .map_err(|source| GenerateError::Json { path: path.clone(), source })?;
    text.push('\n');
    std::fs::write(&path, text).map_err(|source| GenerateError::Io { path, source })
}

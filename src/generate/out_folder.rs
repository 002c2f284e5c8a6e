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
#[derive(Default, Serialize, Deserialize)]
pub struct Marker {
    pub name: String,
    pub title: String,
    pub province_code: String,
    pub period_start: String,
    pub period_end: String,
    pub as_of: String,
    pub seed: u64,
    pub dossiers: u64,
    /// False while a generation is under way, or after one that broke off.
    pub complete: bool,
    pub cases: u64,
    /// File and data rows.
    pub files: BTreeMap<String, u64>,
    pub errors_by_kind: BTreeMap<String, u64>,
}

/// Makes the folder ready for `files`: new, empty, or an earlier generation of any profile, whose files are removed.
/// The marker says what is to come, and nothing of what was made.
pub fn prepare<'f>(
    out: &Path,
    marker: Marker,
    files: impl Iterator<Item = &'f str>,
) -> Result<(), GenerateError> {
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
    let names = files.chain([truth::RECORDS, truth::ERRORS, truth::FIGURES]);
    let files = names.map(|name| (name.to_owned(), 0)).collect();
    write(out, &Marker { files, ..marker })
}

/// Writes the marker of a generation that is complete.
pub fn finish(out: &Path, marker: Marker, generated: &Generated) -> Result<(), GenerateError> {
    let marker = Marker {
        complete: true,
        cases: generated.cases,
        files: generated.files.iter().cloned().collect(),
        errors_by_kind: generated.errors_by_kind.clone(),
        ..marker
    };
    write(out, &marker)
}

/// What a profile says of its generation.
pub fn marker(setting: &Setting, seed: u64, dossiers: u64) -> Marker {
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
        ..Marker::default()
    }
}

/// The exports of a profile and the tables beside them.
pub fn files(setting: &Setting) -> impl Iterator<Item = &str> {
    let files = &setting.profile.files;
    let reference = [files.procedures.as_str(), files.agencies.as_str()];
    System::ALL.into_iter().map(|system| setting.file(system)).chain(reference)
}

fn write(out: &Path, marker: &Marker) -> Result<(), GenerateError> {
    let path = out.join(truth::MARKER);
    let mut text = serde_json::to_string_pretty(marker)
        .map_err(|source| GenerateError::Json { path: path.clone(), source })?;
    text.push('\n');
    std::fs::write(&path, text).map_err(|source| GenerateError::Io { path, source })
}

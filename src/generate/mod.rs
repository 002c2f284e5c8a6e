//! Synthetic exports of four systems, with the truth about them (dữ liệu giả lập).
//!
//! Makes dossiers one by one, lets every system say what it would say of them, plants errors at the rates of
//! a profile, and writes down which case each row belongs to and what was planted. Shares no code with the
//! reconciler: what is true comes from what was planted. The same profile, seed and number of dossiers give
//! the same bytes, and memory does not grow with the number of dossiers.

mod alone;
mod calendar;
mod cases;
mod catalogue;
mod check;
mod closing;
mod details;
mod documents;
mod dossier;
mod error;
mod figures;
mod forms;
mod job;
mod land_export;
mod names;
mod out_folder;
mod people;
mod permutation;
mod plan;
mod plant;
mod plant_ends;
mod plant_values;
mod portal_export;
mod profile;
mod rates;
mod row;
mod run;
mod setting;
mod slips;
mod text_exports;
mod timeline;
mod truth;
mod visits;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_alone;
#[cfg(test)]
mod tests_cases;

pub use error::GenerateError;
pub use profile::builtin_names;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What to generate.
#[derive(Debug, Clone)]
pub struct Request {
    /// Name of a built-in profile, or path of a TOML file.
    pub profile: String,
    /// The profile's own number when left out.
    pub dossiers: Option<u64>,
    pub seed: u64,
    pub out: PathBuf,
}

/// What was generated.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Generated {
    /// Path below the out folder, and data rows.
    pub files: Vec<(String, u64)>,
    /// Cases, with those the hub never heard of.
    pub cases: u64,
    pub errors_by_kind: BTreeMap<String, u64>,
}

/// Writes the exports and their truth into `request.out`. `progress` is told dossiers done and in all.
pub fn generate(request: &Request, progress: &dyn Fn(u64, u64)) -> Result<Generated, GenerateError> {
    if request.profile == documents::PROFILE {
        return documents::documents(request, progress);
    }
    let setting = profile::load(&request.profile)?;
    let dossiers = request.dossiers.unwrap_or(setting.profile.dossiers);
    if dossiers == 0 {
        return Err(setting.bad_key("dossiers", "must be at least 1"));
    }
    let marker = || out_folder::marker(&setting, request.seed, dossiers);
    out_folder::prepare(&request.out, marker(), out_folder::files(&setting))?;
    let generated = run::run(&setting, dossiers, request.seed, &request.out, progress)?;
    out_folder::finish(&request.out, marker(), &generated)?;
    progress(dossiers, dossiers);
    Ok(generated)
}

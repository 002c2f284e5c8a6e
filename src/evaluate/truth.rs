//! Reads the truth that `doisoat generate` writes beside its exports.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::EvaluateError;

/// A row of an export.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub system: String,
    pub file: String,
    pub sheet: String,
    pub row: u64,
}

/// By which key a record can still be tied to the hub, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    Code,
    Alternate,
    Identity,
    Nothing,
}

impl Reach {
    pub fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Alternate => "alternate",
            Self::Identity => "identity",
            Self::Nothing => "none",
        }
    }
}

#[derive(Debug, Clone)]
pub struct TrueRecord {
    pub case: u32,
    pub malformed: bool,
    /// `None` for the hub's records and those without a hub partner.
    pub reach: Option<Reach>,
}

#[derive(Debug, Clone)]
pub struct PlantedError {
    pub kind: String,
    /// `None` for an error of a whole day.
    pub case: Option<u32>,
    /// That day; empty for an error of a case.
    pub day: String,
    /// The transformation of the sync job that did it, `T1` to `T14`.
    pub cause: Option<String>,
    pub spot: Spot,
}

#[derive(Debug)]
pub struct Truth {
    pub hub: String,
    pub records: BTreeMap<Spot, TrueRecord>,
    pub errors: Vec<PlantedError>,
}

#[derive(Deserialize)]
struct RecordLine {
    system: String,
    file: String,
    sheet: String,
    row: u64,
    case_id: String,
    fate: String,
    reach: String,
}

#[derive(Deserialize)]
struct ErrorLine {
    kind: String,
    case_id: String,
    system: String,
    file: String,
    sheet: String,
    row: Option<u64>,
    planted: String,
    #[serde(default)]
    cause: String,
}

impl Truth {
    /// # Errors
    /// When a file is missing or a line is not what the generator writes.
    pub fn read(folder: &Path) -> Result<Self, EvaluateError> {
        let (mut records, mut hub) = (BTreeMap::new(), None);
        for line in lines::<RecordLine>(&folder.join("records.csv"))? {
            let RecordLine { system, file, sheet, row, case_id, fate, reach } = line;
            hub.get_or_insert_with(|| system.clone());
            let reach = match reach.as_str() {
                "code" => Some(Reach::Code),
                "alternate" => Some(Reach::Alternate),
                "identity" => Some(Reach::Identity),
                "none" => Some(Reach::Nothing),
                _ => None,
            };
            let record = TrueRecord { case: case(&case_id, folder)?, malformed: fate == "malformed", reach };
            records.insert(Spot { system, file, sheet, row }, record);
        }
        let mut errors = Vec::new();
        for line in lines::<ErrorLine>(&folder.join("errors.csv"))? {
            let ErrorLine { kind, case_id, system, file, sheet, row, planted, cause } = line;
            let spot = Spot { system, file, sheet, row: row.unwrap_or(0) };
            let case = if case_id.is_empty() { None } else { Some(case(&case_id, folder)?) };
            let day = if case.is_none() { planted } else { String::new() };
            errors.push(PlantedError {
                kind,
                case,
                day,
                cause: Some(cause).filter(|cause| !cause.is_empty()),
                spot,
            });
        }
        Ok(Self { hub: hub.unwrap_or_default(), records, errors })
    }
}

fn case(id: &str, folder: &Path) -> Result<u32, EvaluateError> {
    id.trim_start_matches('C').parse().map_err(|_| EvaluateError::Truth {
        path: folder.display().to_string(),
        reason: format!("`{id}` is not a case"),
    })
}

fn lines<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>, EvaluateError> {
    let failed = |error: csv::Error| EvaluateError::Truth {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let mut reader = csv::Reader::from_path(path).map_err(failed)?;
    reader.deserialize().collect::<Result<_, _>>().map_err(failed)
}

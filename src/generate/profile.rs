//! A profile as it is typed in TOML: what to generate, how much, and how often each error is planted.
//!
//! Nothing is generated here; `setting.rs` checks a profile and resolves it.

use super::error::GenerateError;
use super::rates::{CaseRates, HubRates, SpokeRates};
use super::setting::Setting;
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

const BUILT_IN: [(&str, &str); 5] = [
    ("hoa-binh-2024q1", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/hoa-binh-2024q1.toml"))),
    ("ha-giang-2024", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/ha-giang-2024.toml"))),
    (
        "vinh-thuan-2023h1",
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/vinh-thuan-2023h1.toml")),
    ),
    ("all-errors", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/all-errors.toml"))),
    ("sync-job", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/sync-job.toml"))),
];

/// The profiles that are part of the program.
pub fn builtin_names() -> &'static [&'static str] {
    const NAMES: [&str; 6] = [
        BUILT_IN[0].0,
        BUILT_IN[1].0,
        BUILT_IN[2].0,
        BUILT_IN[3].0,
        BUILT_IN[4].0,
        super::documents::PROFILE,
    ];
    &NAMES
}

/// Reads a built-in profile by name, or a TOML file by path, and checks it.
pub fn load(name_or_path: &str) -> Result<Setting, GenerateError> {
    let built_in = BUILT_IN.iter().find(|(name, _)| *name == name_or_path);
    let text = match built_in {
        Some((_, text)) => (*text).to_owned(),
        None => {
            let path = PathBuf::from(name_or_path);
            std::fs::read_to_string(&path).map_err(|source| match source.kind() {
                std::io::ErrorKind::NotFound => GenerateError::UnknownProfile {
                    name: name_or_path.to_owned(),
                    known: builtin_names().join(", "),
                },
                _ => GenerateError::ReadProfile { path, source },
            })?
        }
    };
    let profile: Profile = toml::from_str(&text).map_err(|source| GenerateError::ParseProfile {
        profile: name_or_path.to_owned(),
        source: Box::new(source),
    })?;
    Setting::new(profile)
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    /// Said in `truth/profile.json`; for readers only.
    pub title: String,
    pub province_code: String,
    /// Of the highest agency, in `agencies.csv`.
    #[serde(default)]
    pub province_name: String,
    /// How many dossiers when the command line does not say.
    pub dossiers: u64,
    /// Of them, received before the period and not resolved before it.
    #[serde(default)]
    pub carried_over: u64,
    pub period_start: Day,
    pub period_end: Day,
    pub as_of: Instant,
    #[serde(default)]
    pub files: Files,
    pub calendar: CalendarKeys,
    pub timeline: TimelineKeys,
    pub channels: ChannelKeys,
    pub people: PeopleKeys,
    pub resolved: ResolvedKeys,
    pub in_process: InProcessKeys,
    #[serde(default)]
    pub details: DetailKeys,
    #[serde(default)]
    pub catalogue: CatalogueKeys,
    pub hub: HubRates,
    #[serde(default)]
    pub cases: CaseRates,
    pub portal: SpokeRates,
    pub ho_tich: SpokeRates,
    pub dat_dai: SpokeRates,
    pub quota: Vec<Quota>,
    pub unit: Vec<Unit>,
    pub procedure: Vec<Procedure>,
}

/// Names of the four exports and of the two reference files in the out folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    pub hub: String,
    pub portal: String,
    pub ho_tich: String,
    pub dat_dai: String,
    pub procedures: String,
    pub agencies: String,
}

impl Default for Files {
    fn default() -> Self {
        Files {
            hub: "mot_cua.csv".into(),
            portal: "dvcqg.ndjson".into(),
            ho_tich: "ho_tich.csv".into(),
            dat_dai: "dat_dai.xlsx".into(),
            procedures: "procedures.csv".into(),
            agencies: "agencies.csv".into(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarKeys {
    pub holidays: Vec<Day>,
    /// Saturdays worked in exchange for a day off.
    #[serde(default)]
    pub extra_working_days: Vec<Day>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineKeys {
    /// Dossiers of a day off, as a share of a working day's.
    pub day_off_weight: f64,
    /// On a working day, the share received outside office hours (always online).
    pub off_hours_share: f64,
}

/// Shares of the ways a dossier is handed in; the rest is handed in directly.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelKeys {
    pub online: f64,
    pub post: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleKeys {
    pub minority: Minority,
    pub minority_share: f64,
    /// First three digits of a personal number issued in the province.
    pub id_prefix: String,
    /// First three digits of an old nine-digit identity card.
    pub cmnd_prefix: String,
    pub cmnd_share: f64,
    pub without_phone: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Minority {
    HoaBinh,
    HaGiang,
    KienGiang,
}

/// Weights of the end statuses of resolved dossiers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolvedKeys {
    pub returned: u32,
    pub finished: u32,
    pub refused: u32,
    pub withdrawn: u32,
    pub stopped: u32,
}

/// Weights of the statuses of dossiers in process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InProcessKeys {
    pub received: u32,
    pub processing: u32,
    pub supplement: u32,
    pub financial_duty: u32,
}

/// What a dossier says beyond dates and owner; shares of the dossiers on which it is possible.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DetailKeys {
    /// Somebody else than the owner hands it in.
    pub agent: f64,
    pub digitised: f64,
    /// Of those with a fee that come online.
    pub paid_online: f64,
    /// Papers were asked for and came, and the due time moved.
    pub supplement: f64,
}

/// What happens to the catalogue of procedures inside the period.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CatalogueKeys {
    pub new: usize,
    /// Some of them are procedures that dossiers use.
    pub amended: usize,
    pub abolished: usize,
    /// How many are in force as the period ends; what the profile's own do not fill, nobody uses.
    pub in_force: InForceKeys,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InForceKeys {
    pub province: Option<usize>,
    pub district: Option<usize>,
    pub commune: Option<usize>,
    pub joint_same_level: Option<usize>,
    pub joint_cross_level: Option<usize>,
}

/// So many dossiers of this kind, exactly.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub count: u64,
    pub outcome: Outcome,
    /// Levels it is spread over; all when left out.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Only this field (lĩnh vực) ...
    pub field: Option<String>,
    /// ... or any field but this.
    pub except_field: Option<String>,
    pub channel: Option<Channel>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Early,
    OnTime,
    Late,
    /// Withdrawn and counted apart from early, on time and late.
    Withdrawn,
    InProcess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Province,
    District,
    Commune,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Direct,
    Online,
    Post,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    pub code: String,
    pub name: String,
    pub level: Level,
    pub weight: u32,
    /// Fields (lĩnh vực) it handles; all when left out.
    #[serde(default)]
    pub fields: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Short code; the long one adds `.000.00.00.` and the province.
    pub code: String,
    pub name: String,
    pub field: String,
    pub field_code: String,
    pub level: Level,
    pub ministry: Option<Ministry>,
    /// First part of the civil-status system's own code.
    pub module: Option<String>,
    pub weight: u32,
    /// Working days allowed.
    pub days: u32,
    pub fee: u32,
    /// One person may rightly hand in several on one day (chứng thực).
    #[serde(default)]
    pub repeatable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ministry {
    HoTich,
    DatDai,
}

/// `2024-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub NaiveDate);

impl TryFrom<String> for Day {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        NaiveDate::parse_from_str(&text, "%Y-%m-%d")
            .map(Day)
            .map_err(|_| format!("`{text}` is not a day; write it as 2024-01-31"))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.0.to_string()
    }
}

/// `2024-01-31T02:00:00`, local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(pub NaiveDateTime);

impl TryFrom<String> for Instant {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S")
            .map(Instant)
            .map_err(|_| format!("`{text}` is not a time; write it as 2024-01-31T02:00:00"))
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> String {
        instant.0.format("%Y-%m-%dT%H:%M:%S").to_string()
    }
}

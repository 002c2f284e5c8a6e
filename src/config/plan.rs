//! A pipeline, resolved: the one value that goes below `run.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::domain::date::DatePattern;
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::status::NationalStatus;

/// Everything a run depends on besides the bytes of its inputs.
#[derive(Debug, Clone)]
pub struct RunPlan {
    pub name: String,
    pub title: String,
    pub pipeline_file: PathBuf,
    pub pipeline_sha256: String,
    pub as_of: NaiveDateTime,
    /// First and last day of the reporting period.
    pub period: Option<(NaiveDate, NaiveDate)>,
    pub zone: String,
    pub utc_offset: TimeDelta,
    pub input_dir: PathBuf,
    pub privacy: Privacy,
    /// The hub first, then the others in the order of the file.
    pub systems: Vec<SystemPlan>,
    pub ladder: Vec<Rung>,
    pub duplicates: DuplicatePolicy,
    /// Severity of a kind where the pipeline changes it; `None` switches the kind off.
    pub severities: BTreeMap<FindingKind, Option<Severity>>,
    /// `None`: never exit 1.
    pub fail_at: Option<Severity>,
    pub published: Vec<PublishedFigure>,
    /// Withdrawn dossiers are a class of their own, rather than early, on time or late.
    pub withdrawn_apart: bool,
}

impl RunPlan {
    pub const HUB: usize = 0;

    /// Every status label of every system, as written in the pipeline, in the order of their positions.
    pub fn status_labels(&self) -> Vec<String> {
        let mut labels: Vec<(usize, &str)> = self
            .systems
            .iter()
            .flat_map(|system| system.status.values())
            .map(|status| (status.position, status.label.as_str()))
            .collect();
        labels.sort_unstable();
        labels.into_iter().map(|(_, label)| label.to_owned()).collect()
    }

    /// The severity of a kind, `None` when it is switched off.
    pub fn severity(&self, kind: FindingKind) -> Option<Severity> {
        self.severities.get(&kind).copied().unwrap_or(Some(kind.default_severity()))
    }
}

/// One system and how to read what it delivers.
#[derive(Debug, Clone)]
pub struct SystemPlan {
    pub name: String,
    pub title: String,
    pub role: Role,
    pub files: Vec<String>,
    pub format: Format,
    pub columns: Vec<ColumnPlan>,
    pub dates: Vec<DatePattern>,
    /// Status as written by the system, folded.
    pub status: BTreeMap<String, StatusLabel>,
    /// Level as written by the system, folded, to `province`, `district` or `commune`.
    pub levels: BTreeMap<String, String>,
    pub scope: Scope,
    pub sync: SyncPolicy,
    /// Share of quarantined rows above which the feed is unhealthy.
    pub reject_above: f64,
}

impl SystemPlan {
    /// Position of the column that holds the code under which the hub knows a record.
    pub fn hub_key_column(&self) -> Option<usize> {
        let position = |field| self.columns.iter().position(|column| column.field == field);
        position(FieldName::HubCode).or_else(|| position(FieldName::Code))
    }

    pub fn maps(&self, field: FieldName) -> bool {
        self.columns.iter().any(|column| column.field == field)
    }
}

#[cfg(test)]
impl SystemPlan {
    /// A CSV system whose first columns are mapped to fields in order, for tests of the reader.
    pub fn for_test(headers: &[&str]) -> Self {
        let columns = FieldName::ALL.iter().zip(headers).map(|(field, header)| ColumnPlan {
            field: *field,
            source: (*header).to_owned(),
            line: 1,
        });
        Self {
            name: "test".to_owned(),
            title: String::new(),
            role: Role::Hub,
            files: Vec::new(),
            format: Format::Csv { delimiter: b',' },
            columns: columns.collect(),
            dates: Vec::new(),
            status: BTreeMap::new(),
            levels: BTreeMap::new(),
            scope: Scope::default(),
            sync: SyncPolicy {
                codes: CodeOrigin::Copied,
                late_after: TimeDelta::zero(),
                missing_after: TimeDelta::zero(),
                explains: BTreeMap::new(),
            },
            reject_above: 1.0,
        }
    }
}

/// One status of a system's own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusLabel {
    pub label: String,
    pub national: NationalStatus,
    /// Position in [`RunPlan::status_labels`].
    pub position: usize,
}

/// One field and where it is found in the export.
#[derive(Debug, Clone)]
pub struct ColumnPlan {
    pub field: FieldName,
    /// A header, or a path such as `DinhDanhCHS[0].SoDinhDanh` in JSON.
    pub source: String,
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Hub,
    Portal,
    Ministry,
}

impl Role {
    pub const CHOICES: &'static [(&'static str, Self)] =
        &[("hub", Self::Hub), ("portal", Self::Portal), ("ministry", Self::Ministry)];

    pub fn code(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Portal => "portal",
            Self::Ministry => "ministry",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Csv {
        delimiter: u8,
    },
    Ndjson,
    /// `sheet`: a name; every sheet when absent.
    Xlsx {
        sheet: Option<String>,
    },
}

impl Format {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Ndjson => "ndjson",
            Self::Xlsx { .. } => "xlsx",
        }
    }
}

/// Which dossiers of the hub a system is expected to hold.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Procedure codes; empty means all.
    pub procedures: BTreeSet<String>,
    /// Fields (lĩnh vực), folded; empty means all.
    pub fields: BTreeSet<String>,
    /// Only dossiers of these statuses; empty means all.
    pub statuses: BTreeSet<NationalStatus>,
    /// The export holds dossiers received from this day on.
    pub covers_from: Option<NaiveDate>,
}

#[derive(Debug, Clone)]
pub struct SyncPolicy {
    pub codes: CodeOrigin,
    pub late_after: TimeDelta,
    pub missing_after: TimeDelta,
    /// Kinds of findings that a known transformation of the sync job explains, and its name.
    pub explains: BTreeMap<FindingKind, String>,
}

/// Whose code a system writes in its own code column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeOrigin {
    /// The hub's: another code means it was rewritten.
    Copied,
    /// Its own; the hub's stands in `hub_code`.
    Own,
}

/// One step of the link ladder.
#[derive(Debug, Clone, PartialEq)]
pub enum Rung {
    ExactCode,
    AlternateCode,
    Identity { on: Vec<FieldName>, window: TimeDelta },
}

impl Rung {
    pub fn code(&self) -> &'static str {
        match self {
            Self::ExactCode => "exact_code",
            Self::AlternateCode => "alternate_code",
            Self::Identity { .. } => "identity",
        }
    }
}

/// When two records of one system are one dossier typed twice.
#[derive(Debug, Clone)]
pub struct DuplicatePolicy {
    /// Empty switches the search off.
    pub on: Vec<FieldName>,
    pub window: TimeDelta,
    /// Procedures where one person legitimately files several dossiers at a time.
    pub except_procedures: BTreeSet<String>,
}

#[derive(Debug, Clone)]
pub struct Privacy {
    pub identifiers: Identifiers,
}

/// How identity numbers and phones stand in the outputs.
#[derive(Clone)]
pub enum Identifiers {
    /// HMAC-SHA256 under this key: joinable, not readable.
    Token(Vec<u8>),
    Masked,
    Plain,
}

impl std::fmt::Debug for Identifiers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(***)",
            Self::Masked => "Masked",
            Self::Plain => "Plain",
        })
    }
}

/// A figure somebody printed, to be held against the data.
#[derive(Debug, Clone)]
pub struct PublishedFigure {
    pub figure: Figure,
    pub level: Option<Vec<String>>,
    pub field: Option<String>,
    pub channel: Option<String>,
    pub value: f64,
    /// Decimals as printed: 98.30 has two.
    pub decimals: i32,
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    Received,
    New,
    CarriedOver,
    Resolved,
    InProcess,
    Early,
    OnTime,
    Late,
    Withdrawn,
    OnTimeShare,
    EarlyShare,
    ExactShare,
    LateShare,
    WithdrawnShare,
}

impl Figure {
    pub const CHOICES: &'static [(&'static str, Self)] = &[
        ("received", Self::Received),
        ("new", Self::New),
        ("carried_over", Self::CarriedOver),
        ("resolved", Self::Resolved),
        ("in_process", Self::InProcess),
        ("early", Self::Early),
        ("on_time", Self::OnTime),
        ("late", Self::Late),
        ("withdrawn", Self::Withdrawn),
        ("on_time_share", Self::OnTimeShare),
        ("early_share", Self::EarlyShare),
        ("exact_share", Self::ExactShare),
        ("late_share", Self::LateShare),
        ("withdrawn_share", Self::WithdrawnShare),
    ];

    pub fn code(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, figure)| *figure == self).map_or("", |(word, _)| word)
    }
}

//! A pipeline, resolved: the one value that goes below `run.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::format::{Item, StrftimeItems};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::figure::PublishedFigure;
use super::file_kind::FileKind;
use super::reader::Lined;
use super::scored::ScoredPlan;
use crate::domain::date::DatePattern;
use crate::domain::deadline::OfficeHours;
use crate::domain::dossier::FieldName;
use crate::domain::encoding::Encoding;
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::known::Known;
use crate::domain::rules::{r06_code_collision, r10_due_date, r19_timeline, r21_sync, r22_resubmission};
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
    /// Of the scored rung, where the ladder has one.
    pub scored: Option<ScoredPlan>,
    pub duplicates: DuplicatePolicy,
    /// Severity of a kind where the pipeline changes it; `None` switches the kind off.
    pub severities: BTreeMap<FindingKind, Option<Severity>>,
    /// `None`: never exit 1.
    pub fail_at: Option<Severity>,
    /// Rows of one sheet of the workbook.
    pub sheet_rows: usize,
    pub published: Vec<PublishedFigure>,
    pub drift: DriftPolicy,
    pub reference: ReferenceFiles,
    pub thresholds: Thresholds,
    pub office: OfficeHours,
    /// How many dossiers the province reported for the period to the national reporting system.
    pub reported: Option<u64>,
    /// How many dossiers there were in the year before, for a period of which nothing is known.
    pub previous_year: Option<u64>,
    /// Withdrawn dossiers are a class of their own, rather than early, on time or late.
    pub withdrawn_apart: bool,
}

impl RunPlan {
    pub const HUB: usize = 0;

    /// The status labels of all systems, each once, as written in the pipeline, in the order of their positions.
    pub fn status_labels(&self) -> Vec<String> {
        let mut labels: Vec<(usize, &str)> = self
            .systems
            .iter()
            .flat_map(|system| system.status.values())
            .map(|status| (status.position, status.label.as_str()))
            .collect();
        labels.sort_unstable();
        labels.dedup();
        labels.into_iter().map(|(_, label)| label.to_owned()).collect()
    }

    /// The severity of a kind, `None` when it is switched off.
    pub fn severity(&self, kind: FindingKind) -> Option<Severity> {
        self.severities.get(&kind).copied().unwrap_or(kind.default_severity())
    }
}

/// One system and how to read what it delivers.
#[derive(Debug, Clone)]
pub struct SystemPlan {
    pub name: String,
    pub title: String,
    pub role: Role,
    pub files: Vec<FilePattern>,
    /// Nights before this one whose files are read as well; a newer file replaces what an older says.
    pub nights_back: u32,
    /// As declared; found from the content where absent.
    pub format: Option<FileKind>,
    pub text: TextPlan,
    /// Every sheet with the mapped columns where absent.
    pub sheet: Option<Lined<String>>,
    /// Where the records stand in a JSON document; found where absent.
    pub records: Option<Vec<String>>,
    /// Which files of an archive are read; all where absent.
    pub member: Option<glob::Pattern>,
    /// As declared; judged column by column where absent.
    pub encoding: Option<Encoding>,
    /// What happens to a table whose cells do not stand under their headers.
    pub shift: ShiftPolicy,
    pub columns: Vec<ColumnPlan>,
    pub dates: Vec<DatePattern>,
    /// No patterns are declared: those that read the columns are taken.
    pub dates_from_content: bool,
    /// Status as written by the system, folded.
    pub status: BTreeMap<String, StatusLabel>,
    /// Level as written by the system, folded, to `province`, `district` or `commune`.
    pub levels: BTreeMap<String, String>,
    pub scope: Scope,
    pub sync: SyncPolicy,
    pub expect: Expectations,
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

impl SystemPlan {
    /// A system of which nothing is said, to read a file without a pipeline.
    pub fn of_nothing() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            role: Role::Hub,
            files: Vec::new(),
            nights_back: 0,
            format: None,
            text: TextPlan::default(),
            sheet: None,
            records: None,
            member: None,
            encoding: None,
            shift: ShiftPolicy::Refuse,
            columns: Vec::new(),
            dates: Vec::new(),
            dates_from_content: false,
            status: BTreeMap::new(),
            levels: BTreeMap::new(),
            scope: Scope::default(),
            sync: SyncPolicy {
                codes: CodeOrigin::Copied,
                late_after: TimeDelta::zero(),
                missing_after: TimeDelta::zero(),
                known: BTreeSet::new(),
                explains: BTreeMap::new(),
            },
            expect: Expectations::default(),
        }
    }

    /// A delimited system whose first columns are mapped to fields in order, for tests of the reader.
    #[cfg(test)]
    pub fn for_test(headers: &[&str]) -> Self {
        let columns = FieldName::ALL
            .iter()
            .zip(headers)
            .map(|(field, header)| ColumnPlan::of_dossier(*field, (*header).to_owned(), 1));
        Self {
            name: "test".to_owned(),
            text: TextPlan { delimiter: Some(",".to_owned()), ..TextPlan::default() },
            columns: columns.collect(),
            expect: Expectations { reject_above: 1.0, ..Expectations::default() },
            ..Self::of_nothing()
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
    /// The pipeline's own name for it, where it is no field of a dossier.
    pub own: Option<String>,
    /// A header, or a path such as `DinhDanhCHS[0].SoDinhDanh` in JSON.
    pub source: String,
    pub line: usize,
}

impl ColumnPlan {
    /// A field of a dossier.
    pub fn of_dossier(field: FieldName, source: String, line: usize) -> Self {
        Self { field, own: None, source, line }
    }

    /// The field as the pipeline names it.
    pub fn name(&self) -> &str {
        self.own.as_deref().unwrap_or(self.field.name())
    }
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

/// The name of a file, with wildcards and dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePattern {
    /// As the pipeline writes it.
    pub text: String,
    pub parts: Vec<NamePart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamePart {
    Text(String),
    /// The as-of moment less a span, in chrono's strftime letters.
    Moment {
        before: TimeDelta,
        format: String,
    },
}

impl FilePattern {
    /// Reads `x_{as_of:%Y%m%d}_*.csv` or `x_{as_of-1d:%d%m%Y}.csv`.
    ///
    /// # Errors
    /// In words, for a brace that is not closed, another word than `as_of`, or a date form that is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, tail) = after.split_once('}').ok_or("a `{` is not closed")?;
            let known = "write {as_of:%Y%m%d}, or {as_of-1d:%Y%m%d} for the day before";
            let (word, format) = inside.split_once(':').ok_or(known)?;
            let span = word.strip_prefix("as_of").ok_or(known)?;
            let span = match span.strip_prefix('-') {
                Some(span) => super::pipeline::parse_span(span).ok_or(known)?,
                None if span.is_empty() => TimeDelta::zero(),
                None => return Err(known.to_owned()),
            };
            if format.is_empty() || StrftimeItems::new(format).any(|item| item == Item::Error) {
                return Err(format!("`{format}` is no form of a date; such as %Y%m%d or %d-%m-%Y_%H"));
            }
            parts.push(NamePart::Text(before.to_owned()));
            parts.push(NamePart::Moment { before: span, format: format.to_owned() });
            rest = tail;
        }
        parts.push(NamePart::Text(rest.to_owned()));
        glob::Pattern::new(&text.replace(['{', '}'], "")).map_err(|error| error.msg.to_owned())?;
        Ok(Self { text: text.to_owned(), parts })
    }

    pub fn is_dated(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, NamePart::Moment { .. }))
    }
}

/// Stands for a delimiter of several characters; ASCII's own separator of units.
pub const UNIT_SEPARATOR: u8 = 0x1F;

/// The marks of delimited text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPlan {
    /// One character or several; found from the content where absent.
    pub delimiter: Option<String>,
    pub quote: Option<u8>,
    pub escape: Option<u8>,
}

impl Default for TextPlan {
    fn default() -> Self {
        Self { delimiter: None, quote: Some(b'"'), escape: None }
    }
}

impl TextPlan {
    /// The byte between cells once the text is prepared.
    pub fn delimiter_byte(&self) -> Option<u8> {
        match self.delimiter.as_deref()?.as_bytes() {
            [byte] => Some(*byte),
            _ => Some(UNIT_SEPARATOR),
        }
    }
}

/// What happens to a table whose cells do not stand under their headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShiftPolicy {
    Refuse,
    Repair,
}

/// What a feed must look like for its silence to mean something.
#[derive(Debug, Clone)]
pub struct Expectations {
    /// Share of quarantined rows above which the feed is unhealthy.
    pub reject_above: f64,
    /// Fewest rows, whatever history says.
    pub min_rows: Option<u64>,
    /// Share of the usual number of rows below, and above, which the feed is unhealthy.
    pub rows_below: f64,
    pub rows_above: f64,
    /// Runs of which the usual number of rows is taken; fewer than three say nothing.
    pub history: usize,
    /// Whether the bytes of an earlier night again are healthy.
    pub same_again: bool,
    /// Hour and minute after which the extract must have been made, on the last day before the run.
    pub extracted_after: Option<NaiveTime>,
    /// Side file with rows and sums; `{file}` stands for the export's own name.
    pub control_file: Option<String>,
}

impl Default for Expectations {
    fn default() -> Self {
        Self {
            reject_above: 0.05,
            min_rows: None,
            rows_below: 0.5,
            rows_above: 3.0,
            history: 7,
            same_again: false,
            extracted_after: None,
            control_file: None,
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
    /// What the sync job is known to do to what it sends.
    pub known: BTreeSet<Known>,
    /// Kinds of findings that have another explanation, and what it is.
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
    /// The same code with the groups of its agency in the other order, and nothing that speaks against it.
    EquivalentCode,
    Identity {
        on: Vec<FieldName>,
        window: TimeDelta,
    },
    /// By all that the records say, weighed by a model: [`RunPlan::scored`].
    Scored,
}

impl Rung {
    pub fn code(&self) -> &'static str {
        match self {
            Self::ExactCode => "exact_code",
            Self::AlternateCode => "alternate_code",
            Self::EquivalentCode => "equivalent_code",
            Self::Identity { .. } => "identity",
            Self::Scored => "scored",
        }
    }
}

/// Tables about procedures, agencies and working days, beside the exports.
#[derive(Debug, Clone, Default)]
pub struct ReferenceFiles {
    pub procedures: Option<PathBuf>,
    pub agencies: Option<PathBuf>,
    pub calendar: Option<PathBuf>,
}

/// The keys of `[rules]`; docs/rules.md says what each means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// Records of one system that one code, or whatever else records meet by, may stand in.
    pub key_at_most: usize,
    pub max_extensions: u32,
    pub apology_grace: TimeDelta,
    pub at_once: TimeDelta,
    pub bulk_at_least: usize,
    pub bulk_within: TimeDelta,
    pub sync_gap_at_least: u64,
    pub resubmission_within: TimeDelta,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            key_at_most: r06_code_collision::KEY_AT_MOST as usize,
            max_extensions: r10_due_date::MAX_EXTENSIONS,
            apology_grace: TimeDelta::zero(),
            at_once: TimeDelta::seconds(i64::from(r19_timeline::AT_ONCE_SECONDS)),
            bulk_at_least: r19_timeline::BULK_AT_LEAST as usize,
            bulk_within: TimeDelta::seconds(i64::from(r19_timeline::BULK_SECONDS)),
            sync_gap_at_least: u64::from(r21_sync::GAP_AT_LEAST),
            resubmission_within: TimeDelta::days(i64::from(r22_resubmission::WITHIN_DAYS)),
        }
    }
}

/// How far a share may rise from one run to the next before it is a finding.
#[derive(Debug, Clone)]
pub struct DriftPolicy {
    /// Of empty cells.
    pub empty_share: f64,
    /// Of cells that could not be read.
    pub unreadable_share: f64,
}

impl Default for DriftPolicy {
    fn default() -> Self {
        Self { empty_share: 0.2, unreadable_share: 0.05 }
    }
}

/// When two records of one system are one dossier typed twice.
#[derive(Debug, Clone)]
pub struct DuplicatePolicy {
    /// Empty switches the search by equal values off.
    pub on: Vec<FieldName>,
    /// What the search by score compares; `None` switches it off.
    pub by_score: Option<ScoredPlan>,
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

//! The figures of a report: what may be printed, and what was.

use crate::domain::dossier::FieldName;
use crate::domain::text::fold;

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
    /// The system a figure of synchronisation is about.
    pub system: usize,
}

impl PublishedFigure {
    /// What it is called, whatever its value: figure, filters, system, source.
    pub fn name(&self) -> String {
        let mut levels: Vec<&str> = self.level.iter().flatten().map(String::as_str).collect();
        levels.sort_unstable();
        let field = self.field.as_deref().map(fold).unwrap_or_default();
        let channel = self.channel.as_deref().unwrap_or_default();
        let (levels, system) = (levels.join("+"), self.system.to_string());
        [self.figure.code(), &levels, &field, channel, &system, &self.source].join("\u{1F}")
    }
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
    /// Early or on time.
    InTime,
    /// Result handed over within the period; of petitions, answer published.
    Returned,
    /// Late, with and without a letter of apology.
    LateWithApology,
    LateWithoutApology,
    Digitised,
    PaidOnline,
    OnTimeShare,
    EarlyShare,
    ExactShare,
    LateShare,
    WithdrawnShare,
    /// Index 1.4 of QĐ 766 in percent, and its three numbers.
    SyncRatio,
    SyncSynced,
    SyncReported,
    SyncPortal,
    /// Procedures in force at the end of the period, and what decisions changed within it.
    Procedures,
    ProceduresNew,
    ProceduresAmended,
    ProceduresAbolished,
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
        ("in_time", Self::InTime),
        ("returned", Self::Returned),
        ("late_with_apology", Self::LateWithApology),
        ("late_without_apology", Self::LateWithoutApology),
        ("digitised", Self::Digitised),
        ("paid_online", Self::PaidOnline),
        ("on_time_share", Self::OnTimeShare),
        ("early_share", Self::EarlyShare),
        ("exact_share", Self::ExactShare),
        ("late_share", Self::LateShare),
        ("withdrawn_share", Self::WithdrawnShare),
        ("sync_ratio", Self::SyncRatio),
        ("sync_synced", Self::SyncSynced),
        ("sync_reported", Self::SyncReported),
        ("sync_portal", Self::SyncPortal),
        ("procedures", Self::Procedures),
        ("procedures_new", Self::ProceduresNew),
        ("procedures_amended", Self::ProceduresAmended),
        ("procedures_abolished", Self::ProceduresAbolished),
    ];

    /// The field of the hub without which it says nothing.
    pub fn needs(self) -> Option<FieldName> {
        match self {
            Self::Digitised => Some(FieldName::Digitised),
            Self::PaidOnline => Some(FieldName::PaidOnline),
            Self::LateWithApology | Self::LateWithoutApology => Some(FieldName::ApologyAt),
            _ => None,
        }
    }

    /// Counted dossier by dossier, from the hub's records.
    pub fn is_of_dossiers(self) -> bool {
        self <= Self::WithdrawnShare
    }

    pub fn is_of_catalogue(self) -> bool {
        self >= Self::Procedures
    }

    pub fn code(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, figure)| *figure == self).map_or("", |(word, _)| word)
    }
}

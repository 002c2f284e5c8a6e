//! Early, on time or late, by three definitions that are in use side by side, and why they differ.
//!
//! Two honest reports of one province disagree because they take another field, another precision or
//! another view of waiting [S]. None is right here: each has its name, and a column is named after it.
//! It must not decide which dossiers a report counts, nor look at a clock: the end of the period is an
//! argument.

mod definitions;
mod difference;

use chrono::NaiveDateTime;

use super::deadline::{Limit, OfficeClock};
use super::status::{NationalStatus, StatusClass};
pub use definitions::{form_06_ts, formula_766, table_766_date};
pub use difference::{Difference, differ};

/// What one dossier says of its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// National status.
    pub status: Option<NationalStatus>,
    /// NgayTiepNhan.
    pub received: Option<NaiveDateTime>,
    /// NgayHenTra.
    pub due: Option<NaiveDateTime>,
    /// NgayKetThucXuLy.
    pub finished: Option<NaiveDateTime>,
    /// NgayTra.
    pub returned: Option<NaiveDateTime>,
    /// When it was refused or stopped, where a system keeps that apart from the end of processing.
    pub refused: Option<NaiveDateTime>,
    /// How often papers were asked for.
    pub supplements: u32,
    /// NgayYeuCauBoSung, the last request.
    pub supplement_asked_at: Option<NaiveDateTime>,
    /// When the papers came.
    pub supplemented_at: Option<NaiveDateTime>,
    /// The procedure's limit, for dossiers without an appointment.
    pub limit: Option<Limit>,
}

/// How a dossier stands to its appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timeliness {
    /// Trước hạn.
    Early,
    /// Đúng hạn.
    OnTime,
    /// Quá hạn, with an end.
    Late,
    /// Rút hồ sơ, where a report keeps it as a class of its own.
    Withdrawn,
    /// Đang giải quyết, in time where the definition looks.
    Open,
    /// Đang giải quyết, past the appointment.
    Overdue,
    /// Dừng xử lý, where a report keeps waiting and stopped dossiers apart.
    Stopped,
    /// In none of the definition's groups: not yet received, or refused at the door.
    NotCounted,
    /// The definition needs a date or a status that is missing.
    Unknown,
}

impl Timeliness {
    /// Every class.
    pub const ALL: &[Self] = &[
        Self::Early,
        Self::OnTime,
        Self::Late,
        Self::Withdrawn,
        Self::Open,
        Self::Overdue,
        Self::Stopped,
        Self::NotCounted,
        Self::Unknown,
    ];

    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Withdrawn => "withdrawn",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Stopped => "stopped",
            Self::NotCounted => "not_counted",
            Self::Unknown => "unknown",
        }
    }
}

/// The three definitions of one dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreeWays {
    /// [`form_06_ts`].
    pub form_06_ts: Timeliness,
    /// [`table_766_date`].
    pub table_766_date: Timeliness,
    /// [`formula_766`].
    pub formula_766: Timeliness,
}

impl ThreeWays {
    /// The columns, each named after its definition.
    pub const COLUMNS: [&str; 3] = ["timeliness_06_ts", "timeliness_766_date", "timeliness_766_formula"];

    /// All three for one dossier at the end of a period.
    #[must_use]
    pub fn of(
        times: &Times,
        withdrawn_apart: bool,
        period_end: NaiveDateTime,
        clock: &OfficeClock<'_>,
    ) -> Self {
        Self {
            form_06_ts: form_06_ts(times, withdrawn_apart),
            table_766_date: table_766_date(times),
            formula_766: formula_766(times, period_end, clock),
        }
    }

    /// The values in the order of [`Self::COLUMNS`].
    #[must_use]
    pub fn values(&self) -> [Timeliness; 3] {
        [self.form_06_ts, self.table_766_date, self.formula_766]
    }
}

impl Times {
    /// Whether the dossier has ended: refused, withdrawn, stopped, finished or returned.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.status.is_some_and(NationalStatus::is_end)
    }

    /// When it was handed over, else when processing ended.
    #[must_use]
    pub fn handed_over(&self) -> Option<NaiveDateTime> {
        self.returned.or(self.finished)
    }

    fn class(&self) -> Option<StatusClass> {
        self.status.map(NationalStatus::class)
    }
}

#[cfg(test)]
mod tests;

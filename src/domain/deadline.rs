//! When a dossier is due: office hours, where the clock starts, working and calendar limits, and how much
//! office time lies between two moments.
//!
//! It must not know a procedure's limit (that is the catalogue's) nor change an appointment: it says
//! what the rules allow. None of the rules is quoted as law; each has its mark.

mod clock;
mod office_hours;

pub use clock::OfficeClock;
pub use office_hours::{OfficeHours, OfficeHoursError};

/// How the days of a limit are counted (ngày làm việc, ngày).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayKind {
    /// Ngày làm việc: days off are not counted [S].
    Working,
    /// Ngày: every day is counted, yet the last is never a day off [S].
    Calendar,
}

impl DayKind {
    /// The kind of this stable name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Working, Self::Calendar].into_iter().find(|kind| kind.code() == code)
    }

    /// The stable name, as catalogues of procedures write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Calendar => "calendar",
        }
    }
}

/// The longest time a procedure may take (thời hạn giải quyết). None at all means the same day. Online
/// dossiers may have a shorter limit of their own [S], which the caller chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit {
    /// How many days.
    pub days: u32,
    /// Which days are counted.
    pub kind: DayKind,
}

impl Limit {
    /// A limit in working days.
    #[must_use]
    pub const fn working(days: u32) -> Self {
        Self { days, kind: DayKind::Working }
    }

    /// A limit in calendar days.
    #[must_use]
    pub const fn calendar(days: u32) -> Self {
        Self { days, kind: DayKind::Calendar }
    }
}

#[cfg(test)]
mod tests;

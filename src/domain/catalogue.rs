//! The catalogue of procedures (danh mục TTHC) in its versions: what was in force on which day.
//!
//! It must not guess a version: a procedure that the file does not list is not listed, and a code of a
//! province's own is no matter of the national catalogue.

mod file;

pub use file::CatalogueError;

use chrono::NaiveDate;

use super::deadline::DayKind;
use super::shape::matches_shape;

/// At which level a procedure is handled (cấp thực hiện).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcedureLevel {
    /// Cấp tỉnh.
    Province,
    /// Cấp huyện, until 30 June 2025 [S].
    District,
    /// Cấp xã.
    Commune,
    /// Liên thông cùng cấp: several agencies of one level.
    JointSameLevel,
    /// Liên thông các cấp: agencies of several levels.
    JointCrossLevel,
}

impl ProcedureLevel {
    /// Every level, in the order of reports.
    pub const ALL: [Self; 5] =
        [Self::Province, Self::District, Self::Commune, Self::JointSameLevel, Self::JointCrossLevel];

    /// The stable name in files and outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::District => "district",
            Self::Commune => "commune",
            Self::JointSameLevel => "joint_same_level",
            Self::JointCrossLevel => "joint_cross_level",
        }
    }

    /// The level with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

/// What the decision that begins a version did to the procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Ban hành mới.
    New,
    /// Sửa đổi, bổ sung, thay thế.
    Amended,
    /// Bãi bỏ: the procedure is gone from this day.
    Abolished,
}

/// A procedure between two decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The eight characters of the national code.
    pub code: String,
    /// Tên thủ tục.
    pub name: String,
    /// Lĩnh vực.
    pub field: String,
    /// Cấp thực hiện.
    pub level: ProcedureLevel,
    /// Thời hạn giải quyết; `None` when the catalogue has none.
    pub max_days: Option<u16>,
    /// What the days are; working days where there is no limit.
    pub day_kind: DayKind,
    /// First day of the version; of an abolition, the first day without the procedure.
    pub valid_from: NaiveDate,
    /// Last day of the version; `None` while it is in force.
    pub valid_to: Option<NaiveDate>,
    /// What the decision did, where the file says so.
    pub change: Option<Change>,
    /// Quyết định công bố; may be empty.
    pub decision: String,
}

/// How a procedure code stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// In force in this version.
    InForce(&'a Version),
    /// Listed, but its first version begins later.
    NotYet {
        /// First day of the first version.
        from: NaiveDate,
    },
    /// The last version before this day has ended and no decision says why.
    Expired {
        /// Last day of that version.
        to: NaiveDate,
    },
    /// Abolished by a decision (bãi bỏ).
    Abolished {
        /// First day without the procedure.
        since: NaiveDate,
        /// The decision; may be empty.
        decision: &'a str,
    },
    /// A national code that the catalogue does not know at all.
    NotListed,
    /// A pseudo code of a province or a product, such as `TS_lop1` [S].
    Local,
}

/// How many procedures the decisions of a period changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Churn {
    /// Ban hành mới.
    pub new: usize,
    /// Sửa đổi, bổ sung.
    pub amended: usize,
    /// Bãi bỏ.
    pub abolished: usize,
}

/// The versions of all procedures, sorted by code and first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    versions: Vec<Version>,
    /// Number of the code and first day of each version: what a look-up compares.
    keys: Vec<(u32, NaiveDate)>,
}

impl Catalogue {
    /// The columns of the file.
    pub const HEADER: [&str; 11] = file::HEADER;

    /// The catalogue of a file with the columns `code,name,field,level,max_days,day_kind,valid_from,
    /// valid_to,change,decision,source`, one line for each version.
    ///
    /// Both days of a period are inclusive. An `abolished` line ends the version before it, whatever
    /// that version says; any other version must have ended before the next one begins.
    ///
    /// # Errors
    /// [`CatalogueError`] for the first line that cannot be read or contradicts another.
    pub fn parse(csv: &str) -> Result<Self, CatalogueError> {
        let versions = file::parse(csv)?;
        let keys = versions
            .iter()
            .filter_map(|version| Some((number(&version.code)?, version.valid_from)))
            .collect();
        Ok(Self { versions, keys })
    }

    /// How the procedure stands on a day, by the eight characters that
    /// [`procedure_code::normalise`](super::procedure_code::normalise) gives.
    #[must_use]
    pub fn standing(&self, code8: &str, on: NaiveDate) -> Standing<'_> {
        let Some(number) = number(code8) else {
            return Standing::Local;
        };
        let first = self.keys.partition_point(|(key, _)| *key < number);
        let after = self.keys.partition_point(|key| *key <= (number, on));
        match self.versions.get(first..after).and_then(<[Version]>::last) {
            Some(version) => standing_of(version, on),
            None => match self.keys.get(first) {
                Some((key, from)) if *key == number => Standing::NotYet { from: *from },
                _ => Standing::NotListed,
            },
        }
    }

    /// How many procedures are in force on a day at each level, in the order of
    /// [`ProcedureLevel::ALL`].
    #[must_use]
    pub fn in_force(&self, on: NaiveDate) -> [(ProcedureLevel, usize); 5] {
        let mut counts = ProcedureLevel::ALL.map(|level| (level, 0));
        for codes in self.versions.chunk_by(|a, b| a.code == b.code) {
            let begun = codes.partition_point(|version| version.valid_from <= on);
            if let Some(Standing::InForce(version)) = codes[..begun].last().map(|last| standing_of(last, on))
            {
                counts
                    .iter_mut()
                    .filter(|(level, _)| *level == version.level)
                    .for_each(|(_, count)| *count += 1);
            }
        }
        counts
    }

    /// The changes that begin in a period, both days included. Each decision counts, so a procedure
    /// amended twice counts twice.
    #[must_use]
    pub fn churn(&self, from: NaiveDate, to: NaiveDate, wanted: impl Fn(ProcedureLevel) -> bool) -> Churn {
        let mut churn = Churn::default();
        let within = |version: &&Version| (from..=to).contains(&version.valid_from) && wanted(version.level);
        for version in self.versions.iter().filter(within) {
            match version.change {
                Some(Change::New) => churn.new += 1,
                Some(Change::Amended) => churn.amended += 1,
                Some(Change::Abolished) => churn.abolished += 1,
                None => {}
            }
        }
        churn
    }

    /// The versions, sorted by code and first day.
    #[must_use]
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }
}

/// The standing on a day by the last version that has begun by then.
fn standing_of(version: &Version, on: NaiveDate) -> Standing<'_> {
    match (version.change, version.valid_to) {
        (Some(Change::Abolished), _) => {
            Standing::Abolished { since: version.valid_from, decision: &version.decision }
        }
        (_, Some(to)) if to < on => Standing::Expired { to },
        _ => Standing::InForce(version),
    }
}

/// The seven digits of a code of the national pattern `d.dddddd` [S].
fn number(code8: &str) -> Option<u32> {
    let digits = code8.bytes().filter(|byte| *byte != b'.');
    matches_shape(code8.as_bytes(), b"d.dddddd")
        .then(|| digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests;

//! Known transformations T1 to T14: what one real sync job is known to do to dossiers [S], and so what a
//! difference may come from without anybody having done anything wrong.
//!
//! It must not assume that every province's job does the same: a pipeline names the ones that its system is
//! known for. The predicates in [`job`] answer for one difference whether it is what the job would produce.

pub mod job;
mod table;

use super::dossier::FieldName;
use super::finding_kind::FindingKind;
use super::rules::Bilingual;
use table::TABLE;

/// What comes of a known transformation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Findings of these kinds are kept and counted apart, where the predicate says so.
    Explains(&'static [FindingKind]),
    /// The other system need not hold the dossier.
    Excludes,
    /// It excuses nothing: findings of these kinds show it.
    Finds(&'static [FindingKind]),
    /// The value says nothing, so it is not compared.
    Ignored,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Transformation {
    pub known: Known,
    /// As a pipeline writes it: `T1`.
    pub code: &'static str,
    pub title: Bilingual,
    /// What the job does.
    pub does: Bilingual,
    /// What is seen when the systems are compared.
    pub seen: Bilingual,
    pub handled: Bilingual,
    pub effect: Effect,
    /// Certainty mark of what the job does.
    pub mark: &'static str,
}

/// A known transformation of a sync job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Known {
    CodeReplaced,
    NumberFilledIn,
    StatusCollapsed,
    FinishedWithoutDue,
    SubmissionOverwritten,
    SubjectEmptied,
    TextCut,
    FilesDropped,
    FlagLeft,
    Excluded,
    JobSilent,
    RatioConstant,
    OnlyReturned,
    ReceivedAgain,
}

impl Known {
    /// Every known transformation, T1 to T14.
    pub const ALL: &[Self] = &[
        Self::CodeReplaced,
        Self::NumberFilledIn,
        Self::StatusCollapsed,
        Self::FinishedWithoutDue,
        Self::SubmissionOverwritten,
        Self::SubjectEmptied,
        Self::TextCut,
        Self::FilesDropped,
        Self::FlagLeft,
        Self::Excluded,
        Self::JobSilent,
        Self::RatioConstant,
        Self::OnlyReturned,
        Self::ReceivedAgain,
    ];

    /// The name in pipelines and outputs, `T1` to `T14`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().code
    }

    /// The one with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.code() == code)
    }

    /// What the table says of it.
    #[must_use]
    pub fn entry(self) -> &'static Transformation {
        &TABLE[self as usize]
    }

    /// A short English title.
    #[must_use]
    pub fn title_en(self) -> &'static str {
        self.entry().title.en
    }

    /// A short Vietnamese title.
    #[must_use]
    pub fn title_vi(self) -> &'static str {
        self.entry().title.vi
    }

    /// The fields that tell, in the hub, what the job did. T10 takes either of two, and is not asked.
    #[must_use]
    pub fn hub_fields(self) -> &'static [FieldName] {
        match self {
            Self::NumberFilledIn => &[FieldName::IdNumber],
            Self::StatusCollapsed | Self::OnlyReturned => &[FieldName::Status],
            Self::FinishedWithoutDue => &[FieldName::Status, FieldName::DueAt],
            Self::TextCut => &[FieldName::Summary],
            Self::FilesDropped => &[FieldName::Documents],
            Self::ReceivedAgain => &[FieldName::Channel],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Effect::{Excludes, Explains, Finds, Ignored};

    #[test]
    fn the_table_stands_in_the_order_of_the_enum() {
        for (position, known) in Known::ALL.iter().enumerate() {
            assert_eq!(*known as usize, position);
            assert_eq!(known.entry().known, *known);
            assert_eq!(known.code(), format!("T{}", position + 1));
            assert_eq!(Known::from_code(known.code()), Some(*known));
        }
        for unknown in ["T0", "T15", "t1", ""] {
            assert_eq!(Known::from_code(unknown), None);
        }
    }

    #[test]
    fn every_line_is_told_in_both_languages_and_has_its_mark() {
        for entry in &TABLE {
            for text in [entry.does, entry.seen, entry.handled] {
                assert!(text.en.ends_with('.') && text.vi.ends_with('.'), "{}", entry.code);
            }
            assert!(!entry.title.en.is_empty() && !entry.title.vi.is_empty());
            assert!(entry.mark.starts_with('[') && entry.mark.ends_with(']'));
        }
    }

    #[test]
    fn kinds_named_in_the_text_are_those_of_the_effect() {
        for entry in &TABLE {
            let named = FindingKind::ALL
                .iter()
                .filter(|kind| entry.handled.en.contains(&format!("`{}`", kind.name())));
            let named: Vec<FindingKind> = named.copied().collect();
            match entry.effect {
                // T4 excuses whatever the status of 9 makes.
                Explains(_) if entry.known == Known::FinishedWithoutDue => assert!(named.is_empty()),
                Explains(kinds) | Finds(kinds) => assert_eq!(named, kinds, "{}", entry.code),
                Excludes | Ignored => assert!(named.is_empty(), "{}", entry.code),
            }
        }
    }
}

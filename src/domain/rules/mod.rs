//! The rules R01 to R24, one file each: what the rule finds, when, what that does not mean, which fields
//! an auditor is shown, and the predicates that decide it for one record or one pair.
//!
//! It must not know of tables, nor decide whether a finding is real: scope, grace, known transformations,
//! feed health and decisions come first. R01 to R23 and their order are this project's own catalogue; no
//! public standard for reconciling dossiers was found. R24 is about files instead of dossiers.

pub mod r01_missing_on_portal;
pub mod r02_missing_in_province;
pub mod r03_missing_in_ministry;
pub mod r04_typed_twice;
pub mod r05_typed_in_two_systems;
pub mod r06_code_collision;
pub mod r07_code;
pub mod r08_status;
pub mod r09_dates;
pub mod r10_due_date;
pub mod r11_late_hidden;
pub mod r12_apology;
pub mod r13_identity;
pub mod r14_names;
pub mod r15_procedure;
pub mod r16_unit;
pub mod r17_fee;
pub mod r18_files;
pub mod r19_timeline;
pub mod r20_figures;
pub mod r21_sync;
pub mod r22_resubmission;
pub mod r23_several_rightly;
pub mod r24_export_changed;

mod markdown;
mod page_words;

pub use markdown::markdown;

use super::finding_kind::{FindingKind, Severity};

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    En,
    Vi,
}

/// One text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bilingual {
    pub en: &'static str,
    pub vi: &'static str,
}

impl Bilingual {
    #[must_use]
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Vi => self.vi,
        }
    }
}

pub(in crate::domain) const fn said(en: &'static str, vi: &'static str) -> Bilingual {
    Bilingual { en, vi }
}

/// One rule of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `R01` to `R24`.
    pub id: &'static str,
    pub title: Bilingual,
    /// What the sources say, each statement with its certainty mark.
    pub source: Bilingual,
    /// The kinds of finding it makes, in the order of the catalogue.
    pub findings: &'static [FindingEntry],
    /// What `[rules]` of a pipeline may change.
    pub thresholds: &'static [Threshold],
}

/// One kind of finding.
#[derive(Debug, Clone, Copy)]
pub struct FindingEntry {
    pub kind: FindingKind,
    /// When the pipeline sets no other; `None`: off until the pipeline switches it on.
    pub severity: Option<Severity>,
    pub title: Bilingual,
    /// When it is made.
    pub when: Bilingual,
    pub meaning_not: Bilingual,
    /// What may stand in column `field` of the finding.
    pub fields: &'static [&'static str],
    /// The columns an auditor is shown.
    pub evidence: &'static [&'static str],
}

/// Stands in [`FindingEntry::fields`] for whichever field the pipeline maps.
pub const ANY_FIELD: &str = "*";

/// A key of `[rules]` in a pipeline. The defaults are this project's own, not law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    pub key: &'static str,
    /// As it is written in a pipeline.
    pub default: &'static str,
    pub meaning: Bilingual,
}

/// Every rule in order.
pub const RULES: [&Rule; 24] = [
    &r01_missing_on_portal::RULE,
    &r02_missing_in_province::RULE,
    &r03_missing_in_ministry::RULE,
    &r04_typed_twice::RULE,
    &r05_typed_in_two_systems::RULE,
    &r06_code_collision::RULE,
    &r07_code::RULE,
    &r08_status::RULE,
    &r09_dates::RULE,
    &r10_due_date::RULE,
    &r11_late_hidden::RULE,
    &r12_apology::RULE,
    &r13_identity::RULE,
    &r14_names::RULE,
    &r15_procedure::RULE,
    &r16_unit::RULE,
    &r17_fee::RULE,
    &r18_files::RULE,
    &r19_timeline::RULE,
    &r20_figures::RULE,
    &r21_sync::RULE,
    &r22_resubmission::RULE,
    &r23_several_rightly::RULE,
    &r24_export_changed::RULE,
];

/// The rule with this id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests;

//! How often each error is planted, as a profile says it, and what a sync job is known to do.
//!
//! Nothing is planted here.

use super::profile::Day;
use serde::Deserialize;

/// What is planted in the hub's own export, and the cases it never heard of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubRates {
    pub missing_in_province: f64,
    pub typed_twice: f64,
    /// Of those typed twice: with slips of the keyboard in number, name or phone.
    #[serde(default)]
    pub typed_twice_slips: f64,
    pub repeated_row: f64,
    pub malformed: f64,
    pub not_nfc: f64,
    /// Not an error: of repeatable procedures, how often a person hands in two to four on one day.
    pub same_day_repeat: f64,
}

/// What is wrong with a case itself, alike in every system that shows it, and what the hub alone says of it.
/// A rate is a share of the cases on which the error is possible.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseRates {
    /// Of those whose unit has another dossier that day: that one gets the same code.
    pub code_collision: f64,
    pub code_malformed: f64,
    pub code_date_mismatch: f64,
    pub impossible_timeline: f64,
    pub code_unknown_agency: f64,
    pub due_beyond_limit: f64,
    pub extended_twice: f64,
    pub no_apology: f64,
    pub apology_too_late: f64,
    pub id_birth_conflict: f64,
    pub procedure_not_in_catalogue: f64,
    pub procedure_not_in_force: f64,
    pub local_procedure: f64,
    pub process_differs: f64,
    pub result_file_suspect: f64,
    pub ended_in_future: f64,
    pub received_on_day_off: f64,
    pub finished_at_once: f64,
    /// Share of all dossiers; they end in crowds of 25.
    pub closed_in_bulk: f64,
    pub flag_stale: f64,
    pub flag_untrue: f64,
    /// Of the withdrawn, refused and stopped: the person comes again.
    pub resubmission: f64,
    /// Not an error: one person, several parcels of land on one day.
    pub several_parcels: f64,
    /// Not an error: one applicant, two births on one day.
    pub twins: f64,
    /// Not an error: one agent, one phone, several owners with the same procedure on one day.
    pub service_agent: f64,
}

/// The sync job of the portal: what it does to every row, and how often there is something to do it to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobKeys {
    /// Known transformations: T1, T2, T3, T4, T5, T7, T8, T10.
    pub known: Vec<String>,
    /// T1: the hub's code names no province.
    pub code_without_province: f64,
    /// T2: a passport, or no number at all.
    pub other_papers: f64,
    /// T4: of those received or in process, without a due time.
    pub no_due_time: f64,
    /// T7: a summary of more than 1000 characters.
    pub long_summary: f64,
    /// T10: taken over from an older system; marked as deleted.
    pub converted: f64,
    pub deleted: f64,
}

impl JobKeys {
    pub fn does(&self, transformation: &str) -> bool {
        self.known.iter().any(|known| known == transformation)
    }
}

/// What is planted in one spoke's export. A rate is a share of the rows on which the error is possible.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpokeRates {
    /// Not an error: received less than 23 hours before `as_of` and not there yet.
    pub not_yet: f64,
    pub missing_on_portal: f64,
    pub late_on_portal: f64,
    pub arrived_late_on_portal: f64,
    pub missing_in_ministry: f64,
    pub late_in_ministry: f64,
    pub arrived_late_in_ministry: f64,
    pub malformed: f64,
    pub repeated_row: f64,
    pub typed_twice: f64,
    pub typed_twice_slips: f64,
    pub code_rewritten: f64,
    pub alternate_lost: f64,
    pub alternate_lost_placeholder: f64,
    pub typed_in_two_systems: f64,
    pub typed_in_two_systems_damaged_id: f64,
    pub status_behind: f64,
    pub status_collapsed: f64,
    pub status_ahead: f64,
    pub status_conflict: f64,
    pub procedure_conflict: f64,
    pub channel_conflict: f64,
    pub unit_conflict: f64,
    pub fee_conflict: f64,
    pub identity_conflict: f64,
    pub placeholder_id: f64,
    pub name_conflict: f64,
    pub name_variant: f64,
    pub not_nfc: f64,
    pub phone_conflict: f64,
    pub leading_zero_restored: f64,
    pub birth_month_lost: f64,
    pub date_shifted: f64,
    pub day_month_swapped: f64,
    pub date_conflict: f64,
    pub due_date_changed: f64,
    pub late_hidden: f64,
    pub attachment_loss: f64,
    /// Working days on which nothing is synced.
    pub sync_gap: Vec<Day>,
    pub job: JobKeys,
}

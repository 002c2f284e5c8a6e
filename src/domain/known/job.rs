//! What the known sync job would produce: one function for each transformation that a difference can be
//! held against. All [S].
//!
//! It must not judge whether the job is right, nor whether a system is known for it. T6 leaves nothing to
//! compare, T9 is a finding of its own, and T11 is a matter of days, not of dossiers: both are asked in
//! [`crate::domain::rules::r21_sync`].

use chrono::NaiveDateTime;

use crate::domain::channel::Channel;
use crate::domain::dossier_code::{self, CodeForm};
use crate::domain::file_list::files;
use crate::domain::status::NationalStatus;

/// T1. The hub's code names no province, and the other side has the hub's other code, or one of the made-up
/// form: five digits from 10000 to 99999 at its end. Codes are normalised.
#[must_use]
pub fn code_replaced(hub: &str, hub_other: Option<&str>, there: &str) -> bool {
    let made_up = || dossier_code::form(there) == CodeForm::SyncRewrite;
    hub != there && !names_a_province(hub) && (hub_other == Some(there) || made_up())
}

/// A group of a letter and two digits in the agency part: `H48` of `000.00.53.H48-220921-0099`.
fn names_a_province(code: &str) -> bool {
    let agency = code.split('-').next().unwrap_or_default();
    agency.split('.').any(|group| {
        let bytes = group.as_bytes();
        bytes.len() == 3 && bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)
    })
}

/// What the job writes in place of a number.
pub const FILLED_IN: &str = "000000001";

/// T2. The other side shows the number that the job fills in, as it is written there, and the hub's is empty
/// or has not 9 or 12 characters.
#[must_use]
pub fn number_filled_in(hub: Option<&str>, there: &str) -> bool {
    let sendable = hub.is_some_and(|number| matches!(number.trim().chars().count(), 9 | 12));
    there.trim() == FILLED_IN && !sendable
}

/// T3. The hub waits or was stopped (5, 6, 8), the other side says finished (9).
#[must_use]
pub fn status_collapsed(hub: NationalStatus, there: NationalStatus) -> bool {
    use NationalStatus::{Finished, PaymentRequested, Stopped, SupplementRequested};
    matches!(hub, SupplementRequested | PaymentRequested | Stopped) && there == Finished
}

/// T4. The hub has no due time, and the other side says finished (9) where the hub does not.
#[must_use]
pub fn finished_without_due(
    hub: NationalStatus,
    hub_due: Option<NaiveDateTime>,
    there: NationalStatus,
) -> bool {
    hub_due.is_none() && there == NationalStatus::Finished && hub != NationalStatus::Finished
}

/// T5. On the other side the submission is the receipt, to the second.
#[must_use]
pub fn submission_overwritten(
    submitted_there: Option<NaiveDateTime>,
    received_there: Option<NaiveDateTime>,
) -> bool {
    submitted_there.is_some() && submitted_there == received_there
}

/// Where the job cuts a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Longest text that is sent whole, in characters.
    pub limit: usize,
    /// Characters left of a longer one, before the dots.
    pub kept: usize,
}

/// Trích yếu (TrichYeu), the one text it cuts that is compared. Handler, file names and names of papers,
/// which it cuts as well, are no fields of a record.
pub const CUT_SUMMARY: Cut = Cut { limit: 1000, kept: 995 };

/// T7. The long text is over the limit, and the short one is its first characters and three dots. Both as
/// delivered, composed to NFC: cleaning moves the place of the cut.
#[must_use]
pub fn truncated(long: &str, short: &str, limit: usize, kept: usize) -> bool {
    let Some(head) = short.strip_suffix("...") else { return false };
    long.chars().count() > limit && head.chars().count() == kept && long.starts_with(head)
}

/// T8. Of several documents the other side has just the first. Both lists are canonical.
#[must_use]
pub fn only_first_sent(hub: &str, there: &str) -> bool {
    let (mut left, mut right) = (files(hub), files(there));
    let (first, second) = (left.next(), left.next());
    first.is_some() && second.is_some() && right.next() == first && right.next().is_none()
}

/// T8. The only result is the first submitted document. Both lists are canonical and of one record, or the
/// documents are the hub's and the result the other side's.
#[must_use]
pub fn result_is_first_document(documents: &str, results: &str) -> bool {
    let mut results = files(results);
    let result = results.next();
    result.is_some() && result == files(documents).next() && results.next().is_none()
}

/// The storage place (ViTriDeHoSo) of dossiers taken over from an older system.
pub const CONVERTED: &str = "Convert";

/// T10. The job leaves the dossier out: converted, or marked as deleted.
#[must_use]
pub fn left_out(storage: Option<&str>, deleted_at: Option<NaiveDateTime>) -> bool {
    deleted_at.is_some() || storage.is_some_and(|place| place.trim().eq_ignore_ascii_case(CONVERTED))
}

/// T12. The printed ratio is 100 %, and the records, rounded as it is printed, say less.
#[must_use]
pub fn ratio_constant(printed_percent: f64, recomputed_percent: f64) -> bool {
    printed_percent == 100.0 && recomputed_percent < 100.0
}

/// T13. Not to be expected before its result was handed over.
#[must_use]
pub fn not_sent_yet(hub: NationalStatus) -> bool {
    hub != NationalStatus::Returned
}

/// T14. Received at the counter when the other side already had it, and so under another code. Codes are
/// normalised.
#[must_use]
pub fn received_again(
    channel: Option<Channel>,
    hub: (&str, NaiveDateTime),
    there: (&str, NaiveDateTime),
) -> bool {
    let ((hub_code, hub_received), (code_there, received_there)) = (hub, there);
    channel == Some(Channel::Direct) && received_there < hub_received && hub_code != code_there
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;

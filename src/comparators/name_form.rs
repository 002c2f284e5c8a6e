//! A name made ready for comparing: its keys by how much of the writing they look at.
//!
//! It must not correct a name.

use super::free_text::written_out;
use super::prepared::{key, sorted_key};
use crate::domain::name::{i_for_y, joint_owners};
use crate::domain::text::{modern_tone, strip_accents};

/// Keys of one name; equal keys mean equal names in that respect.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NameForm {
    /// With marks; without case, spaces, punctuation, title, tone placement, `i` or `y`.
    pub spelled: u64,
    /// Without marks too.
    pub folded: u64,
    /// Words without marks in whatever order.
    pub sorted: u64,
    /// The first word and the last.
    pub family: u64,
    pub given: u64,
    /// Carries no marks at all: whoever wrote it may have left them out.
    pub unmarked: bool,
    pub words: u8,
    /// Where its owners stand, empty for a single one.
    pub owners: (usize, usize),
}

/// The form of a name and its words without marks. The owners of a shared dossier are added to `owners`.
pub(super) fn forms(name: &str, owners: &mut Vec<u64>) -> (NameForm, String) {
    let from = owners.len();
    let mut several = joint_owners(name);
    let first = several.next().unwrap_or_default();
    let rest: Vec<&str> = several.collect();
    let one = if rest.is_empty() { first } else { name };
    if !rest.is_empty() {
        let every = std::iter::once(first).chain(rest);
        owners.extend(every.map(|owner| key(&strip_accents(&one_way(&spelled(owner))).replace(' ', ""))));
    }
    let written = spelled(one);
    let spelled = one_way(&written);
    let folded = strip_accents(&spelled);
    let words = folded.split(' ').filter(|word| !word.is_empty()).count();
    let form = NameForm {
        spelled: key(&spelled.replace(' ', "")),
        folded: key(&folded.replace(' ', "")),
        sorted: sorted_key(&folded),
        family: key(folded.split(' ').next().unwrap_or_default()),
        given: key(folded.rsplit(' ').next().unwrap_or_default()),
        unmarked: written.is_ascii(),
        words: u8::try_from(words).unwrap_or(u8::MAX),
        owners: (from, owners.len()),
    };
    (form, folded)
}

/// Lower case with marks, words apart by single spaces.
fn spelled(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Tones, `i` and abbreviations in one way.
fn one_way(written: &str) -> String {
    i_for_y(&modern_tone(&written_out(written)))
}

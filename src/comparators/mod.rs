//! Linking of dossiers without a shared code: what probabilistic linkage has to know of Vietnam.
//!
//! Comparators for the fields of a dossier, each with named levels, best first; keys to block on; how
//! common a name is; and the settings to start from. The engine learns what a level is worth. It must
//! not decide a pair, and it must not read files: the caller passes their text.

mod prepared;
mod slip;
mod name_form;

mod person_name;
mod identity_number;
mod phone_number;
mod birth_date;
mod code;
mod procedure;
mod agency_code;
mod amount;
mod free_text;
mod receipt;
mod receipt_again;

mod keys;
mod name_share;
mod tempered;
mod dossier;
mod double_entry;

#[cfg(test)]
mod testing;

pub use dossier::{MODEL, Restricted, SETTINGS, merge, model, restrict_model, restrict_to, settings};
pub use double_entry::{DOUBLE_ENTRY_MODEL, DOUBLE_ENTRY_SETTINGS};
pub use keys::{DERIVED, DerivedField, name_key};
pub use name_share::{FAMILY_NAMES, FamilyNames, NameShareError};
pub use tempered::tempered;

use crate::engine::linkage::comparator::Comparator;

/// A comparator by its name in settings: `how = { custom = "person_name" }`.
type Make = fn() -> Box<dyn Comparator>;

/// The comparators of dossiers by name, in the order of the alphabet.
const COMPARATORS: [(&str, Make); 11] = [
    ("agency_code", || Box::<agency_code::AgencyCode>::default()),
    ("amount", || Box::<amount::Amount>::default()),
    ("birth_date", || Box::<birth_date::BirthDate>::default()),
    ("dossier_code", || Box::<code::Code>::default()),
    ("free_text", || Box::<free_text::FreeText>::default()),
    ("identity_number", || Box::<identity_number::IdentityNumber>::default()),
    ("person_name", || Box::<person_name::PersonName>::default()),
    ("phone_number", || Box::<phone_number::PhoneNumber>::default()),
    ("procedure", || Box::<procedure::Procedure>::default()),
    ("receipt", || Box::<receipt::Receipt>::default()),
    ("receipt_again", || Box::<receipt_again::ReceiptAgain>::default()),
];

/// A comparator by name, not yet prepared.
#[must_use]
pub fn comparator(name: &str) -> Option<Box<dyn Comparator>> {
    COMPARATORS.iter().find(|(own, _)| *own == name).map(|(_, make)| make())
}

/// All comparators for the engine.
#[must_use]
pub fn registry() -> crate::engine::linkage::comparison::Registry {
    COMPARATORS.iter().map(|(name, make)| ((*name).to_owned(), *make)).collect()
}

/// Every comparator with its levels, best first, for the docs.
pub fn comparators() -> impl Iterator<Item = (&'static str, Vec<String>)> {
    COMPARATORS.iter().map(|(name, make)| (*name, make().levels()))
}

fn names(levels: &[&str]) -> Vec<String> {
    levels.iter().map(|level| (*level).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{COMPARATORS, comparator, comparators, registry};

    #[test]
    fn comparators_are_found_by_name_and_sorted() {
        assert!(COMPARATORS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(comparator("person_name").is_some() && comparator("person").is_none());
        assert_eq!(registry().len(), COMPARATORS.len());
    }

    #[test]
    fn levels_have_names_of_their_own_between_same_and_else() {
        for (name, levels) in comparators() {
            let distinct: BTreeSet<&String> = levels.iter().collect();
            assert_eq!(distinct.len(), levels.len(), "{name}");
            assert_eq!((&*levels[0], levels.last().map(String::as_str)), ("same", Some("else")), "{name}");
        }
    }
}

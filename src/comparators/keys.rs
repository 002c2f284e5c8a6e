//! Fields derived for blocking: what of a value survives its usual damage.
//!
//! It must not be compared: a key brings two records together and proves nothing.

use super::name_form::forms;

/// A derived field: its name, the canonical field it comes from, and how.
#[derive(Debug, Clone, Copy)]
pub struct DerivedField {
    pub name: &'static str,
    pub from: &'static str,
    /// The key of a value; `None` where it has none.
    pub derive: fn(&str) -> Option<String>,
}

/// The fields that settings may block on beside the canonical ones.
pub const DERIVED: [DerivedField; 2] = [
    DerivedField { name: "owner_key", from: "owner_name", derive: name_key },
    DerivedField { name: "subject_key", from: "subject_name", derive: name_key },
];

/// The words of a name without marks, titles and case, sorted: one key for all ways to write a name. Of
/// several owners the first.
#[must_use]
pub fn name_key(name: &str) -> Option<String> {
    let first = crate::domain::name::joint_owners(name).next()?;
    let (form, folded) = forms(first, &mut Vec::new());
    let mut words: Vec<&str> = folded.split(' ').collect();
    words.sort_unstable();
    (form.words > 0).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{DERIVED, name_key};
    use crate::domain::dossier::FieldName;

    #[test]
    fn one_key_for_all_ways_to_write_a_name() {
        let key = name_key("Nguyễn Văn Hòa");
        assert_eq!(key.as_deref(), Some("hoa nguyen van"));
        for other in ["NGUYEN VAN HOA", "Hoà Nguyễn Văn", "Ông Nguyễn Văn Hòa và bà Trần Thị Bình"]
        {
            assert_eq!(name_key(other), key, "{other}");
        }
        assert_ne!(name_key("Nguyễn Văn Nam"), key);
        assert_eq!(name_key("..."), None);
    }

    #[test]
    fn sources_are_canonical_and_names_are_new() {
        for field in DERIVED {
            assert!(FieldName::from_name(field.from).is_some(), "{}", field.from);
            assert!(FieldName::from_name(field.name).is_none(), "{}", field.name);
        }
    }
}

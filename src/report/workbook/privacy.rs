//! What of two disagreeing values may be shown.
//!
//! It must show the disagreement with as little of a person as that takes. The tables mask personal
//! numbers already; here they are masked again, which changes nothing, so that no mistake made there
//! reaches paper.

use std::borrow::Cow;

use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::name::{self, NameRelation};
use crate::domain::text::fold;
use crate::domain::{file_list, personal_id, phone};

/// Both values of a field as they may be shown.
pub fn pair<'a>(
    field: &str,
    a: Option<&'a str>,
    b: Option<&'a str>,
) -> (Option<Cow<'a, str>>, Option<Cow<'a, str>>) {
    let each = |show: fn(&str) -> String| (a.map(|a| Cow::Owned(show(a))), b.map(|b| Cow::Owned(show(b))));
    match FieldName::from_name(field).map(FieldName::kind) {
        Some(FieldKind::PersonalId) => each(personal_id::mask),
        Some(FieldKind::Phone) => each(phone::mask),
        // People name files after people: how many there are says enough.
        Some(FieldKind::List) => each(|list| file_list::files(list).count().to_string()),
        Some(FieldKind::Name) => match (a, b) {
            (Some(a), Some(b)) => {
                let (a, b) = names(a, b);
                (Some(Cow::Owned(a)), Some(Cow::Owned(b)))
            }
            _ => each(name::mask),
        },
        _ => (a.map(Cow::Borrowed), b.map(Cow::Borrowed)),
    }
}

/// Two names masked. Where the masks are alike although the names are not, the words that only one
/// side has are spelt out: `Vũ V. An` against `Võ V. An`. A mere variant of spelling stays masked:
/// the finding says which.
fn names(a: &str, b: &str) -> (String, String) {
    let masked = (name::mask(a), name::mask(b));
    let spelling = matches!(name::relation(a, b), NameRelation::Same | NameRelation::Variant(_));
    if masked.0 != masked.1 || spelling {
        return masked;
    }
    let by_letters = (own_words(a, b, fold), own_words(b, a, fold));
    if by_letters.0 != by_letters.1 {
        return by_letters;
    }
    (own_words(a, b, str::to_lowercase), own_words(b, a, str::to_lowercase))
}

/// The name with initials for the words that the other one has too; the given name stays.
fn own_words(name: &str, other: &str, form: fn(&str) -> String) -> String {
    let shared: Vec<String> = other.split_whitespace().map(form).collect();
    let words: Vec<&str> = name.split_whitespace().collect();
    let last = words.len().saturating_sub(1);
    let shown: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| match word.chars().next() {
            Some(initial) if at < last && shared.contains(&form(word)) => format!("{initial}."),
            _ => (*word).to_owned(),
        })
        .collect();
    name::without_numbers(&shown.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{names, pair};

    fn shown(a: &str, b: &str) -> (String, String) {
        let (x, y) = names(a, b);
        let (v, u) = names(b, a);
        assert_eq!((&x, &y), (&u, &v), "not symmetric: {a} / {b}");
        (x, y)
    }

    #[test]
    fn names_show_their_disagreement_and_no_more() {
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(shown("Nguyễn Văn Lan", "Trần Thị Hùng"), text("N. V. Lan", "T. T. Hùng"));
        assert_eq!(shown("Vũ Văn An", "Võ Văn An"), text("Vũ V. An", "Võ V. An"));
        assert_eq!(shown("Lê Văn An", "Lê Vân An"), text("L. Văn An", "L. Vân An"));
        assert_eq!(shown("NGUYỄN VĂN A", "Nguyễn Văn A"), text("N. V. A", "N. V. A"));
    }

    #[test]
    fn personal_numbers_are_masked_even_when_a_table_forgot() {
        let (a, b) = pair("id_number", Some("001088000123"), Some("0010******23"));
        assert_eq!((a.as_deref(), b.as_deref()), (Some("0010******23"), Some("0010******23")));
        let (a, b) = pair("phone", Some("0912345678"), None);
        assert_eq!((a.as_deref(), b.as_deref()), (Some("09******78"), None));
        let (a, _) = pair("owner_name", Some("Nguyễn Văn An"), None);
        assert_eq!(a.as_deref(), Some("N. V. An"));
        let (a, _) = pair("unit", Some("H28.05"), None);
        assert_eq!(a.as_deref(), Some("H28.05"));
    }
}

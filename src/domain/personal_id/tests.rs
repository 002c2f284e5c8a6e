//! Tests of identity numbers: spelling, damage, placeholders, relations.

use super::*;
use proptest::prelude::*;

fn normal(raw: &str) -> (Option<String>, Vec<ParseIssue>) {
    let parsed = normalise(raw);
    (parsed.value.map(Cow::into_owned), parsed.issues.iter().collect())
}

#[test]
fn good_numbers_are_borrowed() {
    for raw in ["001099012323", " 079200001234 ", "123456780", "0100109106", "B1234567", "0100109106001"] {
        let parsed = normalise(raw);
        assert_eq!(parsed.value.as_deref(), Some(raw.trim()));
        assert!(parsed.issues.is_empty(), "{raw}");
    }
    assert!(matches!(normalise("079200001234").value, Some(Cow::Borrowed(_))));
    assert_eq!(normalise(" NULL"), Parsed::empty());
}

#[test]
fn spaces_dots_and_floats_go() {
    assert_eq!(normal("079 200 001 234"), (Some("079200001234".into()), vec![ParseIssue::ExtraSpace]));
    assert_eq!(normal("079.200.001234"), (Some("079200001234".into()), vec![]));
    assert_eq!(normal("123456780.0"), (Some("123456780".into()), vec![ParseIssue::NumberAsFloat]));
    assert_eq!(normal("０79200001234"), (Some("079200001234".into()), vec![ParseIssue::LookAlikeLetter]));
    assert_eq!(normal("\u{200B}079200001234").0.as_deref(), Some("079200001234"));
    assert_eq!(normal("0100109106-001"), (Some("0100109106-001".into()), vec![]));
    assert_eq!(normal("b1234567"), (Some("B1234567".into()), vec![]));
}

#[test]
fn lost_zeros_come_back() {
    use ParseIssue::{IdMalformed, LeadingZeroRestored, NumberAsFloat};
    assert_eq!(normal("79200001234"), (Some("079200001234".into()), vec![LeadingZeroRestored]));
    assert_eq!(
        normal("79200001234.0"),
        (Some("079200001234".into()), vec![LeadingZeroRestored, NumberAsFloat])
    );
    // Hà Nội is 001, so two zeros go.
    assert_eq!(normal("1099012323"), (Some("001099012323".into()), vec![LeadingZeroRestored]));
    assert_eq!(normal("12345670"), (Some("012345670".into()), vec![LeadingZeroRestored]));
    // 003 is no province, and 9 no century digit.
    assert_eq!(normal("03200001234"), (Some("03200001234".into()), vec![IdMalformed]));
    assert_eq!(normal("79900001234"), (Some("79900001234".into()), vec![IdMalformed]));
    // A number cell leaves no zero in front: these have lost none, and 0123 was a mobile prefix.
    assert_eq!(normal("01231234567"), (Some("01231234567".into()), vec![IdMalformed]));
    assert_eq!(normal("02345678"), (Some("02345678".into()), vec![IdMalformed]));
    // A phone number in the identity column stays what it is.
    assert_eq!(normal("0912345678"), (Some("0912345678".into()), vec![IdMalformed]));
}

#[test]
fn a_dash_behind_dots_is_no_number() {
    assert_eq!(normal("-.").0, None);
    assert_eq!(normal("N.U.L.L").0, None);
}

#[test]
fn scientific_notation_is_beyond_repair() {
    for raw in ["7.92E+10", "7,92E+10", "7.92e+10"] {
        assert_eq!(normal(raw), (None, vec![ParseIssue::NumberAsFloat, ParseIssue::IdMalformed]));
    }
    assert!(!is_scientific("E1234567"));
}

#[test]
fn placeholders_name_nobody() {
    for raw in [
        "0",
        "000000000",
        "000000000000",
        "111111111",
        "000000001",
        "000000000001",
        "00000001",
        "123456789",
        "012345678",
        "012345678901",
        "123456789012",
        "987654321",
        "0.0",
        "Không có",
        "x",
    ] {
        let (value, issues) = normal(raw);
        assert_eq!(value, None, "{raw}");
        assert!(issues.contains(&ParseIssue::PlaceholderId), "{raw}");
    }
    assert!(normalise("234567890").value.is_some());
}

#[test]
fn unknown_shapes_are_kept_and_flagged() {
    for raw in ["12345", "003200001234", "ABC-1", "1357924680135792"] {
        assert_eq!(normal(raw), (Some(raw.into()), vec![ParseIssue::IdMalformed]), "{raw}");
    }
    assert_eq!(normal(". ."), (None, vec![ParseIssue::ExtraSpace, ParseIssue::IdMalformed]));
}

#[test]
fn mask_shows_ends_of_long_numbers_only() {
    assert_eq!(mask("001012345623"), "0010******23");
    assert_eq!(mask("123456789"), "*********");
    assert_eq!(mask(""), "");
}

#[test]
fn relations_of_numbers() {
    let check = |a, b, expected: IdRelation| {
        assert_eq!(relation(a, b), expected, "{a} {b}");
        assert_eq!(relation(b, a), expected, "{b} {a}");
    };
    check("079200001234", "079200001234", IdRelation::Same);
    check("123456780", "079200001234", IdRelation::CmndAgainstCccd);
    check("0100109106", "079200001234", IdRelation::TaxAgainstPersonal);
    check("0100109107", "079200001234", IdRelation::Differs);
    check("0100109106-001", "079200001234", IdRelation::Differs);
    check("0100109106", "123456780", IdRelation::Differs);
    check("079200001234", "079200001235", IdRelation::OneDigit);
    check("079200001234", "07920000123", IdRelation::OneDigit);
    check("079200001122", "07920000122", IdRelation::OneDigit);
    check("079200001234", "079200001243", IdRelation::Transposed);
    check("079200001234", "079200001212", IdRelation::Differs);
    check("079200001234", "979200001235", IdRelation::Differs);
    check("1234567", "1234568", IdRelation::Differs);
    let codes = [
        IdRelation::Same,
        IdRelation::CmndAgainstCccd,
        IdRelation::TaxAgainstPersonal,
        IdRelation::OneDigit,
        IdRelation::Transposed,
        IdRelation::Differs,
    ]
    .map(IdRelation::code);
    let names = ["same", "cmnd_against_cccd", "tax_against_personal", "one_digit", "transposed", "differs"];
    assert_eq!(codes, names);
}

#[test]
fn the_twelve_digit_cmnd_of_2012_to_2015_is_told_by_its_structure() {
    // Its number became the holder's personal identification number [R-M], so it reads as one.
    assert_eq!(kind("001158012323"), IdKind::Cccd);
    assert_eq!(normal("003158012323"), (Some("003158012323".into()), vec![ParseIssue::IdMalformed]));
    assert_eq!(relation("123456780", "001158012323"), IdRelation::CmndAgainstCccd);
}

#[test]
fn tax_codes_of_branches_and_of_persons() {
    assert_eq!(relation("0100109106-001", "0100109106001"), IdRelation::Same);
    assert_eq!(relation("0100109106001", "0100109106-001"), IdRelation::Same);
    assert_eq!(relation("0100109106-001", "0100109106-002"), IdRelation::OneDigit);
    assert_eq!(relation("0100109106", "0100109106-001"), IdRelation::Differs);
    // The tax code of a person is the personal number since July 2025 [S-low].
    assert_eq!((kind("079200001234"), kind("0100109106-001")), (IdKind::Cccd, IdKind::Tax));
}

#[test]
fn a_phone_in_the_identity_column_is_known_by_the_phone_beside_it() {
    for id in ["0912345678", "912345678", "84912345678"] {
        assert!(is_phone(id, "0912345678"), "{id}");
    }
    assert!(is_phone("01681234567", "0381234567"), "the old prefix");
    for (id, phone) in [
        ("0912345678", "0912345679"),
        ("123456780", "0912345678"),
        ("079200001234", "0912345678"),
        ("0912345678", ""),
        ("", "0912345678"),
        ("B1234567", "0912345678"),
    ] {
        assert!(!is_phone(id, phone), "{id} {phone}");
    }
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing(raw in "(\\PC{0,16}|[0-9]{7,14}|[0-9.eE+-]{0,14})") {
        if let Some(once) = normalise(&raw).value {
            let again = normalise(&once).value;
            prop_assert_eq!(again.as_deref(), Some(&*once));
            let _ = (kind(&once), birth_year(&once), mask(&once));
        }
    }

    #[test]
    fn relation_is_symmetric(a in "[0-3]{7,13}", b in "[0-3]{7,13}") {
        prop_assert_eq!(relation(&a, &b), relation(&b, &a));
    }
}

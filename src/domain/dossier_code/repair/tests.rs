//! Tests of the proposals for broken codes: by example, and one slip planted into any valid code.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::*;

fn proposals(code: &str) -> Vec<(Repair, String)> {
    candidates(code).into_iter().map(|candidate| (candidate.repair, candidate.code)).collect()
}

fn proposes(code: &str, repair: Repair, original: &str) {
    let found = proposals(code);
    assert!(found.contains(&(repair, original.to_owned())), "{code}: {found:?}");
}

#[test]
fn letters_inside_groups_of_digits() {
    proposes("H15.50-2610O8-0975", Repair::LetterForDigit, "H15.50-261008-0975");
    proposes("HI5.5O-261008-O975", Repair::LetterForDigit, "H15.50-261008-0975");
    proposes("OOO.OO.53.H48-220921-0099", Repair::LetterForDigit, "000.00.53.H48-220921-0099");
    proposes("H29-26L0L8-0975", Repair::LetterForDigit, "H29-261018-0975");
}

#[test]
fn dots_too_many_and_too_few() {
    proposes("H.28-261008-0975", Repair::StrayDot, "H28-261008-0975");
    proposes("000.00.36.H.28-240315-0007", Repair::StrayDot, "000.00.36.H28-240315-0007");
    proposes("H15.5005-261008-0975", Repair::MissingDot, "H15.50.05-261008-0975");
    proposes("H155005-261008-0975", Repair::MissingDot, "H15.50.05-261008-0975");
    proposes("0000053H48-220921-0099", Repair::MissingDot, "000.00.53.H48-220921-0099");
    proposes("0053H48-220921-0099", Repair::MissingDot, "00.53.H48-220921-0099");
    let two: Vec<_> = proposals("H01.15101-260701-0001");
    assert!(two.contains(&(Repair::MissingDot, "H01.151.01-260701-0001".into())));
    assert!(two.contains(&(Repair::MissingDot, "H01.15.101-260701-0001".into())));
}

#[test]
fn lost_groups_and_lost_zeros() {
    proposes("00.53.H48-220921-0099", Repair::LostGroups, "000.00.53.H48-220921-0099");
    proposes("53.H48-220921-0099", Repair::LostGroups, "000.00.53.H48-220921-0099");
    proposes("000.00.00.H57-190102-0001", Repair::LostGroups, "00.00.H57-190102-0001");
    proposes("H15.50-261008-75", Repair::LostZeros, "H15.50-261008-0075");
    proposes("G09.20-20260609-92637", Repair::LostZeros, "G09.20-20260609-0092637");
    proposes("H29-260609-926371", Repair::LostZeros, "H29-260609-0926371");
    proposes("H15.5O-261008-75", Repair::LostZeros, "H15.50-261008-0075");
}

#[test]
fn the_other_order() {
    proposes("000.07.32.H21-240315-0007", Repair::OtherOrder, "H21.32.07-240315-0007");
    proposes("H21.32.07-240315-0007", Repair::OtherOrder, "000.07.32.H21-240315-0007");
    proposes("H15.50.05.13-261008-0975", Repair::OtherOrder, "013.05.50.H15-261008-0975");
    proposes("013.05.50.H15-261008-0975", Repair::OtherOrder, "H15.50.05.13-261008-0975");
    proposes("H57-190102-0001", Repair::OtherOrder, "00.00.H57-190102-0001");
}

#[test]
fn what_cannot_be_a_national_code_has_no_candidates() {
    for code in ["", "-", "--", "BHXH123456", "2024/LT/00123", "H15-261308-0975", "H15-261008-0000", "Đ.-2-3"]
    {
        assert_eq!(proposals(code), [], "{code}");
    }
}

#[test]
fn names_are_distinct() {
    let all = [
        Repair::LetterForDigit,
        Repair::StrayDot,
        Repair::MissingDot,
        Repair::LostGroups,
        Repair::LostZeros,
        Repair::OtherOrder,
    ];
    let mut names: Vec<_> = all.iter().map(|repair| repair.code()).collect();
    assert!(all.is_sorted());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len());
}

/// Agencies of every form. A zero group above one that is not zero is left out: turning loses it.
fn agency() -> impl Strategy<Value = String> {
    let root = "[A-Z][0-9]{2}";
    prop_oneof![
        (root, 1..100_u32, 1..100_u32, 0..1000_u32)
            .prop_map(|(root, unit, part, desk)| format!("{desk:03}.{part:02}.{unit:02}.{root}")),
        (root, 0..100_u32).prop_map(|(root, unit)| format!("000.00.{unit:02}.{root}")),
        (root, 0..100_u32).prop_map(|(root, unit)| format!("00.{unit:02}.{root}")),
        (root, 1..100_u32, 1..100_u32).prop_map(|(root, unit, part)| format!("{part:02}.{unit:02}.{root}")),
        (root, prop::collection::vec("[0-9]{0,1}[0-9][1-9]", 0..4)).prop_map(|(root, groups)| [
            vec![root],
            groups
        ]
        .concat()
        .join(".")),
    ]
}

fn code() -> impl Strategy<Value = String> {
    let date = (0..4000_u64, any::<bool>()).prop_map(|(days, long)| {
        let first = NaiveDate::from_ymd_opt(2018, 1, 1).expect("a date");
        let date = first.checked_add_days(Days::new(days)).expect("a date");
        date.format(if long { "%Y%m%d" } else { "%y%m%d" }).to_string()
    });
    let sequence = (1..10_000_u32, 4..8_usize).prop_map(|(number, width)| format!("{number:0>width$}"));
    (agency(), date, sequence).prop_map(|(agency, date, sequence)| format!("{agency}-{date}-{sequence}"))
}

/// The code after one slip of the given kind, at the place that `at` chooses.
fn slip(code: &str, kind: usize, at: usize) -> String {
    let places = |wanted: &str| -> Vec<usize> {
        code.char_indices().filter(|(_, c)| wanted.contains(*c)).map(|(place, _)| place).collect()
    };
    let pick = |places: Vec<usize>| places.get(at % places.len().max(1)).copied();
    let with = |place: usize, text: &str| format!("{}{text}{}", &code[..place], &code[place + 1..]);
    let slipped = match kind {
        0 => pick(places("0")).map(|place| with(place, "O")),
        1 => pick(places("1")).map(|place| with(place, ["I", "L", "l"][at % 3])),
        2 => pick(places(".")).map(|place| with(place, "")),
        3 => code.strip_prefix("000.").map(str::to_owned),
        4 => code
            .find(|c: char| c.is_ascii_uppercase())
            .map(|place| with(place, &format!("{}.", &code[place..=place]))),
        5 => code.rsplit_once('-').map(|(head, tail)| format!("{head}-{}", tail.trim_start_matches('0'))),
        _ => equivalent(code),
    };
    slipped.unwrap_or_else(|| code.to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn one_slip_leaves_the_original_among_the_candidates(original in code(), kind in 0..7_usize, at in 0..40_usize) {
        let broken = slip(&original, kind, at);
        let found = candidates(&broken);
        prop_assert!(
            broken == original || found.iter().any(|candidate| candidate.code == original),
            "{} gives {:?}", broken, found
        );
    }

    #[test]
    fn candidates_are_sound_sorted_and_distinct(
        raw in prop_oneof![code(), "[A-Z0-9OIL.-]{0,30}", "\\PC{0,30}"],
        kind in 0..7_usize,
    ) {
        let raw = if raw.is_ascii() { slip(&raw, kind, 3) } else { raw };
        let found = candidates(&raw);
        prop_assert!(found.is_sorted());
        prop_assert_eq!(&found, &candidates(&raw));
        for (at, candidate) in found.iter().enumerate() {
            prop_assert_ne!(&candidate.code, &raw);
            prop_assert!(DossierCode::parse(&candidate.code).is_some_and(|parts| parts.is_sound()));
            prop_assert!(found[..at].iter().all(|earlier| earlier.code != candidate.code));
        }
    }
}

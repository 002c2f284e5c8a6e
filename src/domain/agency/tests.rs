//! Tests of the agencies: the shipped table, standing, successions, and tables that are refused.

use proptest::prelude::*;

use super::*;

const HEADER: &str = "code,name,level,parent,valid_from,valid_to,successor,share,source\n";

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).expect("a date")
}

fn shipped() -> Agencies {
    Agencies::shipped().expect("the shipped file")
}

fn with(body: &str) -> Agencies {
    Agencies::with(&format!("{HEADER}{body}")).expect("a table")
}

#[test]
fn every_shipped_line_has_its_mark() {
    for line in SHIPPED.lines().skip(1) {
        assert!(["[S]", "[S-low]", "[R-H]", "[R-M]"].iter().any(|mark| line.contains(mark)), "{line}");
    }
    for unsure in ["H23", "H24", "H25"] {
        assert!(SHIPPED.lines().any(|line| line.starts_with(unsure) && line.contains("[R-M]")), "{unsure}");
    }
}

#[test]
fn sixty_three_provinces_became_thirty_four() {
    let agencies = shipped();
    let provinces = || agencies.lines.iter().filter(|line| line.level == "province");
    let codes: Vec<&str> = provinces().map(|line| line.code.as_str()).collect();
    let all: Vec<String> = (1..64).map(|number| format!("H{number:02}")).collect();
    assert_eq!(codes, all);
    let standing = |on| codes.iter().filter(|code| agencies.standing(code, on) == Standing::Known).count();
    assert_eq!((standing(day(2025, 6, 30)), standing(day(2025, 7, 1))), (63, 34));
    for gone in provinces().filter(|line| line.valid_to.is_some()) {
        let Successor::One(heir) = agencies.successor(&gone.code) else {
            panic!("{} has one successor", gone.code);
        };
        assert_eq!(agencies.standing(&heir, day(2026, 1, 1)), Standing::Known, "{heir}");
    }
}

#[test]
fn the_heir_is_the_province_that_kept_its_name() {
    let agencies = shipped();
    let heirs = [
        ("H22", "H60", "Tuyên Quang"),
        ("H28", "H44", "Phú Thọ"),
        ("H33", "H01", "An Giang"),
        ("H46", "H50", "Quảng Trị"),
        ("H08", "H21", "Gia Lai"),
        ("H23", "H24", "Hải Phòng"),
        ("H06", "H29", "Thành phố Hồ Chí Minh"),
    ];
    for (old, new, name) in heirs {
        assert_eq!(agencies.successor(old), Successor::One(new.into()));
        assert_eq!(agencies.name(new), Some(name));
    }
    let unchanged = ["H26", "H57", "H14", "H18", "H27", "H35", "H37", "H41", "H49", "H52", "H56"];
    for code in unchanged {
        assert_eq!(agencies.successor(code), Successor::Same, "{code}");
    }
}

#[test]
fn ministries_merged_in_march_2025() {
    let agencies = shipped();
    let since = day(2025, 3, 1);
    for (old, new) in [("G04", "G17"), ("G05", "G12"), ("G14", "G06"), ("G13", "G10")] {
        assert_eq!(agencies.successor(old), Successor::One(new.into()));
        assert_eq!(agencies.standing(old, day(2025, 2, 28)), Standing::Known);
        assert_eq!(agencies.standing(old, since), Standing::Abolished { since });
    }
    // Labour went to three ministries, so a dossier of G07 may be anyone's of them.
    assert_eq!(agencies.successor("G07"), Successor::Several(vec!["G03".into(), "G09".into(), "G18".into()]));
    assert_eq!(agencies.same_agency("G09", "G07"), Some(AgencyRelation::Possible));
    assert_eq!(agencies.name("G16"), Some("Bộ Văn hóa, Thể thao và Du lịch"));
    assert_eq!((agencies.name("G34"), agencies.standing("G34", since)), (None, Standing::Known));
}

#[test]
fn without_an_own_table_only_the_province_is_judged() {
    let agencies = shipped();
    let (before, since) = (day(2025, 6, 30), day(2025, 7, 1));
    assert_eq!(agencies.standing("H28", before), Standing::Known);
    for unit in ["H28.36.01", "000.01.36.H28"] {
        assert_eq!(agencies.standing(unit, before), Standing::NotJudged);
        assert_eq!(agencies.standing(unit, since), Standing::Abolished { since });
    }
    assert_eq!(agencies.standing("000.00.00.H57", since), Standing::Known);
    assert_eq!(agencies.standing("H64", since), Standing::Unknown);
    assert_eq!(agencies.standing("00.01.H99", since), Standing::Unknown);
    // The list of ministries has gaps, councils and others are not listed, and this is no code.
    for open in ["G23", "000.00.00.K57", "A05", "BHXH", ""] {
        assert_eq!(agencies.standing(open, since), Standing::NotJudged, "{open}");
    }
}

#[test]
fn an_own_table_judges_whole_codes_of_its_province() {
    let agencies = with(
        "H28,Tỉnh Hòa Bình,province,,,2025-06-30,H44,,own\n\
         # units\n\
         \n\
         000.01.36.H28,\"Xã A, huyện B\",commune,H28.36,2020-01-01,2025-06-30,H44.101,part,own\n\
         H28.36.01,\"Xã A, huyện B\",commune,H28.36,2020-01-01,2025-06-30,H44.102,part,own\n\
         H44.101,Xã C,commune,H44,2025-07-01,,,,own\n",
    );
    assert_eq!(agencies.standing("H28.36.01", day(2019, 12, 31)), Standing::NotYet);
    assert_eq!(agencies.standing("000.01.36.H28", day(2020, 1, 1)), Standing::Known);
    assert_eq!(
        agencies.standing("H28.36.01", day(2026, 1, 1)),
        Standing::Abolished { since: day(2025, 7, 1) }
    );
    assert_eq!(agencies.standing("H28.36.02", day(2024, 1, 1)), Standing::Unknown);
    assert_eq!(agencies.standing("H44.105", day(2026, 1, 1)), Standing::Unknown);
    assert_eq!(agencies.standing("H44", day(2026, 1, 1)), Standing::Known);
    assert_eq!(agencies.standing("H45.01", day(2024, 1, 1)), Standing::NotJudged);
    assert_eq!(agencies.name("H28.36.01"), Some("Xã A, huyện B"));
    assert_eq!(agencies.name("H28"), Some("Tỉnh Hòa Bình"), "an own line stands for the shipped one");
    assert_eq!(agencies.find("H28.36.01").and_then(|agency| agency.parent.as_deref()), Some("H28.36"));
    assert_eq!(
        agencies.successor("000.01.36.H28"),
        Successor::Several(vec!["H44.101".into(), "H44.102".into()])
    );
}

#[test]
fn relations_of_codes() {
    let agencies = with(
        "H28.01,A,,,,2020-12-31,H28.02,whole,own\n\
         H28.02,B,,,,2025-06-30,H44.01,whole,own\n\
         H28.03,C,,,,2025-06-30,H44.01,part,own\n\
         H44.01,D,,,,,,,own\n",
    );
    let check = |a: &str, b: &str, expected| {
        assert_eq!(agencies.same_agency(a, b), expected, "{a} {b}");
        assert_eq!(agencies.same_agency(b, a), expected, "{b} {a}");
    };
    check("H28.01", "H28.01", Some(AgencyRelation::Same));
    check("any text", "any text", Some(AgencyRelation::Same));
    check("000.07.32.H21", "H21.32.07", Some(AgencyRelation::OtherOrder));
    check("00.00.H57", "H57", Some(AgencyRelation::OtherOrder));
    check("H28", "H44", Some(AgencyRelation::Succession));
    check("H28.01", "000.00.01.H44", Some(AgencyRelation::Succession));
    check("H28.03", "H44.01", Some(AgencyRelation::Possible));
    // Both went into the same unit, but neither was the other.
    check("H28.02", "H28.03", None);
    check("H28", "H62", None);
    check("H28.05", "H44.05", None);
    check("any text", "H28", None);
    assert_eq!(agencies.successor("H28.01"), Successor::One("H44.01".into()));
    assert_eq!(agencies.successor("H28.03"), Successor::Several(vec!["H44.01".into()]));
    assert_eq!(agencies.successor("H28.05"), Successor::Same);
    let names = [
        AgencyRelation::Same,
        AgencyRelation::OtherOrder,
        AgencyRelation::Succession,
        AgencyRelation::Possible,
    ];
    assert_eq!(names.map(AgencyRelation::code), ["same", "other_order", "succession", "possible"]);
}

#[test]
fn a_circle_of_successors_ends() {
    let agencies = with(
        "H01.01,A,,,,2020-12-31,H01.02,whole,own\n\
         H01.02,B,,,,2021-12-31,H01.03,whole,own\n\
         H01.03,C,,,,2022-12-31,H01.01,whole,own\n\
         H01.04,D,,,,2022-12-31,H01.04,whole,own\n",
    );
    assert_eq!(agencies.successor("H01.01"), Successor::Same);
    assert_eq!(agencies.successor("H01.04"), Successor::Same);
    assert_eq!(agencies.same_agency("H01.01", "H01.03"), Some(AgencyRelation::Succession));
}

#[test]
fn a_code_may_be_used_again_later() {
    let agencies = with(
        "H01.01,Old,,,2019-01-01,2020-12-31,H01.02,whole,own\n\
         H01.01,New,,,2025-07-01,,,,own\n",
    );
    assert_eq!(agencies.standing("H01.01", day(2018, 1, 1)), Standing::NotYet);
    assert_eq!(agencies.standing("H01.01", day(2022, 1, 1)), Standing::Abolished { since: day(2021, 1, 1) });
    assert_eq!(agencies.standing("H01.01", day(2025, 7, 1)), Standing::Known);
    assert_eq!((agencies.name("H01.01"), agencies.successor("H01.01")), (Some("New"), Successor::Same));
}

#[test]
fn the_letter_says_whose_agency_it_is() {
    assert_eq!(
        (root("000.07.32.H21"), root("H21.32.07"), root("H21")),
        (Some("H21"), Some("H21"), Some("H21"))
    );
    assert_eq!((root("00.00.H57"), root("BHXH")), (Some("H57"), None));
    assert_eq!(body("G09.20"), Some(Body::Central));
    assert_eq!(body("H01.151"), Some(Body::Province));
    assert_eq!(body("000.00.00.K57"), Some(Body::Council));
    assert_eq!((body("A01"), body("")), (Some(Body::Other), None));
}

#[test]
fn malformed_tables_are_refused_with_their_line() {
    let refused = |body: &str| Agencies::with(&format!("{HEADER}{body}")).expect_err(body);
    assert_eq!(Agencies::with("").expect_err("empty"), AgencyError::Header);
    assert_eq!(Agencies::with("code,name\n").expect_err("short"), AgencyError::Header);
    assert_eq!(refused("H01,A"), AgencyError::Cells { line: 2 });
    assert_eq!(refused("\n#\n28,A,,,,,,,own"), AgencyError::Code { line: 4, code: "28".into() });
    assert_eq!(refused("H01,A,,,,,XX,,own"), AgencyError::Code { line: 2, code: "XX".into() });
    assert_eq!(refused("H01,A,,,01/07/2025,,,,own"), AgencyError::Date { line: 2 });
    assert_eq!(refused("H01,A,,,2025-02-30,,,,own"), AgencyError::Date { line: 2 });
    assert_eq!(refused("H01,A,,,2025-07-01,2025-06-30,,,own"), AgencyError::Period { line: 2 });
    assert_eq!(refused("H01,A,,,,,,half,own"), AgencyError::Share { line: 2 });
    let contradiction = AgencyError::Contradiction { line: 3, other: 2 };
    assert_eq!(refused("H01,A,,,,,,,own\nH01,B,,,2020-01-01,,,,own"), contradiction);
    assert_eq!(refused("H01,A,,,,,,,own\nH01,A,,,,,,,own"), contradiction);
    assert_eq!(refused("H01.1a,A,,,,,,,own"), AgencyError::Code { line: 2, code: "H01.1a".into() });
    let split = "H01.01,A,,,,2025-06-30,H01.02,whole,own\nH01.01,A,,,,2025-06-30,H01.03,part,own";
    assert_eq!(refused(split), contradiction);
    assert!(refused("H01,A").to_string().contains("line 2"));
    let bom =
        Agencies::with(&format!("\u{FEFF}{HEADER}H01.01,A,,,,,,,own\r\n")).expect("a table with a mark");
    assert_eq!(bom.name("H01.01"), Some("A"));
}

proptest! {
    #[test]
    fn relations_are_symmetric_and_nothing_panics(
        pairs in prop::collection::vec((0..8_u8, 0..8_u8, any::<bool>()), 0..8),
        a in 0..8_u8, b in 0..8_u8, raw in "\\PC{0,20}",
    ) {
        let mut lines = String::new();
        let mut seen = Vec::new();
        for (old, new, whole) in pairs {
            if !seen.contains(&old) {
                seen.push(old);
                let share = if whole { "whole" } else { "part" };
                lines.push_str(&format!("H01.1{old},A,,,,2020-12-31,H01.1{new},{share},own\n"));
            }
        }
        let agencies = with(&lines);
        let (a, b) = (format!("H01.1{a}"), format!("000.00.1{b}.H01"));
        prop_assert_eq!(agencies.same_agency(&a, &b), agencies.same_agency(&b, &a));
        let _ = (agencies.successor(&a), agencies.standing(&raw, day(2020, 1, 1)), agencies.name(&raw));
        let _ = (agencies.same_agency(&raw, &a), Agencies::with(&raw), root(&raw), body(&raw));
    }
}

//! Tests of the catalogue: standing by day, churn, counts by level, and files that are refused.

use chrono::Days;
use proptest::prelude::*;

use super::*;

const HEADER: &str = "code,name,field,level,max_days,day_kind,valid_from,valid_to,change,decision,source\n";

/// Invented procedures: one amended, one abolished and brought back, one that simply ends.
const LINES: &str = "\
1.900001,\"Cấp bản sao, thử nghiệm\",Hộ tịch,commune,3,working,2020-01-01,2024-03-31,new,QĐ 1,test
1.900001,\"Cấp bản sao, thử nghiệm\",Hộ tịch,commune,2,working,2024-04-01,,amended,QĐ 2,test

# abolished, then brought back
2.900002,Đăng ký thử nghiệm,Đất đai,district,20,calendar,2020-01-01,,,,test
2.900002,Đăng ký thử nghiệm,Đất đai,district,,,2024-02-15,,abolished,QĐ 3,test
2.900002,Đăng ký thử nghiệm,Đất đai,province,15,working,2025-07-01,,new,QĐ 4,test
1.900003,Xác nhận thử nghiệm,Đất đai,joint_cross_level,,,2021-05-01,2023-12-31,,,test
";

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).expect("a date")
}

fn catalogue() -> Catalogue {
    Catalogue::parse(&format!("{HEADER}{LINES}")).expect("a catalogue")
}

#[test]
fn the_version_of_the_day_is_in_force() {
    let catalogue = catalogue();
    let days_allowed = |on| match catalogue.standing("1.900001", on) {
        Standing::InForce(version) => version.max_days,
        other => panic!("{other:?}"),
    };
    assert_eq!(days_allowed(day(2020, 1, 1)), Some(3));
    assert_eq!(days_allowed(day(2024, 3, 31)), Some(3));
    assert_eq!(days_allowed(day(2024, 4, 1)), Some(2));
    assert_eq!(days_allowed(day(2090, 1, 1)), Some(2));
    assert_eq!(catalogue.standing("1.900001", day(2019, 12, 31)), Standing::NotYet { from: day(2020, 1, 1) });
    assert_eq!(catalogue.versions()[0].name, "Cấp bản sao, thử nghiệm");
    assert_eq!(catalogue.versions()[0].day_kind, DayKind::Working);
}

#[test]
fn an_abolition_ends_the_version_before_it() {
    let catalogue = catalogue();
    let standing = |on| catalogue.standing("2.900002", on);
    assert!(
        matches!(standing(day(2024, 2, 14)), Standing::InForce(version) if version.day_kind == DayKind::Calendar)
    );
    let abolished = Standing::Abolished { since: day(2024, 2, 15), decision: "QĐ 3" };
    assert_eq!(standing(day(2024, 2, 15)), abolished);
    assert_eq!(standing(day(2025, 6, 30)), abolished);
    assert!(
        matches!(standing(day(2025, 7, 1)), Standing::InForce(version) if version.level == ProcedureLevel::Province)
    );
    let ended = catalogue.versions().iter().find(|version| version.code == "2.900002");
    assert_eq!(ended.and_then(|version| version.valid_to), Some(day(2024, 2, 14)));
}

#[test]
fn a_version_that_ends_without_a_decision_has_expired() {
    let catalogue = catalogue();
    assert!(matches!(catalogue.standing("1.900003", day(2023, 12, 31)), Standing::InForce(_)));
    assert_eq!(catalogue.standing("1.900003", day(2024, 1, 1)), Standing::Expired { to: day(2023, 12, 31) });
}

#[test]
fn unlisted_and_local_codes_are_told_apart() {
    let catalogue = catalogue();
    for code in ["1.900004", "0.000000", "9.999999"] {
        assert_eq!(catalogue.standing(code, day(2024, 1, 1)), Standing::NotListed, "{code}");
    }
    for code in ["TS_lop1.000.00.00.H22", "", "1.90000", "1,900001", "1.900001.000.00.00.H21"] {
        assert_eq!(catalogue.standing(code, day(2024, 1, 1)), Standing::Local, "{code}");
    }
}

#[test]
fn churn_counts_the_decisions_of_a_period() {
    let catalogue = catalogue();
    let quarter = |first, last| catalogue.churn(first, last, |_| true);
    assert_eq!(quarter(day(2024, 1, 1), day(2024, 3, 31)), Churn { new: 0, amended: 0, abolished: 1 });
    assert_eq!(quarter(day(2024, 4, 1), day(2024, 4, 1)), Churn { new: 0, amended: 1, abolished: 0 });
    assert_eq!(quarter(day(2020, 1, 1), day(2026, 1, 1)), Churn { new: 2, amended: 1, abolished: 1 });
    assert_eq!(quarter(day(2026, 1, 1), day(2020, 1, 1)), Churn::default());
}

#[test]
fn procedures_in_force_are_counted_by_level() {
    let catalogue = catalogue();
    let counts = |on| catalogue.in_force(on).map(|(_, count)| count);
    assert_eq!(counts(day(2019, 1, 1)), [0, 0, 0, 0, 0]);
    assert_eq!(counts(day(2022, 1, 1)), [0, 1, 1, 0, 1]);
    assert_eq!(counts(day(2024, 5, 1)), [0, 0, 1, 0, 0]);
    assert_eq!(counts(day(2025, 7, 1)), [1, 0, 1, 0, 0]);
    assert_eq!(catalogue.in_force(day(2025, 7, 1)).map(|(level, _)| level), ProcedureLevel::ALL);
    for level in ProcedureLevel::ALL {
        assert_eq!(ProcedureLevel::from_code(level.code()), Some(level));
    }
}

#[test]
fn malformed_files_are_refused_with_their_line() {
    use CatalogueError as E;
    let refused = |body: &str| Catalogue::parse(&format!("{HEADER}{body}")).expect_err(body);
    let open = "1.900001,A,F,commune,3,working,2020-01-01,,,,t\n";
    assert_eq!(Catalogue::parse("").expect_err("empty"), E::Header);
    assert_eq!(Catalogue::parse("code,name\n").expect_err("short"), E::Header);
    assert_eq!(refused("1.900001,A"), E::Cells { line: 2 });
    assert_eq!(refused("\n# note\n1.9,A,F,commune,3,working,2020-01-01,,,,t"), E::Code { line: 4 });
    assert_eq!(refused("1.900001,A,F,ward,3,working,2020-01-01,,,,t"), E::Level { line: 2 });
    for limit in ["3,days", "3,", "x,working", "-3,working", "+3,working", "3.5,working", "70000,working"] {
        let line = format!("1.900001,A,F,commune,{limit},2020-01-01,,,,t");
        assert_eq!(refused(&line), E::Limit { line: 2 }, "{limit}");
    }
    assert_eq!(refused("1.900001,A,F,commune,3,working,01/01/2020,,,,t"), E::Date { line: 2 });
    assert_eq!(refused("1.900001,A,F,commune,3,working,,,,,t"), E::Date { line: 2 });
    assert_eq!(refused("1.900001,A,F,commune,3,working,2020-01-01,2019-12-31,,,t"), E::Period { line: 2 });
    assert_eq!(refused("1.900001,A,F,commune,3,working,2020-01-01,,changed,,t"), E::Change { line: 2 });
    assert_eq!(refused(&format!("{open}{open}")), E::Overlap { line: 3, other: 2 });
    let amended = "1.900001,A,F,commune,2,working,2024-01-01,,amended,,t\n";
    assert_eq!(refused(&format!("{amended}{open}")), E::Overlap { line: 2, other: 3 });
    let gone = "1.900001,A,F,commune,,,2024-01-01,,abolished,,t\n";
    assert_eq!(refused(gone), E::NothingAbolished { line: 2 });
    assert_eq!(refused(&format!("{open}{gone}{gone}")), E::NothingAbolished { line: 4 });
    assert_eq!(
        refused(&format!("2.900001,A,F,commune,,,2019-01-01,,,,t\n{gone}")),
        E::NothingAbolished { line: 3 }
    );
    assert_eq!(refused(&gone.replace(",,abolished", ",2025-01-01,abolished")), E::Period { line: 2 });
    assert!(refused("1.900001,A").to_string().contains("line 2"));
}

proptest! {
    #[test]
    fn a_look_up_agrees_with_walking_the_versions(
        periods in prop::collection::vec((0..4_u8, 1..300_u64, 1..300_u64), 1..12),
        code in 0..5_u8, on in 0..4000_u64,
    ) {
        let start = day(2018, 1, 1);
        let mut ends = [0_u64; 4];
        let mut body = String::new();
        for (code, gap, length) in periods {
            let end = &mut ends[usize::from(code)];
            let from = start + Days::new(*end + gap);
            let to = from + Days::new(length - 1);
            *end += gap + length;
            body.push_str(&format!("1.00000{code},A,F,commune,{length},working,{from},{to},,,t\n"));
        }
        let catalogue = Catalogue::parse(&format!("{HEADER}{body}")).expect("a catalogue");
        let (code, on) = (format!("1.00000{code}"), start + Days::new(on));
        let running = |version: &&Version| version.valid_from <= on && version.valid_to.is_none_or(|to| on <= to);
        let walked = catalogue.versions().iter().filter(running).find(|version| version.code == code);
        let looked_up = match catalogue.standing(&code, on) {
            Standing::InForce(version) => Some(version),
            _ => None,
        };
        prop_assert_eq!(walked, looked_up);
        let listed = catalogue.versions().iter().any(|version| version.code == code);
        prop_assert_eq!(catalogue.standing(&code, on) == Standing::NotListed, !listed);
        let counted: usize = catalogue.in_force(on).iter().map(|(_, count)| count).sum();
        prop_assert_eq!(counted, catalogue.versions().iter().filter(running).count());
    }

    #[test]
    fn nothing_panics(raw in "\\PC{0,60}", cells in "[0-9a-z.,\n-]{0,80}") {
        let _ = (Catalogue::parse(&raw), Catalogue::parse(&format!("{HEADER}{cells}")));
        let _ = catalogue().standing(&raw, day(2024, 1, 1));
    }
}

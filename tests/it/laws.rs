//! Laws that hold for any exports: rows are conserved, order and threads do not matter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;

use crate::support::{
    HUB_HEADER, PORTAL_HEADER, Row, TABLES, TwoSystems, bytes, code, generate, run, stderr, table,
};

/// Tables that name no row of a file: they must not depend on the order of an export.
const ORDER_FREE: [&str; 5] = ["cases", "links", "differences", "findings", "summary"];

fn shuffled(lines: &str, seed: u64) -> String {
    let mut lines: Vec<&str> = lines.lines().collect();
    let mut state = seed | 1;
    for end in (2..lines.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines.swap(end, 1 + (state >> 33) as usize % end);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn content(out: &Path) -> BTreeMap<&'static str, Vec<Row>> {
    ORDER_FREE.iter().map(|name| (*name, table(out, name))).collect()
}

#[test]
fn any_thread_count_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 3_000, 7, folder.path());
    let runs: Vec<_> = ["1", "2", "7"]
        .into_iter()
        .map(|threads| {
            let out = tempfile::tempdir().expect("out");
            let output =
                run("pipelines/hoa-binh-2024q1.toml", folder.path(), out.path(), &["--threads", threads]);
            assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
            bytes(out.path())
        })
        .collect();
    for other in &runs[1..] {
        assert_eq!(runs[0].keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        for (name, content) in &runs[0] {
            assert!(other[name] == *content, "{name} differs");
        }
    }
}

#[test]
fn the_order_of_an_export_does_not_matter() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 2_000, 3, folder.path());
    let other = tempfile::tempdir().expect("a folder");
    let tables = ["procedures.csv", "agencies.csv"];
    for file in ["mot_cua.csv", "dvcqg.ndjson", "ho_tich.csv", "dat_dai.xlsx"].into_iter().chain(tables) {
        std::fs::copy(folder.path().join(file), other.path().join(file)).expect("copied");
    }
    for file in ["mot_cua.csv", "ho_tich.csv"] {
        let text = std::fs::read_to_string(other.path().join(file)).expect("an export");
        std::fs::write(other.path().join(file), shuffled(&text, 11)).expect("written");
    }
    let portal = std::fs::read_to_string(other.path().join("dvcqg.ndjson")).expect("an export");
    let reversed: String = portal.lines().rev().map(|line| format!("{line}\n")).collect();
    std::fs::write(other.path().join("dvcqg.ndjson"), reversed).expect("written");
    let outs: Vec<_> = [folder.path(), other.path()]
        .into_iter()
        .map(|input| {
            let out = tempfile::tempdir().expect("out");
            run("pipelines/hoa-binh-2024q1.toml", input, out.path(), &[]);
            out
        })
        .collect();
    let (first, second) = (content(outs[0].path()), content(outs[1].path()));
    for name in ORDER_FREE {
        assert_eq!(first[name], second[name], "table {name}");
    }
}

/// One row of either system, drawn from few values so that rows meet, repeat and break.
fn cells() -> impl Strategy<Value = (u8, u8, u8, u8, u8)> {
    (0u8..12, 0u8..6, 0u8..4, 0u8..20, 0u8..8)
}

fn row((code, person, procedure, day, flaw): (u8, u8, u8, u8, u8), portal: bool) -> String {
    let names = ["Nguyễn Văn An", "TRẦN THỊ BÌNH", "Lê Hoà", "Lê Hòa", "", "Hờ A Páo"];
    let day = 1 + day;
    let code = if flaw == 1 { String::new() } else { format!("H28.05-240115-{code:04}") };
    let id = if flaw == 2 { "000000001".to_owned() } else { format!("01709010{person:04}") };
    let date = match (portal, flaw) {
        (_, 3) => "không rõ".to_owned(),
        (true, _) => format!("202401{day:02}080000"),
        (false, _) => format!("{day:02}/01/2024 08:00:00"),
    };
    let status = match (portal, flaw) {
        (_, 4) => "???",
        (true, _) => "10",
        (false, _) => "Đã trả kết quả",
    };
    let name = names[person as usize];
    let cut = if flaw == 5 { "" } else { ",50.000\n" };
    let end = if flaw == 5 { "\n" } else { "" };
    format!("{code},1.00{procedure}193,{name},{id},{date},{status}{cut}{end}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_conserved_and_order_is_free(
        hub in prop::collection::vec(cells(), 0..30),
        portal in prop::collection::vec(cells(), 0..30),
        seed in any::<u64>(),
    ) {
        let export = |header: &str, rows: &[(u8, u8, u8, u8, u8)], is_portal: bool| {
            rows.iter().fold(header.to_owned(), |text, cells| text + &row(*cells, is_portal))
        };
        let (left, right) = (export(HUB_HEADER, &hub, false), export(PORTAL_HEADER, &portal, true));
        let night = TwoSystems::new(left.as_bytes(), right.as_bytes());
        let output = night.run(&["--threads", "2"]);
        prop_assert!([0, 1, 4].contains(&code(&output)), "{}", stderr(&output));

        let out = night.out();
        let refused = table(&out, "quarantine").iter().filter(|entry| entry["scope"] == "row").count();
        let records = table(&out, "records");
        prop_assert_eq!(records.len() + refused, hub.len() + portal.len());
        let ids: BTreeSet<&String> = records.iter().map(|record| &record["record_id"]).collect();
        prop_assert_eq!(ids.len(), records.len(), "record ids are unique");
        let cases: BTreeSet<String> = table(&out, "cases").iter().map(|case| case["case_id"].clone()).collect();
        prop_assert!(records.iter().all(|record| cases.contains(&record["case_id"])), "every record has a case");
        let mut sides = BTreeSet::new();
        for link in table(&out, "links") {
            prop_assert!(sides.insert(link["left_record_id"].clone()), "a hub record is linked once");
            prop_assert!(sides.insert(link["right_record_id"].clone()), "a portal record is linked once");
        }
        let findings = table(&out, "findings");
        let ids: BTreeSet<&String> = findings.iter().map(|finding| &finding["finding_id"]).collect();
        prop_assert_eq!(ids.len(), findings.len(), "finding ids are unique");

        let again = TwoSystems::new(shuffled(&left, seed).as_bytes(), shuffled(&right, !seed).as_bytes());
        again.run(&[]);
        let (first, second) = (content(&out), content(&again.out()));
        for name in ORDER_FREE {
            prop_assert_eq!(&first[name], &second[name], "table {}", name);
        }
        prop_assert_eq!(TABLES.len(), 12);
    }
}

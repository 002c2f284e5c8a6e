//! The laws of errors that stand alone: nothing else is wrong with their case, and no figure moves.

use super::tests::{csv_rows, figure, make};
use super::*;
use std::collections::BTreeSet;
use std::path::Path;

const KINDS: [&str; 6] = [
    "channel_conflict",
    "code_collision",
    "code_date_mismatch",
    "code_malformed",
    "impossible_timeline",
    "status_ahead",
];

/// Row of an export, by system and case, as its cells or its one line; malformed and second rows left out.
fn hub_rows(out: &Path) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(out.join("mot_cua.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let records = csv_rows(&out.join(truth::RECORDS));
    let mut of_case = BTreeMap::new();
    for record in records.iter().filter(|row| row[0] == "mot_cua" && row[5] == "record") {
        let row = &rows[record[3].parse::<usize>().unwrap() - 2];
        of_case.entry(record[4].clone()).or_insert_with(|| row.iter().map(str::to_owned).collect());
    }
    of_case
}

fn portal_rows(out: &Path) -> BTreeMap<String, serde_json::Value> {
    let text = std::fs::read_to_string(out.join("dvcqg.ndjson")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let records = csv_rows(&out.join(truth::RECORDS));
    let portal = records.iter().filter(|row| row[0] == "dvcqg" && row[5] == "record");
    portal
        .map(|row| {
            (row[4].clone(), serde_json::from_str(lines[row[3].parse::<usize>().unwrap() - 1]).unwrap())
        })
        .collect()
}

fn time(text: &str) -> chrono::NaiveDateTime {
    chrono::NaiveDateTime::parse_from_str(text, "%d/%m/%Y %H:%M:%S").unwrap()
}

#[test]
fn nothing_else_is_wrong_with_the_case() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", None, 3, out);
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for error in csv_rows(&out.join(truth::ERRORS)) {
        kinds.entry(error[1].clone()).or_default().insert(error[0].clone());
    }
    for kind in KINDS {
        let cases: Vec<_> = kinds.values().filter(|of_case| of_case.contains(kind)).collect();
        assert!(cases.len() >= 40, "{kind}: {}", cases.len());
        assert!(cases.iter().all(|of_case| of_case.len() == 1), "{kind}: {cases:?}");
    }
}

#[test]
fn a_shared_code_is_of_one_unit_and_day_and_two_people_in_both_systems() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", Some(8000), 4, out);
    let (hub, portal) = (hub_rows(out), portal_rows(out));
    let mut with_code: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for (case, row) in &hub {
        with_code.entry(&row[0]).or_default().push(case);
    }
    let shared: BTreeSet<String> =
        with_code.values().filter(|cases| cases.len() > 1).map(|cases| cases[1].clone()).collect();
    let errors = csv_rows(&out.join(truth::ERRORS));
    for system in ["mot_cua", "dvcqg"] {
        let planted = errors.iter().filter(|error| error[0] == "code_collision" && error[2] == system);
        assert_eq!(planted.map(|error| error[1].clone()).collect::<BTreeSet<_>>(), shared, "{system}");
    }
    assert!(shared.len() > 15, "{}", shared.len());
    for cases in with_code.values().filter(|cases| cases.len() > 1) {
        let [first, second] = [0, 1].map(|at| &hub[cases[at]]);
        assert_eq!(cases.len(), 2);
        assert!(time(&first[12]) < time(&second[12]) && first[12][..10] == second[12][..10], "{cases:?}");
        assert!(first[4] == second[4] && first[8] != second[8] && first[9] != second[9], "{cases:?}");
        assert!(cases.iter().all(|case| portal[*case]["MaHoSo"] == first[0].as_str()), "{cases:?}");
    }
}

#[test]
fn dates_are_impossible_where_it_is_planted_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", Some(8000), 5, out);
    let errors = csv_rows(&out.join(truth::ERRORS));
    let of = |kind: &str| -> BTreeSet<&String> {
        errors.iter().filter(|error| error[0] == kind).map(|error| &error[1]).collect()
    };
    let (impossible, misdated) = (of("impossible_timeline"), of("code_date_mismatch"));
    for (case, row) in &hub_rows(out) {
        let [received, due] = [12, 13].map(|at| time(&row[at]));
        let [finished, returned] = [14, 15].map(|at| (!row[at].is_empty()).then(|| time(&row[at])));
        let early = finished.is_some_and(|finished| finished < received);
        let swapped = finished.zip(returned).is_some_and(|(finished, returned)| returned < finished);
        assert_eq!(early || swapped, impossible.contains(case), "{row:?}");
        if early || swapped {
            let ends = [finished, returned];
            assert!(ends.into_iter().flatten().all(|end| end.date() <= due.date()), "{row:?}");
        }
        let date = row[0].split('-').nth(1).unwrap();
        let in_code = chrono::NaiveDate::parse_from_str(&format!("20{date}"), "%Y%m%d");
        let age = in_code.map(|in_code| (received.date() - in_code).num_days());
        // A malformed code may have no date.
        assert_eq!(age.is_ok_and(|age| (11..=40).contains(&age)), misdated.contains(case), "{row:?}");
    }
}

#[test]
fn a_spoke_ahead_of_the_hub_has_dates_and_makes_no_delay() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    make("all-errors", Some(8000), 6, out);
    let (hub, portal) = (hub_rows(out), portal_rows(out));
    let mut seen = 0;
    for error in csv_rows(&out.join(truth::ERRORS)) {
        if error[0] == "status_ahead" && error[2] == "dvcqg" {
            let (here, there) = (&hub[&error[1]], &portal[&error[1]]);
            let at = |key: &str| {
                let text = there[key].as_str().unwrap();
                (!text.is_empty())
                    .then(|| chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").unwrap())
            };
            let (finished, returned) = (at("NgayKetThucXuLy").unwrap(), at("NgayTra"));
            assert!(time(&here[12]) < finished && returned.is_none_or(|at| finished <= at), "{error:?}");
            assert_eq!(there["TrangThaiHoSo"] == "10", returned.is_some(), "{error:?}");
            let ended = returned.unwrap_or(finished);
            assert!(ended < time("01/04/2024 02:00:00"), "{error:?}");
            assert!(here[14].is_empty() || ended <= time(&here[13]), "{error:?}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn no_figure_moves() {
    let folder = tempfile::tempdir().unwrap();
    let good = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/hoa-binh-2024q1.toml"));
    let mut totals = BTreeSet::new();
    for (turn, often) in [false, true].into_iter().enumerate() {
        let lines = good.lines().map(|line| match line.split_once(" = ") {
            Some((key, _)) if KINDS.contains(&key) => format!("{key} = {}\n", if often { 0.2 } else { 0.0 }),
            _ => format!("{line}\n"),
        });
        let path = folder.path().join("profile.toml");
        std::fs::write(&path, lines.collect::<String>()).unwrap();
        let out = folder.path().join(turn.to_string());
        make(path.to_str().unwrap(), Some(5000), 1, &out);
        let names = [
            "received",
            "resolved",
            "resolved_early",
            "resolved_on_time",
            "resolved_late",
            "in_process",
            "received_province",
            "resolved_late_province",
            "rows_mot_cua",
        ];
        totals.insert(names.map(|name| figure(&out, name)));
    }
    assert_eq!(totals.len(), 1, "{totals:?}");
}

//! The laws of the two logs, checked on small ones: same bytes, every row accounted for, silent days silent.

use super::super::truth;
use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const KINDS: [&str; 10] = [
    "arrived_late_on_portal",
    "late_on_portal",
    "missing_in_province",
    "missing_on_portal",
    "repeated_row",
    "status_ahead",
    "status_behind",
    "status_conflict",
    "sync_gap",
    "unit_conflict",
];

fn make(dossiers: Option<u64>, seed: u64, out: &Path) -> Generated {
    let request = Request { profile: PROFILE.to_owned(), dossiers, seed, out: out.to_owned() };
    documents(&request, &|_, _| {}).unwrap()
}

fn rows(path: &Path, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn time(text: &str, pattern: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, pattern).unwrap()
}

#[test]
fn same_seed_same_bytes_and_another_seed_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let bytes = |out: &Path| {
        let logs = Log::ALL.map(Log::file);
        let truth = [truth::RECORDS, truth::ERRORS, truth::FIGURES, truth::MARKER];
        logs.iter().chain(&truth).map(|name| std::fs::read(out.join(name)).unwrap()).collect::<Vec<_>>()
    };
    let first = make(Some(3000), 7, &at("a"));
    assert_eq!(first, make(Some(3000), 7, &at("b")));
    assert_eq!(bytes(&at("a")), bytes(&at("b")));
    make(Some(3000), 8, &at("b"));
    assert_ne!(bytes(&at("a"))[0], bytes(&at("b"))[0], "written over, with another seed");
}

#[test]
fn every_row_and_every_error_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let generated = make(Some(60_000), 3, folder.path());
    assert_eq!(generated.errors_by_kind.keys().collect::<Vec<_>>(), KINDS);
    let sent = rows(&folder.path().join("van_ban_gui.csv"), b',');
    let received = rows(&folder.path().join("van_ban_nhan.csv"), b';');
    let count = |kind: &str| generated.errors_by_kind[kind] as usize;
    assert_eq!(sent.len(), 60_000 + count("repeated_row"));
    assert_eq!(generated.cases as usize, 60_000 + count("missing_in_province"));
    let codes: BTreeSet<&str> = sent.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(codes.len(), 60_000);
    let strays = received.iter().filter(|row| !codes.contains(row[0].as_str())).count();
    assert_eq!(strays, count("missing_in_province"));
    let there: BTreeSet<&str> = received.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(there.len(), received.len(), "nothing arrives twice");
    let absent = codes.iter().filter(|code| !there.contains(*code)).count();
    assert!(absent >= count("missing_on_portal") + count("late_on_portal"), "the rest is not yet there");
    for (number, line) in rows(&folder.path().join(truth::RECORDS), b',').iter().enumerate() {
        let log = if line[0] == "noi_gui" { &sent } else { &received };
        assert!(line[3].parse::<usize>().unwrap() <= log.len() + 1, "record {number}");
        assert_eq!(
            line[6] == "code",
            line[0] == "noi_nhan" && codes.contains(log[line[3].parse::<usize>().unwrap() - 2][0].as_str())
        );
    }
    for error in rows(&folder.path().join(truth::ERRORS), b',') {
        let log = if error[2] == "noi_gui" { &sent } else { &received };
        let row = error[5].parse::<usize>().ok().map(|line| &log[line - 2]);
        match error[0].as_str() {
            "arrived_late_on_portal" => assert_eq!(row.unwrap()[3], error[8]),
            "unit_conflict" => assert_eq!(row.unwrap()[1], error[8]),
            "repeated_row" => assert_eq!(row.unwrap()[0], error[8]),
            "sync_gap" => assert_eq!(error[1], ""),
            kind if kind.starts_with("status_") => assert!(row.is_some()),
            _ => assert!(row.is_none()),
        }
    }
}

#[test]
fn logs_are_in_order_and_only_planted_documents_are_late() {
    let folder = tempfile::tempdir().unwrap();
    make(Some(40_000), 5, folder.path());
    let sent = rows(&folder.path().join("van_ban_gui.csv"), b',');
    let received = rows(&folder.path().join("van_ban_nhan.csv"), b';');
    let sent_at: Vec<NaiveDateTime> = sent.iter().map(|row| time(&row[6], "%d/%m/%Y %H:%M:%S")).collect();
    assert!(sent_at.is_sorted());
    let arrived: Vec<NaiveDateTime> = received.iter().map(|row| time(&row[3], "%Y-%m-%d %H:%M:%S")).collect();
    assert!(arrived.is_sorted());
    assert!(arrived.iter().all(|at| *at < plan::as_of()));
    let late = received
        .iter()
        .zip(&arrived)
        .filter(|(row, at)| **at - time(&row[2], "%Y-%m-%d %H:%M:%S") > TimeDelta::hours(24));
    let errors = rows(&folder.path().join(truth::ERRORS), b',');
    assert_eq!(late.count(), errors.iter().filter(|error| error[0] == "arrived_late_on_portal").count());
    let busy = sent_at.iter().fold(BTreeMap::<_, u64>::new(), |mut days, at| {
        *days.entry(at.date()).or_default() += 1;
        days
    });
    let heard: BTreeSet<_> = arrived.iter().map(|at| at.date()).collect();
    let silent: Vec<String> = busy
        .iter()
        .filter(|(day, count)| **count >= 5 && !heard.contains(day))
        .map(|(day, _)| day.to_string())
        .collect();
    let planted: Vec<String> =
        errors.iter().filter(|error| error[0] == "sync_gap").map(|error| error[8].clone()).collect();
    assert_eq!(silent, planted);
    assert_eq!(planted.len(), 2);
}

#[test]
fn a_handful_of_documents_is_possible_and_none_is_not() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(make(Some(3), 1, folder.path()).files[0].1, 3);
    let request =
        Request { profile: PROFILE.to_owned(), dossiers: Some(0), seed: 1, out: folder.path().to_owned() };
    assert!(matches!(documents(&request, &|_, _| {}), Err(GenerateError::BadKey { .. })));
    std::fs::remove_file(folder.path().join(truth::MARKER)).unwrap();
    let request = Request { dossiers: Some(1), ..request };
    assert!(matches!(documents(&request, &|_, _| {}), Err(GenerateError::OutNotEmpty { .. })));
}

//! The shipped examples on the public truth sets, where these lie beside the project; else a line says so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::{Row, code, root, rows_of, run, stderr, table};
use crate::tables_made::f1;

/// The public truth sets, or a line that says that they are not there.
#[expect(clippy::print_stdout, reason = "what was not tested is said")]
fn truth_sets() -> Option<PathBuf> {
    let folder = root().join("../shared/truth-sets");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no {} beside the project", folder.display());
    None
}

fn example(name: &str, folder: &Path) -> (tempfile::TempDir, PathBuf) {
    let kept = tempfile::tempdir().expect("a folder");
    let out = kept.path().join("out");
    let output = run(&format!("pipelines/examples/{name}.toml"), folder, &out, &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    (kept, out)
}

/// The person of `rec-12-org` and `rec-12-dup-0`.
fn person(id: &str) -> &str {
    id.split('-').nth(1).expect("a number")
}

#[test]
fn febrl3_duplicates() {
    let Some(folder) = truth_sets() else { return };
    let (_kept, out) = example("febrl3", &folder);
    let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table(&out, "clusters") {
        clusters.entry(row["cluster_id"].clone()).or_default().push(row["record_id"].clone());
    }
    let mut people: BTreeMap<String, usize> = BTreeMap::new();
    for row in table(&out, "records") {
        *people.entry(person(&row["record_id"]).to_owned()).or_default() += 1;
    }
    let pairs = |n: usize| n * (n - 1) / 2;
    let there: usize = people.values().map(|n| pairs(*n)).sum();
    assert_eq!(there, 6_538);
    let claimed: usize = clusters.values().map(|members| pairs(members.len())).sum();
    let right: usize = clusters
        .values()
        .map(|members| {
            let mut own: BTreeMap<&str, usize> = BTreeMap::new();
            members.iter().for_each(|id| *own.entry(person(id)).or_default() += 1);
            own.values().map(|n| pairs(*n)).sum::<usize>()
        })
        .sum();
    let score = f1(claimed, right, there);
    println!("febrl3: F1 {score:.5}, {right} of {claimed} right, {there} there");
    assert!(score >= 0.997, "F1 {score}");
}

#[test]
fn febrl4_links() {
    let Some(folder) = truth_sets() else { return };
    let (_kept, out) = example("febrl4", &folder);
    let links: Vec<Row> = table(&out, "links").into_iter().filter(|l| l["state"] == "linked").collect();
    let right =
        links.iter().filter(|l| person(&l["left_record_id"]) == person(&l["right_record_id"])).count();
    let score = f1(links.len(), right, 5_000);
    println!("febrl4: F1 {score:.5}, {right} of {} right, 5000 there", links.len());
    assert!(score >= 0.9998, "F1 {score}");
}

#[test]
fn transactions_links() {
    let Some(folder) = truth_sets() else { return };
    let (_kept, out) = example("transactions", &folder);
    let truth = |side: &str| -> Vec<String> {
        let path = folder.join(format!("transactions_{side}.parquet"));
        rows_of(&path).into_iter().map(|row| row["ground_truth"].clone()).collect()
    };
    let (origin, destination) = (truth("origin"), truth("destination"));
    // A record is named by its row, counted from 1.
    let of = |truth: &[String], id: &str| truth[id.parse::<usize>().expect("a row") - 1].clone();
    let links: Vec<Row> = table(&out, "links").into_iter().filter(|l| l["state"] == "linked").collect();
    let is_right = |l: &&Row| of(&origin, &l["left_record_id"]) == of(&destination, &l["right_record_id"]);
    let right = links.iter().filter(is_right).count();
    let score = f1(links.len(), right, origin.len());
    println!("transactions: F1 {score:.5}, {right} of {} right, {} there", links.len(), origin.len());
    assert!(score >= 0.94, "F1 {score}");
}

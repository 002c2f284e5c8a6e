//! The walls between the layers, held by reading the source.

use std::path::{Path, PathBuf};

use crate::support::root;

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("source");
                files.push((path, text));
            }
        }
    }
    assert!(!files.is_empty());
    files
}

fn forbid(folder: &str, words: &[&str]) {
    for (path, text) in sources(&root().join("src").join(folder)) {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let lower = code.collect::<Vec<_>>().join("\n").to_lowercase();
        for word in words {
            assert!(!lower.contains(word), "{} has the word `{word}`", path.display());
        }
    }
}

#[test]
fn the_domain_knows_no_tables() {
    forbid(
        "domain",
        &[
            "polars",
            "arrow::",
            "parquet",
            "crate::engine",
            "crate::stages",
            "crate::config",
            "crate::comparators",
        ],
    );
}

#[test]
fn the_engine_knows_no_vietnam() {
    let words = [
        "dossier",
        "hồ sơ",
        "mot_cua",
        "dvcqg",
        "ho_tich",
        "dat_dai",
        "vietnam",
        "viet",
        "province",
        "ministry",
        "crate::domain",
        "crate::comparators",
        "crate::stages",
        "crate::config",
        "cccd",
        "ho_chi_minh",
    ];
    forbid("engine", &words);
}

#[test]
fn a_run_over_tables_knows_no_dossier() {
    let words =
        ["dossier", "hồ sơ", "mot_cua", "dvcqg", "province", "ministry", "fieldname", "crate::generate"];
    forbid("tables", &words);
}

#[test]
fn the_generator_and_the_rules_share_no_code() {
    let words = ["crate::domain", "crate::engine", "crate::stages", "crate::config"];
    forbid("generate", &words);
}

#[test]
fn no_stage_reads_a_clock_or_the_environment() {
    for folder in ["stages", "engine", "domain", "config", "report", "generate", "evaluate", "tables"] {
        forbid(folder, &["systemtime::now", "instant::now", "utc::now", "local::now", "env::var"]);
    }
}

#[test]
fn every_file_says_what_it_does() {
    for (path, text) in sources(&root().join("src")).into_iter().chain(sources(&root().join("tests"))) {
        assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
    }
}

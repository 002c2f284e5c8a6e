//! Every folder of sample_data, run and held against its `expected/`, which people can read.
//!
//! `make goldens` (or DOISOAT_REFRESH=1) rewrites them; a missing one fails.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::support::{Row, code, root, run, stdout, table};

/// A scenario has a pipeline of its own name, or shares this one.
const PIPELINE: &str = "pipelines/sample.toml";

/// What of a table a golden shows: ids and hashes are left out, so that a reader can follow it.
const SHOWN: &[(&str, &[&str])] = &[
    ("feeds", &["system", "file", "rows", "accepted", "quarantined", "health"]),
    ("quarantine", &["file", "sheet", "row", "column", "scope", "reason", "detail", "code", "masked_value"]),
    ("links", &["left_system", "right_system", "left", "right", "rung", "state", "gap_seconds"]),
    ("duplicates", &["system", "code", "is_survivor", "kind", "row"]),
    (
        "differences",
        &[
            "left_system",
            "left",
            "right_system",
            "right",
            "field",
            "left_value",
            "right_value",
            "relation",
            "explained_by",
        ],
    ),
    (
        "findings",
        &[
            "rule_id",
            "kind",
            "severity",
            "state",
            "case_code",
            "system",
            "other_system",
            "field",
            "age_working_days",
            "detail",
            "explained_by",
        ],
    ),
    (
        "form_06a",
        &[
            "dimension",
            "key",
            "c3_received",
            "c4_new_online",
            "c5_new_direct_post",
            "c6_carried_over",
            "c7_resolved",
            "c8_early",
            "c9_on_time",
            "c10_late",
            "c11_in_process",
            "c12_in_process_in_time",
            "c13_in_process_overdue",
            "mean_days",
            "ties",
        ],
    ),
    ("overdue", &["unit", "code", "procedure", "due_at", "ended_at", "overdue_days", "apology"]),
];

fn scenarios() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("sample_data")).expect("sample_data");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn shown(out: &Path) -> String {
    let records = table(out, "records");
    let code_of = |id: Option<&String>| {
        let record = records.iter().find(|record| Some(&record["record_id"]) == id);
        record.map(|record| format!("{} (row {})", record["code"], record["row"])).unwrap_or_default()
    };
    let mut text = String::new();
    for (name, columns) in SHOWN {
        let rows = table(out, name);
        // Of form II.06a the lines by level, field and procedure say nothing more of a small set.
        let told = |row: &&Row| {
            *name != "form_06a" || matches!(row.get("dimension").map(String::as_str), Some("total" | "unit"))
        };
        let mut lines: Vec<String> = rows
            .iter()
            .filter(told)
            .map(|row| {
                let cell = |column: &&str| match *column {
                    "left" => code_of(row.get("left_record_id")),
                    "right" => code_of(row.get("right_record_id")),
                    column => row.get(column).cloned().unwrap_or_default(),
                };
                columns
                    .iter()
                    .map(cell)
                    .collect::<Vec<_>>()
                    .join(" | ")
                    .trim_end_matches([' ', '|'])
                    .to_owned()
            })
            .collect();
        lines.sort();
        let _ = writeln!(text, "# {name}: {}", columns.join(" | "));
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
        text.push('\n');
    }
    text + &verdicts(&table(out, "cases"))
}

fn verdicts(cases: &[Row]) -> String {
    let systems = |row: &Row| -> Vec<String> {
        row.keys().filter_map(|column| column.strip_suffix("_verdict")).map(str::to_owned).collect()
    };
    let systems: std::collections::BTreeSet<String> = cases.iter().flat_map(systems).collect();
    let systems: Vec<String> = systems.into_iter().collect();
    let mut text = format!("# cases: case_code | {}\n", systems.join(" | "));
    for case in cases {
        let verdict = |system: &String| {
            let verdict = case[&format!("{system}_verdict")].clone();
            case.get(&format!("{system}_reason"))
                .map_or(verdict.clone(), |reason| format!("{verdict}: {reason}"))
        };
        let verdicts: Vec<String> = systems.iter().map(verdict).collect();
        let _ = writeln!(text, "{} | {}", case["case_code"], verdicts.join(" | "));
    }
    text
}

fn hold(path: &Path, actual: &str) {
    if std::env::var_os("DOISOAT_REFRESH").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, actual).expect("written");
        return;
    }
    let expected = std::fs::read_to_string(path)
        .unwrap_or_else(|_| panic!("{} is missing; `make goldens` writes it, then read it", path.display()));
    assert!(expected == actual, "{} differs from what the run says now:\n{actual}", path.display());
}

/// docs/rules.md is what the program prints.
#[test]
fn the_page_of_rules_is_that_of_the_code() {
    let page = crate::support::doisoat(&["rules"]);
    assert_eq!(code(&page), 0);
    hold(&root().join("docs/rules.md"), &stdout(&page));
    let vietnamese = crate::support::doisoat(&["rules", "--lang", "vi"]);
    assert!(stdout(&vietnamese).contains("Chưa có trên Cổng Dịch vụ công quốc gia"));
}

#[test]
fn golden_scenarios() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 8, "{} scenarios", scenarios.len());
    for scenario in scenarios {
        let out = tempfile::tempdir().expect("out");
        let own = format!("pipelines/{}.toml", scenario.file_name().expect("a name").to_string_lossy());
        let pipeline = if root().join(&own).exists() { own.as_str() } else { PIPELINE };
        let output = run(pipeline, &scenario, out.path(), &[]);
        let exit = code(&output);
        assert!([0, 1, 4].contains(&exit), "{}: {}", scenario.display(), crate::support::stderr(&output));
        hold(&scenario.join("expected/tables.txt"), &shown(out.path()));
        // The run id follows the pipeline's bytes and the version; the outputs section names a folder.
        let report = stdout(&output);
        let report = report.split("OUTPUTS").next().unwrap_or_default();
        let report: Vec<&str> =
            report.lines().map(|line| line.split(" · run ").next().unwrap_or(line)).collect();
        let report = report.join("\n");
        hold(&scenario.join("expected/night.txt"), &format!("{report}\nexit code {exit}\n"));
    }
}

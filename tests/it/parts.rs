//! A night in parts is the same night: the same bytes, whatever their number, and nothing left behind.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use proptest::prelude::*;

use crate::support::{
    HUB_HEADER, PORTAL_HEADER, TWO_SYSTEMS, TwoSystems, bytes, code, dossier, generate, root, run, stderr,
    stdout, table, text,
};

/// Runs a night in memory and in parts; the outputs of every run must be those of the first.
fn same_night(pipeline: &str, input: &Path, parts: &[&str]) {
    let whole = tempfile::tempdir().expect("out");
    let output = run(pipeline, input, whole.path(), &[]);
    let exit = code(&output);
    assert!([0, 1, 4].contains(&exit), "{}: {}", input.display(), stderr(&output));
    let (expected, told) = (bytes(whole.path()), report(&output));
    for parts in parts {
        let out = tempfile::tempdir().expect("out");
        let output = run(pipeline, input, out.path(), &["--parts", parts]);
        assert_eq!(code(&output), exit, "{}, {parts} parts: {}", input.display(), stderr(&output));
        assert_eq!(report(&output), told);
        let found = bytes(out.path());
        assert_eq!(expected.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
        for (name, content) in &expected {
            assert!(found[name] == *content, "{}, {parts} parts: {name} differs", input.display());
        }
    }
}

/// The night report without where and how it was run.
fn report(output: &Output) -> String {
    stdout(output).split("OUTPUTS").next().unwrap_or_default().to_owned()
}

#[test]
fn every_sample_is_the_same_night_in_parts() {
    let entries = std::fs::read_dir(root().join("sample_data")).expect("sample_data");
    for scenario in entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()) {
        let own = format!("pipelines/{}.toml", scenario.file_name().expect("a name").to_string_lossy());
        let pipeline = if root().join(&own).exists() { own.as_str() } else { "pipelines/sample.toml" };
        same_night(pipeline, &scenario, &["1", "2", "7"]);
    }
}

/// Every kind of finding, among them those that only many dossiers show, in tables of several batches.
#[test]
fn every_kind_of_finding_is_the_same_in_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 12_000, 7, folder.path());
    same_night("pipelines/hoa-binh-2024q1.toml", folder.path(), &["3", "13"]);
    let out = tempfile::tempdir().expect("out");
    run("pipelines/hoa-binh-2024q1.toml", folder.path(), out.path(), &["--parts", "3"]);
    let kinds: BTreeSet<String> =
        table(out.path(), "findings").into_iter().map(|row| row["kind"].clone()).collect();
    for kind in ["closed_in_bulk", "sync_gap", "resubmission", "code_malformed", "published_gap"] {
        assert!(kinds.contains(kind), "no {kind}");
    }
}

/// Where the sheets are too short for the findings, those that are left out are counted all the same.
#[test]
fn short_sheets_are_the_same_in_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 3_000, 7, folder.path());
    let shipped = std::fs::read_to_string(root().join("pipelines/hoa-binh-2024q1.toml")).expect("a pipeline");
    let short = shipped.replacen("[pipeline]\n", "[pipeline]\nsheet_rows = 7\n", 1);
    assert_ne!(shipped, short);
    // The key lies beside the pipeline.
    let beside = tempfile::tempdir().expect("a folder");
    let pipeline = beside.path().join("short.toml");
    std::fs::write(&pipeline, short).expect("written");
    std::fs::copy(root().join("pipelines/demo.key"), beside.path().join("demo.key")).expect("copied");
    same_night(text(&pipeline), folder.path(), &["3"]);
}

#[test]
fn every_province_is_the_same_night_in_parts() {
    for (profile, pipeline) in [
        ("ha-giang-2024", "pipelines/ha-giang-2024.toml"),
        ("vinh-thuan-2023h1", "pipelines/vinh-thuan-2023h1.toml"),
        ("sync-job", "pipelines/sync-job.toml"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        generate(profile, 2_000, 5, folder.path());
        same_night(pipeline, folder.path(), &["4"]);
    }
}

/// Rows drawn from few values, so that they meet by every key there is.
fn cells() -> impl Strategy<Value = (u8, u8, u8, u8, u8)> {
    (0u8..40, 0u8..12, 0u8..4, 0u8..20, 0u8..8)
}

fn row((code, person, procedure, day, flaw): (u8, u8, u8, u8, u8), portal: bool) -> String {
    let code =
        if flaw == 1 { format!("H28.05-24O115-{code:04}") } else { format!("H28.05-240115-{code:04}") };
    let id = if flaw == 2 { String::new() } else { format!("01709010{person:04}") };
    let (day, minute) = (1 + day, if flaw == 3 { 0 } else { person });
    let date = if portal {
        format!("202401{day:02}08{minute:02}00")
    } else {
        format!("{day:02}/01/2024 08:{minute:02}:00")
    };
    let status = match (portal, flaw) {
        (_, 4) => "???",
        (true, _) => "10",
        (false, _) => "Đã trả kết quả",
    };
    let name = ["Nguyễn Văn An", "TRẦN THỊ BÌNH", "Lê Hoà"][usize::from(person % 3)];
    format!("{code},1.00{procedure}193,{name},{id},{date},{status},50.000\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn any_night_is_the_same_in_parts(
        hub in prop::collection::vec(cells(), 0..60),
        portal in prop::collection::vec(cells(), 0..60),
        parts in 1usize..9,
        key_at_most in 1usize..20,
    ) {
        let export = |header: &str, rows: &[(u8, u8, u8, u8, u8)], is_portal: bool| {
            rows.iter().fold(header.to_owned(), |text, cells| text + &row(*cells, is_portal))
        };
        let (left, right) = (export(HUB_HEADER, &hub, false), export(PORTAL_HEADER, &portal, true));
        let night = TwoSystems::new(left.as_bytes(), right.as_bytes());
        let pipeline = night.folder.path().join("pipeline.toml");
        std::fs::write(&pipeline, format!("{TWO_SYSTEMS}\n[rules]\nkey_at_most = {key_at_most}\n")).expect("written");
        same_night(text(&pipeline), night.folder.path(), &[&parts.to_string()]);
    }
}

/// A ministry with numbers of its own, in an order that the hub's codes do not tell, and some codes that many have.
#[test]
fn numbers_of_their_own_are_the_same_night_in_parts() {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let code = |number: usize| match number % 97 {
        0 => "000-1".to_owned(),
        _ => format!("H28.05-240103-{number:04}"),
    };
    let (count, spread) = (3_000, 1_337);
    let hub = "ma,ten,nhan\n".to_owned()
        + &lines(count, &|number| format!("{},Tên {number},2024-01-03\n", code(number)));
    let own = |number: usize| {
        format!("BTP{:05},{},Tên {number},2024-01-03\n", number * spread % 10_007, code(number))
    };
    let ministry = "so,ma,ten,nhan\n".to_owned() + &lines(count, &own);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("hub.csv"), hub).expect("written");
    std::fs::write(folder.path().join("ministry.csv"), ministry).expect("written");
    let pipeline = folder.path().join("pipeline.toml");
    let text_of = r#"
[pipeline]
name = "own-numbers"
as_of = 2024-02-01T00:00:00
hub = "hub"
fail_at = "never"

[privacy]
identifiers = "plain"

[rules]
key_at_most = 20

[[system]]
name = "hub"
role = "hub"
files = ["hub.csv"]
format = "csv"
[system.columns]
code = "ma"
owner_name = "ten"
received_at = "nhan"

[[system]]
name = "ministry"
role = "ministry"
files = ["ministry.csv"]
format = "csv"
[system.columns]
code = "so"
hub_code = "ma"
owner_name = "ten"
received_at = "nhan"
"#;
    std::fs::write(&pipeline, text_of).expect("written");
    same_night(text(&pipeline), folder.path(), &["2", "5", "40"]);
    let out = tempfile::tempdir().expect("out");
    run(text(&pipeline), folder.path(), out.path(), &["--parts", "5"]);
    assert_eq!(table(out.path(), "links").len(), count - count.div_ceil(97));
}

/// What many records share is no identity: it holds no part together, and is told.
#[test]
fn what_a_third_of_all_rows_share_holds_no_part_together() {
    const CODE: &str = "H28.05-240103-0777";
    let with = |line: &str, at: usize, value: &str| {
        let own = line.split(',').nth(at).expect("a cell");
        line.replacen(own, value, 1)
    };
    for (at, value) in [(0, CODE), (3, "017090100123")] {
        for sides in [[true, true], [true, false], [false, true]] {
            let (mut hub, mut portal) = TwoSystems::exports(300);
            for number in 0..150 {
                let (left, right) = dossier(1000 + number);
                hub.push_str(&if sides[0] { with(&left, at, value) } else { left });
                portal.push_str(&if sides[1] { with(&right, at, value) } else { right });
            }
            let night = TwoSystems::new(hub.as_bytes(), portal.as_bytes());
            let pipeline = night.folder.path().join("pipeline.toml");
            std::fs::write(&pipeline, format!("{TWO_SYSTEMS}\n[rules]\nkey_at_most = 100\n"))
                .expect("written");
            same_night(text(&pipeline), night.folder.path(), &["2", "6"]);
            let output = night.run(&["--parts", "6", "--json"]);
            let report: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
            assert!(report["memory"]["largest_part"].as_u64() < Some(250), "{}", report["memory"]);
            let told = |text: &str| {
                let findings = table(&night.out(), "findings");
                findings.iter().filter(|row| row["detail"].starts_with(text)).count()
            };
            let systems = sides.iter().filter(|side| **side).count();
            if at == 0 {
                assert_eq!(told(&format!("{CODE}: 150 records")), systems);
                let records = table(&night.out(), "records");
                let issues = records.iter().filter_map(|row| row.get("parse_issues"));
                assert_eq!(issues.filter(|issues| issues.contains("code_of_many")).count(), 150 * systems);
            } else {
                assert_eq!(report["skipped_groups"], systems, "{report}");
            }
            // Nobody is called missing for a code that was not looked for.
            let findings = table(&night.out(), "findings");
            assert_eq!(findings.iter().filter(|row| row["kind"].starts_with("missing")).count(), 0);
        }
    }
}

#[test]
fn a_night_over_the_limit_is_run_in_parts_and_says_so() {
    let night = TwoSystems::agreeing(500);
    let temp = night.folder.path().join("waits/here");
    let output = night.run(&["--memory", "32MiB", "--temp", text(&temp), "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let memory = &report["memory"];
    assert_eq!(memory["choice"], "in_parts", "{memory}");
    assert_eq!(memory["records"], 1000, "{memory}");
    assert!(memory["estimate"].as_u64() > memory["limit"].as_u64(), "{memory}");
    if cfg!(target_os = "linux") {
        assert!(memory["peak"].as_u64() > Some(0), "{memory}");
    }
    assert_eq!(std::fs::read_dir(&temp).expect("the folder").count(), 0);
    let in_parts = bytes(&night.out());

    let output = night.run(&["--memory", "8GiB"]);
    assert!(stdout(&output).contains("limit 8.0 GiB; run in memory"), "{}", stdout(&output));
    assert_eq!(bytes(&night.out()), in_parts);
    let output = night.run(&["--parts", "2", "--lang", "vi", "--replace"]);
    assert!(stdout(&output).contains("chạy thành 2 phần"), "{}", stdout(&output));
}

#[test]
fn what_looks_at_all_records_is_run_in_memory_and_says_so() {
    let night = TwoSystems::agreeing(50);
    let pipeline = night.folder.path().join("pipeline.toml");
    let scored = format!("{TWO_SYSTEMS}\n[[ladder]]\nrung = \"scored\"\n");
    std::fs::write(&pipeline, scored).expect("written");
    let output = night.run(&["--memory", "1MiB"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told = "in memory: the scored rung looks at all records at once";
    assert!(stdout(&output).contains(told), "{}", stdout(&output));
    let output = night.run(&["--memory", "1MiB", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(report["memory"]["because"], "the scored rung looks at all records at once");
}

#[test]
fn a_size_without_a_unit_and_a_folder_that_is_none_are_refused() {
    let night = TwoSystems::agreeing(5);
    for size in ["2", "2 apples", "-1GiB", "0MB"] {
        assert_eq!(code(&night.run(&["--memory", size])), 2, "{size}");
    }
    let file = night.folder.path().join("hub.csv");
    let output = night.run(&["--memory", "1MiB", "--temp", text(&file)]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("--temp"), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn a_killed_run_leaves_nothing_that_waited() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 12_000, 9, folder.path());
    let (temp, out) = (folder.path().join("waits"), folder.path().join("out"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_doisoat"))
        .args(["run", "pipelines/hoa-binh-2024q1.toml", "--input", text(folder.path()), "--out", text(&out)])
        .args(["--parts", "5", "--temp", text(&temp), "--quiet"])
        .current_dir(root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    for _ in 0..30_000 {
        if temp.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(150));
    child.kill().expect("killed");
    child.wait().expect("it has ended");
    assert_eq!(std::fs::read_dir(&temp).expect("the folder").count(), 0);
    let output = run("pipelines/hoa-binh-2024q1.toml", folder.path(), &out, &["--parts", "5"]);
    assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
}

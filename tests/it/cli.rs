//! Exit codes, messages, help: what a person or a script sees.

use crate::support::{HUB_HEADER, TwoSystems, code, doisoat, dossier, root, stderr, stdout, text};

#[test]
fn a_clean_night_exits_0() {
    let night = TwoSystems::agreeing(5);
    let output = night.run(&[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("FINDINGS\n  none"), "{}", stdout(&output));
}

#[test]
fn a_finding_above_the_threshold_exits_1() {
    let (hub, portal) = TwoSystems::exports(5);
    let (lines, last) = portal.trim_end().rsplit_once('\n').expect("lines");
    let night = TwoSystems::new(hub.as_bytes(), format!("{lines}\n").as_bytes());
    let output = night.run(&[]);
    assert_eq!(code(&output), 1, "{last} is missing on the portal: {}", stdout(&output));
    assert!(stdout(&output).contains("missing_on_portal"));
}

#[test]
fn a_threshold_can_be_switched_off() {
    let (hub, _) = TwoSystems::exports(5);
    let night = TwoSystems::new(hub.as_bytes(), TwoSystems::exports(4).1.as_bytes());
    let path = night.folder.path().join("pipeline.toml");
    let pipeline = std::fs::read_to_string(&path).expect("pipeline");
    std::fs::write(&path, pipeline.replace("hub = \"mot_cua\"", "hub = \"mot_cua\"\nfail_at = \"never\""))
        .expect("written");
    assert_eq!(code(&night.run(&[])), 0);
}

#[test]
fn wrong_use_exits_2() {
    assert_eq!(code(&doisoat(&["run"])), 2);
    assert_eq!(code(&doisoat(&["frobnicate"])), 2);
    assert_eq!(code(&doisoat(&["run", "no/such/pipeline.toml"])), 2);
    assert_eq!(code(&doisoat(&["run", "pipelines/sample.toml", "--as-of", "yesterday"])), 2);
    assert_eq!(code(&doisoat(&["generate", "no-such-profile", "--out", "target/tmp/none"])), 2);
    assert_eq!(code(&doisoat(&["evaluate", "no/such/out", "no/such/truth"])), 2);
}

#[test]
fn help_and_version_exit_0() {
    for arguments in [["--help"], ["--version"]] {
        let output = doisoat(&arguments);
        assert_eq!(code(&output), 0);
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn a_disk_that_refuses_exits_3() {
    let night = TwoSystems::agreeing(3);
    // A file stands where a table's folder must go.
    std::fs::create_dir_all(night.out()).expect("out");
    std::fs::write(night.out().join("cases"), b"in the way").expect("written");
    let output = night.run(&[]);
    assert_eq!(code(&output), 3, "{}", stderr(&output));
    assert!(stderr(&output).contains("cases"), "{}", stderr(&output));
}

#[test]
fn a_missing_feed_exits_4_and_says_nothing_of_absence() {
    let night = TwoSystems::agreeing(5);
    std::fs::remove_file(night.folder.path().join("portal.csv")).expect("removed");
    let output = night.run(&[]);
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    let report = stdout(&output);
    assert!(report.contains("missing: the file is not there"), "{report}");
    assert!(report.contains("FINDINGS\n  none"), "{report}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_exits_130() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::support::generate("all-errors", 20_000, 1, folder.path());
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_doisoat"))
        .args(["run", "pipelines/hoa-binh-2024q1.toml", "--input", text(folder.path())])
        .args(["--out", text(&folder.path().join("out"))])
        .current_dir(root())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("starts");
    std::thread::sleep(std::time::Duration::from_millis(300));
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill");
    assert!(sent.success());
    let mut child = child;
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    assert!(!folder.path().join("out/_runs").exists(), "an interrupted run commits nothing");
}

#[test]
fn json_is_for_machines() {
    let night = TwoSystems::agreeing(3);
    let output = night.run(&["--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["feeds"][0]["rows"], 3);
    assert_eq!(report["verdicts"][1]["counts"][0], 3);
}

#[test]
fn the_report_speaks_vietnamese() {
    let night = TwoSystems::agreeing(3);
    let report = stdout(&night.run(&["--lang", "vi"]));
    assert!(report.contains("DỮ LIỆU NHẬN") && report.contains("KẾT LUẬN"), "{report}");
    assert!(report.contains("  tốt") && !report.contains("healthy"), "{report}");
}

#[test]
fn check_names_every_mistake_with_its_line_and_what_was_meant() {
    let night = TwoSystems::agreeing(3);
    let path = night.folder.path().join("pipeline.toml");
    let wrong = std::fs::read_to_string(&path)
        .expect("pipeline")
        .replace("role = \"portal\"", "roel = \"portal\"")
        .replace("code = \"Mã hồ sơ\"", "cod = \"Mã hồ sơ\"")
        .replace("\"10\" = 10", "\"10\" = 11")
        .replace("window = \"5d\"", "window = \"5 weeks\"")
        .replace("\"yyyyMMddHHmmss\"", "\"yyyy-mm-dd\"");
    std::fs::write(&path, wrong).expect("written");
    let output = doisoat(&["check", text(&path)]);
    assert_eq!(code(&output), 2);
    let said = stderr(&output);
    for expected in [
        "unknown key `roel`",
        "did you mean `role`?",
        "unknown field `cod`",
        "did you mean `code`?",
        "`10` is not mapped to 1..10",
        "`5 weeks` is not a span of time",
        "minutes",
    ] {
        assert!(said.contains(expected), "lacks `{expected}`:\n{said}");
    }
    assert!(said.lines().filter(|line| line.trim_start().starts_with("line ")).count() >= 5, "{said}");
}

#[test]
fn check_holds_the_mapping_against_the_headers() {
    let night = TwoSystems::agreeing(3);
    let path = night.folder.path().join("pipeline.toml");
    let wrong = std::fs::read_to_string(&path).expect("pipeline").replace("\"Chủ hồ sơ\"", "\"Chủ hồ sở\"");
    std::fs::write(&path, wrong).expect("written");
    let output = doisoat(&["check", text(&path), "--input", text(night.folder.path())]);
    assert_eq!(code(&output), 2);
    let said = stderr(&output);
    assert!(said.contains("hub.csv: has no column `Chủ hồ sở` for `owner_name`"), "{said}");
    assert!(said.contains("did you mean `Chủ hồ sơ`?"), "{said}");
    assert!(said.contains("line 16: hub.csv"), "{said}");
}

#[test]
fn check_names_a_wrong_key_and_a_wrong_column_at_once_and_needs_no_as_of() {
    let night = TwoSystems::agreeing(3);
    let path = night.folder.path().join("pipeline.toml");
    let pipeline = std::fs::read_to_string(&path).expect("pipeline");
    let nightly = pipeline.replace("as_of = 2024-02-01T02:00:00\n", "");
    std::fs::write(&path, &nightly).expect("written");
    let output = doisoat(&["check", text(&path), "--input", text(night.folder.path())]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(code(&night.run(&[])), 2, "a run has to know its night");
    assert_eq!(code(&night.run(&["--as-of", "2024-02-01T02:00:00"])), 0);
    let wrong = nightly
        .replace("hub = \"mot_cua\"", "hub = \"mot_cua\"\ntitel = \"x\"")
        .replace("\"Lệ phí\"", "\"Lệ phì\"");
    std::fs::write(&path, wrong).expect("written");
    let said = stderr(&doisoat(&["check", text(&path), "--input", text(night.folder.path())]));
    assert!(said.contains("unknown key `titel`") && said.contains("did you mean `Lệ phí`?"), "{said}");
}

#[test]
fn the_shipped_pipelines_are_in_order() {
    for entry in std::fs::read_dir(root().join("pipelines")).expect("pipelines") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let output = doisoat(&["check", text(&path), "--input", "target/tmp/no-exports-here"]);
            assert_eq!(code(&output), 0, "{}", stderr(&output));
        }
    }
}

#[test]
fn no_personal_value_reaches_a_log_or_an_error() {
    let (hub, portal) = dossier(7);
    let id = hub.split(',').nth(3).expect("an id").to_owned();
    let broken = format!("{HUB_HEADER}{}", hub.replace("Đã trả kết quả", "Trần Thị Bí Mật"));
    let portal = format!("{}{}", crate::support::PORTAL_HEADER, portal.replace("50000", "năm mươi"));
    let night = TwoSystems::new(broken.as_bytes(), portal.as_bytes());
    let output = night.run(&[]);
    let said = stdout(&output) + &stderr(&output);
    assert!(!said.contains(&id) && !said.contains("Nguyễn Văn An"), "{said}");
}

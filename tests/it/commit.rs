//! Nothing is published half, nothing of another run is clobbered.

use std::process::{Command, Stdio};

use crate::support::{TwoSystems, bytes, code, generate, root, run, stderr, text};

#[test]
fn the_same_inputs_give_the_same_bytes_again() {
    let night = TwoSystems::agreeing(20);
    night.run(&[]);
    let first = bytes(&night.out());
    assert_eq!(code(&night.run(&[])), 0, "the same run may be repeated without --replace");
    assert_eq!(bytes(&night.out()), first);
}

#[test]
fn other_inputs_for_the_same_date_need_replace_and_keep_the_trail() {
    let night = TwoSystems::agreeing(20);
    night.run(&[]);
    let first = bytes(&night.out());
    let (hub, _) = TwoSystems::exports(19);
    std::fs::write(night.folder.path().join("hub.csv"), hub).expect("written");
    let refused = night.run(&[]);
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).contains("--replace"), "{}", stderr(&refused));
    assert_eq!(bytes(&night.out()), first, "a refused run changes nothing");

    assert_eq!(code(&night.run(&["--replace"])), 1);
    let manifests: Vec<String> =
        bytes(&night.out()).into_keys().filter(|name| name.ends_with("manifest.json")).collect();
    assert_eq!(manifests.len(), 2, "both manifests are kept: {manifests:?}");
    let newest = manifests
        .iter()
        .map(|name| std::fs::read_to_string(night.out().join(name)).expect("a manifest"))
        .map(|manifest| serde_json::from_str::<serde_json::Value>(&manifest).expect("JSON"))
        .max_by_key(|manifest| manifest["revision"].as_u64())
        .expect("a manifest");
    assert_eq!(newest["revision"], 2);
    assert!(newest["replaces"].is_string());
}

#[test]
fn the_manifest_lists_every_output_with_its_hash() {
    use sha2::{Digest, Sha256};
    let night = TwoSystems::agreeing(20);
    night.run(&[]);
    let files = bytes(&night.out());
    let manifest = files.iter().find(|(name, _)| name.ends_with("manifest.json")).expect("a manifest").1;
    let manifest: serde_json::Value = serde_json::from_slice(manifest).expect("JSON");
    let outputs = manifest["outputs"].as_array().expect("outputs");
    assert_eq!(outputs.len(), files.len() - 1);
    for output in outputs {
        let file = &files[output["file"].as_str().expect("a file")];
        let hash: String = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(output["sha256"], hash.as_str());
        assert_eq!(output["bytes"], file.len());
    }
}

#[cfg(unix)]
#[test]
fn a_killed_run_leaves_no_trace_in_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 5_000, 1, folder.path());
    let pipeline = "pipelines/hoa-binh-2024q1.toml";
    let whole = tempfile::tempdir().expect("out");
    run(pipeline, folder.path(), whole.path(), &[]);
    let expected = bytes(whole.path());

    let out = tempfile::tempdir().expect("out");
    let mut committed_early = 0;
    for delay in [20, 120, 250, 400, 600, 900, 1200] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_doisoat"))
            .args(["run", pipeline, "--input", text(folder.path()), "--out", text(out.path())])
            .current_dir(root())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        std::thread::sleep(std::time::Duration::from_millis(delay));
        let _ = child.kill();
        child.wait().expect("ends");
        let files = bytes(out.path());
        // A manifest that is written and not yet in its place commits nothing.
        if files.keys().any(|name| name.starts_with("_runs") && name.ends_with("manifest.json")) {
            committed_early += 1;
            for (name, content) in &expected {
                assert_eq!(files.get(name), Some(content), "{name} is committed, so it is whole");
            }
        }
    }
    run(pipeline, folder.path(), out.path(), &[]);
    assert_eq!(bytes(out.path()), expected, "{committed_early} of the killed runs had committed");
}

#[test]
fn two_runs_at_once_do_not_mix() {
    let night = TwoSystems::agreeing(20);
    std::fs::create_dir_all(night.out()).expect("out");
    let lock = std::fs::File::create(night.out().join("_lock")).expect("a lock");
    lock.lock().expect("locked");
    let output = night.run(&[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("in use by another run"), "{}", stderr(&output));
}

#[test]
fn a_commit_cut_off_leaves_the_date_as_it_was() {
    let night = TwoSystems::agreeing(20);
    night.run(&[]);
    let before = bytes(&night.out());
    // The next run of the date meets a file where the folder of its last table must go.
    let summary = night.out().join("summary");
    std::fs::rename(&summary, night.folder.path().join("aside")).expect("moved");
    std::fs::write(&summary, b"in the way").expect("written");
    std::fs::write(night.folder.path().join("hub.csv"), TwoSystems::exports(19).0).expect("written");
    assert_eq!(code(&night.run(&["--replace"])), 3);
    std::fs::remove_file(&summary).expect("removed");
    std::fs::rename(night.folder.path().join("aside"), &summary).expect("moved back");
    assert_eq!(bytes(&night.out()), before);
}

#[test]
fn a_run_killed_between_renames_is_undone_by_the_next() {
    let night = TwoSystems::agreeing(20);
    night.run(&[]);
    let before = bytes(&night.out());
    // What a kill leaves when `cases` has been moved aside and its successor put in place.
    let (out, date) = (night.out(), "run_date=2024-02-01");
    let temporary = out.join("_tmp");
    std::fs::create_dir_all(temporary.join("_old")).expect("made");
    std::fs::rename(out.join("cases").join(date), temporary.join("_old/cases")).expect("moved");
    std::fs::create_dir_all(out.join("cases").join(date)).expect("made");
    std::fs::write(out.join("cases").join(date).join("part-0000.parquet"), b"half").expect("written");
    let intent = r#"{"run_id": "NOTCOMMITTED0000", "run_date": "2024-02-01", "revision": 2, "names": ["cases"], "stood": ["cases"]}"#;
    std::fs::write(temporary.join("intent.json"), intent).expect("written");
    // A refused run is enough to mend the date.
    std::fs::write(night.folder.path().join("hub.csv"), TwoSystems::exports(19).0).expect("written");
    assert_eq!(code(&night.run(&[])), 2);
    assert_eq!(bytes(&out), before);
}

#[test]
fn a_repeated_run_killed_between_renames_loses_no_table() {
    let night = TwoSystems::agreeing(20);
    night.run(&[]);
    let before = bytes(&night.out());
    let (out, date) = (night.out(), "run_date=2024-02-01");
    let manifest = before.iter().find(|(name, _)| name.ends_with("manifest.json")).expect("a manifest").1;
    let manifest: serde_json::Value = serde_json::from_slice(manifest).expect("JSON");
    let temporary = out.join("_tmp");
    std::fs::create_dir_all(temporary.join("_old")).expect("made");
    std::fs::rename(out.join("cases").join(date), temporary.join("_old/cases")).expect("moved");
    let intent = format!(
        r#"{{"run_id": {}, "run_date": "2024-02-01", "revision": 1, "names": ["cases"], "stood": ["cases"]}}"#,
        manifest["run_id"]
    );
    std::fs::write(temporary.join("intent.json"), intent).expect("written");
    std::fs::write(night.folder.path().join("hub.csv"), TwoSystems::exports(19).0).expect("written");
    assert_eq!(code(&night.run(&[])), 2);
    assert_eq!(bytes(&out), before);
}

/// The undoing itself may be cut off: what it gave back already is not taken for what the dead run put there.
#[test]
fn an_undoing_cut_off_loses_no_table() {
    let night = TwoSystems::agreeing(20);
    night.run(&[]);
    let before = bytes(&night.out());
    let temporary = night.out().join("_tmp");
    std::fs::create_dir_all(&temporary).expect("made");
    let intent = r#"{"run_id": "NOTCOMMITTED0000", "run_date": "2024-02-01", "revision": 2,
        "names": ["cases", "links"], "stood": ["cases", "links"]}"#;
    std::fs::write(temporary.join("intent.json"), intent).expect("written");
    std::fs::write(night.folder.path().join("hub.csv"), TwoSystems::exports(19).0).expect("written");
    assert_eq!(code(&night.run(&[])), 2);
    assert_eq!(bytes(&night.out()), before);
}

/// A repeated run leaves what is right where it is, and mends what is not.
#[cfg(unix)]
#[test]
fn a_repeated_run_moves_only_what_was_damaged() {
    use std::os::unix::fs::MetadataExt;
    let night = TwoSystems::agreeing(20);
    night.run(&[]);
    let before = bytes(&night.out());
    let node = |name: &str| {
        let file = night.out().join(name).join("run_date=2024-02-01/part-0000.parquet");
        std::fs::metadata(file).expect("a file").ino()
    };
    let records = node("records");
    let damaged = night.out().join("cases/run_date=2024-02-01/part-0000.parquet");
    std::fs::write(&damaged, b"damaged").expect("written");
    let stray = night.out().join("links/run_date=2024-02-01/stray.parquet");
    std::fs::write(&stray, b"stray").expect("written");
    assert_eq!(code(&night.run(&[])), 0);
    assert_eq!(bytes(&night.out()), before);
    assert_eq!(node("records"), records);
    assert!(!stray.exists());
}

#[test]
fn a_first_run_that_fails_to_commit_leaves_no_table() {
    let night = TwoSystems::agreeing(20);
    std::fs::create_dir_all(night.out()).expect("out");
    std::fs::write(night.out().join("summary"), b"in the way").expect("written");
    assert_eq!(code(&night.run(&[])), 3);
    assert_eq!(bytes(&night.out()).into_keys().collect::<Vec<_>>(), ["summary"]);
}

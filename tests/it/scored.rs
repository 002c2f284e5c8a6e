//! The scored rung on generated exports: no code is looked at, and the truth is what was planted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::{Row, bytes, code, doisoat, generate, root, run, stderr, stdout, table, text};

/// The pipeline of the generated province with another ladder.
fn pipeline(folder: &Path, ladder: &str) -> PathBuf {
    let shipped = std::fs::read_to_string(root().join("pipelines/hoa-binh-2024q1.toml")).expect("a pipeline");
    let start = shipped.find("[[ladder]]").expect("a ladder");
    let end = start + shipped[start..].find("\n[severity]").expect("what follows the ladder");
    let file = folder.join("scored.toml");
    std::fs::write(&file, format!("{}{ladder}\n{}", &shipped[..start], &shipped[end..])).expect("written");
    std::fs::copy(root().join("pipelines/demo.key"), folder.join("demo.key")).expect("a key");
    file
}

const ALONE: &str = "[[ladder]]\nrung = \"scored\"\n";

fn cell<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn number(row: &Row, column: &str) -> f64 {
    cell(row, column).parse().unwrap_or_else(|_| panic!("{column}: {:?}", row.get(column)))
}

#[test]
fn without_any_code_dossiers_are_found_and_none_is_linked_wrongly() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 6_000, 7, folder.path());
    let pipeline = pipeline(folder.path(), ALONE);
    let out = folder.path().join("out");
    run(text(&pipeline), folder.path(), &out, &[]);
    let output = doisoat(&["evaluate", text(&out), text(&folder.path().join("truth")), "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let evaluation: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let count = |score: &serde_json::Value, part: &str| score[part].as_u64().expect("a count");
    let links = evaluation["links"].as_object().expect("links");
    let (mut planted, mut found) = (0, 0);
    for (_, score) in links.iter().filter(|(name, _)| name.starts_with("reach")) {
        planted += count(score, "planted");
        found += count(score, "found");
    }
    let scored = &links["rung scored"];
    let (claimed, right) = (count(scored, "claimed"), count(scored, "right"));
    assert!(planted > 8_000, "{planted} planted");
    assert!(found as f64 >= 0.998 * planted as f64, "found {found} of {planted}");
    assert!(right as f64 >= 0.998 * claimed as f64, "right {right} of {claimed}");

    // What speaks for a link adds up to its weight, and nothing else is told of.
    let links = table(&out, "links");
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    let evidence = table(&out, "link_evidence");
    for row in &evidence {
        *sums.entry(cell(row, "link_id")).or_default() += number(row, "weight");
    }
    assert_eq!(sums.len(), links.len());
    for link in &links {
        let sum = sums[cell(link, "link_id")];
        assert!((sum - number(link, "weight")).abs() < 0.02, "{sum} of {link:?}");
        assert_eq!(cell(link, "rung"), "scored");
    }
    let numbers: Vec<&str> = evidence
        .iter()
        .filter(|row| cell(row, "field") == "id_number")
        .map(|row| cell(row, "left_value"))
        .collect();
    assert!(!numbers.is_empty());
    assert!(numbers.iter().all(|number| number.len() == 32), "a personal number in clear");
}

/// A hub that writes no seconds beside a ministry that does: what is left out on one side is no difference.
#[test]
fn receipts_without_seconds_are_the_same_to_the_minute() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut hub, mut other) = (String::from("ma,ten,so,ngay\n"), String::from("ma,ten,so,ngay\n"));
    for person in 0..100 {
        let (name, minute) = (format!("Nguyễn Văn {}", char::from(b'A' + person % 26)), person % 60);
        let day = 1 + person % 28;
        hub += &format!(
            "H15.50-2610{day:02}-{person:04},{name},0380910{person:05},{day:02}/10/2026 09:{minute:02}\n"
        );
        let seconds = 1 + person % 58;
        other +=
            &format!("BN-{person},{name},0380910{person:05},{day:02}/10/2026 09:{minute:02}:{seconds:02}\n");
    }
    std::fs::write(folder.path().join("hub.csv"), hub).expect("written");
    std::fs::write(folder.path().join("other.csv"), other).expect("written");
    let system = |name: &str, role: &str, format: &str| {
        format!(
            "[[system]]\nname = \"{name}\"\nrole = \"{role}\"\nfiles = [\"{name}.csv\"]\ndates = [\"{format}\"]\n\
             [system.columns]\ncode = \"ma\"\nowner_name = \"ten\"\nid_number = \"so\"\nreceived_at = \"ngay\"\n"
        )
    };
    let pipeline = folder.path().join("minutes.toml");
    let text_of = format!(
        "[pipeline]\nname = \"minutes\"\nhub = \"hub\"\nas_of = 2026-11-05T00:00:00\n[privacy]\nidentifiers = \"plain\"\n{}{}{}{ALONE}",
        system("hub", "hub", "dd/MM/yyyy HH:mm"),
        system("other", "ministry", "dd/MM/yyyy HH:mm:ss"),
        "[system.sync]\ncodes = \"own\"\n",
    );
    std::fs::write(&pipeline, text_of).expect("written");
    let out = folder.path().join("out");
    run(text(&pipeline), folder.path(), &out, &[]);
    let links = table(&out, "links");
    assert_eq!(links.len(), 100);
    assert!(links.iter().all(|link| cell(link, "state") == "linked"));
}

#[test]
fn threads_and_the_order_of_rows_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 600, 3, folder.path());
    let pipeline = pipeline(folder.path(), ALONE);
    let (one, two, turned) =
        (folder.path().join("one"), folder.path().join("two"), folder.path().join("turned"));
    run(text(&pipeline), folder.path(), &one, &["--threads", "1"]);
    run(text(&pipeline), folder.path(), &two, &["--threads", "2"]);
    assert_eq!(bytes(&one), bytes(&two));
    let hub = folder.path().join("mot_cua.csv");
    let written = std::fs::read_to_string(&hub).expect("the hub");
    let mut lines: Vec<&str> = written.lines().collect();
    lines[1..].reverse();
    std::fs::write(&hub, lines.join("\n") + "\n").expect("written");
    run(text(&pipeline), folder.path(), &turned, &[]);
    let links = |out: &Path| -> Vec<Row> {
        ["links", "link_evidence"].iter().flat_map(|name| table(out, name)).collect()
    };
    assert_eq!(links(&one), links(&turned));
}

#[test]
fn a_model_is_trained_read_back_and_part_of_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 2_000, 5, folder.path());
    let shipped = pipeline(folder.path(), ALONE);
    let model = folder.path().join("model.toml");
    let output = doisoat(&["train", text(&shipped), "--model", text(&model), "--input", text(folder.path())]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("converged in"), "{}", stdout(&output));
    let first = std::fs::read(&model).expect("a model");
    doisoat(&["train", text(&shipped), "--model", text(&model), "--input", text(folder.path())]);
    assert_eq!(first, std::fs::read(&model).expect("a model"), "trained twice, the same bytes");

    let (by_shipped, by_own) = (folder.path().join("shipped"), folder.path().join("own"));
    run(text(&shipped), folder.path(), &by_shipped, &[]);
    let own = pipeline(folder.path(), "[[ladder]]\nrung = \"scored\"\nmodel = \"model.toml\"\n");
    run(text(&own), folder.path(), &by_own, &[]);
    let weights = |out: &Path| -> Vec<String> {
        table(out, "links").iter().map(|row| cell(row, "weight").to_owned()).collect()
    };
    assert_ne!(weights(&by_shipped), weights(&by_own));
}

#[test]
fn a_pair_is_explained_in_both_languages_without_personal_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 600, 3, folder.path());
    let with = pipeline;
    let pipeline = with(folder.path(), ALONE);
    let out = folder.path().join("out");
    run(text(&pipeline), folder.path(), &out, &[]);
    let codes: BTreeMap<String, String> = table(&out, "records")
        .iter()
        .map(|row| (cell(row, "record_id").to_owned(), cell(row, "code").to_owned()))
        .collect();
    let links = table(&out, "links");
    let link = links.iter().find(|row| cell(row, "right_system") == "dvcqg").expect("a link");
    let name = |side: &str| {
        format!(
            "{}:{}",
            cell(link, &format!("{side}_system")),
            codes[cell(link, &format!("{side}_record_id"))]
        )
    };
    let (left, right) = (name("left"), name("right"));
    for (lang, decided, owner) in
        [("en", "decided: linked", "owner_name"), ("vi", "kết luận: ghép", "chủ hồ sơ")]
    {
        let output = doisoat(&[
            "explain",
            text(&pipeline),
            &right,
            &left,
            "--input",
            text(folder.path()),
            "--lang",
            lang,
        ]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let drawn = stdout(&output);
        assert!(drawn.contains(decided) && drawn.contains(owner), "{drawn}");
        let longest = drawn.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        assert!(longest < Some(9), "a personal number in clear: {drawn}");
    }
    // Where codes decide, the rung that did is named, with a scored rung in the ladder and without one.
    for ladder in [
        "[[ladder]]\nrung = \"exact_code\"\n".to_owned() + ALONE,
        "[[ladder]]\nrung = \"exact_code\"\n".to_owned(),
    ] {
        let by_code = with(folder.path(), &ladder);
        let asked = ["explain", text(&by_code), &left, &right, "--input", text(folder.path())];
        let drawn = stdout(&doisoat(&asked));
        assert!(
            drawn.contains(&format!("decided: {left} + {right} linked on the rung `exact_code`")),
            "{drawn}"
        );
        assert!(drawn.contains("by the scores alone: linked"), "{drawn}");
    }
    let output =
        doisoat(&["explain", text(&pipeline), "mot_cua:no-such", &right, "--input", text(folder.path())]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("no record mot_cua:no-such"), "{}", stderr(&output));
}

#[test]
fn what_the_rung_cannot_use_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("settings.toml", "decide = \"one_to_one\"\ncomparison = []\nblock = []\n");
    write("odd.toml", "decide = \"by_magic\"\n");
    write("model.toml", "version = 99\n");
    for (ladder, wanted) in [
        ("settings = \"settings.toml\"\n", "need a `model`"),
        ("settings = \"none.toml\"\nmodel = \"model.toml\"\n", "cannot read `none.toml`"),
        ("settings = \"odd.toml\"\nmodel = \"model.toml\"\n", "`settings`"),
        ("model = \"model.toml\"\n", "`model`"),
        ("threshold = 0.9\n", "threshold"),
        ("\n[[ladder]]\nrung = \"scored\"\n", "one scored rung"),
    ] {
        let pipeline = pipeline(folder.path(), &format!("{ALONE}{ladder}"));
        let output = doisoat(&["check", text(&pipeline)]);
        assert_eq!(code(&output), 2, "{ladder}");
        let said = stderr(&output) + &stdout(&output);
        assert!(said.contains(wanted) && said.contains("line 25"), "{ladder}: {said}");
    }
}

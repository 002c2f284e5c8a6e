//! Precision and recall on generated exports with every kind of planted error.

use crate::support::{code, doisoat, generate, run, stderr, text};

#[test]
fn what_the_ladder_can_see_it_finds() {
    for (profile, dossiers) in [("all-errors", 6_000), ("hoa-binh-2024q1", 6_000)] {
        let folder = tempfile::tempdir().expect("a folder");
        generate(profile, dossiers, 20, folder.path());
        let out = folder.path().join("out");
        run("pipelines/hoa-binh-2024q1.toml", folder.path(), &out, &[]);
        let output = doisoat(&["evaluate", text(&out), text(&folder.path().join("truth")), "--json"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let evaluation: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let share = |score: &serde_json::Value, part: &str, whole: &str| {
            let whole = score[whole].as_f64().expect("a count");
            if whole == 0.0 { 1.0 } else { score[part].as_f64().expect("a count") / whole }
        };
        let links = &evaluation["links"];
        assert_eq!(
            share(&links["rung exact_code"], "right", "claimed"),
            1.0,
            "{profile}: links by code, precision"
        );
        assert_eq!(share(&links["reach code"], "found", "planted"), 1.0, "{profile}: links by code, recall");
        let findings = evaluation["findings"].as_object().expect("findings");
        assert!(findings.len() >= 25, "{profile}: {} kinds", findings.len());
        for (kind, score) in findings.iter().chain([(&"duplicates".to_owned(), &evaluation["duplicates"])]) {
            assert!(share(score, "right", "claimed") >= 0.99, "{profile}: {kind} precision {score}");
            assert!(share(score, "found", "planted") >= 0.99, "{profile}: {kind} recall {score}");
        }
    }
}

//! Outside tables of how common values are, in pipelines of tables and in settings of the scored rung.

use std::path::Path;

use crate::support::{code, doisoat, generate, root, run, stderr, stdout, table, text};
use crate::tables_made::{customers, pipeline, write_csv};

/// A pipeline of one table of customers, with `more` in the comparison of the given field.
fn of_tables(folder: &Path, field: &str, more: &str) {
    let written = pipeline(&["a"], "cluster");
    let at = written.find(&format!("field = \"{field}\"")).expect("the comparison");
    let end = at + written[at..].find('\n').expect("its end") + 1;
    let text = format!("{}{more}\n{}", &written[..end], &written[end..]);
    std::fs::write(folder.join("pipeline.toml"), text).expect("written");
}

fn checked(folder: &Path) -> (i32, String) {
    let output = doisoat(&["check", text(&folder.join("pipeline.toml")), "--input", text(folder)]);
    (code(&output), stdout(&output) + &stderr(&output))
}

fn put(folder: &Path, name: &str, content: &str) {
    std::fs::write(folder.join(name), content).expect("written");
}

#[test]
fn a_table_of_ones_own_is_read_and_part_of_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.csv", &write_csv(&customers(200)));
    let ran = |name: &str| -> String {
        let out = folder.path().join(name);
        let output = run(text(&folder.path().join("pipeline.toml")), folder.path(), &out, &[]);
        assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
        let _ = table(&out, "records");
        let runs = std::fs::read_dir(out.join("_runs")).expect("runs");
        runs.map(|run| run.expect("a run").file_name().into_string().expect("UTF-8")).collect()
    };
    of_tables(folder.path(), "name", "frequencies = \"names.csv\"");
    put(folder.path(), "names.csv", "value,share\nnobody at all,0.2\n");
    let first = ran("one");
    put(folder.path(), "names.csv", "value,count\nnobody at all,20\nsomebody,80\n");
    assert_ne!(first, ran("two"), "another table is another run");
    of_tables(folder.path(), "name", "frequencies = \"family_names\"");
    assert_ne!(first, ran("three"));
}

#[test]
fn what_is_wrong_with_it_is_told_with_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "a.csv", &write_csv(&customers(20)));
    of_tables(folder.path(), "name", "frequencies = \"names.csv\"");
    let (status, said) = checked(folder.path());
    assert!(status == 2 && said.contains("cannot read `names.csv`"), "{said}");
    put(folder.path(), "names.csv", "value,share\nsome secret,0.2\nother,7\n");
    let (status, said) = checked(folder.path());
    assert!(status == 2 && said.contains("`names.csv`, line 3: the second cell is not a share"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    put(folder.path(), "names.csv", "value,share\nsome secret,0.2\n");
    assert_eq!(checked(folder.path()).0, 0);
    let written = std::fs::read_to_string(folder.path().join("pipeline.toml")).expect("the pipeline");
    put(folder.path(), "pipeline.toml", &written.replace("term_frequency = true", "term_frequency = false"));
    let (status, said) = checked(folder.path());
    assert!(status == 2 && said.contains("term_frequency = true"), "{said}");
}

#[test]
fn settings_of_the_scored_rung_name_one_too() {
    let folder = tempfile::tempdir().expect("a folder");
    generate("all-errors", 400, 3, folder.path());
    let shipped = |name: &str| std::fs::read_to_string(root().join(name)).expect("a shipped file");
    let pipeline = shipped("pipelines/hoa-binh-2024q1.toml");
    let start = pipeline.find("[[ladder]]").expect("a ladder");
    let end = start + pipeline[start..].find("\n[severity]").expect("what follows the ladder");
    let ladder = "[[ladder]]\nrung = \"scored\"\nsettings = \"own.toml\"\nmodel = \"model.toml\"\n";
    put(folder.path(), "pipeline.toml", &format!("{}{ladder}{}", &pipeline[..start], &pipeline[end..]));
    put(folder.path(), "demo.key", &shipped("pipelines/demo.key"));
    put(folder.path(), "model.toml", &shipped("data/linkage/model.toml"));
    let own = |frequencies: &str| {
        let name = "how = { custom = \"person_name\" }\n";
        let more = format!("{name}{frequencies}\n");
        put(folder.path(), "own.toml", &shipped("data/linkage/dossier.toml").replacen(name, &more, 1));
    };
    let weights = |name: &str| -> Vec<String> {
        let out = folder.path().join(name);
        let output = run(text(&folder.path().join("pipeline.toml")), folder.path(), &out, &[]);
        assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
        table(&out, "links").into_iter().map(|mut row| row.remove("weight").expect("a weight")).collect()
    };
    own("");
    let without = weights("without");
    own("frequencies = \"family_names\"");
    assert_ne!(without, weights("with"), "few records lean on what is known outside");
    own("frequencies = \"names.csv\"");
    put(folder.path(), "names.csv", "value;share\n");
    let (status, said) = checked(folder.path());
    assert!(
        status == 2 && said.contains("comparison `owner_name`: `frequencies`: `names.csv`, line 1"),
        "{said}"
    );
}

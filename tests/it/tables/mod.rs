//! Pipelines of tables that hold no dossiers, on small tables with a known answer.

mod models;
mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::outputs::{columns, documented};
use crate::support::{Row, bytes, code, doisoat, root, run, stderr, stdout, table, text};
use crate::tables_made::{Customer, Dice, customers, damaged, f1, pipeline, write_csv};

/// A folder with a pipeline and its tables.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new(pipeline: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("pipeline.toml"), pipeline).expect("written");
        Self { folder }
    }

    /// Two tables of the same customers: the first as they are, the second damaged, each in an order of its own,
    /// with some customers in one of them only.
    fn two() -> Self {
        let case = Self::new(&pipeline(&["a", "b"], "one_to_one"));
        let (left, right) = two_sides();
        case.csv("a", &left);
        case.csv("b", &right);
        case
    }

    /// As [`Self::two`], with one customer twice on both sides: nothing says who is whom.
    fn twins() -> Self {
        let case = Self::two();
        let (mut left, mut right) = two_sides();
        let twin = |own: &Customer, id: &str| Customer { id: id.to_owned(), ..own.clone() };
        let own = left[100].clone();
        right.retain(|row| number(&row.id) != number(&own.id));
        right.extend([twin(&own, "c901-b"), twin(&own, "c902-b")]);
        left.push(twin(&own, "c903"));
        case.csv("a", &left);
        case.csv("b", &right);
        case
    }

    fn csv(&self, name: &str, rows: &[Customer]) {
        self.put(&format!("{name}.csv"), &write_csv(rows));
    }

    fn put(&self, name: &str, content: &str) {
        std::fs::write(self.folder.path().join(name), content).expect("written");
    }

    fn pipeline(&self) -> PathBuf {
        self.folder.path().join("pipeline.toml")
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.pipeline()).expect("the pipeline");
        assert!(text.contains(from), "`{from}` is not in the pipeline");
        std::fs::write(self.pipeline(), text.replace(from, to)).expect("written");
    }

    /// Runs into a folder of its own and expects exit code 0.
    fn run(&self, out: &str) -> PathBuf {
        let out = self.folder.path().join(out);
        let output = run(text(&self.pipeline()), self.folder.path(), &out, &[]);
        assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
        out
    }
}

fn two_sides() -> (Vec<Customer>, Vec<Customer>) {
    let mut dice = Dice::new(7);
    let all = customers(500);
    let left: Vec<Customer> = all[..460].to_vec();
    let mut right: Vec<Customer> = all[40..].iter().map(|customer| damaged(customer, &mut dice)).collect();
    dice.shuffle(&mut right);
    (left, right)
}

/// The number of a customer in an id such as `c17-b`.
fn number(id: &str) -> &str {
    id.trim_start_matches('c').split('-').next().expect("a number")
}

/// Linked pairs without their order, with state and weight.
fn linked(out: &Path) -> BTreeSet<(String, String, String, String)> {
    let ordered = |row: &Row| {
        let mut ids = [row["left_record_id"].clone(), row["right_record_id"].clone()];
        ids.sort();
        let [first, second] = ids;
        (first, second, row["state"].clone(), row["weight"].clone())
    };
    table(out, "links").iter().map(ordered).collect()
}

#[test]
fn two_tables_are_linked_as_they_were_made() {
    let case = Case::two();
    let out = case.run("out");
    let links = table(&out, "links");
    let own: Vec<&Row> = links.iter().filter(|link| link["state"] == "linked").collect();
    let right = own.iter().filter(|l| number(&l["left_record_id"]) == number(&l["right_record_id"])).count();
    let score = f1(own.len(), right, 420);
    assert!(score >= 0.99, "F1 {score}: {right} of {} right, 420 there", own.len());
    assert!(links.iter().all(|link| link["left_table"] == "a" && link["right_table"] == "b"));

    // The evidence of a link adds up to its weight.
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for row in table(&out, "link_evidence") {
        let bits: f64 = row["bits"].parse().expect("bits");
        *sums.entry(row["link_id"].clone()).or_default() += bits;
        if let (Some(m), Some(u)) = (row.get("m"), row.get("u")) {
            let (m, u): (f64, f64) = (m.parse().expect("m"), u.parse().expect("u"));
            let frequency: f64 = row["frequency_bits"].parse().expect("frequency");
            assert!(((m / u).log2() + frequency - bits).abs() < 0.002, "{row:?}");
        }
    }
    for link in &links {
        let weight: f64 = link["weight"].parse().expect("a weight");
        assert!((sums[&link["link_id"]] - weight).abs() < 0.02, "{link:?}: {}", sums[&link["link_id"]]);
    }

    // Every difference is one between the two records, and none is left out.
    let records: BTreeMap<(String, String), Row> = table(&out, "records")
        .into_iter()
        .map(|row| ((row["table"].clone(), row["record_id"].clone()), row))
        .collect();
    let told: BTreeSet<(String, String)> =
        table(&out, "differences").iter().map(|d| (d["link_id"].clone(), d["field"].clone())).collect();
    let mut expected = BTreeSet::new();
    for link in &own {
        let left = &records[&("a".to_owned(), link["left_record_id"].clone())];
        let right = &records[&("b".to_owned(), link["right_record_id"].clone())];
        for field in ["name", "street", "city", "born", "phone", "spent"] {
            if left.get(field) != right.get(field) {
                expected.insert((link["link_id"].clone(), field.to_owned()));
            }
        }
    }
    assert!(expected.len() > 50, "{}", expected.len());
    assert_eq!(told, expected);

    // Counts tie.
    for row in table(&out, "summary") {
        let count = |name: &str| row[name].parse::<u64>().expect("a count");
        assert_eq!(count("rows"), count("accepted") + count("quarantined"));
        assert_eq!(count("accepted"), count("linked") + count("ambiguous") + count("unlinked"));
        assert_eq!(count("linked"), own.len() as u64, "one to one");
    }
    assert_eq!(table(&out, "clusters").len(), 2 * own.len());
}

#[test]
fn the_order_of_rows_and_tables_does_not_matter() {
    let case = Case::two();
    let first = linked(&case.run("first"));
    let (mut left, mut right) = two_sides();
    let mut dice = Dice::new(99);
    dice.shuffle(&mut left);
    dice.shuffle(&mut right);
    let shuffled = Case::new(&pipeline(&["a", "b"], "one_to_one"));
    shuffled.csv("a", &left);
    shuffled.csv("b", &right);
    assert_eq!(linked(&shuffled.run("out")), first, "rows shuffled");
    let swapped = Case::new(&pipeline(&["b", "a"], "one_to_one"));
    swapped.csv("a", &left);
    swapped.csv("b", &right);
    assert_eq!(linked(&swapped.run("out")), first, "tables swapped");
}

#[test]
fn the_same_inputs_give_the_same_bytes_on_any_number_of_threads() {
    let case = Case::two();
    let first = bytes(&case.run("first"));
    let out = case.folder.path().join("second");
    let output = run(text(&case.pipeline()), case.folder.path(), &out, &["--threads", "1"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let second = bytes(&out);
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (name, content) in &first {
        assert!(second[name] == *content, "{name} differs");
    }
}

#[test]
fn duplicates_of_one_table_are_gathered() {
    let case = Case::new(&pipeline(&["a"], "cluster"));
    let mut dice = Dice::new(3);
    let mut rows = customers(200);
    for copy in 0..3 {
        let copies: Vec<Customer> = rows[..60].iter().map(|own| damaged(own, &mut dice)).collect();
        rows.extend(copies.into_iter().map(|own| Customer { id: format!("{}{copy}", own.id), ..own }));
    }
    dice.shuffle(&mut rows);
    case.csv("a", &rows);
    let out = case.run("out");
    let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table(&out, "clusters") {
        clusters.entry(row["cluster_id"].clone()).or_default().push(row["record_id"].clone());
    }
    let (mut claimed, mut right) = (0, 0);
    for members in clusters.values() {
        for (at, one) in members.iter().enumerate() {
            for other in &members[at + 1..] {
                claimed += 1;
                right += usize::from(number(one) == number(other));
            }
        }
    }
    // Four records of each of 60 customers make six pairs.
    let score = f1(claimed, right, 360);
    assert!(score >= 0.98, "F1 {score}: {right} of {claimed} right");
}

#[test]
fn three_tables_are_gathered_into_cases() {
    let case = Case::new(&pipeline(&["a", "b", "c"], "one_to_one"));
    let mut dice = Dice::new(11);
    let all = customers(300);
    for (name, range) in [("a", 0..260), ("b", 20..300), ("c", 0..300)] {
        let mut rows: Vec<Customer> = all[range].iter().map(|own| damaged(own, &mut dice)).collect();
        dice.shuffle(&mut rows);
        case.csv(name, &rows);
    }
    let model = case.folder.path().join("model.toml");
    let output = doisoat(&["train", text(&case.pipeline()), "--model", text(&model)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let out = case.run("out");
    let mut cases: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in table(&out, "clusters") {
        cases.entry(row["cluster_id"].clone()).or_default().push(row);
    }
    let mut whole = 0;
    for members in cases.values() {
        let tables: BTreeSet<&String> = members.iter().map(|row| &row["table"]).collect();
        assert_eq!(tables.len(), members.len(), "at most one record of each table: {members:?}");
        let numbers: BTreeSet<&str> = members.iter().map(|row| number(&row["record_id"])).collect();
        whole += usize::from(members.len() == 3 && numbers.len() == 1);
    }
    assert!(whole >= 230, "{whole} of 240 customers found in all three tables");
    // A model of every pair of tables judges as training on the night does.
    let trained = linked(&out);
    case.edit("[link]", "[link]\nmodel = \"model.toml\"");
    assert_eq!(linked(&case.run("again")), trained);
}

#[test]
fn ambiguous_pairs_and_lonely_records_can_fail_a_run() {
    let case = Case::two();
    case.edit("[pipeline]\n", "[pipeline]\nfail_at = \"unlinked\"\n");
    let output = run(text(&case.pipeline()), case.folder.path(), &case.out(), &["--lang", "vi"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).contains("đã hội tụ"), "{}", stdout(&output));
}

#[test]
fn two_records_as_alike_as_two_others_are_ambiguous() {
    let case = Case::twins();
    let out = case.run("out");
    let ambiguous: Vec<Row> =
        table(&out, "links").into_iter().filter(|link| link["state"] == "ambiguous").collect();
    let of_twins = ambiguous.iter().filter(|link| link["right_record_id"].starts_with("c90")).count();
    assert!(of_twins >= 2, "{ambiguous:?}");
    let doubt = ambiguous.iter().find(|link| link["right_record_id"].starts_with("c90")).expect("a pair");
    assert_eq!(doubt["doubt"], "rival");
    assert!(doubt.contains_key("margin") && doubt.contains_key("runner_up_left"), "{doubt:?}");
}

#[test]
fn evidence_can_be_kept_to_what_is_not_certain() {
    let case = Case::twins();
    let links = table(&case.run("all"), "links");
    let open: BTreeSet<String> =
        links.iter().filter(|link| link["certain"] == "false").map(|link| link["link_id"].clone()).collect();
    assert!(!open.is_empty() && open.len() < links.len(), "{} of {}", open.len(), links.len());
    case.edit("[link]", "[link]\nevidence = \"uncertain\"");
    let told = |out: &Path| -> BTreeSet<String> {
        table(out, "link_evidence").iter().map(|row| row["link_id"].clone()).collect()
    };
    assert_eq!(told(&case.run("uncertain")), open);
    case.edit("\"uncertain\"", "\"none\"");
    assert!(told(&case.run("none")).is_empty());
}

#[test]
fn no_value_of_a_record_reaches_the_report_or_an_error() {
    let case = Case::two();
    let output = run(text(&case.pipeline()), case.folder.path(), &case.out(), &[]);
    let (said, (left, _)) = (stdout(&output) + &stderr(&output), two_sides());
    for row in &left {
        assert!(!said.contains(&row.name) && !said.contains(&row.phone), "{said}");
    }
}

#[test]
fn every_column_is_documented() {
    let case = Case::two();
    let out = case.run("out");
    let pages = documented();
    let names =
        ["feeds", "quarantine", "records", "links", "link_evidence", "clusters", "differences", "summary"];
    let written = std::fs::read_dir(&out).expect("out").map(|entry| entry.expect("an entry").file_name());
    let written: BTreeSet<String> = written.filter_map(|name| name.into_string().ok()).collect();
    let tables = written.iter().map(String::as_str).filter(|name| !name.starts_with('_'));
    assert_eq!(tables.collect::<BTreeSet<_>>(), names.into_iter().collect());
    for name in names {
        let mut expected: Vec<(String, String)> = Vec::new();
        for (column, kind) in &pages[&format!("tables: {name}")] {
            // One line of the page stands for all fields of a type.
            let fields: &[&str] = match column.as_str() {
                "<text>" => &["name", "street", "city", "phone"],
                "<date>" => &["born"],
                "<number>" => &["spent"],
                own => &[own],
            };
            let kind = if kind == "id" { "text" } else { kind };
            expected.extend(fields.iter().map(|field| ((*field).to_owned(), kind.to_owned())));
        }
        let (mut actual, by_name) = (columns(&out, name), |own: &(String, String)| own.0.clone());
        if name == "records" {
            // Fields stand in the order in which the pipeline maps them.
            actual[5..].sort_by_key(by_name);
            expected[5..].sort_by_key(by_name);
        }
        assert_eq!(actual, expected, "table {name}");
    }
}

#[test]
fn the_shipped_examples_are_in_order() {
    for entry in std::fs::read_dir(root().join("pipelines/examples")).expect("examples") {
        let path = entry.expect("an entry").path();
        let output = doisoat(&["check", text(&path), "--input", "target/tmp/no-exports-here"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
    }
}

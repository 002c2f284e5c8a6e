//! What a pipeline of tables may say, and how its files are read.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Case, linked, number, two_sides};
use crate::support::{Row, code, doisoat, run, stderr, stdout, table, text};
use crate::tables_made::{Customer, ndjson, pipeline, write_csv};

#[test]
fn tables_come_in_any_format_and_what_cannot_be_read_is_set_apart() {
    let case = Case::new(&pipeline(&["a", "b"], "one_to_one"));
    let (left, right) = two_sides();
    // A title and a blank line above the header, semicolons, blank rows between.
    let mut lines: Vec<String> = write_csv(&left).lines().map(|line| line.replace(',', ";")).collect();
    lines.insert(3, ";;;;;;".to_owned());
    lines.insert(7, "c900;cut off".to_owned());
    lines[10] = lines[10].split(';').enumerate().fold(String::new(), |mut row, (at, cell)| {
        let cell = if at == 4 { "31/02/19x0" } else { cell };
        let _ = write!(row, "{}{cell}", if at == 0 { "" } else { ";" });
        row
    });
    case.put("a.csv", &format!("Customers;;;;;;\n;;;;;;\n{}\n", lines.join("\n")));
    case.put("b.ndjson", &ndjson(&right));
    case.edit("\"b.csv\"", "\"b.ndjson\"");
    case.edit("format = \"csv\"\n", "");
    let out = case.run("out");
    let refused = table(&out, "quarantine");
    let of = |scope: &str| refused.iter().filter(|row| row["scope"] == scope).collect::<Vec<_>>();
    let (rows, cells) = (of("row"), of("cell"));
    assert_eq!((rows.len(), cells.len()), (1, 1), "{refused:?}");
    assert_eq!((rows[0]["reason"].as_str(), rows[0]["row"].as_str()), ("ragged_row", "10"));
    let cell = cells[0];
    assert_eq!((cell["file"].as_str(), cell["row"].as_str()), ("a.csv", "13"), "{cell:?}");
    assert_eq!((cell["column"].as_str(), cell["reason"].as_str()), ("birthday", "date_unreadable"));
    assert_eq!(cell["masked_value"], "99/99/99a9");
    let feeds = table(&out, "feeds");
    let a = feeds.iter().find(|feed| feed["table"] == "a").expect("a feed");
    assert_eq!((a["rows"].as_str(), a["accepted"].as_str(), a["set_aside"].as_str()), ("461", "460", "1"));
    assert_eq!(feeds.iter().find(|feed| feed["table"] == "b").expect("a feed")["format"], "ndjson");
    let right =
        linked(&out).iter().filter(|link| link.2 == "linked" && number(&link.0) == number(&link.1)).count();
    assert!(right >= 410, "{right} of 420");
}

#[test]
fn every_table_is_needed() {
    let case = Case::two();
    std::fs::remove_file(case.folder.path().join("b.csv")).expect("removed");
    let output = run(text(&case.pipeline()), case.folder.path(), &case.out(), &[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("b.csv: the file is not there"), "{}", stderr(&output));
    case.put("b.csv", "key,full name,street,city,birthday,phone,spent\n");
    let output = run(text(&case.pipeline()), case.folder.path(), &case.out(), &[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("b.csv: the file has a header but no rows"), "{}", stderr(&output));
    assert!(!case.out().exists(), "nothing is published");
}

#[test]
fn records_without_a_name_or_with_the_same_are_told_apart() {
    let case = Case::two();
    let (mut left, right) = two_sides();
    left[5].id.clear();
    let twin = Customer { id: left[6].id.clone(), ..left[7].clone() };
    left.push(twin);
    case.csv("a", &left);
    case.csv("b", &right);
    let out = case.run("out");
    let refused = table(&out, "quarantine");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((refused[0]["reason"].as_str(), refused[0]["column"].as_str()), ("empty_value", "key"));
    let ids: Vec<String> = table(&out, "records")
        .into_iter()
        .filter(|row| row["table"] == "a")
        .map(|row| row["record_id"].clone())
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique");
    assert!(ids.contains(&format!("{}#2", left[6].id)));
}

#[test]
fn a_field_may_have_any_name_that_no_output_has() {
    for name in ["place", "content"] {
        let case = Case::two();
        case.edit("city", name);
        case.edit(&format!("{name}   = \"{name}\""), &format!("{name} = \"city\""));
        let records = table(&case.run("out"), "records");
        let filled = records.iter().filter(|row| row.contains_key(name)).count();
        assert!(filled * 10 > records.len() * 8, "{name}: {filled} of {}", records.len());
    }
}

#[test]
fn an_id_that_looks_like_a_second_one_stays_its_own() {
    let case = Case::two();
    let (mut left, _) = two_sides();
    let twin = |own: &Customer, id: &str| Customer { id: id.to_owned(), ..own.clone() };
    let (first, second) = (twin(&left[1], "x7"), twin(&left[2], "x7#2"));
    left.extend([first.clone(), first, second]);
    case.csv("a", &left);
    let ids: Vec<String> = table(&case.run("out"), "records")
        .into_iter()
        .filter(|row| row["table"] == "a")
        .map(|row| row["record_id"].clone())
        .collect();
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
    assert!(["x7", "x7#2", "x7#3"].iter().all(|id| ids.iter().any(|own| own == id)));
}

#[test]
fn every_mistake_is_named_with_its_line() {
    let case = Case::two();
    for (from, to) in [
        ("[pipeline]\n", "[pipeline]\ntitel = \"x\"\n"),
        ("type = \"number\"", "type = \"numbr\""),
        ("how = { jaro_winkler", "how = { jaro_winkle"),
        ("on = [\"name:first3\", \"city\"]", "on = [\"nme:first3\", \"city\"]"),
        ("decide = \"one_to_one\"", "decide = \"one_to_on\""),
        ("field = \"street\"", "field = \"stret\""),
    ] {
        case.edit(from, to);
    }
    let output = doisoat(&["check", text(&case.pipeline())]);
    assert_eq!(code(&output), 2);
    let said = stderr(&output);
    let lines: Vec<String> =
        std::fs::read_to_string(case.pipeline()).expect("the pipeline").lines().map(str::to_owned).collect();
    let line = |of: &str| 1 + lines.iter().position(|line| line.contains(of)).expect("a line");
    for (place, words, meant) in [
        (line("titel"), "unknown key `titel`", "did you mean `title`?"),
        (line("numbr"), "`type` cannot be \"numbr\"", "did you mean `number`?"),
        (line("jaro_winkle "), "unknown variant `jaro_winkle`", "did you mean `jaro_winkler`?"),
        (line("nme:first3") - 1, "no table has a field `nme`", "did you mean `name`?"),
        (line("one_to_on\""), "`decide` cannot be \"one_to_on\"", "did you mean `one_to_one`?"),
        (line("stret") - 1, "no table has a field `stret`", "did you mean `street`?"),
    ] {
        let expected = format!("line {place}: ");
        let found = said.lines().any(|line| line.trim_start().starts_with(&expected) && line.contains(words));
        assert!(found, "no `{expected}...{words}` in:\n{said}");
        assert!(said.contains(meant), "no `{meant}` in:\n{said}");
    }
}

/// A table of which too many rows are refused says what is wrong with the first, and where.
#[test]
fn a_table_that_is_refused_names_its_first_bad_row() {
    let case = Case::two();
    let lines: Vec<String> = std::fs::read_to_string(case.folder.path().join("b.csv"))
        .expect("read")
        .lines()
        .enumerate()
        .map(|(at, line)| match line.split_once(',') {
            Some((_, rest)) if at % 3 == 2 => format!(",{rest}"),
            _ => line.to_owned(),
        })
        .collect();
    case.put("b.csv", &format!("{}\n", lines.join("\n")));
    let out = case.folder.path().join("out");
    let output = run(text(&case.pipeline()), case.folder.path(), &out, &[]);
    assert_eq!(code(&output), 2);
    let said = stderr(&output);
    assert!(said.contains("b.csv") && said.contains("the first: row 3, column `"), "{said}");
    assert!(said.contains("empty_value") && !out.join("_runs").exists(), "{said}");
}

#[test]
fn settings_that_make_no_sense_are_mistakes() {
    for (from, to, words) in [
        ("decide = \"one_to_one\"", "decide = \"cluster\"", "`cluster` is for one table"),
        ("decide = \"one_to_one\"", "decide = \"one_to_one\"\nthreshold = 1.5", "`threshold` is 1.5"),
        ("decide = \"one_to_one\"", "decide = \"one_to_one\"\nblock_cap = 0", "`block_cap` is 0"),
        ("decide = \"one_to_one\"", "most_per_table = 2", "`most_per_table` is for three tables and more"),
        ("how = \"exact\"", "how = { custom = \"person\" }", "no comparator `person`"),
        ("how = \"exact\"", "how = { levels = [\"within two days\"] }", "level `within two days`"),
        ("name   = \"b\"", "name   = \"a\"", "table `a` is described twice"),
        ("name   = \"b\"", "name   = \"B\"", "`B` cannot name a table"),
        ("city   = \"city\"", "row    = \"city\"", "`row` is a column of the outputs"),
        ("\"dd/MM/yyyy\"", "\"dd/mm/yyyy\"", "date form"),
        ("[link]", "[[system]]\nname = \"x\"\n[link]", "[[system]] or [[table]], not both"),
    ] {
        let case = Case::two();
        case.edit(from, to);
        let output = doisoat(&["check", text(&case.pipeline())]);
        assert_eq!(code(&output), 2, "{to}");
        assert!(stderr(&output).contains(words), "{to}: no `{words}` in {}", stderr(&output));
    }
    let case = Case::two();
    case.edit("\"full name\"", "\"fullname\"");
    let output = doisoat(&["check", text(&case.pipeline())]);
    let said = stderr(&output);
    assert!(said.contains("has no column `fullname` for `name`"), "{said}");
    assert!(said.contains("did you mean `full name`?"), "{said}");
}

/// `500.000` is what the other numbers of its column say, or the pipeline; where nobody does the report says so.
#[test]
fn numbers_are_read_by_the_decimal_sign_of_their_column() {
    let case = Case::two();
    let (mut left, mut right) = two_sides();
    let amount = |row: &Customer| 1_000 * (1 + number(&row.id).parse::<u64>().expect("a number"));
    let pointed = |amount: u64| match (amount / 1_000_000, amount / 1_000 % 1_000) {
        (0, thousands) => format!("{thousands}.000"),
        (millions, thousands) => format!("{millions}.{thousands:03}.000"),
    };
    left.iter_mut().for_each(|row| row.spent = (4 * amount(row)).to_string());
    right.iter_mut().for_each(|row| row.spent = pointed(4 * amount(row)));
    case.csv("a", &left);
    case.csv("b", &right);
    let read = |more: &str| {
        let out = case.folder.path().join(format!("out-{more}"));
        let output = run(text(&case.pipeline()), case.folder.path(), &out, &["--json"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let report: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
        let fields = report["fields"].as_array().expect("fields").clone();
        let own =
            fields.into_iter().find(|own| own["table"] == "b" && own["field"] == "spent").expect("a field");
        let is_right = |row: &Row| {
            let expected = 4_000.0 * (1.0 + number(&row["record_id"]).parse::<f64>().expect("a number"));
            row["spent"].parse::<f64>().expect("a number") == expected
        };
        let rows = table(&out, "records").into_iter().filter(|row| row["table"] == "b");
        let right_ones = rows.filter(is_right).count();
        (right_ones, own)
    };
    let all = right.len();
    let (right_ones, own) = read("seen");
    assert_eq!(
        (right_ones, &own["decimal"], &own["is_sign_known"]),
        (all, &",".into(), &true.into()),
        "{own}"
    );
    assert_eq!(own["filled"], all);
    let text_of = stdout(&run(text(&case.pipeline()), case.folder.path(), &case.out(), &[]));
    assert!(text_of.contains("b.spent: ") && text_of.contains("parts thousands by points"), "{text_of}");

    // No number of more than one mark: nothing says what `996.000` is.
    right.iter_mut().for_each(|row| row.spent = pointed(amount(row).min(900_000)));
    case.csv("b", &right);
    let (_, own) = read("unsaid");
    assert_eq!((&own["decimal"], &own["is_sign_known"]), (&".".into(), &false.into()), "{own}");
    assert_eq!(own["either_way"], all);
    right.iter_mut().for_each(|row| row.spent = pointed(4 * amount(row)));
    let plain = right.iter_mut().filter(|row| row.spent.len() > 7);
    plain.for_each(|row| row.spent = (4 * amount(row)).to_string());
    case.csv("b", &right);
    assert!(read("open").0 < all);
    case.edit("type = \"number\"", "type = \"number\", decimal = \",\"");
    assert_eq!(read("stated").0, all);
}

#[test]
fn a_field_without_values_and_repeated_ids_are_in_the_report() {
    let case = Case::two();
    let (left, mut right) = two_sides();
    right.iter_mut().for_each(|row| row.spent = "none of it".to_owned());
    right[3].id = right[2].id.clone();
    case.csv("a", &left);
    case.csv("b", &right);
    let said = stdout(&run(text(&case.pipeline()), case.folder.path(), &case.out(), &[]));
    assert!(said.contains("b.spent: no record has a value"), "{said}");
    let standing = table(&case.out(), "summary");
    assert_eq!((&standing[0]["repeated_ids"][..], &standing[1]["repeated_ids"][..]), ("0", "1"));
}

//! What a model is learnt from, what it says of a pair, and what a rule costs.

use std::fmt::Write as _;

use super::{Case, linked};
use crate::support::{Row, code, doisoat, run, stderr, stdout, table, text};
use crate::tables_made::Dice;
#[test]
fn a_check_tells_what_blocking_costs() {
    let case = Case::two();
    let output = doisoat(&["check", "--blocking", text(&case.pipeline())]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("in order, 2 tables") && said.contains("name:first3 + city"), "{said}");
    assert!(said.contains("pairs to score, of 211,600"), "460 by 460: {said}");
    let output = doisoat(&["check", "--blocking", "--json", text(&case.pipeline())]);
    let reports: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let report = &reports[0];
    let rules = report["pairs"][0]["rules"].as_array().expect("rules");
    let new: u64 = rules.iter().map(|rule| rule["new_pairs"].as_u64().expect("a count")).sum();
    assert_eq!(report["pairs"][0]["candidate_pairs"].as_u64(), Some(new));
    assert!(new >= 420);
}

#[test]
fn a_model_from_a_file_judges_as_the_night_it_was_learnt_on() {
    let case = Case::two();
    let trained = linked(&case.run("first"));
    let model = case.folder.path().join("model.toml");
    let output = doisoat(&["train", text(&case.pipeline()), "--model", text(&model)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("converged"), "{}", stdout(&output));
    case.edit("[link]", "[link]\nmodel = \"model.toml\"");
    assert_eq!(linked(&case.run("second")), trained);
    // A model of other comparisons is refused before anything is published.
    let text_of = std::fs::read_to_string(&model).expect("the model");
    std::fs::write(&model, text_of.replace("name = \"street\"", "name = \"road\"")).expect("written");
    let checked = doisoat(&["check", text(&case.pipeline())]);
    assert_eq!(code(&checked), 2, "{}", stdout(&checked));
    let said = stderr(&checked);
    assert!(said.contains("model.toml") && said.contains("road"), "{said}");
    let out = case.folder.path().join("third");
    let output = run(text(&case.pipeline()), case.folder.path(), &out, &[]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    assert!(stderr(&output).contains("model.toml"), "{}", stderr(&output));
    assert!(!out.join("_runs").exists());
    std::fs::remove_file(&model).expect("removed");
    let output = run(text(&case.pipeline()), case.folder.path(), &out, &[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("`doisoat train` writes it"), "{}", stderr(&output));
}

/// A model is learnt where one side never wrote accents; later some do. Nothing was seen of names that are equal to
/// the letter, and that must not speak against a pair, however common the name is.
#[test]
fn what_training_never_met_does_not_speak_against_a_pair() {
    const FAMILY: [(&str, &str); 5] =
        [("Nguyễn", "Nguyen"), ("Trần", "Tran"), ("Phạm", "Pham"), ("Đỗ", "Do"), ("Vũ", "Vu")];
    const GIVEN: [(&str, &str); 6] = [
        ("Bình", "Binh"),
        ("Hạnh", "Hanh"),
        ("Dũng", "Dung"),
        ("Tuyết", "Tuyet"),
        ("Vân", "Van"),
        ("Yến", "Yen"),
    ];
    let mut pipeline = "[pipeline]\nname = \"accents\"\nas_of = 2026-01-01T00:00:00\n".to_owned();
    for name in ["a", "b"] {
        let _ = write!(
            pipeline,
            "[[table]]\nname = \"{name}\"\nfiles = [\"{name}.csv\"]\nid = \"id\"\n[table.columns]\nname = \"name\"\n\
             no = {{ column = \"no\", type = \"code\" }}\n"
        );
    }
    pipeline.push_str(
        "[[comparison]]\nfield = \"name\"\nhow = { custom = \"free_text\" }\nterm_frequency = true\n\
         [[comparison]]\nfield = \"no\"\nhow = { damerau_levenshtein = [1] }\n\
         [[block]]\non = [\"no\"]\n[[block]]\non = [\"no:first3\"]\n[link]\n",
    );
    let case = Case::new(&pipeline);
    let rows = |plain: bool| {
        let mut dice = Dice::new(3);
        let mut out = "id,name,no\n".to_owned();
        for at in 0..600 {
            let (family, given, no) =
                (FAMILY[dice.below(5)], GIVEN[dice.below(6)], 100_000 + dice.below(900_000));
            let name =
                if plain { format!("{} {}", family.1, given.1) } else { format!("{} {}", family.0, given.0) };
            let _ = writeln!(out, "{at},{name},{no}");
        }
        out
    };
    case.put("a.csv", &rows(false));
    case.put("b.csv", &rows(true));
    let model = case.folder.path().join("model.toml");
    let output = doisoat(&["train", text(&case.pipeline()), "--model", text(&model)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    case.edit("[link]", "[link]\nmodel = \"model.toml\"");
    case.put("b.csv", &rows(false));
    let out = case.run("out");
    assert_eq!(table(&out, "links").iter().filter(|link| link["state"] == "linked").count(), 600);
    let names: Vec<Row> =
        table(&out, "link_evidence").into_iter().filter(|row| row["comparison"] == "name").collect();
    assert!(names.len() >= 600, "{}", names.len());
    for row in names {
        assert_eq!(row["level"], "same");
        assert!(row["bits"].parse::<f64>().expect("bits") >= 0.0, "{row:?}");
    }
}

/// Names that one table writes without accents and with the given name first meet by a key that looks at neither.
#[test]
fn names_that_lost_their_accents_and_their_order_meet() {
    const FAMILY: [(&str, &str); 4] =
        [("Nguyễn", "NGUYEN"), ("Trần", "TRAN"), ("Đặng", "DANG"), ("Đỗ", "DO")];
    const MIDDLE: [(&str, &str); 4] =
        [("Thị Thuỳ", "THI THUY"), ("Đức", "DUC"), ("Hữu", "HUU"), ("Ngọc", "NGOC")];
    const GIVEN: [(&str, &str); 5] =
        [("Hoà", "HOA"), ("Dũng", "DUNG"), ("Yến", "YEN"), ("Đạt", "DAT"), ("Phượng", "PHUONG")];
    let mut pipeline = "[pipeline]\nname = \"accents\"\nas_of = 2026-01-01T00:00:00\n".to_owned();
    for name in ["a", "b"] {
        let _ = write!(
            pipeline,
            "[[table]]\nname = \"{name}\"\nfiles = [\"{name}.csv\"]\nid = \"id\"\n[table.columns]\nname = \"name\"\n\
             street = \"street\"\nborn = {{ column = \"born\", type = \"date\" }}\n"
        );
    }
    pipeline.push_str(
        "[[comparison]]\nfield = \"name\"\nhow = { custom = \"person_name\" }\nterm_frequency = true\n\
         [[comparison]]\nfield = \"street\"\nhow = { levels = [\"same_unaccented\"] }\n\
         [[comparison]]\nfield = \"born\"\nhow = { date = { slips = true } }\n\
         [[block]]\non = [\"name:unaccent:words\"]\n[link]\n",
    );
    let case = Case::new(&pipeline);
    let mut dice = Dice::new(11);
    let (mut left, mut right) = ("id,name,street,born\n".to_owned(), "id,name,street,born\n".to_owned());
    for at in 0..400 {
        let (family, middle, given) = (FAMILY[dice.below(4)], MIDDLE[dice.below(4)], GIVEN[dice.below(5)]);
        let house = dice.below(900);
        let born = format!("{}-{:02}-{:02}", 1950 + dice.below(50), 1 + dice.below(12), 1 + dice.below(28));
        let _ = writeln!(left, "{at},{} {} {},{house} Lê Lợi,{born}", family.0, middle.0, given.0);
        let _ = writeln!(right, "{at},{} {} {},{house} Le Loi,{born}", given.1, family.1, middle.1);
    }
    case.put("a.csv", &left);
    case.put("b.csv", &right);
    let out = case.run("out");
    let links: Vec<Row> = table(&out, "links").into_iter().filter(|link| link["state"] == "linked").collect();
    assert!(links.iter().all(|link| link["left_record_id"] == link["right_record_id"]));
    assert_eq!(links.len(), 400);
}

#[test]
fn a_pair_is_explained_as_the_run_judged_it() {
    let case = Case::two();
    let out = case.run("out");
    let links = table(&out, "links");
    let link = links.iter().find(|link| link["state"] == "linked").expect("a link");
    let (left, right) = (&link["left_record_id"], &link["right_record_id"]);
    let pipeline = case.pipeline();
    let output = doisoat(&["explain", text(&pipeline), left, right, "--json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let weight: f64 = link["weight"].parse().expect("a weight");
    assert!((told["bits"].as_f64().expect("bits") - weight).abs() < 0.001, "{told}");
    assert_eq!(told["verdict"], "linked");
    let bars: f64 =
        told["bars"].as_array().expect("bars").iter().filter_map(|bar| bar["bits"].as_f64()).sum();
    assert!((bars - weight).abs() < 0.01, "{bars} {weight}");
    let (left, right) = (format!("b:{right}"), format!("a:{left}"));
    let output = doisoat(&["explain", text(&pipeline), &left, &right, "--lang", "vi"]);
    let said = stdout(&output);
    assert!(said.starts_with(&right) && said.contains("trước khi so") && said.contains('█'), "{said}");
    let output = doisoat(&["explain", text(&pipeline), "a:nobody", &left]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("no record `a:nobody`"), "{}", stderr(&output));
    let output = doisoat(&["explain", text(&pipeline), &right, &right]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
}

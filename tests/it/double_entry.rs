//! `[duplicates] by_score`: a dossier typed twice with slips is found, and what only looks like one is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::{Row, code, doisoat, generate, root, run, stderr, stdout, table, text};

const FIELDS: &[&str] = &[
    "code",
    "procedure",
    "unit",
    "owner_name",
    "id_number",
    "birth_date",
    "phone",
    "subject_name",
    "received_at",
    "finished_at",
    "status",
];

/// One dossier of a clerk's: cells in the order of [`FIELDS`].
type Cells = Vec<String>;

fn dossier(cells: [&str; 11]) -> Cells {
    cells.map(str::to_owned).to_vec()
}

/// What of a dossier changes when it comes again.
fn again(of: &Cells, changed: &[(&str, &str)]) -> Cells {
    let mut cells = of.clone();
    for (field, value) in changed {
        let at = FIELDS.iter().position(|own| own == field).expect("a field");
        cells[at] = (*value).to_owned();
    }
    cells
}

/// Six hundred people who come once, over January.
fn crowd() -> Vec<Cells> {
    let family = ["Nguyễn", "Trần", "Lê", "Phạm", "Bùi", "Quách", "Đinh", "Hà"];
    let middle = ["Văn", "Thị", "Đức", "Thanh", "Quang"];
    let given = ["An", "Bình", "Cường", "Dung", "Hạnh", "Khánh", "Lan", "Mẫu", "Nga", "Phúc", "Sơn"];
    let procedure = ["1.001193", "1.004873", "2.000635", "1.003003"];
    (0..600usize)
        .map(|n| {
            let day = 1 + n % 28;
            let unit = format!("H28.{}", 30 + n % 3);
            dossier([
                &format!("{unit}-2401{day:02}-{:04}", n / 28 + 1),
                procedure[n % 4],
                &unit,
                &format!("{} {} {}", family[n * 7 % 8], middle[n * 3 % 5], given[n * 5 % 11]),
                &format!("0170{:02}{:06}", 50 + n % 50, (n * 7919 + 104_729) % 1_000_000),
                &format!("{}-{:02}-{:02}", 1950 + n % 50, 1 + n % 12, 1 + n * 11 % 28),
                &format!("09{:08}", (n * 1_299_709 + 15_485_863) % 100_000_000),
                "",
                &format!("2024-01-{day:02} {:02}:{:02}:{:02}", 7 + n % 9, n * 13 % 60, n * 17 % 60),
                "",
                "4",
            ])
        })
        .collect()
}

const FIRST: &str = "H28.30-240108-0901";
const AGAIN: &str = "H28.30-240108-0902";

/// A dossier, and the same typed again: accents lost, one digit wrong, five hours later.
fn with_slips() -> [Cells; 2] {
    let first = dossier([
        FIRST,
        "1.001193",
        "H28.30",
        "Xa Thị Mười",
        "017090654321",
        "1990-05-06",
        "0912345670",
        "",
        "2024-01-08 08:10:20",
        "",
        "4",
    ]);
    let second = again(
        &first,
        &[
            ("code", AGAIN),
            ("owner_name", "XA THI MUOI"),
            ("id_number", "017090654327"),
            ("received_at", "2024-01-08 13:40:00"),
        ],
    );
    [first, second]
}

/// What looks like it and is right.
fn rightly() -> Vec<Cells> {
    let child = dossier([
        "H28.31-240109-0901",
        "1.001193",
        "H28.31",
        "Lò Thị Hiền",
        "017191000777",
        "1991-02-03",
        "0987000111",
        "Lò Văn Khải",
        "2024-01-09 09:00:00",
        "",
        "4",
    ]);
    let renewal = dossier([
        "H28.32-240103-0901",
        "2.000635",
        "H28.32",
        "Giàng A Sình",
        "017185000888",
        "1985-07-08",
        "0966000222",
        "",
        "2024-01-03 10:00:00",
        "",
        "4",
    ]);
    let mut rows = vec![
        // The other child of one mother, minutes later, the number with a slip.
        again(
            &child,
            &[
                ("code", "H28.31-240109-0902"),
                ("subject_name", "Lò Văn Khôi"),
                ("id_number", "017191000778"),
                ("received_at", "2024-01-09 09:12:00"),
            ],
        ),
        // Again three weeks later.
        again(&renewal, &[("code", "H28.32-240125-0901"), ("received_at", "2024-01-25 10:00:00")]),
        child,
        renewal,
    ];
    // One agent, one phone, one day: five owners.
    for (n, name) in
        ["Vàng Thị Súa", "Bàn Văn Tình", "Chẩu Đức Lợi", "Ma Thị Quyên", "Nông Thanh Hải"].iter().enumerate()
    {
        rows.push(dossier([
            &format!("H28.30-240115-09{n:02}"),
            "1.004873",
            "H28.30",
            name,
            &format!("01707{n}31{n}59{n}2"),
            &format!("197{n}-0{}-1{n}", n + 1),
            "0905999888",
            "",
            &format!("2024-01-15 08:{:02}:00", 10 + n),
            "",
            "4",
        ]));
    }
    // Two people of one name at one counter on one day, neither with a number.
    for (at, code, phone) in [("09:00:00", "0911", "0901111222"), ("09:30:00", "0912", "0977333444")] {
        rows.push(dossier([
            &format!("H28.31-240116-{code}"),
            "1.003003",
            "H28.31",
            "Nguyễn Văn An",
            "",
            "",
            phone,
            "",
            &format!("2024-01-16 {at}"),
            "",
            "4",
        ]));
    }
    rows
}

fn everything() -> Vec<Cells> {
    let mut rows = crowd();
    rows.extend(with_slips());
    rows.extend(rightly());
    rows
}

fn csv(rows: &[Cells]) -> String {
    let lines = rows.iter().map(|cells| cells.join(","));
    std::iter::once(FIELDS.join(",")).chain(lines).collect::<Vec<_>>().join("\n") + "\n"
}

/// A folder with a hub, a portal that holds `portal`, and a pipeline.
fn night(hub: &[Cells], portal: &[Cells], duplicates: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let columns: String = FIELDS.iter().map(|field| format!("{field} = \"{field}\"\n")).collect();
    let status: String = (1..=10).map(|code| format!("\"{code}\" = {code}\n")).collect();
    let system = |name: &str, role: &str| {
        format!(
            "[[system]]\nname = \"{name}\"\nrole = \"{role}\"\nfiles = [\"{name}.csv\"]\n[system.columns]\n\
             {columns}[system.status]\n{status}\n"
        )
    };
    let pipeline = format!(
        "[pipeline]\nname = \"double-entry\"\nas_of = 2024-02-01T02:00:00\nhub = \"hub\"\n\n{}{}\
         [duplicates]\n{duplicates}\n\n[severity]\nseveral_rightly = \"info\"\n",
        system("hub", "hub"),
        system("portal", "portal"),
    );
    let file = folder.path().join("pipeline.toml");
    std::fs::write(folder.path().join("hub.csv"), csv(hub)).expect("written");
    std::fs::write(folder.path().join("portal.csv"), csv(portal)).expect("written");
    std::fs::write(&file, pipeline).expect("written");
    (folder, file)
}

fn out_of(folder: &Path, pipeline: &Path, name: &str) -> PathBuf {
    let out = folder.join(name);
    let output = run(text(pipeline), folder, &out, &[]);
    assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
    out
}

fn cell<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

/// System, code of the duplicate, kind.
fn found(out: &Path) -> BTreeSet<(String, String, String)> {
    let rows = table(out, "duplicates");
    let members = rows.iter().filter(|row| cell(row, "is_survivor") != "true");
    members.map(|row| ["system", "code", "kind"].map(|column| cell(row, column).to_owned()).into()).collect()
}

fn one(system: &str, code: &str) -> BTreeSet<(String, String, String)> {
    BTreeSet::from([(system.to_owned(), code.to_owned(), "typed_twice_by_score".to_owned())])
}

#[test]
fn slips_are_seen_through_and_what_is_right_is_left_alone() {
    let (folder, pipeline) = night(&everything(), &crowd(), "by_score = true");
    let out = out_of(folder.path(), &pipeline, "out");
    assert_eq!(found(&out), one("hub", AGAIN));
    let rows = table(&out, "duplicates");
    let row = rows.iter().find(|row| cell(row, "code") == AGAIN).expect("the duplicate");
    let probability: f64 = cell(row, "probability").parse().expect("a probability");
    assert!((0.5..=1.0).contains(&probability), "{row:?}");
    assert!(cell(row, "weight").parse::<f64>().expect("bits") > 5.0, "{row:?}");
    let survivor = rows.iter().find(|row| cell(row, "code") == FIRST).expect("the survivor");
    assert_eq!((cell(survivor, "probability"), cell(survivor, "weight")), ("", ""));
    assert_eq!(cell(row, "case_id"), cell(survivor, "case_id"));
    // Why the children are two is told, and nothing else is.
    let findings = table(&out, "findings");
    let told = |kind: &str| -> Vec<&str> {
        findings.iter().filter(|row| cell(row, "kind") == kind).map(|row| cell(row, "detail")).collect()
    };
    assert_eq!(told("typed_twice"), ["typed_twice_by_score"]);
    assert_eq!(told("several_rightly"), ["other_subject"]);
    // Without the key nothing is looked for.
    let (folder, pipeline) = night(&everything(), &crowd(), "");
    assert_eq!(found(&out_of(folder.path(), &pipeline, "out")), BTreeSet::new());
}

#[test]
fn a_clean_export_has_no_double_entry() {
    let mut hub = crowd();
    hub.extend(rightly());
    let (folder, pipeline) = night(&hub, &crowd(), "by_score = true");
    assert_eq!(found(&out_of(folder.path(), &pipeline, "out")), BTreeSet::new());
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let (hub, portal) = (everything(), crowd());
    let turned: Vec<Cells> = hub.iter().rev().cloned().collect();
    let tables = |hub: &[Cells]| -> Vec<Vec<(String, String)>> {
        let (folder, pipeline) = night(hub, &portal, "by_score = true");
        let out = out_of(folder.path(), &pipeline, "out");
        let rows = ["duplicates", "cases", "findings"].iter().flat_map(|name| table(&out, name));
        // Where a row stood is told by its number, and the run id follows the bytes of the exports.
        let kept = |row: Row| {
            let place = |column: &str| column.ends_with("row") || column == "run_id";
            row.into_iter().filter(|(column, _)| !place(column)).collect()
        };
        rows.map(kept).collect()
    };
    assert_eq!(tables(&hub), tables(&turned));
}

#[test]
fn both_codes_reach_one_case_across_systems() {
    // The portal has both under the hub's codes, and its own people typed nothing twice.
    let (hub, mut portal) = (everything(), crowd());
    portal.extend(with_slips());
    let (folder, pipeline) = night(&hub, &portal, "by_score = true");
    let out = out_of(folder.path(), &pipeline, "out");
    let cases: BTreeSet<String> = table(&out, "records")
        .iter()
        .filter(|row| [FIRST, AGAIN].contains(&cell(row, "code")))
        .map(|row| cell(row, "case_id").to_owned())
        .collect();
    assert_eq!(cases.len(), 1);
    let kinds: BTreeSet<(String, String, String)> =
        one("hub", AGAIN).union(&one("portal", AGAIN)).cloned().collect();
    assert_eq!(found(&out), kinds);
    // Only the portal has it twice: the hub's one dossier is not missing anywhere, nor is the copy.
    let (mut hub, [first, _]) = (crowd(), with_slips());
    hub.push(first);
    let (folder, pipeline) = night(&hub, &portal, "by_score = true");
    let out = out_of(folder.path(), &pipeline, "out");
    assert_eq!(found(&out), one("portal", AGAIN));
    let findings = table(&out, "findings");
    assert!(findings.iter().all(|row| cell(row, "kind") != "missing_in_province"));
}

#[test]
fn a_resubmission_under_a_mistyped_number_is_one() {
    let [first, second] = with_slips();
    let mut hub = crowd();
    hub.push(again(&first, &[("status", "7"), ("finished_at", "2024-01-08 11:00:00")]));
    hub.push(second);
    let (folder, pipeline) = night(&hub, &crowd(), "by_score = true");
    let out = out_of(folder.path(), &pipeline, "out");
    assert_eq!(found(&out), BTreeSet::new());
    let findings = table(&out, "findings");
    let detail = |kind: &str| {
        let row = findings.iter().find(|row| cell(row, "kind") == kind);
        row.map(|row| cell(row, "detail")).unwrap_or_default()
    };
    assert_eq!(detail("several_rightly"), "ended_without_result");
    assert_eq!(detail("resubmission"), "after a dossier that ended as withdrawn");
}

#[test]
fn a_record_is_resubmitted_once_by_number_and_score() {
    // The last has the number of the first, and looks like the second, whose number has a slip.
    let [second, last] = with_slips();
    let withdrawn = |of: &Cells, at: &str| again(of, &[("status", "7"), ("finished_at", at)]);
    let first = again(
        &last,
        &[
            ("code", "H28.30-240102-0901"),
            ("owner_name", "Xa Thị Mười"),
            ("received_at", "2024-01-02 08:30:00"),
        ],
    );
    let mut hub = crowd();
    hub.push(withdrawn(&first, "2024-01-02 11:00:00"));
    hub.push(withdrawn(&second, "2024-01-08 11:00:00"));
    hub.push(last);
    let (folder, pipeline) = night(&hub, &crowd(), "by_score = true");
    let findings = table(&out_of(folder.path(), &pipeline, "out"), "findings");
    let of = |kind: &str| findings.iter().filter(|row| cell(row, "kind") == kind).count();
    // The score has found its pair, or this test says nothing.
    assert_eq!((of("several_rightly"), of("resubmission")), (1, 1));
    let ids: BTreeSet<&str> = findings.iter().map(|row| cell(row, "finding_id")).collect();
    assert_eq!(ids.len(), findings.len(), "finding ids are unique");
}

#[test]
fn another_procedure_is_no_resubmission() {
    let [first, _] = with_slips();
    let more = [("code", AGAIN), ("procedure", "1.004873"), ("received_at", "2024-01-08 13:40:00")];
    let mut hub = crowd();
    hub.push(again(&first, &[("status", "7"), ("finished_at", "2024-01-08 11:00:00")]));
    hub.push(again(&first, &more));
    for duplicates in ["on = [\"id_number\"]", "on = [\"id_number\"]\nby_score = true"] {
        let (folder, pipeline) = night(&hub, &crowd(), duplicates);
        let findings = table(&out_of(folder.path(), &pipeline, "out"), "findings");
        let of = |kind: &str| findings.iter().filter(|row| cell(row, "kind") == kind).count();
        assert_eq!((of("several_rightly"), of("resubmission")), (1, 0), "{duplicates}");
    }
}

#[test]
fn a_pair_of_one_system_is_explained() {
    let (folder, pipeline) = night(&everything(), &crowd(), "by_score = true");
    let explain = |pipeline: &Path, a: &str, b: &str, more: &[&str]| {
        let (a, b) = (format!("hub:{a}"), format!("hub:{b}"));
        let mut arguments = vec!["explain", text(pipeline), &a, &b, "--input", text(folder.path())];
        arguments.extend(more);
        doisoat(&arguments)
    };
    let drawn = explain(&pipeline, AGAIN, FIRST, &[]);
    assert_eq!(code(&drawn), 0, "{}", stderr(&drawn));
    let drawn = stdout(&drawn);
    for part in ["one digit wrong", "without accents", "look-alikes", "decided: linked"] {
        assert!(drawn.contains(part), "{part}: {drawn}");
    }
    assert!(!drawn.contains("017090654321"), "a personal number in clear");
    // As the run has it, whichever is named first.
    let json = |a: &str, b: &str| -> serde_json::Value {
        serde_json::from_slice(&explain(&pipeline, a, b, &["--json"]).stdout).expect("JSON")
    };
    let (one, other) = (json(FIRST, AGAIN), json(AGAIN, FIRST));
    assert_eq!(one["probability"], other["probability"]);
    let out = out_of(folder.path(), &pipeline, "out");
    let rows = table(&out, "duplicates");
    let row = rows.iter().find(|row| cell(row, "code") == AGAIN).expect("the duplicate");
    let published: f64 = cell(row, "probability").parse().expect("a probability");
    assert!((one["probability"].as_f64().expect("a number") - published).abs() < 1e-5);
    let children = json("H28.31-240109-0901", "H28.31-240109-0902");
    assert_eq!(
        (children["objection"].as_str(), children["verdict"].as_str()),
        (Some("other_subject"), Some("unlinked"))
    );
    let renewal = json("H28.32-240103-0901", "H28.32-240125-0901");
    assert_eq!(renewal["objection"], "outside_window");
    let refused = explain(&pipeline, FIRST, FIRST, &[]);
    assert!(code(&refused) == 2 && stderr(&refused).contains("both are one record"));
    let (_other, without) = night(&everything(), &crowd(), "");
    let refused = explain(&without, FIRST, AGAIN, &[]);
    assert!(code(&refused) == 2 && stderr(&refused).contains("by_score = true"), "{}", stderr(&refused));
}

#[test]
fn blocking_is_told_without_an_as_of_time_as_the_check_is() {
    let (folder, pipeline) = night(&everything(), &crowd(), "by_score = true");
    let written = std::fs::read_to_string(&pipeline).expect("the pipeline");
    std::fs::write(&pipeline, written.replace("as_of = 2024-02-01T02:00:00\n", "")).expect("written");
    for more in [&[][..], &["--blocking"][..]] {
        let mut arguments = vec!["check", text(&pipeline), "--input", text(folder.path())];
        arguments.extend(more);
        let output = doisoat(&arguments);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        // Each system against itself.
        let told = stdout(&output);
        assert_eq!(told.contains("id_number"), !more.is_empty(), "{told}");
        assert_eq!(told.contains("portal"), !more.is_empty(), "{told}");
    }
    let run = doisoat(&["run", text(&pipeline), "--input", text(folder.path())]);
    assert!(code(&run) == 2 && stderr(&run).contains("as_of"), "{}", stderr(&run));
}

#[test]
fn a_pair_is_drawn_in_vietnamese() {
    let (folder, pipeline) = night(&everything(), &crowd(), "by_score = true");
    let drawn = |a: &str, b: &str| {
        let (a, b) = (format!("hub:{a}"), format!("hub:{b}"));
        let input = text(folder.path());
        stdout(&doisoat(&["explain", text(&pipeline), &a, &b, "--input", input, "--lang", "vi"]))
    };
    let slips = drawn(FIRST, AGAIN);
    for part in
        ["chủ hồ sơ", "một bên không dấu", "số định danh", "sai một chữ số", "cùng ngày", "cặp dễ nhầm"]
    {
        assert!(slips.contains(part), "{part}: {slips}");
    }
    assert!(drawn("H28.31-240109-0901", "H28.31-240109-0902").contains("(người được giải quyết khác)"));
}

#[test]
fn wrong_keys_are_named_with_their_lines() {
    let mistake = |duplicates: &str| {
        let (folder, pipeline) = night(&crowd()[..2], &crowd()[..2], duplicates);
        let output = doisoat(&["check", text(&pipeline), "--input", text(folder.path())]);
        assert_eq!(code(&output), 2, "{duplicates}");
        stdout(&output) + &stderr(&output)
    };
    for (duplicates, expected) in [
        ("by_score = \"yes\"", "true or false"),
        ("by_score_from = 0.9", "`by_score_from` without `by_score`"),
        ("by_score = true\nby_score_from = 0.3", "`by_score_from` is 0.3"),
        ("by_score = true\nby_score_from = 1", "`by_score_from` is 1"),
    ] {
        let said = mistake(duplicates);
        assert!(said.contains(expected), "{duplicates}: {said}");
    }
}

/// The generated province with twice-typed dossiers half of which have slips: what is found with and without a
/// score, and how much of it is right.
#[test]
fn planted_slips_are_found_by_score_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = std::fs::read_to_string(root().join("profiles/all-errors.toml")).expect("the profile");
    let slips: String = profile
        .lines()
        .flat_map(|line| {
            let more = line.starts_with("typed_twice ").then_some("typed_twice_slips = 0.5");
            [Some(line), more].into_iter().flatten().map(|line| format!("{line}\n"))
        })
        .collect();
    let file = folder.path().join("slips.toml");
    std::fs::write(&file, slips).expect("written");
    let exports = folder.path().join("exports");
    generate(text(&file), 12_000, 4, &exports);
    let shipped = std::fs::read_to_string(root().join("pipelines/hoa-binh-2024q1.toml")).expect("a pipeline");
    std::fs::copy(root().join("pipelines/demo.key"), folder.path().join("demo.key")).expect("a key");
    let evaluated = |name: &str, pipeline: &str| -> [f64; 4] {
        let file = folder.path().join(format!("{name}.toml"));
        std::fs::write(&file, pipeline).expect("written");
        let out = folder.path().join(name);
        run(text(&file), &exports, &out, &[]);
        let output = doisoat(&["evaluate", text(&out), text(&exports.join("truth")), "--json"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let evaluation: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let score = &evaluation["findings"]["typed_twice"];
        ["planted", "found", "claimed", "right"].map(|part| score[part].as_f64().expect("a count"))
    };
    let [planted, by_keys, ..] = evaluated("keys", &shipped);
    let scored = shipped.replacen("[duplicates] ", "[duplicates]\nby_score = true\n#", 1);
    assert_ne!(scored, shipped);
    let [_, by_score, claimed, right] = evaluated("score", &scored);
    assert!(planted > 60.0 && by_keys < 0.7 * planted, "{by_keys} of {planted} by keys");
    assert!(by_score > 0.9 * planted, "{by_score} of {planted}, {by_keys} by keys");
    assert!(right > 0.99 * claimed, "{right} of {claimed}");
}

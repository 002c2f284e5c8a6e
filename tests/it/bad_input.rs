//! What is wrong with an input is named: file, sheet, row, column, reason; nothing is lost.

use std::sync::Arc;

use crate::support::{
    HUB_HEADER, PORTAL_HEADER, Row, TWO_SYSTEMS, TwoSystems, code, dossier, root, run, stderr, stdout, table,
    text,
};

/// A hub export with enough good rows that the feed stays healthy.
fn with_hub_rows(bad: &[&str]) -> TwoSystems {
    let (mut hub, portal) = TwoSystems::exports(60);
    bad.iter().for_each(|row| hub.push_str(row));
    TwoSystems::new(hub.as_bytes(), portal.as_bytes())
}

fn quarantine(night: &TwoSystems) -> Vec<Row> {
    table(&night.out(), "quarantine")
}

#[test]
fn bad_rows_are_quarantined_with_file_row_column_and_reason() {
    let night = with_hub_rows(&[
        "H28.05-240115-9001,1.001193\n",
        "H28.05-240115-9002,1.001193,A,017090100001,15/01/2024 08:00:00,Đang xử lý,1,thừa\n",
        "H28.05-240115-9003,1.001193,A,017090100002,31/02/2024 25:61:00,Đang xử lý,1\n",
    ]);
    let output = night.run(&[]);
    assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
    let entries = quarantine(&night);
    let brief: Vec<_> = entries
        .iter()
        .map(|entry| {
            (entry["row"].as_str(), entry["reason"].as_str(), entry.get("column").map(String::as_str))
        })
        .collect();
    let expected = [
        ("62", "ragged_row", None),
        ("63", "ragged_row", None),
        ("64", "date_unreadable", Some("Ngày tiếp nhận")),
    ];
    assert_eq!(brief, expected);
    assert!(entries.iter().all(|entry| entry["file"] == "hub.csv" && entry["system"] == "mot_cua"));
    assert_eq!(entries[2]["masked_value"], "31/02/2024 25:61:00");
    assert_eq!(table(&night.out(), "records").iter().filter(|row| row["system"] == "mot_cua").count(), 60);
}

#[test]
fn an_empty_code_is_refused_and_a_malformed_one_is_found() {
    let night = with_hub_rows(&[
        ",1.001193,Lê Thị B,017190100003,15/01/2024 08:00:00,Đang xử lý,1\n",
        "khong phai ma,1.001193,Lê Thị C,017190100004,15/01/2024 08:00:00,Đang xử lý,1\n",
    ]);
    night.run(&[]);
    let entries = quarantine(&night);
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0]["reason"].as_str(), entries[0]["column"].as_str()), ("empty_value", "Mã hồ sơ"));
    let findings = table(&night.out(), "findings");
    assert!(
        findings.iter().any(|row| row["kind"] == "code_malformed" && row["case_code"] == "KHONGPHAIMA"),
        "{findings:?}"
    );
}

#[test]
fn a_bad_cell_costs_the_cell_and_not_the_row() {
    let night = with_hub_rows(&[
        "H28.05-240115-9004,1.001193,Lê Thị D,017190100005,15/01/2024 08:00:00,Đang bay,xu\n",
    ]);
    night.run(&[]);
    let brief: Vec<_> = quarantine(&night)
        .iter()
        .map(|entry| (entry["scope"].clone(), entry["column"].clone(), entry["reason"].clone()))
        .collect();
    let cell = |column: &str, reason: &str| ("cell".to_owned(), column.to_owned(), reason.to_owned());
    assert_eq!(brief, [cell("Lệ phí", "money_unreadable"), cell("Trạng thái", "status_unknown")]);
    assert_eq!(table(&night.out(), "records").iter().filter(|row| row["system"] == "mot_cua").count(), 61);
}

#[test]
fn bytes_that_are_no_text_and_a_quote_never_closed_cost_their_row_only() {
    let (mut hub, portal) = TwoSystems::exports(60);
    let mut bytes = std::mem::take(&mut hub).into_bytes();
    bytes.extend(b"H28.05-240115-9005,1.001193,Nguy\xd4n,017190100006,15/01/2024 08:00:00,\xff\xfe,1\n");
    bytes.extend(
        "\"H28.05-240115-9006,1.001193,Lê,017190100007,15/01/2024 08:00:00,Đang xử lý,1\n".as_bytes(),
    );
    for (row, _) in (61..=80).map(dossier) {
        bytes.extend(row.as_bytes());
    }
    let night = TwoSystems::new(&bytes, portal.as_bytes());
    night.run(&[]);
    let brief: Vec<_> =
        quarantine(&night).iter().map(|entry| (entry["row"].clone(), entry["reason"].clone())).collect();
    let expected = [("62".to_owned(), "not_utf8".to_owned()), ("63".to_owned(), "unclosed_quote".to_owned())];
    assert_eq!(brief, expected);
    assert_eq!(table(&night.out(), "records").iter().filter(|row| row["system"] == "mot_cua").count(), 80);
}

#[test]
fn quoted_cells_may_hold_delimiters_quotes_and_line_breaks() {
    let (mut hub, portal) = TwoSystems::exports(3);
    hub.push_str("\"H28.05-240115-9007\",1.001193,\"Lê \"\"Hai\"\"\nThị, E\",017190100008,15/01/2024 08:00:00,Đang xử lý,1\n");
    hub.push_str(&dossier(9).0);
    let night = TwoSystems::new(hub.as_bytes(), portal.as_bytes());
    night.run(&[]);
    assert!(quarantine(&night).is_empty());
    let records = table(&night.out(), "records");
    let quoted = records.iter().find(|row| row["code"] == "H28.05-240115-9007").expect("the quoted row");
    assert_eq!((quoted["row"].as_str(), quoted["owner_name"].as_str()), ("5", "Lê \"Hai\" Thị, E"));
    let after = records.iter().find(|row| row["code"].ends_with("-0009")).expect("the row after");
    assert_eq!(after["row"], "7");
}

#[test]
fn a_wrong_delimiter_is_refused_with_the_right_one() {
    let (hub, portal) = TwoSystems::exports(3);
    let night = TwoSystems::new(hub.replace(',', ";").as_bytes(), portal.as_bytes());
    // Undeclared, the delimiter is found.
    assert_eq!(code(&night.run(&[])), 0);
    let night = TwoSystems::new(hub.replace(',', ";").as_bytes(), portal.as_bytes());
    let declared = TWO_SYSTEMS.replace("format = \"csv\"", "format = \"csv\"\ndelimiter = \",\"");
    std::fs::write(night.folder.path().join("pipeline.toml"), declared).expect("written");
    let output = night.run(&[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("separated by `;`"), "{}", stderr(&output));
    assert!(!night.out().exists() || !night.out().join("_runs").exists());
}

#[test]
fn a_missing_column_and_a_header_that_stands_twice_are_refused_by_name() {
    let (hub, portal) = TwoSystems::exports(3);
    let lacking = hub.replacen("Lệ phí", "Phí", 1);
    let output = TwoSystems::new(lacking.as_bytes(), portal.as_bytes()).run(&[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("hub.csv: has no column `Lệ phí` for `fee`"), "{}", stderr(&output));
    let twice = hub.replacen("Chủ hồ sơ", "Số giấy tờ", 1);
    let output = TwoSystems::new(twice.as_bytes(), portal.as_bytes()).run(&[]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("`Số giấy tờ` stands twice"), "{}", stderr(&output));
}

#[test]
fn an_empty_night_is_no_verdict() {
    for portal in ["", PORTAL_HEADER] {
        let night = TwoSystems::new(TwoSystems::exports(5).0.as_bytes(), portal.as_bytes());
        let output = night.run(&[]);
        assert_eq!(code(&output), 4, "{}", stderr(&output));
        assert!(table(&night.out(), "findings").is_empty());
        let cases = table(&night.out(), "cases");
        assert!(cases.iter().all(|case| case["dvcqg_verdict"] == "no_verdict" && case["dvcqg_reason"] == "feed_unhealthy"));
    }
}

#[test]
fn too_many_bad_rows_make_a_feed_unhealthy() {
    let (hub, mut portal) = TwoSystems::exports(10);
    for _ in 0..5 {
        portal.push_str("nửa dòng\n");
    }
    let night = TwoSystems::new(hub.as_bytes(), portal.as_bytes());
    let output = night.run(&[]);
    assert_eq!(code(&output), 4);
    assert!(stdout(&output).contains("too_many_rejects: 5 of 15 rows quarantined"), "{}", stdout(&output));
}

#[test]
fn the_absence_of_a_refused_row_is_explained() {
    let (hub, portal) = TwoSystems::exports(60);
    let (kept, last) = portal.trim_end().rsplit_once('\n').expect("lines");
    let cut: String = last.split(',').take(3).collect::<Vec<_>>().join(",");
    let night = TwoSystems::new(hub.as_bytes(), format!("{kept}\n{cut}\n").as_bytes());
    let output = night.run(&[]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    let cases = table(&night.out(), "cases");
    let explained: Vec<_> = cases.iter().filter(|case| case["dvcqg_verdict"] == "explained").collect();
    assert_eq!(explained.len(), 1);
    assert_eq!(explained[0]["dvcqg_reason"], "quarantined");
}

/// Cells that are lost do not stop a night, and must not pass in silence.
#[test]
fn a_column_that_loses_many_cells_is_in_the_night_report() {
    let (hub, portal) = TwoSystems::exports(60);
    let night = TwoSystems::new(hub.as_bytes(), portal.replacen(",10,", ",10 - xong,", 15).as_bytes());
    let said = stdout(&night.run(&[]));
    assert!(
        said.contains("portal.csv, `TrangThai` (status): 15 / 60 cells cannot be read (25.0 %)"),
        "{said}"
    );
    let again = night.run(&["--json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&again)).expect("JSON");
    let portal = report["feeds"].as_array().expect("feeds").iter().find(|feed| feed["file"] == "portal.csv");
    assert_eq!(portal.expect("the feed")["lost"][0]["unreadable"], 15);
}

/// The systems share no codes: a refused row is known by its person, whatever its own code says.
#[test]
fn a_refused_row_of_a_system_with_its_own_codes_is_known_by_its_person() {
    let header = "ma,tthc,ten,so,ngay\n";
    let row = |code: &str, person: u32, day: &str| {
        format!("{code},1.001193,Nguyễn Văn {person},0380910{person:05},{day}\n")
    };
    let rows = |prefix: &str, bad: u32| {
        let day = |person: u32| if person == bad { "30/02/2026" } else { "08/10/2026" };
        (1..=20).map(|person| row(&format!("{prefix}{person:04}"), person, day(person))).collect::<String>()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect("written");
    write("hub.csv", format!("{header}{}", rows("H15.50-261008-", 7)));
    write("land.csv", format!("{header}{}", rows("BN", 9)));
    let columns = "dates = [\"dd/MM/yyyy\"]\nreject_above = 0.5\n[system.columns]\ncode = \"ma\"\nprocedure = \"tthc\"\n\
                   owner_name = \"ten\"\nid_number = \"so\"\nreceived_at = \"ngay\"\n";
    let pipeline = folder.path().join("own.toml");
    let text_of = format!(
        "[pipeline]\nname = \"own\"\nhub = \"hub\"\nas_of = 2026-11-05T00:00:00\n[privacy]\nidentifiers = \"plain\"\n\
         [[system]]\nname = \"hub\"\nrole = \"hub\"\nfiles = [\"hub.csv\"]\n{columns}\
         [[system]]\nname = \"land\"\nrole = \"ministry\"\nfiles = [\"land.csv\"]\n{columns}\
         [system.sync]\ncodes = \"own\"\n\
         [[ladder]]\nrung = \"identity\"\non = [\"id_number\", \"procedure\"]\nwindow = \"3d\"\n"
    );
    std::fs::write(&pipeline, text_of).expect("written");
    let out = folder.path().join("out");
    let output = run(text(&pipeline), folder.path(), &out, &[]);
    assert!(out.join("cases").is_dir(), "{}", stderr(&output));
    let cases = table(&out, "cases");
    assert_eq!(cases.len(), 20);
    for system in ["hub", "land"] {
        let is =
            |verdict: &str| cases.iter().filter(|case| case[&format!("{system}_verdict")] == verdict).count();
        assert_eq!((is("explained"), is("missing")), (1, 0), "{system}");
    }
}

/// Where codes are shared, a refused row is known by its code, and explains no other dossier of its person.
#[test]
fn a_refused_row_does_not_explain_another_dossier_of_its_person() {
    let (hub, mut portal) = TwoSystems::exports(60);
    let (refused, copy) = dossier(7);
    let hub = hub.replace(&refused, &refused.replace("/01/2024", "/13/2024"));
    portal.push_str(&copy.replace("-0007,", "-9007,").replace(",20240109", ",20240119"));
    let night = TwoSystems::new(hub.as_bytes(), portal.as_bytes());
    for own in ["", "[system.sync]\ncodes = \"own\"\n"] {
        // On the hub, `own` says nothing of who knows its codes.
        let pipeline = TWO_SYSTEMS.replacen("[system.status]", &format!("{own}[system.status]"), 1);
        std::fs::write(night.folder.path().join("pipeline.toml"), pipeline).expect("written");
        let output = night.run(&["--replace"]);
        assert_eq!(code(&output), 1, "{}", stderr(&output));
        let cases = table(&night.out(), "cases");
        let of = |verdict: &str| cases.iter().filter(|case| case["mot_cua_verdict"] == verdict).count();
        assert_eq!((of("explained"), of("missing")), (1, 1), "{own}");
    }
}

/// A Parquet file damaged in the middle is read around the damage, and nothing that it lacks is called missing.
#[test]
fn a_parquet_file_damaged_inside_is_an_unhealthy_feed() {
    let (hub, portal) = TwoSystems::exports(60);
    let night = TwoSystems::new(hub.as_bytes(), b"");
    let (file, groups) = in_groups(&portal, 20);
    let mut damaged = file;
    damaged[groups[1]..groups[1] + 64].fill(0xff);
    std::fs::write(night.folder.path().join("portal.parquet"), damaged).expect("written");
    let pipeline = TWO_SYSTEMS.replace("\"portal.csv\"]\nformat = \"csv\"", "\"portal.parquet\"]");
    std::fs::write(night.folder.path().join("pipeline.toml"), pipeline).expect("written");
    let output = night.run(&[]);
    assert_eq!(code(&output), 4, "{}", stderr(&output));
    let feeds = table(&night.out(), "feeds");
    let portal = feeds.iter().find(|feed| feed["file"] == "portal.parquet").expect("the feed");
    assert_eq!((&portal["health"][..], &portal["rows"][..]), ("breaks_off", "40"));
    assert!(portal["reason"].starts_with("rows 21 to 40 cannot be read"), "{}", portal["reason"]);
    let cases = table(&night.out(), "cases");
    let of = |verdict: &str| cases.iter().filter(|case| case["dvcqg_verdict"] == verdict).count();
    assert_eq!((cases.len(), of("no_verdict"), of("missing")), (60, 20, 0));
}

/// The rows of a CSV text as a Parquet file of text in groups of so many, and where the first page of each lies.
fn in_groups(csv: &str, rows: usize) -> (Vec<u8>, Vec<usize>) {
    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let lines: Vec<Vec<&str>> = lines.collect();
    let column =
        |at: usize| Arc::new(StringArray::from_iter_values(lines.iter().map(|line| line[at]))) as ArrayRef;
    let columns = header.iter().enumerate().map(|(at, name)| (*name, column(at)));
    let batch = RecordBatch::try_from_iter(columns).expect("columns");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a schema");
    writer.write(&batch).expect("rows");
    let groups = writer.finish().expect("written").row_groups().to_vec();
    let first = |group: &parquet::file::metadata::RowGroupMetaData| group.column(0).byte_range().0 as usize;
    (writer.inner().clone(), groups.iter().map(first).collect())
}

#[test]
fn a_workbook_that_is_none_is_an_unhealthy_feed() {
    let folder = tempfile::tempdir().expect("a folder");
    crate::support::generate("hoa-binh-2024q1", 200, 1, folder.path());
    for damage in [b"PK\x03\x04 this is no zip".to_vec(), b"<table><tr><td>STT".to_vec(), vec![0; 4096]] {
        std::fs::write(folder.path().join("dat_dai.xlsx"), damage).expect("written");
        let out = tempfile::tempdir().expect("out");
        let output = run("pipelines/hoa-binh-2024q1.toml", folder.path(), out.path(), &[]);
        assert_eq!(code(&output), 4, "{}", stderr(&output));
        assert!(stdout(&output).contains("unreadable: not a readable workbook"), "{}", stdout(&output));
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    for round in 0..20 {
        let mut bytes = HUB_HEADER.as_bytes().to_vec();
        for _ in 0..2000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let palette = b",\"\n\r;Aa0\xff\xc3\xa9 \t\0{}[]:";
            bytes.push(palette[(state % palette.len() as u64) as usize]);
        }
        let night = TwoSystems::new(&bytes, TwoSystems::exports(3).1.as_bytes());
        let output = night.run(&[]);
        assert!([0, 1, 4].contains(&code(&output)), "round {round}: {}", stderr(&output));
        assert!(!stderr(&output).contains("panicked"), "round {round}: {}", stderr(&output));
    }
}

#[test]
fn a_pipeline_that_is_no_pipeline_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    for (wrong, expected) in
        [("", "[pipeline] is missing"), ("[pipeline", "not TOML"), ("x = 1", "unknown key `x`")]
    {
        let path = folder.path().join("wrong.toml");
        std::fs::write(&path, wrong).expect("written");
        let output = crate::support::doisoat(&["check", text(&path)]);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    assert!(root().join("pipelines").exists());
}

#[test]
fn a_cell_is_kept_as_written_only_where_it_was_changed() {
    // Two numbers of the same unknown shape: one as it stands, one with blanks and dots in it.
    let night = with_hub_rows(&[
        "H28.05-240115-9001,1.001193,Lê Thị B,021090000136,15/01/2024 08:00:00,Đang xử lý,1\n",
        "H28.05-240115-9002,1.001193,Lê Thị C,0210 9000.0236,15/01/2024 08:00:00,Đang xử lý,1\n",
    ]);
    night.run(&[]);
    let records = table(&night.out(), "records");
    let of = |code: &str| records.iter().find(|row| row["code"] == code).expect("the record");
    let (doubtful, changed) = (of("H28.05-240115-9001"), of("H28.05-240115-9002"));
    assert_eq!((doubtful["parse_issues"].as_str(), doubtful.get("raw")), ("id_malformed", None));
    assert!(changed["parse_issues"].contains("id_malformed"), "{changed:?}");
    assert!(changed["raw"].contains("id_number"), "{changed:?}");
}

#[test]
fn a_sheet_holds_as_many_rows_as_the_pipeline_says() {
    use calamine::{Reader as _, open_workbook_auto};
    let night = with_hub_rows(&[]);
    let pipeline = night.folder.path().join("pipeline.toml");
    // The portal has 20 of 60.
    std::fs::write(night.folder.path().join("portal.csv"), TwoSystems::exports(20).1).expect("written");
    let with = |line: &str| {
        let head = TWO_SYSTEMS.replace("hub = \"mot_cua\"", &format!("hub = \"mot_cua\"\n{line}"));
        std::fs::write(&pipeline, head).expect("written");
        night.run(&["--replace"])
    };
    assert_eq!(code(&with("sheet_rows = 7")), 1);
    let book = night.out().join("report/run_date=2024-02-01/mismatches.xlsx");
    let mut book = open_workbook_auto(book).expect("a workbook");
    let sheet = book.sheet_names().into_iter().find(|name| name.contains("missing")).expect("a sheet");
    // Title, header, seven findings, and the line that says how many there are more.
    assert_eq!(book.worksheet_range(&sheet).expect("rows").height(), 10);
    let found = table(&night.out(), "findings");
    assert_eq!(found.iter().filter(|row| row["kind"].starts_with("missing")).count(), 40);
    for wrong in ["0", "1.5", "2000000"] {
        let refused = with(&format!("sheet_rows = {wrong}"));
        assert_eq!(code(&refused), 2);
        assert!(stderr(&refused).contains("sheet_rows"), "{}", stderr(&refused));
    }
}

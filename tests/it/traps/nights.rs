//! The files of a night: which they are, whether they are whole, what changed since the night before.

use super::*;

#[test]
fn a_file_that_breaks_off_keeps_its_rows_and_proves_nothing() {
    let whole = csv(&rows());
    let cut = &whole[..whole.len() - 30];
    let (health, _) = Trap::new("x.csv", cut.as_bytes(), "").refusal();
    assert_eq!(health, "breaks_off");
    let packed = packing::pack(Packing::Gzip, "x.csv", csv(&rows()).repeat(40).into_bytes());
    let trap = Trap::new("x.csv.gz", &packed[..packed.len() - 20], "");
    assert_eq!(trap.refusal().0, "breaks_off");
    assert!(!trap.hub("records").is_empty());
}

#[test]
fn files_of_the_night_are_found_by_their_names() {
    let trap = Trap::new("unused", b"x", "");
    let halves = [csv(&rows()[..4]), csv(&rows()[4..])];
    let pipeline =
        PIPELINE.replace("\"FILE\"", "\"d/hs_{as_of:%Y%m%d}_*.csv\"").replace("EXTRA", "nights_back = 2");
    std::fs::write(trap.path("pipeline.toml"), pipeline).expect("written");
    std::fs::create_dir(trap.path("d")).expect("a folder");
    std::fs::write(trap.path("d/hs_20240201_1.csv"), &halves[0]).expect("written");
    std::fs::write(trap.path("d/hs_20240130_9.csv"), &halves[1]).expect("written");
    std::fs::write(trap.path("d/hs_20240120_9.csv"), "never read").expect("written");
    assert_eq!(trap.records(), expected());
    let files: Vec<_> =
        trap.hub("feeds").iter().map(|feed| (feed["file"].clone(), feed["nights_back"].clone())).collect();
    let named = |file: &str, back: &str| (file.to_owned(), back.to_owned());
    assert_eq!(files, [named("d/hs_20240130_9.csv", "2"), named("d/hs_20240201_1.csv", "0")]);
}

#[test]
fn control_totals_that_do_not_agree_make_a_feed_unhealthy() {
    let trap = Trap::new("x.csv", csv(&rows()).as_bytes(), "[system.expect]\ncontrol = \"{stem}.ctl\"");
    assert_eq!(
        trap.refusal(),
        ("control_mismatch".to_owned(), "x.ctl: the control file is not there".to_owned())
    );
    std::fs::write(trap.path("x.ctl"), "rows=9\n").expect("written");
    let output = trap.run(&["--replace"]);
    assert_eq!(code(&output), 4);
    assert_eq!(trap.feed()["reason"], "x.ctl: 8 rows, 9 announced");
    std::fs::write(trap.path("x.ctl"), "rows=8\nextracted_at=2024-01-31 22:00:00\n").expect("written");
    assert_eq!(code(&trap.run(&["--replace"])), 0);
    assert!(trap.feed().contains_key("extracted_at"));
}

#[test]
fn lists_of_the_igate_family_are_read_by_paths() {
    let record = |n: u32| {
        format!(
            r#"{{"code":"{}","procedure":{{"code":"1.004227.000.00.00.H28"}},"applicant":{{"data":{{"fullname":"{}",
            "birthday":"1994-10-23T17:00:00.000+0000"}}}},"appliedDate":"2024-01-0{n}T01:00:00.000+0000",
            "papers":[{{"kind":1,"no":"x"}},{{"kind":2,"no":"Đang xử lý"}}]}}"#,
            code_of(n),
            NAMES[n as usize - 1]
        )
    };
    let records: Vec<String> = (1..=8).map(record).collect();
    let trap = Trap::new(
        "x.json",
        format!(r#"{{"content":[{}],"totalPages":1}}"#, records.join(",")).as_bytes(),
        "",
    );
    let pipeline = std::fs::read_to_string(trap.path("pipeline.toml")).expect("read");
    let pipeline = pipeline
        .replace("\"Mã hồ sơ\"", "\"code\"")
        .replace("\"Tên thủ tục#1\"", "\"procedure.code\"")
        .replace("\"Chủ hồ sơ\"", "\"applicant.data.fullname\"\nbirth_date = \"applicant.data.birthday\"")
        .replace("\"Ngày nhận\"", "\"appliedDate\"")
        .replace("due_at = \"Ngày hẹn trả\"\n", "")
        .replace("\"Trạng thái\"", "\"papers[kind=2].no\"");
    std::fs::write(trap.path("pipeline.toml"), pipeline).expect("written");
    assert_eq!(trap.records(), expected());
    // Midnight here is the evening before in UTC.
    let born: Vec<String> = trap.hub("records").iter().map(|row| row["birth_date"].clone()).collect();
    assert!(born.iter().all(|date| date == "1994-10-24"), "{born:?}");
    let output = doisoat(&["inspect", text(&trap.path("x.json"))]);
    assert!(stdout(&output).contains("received_at    = \"appliedDate\"  # A GUESS"), "{}", stdout(&output));
}

fn night(trap: &Trap, as_of: &str) -> i32 {
    code(&trap.run(&["--as-of", as_of]))
}

#[test]
fn a_feed_is_held_against_its_own_history() {
    let trap = Trap::new(
        "x.csv",
        csv(&rows()).as_bytes(),
        "[system.expect]\nextracted_after = \"18:00\"\ncontrol = \"x.ctl\"",
    );
    let pipeline = std::fs::read_to_string(trap.path("pipeline.toml")).expect("read");
    let pipeline = pipeline.replace(
        "files = [\"portal.csv\"]",
        "files = [\"portal.csv\"]\n[system.expect]\nsame_file_again = \"healthy\"",
    );
    std::fs::write(trap.path("pipeline.toml"), pipeline).expect("written");
    let extract =
        |day: &str| std::fs::write(trap.path("x.ctl"), format!("extracted_at=2024-02-{day} 23:00:00\n"));
    // The same bytes again are unhealthy; other bytes of the same size are not.
    extract("01").expect("written");
    assert_eq!(night(&trap, "2024-02-02T02:00:00"), 0);
    extract("02").expect("written");
    assert_eq!(night(&trap, "2024-02-03T02:00:00"), 4);
    assert_eq!(trap.feed()["health"], "same_again");
    for day in 4..=6 {
        let changed = csv(&rows()).replace("17:00:00", &format!("17:0{day}:00"));
        std::fs::write(trap.path("x.csv"), changed).expect("written");
        extract(&format!("0{}", day - 1)).expect("written");
        assert_eq!(night(&trap, &format!("2024-02-0{day}T02:00:00")), 0);
    }
    // Three healthy nights say what is usual: half of it is too few.
    std::fs::write(trap.path("x.csv"), csv(&rows()[..3])).expect("written");
    extract("06").expect("written");
    assert_eq!(night(&trap, "2024-02-07T02:00:00"), 4);
    assert_eq!(
        (trap.feed()["health"].as_str(), trap.feed()["reason"].as_str()),
        ("too_few_rows", "3 rows, usually 8")
    );
    // An extract of the day before yesterday is stale.
    std::fs::write(trap.path("x.csv"), csv(&rows()).replace("17:00:00", "16:30:00")).expect("written");
    assert_eq!(night(&trap, "2024-02-08T02:00:00"), 4);
    assert_eq!(trap.feed()["health"], "stale");
    // A column that is gone from a file that had it is the file's fault, and the night goes on.
    std::fs::write(trap.path("x.csv"), csv(&rows()).replace("Trạng thái", "Tình trạng")).expect("written");
    extract("08").expect("written");
    assert_eq!(night(&trap, "2024-02-09T02:00:00"), 4);
    assert_eq!(trap.feed()["health"], "does_not_fit");
    assert!(trap.feed()["reason"].contains("has no column `Trạng thái`"), "{:?}", trap.feed());
    assert!(trap.table("findings").iter().any(|finding| finding["kind"] == "column_gone"));
}

/// What an old file says is not held against the other side, nor what a file far too large asks of others.
#[test]
fn an_old_or_swollen_export_makes_no_real_finding() {
    let trap = Trap::new("x.csv", csv(&rows()).as_bytes(), "");
    let portal = std::fs::read_to_string(trap.path("portal.csv")).expect("read");
    let changed = |day: u32| {
        let hub = csv(&rows()).replace("17:00:00", &format!("17:0{day}:00"));
        std::fs::write(trap.path("x.csv"), hub).expect("written");
    };
    let is_real = |finding: &Row| finding["state"] == "new" && finding["explained_by"].is_empty();
    for day in 2..=5 {
        changed(day);
        let of_day = portal.replace("20240108080000", &format!("202401080800{day:02}"));
        std::fs::write(trap.path("portal.csv"), of_day).expect("written");
        assert_eq!(night(&trap, &format!("2024-02-0{day}T02:00:00")), 0);
    }
    // The portal delivers the bytes of the night before, the hub has moved a receipt by three days.
    let hub = csv(&rows()).replace("05/01/2024 08:00:00", "08/01/2024 08:00:00");
    std::fs::write(trap.path("x.csv"), hub).expect("written");
    assert_eq!(night(&trap, "2024-02-06T02:00:00"), 4);
    let dates = trap.table("findings").into_iter().filter(|finding| finding["kind"] == "date_conflict");
    let dates: Vec<Row> = dates.collect();
    assert_eq!(dates.len(), 1);
    assert!(dates.iter().all(|finding| finding["explained_by"] == "feed_unhealthy"), "{dates:?}");
    // The hub delivers a year in the place of a night.
    let many: Vec<Vec<String>> = (0..200)
        .map(|at| {
            let mut row = row(1 + at % 8);
            row[1] = format!("H28.05-240101-{:04}", 100 + at);
            row
        })
        .collect();
    std::fs::write(trap.path("x.csv"), csv(&many)).expect("written");
    std::fs::write(trap.path("portal.csv"), portal.replace("20240108080000", "20240108080009"))
        .expect("written");
    assert_eq!(night(&trap, "2024-02-07T02:00:00"), 4);
    assert_eq!(trap.feed()["health"], "too_many_rows");
    let missing = |finding: &Row| finding["kind"] == "missing_on_portal" && is_real(finding);
    assert!(!trap.table("findings").iter().any(missing));
}

#[test]
fn what_changed_since_the_run_before_is_a_finding() {
    let many = |n: u32| -> Vec<Vec<String>> {
        (0..3 * n)
            .map(|at| {
                let mut r = row(1 + at % 8);
                r[1] = format!("H28.05-2401{:02}-{at:04}", 1 + at % 28);
                r
            })
            .collect()
    };
    let trap = Trap::new("x.csv", csv(&many(10)).as_bytes(), "");
    std::fs::write(trap.path("portal.csv"), "MaHoSo,NgayTiepNhan\nH28.05-240101-0001,20240101080000\n")
        .expect("written");
    assert_eq!(night(&trap, "2024-02-02T02:00:00"), 0);
    std::fs::write(trap.path("portal.csv"), "MaHoSo,NgayTiepNhan\nH28.05-240101-0001,20240101080001\n")
        .expect("written");
    let mut rows = many(10);
    rows.iter_mut().for_each(|row| {
        row[3].clear();
        row[6] = "Đã trả kết quả".to_owned();
        row.insert(4, "x".to_owned());
    });
    let text = csv(&rows).replacen("Ngày nhận", "Ghi chú,Ngày nhận", 1).replacen("STT", "TT", 1);
    std::fs::write(trap.path("x.csv"), text).expect("written");
    assert_eq!(night(&trap, "2024-02-03T02:00:00"), 0);
    let drift: Vec<(String, String)> = trap
        .table("findings")
        .iter()
        .filter(|finding| finding["rule_id"] == "R24")
        .map(|finding| (finding["kind"].clone(), finding["detail"].clone()))
        .collect();
    let before = " (before: the run of 2024-02-02)";
    let expected = [
        ("column_added", "columns: `Ghi chú`"),
        ("column_renamed", "columns: `STT` is now `TT`"),
        ("empty_share_jumped", "100.0 %, was 0.0 %"),
    ];
    let expected: Vec<(String, String)> =
        expected.iter().map(|(kind, detail)| ((*kind).to_owned(), format!("{detail}{before}"))).collect();
    assert_eq!(drift, expected);
}

#[test]
fn what_asks_for_too_much_is_refused_at_a_stated_limit() {
    let good = page(&rows());
    let mut gzip = Vec::new();
    traps::gzip_bomb(&mut gzip, 1 << 30);
    let nested = traps::json_brackets(100_000);
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("x.csv.gz", gzip, "unpacks to more than 200 times"),
        ("x.zip", traps::zip_bomb("x.csv", 1 << 30), "unpacks to more than 200 times"),
        ("x.ods", traps::ods_bomb(&good, 16_000, 1_000_000), "lays out more than"),
        ("x.json", nested, "JSON"),
        (
            "wide.csv",
            traps::csv_wide_header(&Sheet { header: &HEADER, rows: &rows() }, 2_000_000),
            "more than 16384",
        ),
        ("x.rar", b"Rar!\x1a\x07\x00".to_vec(), "pack it as zip"),
    ];
    for (file, bytes, words) in cases {
        let (health, reason) = Trap::new(file, &bytes, "").refusal();
        assert!(health == "unreadable" && reason.contains(words), "{file}: {health}: {reason}");
    }
    // A far corner costs nothing, a long cell its row.
    let trap = Trap::new("x.xlsx", &traps::xlsx_far_corner(&good), "");
    assert_eq!(trap.records(), expected());
    let long = format!("{}{}\n", csv(&rows()), "x".repeat(64 << 20));
    let trap = Trap::new("x.csv", long.as_bytes(), "reject_above = 0.5");
    assert_eq!(trap.records(), expected());
    assert_eq!(trap.hub("quarantine")[0]["reason"], "too_long");
}

#[test]
fn inspect_prints_what_check_accepts_and_init_what_run_accepts() {
    let trap = Trap::new("mot_cua.csv", csv(&rows()).as_bytes(), "");
    std::fs::remove_file(trap.path("pipeline.toml")).expect("removed");
    let exports = Path::new(trap.folder.path());
    let sheet = Sheet { header: &HEADER, rows: &rows() };
    std::fs::write(
        trap.path("ho_tich.xls"),
        write(&sheet, Form::Html { title: true }, Charset::Tcvn3, Packing::None),
    )
    .expect("written");
    for file in ["mot_cua.csv", "ho_tich.xls", "portal.csv"] {
        let output = doisoat(&["inspect", text(&trap.path(file))]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(!stdout(&output).contains("Thuý"), "a person is shown: {}", stdout(&output));
        std::fs::write(trap.path("block.toml"), stdout(&output)).expect("written");
        let output = doisoat(&["check", text(&trap.path("block.toml")), "--input", text(exports)]);
        assert_eq!(code(&output), 0, "{file}: {}", stderr(&output));
    }
    std::fs::remove_file(trap.path("block.toml")).expect("removed");
    let pipeline = trap.path("made.toml");
    let output = doisoat(&["init", text(exports), "--out", text(&pipeline)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = doisoat(&["check", text(&pipeline)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let output = doisoat(&["run", text(&pipeline), "--out", text(&trap.path("out"))]);
    assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
    let records = table(&trap.path("out"), "records");
    let names: Vec<&str> = records
        .iter()
        .filter(|row| row["system"] == "ho_tich")
        .map(|row| row["owner_name"].as_str())
        .collect();
    assert_eq!(names, NAMES);
    // Nothing is overwritten.
    assert_eq!(code(&doisoat(&["init", text(exports), "--out", text(&pipeline)])), 2);
}

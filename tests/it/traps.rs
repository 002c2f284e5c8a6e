//! Each way in which an export is known to be ugly, in a small file: the right reading, or the exact
//! refusal.

use std::path::Path;
use std::process::Output;

use crate::support::{Row, code, doisoat, stderr, stdout, table, text};
use crate::writers::book::{Book, Moment, Page, Value};
use crate::writers::{Charset, Csv, Form, Packing, Sheet, html, ods, packing, traps, write, xls, xlsx};

/// A pipeline whose hub is under test; the portal always delivers the same.
const PIPELINE: &str = r#"
[pipeline]
name = "trap"
as_of = 2024-02-01T02:00:00
hub = "hub"
fail_at = "never"

[[system]]
name = "hub"
role = "hub"
files = ["FILE"]
EXTRA
[system.columns]
code = "Mã hồ sơ"
procedure = "Tên thủ tục#1"
owner_name = "Chủ hồ sơ"
received_at = "Ngày nhận"
due_at = "Ngày hẹn trả"
status = "Trạng thái"
[system.status]
"Đang xử lý" = 4
"Đã trả kết quả" = 10

[[system]]
name = "portal"
role = "portal"
files = ["portal.csv"]
[system.columns]
code = "MaHoSo"
received_at = "NgayTiepNhan"
"#;

const HEADER: [&str; 7] =
    ["STT", "Mã hồ sơ", "Tên thủ tục", "Chủ hồ sơ", "Ngày nhận", "Ngày hẹn trả", "Trạng thái"];

struct Trap {
    folder: tempfile::TempDir,
    file: String,
}

impl Trap {
    fn new(file: &str, bytes: &[u8], extra: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let pipeline = PIPELINE.replace("FILE", file).replace("EXTRA", extra);
        std::fs::write(folder.path().join("pipeline.toml"), pipeline).expect("written");
        std::fs::write(folder.path().join(file), bytes).expect("written");
        let portal: String = (1..=8).map(|n| format!("{},2024010{n}080000\n", code_of(n))).collect();
        std::fs::write(folder.path().join("portal.csv"), format!("MaHoSo,NgayTiepNhan\n{portal}"))
            .expect("written");
        Self { folder, file: file.to_owned() }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, more: &[&str]) -> Output {
        let (pipeline, out) = (self.path("pipeline.toml"), self.path("out"));
        let mut arguments = vec!["run", text(&pipeline), "--out", text(&out)];
        arguments.extend(more);
        doisoat(&arguments)
    }

    fn table(&self, name: &str) -> Vec<Row> {
        table(&self.path("out"), name)
    }

    fn hub(&self, name: &str) -> Vec<Row> {
        self.table(name).into_iter().filter(|row| row["system"] == "hub").collect()
    }

    fn feed(&self) -> Row {
        self.hub("feeds").pop().expect("a feed")
    }

    /// Runs and gives the hub's records, one line each; all feeds must be healthy.
    fn records(&self) -> Vec<String> {
        let output = self.run(&[]);
        assert_eq!(code(&output), 0, "{}: {}{}", self.file, stdout(&output), stderr(&output));
        let shown = ["code", "owner_name", "received_at", "status"];
        let line = |row: &Row| shown.map(|name| row.get(name).cloned().unwrap_or_default()).join("|");
        self.hub("records").iter().map(line).collect()
    }

    /// Runs, and gives health and reason of the hub's unhealthy feed.
    fn refusal(&self) -> (String, String) {
        let output = self.run(&[]);
        assert_eq!(code(&output), 4, "{}: {}{}", self.file, stdout(&output), stderr(&output));
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
        let feed = self.feed();
        assert!(self.table("cases").iter().all(|case| case["hub_verdict"] != "missing"));
        (feed["health"].clone(), feed["reason"].clone())
    }
}

fn code_of(number: u32) -> String {
    format!("H28.05-24010{number}-000{number}")
}

const NAMES: [&str; 8] = [
    "Nguyễn Thị Thuý",
    "Trần Văn Lương",
    "Phạm Đức Hưng",
    "Lê Thị Phương",
    "Hoàng Mỹ Trường",
    "Vũ Thị Thưởng",
    "Đặng Quốc Dương",
    "Bùi Thị Lượng",
];

/// Row `number` of eight, as text.
fn row(number: u32) -> Vec<String> {
    [
        number.to_string(),
        code_of(number),
        "1.004227".to_owned(),
        NAMES[number as usize - 1].to_owned(),
        format!("0{number}/01/2024 08:00:00"),
        format!("1{number}/01/2024 17:00:00"),
        "Đang xử lý".to_owned(),
    ]
    .to_vec()
}

fn rows() -> Vec<Vec<String>> {
    (1..=8).map(row).collect()
}

fn expected() -> Vec<String> {
    let midnight = 1_704_067_200_000i64 - 7 * 3_600_000;
    (1..=8i64)
        .map(|n| {
            let moment = midnight + (n - 1) * 86_400_000 + 8 * 3_600_000;
            format!("{}|{}|{moment}|4", code_of(n as u32), NAMES[n as usize - 1])
        })
        .collect()
}

fn csv(rows: &[Vec<String>]) -> String {
    let line = |row: &Vec<String>| row.join(",") + "\n";
    HEADER.join(",") + "\n" + &rows.iter().map(line).collect::<String>()
}

fn page(rows: &[Vec<String>]) -> Page {
    Page::new("Danh sách").texts(&HEADER).rows(rows.iter().map(|row| row.iter().map(Value::text).collect()))
}

#[test]
fn every_format_under_any_name_gives_the_same_records() {
    let sheet = Sheet { header: &HEADER, rows: &rows() };
    for form in Form::samples() {
        let extra = match form {
            Form::Csv(Csv { delimiter, quote, escape, .. }) => {
                let quote = quote.map_or(String::new(), String::from);
                let escape = escape.map_or(String::new(), |c| format!("escape = '''{c}'''\n"));
                format!(
                    "delimiter = '''{}'''\nquote = \"{}\"\n{escape}",
                    delimiter,
                    quote.replace('"', "\\\"")
                )
            }
            _ => String::new(),
        };
        // `Tên thủ tục#1` is a path to nothing in formats without a header row.
        let trap = Trap::new("x.xls", &write(&sheet, form, Charset::Utf8, Packing::None), &extra);
        if matches!(form, Form::Csv(_) | Form::Html { .. } | Form::Xlsx { .. } | Form::Xls { .. } | Form::Ods)
        {
            assert_eq!(trap.records(), expected(), "{form:?}");
        }
    }
}

#[test]
fn old_encodings_are_read_column_by_column_and_reported() {
    let sheet = Sheet { header: &HEADER, rows: &rows() };
    for (charset, name) in [
        (Charset::Windows1258, "windows-1258"),
        (Charset::Tcvn3, "tcvn3"),
        (Charset::Viscii, "viscii"),
        (Charset::Vni, "vni"),
        (Charset::Utf8AsWindows1252, "utf-8-as-latin-1"),
        (Charset::Utf8Twice, "utf-8-twice"),
        (Charset::Utf16Le { bom: true }, "utf-8"),
    ] {
        for form in [Form::Csv(Csv::PLAIN), Form::Xlsx { inline_strings: false }] {
            if charset == (Charset::Utf16Le { bom: true }) && form != Form::Csv(Csv::PLAIN) {
                continue;
            }
            let trap = Trap::new("x.dat", &write(&sheet, form, charset, Packing::None), "");
            assert_eq!(trap.records(), expected(), "{charset:?} {form:?}");
            let columns = trap.hub("feed_columns");
            let owner = columns.iter().find(|column| column.get("field").is_some_and(|f| f == "owner_name"));
            let owner = owner.expect("the column");
            assert_eq!(owner["encoding"], name, "{charset:?} {form:?}");
            assert!(owner["confidence"].parse::<f64>().expect("a number") > 0.5, "{owner:?}");
        }
    }
}

#[test]
fn the_soft_hyphen_that_was_lost_is_found_again() {
    let sheet = Sheet { header: &HEADER, rows: &rows() };
    let bytes = write(&sheet, Form::Csv(Csv::PLAIN), Charset::Tcvn3Stripped, Packing::None);
    let trap = Trap::new("x.csv", &bytes, "");
    assert_eq!(trap.records(), expected());
    let columns = trap.hub("feed_columns");
    assert!(columns.iter().any(|column| column.get("encoding").is_some_and(|e| e == "tcvn3-stripped")));
}

#[test]
fn titles_groups_totals_and_repeated_headers_are_no_records() {
    let groups: [(&str, &[&str]); 3] = [
        ("Hồ sơ", &["STT", "Mã hồ sơ", "Tên thủ tục", "Chủ hồ sơ"]),
        ("Thời hạn", &["Ngày nhận", "Ngày hẹn trả"]),
        ("Trạng thái", &[""]),
    ];
    let values = |from: u32, to: u32| {
        let row = |n| row(n).iter().map(Value::text).collect::<Vec<_>>();
        (from..=to).map(row).collect::<Vec<_>>()
    };
    let book = Book::of(
        Page::new("Danh sách")
            .title("DANH SÁCH HỒ SƠ", 7)
            .blank(1)
            .grouped_header(&groups)
            .rows(values(1, 4))
            .texts(&HEADER)
            .rows(values(5, 8))
            .totals("TỔNG CỘNG: 8 hồ sơ", 3, vec![])
            .blank(1)
            .texts(&["", "", "", "", "", "Người lập biểu"]),
    );
    for bytes in [xlsx::write(&book, false), xls::write(&book, true), ods::write(&book)] {
        let trap = Trap::new("x.xlsx", &bytes, "");
        assert_eq!(trap.records(), expected());
        let feed = trap.feed();
        assert_eq!(
            (feed["rows"].as_str(), feed["accepted"].as_str(), feed["set_aside"].as_str()),
            ("9", "8", "2")
        );
        let reasons: Vec<_> = trap.hub("quarantine").iter().map(|row| row["reason"].clone()).collect();
        assert_eq!(reasons, ["not_a_record"]);
    }
    let trap = Trap::new("x.xls", &html::write(&book, Charset::Utf8, 2), "");
    assert_eq!(trap.records(), expected());
}

#[test]
fn another_table_above_in_the_same_sheet_is_passed_over() {
    let mut page = Page::new("PL").title("Phụ lục I", 3).texts(&["STT", "Đơn vị", "Số hồ sơ quá hạn"]);
    for number in 1..=40 {
        page = page.texts(&[number.to_string(), format!("Phòng {number}"), "3".to_owned()]);
    }
    let page = page.texts(&["TỔNG CỘNG", "", "120"]).blank(1).title("Phụ lục II", 7);
    let page = page.texts(&HEADER).rows(rows().iter().map(|row| row.iter().map(Value::text).collect()));
    let trap = Trap::new("x.xlsx", &xlsx::write(&Book::of(page), false), "");
    assert_eq!(trap.records(), expected());
}

/// A header of twelve over rows of nine, as one real product exports.
fn shifted() -> Vec<u8> {
    let header = [
        "STT",
        "Đơn vị tiếp nhận",
        "Lĩnh vực",
        "Tên thủ tục",
        "Mã hồ sơ",
        "Trạng thái",
        "Địa chỉ",
        "Chủ hồ sơ",
        "Ngày nhận",
        "Ngày hẹn trả",
        "Ngày kết thúc",
        "Đơn vị giải quyết quá hạn",
    ];
    let mut text = header.join(",") + "\n";
    for n in 1..=8u32 {
        let r = row(n);
        let cells = [
            r[0].as_str(),
            "UBND xã Cao Phong",
            "1.004227",
            &r[1],
            "Xóm Mới",
            &r[3],
            &r[4],
            &r[5],
            "19/01/2024 08:00:00",
        ];
        text += &(cells.join(",") + "\n");
    }
    text.into_bytes()
}

#[test]
fn a_header_of_twelve_over_rows_of_nine_is_refused_with_the_shift_that_would_fit() {
    let (health, reason) = Trap::new("x.csv", &shifted(), "").refusal();
    assert_eq!(health, "shifted");
    assert!(reason.contains("`Mã hồ sơ` from column 4 (-1)"), "{reason}");
    assert!(reason.contains("`Ngày nhận` from column 7 (-2)"), "{reason}");
}

#[test]
fn a_shifted_table_is_repaired_where_the_pipeline_says_so() {
    let trap = Trap::new("x.csv", &shifted(), "shifted = \"repair\"");
    let without_status: Vec<String> =
        expected().iter().map(|line| line.trim_end_matches('4').to_owned()).collect();
    assert_eq!(trap.records(), without_status);
    assert!(trap.feed()["remark"].contains("repaired"), "{:?}", trap.feed());
}

#[test]
fn damage_done_by_a_spreadsheet_is_repaired_and_noted() {
    let date = |day| Value::Date(Moment { year: 2024, month: 1, day, hour: 8, minute: 0, second: 0 });
    let mut page = Page::new("x").texts(&HEADER);
    for n in 1..=8u32 {
        let r = row(n);
        page = page.row(vec![
            Value::Number(f64::from(n)),
            Value::text(r[1].replace('-', "–").replace('H', "\u{a0}H")),
            Value::Number(1.0042),
            Value::text(r[3].replace(' ', "\u{a0}")),
            date(n as u8),
            Value::Number(45_300.0 + f64::from(n)),
            Value::text("Đang\u{ad} xử lý\u{200b}"),
        ]);
    }
    let trap = Trap::new("x.xlsx", &xlsx::write(&Book::of(page), false), "");
    assert_eq!(trap.records(), expected());
    let records = trap.hub("records");
    assert!(records.iter().all(|record| record["procedure"] == "1.004200"), "{records:?}");
    let issues = &records[0]["parse_issues"];
    for issue in ["look_alike_letter", "invisible_character", "procedure_zeros_restored"] {
        assert!(issues.contains(issue), "{issues}");
    }
}

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
        ("new_code_value", "`Đã trả kết quả` (30)"),
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

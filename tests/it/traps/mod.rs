//! Each way in which an export is known to be ugly, in a small file: the right reading, or the exact
//! refusal.

mod nights;
mod reading;

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

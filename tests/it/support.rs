//! Runs the binary, reads its Parquet with the `parquet` crate, and writes small exports.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub const TABLES: [&str; 12] = [
    "feeds",
    "feed_columns",
    "quarantine",
    "records",
    "cases",
    "links",
    "duplicates",
    "differences",
    "findings",
    "form_06a",
    "overdue",
    "summary",
];

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn doisoat(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doisoat"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the binary starts")
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("the program ends by itself")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8 on stdout")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8 on stderr")
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

/// Runs a pipeline over a folder of exports; the exit code is the caller's to judge.
pub fn run(pipeline: &str, input: &Path, out: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["run", pipeline, "--input", text(input), "--out", text(out)];
    arguments.extend(more);
    doisoat(&arguments)
}

/// Generates exports of a profile.
pub fn generate(profile: &str, dossiers: u64, seed: u64, out: &Path) {
    let (dossiers, seed) = (dossiers.to_string(), seed.to_string());
    let output = doisoat(&[
        "generate",
        profile,
        "--dossiers",
        &dossiers,
        "--seed",
        &seed,
        "--out",
        text(out),
        "--quiet",
    ]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

/// The only partition of a table.
pub fn part(out: &Path, table: &str) -> PathBuf {
    let folder = std::fs::read_dir(out.join(table)).expect("the table is there");
    let mut dates: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
    dates.sort();
    dates.pop().expect("a partition").join("part-0000.parquet")
}

pub type Row = BTreeMap<String, String>;

/// A table row by row, every value as text, nulls left out.
pub fn table(out: &Path, name: &str) -> Vec<Row> {
    rows_of(&part(out, name))
}

/// A Parquet file row by row, as [`table`] gives it.
pub fn rows_of(path: &Path) -> Vec<Row> {
    let file = File::open(path).expect("the part opens");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.expect("a batch");
        let schema = batch.schema();
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| match column.data_type() {
                // Instants as milliseconds: naming the zone needs a zone database.
                DataType::Timestamp(_, _) => cast(column, &DataType::Int64).expect("an instant"),
                _ => column.clone(),
            })
            .map(|column| cast(&column, &DataType::Utf8).expect("every column reads as text"))
            .collect();
        for row in 0..batch.num_rows() {
            let cells = schema.fields().iter().zip(&columns).filter(|(_, column)| column.is_valid(row));
            let cells = cells.map(|(field, column)| {
                (field.name().clone(), column.as_string::<i32>().value(row).to_owned())
            });
            rows.push(cells.collect());
        }
    }
    rows
}

/// Every published file below `out`, with its bytes.
pub fn bytes(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "_lock") {
                let name = path.strip_prefix(out).expect("below out").display().to_string();
                files.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// A pipeline of two CSV systems, small enough to read in a test.
pub const TWO_SYSTEMS: &str = r#"
[pipeline]
name = "two"
as_of = 2024-02-01T02:00:00
hub = "mot_cua"

[[system]]
name = "mot_cua"
role = "hub"
files = ["hub.csv"]
format = "csv"
dates = ["dd/MM/yyyy HH:mm:ss"]
[system.columns]
code = "Mã hồ sơ"
procedure = "Mã thủ tục"
owner_name = "Chủ hồ sơ"
id_number = "Số giấy tờ"
received_at = "Ngày tiếp nhận"
status = "Trạng thái"
fee = "Lệ phí"
[system.status]
"Đang xử lý" = 4
"Đã trả kết quả" = 10

[[system]]
name = "dvcqg"
role = "portal"
files = ["portal.csv"]
format = "csv"
dates = ["yyyyMMddHHmmss"]
[system.columns]
code = "MaHoSo"
procedure = "MaTTHC"
owner_name = "ChuHoSo"
id_number = "SoGiayTo"
received_at = "NgayTiepNhan"
status = "TrangThai"
fee = "Gia"
[system.status]
"4" = 4
"10" = 10

[duplicates]
on = ["id_number", "procedure"]
window = "72h"

[[ladder]]
rung = "exact_code"
[[ladder]]
rung = "identity"
on = ["id_number", "procedure"]
window = "5d"
"#;

pub const HUB_HEADER: &str = "Mã hồ sơ,Mã thủ tục,Chủ hồ sơ,Số giấy tờ,Ngày tiếp nhận,Trạng thái,Lệ phí\n";
pub const PORTAL_HEADER: &str = "MaHoSo,MaTTHC,ChuHoSo,SoGiayTo,NgayTiepNhan,TrangThai,Gia\n";

/// One dossier as both systems write it.
pub fn dossier(number: u32) -> (String, String) {
    let day = 2 + number % 20;
    let code = format!("H28.05-2401{day:02}-{number:04}");
    let id = format!("0170{:02}{:06}", 60 + number % 40, 100_000 + number);
    let hub = format!(
        "{code},1.001193.000.00.00.H28,Nguyễn Văn An,{id},{day:02}/01/2024 08:{:02}:00,Đã trả kết quả,50000\n",
        number % 60
    );
    let portal = format!(
        "{code},1.001193.000.00.00.H28,Nguyễn Văn An,{id},202401{day:02}08{:02}00,10,50000\n",
        number % 60
    );
    (hub, portal)
}

/// A folder with the two-system pipeline and its exports.
pub struct TwoSystems {
    pub folder: tempfile::TempDir,
}

impl TwoSystems {
    pub fn new(hub: &[u8], portal: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("pipeline.toml"), TWO_SYSTEMS).expect("written");
        std::fs::write(folder.path().join("hub.csv"), hub).expect("written");
        std::fs::write(folder.path().join("portal.csv"), portal).expect("written");
        Self { folder }
    }

    /// `count` dossiers on which both systems agree.
    pub fn agreeing(count: u32) -> Self {
        let (hub, portal) = Self::exports(count);
        Self::new(hub.as_bytes(), portal.as_bytes())
    }

    pub fn exports(count: u32) -> (String, String) {
        let (mut hub, mut portal) = (HUB_HEADER.to_owned(), PORTAL_HEADER.to_owned());
        for (left, right) in (1..=count).map(dossier) {
            hub.push_str(&left);
            portal.push_str(&right);
        }
        (hub, portal)
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub fn run(&self, more: &[&str]) -> Output {
        let pipeline = self.folder.path().join("pipeline.toml");
        run(text(&pipeline), self.folder.path(), &self.out(), more)
    }
}

//! The workbook read back as an auditor's spreadsheet reads it.

use std::fs;
use std::io::BufReader;
use std::sync::Arc;

use calamine::{Data, Range, Reader, Xlsx, open_workbook};
use chrono::{NaiveDate, NaiveDateTime};

use super::*;
use crate::engine::rows::{Cell, Rows};
use crate::engine::table::{Kind, Table, TableSchema, Tables};
use crate::stages::write::form_tables::{form_06a_schema, overdue_schema};

const ID_A: &str = "H28.05-240315-0001";

/// A table from lines of cells, `|` between them; an empty one is null.
fn table(name: &'static str, columns: &[(&str, Kind)], lines: &[impl AsRef<str>]) -> Table {
    let schema = TableSchema::new(name, columns);
    let mut rows = Rows::new(&schema, lines.len());
    for line in lines {
        let cells: Vec<&str> = line.as_ref().split('|').collect();
        assert_eq!(cells.len(), columns.len(), "{cells:?}");
        rows.push(columns.iter().zip(cells).map(|((_, kind), cell)| {
            let cell = Some(cell).filter(|cell| !cell.is_empty());
            match kind {
                Kind::Id | Kind::Text | Kind::Label => Cell::Text(cell),
                Kind::Float => Cell::Float(cell.map(|cell| cell.parse().unwrap())),
                _ => Cell::Int(cell.map(|cell| cell.parse().unwrap())),
            }
        }));
    }
    rows.table(schema).unwrap().whole().unwrap()
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn ms(text: &str) -> String {
    at(text).and_utc().timestamp_millis().to_string()
}

fn findings(rows: &[impl AsRef<str>]) -> Table {
    use Kind::{Date, Id, Int, Label, Text, Timestamp};
    let systems = Kind::Coded(Arc::new(vec!["mot_cua".to_owned(), "dvcqg".to_owned()]));
    table(
        "findings",
        &[
            ("finding_id", Id),
            ("kind", Label),
            ("rule_id", Label),
            ("severity", Label),
            ("state", Label),
            ("explained_by", Label),
            ("first_seen", Date),
            ("last_seen", Date),
            ("since", Timestamp),
            ("age_working_days", Int),
            ("case_id", Id),
            ("case_code", Id),
            ("system", systems.clone()),
            ("other_system", systems),
            ("record_id", Id),
            ("other_record_id", Id),
            ("link_id", Id),
            ("field", Label),
            ("unit", Label),
            ("procedure", Label),
            ("detail", Text),
            ("decision", Text),
        ],
        rows,
    )
}

/// Two linked records that disagree in name and number, one record that never arrived, one refused row.
fn tables() -> Tables {
    use Kind::{Date, Float, Id, Int, Label, Text, Timestamp};
    let since = ms("2024-03-20 07:30");
    let received = ms("2024-03-15 08:12");
    let systems = Kind::Coded(Arc::new(vec!["mot_cua".to_owned(), "dvcqg".to_owned()]));
    let empty = |schema: TableSchema| Rows::new(&schema, 0).table(schema).unwrap().whole().unwrap();
    let list = vec![
        empty(form_06a_schema()),
        empty(overdue_schema()),
        table(
            "feeds",
            &[
                ("system", Label),
                ("role", Label),
                ("file", Text),
                ("format", Label),
                ("bytes", Int),
                ("sha256", Text),
                ("rows", Int),
                ("accepted", Int),
                ("quarantined", Int),
                ("health", Label),
                ("reason", Text),
            ],
            &[
                "mot_cua|hub|mot_cua.csv|csv|900|aa11|3|2|1|healthy|",
                "dvcqg|portal|dvcqg.json|ndjson|500|bb22|1|1|0|healthy|",
            ],
        ),
        table(
            "quarantine",
            &[
                ("system", systems.clone()),
                ("file", Text),
                ("sheet", Text),
                ("row", Int),
                ("column", Text),
                ("scope", Label),
                ("reason", Label),
                ("detail", Text),
                ("code", Id),
                ("masked_value", Text),
            ],
            &["0|mot_cua.csv||4|Ngày tiếp nhận|row|date_unreadable|field received_at||=99/99/9999"],
        ),
        table(
            "records",
            &[
                ("record_id", Id),
                ("system", systems.clone()),
                ("code", Id),
                ("owner_name", Text),
                ("id_number", Id),
                ("received_at", Timestamp),
                ("status_raw", Label),
                ("raw", Text),
                ("file", Label),
                ("sheet", Label),
                ("row", Int),
            ],
            &[
                format!("REC1|0|{ID_A}|Nguyễn Văn An|001088000123|{received}|Đang xử lý||mot_cua.csv||2"),
                format!("REC2|0|=H28|Trần Thị Bình||{received}|Đã trả|{{\"code\":\"@x\"}}|mot_cua.csv||3"),
                format!("REC3|1|000.00.05-1|Nguyễn Vân An|001088000999|{received}|4||dvcqg.json||1"),
            ],
        ),
        table(
            "differences",
            &[
                ("link_id", Id),
                ("left_record_id", Id),
                ("right_record_id", Id),
                ("field", Label),
                ("left_value", Text),
                ("right_value", Text),
                ("left_raw", Text),
                ("right_raw", Text),
            ],
            &[
                "LNK1|REC1|REC3|id_number|001088000123|0010******99||",
                "LNK1|REC1|REC3|owner_name|Nguyễn Văn An|Nguyễn Vân An||",
                "LNK1|REC1|REC3|status|4|||",
            ],
        ),
        findings(&[
            format!(
                "F1|missing_on_portal|R01|high|new||||{since}|3|C2|=H28|1|0||REC2|||H28.05|1.001193|not there 5 d 0 h after receipt|"
            ),
            "F2|code_malformed|R07|low|expected||||||C2|=H28|0||REC2|||code|||code_malformed|".to_owned(),
            format!(
                "F3|status_behind|R08|medium|new|sync_collapse||||1|C1|{ID_A}|1|0|REC3|REC1|LNK1|status|||behind|"
            ),
            format!(
                "F4|identity_conflict|R13|medium|new|||||1|C1|{ID_A}|1|0|REC3|REC1|LNK1|id_number|||differs|"
            ),
            format!("F5|name_conflict|R14|medium|new|||||1|C1|{ID_A}|1|0|REC3|REC1|LNK1|owner_name|||near|"),
            "F6|published_gap|R20|high|new||||||||0||||||||late: gap -1|".to_owned(),
        ]),
        table(
            "summary",
            &[
                ("key", Text),
                ("figure", Label),
                ("period_from", Date),
                ("period_to", Date),
                ("value", Float),
                ("published", Float),
                ("gap", Float),
                ("source", Text),
            ],
            &["|late|19797|19857|6|7|-1|báo cáo quý", "|received|||2|||"],
        ),
    ];
    Tables { list, ..Tables::default() }
}

fn cover(lang: Lang) -> Cover {
    Cover {
        title: "Đối soát tỉnh X".to_owned(),
        run_id: "RUN1".to_owned(),
        as_of: at("2024-03-31 22:00"),
        period: NaiveDate::from_ymd_opt(2024, 1, 1).zip(NaiveDate::from_ymd_opt(2024, 3, 31)),
        pipeline: "tinh.toml".to_owned(),
        pipeline_sha256: "cc33".to_owned(),
        version: "0.1.0".to_owned(),
        lang,
    }
}

struct Book {
    xlsx: Xlsx<BufReader<fs::File>>,
    _folder: tempfile::TempDir,
}

fn made(tables: &Tables, lang: Lang, cap: usize) -> (Book, WorkbookReport) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mismatches.xlsx");
    let report = write(&path, tables, &cover(lang), cap).unwrap();
    (Book { xlsx: open_workbook(&path).unwrap(), _folder: folder }, report)
}

impl Book {
    fn sheet(&mut self, name: &str) -> Range<Data> {
        self.xlsx.worksheet_range(name).unwrap()
    }
}

/// The cell under a header of the second line.
fn under(sheet: &Range<Data>, header: &str, line: u32) -> String {
    let (_, width) = sheet.end().unwrap();
    let column = (0..=width)
        .find(|column| sheet.get_value((1, *column)).is_some_and(|cell| *cell == header))
        .unwrap_or_else(|| panic!("no column {header}"));
    sheet.get_value((line, column)).map(ToString::to_string).unwrap_or_default()
}

fn lines(sheet: &Range<Data>) -> Vec<String> {
    let text = |row: &[Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
    sheet.rows().map(|row| text(row).trim_end_matches('|').to_owned()).collect()
}

#[test]
fn both_sides_stand_side_by_side() {
    let (mut book, report) = made(&tables(), Lang::En, 100);
    assert_eq!(report, WorkbookReport { sheets: 10, rows: 7, left_out: 0 });
    let names = [
        "Cover",
        "R01 missing_on_portal",
        "R07 code_malformed",
        "R08 status_behind",
        "R13 identity_conflict",
        "R14 name_conflict",
        "R20 published_gap",
        "Quarantine",
        "Form II.06a",
        "Overdue",
    ];
    assert_eq!(book.xlsx.sheet_names(), names);

    let sheet = book.sheet("R14 name_conflict");
    let of = |header| under(&sheet, header, 2);
    assert_eq!(
        (of("finding id"), of("severity"), of("case code")),
        ("F5".into(), "medium".into(), ID_A.into())
    );
    assert_eq!((of("A · system"), of("B · system")), ("mot_cua".into(), "dvcqg".into()));
    assert_eq!((of("A · code"), of("B · code")), (ID_A.into(), "000.00.05-1".into()));
    assert_eq!((of("A · owner"), of("B · owner")), ("N. V. An".into(), "N. V. An".into()));
    assert_eq!((of("A · value"), of("B · value")), ("N. Văn An".into(), "N. Vân An".into()));
    assert_eq!((of("A · file"), of("B · file")), ("mot_cua.csv".into(), "dvcqg.json".into()));
    assert_eq!((of("A · row"), of("B · row")), ("2".into(), "1".into()));
    assert_eq!((of("A · status as written"), of("B · status as written")), ("Đang xử lý".into(), "4".into()));

    let sheet = book.sheet("R08 status_behind");
    let of = |header| under(&sheet, header, 2);
    assert_eq!((of("A · value"), of("B · value")), ("4 · processing".into(), "(empty)".into()));
    assert_eq!(of("explained by"), "sync_collapse");
}

#[test]
fn a_missing_side_says_so_and_dates_are_dates() {
    let (mut book, _) = made(&tables(), Lang::Vi, 100);
    let sheet = book.sheet("R01 missing_on_portal");
    let of = |header| under(&sheet, header, 2);
    assert_eq!((of("B · hệ thống"), of("B · mã hồ sơ")), ("dvcqg".into(), "(không có)".into()));
    assert_eq!((of("B · tệp"), of("A · tệp"), of("A · dòng")), ("".into(), "mot_cua.csv".into(), "3".into()));
    assert_eq!((of("mức độ"), of("trạng thái")), ("cao".into(), "mới".into()));
    let dates: Vec<_> = sheet
        .rows()
        .flatten()
        .filter_map(|cell| match cell {
            Data::DateTime(moment) => moment.as_datetime(),
            _ => None,
        })
        .collect();
    assert_eq!(dates, [at("2024-03-20 07:30"), at("2024-03-15 08:12")]);

    let sheet = book.sheet("R20 published_gap");
    assert_eq!(under(&sheet, "B · mã hồ sơ", 2), "");
}

#[test]
fn a_value_like_a_formula_stays_text() {
    let (mut book, _) = made(&tables(), Lang::En, 100);
    let sheet = book.sheet("R01 missing_on_portal");
    assert_eq!((under(&sheet, "case code", 2), under(&sheet, "A · code", 2)), ("=H28".into(), "=H28".into()));
    let sheet = book.sheet("R07 code_malformed");
    assert_eq!(
        (under(&sheet, "B · value", 2), under(&sheet, "B · value as written", 2)),
        ("=H28".into(), "@x".into())
    );
    let sheet = book.sheet("Quarantine");
    assert_eq!(under(&sheet, "masked value", 2), "=99/99/9999");
    for name in book.xlsx.sheet_names() {
        assert!(book.xlsx.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn no_personal_number_is_in_clear() {
    let (mut book, _) = made(&tables(), Lang::En, 100);
    let sheet = book.sheet("R13 identity_conflict");
    assert_eq!(
        (under(&sheet, "A · value", 2), under(&sheet, "B · value", 2)),
        ("0010******23".into(), "0010******99".into())
    );
    for name in book.xlsx.sheet_names() {
        let all = lines(&book.sheet(&name)).join("\n");
        assert!(!all.contains("001088000") && !all.contains("Nguyễn V"), "{name}");
    }
}

#[test]
fn the_cover_ties() {
    let (mut book, _) = made(&tables(), Lang::En, 100);
    let cover = lines(&book.sheet("Cover"));
    let has = |line: &str| assert!(cover.iter().any(|found| found == line), "{line} not in {cover:#?}");
    has("mot_cua|mot_cua.csv|900|3|2|1|healthy|aa11");
    has("rows = accepted + quarantined|mot_cua · mot_cua.csv|3|3|OK");
    has("rows = accepted + quarantined|all|4|4|OK");
    has("accepted = rows of table records|all|3|3|OK");
    has("quarantined = refused rows of table quarantine|all|1|1|OK");
    has("rows on the sheet + left out = rows of table findings|R01 missing_on_portal|1|1|OK");
    has("rows on the sheet + left out = rows of table findings|all|6|6|OK");
    has("real + explained + expected = rows of table findings|all|6|6|OK");
    assert!(cover.iter().any(|line| line.starts_with("báo cáo quý||late|7|6|-1|≠")));
    let behind = cover.iter().find(|line| line.starts_with("R08|")).unwrap();
    assert!(behind.starts_with("R08|Status lags behind|medium|0|1|0|1|1|0|R08 status_behind|It does not"));
    let malformed = cover.iter().find(|line| line.starts_with("R07|")).unwrap();
    assert!(malformed.starts_with("R07|Malformed dossier code|low|0|0|1|1|1|0|"));
    has("all|||4|1|1|6|6|0");
}

#[test]
fn a_total_that_does_not_tie_is_marked() {
    let mut tables = tables();
    tables.list.retain(|table| table.schema.name != "quarantine");
    let columns = ["system", "file", "sheet", "column", "scope", "reason", "detail", "code", "masked_value"];
    let mut columns: Vec<(&str, Kind)> = columns.iter().map(|name| (*name, Kind::Text)).collect();
    columns.push(("row", Kind::Int));
    tables.list.push(table("quarantine", &columns, &[""; 0]));
    let (mut book, report) = made(&tables, Lang::Vi, 100);
    assert_eq!(report.rows, 6);
    let cover = lines(&book.sheet("Bìa"));
    let line = "cách ly = số dòng bị loại trong bảng quarantine|tất cả|1|0|≠";
    assert!(cover.iter().any(|found| found == line), "{cover:#?}");
}

#[test]
fn rows_left_out_are_counted_and_real_ones_come_first() {
    let mut tables = tables();
    tables.list.retain(|table| table.schema.name != "findings");
    let row =
        |id: &str, explained: &str| format!("{id}|fee_conflict|R17|medium|new|{explained}{}", "|".repeat(16));
    let rows = [row("F1", "known"), row("F2", ""), row("F3", ""), row("F4", ""), row("F5", "")];
    tables.list.push(findings(&rows));
    let (mut book, report) = made(&tables, Lang::En, 3);
    assert_eq!(report, WorkbookReport { sheets: 5, rows: 4, left_out: 2 });
    let sheet = lines(&book.sheet("R17 fee_conflict"));
    assert!(sheet[2].starts_with("F2|") && sheet[3].starts_with("F3|") && sheet[4].starts_with("F4|"));
    assert_eq!(sheet.last().unwrap(), "… 2 more rows are not on this sheet; see Parquet table findings.");
    let cover = lines(&book.sheet("Cover"));
    let has =
        |start: &str| assert!(cover.iter().any(|line| line.starts_with(start)), "{start} not in {cover:#?}");
    has("R17|Fees differ|medium|4|1|0|5|3|2|");
    has("rows on the sheet + left out = rows of table findings|R17 fee_conflict|5|5|OK");
    has("Findings not on the sheets; see Parquet table findings: 2");
}

#[test]
fn two_writes_are_byte_equal() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.xlsx"), folder.path().join("two.xlsx"));
    let report = write(&one, &tables(), &cover(Lang::Vi), 100).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(write(&two, &tables(), &cover(Lang::Vi), 100).unwrap(), report);
    assert!(fs::read(one).unwrap() == fs::read(two).unwrap());
}

#[test]
fn a_lost_table_or_column_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    let mut tables = tables();
    tables.list.retain(|table| table.schema.name != "summary");
    let error = write(&path, &tables, &cover(Lang::Vi), 100).unwrap_err();
    assert!(matches!(error, WorkbookError::Table("summary")), "{error}");
    tables.list.push(table("summary", &[("key", Kind::Text)], &[""; 0]));
    let error = write(&path, &tables, &cover(Lang::Vi), 100).unwrap_err();
    assert!(matches!(error, WorkbookError::Column { table: "summary", .. }), "{error}");
    assert!(!path.exists());
}

#[test]
fn sheet_names_are_fit_for_excel() {
    let mut taken = BTreeSet::new();
    let long = "R99 a_kind_somebody_gave_a_very_long_name";
    assert_eq!(sheet_name(&mut taken, long), "R99 a_kind_somebody_gave_a_very");
    assert_eq!(sheet_name(&mut taken, &long.to_uppercase()), "R99 A_KIND_SOMEBODY_GAVE_A_VE 2");
    assert_eq!(sheet_name(&mut taken, "a/b:[c]'"), "abc");
    assert_eq!(sheet_name(&mut taken, " "), "-");
}

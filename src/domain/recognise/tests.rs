//! Recognition over whole exports: the synthetic samples, and the known misshapen reports.

use proptest::prelude::*;

use super::*;
use crate::domain::date::DatePattern;
use crate::domain::dossier::FieldName;

fn table<'a>(text: &'a str, delimiter: char, first: &str) -> (Vec<&'a str>, Vec<Vec<&'a str>>) {
    let mut lines = text.lines().skip_while(|line| !line.starts_with(first));
    let header: Vec<&str> = lines.next().unwrap().split(delimiter).collect();
    let rows: Vec<Vec<&str>> =
        lines.map(|line| line.split(delimiter).map(|cell| cell.trim_start_matches('#')).collect()).collect();
    let whole = rows.into_iter().filter(|row| row.len() == header.len()).collect();
    (header, whole)
}

fn mapping(header: &[&str], rows: &[Vec<&str>]) -> Vec<(&'static str, usize)> {
    let columns: Vec<(String, ColumnProfile)> = header
        .iter()
        .enumerate()
        .map(|(at, header)| ((*header).to_owned(), profile(rows.iter().map(|row| row[at]))))
        .collect();
    let found = assign(&columns, &|column, row| rows[row][column]);
    found.iter().map(|proposal| (proposal.field.name(), proposal.column)).collect()
}

/// Field and header, in the order of the columns.
fn named<'a>(header: &[&'a str], rows: &[Vec<&str>]) -> Vec<(&'static str, &'a str)> {
    mapping(header, rows).into_iter().map(|(field, column)| (field, header[column])).collect()
}

macro_rules! sample {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sample_data/clean/", $path))
    };
}

const MOT_CUA: &str = sample!("mot_cua.csv");
const HO_TICH: &str = sample!("ho_tich.csv");
const DAT_DAI: &str = sample!("dat_dai.tsv");

#[test]
fn the_samples_map_as_their_pipeline_does() {
    let (header, rows) = table(MOT_CUA, ',', "Mã hồ sơ");
    assert_eq!(
        named(&header, &rows),
        [
            ("code", "Mã hồ sơ"),
            ("procedure", "Mã thủ tục"),
            ("procedure_name", "Tên thủ tục hành chính"),
            ("field", "Lĩnh vực"),
            ("unit", "Mã đơn vị"),
            ("unit_name", "Cơ quan/đơn vị"),
            ("level", "Cấp"),
            ("channel", "Hình thức nộp"),
            ("owner_name", "Chủ hồ sơ"),
            ("id_number", "Số giấy tờ"),
            ("birth_date", "Ngày sinh"),
            ("phone", "Số điện thoại"),
            ("received_at", "Ngày tiếp nhận"),
            ("due_at", "Ngày hẹn trả"),
            ("finished_at", "Ngày kết thúc xử lý"),
            ("returned_at", "Ngày trả"),
            ("status", "Trạng thái hồ sơ"),
            ("fee", "Lệ phí"),
            ("alt_code", "Mã hồ sơ khác"),
        ]
    );
    let (header, rows) = table(HO_TICH, ';', "maHoSoLT");
    assert_eq!(
        named(&header, &rows),
        [
            ("code", "maHoSoLT"),
            ("hub_code", "maHoSoMCDT"),
            ("procedure", "maTTHC"),
            ("procedure_name", "tenTTHC"),
            ("owner_name", "nycHoTen"),
            ("id_number", "nycSoGiayTo"),
            ("birth_date", "nycNgaySinh"),
            ("subject_name", "nksHoTen"),
            ("received_at", "ngayTiepNhan"),
            ("due_at", "ngayHenTra"),
            ("finished_at", "ngayKetThuc"),
            ("status", "trangThai"),
            ("fee", "lePhi"),
            ("synced_at", "ngayNhanDuLieu"),
        ]
    );
    let (header, rows) = table(DAT_DAI, '\t', "STT");
    let found = named(&header, &rows);
    assert_eq!(found.len(), 14);
    assert!(found.contains(&("code", "Số biên nhận")) && found.contains(&("hub_code", "Mã hồ sơ một cửa")));
    assert!(
        found.iter().all(|(_, header)| !["STT", "Số thửa", "Tờ bản đồ", "Diện tích (m2)"].contains(header))
    );
}

/// Without headers most of the one-stop export is still known, and nothing of it wrongly.
#[test]
fn cells_alone_map_most_and_nothing_wrongly() {
    let (header, rows) = table(MOT_CUA, ',', "Mã hồ sơ");
    let right = mapping(&header, &rows);
    let blank: Vec<String> = (0..header.len()).map(|at| format!("Column{at}")).collect();
    let blank: Vec<&str> = blank.iter().map(String::as_str).collect();
    let found = mapping(&blank, &rows);
    assert!(found.len() >= 16, "{found:?}");
    assert!(found.iter().all(|pair| right.contains(pair)), "{found:?}");
}

/// The report of 24 columns of one provincial product.
#[test]
fn a_wide_report_is_mapped_without_its_look_alikes() {
    let header = [
        "Mã hồ sơ",
        "Mã thủ tục",
        "Nội dung",
        "Cơ quan thụ lý",
        "Sổ theo dõi",
        "Chủ hồ sơ",
        "Địa chỉ",
        "Số điện thoại",
        "Thư điện tử",
        "Người nộp hồ sơ",
        "Điện thoại liên lạc",
        "Ngày gửi",
        "Ngày tiếp nhận",
        "Ngày hẹn trả",
        "Ngày gia hạn",
        "Ngày hoàn thành",
        "Ngày trả",
        "Trạng thái",
        "Trực tuyến",
        "Mã hồ sơ gốc",
        "Ghi chú xử lý",
        "Ghi chú nộp",
        "Chi tiết nội dung",
        "Hạn xử lý",
    ];
    let row = |n: u32, owner: &'static str, by: &'static str| -> Vec<String> {
        let text = |s: &str| s.to_owned();
        vec![
            format!("H30.12-2403{n:02}-000{n}"),
            text("1.001193.000.00.00.H30"),
            text("Đăng ký khai sinh"),
            text("UBND phường IV"),
            text("Sổ hộ tịch"),
            text(owner),
            text("Khu vực 4, phường IV"),
            format!("091200000{n}"),
            text("a@example.vn"),
            text(by),
            format!("038200000{n}"),
            format!("{n:02}/03/2024 07:05"),
            format!("{n:02}/03/2024 08:10"),
            format!("1{n}/03/2024 17:00"),
            text(""),
            format!("0{n}/03/2024 15:00"),
            format!("0{n}/03/2024 16:00"),
            text("Đã trả kết quả"),
            text("Không"),
            text(""),
            text("xong"),
            text(""),
            text("bản sao"),
            format!("1{n}/03/2024 17:00"),
        ]
    };
    let rows = [
        row(1, "Lê Thị Thúy", "Lê Thị Thúy"),
        row(2, "CÔNG TY TNHH MTV 28", "Nguyễn Văn Đức"),
        row(3, "Phạm Văn Lộc", "Trần Thị Lý"),
    ];
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    assert_eq!(
        named(&header, &rows),
        [
            ("code", "Mã hồ sơ"),
            ("procedure", "Mã thủ tục"),
            ("procedure_name", "Nội dung"),
            ("unit_name", "Cơ quan thụ lý"),
            ("owner_name", "Chủ hồ sơ"),
            ("phone", "Số điện thoại"),
            ("submitted_at", "Ngày gửi"),
            ("received_at", "Ngày tiếp nhận"),
            ("due_at", "Ngày hẹn trả"),
            ("finished_at", "Ngày hoàn thành"),
            ("returned_at", "Ngày trả"),
            ("status", "Trạng thái"),
            ("alt_code", "Mã hồ sơ gốc"),
        ]
    );
}

/// A known export: twelve headers over nine cells, so that from the third on nothing stands under its own.
#[test]
fn a_header_wider_than_its_body_is_outvoted() {
    let header = [
        "STT",
        "Đơn vị tiếp nhận",
        "Lĩnh vực",
        "Tên thủ tục hành chính",
        "Mã hồ sơ",
        "Trạng thái",
        "Địa chỉ",
        "Chủ hồ sơ",
        "Ngày nhận",
        "Ngày hẹn trả",
        "Ngày kết thúc xử lý",
        "Đơn vị/cá nhân giải quyết quá hạn",
    ];
    let rows: Vec<Vec<String>> = (1..=6)
        .map(|n| {
            let owner = ["Lê Thị Thúy", "Nguyễn Văn Đức", "Phạm Văn Lộc"][n % 3];
            let texts = ["UBND xã Hòa Bình", "Đăng ký khai sinh"];
            let code = format!("H28.30.03-24010{n}-0001");
            let mut row =
                vec![n.to_string(), texts[0].into(), texts[1].into(), code, "Xóm 3, xã Hòa Bình".into()];
            row.extend([
                owner.into(),
                format!("0{n}/01/2024"),
                format!("1{n}/01/2024"),
                format!("0{}/01/2024", n + 3),
            ]);
            row.extend(vec![String::new(); 3]);
            row
        })
        .collect();
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let found = mapping(&header, &rows);
    for pair in [("unit_name", 1), ("procedure_name", 2), ("code", 3), ("owner_name", 5)] {
        assert!(found.contains(&pair), "{pair:?} {found:?}");
    }
    // The appointment that stands under "Chủ hồ sơ" is told by its order, or left out, but never misnamed.
    assert!(
        found.iter().all(|(field, column)| !field.ends_with("_at") || (6..=8).contains(column)),
        "{found:?}"
    );
}

proptest! {
    /// Whatever the table holds: no panic, each field and column once, confidences in range, the same
    /// answer twice.
    #[test]
    fn any_table_has_an_answer(
        headers in proptest::collection::vec("(\\PC{0,24}|Mã hồ sơ|Ngày trả|code)", 1..6),
        cells in proptest::collection::vec(
            "(\\PC{0,24}|[0-9]{1,14}|[0-9]{1,2}/[0-9]{1,2}/20[0-9]{2}|H28.05-240315-000[0-9])",
            0..40,
        ),
    ) {
        let rows = cells.len() / headers.len();
        let cell = |column: usize, row: usize| cells[row * headers.len() + column].as_str();
        let columns: Vec<(String, ColumnProfile)> = headers
            .iter()
            .enumerate()
            .map(|(at, header)| (header.clone(), profile((0..rows).map(|row| cell(at, row)))))
            .collect();
        let found = assign(&columns, &cell);
        prop_assert_eq!(&found, &assign(&columns, &cell));
        for (at, proposal) in found.iter().enumerate() {
            prop_assert!((SURE..=1.0).contains(&proposal.confidence));
            for other in &found[at + 1..] {
                prop_assert!(other.field != proposal.field && other.column != proposal.column);
            }
        }
        let dates = [DatePattern::parse("dd/MM/yyyy").unwrap()];
        let known = Known {
            dates: &dates,
            is_status: &|_| false,
            is_level: &|_| false,
            own_codes: true,
            own_hub_codes: true,
        };
        for cell in &cells {
            for field in FieldName::ALL {
                let _ = fits(*field, cell, &known);
            }
        }
        let texts = || cells.iter().map(String::as_str);
        let _ = (date_patterns(texts()), status_proposal(texts()));
    }
}

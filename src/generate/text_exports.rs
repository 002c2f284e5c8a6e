//! The two CSV exports: the hub's and the civil-status system's.

use super::details::Parcel;
use super::error::GenerateError;
use super::profile::{Channel, Level};
use super::row::{Flaw, Place, Row, System};
use super::setting::Setting;
use super::truth::CsvFile;
use chrono::Datelike;
use std::path::Path;

const HUB_HEADER: [&str; 39] = [
    "Mã hồ sơ",
    "Mã thủ tục",
    "Tên thủ tục hành chính",
    "Lĩnh vực",
    "Mã đơn vị",
    "Cơ quan/đơn vị",
    "Cấp",
    "Hình thức nộp",
    "Chủ hồ sơ",
    "Số giấy tờ",
    "Ngày sinh",
    "Số điện thoại",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Ngày trả",
    "Trạng thái hồ sơ",
    "Lệ phí",
    "Mã hồ sơ khác",
    "Trích yếu",
    "Giới tính",
    "Người nộp",
    "Thửa đất",
    "Người được đăng ký",
    "Số lần bổ sung",
    "Ngày yêu cầu bổ sung",
    "Ngày bổ sung",
    "Ngày hẹn trả trước",
    "Số lần gia hạn",
    "Ngày xin lỗi",
    "Số ngày quy trình",
    "Tệp nộp",
    "Tệp kết quả",
    "Số hóa",
    "Thanh toán trực tuyến",
    "Đã đồng bộ",
    "Vị trí để hồ sơ",
    "Ngày xóa",
    "Ngày nộp",
];
const HO_TICH_HEADER: [&str; 16] = [
    "maHoSoLT",
    "maHoSoMCDT",
    "module",
    "maTTHC",
    "tenTTHC",
    "nycHoTen",
    "nycSoGiayTo",
    "nycNgaySinh",
    "nksHoTen",
    "nksNgaySinh",
    "ngayTiepNhan",
    "ngayHenTra",
    "ngayKetThuc",
    "trangThai",
    "lePhi",
    "ngayNhanDuLieu",
];

pub struct HubExport(CsvFile);

impl HubExport {
    pub fn create(out: &Path, setting: &Setting) -> Result<Self, GenerateError> {
        let mut file = CsvFile::create(out, setting.file(System::Hub), b',')?;
        file.write(HUB_HEADER)?;
        Ok(HubExport(file))
    }

    pub fn write(&mut self, setting: &Setting, row: &Row) -> Result<Place, GenerateError> {
        let system = System::Hub;
        let procedure = setting.profile.procedure.get(row.procedure);
        let unit = setting.profile.unit.get(row.unit);
        let level = match unit.map(|unit| unit.level) {
            Some(Level::Province) => "Tỉnh",
            Some(Level::District) => "Huyện",
            Some(Level::Commune) | None => "Xã",
        };
        let channel = match row.channel {
            Channel::Direct => "Trực tiếp",
            Channel::Online => "Trực tuyến",
            Channel::Post => "Bưu chính",
        };
        let details = &row.details;
        let cells: [&str; 39] = [
            &row.code,
            row.procedure_code(setting, system),
            procedure.map_or("", |keys| &keys.name),
            procedure.map_or("", |keys| &keys.field),
            unit.map_or("", |unit| &unit.code),
            unit.map_or("", |unit| &unit.name),
            level,
            channel,
            &row.owner,
            &row.id,
            &system.birth(row.birth),
            &row.phone,
            &system.stamp(row.received),
            &system.stamp_or_empty(row.due),
            &system.stamp_or_empty(row.finished),
            &system.stamp_or_empty(row.returned),
            system.status(row.status),
            &row.fee.to_string(),
            &row.hub_code,
            &details.summary,
            if row.male { "Nam" } else { "Nữ" },
            &details.agent,
            &details.parcel.map(Parcel::text).unwrap_or_default(),
            row.child.as_ref().map_or("", |child| &child.name),
            &details.supplements.to_string(),
            &system.stamp_or_empty(details.asked),
            &system.stamp_or_empty(details.supplemented),
            &system.stamp_or_empty(details.due_before),
            &details.extensions.to_string(),
            &system.stamp_or_empty(details.apology),
            &details.process_days.to_string(),
            &details.documents.join("##"),
            &details.results.join("##"),
            yes_or_no(details.digitised),
            yes_or_no(details.paid_online),
            yes_or_no(details.sync_flag),
            details.storage,
            &system.stamp_or_empty(details.deleted),
            &system.stamp(details.submitted),
        ];
        write_cells(&mut self.0, &cells, 12, row.flaw)
    }

    pub fn finish(&mut self) -> Result<(), GenerateError> {
        self.0.finish()
    }
}

pub struct HoTichExport(CsvFile);

impl HoTichExport {
    pub fn create(out: &Path, setting: &Setting) -> Result<Self, GenerateError> {
        let mut file = CsvFile::create(out, setting.file(System::HoTich), b';')?;
        file.write(HO_TICH_HEADER)?;
        Ok(HoTichExport(file))
    }

    /// The next own code of this system.
    pub fn code(setting: &Setting, row: &Row, number: u64) -> String {
        let module = setting.profile.procedure.get(row.procedure).and_then(|keys| keys.module.as_deref());
        format!("{}-{}-{number:07}", module.unwrap_or("LTHT"), row.received.year())
    }

    pub fn write(&mut self, setting: &Setting, row: &Row) -> Result<Place, GenerateError> {
        let system = System::HoTich;
        let procedure = setting.profile.procedure.get(row.procedure);
        // The module of the code, also where the procedure was changed.
        let module = row.code.split('-').next().unwrap_or("");
        let child_birth = row.child.as_ref().map(|child| system.birth(child.birth)).unwrap_or_default();
        let cells: [&str; 16] = [
            &row.code,
            &row.hub_code,
            module,
            row.procedure_code(setting, system),
            procedure.map_or("", |keys| &keys.name),
            &row.owner,
            if row.id_is_number { row.id.trim_start_matches('0') } else { &row.id },
            &system.birth(row.birth),
            row.child.as_ref().map_or("", |child| &child.name),
            &child_birth,
            &system.stamp(row.received),
            &system.stamp_or_empty(row.due),
            &system.stamp_or_empty(row.finished),
            system.status(row.status),
            &row.fee.to_string(),
            &system.stamp(row.synced),
        ];
        write_cells(&mut self.0, &cells, 10, row.flaw)
    }

    pub fn finish(&mut self) -> Result<(), GenerateError> {
        self.0.finish()
    }
}

/// Writes the cells, broken as the flaw says; the received date is in cell `received`.
fn write_cells(
    file: &mut CsvFile,
    cells: &[&str],
    received: usize,
    flaw: Option<Flaw>,
) -> Result<Place, GenerateError> {
    match flaw {
        None => file.write(cells)?,
        Some(Flaw::CutRow) => {
            // The line breaks off in the middle of its seventh cell.
            let cut = cells
                .iter()
                .take(7)
                .enumerate()
                .map(|(index, cell)| if index == 6 { half(cell) } else { cell });
            file.write(cut)?;
        }
        Some(Flaw::TooManyCells) => {
            file.write(cells.iter().take(9).chain(&["", "x"]).chain(cells.iter().skip(9)))?
        }
        Some(Flaw::UnreadableDate | Flaw::BrokenJson) => {
            file.write(replaced(cells, received, Flaw::BAD_DATE))?
        }
        Some(Flaw::EmptyCode) => file.write(replaced(cells, 0, ""))?,
    }
    Ok(Place { sheet: "", row: file.line() })
}

fn yes_or_no(flag: bool) -> &'static str {
    if flag { "1" } else { "0" }
}

fn half(cell: &str) -> &str {
    let middle = cell.char_indices().nth(cell.chars().count() / 2).map_or(0, |(index, _)| index);
    cell.get(..middle).unwrap_or("")
}

fn replaced<'a>(cells: &'a [&'a str], at: usize, text: &'a str) -> impl Iterator<Item = &'a str> {
    cells.iter().enumerate().map(move |(index, cell)| if index == at { text } else { cell })
}

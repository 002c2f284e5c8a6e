//! The three text exports: the hub's CSV, the portal's NDJSON, the civil-status CSV.

use super::error::GenerateError;
use super::profile::{Channel, Level};
use super::row::{Flaw, Place, Row, System};
use super::setting::Setting;
use super::truth::{CsvFile, LineFile};
use chrono::Datelike;
use serde::Serialize;
use std::path::Path;

const HUB_HEADER: [&str; 19] = [
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
        let cells: [&str; 19] = [
            &row.code,
            setting.long_codes.get(row.procedure).map_or("", String::as_str),
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
            &system.stamp(row.due),
            &system.stamp_or_empty(row.finished),
            &system.stamp_or_empty(row.returned),
            system.status(row.status),
            &row.fee.to_string(),
            &row.hub_code,
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
            procedure.map_or("", |keys| &keys.code),
            procedure.map_or("", |keys| &keys.name),
            &row.owner,
            if row.id_is_number { row.id.trim_start_matches('0') } else { &row.id },
            &system.birth(row.birth),
            row.child.as_ref().map_or("", |child| &child.name),
            &child_birth,
            &system.stamp(row.received),
            &system.stamp(row.due),
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

fn half(cell: &str) -> &str {
    let middle = cell.char_indices().nth(cell.chars().count() / 2).map_or(0, |(index, _)| index);
    cell.get(..middle).unwrap_or("")
}

fn replaced<'a>(cells: &'a [&'a str], at: usize, text: &'a str) -> impl Iterator<Item = &'a str> {
    cells.iter().enumerate().map(move |(index, cell)| if index == at { text } else { cell })
}

pub struct PortalExport {
    file: LineFile,
    line: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PortalRecord<'a> {
    ma_ho_so: &'a str,
    #[serde(rename = "MaTTHC")]
    ma_tthc: &'a str,
    #[serde(rename = "TenTTHC")]
    ten_tthc: &'a str,
    ma_linh_vuc: &'a str,
    ten_linh_vuc: &'a str,
    kenh_thuc_hien: &'a str,
    chu_ho_so: &'a str,
    loai_doi_tuong: &'a str,
    #[serde(rename = "DinhDanhCHS")]
    dinh_danh_chs: [Identity<'a>; 1],
    email: &'a str,
    fax: &'a str,
    so_dien_thoai: &'a str,
    trich_yeu_ho_so: &'a str,
    ngay_nop_ho_so: &'a str,
    ngay_tiep_nhan: &'a str,
    ngay_hen_tra: &'a str,
    ngay_tra: &'a str,
    ngay_ket_thuc_xu_ly: &'a str,
    trang_thai_ho_so: &'a str,
    thong_tin_tra: &'a str,
    hinh_thuc: &'a str,
    don_vi_xu_ly: &'a str,
    noi_nop_ho_so: &'a str,
    ma_ho_so_khac: &'a str,
    danh_sach_le_phi: &'a [Fee<'a>],
    ghi_chu: &'a str,
    thoi_diem_dong_bo: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity<'a> {
    loai_dinh_danh: &'a str,
    so_dinh_danh: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Fee<'a> {
    ten_phi_le_phi: &'a str,
    ma_phi_le_phi: &'a str,
    hinh_thuc_thu: &'a str,
    gia: &'a str,
    loai_phi_le_phi: &'a str,
}

impl PortalExport {
    pub fn create(out: &Path, setting: &Setting) -> Result<Self, GenerateError> {
        Ok(PortalExport { file: LineFile::create(out, setting.file(System::Portal))?, line: Vec::new() })
    }

    pub fn write(&mut self, setting: &Setting, row: &Row) -> Result<Place, GenerateError> {
        let system = System::Portal;
        let procedure = setting.profile.procedure.get(row.procedure);
        let (channel, posted) = match row.channel {
            Channel::Direct => ("1", "0"),
            Channel::Online => ("2", "0"),
            Channel::Post => ("3", "1"),
        };
        let stamp = system.stamp(row.received);
        let received = if row.flaw == Some(Flaw::UnreadableDate) { Flaw::BAD_DATE } else { stamp.as_str() };
        let price = row.fee.to_string();
        let fee = [Fee {
            ten_phi_le_phi: "Lệ phí",
            ma_phi_le_phi: "LP01",
            hinh_thuc_thu: "1",
            gia: &price,
            loai_phi_le_phi: "2",
        }];
        let record = PortalRecord {
            ma_ho_so: if row.flaw == Some(Flaw::EmptyCode) { "" } else { &row.code },
            ma_tthc: setting.long_codes.get(row.procedure).map_or("", String::as_str),
            ten_tthc: procedure.map_or("", |keys| &keys.name),
            ma_linh_vuc: procedure.map_or("", |keys| &keys.field_code),
            ten_linh_vuc: procedure.map_or("", |keys| &keys.field),
            kenh_thuc_hien: channel,
            chu_ho_so: &row.owner,
            loai_doi_tuong: "1",
            dinh_danh_chs: [Identity {
                loai_dinh_danh: if row.id.len() == 12 { "1" } else { "2" },
                so_dinh_danh: &row.id,
            }],
            email: "",
            fax: "",
            so_dien_thoai: &row.phone,
            trich_yeu_ho_so: procedure.map_or("", |keys| &keys.name),
            // The sync job sends the time received as the time handed in.
            ngay_nop_ho_so: received,
            ngay_tiep_nhan: received,
            ngay_hen_tra: &system.stamp(row.due),
            ngay_tra: &system.stamp_or_empty(row.returned),
            ngay_ket_thuc_xu_ly: &system.stamp_or_empty(row.finished),
            trang_thai_ho_so: system.status(row.status),
            thong_tin_tra: "",
            hinh_thuc: posted,
            don_vi_xu_ly: setting.profile.unit.get(row.unit).map_or("", |unit| &unit.code),
            noi_nop_ho_so: "2",
            ma_ho_so_khac: &row.hub_code,
            danh_sach_le_phi: if row.fee > 0 { &fee } else { &[] },
            ghi_chu: "",
            thoi_diem_dong_bo: &system.stamp(row.synced),
        };
        self.line.clear();
        serde_json::to_writer(&mut self.line, &record)
            .map_err(|source| GenerateError::Json { path: self.file.path.clone(), source })?;
        if row.flaw == Some(Flaw::BrokenJson) {
            // Inside the first field's value, where no letter takes two bytes.
            self.line.truncate(20);
        }
        self.file.write(&self.line)?;
        Ok(Place { sheet: "", row: self.file.lines })
    }

    pub fn finish(&mut self) -> Result<(), GenerateError> {
        self.file.finish()
    }
}

//! The land system's workbook: titles above the header, real dates, and identity numbers that are
//! sometimes numbers.

use super::details::Parcel;
use super::error::GenerateError;
use super::row::{Flaw, Place, Row, System};
use super::setting::Setting;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::path::{Path, PathBuf};

/// Rows a sheet can hold, and the rows above the data.
const SHEET_ROWS: u32 = 1_048_576;
const HEAD_ROWS: u32 = 5;
const SHEETS: [&str; 8] = [
    "Danh sách",
    "Danh sách 2",
    "Danh sách 3",
    "Danh sách 4",
    "Danh sách 5",
    "Danh sách 6",
    "Danh sách 7",
    "Danh sách 8",
];
const HEADER: [&str; 19] = [
    "STT",
    "Số biên nhận",
    "Mã hồ sơ một cửa",
    "Mã quy trình",
    "Tên quy trình",
    "Họ tên người nộp đơn",
    "Số CMND/CCCD",
    "Ngày sinh",
    "Số điện thoại",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc",
    "Trạng thái",
    "Lệ phí",
    "Ngày nhận dữ liệu",
    "Số thửa",
    "Tờ bản đồ",
    "Diện tích (m2)",
    "Thửa đất",
];

pub struct LandExport {
    path: PathBuf,
    workbook: Workbook,
    date: Format,
    titles: [String; 3],
    sheet: usize,
    /// Next row of the sheet, from 0.
    row: u32,
}

impl LandExport {
    pub fn create(out: &Path, setting: &Setting) -> Result<Self, GenerateError> {
        let path = out.join(setting.file(System::DatDai));
        let profile = &setting.profile;
        let mut export = LandExport {
            path: path.clone(),
            workbook: Workbook::new(),
            date: Format::new().set_num_format("dd/mm/yyyy hh:mm:ss"),
            titles: [
                "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI".to_owned(),
                "DANH SÁCH HỒ SƠ ĐĂNG KÝ ĐẤT ĐAI".to_owned(),
                format!(
                    "Từ ngày {} đến ngày {}",
                    System::DatDai.birth(profile.period_start.0),
                    System::DatDai.birth(profile.period_end.0)
                ),
            ],
            sheet: 0,
            row: 0,
        };
        export.open(out).map_err(|source| failed(&path, source))?;
        Ok(export)
    }

    fn open(&mut self, out: &Path) -> Result<(), XlsxError> {
        // Rows wait beside the export, not in a small /tmp; and the file bears no clock.
        self.workbook.set_tempdir(out)?;
        let created = ExcelDateTime::from_ymd(2024, 1, 1)?;
        self.workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        self.add_sheet()
    }

    fn add_sheet(&mut self) -> Result<(), XlsxError> {
        let name = SHEETS.get(self.sheet).copied().unwrap_or("");
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        for (row, title) in (0..).zip(&self.titles) {
            sheet.write_string(row, 0, title)?;
        }
        for (column, name) in (0..).zip(HEADER) {
            sheet.write_string(HEAD_ROWS - 1, column, name)?;
        }
        self.row = HEAD_ROWS;
        Ok(())
    }

    /// The next own code of this system.
    pub fn code(row: &Row, number: u64) -> String {
        format!("BN{:02}-{number:07}", row.received.year() % 100)
    }

    pub fn write(&mut self, setting: &Setting, row: &Row) -> Result<Place, GenerateError> {
        self.try_write(setting, row).map_err(|source| failed(&self.path, source))
    }

    fn try_write(&mut self, setting: &Setting, row: &Row) -> Result<Place, XlsxError> {
        if self.row == SHEET_ROWS {
            self.sheet += 1;
            self.add_sheet()?;
        }
        let at = self.row;
        self.row += 1;
        let date = &self.date;
        let sheet = self.workbook.worksheet_from_index(self.sheet)?;
        let procedure = setting.profile.procedure.get(row.procedure);
        // The number of the receipt, so that a row written twice is the same row.
        let number: u64 = row.code.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0);
        sheet.write_number(at, 0, number as f64)?;
        text(sheet, at, 1, &row.code)?;
        text(sheet, at, 2, &row.hub_code)?;
        text(sheet, at, 3, row.procedure_code(setting, System::DatDai))?;
        text(sheet, at, 4, procedure.map_or("", |keys| &keys.name))?;
        text(sheet, at, 5, &row.owner)?;
        text_or_number(sheet, at, 6, &row.id, row.id_is_number)?;
        text(sheet, at, 7, &System::DatDai.birth(row.birth))?;
        text_or_number(sheet, at, 8, &row.phone, row.phone_is_number)?;
        if row.flaw.is_some() {
            text(sheet, at, 9, Flaw::BAD_DATE)?;
        } else {
            sheet.write_number_with_format(at, 9, serial(row.received), date)?;
        }
        if let Some(due) = row.due {
            sheet.write_number_with_format(at, 10, serial(due), date)?;
        }
        if let Some(finished) = row.finished {
            sheet.write_number_with_format(at, 11, serial(finished), date)?;
        }
        text(sheet, at, 12, System::DatDai.status(row.status))?;
        sheet.write_number(at, 13, row.fee)?;
        sheet.write_number_with_format(at, 14, serial(row.synced), date)?;
        // The area is made of the number.
        let seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
        if let Some(parcel) = row.details.parcel {
            sheet.write_number(at, 15, parcel.number as f64)?;
            sheet.write_number(at, 16, parcel.sheet as f64)?;
        }
        sheet.write_number(at, 17, (seed / 7 % 60_000 + 400) as f64 / 10.0)?;
        text(sheet, at, 18, &row.details.parcel.map(Parcel::text).unwrap_or_default())?;
        Ok(Place { sheet: SHEETS.get(self.sheet).copied().unwrap_or(""), row: u64::from(at) + 1 })
    }

    pub fn finish(&mut self) -> Result<(), GenerateError> {
        self.workbook.save(&self.path).map_err(|source| failed(&self.path, source))
    }
}

fn failed(path: &Path, source: XlsxError) -> GenerateError {
    GenerateError::Xlsx { path: path.to_owned(), source: Box::new(source) }
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, cell: &str) -> Result<(), XlsxError> {
    if !cell.is_empty() {
        sheet.write_string(row, column, cell)?;
    }
    Ok(())
}

fn text_or_number(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &str,
    number: bool,
) -> Result<(), XlsxError> {
    match cell.parse::<f64>() {
        Ok(value) if number => _ = sheet.write_number(row, column, value)?,
        _ => text(sheet, row, column, cell)?,
    }
    Ok(())
}

/// Days since Excel's beginning of time.
fn serial(time: NaiveDateTime) -> f64 {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default().and_time(NaiveTime::MIN);
    (time - epoch).num_seconds() as f64 / 86_400.0
}

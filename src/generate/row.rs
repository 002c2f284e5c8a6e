//! One data row before it is written: what a system says of a case, and how the four systems write it.

use super::details::Details;
use super::people::Child;
use super::profile::{Channel, Ministry};
use super::setting::Setting;
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    Hub,
    Portal,
    HoTich,
    DatDai,
}

impl System {
    pub const ALL: [System; 4] = [System::Hub, System::Portal, System::HoTich, System::DatDai];

    pub fn name(self) -> &'static str {
        match self {
            System::Hub => "mot_cua",
            System::Portal => "dvcqg",
            System::HoTich => "ho_tich",
            System::DatDai => "dat_dai",
        }
    }

    /// The kind of an error that the portal and the ministry systems name differently.
    pub fn kind(self, on_portal: &'static str, in_ministry: &'static str) -> &'static str {
        if self == System::Portal { on_portal } else { in_ministry }
    }

    /// A time as this system writes it.
    pub fn stamp(self, time: NaiveDateTime) -> String {
        let mut text = String::with_capacity(19);
        let (date, clock) = (time.date(), time.time());
        match self {
            System::Hub | System::DatDai => {
                push_date_dmy(&mut text, date);
                text.push(' ');
                push_clock(&mut text, clock, ":");
            }
            System::Portal => {
                push_date_ymd(&mut text, date, "");
                push_clock(&mut text, clock, "");
            }
            System::HoTich => {
                push_date_ymd(&mut text, date, "-");
                text.push(' ');
                push_clock(&mut text, clock, ":");
            }
        }
        text
    }

    pub fn stamp_or_empty(self, time: Option<NaiveDateTime>) -> String {
        time.map(|time| self.stamp(time)).unwrap_or_default()
    }

    /// A birth date as this system writes it.
    pub fn birth(self, date: NaiveDate) -> String {
        let mut text = String::with_capacity(10);
        match self {
            System::HoTich => push_date_ymd(&mut text, date, "-"),
            _ => push_date_dmy(&mut text, date),
        }
        text
    }

    /// A national status code as this system writes it.
    pub fn status(self, code: u8) -> &'static str {
        match self {
            System::Hub => hub_status(code),
            System::Portal => portal_status(code),
            System::HoTich => ho_tich_status(code),
            System::DatDai => dat_dai_status(code),
        }
    }
}

impl From<Ministry> for System {
    fn from(ministry: Ministry) -> Self {
        match ministry {
            Ministry::HoTich => System::HoTich,
            Ministry::DatDai => System::DatDai,
        }
    }
}

/// How a row is broken beyond reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    CutRow,
    TooManyCells,
    UnreadableDate,
    EmptyCode,
    BrokenJson,
}

impl Flaw {
    pub const BAD_DATE: &'static str = "31/02/2024 25:61:00";

    pub fn possible(system: System) -> &'static [Flaw] {
        match system {
            System::Hub | System::HoTich => {
                &[Flaw::CutRow, Flaw::TooManyCells, Flaw::UnreadableDate, Flaw::EmptyCode]
            }
            System::Portal => &[Flaw::BrokenJson, Flaw::UnreadableDate, Flaw::EmptyCode],
            System::DatDai => &[Flaw::UnreadableDate],
        }
    }

    pub fn field(self) -> &'static str {
        match self {
            Flaw::UnreadableDate => "received_at",
            Flaw::EmptyCode => "code",
            Flaw::CutRow | Flaw::TooManyCells | Flaw::BrokenJson => "",
        }
    }

    /// What stands in the row, or what was done to it.
    pub fn planted(self) -> &'static str {
        match self {
            Flaw::CutRow => "cut_row",
            Flaw::TooManyCells => "too_many_cells",
            Flaw::UnreadableDate => Flaw::BAD_DATE,
            Flaw::EmptyCode => "",
            Flaw::BrokenJson => "broken_json",
        }
    }
}

/// What one system says of one case.
#[derive(Clone)]
pub struct Row {
    /// The system's own code.
    pub code: String,
    /// The hub's code, where the row keeps it beside its own: alternate code, back reference.
    pub hub_code: String,
    pub procedure: usize,
    /// In its place, for the hub and the portal, and for the ministries.
    pub other_procedure: Option<(String, String)>,
    pub unit: usize,
    pub channel: Channel,
    pub owner: String,
    pub id: String,
    pub phone: String,
    pub birth: NaiveDate,
    pub male: bool,
    pub child: Option<Child>,
    pub received: NaiveDateTime,
    pub due: Option<NaiveDateTime>,
    pub finished: Option<NaiveDateTime>,
    pub returned: Option<NaiveDateTime>,
    /// National status code.
    pub status: u8,
    pub fee: u32,
    pub details: Details,
    /// When a spoke got it.
    pub synced: NaiveDateTime,
    /// The cell is a number, so a leading zero is gone (or: the zero was dropped in text).
    pub id_is_number: bool,
    pub phone_is_number: bool,
    pub flaw: Option<Flaw>,
}

impl Row {
    /// The procedure code as a system writes it: long in the hub and the portal, short in the ministries.
    pub fn procedure_code<'a>(&'a self, setting: &'a Setting, system: System) -> &'a str {
        let long = matches!(system, System::Hub | System::Portal);
        match &self.other_procedure {
            Some((code, _)) if long => code,
            Some((_, code)) => code,
            None if long => setting.long_codes.get(self.procedure).map_or("", String::as_str),
            None => setting.profile.procedure.get(self.procedure).map_or("", |keys| &keys.code),
        }
    }
}

/// Where a row was written.
#[derive(Clone, Copy)]
pub struct Place {
    pub sheet: &'static str,
    pub row: u64,
}

fn hub_status(code: u8) -> &'static str {
    match code {
        1 => "Mới đăng ký",
        2 => "Được tiếp nhận",
        3 => "Không được tiếp nhận",
        4 => "Đang xử lý",
        5 => "Yêu cầu bổ sung giấy tờ",
        6 => "Yêu cầu thực hiện nghĩa vụ tài chính",
        7 => "Công dân yêu cầu rút hồ sơ",
        8 => "Dừng xử lý",
        9 => "Đã xử lý xong",
        _ => "Đã trả kết quả",
    }
}

fn portal_status(code: u8) -> &'static str {
    const CODES: [&str; 11] = ["", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
    CODES.get(usize::from(code)).copied().unwrap_or("")
}

/// The civil-status system has a list of its own, with the same digits for other things.
fn ho_tich_status(code: u8) -> &'static str {
    match code {
        1 => "1",
        2 => "8",
        3 => "6",
        4 => "7",
        5 => "2",
        6 => "11",
        7 => "9",
        8 => "10",
        9 => "4",
        _ => "5",
    }
}

fn dat_dai_status(code: u8) -> &'static str {
    match code {
        1 | 2 => "Mới tiếp nhận",
        3 => "Từ chối",
        4 => "Đang xử lý",
        5 => "Yêu cầu bổ sung",
        6 => "Thực hiện nghĩa vụ tài chính",
        7 => "Rút hồ sơ",
        8 => "Dừng xử lý",
        9 => "Đã xử lý xong",
        _ => "Đã trả kết quả",
    }
}

fn push_date_dmy(text: &mut String, date: NaiveDate) {
    push_two(text, date.day());
    text.push('/');
    push_two(text, date.month());
    text.push('/');
    push_year(text, date);
}

fn push_date_ymd(text: &mut String, date: NaiveDate, between: &str) {
    push_year(text, date);
    text.push_str(between);
    push_two(text, date.month());
    text.push_str(between);
    push_two(text, date.day());
}

fn push_clock(text: &mut String, time: chrono::NaiveTime, between: &str) {
    push_two(text, time.hour());
    text.push_str(between);
    push_two(text, time.minute());
    text.push_str(between);
    push_two(text, time.second());
}

fn push_year(text: &mut String, date: NaiveDate) {
    let year = date.year().unsigned_abs();
    push_two(text, year / 100);
    push_two(text, year % 100);
}

fn push_two(text: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// `yyMMdd`, the date part of a dossier code.
pub fn code_date(date: NaiveDate) -> String {
    let mut text = String::with_capacity(6);
    push_two(&mut text, date.year().unsigned_abs() % 100);
    push_two(&mut text, date.month());
    push_two(&mut text, date.day());
    text
}

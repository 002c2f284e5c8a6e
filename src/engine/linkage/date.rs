//! Dates compared by slips of the keyboard and by distance. Reads `yyyy-mm-dd` and `yyyymmdd` only.

use super::comparator::{Cell, Comparator};
use super::frame::Field;
use super::settings::DateSettings;

/// Year, month, day and the day's number; a date that is none has no number but keeps its digits.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parsed {
    year: i32,
    month: u8,
    day: u8,
    number: Option<i32>,
}

pub struct Dates {
    settings: DateSettings,
    parsed: Vec<Option<Parsed>>,
}

const SLIPS: [&str; 4] =
    ["day and month swapped", "one digit or two swapped", "same year and month", "same day and month"];

impl Dates {
    pub fn new(settings: &DateSettings) -> Self {
        Self { settings: settings.clone(), parsed: Vec::new() }
    }
}

impl Comparator for Dates {
    fn levels(&self) -> Vec<String> {
        let slips = SLIPS.iter().filter(|_| self.settings.slips).map(|s| (*s).to_owned());
        let after = self.settings.within.iter().map(|days| match self.settings.signed {
            true => format!("right later by {days} days at most"),
            false => format!("within {days} days"),
        });
        let before = self.settings.within.iter().filter(|_| self.settings.signed);
        let before = before.map(|days| format!("left later by {days} days at most"));
        super::text::ladder(slips.chain(after).chain(before))
    }

    fn prepare(&mut self, field: &Field) {
        self.parsed = field.values.values().map(parse).collect();
    }

    fn level(&self, a: Cell<'_>, b: Cell<'_>) -> usize {
        let offset = if self.settings.slips { SLIPS.len() + 1 } else { 1 };
        let within = &self.settings.within;
        let last = offset + within.len() * (1 + usize::from(self.settings.signed));
        let (Some(x), Some(y)) = (self.parsed[a.value as usize], self.parsed[b.value as usize]) else {
            return last;
        };
        if self.settings.slips {
            if x.year == y.year && x.month == y.day && x.day == y.month {
                return 1;
            }
            if one_slip(a.text(), b.text()) {
                return 2;
            }
        }
        let mut by_distance = last;
        if let (Some(m), Some(n)) = (x.number, y.number) {
            let days = i64::from(n) - i64::from(m);
            if let Some(at) = within.iter().position(|most| days.abs() <= *most) {
                by_distance = offset + at + if self.settings.signed && days < 0 { within.len() } else { 0 };
            }
        }
        if self.settings.slips {
            if x.year == y.year && x.month == y.month {
                return 3;
            }
            if x.day == y.day && x.month == y.month {
                return 4;
            }
        }
        by_distance
    }
}

fn one_slip(a: &str, b: &str) -> bool {
    super::text::on_letters(a, b, |a, b| super::text::edits(a, b, 1)) <= 1
}

fn parse(text: &str) -> Option<Parsed> {
    let mut digits = [0u8; 8];
    let mut n = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' if n < 8 => {
                digits[n] = byte - b'0';
                n += 1;
            }
            b'-' | b'/' => {}
            _ => break,
        }
    }
    if n != 8 {
        return None;
    }
    let year = digits[..4].iter().fold(0, |sum, d| sum * 10 + i32::from(*d));
    let (month, day) = (digits[4] * 10 + digits[5], digits[6] * 10 + digits[7]);
    let real = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    Some(Parsed { year, month, day, number: real.then(|| number(year, month, day)) })
}

/// The number of a day, for blocking and distances.
pub fn day_number(text: &str) -> Option<f64> {
    parse(text).and_then(|date| date.number).map(f64::from)
}

fn days_in(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn number(year: i32, month: u8, day: u8) -> i32 {
    let (month, day) = (i32::from(month), i32::from(day));
    let y = if month <= 2 { year - 1 } else { year };
    let shifted = (month + 9) % 12;
    365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (shifted * 306 + 5) / 10 + day - 1
}

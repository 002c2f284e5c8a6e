//! Decimal numbers as people and programs write them, and by which sign a column parts its decimals.

use crate::config::tables::DecimalSign;
use crate::domain::text::is_invisible;

/// What a column shows of its decimal sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signs {
    /// Numbers that can be read with a decimal point only, such as `1.5` and `1,234,567`.
    point: u64,
    /// Numbers that can be read with a decimal comma only.
    comma: u64,
    /// Numbers that can be read either way, such as `500.000`.
    open: u64,
}

/// How the numbers of a column that can be read either way are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub sign: DecimalSign,
    /// The pipeline or the other numbers of the column say so.
    pub is_known: bool,
}

/// So many times as often must a column show one sign as the other: a slip must not turn a column.
const PLAINLY: u64 = 10;
/// One number that shows a sign speaks for so many that do not: few among many may all be slips.
const SPEAKS_FOR: u64 = 100;

impl Signs {
    pub fn look(&mut self, cell: &str) {
        if !cell.bytes().any(|byte| matches!(byte, b'.' | b',')) {
            return;
        }
        let compact = compact(cell);
        match shown(unsigned(&compact).1) {
            Shown::Sign(DecimalSign::Point) => self.point += 1,
            Shown::Sign(DecimalSign::Comma) => self.comma += 1,
            Shown::Either => self.open += 1,
            Shown::Nothing => {}
        }
    }

    pub fn add(&mut self, other: Self) {
        self.point += other.point;
        self.comma += other.comma;
        self.open += other.open;
    }

    pub fn open(self) -> u64 {
        self.open
    }

    /// The point where nothing or both say otherwise.
    pub fn reading(self, stated: Option<DecimalSign>) -> Reading {
        let is_plain = |one: u64, other: u64| one > PLAINLY * other && one * SPEAKS_FOR >= self.open;
        let (point, comma) = (is_plain(self.point, self.comma), is_plain(self.comma, self.point));
        match (stated, comma) {
            (Some(sign), _) => Reading { sign, is_known: true },
            (None, true) => Reading { sign: DecimalSign::Comma, is_known: true },
            (None, false) => Reading { sign: DecimalSign::Point, is_known: point },
        }
    }
}

/// Digits in the form of [`number`] already.
pub fn is_whole(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && (!text.starts_with('0') || text.len() == 1)
}

/// A decimal number in plain digits with a point: no sign of plus, no zeros that say nothing.
///
/// The last of two different marks is the decimal sign, one that stands several times parts thousands, and so does a
/// single one never but before three digits. `sign` decides the rest: one to three digits, a mark, three digits.
pub fn number(text: &str, sign: DecimalSign) -> Option<String> {
    let compact = compact(text);
    if compact.contains(['e', 'E']) {
        let value: f64 = compact.parse().ok().filter(|value: &f64| value.is_finite())?;
        return number(&format!("{value}"), DecimalSign::Point);
    }
    let (is_negative, digits) = unsigned(&compact);
    let (whole, decimals) = parts(digits, sign)?;
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(&whole) || !is_digits(decimals) || whole.is_empty() && decimals.is_empty() {
        return None;
    }
    let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if decimals.is_empty() { "" } else { "." };
    let sign = if is_negative && (whole != "0" || !decimals.is_empty()) { "-" } else { "" };
    Some(format!("{sign}{whole}{point}{decimals}"))
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c) && !matches!(c, '_' | '\'')).collect()
}

fn unsigned(compact: &str) -> (bool, &str) {
    match compact.strip_prefix(['-', '+']) {
        Some(rest) => (compact.starts_with('-'), rest),
        None => (false, compact),
    }
}

enum Shown {
    Sign(DecimalSign),
    Either,
    Nothing,
}

/// Which decimal sign a number shows.
fn shown(digits: &str) -> Shown {
    let sign = |mark| if mark == '.' { DecimalSign::Point } else { DecimalSign::Comma };
    let (Some(first), Some(last)) = (digits.find(['.', ',']), digits.rfind(['.', ','])) else {
        return Shown::Nothing;
    };
    let is_digit = |byte: u8| byte.is_ascii_digit();
    if !digits.bytes().all(|byte| is_digit(byte) || matches!(byte, b'.' | b','))
        || !digits.bytes().any(is_digit)
    {
        return Shown::Nothing;
    }
    let (begin, end) = (mark_at(digits, first), mark_at(digits, last));
    if first == last && is_either(digits, first) {
        Shown::Either
    } else if first == last || begin != end && grouped(&digits[..last], begin).is_some() {
        Shown::Sign(sign(end))
    } else if begin == end && grouped(digits, begin).is_some() {
        Shown::Sign(sign(if begin == '.' { ',' } else { '.' }))
    } else {
        Shown::Nothing
    }
}

fn mark_at(digits: &str, at: usize) -> char {
    if digits.as_bytes().get(at) == Some(&b'.') { '.' } else { ',' }
}

/// Whether the only mark of a number, at this place, may part thousands as well as decimals.
fn is_either(digits: &str, at: usize) -> bool {
    (1..=3).contains(&at) && digits.len() == at + 4 && !digits.starts_with('0')
}

/// The digits without the mark that parts them by threes.
fn grouped(text: &str, mark: char) -> Option<String> {
    let mut groups = text.split(mark);
    let first = groups.next().unwrap_or_default();
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let holds = (1..=3).contains(&first.len())
        && is_digits(first)
        && groups.all(|group| group.len() == 3 && is_digits(group));
    holds.then(|| text.replace(mark, ""))
}

/// The digits before and after the decimal sign.
fn parts(digits: &str, sign: DecimalSign) -> Option<(String, &str)> {
    let marks = (digits.find(['.', ',']), digits.rfind(['.', ',']));
    let (Some(first), Some(last)) = marks else { return Some((digits.to_owned(), "")) };
    let (begin, end) = (mark_at(digits, first), mark_at(digits, last));
    let at_last = || (digits[..last].to_owned(), &digits[last + 1..]);
    if begin != end {
        return Some((grouped(&digits[..last], begin)?, &digits[last + 1..]));
    }
    let is_decimal = end == sign.mark();
    match first == last {
        true if is_decimal || !is_either(digits, first) => Some(at_last()),
        _ => Some((grouped(digits, begin)?, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        for (cell, expected) in [
            ("36.36", "36.36"),
            ("+036.360", "36.36"),
            ("-0.0", "0"),
            (".5", "0.5"),
            ("0,500", "0.5"),
            ("1,234", "1234"),
            ("1.234", "1.234"),
            ("1,5", "1.5"),
            ("1,234.50", "1234.5"),
            ("1.234,50", "1234.5"),
            ("1.234.567,5", "1234567.5"),
            ("1.234.567", "1234567"),
            ("12 345 678", "12345678"),
            ("1e3", "1000"),
            ("1.234e0", "1.234"),
            ("-7", "-7"),
            ("1.", "1"),
        ] {
            assert_eq!(number(cell, DecimalSign::Point).as_deref(), Some(expected), "{cell}");
        }
        for cell in
            ["x", "1.2.3", "1,23,4", "--1", ".", "inf", "1e999", "1.234.56,7", "1,2.3,4", ",", "1.2,3.4"]
        {
            assert_eq!(number(cell, DecimalSign::Point), None, "{cell}");
            assert_eq!(number(cell, DecimalSign::Comma), None, "{cell}");
        }
    }

    #[test]
    fn the_sign_of_the_column_decides_what_can_be_read_either_way_and_nothing_else() {
        let read = |cell| number(cell, DecimalSign::Comma).expect("a number");
        assert_eq!((read("500.000"), read("1,234")), ("500000".into(), "1.234".into()));
        for cell in ["36.36", "0.500", "1234.567", "1,5", "1.234,50", "1,234.50", "1.234.567", "12"] {
            assert_eq!(Some(read(cell)), number(cell, DecimalSign::Point), "{cell}");
        }
    }

    #[test]
    fn a_column_shows_its_sign_where_it_plainly_has_one() {
        let of = |cells: &[&str]| {
            let mut signs = Signs::default();
            cells.iter().for_each(|cell| signs.look(cell));
            let Reading { sign, is_known } = signs.reading(None);
            (sign, is_known, signs.open())
        };
        assert_eq!(of(&["500.000", "1.000.000", "7"]), (DecimalSign::Comma, true, 1));
        assert_eq!(of(&["500.000", "1.234,5"]), (DecimalSign::Comma, true, 1));
        assert_eq!(of(&["500,000", "1,000,000"]), (DecimalSign::Point, true, 1));
        assert_eq!(of(&["1.234", "0.5"]), (DecimalSign::Point, true, 1));
        assert_eq!(of(&["500.000", "120.000"]), (DecimalSign::Point, false, 2));
        assert_eq!(of(&["500.000", "1.5", "1.000.000", "1.2.3", "x.y"]), (DecimalSign::Point, false, 1));
        assert_eq!(of(&["1", "20"]), (DecimalSign::Point, false, 0));
        // What is no number shows nothing, and space is none of it.
        assert_eq!(of(&[".", ",", "0.00,,", "1,2.3,456", "1.000.000"]), (DecimalSign::Comma, true, 0));
        assert_eq!(of(&["1\u{a0}234,5", "500.000"]), (DecimalSign::Comma, true, 1));
        let mut few = Signs::default();
        (0..500).for_each(|_| few.look("500.000"));
        few.look("12.5");
        assert_eq!(few.reading(None), Reading { sign: DecimalSign::Point, is_known: false });
        let mut slip = Signs::default();
        (0..20).for_each(|_| slip.look("1.000.000"));
        slip.look("1.5");
        assert_eq!(slip.reading(None).sign, DecimalSign::Comma);
        assert_eq!(slip.reading(Some(DecimalSign::Point)).sign, DecimalSign::Point);
    }
}

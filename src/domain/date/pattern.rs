//! Date patterns in the letters a clerk knows from other tools (`dd/MM/yyyy HH:mm:ss`), compiled once
//! and run on bytes.
//!
//! It must not be lenient: a pattern that could mean two things is refused when it is compiled.

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime};

use super::{ERA, PatternError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// A field of exactly two digits, or of one or two.
    Number {
        letter: u8,
        exact: bool,
    },
    Year,
    /// Any number of digits from one to nine; dropped.
    Fraction,
    Offset,
    Literal(u8),
}

/// A compiled date pattern.
///
/// Letters: `yyyy` year, `MM` or `M` month, `dd` or `d` day, `HH` or `H` hour (0 to 23), `mm` minute,
/// `ss` second, `SSS` fraction of a second, `Z` or `X` UTC offset (`Z`, `+0700`, `+07:00`, `+07`);
/// text in single quotes and other characters stand for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePattern {
    text: String,
    tokens: Vec<Token>,
    /// Length in bytes of the shortest and the longest text that can match.
    width: (usize, usize),
    /// Where the parts stand, when each has a width of its own.
    layout: Option<Layout>,
}

/// Places of the parts of a full date, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Layout {
    year: usize,
    month: usize,
    day: usize,
    hour: Option<usize>,
    minute: Option<usize>,
    second: Option<usize>,
    literals: Vec<(usize, u8)>,
}

impl Layout {
    /// `None` for a pattern with parts of open width, or without a day.
    fn of(tokens: &[Token]) -> Option<Self> {
        let (mut layout, mut at, mut has_day) = (Self::default(), 0, false);
        for token in tokens {
            let width = match *token {
                Token::Literal(byte) => {
                    layout.literals.push((at, byte));
                    1
                }
                Token::Year => {
                    layout.year = at;
                    4
                }
                Token::Number { letter, exact: true } => {
                    match letter {
                        b'M' => layout.month = at,
                        b'd' => (layout.day, has_day) = (at, true),
                        b'H' => layout.hour = Some(at),
                        b'm' => layout.minute = Some(at),
                        _ => layout.second = Some(at),
                    }
                    2
                }
                Token::Number { exact: false, .. } | Token::Fraction | Token::Offset => return None,
            };
            at += width;
        }
        has_day.then_some(layout)
    }

    /// The second in a text of the pattern's length, from 1970 on; only of the years that dossiers speak of.
    fn read(&self, text: &[u8]) -> Option<i64> {
        if self.literals.iter().any(|(at, byte)| text[*at] != *byte) {
            return None;
        }
        let two = |at: usize| two_digits(text[at], text[at + 1]);
        let below = |at: Option<usize>, end: u32| at.map_or(Some(0), two).filter(|part| *part < end);
        let year = usize::try_from(two(self.year)? * 100 + two(self.year + 2)?).ok()?;
        let (month, day) = (two(self.month)?, two(self.day)?);
        if !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let at = (year * 12 + month as usize - 1).checked_sub(FIRST_MONTH)?;
        let (first, next) = (MONTHS.get(at)?, MONTHS.get(at + 1)?);
        let day = first + i64::from(day - 1);
        let (hour, minute) = (below(self.hour, 24)?, below(self.minute, 60)?);
        let second = below(self.second, 60)?;
        (day < *next).then_some(day * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
    }
}

/// January of the era's first year, in months since the year 0.
const FIRST_MONTH: usize = *ERA.start() as usize * 12;

/// The first day of every month of the era, from 1970 on, and of the one behind it.
static MONTHS: LazyLock<Vec<i64>> = LazyLock::new(|| {
    let months = ERA.flat_map(|year| (1..=12).map(move |month| (year, month)));
    let first = |(year, month)| NaiveDate::from_ymd_opt(year, month, 1);
    let days = months.chain([(ERA.end() + 1, 1)]).filter_map(first);
    days.map(|day| day.signed_duration_since(NaiveDate::default()).num_days()).collect()
});

/// The numbers of one cell, before they are checked against the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fields {
    pub year: i32,
    pub month: Option<u32>,
    pub day: Option<u32>,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub offset_minutes: Option<i32>,
}

impl Fields {
    pub const EMPTY: Self =
        Self { year: 0, month: None, day: None, hour: 0, minute: 0, second: 0, offset_minutes: None };

    fn set(&mut self, letter: u8, value: u32) {
        match letter {
            b'M' => self.month = Some(value),
            b'd' => self.day = Some(value),
            b'H' => self.hour = value,
            b'm' => self.minute = value,
            _ => self.second = value,
        }
    }

    pub fn moment(&self) -> Option<NaiveDateTime> {
        NaiveDate::from_ymd_opt(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))?.and_hms_opt(
            self.hour,
            self.minute,
            self.second,
        )
    }

    pub fn is_real(&self) -> bool {
        self.moment().is_some()
    }
}

impl DatePattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// [`PatternError`] when a letter is unknown, a part is missing or doubled, minutes stand where
    /// the month is meant, or a number could end in two places.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        if pattern.trim().is_empty() {
            return Err(PatternError::Empty);
        }
        let tokens = tokens(pattern)?;
        check_parts(pattern, &tokens)?;
        check_widths(&tokens)?;
        let width = tokens.iter().fold((0, 0), |(least, most), token| {
            let (low, high) = match token {
                Token::Number { exact: true, .. } => (2, 2),
                Token::Number { exact: false, .. } => (1, 2),
                Token::Year => (4, 4),
                Token::Fraction => (1, 9),
                Token::Offset => (1, 6),
                Token::Literal(_) => (1, 1),
            };
            (least + low, most + high)
        });
        let layout = Layout::of(&tokens);
        Ok(Self { text: pattern.to_owned(), tokens, width, layout })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The second of a text from 1970 on, where the pattern is that of a full date of fixed width and the text
    /// follows it: what nearly every cell is.
    pub(super) fn read_at_once(&self, text: &[u8]) -> Option<i64> {
        self.layout.as_ref().filter(|_| text.len() == self.width.0)?.read(text)
    }

    /// The numbers of a text that follows the pattern to its end.
    pub(super) fn read(&self, text: &[u8]) -> Option<Fields> {
        if text.len() < self.width.0 || text.len() > self.width.1 {
            return None;
        }
        let mut fields = Fields::EMPTY;
        let mut rest = text;
        for token in &self.tokens {
            match *token {
                Token::Literal(byte) => rest = rest.strip_prefix(&[byte])?,
                Token::Year => {
                    let (head, tail) = rest.split_first_chunk::<4>()?;
                    let (century, years) = (two_digits(head[0], head[1])?, two_digits(head[2], head[3])?);
                    fields.year = i32::try_from(century * 100 + years).ok()?;
                    rest = tail;
                }
                Token::Number { letter, exact } => {
                    let (value, tail) = number(rest, exact)?;
                    fields.set(letter, value);
                    rest = tail;
                }
                Token::Fraction => {
                    let digits = rest.iter().take(9).take_while(|b| b.is_ascii_digit()).count();
                    rest = rest.get(digits..).filter(|_| digits > 0)?;
                }
                Token::Offset => {
                    let (minutes, tail) = offset(rest)?;
                    fields.offset_minutes = Some(minutes);
                    rest = tail;
                }
            }
        }
        rest.is_empty().then_some(fields)
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

fn number(text: &[u8], exact: bool) -> Option<(u32, &[u8])> {
    if let [tens, ones, rest @ ..] = text
        && let Some(value) = two_digits(*tens, *ones)
    {
        return Some((value, rest));
    }
    match text {
        [ones, rest @ ..] if !exact => two_digits(b'0', *ones).map(|value| (value, rest)),
        _ => None,
    }
}

fn offset(text: &[u8]) -> Option<(i32, &[u8])> {
    let (sign, rest) = match text {
        [b'Z' | b'z', rest @ ..] => return Some((0, rest)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = number(rest, true)?;
    let (minutes, rest) = match rest {
        [] => (0, rest),
        [b':', rest @ ..] => number(rest, true)?,
        _ => number(rest, true)?,
    };
    let total = i32::try_from(hours * 60 + minutes).ok()?;
    (hours <= 14 && minutes < 60).then_some((sign * total, rest))
}

fn tokens(pattern: &str) -> Result<Vec<Token>, PatternError> {
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(letter).len();
        if letter == '\'' {
            let quoted = rest[1..].split_once('\'').ok_or(PatternError::OpenQuote)?;
            // Two quotes in a row are one quote.
            let text = if quoted.0.is_empty() { "'" } else { quoted.0 };
            tokens.extend(text.bytes().map(Token::Literal));
            rest = quoted.1;
            continue;
        }
        let (run_text, tail) = rest.split_at(run);
        if letter.is_ascii_alphabetic() {
            tokens.push(field(letter, run_text)?);
        } else {
            tokens.extend(run_text.bytes().map(Token::Literal));
        }
        rest = tail;
    }
    Ok(tokens)
}

fn field(letter: char, run: &str) -> Result<Token, PatternError> {
    let width = |hint| PatternError::Width { letters: run.to_owned(), hint };
    match (letter, run.len()) {
        ('y', 4) => Ok(Token::Year),
        ('y', _) => Err(width("a year is yyyy; two digits do not say the century")),
        ('M', 3..) => Err(width("names of months are not read; the month is MM or M")),
        ('M' | 'd' | 'H' | 'm' | 's', length @ (1 | 2)) => {
            Ok(Token::Number { letter: run.as_bytes()[0], exact: length == 2 })
        }
        ('M' | 'd' | 'H' | 'm' | 's', _) => Err(width("write the letter once or twice")),
        ('S', 1..=9) => Ok(Token::Fraction),
        ('S', _) => Err(width("a fraction has at most nine digits")),
        ('Z' | 'X', _) => Ok(Token::Offset),
        _ => Err(PatternError::UnknownLetter { letter, hint: letter_hint(letter) }),
    }
}

const fn letter_hint(letter: char) -> &'static str {
    match letter {
        'Y' => "the year is yyyy, in small letters",
        'D' => "the day is dd, in small letters",
        'h' => "the hour from 0 to 23 is HH",
        'T' => "fixed text stands in single quotes, as in 'T'",
        _ => "known are yyyy MM dd HH mm ss SSS Z; fixed text stands in single quotes",
    }
}

fn count(tokens: &[Token], letter: u8) -> usize {
    tokens
        .iter()
        .filter(|token| match token {
            Token::Number { letter: own, .. } => *own == letter,
            Token::Year => letter == b'y',
            Token::Fraction => letter == b'S',
            Token::Offset => letter == b'Z',
            Token::Literal(_) => false,
        })
        .count()
}

fn check_parts(pattern: &str, tokens: &[Token]) -> Result<(), PatternError> {
    let has = |letter: u8| count(tokens, letter) > 0;
    let missing = |part, hint| Err(PatternError::Missing { part, hint });
    if has(b'd') && has(b'y') && has(b'm') && !has(b'M') {
        return Err(PatternError::MinutesForMonth { suggestion: with_month(pattern) });
    }
    for letter in *b"yMdHmsSZ" {
        if count(tokens, letter) > 1 {
            return Err(PatternError::Repeated { letter: char::from(letter) });
        }
    }
    if !has(b'y') {
        return missing("year", "the year is yyyy");
    }
    if has(b'd') && !has(b'M') {
        return missing("month", "the month is MM");
    }
    let timed = has(b'H') || has(b'm') || has(b's') || has(b'Z') || has(b'S');
    if timed && !has(b'd') {
        return missing("day", "a time needs a full date: dd, MM and yyyy");
    }
    if timed && !has(b'H') {
        return missing("hour", "the hour is HH");
    }
    Ok(())
}

/// The pattern with a run of `m` turned into months: the first that is not part of a time.
fn with_month(pattern: &str) -> String {
    let mut start = 0;
    while let Some(found) = pattern[start..].find('m') {
        let (head, rest) = pattern.split_at(start + found);
        let (run, tail) = rest.split_at(rest.len() - rest.trim_start_matches('m').len());
        if !head.ends_with([':', 'H', 'h']) && !tail.starts_with([':', 's']) {
            return format!("{head}{}{tail}", run.to_ascii_uppercase());
        }
        start = pattern.len() - tail.len();
    }
    pattern.replace('m', "M")
}

/// A number of open width must be followed by something that is no digit.
fn check_widths(tokens: &[Token]) -> Result<(), PatternError> {
    for pair in tokens.windows(2) {
        let open = matches!(pair[0], Token::Number { exact: false, .. } | Token::Fraction);
        let digit_follows = match pair[1] {
            Token::Number { .. } | Token::Year | Token::Fraction => true,
            Token::Literal(byte) => byte.is_ascii_digit(),
            Token::Offset => false,
        };
        if open && digit_follows {
            let letter = match pair[0] {
                Token::Number { letter, .. } => char::from(letter),
                _ => 'S',
            };
            return Err(PatternError::Width {
                letters: letter.to_string(),
                hint: "a number of open width needs a separator after it; double the letter for two digits",
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(pattern: &str) -> String {
        DatePattern::parse(pattern).expect_err("refused").to_string()
    }

    #[test]
    fn minutes_in_place_of_the_month_are_caught() {
        for (pattern, meant) in [
            ("dd/mm/yyyy", "dd/MM/yyyy"),
            ("yyyy-mm-dd", "yyyy-MM-dd"),
            ("yyyymmdd", "yyyyMMdd"),
            ("dd/mm/yyyy HH:mm:ss", "dd/MM/yyyy HH:mm:ss"),
            ("HH:mm dd/mm/yyyy", "HH:mm dd/MM/yyyy"),
        ] {
            let expected = PatternError::MinutesForMonth { suggestion: meant.into() };
            assert_eq!(DatePattern::parse(pattern), Err(expected));
        }
        assert!(refused("dd/mm/yyyy").contains("hint: the month is MM, so write \"dd/MM/yyyy\""));
    }

    #[test]
    fn parts_must_be_there_once() {
        assert!(refused("dd/MM").contains("no year"));
        assert!(refused("dd/yyyy").contains("no month"));
        assert!(refused("MM/yyyy HH:mm").contains("no day"));
        assert!(refused("dd/MM/yyyy ss").contains("no hour"));
        assert!(refused("dd/MM/yyyy HH:MM").contains("M stands twice"));
        assert!(refused("").contains("empty"));
        assert!(refused("  ").contains("empty"));
    }

    #[test]
    fn letters_and_widths_are_checked() {
        assert!(refused("dd/MM/YYYY").contains("yyyy, in small letters"));
        assert!(refused("DD/MM/yyyy").contains("dd, in small letters"));
        assert!(refused("dd/MM/yyyy hh:mm").contains("HH"));
        assert!(refused("yyyy-MM-ddTHH:mm").contains("'T'"));
        assert!(refused("dd/MM/yyyy k").contains("unknown letter k"));
        assert!(refused("dd/MM/yy").contains("century"));
        assert!(refused("dd MMM yyyy").contains("names of months"));
        assert!(refused("ddd/MM/yyyy").contains("once or twice"));
        assert!(refused("dMyyyy").contains("separator"));
        assert!(refused("dd/MM/yyyy HH:mm:ss.SSSSSSSSSS").contains("nine"));
        assert!(refused("yyyy-MM-dd'T").contains("quote"));
    }

    #[test]
    fn good_patterns_compile_and_keep_their_text() {
        for pattern in [
            "dd/MM/yyyy HH:mm:ss",
            "yyyyMMddHHmmss",
            "yyyy",
            "MM/yyyy",
            "d/M/yyyy",
            "yyyy-MM-dd'T'HH:mm:ss.SSSZ",
            "'ngày' dd/MM/yyyy",
            "yyyy-MM-dd HH:mm:ssXXX",
        ] {
            assert_eq!(DatePattern::parse(pattern).expect("compiles").as_str(), pattern);
        }
        let quoted = DatePattern::parse("yyyy''MM").expect("compiles");
        assert_eq!(quoted.read(b"2024'03").and_then(|f| f.month), Some(3));
    }

    #[test]
    fn reading_stops_at_anything_odd() {
        let pattern = DatePattern::parse("d/M/yyyy").expect("compiles");
        for bad in ["", "1/1/202", "1/1/20245", "a/1/2024", "1/b/2024", "111/1/2024", "1-1-2024", "1/1/2O24"]
        {
            assert_eq!(pattern.read(bad.as_bytes()), None, "{bad}");
        }
        let iso = DatePattern::parse("yyyy-MM-dd'T'HH:mm:ssZ").expect("compiles");
        for bad in [
            "2024-03-15T08:00:00",
            "2024-03-15T08:00:00+",
            "2024-03-15T08:00:00+7",
            "2024-03-15T08:00:00+0760",
            "2024-03-15T08:00:00+15:00",
            "2024-03-15T08:00:00ZZ",
            "2024-03-15T08:00:00*07",
        ] {
            assert_eq!(iso.read(bad.as_bytes()), None, "{bad}");
        }
    }
}

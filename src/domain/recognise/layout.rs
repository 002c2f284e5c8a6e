//! How the dates of a column are written, in the pattern language of [`crate::domain::date`].
//!
//! It must not read a run's dates: a run reads only with the patterns its pipeline declares; this
//! proposes them.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use crate::domain::date::{self, DatePattern};
use crate::domain::issue::ParseIssue;
use crate::domain::text::clean;

/// Whether day and month can be told apart in a column that writes them with two digits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayMonth {
    /// The year stands first, or a number above 12 says which is the day.
    Decided,
    /// Every cell reads both ways; day first is listed first.
    Undecided,
    /// Some cells can only be day first, others only month first: one column of two origins.
    Mixed,
}

/// The patterns that read a column.
#[derive(Debug, Clone, PartialEq)]
pub struct DateReading {
    /// Pattern and the share of non-empty cells it reads, best first; day first before month first.
    pub patterns: Vec<(String, f64)>,
    /// The fewest of them that read what can be read, in the order a pipeline lists them. Never both
    /// orders of day and month.
    pub cover: Vec<String>,
    /// Whether the order of day and month is known.
    pub order: DayMonth,
}

/// What one cell says as a date.
pub(super) struct Reading {
    /// `None` for a year outside 1900 to 2100, which is still written as a date.
    pub moment: Option<NaiveDateTime>,
    pub timed: bool,
}

/// Cells looked at for patterns; more of one column only repeat what these say.
const ENOUGH: usize = 5_000;
/// Share of the cells below which a further pattern is noise.
const NOISE: f64 = 0.005;

/// The patterns that read the cells of a column, from the cells alone.
///
/// Twelve-hour clocks and years of two digits have no pattern and are not read.
pub fn date_patterns<'a>(cells: impl IntoIterator<Item = &'a str>) -> DateReading {
    let mut texts = Vec::new();
    let mut candidates: BTreeMap<String, DatePattern> = BTreeMap::new();
    for cell in cells.into_iter().take(ENOUGH) {
        let Some(text) = clean(cell).value else {
            continue;
        };
        for layout in layouts(&text) {
            if let Ok(pattern) = DatePattern::parse(&layout) {
                candidates.entry(layout).or_insert(pattern);
            }
        }
        texts.push(text.into_owned());
    }
    let mut read: Vec<(DatePattern, Vec<bool>, usize)> = candidates
        .into_values()
        .map(|pattern| {
            let hits: Vec<bool> = texts.iter().map(|text| reads(text, &pattern)).collect();
            let count = hits.iter().filter(|hit| **hit).count();
            (pattern, hits, count)
        })
        .filter(|(_, _, count)| *count > 0)
        .collect();
    // Stricter widths first where two read as much: dd before d.
    read.sort_by_key(|(pattern, _, count)| {
        let text = pattern.as_str();
        (usize::MAX - count, is_month_first(text), usize::MAX - text.len(), text.to_owned())
    });
    let share = |count: usize| ratio(count, texts.len());
    DateReading {
        cover: cover(&read, texts.len()),
        order: day_month(&read),
        patterns: read.iter().map(|(p, _, count)| (p.as_str().to_owned(), share(*count))).collect(),
    }
}

fn reads(text: &str, pattern: &DatePattern) -> bool {
    date::datetime(text, std::slice::from_ref(pattern)).value.is_some()
}

#[expect(clippy::cast_precision_loss, reason = "counts of cells, far below 2^52")]
pub(super) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Greedy: the pattern that reads most of what is still unread, until only noise is left.
fn cover(read: &[(DatePattern, Vec<bool>, usize)], cells: usize) -> Vec<String> {
    let mut open = vec![true; cells];
    let mut chosen: Vec<&str> = Vec::new();
    loop {
        let gain = |hits: &[bool]| hits.iter().zip(&open).filter(|(hit, open)| **hit && **open).count();
        let best = read
            .iter()
            .filter(|(pattern, ..)| !chosen.iter().any(|own| is_swapped(own, pattern.as_str())))
            .map(|(pattern, hits, _)| (gain(hits), pattern, hits))
            // The first of equals, in the order of `read`.
            .reduce(|a, b| if b.0 > a.0 { b } else { a });
        let Some((gained, pattern, hits)) = best else { break };
        if gained == 0 || ratio(gained, cells) < NOISE && !chosen.is_empty() {
            break;
        }
        chosen.push(pattern.as_str());
        for (open, hit) in open.iter_mut().zip(hits) {
            *open &= !hit;
        }
    }
    chosen.into_iter().map(str::to_owned).collect()
}

fn day_month(read: &[(DatePattern, Vec<bool>, usize)]) -> DayMonth {
    let only = |a: &[bool], b: &[bool]| a.iter().zip(b).any(|(a, b)| *a && !*b);
    let mut order = DayMonth::Decided;
    for (own, hits, _) in read.iter().filter(|(pattern, ..)| !is_month_first(pattern.as_str())) {
        let swapped = read.iter().find(|(other, ..)| is_swapped(own.as_str(), other.as_str()));
        let Some((_, others, _)) = swapped else { continue };
        match (only(hits, others), only(others, hits)) {
            (true, true) => return DayMonth::Mixed,
            (false, false) => order = DayMonth::Undecided,
            _ => {}
        }
    }
    order
}

fn is_month_first(pattern: &str) -> bool {
    match (pattern.find('M'), pattern.find('d'), pattern.find('y')) {
        (Some(month), Some(day), Some(year)) => month < day && day < year,
        _ => false,
    }
}

/// Whether two patterns differ in the order of day and month alone.
fn is_swapped(a: &str, b: &str) -> bool {
    a != b
        && a.len() == b.len()
        && a.chars().zip(b.chars()).all(|(a, b)| a == b || matches!((a, b), ('d', 'M') | ('M', 'd')))
}

/// The date a cell says, in the first layout that gives a real one.
pub(super) fn read(text: &str) -> Option<Reading> {
    let mut before_era = None;
    for layout in layouts(text) {
        let timed = layout.contains('H');
        let Ok(pattern) = DatePattern::parse(&layout) else { continue };
        let parsed = date::datetime(text, std::slice::from_ref(&pattern));
        if parsed.value.is_some() {
            return Some(Reading { moment: parsed.value, timed });
        }
        // Digits alone are too little to call a number with an odd year a date.
        if parsed.issues.contains(ParseIssue::DateBeforeEra) && text.contains(['/', '-', '.']) {
            before_era = Some(Reading { moment: None, timed });
        }
    }
    before_era
}

/// A year, or a date of which only a part is known.
pub(super) fn is_partial(text: &str) -> bool {
    matches!(text.len(), 4..=10)
        && !text.contains(' ')
        && read(text).is_none()
        && date::partial(text, &[]).value.is_some()
}

/// The moment of a spreadsheet serial from 1954 to 2064; outside, five digits are just a number.
pub(super) fn excel_serial(text: &str) -> Option<NaiveDateTime> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 5 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let serial: f64 = text.parse().ok()?;
    if (20_000.0..60_000.0).contains(&serial) { date::from_excel_serial(serial) } else { None }
}

/// The patterns whose shape the text has: one, or two where day and month may be either way.
fn layouts(text: &str) -> Vec<String> {
    if !(8..=40).contains(&text.len()) || !text.is_ascii() {
        return Vec::new();
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.len() {
            8 => vec!["yyyyMMdd".to_owned(), "ddMMyyyy".to_owned()],
            12 => vec!["yyyyMMddHHmm".to_owned()],
            14 => vec!["yyyyMMddHHmmss".to_owned()],
            17 => vec!["yyyyMMddHHmmssSSS".to_owned()],
            _ => Vec::new(),
        };
    }
    let found = date_first(text).or_else(|| time_first(text));
    let Some((before, [first, second, third], after)) = found else {
        return Vec::new();
    };
    let plain = format!("{before}{first}{second}{third}{after}");
    if first.starts_with('y') {
        return vec![plain];
    }
    // Both numbers carry their separator, so swapping the letters swaps the order.
    let swap = |part: &str| {
        part.chars()
            .map(|c| {
                if c == 'd' {
                    'M'
                } else if c == 'M' {
                    'd'
                } else {
                    c
                }
            })
            .collect()
    };
    let (month, day): (String, String) = (swap(&first), swap(&second));
    vec![plain, format!("{before}{month}{day}{third}{after}")]
}

type Shape = (String, [String; 3], String);

fn date_first(text: &str) -> Option<Shape> {
    let (parts, rest) = date_part(text)?;
    if rest.is_empty() {
        return Some((String::new(), parts, String::new()));
    }
    let (gap, rest) = gap(rest)?;
    let (time, rest) = time_part(rest)?;
    let (fraction, rest) = fraction_part(rest);
    let offset = offset_part(rest)?;
    Some((String::new(), parts, format!("{gap}{time}{fraction}{offset}")))
}

/// `08:12 15/03/2024`, as some screens show it.
fn time_first(text: &str) -> Option<Shape> {
    let (time, rest) = time_part(text)?;
    let (gap, rest) = gap(rest)?;
    let (parts, rest) = date_part(rest)?;
    rest.is_empty().then(|| (format!("{time}{gap}"), parts, String::new()))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn date_part(text: &str) -> Option<([String; 3], &str)> {
    let (first, rest) = digits(text);
    let separator = rest.chars().next().filter(|c| matches!(c, '/' | '-' | '.'))?;
    let (second, rest) = digits(&rest[1..]);
    let rest = rest.strip_prefix(separator)?;
    let (third, rest) = digits(rest);
    // One digit anywhere asks for the open width everywhere: the next cell may have two.
    let wide = |numbers: [&str; 2]| numbers.iter().all(|number| number.len() == 2);
    let fine = |numbers: [&str; 2]| numbers.iter().all(|number| matches!(number.len(), 1 | 2));
    let letters = |letter: &str, wide: bool| letter.repeat(if wide { 2 } else { 1 });
    match (first.len(), third.len()) {
        (4, _) if fine([second, third]) => {
            let wide = wide([second, third]);
            let month = format!("{}{separator}", letters("M", wide));
            Some(([format!("yyyy{separator}"), month, letters("d", wide)], rest))
        }
        (_, 4) if fine([first, second]) => {
            let wide = wide([first, second]);
            let part = |letter| format!("{}{separator}", letters(letter, wide));
            Some(([part("d"), part("M"), "yyyy".to_owned()], rest))
        }
        _ => None,
    }
}

/// Up to three signs between date and time, or the letter T.
fn gap(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('T') {
        return Some(("'T'".to_owned(), rest));
    }
    let length = text.bytes().take_while(|b| matches!(b, b' ' | b',' | b'-')).count();
    let (gap, rest) = text.split_at(length);
    (1..=3).contains(&length).then(|| (gap.to_owned(), rest))
}

/// `8:12`, `08:12:05`, `08h12`.
fn time_part(text: &str) -> Option<(String, &str)> {
    let (hour, rest) = digits(text);
    let letters = match hour.len() {
        1 => "H",
        2 => "HH",
        _ => return None,
    };
    let (mark, rest) = match rest.strip_prefix(':') {
        Some(rest) => (":", rest),
        None => ("'h'", rest.strip_prefix('h')?),
    };
    let (minute, rest) = digits(rest);
    if minute.len() != 2 {
        return None;
    }
    match rest.strip_prefix(':').map(digits) {
        Some((second, rest)) if second.len() == 2 => Some((format!("{letters}{mark}mm:ss"), rest)),
        Some(_) => None,
        None => Some((format!("{letters}{mark}mm"), rest)),
    }
}

fn fraction_part(text: &str) -> (String, &str) {
    let Some(mark) = text.chars().next().filter(|c| matches!(c, '.' | ',')) else {
        return (String::new(), text);
    };
    let (number, rest) = digits(&text[1..]);
    if (1..=9).contains(&number.len()) { (format!("{mark}SSS"), rest) } else { (String::new(), text) }
}

/// The letters of a UTC offset that ends the text, nothing where the text has ended.
fn offset_part(text: &str) -> Option<&'static str> {
    match text.as_bytes() {
        [] => Some(""),
        [b'Z' | b'z'] => Some("Z"),
        [b'+' | b'-', rest @ ..] => {
            let plain = rest.iter().all(|b| b.is_ascii_digit() || *b == b':');
            (plain && (2..=5).contains(&rest.len())).then_some("Z")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(cells: &[&str]) -> (Vec<String>, DayMonth) {
        let found = date_patterns(cells.iter().copied());
        (found.cover, found.order)
    }

    #[test]
    fn each_way_of_writing_has_its_pattern() {
        for (cell, pattern) in [
            ("15/03/2024 08:12:05", "dd/MM/yyyy HH:mm:ss"),
            ("15/03/2024", "dd/MM/yyyy"),
            ("5/13/2024", "M/d/yyyy"),
            ("15-3-2024", "d-M-yyyy"),
            ("15.03.2024 8:05", "dd.MM.yyyy H:mm"),
            ("2024-03-15 08:12:05.417", "yyyy-MM-dd HH:mm:ss.SSS"),
            ("2024-03-15T01:12:05Z", "yyyy-MM-dd'T'HH:mm:ssZ"),
            ("1994-10-23T17:00:00.000+0000", "yyyy-MM-dd'T'HH:mm:ss.SSSZ"),
            ("20240315081205", "yyyyMMddHHmmss"),
            ("20240315", "yyyyMMdd"),
            ("15032024", "ddMMyyyy"),
            ("08:12 15/03/2024", "HH:mm dd/MM/yyyy"),
            ("16h30 15/03/2024", "HH'h'mm dd/MM/yyyy"),
            ("15/03/2024 - 08:12", "dd/MM/yyyy - HH:mm"),
        ] {
            assert_eq!(best(&[cell]), (vec![pattern.to_owned()], DayMonth::Decided), "{cell}");
        }
    }

    #[test]
    fn day_and_month_are_decided_by_a_number_above_twelve() {
        let day_first = vec!["dd/MM/yyyy".to_owned()];
        assert_eq!(best(&["01/02/2024", "13/02/2024"]), (day_first.clone(), DayMonth::Decided));
        assert_eq!(best(&["01/02/2024", "02/13/2024"]), (vec!["MM/dd/yyyy".to_owned()], DayMonth::Decided));
        assert_eq!(best(&["01/02/2024", "03/02/2024"]), (day_first.clone(), DayMonth::Undecided));
        assert_eq!(best(&["13/02/2024", "14/02/2024", "02/13/2024"]), (day_first, DayMonth::Mixed));
    }

    #[test]
    fn a_mixed_column_gets_the_fewest_patterns() {
        let cells = ["15/03/2024 08:12:05", "16/03/2024", "17/03/2024", "", "null", "hôm qua"];
        assert_eq!(best(&cells).0, ["dd/MM/yyyy", "dd/MM/yyyy HH:mm:ss"]);
        assert_eq!(best(&["5/3/2024", "15/03/2024", "25/12/2024"]).0, ["d/M/yyyy"]);
    }

    #[test]
    fn what_is_no_date_has_no_pattern() {
        for cell in ["0912000001", "H28.38.01-240102-0001", "1.001193", "2024-13-45", "12:30", "3/4", ""] {
            assert_eq!(best(&[cell]).0, Vec::<String>::new(), "{cell}");
        }
        assert!(read("0001-01-01").is_some_and(|reading| reading.moment.is_none()));
    }

    #[test]
    fn serials_are_dates_of_our_time() {
        assert!(excel_serial("45292.354").is_some() && excel_serial("45292").is_some());
        for text in ["19999", "60001", "452920", "4529x", "45.292"] {
            assert!(excel_serial(text).is_none(), "{text}");
        }
    }
}

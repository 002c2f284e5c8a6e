//! Finds the header of an export, which may be several rows deep, and the mapped columns in it.

use super::super::{LoadError, OpenError};
use crate::config::mistakes::closest;
use crate::config::plan::SystemPlan;
use crate::domain::text::clean;

/// Between the levels of a header: `Khai sinh > Tổng số`.
pub const LEVEL: &str = " > ";
/// A header is at most this many rows deep.
const DEEPEST: usize = 3;

/// A header and the mapped columns in it.
#[derive(Debug, Clone)]
pub struct Header {
    /// Index of its first and last row among the rows searched.
    pub rows: (usize, usize),
    /// One per column of the export, all levels.
    pub titles: Vec<String>,
    /// One per mapped column of the system.
    pub positions: Vec<usize>,
}

/// What one column is called: by its lowest level alone, or by all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Title {
    own: String,
    full: String,
}

impl Title {
    fn is(&self, wanted: &str) -> bool {
        self.own == wanted || self.full == wanted
    }
}

/// Finds the header among the first rows: the row, or the two or three rows one above the other, that
/// hold most of the mapped columns.
///
/// # Errors
/// Names the missing columns of the best row, what they may be called there, or a header that
/// stands twice. `number` gives a row as a person counts it.
pub fn find(
    rows: &[Vec<String>],
    number: &dyn Fn(usize) -> u64,
    place: &str,
    system: &SystemPlan,
) -> Result<Header, OpenError> {
    let cleaned: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| title(cell)).collect()).collect();
    let wanted: Vec<String> = system.columns.iter().map(|column| title(&column.source)).collect();
    let leaves: Vec<&str> = wanted.iter().map(|title| leaf(title)).collect();
    let mut best: Option<(usize, (usize, usize), Vec<Title>)> = None;
    for last in 0..cleaned.len() {
        // Only a row that names a column can be the lowest level of a header.
        if !cleaned[last].iter().any(|cell| leaves.contains(&cell.as_str())) {
            continue;
        }
        for first in (last.saturating_sub(DEEPEST - 1)..=last).rev() {
            let titles = titles(&cleaned[first..=last]);
            let held = wanted.iter().filter(|wanted| !places(&titles, wanted).is_empty()).count();
            if best.as_ref().is_none_or(|(most, ..)| held > *most) {
                best = Some((held, (first, last), titles));
            }
        }
    }
    let Some((held, rows, titles)) = best.filter(|(held, ..)| *held > 0) else {
        return Err(not_found(place, &cleaned, system));
    };
    let (mut positions, mut errors) = (Vec::with_capacity(wanted.len()), Vec::new());
    for (column, wanted) in system.columns.iter().zip(&wanted) {
        let found = places(&titles, wanted);
        let (text, hint) = match found.as_slice() {
            [position] => {
                positions.push(*position);
                continue;
            }
            [] => (
                format!(
                    "has no column `{}` for `{}` (header in row {})",
                    column.source,
                    column.name(),
                    number(rows.1)
                ),
                nearest(wanted, &titles),
            ),
            [first, second, ..] => (
                format!("column `{}` stands twice in the header (row {})", column.source, number(rows.1)),
                twice(&titles[*first], &titles[*second], wanted),
            ),
        };
        errors.push(LoadError::Header { place: place.to_owned(), line: column.line, text, hint: Some(hint) });
    }
    // A header with few of the columns is most likely a line of another table, or of text.
    if !errors.is_empty() {
        return Err(if held * 2 < system.columns.len() && errors.len() == system.columns.len() {
            not_found(place, &cleaned, system)
        } else {
            OpenError::Mapping(errors)
        });
    }
    Ok(Header { rows, titles: titles.into_iter().map(|title| title.full).collect(), positions })
}

/// Titles of rows that stand one above the other. A blank cell of an upper level belongs to the cell
/// on its left, as merged cells are written.
fn titles(levels: &[Vec<String>]) -> Vec<Title> {
    let width = levels.iter().map(Vec::len).max().unwrap_or_default();
    let mut above = vec![""; levels.len()];
    (0..width)
        .map(|at| {
            let mut parts: Vec<&str> = Vec::new();
            let mut own = "";
            for (level, row) in levels.iter().enumerate() {
                let cell = row.get(at).map_or("", String::as_str);
                let is_lowest = level + 1 == levels.len();
                if !cell.is_empty() {
                    above[level] = cell;
                    // What stood under the cell on the left is not under this one.
                    above[level + 1..].fill("");
                    own = cell;
                }
                let part = if is_lowest { cell } else { above[level] };
                if !part.is_empty() && parts.last() != Some(&part) {
                    parts.push(part);
                }
            }
            Title { own: own.to_owned(), full: parts.join(LEVEL) }
        })
        .collect()
}

/// The titles of raw rows that stand one above the other, all levels.
pub fn full_titles(levels: &[Vec<String>]) -> Vec<String> {
    let levels: Vec<Vec<String>> =
        levels.iter().map(|row| row.iter().map(|cell| title(cell)).collect()).collect();
    titles(&levels).into_iter().map(|title| title.full).collect()
}

/// Where a wanted title stands; `Ngày nhận#2` is the second `Ngày nhận`.
fn places(titles: &[Title], wanted: &str) -> Vec<usize> {
    let of = |wanted: &str| -> Vec<usize> {
        let full: Vec<usize> =
            titles.iter().enumerate().filter(|(_, title)| title.full == wanted).map(|(at, _)| at).collect();
        if full.len() == 1 {
            return full;
        }
        titles.iter().enumerate().filter(|(_, title)| title.is(wanted)).map(|(at, _)| at).collect()
    };
    let found = of(wanted);
    match numbered(wanted) {
        Some((name, number)) if found.is_empty() => {
            of(name).get(number - 1).map(|at| vec![*at]).unwrap_or_default()
        }
        _ => found,
    }
}

fn numbered(wanted: &str) -> Option<(&str, usize)> {
    let (name, number) = wanted.rsplit_once('#')?;
    Some((name, number.parse().ok().filter(|number| *number > 0)?))
}

fn leaf(title: &str) -> &str {
    let title = numbered(title).map_or(title, |(name, _)| name);
    title.rsplit(LEVEL).next().unwrap_or(title)
}

fn nearest(wanted: &str, titles: &[Title]) -> String {
    let known = titles.iter().flat_map(|title| [title.own.as_str(), title.full.as_str()]);
    match closest(wanted, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let names: Vec<&str> = titles.iter().map(|title| title.full.as_str()).collect();
            format!("columns there: {}", names.join(" | "))
        }
    }
}

fn twice(first: &Title, second: &Title, wanted: &str) -> String {
    if first.full == second.full {
        format!("write `{wanted}#1` or `{wanted}#2` for the first or the second")
    } else {
        format!("write `{}` or `{}`", first.full, second.full)
    }
}

/// No row holds even one mapped column: most often the delimiter is wrong.
fn not_found(place: &str, rows: &[Vec<String>], system: &SystemPlan) -> OpenError {
    let first = rows.first().map(|row| row.join(" | ")).unwrap_or_default();
    let names: Vec<&str> = system.columns.iter().map(|column| column.source.as_str()).collect();
    let single = rows.first().is_some_and(|row| row.len() <= 1);
    let other = [';', ',', '\t', '|'].into_iter().find(|c| single && first.contains(*c));
    let hint = match other {
        Some(c) => {
            format!("its first row looks separated by `{}`; is `delimiter` right?", c.escape_default())
        }
        None => format!("looked for: {}", names.join(" | ")),
    };
    OpenError::NoHeader(LoadError::Header {
        place: place.to_owned(),
        line: system.columns.first().map_or(0, |column| column.line),
        text: format!("no header with the mapped columns in the first {} rows", rows.len()),
        hint: Some(hint),
    })
}

fn title(cell: &str) -> String {
    clean(cell).value.map(|text| text.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
    }

    fn positions(text: &str, wanted: &[&str]) -> Vec<usize> {
        find(&rows(text), &|at| at as u64 + 1, "x", &SystemPlan::for_test(wanted))
            .expect("a header")
            .positions
    }

    fn refusal(text: &str, wanted: &[&str]) -> String {
        match find(&rows(text), &|at| at as u64 + 1, "x", &SystemPlan::for_test(wanted)).expect_err("refused")
        {
            OpenError::Mapping(errors) => errors.iter().map(ToString::to_string).collect(),
            OpenError::NoHeader(error) => error.to_string(),
            OpenError::Unreadable(reason) | OpenError::Shifted(reason) => reason,
        }
    }

    #[test]
    fn titles_above_the_header_are_passed_over() {
        let text = "UBND TỈNH||\n||\nDANH SÁCH|Mã|\nSTT|Mã|Ngày\n1|x|y";
        assert_eq!(positions(text, &["Mã", "Ngày"]), [1, 2]);
    }

    #[test]
    fn a_header_of_two_rows_is_one() {
        let text = "STT|Khai sinh||Khai tử||Ghi chú\n|Tổng|Đúng hạn|Tổng|Đúng hạn|\n1|2|3|4|5|6";
        assert_eq!(
            positions(text, &["Khai sinh > Tổng", "Khai tử > Đúng hạn", "STT", "Ghi chú"]),
            [1, 4, 0, 5]
        );
        let refused = refusal(text, &["Tổng", "STT", "Ghi chú"]);
        assert!(refused.contains("write `Khai sinh > Tổng` or `Khai tử > Tổng`"), "{refused}");
    }

    #[test]
    fn a_title_that_stands_twice_is_told_by_its_number() {
        let text = "Mã|Ngày|Ngày";
        assert!(refusal(text, &["Mã", "Ngày"]).contains("write `Ngày#1` or `Ngày#2`"));
        assert_eq!(positions(text, &["Mã", "Ngày#2"]), [0, 2]);
    }

    #[test]
    fn what_is_missing_is_named_with_what_may_be_meant() {
        let refused = refusal("Mã hồ sơ|Ngày nhận|x", &["Mã hồ sơ", "Ngày nhân"]);
        assert!(
            refused.contains("no column `Ngày nhân`") && refused.contains("did you mean `Ngày nhận`?"),
            "{refused}"
        );
    }
}

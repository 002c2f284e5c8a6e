//! Finds the header row of an export and the mapped columns in it.

use super::{LoadError, OpenError};
use crate::config::mistakes::closest;
use crate::config::plan::SystemPlan;
use crate::domain::text::clean;

/// How far down the header may stand: title rows above it are normal in hand-made exports.
pub const SEARCH_ROWS: usize = 30;

/// The position of every mapped column in a row of headers.
#[derive(Debug, Clone)]
pub struct Header {
    pub width: usize,
    /// One per mapped column of the system.
    pub positions: Vec<usize>,
    /// Position of the code under which the hub knows a row, to name a broken one.
    pub code: Option<usize>,
}

/// Finds the header among the first rows: the first row that holds every mapped column.
///
/// # Errors
/// Names the missing columns of the best row, what they may be called there, or a header that
/// stands twice.
pub fn find(rows: &[Vec<String>], place: &str, system: &SystemPlan) -> Result<(usize, Header), OpenError> {
    let cleaned: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| title(cell)).collect()).collect();
    let wanted: Vec<String> = system.columns.iter().map(|column| title(&column.source)).collect();
    let held = |row: &Vec<String>| wanted.iter().filter(|title| row.contains(title)).count();
    let best = (0..cleaned.len()).max_by_key(|index| (held(&cleaned[*index]), std::cmp::Reverse(*index)));
    let Some(best) = best.filter(|index| held(&cleaned[*index]) > 0) else {
        return Err(not_found(place, &cleaned, system));
    };
    let row = &cleaned[best];
    let (mut positions, mut errors) = (Vec::with_capacity(wanted.len()), Vec::new());
    for (column, title) in system.columns.iter().zip(&wanted) {
        let mut found = row.iter().enumerate().filter(|(_, header)| *header == title).map(|(index, _)| index);
        let (text, hint) = match (found.next(), found.next()) {
            (Some(position), None) => {
                positions.push(position);
                continue;
            }
            (Some(_), Some(_)) => (
                format!("column `{}` stands twice in the header (row {})", column.source, best + 1),
                "rename one of them in the export, or map another column".to_owned(),
            ),
            (None, _) => (
                format!(
                    "has no column `{}` for `{}` (header in row {})",
                    column.source,
                    column.field.name(),
                    best + 1
                ),
                closest(title, row.iter().map(String::as_str)).map_or_else(
                    || format!("columns there: {}", row.join(" | ")),
                    |near| format!("did you mean `{near}`?"),
                ),
            ),
        };
        errors.push(LoadError::Header { place: place.to_owned(), line: column.line, text, hint: Some(hint) });
    }
    if !errors.is_empty() {
        return Err(OpenError::Mapping(errors));
    }
    let code = system.hub_key_column().map(|at| positions[at]);
    Ok((best, Header { width: row.len(), positions, code }))
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
        text: format!("no header with the mapped columns in the first {SEARCH_ROWS} rows"),
        hint: Some(hint),
    })
}

fn title(cell: &str) -> String {
    clean(cell).value.map(|text| text.into_owned()).unwrap_or_default()
}

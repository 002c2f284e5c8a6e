//! Rows of a table that are no records: blank ones, the header again, totals, titles and signatures.

use super::super::grid::row::Cells;
use crate::domain::text::fold;

/// What a row is, as far as can be told before its cells are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    Record,
    Blank,
    HeaderAgain,
    Totals,
    /// Neither of the cells without which nothing can be reconciled holds anything.
    NotARecord,
}

/// How the first cell of a totals row begins, folded, and the words that alone make one.
const TOTALS: &[&str] = &["tong cong", "tong so", "grand total"];
const ALONE: &[&str] = &["tong", "cong", "total"];

/// What is needed to tell rows apart.
#[derive(Debug, Clone)]
pub struct Furniture {
    /// Positions of the cells a record cannot do without.
    pub vital: Vec<usize>,
    /// The rows of the header, as they stand in the file.
    pub header: Vec<Vec<Vec<u8>>>,
}

impl Furniture {
    pub fn kind(&self, row: &impl Cells) -> RowKind {
        if self.vital.is_empty() {
            return self.kind_of_any(row);
        }
        let filled = self.vital.iter().filter(|at| !is_blank(row.cell(**at))).count();
        if filled == self.vital.len() && !self.may_be_header(row) {
            return RowKind::Record;
        }
        let Some(first) = (0..row.width()).map(|at| row.cell(at)).find(|cell| !is_blank(cell)) else {
            return RowKind::Blank;
        };
        if self.repeats_header(row) {
            RowKind::HeaderAgain
        } else if filled < self.vital.len() && is_total(first) {
            RowKind::Totals
        } else if filled == 0 {
            RowKind::NotARecord
        } else {
            RowKind::Record
        }
    }

    /// A row of a table of which nothing is known: what holds anything but the header's words is a record.
    fn kind_of_any(&self, row: &impl Cells) -> RowKind {
        if (0..row.width()).all(|at| is_blank(row.cell(at))) {
            RowKind::Blank
        } else if self.repeats_header(row) {
            RowKind::HeaderAgain
        } else {
            RowKind::Record
        }
    }

    /// Every cell stands in the header as well, on any of its levels; one cell in common is not enough.
    fn repeats_header(&self, row: &impl Cells) -> bool {
        let stands = |at: usize| {
            let cell = row.cell(at).trim_ascii();
            self.header.iter().any(|level| level.get(at).is_some_and(|title| title.trim_ascii() == cell))
        };
        let mut filled = 0;
        let mut cells = (0..row.width()).filter(|at| !is_blank(row.cell(*at))).inspect(|_| filled += 1);
        cells.all(stands) && filled > 1
    }

    fn may_be_header(&self, row: &impl Cells) -> bool {
        let Some(at) = self.vital.first() else { return false };
        self.header.iter().any(|header| header.get(*at).is_some_and(|cell| cell.as_slice() == row.cell(*at)))
    }
}

fn is_total(cell: &[u8]) -> bool {
    if cell.len() > 60 {
        return false;
    }
    let folded = fold(&String::from_utf8_lossy(cell));
    // "Tổng công ty" is a company.
    let begins = TOTALS.iter().any(|word| folded.starts_with(word)) && !folded.starts_with("tong cong ty");
    let rest = ALONE.iter().find_map(|word| folded.strip_prefix(word));
    begins || rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == ' '))
}

/// White space alone, no-break spaces and byte-order marks included.
pub fn is_blank(cell: &[u8]) -> bool {
    // The first byte settles nearly every cell.
    if cell.first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    cell.is_empty()
        || cell.iter().all(u8::is_ascii_whitespace)
        || std::str::from_utf8(cell)
            .is_ok_and(|text| text.chars().all(|c| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}'))
}

#[cfg(test)]
mod tests {
    use super::super::super::grid::row::{self, Row};
    use super::*;

    fn row_of(text: &str) -> Row {
        let mut row = Row::default();
        row.begin(1);
        text.split('|').for_each(|cell| row.push(cell.as_bytes()));
        row
    }

    fn furniture() -> Furniture {
        let header = ["STT", "Mã", "Ngày", "Lệ phí"].map(|cell| cell.as_bytes().to_vec()).to_vec();
        Furniture { vital: vec![1, 2], header: vec![header] }
    }

    #[test]
    fn rows_are_told_apart() {
        for (text, kind) in [
            ("1|H28-1|01/02/2024|5", RowKind::Record),
            ("||| ", RowKind::Blank),
            ("", RowKind::Blank),
            ("\u{a0}|||", RowKind::Blank),
            ("STT|Mã|Ngày|Lệ phí", RowKind::HeaderAgain),
            ("TỔNG CỘNG|||1.210", RowKind::Totals),
            ("|Tổng số: 12||", RowKind::Totals),
            ("Cộng|||5", RowKind::Totals),
            ("Cộng: 12|||5", RowKind::Totals),
            ("Tổng công ty Điện lực|H28-1||", RowKind::Record),
            ("I. Lĩnh vực đất đai|||", RowKind::NotARecord),
            ("Người lập biểu", RowKind::NotARecord),
            // A dossier about a total is a dossier.
            ("Tổng|H28-1|01/02/2024|", RowKind::Record),
            ("Cộng hòa|H28-1||", RowKind::Record),
            ("3||01/02/2024|", RowKind::Record),
        ] {
            assert_eq!(furniture().kind(&row_of(text)), kind, "{text}");
        }
        assert_eq!(row::copy(7, &row_of("a|b")).width(), 2);
    }

    #[test]
    fn without_vital_cells_whatever_is_not_blank_is_a_record() {
        let furniture = Furniture { vital: Vec::new(), ..furniture() };
        for (text, kind) in [
            ("||| ", RowKind::Blank),
            ("\u{a0}|||", RowKind::Blank),
            ("STT|Mã|Ngày|Lệ phí", RowKind::HeaderAgain),
            ("STT|||", RowKind::Record),
            ("total|||5", RowKind::Record),
            ("|||5", RowKind::Record),
        ] {
            assert_eq!(furniture.kind(&row_of(text)), kind, "{text}");
        }
    }
}

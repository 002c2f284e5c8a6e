//! Columns of text that stand straight on a terminal.

use std::fmt;

/// Rows of cells under a heading; numbers go to the right.
pub struct TextTable {
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub fn new(heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl fmt::Display for TextTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
        let width =
            |column: usize| self.rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
        let numeric = |column: usize| {
            let mut cells =
                self.rows.iter().skip(1).map(|row| cell(row, column)).filter(|cell| !cell.is_empty());
            cells.clone().next().is_some()
                && cells.all(|cell| cell.chars().all(|c| c.is_ascii_digit() || ",.-%·".contains(c)))
        };
        let layout: Vec<(usize, bool)> =
            (0..columns).map(|column| (width(column), numeric(column))).collect();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (column, (width, right)) in layout.iter().enumerate() {
                let cell = cell(row, column);
                let gap = " ".repeat(width - cell.chars().count());
                line.push(' ');
                line.push_str(&if *right { gap + &cell } else { cell + &gap });
                line.push(' ');
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A count with thousands apart: `54,156`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{TextTable, thousands};

    #[test]
    fn thousands_are_apart() {
        assert_eq!(
            [0, 999, 1000, 54_156, 1_000_000].map(thousands),
            ["0", "999", "1,000", "54,156", "1,000,000"]
        );
    }

    #[test]
    fn words_go_left_and_numbers_right() {
        let mut table = TextTable::new(&["hệ thống", "rows"]);
        table.row(vec!["a".to_owned(), "7".to_owned()]);
        table.row(vec!["bb".to_owned(), "1,000".to_owned()]);
        assert_eq!(table.to_string(), "  hệ thống   rows\n  a             7\n  bb        1,000\n");
    }
}

//! What a workbook holds, whatever it is saved as, and how the sheets of offices are laid out: titles,
//! headers of two rows, several tables one below the other, totals.

use super::charset::{self, Charset};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Book {
    pub sheets: Vec<Page>,
}

/// One sheet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub name: String,
    pub rows: Vec<Vec<Value>>,
    pub merges: Vec<Merge>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Date(Moment),
}

/// A date with a time of day, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

/// Cells shown as one, from 0; its value is that of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    pub top: usize,
    pub left: usize,
    pub bottom: usize,
    pub right: usize,
}

impl Value {
    /// An empty text is an empty cell.
    pub fn text(text: impl Into<String>) -> Self {
        match text.into() {
            text if text.is_empty() => Self::Empty,
            text => Self::Text(text),
        }
    }

    pub fn date(year: u16, month: u8, day: u8) -> Self {
        Self::Date(Moment { year, month, day, hour: 0, minute: 0, second: 0 })
    }
}

impl Moment {
    pub fn at(self, hour: u8, minute: u8, second: u8) -> Self {
        Self { hour, minute, second, ..self }
    }

    pub fn has_time(self) -> bool {
        (self.hour, self.minute, self.second) != (0, 0, 0)
    }

    /// Days since 30 December 1899, as Excel counts from March 1900 on.
    pub fn serial(self) -> f64 {
        let (year, month) = match self.month {
            month @ ..=2 => (i64::from(self.year) - 1, i64::from(month) + 9),
            month => (i64::from(self.year), i64::from(month) - 3),
        };
        // Days since 1 March of the year 0; the months from March on have a pattern.
        let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5;
        let days = days + i64::from(self.day) - 1;
        let seconds = (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second);
        (days - 693_899) as f64 + seconds as f64 / 86_400.0
    }

    /// `2024-04-01`, with `T08:30:00` where there is a time.
    pub fn iso(self) -> String {
        let day = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        match self.has_time() {
            true => format!("{day}T{}", self.time()),
            false => day,
        }
    }

    /// `01/04/2024`, with ` 08:30:00` where there is a time.
    pub fn day_first(self) -> String {
        let day = format!("{:02}/{:02}/{:04}", self.day, self.month, self.year);
        match self.has_time() {
            true => format!("{day} {}", self.time()),
            false => day,
        }
    }

    fn time(self) -> String {
        format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }
}

impl Book {
    /// A book of one sheet.
    pub fn of(page: Page) -> Self {
        Self { sheets: vec![page] }
    }

    /// The texts as a producer that knows only a legacy code page leaves them in a workbook.
    pub fn seen_in(mut self, charset: Charset) -> Self {
        for value in self.sheets.iter_mut().flat_map(|page| page.rows.iter_mut().flatten()) {
            if let Value::Text(text) = value {
                *text = charset::in_unicode(charset, text).expect("a text that the charset holds");
            }
        }
        self
    }
}

/// Rows are put below those already there.
impl Page {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub fn row(mut self, row: Vec<Value>) -> Self {
        self.rows.push(row);
        self
    }

    pub fn rows(mut self, rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        self.rows.extend(rows);
        self
    }

    pub fn texts<T: AsRef<str>>(self, texts: &[T]) -> Self {
        self.row(texts.iter().map(|text| Value::text(text.as_ref())).collect())
    }

    pub fn blank(mut self, rows: usize) -> Self {
        self.rows.extend(std::iter::repeat_n(Vec::new(), rows));
        self
    }

    /// A line over the whole width.
    pub fn title(mut self, text: &str, width: usize) -> Self {
        self.merge(1, 0, width);
        self.texts(&[text])
    }

    /// A header of two rows: groups with columns below them, and columns that stand for themselves.
    pub fn grouped_header(mut self, groups: &[(&str, &[&str])]) -> Self {
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for (name, columns) in groups {
            let left = upper.len();
            upper.push(Value::text(*name));
            if columns.is_empty() {
                self.merge(2, left, 1);
                lower.push(Value::Empty);
                continue;
            }
            self.merge(1, left, columns.len());
            lower.extend(columns.iter().map(|column| Value::text(*column)));
            upper.resize(lower.len(), Value::Empty);
        }
        self.row(upper).row(lower)
    }

    /// `TỔNG CỘNG` over the first columns, then the figures.
    pub fn totals(mut self, label: &str, over: usize, figures: Vec<Value>) -> Self {
        self.merge(1, 0, over);
        let mut row = vec![Value::Empty; over.max(1)];
        row[0] = Value::text(label);
        row.extend(figures);
        self.row(row)
    }

    /// Merges cells of the rows that come next.
    pub fn merge(&mut self, height: usize, left: usize, width: usize) {
        let top = self.rows.len();
        if height * width > 1 {
            self.merges.push(Merge { top, left, bottom: top + height - 1, right: left + width - 1 });
        }
    }

    /// The widest row, merged cells included.
    pub fn width(&self) -> usize {
        let rows = self.rows.iter().map(Vec::len);
        rows.chain(self.merges.iter().map(|merge| merge.right + 1)).max().unwrap_or_default()
    }

    /// The rows, those too that only a merged cell reaches into.
    pub fn height(&self) -> usize {
        self.merges.iter().map(|merge| merge.bottom + 1).max().unwrap_or_default().max(self.rows.len())
    }

    pub fn value(&self, row: usize, column: usize) -> &Value {
        self.rows.get(row).and_then(|row| row.get(column)).unwrap_or(&Value::Empty)
    }

    /// The merged cell that a cell is part of.
    pub fn merge_at(&self, row: usize, column: usize) -> Option<Merge> {
        let within = |merge: &&Merge| {
            (merge.top..=merge.bottom).contains(&row) && (merge.left..=merge.right).contains(&column)
        };
        self.merges.iter().find(within).copied()
    }
}

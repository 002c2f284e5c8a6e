//! The text of one cell, and the number behind it where a spreadsheet program wrote one.

/// The attributes of a cell that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    ColumnSpan,
    RowSpan,
    /// `x:num` of Excel, `sdval` of LibreOffice: the value of which the text is the display.
    Number,
}

#[derive(Debug, Default)]
pub(super) struct Attributes {
    column_span: Option<u64>,
    row_span: Option<u64>,
    number: Option<String>,
}

impl Attribute {
    /// The tokenizer gives names in lower case.
    pub fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"colspan" => Some(Self::ColumnSpan),
            b"rowspan" => Some(Self::RowSpan),
            b"x:num" | b"sdval" => Some(Self::Number),
            _ => None,
        }
    }
}

impl Attributes {
    /// Of an attribute that stands twice, the first counts.
    pub fn set(&mut self, attribute: Attribute, value: &[u8]) {
        let value = String::from_utf8_lossy(value);
        match attribute {
            Attribute::ColumnSpan => self.column_span = self.column_span.or_else(|| leading_number(&value)),
            Attribute::RowSpan => self.row_span = self.row_span.or_else(|| leading_number(&value)),
            Attribute::Number => {
                self.number.get_or_insert_with(|| value.trim().to_owned());
            }
        }
    }
}

/// `3`, and as browsers read them `3px` and `100%`.
fn leading_number(value: &str) -> Option<u64> {
    let value = value.trim_start();
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let (digits, _) = value.split_at(end);
    if digits.len() > 9 { Some(u64::from(u32::MAX)) } else { digits.parse().ok() }
}

/// A cell that is being read.
#[derive(Debug)]
pub(super) struct Cell {
    text: String,
    gap: bool,
    attributes: Attributes,
}

/// Browsers let a cell reach down so far; 0 means to the end of its group.
const MOST_ROWS: u64 = 65_534;

impl Cell {
    pub fn new(attributes: Attributes) -> Self {
        Self { text: String::new(), gap: false, attributes }
    }

    /// Columns and rows the cell takes up, at least one of each.
    pub fn span(&self) -> (usize, u64) {
        let columns = self.attributes.column_span.unwrap_or(1).max(1);
        let rows = match self.attributes.row_span {
            Some(0) => MOST_ROWS,
            Some(rows) => rows.min(MOST_ROWS),
            None => 1,
        };
        (usize::try_from(columns).unwrap_or(usize::MAX), rows)
    }

    /// White space of the source becomes one space; a no-break space is text. NUL is no text in HTML.
    pub fn push(&mut self, text: &str) {
        for (at, word) in text.split([' ', '\n', '\t', '\r', '\u{C}']).enumerate() {
            self.gap |= at > 0;
            if word.is_empty() {
                continue;
            }
            if self.gap && !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push(' ');
            }
            self.gap = false;
            self.text.extend(word.split('\0'));
        }
    }

    pub fn space(&mut self) {
        self.gap = true;
    }

    pub fn line_break(&mut self) {
        self.gap = false;
        self.text.push('\n');
    }

    /// The text; or the number behind it, where the text shows only part of it.
    pub fn into_text(self) -> String {
        let text = self.text.trim_matches(['\n', ' ']);
        match self.attributes.number.as_deref().and_then(|number| fuller(text, number)) {
            Some(number) => number,
            None if text.len() == self.text.len() => self.text,
            None => text.to_owned(),
        }
    }
}

/// The number, if `text` is a rounded display of it: `9.12E+08` of 912345678, `1.234.568` of 1234567.8,
/// `####`. A text that is another thing stays, although a number is behind it: a date (`01/02/2025` of
/// 45689), a percentage, and a number with leading zeros, which only the display has.
fn fuller(text: &str, number: &str) -> Option<String> {
    let value: f64 = number.parse().ok().filter(|value: &f64| value.is_finite())?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit());
    // Excel writes 0.4 as 0.40000000000000002; the shortest form that reads back is what was typed.
    let full = if plain { number.to_owned() } else { value.to_string() };
    if text == full {
        return None;
    }
    if !text.is_empty() && text.bytes().all(|byte| byte == b'#') {
        return Some(full);
    }
    displays(text).into_iter().flatten().any(|shown| shown.rounds(value)).then_some(full)
}

/// A number as it is displayed, and how far the value may be from it.
struct Shown {
    value: f64,
    step: f64,
}

impl Shown {
    /// A little more than half a step, for programs that cut instead of rounding to even.
    fn rounds(&self, value: f64) -> bool {
        (self.value - value).abs() <= self.step * 0.500_001
    }
}

/// What `text` may display: its last separator may be the decimal one, or they may all group digits.
fn displays(text: &str) -> [Option<Shown>; 2] {
    let text = text.replace(['\u{A0}', '\u{202F}', ' '], "");
    let digits = text.trim_start_matches('-');
    let leading_zero = digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if leading_zero {
        return [None, None];
    }
    let (mantissa, exponent) = match text.split_once(['E', 'e']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()),
        None => (text.as_str(), Some(0)),
    };
    let Some(exponent) = exponent.filter(|exponent| exponent.abs() < 300) else { return [None, None] };
    let ungrouped = |part: &str| part.replace(['.', ','], "");
    let shown = |whole: String, decimals: String| {
        let valid = whole.trim_start_matches('-').bytes().chain(decimals.bytes()).all(|b| b.is_ascii_digit());
        let value: f64 = format!("{whole}.{decimals}e{exponent}").parse().ok().filter(|_| valid)?;
        let decimals = i32::try_from(decimals.len()).ok()?;
        Some(Shown { value, step: 10f64.powi(exponent.checked_sub(decimals)?) })
    };
    let decimal = mantissa.rfind(['.', ',']).and_then(|at| {
        let (whole, decimals) = mantissa.split_at(at);
        shown(ungrouped(whole), ungrouped(decimals))
    });
    [decimal, shown(ungrouped(mantissa), String::new())]
}

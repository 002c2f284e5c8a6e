//! Tables of an HTML page. Very many "Excel" exports are an HTML page with the name `.xls`.
//!
//! Gives the cells as text, in their columns; what a row means is decided elsewhere. Follows browsers
//! where they forgive: cells, rows and tables that are not closed, cells without a row. It is no browser:
//! what a page hides with a style is text all the same, because Excel hides in this way what runs over
//! the edge of a cell.

mod cell;
mod sniff;

use std::mem;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use thiserror::Error;

use cell::{Attributes, Cell};
pub use sniff::{charset, looks_like_html, looks_like_spreadsheetml};

/// One table of the page. A table within a cell of another is a table of its own, and its text is not
/// part of that cell: pages are laid out with tables, and the rows are in the inner one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HtmlTable {
    /// Rows with at least one cell of their own, in the order of the page.
    pub rows: Vec<HtmlRow>,
    /// The page ends within the table, and neither the table nor the page was closed.
    pub truncated: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HtmlRow {
    /// 1-based among all `<tr>` of the table, as a person counts them.
    pub number: u64,
    /// A cell that spans several columns or rows has its text in the first; the others are empty.
    pub cells: Vec<String>,
    /// Every cell is a `<th>`.
    pub is_header: bool,
    /// The page breaks off in this row: cells may be missing, and the last one may be cut.
    pub cut_off: bool,
}

/// How large a page may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one row. A span that reaches further ends here.
    pub columns: usize,
    /// Of the whole page, with those that spans cover.
    pub cells: usize,
}

impl Default for Limits {
    /// As many columns as a sheet has; a million rows of thirty columns.
    fn default() -> Self {
        Self { columns: 16_384, cells: 32_000_000 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HtmlError {
    #[error("row {row} of table {table} goes beyond {limit} {what}\n  is this the export of a list?")]
    TooLarge {
        /// 1-based, in the order of the page.
        table: usize,
        row: u64,
        what: &'static str,
        limit: usize,
    },
    #[error(
        "the page has no table\n  a page of a login or of an error looks like this; open it in a browser"
    )]
    NoTable,
}

/// Reads the tables, in the order in which they begin. Time and memory grow with the page, and with the
/// cells that its spans cover, which `limits` bounds.
///
/// # Errors
/// When there is no table, or more than `limits` allow.
pub fn tables(html: &str, limits: &Limits) -> Result<Vec<HtmlTable>, HtmlError> {
    let mut page = Page::new(*limits);
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| page.take(event).err());
    emitter.naively_switch_states(true);
    let mut tokens = Tokenizer::new_with_emitter(html, emitter);
    let refused = tokens.next();
    drop(tokens);
    match refused {
        Some(Ok(error)) => Err(error),
        Some(Err(never)) => match never {},
        None => page.finish(),
    }
}

/// The page as far as it was read.
struct Page {
    limits: Limits,
    tables: Vec<HtmlTable>,
    /// The tables that are not closed, the innermost last.
    open: Vec<Open>,
    cells: usize,
    tag: Tag,
    attributes: Attributes,
    /// Which attribute the next value belongs to.
    attribute: Option<cell::Attribute>,
    /// In a script or the like.
    hidden: bool,
    /// `</body>` or `</html>` came, and no table after it.
    ended: bool,
}

/// A table that is not closed.
struct Open {
    table: usize,
    rows: u64,
    row: Option<HtmlRow>,
    cell: Option<Cell>,
    /// By column: the last row that a cell from above covers.
    covered: Vec<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Table,
    Group,
    Row,
    Cell { header: bool },
    Break,
    Block,
    Hidden,
    Page,
    Other,
}

impl Tag {
    fn of(name: &[u8]) -> Self {
        match name {
            b"table" => Self::Table,
            b"thead" | b"tbody" | b"tfoot" => Self::Group,
            b"tr" => Self::Row,
            b"td" => Self::Cell { header: false },
            b"th" => Self::Cell { header: true },
            b"br" => Self::Break,
            b"p" | b"div" | b"li" | b"ul" | b"ol" | b"dl" | b"dt" | b"dd" | b"h1" | b"h2" | b"h3" | b"h4"
            | b"h5" | b"h6" | b"hr" | b"pre" | b"blockquote" | b"center" | b"address" | b"section"
            | b"article" | b"header" | b"footer" | b"option" | b"caption" => Self::Block,
            // Those whose inside the tokenizer takes as raw text.
            b"script" | b"style" | b"title" | b"iframe" | b"noembed" | b"noframe" | b"noscript" => {
                Self::Hidden
            }
            b"body" | b"html" => Self::Page,
            _ => Self::Other,
        }
    }
}

impl Page {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            tables: Vec::new(),
            open: Vec::new(),
            cells: 0,
            tag: Tag::Other,
            attributes: Attributes::default(),
            attribute: None,
            hidden: false,
            ended: false,
        }
    }

    /// Comments are not looked into: those of MS Office hold markup that is not part of the page.
    fn take(&mut self, event: CallbackEvent<'_>) -> Result<(), HtmlError> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Tag::of(name);
                self.attributes = Attributes::default();
                self.attribute = None;
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute = match self.tag {
                    Tag::Cell { .. } => cell::Attribute::of(name),
                    _ => None,
                };
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some(attribute) = self.attribute.take() {
                    self.attributes.set(attribute, value);
                }
            }
            CallbackEvent::CloseStartTag { .. } => return self.start_tag(),
            CallbackEvent::EndTag { name } => return self.end_tag(Tag::of(name)),
            CallbackEvent::String { value } => {
                if let Some(cell) = self.cell() {
                    match std::str::from_utf8(value) {
                        Ok(text) => cell.push(text),
                        Err(_) => cell.push(&String::from_utf8_lossy(value)),
                    }
                }
            }
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        Ok(())
    }

    /// The cell that text goes to.
    fn cell(&mut self) -> Option<&mut Cell> {
        if self.hidden { None } else { self.open.last_mut()?.cell.as_mut() }
    }

    fn start_tag(&mut self) -> Result<(), HtmlError> {
        match self.tag {
            Tag::Table => {
                // Between cells a table cannot stand: the one before was not closed.
                match self.open.last().map(|open| open.cell.is_some()) {
                    Some(true) => self.space(),
                    Some(false) => self.close_table()?,
                    None => {}
                }
                self.ended = false;
                self.tables.push(HtmlTable::default());
                self.open.push(Open::new(self.tables.len() - 1));
            }
            Tag::Group => self.end_group()?,
            Tag::Row => {
                self.close_row()?;
                if let Some(open) = self.open.last_mut() {
                    self.ended = false;
                    open.begin_row();
                }
            }
            Tag::Cell { header } => {
                self.close_cell()?;
                if let Some(open) = self.open.last_mut() {
                    self.ended = false;
                    open.begin_cell(header, mem::take(&mut self.attributes));
                }
            }
            Tag::Break => {
                if let Some(cell) = self.cell() {
                    cell.line_break();
                }
            }
            Tag::Block => self.space(),
            Tag::Hidden => self.hidden = true,
            Tag::Page | Tag::Other => {}
        }
        Ok(())
    }

    fn end_tag(&mut self, tag: Tag) -> Result<(), HtmlError> {
        match tag {
            Tag::Table => return self.close_table(),
            Tag::Group => return self.end_group(),
            Tag::Row => return self.close_row(),
            Tag::Cell { .. } => return self.close_cell(),
            Tag::Break | Tag::Block => self.space(),
            Tag::Hidden => self.hidden = false,
            Tag::Page => self.ended = true,
            Tag::Other => {}
        }
        Ok(())
    }

    fn space(&mut self) {
        if let Some(cell) = self.cell() {
            cell.space();
        }
    }

    fn close_cell(&mut self) -> Result<(), HtmlError> {
        match self.open.last_mut() {
            Some(open) => open.end_cell(&self.limits, &mut self.cells),
            None => Ok(()),
        }
    }

    fn close_row(&mut self) -> Result<(), HtmlError> {
        self.close_cell()?;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        if let Some(row) = open.end_row(&self.limits, &mut self.cells)?
            && let Some(table) = self.tables.get_mut(open.table)
        {
            table.rows.push(row);
        }
        Ok(())
    }

    /// A cell does not reach down beyond its group of rows.
    fn end_group(&mut self) -> Result<(), HtmlError> {
        self.close_row()?;
        if let Some(open) = self.open.last_mut() {
            open.covered.clear();
        }
        Ok(())
    }

    fn close_table(&mut self) -> Result<(), HtmlError> {
        self.close_row()?;
        self.open.pop();
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<HtmlTable>, HtmlError> {
        while let Some(open) = self.open.last() {
            let (table, in_row) = (open.table, open.row.is_some());
            self.close_row()?;
            self.open.pop();
            if !self.ended
                && let Some(table) = self.tables.get_mut(table)
            {
                table.truncated = true;
                if in_row && let Some(row) = table.rows.last_mut() {
                    row.cut_off = true;
                }
            }
        }
        if self.tables.is_empty() { Err(HtmlError::NoTable) } else { Ok(self.tables) }
    }
}

impl Open {
    fn new(table: usize) -> Self {
        Self { table, rows: 0, row: None, cell: None, covered: Vec::new() }
    }

    fn begin_row(&mut self) {
        self.rows += 1;
        self.row = Some(HtmlRow { number: self.rows, is_header: true, ..HtmlRow::default() });
    }

    fn begin_cell(&mut self, header: bool, attributes: Attributes) {
        if self.row.is_none() {
            self.begin_row();
        }
        if let Some(row) = &mut self.row {
            row.is_header &= header;
        }
        self.cell = Some(Cell::new(attributes));
    }

    fn end_cell(&mut self, limits: &Limits, cells: &mut usize) -> Result<(), HtmlError> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        self.fill(limits, cells)?;
        let Some(row) = &mut self.row else { return Ok(()) };
        let (columns, rows) = cell.span();
        let from = row.cells.len();
        let width = columns.min(limits.columns.saturating_sub(from)).max(1);
        *cells += width;
        if from >= limits.columns || *cells > limits.cells {
            return Err(self.too_large(limits));
        }
        row.cells.push(cell.into_text());
        row.cells.resize(from + width, String::new());
        if rows > 1 {
            if self.covered.len() < from + width {
                self.covered.resize(from + width, 0);
            }
            let last = self.rows.saturating_add(rows - 1);
            self.covered.iter_mut().skip(from).take(width).for_each(|covered| *covered = last);
        }
        Ok(())
    }

    /// The columns that cells from above cover, up to the next free one.
    fn fill(&mut self, limits: &Limits, cells: &mut usize) -> Result<(), HtmlError> {
        let Some(row) = &mut self.row else { return Ok(()) };
        while self.covered.get(row.cells.len()).is_some_and(|last| *last >= self.rows) {
            row.cells.push(String::new());
            *cells += 1;
            if *cells > limits.cells {
                return Err(self.too_large(limits));
            }
        }
        Ok(())
    }

    /// The row, if it has a cell of its own; one that has none costs nothing, whatever covers it.
    fn end_row(&mut self, limits: &Limits, cells: &mut usize) -> Result<Option<HtmlRow>, HtmlError> {
        if self.row.as_ref().is_some_and(|row| !row.cells.is_empty()) {
            self.fill(limits, cells)?;
        }
        Ok(self.row.take().filter(|row| !row.cells.is_empty()))
    }

    fn too_large(&self, limits: &Limits) -> HtmlError {
        let wide = self.row.as_ref().is_some_and(|row| row.cells.len() >= limits.columns);
        let (what, limit) =
            if wide { ("columns", limits.columns) } else { ("cells in the page", limits.cells) };
        HtmlError::TooLarge { table: self.table + 1, row: self.rows, what, limit }
    }
}

#[cfg(test)]
mod tests;

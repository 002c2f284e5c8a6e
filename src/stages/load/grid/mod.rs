//! Exports that are rows of cells: delimited text, sheets of workbooks, tables of HTML pages.

pub mod delimited;
pub mod dialect;
pub mod page;
pub mod row;
pub mod record;
pub mod sheet;
pub mod workbook;

//! The night for people: the report on the terminal, and the auditor's workbook.

pub mod night;
pub mod text_table;
pub mod words;
pub mod workbook;

//! The night for people: the report on the terminal, a pair taken apart, and the auditor's workbook.

pub mod linkage_words;
mod memory_line;
pub mod night;
pub mod text_table;
pub mod waterfall;
pub mod words;
pub mod workbook;

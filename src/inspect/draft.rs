//! Writes what was found of a file as a `[[system]]` block, every guess with how sure it is.

use std::fmt::Write as _;

use super::table::{Column, Table};
use crate::config::file_kind::FileKind;
use crate::config::plan::Role;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::recognise::{Grammar, status_proposal};
use crate::domain::status::NationalStatus;
use crate::stages::normalise::quarantine;

/// What a block is written from.
#[derive(Debug)]
pub struct Draft<'t> {
    pub name: String,
    pub role: Role,
    /// Why that role.
    pub role_because: String,
    pub files: Vec<String>,
    /// Of an archive with several files, the one that is meant.
    pub member: Option<String>,
    pub kind: FileKind,
    pub table: &'t Table,
    /// Every sheet of the file but the best holds no dossiers.
    pub one_sheet_of_several: bool,
    /// Values of the status column over the whole file.
    pub statuses: Vec<String>,
    /// Procedures the file holds, where it holds only some.
    pub procedures: Vec<String>,
}

/// Levels in words, and what they are.
const LEVELS: [(&str, &str); 6] = [
    ("Cấp tỉnh", "province"),
    ("Cấp huyện", "district"),
    ("Cấp xã", "commune"),
    ("Tỉnh", "province"),
    ("Huyện", "district"),
    ("Xã", "commune"),
];

impl Draft<'_> {
    /// The fields the block maps, with the column of each. A file without a code or a date of receipt
    /// gets the likeliest columns, and says so.
    pub fn mapped(&self) -> Vec<(FieldName, &Column, Option<f64>)> {
        let mut mapped: Vec<(FieldName, &Column, Option<f64>)> = Vec::new();
        for column in &self.table.columns {
            if let Some(proposal) = &column.proposal {
                mapped.push((proposal.field, column, Some(proposal.confidence)));
            }
        }
        let has_words = !self.statuses.is_empty()
            && status_proposal(self.statuses.iter().map(String::as_str)).iter().any(|g| g.status.is_some());
        mapped.retain(|(field, ..)| *field != FieldName::Status || has_words);
        for field in [FieldName::Code, FieldName::ReceivedAt] {
            if mapped.iter().any(|(known, ..)| *known == field) {
                continue;
            }
            if let Some(column) = self.likeliest(field, &mapped) {
                mapped.push((field, column, None));
            } else if field == FieldName::ReceivedAt
                && let Some(submitted) =
                    mapped.iter_mut().find(|(known, ..)| *known == FieldName::SubmittedAt)
            {
                // A system that knows only one day of the beginning: the day it was handed in.
                (submitted.0, submitted.2) = (FieldName::ReceivedAt, None);
            }
        }
        mapped.sort_by_key(|(field, ..)| *field);
        mapped
    }

    /// It has a header, and has, or may have, the columns without which there are no records.
    pub fn can_be_reconciled(&self) -> bool {
        // The titles of a file without a header would be the cells of its first row, and a person.
        if self.table.columns.iter().any(|column| column.header_is_guessed) {
            return false;
        }
        let mapped = self.mapped();
        FieldName::ALL.iter().filter(|f| f.is_vital()).all(|f| mapped.iter().any(|(known, ..)| known == f))
    }

    fn likeliest(&self, field: FieldName, taken: &[(FieldName, &Column, Option<f64>)]) -> Option<&Column> {
        let free = self.table.columns.iter().filter(|column| {
            !column.header.is_empty() && taken.iter().all(|(_, other, _)| other.header != column.header)
        });
        let worth = |column: &&Column| match field {
            FieldName::Code => {
                let codes = column
                    .profile
                    .share(Grammar::DossierCode)
                    .max(column.profile.share(Grammar::ForeignCode));
                codes * column.profile.distinct as f64
            }
            _ => column.profile.share(Grammar::Timestamp).max(column.profile.share(Grammar::Date)),
        };
        free.filter(|column| worth(column) > 0.0).max_by(|a, b| worth(a).total_cmp(&worth(b)))
    }

    /// The system mints codes of its own: those of its code column follow no national form.
    pub fn has_own_codes(&self) -> bool {
        let mapped = self.mapped();
        let code = mapped.iter().find(|(field, ..)| *field == FieldName::Code);
        let keeps_hub_code = mapped.iter().any(|(field, ..)| *field == FieldName::HubCode);
        keeps_hub_code || code.is_some_and(|(_, column, _)| column.profile.share(Grammar::DossierCode) < 0.5)
    }

    /// The block, ready for a pipeline.
    pub fn write(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_to(&mut out);
        out
    }

    fn write_to(&self, out: &mut String) -> std::fmt::Result {
        let mapped = self.mapped();
        writeln!(out, "[[system]]")?;
        writeln!(out, "name   = {}", quoted(&self.name))?;
        let roles = "hub, portal or ministry";
        writeln!(out, "role   = {}  # {}; {roles}", quoted(self.role.code()), self.role_because)?;
        let files: Vec<String> = self.files.iter().map(|file| quoted(file)).collect();
        writeln!(out, "files  = [{}]", files.join(", "))?;
        if let Some(member) = &self.member {
            writeln!(out, "member = {}", quoted(&glob::Pattern::escape(member)))?;
        }
        writeln!(out, "format = {}", quoted(self.kind.code()))?;
        if let Some(dialect) = self.table.dialect.filter(|_| !self.table.utf16) {
            writeln!(out, "delimiter = {}", quoted(&char::from(dialect.delimiter).to_string()))?;
        }
        if let Some(sheet) =
            self.table.sheet.as_ref().filter(|_| self.one_sheet_of_several && self.kind.is_workbook())
        {
            writeln!(out, "sheet  = {}", quoted(sheet))?;
        }
        if let Some(records) = &self.table.records {
            writeln!(out, "records = {}", quoted(records))?;
        }
        if self.table.shifted {
            writeln!(out, "shifted = \"repair\"  # the cells do not stand under their headers")?;
        }
        self.write_dates(out, &mapped)?;
        writeln!(out, "\n[system.columns]")?;
        for (field, column, confidence) in &mapped {
            let because = match (confidence, &column.proposal) {
                (Some(confidence), Some(proposal)) => {
                    format!("{:.0} %: {}", 100.0 * confidence, proposal.why)
                }
                _ => "A GUESS, and not a good one: look at it".to_owned(),
            };
            writeln!(out, "{:<14} = {}  # {because}", field.name(), quoted(&self.source(*field, column)))?;
        }
        for column in self.table.columns.iter().filter(|column| !column.header.is_empty()) {
            let is_mapped = mapped.iter().any(|(_, other, _)| std::ptr::eq(*other, column));
            if !is_mapped && !column.header_is_guessed {
                writeln!(out, "# not mapped: {}", one_line(&column.header))?;
            }
        }
        self.write_status(out, &mapped)?;
        self.write_levels(out, &mapped)?;
        if !self.procedures.is_empty() && self.role == Role::Ministry {
            let list: Vec<String> = self.procedures.iter().map(|code| quoted(code)).collect();
            writeln!(out, "\n[system.scope]  # the procedures seen in this file; another may be right")?;
            writeln!(out, "procedures = [{}]", list.join(", "))?;
        }
        if self.has_own_codes() && self.role != Role::Hub {
            writeln!(out, "\n[system.sync]")?;
            writeln!(out, "codes = \"own\"  # its codes have no national form")?;
        }
        Ok(())
    }

    /// A header that stands several times is told by its number.
    fn source(&self, field: FieldName, column: &Column) -> String {
        // The files of a list are all of them, not the first.
        if field.kind() == FieldKind::List && column.header.contains("[0]") {
            return column.header.replacen("[0]", "[*]", 1);
        }
        let same: Vec<&Column> =
            self.table.columns.iter().filter(|other| other.header == column.header).collect();
        match same.iter().position(|other| std::ptr::eq(*other, column)) {
            Some(at) if same.len() > 1 => format!("{}#{}", column.header, at + 1),
            _ => column.header.clone(),
        }
    }

    fn write_dates(
        &self,
        out: &mut String,
        mapped: &[(FieldName, &Column, Option<f64>)],
    ) -> std::fmt::Result {
        let mut patterns: Vec<&str> = Vec::new();
        for (field, column, _) in mapped {
            if matches!(field.kind(), FieldKind::Timestamp | FieldKind::PartialDate) {
                let new = column.dates.cover.iter().map(String::as_str);
                for pattern in new {
                    if !patterns.contains(&pattern) {
                        patterns.push(pattern);
                    }
                }
            }
        }
        if patterns.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = patterns.iter().map(|pattern| quoted(pattern)).collect();
        writeln!(out, "dates  = [{}]", list.join(", "))
    }

    fn write_status(
        &self,
        out: &mut String,
        mapped: &[(FieldName, &Column, Option<f64>)],
    ) -> std::fmt::Result {
        if mapped.iter().all(|(field, ..)| *field != FieldName::Status) {
            return Ok(());
        }
        writeln!(out, "\n[system.status]  # the national list, 1 to 10")?;
        for guess in status_proposal(self.statuses.iter().map(String::as_str)) {
            let label = quoted(&guess.label);
            match guess.status {
                Some(status) => {
                    let sure = match guess.confidence {
                        sure if sure >= 0.8 => String::new(),
                        sure => format!("  # {:.0} %: look at it", 100.0 * sure),
                    };
                    writeln!(out, "{label} = {}{sure}", NationalStatus::code(status))?;
                }
                // An unknown word may have slipped in from another column, and a person with it.
                None => {
                    let shape = quoted(&quarantine::masked(FieldName::Status, &guess.label));
                    writeln!(out, "# {shape} = ?  # a word that is in no known list, by its shape")?;
                }
            }
        }
        Ok(())
    }

    fn write_levels(
        &self,
        out: &mut String,
        mapped: &[(FieldName, &Column, Option<f64>)],
    ) -> std::fmt::Result {
        if mapped.iter().all(|(field, ..)| *field != FieldName::Level) {
            return Ok(());
        }
        writeln!(out, "\n[system.levels]")?;
        for (word, level) in LEVELS {
            writeln!(out, "{} = {}", quoted(word), quoted(level))?;
        }
        Ok(())
    }
}

/// A TOML string in double quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text that stays inside its comment.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_text_is_a_toml_string() {
        for text in ["Mã \"hồ\" sơ", "a\\b", "\t|", "x\ny", "\u{1f}", ""] {
            let toml = format!("x = {}", super::quoted(text));
            let read = toml::de::DeTable::parse(&toml).expect("TOML");
            let value = read.get_ref().get("x").and_then(|value| value.get_ref().as_str().map(str::to_owned));
            assert_eq!(value.as_deref(), Some(text));
        }
    }
}

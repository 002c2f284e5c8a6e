//! `[reference]`, `[rules]` and `[office]`: the tables beside the exports, thresholds, office hours.

use std::path::Path;

use chrono::{NaiveTime, TimeDelta};

use super::pipeline::read_span;
use super::plan::{ReferenceFiles, Thresholds};
use super::reader::Section;
use crate::domain::deadline::OfficeHours;

/// The reference tables; names are below the folder of the exports.
pub fn read_reference(root: &Section<'_, '_, '_>, input_dir: &Path) -> ReferenceFiles {
    let Some(section) = root.section("reference", "[reference]") else { return ReferenceFiles::default() };
    let path = |key: &str| section.text(key).map(|name| input_dir.join(name.value));
    let files = ReferenceFiles {
        procedures: path("procedures"),
        agencies: path("agencies"),
        calendar: path("calendar"),
    };
    section.check_unknown();
    files
}

pub fn read_thresholds(root: &Section<'_, '_, '_>) -> Thresholds {
    let mut thresholds = Thresholds::default();
    let Some(section) = root.section("rules", "[rules]") else { return thresholds };
    if let Some(grace) = read_span(&section, "apology_grace") {
        thresholds.apology_grace = grace;
    }
    if let Some(within) = read_span(&section, "resubmission_within") {
        thresholds.resubmission_within = within;
    }
    let count = |key: &str, least: u32| read_count(&section, key, least);
    if let Some(most) = count("key_at_most", 1) {
        thresholds.key_at_most = most as usize;
    }
    if let Some(most) = count("max_extensions", 0) {
        thresholds.max_extensions = most;
    }
    if let Some(seconds) = count("at_once_seconds", 0) {
        thresholds.at_once = TimeDelta::seconds(i64::from(seconds));
    }
    if let Some(least) = count("bulk_at_least", 2) {
        thresholds.bulk_at_least = least as usize;
    }
    if let Some(seconds) = count("bulk_seconds", 0) {
        thresholds.bulk_within = TimeDelta::seconds(i64::from(seconds));
    }
    if let Some(least) = count("sync_gap_at_least", 1) {
        thresholds.sync_gap_at_least = u64::from(least);
    }
    section.check_unknown();
    thresholds
}

fn read_count(section: &Section<'_, '_, '_>, key: &str, least: u32) -> Option<u32> {
    let number = section.number(key)?;
    if number.value < f64::from(least) || number.value > 1e6 || number.value.fract() != 0.0 {
        section.report(number.line, format!("[rules]: `{key}` is a whole number from {least} on"), None);
        return None;
    }
    Some(number.value as u32)
}

pub fn read_office(root: &Section<'_, '_, '_>) -> OfficeHours {
    let default = OfficeHours::default();
    let Some(section) = root.section("office", "[office]") else { return default };
    let hour = |key: &str| {
        let text = section.text(key)?;
        let hour = NaiveTime::parse_from_str(&text.value, "%H:%M").ok();
        if hour.is_none() {
            let hint = Some("write 07:30".to_owned());
            section.report(text.line, format!("[office]: `{key}` is an hour of the day"), hint);
        }
        hour
    };
    let hours = ["opens", "lunch_from", "lunch_to", "closes"].map(hour);
    let cutoff = hour("cutoff");
    section.check_unknown();
    let [Some(opens), Some(lunch_from), Some(lunch_to), Some(closes)] = hours else {
        let all = "[office]: `opens`, `lunch_from`, `lunch_to` and `closes` are all needed";
        section.report(section.line(), all, None);
        return default;
    };
    let office = OfficeHours::new(opens, lunch_from, lunch_to, closes)
        .and_then(|office| cutoff.map_or(Ok(office), |cutoff| office.with_cutoff(cutoff)));
    office.unwrap_or_else(|error| {
        section.report(section.line(), error.to_string(), None);
        default
    })
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;
    use crate::config::reader::Desk;
    use crate::domain::rules::RULES;

    #[test]
    fn the_defaults_are_those_the_rules_name() {
        let lines = RULES.iter().flat_map(|rule| rule.thresholds).map(|threshold| {
            let is_number = threshold.default.bytes().all(|byte| byte.is_ascii_digit());
            let quote = if is_number { "" } else { "\"" };
            format!("{} = {quote}{}{quote}\n", threshold.key, threshold.default)
        });
        let text = lines.collect::<String>();
        let text = format!("[rules]\n{text}");
        let desk = Desk::new(&text);
        let (root, errors) = DeTable::parse_recoverable(&text);
        assert!(errors.is_empty());
        let read = read_thresholds(&Section::new(&desk, "test", 1, root.get_ref()));
        let mistakes = desk.into_mistakes();
        assert!(mistakes.is_empty(), "{mistakes:?}");
        assert_eq!(read, Thresholds::default());
    }
}

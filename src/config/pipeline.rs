//! A pipeline file as typed, resolved into a [`RunPlan`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta};
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::mistakes::{Mistakes, did_you_mean};
use super::plan::{DriftPolicy, Identifiers, Privacy, RunPlan};
use super::reader::{Desk, Lined, Section};
use super::{duplicates, ladder, published, rules, system};
use crate::domain::dossier::FieldName;
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::procedure_code;
use crate::engine::digest::hex;

/// What the command line may put in the place of the file's words.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub as_of: Option<NaiveDateTime>,
    pub input_dir: Option<PathBuf>,
    /// A check needs no as-of time.
    pub without_as_of: bool,
    /// A model is about to be trained: the one that is named is not read.
    pub without_model: bool,
}

/// Reads and resolves a pipeline file.
///
/// # Errors
/// All mistakes of the file, each with its line.
pub fn load(path: &Path, overrides: &Overrides) -> Result<RunPlan, Mistakes> {
    match load_what_can_be(path, overrides) {
        (Some(plan), mistakes) if mistakes.list.is_empty() => Ok(plan),
        (_, mistakes) => Err(mistakes),
    }
}

/// Reads a pipeline file as far as it can be understood, with all its mistakes.
pub fn load_what_can_be(path: &Path, overrides: &Overrides) -> (Option<RunPlan>, Mistakes) {
    read_file(path, |desk, root, sha256| {
        let plan = resolve(desk, root, path, overrides);
        plan.map(|plan| RunPlan { pipeline_sha256: sha256, ..plan })
    })
}

/// Reads a pipeline file with `resolve`, which also gets its SHA-256, and gathers all mistakes.
pub(super) fn read_file<T>(
    path: &Path,
    resolve: impl FnOnce(&Desk<'_>, &Section<'_, '_, '_>, String) -> Option<T>,
) -> (Option<T>, Mistakes) {
    let file = path.display().to_string();
    let alone = |text: String| {
        let list = vec![super::mistakes::Mistake { line: 0, text, hint: None }];
        (None, Mistakes { file: file.clone(), list })
    };
    let text = match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return alone("is not UTF-8 text".to_owned()),
        Err(error) => return alone(format!("cannot be read: {error}")),
    };
    let desk = Desk::new(&text);
    let (root, errors) = DeTable::parse_recoverable(&text);
    for error in errors {
        let line = error.span().map_or(0, |span| desk.line(span.start));
        desk.report(line, format!("not TOML: {}", error.message()), None);
    }
    let section = Section::new(&desk, "pipeline file", 1, root.get_ref());
    let plan = resolve(&desk, &section, hex(&Sha256::digest(text.as_bytes())));
    drop(section);
    (plan, Mistakes { file, list: desk.into_mistakes() })
}

fn resolve(
    desk: &Desk<'_>,
    root: &Section<'_, '_, '_>,
    path: &Path,
    overrides: &Overrides,
) -> Option<RunPlan> {
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    let head = root.section("pipeline", "[pipeline]");
    // `doisoat inspect` prints systems alone, to be put into a pipeline: a check takes them as they are.
    let is_fragment = head.is_none() && overrides.without_as_of && root.has("system");
    if head.is_none() && !is_fragment {
        desk.report(1, "[pipeline] is missing", None);
    }
    let head = match head {
        Some(section) => Some(read_head(section, overrides)),
        None => is_fragment.then(Head::of_fragment),
    };
    let input_dir = root.section("input", "[input]").and_then(|section| {
        let dir = section.text("dir").map(|dir| base.join(dir.value));
        section.check_unknown();
        dir
    });
    let privacy =
        root.section("privacy", "[privacy]").map_or(Some(Identifiers::Masked), |s| read_privacy(s, &base));
    let hub = head.as_ref().and_then(|head| head.hub.as_ref());
    let systems = system::read_all(root, hub, if is_fragment { 1 } else { 2 });
    let (ladder, scored) = ladder::read(root, &base, &systems, overrides.without_model);
    let duplicates = duplicates::read(root, &systems);
    let severities = read_severities(root);
    let (reported, previous_year) = published::read_reported(root);
    let drift = read_drift(root);
    let reference =
        rules::read_reference(root, overrides.input_dir.as_deref().or(input_dir.as_deref()).unwrap_or(&base));
    let known = published::Known { catalogue: reference.procedures.is_some(), reported: reported.is_some() };
    let published = published::read(root, &systems, known);
    let thresholds = rules::read_thresholds(root);
    let office = rules::read_office(root);
    root.check_unknown();

    let head = head?;
    Some(RunPlan {
        name: head.name?,
        title: head.title,
        pipeline_file: path.to_owned(),
        pipeline_sha256: String::new(),
        as_of: head.as_of?,
        period: head.period,
        zone: head.zone,
        utc_offset: head.utc_offset,
        input_dir: overrides.input_dir.clone().or(input_dir).unwrap_or(base),
        privacy: Privacy { identifiers: privacy? },
        systems,
        ladder,
        scored,
        duplicates,
        severities,
        fail_at: head.fail_at,
        sheet_rows: head.sheet_rows,
        published,
        drift,
        reference,
        thresholds,
        office,
        reported,
        previous_year,
        withdrawn_apart: head.withdrawn_apart,
    })
}

struct Head {
    name: Option<String>,
    title: String,
    as_of: Option<NaiveDateTime>,
    period: Option<(NaiveDate, NaiveDate)>,
    hub: Option<Lined<String>>,
    zone: String,
    utc_offset: TimeDelta,
    fail_at: Option<Severity>,
    sheet_rows: usize,
    withdrawn_apart: bool,
}

impl Head {
    /// Systems without a pipeline around them.
    fn of_fragment() -> Self {
        Self {
            name: Some("fragment".to_owned()),
            title: String::new(),
            as_of: Some(NaiveDateTime::default()),
            period: None,
            hub: None,
            zone: String::new(),
            utc_offset: TimeDelta::hours(7),
            fail_at: None,
            sheet_rows: 0,
            withdrawn_apart: false,
        }
    }
}

fn read_head(section: Section<'_, '_, '_>, overrides: &Overrides) -> Head {
    let name = section.need_text("name").map(|name| name.value);
    let title = section.text("title").map(|title| title.value);
    let as_of = read_as_of(&section, overrides);
    let period = section.section("period", "[pipeline] period").and_then(read_period);
    let hub = section.need_text("hub");
    let (zone, utc_offset) = read_clock(&section);
    let mut levels: Vec<(&str, Option<Severity>)> =
        Severity::ALL.iter().map(|s| (s.code(), Some(*s))).collect();
    levels.push(("never", None));
    let fail_at = section.choice("fail_at", &levels).map_or(Some(Severity::High), |choice| choice.value);
    let sheet_rows = read_sheet_rows(&section);
    let withdrawn = section.choice("withdrawn", &[("timed", false), ("apart", true)]);
    section.check_unknown();
    Head {
        withdrawn_apart: withdrawn.is_some_and(|choice| choice.value),
        title: title.unwrap_or_else(|| name.clone().unwrap_or_default()),
        name,
        as_of,
        period,
        hub,
        zone,
        utc_offset,
        fail_at,
        sheet_rows,
    }
}

/// Rows of one sheet of the workbook: more than a person reads unless told otherwise, and below Excel's own limit.
fn read_sheet_rows(section: &Section<'_, '_, '_>) -> usize {
    const USUAL: f64 = 20_000.0;
    let Some(rows) = section.number("sheet_rows") else { return USUAL as usize };
    if !(1.0..=1_000_000.0).contains(&rows.value) || rows.value.fract() != 0.0 {
        let mistake = "[pipeline]: `sheet_rows` is a whole number of rows, 1 to 1000000";
        section.report(rows.line, mistake, None);
    }
    rows.value.clamp(1.0, 1_000_000.0) as usize
}

/// The moment a run stands for: the command line's, else the pipeline's.
pub(super) fn read_as_of(section: &Section<'_, '_, '_>, overrides: &Overrides) -> Option<NaiveDateTime> {
    let as_of = section.moment("as_of").and_then(|moment| read_moment(section, &moment));
    let as_of = overrides.as_of.or(as_of);
    let as_of = as_of.or(overrides.without_as_of.then_some(NaiveDateTime::default()));
    if as_of.is_none() {
        let hint = Some("write `as_of = 2024-04-01T02:00:00`, or give --as-of".to_owned());
        section.report(section.line(), "[pipeline]: the run has no as-of time", hint);
    }
    if as_of.is_some_and(|as_of| !(1900..=9999).contains(&as_of.year())) {
        section.report(
            section.line(),
            "[pipeline]: the as-of time lies outside the years 1900 to 9999",
            None,
        );
    }
    as_of
}

/// The zone of the run's clock, and its distance from UTC.
pub(super) fn read_clock(section: &Section<'_, '_, '_>) -> (String, TimeDelta) {
    let zone = section.text("zone").map_or_else(|| "Asia/Ho_Chi_Minh".to_owned(), |zone| zone.value);
    let offset = section.number("utc_offset_hours").map_or(7.0, |offset| {
        if !(-12.0..=14.0).contains(&offset.value) {
            section.report(offset.line, "[pipeline]: `utc_offset_hours` must be between -12 and 14", None);
        }
        offset.value
    });
    (zone, TimeDelta::seconds((offset * 3600.0) as i64))
}

fn read_moment(section: &Section<'_, '_, '_>, moment: &Lined<String>) -> Option<NaiveDateTime> {
    let parsed = parse_moment(&moment.value);
    if parsed.is_none() {
        let hint = Some("write 2024-04-01T02:00:00, on the local clock, without a zone".to_owned());
        section.report(moment.line, format!("`{}` is not a local date and time", moment.value), hint);
    }
    parsed
}

/// `2024-04-01T02:00:00`, or a date alone, which is its first second.
pub fn parse_moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.replace(' ', "T");
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S")
        .ok()
        .or_else(|| text.parse::<NaiveDate>().ok().and_then(|date| date.and_hms_opt(0, 0, 0)))
}

fn read_period(section: Section<'_, '_, '_>) -> Option<(NaiveDate, NaiveDate)> {
    let day = |key: &str| {
        let moment = section.moment(key)?;
        let parsed = moment.value.parse::<NaiveDate>().ok();
        if parsed.is_none() {
            section.report(moment.line, format!("`{key}` must be a date such as 2024-01-01"), None);
        }
        parsed
    };
    let (from, to) = (day("from"), day("to"));
    let line = section.line();
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        section.report(line, "the period ends before it begins", None);
    }
    section.check_unknown();
    if from.is_none() || to.is_none() {
        section.report(line, "[pipeline] period: `from` and `to` are both needed", None);
    }
    Some((from?, to?))
}

fn read_privacy(section: Section<'_, '_, '_>, base: &Path) -> Option<Identifiers> {
    #[derive(Clone, Copy, PartialEq)]
    enum Way {
        Token,
        Masked,
        Plain,
    }
    let choices = [("token", Way::Token), ("masked", Way::Masked), ("plain", Way::Plain)];
    let way = section.choice("identifiers", &choices).map_or(Way::Masked, |choice| choice.value);
    let key_file = section.text("key_file");
    let line = section.line();
    let identifiers = match (way, key_file) {
        (Way::Masked, _) => Some(Identifiers::Masked),
        (Way::Plain, _) => Some(Identifiers::Plain),
        (Way::Token, None) => {
            let hint =
                "point it to a file of at least 32 bytes that only the run's account can read".to_owned();
            section.report(line, "[privacy]: tokens need `key_file`", Some(hint));
            None
        }
        (Way::Token, Some(file)) => match std::fs::read(base.join(&file.value)) {
            Ok(key) if key.trim_ascii().len() >= 32 => Some(Identifiers::Token(key.trim_ascii().to_vec())),
            Ok(_) => {
                section.report(
                    file.line,
                    format!("the key in `{}` is shorter than 32 bytes", file.value),
                    None,
                );
                None
            }
            Err(error) => {
                section.report(
                    file.line,
                    format!("the key file `{}` cannot be read: {error}", file.value),
                    None,
                );
                None
            }
        },
    };
    section.check_unknown();
    identifiers
}

/// Procedure codes of a list, in canonical form.
pub fn read_procedures(section: &Section<'_, '_, '_>, key: &str) -> BTreeSet<String> {
    let mut procedures = BTreeSet::new();
    for code in section.texts(key).unwrap_or_default() {
        let parsed = procedure_code::normalise(&code.value);
        match parsed.value {
            Some(value) if parsed.issues.is_empty() => drop(procedures.insert(value.into_owned())),
            _ => {
                let hint = Some("a procedure code reads 1.001193, with or without its suffix".to_owned());
                section.report(code.line, format!("`{}` is not a procedure code", code.value), hint);
            }
        }
    }
    procedures
}

pub(super) fn read_fields(section: &Section<'_, '_, '_>, key: &str) -> Vec<FieldName> {
    let mut fields = Vec::new();
    for name in section.texts(key).unwrap_or_default() {
        match FieldName::from_name(&name.value) {
            Some(field) if field.is_text() => fields.push(field),
            Some(_) => {
                section.report(
                    name.line,
                    format!("`{}` cannot be part of a key: it is not text", name.value),
                    None,
                );
            }
            None => {
                let hint = did_you_mean(&name.value, FieldName::ALL.iter().map(|field| field.name()));
                section.report(name.line, format!("unknown field `{}`", name.value), hint);
            }
        }
    }
    fields
}

/// A span such as `24h`, `5d`, `30m` or `30s`.
pub fn read_span(section: &Section<'_, '_, '_>, key: &str) -> Option<TimeDelta> {
    let text = section.text(key)?;
    let span = parse_span(&text.value);
    if span.is_none() {
        let hint = Some("write 30s, 30m, 24h or 5d".to_owned());
        section.report(text.line, format!("`{}` is not a span of time", text.value), hint);
    }
    span
}

pub fn parse_span(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().next_back()?;
    let number: i64 =
        text.strip_suffix(unit)?.trim().parse().ok().filter(|number| (0..=100_000).contains(number))?;
    match unit {
        's' => Some(TimeDelta::seconds(number)),
        'm' => Some(TimeDelta::minutes(number)),
        'h' => Some(TimeDelta::hours(number)),
        'd' => Some(TimeDelta::days(number)),
        _ => None,
    }
}

/// A finding kind by name, or a mistake with the nearest name.
pub fn read_kind(section: &Section<'_, '_, '_>, name: &Lined<String>) -> Option<FindingKind> {
    let kind = FindingKind::from_name(&name.value);
    if kind.is_none() {
        let hint = did_you_mean(&name.value, FindingKind::ALL.iter().map(|kind| kind.name()));
        section.report(name.line, format!("unknown kind of finding `{}`", name.value), hint);
    }
    kind
}

fn read_severities(root: &Section<'_, '_, '_>) -> BTreeMap<FindingKind, Option<Severity>> {
    let mut severities = BTreeMap::new();
    let Some(section) = root.section("severity", "[severity]") else { return severities };
    let mut choices: Vec<(&str, Option<Severity>)> =
        Severity::ALL.iter().map(|s| (s.code(), Some(*s))).collect();
    choices.push(("off", None));
    for (name, _) in section.entries() {
        let severity = section.choice(&name.value, &choices);
        if let (Some(kind), Some(severity)) = (read_kind(&section, &name), severity) {
            severities.insert(kind, severity.value);
        }
    }
    section.check_unknown();
    severities
}

fn read_drift(root: &Section<'_, '_, '_>) -> DriftPolicy {
    let mut policy = DriftPolicy::default();
    let Some(section) = root.section("drift", "[drift]") else { return policy };
    for (key, share) in
        [("empty_share", &mut policy.empty_share), ("unreadable_share", &mut policy.unreadable_share)]
    {
        if let Some(number) = section.number(key) {
            if !(0.0..=1.0).contains(&number.value) {
                section.report(number.line, format!("[drift]: `{key}` is a share between 0 and 1"), None);
            }
            *share = number.value;
        }
    }
    section.check_unknown();
    policy
}

#[cfg(test)]
mod tests {
    use super::{parse_moment, parse_span};
    use chrono::TimeDelta;

    #[test]
    fn spans_are_seconds_minutes_hours_or_days() {
        assert_eq!(parse_span("24h"), Some(TimeDelta::hours(24)));
        assert_eq!(parse_span("5d"), Some(TimeDelta::days(5)));
        for wrong in ["", "h", "24", "24x", "-1h", "9999999999999d"] {
            assert_eq!(parse_span(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_alone_is_its_first_second() {
        assert_eq!(parse_moment("2024-04-01"), parse_moment("2024-04-01T00:00:00"));
        assert_eq!(parse_moment("2024-04-01 02:00:00"), parse_moment("2024-04-01T02:00:00"));
        assert_eq!(parse_moment("01/04/2024"), None);
    }
}

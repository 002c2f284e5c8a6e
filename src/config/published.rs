//! `[[published]]` and `[reported]`: figures somebody printed, and what the province reported.

use super::figure::{Figure, PublishedFigure};
use super::mistakes::did_you_mean;
use super::plan::{Role, RunPlan, SystemPlan};
use super::reader::Section;
use crate::domain::dossier::FieldName;

const LEVELS: [&str; 5] = ["province", "district", "commune", "joint_same_level", "joint_cross_level"];

/// What else the pipeline tells, without which some figures cannot be recomputed.
#[derive(Clone, Copy)]
pub struct Known {
    pub catalogue: bool,
    pub reported: bool,
}

/// The figures, in the order of the file; each has to be of something the pipeline knows.
pub fn read(root: &Section<'_, '_, '_>, systems: &[SystemPlan], known: Known) -> Vec<PublishedFigure> {
    let sections = root.sections("published", "[[published]]");
    sections.iter().filter_map(|section| one(section, systems, known)).collect()
}

fn one(section: &Section<'_, '_, '_>, systems: &[SystemPlan], known: Known) -> Option<PublishedFigure> {
    let figure = section.need_choice("figure", Figure::CHOICES);
    let level = section.texts("level");
    for level in level.iter().flatten().filter(|level| !LEVELS.contains(&level.value.as_str())) {
        let hint =
            did_you_mean(&level.value, LEVELS).unwrap_or_else(|| format!("one of: {}", LEVELS.join(", ")));
        section.report(level.line, format!("unknown level `{}`", level.value), Some(hint));
    }
    let field = section.text("field").map(|field| field.value);
    let channels = [("direct", "direct"), ("online", "online"), ("post", "post")];
    let channel = section.choice("channel", &channels).map(|channel| channel.value.to_owned());
    let value = section.number("value");
    if value.is_none() {
        section.report(section.line(), "[[published]]: `value` is missing", None);
    }
    let system = read_system(section, systems);
    let of_dossiers = figure.as_ref().is_none_or(|figure| figure.value.is_of_dossiers());
    let wanted = figure.as_ref().map(|figure| figure.value);
    let needed = wanted.and_then(Figure::needs);
    let asked = [
        (FieldName::Status, of_dossiers),
        (FieldName::Level, of_dossiers && level.is_some()),
        (FieldName::Field, of_dossiers && field.is_some()),
        (FieldName::Channel, of_dossiers && channel.is_some()),
    ];
    let hub = systems.first();
    let asked = asked.into_iter().filter(|(_, used)| *used).map(|(field, _)| field).chain(needed);
    for asked in asked.filter(|asked| hub.is_some_and(|hub| !hub.maps(*asked))) {
        let text = format!("[[published]]: it needs `{}`, which the hub does not map", asked.name());
        section.report(section.line(), text, None);
    }
    if let Some(figure) = wanted {
        let limits = [("level", level.is_some()), ("field", field.is_some()), ("channel", channel.is_some())];
        let used: Vec<&str> = limits.into_iter().filter(|(_, used)| *used).map(|(key, _)| key).collect();
        let levels: Vec<&str> = level.iter().flatten().map(|level| level.value.as_str()).collect();
        for text in cannot_be_told(figure, &used, &levels, systems.get(system), known) {
            section.report(section.line(), format!("[[published]]: `{}` {text}", figure.code()), None);
        }
    }
    if let Some(value) = value.as_ref().filter(|value| !value.value.is_finite()) {
        section.report(value.line, "[[published]]: `value` is no number", None);
    }
    let source = section.text("source").map(|source| source.value).unwrap_or_default();
    let decimals = section.decimals("value");
    section.check_unknown();
    Some(PublishedFigure {
        figure: figure?.value,
        level: level.map(|level| level.into_iter().map(|level| level.value).collect()),
        field,
        channel,
        value: value?.value,
        decimals,
        source,
        system,
    })
}

/// Why a figure cannot be recomputed as it is asked for.
fn cannot_be_told(
    figure: Figure,
    used: &[&str],
    levels: &[&str],
    system: Option<&SystemPlan>,
    known: Known,
) -> Vec<&'static str> {
    let mut why = Vec::new();
    if figure.is_of_dossiers() {
        if levels.iter().any(|level| level.starts_with("joint_")) {
            why.push("is of dossiers, which have no joint level");
        }
    } else if figure.is_of_catalogue() {
        if !known.catalogue {
            why.push("needs `[reference] procedures`");
        }
        if used.iter().any(|key| *key != "level") {
            why.push("can be limited by `level` alone");
        }
    } else {
        if system.is_none_or(|system| system.role != Role::Portal) {
            why.push("is of a portal");
        }
        if !used.is_empty() {
            why.push("cannot be limited by `level`, `field` or `channel`");
        }
        if figure == Figure::SyncReported && !known.reported {
            why.push("needs `[reported] received`");
        }
    }
    why
}

/// The system a figure of synchronisation is about: the first portal where none is named.
fn read_system(section: &Section<'_, '_, '_>, systems: &[SystemPlan]) -> usize {
    let portal = systems.iter().position(|system| system.role == Role::Portal);
    let default = portal.unwrap_or(RunPlan::HUB);
    let Some(name) = section.text("system") else { return default };
    systems.iter().position(|system| system.name == name.value).unwrap_or_else(|| {
        let hint = did_you_mean(&name.value, systems.iter().map(|system| system.name.as_str()));
        section.report(name.line, format!("no [[system]] is named `{}`", name.value), hint);
        default
    })
}

/// `[reported] received = 54156`: what stands in the national reporting system for the period; and
/// `previous_year`, which stands in where neither it nor the portal has anything.
pub fn read_reported(root: &Section<'_, '_, '_>) -> (Option<u64>, Option<u64>) {
    let Some(section) = root.section("reported", "[reported]") else { return (None, None) };
    let count = |key: &str| {
        let number = section.number(key)?;
        if !(0.0..=1e12).contains(&number.value) || number.value.fract() != 0.0 {
            section.report(number.line, format!("[reported]: `{key}` is a number of dossiers"), None);
            return None;
        }
        Some(number.value as u64)
    };
    let (received, previous_year) = (count("received"), count("previous_year"));
    section.check_unknown();
    if received.is_none() && previous_year.is_none() {
        section.report(section.line(), "[reported]: `received` is missing", None);
    }
    (received, previous_year)
}

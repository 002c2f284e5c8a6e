//! `[[published]]` and `[reported]`: figures somebody printed, and what the province reported.

use super::figure::{Figure, PublishedFigure};
use super::mistakes::did_you_mean;
use super::plan::{Role, RunPlan, SystemPlan};
use super::reader::Section;
use crate::domain::dossier::FieldName;

const LEVELS: [&str; 5] = ["province", "district", "commune", "joint_same_level", "joint_cross_level"];

/// The figures, in the order of the file; each has to be of something the pipeline knows.
pub fn read(root: &Section<'_, '_, '_>, systems: &[SystemPlan]) -> Vec<PublishedFigure> {
    root.sections("published", "[[published]]").iter().filter_map(|section| one(section, systems)).collect()
}

fn one(section: &Section<'_, '_, '_>, systems: &[SystemPlan]) -> Option<PublishedFigure> {
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

/// `[reported] received = 54156`: what stands in the national reporting system for the period.
pub fn read_reported(root: &Section<'_, '_, '_>) -> Option<u64> {
    let section = root.section("reported", "[reported]")?;
    let received = section.number("received");
    section.check_unknown();
    let received = received?;
    if received.value < 0.0 || received.value.fract() != 0.0 {
        section.report(received.line, "[reported]: `received` is a number of dossiers", None);
        return None;
    }
    Some(received.value as u64)
}

//! The settings to start from when dossiers are linked, and what remains of them where fields are missing.
//!
//! It must not train: the model that goes with the settings is a file of its own.

use std::collections::BTreeSet;

use super::keys::DERIVED;
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::model::Model;
use crate::engine::linkage::settings::{BlockSettings, Settings};

/// The text of `data/linkage/dossier.toml`.
pub const SETTINGS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/linkage/dossier.toml"));

/// The default settings. `Err` only if the file in the program were broken, which a test excludes.
pub fn settings() -> Result<Settings, toml::de::Error> {
    toml::from_str(SETTINGS)
}

/// The text of `data/linkage/model.toml`: what the default settings learnt from generated exports of a
/// province whose every kind of error is frequent. A start, not a measurement of any real province.
pub const MODEL: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/linkage/model.toml"));

/// The default model. `Err` only if the file in the program were broken, which a test excludes.
pub fn model() -> Result<Model, LinkageError> {
    Model::from_toml(MODEL)
}

/// Settings that name only fields there are, and what had to go.
#[derive(Debug, Clone)]
pub struct Restricted {
    pub settings: Settings,
    /// Fields of comparisons that were dropped.
    pub comparisons: Vec<String>,
    /// Blocking rules that were dropped, as their keys joined by ` + `.
    pub rules: Vec<String>,
    /// Look-alikes that no longer agree on anything.
    pub look_alikes: Vec<String>,
}

/// The settings without what rests on a field that is not among `fields`: comparisons, blocking rules,
/// keys that split a block, and fields and whole classes of look-alikes. A derived field is there when the
/// field it comes from is.
///
/// The caller refuses settings without a comparison or without a rule, and warns of the rest.
#[must_use]
pub fn restrict_to(settings: &Settings, fields: &BTreeSet<&str>) -> Restricted {
    let derived = DERIVED.iter().filter(|derived| fields.contains(derived.from)).map(|derived| derived.name);
    let known: Vec<&str> = fields.iter().copied().chain(derived).collect();
    let mut kept = settings.clone();
    kept.restrict_to(&known);
    let compared = |settings: &Settings| names_of(settings.comparison.iter().map(|own| own.field.clone()));
    let rules = |settings: &Settings| names_of(settings.block.iter().map(rule_name));
    let classes = |settings: &Settings| names_of(settings.look_alike.iter().map(|own| own.name.clone()));
    let gone = |before: Vec<String>, after: &[String]| {
        before.into_iter().filter(|own| !after.contains(own)).collect()
    };
    Restricted {
        comparisons: gone(compared(settings), &compared(&kept)),
        rules: gone(rules(settings), &rules(&kept)),
        look_alikes: gone(classes(settings), &classes(&kept)),
        settings: kept,
    }
}

fn names_of(names: impl Iterator<Item = String>) -> Vec<String> {
    names.collect()
}

fn rule_name(rule: &BlockSettings) -> String {
    let near = rule.near.as_ref().map(|near| format!("{} near", near.field));
    rule.on.iter().cloned().chain(near).collect::<Vec<_>>().join(" + ")
}

/// The model without the comparisons and look-alikes that these settings do not have. `None` when the
/// settings have one that the model lacks.
#[must_use]
pub fn restrict_model(model: &Model, settings: &Settings) -> Option<Model> {
    let compared = |name: &String| settings.comparison.iter().any(|own| own.field == *name);
    let kept: Vec<bool> = model.comparison.iter().map(|own| compared(&own.name)).collect();
    let mut out = model.clone();
    out.comparison.retain(|own| compared(&own.name));
    out.look_alike.retain(|own| settings.look_alike.iter().any(|class| class.name == own.name));
    for class in &mut out.look_alike {
        let levels = std::mem::take(&mut class.q);
        class.q = levels.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(q, _)| q).collect();
    }
    let same_order =
        out.comparison.iter().map(|own| &own.name).eq(settings.comparison.iter().map(|own| &own.field));
    let same_classes =
        out.look_alike.iter().map(|own| &own.name).eq(settings.look_alike.iter().map(|own| &own.name));
    (same_order && same_classes).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::{model, restrict_model, restrict_to, settings};
    use crate::domain::dossier::FieldName;
    use crate::comparators::{DERIVED, comparator};
    use crate::engine::linkage::settings::How;

    #[test]
    fn the_default_settings_name_fields_and_comparators_that_exist() {
        let settings = settings().expect("settings");
        let known = |part: &str| {
            let name = part.split(':').next().unwrap_or(part);
            FieldName::from_name(name).is_some() || DERIVED.iter().any(|derived| derived.name == name)
        };
        for comparison in &settings.comparison {
            assert!(known(&comparison.field), "{}", comparison.field);
            if let How::Custom(name) = &comparison.how {
                assert!(comparator(name).is_some(), "{name}");
            }
        }
        for rule in &settings.block {
            for part in rule.on.iter().chain(&rule.split).chain(rule.near.as_ref().map(|near| &near.field)) {
                assert!(known(part), "{part}");
            }
        }
        for class in &settings.look_alike {
            for field in &class.agree {
                assert!(settings.comparison.iter().any(|own| own.field == *field), "{field}");
            }
        }
    }

    #[test]
    fn no_code_is_looked_at() {
        let settings = settings().expect("settings");
        for code in ["code", "alt_code", "hub_code"] {
            assert!(settings.comparison.iter().all(|own| own.field != code));
            assert!(settings.block.iter().all(|rule| rule.on.iter().all(|part| part != code)));
        }
    }

    #[test]
    fn what_rests_on_a_missing_field_goes() {
        let all = settings().expect("settings");
        let fields = ["owner_name", "phone", "procedure", "received_at"].into_iter().collect();
        let restricted = restrict_to(&all, &fields);
        let kept: Vec<&str> = restricted.settings.comparison.iter().map(|own| own.field.as_str()).collect();
        assert_eq!(kept, ["owner_name", "phone", "procedure", "received_at"]);
        let rules: Vec<String> = restricted.settings.block.iter().map(|rule| rule.on.join(" + ")).collect();
        assert_eq!(rules, ["phone + procedure", "owner_key + procedure", "owner_key"]);
        assert!(restricted.settings.block.iter().all(|rule| rule.split.is_empty()));
        assert!(restricted.look_alikes.is_empty());
        assert_eq!(restricted.settings.look_alike[1].agree, ["phone"]);
        assert_eq!(restricted.settings.look_alike[0].agree, ["owner_name", "phone"]);
        assert_eq!(restricted.comparisons.len() + kept.len(), all.comparison.len());
        assert_eq!(restricted.rules.len() + rules.len(), all.block.len());
        let everything = FieldName::ALL.iter().map(|field| field.name()).collect();
        let whole = restrict_to(&all, &everything);
        assert!(whole.comparisons.is_empty() && whole.rules.is_empty() && whole.look_alikes.is_empty());
        assert_eq!(whole.settings.block.len(), all.block.len());
    }

    #[test]
    fn the_default_model_is_one_of_the_default_settings() {
        let (settings, model) = (settings().expect("settings"), model().expect("a model"));
        assert!(model.converged);
        let whole = restrict_model(&model, &settings).expect("a model of these settings");
        assert_eq!(whole, model);
        for (own, setting) in model.comparison.iter().zip(&settings.comparison) {
            if let How::Custom(name) = &setting.how {
                let levels = comparator(name).expect("a comparator").levels();
                assert!(own.level.iter().map(|level| &level.name).eq(&levels), "{name}");
            }
            // What agrees speaks for a match, what differs against it, and nothing is certain.
            let (first, last) = (&own.level[0], &own.level[own.level.len() - 1]);
            assert!(first.bits > 0.5 && last.bits < -0.5, "{}", own.name);
            assert!(own.level.iter().all(|level| level.m > 0.0 && level.m < 1.0), "{}", own.name);
        }
    }

    #[test]
    fn a_model_follows_its_settings() {
        let (all, model) = (settings().expect("settings"), model().expect("a model"));
        let fields = ["owner_name", "phone", "procedure", "received_at"].into_iter().collect();
        let few = restrict_to(&all, &fields).settings;
        let kept = restrict_model(&model, &few).expect("a model");
        let names: Vec<&str> = kept.comparison.iter().map(|own| own.name.as_str()).collect();
        assert_eq!(names, ["owner_name", "phone", "procedure", "received_at"]);
        for class in &kept.look_alike {
            assert!(class.q.iter().map(Vec::len).eq(kept.comparison.iter().map(|own| own.level.len())));
        }
        assert!(restrict_model(&kept, &all).is_none());
    }
}

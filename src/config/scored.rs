//! What the scored rung compares and by which model: the shipped settings and model, or files of the
//! pipeline's own.

use std::collections::BTreeSet;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::outside::Outside;
use super::plan::SystemPlan;
use super::reader::{Lined, Section};
use crate::comparators::{self, DERIVED};
use crate::domain::dossier::FieldName;
use crate::engine::digest::hex;
use crate::engine::linkage;
use crate::engine::linkage::model::Model;
use crate::engine::linkage::settings::{Decide, Settings};

/// Settings and model of the scored rung.
#[derive(Debug, Clone)]
pub struct ScoredPlan {
    pub settings: Settings,
    /// `None` while a model for settings of the pipeline's own is still to be trained.
    pub model: Option<Model>,
    /// Outside tables of how common values are.
    pub outside: Outside,
    /// Of the files, as part of the run's identity.
    pub digest: String,
}

impl ScoredPlan {
    /// The settings for two systems: without what rests on a field that one of them does not map. `None`
    /// where nothing is left to compare or to meet by.
    pub fn between(&self, left: &SystemPlan, right: &SystemPlan) -> Option<Settings> {
        let fields = fields_of(left).intersection(&fields_of(right)).copied().collect();
        let settings = comparators::restrict_to(&self.settings, &fields).settings;
        (!settings.comparison.is_empty() && !settings.block.is_empty()).then_some(settings)
    }

    /// The model for settings that [`Self::between`] gave.
    pub fn model_for(&self, settings: &Settings) -> Option<Model> {
        comparators::restrict_model(self.model.as_ref()?, settings)
    }
}

impl ScoredPlan {
    /// What is shipped for records of two systems.
    ///
    /// # Errors
    /// Only if a file in the program were broken, which a test excludes.
    pub fn shipped() -> Result<Self, String> {
        Self::of(comparators::SETTINGS, comparators::MODEL)
    }

    /// What is shipped for double entries within one system.
    ///
    /// # Errors
    /// As [`Self::shipped`].
    pub fn double_entry() -> Result<Self, String> {
        Self::of(comparators::DOUBLE_ENTRY_SETTINGS, comparators::DOUBLE_ENTRY_MODEL)
    }

    fn of(settings: &str, model: &str) -> Result<Self, String> {
        let mut hash = Sha256::new();
        [settings, model].iter().for_each(|text| hash.update(Sha256::digest(text.as_bytes())));
        Ok(Self {
            settings: toml::from_str(settings).map_err(|error| error.to_string())?,
            model: Some(Model::from_toml(model).map_err(|error| error.to_string())?),
            outside: Outside::default(),
            digest: hex(&hash.finalize()),
        })
    }

    /// The settings for the records of one system among each other. `None` where it says nothing of persons, or
    /// nothing is left to meet by: then nothing tells the dossiers of one counter apart.
    pub fn within(&self, system: &SystemPlan) -> Option<Settings> {
        let of_persons = system.maps(FieldName::OwnerName) || system.maps(FieldName::IdNumber);
        self.between(system, system).filter(|_| of_persons)
    }
}

fn fields_of(system: &SystemPlan) -> BTreeSet<&'static str> {
    system.columns.iter().map(|column| column.field.name()).collect()
}

/// Reads what a scored rung names; `without_model` where one is about to be trained: then the model is the
/// shipped one, for shipped settings.
pub fn read(
    section: &Section<'_, '_, '_>,
    base: &Path,
    systems: &[SystemPlan],
    without_model: bool,
) -> Option<ScoredPlan> {
    let settings_file = section.text("settings");
    let model_file = section.text("model");
    let mut hash = Sha256::new();
    let mut text_of = |file: Option<&Lined<String>>, shipped: &str| -> Option<String> {
        let text = match file {
            None => shipped.to_owned(),
            Some(file) => match std::fs::read_to_string(base.join(&file.value)) {
                Ok(text) => text,
                Err(error) => {
                    let text = format!("[[ladder]]: cannot read `{}`: {error}", file.value);
                    section.report(file.line, text, None);
                    return None;
                }
            },
        };
        hash.update(Sha256::digest(text.as_bytes()));
        Some(text)
    };
    let settings = text_of(settings_file.as_ref(), comparators::SETTINGS)?;
    let settings: Settings = match toml::from_str(&settings) {
        Ok(settings) => settings,
        Err(error) => {
            let line = settings_file.as_ref().map_or(section.line(), |file| file.line);
            section.report(line, format!("[[ladder]]: `settings`: {error}"), None);
            return None;
        }
    };
    // Settings of one's own were not what the shipped model learnt.
    let model = match (&settings_file, &model_file) {
        (Some(_), _) if without_model => None,
        // What is trained anew begins with what is shipped.
        (None, _) if without_model => Model::from_toml(comparators::MODEL).ok(),
        (Some(file), None) => {
            let hint = "train it: `doisoat train PIPELINE --model model.toml`, then model = \"model.toml\"";
            let text = "[[ladder]]: `settings` of one's own need a `model`";
            section.report(file.line, text, Some(hint.to_owned()));
            return None;
        }
        _ => {
            let text = text_of(model_file.as_ref(), comparators::MODEL)?;
            match Model::from_toml(&text) {
                Ok(model) => Some(model),
                Err(error) => {
                    let line = model_file.as_ref().map_or(section.line(), |file| file.line);
                    section.report(line, format!("[[ladder]]: `model`: {error}"), None);
                    return None;
                }
            }
        }
    };
    let (outside, faults) = Outside::read(&settings, base);
    let line = settings_file.as_ref().map_or(section.line(), |file| file.line);
    for (field, why) in faults {
        section.report(line, format!("[[ladder]]: `settings`: comparison `{field}`: {why}"), None);
    }
    outside.digest.iter().for_each(|digest| hash.update(digest.as_bytes()));
    let plan = ScoredPlan { settings, model, outside, digest: hex(&hash.finalize()) };
    check(&plan, section, systems, without_model);
    Some(plan)
}

/// The settings must hold together, some system must have enough in common with the hub, and the model must know
/// what is compared.
fn check(plan: &ScoredPlan, section: &Section<'_, '_, '_>, systems: &[SystemPlan], without_model: bool) {
    let own = FieldName::ALL.iter().map(|field| field.name());
    let known: BTreeSet<&str> = own.chain(DERIVED.iter().map(|derived| derived.name)).collect();
    if let Err(error) =
        linkage::check::check(&plan.settings, &known, &comparators::registry(), &plan.outside.known())
    {
        section.report(section.line(), format!("[[ladder]]: `settings`: {error}"), None);
        return;
    }
    if plan.settings.decide != Decide::OneToOne {
        let text = "[[ladder]]: `settings`: a ladder links one to one";
        section.report(section.line(), text, Some("decide = \"one_to_one\"".to_owned()));
    }
    if plan.model.as_ref().is_some_and(|model| !model.converged) {
        let hint = "train it on more records, or compare fields that say more";
        section.report(section.line(), "[[ladder]]: the model did not converge", Some(hint.to_owned()));
    }
    let Some((hub, others)) = systems.split_first().filter(|(_, others)| !others.is_empty()) else { return };
    let common: Vec<Settings> = others.iter().filter_map(|other| plan.between(hub, other)).collect();
    if common.is_empty() {
        let hint = format!("the settings compare: {}", plan.settings.fields().join(", "));
        let text =
            "[[ladder]]: the scored rung finds no field to compare that the hub and another system map";
        section.report(section.line(), text, Some(hint));
    } else if !without_model && common.iter().any(|settings| plan.model_for(settings).is_none()) {
        let hint = "train it again: `doisoat train PIPELINE --model FILE`";
        let text = "[[ladder]]: the model was trained on other settings";
        section.report(section.line(), text, Some(hint.to_owned()));
    }
}

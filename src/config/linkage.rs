//! How records are linked by probability: `[link]`, `[[comparison]]`, `[[block]]` and `[[look_alike]]` of a
//! pipeline, as the engine's settings.
//!
//! The engine holds the settings against fields and comparators; here its mistakes get their lines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::outside::Outside;
use super::reader::{Lined, Section};
use crate::engine::linkage::check::check;
use crate::engine::linkage::comparison::Registry;
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::settings::{
    BlockSettings, ComparisonSettings, Decide, How, LookAlike, Near, Settings, Threshold,
};

/// What a pipeline says of linking.
#[derive(Debug, Clone)]
pub struct LinkPlan {
    pub settings: Settings,
    /// A trained model beside the pipeline; the night's own data are trained on where absent.
    pub model: Option<PathBuf>,
    pub evidence: EvidenceOf,
    /// Outside tables of how common values are.
    pub outside: Outside,
    lines: Lines,
}

/// Which pairs have their evidence written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceOf {
    All,
    /// Ambiguous pairs, and links that are not certain.
    Uncertain,
    None,
}

/// Where things stand in the file, each list in its order.
#[derive(Debug, Clone, Default)]
struct Lines {
    link: usize,
    comparisons: Vec<(String, usize)>,
    blocks: Vec<usize>,
    look_alikes: Vec<(String, usize)>,
}

const DECIDE: [(&str, Decide); 5] = [
    ("cluster", Decide::Cluster),
    ("one_to_one", Decide::OneToOne),
    ("one_to_many", Decide::OneToMany),
    ("many_to_one", Decide::ManyToOne),
    ("pairs", Decide::Pairs),
];

/// Reads the four kinds of blocks. `decide` serves where the pipeline does not say how pairs are decided;
/// `base` is the folder of the pipeline.
pub fn read(root: &Section<'_, '_, '_>, decide: Decide, base: &Path) -> LinkPlan {
    let mut lines = Lines { link: 1, ..Lines::default() };
    let comparison = read_comparisons(root, &mut lines);
    let block = read_blocks(root, &mut lines);
    let look_alike = read_look_alikes(root, &mut lines);
    let mut settings = Settings { comparison, block, look_alike, ..Settings::of(decide) };
    let (mut model, mut evidence) = (None, EvidenceOf::All);
    if let Some(section) = root.section("link", "[link]") {
        lines.link = section.line();
        model = section.text("model").map(|file| base.join(file.value));
        let choices =
            [("all", EvidenceOf::All), ("uncertain", EvidenceOf::Uncertain), ("none", EvidenceOf::None)];
        evidence = section.choice("evidence", &choices).map_or(evidence, |choice| choice.value);
        read_link(&section, &mut settings);
        section.check_unknown();
    }
    let (outside, faults) = Outside::read(&settings, base);
    for (field, why) in faults {
        root.report(lines.comparison(&field), format!("[[comparison]]: {why}"), None);
    }
    LinkPlan { settings, model, evidence, outside, lines }
}

fn read_link(section: &Section<'_, '_, '_>, settings: &mut Settings) {
    if let Some(decide) = section.choice("decide", &DECIDE) {
        settings.decide = decide.value;
    }
    // A number is a probability; a word is read as the engine declares it.
    let threshold = match section.is_number("threshold") {
        true => section.number("threshold").map(|number| Threshold::Probability(number.value)),
        false => section.parsed("threshold").map(|threshold| threshold.value),
    };
    settings.threshold = threshold.unwrap_or(settings.threshold);
    let set = |key: &str, value: &mut f64| {
        if let Some(number) = section.number(key) {
            *value = number.value;
        }
    };
    let verdict = &mut settings.verdict;
    set("ambiguous_from", &mut verdict.ambiguous_from);
    set("margin", &mut verdict.margin);
    set("certain", &mut verdict.certain);
    set("certain_margin", &mut verdict.certain_margin);
    set("most_bits", &mut settings.most_bits);
    set("plainly_wrong", &mut settings.plainly_wrong);
    set("outside_rows", &mut settings.outside_rows);
    if let Some(cap) = whole(section, "block_cap") {
        settings.block_cap = cap;
    }
    if let Some(most) = whole(section, "most_per_table") {
        settings.most_per_table = u32::try_from(most).unwrap_or(u32::MAX);
    }
    if let Some(never) = section.parsed("never_block_on") {
        settings.never_block_on = never.value;
    }
}

fn whole(section: &Section<'_, '_, '_>, key: &str) -> Option<u64> {
    let number = section.number(key)?;
    if number.value < 0.0 || number.value.fract() != 0.0 {
        section.report(number.line, format!("{}: `{key}` is a whole number", section.name()), None);
        return None;
    }
    Some(number.value as u64)
}

fn read_comparisons(root: &Section<'_, '_, '_>, lines: &mut Lines) -> Vec<ComparisonSettings> {
    let mut list = Vec::new();
    for section in root.sections("comparison", "[[comparison]]") {
        let field = section.need_text("field");
        let or_in = values(section.texts("or_in"));
        if !section.has("how") {
            let hint = "such as how = \"exact\", or how = { jaro_winkler = [0.92, 0.8] }";
            section.report(section.line(), "[[comparison]]: `how` is missing", Some(hint.to_owned()));
        }
        let how = section.parsed::<How>("how");
        let term_frequency = section.flag("term_frequency").is_some_and(|flag| flag.value);
        let frequencies = section.text("frequencies").map(|name| name.value);
        section.check_unknown();
        let (Some(field), Some(how)) = (field, how) else { continue };
        if lines.comparisons.iter().any(|(known, _)| *known == field.value) {
            section.report(field.line, format!("[[comparison]]: `{}` is compared twice", field.value), None);
        }
        lines.comparisons.push((field.value.clone(), section.line()));
        let (field, how) = (field.value, how.value);
        list.push(ComparisonSettings { field, or_in, how, term_frequency, frequencies });
    }
    list
}

fn read_blocks(root: &Section<'_, '_, '_>, lines: &mut Lines) -> Vec<BlockSettings> {
    let mut list = Vec::new();
    for section in root.sections("block", "[[block]]") {
        let on = values(section.texts("on"));
        if !section.has("on") {
            let hint = "such as on = [\"surname:first3\", \"postcode\"]";
            section.report(section.line(), "[[block]]: `on` is missing", Some(hint.to_owned()));
        }
        let near = section.parsed::<Near>("near").map(|near| near.value);
        let split = values(section.texts("split"));
        let most = whole(&section, "most");
        section.check_unknown();
        if section.has("on") {
            lines.blocks.push(section.line());
            list.push(BlockSettings { on, near, split, most });
        }
    }
    list
}

fn read_look_alikes(root: &Section<'_, '_, '_>, lines: &mut Lines) -> Vec<LookAlike> {
    let mut list = Vec::new();
    for section in root.sections("look_alike", "[[look_alike]]") {
        let name = section.need_text("name");
        let agree = values(section.texts("agree"));
        if agree.is_empty() {
            let hint = "the fields on which such pairs agree though they are no match";
            section.report(section.line(), "[[look_alike]]: `agree` is missing or empty", Some(hint.into()));
        }
        section.check_unknown();
        let Some(name) = name else { continue };
        lines.look_alikes.push((name.value.clone(), section.line()));
        list.push(LookAlike { name: name.value, agree });
    }
    list
}

fn values(list: Option<Vec<Lined<String>>>) -> Vec<String> {
    list.unwrap_or_default().into_iter().map(|text| text.value).collect()
}

impl LinkPlan {
    /// Holds the settings against the fields there are, and reports every mistake with its line.
    pub fn check(&self, root: &Section<'_, '_, '_>, fields: &BTreeSet<&str>, registry: &Registry) {
        let Err(error) = check(&self.settings, fields, registry, &self.outside.known()) else { return };
        let all = match error {
            LinkageError::Several(all) => all,
            one => vec![one],
        };
        for error in all {
            let text = error.to_string();
            let (text, hint) = match text.split_once('\n') {
                Some((text, hint)) => (text.to_owned(), Some(hint.to_owned())),
                None => (text, None),
            };
            root.report(self.lines.of(&error), text, hint);
        }
    }

    /// The line of a comparison.
    pub fn line_of(&self, comparison: &str) -> usize {
        self.lines.comparison(comparison)
    }

    pub fn line(&self) -> usize {
        self.lines.link
    }
}

impl Lines {
    fn comparison(&self, field: &str) -> usize {
        self.comparisons.iter().find(|(own, _)| own == field).map_or(self.link, |(_, line)| *line)
    }

    /// `comparison `x`` or `blocking rule 2`, as the engine names places.
    fn place(&self, place: &str) -> usize {
        if let Some(field) = place.strip_prefix("comparison `").and_then(|rest| rest.strip_suffix('`')) {
            return self.comparison(field);
        }
        let block = place.strip_prefix("blocking rule ").and_then(|at| at.parse::<usize>().ok());
        block.and_then(|at| self.blocks.get(at.checked_sub(1)?)).copied().unwrap_or(self.link)
    }

    fn of(&self, error: &LinkageError) -> usize {
        match error {
            LinkageError::UnknownField { place, .. } | LinkageError::BadKey { place, .. } => {
                self.place(place)
            }
            LinkageError::UnknownComparator { field, .. }
            | LinkageError::BadLevels { field, .. }
            | LinkageError::BadLevel { field, .. }
            | LinkageError::BadFrequencies { field, .. }
            | LinkageError::TooManyLevels(field) => self.comparison(field),
            LinkageError::UnknownComparison { name, .. } => {
                self.look_alikes.iter().find(|(own, _)| own == name).map_or(self.link, |(_, line)| *line)
            }
            // Only the window of a blocking rule has a `from`.
            LinkageError::OutOfRange { name, .. } if name == "from" => {
                self.blocks.first().copied().unwrap_or(self.link)
            }
            _ => self.link,
        }
    }
}

//! Settings held against the fields and comparators there are: all mistakes at once.

use std::collections::BTreeSet;

use super::comparator::comparator;
use super::comparison::Registry;
use super::error::{LinkageError, nearest};
use super::frequency::{self, Frequencies};
use super::keys::KeyPart;
use super::settings::{ComparisonSettings, How, NumberSettings, Settings, Threshold};

/// The most comparisons, blocking rules and look-alikes: pairs carry one bit per rule, training one per
/// comparison.
pub(super) const MOST: usize = 32;

/// `known` are the fields that at least one table has.
pub fn check(
    settings: &Settings,
    known: &BTreeSet<&str>,
    registry: &Registry,
    frequencies: &Frequencies,
) -> Result<(), LinkageError> {
    let mut found = Vec::new();
    let mut say = |result: Result<(), LinkageError>| found.extend(result.err());
    for (what, n) in [("comparisons", settings.comparison.len()), ("blocking rules", settings.block.len())] {
        match n {
            0 => say(Err(LinkageError::Nothing(what))),
            _ if n > MOST => say(Err(LinkageError::TooMany { what, found: n, most: MOST })),
            _ => {}
        }
    }
    if settings.look_alike.len() > MOST {
        let found = settings.look_alike.len();
        say(Err(LinkageError::TooMany { what: "look-alikes", found, most: MOST }));
    }
    for comparison in &settings.comparison {
        for field in std::iter::once(&comparison.field).chain(&comparison.or_in) {
            say(known_field(&format!("comparison `{}`", comparison.field), field, known));
        }
        say(how(comparison, registry));
    }
    for (at, block) in (1..).zip(&settings.block) {
        let place = format!("blocking rule {at}");
        if block.on.is_empty() {
            say(Err(LinkageError::Nothing("field to block on")));
        }
        for part in block.on.iter().chain(&block.split) {
            match KeyPart::parse(part, &place) {
                Ok(part) => say(known_field(&place, &part.field, known)),
                Err(error) => say(Err(error)),
            }
        }
        if let Some(near) = &block.near {
            say(known_field(&place, &near.field, known));
            let holds = near.from <= near.to && (!near.relative || near.from > -1.0);
            if !holds {
                let must = "at most `to`, and above -1 where it is relative";
                say(Err(LinkageError::OutOfRange { name: "from".into(), value: near.from, must }));
            }
        }
    }
    for field in settings.never_block_on.keys() {
        say(known_field("never_block_on", field, known));
    }
    let compared = || settings.comparison.iter().map(|c| c.field.as_str());
    for look in &settings.look_alike {
        for field in look.agree.iter().filter(|field| compared().all(|known| known != **field)) {
            say(Err(LinkageError::UnknownComparison {
                name: look.name.clone(),
                field: field.clone(),
                nearest: nearest(field, compared()),
                known: compared().map(str::to_owned).collect(),
            }));
        }
    }
    numbers(settings, &mut say);
    found.extend(frequency::check(frequencies, settings));
    LinkageError::from_all(found)
}

fn numbers(settings: &Settings, say: &mut impl FnMut(Result<(), LinkageError>)) {
    let verdict = &settings.verdict;
    let share = "between 0 and 1";
    let inside = |value: f64| value > 0.0 && value < 1.0;
    let mut must = |name: &str, value: f64, holds: bool, must: &'static str| {
        if !holds {
            say(Err(LinkageError::OutOfRange { name: name.to_owned(), value, must }));
        }
    };
    if let Threshold::Probability(least) = settings.threshold {
        must("threshold", least, inside(least), share);
        let from = verdict.ambiguous_from;
        must("ambiguous_from", from, from > 0.0 && from <= least, "above 0 and at most the threshold");
    }
    must("certain", verdict.certain, inside(verdict.certain), share);
    must("margin", verdict.margin, verdict.margin >= 0.0, "0 or more");
    must("certain_margin", verdict.certain_margin, verdict.certain_margin >= 0.0, "0 or more");
    must("most_bits", settings.most_bits, settings.most_bits > 0.0, "above 0");
    must("plainly_wrong", settings.plainly_wrong, inside(settings.plainly_wrong), share);
    must("outside_rows", settings.outside_rows, settings.outside_rows >= 0.0, "0 or more");
    must("most_per_table", f64::from(settings.most_per_table), settings.most_per_table > 0, "above 0");
    must("block_cap", settings.block_cap as f64, settings.block_cap > 0, "above 0");
}

fn known_field(place: &str, field: &str, known: &BTreeSet<&str>) -> Result<(), LinkageError> {
    if known.contains(field) {
        return Ok(());
    }
    Err(LinkageError::UnknownField {
        place: place.to_owned(),
        field: field.to_owned(),
        nearest: nearest(field, known.iter().copied()),
        known: known.iter().map(|name| (*name).to_owned()).collect(),
    })
}

fn how(setting: &ComparisonSettings, registry: &Registry) -> Result<(), LinkageError> {
    let field = &setting.field;
    let levels = |holds: bool, why: &str| match holds {
        true => Ok(()),
        false => Err(LinkageError::BadLevels { field: field.clone(), why: why.to_owned() }),
    };
    match &setting.how {
        How::Exact => Ok(()),
        How::JaroWinkler(least) => levels(
            falling(least) && least.iter().all(|t| *t > 0.0 && *t <= 1.0),
            "thresholds of jaro_winkler lie above 0, at most at 1, and fall from level to level",
        ),
        How::DamerauLevenshtein(most) => levels(
            most.iter().all(|n| *n > 0) && most.is_sorted_by(|a, b| a < b),
            "edits lie above 0 and rise from level to level",
        ),
        How::SharedStart(bits) => levels(
            falling(bits) && bits.iter().all(|t| *t > 0.0),
            "bits of a shared start lie above 0 and fall from level to level",
        ),
        How::Date(date) => levels(
            date.within.iter().all(|days| *days >= 0) && date.within.is_sorted_by(|a, b| a < b),
            "days are 0 or more and rise from level to level",
        ),
        How::Number(NumberSettings { within, relative, .. }) => levels(
            [within, relative].iter().all(|t| t.iter().all(|t| *t >= 0.0) && t.is_sorted_by(|a, b| a < b)),
            "differences are 0 or more and rise from level to level",
        ),
        How::Levels(_) | How::Custom(_) => comparator(setting, registry).map(|_| ()),
    }
}

fn falling(values: &[f64]) -> bool {
    values.is_sorted_by(|a, b| a > b)
}

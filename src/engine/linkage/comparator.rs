//! A comparator says at which level two values stand, best first.

use super::comparison::Registry;
use super::date::Dates;
use super::error::{LinkageError, nearest};
use super::frame::Field;
use super::levels::Levels;
use super::number::Numbers;
use super::settings::{ComparisonSettings, How};
use super::start::SharedStart;
use super::text::{DamerauLevenshtein, Exact, JaroWinkler};
use crate::engine::dictionary::Dictionary;

/// A value by its number in the field's dictionary; the text is fetched only when asked for.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    pub value: u32,
    values: &'a Dictionary,
}

impl<'a> Cell<'a> {
    pub fn new(value: u32, values: &'a Dictionary) -> Self {
        Self { value, values }
    }

    pub fn text(&self) -> &'a str {
        self.values.get(self.value)
    }
}

/// Level 0 is equal text and never asked for. A comparator that is not `signed` must be symmetric.
pub trait Comparator: Send + Sync {
    /// Names of the levels, best first; the last is "else".
    fn levels(&self) -> Vec<String>;

    /// Looks at all values once, before any is compared.
    fn prepare(&mut self, _field: &Field) {}

    /// The level of two different values: 1 up to the number of levels less 1.
    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize;

    /// Whether [`Self::chance`] ever answers.
    fn knows_chances(&self) -> bool {
        false
    }

    /// The chance that a random value stands at this level to these; `None` where the average serves.
    fn chance(&self, _left: Cell<'_>, _right: Cell<'_>, _level: usize) -> Option<f64> {
        None
    }
}

/// The comparator of a comparison: the general kinds, or one that the caller registered.
pub fn comparator(
    setting: &ComparisonSettings,
    registry: &Registry,
) -> Result<Box<dyn Comparator>, LinkageError> {
    Ok(match &setting.how {
        How::Exact => Box::new(Exact),
        How::JaroWinkler(at_least) => Box::new(JaroWinkler { at_least: at_least.clone() }),
        How::DamerauLevenshtein(at_most) => Box::new(DamerauLevenshtein { at_most: at_most.clone() }),
        How::Date(settings) => Box::new(Dates::new(settings)),
        How::Number(settings) => Box::new(Numbers::new(settings)),
        How::SharedStart(bits) => Box::new(SharedStart::new(bits)),
        How::Levels(written) => Box::new(Levels::parse(&setting.field, written)?),
        How::Custom(name) => match registry.get(name) {
            Some(make) => make(),
            None => {
                return Err(LinkageError::UnknownComparator {
                    field: setting.field.clone(),
                    name: name.clone(),
                    nearest: nearest(name, registry.keys().map(String::as_str)),
                    known: registry.keys().cloned().collect(),
                });
            }
        },
    })
}

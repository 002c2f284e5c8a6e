//! `doisoat check`: a pipeline and the headers of its exports, held against each other.

use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use crate::config::mistakes::{Mistake, Mistakes};
use crate::config::pipeline::{self, Overrides};
use crate::config::plan::RunPlan;
use crate::reference::{Reference, ReferenceError};
use crate::stages::load::{self, Exports, FeedState, LoadError};

/// What was found in order.
#[derive(Debug)]
pub struct Checked {
    pub plan: RunPlan,
    /// Exports that are not there yet: their columns could not be checked.
    pub absent: Vec<String>,
}

/// Checks a pipeline and, where its exports are there, that every mapped column is in them.
///
/// # Errors
/// Every mistake at once, in the order of lines.
pub fn check(path: &Path, input: Option<PathBuf>, as_of: Option<NaiveDateTime>) -> Result<Checked, Mistakes> {
    let overrides = Overrides { as_of, input_dir: input, without_as_of: true, without_model: false };
    let (plan, mut mistakes) = pipeline::load_what_can_be(path, &overrides);
    let Some(plan) = plan else { return Err(mistakes) };
    let (errors, absent) = load::check_headers(&Exports::of(&plan));
    mistakes.list.extend(errors.into_iter().map(mistake));
    let (wrong, missing) = reference_tables(&plan);
    mistakes.list.extend(wrong);
    let absent = absent.into_iter().chain(missing).collect();
    mistakes.list.sort();
    if mistakes.list.is_empty() { Ok(Checked { plan, absent }) } else { Err(mistakes) }
}

/// The mistake of a reference table that is there, or the name of one that is not.
fn reference_tables(plan: &RunPlan) -> (Option<Mistake>, Option<String>) {
    match Reference::read(plan) {
        Ok(_) => (None, None),
        Err(ReferenceError::Io { path, source }) if source.kind() == std::io::ErrorKind::NotFound => {
            (None, Some(format!("{}: not there", path.display())))
        }
        Err(error) => (Some(Mistake { line: 0, text: error.to_string(), hint: None }), None),
    }
}

/// A header that does not fit, as a mistake of the pipeline.
pub fn mistake(error: LoadError) -> Mistake {
    match error {
        LoadError::Header { place, line, text, hint } => {
            Mistake { line, text: format!("{place}: {text}"), hint }
        }
        other @ (LoadError::NotWhole { .. } | LoadError::Again(_)) => {
            Mistake { line: 0, text: other.to_string(), hint: None }
        }
    }
}

/// What is wrong with an export that is there.
pub fn fault(file: &str, state: &FeedState) -> Option<LoadError> {
    match state {
        FeedState::Unreadable(reason) | FeedState::Shifted(reason) | FeedState::DoesNotFit(reason) => {
            let (place, text) = (file.to_owned(), reason.clone());
            Some(LoadError::Header { place, line: 0, text, hint: None })
        }
        FeedState::Open(_) | FeedState::Missing | FeedState::Empty => None,
    }
}

/// The state of a feed in a few words, for the list of what is not there.
pub fn absence(file: &str, state: &FeedState) -> Option<String> {
    match state {
        FeedState::Open(_) => None,
        FeedState::Missing => Some(format!("{file}: not there")),
        FeedState::Empty => Some(format!("{file}: empty")),
        FeedState::Unreadable(_) | FeedState::Shifted(_) | FeedState::DoesNotFit(_) => None,
    }
}

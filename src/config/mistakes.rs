//! The mistakes of a pipeline file, all of them, each with its line and what may have been meant.

use std::fmt;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Mistake {
    /// 1-based; 0 where a mistake has no line of its own.
    pub line: usize,
    pub text: String,
    pub hint: Option<String>,
}

/// All mistakes of one file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mistakes {
    pub file: String,
    pub list: Vec<Mistake>,
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, list } = self;
        writeln!(f, "{file}: {} mistake{}", list.len(), if list.len() == 1 { "" } else { "s" })?;
        for Mistake { line, text, hint } in list {
            if *line > 0 {
                write!(f, "  line {line}: {text}")?;
            } else {
                write!(f, "  {text}")?;
            }
            if let Some(hint) = hint {
                write!(f, "\n    {hint}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// The closest of `known` to `given`, phrased as a question; `None` when nothing is close.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(given, known).map(|best| format!("did you mean `{best}`?"))
}

/// The closest of `known` to `given`, if any is close enough to be a slip of the hand.
pub fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = given.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= 1 + candidate.chars().count().min(lower.chars().count()) / 4
        })
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let known = ["delimiter", "dates", "files"];
        assert_eq!(did_you_mean("delimeter", known), Some("did you mean `delimiter`?".to_owned()));
        assert_eq!(did_you_mean("colour", known), None);
    }
}

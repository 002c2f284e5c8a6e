//! The mistakes of a pipeline file, all of them, each with its line and what may have been meant.

use std::fmt;

use crate::domain::text::fold;

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

/// The closest of `known` to `given`, if any is close enough to be a slip of the hand. Accents, case and punctuation are no
/// distance: headers are often typed without them.
pub fn closest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let apart = |a: &str, b: &str| {
        let distance = strsim::damerau_levenshtein(a, b);
        (distance <= 1 + a.chars().count().min(b.chars().count()) / 4).then_some(distance)
    };
    let (lower, folded) = (given.to_lowercase(), fold(given));
    known
        .into_iter()
        .filter_map(|candidate| {
            let other = fold(candidate);
            let as_written = apart(&lower, &candidate.to_lowercase());
            let without_accents = apart(&folded, &other).filter(|_| !folded.is_empty() && !other.is_empty());
            Some((as_written.into_iter().chain(without_accents).min()?, as_written, candidate))
        })
        .min_by_key(|(distance, as_written, candidate)| {
            (*distance, as_written.unwrap_or(usize::MAX), *candidate)
        })
        .map(|(.., candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{closest, did_you_mean};

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let known = ["delimiter", "dates", "files"];
        assert_eq!(did_you_mean("delimeter", known), Some("did you mean `delimiter`?".to_owned()));
        assert_eq!(did_you_mean("colour", known), None);
        let headers = ["Mã hồ sơ", "Mã hộ sở", "Ngày nhận", "?"];
        assert_eq!(closest("ma_ho_so", headers), Some("Mã hồ sơ"));
        assert_eq!(closest("Mã hộ so", headers), Some("Mã hộ sở"));
        assert_eq!(closest("NGAY NHAN", headers), Some("Ngày nhận"));
        assert_eq!(closest("!!!", headers), None);
    }
}

//! What a pair is called: linked, ambiguous or unlinked, and whether a link is certain.

use serde::{Deserialize, Serialize};

use super::score::{Scored, Scorer};
use super::settings::VerdictSettings;

/// What is decided of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Linked,
    /// For a person to decide.
    Ambiguous(Doubt),
    Unlinked,
}

/// Why a pair is ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The probability lies between the two thresholds.
    Probability,
    /// Another pair that excludes this one is about as good.
    Rival,
    /// Likely alone, but the other records of the cluster deny it.
    Cluster,
}

impl Verdict {
    /// The word for a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Ambiguous(_) => "ambiguous",
            Self::Unlinked => "unlinked",
        }
    }

    pub fn is_linked(self) -> bool {
        self == Self::Linked
    }
}

/// What a verdict is made from.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub probability: f64,
    /// The best decision takes the pair.
    pub chosen: bool,
    /// How many bits worse the best decision without it is.
    pub margin: Option<f64>,
}

/// The verdict of a pair that shares no record with a better one; `threshold` is the upper of the two.
pub fn verdict(standing: Standing, settings: &VerdictSettings, threshold: f64) -> Verdict {
    let Standing { probability, chosen, margin } = standing;
    let contested = margin.is_some_and(|margin| margin < settings.margin);
    match probability >= threshold && chosen {
        true if contested => Verdict::Ambiguous(Doubt::Rival),
        true => Verdict::Linked,
        false if probability < settings.ambiguous_from.min(threshold) => Verdict::Unlinked,
        false if contested || !chosen && margin.is_some() => Verdict::Ambiguous(Doubt::Rival),
        false => Verdict::Ambiguous(Doubt::Probability),
    }
}

/// Whether a link is certain: very probable, far from any rival, and not carried by one comparison alone.
/// Without whichever comparison speaks for it most, the pair would still rather be a match than not.
pub fn certain(
    standing: Standing,
    settings: &VerdictSettings,
    scorer: &Scorer<'_>,
    pair: &Scored,
    prior: f64,
) -> bool {
    standing.probability >= settings.certain
        && standing.margin.is_none_or(|margin| margin >= settings.certain_margin)
        && scorer.holds_without_any(pair, -prior)
}

//! What became of an agency: the chain from an old code to those that answer for it today.
//!
//! It must not choose among several successors: which of them got a dossier is not in the table.

use super::Agencies;
use super::table::Share;
use crate::domain::dossier_code::descending;

/// Who answers today for an agency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Successor {
    /// The agency itself, as far as the tables know.
    Same,
    /// One other agency took over everything.
    One(String),
    /// It was split, or only a part of it is known to have gone somewhere: one of these, sorted.
    Several(Vec<String>),
}

/// Why two agency codes may stand for the same agency. The order is from sure to doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgencyRelation {
    /// The same text.
    Same,
    /// The same groups in the other order [R-M].
    OtherOrder,
    /// One took over the whole of the other, at once or through others in between.
    Succession,
    /// One took over a part of the other.
    Possible,
}

impl AgencyRelation {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::OtherOrder => "other_order",
            Self::Succession => "succession",
            Self::Possible => "possible",
        }
    }
}

/// An agency on the way from an old one to today, and whether everything went there.
struct Step<'a> {
    code: &'a str,
    whole: bool,
    last: bool,
}

impl Agencies {
    /// Who answers today for an agency, whichever order its code is written in. Chains are followed to
    /// their end; one that runs in a circle ends where it began.
    ///
    /// A unit that no table lists has no known successor, also when its province has one.
    #[must_use]
    pub fn successor(&self, code: &str) -> Successor {
        let Some(code) = descending(code) else {
            return Successor::Same;
        };
        let steps = self.steps(&code);
        let whole = steps.iter().all(|step| step.whole);
        let mut ends: Vec<&str> =
            steps.iter().filter(|step| step.last && step.code != code).map(|step| step.code).collect();
        ends.sort_unstable();
        match ends[..] {
            [] => Successor::Same,
            [end] if whole => Successor::One(end.to_owned()),
            _ => Successor::Several(ends.into_iter().map(str::to_owned).collect()),
        }
    }

    /// How two agency codes stand to each other; `None` when nothing says that they are one agency.
    /// Symmetric. Two agencies merged into a third are not the same agency.
    #[must_use]
    pub fn same_agency(&self, a: &str, b: &str) -> Option<AgencyRelation> {
        if a == b {
            return Some(AgencyRelation::Same);
        }
        let (a, b) = (descending(a)?, descending(b)?);
        if a == b {
            return Some(AgencyRelation::OtherOrder);
        }
        let follows = |old: &str, new: &str| {
            let steps = self.steps(old);
            let found = steps.iter().find(|step| step.code == new)?;
            Some(if found.whole { AgencyRelation::Succession } else { AgencyRelation::Possible })
        };
        let ways = [follows(&a, &b), follows(&b, &a)];
        ways.into_iter().flatten().min()
    }

    /// The agencies that came after a listed one, nearest first, without itself.
    fn steps(&self, descending: &str) -> Vec<Step<'_>> {
        let mut steps: Vec<Step<'_>> = self.next(descending).collect();
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            let (code, whole) = (step.code, step.whole);
            let mut last = true;
            for next in self.next(code) {
                last = false;
                if next.code != descending && steps.iter().all(|seen| seen.code != next.code) {
                    steps.push(Step { whole: whole && next.whole, ..next });
                }
            }
            steps[at].last = last;
            at += 1;
        }
        steps
    }

    /// The successors named in the last period of an agency.
    fn next(&self, descending: &str) -> impl Iterator<Item = Step<'_>> {
        let lines = self.lines_of(descending);
        let period = lines.last().map(|line| (line.valid_from, line.valid_to));
        let last = lines.iter().filter(move |line| Some((line.valid_from, line.valid_to)) == period);
        last.filter_map(|line| {
            let code = line.successor.as_deref().filter(|successor| *successor != line.code)?;
            Some(Step { code, whole: line.share == Share::Whole, last: false })
        })
    }
}

//! `doisoat evaluate`: a run's outputs against the truth of generated exports.
//!
//! Works from the published Parquet alone, through the `parquet` crate, as any outsider would.

pub mod outputs;
pub mod report;
pub mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use thiserror::Error;

use outputs::Outputs;
use report::{Evaluation, Score};
use truth::{Reach, Spot, Truth};

#[derive(Debug, Error)]
pub enum EvaluateError {
    #[error("read truth {path}: {reason}\n  give the folder `truth` that `doisoat generate` wrote")]
    Truth { path: String, reason: String },
    #[error("read outputs {path}: {reason}\n  give the --out folder of a finished run")]
    Outputs { path: String, reason: String },
}

/// Parse issues that a planted error leaves on its record, rather than a finding.
const REPAIRS: &[&str] = &["not_nfc", "leading_zero_restored"];
/// What is planted and makes no finding: the sync job's doing that leaves a difference, or an absence that is
/// none. Only its explanation is judged.
const NO_FINDING: &[&str] = &["excluded", "submission_lost", "summary_cut"];
const NO_CASE: u32 = u32::MAX;
/// A row that the run must refuse.
const MALFORMED: &str = "malformed";

/// Holds the run of `run_date` (the latest when `None`) in `out` against `truth`.
///
/// # Errors
/// When either folder is not what it should be.
pub fn evaluate(out: &Path, truth: &Path, run_date: Option<&str>) -> Result<Evaluation, EvaluateError> {
    let truth = Truth::read(truth)?;
    let outputs = Outputs::read(out, run_date)?;
    Ok(Judge { truth: &truth, outputs: &outputs }.evaluate())
}

struct Judge<'a> {
    truth: &'a Truth,
    outputs: &'a Outputs,
}

/// What a finding or an error is about: kind, system, case, and the day where there is no case.
type Claim<'a> = (&'a str, &'a str, u32, &'a str);

impl<'a> Judge<'a> {
    fn evaluate(&self) -> Evaluation {
        let beyond = self.beyond();
        let mut evaluation = Evaluation {
            run_id: self.outputs.run_id.clone(),
            links: self.links(),
            duplicates: self.duplicates(),
            findings: BTreeMap::new(),
            beyond_pairs: beyond.len() as u64,
            beyond: BTreeMap::new(),
        };
        self.findings(&beyond, &mut evaluation);
        for repair in REPAIRS {
            evaluation.findings.insert((*repair).to_owned(), self.repair(repair));
        }
        evaluation.findings.insert(MALFORMED.to_owned(), self.malformed());
        self.explanations(&mut evaluation);
        evaluation.findings.retain(|_, score| *score != Score::default());
        evaluation
    }

    fn case_of(&self, record: &str) -> Option<u32> {
        let spot = self.outputs.spots.get(record)?;
        self.truth.records.get(spot).map(|record| record.case)
    }

    /// Systems and cases whose record cannot be tied to the hub by any rung of the ladder: no key is
    /// left on it, or its row could not be read and was rightly refused.
    fn beyond(&self) -> BTreeSet<(&'a str, u32)> {
        let refused: BTreeSet<&Spot> = self.outputs.quarantined.iter().collect();
        let lost = self.truth.records.iter().filter(|(spot, record)| {
            record.reach == Some(Reach::Nothing) || (record.malformed && refused.contains(spot))
        });
        lost.map(|(spot, record)| (spot.system.as_str(), record.case)).collect()
    }

    /// Pairs of hub and spoke, by the key that still ties them; precision by rung.
    fn links(&self) -> BTreeMap<String, Score> {
        let mut scores: BTreeMap<String, Score> = BTreeMap::new();
        let mut found: BTreeSet<(u32, &str)> = BTreeSet::new();
        for link in &self.outputs.links {
            let score = scores.entry(format!("rung {}", link.rung)).or_default();
            let cases = (self.case_of(&link.left), self.case_of(&link.right));
            let right = cases.0.is_some() && cases.0 == cases.1;
            score.claimed += 1;
            score.right += u64::from(right);
            if let (true, Some(case)) = (right && link.left_system == self.truth.hub, cases.0) {
                found.insert((case, &link.right_system));
            }
        }
        let mut pairs: BTreeMap<(u32, &str), Reach> = BTreeMap::new();
        for (spot, record) in &self.truth.records {
            if let (Some(reach), false) = (record.reach, record.malformed) {
                let best = pairs.entry((record.case, &spot.system)).or_insert(reach);
                *best = (*best).min(reach);
            }
        }
        for (pair, reach) in pairs {
            let score = scores.entry(format!("reach {}", reach.word())).or_default();
            score.planted += 1;
            score.found += u64::from(found.contains(&pair));
        }
        scores
    }

    fn duplicates(&self) -> Score {
        let mut score = Score::default();
        let mut groups: BTreeMap<(&str, u32), u64> = BTreeMap::new();
        for (spot, record) in self.truth.records.iter().filter(|(_, record)| !record.malformed) {
            *groups.entry((&spot.system, record.case)).or_default() += 1;
        }
        score.planted = groups.values().map(|rows| rows - 1).sum();
        for (member, survivor) in &self.outputs.duplicates {
            let cases = (self.case_of(member), self.case_of(survivor));
            let right = u64::from(cases.0.is_some() && cases.0 == cases.1);
            score.claimed += 1;
            score.right += right;
            score.found += right;
        }
        score
    }

    /// Findings by kind, as sets of (kind, system, case); what no rung can see is counted apart.
    fn findings(&self, beyond: &BTreeSet<(&'a str, u32)>, evaluation: &mut Evaluation) {
        let is_beyond = |(_, system, case, _): &Claim<'_>| {
            let lost_anywhere = || beyond.iter().any(|(_, lost)| lost == case);
            beyond.contains(&(*system, *case)) || (*system == self.truth.hub && lost_anywhere())
        };
        let planted: BTreeMap<Claim<'_>, u64> = count(
            self.truth
                .errors
                .iter()
                .filter(|error| !REPAIRS.contains(&error.kind.as_str()) && error.kind != MALFORMED)
                .filter(|error| !NO_FINDING.contains(&error.kind.as_str()))
                .map(|error| {
                    let case = error.case.unwrap_or(NO_CASE);
                    (error.kind.as_str(), error.spot.system.as_str(), case, error.day.as_str())
                }),
        );
        let claimed: BTreeMap<Claim<'_>, u64> = count(self.outputs.findings.iter().filter_map(|finding| {
            let (kind, system) = (finding.kind.as_str(), finding.system.as_str());
            match finding.record.as_ref().or(finding.other_record.as_ref()) {
                Some(record) => Some((kind, system, self.case_of(record).unwrap_or(NO_CASE), "")),
                None => Some((kind, system, NO_CASE, finding.day.as_deref()?)),
            }
        }));
        let beyond_cases: BTreeSet<u32> = beyond.iter().map(|(_, case)| *case).collect();
        let is_beyond = |claim: &Claim<'_>| beyond_cases.contains(&claim.2) && is_beyond(claim);
        for (claim, times) in &planted {
            if is_beyond(claim) {
                evaluation.beyond.entry(claim.0.to_owned()).or_default().planted += times;
                continue;
            }
            let score = evaluation.findings.entry(claim.0.to_owned()).or_default();
            score.planted += times;
            score.found += times.min(claimed.get(claim).unwrap_or(&0));
        }
        for (claim, times) in &claimed {
            if is_beyond(claim) {
                evaluation.beyond.entry(claim.0.to_owned()).or_default().claimed += times;
                continue;
            }
            let score = evaluation.findings.entry(claim.0.to_owned()).or_default();
            score.claimed += times;
            score.right += times.min(planted.get(claim).unwrap_or(&0));
        }
    }

    /// What the sync job did against what was explained by it: sets of (transformation, system, case).
    fn explanations(&self, evaluation: &mut Evaluation) {
        let planted: BTreeSet<(&str, &str, u32)> = self
            .truth
            .errors
            .iter()
            .filter_map(|error| Some((error.cause.as_deref()?, error.spot.system.as_str(), error.case?)))
            .collect();
        let is_cause = |why: &str| why.starts_with('T') && why.len() <= 3;
        let findings = self.outputs.findings.iter().filter_map(|finding| {
            let record = finding.record.as_ref().or(finding.other_record.as_ref())?;
            Some((finding.explained_by.as_deref()?, finding.system.as_str(), self.case_of(record)?))
        });
        let differences = self.outputs.explained.iter().filter_map(|difference| {
            let case = self.case_of(&difference.record)?;
            Some((difference.explained_by.as_str(), difference.system.as_str(), case))
        });
        let excused = self.outputs.excused.iter().filter_map(|(system, record, reason)| {
            Some((reason.as_str(), system.as_str(), self.case_of(record)?))
        });
        let claimed: BTreeSet<(&str, &str, u32)> =
            findings.chain(differences).chain(excused).filter(|(why, ..)| is_cause(why)).collect();
        for (list, is_planted) in [(&planted, true), (&claimed, false)] {
            for entry in list {
                let score = evaluation.findings.entry(format!("explained by {}", entry.0)).or_default();
                if is_planted {
                    score.planted += 1;
                    score.found += u64::from(claimed.contains(entry));
                } else {
                    score.claimed += 1;
                    score.right += u64::from(planted.contains(entry));
                }
            }
        }
    }

    /// Records on which a repair was planted, against records on which it was noted.
    fn repair(&self, issue: &str) -> Score {
        let planted: BTreeSet<&Spot> =
            self.truth.errors.iter().filter(|error| error.kind == issue).map(|error| &error.spot).collect();
        let noted: BTreeSet<&Spot> = self
            .outputs
            .issues
            .iter()
            .filter(|(_, issues)| issues.split(',').any(|noted| noted == issue))
            .map(|(spot, _)| spot)
            .collect();
        sets(&planted, &noted)
    }

    fn malformed(&self) -> Score {
        let planted: BTreeSet<&Spot> =
            self.truth.records.iter().filter(|(_, record)| record.malformed).map(|(spot, _)| spot).collect();
        sets(&planted, &self.outputs.quarantined.iter().collect())
    }
}

fn count<'a>(claims: impl Iterator<Item = Claim<'a>>) -> BTreeMap<Claim<'a>, u64> {
    let mut counts = BTreeMap::new();
    for claim in claims {
        *counts.entry(claim).or_default() += 1;
    }
    counts
}

fn sets(planted: &BTreeSet<&Spot>, claimed: &BTreeSet<&Spot>) -> Score {
    let both = planted.intersection(claimed).count() as u64;
    Score { planted: planted.len() as u64, found: both, claimed: claimed.len() as u64, right: both }
}

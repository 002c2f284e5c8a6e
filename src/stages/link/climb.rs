//! The ladder climbed: which pairs meet on a rung, and which of them are taken.

use std::array::IntoIter;
use std::collections::BTreeMap;
use std::iter::Flatten;

use rayon::prelude::*;

use super::cases::groups;
use super::scored::{self, Bar, Pairing, Scored, ScoredLink, Side};
use super::{Besides, Drifted, Ends, Link};
use crate::config::plan::{RunPlan, Rung};
use crate::config::scored::ScoredPlan;
use crate::domain::dossier::FieldName;
use crate::domain::dossier_code;
use crate::domain::name::{self, NameRelation};
use crate::domain::text::fold;
use crate::engine::assignment::{Assigned, Candidate, one_to_one};
use crate::engine::blunt::Blunt;
use crate::engine::bucket_sort;
use crate::engine::key;
use crate::engine::linkage::error::LinkageError;
use crate::engine::partition::{self, Keyed};
use crate::stages::dedupe::{Deduped, Duplicate};
use crate::stages::records::Records;

/// A group larger than this is not compared pair by pair: its key tells nobody apart.
const LARGEST_GROUP: usize = 2_000;
/// Rows whose keys are made together.
const ROWS: usize = 4096;

/// Links what the rungs find, and remembers what is still free.
pub struct Climber<'r> {
    plan: &'r RunPlan,
    records: &'r [Records<'r>],
    blunt: &'r Blunt,
    /// Per spoke: for the hub (0) and the spoke, the rows not linked to each other yet.
    free: Vec<Vec<Vec<bool>>>,
    /// Per system and row, the record that stands for its duplicates, else itself.
    pub groups: Vec<Vec<u32>>,
    pub links: Vec<Link>,
    pub evidence: BTreeMap<Ends, Vec<Bar>>,
    pub skipped: Vec<(usize, usize)>,
    pub drifted: Vec<Drifted>,
}

/// What one partition gives.
#[derive(Default)]
struct Found {
    /// Left and right rows that have no other partner.
    alone: Vec<(u32, u32)>,
    contested: Vec<Candidate>,
    /// Groups too large to be compared.
    skipped: usize,
}

/// The keys of one row on one rung; an alternate rung gives up to three.
pub type Keys = Flatten<IntoIter<Option<u128>, 3>>;

/// The links of the rungs before the scored one, and the records of the hub and of another system that they leave to it.
pub fn left_to_score(
    plan: &RunPlan,
    deduped: &Deduped,
    records: &[Records<'_>],
    spoke: usize,
) -> (Vec<Link>, [Vec<u32>; 2]) {
    let mut climber = Climber::new(plan, records, (&deduped.blunt, &deduped.active), &deduped.duplicates);
    for rung in (0..plan.ladder.len()).take_while(|rung| plan.ladder[*rung] != Rung::Scored) {
        climber.climb(rung, spoke);
    }
    let left = climber.left(spoke);
    (climber.links, left)
}

impl<'r> Climber<'r> {
    pub fn new(
        plan: &'r RunPlan,
        records: &'r [Records<'r>],
        (blunt, active): (&'r Blunt, &[Vec<bool>]),
        duplicates: &[Duplicate],
    ) -> Self {
        Self {
            plan,
            records,
            blunt,
            free: vec![active.to_vec(); records.len()],
            groups: groups(records, duplicates),
            links: Vec::new(),
            evidence: BTreeMap::new(),
            skipped: Vec::new(),
            drifted: Vec::new(),
        }
    }

    /// Rows of the hub and of another system that are not linked to each other yet.
    fn left(&self, spoke: usize) -> [Vec<u32>; 2] {
        [RunPlan::HUB, spoke].map(|system| {
            let is_free = &self.free[spoke][system];
            (0..self.records[system].len() as u32).filter(|row| is_free[*row as usize]).collect()
        })
    }

    pub fn climb(&mut self, rung: usize, spoke: usize) {
        let mut rows: Vec<Vec<Keyed>> = Vec::new();
        for (side, system) in [RunPlan::HUB, spoke].into_iter().enumerate() {
            let (free, records) = (&self.free[spoke][system], &self.records[system]);
            rows.extend(partition::keyed(records.len(), |row, keyed| {
                if free[row as usize] {
                    let keys = keys(&self.plan.ladder[rung], records, row);
                    let sharp = keys.filter(|key| !self.blunt.has(*key));
                    keyed.extend(sharp.map(|key| Keyed::new(key, side as u16, row)));
                }
            }));
        }
        let parts = partition::deal(rows);
        let found = partition::run(&parts, |part| self.candidates(rung, spoke, part));
        let (mut alone, mut contested) = (Vec::new(), Vec::new());
        for found in found {
            alone.extend(found.alone);
            contested.extend(found.contested);
            self.skipped.extend((0..found.skipped).map(|_| (rung, spoke)));
        }
        let twins = |left: bool, a: u32, b: u32| {
            let group = &self.groups[if left { RunPlan::HUB } else { spoke }];
            group[a as usize] == group[b as usize]
        };
        let chosen = one_to_one(contested, twins);
        // Left and right rows; of a pair that was chosen among several, its place among those.
        let alone = alone.into_iter().map(|(left, right)| (left, right, None));
        let among = (0u32..).zip(&chosen).map(|(at, pair)| (pair.left, pair.right, Some(at)));
        let pairs: Vec<(u32, u32, Option<u32>)> = alone.chain(among).collect();
        // In the order of the hub's records, what is looked up of them lies together in memory.
        let number = |pair: &(u32, u32, _)| bucket_sort::spread(pair.0, self.records[RunPlan::HUB].len());
        let pairs = bucket_sort::sorted(pairs, number, |a, b| a.1.cmp(&b.1));
        for (left, right, _) in &pairs {
            self.free[spoke][RunPlan::HUB][*left as usize] = false;
            self.free[spoke][spoke][*right as usize] = false;
        }
        let link = |(left, right, at): &(u32, u32, Option<u32>)| {
            taken((rung, spoke), (*left, *right), at.and_then(|at| chosen.get(at as usize)))
        };
        let links: Vec<Link> = pairs.par_iter().with_min_len(ROWS).map(link).collect();
        if self.links.is_empty() {
            self.links = links;
        } else {
            self.links.extend(links);
        }
    }

    /// Scores what no rung before has linked.
    pub fn score(&mut self, rung: usize, spoke: usize, scored: &ScoredPlan) -> Result<(), LinkageError> {
        let rows = self.left(spoke);
        let Some(pairing) = Pairing::new(self.plan, scored, self.records, spoke, rows) else { return Ok(()) };
        let Some(model) = scored.model_for(&pairing.settings) else { return Ok(()) };
        let survivors = [RunPlan::HUB, spoke].map(|system| self.groups[system].as_slice());
        let Scored { links, refused, drifted } = scored::links(pairing, &model, survivors)?;
        self.skipped.extend((0..refused).map(|_| (rung, spoke)));
        self.drifted.extend(drifted.into_iter().map(|(comparison, moved)| Drifted {
            system: spoke,
            comparison,
            moved,
        }));
        for (link, bars) in links {
            let ScoredLink { left, right, ambiguous, weight, runner_up } = link;
            self.free[spoke][RunPlan::HUB][left as usize] = false;
            self.free[spoke][spoke][right as usize] = false;
            let system = |side: Side| if side == Side::Hub { RunPlan::HUB } else { spoke };
            let link = Link {
                left_system: RunPlan::HUB,
                left,
                right_system: spoke,
                right,
                rung,
                ambiguous,
                besides: Some(Box::new(Besides {
                    runner_up: runner_up.map(|(side, row)| (system(side), row)),
                    margin_ms: None,
                    weight: Some(weight),
                })),
            };
            self.evidence.insert(link.ends(), bars);
            self.links.push(link);
        }
        Ok(())
    }

    /// The kernel: pairs within one partition that may be one dossier.
    fn candidates(&self, rung: usize, spoke: usize, part: &[Keyed]) -> Found {
        // With one key a row, a group of two has no other partner anywhere.
        let one_key = self.plan.ladder[rung] != Rung::AlternateCode;
        let mut found = Found::default();
        for group in partition::groups(part) {
            let border = group.partition_point(|row| row.side == 0);
            let (lefts, rights) = group.split_at(border);
            if lefts.len() * rights.len() > LARGEST_GROUP * LARGEST_GROUP {
                found.skipped += 1;
                continue;
            }
            if let (true, [left], [right]) = (one_key, lefts, rights) {
                // Nothing to choose between: the key decides, and the window where the rung has one.
                let meets = match &self.plan.ladder[rung] {
                    Rung::Identity { .. } | Rung::EquivalentCode => {
                        self.cost(rung, spoke, left.row, right.row).is_some()
                    }
                    Rung::ExactCode | Rung::AlternateCode | Rung::Scored => true,
                };
                found.alone.extend(meets.then_some((left.row, right.row)));
                continue;
            }
            for left in lefts {
                for right in rights {
                    if let Some(cost) = self.cost(rung, spoke, left.row, right.row) {
                        found.contested.push(Candidate { cost, left: left.row, right: right.row });
                    }
                }
            }
        }
        found
    }

    /// `None` when the pair does not meet on this rung; else how far apart it is, in milliseconds of
    /// receipt, after a penalty for naming other persons or things.
    fn cost(&self, rung: usize, spoke: usize, left: u32, right: u32) -> Option<i64> {
        let (hub, other) = (&self.records[RunPlan::HUB], &self.records[spoke]);
        let gap = self.gap(spoke, left, right);
        match &self.plan.ladder[rung] {
            Rung::ExactCode => {
                let same = hub.hub_key(left as usize)? == other.hub_key(right as usize)?;
                same.then(|| gap.unwrap_or(0).saturating_add(self.penalty(spoke, left, right)))
            }
            Rung::AlternateCode => {
                let same = codes(hub, left).any(|code| codes(other, right).any(|other| other == code));
                same.then(|| gap.unwrap_or(0).saturating_add(self.penalty(spoke, left, right)))
            }
            // QĐ 20/2020 also renumbered some units [R-M]: the two orders alone prove nothing.
            Rung::EquivalentCode => {
                let (a, b) = (hub.hub_key(left as usize)?, other.hub_key(right as usize)?);
                let same = a != b && equivalence(a) == equivalence(b) && self.agrees(spoke, left, right);
                gap.filter(|_| same)
            }
            Rung::Scored => None,
            Rung::Identity { on, window } => {
                let same = on
                    .iter()
                    .all(|field| hub.text(*field, left as usize) == other.text(*field, right as usize));
                let gap = gap.filter(|gap| same && *gap <= window.num_milliseconds())?;
                Some(gap.saturating_add(self.penalty(spoke, left, right)))
            }
        }
    }

    /// The identity number or the name says that it is the same person, and the procedure does not differ.
    fn agrees(&self, spoke: usize, left: u32, right: u32) -> bool {
        let pair = |field| self.both(spoke, left, right, field);
        let number = pair(FieldName::IdNumber).is_some_and(|(a, b)| a == b);
        let name = pair(FieldName::OwnerName).is_some_and(|(a, b)| {
            matches!(name::relation(a, b), NameRelation::Same | NameRelation::Variant(_))
        });
        (number || name) && pair(FieldName::Procedure).is_none_or(|(a, b)| a == b)
    }

    /// What both records say in a field.
    fn both(&self, spoke: usize, left: u32, right: u32, field: FieldName) -> Option<(&'r str, &'r str)> {
        let left = self.records[RunPlan::HUB].text(field, left as usize);
        left.zip(self.records[spoke].text(field, right as usize))
    }

    fn gap(&self, spoke: usize, left: u32, right: u32) -> Option<i64> {
        let left = self.records[RunPlan::HUB].int(FieldName::ReceivedAt, left as usize)?;
        let right = self.records[spoke].int(FieldName::ReceivedAt, right as usize)?;
        Some((left - right).abs())
    }

    /// Where a key stands for several dossiers, the right person, and then the right parcel or child, is worth more
    /// than any gap in time. It chooses between pairs, and parts none: what a dossier is about is written in many ways.
    fn penalty(&self, spoke: usize, left: u32, right: u32) -> i64 {
        const YEARS: i64 = 10 * 366 * 86_400_000;
        let pair = |field| self.both(spoke, left, right, field);
        let another = |field| i64::from(pair(field).is_some_and(|(a, b)| a != b));
        let told_apart = |field| i64::from(pair(field).is_some_and(|(a, b)| a != b && fold(a) != fold(b)));
        let person = another(FieldName::IdNumber) + another(FieldName::OwnerName);
        let thing = told_apart(FieldName::Object) + told_apart(FieldName::SubjectName);
        YEARS * (3 * person + thing)
    }

    /// Ties records of different systems that no hub record claims, by the hub's code.
    pub fn tie_orphans(&mut self) {
        let Some(rung) = self.plan.ladder.iter().position(|rung| *rung == Rung::ExactCode) else { return };
        if self.records.len() < 3 {
            // There is no other system to be tied with.
            return;
        }
        let mut rows = Vec::new();
        for spoke in 1..self.records.len() {
            for row in 0..self.records[spoke].len() as u32 {
                if self.free[spoke][spoke][row as usize]
                    && let Some(code) = self.records[spoke].hub_key(row as usize)
                {
                    let key = key::of(code);
                    rows.extend((!self.blunt.has(key)).then(|| Keyed::new(key, spoke as u16, row)));
                }
            }
        }
        for part in partition::deal(vec![rows]) {
            for group in partition::groups(&part) {
                let first = group[0];
                let mut last_side = first.side;
                for other in &group[1..] {
                    let (left, right) = (usize::from(first.side), usize::from(other.side));
                    let same = self.records[left].hub_key(first.row as usize)
                        == self.records[right].hub_key(other.row as usize);
                    if same && other.side != last_side {
                        last_side = other.side;
                        self.links.push(Link {
                            left_system: left,
                            left: first.row,
                            right_system: right,
                            right: other.row,
                            rung,
                            ambiguous: false,
                            besides: None,
                        });
                    }
                }
            }
        }
    }
}

/// The link of a pair; `chosen`: how it was chosen among several.
fn taken((rung, spoke): (usize, usize), (left, right): (u32, u32), chosen: Option<&Assigned>) -> Link {
    let besides = chosen.and_then(|chosen| chosen.runner_up).map(|other| {
        let rival = if other.right == right { (RunPlan::HUB, other.left) } else { (spoke, other.right) };
        Box::new(Besides { runner_up: Some(rival), margin_ms: Some(other.margin), weight: None })
    });
    let ambiguous = chosen.is_some_and(Assigned::is_ambiguous);
    Link { left_system: RunPlan::HUB, right_system: spoke, left, right, rung, ambiguous, besides }
}

/// The keys by which a record can meet others on a rung.
pub fn keys(rung: &Rung, records: &Records<'_>, row: u32) -> Keys {
    let one = |key| [key, None, None];
    let keys = match rung {
        Rung::ExactCode => one(records.hub_key(row as usize).map(key::of)),
        Rung::AlternateCode => {
            let mut codes = codes(records, row).map(key::of);
            let [a, b, c] = [codes.next(), codes.next(), codes.next()];
            [a, b.filter(|_| a != b), c.filter(|_| a != c && b != c)]
        }
        Rung::EquivalentCode => one(records.hub_key(row as usize).and_then(equivalence)),
        Rung::Scored => one(None),
        Rung::Identity { on, .. } => {
            one(key::of_all(on.iter().map(|field| records.text(*field, row as usize))))
        }
    };
    keys.into_iter().flatten()
}

/// One key for a national code in both orders of its agency.
fn equivalence(code: &str) -> Option<u128> {
    let other = dossier_code::equivalent(code)?;
    Some(key::of(code.min(other.as_str())))
}

/// Every code a record is known by.
fn codes<'a>(records: &Records<'a>, row: u32) -> impl Iterator<Item = &'a str> {
    let [a, b, c] = [FieldName::Code, FieldName::AltCode, FieldName::HubCode]
        .map(|field| records.text(field, row as usize));
    [a, b, c].into_iter().flatten()
}

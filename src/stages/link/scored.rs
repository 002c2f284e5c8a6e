//! The scored rung: records of the hub and of another system that no code ties, linked by what they say.
//!
//! The engine judges; here a frame's rows become its table, and its verdicts links.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::comparators::{self, DERIVED};
use crate::config::plan::RunPlan;
use crate::config::scored::ScoredPlan;
use crate::domain::date::Grain;
use crate::domain::dossier::{FieldKind, FieldName};
use crate::engine::linkage::decide::{Judged, Prepared, RunnerUp};
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::frequency::Frequencies;
use crate::engine::linkage::model::Model;
use crate::engine::linkage::settings::Settings;
use crate::engine::linkage::table::{Column, Table};
use crate::engine::linkage::verdict::{Doubt, Verdict};
use crate::stages::records::{Records, moment};

/// What speaks for a scored link, in bits: log2 of the Bayes factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    pub bits: f64,
    pub probability: f64,
    pub certain: bool,
    /// How many bits the best other decision is worse.
    pub margin: Option<f64>,
}

/// One link that the rung made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredLink {
    pub left: u32,
    pub right: u32,
    pub ambiguous: bool,
    pub weight: Weight,
    /// The rival: of the hub, or of the other system.
    pub runner_up: Option<(Side, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Hub,
    Other,
}

/// What one comparison said of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub comparison: String,
    pub level: String,
    pub bits: f64,
}

/// Rows of the hub and of another system, ready to be scored.
pub struct Pairing {
    pub settings: Settings,
    tables: Option<[Table; 2]>,
    frequencies: Frequencies,
    /// Per side, the records behind the rows of its table.
    rows: [Vec<u32>; 2],
}

impl Pairing {
    /// The hub and `spoke`, as far as the settings can compare them; `None` where they cannot.
    ///
    /// `rows`: the records of each that take part, in canonical order.
    pub fn new(
        plan: &RunPlan,
        scored: &ScoredPlan,
        records: &[Records<'_>],
        spoke: usize,
        rows: [Vec<u32>; 2],
    ) -> Option<Self> {
        let settings = scored.between(&plan.systems[RunPlan::HUB], &plan.systems[spoke])?;
        let fields = settings.fields();
        let [hub, other] = &rows;
        let sides = [(&records[RunPlan::HUB], hub), (&records[spoke], other)];
        // What one side says beyond the other's grain is no difference.
        let grain = |field| records[RunPlan::HUB].grain(field).max(records[spoke].grain(field));
        let tables = sides.map(|(records, rows)| table(records, rows, &fields, grain));
        let frequencies = scored.outside.of(&settings, &tables);
        Some(Self { settings, tables: Some(tables), frequencies, rows })
    }

    /// Lays out what the engine works on. To be asked once: the tables go into it.
    ///
    /// # Errors
    /// When the settings do not hold together.
    pub fn prepare(&mut self) -> Result<Prepared<'_>, LinkageError> {
        let tables = self.tables.take().map(Vec::from).unwrap_or_default();
        Prepared::with_frequencies(tables, &self.settings, &comparators::registry(), &self.frequencies)
    }
}

/// What the rung made of the free records of two systems.
#[derive(Debug, Default)]
pub struct Scored {
    /// With what speaks for each.
    pub links: Vec<(ScoredLink, Vec<Bar>)>,
    /// Blocks too large to be looked at.
    pub refused: u64,
    /// Comparisons whose levels are no longer what the model expects, the furthest first, each with the share of
    /// matches that stand at another level.
    pub drifted: Vec<(String, f64)>,
}

/// From so many expected matches on, what is seen of the levels can be held against the model.
const ENOUGH_TO_TELL: f64 = 200.0;
/// A comparison has drifted when so many of its matches stand at another level, beyond chance, or when its
/// weights moved by so many bits. What is left over for this rung is never quite what the model was trained on.
const DRIFTED: (f64, f64) = (0.2, 2.0);

/// Scores the free records of both sides. `survivors`: per side and record, the one that stands for its duplicates.
///
/// # Errors
/// When settings and model do not hold together.
pub fn links(mut pairing: Pairing, model: &Model, survivors: [&[u32]; 2]) -> Result<Scored, LinkageError> {
    let rows = pairing.rows.clone();
    if rows.iter().any(Vec::is_empty) {
        return Ok(Scored::default());
    }
    let margin = pairing.settings.verdict.margin;
    let mut prepared = pairing.prepare()?;
    let refused = prepared.blocking().iter().map(|rule| rule.refused).sum();
    let outcome = prepared.judge(model)?;
    let drifted = if outcome.expected_matches >= ENOUGH_TO_TELL {
        let drift = prepared.drift(model, &outcome)?;
        drift.over(DRIFTED.0, DRIFTED.1).into_iter().map(|own| (own.name.clone(), own.m_moved)).collect()
    } else {
        Vec::new()
    };
    let mut pairs = outcome.pairs;
    settle_copies(&mut pairs, Bounds { threshold: outcome.threshold, margin }, &rows, survivors);
    let kept: Vec<Judged> =
        pairs.into_iter().filter(|pair| pair.chosen && pair.verdict != Verdict::Unlinked).collect();
    let evidence = prepared.evidence(model, &kept)?;
    let comparisons = prepared.comparisons();
    let mut links: Vec<(ScoredLink, Vec<Bar>)> =
        kept.iter().map(|pair| (link(pair, &rows), Vec::new())).collect();
    for (at, pair) in evidence.pair.iter().enumerate() {
        let (comparison, levels) = &comparisons[usize::from(evidence.comparison[at])];
        links[*pair as usize].1.push(Bar {
            comparison: comparison.clone(),
            level: levels[usize::from(evidence.level[at])].clone(),
            bits: evidence.bits[at],
        });
    }
    Ok(Scored { links, refused, drifted })
}

/// From which probability on a pair is linked, and how many bits worse the best other decision has to be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub threshold: f64,
    pub margin: f64,
}

/// Two copies of one dossier are no rivals for its counterpart: a chosen pair whose best rival differs by a copy
/// alone has no rival, and its probability is that the one record belongs to the other's dossier, whichever copy
/// it is. Where another dossier fits as well, that one is its rival and the pair stays in doubt.
///
/// `pairs`: sorted by their rows; `rows`: per side, the records behind the rows of the pairs; `survivors`: per
/// side and record, the one that stands for its duplicates.
pub fn settle_copies(pairs: &mut [Judged], bounds: Bounds, rows: &[Vec<u32>; 2], survivors: [&[u32]; 2]) {
    let dossiers = Dossiers { rows, survivors };
    let together = of_copies(pairs, dossiers);
    let strangers = strangers(pairs, &together, bounds.margin, dossiers);
    for pair in pairs.iter_mut().filter(|pair| pair.chosen) {
        let own = ends(pair);
        let Some(probability) = together.get(&own) else { continue };
        if let Some(stranger) = strangers.get(&own) {
            pair.runner_up = Some(*stranger);
            pair.verdict = Verdict::Ambiguous(Doubt::Rival);
            continue;
        }
        pair.probability = probability.min(1.0).max(pair.probability);
        pair.runner_up = None;
        if pair.probability >= bounds.threshold {
            pair.verdict = Verdict::Linked;
        }
    }
}

/// The rows of a pair.
type Rows = (u32, u32);

fn ends(pair: &Judged) -> Rows {
    (pair.left, pair.right)
}

/// Which rows are copies of one dossier.
#[derive(Clone, Copy)]
struct Dossiers<'a> {
    rows: &'a [Vec<u32>; 2],
    survivors: [&'a [u32]; 2],
}

impl Dossiers<'_> {
    fn of(&self, (left, right): Rows) -> (u32, u32) {
        let stands = |side: usize, row: u32| self.survivors[side][self.rows[side][row as usize] as usize];
        (stands(0, left), stands(1, right))
    }

    /// Whether two pairs differ by copies alone.
    fn are_copies(&self, a: Rows, b: Rows) -> bool {
        self.of(a) == self.of(b)
    }
}

/// Of such pairs the probability of both copies together.
fn of_copies(pairs: &[Judged], dossiers: Dossiers<'_>) -> BTreeMap<Rows, f64> {
    let (mut of_left, mut of_right) = (BTreeMap::new(), BTreeMap::new());
    for pair in pairs.iter().filter(|pair| pair.chosen && pair.verdict != Verdict::Unlinked) {
        let own = ends(pair);
        if pair.runner_up.is_some_and(|other| dossiers.are_copies(own, (other.left, other.right))) {
            of_left.insert(own.0, (own, 0.0));
            of_right.insert(own.1, (own, 0.0));
        }
    }
    for pair in pairs {
        let ends_of = [of_left.get_mut(&pair.left), of_right.get_mut(&pair.right)];
        for (own, sum) in ends_of.into_iter().flatten() {
            *sum += if dossiers.are_copies(*own, ends(pair)) { pair.probability } else { 0.0 };
        }
    }
    let mut out: BTreeMap<Rows, f64> = BTreeMap::new();
    for (own, sum) in of_left.into_values().chain(of_right.into_values()) {
        let known = out.entry(own).or_insert(0.0);
        *known = f64::max(*known, sum);
    }
    out
}

/// Of such pairs the best rival that is another dossier, where it is as good as a tie. The engine names one rival
/// only, and a copy may stand before it.
fn strangers(
    pairs: &[Judged],
    settled: &BTreeMap<Rows, f64>,
    margin: f64,
    dossiers: Dossiers<'_>,
) -> BTreeMap<Rows, RunnerUp> {
    let mut out: BTreeMap<Rows, RunnerUp> = BTreeMap::new();
    if settled.is_empty() {
        return out;
    }
    let taken = Taken::new(pairs, dossiers.rows);
    // Where no copy is within the margin, nobody else is.
    let is_contested = |own: &Judged| {
        settled.contains_key(&ends(own)) && own.runner_up.is_some_and(|copy| copy.margin < margin)
    };
    for other in pairs {
        let held = [taken.by(0, other.left), taken.by(1, other.right)];
        for own in held.into_iter().flatten().filter(|own| is_contested(own)) {
            let least = out.get(&ends(own)).map_or(margin, |known| known.margin);
            let cost = taken.cost(own, other).filter(|cost| *cost < least);
            if let Some(margin) = cost.filter(|_| !dossiers.are_copies(ends(own), ends(other))) {
                out.insert(ends(own), RunnerUp { left: other.left, right: other.right, margin });
            }
        }
    }
    out
}

/// The chosen pairs by their rows.
struct Taken<'p> {
    pairs: &'p [Judged],
    /// Per side and row, the position of the pair that holds it.
    holds: [Vec<Option<u32>>; 2],
}

impl<'p> Taken<'p> {
    fn new(pairs: &'p [Judged], rows: &[Vec<u32>; 2]) -> Self {
        let mut holds = [vec![None; rows[0].len()], vec![None; rows[1].len()]];
        let chosen = |pair: &Judged| pair.chosen && pair.verdict != Verdict::Unlinked;
        for (at, pair) in (0u32..).zip(pairs).filter(|(_, pair)| chosen(pair)) {
            holds[0][pair.left as usize] = Some(at);
            holds[1][pair.right as usize] = Some(at);
        }
        Self { pairs, holds }
    }

    fn by(&self, side: usize, row: u32) -> Option<&'p Judged> {
        self.holds[side][row as usize].map(|at| &self.pairs[at as usize])
    }

    /// How many bits are lost by taking `other`, which shares a row with `own`, in its place. Where another pair
    /// holds the other row, the two that lose their partner take each other; `None` where they cannot.
    fn cost(&self, own: &Judged, other: &Judged) -> Option<f64> {
        let lost = own.bits - other.bits;
        let shares_left = own.left == other.left;
        let holder = if shares_left { self.by(1, other.right) } else { self.by(0, other.left) };
        let Some(holder) = holder else { return Some(lost.max(0.0)) };
        let swap = if shares_left { (holder.left, own.right) } else { (own.left, holder.right) };
        let swap = self.pairs.binary_search_by_key(&swap, ends).ok()?;
        Some((lost + holder.bits - self.pairs[swap].bits).max(0.0))
    }
}

fn link(pair: &Judged, rows: &[Vec<u32>; 2]) -> ScoredLink {
    let runner_up = pair.runner_up.map(|other| match other.right == pair.right {
        true => (Side::Hub, rows[0][other.left as usize]),
        false => (Side::Other, rows[1][other.right as usize]),
    });
    ScoredLink {
        left: rows[0][pair.left as usize],
        right: rows[1][pair.right as usize],
        ambiguous: !pair.verdict.is_linked(),
        weight: Weight {
            bits: pair.bits,
            probability: pair.probability,
            certain: pair.certain,
            margin: pair.runner_up.map(|other| other.margin),
        },
        runner_up,
    }
}

/// Rows of one system as a table of the engine, with these fields. `grain`: how finely the moments of a field are taken.
pub fn table(
    records: &Records<'_>,
    rows: &[u32],
    fields: &[String],
    grain: impl Fn(FieldName) -> Grain,
) -> Table {
    let columns = fields.iter().map(|name| {
        let derived = DERIVED.iter().find(|derived| derived.name == name);
        let field = FieldName::from_name(derived.map_or(name, |derived| derived.from));
        let field = field.map(|field| (field, grain(field)));
        let mut column = Column::new(name);
        for row in rows {
            let value = field.and_then(|(field, grain)| value(records, field, *row, grain));
            match (derived, value) {
                (Some(derived), Some(value)) => column.push((derived.derive)(&value).as_deref()),
                (_, value) => column.push(value.as_deref()),
            }
        }
        column
    });
    // Records stand in canonical order, so their places order what is equal in every column.
    Table::new(columns.collect(), rows.iter().map(|row| u64::from(*row)).collect())
}

/// A cell as comparators read it: dates as `yyyy-mm-dd` as far as they are known, moments with their time.
pub fn value<'r>(records: &Records<'r>, field: FieldName, row: u32, grain: Grain) -> Option<Cow<'r, str>> {
    let row = row as usize;
    match field.kind() {
        FieldKind::Timestamp => {
            moment(grain.floor(records.int(field, row)?)).map(|moment| Cow::Owned(written_moment(moment)))
        }
        FieldKind::PartialDate => {
            records.date(field, row).map(|date| Cow::Owned(written_date(date, records.birth_precision(row))))
        }
        _ => match records.text(field, row) {
            Some(text) => Some(Cow::Borrowed(text)),
            None => records.int(field, row).map(|value| Cow::Owned(value.to_string())),
        },
    }
}

fn written_moment(moment: NaiveDateTime) -> String {
    moment.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn written_date(date: NaiveDate, precision: Option<&str>) -> String {
    match precision {
        Some("year") => format!("{:04}", date.year()),
        Some("month") => format!("{:04}-{:02}", date.year(), date.month()),
        _ => date.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, settle_copies};
    use crate::engine::linkage::decide::{Judged, RunnerUp};
    use crate::engine::linkage::verdict::{Doubt, Verdict};

    const BOUNDS: Bounds = Bounds { threshold: 0.5, margin: 0.1 };

    fn pair(left: u32, chosen: bool, probability: f64, rival: u32) -> Judged {
        Judged {
            left,
            right: 0,
            pattern: 0,
            bits: 12.0,
            probability,
            chosen,
            verdict: Verdict::Ambiguous(Doubt::Rival),
            certain: false,
            runner_up: Some(RunnerUp { left: rival, right: 0, margin: 0.0 }),
        }
    }

    #[test]
    fn a_copy_is_no_rival_and_a_stranger_is() {
        // The hub's rows 4 and 7 stand behind the first two; 7 is a copy of 4 or a dossier of its own.
        let rows = [vec![4, 7], vec![2]];
        let settled = |of_seven: u32| {
            let mut pairs = [pair(0, true, 0.49, 1), pair(1, false, 0.48, 0)];
            let mut hub: Vec<u32> = (0..8).collect();
            hub[7] = of_seven;
            settle_copies(&mut pairs, BOUNDS, &rows, [&hub, &[0, 1, 2]]);
            let [chosen, other] = pairs;
            assert_eq!(other.probability, 0.48);
            (chosen.verdict, (chosen.probability * 100.0).round(), chosen.runner_up.is_some())
        };
        assert_eq!(settled(4), (Verdict::Linked, 97.0, false));
        assert_eq!(settled(7), (Verdict::Ambiguous(Doubt::Rival), 49.0, true));
    }

    #[test]
    fn a_stranger_behind_a_copy_is_a_rival() {
        // Rows 4 and 7 of the hub are one dossier, and 5 is another that is `worse` bits less good for row 2 of
        // the portal. `elsewhere`: 5 has a counterpart of its own, which 4 fits less well by so many bits.
        let rows = [vec![4, 7, 5], vec![2, 3]];
        let settled = |worse: f64, elsewhere: Option<f64>| {
            let mut stranger = pair(2, false, 0.3, 0);
            stranger.bits -= worse;
            let mut pairs = vec![pair(0, true, 0.35, 1), pair(1, false, 0.35, 0), stranger];
            if let Some(bits) = elsewhere {
                let other = Judged { right: 1, runner_up: None, ..pair(0, false, 0.01, 0) };
                pairs.insert(1, Judged { bits: other.bits - bits, ..other });
                pairs.push(Judged { right: 1, ..pair(2, true, 0.9, 2) });
            }
            let mut hub: Vec<u32> = (0..8).collect();
            hub[7] = 4;
            settle_copies(&mut pairs, BOUNDS, &rows, [&hub, &[0, 1, 2, 3]]);
            let rival = pairs[0].runner_up.map(|rival| (rival.left, rival.right, rival.margin));
            (pairs[0].verdict, (pairs[0].probability * 100.0).round(), rival)
        };
        let doubt = Verdict::Ambiguous(Doubt::Rival);
        assert_eq!(settled(0.0, None), (doubt, 35.0, Some((2, 0, 0.0))));
        assert_eq!(settled(3.0, None), (Verdict::Linked, 70.0, None));
        assert_eq!(settled(0.0, Some(8.0)), (Verdict::Linked, 70.0, None), "it has its own counterpart");
        assert_eq!(settled(0.0, Some(0.0)), (doubt, 35.0, Some((0, 1, 0.0))), "or exchanged");
    }
}

//! Dossiers typed twice with slips: records of one system that no equal key joins, held against each other by
//! all they say.
//!
//! The engine says how likely two records are one dossier; here the window and the reasons of R23 are asked, as
//! of equal keys. It must not learn how a double entry looks from the night: of how common it is alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Duplicate, Excused, is_excepted, pair};
use crate::comparators;
use crate::config::plan::{DuplicatePolicy, RunPlan};
use crate::domain::date::Grain;
use crate::domain::dossier::FieldName;
use crate::domain::rules::r04_typed_twice::DuplicateReason;
use crate::domain::rules::r23_several_rightly::{LegitimateReason, repeat_is_legitimate};
use crate::engine::components::Components;
use crate::engine::linkage::decide::{Judged, Outcome, Prepared};
use crate::engine::linkage::error::LinkageError;
use crate::engine::linkage::model::Model;
use crate::engine::linkage::settings::Settings;
use crate::engine::linkage::table::Table;
use crate::stages::link::scored;
use crate::stages::records::Records;

/// Larger groups are not joined: to ask why two of them are two costs the product of their sizes.
const LARGEST_GROUP: usize = 64;

/// Fields of which one at least has to speak for a pair. A name that agrees at one counter on one day is not
/// enough: there are two people of that name.
const TELLING: [&str; 5] = ["subject_name", "id_number", "birth_date", "phone", "object"];

/// Whether what a field says of a pair, in bits, counts as more than the name alone.
pub fn is_telling(field: &str, bits: f64) -> bool {
    bits > 0.0 && TELLING.contains(&field)
}

/// What speaks for a double entry that was found by score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairWeight {
    /// log2 of the Bayes factor, without what was likely before.
    pub bits: f64,
    pub probability: f64,
}

/// What the search by score found in one system.
#[derive(Debug, Default)]
pub struct Found {
    pub duplicates: Vec<Duplicate>,
    pub excused: Vec<Excused>,
    /// By system and row of the duplicate.
    pub weights: BTreeMap<(usize, u32), PairWeight>,
    /// Blocks too large to be looked at.
    pub refused: u64,
}

/// The records of one system, ready to be held against each other.
pub struct Doubles {
    pub settings: Settings,
    model: Model,
    /// The records behind the rows of the table.
    pub rows: Vec<u32>,
}

impl Doubles {
    /// With the table of its records. `None` where the search is off, or the system does not say enough. Dossiers of procedures of which several
    /// at a time are normal take no part: they would pass for what double entries look like. `asked`: records
    /// that take part in any case.
    pub fn new(
        plan: &RunPlan,
        system: usize,
        records: &Records<'_>,
        takes_part: impl Fn(u32) -> bool,
        asked: &[u32],
    ) -> Option<(Self, Table)> {
        let scored = plan.duplicates.by_score.as_ref()?;
        let settings = scored.within(&plan.systems[system])?;
        let model = scored.model_for(&settings)?;
        let rows: Vec<u32> = (0..records.len() as u32)
            .filter(|row| {
                let excepted = || is_excepted(records, &plan.duplicates, *row);
                asked.contains(row) || takes_part(*row) && !excepted()
            })
            .collect();
        let table = scored::table(records, &rows, &settings.fields(), |_| Grain::Second);
        Some((Self { settings, model, rows }, table))
    }

    /// Lays out what the engine works on.
    ///
    /// # Errors
    /// When the settings do not hold together.
    pub fn prepare(&self, table: Table) -> Result<Prepared<'_>, LinkageError> {
        Prepared::new(vec![table], &self.settings, &comparators::registry())
    }

    /// The shipped model, with what is counted in these records: how common double entries and other dossiers of
    /// one person are, and how often values agree by chance.
    ///
    /// # Errors
    /// When settings and model do not fit.
    pub fn judge(&self, prepared: &mut Prepared<'_>) -> Result<(Model, Outcome), LinkageError> {
        let model = prepared.counted(&self.model)?;
        let outcome = prepared.judge(&model)?;
        Ok((model, outcome))
    }
}

/// Two records that are probably one dossier, the earlier receipt first.
#[derive(Debug, Clone, Copy)]
struct Likely {
    earlier: u32,
    later: u32,
    weight: PairWeight,
}

/// The pairs that are rather one dossier than two and have more in common than a name, the heaviest first.
fn likely(
    doubles: &Doubles,
    prepared: &mut Prepared<'_>,
    records: &Records<'_>,
) -> Result<Vec<Likely>, LinkageError> {
    let (model, outcome) = doubles.judge(prepared)?;
    let linked: Vec<Judged> = outcome.pairs.into_iter().filter(|pair| pair.verdict.is_linked()).collect();
    let evidence = prepared.evidence(&model, &linked)?;
    let names = prepared.comparisons();
    let mut telling = vec![false; linked.len()];
    for (at, pair) in evidence.pair.iter().enumerate() {
        let field = &names[usize::from(evidence.comparison[at])].0;
        telling[*pair as usize] |= is_telling(field, evidence.bits[at]);
    }
    let received = |row: u32| (records.int(FieldName::ReceivedAt, row as usize), row);
    let of = |pair: &Judged| {
        let Judged { left, right, bits, probability, .. } = *pair;
        let (a, b) = (doubles.rows[left as usize], doubles.rows[right as usize]);
        let (earlier, later) = if received(a) <= received(b) { (a, b) } else { (b, a) };
        Likely { earlier, later, weight: PairWeight { bits, probability } }
    };
    let telling_pairs = linked.iter().zip(&telling).filter(|(_, telling)| **telling);
    let mut likely: Vec<Likely> = telling_pairs.map(|(pair, _)| of(pair)).collect();
    likely.sort_by(|a, b| {
        let rows = |pair: &Likely| (pair.earlier, pair.later);
        b.weight.bits.total_cmp(&a.weight.bits).then(rows(a).cmp(&rows(b)))
    });
    Ok(likely)
}

/// The double entries of one system beside those in `known`, its duplicates so far.
///
/// # Errors
/// When settings and model do not fit, which is a defect of the program.
pub fn find(
    plan: &RunPlan,
    system: usize,
    records: &Records<'_>,
    alive: &[bool],
    (known, excused): (&[Duplicate], &[Excused]),
) -> Result<Found, LinkageError> {
    let takes_part = |row: u32| alive[row as usize];
    let ready = Doubles::new(plan, system, records, takes_part, &[]).filter(|(own, _)| own.rows.len() > 1);
    let Some((doubles, table)) = ready else { return Ok(Found::default()) };
    let mut prepared = doubles.prepare(table)?;
    let refused = prepared.blocking().iter().map(|rule| rule.refused).sum();
    let likely = likely(&doubles, &mut prepared, records)?;
    let mut groups = Groups::new(system, records, &plan.duplicates, known);
    let mut found = Found { refused, ..Found::default() };
    let mut told: BTreeSet<u32> = excused.iter().map(|own| own.row).collect();
    for pair in likely {
        match groups.join(pair) {
            Joined::Apart => {}
            Joined::Rightly(reason) => {
                if told.insert(pair.later) {
                    let Likely { earlier, later: row, .. } = pair;
                    found.excused.push(Excused { system, earlier, row, reason, by_score: true });
                }
            }
            Joined::Copy(duplicate) => {
                found.weights.insert((system, duplicate.row), pair.weight);
                found.duplicates.push(duplicate);
            }
        }
    }
    found.excused.retain(|own| !groups.is_copy.contains(&own.row));
    Ok(found)
}

/// Why two records are not taken for one dossier although all they say makes it likely; `None` where they are.
pub fn objection(
    records: &Records<'_>,
    policy: &DuplicatePolicy,
    (earlier, later): (u32, u32),
) -> Option<Objection> {
    let received = |row: u32| records.int(FieldName::ReceivedAt, row as usize);
    let near = received(earlier).zip(received(later)).is_some_and(|(earlier, later)| {
        later.saturating_sub(earlier).abs() <= policy.window.num_milliseconds()
    });
    match near {
        false => Some(Objection::OutsideWindow),
        true => repeat_is_legitimate(&pair(records, policy, earlier, later)).map(Objection::Rightly),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// The receipts lie further apart than `[duplicates] window`.
    OutsideWindow,
    /// Nothing but a name agrees that would tell two people of one counter apart.
    NameAlone,
    Rightly(LegitimateReason),
}

impl Objection {
    /// The word for an output.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OutsideWindow => "outside_window",
            Self::NameAlone => "name_alone",
            Self::Rightly(reason) => reason.code(),
        }
    }
}

enum Joined {
    /// They are of one group already, or lie too far apart, or somebody between them is another dossier.
    Apart,
    Rightly(LegitimateReason),
    Copy(Duplicate),
}

/// Which records are one dossier so far.
struct Groups<'r> {
    system: usize,
    records: &'r Records<'r>,
    policy: &'r DuplicatePolicy,
    components: Components,
    /// Of the groups of two and more, by root.
    members: BTreeMap<u32, Vec<u32>>,
    /// Records for which another one stands.
    is_copy: BTreeSet<u32>,
}

impl<'r> Groups<'r> {
    fn new(
        system: usize,
        records: &'r Records<'r>,
        policy: &'r DuplicatePolicy,
        known: &[Duplicate],
    ) -> Self {
        let mut out = Self {
            system,
            records,
            policy,
            components: Components::new(records.len()),
            members: BTreeMap::new(),
            is_copy: BTreeSet::new(),
        };
        for duplicate in known.iter().filter(|own| own.system == system) {
            out.unite(duplicate.survivor, duplicate.row);
            out.is_copy.insert(duplicate.row);
        }
        out
    }

    fn of(&mut self, row: u32) -> (u32, Vec<u32>) {
        let root = self.components.root(row);
        (root, self.members.get(&root).cloned().unwrap_or_else(|| vec![row]))
    }

    fn unite(&mut self, a: u32, b: u32) {
        let ((root_a, mut all), (root_b, others)) = (self.of(a), self.of(b));
        if root_a == root_b {
            return;
        }
        self.members.remove(&root_a);
        self.members.remove(&root_b);
        self.components.union(a, b);
        all.extend(others);
        self.members.insert(self.components.root(a), all);
    }

    /// Makes the later record a copy of the earlier one, where nothing speaks against it. No chain joins two
    /// dossiers that R23 holds apart, such as twins by a record that names neither child.
    fn join(&mut self, Likely { earlier, later, .. }: Likely) -> Joined {
        match objection(self.records, self.policy, (earlier, later)) {
            Some(Objection::OutsideWindow | Objection::NameAlone) => return Joined::Apart,
            Some(Objection::Rightly(reason)) => return Joined::Rightly(reason),
            None => {}
        }
        let ((root, own), (other_root, others)) = (self.of(earlier), self.of(later));
        if root == other_root || own.len().max(others.len()) > LARGEST_GROUP {
            return Joined::Apart;
        }
        let order = |row: u32| (self.records.int(FieldName::ReceivedAt, row as usize), row);
        let two = |a: u32, b: u32| {
            let (a, b) = if order(a) <= order(b) { (a, b) } else { (b, a) };
            repeat_is_legitimate(&pair(self.records, self.policy, a, b)).is_some()
        };
        if own.iter().any(|a| others.iter().any(|b| two(*a, *b))) {
            return Joined::Apart;
        }
        // A record has one that stands for it: where the later one has it already, the earlier takes its place.
        let (survivor, row) = match [later, earlier].map(|row| self.is_copy.contains(&row)) {
            [false, _] => (earlier, later),
            [true, false] => (later, earlier),
            [true, true] => return Joined::Apart,
        };
        self.unite(survivor, row);
        self.is_copy.insert(row);
        Joined::Copy(Duplicate {
            system: self.system,
            survivor,
            row,
            kind: DuplicateReason::TypedTwiceByScore,
        })
    }
}

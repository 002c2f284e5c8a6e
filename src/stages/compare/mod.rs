//! Fifth stage: the fields in which a linked pair disagrees, and how.
//!
//! Values are compared in canonical form, so what is left is a disagreement and not a spelling. A
//! field is held against the other side only where both systems map it.

mod explain;

use std::borrow::Cow;

use chrono::Datelike;
use rayon::prelude::*;

use super::link::{Link, Linked};
use super::normalise::column::shown;
use super::records::{Column, Records, moment};
use crate::config::plan::{RunPlan, SystemPlan};
use crate::domain::date::{self, DateRelation};
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::file_list;
use crate::domain::finding_kind::FindingKind;
use crate::domain::issue::ParseIssue;
use crate::domain::name::{self, NameRelation};
use crate::domain::personal_id::{self, IdRelation};
use crate::domain::rules::r06_code_collision::{Person, two_persons};
use crate::domain::rules::{r08_status, r09_dates, r14_names, r18_files};
use crate::domain::status;
use crate::domain::text;
use crate::engine::frame::Texts;
use crate::reference::Reference;
pub use explain::recorded_change;

/// Pairs per unit of parallel work.
const PAIRS: usize = 64 * 1024;

/// One field in which a pair disagrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Position among the links.
    pub link: u32,
    pub field: FieldName,
    /// Normalised, personal numbers masked; `None` when empty.
    pub left: Option<String>,
    pub right: Option<String>,
    pub relation: &'static str,
    pub kind: Option<FindingKind>,
    /// What explains it: a known transformation of the sync job, or a circumstance.
    pub explained_by: Option<String>,
}

#[derive(Debug)]
pub struct Compared {
    pub linked: Linked,
    pub differences: Vec<Difference>,
}

/// Compares every linked pair.
pub fn compare(plan: &RunPlan, reference: &Reference, linked: Linked) -> Compared {
    let records: Vec<Records<'_>> = linked.systems.iter().map(Records::of).collect();
    let comparer = Comparer { plan, reference, records: &records, shared: shared_fields(plan) };
    let differences: Vec<Vec<Difference>> = linked
        .links
        .par_chunks(PAIRS)
        .enumerate()
        .map(|(chunk, links)| comparer.pairs((chunk * PAIRS) as u32, links))
        .collect();
    drop(records);
    Compared { linked, differences: differences.into_iter().flatten().collect() }
}

struct Comparer<'a> {
    plan: &'a RunPlan,
    reference: &'a Reference,
    records: &'a [Records<'a>],
    /// Per left and right system, the fields that both map.
    shared: Vec<Vec<Vec<ComparedField>>>,
}

type ComparedField = (FieldName, Option<FindingKind>);

fn shared_fields(plan: &RunPlan) -> Vec<Vec<Vec<ComparedField>>> {
    let shared = |left: &SystemPlan, right: &SystemPlan| -> Vec<ComparedField> {
        let both = FieldName::COMPARED.iter().filter(|(field, _)| left.maps(*field) && right.maps(*field));
        both.copied().collect()
    };
    let of = |left| plan.systems.iter().map(|right| shared(left, right)).collect();
    plan.systems.iter().map(of).collect()
}

/// A linked pair, ordered by its right record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    systems: (usize, usize),
    right: u32,
    left: u32,
    /// Position among the links.
    at: u32,
}

/// Notes the pairs of which the values of one field are not the same.
fn note(pairs: &[Pair], nth: usize, differ: impl Fn(usize, usize) -> bool, unlike: &mut Vec<(u32, usize)>) {
    let found = pairs.iter().filter(|pair| differ(pair.left as usize, pair.right as usize));
    unlike.extend(found.map(|pair| (pair.at, nth)));
}

/// How two values of one field differ, and the finding that makes.
struct Outcome {
    relation: &'static str,
    kind: Option<FindingKind>,
    explained_by: Option<&'static str>,
}

impl Outcome {
    fn new(relation: &'static str, kind: Option<FindingKind>) -> Option<Self> {
        Some(Self { relation, kind, explained_by: None })
    }
}

impl Comparer<'_> {
    /// The differences of some pairs, of which the first has the position `start`.
    fn pairs(&self, start: u32, links: &[Link]) -> Vec<Difference> {
        let difference = |(at, nth): (u32, usize)| {
            let link = &links[at as usize];
            let (field, kind) = self.shared[link.left_system][link.right_system][nth];
            self.difference(start + at, link, field, kind)
        };
        self.unlike(links).into_iter().filter_map(difference).collect()
    }

    /// Where two values are not the same: the position of a pair, and of the field among those that both map.
    ///
    /// Pairs stand in the order of the left records, and the right ones lie scattered. Field by field and in the order
    /// of the right records, memory is read on and not searched through.
    fn unlike(&self, links: &[Link]) -> Vec<(u32, usize)> {
        let pair = |(at, link): (u32, &Link)| Pair {
            systems: (link.left_system, link.right_system),
            right: link.right,
            left: link.left,
            at,
        };
        let mut pairs: Vec<Pair> = (0..).zip(links).filter(|(_, link)| !link.ambiguous).map(pair).collect();
        pairs.sort_unstable();
        let mut unlike = Vec::new();
        for pairs in pairs.chunk_by(|a, b| a.systems == b.systems) {
            let (left, right) = pairs[0].systems;
            for (nth, (field, _)) in self.shared[left][right].iter().enumerate() {
                match (self.records[left].column(*field), self.records[right].column(*field)) {
                    (Some(Column::Texts(a)), Some(Column::Texts(b))) => {
                        let differ = |l, r| a.get(l) != b.get(r);
                        note(pairs, nth, differ, &mut unlike);
                    }
                    (Some(Column::Ints(a)), Some(Column::Ints(b))) => {
                        let differ = |l, r| a.get(l) != b.get(r);
                        note(pairs, nth, differ, &mut unlike);
                    }
                    // Both map the field, so both have it as one kind.
                    _ => debug_assert!(false, "{} stands on one side only", field.name()),
                }
            }
        }
        unlike.sort_unstable();
        unlike
    }

    /// How the values of one field differ; `None` where they say the same in two ways.
    fn difference(
        &self,
        index: u32,
        link: &Link,
        field: FieldName,
        kind: Option<FindingKind>,
    ) -> Option<Difference> {
        let (left, right) = (&self.plan.systems[link.left_system], &self.plan.systems[link.right_system]);
        let outcome = self.field(field, kind, link)?;
        let explained = outcome
            .explained_by
            .map(str::to_owned)
            .or_else(|| explain::explain(self.plan, self.reference, self.records, link, field))
            .or_else(|| {
                let explains = |system: &SystemPlan| system.sync.explains.get(&outcome.kind?).cloned();
                [right, left].into_iter().find_map(explains)
            });
        Some(Difference {
            link: index,
            field,
            left: self.value(link.left_system, link.left, field),
            right: self.value(link.right_system, link.right, field),
            relation: outcome.relation,
            kind: outcome.kind,
            explained_by: explained,
        })
    }

    fn field(&self, field: FieldName, kind: Option<FindingKind>, link: &Link) -> Option<Outcome> {
        let (left, right) = (&self.records[link.left_system], &self.records[link.right_system]);
        let (l, r) = (link.left as usize, link.right as usize);
        if field.is_text() {
            let (a, b) = (left.text(field, l), right.text(field, r));
            if a == b {
                return None;
            }
            let (Some(a), Some(b)) = (a, b) else { return self.one_empty(field, link, a.is_none()) };
            return match field.kind() {
                FieldKind::Name => self.names(link, a, b),
                FieldKind::PersonalId => self.numbers(link, a, b),
                FieldKind::List => match r18_files::attachment_loss(a, b) {
                    Some(_) => Outcome::new("fewer", kind),
                    None => Outcome::new("differs", None),
                },
                FieldKind::Text => (text::fold(a) != text::fold(b)).then(|| Outcome::new("differs", kind))?,
                _ => Outcome::new("differs", kind),
            };
        }
        let (a, b) = (left.int(field, l), right.int(field, r));
        if a == b {
            return None;
        }
        let (Some(a), Some(b)) = (a, b) else { return self.one_empty(field, link, a.is_none()) };
        match field.kind() {
            FieldKind::Status => {
                let relation = status::relation(left.status(l)?, right.status(r)?);
                r08_status::kind(relation).and_then(|kind| Outcome::new(relation.code(), Some(kind)))
            }
            FieldKind::PartialDate => {
                let precisions = [left.birth_precision(l), right.birth_precision(r)];
                birth_dates(left.date(field, l)?, right.date(field, r)?, precisions, kind)
            }
            FieldKind::Timestamp => {
                let grain = left.grain(field).max(right.grain(field));
                moments(field, grain.floor(a), grain.floor(b), kind)
            }
            _ => Outcome::new("differs", kind),
        }
    }

    /// One side is empty. That is a difference, but no contradiction.
    fn one_empty(&self, field: FieldName, link: &Link, left_empty: bool) -> Option<Outcome> {
        let (system, row) =
            if left_empty { (link.left_system, link.left) } else { (link.right_system, link.right) };
        let placeholder = field == FieldName::IdNumber
            && self.records[system].issues(row as usize).contains(ParseIssue::PlaceholderId);
        Some(Outcome {
            relation: if left_empty { "left_empty" } else { "right_empty" },
            kind: None,
            explained_by: placeholder.then_some("placeholder_id"),
        })
    }

    /// Names are compared in every role: the province may hold the parent where the ministry shows
    /// the child.
    fn names(&self, link: &Link, a: &str, b: &str) -> Option<Outcome> {
        let relation = name::relation(a, b);
        match relation {
            NameRelation::Same => None,
            NameRelation::Variant(form) => Outcome::new(form.code(), r14_names::kind(relation)),
            NameRelation::Near | NameRelation::Differs => {
                let subject =
                    |system: usize, row: u32| self.records[system].text(FieldName::SubjectName, row as usize);
                let same = |one: Option<&str>, other: &str| {
                    one.is_some_and(|one| {
                        matches!(name::relation(one, other), NameRelation::Same | NameRelation::Variant(_))
                    })
                };
                let in_another_role = same(subject(link.left_system, link.left), b)
                    || same(subject(link.right_system, link.right), a);
                Some(Outcome {
                    relation: relation.code(),
                    kind: r14_names::kind(relation).filter(|_| !in_another_role),
                    explained_by: in_another_role.then_some("applicant_against_subject"),
                })
            }
        }
    }

    /// The same person may show the old paper in one system and the new one in another, unless the
    /// new one was given to somebody born in another year; a household business its tax code or its
    /// owner's number.
    fn numbers(&self, link: &Link, a: &str, b: &str) -> Option<Outcome> {
        let relation = personal_id::relation(a, b);
        let explained = match relation {
            IdRelation::Same => return None,
            IdRelation::CmndAgainstCccd => {
                let born =
                    |system: usize, row: u32| self.records[system].date(FieldName::BirthDate, row as usize);
                let born = born(link.left_system, link.left).or_else(|| born(link.right_system, link.right));
                let year = personal_id::birth_year(a).or_else(|| personal_id::birth_year(b));
                born.zip(year).is_none_or(|(born, year)| born.year() == year)
            }
            IdRelation::TaxAgainstPersonal => {
                let owner = |system: usize, row: u32, number| Person {
                    id_number: Some(number),
                    name: self.records[system].text(FieldName::OwnerName, row as usize),
                };
                let (a, b) = (owner(link.left_system, link.left, a), owner(link.right_system, link.right, b));
                a.name.is_some() && b.name.is_some() && !two_persons(a, b)
            }
            _ => false,
        };
        Some(Outcome {
            relation: relation.code(),
            kind: (!explained).then_some(FindingKind::IdentityConflict),
            explained_by: explained.then_some(relation.code()),
        })
    }

    /// A value as evidence: canonical, personal numbers masked.
    fn value(&self, system: usize, row: u32, field: FieldName) -> Option<String> {
        let (records, row) = (&self.records[system], row as usize);
        if let Some(text) = records.text(field, row) {
            if field.kind() == FieldKind::List {
                return Some(file_list::masked(text));
            }
            return Some(shown(field, text).into_owned());
        }
        match field.kind() {
            FieldKind::Timestamp => {
                records.moment(field, row).map(|m| m.format("%Y-%m-%d %H:%M:%S").to_string())
            }
            FieldKind::PartialDate => records.date(field, row).map(|date| date.to_string()),
            _ => records.int(field, row).map(|value| value.to_string()),
        }
    }
}

/// Birth dates are held against each other as far as both are known.
fn birth_dates(
    a: chrono::NaiveDate,
    b: chrono::NaiveDate,
    precisions: [Option<&str>; 2],
    kind: Option<FindingKind>,
) -> Option<Outcome> {
    let coarsest = |word: &str| precisions.contains(&Some(word));
    if coarsest("year") || coarsest("month") {
        let same = a.year() == b.year() && (coarsest("year") || a.month() == b.month());
        return if same { None } else { Outcome::new("differs", kind) };
    }
    let relation = date::relation(a, b);
    r09_dates::kind(relation).and_then(|kind| Outcome::new(relation.code(), Some(kind)))
}

fn moments(field: FieldName, a: i64, b: i64, kind: Option<FindingKind>) -> Option<Outcome> {
    let (a, b) = (moment(a)?, moment(b)?);
    let relation = date::relation_ts(a, b);
    // A due time is a promise: any other day is another promise, unless the digits were swapped or the zone was mistaken.
    let promised = field == FieldName::DueAt;
    let kind = match relation {
        DateRelation::Same => return None,
        DateRelation::DayMonthSwapped => kind.map(|_| FindingKind::DayMonthSwapped),
        DateRelation::ShiftedOneDay if !promised => kind.map(|_| FindingKind::DateShifted),
        DateRelation::ShiftedSevenHours if !promised || a.date() != b.date() => {
            kind.map(|_| FindingKind::DateShifted)
        }
        _ if a.date() == b.date() => return Outcome::new("time_of_day", None),
        _ => kind,
    };
    Outcome::new(relation.code(), kind)
}

/// The repaired cell of a record as written, from its `raw` object.
pub fn raw_cell<'a>(raw: Texts<'a>, row: u32, field: FieldName) -> Option<Cow<'a, str>> {
    let object: serde_json::Value = serde_json::from_str(raw.get(row as usize)?).ok()?;
    object.get(field.name())?.as_str().map(|cell| Cow::Owned(cell.to_owned()))
}

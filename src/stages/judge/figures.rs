//! The figures an official report prints, recomputed from the hub's records, and held against what
//! was printed.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, NaiveTime};
use rayon::prelude::*;

use super::verdict::{Standing, Verdict};
use crate::config::plan::{Figure, PublishedFigure, RunPlan};
use crate::domain::dossier::FieldName;
use crate::domain::status::{NationalStatus, StatusClass};
use crate::domain::text::fold;
use crate::stages::link::Linked;
use crate::stages::records::Records;

/// Cases per unit of parallel work.
const CASES: usize = 32 * 1024;

/// One figure of the summary.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureRow {
    pub dimension: &'static str,
    pub key: String,
    pub figure: String,
    pub value: f64,
    pub published: Option<f64>,
    pub source: Option<String>,
    /// Decimals of the print.
    pub decimals: i32,
}

impl FigureRow {
    /// Recomputed less published.
    pub fn gap(&self) -> Option<f64> {
        self.published.map(|published| {
            // A share is held against the print as far as the print goes: 99.34 ties with 99.3.
            let scale = 10f64.powi(self.decimals);
            round2((self.value * scale).round() / scale - published)
        })
    }
}

/// Early, on time or late, by form II.06a with timestamps: the result handed over (else the end of
/// processing) against the appointment [S].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timeliness {
    Early,
    OnTime,
    Late,
    Withdrawn,
    Open,
}

impl Timeliness {
    pub fn code(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Withdrawn => "withdrawn",
            Self::Open => "open",
        }
    }

    /// Whether a withdrawn dossier is a class of its own differs between reports [S]; the pipeline says.
    /// What has no date or no appointment to be held against counts as on time.
    pub fn of(records: &Records<'_>, row: usize, withdrawn_apart: bool) -> Self {
        if !has_ended(records, row) {
            return Self::Open;
        }
        if withdrawn_apart && records.status(row) == Some(NationalStatus::Withdrawn) {
            return Self::Withdrawn;
        }
        match (end_of(records, row), records.moment(FieldName::DueAt, row)) {
            (Some(end), Some(due)) if end > due => Self::Late,
            (Some(end), Some(due)) if end < due => Self::Early,
            _ => Self::OnTime,
        }
    }
}

fn has_ended(records: &Records<'_>, row: usize) -> bool {
    records.status(row).is_some_and(|status| {
        !matches!(status.class(), StatusClass::NotReceived | StatusClass::Open | StatusClass::Paused)
    })
}

/// When the dossier ended, where a date says so.
fn end_of(records: &Records<'_>, row: usize) -> Option<NaiveDateTime> {
    records.moment(FieldName::ReturnedAt, row).or_else(|| records.moment(FieldName::FinishedAt, row))
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Counts {
    new: u64,
    carried_over: u64,
    early: u64,
    on_time: u64,
    late: u64,
    withdrawn: u64,
    in_process: u64,
    /// Per system and verdict.
    verdicts: Vec<[u64; 8]>,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        let Self { new, carried_over, early, on_time, late, withdrawn, in_process, verdicts } = other;
        self.new += new;
        self.carried_over += carried_over;
        self.early += early;
        self.on_time += on_time;
        self.late += late;
        self.withdrawn += withdrawn;
        self.in_process += in_process;
        self.verdicts.resize(self.verdicts.len().max(verdicts.len()), [0; 8]);
        for (mine, theirs) in self.verdicts.iter_mut().zip(verdicts) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }

    fn resolved(&self) -> u64 {
        self.early + self.on_time + self.late + self.withdrawn
    }

    fn value(&self, figure: Figure) -> f64 {
        let share = |count: u64| match self.resolved() {
            0 => 0.0,
            resolved => round2(100.0 * count as f64 / resolved as f64),
        };
        let count = |count: u64| count as f64;
        match figure {
            Figure::Received => count(self.new + self.carried_over),
            Figure::New => count(self.new),
            Figure::CarriedOver => count(self.carried_over),
            Figure::Resolved => count(self.resolved()),
            Figure::InProcess => count(self.in_process),
            Figure::Early => count(self.early),
            Figure::OnTime => count(self.on_time),
            Figure::Late => count(self.late),
            Figure::Withdrawn => count(self.withdrawn),
            Figure::OnTimeShare => share(self.resolved() - self.late),
            Figure::EarlyShare => share(self.early),
            Figure::ExactShare => share(self.on_time),
            Figure::LateShare => share(self.late),
            Figure::WithdrawnShare => share(self.withdrawn),
        }
    }
}

/// Every figure, sorted by dimension, key and figure; then the published ones in the pipeline's order.
pub fn figures(
    plan: &RunPlan,
    linked: &Linked,
    records: &[Records<'_>],
    standings: &[Standing],
) -> Vec<FigureRow> {
    let clerk = Clerk { plan, hub: &records[RunPlan::HUB] };
    let systems = records.len();
    let books: Vec<Book<'_>> = standings
        .par_chunks(CASES * systems)
        .map(|chunk| {
            let mut book = Book::new(plan);
            for case in chunk.chunks_exact(systems) {
                clerk.enter(case, &mut book);
            }
            book
        })
        .collect();
    let mut book = Book::new(plan);
    books.into_iter().for_each(|other| book.add(&other));
    debug_assert!(linked.cases.len() * systems == standings.len());

    let mut rows = Vec::new();
    for ((dimension, key), counts) in &book.pages {
        let row = |figure: String, value: f64| FigureRow {
            dimension,
            key: (*key).to_owned(),
            figure,
            value,
            published: None,
            source: None,
            decimals: 0,
        };
        rows.extend(
            Figure::CHOICES.iter().map(|(word, figure)| row((*word).to_owned(), counts.value(*figure))),
        );
        for (system, verdicts) in plan.systems.iter().zip(&counts.verdicts).skip(1) {
            let verdicts = Verdict::ALL.iter().zip(verdicts);
            rows.extend(
                verdicts.map(|(verdict, count)| {
                    row(format!("{}_{}", system.name, verdict.code()), *count as f64)
                }),
            );
        }
    }
    rows.sort_by(|a, b| (a.dimension, &a.key, &a.figure).cmp(&(b.dimension, &b.key, &b.figure)));
    rows.extend(plan.published.iter().zip(&book.published).map(|(published, counts)| FigureRow {
        dimension: "published",
        key: described(published),
        figure: published.figure.code().to_owned(),
        value: counts.value(published.figure),
        published: Some(published.value),
        source: Some(published.source.clone()),
        decimals: published.decimals,
    }));
    rows
}

struct Book<'a> {
    pages: BTreeMap<(&'static str, &'a str), Counts>,
    /// One per published figure.
    published: Vec<Counts>,
}

impl<'a> Book<'a> {
    fn new(plan: &RunPlan) -> Self {
        Self { pages: BTreeMap::new(), published: vec![Counts::default(); plan.published.len()] }
    }

    fn add(&mut self, other: &Book<'a>) {
        for (page, counts) in &other.pages {
            self.pages.entry(*page).or_default().add(counts);
        }
        self.published.iter_mut().zip(&other.published).for_each(|(mine, theirs)| mine.add(theirs));
    }
}

struct Clerk<'a> {
    plan: &'a RunPlan,
    hub: &'a Records<'a>,
}

impl<'a> Clerk<'a> {
    fn enter(&self, case: &[Standing], book: &mut Book<'a>) {
        let Some(row) = case[RunPlan::HUB].row else { return };
        let row = row as usize;
        let mut counts = self.count(row);
        counts.verdicts = case
            .iter()
            .map(|standing| {
                let mut verdicts = [0; 8];
                verdicts[standing.verdict as usize] = 1;
                verdicts
            })
            .collect();
        let text = |field| self.hub.text(field, row);
        let pages = [
            ("total", Some("")),
            ("level", text(FieldName::Level)),
            ("unit", text(FieldName::Unit)),
            ("procedure", text(FieldName::Procedure)),
            ("field", text(FieldName::Field)),
        ];
        for (dimension, key) in pages {
            if let Some(key) = key {
                book.pages.entry((dimension, key)).or_default().add(&counts);
            }
        }
        for (published, total) in self.plan.published.iter().zip(&mut book.published) {
            let level = published.level.as_ref().is_none_or(|levels| {
                text(FieldName::Level).is_some_and(|level| levels.iter().any(|wanted| wanted == level))
            });
            let field = published
                .field
                .as_ref()
                .is_none_or(|wanted| text(FieldName::Field).is_some_and(|field| fold(field) == fold(wanted)));
            let channel =
                published.channel.as_deref().is_none_or(|wanted| text(FieldName::Channel) == Some(wanted));
            if level && field && channel {
                total.add(&counts);
            }
        }
    }

    /// The counts one dossier adds, within the period.
    fn count(&self, row: usize) -> Counts {
        let mut counts = Counts::default();
        let Some(received) = self.hub.moment(FieldName::ReceivedAt, row) else { return counts };
        let end = end_of(self.hub, row);
        let (mut ended, mut carried) = (has_ended(self.hub, row), false);
        if let Some((from, to)) = self.plan.period {
            let opens = from.and_time(NaiveTime::MIN);
            let closes = to.and_time(NaiveTime::MIN) + chrono::TimeDelta::days(1);
            carried = received < opens;
            if received >= closes || (carried && ended && end.is_some_and(|end| end < opens)) {
                return counts;
            }
            ended &= end.is_none_or(|end| end < closes);
        }
        if carried {
            counts.carried_over = 1;
        } else {
            counts.new = 1;
        }
        if !ended {
            counts.in_process = 1;
            return counts;
        }
        match Timeliness::of(self.hub, row, self.plan.withdrawn_apart) {
            Timeliness::Early => counts.early = 1,
            Timeliness::Late => counts.late = 1,
            Timeliness::Withdrawn => counts.withdrawn = 1,
            Timeliness::OnTime | Timeliness::Open => counts.on_time = 1,
        }
        counts
    }
}

/// The filters of a published figure in words.
fn described(published: &PublishedFigure) -> String {
    let mut parts = Vec::new();
    parts.extend(published.level.as_ref().map(|levels| levels.join("+")));
    parts.extend(published.field.clone());
    parts.extend(published.channel.clone());
    parts.join(", ")
}

fn round2(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

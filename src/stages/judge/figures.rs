//! The figures an official report prints, recomputed from the hub's records, and held against what
//! was printed.

use std::collections::{BTreeMap, BTreeSet};

use super::counts::{Counts, Dossier, TEXT_PAGES};
use super::verdict::{Standing, Verdict};
use crate::config::figure::{Figure, PublishedFigure};
use crate::config::plan::RunPlan;
use crate::domain::catalogue::ProcedureLevel;
use crate::domain::dossier::FieldName;
use crate::domain::form_06a::Form06a;
use crate::domain::rules::r04_typed_twice::DuplicateReason;
use crate::domain::sync_ratio::{self, Previous, Span};
use crate::domain::text::fold;
use crate::reference::Reference;
use crate::stages::link::Linked;
use crate::stages::records::Records;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use rayon::prelude::*;

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
    /// Recomputed less published, both as far as the print goes.
    pub gap: Option<f64>,
    /// The system a published figure is about.
    pub system: usize,
    /// What a published figure is called, without its value.
    pub name: String,
}

impl FigureRow {
    fn new(dimension: &'static str, key: &str, figure: impl Into<String>, value: f64) -> Self {
        Self {
            dimension,
            key: key.to_owned(),
            figure: figure.into(),
            value: round2(value),
            published: None,
            source: None,
            gap: None,
            system: RunPlan::HUB,
            name: String::new(),
        }
    }

    fn printed(published: &PublishedFigure, value: f64) -> Self {
        // A share is held against the print as far as the print goes, rounded once: 99.34 ties with 99.3.
        let scale = 10f64.powi(published.decimals);
        let gap = round2((value * scale).round() / scale - published.value);
        let sync = !published.figure.is_of_dossiers() && !published.figure.is_of_catalogue();
        Self {
            published: Some(published.value),
            source: Some(published.source.clone()),
            gap: Some(gap),
            system: if sync { published.system } else { RunPlan::HUB },
            name: published.name(),
            ..Self::new("published", &described(published), published.figure.code(), value)
        }
    }
}

/// One line of form II.06a.
#[derive(Debug, Clone, PartialEq)]
pub struct FormRow {
    pub dimension: &'static str,
    pub key: String,
    /// Of the unit or the procedure.
    pub name: Option<String>,
    pub form: Form06a,
    pub withdrawn: u64,
    /// Working days from receipt to end.
    pub mean_days: Option<f64>,
    pub late_with_apology: u64,
    pub late_without_apology: u64,
}

/// What is told of a night in numbers.
#[derive(Debug, Default)]
pub struct Figures {
    /// Sorted by dimension, key and figure; then the published ones in the pipeline's order.
    pub rows: Vec<FigureRow>,
    pub forms: Vec<FormRow>,
}

/// What the figures are made of, collected from the records of a part of the night; parts add up.
#[derive(Debug, Default)]
pub struct Tallied {
    pages: BTreeMap<OwnPage, Counts>,
    /// One per published figure.
    published: Vec<Counts>,
    /// The name of a unit or procedure, behind the code of the record that says it.
    names: BTreeMap<OwnPage, (String, String)>,
    /// Per portal.
    synced: BTreeMap<usize, Synced>,
}

/// Dimension and key.
type OwnPage = (&'static str, String);

impl Tallied {
    pub fn add(&mut self, other: Self) {
        let Self { pages, published, names, synced } = other;
        for (page, counts) in pages {
            self.pages.entry(page).or_default().add(&counts);
        }
        self.published.resize(self.published.len().max(published.len()), Counts::default());
        self.published.iter_mut().zip(&published).for_each(|(mine, theirs)| mine.add(theirs));
        for (page, name) in names {
            let known = self.names.entry(page).or_insert_with(|| name.clone());
            if name.0 < known.0 {
                *known = name;
            }
        }
        for (system, Synced { synced, portal }) in synced {
            let mine = self.synced.entry(system).or_default();
            mine.synced += synced;
            mine.portal += portal;
        }
    }
}

/// Counts what the figures are made of.
pub fn tally(
    plan: &RunPlan,
    reference: &Reference,
    linked: &Linked,
    records: &[Records<'_>],
    standings: &[Standing],
) -> Tallied {
    let systems = records.len();
    let clerk = Clerk { plan, reference, hub: &records[RunPlan::HUB], systems };
    let books: Vec<Book<'_>> = standings.par_chunks(CASES * systems).map(|cases| clerk.book(cases)).collect();
    let mut book = Book::new(plan);
    books.into_iter().for_each(|other| book.add(&other));
    debug_assert!(linked.cases.len() * systems == standings.len());
    let own = |(dimension, key): Page<'_>| (dimension, key.to_owned());
    let named = clerk.names().into_iter();
    Tallied {
        pages: book.pages.into_iter().map(|(page, counts)| (own(page), counts)).collect(),
        published: book.published,
        names: named.map(|(page, (code, name))| (own(page), (code.to_owned(), name.to_owned()))).collect(),
        synced: (0..systems)
            .filter_map(|system| Some((system, Synced::of(plan, linked, records, system)?)))
            .collect(),
    }
}

/// Every figure of what was counted.
pub fn figures(plan: &RunPlan, reference: &Reference, tallied: &Tallied) -> Figures {
    let Tallied { pages, published: counted, names, synced } = tallied;
    let catalogue = Procedures { plan, reference };
    let sync: Vec<Option<Sync>> =
        (0..plan.systems.len()).map(|system| Some(Sync::of(plan, synced.get(&system)?))).collect();
    let mut rows = Vec::new();
    for ((dimension, key), counts) in pages {
        let hub = &plan.systems[RunPlan::HUB];
        let told =
            |figure: &Figure| figure.is_of_dossiers() && figure.needs().is_none_or(|field| hub.maps(field));
        let of_dossiers = Figure::CHOICES.iter().filter(|(_, figure)| told(figure));
        rows.extend(
            of_dossiers.map(|(word, figure)| FigureRow::new(dimension, key, *word, counts.value(*figure))),
        );
        rows.extend(counts.mean_days().map(|days| FigureRow::new(dimension, key, "mean_days", days)));
        for (system, verdicts) in plan.systems.iter().zip(&counts.verdicts).skip(1) {
            let verdicts = Verdict::ALL.iter().zip(verdicts);
            rows.extend(verdicts.map(|(verdict, count)| {
                FigureRow::new(dimension, key, format!("{}_{}", system.name, verdict.code()), *count as f64)
            }));
        }
    }
    for (system, sync) in plan.systems.iter().zip(&sync) {
        rows.extend(sync.iter().flat_map(|sync| sync.rows(&system.name)));
    }
    rows.extend(catalogue.rows());
    rows.sort_by(|a, b| (a.dimension, &a.key, &a.figure).cmp(&(b.dimension, &b.key, &b.figure)));
    let printed = plan.published.iter().zip(counted);
    rows.extend(printed.filter_map(|(published, counts)| {
        Some(FigureRow::printed(published, catalogue.published(published, counts, &sync)?))
    }));
    // Without a status nothing is known to have ended, and a form would say that all is open.
    let pages = pages.iter().filter(|_| plan.systems[RunPlan::HUB].maps(FieldName::Status));
    let forms = pages.map(|(page, counts)| {
        counts.form_row((page.0, &page.1), names.get(page).map(|(_, name)| name.as_str()))
    });
    Figures { rows, forms: forms.collect() }
}

type Page<'a> = (&'static str, &'a str);

struct Book<'a> {
    pages: BTreeMap<Page<'a>, Counts>,
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

/// The pages of one dimension, while cases are entered.
#[derive(Default)]
struct Shelf<'a> {
    #[expect(
        clippy::disallowed_types,
        reason = "millions of look-ups; what is on the shelf is put in order after"
    )]
    places: std::collections::HashMap<&'a str, usize>,
    pages: Vec<(&'a str, Counts)>,
}

impl<'a> Shelf<'a> {
    fn page(&mut self, key: &'a str) -> &mut Counts {
        let place = *self.places.entry(key).or_insert_with(|| {
            self.pages.push((key, Counts::default()));
            self.pages.len() - 1
        });
        &mut self.pages[place].1
    }
}

struct Clerk<'a> {
    plan: &'a RunPlan,
    reference: &'a Reference,
    hub: &'a Records<'a>,
    systems: usize,
}

impl<'a> Clerk<'a> {
    /// The figures of some cases.
    fn book(&self, cases: &[Standing]) -> Book<'a> {
        let mut book = Book::new(self.plan);
        let mut total = Counts::default();
        let mut shelves = TEXT_PAGES.map(|_| Shelf::default());
        for case in cases.chunks_exact(self.systems) {
            let Some(row) = case[RunPlan::HUB].row else { continue };
            let dossier = Dossier::of(self.plan, self.reference, self.hub, row);
            total.enter(&dossier, case);
            for ((_, field), shelf) in TEXT_PAGES.iter().zip(&mut shelves) {
                if let Some(key) = self.hub.text(*field, row as usize) {
                    shelf.page(key).enter(&dossier, case);
                }
            }
            self.enter_published(&dossier, case, row, &mut book);
        }
        if total != Counts::default() {
            book.pages.insert(("total", ""), total);
        }
        for ((dimension, _), shelf) in TEXT_PAGES.iter().zip(shelves) {
            book.pages.extend(shelf.pages.into_iter().map(|(key, counts)| ((*dimension, key), counts)));
        }
        book
    }

    fn enter_published(&self, dossier: &Dossier, case: &[Standing], row: u32, book: &mut Book<'a>) {
        let text = |field| self.hub.text(field, row as usize);
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
                total.enter(dossier, case);
            }
        }
    }

    /// The names of units and procedures: the first that stands beside a code, behind the code of its record.
    fn names(&self) -> BTreeMap<Page<'a>, (&'a str, &'a str)> {
        let mut names = BTreeMap::new();
        for row in 0..self.hub.len() {
            for (dimension, code, name) in [
                ("unit", FieldName::Unit, FieldName::UnitName),
                ("procedure", FieldName::Procedure, FieldName::ProcedureName),
            ] {
                if let (Some(code), Some(name)) = (self.hub.text(code, row), self.hub.text(name, row)) {
                    let record = || self.hub.text(FieldName::Code, row).unwrap_or_default();
                    names.entry((dimension, code)).or_insert_with(|| (record(), name));
                }
            }
        }
        names
    }
}

/// Figures that are not those of dossiers.
struct Procedures<'a> {
    plan: &'a RunPlan,
    reference: &'a Reference,
}

impl Procedures<'_> {
    /// `None` where the feeds cannot answer: a portal's figures need a healthy portal.
    fn published(&self, published: &PublishedFigure, counts: &Counts, sync: &[Option<Sync>]) -> Option<f64> {
        let figure = published.figure;
        if figure.is_of_dossiers() {
            return Some(counts.value(figure));
        }
        if figure.is_of_catalogue() {
            let levels = published.level.as_deref();
            return Some(
                self.of_catalogue(figure, |level| levels.is_none_or(|l| l.iter().any(|l| l == level))),
            );
        }
        Some(sync.get(published.system)?.as_ref()?.value(figure))
    }

    fn rows(&self) -> Vec<FigureRow> {
        if self.reference.catalogue.is_none() {
            return Vec::new();
        }
        let levels = ProcedureLevel::ALL.map(ProcedureLevel::code);
        let figures = Figure::CHOICES.iter().filter(|(_, figure)| figure.is_of_catalogue());
        figures
            .flat_map(|(word, figure)| {
                [""].into_iter().chain(levels).map(|wanted| {
                    let value = self.of_catalogue(*figure, |level| wanted.is_empty() || wanted == level);
                    FigureRow::new("catalogue", wanted, *word, value)
                })
            })
            .collect()
    }

    /// What the catalogue holds at the end of the period, or what decisions changed within it.
    fn of_catalogue(&self, figure: Figure, wanted: impl Fn(&str) -> bool) -> f64 {
        let Some(catalogue) = &self.reference.catalogue else { return 0.0 };
        let (from, to) = self.plan.period.unwrap_or((NaiveDate::MIN, self.plan.as_of.date()));
        if figure == Figure::Procedures {
            let levels = catalogue.in_force(to).into_iter().filter(|(level, _)| wanted(level.code()));
            return levels.map(|(_, count)| count).sum::<usize>() as f64;
        }
        let churn = catalogue.churn(from, to, |level| wanted(level.code()));
        let count = match figure {
            Figure::ProceduresNew => churn.new,
            Figure::ProceduresAmended => churn.amended,
            _ => churn.abolished,
        };
        count as f64
    }
}

/// Records of a portal, and those of them that the hub knows.
#[derive(Debug, Default)]
struct Synced {
    synced: u64,
    portal: u64,
}

impl Synced {
    /// Of a portal: its records received within the period, duplicates of one night and all, and those of them that
    /// the hub knows. One-way synchronisation counts [S].
    fn of(plan: &RunPlan, linked: &Linked, records: &[Records<'_>], system: usize) -> Option<Self> {
        use crate::config::plan::Role;
        let healthy = |system: usize| linked.systems[system].is_healthy();
        if plan.systems[system].role != Role::Portal || !healthy(system) || !healthy(RunPlan::HUB) {
            return None;
        }
        // What a file of an earlier night said again is no dossier more.
        let again: BTreeSet<u32> = linked
            .duplicates
            .iter()
            .filter(|duplicate| duplicate.system == system && duplicate.kind == DuplicateReason::Superseded)
            .map(|duplicate| duplicate.row)
            .collect();
        let within = |row: usize| {
            let Some((from, to)) = plan.period else { return true };
            let received = records[system].moment(FieldName::ReceivedAt, row);
            received.is_some_and(|at| at >= from.and_time(NaiveTime::MIN) && at.date() <= to)
        };
        let known = |row: usize| {
            let case = linked.case_of[system][row] as usize;
            linked.cases.of(case).next().is_some_and(|(first, _)| first == RunPlan::HUB)
        };
        let rows = (0..records[system].len()).filter(|row| within(*row) && !again.contains(&(*row as u32)));
        let (mut synced, mut portal) = (0, 0);
        for row in rows {
            portal += 1;
            synced += u64::from(known(row));
        }
        Some(Self { synced, portal })
    }
}

/// The three numbers of index 1.4 of QĐ 766, and the ratio.
struct Sync {
    synced: u64,
    reported: Option<u64>,
    portal: u64,
    ratio: f64,
}

impl Sync {
    fn of(plan: &RunPlan, synced: &Synced) -> Self {
        let Synced { synced, portal } = *synced;
        let ratio = sync_ratio::ratio(synced, plan.reported, portal, previous(plan));
        Self { synced, reported: plan.reported, portal, ratio: ratio.percent }
    }

    fn rows(&self, name: &str) -> Vec<FigureRow> {
        let figures = [Figure::SyncRatio, Figure::SyncSynced, Figure::SyncReported, Figure::SyncPortal];
        figures
            .into_iter()
            .filter(|figure| *figure != Figure::SyncReported || self.reported.is_some())
            .map(|figure| FigureRow::new("sync", name, figure.code(), self.value(figure)))
            .collect()
    }

    fn value(&self, figure: Figure) -> f64 {
        match figure {
            Figure::SyncRatio => self.ratio,
            Figure::SyncSynced => self.synced as f64,
            Figure::SyncReported => self.reported.unwrap_or_default() as f64,
            Figure::SyncPortal => self.portal as f64,
            _ => 0.0,
        }
    }
}

/// What the year before counted, for a period of a month, a quarter or a year.
fn previous(plan: &RunPlan) -> Option<Previous> {
    let (from, to) = plan.period?;
    let span = match (to - from).num_days() {
        ..=31 => Span::Month,
        32..=92 => Span::Quarter,
        _ => Span::Year,
    };
    Some(Previous { dossiers: plan.previous_year?, span })
}

/// The filters of a published figure in words.
pub fn described(published: &PublishedFigure) -> String {
    let mut parts = Vec::new();
    parts.extend(published.level.as_ref().map(|levels| levels.join("+")));
    parts.extend(published.field.clone());
    parts.extend(published.channel.clone());
    parts.join(", ")
}

pub fn round2(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The end of the period, else of the night: the first moment after it.
pub fn closes(plan: &RunPlan) -> chrono::NaiveDateTime {
    plan.period.map_or(plan.as_of, |(_, to)| to.and_time(NaiveTime::MIN) + TimeDelta::days(1))
}

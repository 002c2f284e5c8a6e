//! What a run over tables says on the terminal, in two languages, and to machines.

use std::cmp::Ordering;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::judge::Part;
use super::learnt::{RuleLine, Training, candidates, names, rule_lines, rule_table};
use super::read::{FieldStanding, Refused, TableRows};
use super::words::OwnWords;
use super::write::{Night, Standing};
use super::{shown, table_names};
use crate::config::tables::{TablesPlan, ValueKind};
use crate::engine::linkage::decide::Judged;
use crate::engine::linkage::verdict::Verdict;
use crate::report::text_table::{TextTable, thousands};
use crate::report::words::Words;
use crate::report::workbook::Lang;

/// A run over tables.
#[derive(Debug, Serialize)]
#[must_use]
pub struct TablesReport {
    pub title: String,
    pub as_of: String,
    pub run_id: String,
    pub feeds: Vec<FeedLine>,
    pub fields: Vec<FieldLine>,
    pub tables: Vec<Standing>,
    pub pairs: Vec<PairLine>,
    pub clusters: u64,
    pub out: String,
    pub names: Vec<&'static str>,
    pub run_date: String,
    pub manifest: String,
}

#[derive(Debug, Serialize)]
pub struct FeedLine {
    pub table: String,
    pub file: String,
    pub rows: u64,
    pub accepted: u64,
    pub quarantined: u64,
    pub lost_cells: u64,
}

/// A field of one table: what its column held.
#[derive(Debug, Serialize)]
pub struct FieldLine {
    pub table: String,
    pub field: String,
    pub column: String,
    /// Records that have a value.
    pub filled: u64,
    pub lost_cells: u64,
    /// Of a column of numbers, the decimal sign by which it was read.
    pub decimal: Option<char>,
    /// Numbers that could be read with either sign.
    pub either_way: u64,
    /// The pipeline, or the other numbers of the column, say which sign it is.
    pub is_sign_known: bool,
}

/// Two tables, or one with itself.
#[derive(Debug, Serialize)]
pub struct PairLine {
    pub left: String,
    pub right: String,
    pub linked: u64,
    pub certain: u64,
    pub ambiguous: u64,
    pub threshold: f64,
    pub expected_matches: f64,
    pub training: Training,
    pub blocking: Vec<RuleLine>,
    pub candidate_pairs: u64,
    pub all_pairs: f64,
    /// The strongest and the weakest linked pair, and the ambiguous pairs nearest to a link.
    pub examples: Vec<Example>,
}

#[derive(Debug, Serialize)]
pub struct Example {
    pub state: &'static str,
    pub left: String,
    pub right: String,
    pub weight: f64,
    pub probability: f64,
    pub margin: Option<f64>,
}

/// Pairs shown of each kind.
const SHOWN: usize = 3;

impl TablesReport {
    pub fn new(night: &Night<'_>, run_id: &str, out: &Path, manifest: &Path) -> Self {
        let Night { plan, read, ready: _, linked, links: _, standings } = night;
        let lost = |table: usize, file: &str| {
            let of = |entry: &&Refused| entry.table == table && !entry.is_row && entry.file == file;
            read.quarantine.iter().filter(of).count() as u64
        };
        let feeds = read
            .tables
            .iter()
            .enumerate()
            .flat_map(|(at, table)| table.feeds.iter().map(move |feed| (at, table, feed)));
        Self {
            title: plan.title.clone(),
            as_of: plan.as_of.to_string(),
            run_id: run_id.to_owned(),
            feeds: feeds
                .map(|(at, table, feed)| FeedLine {
                    table: table.name.clone(),
                    file: feed.file.clone(),
                    rows: feed.rows,
                    accepted: feed.rows - feed.quarantined,
                    quarantined: feed.quarantined,
                    lost_cells: lost(at, &feed.file),
                })
                .collect(),
            fields: read
                .tables
                .iter()
                .enumerate()
                .flat_map(|(at, table)| field_lines(plan, at, table))
                .collect(),
            tables: standings.clone(),
            pairs: linked.parts.iter().map(|part| pair_line(night, part)).collect(),
            clusters: linked.clusters.starts.parts() as u64,
            out: shown(out),
            names: table_names(),
            run_date: plan.as_of.date().to_string(),
            manifest: shown(manifest),
        }
    }

    /// The report in words.
    pub fn text(&self, lang: Lang) -> TablesText<'_> {
        TablesText { report: self, lang }
    }
}

fn field_lines<'r>(
    plan: &TablesPlan,
    at: usize,
    table: &'r TableRows,
) -> impl Iterator<Item = FieldLine> + use<'r> {
    let kinds: Vec<ValueKind> =
        plan.tables[at].columns.iter().map(|column| plan.fields[column.field].kind).collect();
    table.fields.iter().zip(kinds).map(|(standing, kind)| {
        let FieldStanding { field, column, filled, lost, either_way, reading } = standing;
        FieldLine {
            table: table.name.clone(),
            field: field.clone(),
            column: column.clone(),
            filled: *filled,
            lost_cells: *lost,
            decimal: (kind == ValueKind::Number).then(|| reading.sign.mark()),
            either_way: *either_way,
            is_sign_known: reading.is_known,
        }
    })
}

fn pair_line(night: &Night<'_>, part: &Part) -> PairLine {
    let (left, right) = (&night.read.tables[part.tables.0], &night.read.tables[part.tables.1]);
    let of = |linked: bool| part.outcome.pairs.iter().filter(move |p| p.verdict.is_linked() == linked);
    let all = of(true).count();
    let strongest = first(of(true), SHOWN, |a, b| b.bits.total_cmp(&a.bits));
    let mut weakest = first(of(true), SHOWN.min(all.saturating_sub(SHOWN)), |a, b| a.bits.total_cmp(&b.bits));
    weakest.reverse();
    let open = first(of(false), SHOWN, |a, b| {
        b.probability.total_cmp(&a.probability).then(b.bits.total_cmp(&a.bits))
    });
    let shown = strongest.iter().chain(&weakest).chain(&open);
    let example = |pair: &&Judged| Example {
        state: pair.verdict.name(),
        left: left.id(pair.left).to_owned(),
        right: right.id(pair.right).to_owned(),
        weight: pair.bits,
        probability: pair.probability,
        margin: pair.runner_up.map(|other| other.margin),
    };
    let model = &part.model;
    PairLine {
        left: left.name.clone(),
        right: right.name.clone(),
        linked: all as u64,
        certain: of(true).filter(|pair| pair.certain).count() as u64,
        ambiguous: of(false).filter(|pair| pair.verdict != Verdict::Unlinked).count() as u64,
        threshold: part.outcome.threshold,
        expected_matches: part.outcome.expected_matches,
        training: Training::of(model, !night.linked.given_model, part.outcome.other_data),
        blocking: rule_lines(&part.blocking),
        candidate_pairs: part.blocking.pairs,
        all_pairs: part.blocking.all_pairs,
        examples: shown.map(example).collect(),
    }
}

/// The first pairs in an order; ties stand in the order of ids.
fn first<'p>(
    pairs: impl Iterator<Item = &'p Judged>,
    most: usize,
    order: impl Fn(&Judged, &Judged) -> Ordering,
) -> Vec<&'p Judged> {
    let mut best: Vec<&Judged> = Vec::with_capacity(most + 1);
    for pair in pairs {
        let at = best.partition_point(|known| order(known, pair) != Ordering::Greater);
        if at < most {
            best.insert(at, pair);
            best.truncate(most);
        }
    }
    best
}

/// What a reader of the report has to know of a field.
fn note(line: &FieldLine, own: &OwnWords) -> Option<String> {
    let count = thousands(line.either_way);
    match line {
        FieldLine { filled: 0, .. } => Some(own.no_value.to_owned()),
        FieldLine { either_way: 0, .. } | FieldLine { is_sign_known: true, decimal: Some('.'), .. } => None,
        FieldLine { is_sign_known: true, .. } => Some(format!("{count} {}", own.as_thousands)),
        FieldLine { is_sign_known: false, .. } => Some(format!("{count} {}", own.either_way)),
    }
}

/// A report and the language it is read in.
pub struct TablesText<'r> {
    report: &'r TablesReport,
    lang: Lang,
}

impl fmt::Display for TablesText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (report, words) = (self.report, Words::of(self.lang));
        let own = OwnWords::of(self.lang);
        writeln!(f, "{}", report.title)?;
        writeln!(f, "{} {} · {} {}\n", words.as_of, report.as_of, words.run, report.run_id)?;
        self.feeds(f, words, own)?;
        self.fields(f, own)?;
        self.records(f, words, own)?;
        self.pairs(f, words, own)?;
        writeln!(f, "{}", words.outputs)?;
        let partition = format!("run_date={}", report.run_date);
        let names = report.names.join("|");
        writeln!(f, "  {}: {}/<{names}>/{partition}/part-0000.parquet", words.tables, report.out)?;
        writeln!(f, "  {}: {}", words.manifest, report.manifest)
    }
}

impl TablesText<'_> {
    fn feeds(&self, f: &mut fmt::Formatter<'_>, words: &Words, own: &OwnWords) -> fmt::Result {
        let heading = [own.table, words.file, words.rows, words.accepted, words.quarantined, own.lost_cells];
        let mut table = TextTable::new(&heading);
        for FeedLine { table: name, file, rows, accepted, quarantined, lost_cells } in &self.report.feeds {
            let numbers = [rows, accepted, quarantined, lost_cells].map(|count| thousands(*count));
            table.row([name.clone(), file.clone()].into_iter().chain(numbers).collect());
        }
        writeln!(f, "{}\n{table}", words.feeds)
    }

    fn fields(&self, f: &mut fmt::Formatter<'_>, own: &OwnWords) -> fmt::Result {
        let mut table = TextTable::new(&[own.table, own.field, own.column, own.filled, own.lost_cells]);
        let mut notes = Vec::new();
        for line in &self.report.fields {
            let FieldLine { table: of, field, column, filled, lost_cells, .. } = line;
            let numbers = [filled, lost_cells].map(|count| thousands(*count));
            table.row([of.clone(), field.clone(), column.clone()].into_iter().chain(numbers).collect());
            notes.extend(note(line, own).map(|note| format!("  {of}.{field}: {note}\n")));
        }
        writeln!(f, "{}\n{table}{}", own.fields, notes.concat())
    }

    fn records(&self, f: &mut fmt::Formatter<'_>, words: &Words, own: &OwnWords) -> fmt::Result {
        let heading =
            [own.table, words.accepted, own.repeated_ids, own.linked, words.ambiguous, own.unlinked];
        let mut table = TextTable::new(&heading);
        for standing in &self.report.tables {
            let Standing { table: name, accepted, repeated_ids, linked, ambiguous, unlinked, .. } = standing;
            let numbers =
                [accepted, repeated_ids, linked, ambiguous, unlinked].map(|count| thousands(*count));
            table.row([name.clone()].into_iter().chain(numbers).collect());
        }
        let clusters = thousands(self.report.clusters);
        writeln!(f, "{}\n{table}  {clusters} {}\n", own.records, own.clusters)
    }

    fn pairs(&self, f: &mut fmt::Formatter<'_>, words: &Words, own: &OwnWords) -> fmt::Result {
        let heading =
            [own.tables_pair, own.linked, own.certain, words.ambiguous, own.threshold, own.expected];
        let mut table = TextTable::new(&heading);
        for pair in &self.report.pairs {
            let numbers = [pair.linked, pair.certain, pair.ambiguous].map(thousands);
            let rest = [format!("{:.3}", pair.threshold), format!("{:.0}", pair.expected_matches)];
            let name = names(&pair.left, &pair.right);
            table.row([name].into_iter().chain(numbers).chain(rest).collect());
        }
        writeln!(f, "{}\n{table}", own.links)?;
        for pair in &self.report.pairs {
            let name = names(&pair.left, &pair.right);
            writeln!(f, "{} · {name}\n  {}\n", own.model, pair.training.line(own))?;
            write!(f, "{} · {name}\n{}", own.blocking, rule_table(&pair.blocking, own))?;
            writeln!(f, "  {}\n", candidates(&pair.blocking, pair.candidate_pairs, pair.all_pairs, own))?;
            let heading = [own.state, own.left, own.right, own.weight, own.probability, own.margin];
            let mut table = TextTable::new(&heading);
            for Example { state, left, right, weight, probability, margin } in &pair.examples {
                let margin = margin.map_or_else(String::new, |margin| {
                    format!("{:.1}", (margin * 10.0).round() / 10.0 + 0.0)
                });
                let numbers = [format!("{weight:.1}"), format!("{probability:.6}"), margin];
                let words = [(*state).to_owned(), left.clone(), right.clone()];
                table.row(words.into_iter().chain(numbers).collect());
            }
            writeln!(f, "{} · {name}\n{table}", own.examples)?;
        }
        Ok(())
    }
}

//! What a run over tables says on the terminal, in two languages, and to machines.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::write::{Night, Standing, standings};
use super::{shown, table_names};
use crate::config::tables::TablesPlan;
use crate::engine::linkage::cost::Blocking;
use crate::engine::linkage::decide::Judged;
use crate::engine::linkage::model::Model;
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

/// Where the model comes from.
#[derive(Debug, Serialize)]
pub struct Training {
    /// Learnt from these tables, rather than read from a file.
    pub tonight: bool,
    /// A model from a file that was learnt from other rows.
    pub other_data: bool,
    pub converged: bool,
    pub rounds: u32,
    pub pairs: u64,
    pub rows: u64,
    /// Comparisons that no blocking rule leaves out: their m may be too high.
    pub seen_through_block: Vec<String>,
}

/// One blocking rule. Keys are never shown.
#[derive(Debug, Serialize)]
pub struct RuleLine {
    pub rule: String,
    pub blocks: u64,
    pub pairs: u64,
    /// Pairs that no earlier rule gives.
    pub new_pairs: u64,
    /// Pairs of the largest block.
    pub largest: u64,
    pub placeholders: u64,
    pub split: u64,
    pub narrowed: u64,
    pub refused: u64,
    pub refused_pairs: u64,
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
        let Night { plan, read, linked } = night;
        let lost = |table: usize, file: &str| {
            let of =
                |entry: &&super::read::Refused| entry.table == table && !entry.is_row && entry.file == file;
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
            tables: standings(night),
            pairs: linked.parts.iter().map(|part| pair_line(night, part)).collect(),
            clusters: linked.clusters.len() as u64,
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

fn pair_line(night: &Night<'_>, part: &super::judge::Part) -> PairLine {
    let (left, right) = (&night.read.tables[part.tables.0], &night.read.tables[part.tables.1]);
    let of = |linked: bool| part.pairs.iter().filter(move |pair| pair.verdict.is_linked() == linked);
    let (mut linked, mut open): (Vec<&Judged>, Vec<&Judged>) = (of(true).collect(), of(false).collect());
    // Ties stand in the order of ids.
    let heavier = |a: &&Judged, b: &&Judged| b.bits.total_cmp(&a.bits);
    linked.sort_by(heavier);
    open.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(heavier(a, b)));
    let weakest = linked.iter().rev().take(SHOWN.min(linked.len().saturating_sub(SHOWN))).rev();
    let shown = linked.iter().take(SHOWN).chain(weakest).chain(open.iter().take(SHOWN));
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
        linked: linked.len() as u64,
        certain: part.pairs.iter().filter(|pair| pair.certain).count() as u64,
        ambiguous: part.pairs.iter().filter(|pair| matches!(pair.verdict, Verdict::Ambiguous(_))).count()
            as u64,
        threshold: part.outcome.threshold,
        expected_matches: part.outcome.expected_matches,
        training: Training::of(model, !night.linked.given_model, part.outcome.other_data),
        blocking: rule_lines(&part.blocking),
        candidate_pairs: part.blocking.pairs,
        all_pairs: part.blocking.all_pairs,
        examples: shown.map(example).collect(),
    }
}

impl Training {
    fn of(model: &Model, tonight: bool, other_data: bool) -> Self {
        let seen = model.comparison.iter().filter(|c| c.m_seen_through_its_block);
        Self {
            tonight,
            other_data,
            converged: model.converged,
            rounds: model.rounds,
            pairs: model.trained_on_pairs,
            rows: model.rows,
            seen_through_block: seen.map(|c| c.name.clone()).collect(),
        }
    }

    fn line(&self, own: &OwnWords) -> String {
        let source = if self.tonight { own.tonight } else { own.from_file };
        let rest = if self.converged { own.converged } else { own.not_converged };
        let rounds = format!("{} {}", self.rounds, own.rounds);
        let mut line = format!("{source}: {rest}, {rounds}, {} {}", thousands(self.pairs), own.pairs);
        if self.other_data {
            line.push_str(&format!("; {}", own.other_data));
        }
        if !self.seen_through_block.is_empty() {
            line.push_str(&format!("; {}: {}", own.seen, self.seen_through_block.join(", ")));
        }
        line
    }
}

fn rule_lines(blocking: &Blocking) -> Vec<RuleLine> {
    let line = |(rule, new_pairs): (&crate::engine::linkage::block_rule::RuleReport, &u64)| RuleLine {
        rule: rule.rule.clone(),
        blocks: rule.blocks,
        pairs: rule.pairs,
        new_pairs: *new_pairs,
        largest: rule.largest.first().map_or(0, |block| block.pairs),
        placeholders: rule.placeholders,
        split: rule.split,
        narrowed: rule.narrowed,
        refused: rule.refused,
        refused_pairs: rule.refused_pairs,
    };
    blocking.rules.iter().zip(&blocking.new_pairs).map(line).collect()
}

/// What the blocking rules give, before anything is scored.
#[derive(Debug, Serialize)]
pub struct BlockingReport {
    pub pairs: Vec<BlockingLine>,
}

#[derive(Debug, Serialize)]
pub struct BlockingLine {
    pub left: String,
    pub right: String,
    pub rules: Vec<RuleLine>,
    pub candidate_pairs: u64,
    pub all_pairs: f64,
    /// The most comparisons of two values, training included.
    pub comparisons: u64,
    /// Memory of the pairs, where they are kept.
    pub bytes: u64,
}

impl BlockingReport {
    pub fn new(plan: &TablesPlan, all: &[((usize, usize), Blocking)]) -> Self {
        let name = |at: usize| plan.tables.get(at).map_or_else(String::new, |table| table.name.clone());
        let line = |((left, right), blocking): &((usize, usize), Blocking)| BlockingLine {
            left: name(*left),
            right: name(*right),
            rules: rule_lines(blocking),
            candidate_pairs: blocking.pairs,
            all_pairs: blocking.all_pairs,
            comparisons: blocking.comparisons,
            bytes: blocking.bytes,
        };
        Self { pairs: all.iter().map(line).collect() }
    }
}

impl fmt::Display for BlockingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.pairs {
            let BlockingLine { left, right, rules, candidate_pairs, all_pairs, comparisons, bytes } = line;
            write!(f, "{}\n{}", names(left, right), rule_table(rules, &ENGLISH))?;
            writeln!(f, "  {}", candidates(*candidate_pairs, *all_pairs, &ENGLISH))?;
            let memory = bytes.div_ceil(1 << 20);
            writeln!(f, "  {} values compared at most, {memory} MB of pairs kept", thousands(*comparisons))?;
        }
        Ok(())
    }
}

/// What training learnt.
#[derive(Debug, Serialize)]
pub struct TrainReport {
    pub model: String,
    pub pairs: Vec<TrainLine>,
}

#[derive(Debug, Serialize)]
pub struct TrainLine {
    pub left: String,
    pub right: String,
    pub training: Training,
    pub levels: Vec<LevelLine>,
}

#[derive(Debug, Serialize)]
pub struct LevelLine {
    pub comparison: String,
    pub level: String,
    pub m: f64,
    pub u: f64,
    pub bits: f64,
}

impl TrainReport {
    pub fn new(plan: &TablesPlan, pairs: &[(usize, usize)], models: &[Model], file: &Path) -> Self {
        let name = |at: usize| plan.tables.get(at).map_or_else(String::new, |table| table.name.clone());
        let line = |((left, right), model): (&(usize, usize), &Model)| TrainLine {
            left: name(*left),
            right: name(*right),
            training: Training::of(model, true, false),
            levels: levels(model),
        };
        Self { model: shown(file), pairs: pairs.iter().zip(models).map(line).collect() }
    }
}

fn levels(model: &Model) -> Vec<LevelLine> {
    let of = |comparison: &crate::engine::linkage::model::ComparisonModel| {
        let level = |level: &crate::engine::linkage::model::LevelModel| LevelLine {
            comparison: comparison.name.clone(),
            level: level.name.clone(),
            m: level.m,
            u: level.u,
            bits: level.bits,
        };
        comparison.level.iter().map(level).collect::<Vec<_>>()
    };
    model.comparison.iter().flat_map(of).collect()
}

impl fmt::Display for TrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, pairs } = self;
        for TrainLine { left, right, training, levels } in pairs {
            let mut table = TextTable::new(&["comparison", "level", "m", "u", "bits"]);
            for LevelLine { comparison, level, m, u, bits } in levels {
                let numbers = [format!("{m:.6}"), format!("{u:.6}"), format!("{bits:.2}")];
                table.row([comparison.clone(), level.clone()].into_iter().chain(numbers).collect());
            }
            write!(f, "{}\n{table}", names(left, right))?;
            writeln!(f, "  {}", training.line(&ENGLISH))?;
        }
        writeln!(f, "model: {model}")
    }
}

fn names(left: &str, right: &str) -> String {
    if left == right { left.to_owned() } else { format!("{left} + {right}") }
}

/// Words beside those of the night report.
struct OwnWords {
    table: &'static str,
    lost_cells: &'static str,
    records: &'static str,
    linked: &'static str,
    certain: &'static str,
    unlinked: &'static str,
    links: &'static str,
    tables_pair: &'static str,
    threshold: &'static str,
    expected: &'static str,
    clusters: &'static str,
    blocking: &'static str,
    rule: &'static str,
    blocks: &'static str,
    pairs: &'static str,
    new_pairs: &'static str,
    largest: &'static str,
    refused: &'static str,
    candidates: &'static str,
    model: &'static str,
    tonight: &'static str,
    from_file: &'static str,
    converged: &'static str,
    not_converged: &'static str,
    rounds: &'static str,
    other_data: &'static str,
    seen: &'static str,
    examples: &'static str,
    state: &'static str,
    left: &'static str,
    right: &'static str,
    weight: &'static str,
    probability: &'static str,
    margin: &'static str,
}

const ENGLISH: OwnWords = OwnWords {
    table: "table",
    lost_cells: "cells lost",
    records: "RECORDS",
    linked: "linked",
    certain: "certain",
    unlinked: "unlinked",
    links: "PAIRS",
    tables_pair: "tables",
    threshold: "linked from",
    expected: "matches expected",
    clusters: "clusters of two and more",
    blocking: "BLOCKING",
    rule: "rule",
    blocks: "blocks",
    pairs: "pairs",
    new_pairs: "new pairs",
    largest: "largest block",
    refused: "refused pairs",
    candidates: "pairs to score, of",
    model: "MODEL",
    tonight: "trained on these tables",
    from_file: "from the model file",
    converged: "converged",
    not_converged: "NOT converged",
    rounds: "rounds",
    other_data: "trained on other rows",
    seen: "every blocking rule looks at",
    examples: "STRONGEST, WEAKEST AND AMBIGUOUS",
    state: "state",
    left: "left",
    right: "right",
    weight: "weight",
    probability: "probability",
    margin: "margin",
};

const VIETNAMESE: OwnWords = OwnWords {
    table: "bảng",
    lost_cells: "ô mất",
    records: "BẢN GHI",
    linked: "ghép",
    certain: "chắc chắn",
    unlinked: "không ghép",
    links: "CẶP",
    tables_pair: "bảng",
    threshold: "ghép từ",
    expected: "cặp khớp dự kiến",
    clusters: "nhóm từ hai bản ghi",
    blocking: "TẠO KHỐI",
    rule: "quy tắc",
    blocks: "khối",
    pairs: "cặp",
    new_pairs: "cặp mới",
    largest: "khối lớn nhất",
    refused: "cặp bị bỏ",
    candidates: "cặp được chấm, trong",
    model: "MÔ HÌNH",
    tonight: "học từ các bảng này",
    from_file: "từ tệp mô hình",
    converged: "đã hội tụ",
    not_converged: "CHƯA hội tụ",
    rounds: "vòng",
    other_data: "học từ dữ liệu khác",
    seen: "mọi quy tắc tạo khối đều dùng",
    examples: "MẠNH NHẤT, YẾU NHẤT VÀ CHƯA RÕ",
    state: "kết luận",
    left: "bên trái",
    right: "bên phải",
    weight: "trọng số",
    probability: "xác suất",
    margin: "cách biệt",
};

fn rule_table(rules: &[RuleLine], own: &OwnWords) -> TextTable {
    let heading = [own.rule, own.blocks, own.pairs, own.new_pairs, own.largest, own.refused];
    let mut table = TextTable::new(&heading);
    for line in rules {
        let RuleLine { rule, blocks, pairs, new_pairs, largest, refused_pairs, .. } = line;
        let numbers = [blocks, pairs, new_pairs, largest, refused_pairs].map(|count| thousands(*count));
        table.row([rule.clone()].into_iter().chain(numbers).collect());
    }
    table
}

fn candidates(pairs: u64, all: f64, own: &OwnWords) -> String {
    format!("{} {} {}", thousands(pairs), own.candidates, thousands(all as u64))
}

/// A report and the language it is read in.
pub struct TablesText<'r> {
    report: &'r TablesReport,
    lang: Lang,
}

impl fmt::Display for TablesText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (report, words) = (self.report, Words::of(self.lang));
        let own = match self.lang {
            Lang::En => &ENGLISH,
            Lang::Vi => &VIETNAMESE,
        };
        writeln!(f, "{}", report.title)?;
        writeln!(f, "{} {} · {} {}\n", words.as_of, report.as_of, words.run, report.run_id)?;
        self.feeds(f, words, own)?;
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

    fn records(&self, f: &mut fmt::Formatter<'_>, words: &Words, own: &OwnWords) -> fmt::Result {
        let heading = [own.table, words.accepted, own.linked, words.ambiguous, own.unlinked];
        let mut table = TextTable::new(&heading);
        for standing in &self.report.tables {
            let Standing { table: name, accepted, linked, ambiguous, unlinked, .. } = standing;
            let numbers = [accepted, linked, ambiguous, unlinked].map(|count| thousands(*count));
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
            writeln!(f, "  {}\n", candidates(pair.candidate_pairs, pair.all_pairs, own))?;
            let heading = [own.state, own.left, own.right, own.weight, own.probability, own.margin];
            let mut table = TextTable::new(&heading);
            for Example { state, left, right, weight, probability, margin } in &pair.examples {
                let margin = margin.map_or_else(String::new, |margin| format!("{margin:.1}"));
                let numbers = [format!("{weight:.1}"), format!("{probability:.6}"), margin];
                let words = [(*state).to_owned(), left.clone(), right.clone()];
                table.row(words.into_iter().chain(numbers).collect());
            }
            writeln!(f, "{} · {name}\n{table}", own.examples)?;
        }
        Ok(())
    }
}

//! The night report: what a person on duty reads, and its JSON twin for machines.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::memory_line::MemoryLine;
use super::text_table::{TextTable, thousands};
use super::words::Words;
use super::workbook::Lang;
use crate::config::plan::RunPlan;
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::parts::memory::Memory;
use crate::run::Told;
use crate::stages::judge::verdict::Verdict;
use crate::stages::judge::{Finding, Judged};
use crate::stages::link::Drifted;
use crate::stages::normalise::SystemRecords;
use crate::stages::normalise::feed::FeedAccount;
use crate::stages::write;

#[derive(Debug, Clone, Serialize)]
pub struct NightReport {
    pub title: String,
    pub run_id: String,
    pub as_of: String,
    pub feeds: Vec<FeedLine>,
    pub rungs: Vec<String>,
    pub links: Vec<LinkLine>,
    pub cases: u64,
    pub duplicates: u64,
    /// Groups of records with one key that were too large to be compared pair by pair.
    pub skipped_groups: u64,
    /// Where the data have moved away from the model of the scored rung.
    pub drifted: Vec<DriftLine>,
    pub verdicts: Vec<VerdictLine>,
    pub findings: Vec<FindingLine>,
    /// Findings neither expected nor explained, by severity.
    pub severities: BTreeMap<&'static str, u64>,
    pub published: Vec<PublishedLine>,
    pub out: String,
    pub tables: Vec<&'static str>,
    pub run_date: String,
    pub manifest: String,
    pub memory: Memory,
}

#[derive(Debug, Clone, Serialize)]
pub struct FeedLine {
    pub system: String,
    pub file: String,
    pub rows: u64,
    pub accepted: u64,
    pub quarantined: u64,
    pub health: &'static str,
    pub reason: String,
    /// Mapped columns with cells that cannot be read, most of them first.
    pub lost: Vec<LostLine>,
}

/// From this share of unreadable cells on a column has a line in the report; table `feed_columns` has them all.
const WORTH_A_LINE: f64 = 0.01;

#[derive(Debug, Clone, Serialize)]
pub struct LostLine {
    pub column: String,
    pub field: &'static str,
    /// Cells that hold something.
    pub cells: u64,
    /// Of these, cells that cannot be read.
    pub unreadable: u64,
}

#[derive(Debug, Clone, Serialize)]
pub struct DriftLine {
    pub system: String,
    pub comparison: String,
    /// Share of matches that stand at another level than the model expects, 0 to 1.
    pub moved: f64,
}

#[derive(Debug, Clone, Serialize)]
pub struct LinkLine {
    pub system: String,
    /// In the order of the rungs.
    pub linked: Vec<u64>,
    pub ambiguous: u64,
}

#[derive(Debug, Clone, Serialize)]
pub struct VerdictLine {
    pub system: String,
    /// In the order of [`Verdict::ALL`].
    pub counts: [u64; 8],
}

#[derive(Debug, Clone, Serialize)]
pub struct FindingLine {
    pub rule: &'static str,
    pub kind: &'static str,
    pub severity: &'static str,
    pub real: u64,
    pub expected: u64,
    pub explained: u64,
}

#[derive(Debug, Clone, Serialize)]
pub struct PublishedLine {
    pub figure: String,
    pub of: String,
    pub published: f64,
    pub recomputed: f64,
    pub gap: f64,
}

/// What is counted of a night; parts of it add up.
#[derive(Debug, Clone)]
pub struct NightCounts {
    links: Vec<LinkLine>,
    cases: u64,
    duplicates: u64,
    skipped_groups: u64,
    drifted: Vec<DriftLine>,
    verdicts: Vec<VerdictLine>,
    findings: BTreeMap<FindingKind, FindingLine>,
    /// Findings neither expected nor explained.
    severities: BTreeMap<Severity, u64>,
}

impl NightCounts {
    /// Counts what was judged; of the findings those that `is_told` says.
    pub fn of(plan: &RunPlan, judged: &Judged, is_told: impl Fn(&Finding) -> bool) -> Self {
        let systems = plan.systems.iter().map(|system| system.name.clone());
        let mut verdicts: Vec<VerdictLine> =
            systems.map(|system| VerdictLine { system, counts: [0; 8] }).collect();
        for case in judged.standings.chunks_exact(plan.systems.len().max(1)) {
            for (line, standing) in verdicts.iter_mut().zip(case) {
                line.counts[standing.verdict as usize] += 1;
            }
        }
        let mut counts = Self {
            links: link_lines(plan, judged),
            cases: judged.linked.cases.len() as u64,
            duplicates: judged.linked.duplicates.len() as u64,
            skipped_groups: judged.linked.skipped_groups.len() as u64
                + judged.linked.refused
                + judged.blunt_keys,
            drifted: drift_lines(plan, judged),
            verdicts,
            findings: BTreeMap::new(),
            severities: BTreeMap::new(),
        };
        for finding in judged.findings.iter().filter(|finding| is_told(finding)) {
            counts.tell(finding, 1);
        }
        counts
    }

    /// Counts so many findings like this one.
    pub fn tell(&mut self, finding: &Finding, count: u64) {
        let line = self.findings.entry(finding.kind).or_insert_with(|| FindingLine {
            rule: finding.kind.rule(),
            kind: finding.kind.name(),
            severity: finding.severity.code(),
            real: 0,
            expected: 0,
            explained: 0,
        });
        if finding.explained_by.is_some() {
            line.explained += count;
        } else if finding.expected {
            line.expected += count;
        } else {
            line.real += count;
            *self.severities.entry(finding.severity).or_default() += count;
        }
    }

    pub fn add(&mut self, other: Self) {
        let Self { links, cases, duplicates, skipped_groups, drifted, verdicts, findings, severities } =
            other;
        for (mine, theirs) in self.links.iter_mut().zip(links) {
            mine.linked.iter_mut().zip(theirs.linked).for_each(|(mine, theirs)| *mine += theirs);
            mine.ambiguous += theirs.ambiguous;
        }
        self.cases += cases;
        self.duplicates += duplicates;
        self.skipped_groups += skipped_groups;
        self.drifted.extend(drifted);
        for (mine, theirs) in self.verdicts.iter_mut().zip(verdicts) {
            mine.counts.iter_mut().zip(theirs.counts).for_each(|(mine, theirs)| *mine += theirs);
        }
        for (kind, theirs) in findings {
            let FindingLine { real, expected, explained, .. } = theirs;
            let mine = self.findings.entry(kind).or_insert(FindingLine {
                real: 0,
                expected: 0,
                explained: 0,
                ..theirs
            });
            mine.real += real;
            mine.expected += expected;
            mine.explained += explained;
        }
        for (severity, count) in severities {
            *self.severities.entry(severity).or_default() += count;
        }
    }

    /// The gravest of what is neither expected nor explained.
    pub fn worst(&self) -> Option<Severity> {
        self.severities.last_key_value().map(|(severity, _)| *severity)
    }
}

impl NightReport {
    pub fn new(
        plan: &RunPlan,
        told: Told,
        memory: Memory,
        run_id: &str,
        out: &Path,
        manifest: &Path,
    ) -> Self {
        let Told { systems, figures, counts } = told;
        let published = figures.iter().filter_map(|figure| {
            Some(PublishedLine {
                figure: figure.figure.clone(),
                of: figure.key.clone(),
                published: figure.published?,
                recomputed: figure.value,
                gap: figure.gap?,
            })
        });
        let NightCounts { links, cases, duplicates, skipped_groups, drifted, verdicts, findings, severities } =
            counts;
        let mut findings: Vec<FindingLine> = findings.into_values().collect();
        findings.sort_by_key(|line| (line.rule, line.kind));
        let of =
            |severity: &Severity| (severity.code(), severities.get(severity).copied().unwrap_or_default());
        Self {
            title: plan.title.clone(),
            run_id: run_id.to_owned(),
            as_of: plan.as_of.format("%Y-%m-%d %H:%M").to_string(),
            feeds: feed_lines(plan, &systems),
            rungs: plan.ladder.iter().map(|rung| rung.code().to_owned()).collect(),
            links,
            cases,
            duplicates,
            skipped_groups,
            drifted,
            verdicts,
            findings,
            severities: Severity::ALL.iter().map(of).collect(),
            published: published.collect(),
            out: out.display().to_string(),
            tables: write::table_names(),
            run_date: plan.as_of.date().to_string(),
            manifest: manifest.display().to_string(),
            memory,
        }
    }

    /// The report in words.
    pub fn text(&self, lang: Lang) -> NightText<'_> {
        NightText { report: self, lang }
    }
}

fn feed_lines(plan: &RunPlan, systems: &[SystemRecords]) -> Vec<FeedLine> {
    let systems = plan.systems.iter().zip(systems);
    systems
        .flat_map(|(system, records)| {
            records.feeds.iter().map(|feed| FeedLine {
                system: system.name.clone(),
                file: feed.file.clone(),
                rows: feed.rows,
                accepted: feed.rows - feed.quarantined,
                quarantined: feed.quarantined,
                health: feed.health.code(),
                reason: feed.reason.clone(),
                lost: lost_lines(feed),
            })
        })
        .collect()
}

fn lost_lines(feed: &FeedAccount) -> Vec<LostLine> {
    let mut lines: Vec<LostLine> = Vec::new();
    for account in feed.columns.iter().filter(|account| account.tally.unreadable > 0) {
        let Some(field) = account.field else { continue };
        let (cells, unreadable) = (account.tally.cells - account.tally.empty, account.tally.unreadable);
        // The sheets of a workbook are one file.
        match lines.iter_mut().find(|line| line.column == account.header && line.field == field.name()) {
            Some(line) => (line.cells, line.unreadable) = (line.cells + cells, line.unreadable + unreadable),
            None => {
                lines.push(LostLine {
                    column: account.header.clone(),
                    field: field.name(),
                    cells,
                    unreadable,
                });
            }
        }
    }
    lines.sort_by(|a, b| b.unreadable.cmp(&a.unreadable).then_with(|| a.column.cmp(&b.column)));
    lines
}

fn link_lines(plan: &RunPlan, judged: &Judged) -> Vec<LinkLine> {
    let mut lines: Vec<LinkLine> = plan
        .systems
        .iter()
        .map(|system| LinkLine {
            system: system.name.clone(),
            linked: vec![0; plan.ladder.len()],
            ambiguous: 0,
        })
        .collect();
    for link in judged.linked.links.iter().filter(|link| link.left_system == RunPlan::HUB) {
        let line = &mut lines[link.right_system];
        if link.ambiguous {
            line.ambiguous += 1;
        } else {
            line.linked[link.rung] += 1;
        }
    }
    lines.split_off(1)
}

fn drift_lines(plan: &RunPlan, judged: &Judged) -> Vec<DriftLine> {
    let line = |drifted: &Drifted| DriftLine {
        system: plan.systems[drifted.system].name.clone(),
        comparison: drifted.comparison.clone(),
        moved: (drifted.moved * 1000.0).round() / 1000.0,
    };
    judged.linked.drifted.iter().map(line).collect()
}

/// A report and the language it is read in.
pub struct NightText<'r> {
    report: &'r NightReport,
    lang: Lang,
}

impl fmt::Display for NightText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (report, words) = (self.report, Words::of(self.lang));
        writeln!(f, "{}", report.title)?;
        writeln!(f, "{} {} · {} {}\n", words.as_of, report.as_of, words.run, report.run_id)?;
        self.feeds(f, words)?;
        self.links(f, words)?;
        self.verdicts(f, words)?;
        self.findings(f, words)?;
        self.published(f, words)?;
        writeln!(f, "{}", words.outputs)?;
        let partition = format!("run_date={}", report.run_date);
        writeln!(
            f,
            "  {}: {}/<{}>/{partition}/part-0000.parquet",
            words.tables,
            report.out,
            report.tables.join("|")
        )?;
        writeln!(f, "  {}: {}/report/{partition}/mismatches.xlsx", words.workbook, report.out)?;
        writeln!(f, "  {}: {}", words.manifest, report.manifest)?;
        writeln!(f, "  {}: {}", words.memory, MemoryLine { memory: &report.memory, lang: self.lang })
    }
}

impl NightText<'_> {
    fn feeds(&self, f: &mut fmt::Formatter<'_>, words: &Words) -> fmt::Result {
        let heading = [words.system, words.file, words.rows, words.accepted, words.quarantined, words.health];
        let mut table = TextTable::new(&heading);
        for line in &self.report.feeds {
            let FeedLine { system, file, rows, accepted, quarantined, health, reason, lost: _ } = line;
            let health = self.lang.word(health);
            let health = if reason.is_empty() { health.to_owned() } else { format!("{health}: {reason}") };
            let [rows, accepted, quarantined] = [rows, accepted, quarantined].map(|count| thousands(*count));
            table.row(vec![system.clone(), file.clone(), rows, accepted, quarantined, health]);
        }
        write!(f, "{}\n{table}", words.feeds)?;
        for FeedLine { file, lost, .. } in &self.report.feeds {
            for LostLine { column, field, cells, unreadable } in lost {
                let share = *unreadable as f64 / (*cells).max(1) as f64;
                if share < WORTH_A_LINE {
                    continue;
                }
                let (share, counts) = (100.0 * share, [unreadable, cells].map(|count| thousands(*count)));
                let counts = counts.join(" / ");
                writeln!(f, "  {file}, `{column}` ({field}): {counts} {} ({share:.1} %)", words.lost)?;
            }
        }
        if self.report.feeds.iter().any(|feed| feed.health != "healthy") {
            writeln!(f, "  {}", words.unhealthy)?;
        }
        writeln!(f)
    }

    fn links(&self, f: &mut fmt::Formatter<'_>, words: &Words) -> fmt::Result {
        let mut heading = vec![words.pair];
        heading.extend(self.report.rungs.iter().map(String::as_str));
        heading.push(words.ambiguous);
        let mut table = TextTable::new(&heading);
        for LinkLine { system, linked, ambiguous } in &self.report.links {
            let mut cells = vec![system.clone()];
            cells.extend(linked.iter().map(|count| thousands(*count)));
            cells.push(thousands(*ambiguous));
            table.row(cells);
        }
        let (cases, duplicates) = (thousands(self.report.cases), thousands(self.report.duplicates));
        writeln!(f, "{}\n{table}  {cases} {} · {duplicates} {}", words.links, words.cases, words.duplicates)?;
        if self.report.skipped_groups > 0 {
            writeln!(f, "  {} {}", thousands(self.report.skipped_groups), words.skipped_groups)?;
        }
        for DriftLine { system, comparison, moved } in &self.report.drifted {
            writeln!(f, "  {system}: {comparison} {:.0}% {}", moved * 100.0, words.drifted)?;
        }
        writeln!(f)
    }

    fn verdicts(&self, f: &mut fmt::Formatter<'_>, words: &Words) -> fmt::Result {
        let mut heading = vec![words.system];
        heading.extend(Verdict::ALL.iter().map(|verdict| verdict.code()));
        let mut table = TextTable::new(&heading);
        for VerdictLine { system, counts } in &self.report.verdicts {
            let mut cells = vec![system.clone()];
            cells.extend(counts.iter().map(|count| thousands(*count)));
            table.row(cells);
        }
        writeln!(f, "{}\n{table}", words.verdicts)
    }

    fn findings(&self, f: &mut fmt::Formatter<'_>, words: &Words) -> fmt::Result {
        let heading = [
            words.rule,
            words.kind,
            words.severity,
            words.real,
            words.expected,
            words.explained,
            words.meaning,
        ];
        let mut table = TextTable::new(&heading);
        for FindingLine { rule, kind, severity, real, expected, explained } in &self.report.findings {
            let title = FindingKind::from_name(kind).map_or("", |kind| match self.lang {
                Lang::En => kind.title_en(),
                Lang::Vi => kind.title_vi(),
            });
            let [real, expected, explained] = [real, expected, explained].map(|count| thousands(*count));
            let words = [*rule, *kind, self.lang.word(severity)].map(str::to_owned);
            table.row(words.into_iter().chain([real, expected, explained, title.to_owned()]).collect());
        }
        if self.report.findings.is_empty() {
            return writeln!(f, "{}\n  {}\n", words.findings, words.none);
        }
        let counts = Severity::ALL.iter().rev().map(|severity| {
            let count = self.report.severities.get(severity.code()).copied().unwrap_or(0);
            format!("{} {}", self.lang.word(severity.code()), thousands(count))
        });
        let counts = counts.collect::<Vec<_>>().join(" · ");
        writeln!(f, "{}\n{table}  {}: {counts}\n", words.findings, words.by_severity)
    }

    fn published(&self, f: &mut fmt::Formatter<'_>, words: &Words) -> fmt::Result {
        if self.report.published.is_empty() {
            return Ok(());
        }
        let mut table = TextTable::new(&[words.figure, words.of, words.printed, words.recomputed, words.gap]);
        for PublishedLine { figure, of, published, recomputed, gap } in &self.report.published {
            let gap = match *gap {
                0.0 => words.ties.to_owned(),
                gap => format!("{}{}", if gap < 0.0 { "-" } else { "+" }, number(gap.abs())),
            };
            table.row(vec![figure.clone(), of.clone(), number(*published), number(*recomputed), gap]);
        }
        writeln!(f, "{}\n{table}", words.published)
    }
}

/// A count with thousands apart, or a share with two decimals.
fn number(value: f64) -> String {
    if value.fract() == 0.0 && value >= 0.0 { thousands(value as u64) } else { format!("{value:.2}") }
}

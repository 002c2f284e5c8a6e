//! The cover: what was reconciled, whether the totals tie, and what was found.
//!
//! It is written last, from what the other sheets came to hold, and counts everything again from the
//! tables.

use chrono::{NaiveDate, NaiveTime};
use rust_xlsxwriter::{Format, Url, Worksheet, XlsxError};

use super::cells::{Cell, Column, Ink, table};
use super::findings::Class;
use super::labels::{Label, Lang};
use super::{Chapter, Cover, WorkbookError, Written};
use crate::engine::table::{Table, Tables};

const WIDTHS: [f64; 12] = [30.0, 46.0, 16.0, 14.0, 14.0, 14.0, 14.0, 14.0, 14.0, 34.0, 30.0, 60.0];
/// Published figures are printed to two decimals.
const SMALLEST_GAP: f64 = 0.005;

/// Writes the cover on the workbook's first sheet.
pub fn write(
    sheet: &mut Worksheet,
    ink: &Ink,
    tables: &Tables,
    cover: &Cover,
    chapters: &[Chapter<'_>],
    quarantine_name: &str,
    quarantine: Written,
) -> Result<(), WorkbookError> {
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    let mut page = Page { sheet, ink, line: 0 };
    page.run(cover)?;
    let feeds = Feeds::of(table(tables, "feeds")?)?;
    page.feeds(&feeds)?;
    page.checks(&feeds, tables, chapters, quarantine_name, quarantine)?;
    page.published(table(tables, "summary")?)?;
    page.kinds(chapters)?;
    page.left_out(chapters, quarantine)
}

/// The table `feeds`.
struct Feeds<'a> {
    system: Column<'a>,
    file: Column<'a>,
    bytes: Column<'a>,
    rows: Column<'a>,
    accepted: Column<'a>,
    quarantined: Column<'a>,
    health: Column<'a>,
    reason: Column<'a>,
    sha256: Column<'a>,
    height: usize,
}

impl<'a> Feeds<'a> {
    fn of(table: &'a Table) -> Result<Self, WorkbookError> {
        let column = |name| Column::of(table, name);
        Ok(Self {
            system: column("system")?,
            file: column("file")?,
            bytes: column("bytes")?,
            rows: column("rows")?,
            accepted: column("accepted")?,
            quarantined: column("quarantined")?,
            health: column("health")?,
            reason: column("reason")?,
            sha256: column("sha256")?,
            height: table.len(),
        })
    }

    fn sum(&self, column: &Column<'_>) -> i64 {
        (0..self.height).filter_map(|row| column.int(row)).sum()
    }

    fn name(&self, row: usize) -> String {
        let part = |column: &Column<'a>| column.text(row).unwrap_or_default();
        format!("{} · {}", part(&self.system), part(&self.file))
    }
}

/// The sheet and the line that is written next.
struct Page<'p> {
    sheet: &'p mut Worksheet,
    ink: &'p Ink,
    line: u32,
}

impl Page<'_> {
    fn run(&mut self, cover: &Cover) -> Result<(), WorkbookError> {
        self.styled(0, &cover.title, &self.ink.title)?;
        self.line += 1;
        let day = |date: NaiveDate| Cell::Date(date.and_time(NaiveTime::MIN).and_utc().timestamp() / 86_400);
        let mut facts = vec![(Label::AsOf, Cell::Moment(cover.as_of.and_utc().timestamp_millis()))];
        if let Some((from, to)) = cover.period {
            facts.extend([(Label::PeriodFrom, day(from)), (Label::PeriodTo, day(to))]);
        }
        facts.extend([
            (Label::RunId, Cell::text(&cover.run_id)),
            (Label::Pipeline, Cell::text(&cover.pipeline)),
            (Label::PipelineSha, Cell::text(&cover.pipeline_sha256)),
            (Label::Version, Cell::text(&cover.version)),
        ]);
        for (label, fact) in facts {
            self.row(&[Cell::text(self.ink.say(label)), fact])?;
        }
        self.heading(Label::Guide)?;
        for label in [Label::GuideSides, Label::GuideClasses, Label::GuidePrivacy] {
            self.row(&[Cell::text(self.ink.say(label))])?;
        }
        Ok(())
    }

    fn feeds(&mut self, feeds: &Feeds<'_>) -> Result<(), WorkbookError> {
        use Label::{Accepted, Bytes, File, Health, Quarantined, Reason, Rows, Sha, System};
        self.heading(Label::Feeds)?;
        self.header(&[System, File, Bytes, Rows, Accepted, Quarantined, Health, Sha, Reason])?;
        let lang = self.ink.lang;
        for row in 0..feeds.height {
            self.row(&[
                feeds.system.cell(row),
                feeds.file.cell(row),
                feeds.bytes.cell(row),
                feeds.rows.cell(row),
                feeds.accepted.cell(row),
                feeds.quarantined.cell(row),
                Cell::maybe(feeds.health.text(row).map(|health| lang.word(health))),
                feeds.sha256.cell(row),
                feeds.reason.cell(row),
            ])?;
        }
        Ok(())
    }

    fn checks(
        &mut self,
        feeds: &Feeds<'_>,
        tables: &Tables,
        chapters: &[Chapter<'_>],
        quarantine_name: &str,
        quarantine: Written,
    ) -> Result<(), WorkbookError> {
        use Label::{Check, LeftFigure, Mark, Of, RightFigure};
        self.heading(Label::Checks)?;
        self.header(&[Check, Of, LeftFigure, RightFigure, Mark])?;
        let all = self.ink.say(Label::All);
        for row in 0..feeds.height {
            let int = |column: &Column<'_>| column.int(row).unwrap_or_default();
            let kept = int(&feeds.accepted) + int(&feeds.quarantined);
            self.check(Label::CheckFeed, &feeds.name(row), int(&feeds.rows), kept)?;
        }
        let (accepted, refused) = (feeds.sum(&feeds.accepted), feeds.sum(&feeds.quarantined));
        self.check(Label::CheckFeed, all, feeds.sum(&feeds.rows), accepted + refused)?;
        self.check(Label::CheckRecords, all, accepted, table(tables, "records")?.total as i64)?;

        let refusals = table(tables, "quarantine")?;
        let scope = Column::of(refusals, "scope")?;
        let whole = (0..refusals.len()).filter(|row| scope.text(*row) == Some("row")).count();
        self.check(Label::CheckRefused, all, refused, whole as i64)?;

        let found = table(tables, "findings")?;
        let findings = found.total as i64;
        let kind = Column::of(found, "kind")?;
        let held = |written: Written| (written.rows + written.left_out) as i64;
        for chapter in chapters {
            let of_kind = |row: &usize| kind.text(*row).unwrap_or_default() == chapter.group.kind;
            let unheld: usize = tables.unheld.get(chapter.group.kind).into_iter().flatten().sum();
            let counted = ((0..found.len()).filter(of_kind).count() + unheld) as i64;
            self.check(Label::CheckFindings, &chapter.sheet, held(chapter.written), counted)?;
        }
        self.check(Label::CheckFindings, all, chapters.iter().map(|c| held(c.written)).sum(), findings)?;
        let classes: usize = chapters.iter().flat_map(|chapter| chapter.group.counts).sum();
        self.check(Label::CheckClasses, all, classes as i64, findings)?;
        self.check(Label::CheckQuarantine, quarantine_name, held(quarantine), refusals.total as i64)
    }

    fn published(&mut self, summary: &Table) -> Result<(), WorkbookError> {
        use Label::{Figure, Gap, Key, Mark, PeriodFrom, PeriodTo, PublishedValue, Recomputed, Source};
        self.heading(Label::Published)?;
        let column = |name| Column::of(summary, name);
        let (published, gap) = (column("published")?, column("gap")?);
        let (key, source, figure) = (column("key")?, column("source")?, column("figure")?);
        let (value, from, to) = (column("value")?, column("period_from")?, column("period_to")?);
        let rows: Vec<usize> = (0..summary.len()).filter(|row| published.float(*row).is_some()).collect();
        if rows.is_empty() {
            return self.row(&[Cell::text(self.ink.say(Label::NothingPublished))]);
        }
        self.header(&[Source, Key, Figure, PublishedValue, Recomputed, Gap, Mark, PeriodFrom, PeriodTo])?;
        let lang = self.ink.lang;
        for row in rows {
            let ties = gap.float(row).is_some_and(|gap| gap.abs() < SMALLEST_GAP);
            self.mark(6, ties)?;
            self.row(&[
                source.cell(row),
                key.cell(row),
                Cell::maybe(figure.text(row).map(|figure| figure_word(lang, figure))),
                published.cell(row),
                value.cell(row),
                gap.cell(row),
                Cell::Empty,
                from.cell(row),
                to.cell(row),
            ])?;
        }
        Ok(())
    }

    fn kinds(&mut self, chapters: &[Chapter<'_>]) -> Result<(), WorkbookError> {
        use Label::{
            Expected, Explained, LeftOut, MeaningNot, OpenSheet, Real, Rows, Rule, Severity, Title, Total,
        };
        self.heading(Label::Kinds)?;
        if chapters.is_empty() {
            return self.row(&[Cell::text(self.ink.say(Label::NoFindings))]);
        }
        self.header(&[
            Rule, Title, Severity, Real, Explained, Expected, Total, Rows, LeftOut, OpenSheet, MeaningNot,
        ])?;
        let lang = self.ink.lang;
        let mut totals = [0; 6];
        for Chapter { group, sheet, written } in chapters {
            let known = group.known();
            let counts = [
                group.count(Class::Real),
                group.count(Class::Explained),
                group.count(Class::Expected),
                group.total(),
                written.rows,
                written.left_out,
            ];
            totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
            let mut cells = vec![
                Cell::text(group.rule),
                Cell::text(known.map_or(group.kind, |kind| lang.title(kind))),
                Cell::maybe(group.severity.map(|severity| lang.word(severity.code()))),
            ];
            cells.extend(counts.map(Cell::count));
            let link = Url::new(format!("internal:'{sheet}'!A1")).set_text(sheet);
            self.sheet.write_url(self.line, 9, &link)?;
            cells.extend([Cell::Empty, Cell::maybe(known.map(|kind| lang.meaning_not(kind)))]);
            self.row(&cells)?;
        }
        let mut cells = vec![Cell::text(self.ink.say(Label::All)), Cell::Empty, Cell::Empty];
        cells.extend(totals.map(Cell::count));
        self.row(&cells)?;
        Ok(())
    }

    /// What has to be looked up in Parquet.
    fn left_out(&mut self, chapters: &[Chapter<'_>], quarantine: Written) -> Result<(), WorkbookError> {
        let findings = chapters.iter().map(|chapter| chapter.written.left_out).sum();
        let rows = [(Label::FindingsLeftOut, findings), (Label::QuarantineLeftOut, quarantine.left_out)];
        for (label, rows) in rows.into_iter().filter(|(_, rows)| *rows > 0) {
            self.styled(0, &format!("{}: {rows}", self.ink.say(label)), &self.ink.bad)?;
            self.line += 1;
        }
        Ok(())
    }

    fn check(&mut self, label: Label, of: &str, left: i64, right: i64) -> Result<(), WorkbookError> {
        self.mark(4, left == right)?;
        self.row(&[Cell::text(self.ink.say(label)), Cell::text(of), Cell::Int(left), Cell::Int(right)])
    }

    /// `OK` or `≠` on the line about to be written.
    fn mark(&mut self, column: u16, ties: bool) -> Result<(), WorkbookError> {
        let (mark, format) = if ties { ("OK", &self.ink.good) } else { ("≠", &self.ink.bad) };
        Ok(self.styled(column, mark, format)?)
    }

    fn heading(&mut self, label: Label) -> Result<(), WorkbookError> {
        self.line += 1;
        self.styled(0, self.ink.say(label), &self.ink.heading)?;
        self.line += 1;
        Ok(())
    }

    fn header(&mut self, labels: &[Label]) -> Result<(), WorkbookError> {
        for (column, label) in (0..).zip(labels) {
            self.styled(column, self.ink.say(*label), &self.ink.header)?;
        }
        self.line += 1;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WorkbookError> {
        for (column, cell) in (0..).zip(cells) {
            self.ink.put(self.sheet, self.line, column, cell)?;
        }
        self.line += 1;
        Ok(())
    }

    fn styled(&mut self, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.line, column, text, format)?;
        Ok(())
    }
}

/// A figure's name; `new` and `resolved` are figures here and not states.
fn figure_word(lang: Lang, figure: &str) -> &str {
    match (lang, figure) {
        (Lang::Vi, "new") => "tiếp nhận mới",
        (Lang::Vi, "resolved") => "đã giải quyết",
        _ => lang.word(figure),
    }
}

//! Figures of a filter against those of a wider one: parts larger than their whole, levels and channels
//! that do not add up, and a rest nobody explains.
//!
//! It must not compare shares of two filters: they are shares of different numbers.

use std::collections::BTreeSet;

use super::ledger::{Ledger, Page};
use super::range::Range;
use super::{Contradiction, Filter, Rule, Word};

/// A part found larger than its whole.
pub struct Larger {
    part: (Filter, Word),
    whole: (Filter, Word),
    pub contradiction: Contradiction,
}

impl Larger {
    pub fn is(&self, filter: &Filter, whole: Word) -> bool {
        self.whole == (filter.clone(), whole)
    }

    pub fn has(&self, filter: &Filter, part: Word) -> bool {
        self.part == (filter.clone(), part)
    }
}

/// Every figure that is larger than one it is a part of, told once, against the smallest such whole.
pub fn parts_larger_than_wholes(ledger: &Ledger) -> Vec<Larger> {
    let mut found = Vec::new();
    for (key, page) in &ledger.pages {
        for (word, part) in page.counts() {
            let wholes = ledger.pages.iter().filter(|(wide, _)| *wide == key || contains(wide, key));
            let smallest = wholes
                .flat_map(|(wide, page)| page.counts().map(move |(whole, count)| (wide, page, whole, count)))
                .filter(|(wide, _, whole, _)| word.is_part_of(*whole) || (*wide != key && *whole == word))
                .filter(|(.., count)| part.surely_more_than(*count))
                .min_by(|a, b| a.3.high.total_cmp(&b.3.high));
            let Some((wide, wide_page, whole, count)) = smallest else { continue };
            let mut prints = [page.prints(&[word]), wide_page.prints(&[whole])].concat();
            prints.sort_unstable();
            prints.dedup();
            let contradiction = Contradiction {
                rule: Rule::PartLargerThanWhole,
                filter: wide_page.filter.clone(),
                detail: format!(
                    "{}: {} {count}, {}: {} {part}",
                    wide_page.filter.describe(),
                    whole.code(),
                    page.filter.describe(),
                    word.code()
                ),
                gap: count.gap(part),
                prints,
            };
            found.push(Larger { part: (key.clone(), word), whole: (wide.clone(), whole), contradiction });
        }
    }
    found
}

/// Levels, channels and fields against the figure without them. Fields are never known to be all; levels and
/// channels are, when each one the list names is there, down to the communes, or online and direct.
pub fn parts_that_do_not_add_up(ledger: &Ledger, larger: &[Larger]) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for (key, page) in &ledger.pages {
        for side in [Side::Level, Side::Field, Side::Channel] {
            for (word, whole) in page.counts() {
                let parts = parts_of(ledger, key, word, side);
                let told = larger
                    .iter()
                    .any(|larger| larger.is(key, word) && parts.iter().any(|part| larger.has(part.0, word)));
                if parts.len() < 2 || told {
                    continue;
                }
                let sum = Range::sum(parts.iter().map(|(.., count)| *count));
                let complete = is_complete(ledger, key, &parts, side);
                let gap = whole.gap(sum);
                if gap < 0.0 || (complete && gap > 0.0) {
                    found.push(not_adding_up(page, word, whole, &parts, gap, complete));
                }
            }
        }
    }
    found
}

/// What was resolved and not in time, where no print of the filter says what became of it, and a wider filter
/// has fewer dossiers that were late or withdrawn. One district printed 1,049 land dossiers resolved
/// and 866 of them in time, with some 29 late or withdrawn among all its dossiers [S].
pub fn unexplained_rests(ledger: &Ledger) -> Vec<Contradiction> {
    ledger.pages.iter().filter_map(|(key, page)| unexplained_rest(ledger, key, page)).collect()
}

fn unexplained_rest(ledger: &Ledger, key: &Filter, page: &Page) -> Option<Contradiction> {
    // Where late is printed, the sum of the filter itself is held against its whole.
    if page.speaks_of(Word::Late) {
        return None;
    }
    let (resolved, in_time) = (page.count(Word::Resolved)?, in_time(page)?);
    let withdrawn = page.count(Word::Withdrawn);
    let rest = resolved.less(in_time).less(withdrawn.unwrap_or(Range::ZERO));
    let missing: &[Word] = if withdrawn.is_some() { &[Word::Late] } else { &[Word::Late, Word::Withdrawn] };
    let (most, wide, words) = ledger
        .pages
        .iter()
        .filter(|(wide, _)| contains(wide, key))
        .flat_map(|(_, wide)| rooms(wide, missing).into_iter().map(move |(most, words)| (most, wide, words)))
        .min_by(|a, b| a.0.high.total_cmp(&b.0.high))?;
    if !rest.surely_more_than(most) {
        return None;
    }
    let mut prints = page.prints(&[Word::Resolved, Word::InTime, Word::Early, Word::OnTime, Word::Withdrawn]);
    prints.extend(wide.prints(words));
    prints.sort_unstable();
    prints.dedup();
    let apart = withdrawn.map(|count| format!(" less withdrawn {count}")).unwrap_or_default();
    Some(Contradiction {
        rule: Rule::UnexplainedRest,
        filter: page.filter.clone(),
        detail: format!(
            "{}: resolved {resolved} less in_time {in_time}{apart} leaves {rest}; {}: at most {} not in time",
            page.filter.describe(),
            wide.filter.describe(),
            most.high
        ),
        gap: rest.low,
        prints,
    })
}

/// How many dossiers of a wide filter can have been other than in time, by each way its prints say so, and
/// the words that say it.
fn rooms(wide: &Page, missing: &'static [Word]) -> Vec<(Range, &'static [Word])> {
    let named: Option<Vec<Range>> = missing.iter().map(|word| wide.count(*word)).collect();
    let left =
        wide.count(Word::Resolved).zip(in_time(wide)).map(|(resolved, in_time)| resolved.less(in_time));
    let words: &[Word] = &[Word::Resolved, Word::InTime, Word::Early, Word::OnTime];
    named
        .map(|counts| (Range::sum(counts), missing))
        .into_iter()
        .chain(left.map(|left| (left, words)))
        .collect()
}

fn in_time(page: &Page) -> Option<Range> {
    let split = || Some(page.count(Word::Early)?.plus(page.count(Word::OnTime)?));
    page.count(Word::InTime).or_else(split)
}

/// One way to cut a filter into parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Level,
    Field,
    Channel,
}

type Part<'a> = (&'a Filter, &'a Page, Range);

/// The figures that are parts of this one along one side, the widest first where they nest; none where they
/// overlap.
fn parts_of<'a>(ledger: &'a Ledger, whole: &Filter, word: Word, side: Side) -> Vec<Part<'a>> {
    let inside = |key: &Filter| {
        let others_equal = (side == Side::Level || key.levels == whole.levels)
            && (side == Side::Field || key.field == whole.field)
            && (side == Side::Channel || key.channel == whole.channel);
        others_equal && contains(whole, key)
    };
    let all: Vec<Part<'a>> = ledger
        .pages
        .iter()
        .filter(|(key, _)| inside(key))
        .filter_map(|(key, page)| Some((key, page, page.count(word)?)))
        .collect();
    let widest: Vec<Part<'a>> =
        all.iter().filter(|part| !all.iter().any(|other| contains(other.0, part.0))).copied().collect();
    let levels: usize = widest.iter().map(|part| part.0.levels.len()).sum();
    let overlap = side == Side::Level && levels != union(&widest).len();
    if overlap { Vec::new() } else { widest }
}

fn is_complete(ledger: &Ledger, whole: &Filter, parts: &[Part<'_>], side: Side) -> bool {
    match side {
        Side::Field => false,
        Side::Level if !whole.levels.is_empty() => {
            union(parts) == whole.levels.iter().map(String::as_str).collect()
        }
        Side::Level => {
            let named: BTreeSet<&str> =
                ledger.pages.keys().flat_map(|key| &key.levels).map(String::as_str).collect();
            named.contains("commune") && union(parts) == named
        }
        Side::Channel => {
            let named: BTreeSet<&str> =
                ledger.pages.keys().filter_map(|key| key.channel.as_deref()).collect();
            let there: BTreeSet<&str> = parts.iter().filter_map(|part| part.0.channel.as_deref()).collect();
            ["online", "direct"].iter().all(|channel| named.contains(channel)) && there == named
        }
    }
}

fn union<'a>(parts: &[Part<'a>]) -> BTreeSet<&'a str> {
    parts.iter().flat_map(|part| &part.0.levels).map(String::as_str).collect()
}

fn not_adding_up(
    page: &Page,
    word: Word,
    whole: Range,
    parts: &[Part<'_>],
    gap: f64,
    complete: bool,
) -> Contradiction {
    let named: Vec<_> =
        parts.iter().map(|(_, part, count)| format!("{}: {count}", part.filter.describe())).collect();
    let mut prints = page.prints(&[word]);
    prints.extend(parts.iter().flat_map(|(_, part, _)| part.prints(&[word])));
    prints.sort_unstable();
    prints.dedup();
    Contradiction {
        rule: if complete { Rule::PartsDiffer } else { Rule::PartLargerThanWhole },
        filter: page.filter.clone(),
        detail: format!("{}: {} {whole}, {}", page.filter.describe(), word.code(), named.join(" + ")),
        gap,
        prints,
    }
}

/// Whether a filter speaks of more than the other, and of all of it.
fn contains(wide: &Filter, narrow: &Filter) -> bool {
    let levels =
        wide.levels.is_empty() || (!narrow.levels.is_empty() && narrow.levels.is_subset(&wide.levels));
    let field = wide.field.is_none() || wide.field == narrow.field;
    let channel = wide.channel.is_none() || wide.channel == narrow.channel;
    levels && field && channel && wide != narrow
}

//! The prints, sorted by what they speak of, each with the number of dossiers it stands for.
//!
//! It must not compare figures of two filters, nor of two words.

use std::collections::BTreeMap;

use super::range::Range;
use super::{Contradiction, Filter, Printed, Rule, Word};
use crate::domain::text::fold;

/// All prints, a page for each filter.
pub struct Ledger {
    pub pages: BTreeMap<Filter, Page>,
}

/// The prints of one filter.
#[derive(Default)]
pub struct Page {
    /// The filter as it was first printed.
    pub filter: Filter,
    figures: BTreeMap<Word, Figure>,
}

#[derive(Default, Clone, Copy)]
struct Figure {
    count: Option<Entry>,
    share: Option<Entry>,
    /// The count a share stands for, where the number it is a share of is known.
    derived: Option<Range>,
}

/// A number and where in the list it was printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    pub range: Range,
    pub print: usize,
}

impl Ledger {
    /// The ledger, and the contradictions found in writing it: one thing printed twice with two values, and a
    /// share that is not its number's.
    pub fn of(list: &[Printed]) -> (Self, Vec<Contradiction>) {
        let (mut pages, mut found) = (BTreeMap::<Filter, Page>::new(), Vec::new());
        for (print, printed) in list.iter().enumerate().filter(|(_, printed)| printed.value.is_finite()) {
            let page = pages
                .entry(key(&printed.filter))
                .or_insert_with(|| Page { filter: printed.filter.clone(), figures: BTreeMap::new() });
            found.extend(page.write(print, printed));
        }
        for page in pages.values_mut() {
            page.derive_counts();
            found.extend(page.shares_of_other_counts());
        }
        (Self { pages }, found)
    }
}

impl Page {
    /// The number of dossiers, printed or read off a share.
    pub fn count(&self, word: Word) -> Option<Range> {
        let figure = self.figures.get(&word)?;
        figure.count.map(|entry| entry.range).or(figure.derived)
    }

    /// The share, where only a share was printed.
    pub fn share_alone(&self, word: Word) -> Option<Range> {
        let figure = self.figures.get(&word).filter(|figure| figure.count.is_none())?;
        figure.share.map(|entry| entry.range)
    }

    /// Whether anything was printed for this word.
    pub fn speaks_of(&self, word: Word) -> bool {
        self.figures.contains_key(&word)
    }

    /// Every word with a number of dossiers.
    pub fn counts(&self) -> impl Iterator<Item = (Word, Range)> + '_ {
        self.figures.keys().filter_map(|word| Some((*word, self.count(*word)?)))
    }

    /// The prints these words rest on: the number, else the share and the number it is a share of.
    pub fn prints(&self, words: &[Word]) -> Vec<usize> {
        let mut prints = Vec::new();
        for word in words {
            let Some(figure) = self.figures.get(word) else { continue };
            if let Some(count) = figure.count {
                prints.push(count.print);
            } else {
                prints.extend(figure.share.map(|share| share.print));
                let base = word.base().filter(|_| figure.derived.is_some());
                prints.extend(base.map(|base| self.prints(&[base])).unwrap_or_default());
            }
        }
        prints.sort_unstable();
        prints.dedup();
        prints
    }

    fn write(&mut self, print: usize, printed: &Printed) -> Option<Contradiction> {
        let figure = self.figures.entry(printed.what).or_default();
        let (range, place) = if printed.is_share {
            (Range::rounded(printed.value, printed.decimals), &mut figure.share)
        } else {
            (Range::exactly(printed.value), &mut figure.count)
        };
        let first = *place.get_or_insert(Entry { range, print });
        let gap = first.range.gap(range);
        (gap != 0.0).then(|| Contradiction {
            rule: Rule::PrintedTwice,
            filter: self.filter.clone(),
            detail: format!(
                "{}: {} {} and {}",
                self.filter.describe(),
                printed.what.code(),
                first.range,
                range
            ),
            gap,
            prints: vec![first.print, print],
        })
    }

    /// The counts of shares, the received before the resolved before what is a share of them.
    fn derive_counts(&mut self) {
        let words: Vec<Word> = self.figures.keys().copied().collect();
        for word in words {
            let base = word.base().and_then(|base| self.count(base));
            if let Some(figure) = self.figures.get_mut(&word) {
                figure.derived = figure.share.zip(base).map(|(share, base)| base.share(share.range));
            }
        }
    }

    fn shares_of_other_counts(&self) -> Vec<Contradiction> {
        let mut found = Vec::new();
        for (word, figure) in &self.figures {
            let (Some(count), Some(share), Some(derived)) = (figure.count, figure.share, figure.derived)
            else {
                continue;
            };
            let gap = count.range.gap(derived);
            if gap != 0.0 {
                let mut prints = self.prints(&word.base().into_iter().collect::<Vec<_>>());
                prints.extend([count.print, share.print]);
                prints.sort_unstable();
                found.push(Contradiction {
                    rule: Rule::ShareAndCount,
                    filter: self.filter.clone(),
                    detail: format!(
                        "{}: {} {}, its share stands for {}",
                        self.filter.describe(),
                        word.code(),
                        count.range,
                        derived
                    ),
                    gap,
                    prints,
                });
            }
        }
        found
    }
}

/// The filter under which prints meet: the field blind to case and accents.
fn key(filter: &Filter) -> Filter {
    Filter { field: filter.field.as_deref().map(fold), ..filter.clone() }
}

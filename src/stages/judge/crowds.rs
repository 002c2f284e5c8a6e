//! What many dossiers together show, collected from the records of a part of the night, so that parts add up.
//!
//! It must not judge records: rules R19 and R21 are asked once everything is collected.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use xxhash_rust::xxh3::Xxh3;

use crate::config::plan::Thresholds;
use crate::domain::dossier::FieldName;
use crate::domain::rules::r19_timeline as r19;

/// Whether the records before the judge are all there are.
#[derive(Debug, Clone, Copy)]
pub enum Share<'s> {
    Whole,
    /// One part of several, and when so many dossiers of all of them ended that there may be bulk.
    Part(&'s Dense),
}

impl Share<'_> {
    pub fn may_be_bulk(&self, unit: &str, ended: NaiveDateTime, within: TimeDelta) -> bool {
        r19::has_time(ended)
            && match self {
                Self::Whole => true,
                Self::Part(dense) => spans(unit, ended, within).iter().any(|span| dense.has(*span)),
            }
    }
}

/// Spans of time of a unit in which many dossiers ended.
#[derive(Debug, Default)]
pub struct Dense(Vec<u64>);

impl Dense {
    pub fn new(mut spans: Vec<u64>) -> Self {
        spans.sort_unstable();
        Self(spans)
    }

    fn has(&self, span: u64) -> bool {
        self.0.binary_search(&span).is_ok()
    }
}

/// Two spans of twice the length of rule R19, of which every window around an end lies in one.
pub fn spans(unit: &str, ended: NaiveDateTime, within: TimeDelta) -> [u64; 2] {
    let length = within.num_milliseconds().max(1);
    let first = ended.and_utc().timestamp_millis().div_euclid(length);
    [first - 1, first].map(|span| {
        let mut hash = Xxh3::new();
        hash.update(&span.to_le_bytes());
        hash.update(unit.as_bytes());
        hash.digest()
    })
}

/// When dossiers of each unit ended: how many at each moment, in order.
#[derive(Debug, Default)]
pub struct Ends(BTreeMap<String, Vec<(NaiveDateTime, u64)>>);

impl Ends {
    /// `sorted`: the ends of one unit.
    pub fn put(&mut self, unit: &str, sorted: impl Iterator<Item = NaiveDateTime>) {
        let mut runs: Vec<(NaiveDateTime, u64)> = Vec::new();
        for ended in sorted {
            match runs.last_mut() {
                Some((at, count)) if *at == ended => *count += 1,
                _ => runs.push((ended, 1)),
            }
        }
        self.add(Self(BTreeMap::from([(unit.to_owned(), runs)])));
    }

    fn add(&mut self, other: Self) {
        for (unit, mut runs) in other.0 {
            let mine = self.0.entry(unit).or_default();
            if mine.is_empty() {
                *mine = runs;
                continue;
            }
            mine.append(&mut runs);
            mine.sort_unstable();
            mine.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                earlier.1 += if same { later.1 } else { 0 };
                same
            });
        }
    }

    /// Rule R19.
    pub fn in_bulk(&self, thresholds: &Thresholds) -> Bulk {
        let of = |runs: &Vec<(NaiveDateTime, u64)>| {
            let times: Vec<NaiveDateTime> =
                runs.iter().flat_map(|(at, count)| std::iter::repeat_n(*at, *count as usize)).collect();
            let bulk = r19::in_bulk(&times, thresholds.bulk_at_least, thresholds.bulk_within);
            let (mut at, mut found) = (0, Vec::new());
            for run in runs {
                found.extend(bulk[at].then_some(*run));
                at += run.1 as usize;
            }
            found
        };
        Bulk(self.0.iter().map(|(unit, runs)| (unit.clone(), of(runs))).collect())
    }

    /// Everything that was collected.
    pub fn all(&self) -> Bulk {
        Bulk(self.0.clone())
    }
}

/// When dossiers of a unit ended in bulk.
#[derive(Debug, Default)]
pub struct Bulk(BTreeMap<String, Vec<(NaiveDateTime, u64)>>);

impl Bulk {
    pub fn has(&self, unit: &str, ended: NaiveDateTime) -> bool {
        self.0.get(unit).is_some_and(|runs| runs.binary_search_by_key(&ended, |(at, _)| *at).is_ok())
    }

    /// How many dossiers there are.
    pub fn count(&self) -> u64 {
        self.0.values().flatten().map(|(_, count)| count).sum()
    }
}

/// The longest delay of a sync that is told apart, in days.
const LONGEST: usize = 7;

/// The days of one system: rule R21 asks for those without a sync.
#[derive(Debug, Default)]
pub struct SyncDays {
    pub synced: BTreeSet<NaiveDate>,
    /// Dossiers that the hub received for the system.
    pub received: BTreeMap<NaiveDate, u64>,
    /// Records by the days between receipt and sync.
    pub delays: [u64; LONGEST + 1],
}

impl SyncDays {
    pub fn delayed(&mut self, days: i64) {
        self.delays[usize::try_from(days).unwrap_or_default().min(LONGEST)] += 1;
    }

    /// After how many days the most records of a system are synced: 0 where the job runs all day, 1 where it runs
    /// after midnight.
    pub fn usual_delay(&self) -> u64 {
        // The shorter of two delays that are as frequent.
        let most = self.delays.iter().max().copied().unwrap_or_default();
        self.delays.iter().position(|count| *count == most).unwrap_or_default() as u64
    }

    fn add(&mut self, other: Self) {
        let Self { synced, received, delays } = other;
        self.synced.extend(synced);
        for (day, count) in received {
            *self.received.entry(day).or_default() += count;
        }
        self.delays.iter_mut().zip(delays).for_each(|(mine, theirs)| *mine += theirs);
    }
}

/// What was collected.
#[derive(Debug, Default)]
pub struct Crowds {
    pub ends: Ends,
    /// Per system; none of those that cannot be asked.
    pub days: BTreeMap<usize, SyncDays>,
    pub of_many: OfMany,
}

/// What so many records have in common that it tells none of them apart.
#[derive(Debug, Default)]
pub struct OfMany {
    /// Records by system, field and code.
    pub codes: BTreeMap<(usize, FieldName, String), u64>,
    /// Other keys, by system.
    pub keys: BTreeSet<(usize, u64)>,
}

impl Crowds {
    pub fn add(&mut self, other: Self) {
        let Self { ends, days, of_many: OfMany { codes, keys } } = other;
        self.ends.add(ends);
        for (code, count) in codes {
            *self.of_many.codes.entry(code).or_default() += count;
        }
        self.of_many.keys.extend(keys);
        for (system, days) in days {
            self.days.entry(system).or_default().add(days);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_of_a_night_find_the_same_bulk(
            ends in proptest::collection::vec((0i64..3, 0i64..200), 0..60),
            parts in proptest::collection::vec(0usize..3, 60),
            at_least in 1usize..6,
            within in 0i64..9,
        ) {
            let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).expect("a moment").naive_utc();
            let within = TimeDelta::seconds(within);
            let thresholds = Thresholds { bulk_at_least: at_least, bulk_within: within, ..Thresholds::default() };
            let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
            for (unit, second) in ends.iter().filter(|(_, second)| r19::has_time(at(*second))) {
                for span in spans(&unit.to_string(), at(*second), within) {
                    *counts.entry(span).or_default() += 1;
                }
            }
            let dense = Dense::new(counts.into_iter().filter(|(_, n)| *n >= at_least).map(|(s, _)| s).collect());
            let collect = |share: Share<'_>, wanted: &dyn Fn(usize) -> bool| {
                let mut found = Ends::default();
                for unit in 0..3i64 {
                    let of = ends.iter().enumerate().filter(|(row, (of, _))| *of == unit && wanted(*row));
                    let mut times: Vec<NaiveDateTime> = of.map(|(_, (_, second))| at(*second)).collect();
                    times.retain(|time| share.may_be_bulk(&unit.to_string(), *time, within));
                    times.sort_unstable();
                    found.put(&unit.to_string(), times.into_iter());
                }
                found
            };
            let whole = collect(Share::Whole, &|_| true).in_bulk(&thresholds);
            let mut all = Ends::default();
            for part in 0..3 {
                all.add(collect(Share::Part(&dense), &|row| parts[row] == part));
            }
            let in_parts = all.in_bulk(&thresholds);
            prop_assert_eq!(whole.count(), in_parts.count());
            for (unit, second) in &ends {
                let unit = unit.to_string();
                prop_assert_eq!(whole.has(&unit, at(*second)), in_parts.has(&unit, at(*second)));
            }
        }
    }
}

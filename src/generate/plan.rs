//! Which quota every dossier index belongs to, so that the published figures come out exactly.
//!
//! The indices fall into stretches (carried over; the main part; young enough to be open and not overdue;
//! too young to be late; too young to be resolved). Every stretch gets its own numbers, and a seeded permutation deals them out.

use super::error::GenerateError;
use super::permutation::{Permutation, largest_remainder};
use super::profile::Outcome;
use super::setting::Setting;
use super::timeline::{Timeline, carried_from};
use rand::Rng;

pub struct Plan {
    pub dossiers: u64,
    pub timeline: Timeline,
    stretches: Vec<Stretch>,
}

struct Stretch {
    first: u64,
    len: u64,
    permutation: Permutation,
    /// Upper bound (exclusive) of each quota's share of the permuted numbers.
    bounds: Vec<u64>,
}

impl Plan {
    pub fn new(setting: &Setting, dossiers: u64, rng: &mut impl Rng) -> Result<Self, GenerateError> {
        let quotas = &setting.profile.quota;
        let counts: Vec<u64> = quotas.iter().map(|quota| quota.count).collect();
        let left = Left { counts: largest_remainder(&counts, dossiers), setting };
        let full = setting.profile.dossiers;
        let calm = [Outcome::Early, Outcome::Withdrawn];
        let carried = scaled(setting.profile.carried_over, dossiers, full);
        let from = carried_from(setting, fewest_days(setting, &calm));
        let last = setting.calendar.working_day_up_to(setting.profile.period_end.0);

        let mut timeline = Timeline::new(setting, dossiers, carried, from, false);
        let mut tail = timeline.tail(last);
        if tail * 2 > left.of(&[Outcome::InProcess]) {
            timeline = Timeline::new(setting, dossiers, carried, from, true);
            tail = 0;
        }
        let short = most_days(setting);
        let recent_from = setting.calendar.working_days_before(last, short + 3);
        if recent_from <= setting.profile.period_start.0 {
            return Err(
                setting.bad_key("procedure.days", "the period is too short for a dossier to be late in it")
            );
        }
        let recent = timeline.on_or_after(recent_from).saturating_sub(tail);
        if carried + recent > left.of(&calm) + left.of(&[Outcome::InProcess]) - tail {
            return Err(setting.bad_key("quota", "too few dossiers are early or in process"));
        }

        let open_from =
            setting.calendar.working_days_before(last, fewest_days(setting, &[Outcome::InProcess]));
        let later = timeline.on_or_after(open_from).saturating_sub(tail + recent);

        let mut stretches = Vec::new();
        let mut first = 0;
        for counts in deal(left, carried, later, recent, tail) {
            let len = counts.iter().sum();
            let bounds = counts.iter().scan(0, |sum, count| {
                *sum += count;
                Some(*sum)
            });
            stretches.push(Stretch {
                first,
                len,
                permutation: Permutation::new(len, rng),
                bounds: bounds.collect(),
            });
            first += len;
        }
        Ok(Plan { dossiers, timeline, stretches })
    }

    /// The quota of a dossier.
    pub fn quota(&self, index: u64) -> usize {
        let stretch = self.stretches.iter().find(|stretch| index < stretch.first + stretch.len);
        stretch.map_or(0, |stretch| {
            let number = stretch.permutation.apply(index - stretch.first);
            stretch.bounds.partition_point(|bound| *bound <= number)
        })
    }
}

/// How many of each quota fall into each stretch, in the order of the stretches.
fn deal(mut left: Left, carried: u64, later: u64, recent: u64, tail: u64) -> [Vec<u64>; 5] {
    use Outcome::{Early, InProcess, Late, OnTime, Withdrawn};
    let in_tail = left.take(&[InProcess], tail);

    let open = left.of(&[InProcess]);
    let mut in_recent = left.take(&[InProcess], (open * 3 / 10).min(recent / 2));
    left.fill(&mut in_recent, recent, &[&[Early, Withdrawn], &[InProcess]]);

    let late = left.of(&[Late]);
    let open = left.of(&[InProcess]);
    let mut in_carried = left.take(&[Late], (late * 3 / 10).min(carried / 10));
    add(&mut in_carried, &left.take(&[InProcess], (open / 10).min(carried / 20)));
    left.fill(&mut in_carried, carried, &[&[Early, Withdrawn], &[InProcess]]);

    // Most of what is still open came recently enough not to be overdue.
    let later = later.min(left.counts.iter().sum());
    let open = left.of(&[InProcess]);
    let mut in_later = left.take(&[InProcess], (open * 9 / 10).min(later / 2));
    left.fill(&mut in_later, later, &[&[Early, OnTime, Late, Withdrawn], &[InProcess]]);

    [in_carried, left.counts, in_later, in_recent, in_tail]
}

/// What the quotas still have to give.
struct Left<'a> {
    counts: Vec<u64>,
    setting: &'a Setting,
}

impl Left<'_> {
    fn of(&self, outcomes: &[Outcome]) -> u64 {
        self.masked(outcomes).iter().sum()
    }

    /// Takes `total`, in proportion to what is left.
    fn take(&mut self, outcomes: &[Outcome], total: u64) -> Vec<u64> {
        let masked = self.masked(outcomes);
        let taken = largest_remainder(&masked, total.min(masked.iter().sum()));
        for (count, part) in self.counts.iter_mut().zip(&taken) {
            *count -= part;
        }
        taken
    }

    /// Takes until `counts` adds up to `total`, from the first outcomes as long as they last.
    fn fill(&mut self, counts: &mut [u64], total: u64, order: &[&[Outcome]]) {
        for outcomes in order {
            let missing = total.saturating_sub(counts.iter().sum());
            let part = self.take(outcomes, missing);
            add(counts, &part);
        }
    }

    fn masked(&self, outcomes: &[Outcome]) -> Vec<u64> {
        let quotas = self.setting.profile.quota.iter();
        quotas
            .zip(&self.counts)
            .map(|(quota, count)| if outcomes.contains(&quota.outcome) { *count } else { 0 })
            .collect()
    }
}

fn add(to: &mut [u64], from: &[u64]) {
    for (sum, part) in to.iter_mut().zip(from) {
        *sum += part;
    }
}

/// A count of the full profile, for another number of dossiers.
fn scaled(count: u64, dossiers: u64, full: u64) -> u64 {
    largest_remainder(&[count, full - count], dossiers).first().copied().unwrap_or(0)
}

/// Over the quotas of some outcomes: the fewest days of their longest procedures.
fn fewest_days(setting: &Setting, outcomes: &[Outcome]) -> i64 {
    let quotas = setting.profile.quota.iter().zip(&setting.procedures_of);
    let of_quota = |procedures: &Vec<usize>| days(setting, procedures).max().unwrap_or(1);
    quotas
        .filter(|(quota, _)| outcomes.contains(&quota.outcome))
        .map(|(_, list)| of_quota(list))
        .min()
        .unwrap_or(30)
}

/// Over the quotas that end on the due time or after it: the most days of their shortest procedures.
fn most_days(setting: &Setting) -> i64 {
    let due = |outcome| matches!(outcome, Outcome::Late | Outcome::OnTime);
    let quotas = setting.profile.quota.iter().zip(&setting.procedures_of);
    let of_quota = |procedures: &Vec<usize>| days(setting, procedures).min().unwrap_or(1);
    quotas.filter(|(quota, _)| due(quota.outcome)).map(|(_, list)| of_quota(list)).max().unwrap_or(1)
}

fn days<'a>(setting: &'a Setting, procedures: &'a [usize]) -> impl Iterator<Item = i64> + 'a {
    procedures
        .iter()
        .filter_map(|&index| setting.profile.procedure.get(index))
        .map(|procedure| i64::from(procedure.days))
}

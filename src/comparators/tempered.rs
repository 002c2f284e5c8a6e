//! A model that keeps an open mind on levels that training met seldom or never.
//!
//! It must not change what was learnt from many pairs.

use crate::engine::linkage::model::{LevelModel, Model};

/// What each level is given beside the matches that were seen at it: half a match, as an estimate of shares
/// from counts has it by default (Krichevsky and Trofimov).
const HALF: f64 = 0.5;

/// The model with half a match added at every level. `filled` says of a field which share of the matches
/// has it on both sides: the share of rows that have it, in the table where fewer do.
///
/// Training on clean data sees no wrong digit at all and concludes that a match never has one; in another
/// province such a pair would weigh worse than one of two different numbers. Fields on which look-alikes
/// agree as matches do keep doing so.
#[must_use]
pub fn tempered(model: &Model, filled: impl Fn(&str) -> f64) -> Model {
    let mut out = model.clone();
    for (at, comparison) in out.comparison.iter_mut().enumerate() {
        let compared = filled(&comparison.name) * model.pairs;
        let before: Vec<f64> = comparison.level.iter().map(|level| level.m).collect();
        let after = with_half(&before, model.prior * compared);
        let after = no_worse_than_else(after, &comparison.level);
        for class in &mut out.look_alike {
            if let Some(q) = class.q.get_mut(at) {
                *q = if *q == before { after.clone() } else { with_half(q, class.prior * compared) };
            }
        }
        for (level, m) in comparison.level.iter_mut().zip(after) {
            (level.m, level.bits) = (m, (m / level.u).log2());
        }
    }
    out
}

fn with_half(shares: &[f64], pairs: f64) -> Vec<f64> {
    let total = pairs + HALF * shares.len() as f64;
    shares.iter().map(|share| (share * pairs + HALF) / total).collect()
}

/// Two values that are near each other speak no more against a pair than two that are not: a level that training
/// met seldom is worth at least what the last one is. Where that one does not speak against a pair it tells nothing of
/// the others: records of one month never stand further apart, by chance or otherwise.
fn no_worse_than_else(shares: Vec<f64>, levels: &[LevelModel]) -> Vec<f64> {
    let last = shares.last().zip(levels.last()).map_or(0.0, |(share, level)| share / level.u);
    if last >= 1.0 {
        return shares;
    }
    let least: Vec<f64> = shares.iter().zip(levels).map(|(share, level)| share.max(level.u * last)).collect();
    let total: f64 = least.iter().sum();
    least.into_iter().map(|share| share / total).collect()
}

#[cfg(test)]
mod tests {
    use super::tempered;
    use crate::engine::linkage::model::{ComparisonModel, LevelModel, LookAlikeModel, Model};

    fn model() -> Model {
        let level = |name: &str, m: f64, u: f64| LevelModel { name: name.into(), m, u, bits: (m / u).log2() };
        let level =
            vec![level("same", 0.99, 1e-5), level("one digit wrong", 1e-9, 1e-6), level("else", 0.01, 0.999)];
        let shared: Vec<f64> = level.iter().map(|level| level.m).collect();
        let comparison =
            vec![ComparisonModel { name: "phone".into(), m_seen_through_its_block: false, level }];
        let class = |name: &str, q: Vec<f64>| LookAlikeModel { name: name.into(), prior: 1e-6, q: vec![q] };
        Model {
            version: 1,
            fingerprint: String::new(),
            pairs: 1e8,
            rows: 10_000,
            trained_on_pairs: 0,
            prior: 1e-4,
            converged: true,
            rounds: 1,
            last_change: 0.0,
            comparison,
            look_alike: vec![class("agrees", shared), class("other", vec![0.1, 0.0, 0.9])],
        }
    }

    #[test]
    fn near_values_speak_no_more_against_a_pair_than_far_ones() {
        let mut odd = model();
        // Seen among random pairs, never on a match.
        odd.comparison[0].level[1].u = 0.3;
        odd.comparison[0].level[2].u = 0.7;
        let levels = tempered(&odd, |_| 1.0).comparison[0].level.clone();
        assert!((levels[1].bits - levels[2].bits).abs() < 1e-9, "{levels:?}");
        assert!(levels[0].bits > 10.0);
        let total: f64 = levels.iter().map(|level| level.m).sum();
        assert!((total - 1.0).abs() < 1e-12);
    }

    /// Exports of one month have no pair further apart than a month, by chance or otherwise.
    #[test]
    fn a_last_level_that_never_occurs_says_nothing_of_the_others() {
        let mut month = model();
        month.comparison[0].level[1].u = 0.5;
        month.comparison[0].level[2] =
            LevelModel { m: 1e-4, u: 1e-6, ..month.comparison[0].level[2].clone() };
        let levels = tempered(&month, |_| 1.0).comparison[0].level.clone();
        assert!(levels[0].m > 0.98 && levels[1].bits < -9.0, "{levels:?}");
    }

    #[test]
    fn an_unseen_level_no_longer_speaks_against_a_match() {
        let (before, after) = (model(), tempered(&model(), |_| 1.0));
        let level = |model: &Model, at: usize| model.comparison[0].level[at].clone();
        assert!(level(&before, 1).bits < -9.0 && level(&after, 1).bits > 4.0);
        for at in [0, 2] {
            assert!((level(&before, at).bits - level(&after, at).bits).abs() < 0.01);
        }
        let sum: f64 = after.comparison[0].level.iter().map(|level| level.m).sum();
        assert!((sum - 1.0).abs() < 1e-6);
        let m: Vec<f64> = after.comparison[0].level.iter().map(|level| level.m).collect();
        assert_eq!(after.look_alike[0].q[0], m);
        assert!((after.look_alike[1].q[0][1] - 0.5 / 101.5).abs() < 1e-12);
    }

    #[test]
    fn a_field_that_is_seldom_filled_has_seen_less() {
        let m = |filled: f64| {
            tempered(&model(), |field| if field == "phone" { filled } else { 0.0 }).comparison[0].level[1].m
        };
        assert!((m(1.0) - 0.5 / 10_001.5).abs() < 1e-8 && (m(0.01) - 0.5 / 101.5).abs() < 1e-6);
    }
}

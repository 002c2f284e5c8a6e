//! One-to-one assignment over candidate pairs.
//!
//! Works on candidates only, never on all rows. Cheapest pair first; ties are broken by position,
//! and a tie that decided something is told: the link is ambiguous.

use std::collections::BTreeMap;

/// A pair that may be one thing; the lower the cost the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    pub cost: i64,
    pub left: u32,
    pub right: u32,
}

/// A chosen pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    pub left: u32,
    pub right: u32,
    pub cost: i64,
    pub runner_up: Option<RunnerUp>,
}

/// The next best pair that shares a side with the chosen one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunnerUp {
    pub left: u32,
    pub right: u32,
    /// How much worse it is; 0 is a tie.
    pub margin: i64,
}

impl Assigned {
    /// Nothing but the order of rows told the pair from its runner-up.
    pub fn is_ambiguous(&self) -> bool {
        self.runner_up.is_some_and(|other| other.margin == 0)
    }
}

/// Chooses pairs so that no side is used twice. `twins` tells records of one side that are known to be
/// one thing (`true` for the left side): choosing between them decides nothing.
pub fn one_to_one(mut candidates: Vec<Candidate>, twins: impl Fn(bool, u32, u32) -> bool) -> Vec<Assigned> {
    candidates.sort_unstable();
    candidates.dedup_by_key(|candidate| (candidate.left, candidate.right));
    let mut by_left: Vec<usize> = (0..candidates.len()).collect();
    let mut by_right = by_left.clone();
    by_left.sort_by_key(|i| (candidates[*i].left, *i));
    by_right.sort_by_key(|i| (candidates[*i].right, *i));
    let left_of = |left: u32| {
        let start = by_left.partition_point(|i| candidates[*i].left < left);
        by_left[start..].iter().map(|i| candidates[*i]).take_while(move |c| c.left == left)
    };
    let right_of = |right: u32| {
        let start = by_right.partition_point(|i| candidates[*i].right < right);
        by_right[start..].iter().map(|i| candidates[*i]).take_while(move |c| c.right == right)
    };
    // Per side, the cost at which a record was taken.
    let (mut left_cost, mut right_cost) = (BTreeMap::new(), BTreeMap::new());
    let mut chosen = Vec::new();
    for candidate in &candidates {
        let Candidate { cost, left, right } = *candidate;
        if left_cost.contains_key(&left) || right_cost.contains_key(&right) {
            continue;
        }
        // A partner that a better pair has taken was never an alternative.
        let taken =
            |costs: &BTreeMap<u32, i64>, record: u32| costs.get(&record).is_some_and(|taken| *taken < cost);
        let runner_up = left_of(left)
            .filter(|other| other.right != right && !taken(&right_cost, other.right))
            .filter(|other| !twins(false, other.right, right))
            .chain(
                right_of(right)
                    .filter(|other| other.left != left && !taken(&left_cost, other.left))
                    .filter(|other| !twins(true, other.left, left)),
            )
            .min()
            .map(|other| RunnerUp {
                left: other.left,
                right: other.right,
                margin: (other.cost - cost).max(0),
            });
        left_cost.insert(left, cost);
        right_cost.insert(right, cost);
        chosen.push(Assigned { left, right, cost, runner_up });
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::{Candidate, one_to_one};

    fn candidate(left: u32, right: u32, cost: i64) -> Candidate {
        Candidate { cost, left, right }
    }

    #[test]
    fn the_nearest_pair_wins_and_knows_its_runner_up() {
        let pairs = vec![candidate(0, 0, 5), candidate(0, 1, 60), candidate(1, 1, 7)];
        let chosen = one_to_one(pairs, |_, _, _| false);
        assert_eq!(chosen.iter().map(|c| (c.left, c.right)).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
        assert_eq!(chosen[0].runner_up.map(|r| (r.right, r.margin)), Some((1, 55)));
        assert!(!chosen[0].is_ambiguous());
    }

    #[test]
    fn a_tie_is_ambiguous_and_order_does_not_matter() {
        let pairs = [candidate(0, 0, 5), candidate(0, 1, 5), candidate(1, 0, 5), candidate(1, 1, 5)];
        let chosen = one_to_one(pairs.to_vec(), |_, _, _| false);
        let reversed = one_to_one(pairs.iter().rev().copied().collect(), |_, _, _| false);
        assert_eq!(chosen, reversed);
        assert!(chosen.iter().all(super::Assigned::is_ambiguous));
    }

    #[test]
    fn a_partner_taken_by_a_better_pair_is_no_alternative() {
        // Left 0 meets right 0 only; right 1 belongs to left 1 at no cost.
        let pairs = vec![candidate(1, 1, 0), candidate(0, 0, 4), candidate(0, 1, 4)];
        let chosen = one_to_one(pairs, |_, _, _| false);
        assert_eq!(chosen.iter().map(|c| (c.left, c.right)).collect::<Vec<_>>(), [(1, 1), (0, 0)]);
        assert!(chosen.iter().all(|c| !c.is_ambiguous()));
    }

    #[test]
    fn copies_of_one_record_do_not_make_a_link_doubtful() {
        let pairs = vec![candidate(0, 0, 3), candidate(0, 1, 3)];
        assert!(one_to_one(pairs.clone(), |_, _, _| false)[0].is_ambiguous());
        assert!(!one_to_one(pairs, |left, a, b| !left && a.max(b) == 1)[0].is_ambiguous());
    }
}

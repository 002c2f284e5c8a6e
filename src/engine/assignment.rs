//! One-to-one assignment over candidate pairs.
//!
//! Works on candidates only, never on all rows. Cheapest pair first; ties are broken by position,
//! and a tie that decided something is told: the link is ambiguous.

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

/// Chooses pairs so that no side is used twice.
pub fn one_to_one(mut candidates: Vec<Candidate>) -> Vec<Assigned> {
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
    let (mut used_left, mut used_right) =
        (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let mut chosen = Vec::new();
    for candidate in &candidates {
        let Candidate { cost, left, right } = *candidate;
        if used_left.contains(&left) || used_right.contains(&right) {
            continue;
        }
        used_left.insert(left);
        used_right.insert(right);
        let runner_up = left_of(left)
            .filter(|other| other.right != right)
            .chain(right_of(right).filter(|other| other.left != left))
            .min()
            .map(|other| RunnerUp {
                left: other.left,
                right: other.right,
                margin: (other.cost - cost).max(0),
            });
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
        let chosen = one_to_one(vec![candidate(0, 0, 5), candidate(0, 1, 60), candidate(1, 1, 7)]);
        assert_eq!(chosen.iter().map(|c| (c.left, c.right)).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
        assert_eq!(chosen[0].runner_up.map(|r| (r.right, r.margin)), Some((1, 55)));
        assert!(!chosen[0].is_ambiguous());
    }

    #[test]
    fn a_tie_is_ambiguous_and_order_does_not_matter() {
        let pairs = [candidate(0, 0, 5), candidate(0, 1, 5), candidate(1, 0, 5), candidate(1, 1, 5)];
        let chosen = one_to_one(pairs.to_vec());
        let reversed = one_to_one(pairs.iter().rev().copied().collect());
        assert_eq!(chosen, reversed);
        assert!(chosen.iter().all(super::Assigned::is_ambiguous));
    }
}

//! Which records of one table are one thing, without a chain of weak links joining two.
//!
//! Two groups become one only while the weights of *all* pairs between them add up to more than
//! nothing; the pair of groups with the highest mean weight goes first.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use rayon::prelude::*;

/// Components of more records are clustered from the given pairs alone.
const SCORE_ALL_UP_TO: usize = 300;

/// Thousandths of a bit: whole numbers, so that sums do not depend on their order.
pub type Weight = i64;

/// Beyond so many bits a pair counts little more: neither for nor against does one alone decide everything.
const MOST: f64 = 20.0;
/// But it counts more, so that of two strong pairs the stronger goes first.
const BEYOND: f64 = 20.0;

/// From the bits of a pair to its weight: one above the threshold counts for, one below against.
pub fn weigher(prior: f64, threshold: f64) -> impl Fn(f64) -> Weight + Sync {
    let border = (threshold / (1.0 - threshold)).log2();
    move |bits| weight(bits + prior - border)
}

/// The weight of a pair, of its bits above the threshold. Rises with them.
pub fn weight(bits: f64) -> Weight {
    let within = bits.clamp(-MOST, MOST);
    ((within + (bits - within) / BEYOND) * 1000.0).round() as Weight
}

/// Low, high, weight.
pub type Pair = (u32, u32, Weight);

/// Clusters of two or more, each sorted, in order of their first member. `pairs` hold (low, high, weight);
/// `weight_of` gives the weight of a pair that no blocking rule gave; `may_join` forbids two groups for
/// good, whatever they weigh: a union of groups of which two were forbidden must be forbidden too.
pub fn cluster(
    rows: usize,
    pairs: &[Pair],
    weight_of: impl Fn(u32, u32) -> Weight + Sync,
    unknown: Weight,
    may_join: impl Fn(&[u32], &[u32]) -> bool + Sync,
) -> Vec<Vec<u32>> {
    let mut sets = Sets::new(rows);
    for (a, b, _) in pairs.iter().filter(|(_, _, weight)| *weight > 0) {
        sets.union(*a, *b);
    }
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let linked = pairs.iter().filter(|(_, _, weight)| *weight > 0).flat_map(|(a, b, _)| [*a, *b]);
    for row in linked.collect::<BTreeSet<u32>>() {
        members.entry(sets.root(row)).or_default().push(row);
    }
    let mut known: BTreeMap<u32, Vec<Pair>> = BTreeMap::new();
    for pair in pairs {
        let root = sets.root(pair.0);
        if root == sets.root(pair.1) && members.contains_key(&root) {
            known.entry(root).or_default().push(*pair);
        }
    }
    let work: Vec<(&Vec<u32>, &Vec<Pair>)> = members
        .iter()
        .filter(|(_, members)| members.len() > 1)
        .filter_map(|(root, members)| known.get(root).map(|pairs| (members, pairs)))
        .collect();
    let mut out: Vec<Vec<u32>> = work
        .into_par_iter()
        .flat_map_iter(|(members, pairs)| {
            let all: Vec<Pair> = if members.len() <= SCORE_ALL_UP_TO {
                let each = members
                    .iter()
                    .enumerate()
                    .flat_map(|(at, a)| members[at + 1..].iter().map(move |b| (*a, *b)));
                each.map(|(a, b)| (a, b, weight_of(a, b))).collect()
            } else {
                pairs.clone()
            };
            agglomerate(members, &all, unknown, &may_join)
        })
        .collect();
    out.sort_unstable();
    out
}

/// Merges groups, highest mean weight first; ties go to the groups with the smallest members.
fn agglomerate(
    members: &[u32],
    pairs: &[Pair],
    unknown: Weight,
    may_join: &impl Fn(&[u32], &[u32]) -> bool,
) -> Vec<Vec<u32>> {
    let place: BTreeMap<u32, usize> = members.iter().enumerate().map(|(at, row)| (*row, at)).collect();
    let mut groups: Vec<Vec<u32>> = members.iter().map(|row| vec![*row]).collect();
    // Per group, the neighbours with the sum of known weights and their number.
    let mut near: Vec<BTreeMap<usize, (Weight, i64)>> = vec![BTreeMap::new(); groups.len()];
    for (a, b, weight) in pairs {
        if let (Some(a), Some(b)) = (place.get(a), place.get(b)) {
            near[*a].insert(*b, (*weight, 1));
            near[*b].insert(*a, (*weight, 1));
        }
    }
    let mean = |(sum, known): (Weight, i64), a: usize, b: usize| {
        let all = (a * b) as i64;
        (sum + (all - known) * unknown) / all
    };
    let mut heap = BinaryHeap::new();
    for (a, others) in near.iter().enumerate() {
        for (b, edge) in others.range(a + 1..) {
            heap.push((mean(*edge, 1, 1), std::cmp::Reverse((a, *b))));
        }
    }
    while let Some((value, std::cmp::Reverse((a, b)))) = heap.pop() {
        if value <= 0 {
            break;
        }
        let current = near[a].get(&b).map(|edge| mean(*edge, groups[a].len(), groups[b].len()));
        if groups[a].is_empty() || groups[b].is_empty() || current != Some(value) {
            continue;
        }
        if !may_join(&groups[a], &groups[b]) {
            continue;
        }
        let moved = std::mem::take(&mut groups[b]);
        groups[a].extend(moved);
        let others = std::mem::take(&mut near[b]);
        near[a].remove(&b);
        let mut changed: BTreeSet<usize> = near[a].keys().copied().collect();
        for (other, (sum, known)) in others {
            near[other].remove(&b);
            if other != a {
                let edge = near[a].entry(other).or_insert((0, 0));
                *edge = (edge.0 + sum, edge.1 + known);
                changed.insert(other);
            }
        }
        for other in changed {
            let edge = near[a][&other];
            near[other].insert(a, edge);
            heap.push((
                mean(edge, groups[a].len(), groups[other].len()),
                std::cmp::Reverse((a.min(other), a.max(other))),
            ));
        }
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.into_iter().filter(|group| group.len() > 1).collect()
}

/// Disjoint sets; the root is the smallest member (as `engine::components`).
struct Sets(Vec<u32>);

impl Sets {
    fn new(n: usize) -> Self {
        Self((0..n as u32).collect())
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.0[node as usize] != node {
            self.0[node as usize] = self.0[self.0[node as usize] as usize];
            node = self.0[node as usize];
        }
        node
    }

    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::{cluster, weight};

    /// Twins of one name, day and telephone: 0 and 1 in one table, 2 and 3 in another; 0 and 2 have one number.
    #[test]
    fn of_two_strong_pairs_the_stronger_goes_first() {
        let bits = |a: u32, b: u32| match (a.min(b), a.max(b)) {
            (0, 2) => 54.1,
            (0, 3) | (1, 3) => 38.4,
            (1, 2) => 31.4,
            _ => -40.0,
        };
        let pairs: Vec<(u32, u32, i64)> =
            [(0, 2), (0, 3), (1, 2), (1, 3)].map(|(a, b)| (a, b, weight(bits(a, b)))).to_vec();
        let one_a_table = |a: &[u32], b: &[u32]| {
            let of = |table: u32| a.iter().chain(b).filter(|node| **node / 2 == table).count();
            of(0) < 2 && of(1) < 2
        };
        let found = cluster(4, &pairs, |a, b| weight(bits(a, b)), weight(-10.0), one_a_table);
        assert_eq!(found, [vec![0, 2], vec![1, 3]]);
    }

    #[test]
    fn a_weight_rises_with_the_bits_and_is_tempered() {
        let bits = [-300.0, -54.0, -38.0, -20.0, 0.0, 0.5, 20.0, 38.0, 54.0, 300.0];
        let weights = bits.map(weight);
        assert!(weights.is_sorted_by(|a, b| a < b), "{weights:?}");
        assert_eq!((weight(0.5), weight(60.0)), (500, 22_000));
    }

    #[test]
    fn a_weak_link_does_not_join_two() {
        // 0-1-2 belong together, 3-4-5 too; 2-3 is a weak link that every other pair denies.
        let mut pairs = vec![(2, 3, 2000)];
        let weight = |a: u32, b: u32| match (a.min(b), a.max(b)) {
            (2, 3) => 2000,
            (a, b) if a / 3 == b / 3 => 9000,
            _ => -8000,
        };
        for (a, b) in [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)] {
            pairs.push((a, b, 9000));
        }
        assert_eq!(cluster(7, &pairs, weight, -5000, |_, _| true), [vec![0, 1, 2], vec![3, 4, 5]]);
    }

    #[test]
    fn a_missed_pair_is_made_good_by_the_others() {
        let pairs = vec![(0, 1, 9000), (0, 2, 9000)];
        let weight = |a: u32, b: u32| if (a.min(b), a.max(b)) == (1, 2) { -1000 } else { 9000 };
        assert_eq!(cluster(3, &pairs, weight, -5000, |_, _| true), [vec![0, 1, 2]]);
    }

    /// Every step looks at every pair of groups anew.
    fn plain(
        n: u32,
        weight: impl Fn(u32, u32) -> i64,
        may: impl Fn(&[u32], &[u32]) -> bool,
    ) -> Vec<Vec<u32>> {
        let mut groups: Vec<Vec<u32>> = (0..n).map(|row| vec![row]).collect();
        loop {
            let mut best: Option<(i64, usize, usize)> = None;
            for a in 0..groups.len() {
                for b in a + 1..groups.len() {
                    if !may(&groups[a], &groups[b]) {
                        continue;
                    }
                    let each = groups[a].iter().flat_map(|x| groups[b].iter().map(move |y| (*x, *y)));
                    let sum: i64 = each.map(|(x, y)| weight(x.min(y), x.max(y))).sum();
                    let mean = sum / (groups[a].len() * groups[b].len()) as i64;
                    if mean > 0 && best.is_none_or(|(top, _, _)| mean > top) {
                        best = Some((mean, a, b));
                    }
                }
            }
            let Some((_, a, b)) = best else { break };
            let moved = groups.remove(b);
            groups[a].extend(moved);
        }
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.retain(|group| group.len() > 1);
        groups.sort_unstable();
        groups
    }

    #[test]
    fn as_if_every_pair_of_groups_were_tried() {
        use crate::engine::linkage::frame::mix;
        let mut joined = 0;
        for seed in 0..2000u64 {
            let n = 3 + (mix(seed) % 7) as u32;
            // Weights far apart: no two means are equal.
            let weight = |a: u32, b: u32| {
                (mix(seed * 1000 + u64::from(a.min(b) * 50 + a.max(b))) % 40_000_001) as i64 - 18_000_000
            };
            let may =
                |a: &[u32], b: &[u32]| seed % 2 == 0 || a.iter().all(|x| b.iter().all(|y| x % 3 != y % 3));
            let mut pairs = Vec::new();
            for a in 0..n {
                (a + 1..n).for_each(|b| pairs.push((a, b, weight(a, b))));
            }
            let told = cluster(n as usize, &pairs, weight, -1, may);
            assert_eq!(told, plain(n, weight, may), "seed {seed}");
            joined += told.len();
        }
        assert!(joined > 1000);
    }
}

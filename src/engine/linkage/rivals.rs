//! What else could have been decided: for each pair the best rival that cannot be linked along with it.

use super::score::Scored;

/// Which sides allow a record only one partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exclusive {
    pub left: bool,
    pub right: bool,
}

/// The rival of a pair, by position, and how many bits worse the best decision with it is.
pub type Rival = Option<(u32, f64)>;

const NONE: u32 = u32::MAX;

struct Field<'a> {
    pairs: &'a [Scored],
    exclusive: Exclusive,
    prior: f64,
    /// The pair that holds a record, by position.
    holds: [Vec<u32>; 2],
    chosen: &'a [bool],
}

/// Per pair its rival. `pairs` are sorted by left and right; `rows` counts the records of both sides.
///
/// To take a rival the pair is given up, and so is what holds the rival's other record; the two records
/// that lose their partner may take each other. Longer exchanges are not tried. Of a pair that is not
/// chosen the margin is the difference of its bits to the rival's.
pub fn rivals(
    pairs: &[Scored],
    chosen: &[bool],
    exclusive: Exclusive,
    prior: f64,
    rows: (usize, usize),
) -> Vec<Rival> {
    let mut field =
        Field { pairs, exclusive, prior, holds: [vec![NONE; rows.0], vec![NONE; rows.1]], chosen };
    for (at, pair) in (0u32..).zip(pairs).filter(|(at, _)| chosen[*at as usize]) {
        if exclusive.left {
            field.holds[0][pair.left as usize] = at;
        }
        if exclusive.right {
            field.holds[1][pair.right as usize] = at;
        }
    }
    let mut out = vec![None; pairs.len()];
    let (lefts, rights) = rayon::join(
        || exclusive.left.then(|| shared(pairs, rows.0, |pair| pair.left)),
        || exclusive.right.then(|| shared(pairs, rows.1, |pair| pair.right)),
    );
    if let Some(order) = lefts {
        field.each(&order, |pair| pair.left, &mut out);
    }
    if let Some(mut order) = rights {
        order.sort_unstable_by_key(|at| (pairs[*at as usize].right, *at));
        field.each(&order, |pair| pair.right, &mut out);
    }
    out
}

/// The pairs whose record on one side stands in another pair too.
fn shared(pairs: &[Scored], rows: usize, record: impl Fn(&Scored) -> u32) -> Vec<u32> {
    let mut times = vec![0u8; rows];
    for pair in pairs {
        let times = &mut times[record(pair) as usize];
        *times = times.saturating_add(1);
    }
    (0u32..).zip(pairs).filter(|(_, pair)| times[record(pair) as usize] > 1).map(|(at, _)| at).collect()
}

impl Field<'_> {
    /// `order` puts the pairs of one record together.
    fn each(&self, order: &[u32], record: impl Fn(&Scored) -> u32, out: &mut [Rival]) {
        let of = |at: &u32| record(&self.pairs[*at as usize]);
        for group in order.chunk_by(|a, b| of(a) == of(b)).filter(|group| group.len() > 1) {
            let bits = |at: u32| self.pairs[at as usize].bits;
            let best = |but: u32| {
                let others = group.iter().copied().filter(|at| *at != but);
                others.max_by(|a, b| bits(*a).total_cmp(&bits(*b)).then(b.cmp(a)))
            };
            let Some(first) = best(NONE) else { continue };
            let second = best(first);
            for at in group.iter().copied() {
                if self.chosen[at as usize] {
                    for other in group.iter().copied().filter(|other| *other != at) {
                        keep(&mut out[at as usize], other, self.regret(at, other));
                    }
                } else if let Some(other) = if at == first { second } else { Some(first) } {
                    keep(&mut out[at as usize], other, bits(at) - bits(other));
                }
            }
        }
    }

    /// What is lost by taking `other` instead of `own`.
    fn regret(&self, own: u32, other: u32) -> f64 {
        let (pair, rival) = (&self.pairs[own as usize], &self.pairs[other as usize]);
        let lost = pair.bits - rival.bits;
        let weight = |pair: &Scored| pair.bits + self.prior;
        // The record at the rival's other end, and who would stand alone once it is taken away.
        let (holder, swap) = if pair.left == rival.left {
            let holder = self.holder(1, rival.right);
            (holder, holder.map(|pair_of| (pair_of.left, pair.right)))
        } else {
            let holder = self.holder(0, rival.left);
            (holder, holder.map(|pair_of| (pair.left, pair_of.right)))
        };
        let given_up = holder.map_or(0.0, weight);
        let gained = swap.and_then(|pair| self.find(pair)).map_or(0.0, weight).max(0.0);
        (lost + given_up - gained).max(0.0)
    }

    fn holder(&self, side: usize, row: u32) -> Option<&Scored> {
        let exclusive = [self.exclusive.left, self.exclusive.right][side];
        let at = self.holds[side][row as usize];
        (exclusive && at != NONE).then(|| &self.pairs[at as usize])
    }

    fn find(&self, pair: (u32, u32)) -> Option<&Scored> {
        self.pairs.binary_search_by_key(&pair, |pair| (pair.left, pair.right)).ok().map(|at| &self.pairs[at])
    }
}

/// Keeps the rival with the smallest margin, the first by position where margins are equal.
fn keep(known: &mut Rival, other: u32, margin: f64) {
    let better = known.is_none_or(|(at, least)| margin < least || margin == least && other < at);
    if better {
        *known = Some((other, margin));
    }
}

#[cfg(test)]
mod tests {
    use super::{Exclusive, rivals};
    use crate::engine::linkage::score::Scored;

    fn pairs(all: &[(u32, u32, f64)]) -> Vec<Scored> {
        all.iter()
            .map(|(left, right, bits)| Scored { left: *left, right: *right, pattern: 0, bits: *bits })
            .collect()
    }

    const BOTH: Exclusive = Exclusive { left: true, right: true };

    #[test]
    fn a_rival_that_is_free_costs_the_difference() {
        let pairs = pairs(&[(0, 0, 20.0), (0, 1, 17.0), (1, 3, 5.0)]);
        let told = rivals(&pairs, &[true, false, true], BOTH, -5.0, (2, 4));
        assert_eq!(told, [Some((1, 3.0)), Some((0, -3.0)), None]);
    }

    #[test]
    fn a_rival_that_another_holds_costs_that_pair_too() {
        // 0-1 weighs more than 0-0, but 1 belongs to 1-1.
        let pairs = pairs(&[(0, 0, 20.0), (0, 1, 21.0), (1, 1, 40.0)]);
        let told = rivals(&pairs, &[true, false, true], BOTH, -5.0, (2, 2));
        assert_eq!(told[0], Some((1, 34.0)));
        // The record that loses its partner takes the one set free.
        let swapped = self::pairs(&[(0, 0, 20.0), (0, 1, 21.0), (1, 0, 39.0), (1, 1, 40.0)]);
        let told = rivals(&swapped, &[true, false, false, true], BOTH, -5.0, (2, 2));
        assert_eq!((told[0], told[3]), (Some((1, 0.0)), Some((1, 0.0))));
    }

    #[test]
    fn a_side_that_may_have_many_knows_no_rivals() {
        let pairs = pairs(&[(0, 0, 20.0), (0, 1, 17.0), (1, 1, 16.0)]);
        let right = Exclusive { left: false, right: true };
        let told = rivals(&pairs, &[true, true, false], right, -5.0, (2, 2));
        assert_eq!(told, [None, Some((2, 1.0)), Some((1, -1.0))]);
    }
}

//! The best one-to-one assignment: of all ways to pair each record at most once, the one with the
//! largest sum of weights.
//!
//! Successive cheapest augmenting paths over the candidates. A path never leaves its connected
//! component, so components need not be told apart. Weights are whole numbers: no rounding decides.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A candidate; only weights above 0 are worth taking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub left: u32,
    pub right: u32,
    pub weight: i64,
}

const NONE: u32 = u32::MAX;

/// Per left record its right one. `edges` sorted by left, right. Prices keep every reduced cost at or
/// above 0; `left + n` stands for the empty chair that each left record has.
pub fn best(edges: &[Edge], lefts: usize, rights: usize) -> Vec<Option<u32>> {
    let mut starts = vec![0u32; lefts + 1];
    for edge in edges {
        starts[edge.left as usize + 1] += 1;
    }
    for at in 0..lefts {
        starts[at + 1] += starts[at];
    }
    let mut search = Search {
        edges,
        starts,
        price: vec![0; rights],
        holder: vec![NONE; rights],
        held: vec![NONE; lefts],
        profit: vec![0; lefts],
        distance: vec![i64::MAX; rights],
        from: vec![NONE; rights],
        touched: Vec::new(),
    };
    for left in 0..lefts as u32 {
        if search.starts[left as usize] < search.starts[left as usize + 1] {
            search.augment(left);
        }
    }
    search.held.into_iter().map(|right| (right != NONE).then_some(right)).collect()
}

struct Search<'e> {
    edges: &'e [Edge],
    starts: Vec<u32>,
    /// What a right record costs; free ones cost nothing.
    price: Vec<i64>,
    holder: Vec<u32>,
    held: Vec<u32>,
    /// What a left record gains under the prices; unpaired ones gain nothing.
    profit: Vec<i64>,
    distance: Vec<i64>,
    from: Vec<u32>,
    touched: Vec<u32>,
}

impl Search<'_> {
    /// Brings in one more left record: the cheapest path ends at a free right record or leaves one left
    /// record unpaired.
    fn augment(&mut self, root: u32) {
        let own = &self.edges[self.starts[root as usize] as usize..self.starts[root as usize + 1] as usize];
        self.profit[root as usize] =
            own.iter().map(|e| e.weight - self.price[e.right as usize]).max().unwrap_or(0).max(0);
        let mut heap = BinaryHeap::new();
        let mut settled = Vec::new();
        // The cheapest end so far: distance, the right record or NONE, and the left record that goes without.
        let mut end = (self.profit[root as usize], NONE, root);
        self.relax(root, 0, &mut heap);
        while let Some(Reverse((distance, right))) = heap.pop() {
            if distance >= end.0 {
                break;
            }
            if distance > self.distance[right as usize] {
                continue;
            }
            let holder = self.holder[right as usize];
            if holder == NONE {
                // A free record costs nothing and cannot be undercut by what is still in the heap.
                end = (distance, right, NONE);
                break;
            }
            settled.push((right, distance));
            let without = distance + self.profit[holder as usize];
            if without < end.0 {
                end = (without, NONE, holder);
            }
            self.relax(holder, distance, &mut heap);
        }
        self.finish(root, end, &settled);
    }

    fn relax(&mut self, left: u32, so_far: i64, heap: &mut BinaryHeap<Reverse<(i64, u32)>>) {
        let range = self.starts[left as usize] as usize..self.starts[left as usize + 1] as usize;
        for edge in &self.edges[range] {
            let right = edge.right as usize;
            if self.held[left as usize] == edge.right {
                continue;
            }
            let distance = so_far + self.profit[left as usize] - (edge.weight - self.price[right]);
            if distance < self.distance[right] {
                if self.distance[right] == i64::MAX {
                    self.touched.push(edge.right);
                }
                self.distance[right] = distance;
                self.from[right] = left;
                heap.push(Reverse((distance, edge.right)));
            }
        }
    }

    fn finish(&mut self, root: u32, end: (i64, u32, u32), settled: &[(u32, i64)]) {
        let (length, free, without) = end;
        for (right, distance) in settled.iter().filter(|(_, distance)| *distance < length) {
            let holder = self.holder[*right as usize] as usize;
            self.price[*right as usize] += length - distance;
            self.profit[holder] -= length - distance;
        }
        self.profit[root as usize] -= length;
        // Walk back along the path, each left record taking the right one it reached.
        let mut right = free;
        if free == NONE && without != root {
            right = self.held[without as usize];
            self.held[without as usize] = NONE;
        }
        while right != NONE {
            let left = self.from[right as usize];
            let before = self.held[left as usize];
            self.held[left as usize] = right;
            self.holder[right as usize] = left;
            right = if left == root { NONE } else { before };
        }
        for right in self.touched.drain(..) {
            self.distance[right as usize] = i64::MAX;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Edge, best};
    use crate::engine::linkage::frame::mix;

    fn brute(edges: &[Edge], from: usize, used: u32) -> i64 {
        let Some(left) = edges.get(from).map(|e| e.left) else { return 0 };
        let next = from + edges[from..].iter().take_while(|e| e.left == left).count();
        let mut top = brute(edges, next, used);
        for edge in edges[from..next].iter().filter(|e| used >> e.right & 1 == 0) {
            top = top.max(edge.weight + brute(edges, next, used | 1 << edge.right));
        }
        top
    }

    #[test]
    fn never_worse_than_trying_everything() {
        for seed in 0..3000u64 {
            let mut edges = Vec::new();
            let n = 2 + mix(seed) % 5;
            for left in 0..n {
                for right in 0..n {
                    let random = mix(seed * 1000 + left * 10 + right);
                    if !random.is_multiple_of(3) {
                        edges.push(Edge {
                            left: left as u32,
                            right: right as u32,
                            weight: (random >> 8) as i64 % 12 - 2,
                        });
                    }
                }
            }
            let chosen = best(&edges, n as usize, n as usize);
            let mut used = Vec::new();
            let mut sum = 0;
            for (left, right) in chosen.iter().enumerate().filter_map(|(l, r)| r.map(|r| (l as u32, r))) {
                used.push(right);
                sum += edges.iter().find(|e| (e.left, e.right) == (left, right)).map_or(-1000, |e| e.weight);
            }
            let pairs = used.len();
            used.sort_unstable();
            used.dedup();
            assert_eq!(used.len(), pairs, "seed {seed}");
            assert_eq!(sum, brute(&edges, 0, 0), "seed {seed}");
        }
    }
}

//! Connected components: which records, linked two by two, are one thing.

/// Disjoint sets over `0..n`. The root of a set is its smallest member, so the result does not
/// depend on the order of the unions.
pub struct Components {
    parent: Vec<u32>,
}

impl Components {
    pub fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect() }
    }

    pub fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let grandparent = self.parent[self.parent[node as usize] as usize];
            self.parent[node as usize] = grandparent;
            node = grandparent;
        }
        node
    }

    pub fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parent[high as usize] = low;
    }

    /// Whether a member is the root of its set.
    pub fn is_root(&self, node: u32) -> bool {
        self.parent[node as usize] == node
    }

    /// Sorts sets into classes: asked of every member in order, once; of a root with its class, which is that of all.
    /// The sets are not to be asked any more.
    pub fn settle(&mut self, node: u32, of_root: u16) -> u16 {
        let parent = self.parent[node as usize];
        let class = if parent == node { of_root } else { self.class_of(parent) };
        self.parent[node as usize] = u32::from(class);
        class
    }

    /// The class of a settled member.
    pub fn class_of(&self, node: u32) -> u16 {
        self.parent[node as usize] as u16
    }
}

#[cfg(test)]
mod tests {
    use super::Components;

    #[test]
    fn the_smallest_member_is_the_root_in_any_order() {
        let pairs = [(5, 3), (3, 9), (1, 5)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let mut sets = Components::new(10);
            for i in order {
                sets.union(pairs[i].0, pairs[i].1);
            }
            assert_eq!(sets.root(9), 1);
            assert_eq!(sets.root(0), 0);
            assert!(sets.is_root(1) && !sets.is_root(9));
            let classes: Vec<u16> = (0..10).map(|node| sets.settle(node, node as u16 + 7)).collect();
            assert_eq!(classes, [7, 8, 9, 8, 11, 8, 13, 14, 15, 8]);
            assert!((0..10).all(|node| sets.class_of(node) == classes[node as usize]));
        }
    }
}

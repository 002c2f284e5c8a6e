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

    /// Puts the set of a member into a class; of several, the least counts. Sets are asked for their class only from then
    /// on.
    pub fn classify(&mut self, node: u32, class: u16) {
        let own = CLASSES + u32::from(u16::MAX - class);
        let root = self.root_in_class(node);
        let held = self.parent[root as usize];
        self.parent[root as usize] = if held < CLASSES { own } else { held.max(own) };
    }

    /// The class of a set, as far as its members were put into one.
    pub fn class_so_far(&self, node: u32) -> Option<u16> {
        let held = self.parent[self.root_in_class(node) as usize];
        (held >= CLASSES).then(|| u16::MAX - (held - CLASSES) as u16)
    }

    /// The root of a set, which may stand for a class by now.
    fn root_in_class(&self, node: u32) -> u32 {
        let mut root = node;
        while self.parent[root as usize] != root && self.parent[root as usize] < CLASSES {
            root = self.parent[root as usize];
        }
        root
    }

    /// Once every set is in a class.
    pub fn settle(&mut self) {
        for node in 0..self.parent.len() {
            // A parent is less than its children.
            let parent = self.parent[node];
            if parent < CLASSES {
                self.parent[node] = self.parent[parent as usize];
            }
        }
    }

    /// The class of a settled member.
    pub fn class_of(&self, node: u32) -> u16 {
        u16::MAX - (self.parent[node as usize] - CLASSES) as u16
    }
}

/// From here on stand classes instead of members, the least last.
const CLASSES: u32 = u32::MAX - u16::MAX as u32;

/// There may be so many members.
pub const MOST_MEMBERS: u32 = CLASSES;

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
            // 1, 3, 5 and 9 are one set: the least of their classes is that of 9.
            let own = [7, 8, 9, 10, 0, 12, u16::MAX, 14, 15, 2];
            for node in 0..10 {
                let before =
                    [1, 3, 5].into_iter().filter(|member| *member < node).map(|member| own[member as usize]);
                let so_far = if [3, 5, 9].contains(&node) { before.min() } else { None };
                assert_eq!(sets.class_so_far(node), so_far);
                sets.classify(node, own[node as usize]);
            }
            sets.settle();
            let classes: Vec<u16> = (0..10).map(|node| sets.class_of(node)).collect();
            assert_eq!(classes, [7, 2, 9, 2, 0, 2, u16::MAX, 14, 15, 2]);
        }
    }
}

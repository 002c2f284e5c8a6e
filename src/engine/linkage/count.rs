//! Counting patterns: a small table that adds up in any order and comes out sorted.

/// Counts of (pattern, rules). Open addressing; a free slot has no rules.
#[derive(Default, Clone)]
pub struct Counter {
    slots: Vec<(u64, u32, u32)>,
    used: usize,
}

impl Counter {
    #[inline]
    pub fn add(&mut self, pattern: u64, rules: u32, times: u32) {
        if self.used * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = super::frame::mix(pattern ^ (u64::from(rules) << 40)) as usize & mask;
        loop {
            let slot = &mut self.slots[at];
            if slot.1 == 0 {
                *slot = (pattern, rules, times);
                self.used += 1;
                return;
            }
            if slot.0 == pattern && slot.1 == rules {
                slot.2 += times;
                return;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 4).max(256);
        let old = std::mem::replace(&mut self.slots, vec![(0, 0, 0); size]);
        self.used = 0;
        for (pattern, rules, times) in old.into_iter().filter(|slot| slot.1 != 0) {
            self.add(pattern, rules, times);
        }
    }

    fn entries(&self) -> impl Iterator<Item = (u64, u32, u32)> + '_ {
        self.slots.iter().copied().filter(|slot| slot.1 != 0)
    }
}

/// All counts together, sorted by pattern and rules.
pub fn merge(counters: Vec<Counter>) -> Vec<(u64, u32, u64)> {
    let mut all: Vec<(u64, u32, u64)> =
        counters.iter().flat_map(Counter::entries).map(|(p, r, n)| (p, r, u64::from(n))).collect();
    drop(counters);
    rayon::slice::ParallelSliceMut::par_sort_unstable(&mut all[..]);
    all.dedup_by(|next, kept| {
        let same = next.0 == kept.0 && next.1 == kept.1;
        if same {
            kept.2 += next.2;
        }
        same
    });
    all
}

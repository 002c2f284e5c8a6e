//! Distinct numbers, each kept once and known by its place in order of appearance.

/// Open addressing: one more than the place of a number; 0 is free.
#[derive(Debug, Default)]
pub struct Numbers {
    values: Vec<i64>,
    slots: Vec<u32>,
}

impl Numbers {
    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn value(&self, place: u32) -> i64 {
        self.values[place as usize]
    }

    pub fn values(&self) -> impl Iterator<Item = i64> {
        self.values.iter().copied()
    }

    /// The place of a number, which is taken in when it is new.
    pub fn intern(&mut self, value: i64) -> u32 {
        if self.values.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot(value);
        if self.slots[slot] == 0 {
            self.values.push(value);
            self.slots[slot] = self.values.len() as u32;
        }
        self.slots[slot] - 1
    }

    /// Where a number stands, or would.
    fn slot(&self, value: i64) -> usize {
        let mask = self.slots.len() - 1;
        // The upper half of the product depends on all bits (Knuth, The Art of Computer Programming, 6.4).
        let mut slot = ((value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        while self.slots[slot] != 0 && self.values[self.slots[slot] as usize - 1] != value {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.values.len() * 4).next_power_of_two().max(64)];
        for place in 0..self.values.len() {
            let slot = self.slot(self.values[place]);
            self.slots[slot] = place as u32 + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn places_in_order_of_appearance() {
        let mut numbers = Numbers::default();
        let values: Vec<i64> = (0..999).map(|n| (n % 333) << 40).collect();
        let places: Vec<u32> = values.iter().map(|value| numbers.intern(*value)).collect();
        assert_eq!(places, (0..999).map(|n| n % 333).collect::<Vec<_>>());
        assert_eq!(numbers.values().collect::<Vec<_>>(), values[..333]);
        assert_eq!((numbers.len(), numbers.value(2)), (333, 2 << 40));
    }
}

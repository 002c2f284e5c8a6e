//! Exact shares without memory: a seeded permutation of `0..n`, and the largest-remainder rule.

use rand::Rng;

/// A permutation of `0..len`, computed and not stored: a four-round Feistel network on the next even
/// power of two, walked until it falls inside.
pub struct Permutation {
    len: u64,
    half_bits: u32,
    keys: [u64; 4],
}

impl Permutation {
    pub fn new(len: u64, rng: &mut impl Rng) -> Self {
        let bits = 64 - len.saturating_sub(1).leading_zeros();
        Permutation { len, half_bits: bits.div_ceil(2).max(1), keys: std::array::from_fn(|_| rng.next_u64()) }
    }

    pub fn apply(&self, index: u64) -> u64 {
        let mut value = index;
        loop {
            value = self.shuffle(value);
            if value < self.len || self.len == 0 {
                return value;
            }
        }
    }

    fn shuffle(&self, value: u64) -> u64 {
        let mask = (1u64 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for key in self.keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        (left << self.half_bits) | right
    }
}

/// The finaliser of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Splits `total` in proportion to `weights` so that the parts add up; ties go to the first.
pub fn largest_remainder(weights: &[u64], total: u64) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: u64| u128::from(weight) * u128::from(total);
    let mut parts: Vec<u64> =
        weights.iter().map(|&weight| u64::try_from(exact(weight) / sum).unwrap_or(0)).collect();
    let missing = total.saturating_sub(parts.iter().sum());
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order
        .sort_by_key(|&index| std::cmp::Reverse(weights.get(index).map_or(0, |&weight| exact(weight) % sum)));
    for index in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        if let Some(part) = parts.get_mut(index) {
            *part += 1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn every_index_is_hit_once() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        for len in [1, 2, 3, 10, 1000, 4097] {
            let permutation = Permutation::new(len, &mut rng);
            let mut seen: Vec<u64> = (0..len).map(|index| permutation.apply(index)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..len).collect::<Vec<_>>());
        }
    }

    #[test]
    fn parts_add_up() {
        assert_eq!(largest_remainder(&[1, 1, 1], 10), [4, 3, 3]);
        assert_eq!(largest_remainder(&[17467, 3325, 32244, 1120], 54156), [17467, 3325, 32244, 1120]);
        assert_eq!(largest_remainder(&[0, 0], 5), [0, 0]);
    }
}

//! Hashed keys: two records can only meet when their keys are equal.
//!
//! Keys are 128-bit hashes: among a billion records the chance that two different values share one is
//! about 1 in 10^21, so a kernel need not fetch the values again to compare them.

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// A key of one value.
#[inline]
pub fn of(value: &str) -> u128 {
    xxh3_128(value.as_bytes())
}

/// A key of several values; `None` when any is missing, because an absent value equals nothing.
pub fn of_all<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Option<u128> {
    let mut state = Xxh3::new();
    for value in values {
        state.update(value?.as_bytes());
        state.update(&[0x1f]);
    }
    Some(state.digest128())
}

#[cfg(test)]
mod tests {
    use super::of_all;

    #[test]
    fn a_missing_part_makes_no_key() {
        assert_eq!(of_all([Some("a"), None].into_iter()), None);
    }

    #[test]
    fn the_border_between_parts_counts() {
        assert_ne!(of_all([Some("ab"), Some("c")].into_iter()), of_all([Some("a"), Some("bc")].into_iter()));
    }
}

//! Hashed keys: two records can only meet when their keys are equal.
//!
//! Keys are 64-bit hashes, so a kernel that joins on them must still compare the values behind.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// A key of one value.
#[inline]
pub fn of(value: &str) -> u64 {
    xxh3_64(value.as_bytes())
}

/// A key of several values; `None` when any is missing, because an absent value equals nothing.
pub fn of_all<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Option<u64> {
    let mut state = Xxh3::new();
    for value in values {
        state.update(value?.as_bytes());
        state.update(&[0x1f]);
    }
    Some(state.digest())
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

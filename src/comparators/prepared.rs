//! Prepared texts of all values of a field, so that a pair is compared without allocating.
//!
//! It must not know what the texts mean.

use xxhash_rust::xxh3::xxh3_64;

/// One text per value of a field, in the order of the values.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Takes the next value's text.
    pub(super) fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len());
    }

    /// The text of a value, empty for a value that was not prepared.
    #[inline]
    pub(super) fn get(&self, value: u32) -> &str {
        let at = value as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.all.get(start..end).unwrap_or_default()
    }
}

/// The key of a text; equal keys are taken for equal texts.
pub(super) fn key(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// The key of words in whatever order.
pub(super) fn sorted_key(words: &str) -> u64 {
    let mut sorted: Vec<&str> = words.split(' ').collect();
    sorted.sort_unstable();
    key(&sorted.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{Texts, key, sorted_key};

    #[test]
    fn texts_come_back_by_value() {
        let mut texts = Texts::default();
        for text in ["một", "", "hai"] {
            texts.push(text);
        }
        assert_eq!([0, 1, 2, 3].map(|value| texts.get(value)), ["một", "", "hai", ""]);
    }

    #[test]
    fn order_does_not_matter_to_a_sorted_key() {
        assert_eq!(sorted_key("a b c"), sorted_key("c a b"));
        assert_ne!(sorted_key("a b c"), sorted_key("a b d"));
        assert_ne!(key("a b"), key("b a"));
    }
}

//! Stable identifiers: a hash written in sixteen base-32 characters.
//!
//! Eighty bits of XXH3-128: among 100 million ids the chance of any collision is about 4 in a
//! billion. Text rather than an integer, because spreadsheets and JavaScript lose digits past 2^53.

use xxhash_rust::xxh3::Xxh3;

/// Crockford's alphabet: no I, L, O, U, so that an id read aloud is not mistyped.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 16;

/// One identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id([u8; LENGTH]);

impl Id {
    pub fn as_str(&self) -> &str {
        // The alphabet is ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Hashes parts into an id. Parts are separated, so `["ab","c"]` and `["a","bc"]` differ.
pub fn of(parts: &[&str]) -> Id {
    let mut state = Xxh3::new();
    for part in parts {
        state.update(part.as_bytes());
        state.update(&[0x1f]);
    }
    let mut hash = state.digest128();
    let mut id = [0; LENGTH];
    for byte in &mut id {
        *byte = ALPHABET[(hash & 31) as usize];
        hash >>= 5;
    }
    Id(id)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn parts_are_kept_apart() {
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    }

    #[test]
    fn an_id_never_changes_between_versions() {
        assert_eq!(of(&["system", "A-0001"]).as_str(), "3EYE2GP0V17BQDPD");
    }
}

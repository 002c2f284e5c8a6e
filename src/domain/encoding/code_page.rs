//! Windows-1252 and Latin-1: what a byte became when somebody read it as Western text, and back.
//!
//! It must not know of Vietnamese letters.

/// One step of a cell in a byte encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A legacy byte, raw in the file.
    Byte(u8),
    /// A legacy byte carried by this character.
    Carried(u8, char),
    /// A character that carries no byte.
    Char(char),
}

impl Unit {
    pub fn from_char(c: char) -> Self {
        byte_of(c).map_or(Self::Char(c), |b| Self::Carried(b, c))
    }

    /// The legacy byte, if this is one.
    pub const fn byte(self) -> Option<u8> {
        match self {
            Self::Byte(b) | Self::Carried(b, _) => Some(b),
            Self::Char(_) => None,
        }
    }

    /// What stands here when the encoding has no letter for it: legacy fonts kept the punctuation of
    /// windows-1252 [R-H]. `None` for a raw byte that is undefined there too.
    pub fn unchanged(self) -> Option<char> {
        match self {
            Self::Byte(b) => char_of(b),
            Self::Carried(_, c) | Self::Char(c) => Some(c),
        }
    }
}

/// Windows-1252 from 80 to 9F; 81, 8D, 8F, 90 and 9D are undefined [V: python cp1252].
#[rustfmt::skip]
const FROM_80: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0',
    '\0', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The windows-1252 character of a byte, if it is defined.
pub fn char_of(byte: u8) -> Option<char> {
    match byte.checked_sub(0x80).and_then(|index| FROM_80.get(usize::from(index))) {
        Some('\0') => None,
        Some(c) => Some(*c),
        None => Some(char::from(byte)),
    }
}

/// The byte behind a character, whether Latin-1 or windows-1252 made it: 80 to 9F arrive either as
/// U+0080 to U+009F or as `€`, `‚`, `ƒ`, ...
pub fn byte_of(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(c) {
        return Some(byte);
    }
    let index = FROM_80.iter().position(|defined| *defined == c)?;
    u8::try_from(index + 0x80).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for byte in 0..=255u8 {
            assert_eq!(byte_of(char::from(byte)), Some(byte));
            if let Some(c) = char_of(byte) {
                assert_eq!(byte_of(c), Some(byte), "{byte:02X}");
            }
        }
        assert_eq!((0..=255u8).filter(|b| char_of(*b).is_none()).count(), 5);
        assert_eq!(byte_of('ễ'), None);
        assert_eq!(byte_of('\u{FFFD}'), None);
    }
}

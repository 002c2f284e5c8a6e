//! Building Vietnamese letters from base letters and marks.
//!
//! It must not know of bytes or encodings.

use unicode_normalization::char::{compose, decompose_canonical};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub const GRAVE: char = '\u{300}';
pub const ACUTE: char = '\u{301}';
pub const CIRCUMFLEX: char = '\u{302}';
pub const TILDE: char = '\u{303}';
pub const BREVE: char = '\u{306}';
pub const HOOK: char = '\u{309}';
pub const HORN: char = '\u{31B}';
pub const DOT: char = '\u{323}';

/// The letter with one more mark, as one character, or `None` when there is no such letter.
///
/// Unlike canonical composition this takes marks in any order: `â` and a dot below make `ậ`.
pub fn marked(base: char, mark: char) -> Option<char> {
    compose(base, mark).or_else(|| {
        let mut parts = ['\0'; 3];
        let mut length = 0;
        decompose_canonical(base, |part| {
            if let Some(place) = parts.get_mut(length) {
                *place = part;
            }
            length += 1;
        });
        match parts {
            [plain, own, '\0'] if own != '\0' => compose(plain, mark).and_then(|c| compose(c, own)),
            _ => None,
        }
    })
}

/// Whether this is a Vietnamese letter or mark outside Latin-1 and windows-1252: no single byte of a
/// legacy font can have become it there, so its cell was typed in Unicode.
pub const fn is_beyond_one_byte(c: char) -> bool {
    matches!(
        c,
        'Ă' | 'ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ' | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{1EA0}'..='\u{1EF9}'
    ) || is_mark(c)
}

/// Whether this is one of the combining marks of Vietnamese.
pub const fn is_mark(c: char) -> bool {
    matches!(c, GRAVE | ACUTE | CIRCUMFLEX | TILDE | BREVE | HOOK | HORN | DOT)
}

/// The text in NFC.
pub fn to_nfc(text: String) -> String {
    // Nothing below U+0300 and no ready-made Vietnamese letter changes under NFC.
    let quick = |c: char| c < '\u{300}' || ('\u{1EA0}'..='\u{1EF9}').contains(&c);
    if text.chars().all(quick) || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text
    } else {
        text.nfc().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_join_in_any_order() {
        assert_eq!(marked('a', ACUTE), Some('á'));
        assert_eq!(marked('â', DOT), Some('ậ'));
        assert_eq!(marked('Ă', DOT), Some('Ặ'));
        assert_eq!(marked('ơ', DOT), Some('ợ'));
        assert_eq!(marked('Ư', TILDE), Some('Ữ'));
        assert_eq!(marked('b', DOT), Some('ḅ'));
        assert_eq!(marked('đ', ACUTE), None);
        assert_eq!(marked('ấ', ACUTE), None);
    }
}

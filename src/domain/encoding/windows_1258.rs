//! Windows-1258: base letters and five combining tones, mostly the bytes of windows-1252.
//!
//! It must not be chosen for Western text: it differs from windows-1252 in 18 bytes only.

use super::code_page::Unit;
use super::letter::{self, ACUTE, DOT, GRAVE, HOOK, TILDE};

/// What differs from windows-1252 [V: glibc iconv CP1258, python cp1258]. The undefined bytes are 8A, 8D,
/// 8E, 8F, 90, 9A, 9D and 9E.
fn letter(byte: u8) -> Option<char> {
    Some(match byte {
        0xC3 => 'Ă',
        0xCC => GRAVE,
        0xD0 => 'Đ',
        0xD2 => HOOK,
        0xD5 => 'Ơ',
        0xDD => 'Ư',
        0xDE => TILDE,
        0xE3 => 'ă',
        0xEC => ACUTE,
        0xF0 => 'đ',
        0xF2 => DOT,
        0xF5 => 'ơ',
        0xFD => 'ư',
        0xFE => '₫',
        _ => return None,
    })
}

/// Appends the text of the units; a tone joins the letter before it.
pub fn read(units: &mut dyn Iterator<Item = Unit>, out: &mut String) -> Option<()> {
    for unit in units {
        let c = match (unit.byte().and_then(letter), unit) {
            (Some(c), _) => c,
            (None, Unit::Byte(0x8A | 0x8E | 0x9A | 0x9E)) => return None,
            (None, _) => unit.unchanged()?,
        };
        if letter::is_mark(c)
            && let Some(base) = out.chars().next_back()
            && let Some(joined) = letter::marked(base, c)
        {
            out.pop();
            out.push(joined);
        } else {
            out.push(c);
        }
    }
    Some(())
}

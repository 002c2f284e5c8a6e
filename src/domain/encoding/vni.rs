//! VNI for Windows: most letters are a base letter and a mark, both one byte of windows-1252.
//!
//! It must not be mistaken for the VNI typing method, which uses digits.

use std::iter::Peekable;

use super::code_page::Unit;
use super::letter::{self, ACUTE, BREVE, CIRCUMFLEX, DOT, GRAVE, HOOK, TILDE};

/// Letters that need no mark, and the bases `ơ` and `ư` (bytes of `í ì æ ó ò î ñ ô ö`) [S].
fn single(byte: u8) -> Option<char> {
    Some(match byte {
        0xED => 'í',
        0xEC => 'ì',
        0xE6 => 'ỉ',
        0xF3 => 'ĩ',
        0xF2 => 'ị',
        0xEE => 'ỵ',
        0xF1 => 'đ',
        0xF4 => 'ơ',
        0xF6 => 'ư',
        0xCD => 'Í',
        0xCC => 'Ì',
        0xC6 => 'Ỉ',
        0xD3 => 'Ĩ',
        0xD2 => 'Ị',
        0xCE => 'Ỵ',
        0xD1 => 'Đ',
        0xD4 => 'Ơ',
        0xD6 => 'Ư',
        _ => return None,
    })
}

/// The marks of a mark byte: one of the vowel and the tone, `\0` for none [S]. Typists who hold no shift
/// put the small mark behind a capital (`Aù`), so the case of the mark says nothing.
fn marks(byte: u8) -> Option<(char, char)> {
    Some(match byte | 0x20 {
        0xF9 => ('\0', ACUTE),
        0xF8 => ('\0', GRAVE),
        0xFB => ('\0', HOOK),
        0xF5 => ('\0', TILDE),
        0xEF => ('\0', DOT),
        0xE2 => (CIRCUMFLEX, '\0'),
        0xE1 => (CIRCUMFLEX, ACUTE),
        0xE0 => (CIRCUMFLEX, GRAVE),
        0xE5 => (CIRCUMFLEX, HOOK),
        0xE3 => (CIRCUMFLEX, TILDE),
        0xE4 => (CIRCUMFLEX, DOT),
        0xEA => (BREVE, '\0'),
        0xE9 => (BREVE, ACUTE),
        0xE8 => (BREVE, GRAVE),
        0xFA => (BREVE, HOOK),
        0xFC => (BREVE, TILDE),
        0xEB => (BREVE, DOT),
        _ => return None,
    })
}

/// The base letter with the marks of the byte, where VNI has such a pair.
fn pair(base: char, mark: u8) -> Option<char> {
    if mark < 0xC0 {
        return None;
    }
    let (vowel, tone) = marks(mark)?;
    let fits = match base {
        'a' | 'A' => true,
        'e' | 'E' | 'o' | 'O' => vowel != BREVE,
        'u' | 'U' | 'y' | 'Y' | 'ơ' | 'Ơ' | 'ư' | 'Ư' => vowel == '\0',
        _ => false,
    };
    if !fits {
        return None;
    }
    let base = if vowel == '\0' { base } else { letter::marked(base, vowel)? };
    if tone == '\0' { Some(base) } else { letter::marked(base, tone) }
}

/// Appends the text of the units, which holds no combining marks.
pub fn read(units: &mut dyn Iterator<Item = Unit>, out: &mut String) -> Option<()> {
    let mut units = units.peekable();
    while let Some(unit) = units.next() {
        let base = match unit.byte().and_then(single) {
            Some(letter) => letter,
            None => unit.unchanged()?,
        };
        out.push(paired(base, &mut units).unwrap_or(base));
    }
    Some(())
}

fn paired(base: char, units: &mut Peekable<&mut dyn Iterator<Item = Unit>>) -> Option<char> {
    let letter = pair(base, units.peek()?.byte()?)?;
    units.next();
    Some(letter)
}

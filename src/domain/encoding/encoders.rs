//! Test encoders: the way back from Vietnamese text to each encoding, written apart from the decoders.

use unicode_normalization::UnicodeNormalization;

use super::code_page::{Unit, char_of};
use super::{Carrier, ColumnEncoding, Encoding, tcvn3, viscii};

/// The 134 letters that are not plain ASCII.
pub const LETTERS: &str = "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ\
    àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ";
/// The letters of the ABC fonts.
pub const LETTERS_OF_TCVN3: &str =
    "ĂÂĐÊÔƠƯàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ";

/// A cell as the given encoding and carrier hold it. `latin_1` carries 80 to 9F as U+0080 to U+009F.
pub fn encode(target: ColumnEncoding, text: &str, latin_1: bool) -> Vec<u8> {
    let bytes = match target.encoding {
        Encoding::Utf8 => return text.as_bytes().to_vec(),
        Encoding::Viqr => return viqr(text).into_bytes(),
        Encoding::Utf8AsLatin1 => return carried(text.as_bytes(), latin_1),
        Encoding::Utf8Twice => return carried(&carried(text.as_bytes(), latin_1), latin_1),
        Encoding::Windows1258 => windows_1258(text),
        Encoding::Tcvn3 => by_byte(tcvn3::read, &small(text)),
        Encoding::Tcvn3Stripped => {
            by_byte(tcvn3::read, &small(text)).into_iter().filter(|b| *b != 0xAD).collect()
        }
        Encoding::Viscii => by_byte(viscii::read, text),
        Encoding::Vni => vni(text),
    };
    if target.carrier == Carrier::Bytes { bytes } else { carried(&bytes, latin_1) }
}

/// Legacy bytes as characters, in UTF-8.
pub fn carried(bytes: &[u8], latin_1: bool) -> Vec<u8> {
    let character = |b: &u8| char_of(*b).filter(|_| !latin_1).unwrap_or(char::from(*b));
    bytes.iter().map(character).collect::<String>().into_bytes()
}

/// The text as a `.Vn` font stores it: toned capitals are small letters.
pub fn small(text: &str) -> String {
    let stored = |c: char| if c.is_ascii() || LETTERS_OF_TCVN3.contains(c) { c } else { lower(c) };
    text.chars().map(stored).collect()
}

pub fn lower(c: char) -> char {
    c.to_lowercase().next().expect("a letter")
}

type Read = fn(&mut dyn Iterator<Item = Unit>, &mut String) -> Option<()>;

fn by_byte(read: Read, text: &str) -> Vec<u8> {
    let letter = |byte| {
        let mut out = String::new();
        read(&mut [Unit::Byte(byte)].into_iter(), &mut out).and(out.chars().next())
    };
    let table: Vec<(u8, char)> = (0..=255).filter_map(|byte| Some((byte, letter(byte)?))).collect();
    let byte_of = |c| table.iter().find(|(_, letter)| *letter == c).expect("a letter of the table").0;
    text.chars().map(|c| if c.is_ascii() { c as u8 } else { byte_of(c) }).collect()
}

const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{309}', '\u{303}', '\u{323}'];

/// The letter without tone, with the place of its tone in [`TONES`].
fn without_tone(c: char) -> (char, Option<usize>) {
    let parts: Vec<char> = std::iter::once(c).nfd().collect();
    let tone = parts.iter().find_map(|part| TONES.iter().position(|tone| tone == part));
    let base = parts.iter().copied().filter(|part| !TONES.contains(part)).nfc().next().expect("a base");
    (base, tone)
}

fn windows_1258(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for c in text.chars() {
        let (base, tone) = without_tone(c);
        out.push(match base {
            'Ă' => 0xC3,
            'ă' => 0xE3,
            'Đ' => 0xD0,
            'đ' => 0xF0,
            'Ơ' => 0xD5,
            'ơ' => 0xF5,
            'Ư' => 0xDD,
            'ư' => 0xFD,
            other => u8::try_from(other).expect("Latin-1"),
        });
        out.extend(tone.map(|tone| [0xCC, 0xEC, 0xD2, 0xDE, 0xF2][tone]));
    }
    out
}

fn vni(text: &str) -> Vec<u8> {
    let mut out = String::new();
    for c in text.chars() {
        let (base, tone) = without_tone(lower(c));
        let mark = |row: &str| tone.map(|tone| row.chars().nth(tone).expect("five tones"));
        let written: String = match base {
            'i' => mark("ìíæóò").unwrap_or('i').into(),
            'y' if tone == Some(4) => "î".into(),
            'đ' => "ñ".into(),
            'â' | 'ê' | 'ô' => {
                let plain = std::iter::once(base).nfd().next().expect("a base");
                [plain, mark("àáåãä").unwrap_or('â')].iter().collect()
            }
            'ă' => ['a', mark("èéúüë").unwrap_or('ê')].iter().collect(),
            'ơ' => std::iter::once('ô').chain(mark("øùûõï")).collect(),
            'ư' => std::iter::once('ö').chain(mark("øùûõï")).collect(),
            other => std::iter::once(other).chain(mark("øùûõï")).collect(),
        };
        if c.is_lowercase() { out.push_str(&written) } else { out.push_str(&written.to_uppercase()) }
    }
    out.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect()
}

fn viqr(text: &str) -> String {
    let mut out = String::new();
    let mut after_vowel = false;
    for c in text.chars() {
        if "^(+'`?~.\\".contains(c) && after_vowel {
            out.push('\\');
        }
        let (base, tone) = without_tone(c);
        match base {
            'đ' => out.push_str("dd"),
            'Đ' => out.push_str("DD"),
            _ => out.extend(std::iter::once(base).nfd().map(|part| match part {
                '\u{302}' => '^',
                '\u{306}' => '(',
                '\u{31B}' => '+',
                plain => plain,
            })),
        }
        out.extend(tone.map(|tone| ['`', '\'', '?', '~', '.'][tone]));
        after_vowel = base.is_alphabetic();
    }
    out
}

//! Text in the code pages that exports of Vietnamese offices come in. Written from their published
//! tables, not from the decoders of the program, which it tests.

use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization;

use super::letters::{Letter, TCVN3, VISCII};

/// A code page, or a misreading that came about on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    Utf16Le {
        bom: bool,
    },
    Utf16Be {
        bom: bool,
    },
    Windows1258,
    Tcvn3,
    /// TCVN3 that lost its `ư`, byte AD, which is the soft hyphen elsewhere.
    Tcvn3Stripped,
    Viscii,
    /// VNI for Windows, two characters to most letters.
    Vni,
    /// RFC 1456 in ASCII, `a^.` for `ậ`.
    Viqr,
    /// UTF-8 that was read as Latin-1 and written as UTF-8 again.
    Utf8AsLatin1,
    /// The same with windows-1252.
    Utf8AsWindows1252,
    /// The same with windows-1252, and that once more.
    Utf8Twice,
}

impl Charset {
    pub const ALL: [Self; 14] = [
        Self::Utf8,
        Self::Utf16Le { bom: true },
        Self::Utf16Le { bom: false },
        Self::Utf16Be { bom: true },
        Self::Utf16Be { bom: false },
        Self::Windows1258,
        Self::Tcvn3,
        Self::Tcvn3Stripped,
        Self::Viscii,
        Self::Vni,
        Self::Viqr,
        Self::Utf8AsLatin1,
        Self::Utf8AsWindows1252,
        Self::Utf8Twice,
    ];

    pub fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16Le { .. } | Self::Utf16Be { .. })
    }

    /// Whether the bytes of a text file are UTF-8, whatever the characters mean.
    pub fn is_utf8(self) -> bool {
        matches!(self, Self::Utf8 | Self::Utf8AsLatin1 | Self::Utf8AsWindows1252 | Self::Utf8Twice)
    }

    /// Whether what it writes reads back as it was, but for the order of marks.
    pub fn is_lossless(self) -> bool {
        self != Self::Tcvn3Stripped
    }

    /// What a page says of itself when it is written so: editors know no TCVN3, VISCII or VNI.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf16Le { .. } | Self::Utf16Be { .. } => "utf-16",
            Self::Windows1258 => "windows-1258",
            Self::Tcvn3 | Self::Tcvn3Stripped | Self::Viscii | Self::Vni => "windows-1252",
            _ => "utf-8",
        }
    }
}

/// The bytes of a text, without a byte order mark. `None` when a character has no place there, or
/// would read back as another.
pub fn encode(charset: Charset, text: &str) -> Option<Vec<u8>> {
    match charset {
        Charset::Utf8 => Some(text.as_bytes().to_vec()),
        Charset::Utf16Le { .. } => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        Charset::Utf16Be { .. } => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        Charset::Windows1258 => by_letter(text, windows_1258),
        Charset::Tcvn3 => by_letter(text, |c, out| by_table(&TCVN3, c, out)),
        Charset::Tcvn3Stripped => {
            let mut bytes = encode(Charset::Tcvn3, text)?;
            bytes.retain(|byte| *byte != 0xAD);
            Some(bytes)
        }
        Charset::Viscii => by_letter(text, |c, out| by_table(&VISCII, c, out)),
        Charset::Vni => by_letter(text, vni),
        Charset::Viqr => viqr(text),
        Charset::Utf8AsLatin1 => Some(latin_1(text.as_bytes()).into_bytes()),
        Charset::Utf8AsWindows1252 => Some(windows_1252(text.as_bytes()).into_bytes()),
        Charset::Utf8Twice => Some(windows_1252(windows_1252(text.as_bytes()).as_bytes()).into_bytes()),
    }
}

/// The characters that stand for a text in a file that knows only Unicode, such as a workbook: bytes of
/// a legacy code page are taken for windows-1252, as Windows does.
pub fn in_unicode(charset: Charset, text: &str) -> Option<String> {
    if charset.is_utf16() {
        return Some(text.to_owned());
    }
    let bytes = encode(charset, text)?;
    match charset.is_utf8() {
        true => String::from_utf8(bytes).ok(),
        false => Some(windows_1252(&bytes)),
    }
}

/// The same taken for Latin-1: 80 to 9F become control characters.
pub fn in_latin_1(charset: Charset, text: &str) -> Option<String> {
    match charset.is_utf16() || charset.is_utf8() {
        true => in_unicode(charset, text),
        false => encode(charset, text).map(|bytes| latin_1(&bytes)),
    }
}

pub fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Its five bytes without a character become U+0081 and so on, as in browsers.
pub fn windows_1252(bytes: &[u8]) -> String {
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

/// The nearest text that the charset holds: capitals become small letters where only those are there,
/// and what has no place at all becomes `?`.
pub fn nearest(charset: Charset, text: &str) -> String {
    let fits = |c: char| encode(charset, c.encode_utf8(&mut [0; 4])).is_some();
    let near = |c: char| {
        let small = c.to_lowercase().next().unwrap_or(c);
        [c, small].into_iter().find(|c| fits(*c)).unwrap_or('?')
    };
    let text: String = text.nfc().map(near).collect();
    match encode(charset, &text) {
        Some(_) => text,
        // Only VIQR minds what stands side by side: `d` and `đ`.
        None => text.replace(['đ', 'Đ'], "d"),
    }
}

fn by_letter(text: &str, put: impl Fn(char, &mut Vec<u8>) -> Option<()>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    text.nfc().try_for_each(|c| put(c, &mut out))?;
    Some(out)
}

fn by_table(table: &[(u8, char)], c: char, out: &mut Vec<u8>) -> Option<()> {
    let byte = match table.iter().find(|(_, letter)| *letter == c) {
        Some((byte, _)) => *byte,
        None => u8::try_from(c).ok().filter(|byte| byte.is_ascii())?,
    };
    // VISCII puts six capitals where ASCII has control characters.
    (!c.is_ascii() || table.iter().all(|(taken, _)| *taken != byte)).then(|| out.push(byte))
}

fn one_of(encoding: &'static Encoding, c: char) -> Option<u8> {
    let text = c.to_string();
    match encoding.encode(&text) {
        (bytes, _, false) if bytes.len() == 1 => Some(bytes[0]),
        _ => None,
    }
}

/// As Windows writes it: one byte where the letter has one, else the letter and its tone.
fn windows_1258(c: char, out: &mut Vec<u8>) -> Option<()> {
    if let Some(byte) = one_of(WINDOWS_1258, c) {
        out.push(byte);
        return Some(());
    }
    let letter = Letter::of(c)?;
    out.push(one_of(WINDOWS_1258, letter.toneless())?);
    out.push(one_of(WINDOWS_1258, letter.tone?)?);
    Some(())
}

fn vni(c: char, out: &mut Vec<u8>) -> Option<()> {
    if c.is_ascii() {
        out.push(c as u8);
        return Some(());
    }
    let letter = Letter::of(c)?;
    let written = written_in_vni(letter)?;
    // The capital of every mark and letter stands 20 lower.
    let up = if letter.base.is_uppercase() { 0x20 } else { 0 };
    out.extend(written.into_iter().map(|byte| byte - up));
    Some(())
}

/// The bytes of a letter, were it small.
fn written_in_vni(letter: Letter) -> Option<Vec<u8>> {
    const CIRCUMFLEX: char = '\u{302}';
    const BREVE: char = '\u{306}';
    const HORN: char = '\u{31B}';
    let base = letter.base.to_ascii_lowercase();
    let tone = letter.tone;
    // Letters of one byte.
    let whole = match (base, letter.shape, tone) {
        ('d', Some('-'), None) => Some(0xF1),
        ('i', None, Some('\u{300}')) => Some(0xEC),
        ('i', None, Some('\u{301}')) => Some(0xED),
        ('i', None, Some('\u{309}')) => Some(0xE6),
        ('i', None, Some('\u{303}')) => Some(0xF3),
        ('i', None, Some('\u{323}')) => Some(0xF2),
        ('y', None, Some('\u{323}')) => Some(0xEE),
        _ => None,
    };
    if let Some(byte) = whole {
        return Some(vec![byte]);
    }
    let (first, shape) = match (base, letter.shape) {
        ('o', Some(HORN)) => (0xF4, None),
        ('u', Some(HORN)) => (0xF6, None),
        ('a' | 'e' | 'o' | 'u' | 'y', shape @ (None | Some(CIRCUMFLEX | BREVE))) => (base as u8, shape),
        _ => return None,
    };
    // With a circumflex or a breve, the tone and the shape are one mark.
    let mark = match (shape, tone) {
        (None, None) => return Some(vec![first]),
        (None, Some('\u{300}')) => 0xF8,
        (None, Some('\u{301}')) => 0xF9,
        (None, Some('\u{309}')) => 0xFB,
        (None, Some('\u{303}')) => 0xF5,
        (None, Some('\u{323}')) => 0xEF,
        (Some(CIRCUMFLEX), None) => 0xE2,
        (Some(CIRCUMFLEX), Some('\u{300}')) => 0xE0,
        (Some(CIRCUMFLEX), Some('\u{301}')) => 0xE1,
        (Some(CIRCUMFLEX), Some('\u{309}')) => 0xE5,
        (Some(CIRCUMFLEX), Some('\u{303}')) => 0xE3,
        (Some(CIRCUMFLEX), Some('\u{323}')) => 0xE4,
        (Some(BREVE), None) => 0xEA,
        (Some(BREVE), Some('\u{300}')) => 0xE8,
        (Some(BREVE), Some('\u{301}')) => 0xE9,
        (Some(BREVE), Some('\u{309}')) => 0xFA,
        (Some(BREVE), Some('\u{303}')) => 0xFC,
        (Some(BREVE), Some('\u{323}')) => 0xEB,
        _ => return None,
    };
    Some(vec![first, mark])
}

/// A mark that the text means as such is kept from the letter before it by a backslash, and only then.
fn viqr(text: &str) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len() * 3 / 2);
    // The letter that a mark could still change.
    let mut open: Option<Letter> = None;
    for c in text.nfc() {
        let letter = Letter::of(c);
        if c.is_ascii() {
            if c == '\\' || open.is_some_and(|letter| takes(letter, c)) {
                out.push(b'\\');
            }
            out.push(c as u8);
            open = letter;
            continue;
        }
        let letter = letter?;
        if open.is_some_and(|before| takes(before, letter.base)) && letter.shape == Some('-') {
            return None;
        }
        out.push(letter.base as u8);
        out.extend(letter.shape.map(|shape| match shape {
            '\u{302}' => b'^',
            '\u{306}' => b'(',
            '\u{31B}' => b'+',
            _ => letter.base as u8,
        }));
        out.extend(letter.tone.map(|tone| match tone {
            '\u{300}' => b'`',
            '\u{301}' => b'\'',
            '\u{309}' => b'?',
            '\u{303}' => b'~',
            _ => b'.',
        }));
        open = Some(letter);
    }
    Some(out)
}

/// Whether a reader of VIQR would take `mark` for a part of the letter.
fn takes(letter: Letter, mark: char) -> bool {
    let base = letter.base.to_ascii_lowercase();
    match mark {
        '\'' | '`' | '?' | '~' | '.' => base != 'd' && letter.tone.is_none(),
        '^' => matches!(base, 'a' | 'e' | 'o') && letter.shape.is_none(),
        '(' => base == 'a' && letter.shape.is_none(),
        '+' => matches!(base, 'o' | 'u') && letter.shape.is_none(),
        'd' | 'D' => base == 'd' && letter.shape.is_none(),
        _ => false,
    }
}

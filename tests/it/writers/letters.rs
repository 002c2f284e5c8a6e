//! Vietnamese letters, their parts, and the one-byte tables of TCVN3 and VISCII.

use unicode_normalization::UnicodeNormalization;

/// A letter taken apart: `ậ` is `a`, a circumflex and a dot below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter {
    /// `d`, or a vowel; ASCII.
    pub base: char,
    /// A combining circumflex, breve or horn; `-` for the stroke of `đ`.
    pub shape: Option<char>,
    /// A combining mark.
    pub tone: Option<char>,
}

impl Letter {
    /// `None` for what is no `d` and no vowel.
    pub fn of(c: char) -> Option<Self> {
        let mut letter = match c {
            'đ' => return Some(Self { base: 'd', shape: Some('-'), tone: None }),
            'Đ' => return Some(Self { base: 'D', shape: Some('-'), tone: None }),
            _ => Self { base: ' ', shape: None, tone: None },
        };
        for part in std::iter::once(c).nfd() {
            match part {
                '\u{302}' | '\u{306}' | '\u{31B}' => letter.shape = Some(part),
                '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => letter.tone = Some(part),
                _ if "aeiouydAEIOUYD".contains(part) && letter.base == ' ' => letter.base = part,
                _ => return None,
            }
        }
        (letter.base != ' ').then_some(letter)
    }

    /// The letter without its tone: `ậ` gives `â`.
    pub fn toneless(self) -> char {
        std::iter::once(self.base).chain(self.shape).nfc().next().unwrap_or(self.base)
    }
}

/// TCVN 5712 as the ABC fonts have it: of the capitals only the seven without a tone.
#[rustfmt::skip]
pub const TCVN3: [(u8, char); 74] = [
    (0xB5, 'à'), (0xB8, 'á'), (0xB6, 'ả'), (0xB7, 'ã'), (0xB9, 'ạ'), (0xA8, 'ă'), (0xBB, 'ằ'), (0xBE, 'ắ'),
    (0xBC, 'ẳ'), (0xBD, 'ẵ'), (0xC6, 'ặ'), (0xA9, 'â'), (0xC7, 'ầ'), (0xCA, 'ấ'), (0xC8, 'ẩ'), (0xC9, 'ẫ'),
    (0xCB, 'ậ'), (0xAE, 'đ'), (0xCC, 'è'), (0xD0, 'é'), (0xCE, 'ẻ'), (0xCF, 'ẽ'), (0xD1, 'ẹ'), (0xAA, 'ê'),
    (0xD2, 'ề'), (0xD5, 'ế'), (0xD3, 'ể'), (0xD4, 'ễ'), (0xD6, 'ệ'), (0xD7, 'ì'), (0xDD, 'í'), (0xD8, 'ỉ'),
    (0xDC, 'ĩ'), (0xDE, 'ị'), (0xDF, 'ò'), (0xE3, 'ó'), (0xE1, 'ỏ'), (0xE2, 'õ'), (0xE4, 'ọ'), (0xAB, 'ô'),
    (0xE5, 'ồ'), (0xE8, 'ố'), (0xE6, 'ổ'), (0xE7, 'ỗ'), (0xE9, 'ộ'), (0xAC, 'ơ'), (0xEA, 'ờ'), (0xED, 'ớ'),
    (0xEB, 'ở'), (0xEC, 'ỡ'), (0xEE, 'ợ'), (0xEF, 'ù'), (0xF3, 'ú'), (0xF1, 'ủ'), (0xF2, 'ũ'), (0xF4, 'ụ'),
    (0xAD, 'ư'), (0xF5, 'ừ'), (0xF8, 'ứ'), (0xF6, 'ử'), (0xF7, 'ữ'), (0xF9, 'ự'), (0xFA, 'ỳ'), (0xFD, 'ý'),
    (0xFB, 'ỷ'), (0xFC, 'ỹ'), (0xFE, 'ỵ'), (0xA1, 'Ă'), (0xA2, 'Â'), (0xA7, 'Đ'), (0xA3, 'Ê'), (0xA4, 'Ô'),
    (0xA5, 'Ơ'), (0xA6, 'Ư'),
];

/// RFC 1456: all 134 letters that ASCII lacks, six of them among the control characters.
#[rustfmt::skip]
pub const VISCII: [(u8, char); 134] = [
    (0x02, 'Ẳ'), (0x05, 'Ẵ'), (0x06, 'Ẫ'), (0x14, 'Ỷ'), (0x19, 'Ỹ'), (0x1E, 'Ỵ'), (0x80, 'Ạ'), (0x81, 'Ắ'),
    (0x82, 'Ằ'), (0x83, 'Ặ'), (0x84, 'Ấ'), (0x85, 'Ầ'), (0x86, 'Ẩ'), (0x87, 'Ậ'), (0x88, 'Ẽ'), (0x89, 'Ẹ'),
    (0x8A, 'Ế'), (0x8B, 'Ề'), (0x8C, 'Ể'), (0x8D, 'Ễ'), (0x8E, 'Ệ'), (0x8F, 'Ố'), (0x90, 'Ồ'), (0x91, 'Ổ'),
    (0x92, 'Ỗ'), (0x93, 'Ộ'), (0x94, 'Ợ'), (0x95, 'Ớ'), (0x96, 'Ờ'), (0x97, 'Ở'), (0x98, 'Ị'), (0x99, 'Ỏ'),
    (0x9A, 'Ọ'), (0x9B, 'Ỉ'), (0x9C, 'Ủ'), (0x9D, 'Ũ'), (0x9E, 'Ụ'), (0x9F, 'Ỳ'), (0xA0, 'Õ'), (0xA1, 'ắ'),
    (0xA2, 'ằ'), (0xA3, 'ặ'), (0xA4, 'ấ'), (0xA5, 'ầ'), (0xA6, 'ẩ'), (0xA7, 'ậ'), (0xA8, 'ẽ'), (0xA9, 'ẹ'),
    (0xAA, 'ế'), (0xAB, 'ề'), (0xAC, 'ể'), (0xAD, 'ễ'), (0xAE, 'ệ'), (0xAF, 'ố'), (0xB0, 'ồ'), (0xB1, 'ổ'),
    (0xB2, 'ỗ'), (0xB3, 'Ỡ'), (0xB4, 'Ơ'), (0xB5, 'ộ'), (0xB6, 'ờ'), (0xB7, 'ở'), (0xB8, 'ị'), (0xB9, 'Ự'),
    (0xBA, 'Ứ'), (0xBB, 'Ừ'), (0xBC, 'Ử'), (0xBD, 'ơ'), (0xBE, 'ớ'), (0xBF, 'Ư'), (0xC0, 'À'), (0xC1, 'Á'),
    (0xC2, 'Â'), (0xC3, 'Ã'), (0xC4, 'Ả'), (0xC5, 'Ă'), (0xC6, 'ẳ'), (0xC7, 'ẵ'), (0xC8, 'È'), (0xC9, 'É'),
    (0xCA, 'Ê'), (0xCB, 'Ẻ'), (0xCC, 'Ì'), (0xCD, 'Í'), (0xCE, 'Ĩ'), (0xCF, 'ỳ'), (0xD0, 'Đ'), (0xD1, 'ứ'),
    (0xD2, 'Ò'), (0xD3, 'Ó'), (0xD4, 'Ô'), (0xD5, 'ạ'), (0xD6, 'ỷ'), (0xD7, 'ừ'), (0xD8, 'ử'), (0xD9, 'Ù'),
    (0xDA, 'Ú'), (0xDB, 'ỹ'), (0xDC, 'ỵ'), (0xDD, 'Ý'), (0xDE, 'ỡ'), (0xDF, 'ư'), (0xE0, 'à'), (0xE1, 'á'),
    (0xE2, 'â'), (0xE3, 'ã'), (0xE4, 'ả'), (0xE5, 'ă'), (0xE6, 'ữ'), (0xE7, 'ẫ'), (0xE8, 'è'), (0xE9, 'é'),
    (0xEA, 'ê'), (0xEB, 'ẻ'), (0xEC, 'ì'), (0xED, 'í'), (0xEE, 'ĩ'), (0xEF, 'ỉ'), (0xF0, 'đ'), (0xF1, 'ự'),
    (0xF2, 'ò'), (0xF3, 'ó'), (0xF4, 'ô'), (0xF5, 'õ'), (0xF6, 'ỏ'), (0xF7, 'ọ'), (0xF8, 'ụ'), (0xF9, 'ù'),
    (0xFA, 'ú'), (0xFB, 'ũ'), (0xFC, 'ủ'), (0xFD, 'ý'), (0xFE, 'ợ'), (0xFF, 'Ữ'),
];

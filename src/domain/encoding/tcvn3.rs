//! TCVN3 (ABC), the encoding of the `.Vn` fonts: one byte for each letter.
//!
//! It must not guess case: the code has only seven capitals with marks, see [`super::capital_font`].

use super::code_page::Unit;

/// Bytes A0 to FF; `\0` where the fonts keep windows-1252. These are the 74 letters of the ABC fonts [S],
/// equal to TCVN 5712-1:1993 there [V: glibc iconv TCVN5712-1]. The combining tones of the standard at
/// B0 to B4 are not used by the fonts [R-H].
#[rustfmt::skip]
const FROM_A0: [char; 96] = [
    '\0', 'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', '\0',
    '\0', '\0', '\0', '\0', '\0', 'à', 'ả', 'ã', 'á', 'ạ', '\0', 'ằ', 'ẳ', 'ẵ', 'ắ', '\0',
    '\0', '\0', '\0', '\0', '\0', '\0', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', '\0', 'ẻ', 'ẽ',
    'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', '\0', '\0', '\0', 'ĩ', 'í', 'ị', 'ò',
    '\0', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù',
    '\0', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', '\0',
];

/// Appends the text of the units, which holds no combining marks.
pub fn read(units: &mut dyn Iterator<Item = Unit>, out: &mut String) -> Option<()> {
    for unit in units {
        out.push(match unit.byte().and_then(letter) {
            Some(letter) => letter,
            None => unit.unchanged()?,
        });
    }
    Some(())
}

fn letter(byte: u8) -> Option<char> {
    let index = usize::from(byte.checked_sub(0xA0)?);
    FROM_A0.get(index).copied().filter(|c| *c != '\0')
}

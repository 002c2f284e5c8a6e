//! VISCII (RFC 1456): every Vietnamese letter has a byte, six capitals among the control characters.
//!
//! It must not be tried on a cell for its control characters alone.

use super::code_page::Unit;

/// Bytes 80 to FF [V: glibc iconv VISCII].
#[rustfmt::skip]
const FROM_80: [char; 128] = [
    'Ạ', 'Ắ', 'Ằ', 'Ặ', 'Ấ', 'Ầ', 'Ẩ', 'Ậ', 'Ẽ', 'Ẹ', 'Ế', 'Ề', 'Ể', 'Ễ', 'Ệ', 'Ố',
    'Ồ', 'Ổ', 'Ỗ', 'Ộ', 'Ợ', 'Ớ', 'Ờ', 'Ở', 'Ị', 'Ỏ', 'Ọ', 'Ỉ', 'Ủ', 'Ũ', 'Ụ', 'Ỳ',
    'Õ', 'ắ', 'ằ', 'ặ', 'ấ', 'ầ', 'ẩ', 'ậ', 'ẽ', 'ẹ', 'ế', 'ề', 'ể', 'ễ', 'ệ', 'ố',
    'ồ', 'ổ', 'ỗ', 'Ỡ', 'Ơ', 'ộ', 'ờ', 'ở', 'ị', 'Ự', 'Ứ', 'Ừ', 'Ử', 'ơ', 'ớ', 'Ư',
    'À', 'Á', 'Â', 'Ã', 'Ả', 'Ă', 'ẳ', 'ẵ', 'È', 'É', 'Ê', 'Ẻ', 'Ì', 'Í', 'Ĩ', 'ỳ',
    'Đ', 'ứ', 'Ò', 'Ó', 'Ô', 'ạ', 'ỷ', 'ừ', 'ử', 'Ù', 'Ú', 'ỹ', 'ỵ', 'Ý', 'ỡ', 'ư',
    'à', 'á', 'â', 'ã', 'ả', 'ă', 'ữ', 'ẫ', 'è', 'é', 'ê', 'ẻ', 'ì', 'í', 'ĩ', 'ỉ',
    'đ', 'ự', 'ò', 'ó', 'ô', 'õ', 'ỏ', 'ọ', 'ụ', 'ù', 'ú', 'ũ', 'ủ', 'ý', 'ợ', 'Ữ',
];

/// The letters below 20 [V: glibc iconv VISCII].
const LOW: [(u8, char); 6] = [(0x02, 'Ẳ'), (0x05, 'Ẵ'), (0x06, 'Ẫ'), (0x14, 'Ỷ'), (0x19, 'Ỹ'), (0x1E, 'Ỵ')];

/// Whether this byte is a letter in VISCII and a control character in ASCII.
pub const fn is_low(byte: u8) -> bool {
    matches!(byte, 0x02 | 0x05 | 0x06 | 0x14 | 0x19 | 0x1E)
}

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
    match byte.checked_sub(0x80) {
        Some(index) => FROM_80.get(usize::from(index)).copied(),
        None => LOW.iter().find(|(low, _)| *low == byte).map(|(_, letter)| *letter),
    }
}

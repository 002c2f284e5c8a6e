//! Case of TCVN3 text that was set in a capital font (`.VnTimeH`).
//!
//! It must not know of bytes: the rule works on decoded words.

use std::borrow::Cow;

/// The text with letters raised to upper case where the font must have done so.
///
/// Only Ă Â Đ Ê Ô Ơ Ư have capitals in TCVN3 [S]; the capital fonts draw the small toned letters as
/// capitals, so `NGUYỄN` is stored, and decoded, as `NGUYễN`. A word is raised when every small letter
/// in it has a mark and at least two letters are capitals. Such a word proves the capital font for
/// the whole cell if no plain small letter stands anywhere in it; then the words that prove nothing by
/// themselves follow: `Lê THị Hà` becomes `LÊ THỊ HÀ`. `Lê Hà` alone stays, and so does `UBND Tà Nung`.
pub fn raise(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || !has_word_from_capital_font(&text) {
        return text;
    }
    if !text.bytes().any(|b| b.is_ascii_lowercase()) {
        return Cow::Owned(text.to_uppercase());
    }
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        if has_word_from_capital_font(piece) {
            out.push_str(&piece.to_uppercase());
        } else {
            out.push_str(piece);
        }
    }
    Cow::Owned(out)
}

/// One pass over the cell; most cells end here.
fn has_word_from_capital_font(text: &str) -> bool {
    let (mut capitals, mut plain_small, mut marked_small) = (0, false, false);
    for c in text.chars().chain([' ']) {
        if c.is_ascii_lowercase() {
            plain_small = true;
        } else if c.is_ascii_uppercase() || !c.is_ascii() && c.is_uppercase() {
            capitals += 1;
        } else if !c.is_ascii() && c.is_alphabetic() {
            marked_small |= c.is_lowercase();
        } else {
            if capitals >= 2 && marked_small && !plain_small {
                return true;
            }
            (capitals, plain_small, marked_small) = (0, false, false);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_capitals_is_raised() {
        let raised = |text: &'static str| raise(Cow::Borrowed(text)).into_owned();
        assert_eq!(raised("NGUYễN VăN A"), "NGUYỄN VĂN A");
        assert_eq!(raised("Lê THị Hà"), "LÊ THỊ HÀ");
        assert_eq!(raised("đỗ THị á"), "ĐỖ THỊ Á");
        assert_eq!(raised("Thôn BảN Mù, xã Tà"), "Thôn BẢN Mù, xã Tà");
        for text in ["Lê Hà", "Đỗ Tú", "UBND Tà Nung", "Nguyễn Văn A", "UBND Tú Lệ", "đất", "A1ấ"]
        {
            assert_eq!(raised(text), text);
        }
    }
}

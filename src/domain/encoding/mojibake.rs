//! UTF-8 that was read as a one-byte code page and written again: `Nguyá»…n` for `Nguyễn`.
//!
//! It must not guess bytes that are gone: a misreading that lost some stays as it is.

use std::borrow::Cow;

use super::code_page::byte_of;
use super::letter::to_nfc;

/// The text before `times` misreadings, or the text itself if it is no such misreading.
///
/// Latin-1 and windows-1252 differ in 80 to 9F and both are understood, also mixed. Windows-1258
/// differs in one byte that Vietnamese UTF-8 uses: C3 is `Ă` there.
pub fn decode(text: &str, times: usize) -> Option<Cow<'_, str>> {
    if text.is_ascii() {
        return Some(Cow::Borrowed(text));
    }
    let mut inner = undo(text);
    for _ in 1..times {
        inner = inner.and_then(|text| undo(&text));
    }
    Some(inner.map_or(Cow::Borrowed(text), |inner| Cow::Owned(to_nfc(inner))))
}

fn undo(text: &str) -> Option<String> {
    let byte = |c| if c == 'Ă' { Some(0xC3) } else { byte_of(c) };
    let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
    String::from_utf8(bytes?).ok()
}

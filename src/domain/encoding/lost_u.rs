//! The letter `ư` of TCVN3, put back where a filter for soft hyphens removed it.
//!
//! It must not touch a syllable that can be read as it stands (`Lu` may have been `Lưu`), nor choose
//! between two readings.

use std::borrow::Cow;

use super::syllable;

/// The text with each lost `ư` put back that can be known.
///
/// A word gets an `ư` when it is no syllable, and exactly one place for the `ư` makes it one: `Trng` is
/// `Trưng`, `Phơng` is `Phương`, `Đờng` is `Đường`, `Lng` is `Lưng` (whoever meant `Lương` lost a `ơ` too,
/// and byte AC is not lost). Rare rimes (`ưm`, `ưn`) are not proposed. Not restored, because it
/// could be something else: single letters (`t` may be `tư` or a point of a law), `Ng` (a common
/// short form of `Nguyễn`), consonants alone that are capitals or end in a full stop (`TH`, `Ch.`),
/// and words that stand in a code or an address of mail.
pub fn restore(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if c.is_alphabetic() {
            start = start.or(Some(at));
            continue;
        }
        if let Some(from) = start.take()
            && !in_code(text.as_bytes(), from, at)
            && let Some((place, u)) = place_of_u(&text[from..at], c == '.')
        {
            out.push_str(&text[copied..from + place]);
            out.push(u);
            copied = from + place;
        }
    }
    if copied == 0 {
        return text;
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Whether the word stands in a run without spaces that holds a digit, `@` or `_`.
fn in_code(text: &[u8], from: usize, to: usize) -> bool {
    let sign = |b: &&u8| b.is_ascii_digit() || matches!(b, b'@' | b'_');
    let mut before = text[..from].iter().rev().take_while(|b| !b.is_ascii_whitespace());
    let mut after = text[to..].iter().take_while(|b| !b.is_ascii_whitespace());
    before.any(|b| sign(&b)) || after.any(|b| sign(&b))
}

/// Where the lost letter belongs in a word, as a byte position, and its case.
pub fn place_of_u(word: &str, full_stop: bool) -> Option<(usize, char)> {
    // The longest syllable has seven letters, `nghiêng`; with the lost one, `ngường` has six.
    let letters = word.chars().count();
    if !(2..=6).contains(&letters) || syllable::is_valid(word) {
        return None;
    }
    let capitals = !word.chars().any(char::is_lowercase);
    let no_vowel = word.is_ascii() && !word.bytes().any(|b| b"aeiouyAEIOUY".contains(&b));
    let mut found = None;
    for place in word.char_indices().map(|(at, _)| at).skip(1).chain([word.len()]) {
        let mut candidate = [0u8; 32];
        let whole = word.len() + 2;
        let (Some(before), Some(after)) = (word.get(..place), word.get(place..)) else {
            continue;
        };
        candidate.get_mut(..place)?.copy_from_slice(before.as_bytes());
        candidate.get_mut(place..place + 2)?.copy_from_slice("ư".as_bytes());
        candidate.get_mut(place + 2..whole)?.copy_from_slice(after.as_bytes());
        let syllable = str::from_utf8(candidate.get(..whole)?).ok()?;
        let rare = matches!(after, "m" | "n" | "M" | "N");
        let alone = no_vowel && after.is_empty();
        let unsure = alone && (full_stop || capitals || word.eq_ignore_ascii_case("ng"));
        if rare || unsure || !syllable::is_valid(syllable) {
            continue;
        }
        if found.is_some() {
            return None;
        }
        found = Some((place, if capitals { 'Ư' } else { 'ư' }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restored(text: &'static str) -> String {
        restore(Cow::Borrowed(text)).into_owned()
    }

    #[test]
    fn one_reading_is_taken() {
        for (lost, whole) in [
            ("Trng Trắc", "Trưng Trắc"),
            ("Phơng", "Phương"),
            ("Dơng Văn Hng", "Dương Văn Hưng"),
            ("Đờng Phờng", "Đường Phường"),
            ("Lng", "Lưng"),
            ("Anh Th", "Anh Thư"),
            ("Nớc, Đợc", "Nước, Được"),
            ("DƠNG TRNG", "DƯƠNG TRƯNG"),
            ("Cờng-Vợng", "Cường-Vượng"),
        ] {
            assert_eq!(restored(lost), whole);
        }
    }

    #[test]
    fn the_rest_stays() {
        for text in [
            "Lu",
            "Mời",
            "Sơn",
            "T",
            "TH",
            "Ng Văn A",
            "Ch. An",
            "TP.HCM",
            "Ksor",
            "Bích",
            "H48",
            "HNG-2",
            "Tn",
            "a.th@x",
            "UBND",
            "TNHH",
            "Km",
            "đ",
            "QĐ",
        ] {
            assert_eq!(restored(text), text);
        }
    }
}

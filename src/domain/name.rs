//! Names of people: whether two spellings are one name, who stands on a shared dossier, and a
//! masked form for reports.
//!
//! It must not decide that two people are the same: many people share a full name, so the caller
//! needs a date of birth or an identity number as well.

mod owners;

pub use owners::{joint_owners, mask, without_numbers};

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::text::{modern_tone, strip_accents};
use owners::{title_length, words};

/// The last step that was needed to make two spellings equal, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameForm {
    /// Capitals only.
    Case,
    /// Old or new tone placement: `Hòa`, `Hoà` [S].
    TonePlacement,
    /// A final `i` or `y`: `Lý`, `Lí`. Weak: two people may differ just so [S].
    IandY,
    /// One side carries no accents at all.
    Unaccented,
    /// Dots, hyphens, apostrophes or missing spaces.
    Punctuation,
    /// A form of address in front: `Ông`, `Bà`, `Hộ ông`.
    Title,
    /// The same words in another order (`A Nguyễn Thị`) [S].
    WordOrder,
}

impl NameForm {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::TonePlacement => "tone_placement",
            Self::IandY => "i_and_y",
            Self::Unaccented => "unaccented",
            Self::Punctuation => "punctuation",
            Self::Title => "title",
            Self::WordOrder => "word_order",
        }
    }
}

/// How two names stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameRelation {
    /// Letter for letter the same (after NFC).
    Same,
    /// The same name written in another form.
    Variant(NameForm),
    /// One slip of the keyboard apart (two in names of 12 letters and more). `Hòa` and `Hoa`, `Vũ`
    /// and `Võ` are near and are different names.
    Near,
    /// Different names.
    Differs,
}

impl NameRelation {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Variant(form) => form.code(),
            Self::Near => "near",
            Self::Differs => "differs",
        }
    }
}

/// The relation of two names: a ladder of forms, tried mildest first and each on top of the ones
/// before it, so that the last step needed is reported. Symmetric. Expects [`super::text::clean`]ed text.
#[must_use]
pub fn relation(a: &str, b: &str) -> NameRelation {
    if a == b {
        return NameRelation::Same;
    }
    if a.is_empty() || b.is_empty() {
        return NameRelation::Differs;
    }
    let (a, b) = (nfc(a), nfc(b));
    if a == b {
        return NameRelation::Same;
    }
    let (lower_a, lower_b) = (a.to_lowercase(), b.to_lowercase());
    match form(&lower_a, &lower_b) {
        Some(form) => NameRelation::Variant(form),
        None if is_near(&lower_a, &lower_b) => NameRelation::Near,
        None => NameRelation::Differs,
    }
}

fn nfc(s: &str) -> Cow<'_, str> {
    if s.is_ascii() || unicode_normalization::is_nfc(s) {
        Cow::Borrowed(s)
    } else {
        Cow::Owned(s.nfc().collect())
    }
}

fn form(a: &str, b: &str) -> Option<NameForm> {
    if a == b {
        return Some(NameForm::Case);
    }
    let (a, b) = (modern_tone(a), modern_tone(b));
    if a == b {
        return Some(NameForm::TonePlacement);
    }
    let (a, b) = (i_for_y(&a), i_for_y(&b));
    if a == b {
        return Some(NameForm::IandY);
    }
    // From here on an unaccented side is compared without accents.
    let (a, b) = if a.is_ascii() || b.is_ascii() { (strip_accents(&a), strip_accents(&b)) } else { (a, b) };
    if a == b {
        return Some(NameForm::Unaccented);
    }
    let (mut a, mut b) = (words(&a), words(&b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a.concat() == b.concat() {
        return Some(NameForm::Punctuation);
    }
    drop_titles(&mut a);
    drop_titles(&mut b);
    if a.concat() == b.concat() {
        return Some(NameForm::Title);
    }
    a.sort_unstable();
    b.sort_unstable();
    (a == b).then_some(NameForm::WordOrder)
}

/// The closed list of syllables in which `y` and `i` alternate [S], lower case, without tone.
const I_OR_Y: [&str; 6] = ["ly", "ky", "my", "quy", "vy", "thy"];

/// The text with `i` for `y` in the syllables in which both are written.
pub fn i_for_y(lower: &str) -> String {
    let mut out = String::with_capacity(lower.len());
    for (position, word) in lower.split(' ').enumerate() {
        if position > 0 {
            out.push(' ');
        }
        let stem_end = word.char_indices().next_back().map_or(0, |(at, _)| at);
        let (stem, last) = word.split_at(stem_end);
        match last.chars().next().and_then(y_to_i) {
            Some(i) if I_OR_Y.iter().any(|s| s.strip_suffix('y') == Some(stem)) => {
                out.push_str(stem);
                out.push(i);
            }
            _ => out.push_str(word),
        }
    }
    out
}

const fn y_to_i(c: char) -> Option<char> {
    match c {
        'y' => Some('i'),
        'ỳ' => Some('ì'),
        'ý' => Some('í'),
        'ỷ' => Some('ỉ'),
        'ỹ' => Some('ĩ'),
        'ỵ' => Some('ị'),
        _ => None,
    }
}

fn drop_titles(words: &mut Vec<&str>) {
    let length = title_length(words.iter().copied());
    words.drain(..length);
}

fn is_near(a: &str, b: &str) -> bool {
    let letters = |s: &str| s.chars().filter(|c| c.is_alphabetic()).count();
    let allowed = if letters(a).min(letters(b)) >= 12 { 2 } else { 1 };
    a.chars().count().abs_diff(b.chars().count()) <= allowed && strsim::damerau_levenshtein(a, b) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(a: &str, b: &str, expected: NameRelation) {
        assert_eq!(relation(a, b), expected, "{a} / {b}");
        assert_eq!(relation(b, a), expected, "{b} / {a}");
    }

    #[test]
    fn each_step_of_the_ladder() {
        use NameRelation::{Same, Variant};
        check("Nguyễn Văn An", "Nguyễn Văn An", Same);
        check("Nguyễn Văn An", "Nguye\u{302}\u{303}n Văn An", Same);
        check("", "", Same);
        check("NGUYỄN VĂN AN", "Nguyễn Văn An", Variant(NameForm::Case));
        check("Lê Hòa", "Lê Hoà", Variant(NameForm::TonePlacement));
        check("LÊ HÒA", "Lê Hoà", Variant(NameForm::TonePlacement));
        check("Lý Thị Hoa", "Lí Thị Hoa", Variant(NameForm::IandY));
        check("Trần Quý", "Trần Quí", Variant(NameForm::IandY));
        check("Nguyễn Văn Hòa", "NGUYEN VAN HOA", Variant(NameForm::Unaccented));
        check("Ksor H'Lan", "Ksor H’Lan", Variant(NameForm::Punctuation));
        check("Nguyễn Văn  An.", "nguyễn văn an", Variant(NameForm::Punctuation));
        check("Đặng Văn-An", "DANG VAN AN", Variant(NameForm::Punctuation));
        check("Ông Nguyễn Văn An", "Nguyễn Văn An", Variant(NameForm::Title));
        check("Hộ bà: Trần Thị B", "TRẦN THỊ B", Variant(NameForm::Title));
        check("HO ONG NGUYEN VAN AN", "Nguyễn Văn An", Variant(NameForm::Title));
        check("Ông/Bà Lê Hòa An", "Lê Hoà An", Variant(NameForm::Title));
        check("A Nguyễn Thị", "Nguyễn Thị A", Variant(NameForm::WordOrder));
        check("AN NGUYEN VAN", "Nguyễn Văn Ân", Variant(NameForm::WordOrder));
    }

    #[test]
    fn two_accented_names_are_not_one() {
        check("Nguyễn Thị Hòa", "Nguyễn Thị Hoa", NameRelation::Near);
        check("Vũ Văn An", "Võ Văn An", NameRelation::Near);
        check("Huỳnh Văn An", "Hoàng Văn An", NameRelation::Differs);
        check("Lan", "Hùng", NameRelation::Differs);
        check("Nguyễn Văn An", "", NameRelation::Differs);
        check("...", "-", NameRelation::Differs);
    }

    #[test]
    fn i_and_y_only_in_the_closed_list() {
        check("Đỗ Thúy", "Đỗ Thúi", NameRelation::Near);
        check("Lê Mỹ", "Lê Mĩ", NameRelation::Variant(NameForm::IandY));
        check("Lê Kỳ", "LÊ KÌ", NameRelation::Variant(NameForm::IandY));
        check("Đỗ Vy", "Đỗ Vi", NameRelation::Variant(NameForm::IandY));
        check("Đỗ Thy", "Đỗ Thi", NameRelation::Variant(NameForm::IandY));
    }

    #[test]
    fn near_allows_two_slips_in_a_long_name() {
        check("Nguyễn Văn Thành", "Nguyễn Văn Thnàh", NameRelation::Near);
        check("Nguyễn Văn Thành", "Nguyen Văn Thanh", NameRelation::Near);
        check("Lê Văn An", "Lê Vân Ân", NameRelation::Differs);
    }

    #[test]
    fn a_family_name_is_no_title() {
        check("Anh Đức", "Đức", NameRelation::Differs);
        check("Hồ Bá Nam", "HO BA NAM", NameRelation::Variant(NameForm::Unaccented));
        assert_eq!(mask("HO BA NAM"), "H. B. NAM");
    }

    #[test]
    fn codes_are_distinct() {
        let forms = [
            NameForm::Case,
            NameForm::TonePlacement,
            NameForm::IandY,
            NameForm::Unaccented,
            NameForm::Punctuation,
            NameForm::Title,
            NameForm::WordOrder,
        ];
        let mut codes: Vec<_> = forms.iter().map(|f| NameRelation::Variant(*f).code()).collect();
        codes.extend([NameRelation::Same, NameRelation::Near, NameRelation::Differs].map(NameRelation::code));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 10);
    }

    proptest! {
        #[test]
        fn relation_is_symmetric(a in "[ A-Hà-ỹ'.]{0,10}", b in "[ A-Hà-ỹ'.]{0,10}") {
            prop_assert_eq!(relation(&a, &b), relation(&b, &a));
        }
    }
}

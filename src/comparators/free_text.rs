//! Names of organisations, addresses, summaries: text of many words, typed anew in each system.
//!
//! It must not expand a place's name to another one: places are merged by decision, not by spelling.

use super::prepared::{Texts, key, sorted_key};
use crate::domain::text::fold;
use crate::engine::linkage::comparator::{Cell, Comparator};
use crate::engine::linkage::frame::Field;
use crate::engine::linkage::text::{jaro_winkler, on_letters};

/// Levels of two texts, folded: without case, accents and punctuation, usual abbreviations written out
/// (`CTY`, `UBND`, `BQL` [S], `P.12`, `Q.1` [R-H]). Symmetric. `one cut off`: a sync job cuts a long text and puts three dots
/// behind it [S].
#[derive(Debug, Default)]
pub struct FreeText {
    folded: Texts,
    sorted: Texts,
    keys: Vec<Keys>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Keys {
    folded: u64,
    sorted: u64,
    cut: bool,
}

/// Similarities by Jaro-Winkler on the folded text, from the highest.
const ALIKE: [f64; 2] = [0.95, 0.88];
/// Words that the smaller side of a subset has at least.
const SUBSET_WORDS: usize = 2;

impl Comparator for FreeText {
    fn levels(&self) -> Vec<String> {
        super::names(&[
            "same",
            "same without accents and abbreviations",
            "same words in another order",
            "one cut off",
            "words of one among the other's",
            "jaro_winkler >= 0.95",
            "jaro_winkler >= 0.88",
            "else",
        ])
    }

    fn prepare(&mut self, field: &Field) {
        *self = Self::default();
        for value in field.values.values() {
            let folded = fold(&places_written_out(&written_out(&fold(value))));
            let mut words: Vec<&str> = folded.split(' ').collect();
            words.sort_unstable();
            let cut = value.ends_with("...") || value.ends_with('…');
            self.keys.push(Keys { folded: key(&folded), sorted: sorted_key(&folded), cut });
            self.sorted.push(&words.join(" "));
            self.folded.push(&folded);
        }
    }

    fn level(&self, left: Cell<'_>, right: Cell<'_>) -> usize {
        let of = |cell: Cell<'_>| self.keys.get(cell.value as usize).copied().unwrap_or_default();
        let (x, y) = (of(left), of(right));
        if x.folded == y.folded {
            return 1;
        }
        if x.sorted == y.sorted {
            return 2;
        }
        let (a, b) = (self.folded.get(left.value), self.folded.get(right.value));
        if x.cut && b.starts_with(a) || y.cut && a.starts_with(b) {
            return 3;
        }
        if is_subset(self.sorted.get(left.value), self.sorted.get(right.value)) {
            return 4;
        }
        let alike = on_letters(a, b, jaro_winkler);
        ALIKE.iter().position(|least| alike >= *least).map_or(7, |at| 5 + at)
    }
}

/// Whether all words of the shorter text, sorted, are among the other's.
fn is_subset(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut rest = long.split(' ');
    let mut words = 0;
    short.split(' ').all(|word| {
        words += 1;
        rest.by_ref().find(|other| *other >= word) == Some(word)
    }) && words >= SUBSET_WORDS
}

/// Abbreviations in names of organisations, lower case and folded: those of companies and committees [S], `dntn` and below
/// [R-H]. None of them is a word of a person's name.
const ABBREVIATIONS: [(&str, &str); 19] = [
    ("bql", "ban quản lý"),
    ("cp", "cổ phần"),
    ("ctcp", "công ty cổ phần"),
    ("cty", "công ty"),
    ("htx", "hợp tác xã"),
    ("mtv", "một thành viên"),
    ("tnhh", "trách nhiệm hữu hạn"),
    ("tp", "thành phố"),
    ("ubnd", "ủy ban nhân dân"),
    ("dntn", "doanh nghiệp tư nhân"),
    ("dv", "dịch vụ"),
    ("hdnd", "hội đồng nhân dân"),
    ("kcn", "khu công nghiệp"),
    ("sx", "sản xuất"),
    ("tm", "thương mại"),
    ("tmcp", "thương mại cổ phần"),
    ("tmdv", "thương mại dịch vụ"),
    ("xd", "xây dựng"),
    ("xnk", "xuất nhập khẩu"),
];

/// The text, lower case, with its abbreviations written out.
pub(super) fn written_out(lower: &str) -> String {
    by_word(lower, &ABBREVIATIONS)
}

fn by_word(lower: &str, abbreviations: &[(&str, &'static str)]) -> String {
    let long = |word| abbreviations.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| *long);
    lower.split(' ').map(long).collect::<Vec<_>>().join(" ")
}

/// Abbreviations of places [R-H]. Single letters are initials in the name of a person, so names are not looked up here.
const PLACES: [(&str, &str); 9] = [
    ("h", "huyện"),
    ("kp", "khu phố"),
    ("p", "phường"),
    ("q", "quận"),
    ("ql", "quốc lộ"),
    ("tdp", "tổ dân phố"),
    ("tt", "thị trấn"),
    ("tx", "thị xã"),
    ("x", "xã"),
];

/// As [`written_out`], for places; the number of one may stand right behind its letter, as in `Q1`.
fn places_written_out(folded: &str) -> String {
    let parted = |word: &str| -> String {
        let (letters, number) = word.split_at(word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len()));
        let is_numbered = matches!(letters, "kp" | "p" | "q" | "ql" | "tdp")
            && !number.is_empty()
            && number.bytes().all(|c| c.is_ascii_digit());
        if is_numbered { format!("{letters} {number}") } else { word.to_owned() }
    };
    let words: Vec<String> = folded.split(' ').map(parted).collect();
    by_word(&words.join(" "), &PLACES)
}

#[cfg(test)]
mod tests {
    use super::{FreeText, is_subset};
    use crate::comparators::testing::Levels;

    #[test]
    fn each_level() {
        let levels = Levels::of(FreeText::default);
        let same = "same without accents and abbreviations";
        levels.check("CTY TNHH MTV An Phát", "Công ty trách nhiệm hữu hạn một thành viên An Phat", same);
        levels.check("UBND xã Mãn Đức", "Ủy ban nhân dân XÃ MAN DUC", same);
        levels.check(
            "Cty CP TM DV & XNK Bình An",
            "Công ty cổ phần thương mại, dịch vụ, xuất nhập khẩu BÌNH AN",
            same,
        );
        levels.check(
            "12 Lê Lợi, P.Bến Nghé, Q1, TP.HCM",
            "12 Lê Lợi, phường Bến Nghé, quận 1, thành phố HCM",
            same,
        );
        levels.check("P12 Q.10", "phuong 12 quan 10", same);
        levels.check("Lô P12A", "Lô phường 12A", "else");
        levels.check("Tổ 3, phường Tân Thịnh", "Phường Tân Thịnh, tổ 3", "same words in another order");
        levels.check("Cấp giấy chứng nh...", "Cấp giấy chứng nhận quyền sử dụng", "one cut off");
        levels.check("xã Mãn Đức", "Mãn Đức, huyện Tân Lạc, xã", "words of one among the other's");
        levels.check("Xóm Chiềng 12", "Xóm Chiềng 13", "jaro_winkler >= 0.95");
        levels.check("Đăng ký khai sinh", "Đăng ký khai tử", "jaro_winkler >= 0.88");
        levels.check("Đăng ký kết hôn", "Cấp giấy phép xây dựng", "else");
        levels.check("Xã", "Xã Mãn", "else");
        levels.covered();
    }

    #[test]
    fn repeated_words_count_once_each() {
        assert!(is_subset("a b", "a b c") && is_subset("a b c", "a c"));
        assert!(!is_subset("a a", "a b c"));
        assert!(!is_subset("a d", "a b c"));
        assert!(!is_subset("a", "a b"));
    }
}

//! Who stands on a dossier: several owners in one cell, titles, organisations, masked names.
//!
//! It must not compare names.

use crate::domain::text::fold;

/// What an organisation's name starts with, folded; `và` inside such a name joins no people. Whole
/// phrases where the first word alone, folded, is also a family name (Trương, Ban, Phong).
const ORGANISATIONS: [&str; 34] = [
    "cong ty",
    "cty",
    "ctcp",
    "doanh nghiep",
    "dntn",
    "hop tac xa",
    "htx",
    "ngan hang",
    "uy ban",
    "ubnd",
    "so",
    "phong giao duc",
    "phong kham",
    "phong cong chung",
    "phong tai",
    "ban quan ly",
    "ban chi huy",
    "bql",
    "truong tieu hoc",
    "truong mam non",
    "truong thcs",
    "truong thpt",
    "truong trung",
    "truong dai hoc",
    "truong cao dang",
    "trung tam",
    "van phong",
    "chi nhanh",
    "hoi",
    "quy tin dung",
    "benh vien",
    "nha may",
    "to chuc",
    "vien nghien cuu",
];

fn is_organisation(s: &str) -> bool {
    let key = fold(s);
    ORGANISATIONS
        .iter()
        .any(|sign| key.strip_prefix(sign).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

/// The owners of a shared dossier: "Ông Nguyễn Văn A và bà Trần Thị B" gives two names without
/// their titles. A single owner or an organisation gives one. Parts are borrowed from the input.
///
/// `và` separates only when both sides have two words or more: `Và` is also a family name [R-M].
pub fn joint_owners(s: &str) -> impl Iterator<Item = &str> {
    let whole = s.trim();
    let single = !has_separator(whole) || is_organisation(whole);
    let mut rest = Some(whole).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        loop {
            let text = rest?;
            let (head, tail) = if single { (text, None) } else { split_owner(text) };
            rest = tail;
            let owner = without_title(head);
            if !owner.is_empty() {
                return Some(owner);
            }
        }
    })
}

fn has_separator(s: &str) -> bool {
    s.contains([';', '&', ',', '+', '\n']) || s.split(' ').any(is_and)
}

fn is_and(word: &str) -> bool {
    matches!(word, "và" | "VÀ" | "Và" | "va" | "VA")
}

fn split_owner(s: &str) -> (&str, Option<&str>) {
    let mut start = 0;
    for word in s.split_inclusive([' ', ';', '&', ',', '+', '\n']) {
        let end = start + word.len();
        let bare = word.trim_end_matches([' ', ';', '&', ',', '+', '\n']);
        if is_and(bare) {
            let (head, tail) = (s[..start].trim(), s[end..].trim());
            if words(head).len() >= 2 && words(tail).len() >= 2 {
                return (head, Some(tail));
            }
        }
        if word.ends_with([';', '&', ',', '+', '\n']) {
            return (s[..end - 1].trim(), Some(s[end..].trim()));
        }
        start = end;
    }
    (s, None)
}

fn without_title(name: &str) -> &str {
    let parts: Vec<&str> = words(name);
    let lower: Vec<String> = parts.iter().map(|word| word.to_lowercase()).collect();
    let length = title_length(lower.iter().map(String::as_str));
    // "Ba" and "Chi" in an unaccented name may be a family or middle name: only accented titles go.
    let spoken = &lower[..length];
    if length == 0 || spoken.iter().any(|w| matches!(w.as_str(), "ba" | "chi" | "ho")) {
        return name.trim();
    }
    parts.get(length).map_or(name, |first| {
        let skip = first.as_ptr() as usize - name.as_ptr() as usize;
        name[skip..].trim()
    })
}

/// The name with only the given name spelt out: "Nguyễn Văn An" gives "N. V. An". A title goes.
#[must_use]
pub fn mask(s: &str) -> String {
    let mut out = String::new();
    let mut parts = without_title(s).split_whitespace().peekable();
    while let Some(word) = parts.next() {
        if parts.peek().is_none() {
            out.push_str(word);
        } else if let Some(initial) = word.chars().next() {
            out.push(initial);
            out.push_str(". ");
        }
    }
    without_numbers(&out)
}

/// The text with every number long enough to be a person's or a telephone's starred out, as clerks write them behind
/// a name.
#[must_use]
pub fn without_numbers(text: &str) -> String {
    const LONG: usize = 6;
    let hidden = |word: &str| match word.bytes().filter(u8::is_ascii_digit).count() >= LONG {
        true => word.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect(),
        false => word.to_owned(),
    };
    text.split(' ').map(hidden).collect::<Vec<String>>().join(" ")
}

pub(super) fn words(s: &str) -> Vec<&str> {
    s.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

fn is_address(word: &str) -> bool {
    matches!(word, "ông" | "bà" | "anh" | "chị" | "ong" | "ba" | "chi")
}

fn is_household(word: &str) -> bool {
    matches!(word, "hộ" | "ho")
}

/// How many of these lower-case words are forms of address; two words of name always remain.
pub(super) fn title_length<'a>(words: impl ExactSizeIterator<Item = &'a str> + Clone) -> usize {
    let total = words.len();
    let mut length = 0;
    let mut rest = words.peekable();
    while let Some(word) = rest.next() {
        let household = is_household(word) && rest.peek().copied().is_some_and(is_address);
        if !household && !is_address(word) {
            break;
        }
        length += 1;
    }
    if total >= length + 2 { length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn joint_owners_are_split() {
        let split = |s: &'static str| joint_owners(s).collect::<Vec<_>>();
        assert_eq!(split("Nguyễn Văn A và bà Trần Thị B"), ["Nguyễn Văn A", "Trần Thị B"]);
        assert_eq!(split("Ông Nguyễn Văn A VÀ vợ là bà C D"), ["Nguyễn Văn A", "vợ là bà C D"]);
        assert_eq!(split("Lê A; Lê B, Lê C & Lê D"), ["Lê A", "Lê B", "Lê C", "Lê D"]);
        assert_eq!(split("Nguyễn Văn An"), ["Nguyễn Văn An"]);
        assert_eq!(split("Và Bá Tểnh"), ["Và Bá Tểnh"]);
        assert_eq!(split("Lê An; "), ["Lê An"]);
        assert_eq!(split("  "), Vec::<&str>::new());
        let company = "CÔNG TY TNHH THƯƠNG MẠI VÀ DỊCH VỤ AN PHÁT";
        assert_eq!(split(company), [company]);
        for family in ["Ban", "Trương", "Phong"] {
            let owners = format!("{family} Văn A và Lê Thị B");
            assert_eq!(joint_owners(&owners).count(), 2, "{owners}");
        }
    }

    #[test]
    fn mask_keeps_the_given_name() {
        assert_eq!(mask("Nguyễn Văn An"), "N. V. An");
        assert_eq!(mask("Ông Đỗ  Bình"), "Đ. Bình");
        assert_eq!(mask("An"), "An");
        assert_eq!(mask("Lê Thị An - 0977666555"), "L. T. A. -. **********");
        assert_eq!(mask("Lê Thị An (CCCD 086180777666)"), "L. T. A. (. ************)");
        assert_eq!(mask("Lê An 12"), "L. A. 12");
        assert_eq!(mask(""), "");
    }

    proptest! {
        #[test]
        fn nothing_panics(s in "\\PC{0,20}( và |;)?\\PC{0,20}") {
            let _ = (mask(&s), joint_owners(&s).count());
        }
    }
}

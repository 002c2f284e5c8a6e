//! Vietnamese text: one canonical spelling of the same characters, and folded keys for look-ups.
//!
//! It must not guess legacy encodings (TCVN3, VNI, VISCII): those are decided per column before a
//! cell arrives here, because there U+00AD is the letter `ư` and not a soft hyphen. It must not
//! correct spelling.

use std::borrow::Cow;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::issue::{Issues, ParseIssue, Parsed};

/// The text in NFC with plain single spaces, without invisible characters, with the right `Đ`/`đ`.
///
/// White space around the text is trimmed silently; every other change sets its issue. The null
/// tokens of [`is_null_token`] give no value and no issue. A cell that is already clean is borrowed.
/// Domain fact: the damage listed here is seen in public exporters and documents [S].
#[must_use]
pub fn clean(raw: &str) -> Parsed<Cow<'_, str>> {
    let trimmed = trimmed(raw);
    if is_null_token(trimmed) {
        return Parsed::empty();
    }
    if is_clean(trimmed) {
        return Parsed::new(Cow::Borrowed(trimmed), Issues::NONE);
    }
    let (text, issues) = rewrite(trimmed);
    if is_null_token(&text) {
        return Parsed::empty();
    }
    Parsed::new(Cow::Owned(text), issues)
}

/// The text without white space around it; a text that plainly has none is not looked at twice.
#[inline]
#[must_use]
pub fn trimmed(raw: &str) -> &str {
    match raw.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => raw,
        _ => raw.trim(),
    }
}

/// What stands inside a spreadsheet's sign for text, `'0861` or `="0861"`: exporters write it so that a program for
/// tables keeps the zeros [R-H]. `None` for a text without the sign.
#[inline]
#[must_use]
pub fn unmarked(raw: &str) -> Option<&str> {
    let text = trimmed(raw);
    let inside = match text.as_bytes() {
        [b'\'', ..] => {
            let inside = &text[1..];
            inside.strip_suffix('\'').unwrap_or(inside)
        }
        [b'=', b'"', ..] => text[2..].strip_suffix('"')?,
        _ => return None,
    };
    (!is_null_token(inside.trim())).then_some(inside)
}

/// Whether exporters write this trimmed text for "nothing": empty, `null`, `N/A`, `-`, `\N`, ...
#[must_use]
pub fn is_null_token(trimmed: &str) -> bool {
    match trimmed.len() {
        0 => true,
        1 => trimmed == "-",
        2 => trimmed == "--" || trimmed == "\\N",
        3 => trimmed.eq_ignore_ascii_case("n/a"),
        4 => trimmed.eq_ignore_ascii_case("null"),
        6 => trimmed.eq_ignore_ascii_case("(null)"),
        _ => false,
    }
}

/// Whether a character takes no room and carries no meaning in a dossier: zero-width characters,
/// soft hyphen, BOM, direction marks, control characters that are not white space.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    match c {
        '\u{7F}'
        | '\u{AD}'
        | '\u{180E}'
        | '\u{FEFF}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' => true,
        _ => c < ' ' && !c.is_whitespace(),
    }
}

/// The letter an impostor of `Đ` or `đ` stands for [S]: Icelandic eth, African D.
const fn right_d(c: char) -> Option<char> {
    match c {
        '\u{D0}' | '\u{189}' => Some('Đ'),
        '\u{F0}' | '\u{256}' => Some('đ'),
        _ => None,
    }
}

/// Whether text consists of the letters of Vietnamese, other ASCII and single spaces; reads bytes, for nearly every
/// cell does.
fn is_plain(trimmed: &str) -> bool {
    let mut rest = trimmed.as_bytes();
    loop {
        rest = match rest {
            [] => return true,
            [b'!'..=b'~', rest @ ..] => rest,
            [b' ', b' ', ..] => return false,
            [b' ', rest @ ..] => rest,
            // U+00C0 to U+01BF, without what looks like Đ and đ.
            [0xC3, 0x90 | 0xB0, ..] | [0xC6, 0x89, ..] => return false,
            [0xC3..=0xC6, _, rest @ ..] => rest,
            // U+1EA0 to U+1EF9.
            [0xE1, 0xBA, 0xA0..=0xBF, rest @ ..] | [0xE1, 0xBB, 0x80..=0xB9, rest @ ..] => rest,
            _ => return false,
        }
    }
}

fn is_clean(trimmed: &str) -> bool {
    is_plain(trimmed) || is_clean_by_character(trimmed)
}

fn is_clean_by_character(trimmed: &str) -> bool {
    let mut after_space = false;
    let mut quick = true;
    for c in trimmed.chars() {
        if c == ' ' {
            if after_space {
                return false;
            }
            after_space = true;
            continue;
        }
        after_space = false;
        if c.is_ascii_graphic() || ('\u{1EA0}'..='\u{1EF9}').contains(&c) {
            continue;
        }
        if c.is_whitespace() || is_invisible(c) || right_d(c).is_some() {
            return false;
        }
        // Nothing below U+0300 composes, decomposes or reorders under NFC.
        quick &= c < '\u{300}';
    }
    quick || is_nfc_quick(trimmed.chars()) == IsNormalized::Yes
}

fn rewrite(trimmed: &str) -> (String, Issues) {
    let mut out = String::with_capacity(trimmed.len());
    let mut issues = Issues::NONE;
    let mut pending_space = false;
    for c in trimmed.chars() {
        if is_invisible(c) {
            issues.add(ParseIssue::InvisibleCharacter);
        } else if c.is_whitespace() {
            if pending_space || c.is_ascii() && c != ' ' {
                issues.add(ParseIssue::ExtraSpace);
            }
            if !c.is_ascii() {
                issues.add(ParseIssue::InvisibleCharacter);
            }
            pending_space = true;
        } else {
            if pending_space && !out.is_empty() {
                out.push(' ');
            }
            pending_space = false;
            let right = right_d(c);
            if right.is_some() {
                issues.add(ParseIssue::LookAlikeLetter);
            }
            out.push(right.unwrap_or(c));
        }
    }
    if is_nfc_quick(out.chars()) != IsNormalized::Yes {
        let composed: String = out.nfc().collect();
        if composed != out {
            issues.add(ParseIssue::NotNfc);
            out = composed;
        }
    }
    (out, issues)
}

/// A look-up key for labels: lower case, no accents (`đ` to `d`), punctuation to single spaces.
///
/// Two different words may share a key, so it must not decide that two names are the same.
#[must_use]
pub fn fold(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut gap = false;
    let mut put = |c: char| {
        if !c.is_alphanumeric() {
            gap = true;
            return;
        }
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        out.extend(c.to_lowercase());
    };
    for c in s.chars() {
        if c.is_ascii() {
            put(c);
        } else if !is_invisible(c) {
            each_base(c, &mut put);
        }
    }
    out
}

/// The text without tone and vowel marks, `Đ` to `D`, case and everything else kept.
#[must_use]
pub fn strip_accents(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            each_base(c, |base| out.push(base));
        }
    }
    out
}

fn each_base(c: char, mut put: impl FnMut(char)) {
    match right_d(c).unwrap_or(c) {
        'Đ' => put('D'),
        'đ' => put('d'),
        other => decompose_canonical(other, |part| {
            if !is_combining_mark(part) {
                put(part);
            }
        }),
    }
}

const TONED_O: [char; 10] = ['ò', 'ó', 'ỏ', 'õ', 'ọ', 'Ò', 'Ó', 'Ỏ', 'Õ', 'Ọ'];
const TONED_U: [char; 10] = ['ù', 'ú', 'ủ', 'ũ', 'ụ', 'Ù', 'Ú', 'Ủ', 'Ũ', 'Ụ'];
const TONED_A: [char; 5] = ['à', 'á', 'ả', 'ã', 'ạ'];
const TONED_CAPITAL_A: [char; 5] = ['À', 'Á', 'Ả', 'Ã', 'Ạ'];
const TONED_E: [char; 5] = ['è', 'é', 'ẻ', 'ẽ', 'ẹ'];
const TONED_CAPITAL_E: [char; 5] = ['È', 'É', 'Ẻ', 'Ẽ', 'Ẹ'];
const TONED_Y: [char; 5] = ['ỳ', 'ý', 'ỷ', 'ỹ', 'ỵ'];
const TONED_CAPITAL_Y: [char; 5] = ['Ỳ', 'Ý', 'Ỷ', 'Ỹ', 'Ỵ'];

/// The new tone placement: `òa` to `oà`, `óe` to `oé`, `úy` to `uý`, in open syllables only and not
/// after `q`; case is kept. Domain fact: both placements are in official use [S].
///
/// Expects NFC (see [`clean`]); text that needs no change is borrowed.
#[must_use]
pub fn modern_tone(s: &str) -> Cow<'_, str> {
    if s.is_ascii() {
        return Cow::Borrowed(s);
    }
    let mut out = String::new();
    let mut copied = 0;
    let mut before = ' ';
    for (at, first) in s.char_indices() {
        let after_q = matches!(before, 'q' | 'Q');
        before = first;
        if first.is_ascii() || after_q {
            continue;
        }
        let rest = &s[at + first.len_utf8()..];
        let mut following = rest.chars();
        let Some(second) = following.next() else {
            continue;
        };
        if following.next().is_some_and(char::is_alphabetic) {
            continue;
        }
        if let Some((plain, toned)) = moved_tone(first, second) {
            out.push_str(&s[copied..at]);
            out.push(plain);
            out.push(toned);
            copied = at + first.len_utf8() + second.len_utf8();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(s);
    }
    out.push_str(&s[copied..]);
    Cow::Owned(out)
}

fn moved_tone(first: char, second: char) -> Option<(char, char)> {
    let (toned, plain) = if TONED_O.contains(&first) {
        (&TONED_O, ['o', 'O'])
    } else if TONED_U.contains(&first) {
        (&TONED_U, ['u', 'U'])
    } else {
        return None;
    };
    let place = toned.iter().position(|c| *c == first)?;
    let row = match (plain[0], second) {
        ('o', 'a') => &TONED_A,
        ('o', 'A') => &TONED_CAPITAL_A,
        ('o', 'e') => &TONED_E,
        ('o', 'E') => &TONED_CAPITAL_E,
        ('u', 'y') => &TONED_Y,
        ('u', 'Y') => &TONED_CAPITAL_Y,
        _ => return None,
    };
    Some((plain[place / 5], row[place % 5]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaned(raw: &str) -> (String, Vec<ParseIssue>) {
        let parsed = clean(raw);
        let issues = parsed.issues.iter().collect();
        (parsed.value.expect("a value").into_owned(), issues)
    }

    #[test]
    fn clean_text_is_borrowed() {
        for text in ["H48.53-220921-0099", "Nguyễn Văn An", "  Đắk Lắk\t", "Ksor H’Lan"] {
            let parsed = clean(text);
            assert!(matches!(parsed.value, Some(Cow::Borrowed(_))), "{text}");
            assert!(parsed.issues.is_empty());
            assert_eq!(parsed.value.as_deref(), Some(text.trim()));
        }
    }

    #[test]
    fn null_tokens_give_no_value_and_no_issue() {
        for text in [
            "", "  ", "null", "NULL", "Null", "N/A", "n/a", "-", "--", "(null)", "\\N", " - ", "\u{FEFF}",
            "\u{A0}",
        ] {
            assert_eq!(clean(text), Parsed::empty(), "{text:?}");
        }
        assert!(clean("---").value.is_some());
        assert!(clean("An").value.is_some());
    }

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(cleaned("Nguye\u{302}\u{303}n"), ("Nguyễn".into(), vec![ParseIssue::NotNfc]));
        // Marks in the wrong order: dot below after circumflex.
        assert_eq!(cleaned("Vie\u{323}\u{302}t").0, "Việt");
        assert_eq!(cleaned("Vie\u{302}\u{323}t").0, "Việt");
        // A zero-width joint between letter and mark.
        assert_eq!(
            cleaned("a\u{200B}\u{301}"),
            ("á".into(), vec![ParseIssue::NotNfc, ParseIssue::InvisibleCharacter])
        );
    }

    #[test]
    fn impostors_of_d_are_replaced() {
        assert_eq!(cleaned("\u{D0}\u{189}\u{F0}\u{256}"), ("ĐĐđđ".into(), vec![ParseIssue::LookAlikeLetter]));
    }

    #[test]
    fn spaces_are_told_apart() {
        assert_eq!(cleaned("A  B"), ("A B".into(), vec![ParseIssue::ExtraSpace]));
        assert_eq!(cleaned("A\tB"), ("A B".into(), vec![ParseIssue::ExtraSpace]));
        assert_eq!(cleaned("A\r\nB"), ("A B".into(), vec![ParseIssue::ExtraSpace]));
        assert_eq!(cleaned("A\u{A0}B"), ("A B".into(), vec![ParseIssue::InvisibleCharacter]));
        assert_eq!(cleaned("\u{A0}A B\u{3000}\n"), ("A B".into(), vec![]));
        assert_eq!(
            cleaned("\u{FEFF} Mã hồ\u{AD} sơ"),
            ("Mã hồ sơ".into(), vec![ParseIssue::InvisibleCharacter])
        );
    }

    #[test]
    fn a_sign_for_text_is_told_from_the_text() {
        for (raw, inside) in [
            ("'0861", Some("0861")),
            (" '0861 ", Some("0861")),
            ("'0861'", Some("0861")),
            ("=\"0861\"", Some("0861")),
            ("0861", None),
            ("=\"0861", None),
            ("=0861", None),
            ("'", None),
            ("'-", None),
            ("O'Brien", None),
            ("", None),
        ] {
            assert_eq!(unmarked(raw), inside, "{raw}");
        }
    }

    #[test]
    fn fold_is_blind_to_case_accents_and_punctuation() {
        assert_eq!(fold("Đã trả kết quả!"), "da tra ket qua");
        assert_eq!(fold("  YÊU-CẦU (bổ sung) "), "yeu cau bo sung");
        assert_eq!(fold("Vie\u{323}\u{302}t"), "viet");
        assert_eq!(fold("\u{D0}ang"), "dang");
        assert_eq!(fold("Hồ\u{AD}sơ"), "hoso");
        assert_eq!(fold("…"), "");
    }

    #[test]
    fn strip_accents_keeps_case_and_punctuation() {
        assert_eq!(strip_accents("Đỗ Thị Ưng, Đắk Lắk"), "Do Thi Ung, Dak Lak");
        assert_eq!(strip_accents("plain"), "plain");
    }

    #[test]
    fn tone_placement_moves_in_open_syllables() {
        let pairs = [
            ("Hòa Bình", "Hoà Bình"),
            ("HÒA", "HOÀ"),
            ("Khóa", "Khoá"),
            ("hỏa, hõa. họa", "hoả, hoã. hoạ"),
            ("khỏe", "khoẻ"),
            ("Thúy Thùy", "Thuý Thuỳ"),
            ("Ủy ban", "Uỷ ban"),
            ("ỦY", "UỶ"),
        ];
        for (old, new) in pairs {
            assert_eq!(modern_tone(old), new);
            assert!(matches!(modern_tone(new), Cow::Borrowed(_)), "{new}");
        }
    }

    #[test]
    fn tone_placement_leaves_the_rest_alone() {
        for text in
            ["mùa", "quý", "qúy", "Quỳnh", "ngoèo", "hòan", "khuỷu", "của", "Hoa", "ò", "tùy\u{1EBF}n"]
        {
            assert!(matches!(modern_tone(text), Cow::Borrowed(_)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(raw in "[ \\t\u{A0}\u{AD}\u{FEFF}a-zđ\u{D0}àeô\u{300}-\u{323}Nul-]{0,12}") {
            if let Some(once) = clean(&raw).value {
                let again = clean(&once);
                prop_assert_eq!(again.value.as_deref(), Some(&*once));
                prop_assert!(again.issues.is_empty());
            }
        }

        #[test]
        fn plain_text_is_clean_character_by_character(raw in "[ a-zÀ-ỹĐđ×\u{D0}\u{F0}\u{189}\u{1B0}\u{1E9F}\u{1EFA}\u{301}\u{A0}]{0,6}") {
            prop_assert!(!is_plain(&raw) || is_clean_by_character(&raw), "{raw:?}");
        }

        #[test]
        fn nothing_panics(raw in "\\PC{0,24}") {
            let _ = (clean(&raw), strip_accents(&raw));
            prop_assert_eq!(fold(&fold(&raw)), fold(&raw));
            let modern = modern_tone(&raw);
            prop_assert_eq!(modern_tone(&modern), modern.clone());
        }
    }
}

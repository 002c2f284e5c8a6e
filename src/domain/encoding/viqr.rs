//! VIQR (RFC 1456): ASCII text with the marks typed behind the letter, `Vie^.t Nam`.
//!
//! It must not touch words that hold a digit or `@`: dates, codes, phones and addresses of mail use the
//! same signs. It must not be chosen for a column that merely has full stops in it.

use std::borrow::Cow;

use super::letter::{self, ACUTE, BREVE, CIRCUMFLEX, DOT, GRAVE, HOOK, HORN, TILDE};

/// The text with the marks joined to their letters; `\` makes the next sign a plain one.
///
/// Domain fact: `^ ( +` are marks of the vowel and `' ` ? ~ .` the tones, in this order; `dd` is `đ`
/// [R-H: RFC 1456]. A mark counts only behind a letter it fits, so `Q.1` and `C++` stay.
pub fn decode(text: &str) -> Cow<'_, str> {
    let has_signs = |b: u8| matches!(b, b'^' | b'(' | b'+' | b'\'' | b'`' | b'?' | b'~' | b'.' | b'\\');
    let has_d = || text.as_bytes().windows(2).any(|pair| pair.eq_ignore_ascii_case(b"dd"));
    if !text.bytes().any(has_signs) && !has_d() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for word in text.split_inclusive(char::is_whitespace) {
        if word.bytes().any(|b| b.is_ascii_digit() || b == b'@') {
            out.push_str(word);
        } else {
            read_word(word, &mut out);
        }
    }
    let out = letter::to_nfc(out);
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

fn read_word(word: &str, out: &mut String) {
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => out.push(rest.next_if(char::is_ascii).unwrap_or(c)),
            'd' | 'D' => match rest.next_if(|next| next.eq_ignore_ascii_case(&'d')) {
                Some(_) => out.push(if c == 'd' { 'đ' } else { 'Đ' }),
                None => out.push(c),
            },
            _ if is_vowel(c) => {
                let mut letter = c;
                for mark in [vowel_mark, tone] {
                    if let Some(marked) = rest.peek().and_then(|sign| letter::marked(letter, mark(c, *sign)?))
                    {
                        letter = marked;
                        rest.next();
                    }
                }
                out.push(letter);
            }
            _ => out.push(c),
        }
    }
}

const fn is_vowel(c: char) -> bool {
    matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

const fn vowel_mark(vowel: char, sign: char) -> Option<char> {
    match (vowel.to_ascii_lowercase(), sign) {
        ('a' | 'e' | 'o', '^') => Some(CIRCUMFLEX),
        ('a', '(') => Some(BREVE),
        ('o' | 'u', '+') => Some(HORN),
        _ => None,
    }
}

const fn tone(_vowel: char, sign: char) -> Option<char> {
    match sign {
        '\'' => Some(ACUTE),
        '`' => Some(GRAVE),
        '?' => Some(HOOK),
        '~' => Some(TILDE),
        '.' => Some(DOT),
        _ => None,
    }
}

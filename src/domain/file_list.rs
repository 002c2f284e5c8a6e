//! Identifiers of files in one cell, and what they say of another such list.
//!
//! It must not compare what the identifiers stand for: only whether they are the same.

use std::borrow::Cow;

use super::issue::{Issues, Parsed};
use super::text::clean;

/// Between the files of a canonical list.
const JOINT: &str = "; ";

/// The files of a cell, joined by `; `. One provincial back end joins them with `##` [S]; also read are
/// `;`, `|` and line breaks. A comma may stand in the name of a file.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<Cow<'_, str>> {
    let joined = raw.contains("##") || raw.contains([';', '|', '\n']);
    if !joined {
        return clean(raw);
    }
    let files: Vec<&str> = raw
        .split("##")
        .flat_map(|part| part.split([';', '|', '\n']))
        .map(str::trim)
        .filter(|file| !file.is_empty())
        .collect();
    match files.as_slice() {
        [] => Parsed::empty(),
        files => Parsed::new(Cow::Owned(files.join(JOINT)), Issues::NONE),
    }
}

/// The files of a canonical list.
pub fn files(list: &str) -> impl Iterator<Item = &str> {
    list.split(JOINT).filter(|file| !file.is_empty())
}

/// A list with its long runs of digits masked: people name files after their numbers.
#[must_use]
pub fn masked(list: &str) -> String {
    const LONGEST_SHOWN: usize = 8;
    let mut out = String::with_capacity(list.len());
    let mut rest = list;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(before);
        if length > LONGEST_SHOWN {
            out.extend(std::iter::repeat_n('*', length));
        } else {
            out.push_str(&digits[..length]);
        }
        rest = &digits[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_any_joint_become_one_form() {
        for raw in ["a.pdf##b.pdf", "a.pdf; b.pdf", "a.pdf|b.pdf", "##a.pdf## ##b.pdf", "a.pdf\nb.pdf"] {
            assert_eq!(normalise(raw).value.as_deref(), Some("a.pdf; b.pdf"), "{raw}");
        }
        assert_eq!(normalise("a, b.pdf").value.as_deref(), Some("a, b.pdf"));
        assert_eq!(normalise("####").value, None);
        assert_eq!(normalise(" ").value, None);
        assert_eq!(masked("017090000123_a.pdf; TL0000123-1"), "************_a.pdf; TL0000123-1");
        assert_eq!(masked("don 0912345678"), "don **********");
        assert_eq!(files("a; b").collect::<Vec<_>>(), ["a", "b"]);
    }
}

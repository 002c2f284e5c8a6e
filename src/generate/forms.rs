//! The ways one Vietnamese name is written differently without being another name, and slips that do
//! make another name.

use rand::{Rng, RngExt};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Open syllables whose tone mark stands in one of two places: old, new.
#[rustfmt::skip]
const TONE_PLACES: [(&str, &str); 15] = [
    ("òa", "oà"), ("óa", "oá"), ("ỏa", "oả"), ("õa", "oã"), ("ọa", "oạ"),
    ("òe", "oè"), ("óe", "oé"), ("ỏe", "oẻ"), ("õe", "oẽ"), ("ọe", "oẹ"),
    ("ùy", "uỳ"), ("úy", "uý"), ("ủy", "uỷ"), ("ũy", "uỹ"), ("ụy", "uỵ"),
];

/// Misspellings that change letters: at the start of a syllable, or at its end.
#[rustfmt::skip]
const SLIPS: [(bool, &str, &str); 10] = [
    (true, "Tr", "Ch"), (true, "S", "X"), (true, "L", "N"), (true, "D", "Gi"), (true, "Ch", "Tr"), (true, "V", "D"),
    (false, "ng", "n"), (false, "nh", "n"), (false, "n", "ng"), (false, "t", "c"),
];

/// Base letters and marks apart (NFD); `None` if the name has no marks.
pub fn decomposed(name: &str) -> Option<String> {
    let text: String = name.nfd().collect();
    (text != name).then_some(text)
}

/// The name in a form that differs, and what the form is called.
pub fn variant(name: &str, rng: &mut impl Rng) -> Option<(&'static str, String)> {
    let start = rng.random_range(0..3);
    (0..3).find_map(|turn| {
        let (form, text) = match (start + turn) % 3 {
            0 => ("tone_placement", moved_tones(name)),
            1 => ("upper_case", name.to_uppercase()),
            _ => ("unaccented", unaccented(name)),
        };
        (text != name).then_some((form, text))
    })
}

/// Another name: a given name is exchanged for `other_given`, or the given name is misspelt.
pub fn another_name(name: &str, other_given: &str, rng: &mut impl Rng) -> Option<String> {
    let (rest, given) = name.rsplit_once(' ')?;
    let slip = if rng.random_bool(0.5) { misspelt(given) } else { None };
    let changed = format!("{rest} {}", slip.unwrap_or_else(|| other_given.to_owned()));
    (folded(&changed) != folded(name)).then_some(changed)
}

/// The name with its given name misspelt, or, where nothing in it is easily misspelt, with a letter of it lost.
pub fn misspelt_name(name: &str) -> Option<String> {
    let (rest, given) = name.rsplit_once(' ')?;
    let lost = || {
        Some(given.chars().take(given.chars().count() - 1).collect()).filter(|own: &String| !own.is_empty())
    };
    Some(format!("{rest} {}", misspelt(given).or_else(lost)?))
}

/// How many letters of the first name the second has not, marks and case apart: no fewer letters have to be
/// written otherwise to make one the other.
pub fn letters_apart(name: &str, other: &str) -> usize {
    let mut left: Vec<char> = folded(other).chars().collect();
    let letters = folded(name);
    letters
        .chars()
        .filter(|letter| match left.iter().position(|other| other == letter) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        })
        .count()
}

/// Without marks and case.
pub fn folded(name: &str) -> String {
    unaccented(name).to_lowercase()
}

fn unaccented(name: &str) -> String {
    let plain = name.nfd().filter(|letter| !is_combining_mark(*letter));
    plain
        .map(|letter| {
            if letter == 'đ' {
                'd'
            } else if letter == 'Đ' {
                'D'
            } else {
                letter
            }
        })
        .collect()
}

fn moved_tones(name: &str) -> String {
    name.split(' ').map(moved_tone).collect::<Vec<_>>().join(" ")
}

fn moved_tone(syllable: &str) -> String {
    for (old, new) in TONE_PLACES {
        for (from, to) in [(old, new), (new, old)] {
            // After q the u belongs to the consonant: quý, quà.
            let start = syllable.strip_suffix(from).filter(|start| !start.ends_with(['q', 'Q']));
            if let Some(start) = start {
                return format!("{start}{to}");
            }
        }
    }
    syllable.to_owned()
}

fn misspelt(given: &str) -> Option<String> {
    SLIPS.iter().find_map(|&(at_start, from, to)| {
        let rest = if at_start { given.strip_prefix(from) } else { given.strip_suffix(from) }?;
        if rest.is_empty() {
            return None;
        }
        Some(if at_start { format!("{to}{rest}") } else { format!("{rest}{to}") })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_move_in_open_syllables_only() {
        assert_eq!(moved_tones("Nguyễn Thị Thúy Hòa"), "Nguyễn Thị Thuý Hoà");
        assert_eq!(moved_tones("Nguyễn Văn Quý"), "Nguyễn Văn Quý");
        assert_eq!(moved_tones("Trần Hoàng Loan"), "Trần Hoàng Loan");
    }

    #[test]
    fn marks_go_and_d_loses_its_stroke() {
        assert_eq!(unaccented("Đặng Thị Ước"), "Dang Thi Uoc");
        assert_eq!(decomposed("Lan Anh"), None);
    }

    #[test]
    fn names_of_two_people_are_many_letters_apart() {
        assert_eq!(letters_apart("Trần Văn Mẫu", "Lê Thị Ví Dụ"), 7);
        assert_eq!(letters_apart("Trần Thị Lan", "TRAN THI LAM"), 1);
        assert_eq!(letters_apart("Lan Trần Thị", "Trần Thị Lan"), 0);
    }

    #[test]
    fn a_slip_changes_letters() {
        assert_eq!(misspelt("Trang").as_deref(), Some("Chang"));
        assert_eq!(misspelt("Hạnh").as_deref(), Some("Hạn"));
        assert_eq!(misspelt("Hà"), None);
    }
}

//! Text compared letter by letter: equality, Jaro-Winkler, Damerau-Levenshtein; by its words, and without accents.

use std::borrow::Cow;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use xxhash_rust::xxh3::xxh3_64;

use super::comparator::{Cell, Comparator};
use super::frame::mix;

pub struct Exact;

impl Comparator for Exact {
    fn levels(&self) -> Vec<String> {
        vec!["same".into(), "else".into()]
    }

    fn level(&self, _: Cell<'_>, _: Cell<'_>) -> usize {
        1
    }
}

pub struct JaroWinkler {
    pub at_least: Vec<f64>,
}

impl Comparator for JaroWinkler {
    fn levels(&self) -> Vec<String> {
        ladder(self.at_least.iter().map(|t| format!("jaro_winkler >= {t}")))
    }

    fn level(&self, a: Cell<'_>, b: Cell<'_>) -> usize {
        let least = self.at_least.last().copied().unwrap_or(1.0);
        let similarity =
            on_letters(
                a.text(),
                b.text(),
                |a, b| {
                    if most_alike(a, b) < least { 0.0 } else { jaro_winkler(a, b) }
                },
            );
        1 + self.at_least.iter().take_while(|t| similarity < **t).count()
    }
}

pub struct DamerauLevenshtein {
    pub at_most: Vec<usize>,
}

impl Comparator for DamerauLevenshtein {
    fn levels(&self) -> Vec<String> {
        ladder(self.at_most.iter().map(|t| format!("edits <= {t}")))
    }

    fn level(&self, a: Cell<'_>, b: Cell<'_>) -> usize {
        let most = self.at_most.last().copied().unwrap_or(0);
        let edits = on_letters(a.text(), b.text(), |a, b| edits(a, b, most));
        1 + self.at_most.iter().take_while(|t| edits > **t).count()
    }
}

/// A ladder of named levels between "same" and "else".
pub fn ladder(between: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once("same".to_owned()).chain(between).chain(std::iter::once("else".to_owned())).collect()
}

/// A number that texts of the same words share, in whatever order these stand.
pub fn sorted_words(text: &str) -> u64 {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.sort_unstable();
    words.iter().fold(0, |sum, word| mix(sum ^ xxh3_64(word.as_bytes())))
}

/// The text with plain letters, as who has no accents on the keyboard writes it.
pub fn unaccented(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        decompose_canonical(letter, |part| match stroked(part) {
            _ if is_combining_mark(part) => {}
            Some(plain) => out.push_str(plain),
            None => out.push(part),
        });
    }
    Cow::Owned(out)
}

/// What stands for a letter that is no other letter with a mark.
fn stroked(letter: char) -> Option<&'static str> {
    Some(match letter {
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ł' => "l",
        'Ł' => "L",
        'ø' => "o",
        'Ø' => "O",
        'ħ' => "h",
        'ı' => "i",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// Letters beyond this are not looked at.
const MOST: usize = 64;

/// Runs a measure on the letters of two texts without allocating.
pub fn on_letters<R>(a: &str, b: &str, measure: impl Fn(&[u32], &[u32]) -> R) -> R {
    let (mut x, mut y) = ([0u32; MOST], [0u32; MOST]);
    let (n, m) = (decode(a, &mut x), decode(b, &mut y));
    measure(&x[..n], &y[..m])
}

fn decode(text: &str, out: &mut [u32; MOST]) -> usize {
    if text.is_ascii() {
        let n = text.len().min(MOST);
        for (out, byte) in out.iter_mut().zip(text.as_bytes()) {
            *out = u32::from(*byte);
        }
        return n;
    }
    let mut n = 0;
    for (out, c) in out.iter_mut().zip(text.chars()) {
        *out = c as u32;
        n += 1;
    }
    n
}

/// What Jaro-Winkler can reach at most, from the letters alone.
fn most_alike(a: &[u32], b: &[u32]) -> f64 {
    let set = |text: &[u32]| text.iter().fold(0u64, |set, letter| set | 1 << (letter & 63));
    let (in_a, in_b) = (set(a), set(b));
    let shared =
        |text: &[u32], other: u64| text.iter().filter(|letter| other >> (**letter & 63) & 1 == 1).count();
    let same = shared(a, in_b).min(shared(b, in_a)) as f64;
    let jaro = (same / a.len().max(1) as f64 + same / b.len().max(1) as f64 + 1.0) / 3.0;
    let start = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count();
    jaro + start as f64 * 0.1 * (1.0 - jaro)
}

/// Jaro-Winkler with the usual weight of 0.1 for up to four equal letters at the start.
pub fn jaro_winkler(a: &[u32], b: &[u32]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return f64::from(u8::from(a.is_empty() && b.is_empty()));
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let (mut in_a, mut in_b) = (0u64, 0u64);
    for (i, letter) in a.iter().enumerate() {
        let from = i.saturating_sub(reach);
        for (j, other) in b.iter().enumerate().take((i + reach + 1).min(b.len())).skip(from) {
            if in_b & (1 << j) == 0 && other == letter {
                in_a |= 1 << i;
                in_b |= 1 << j;
                break;
            }
        }
    }
    let same = in_a.count_ones();
    if same == 0 {
        return 0.0;
    }
    let (mut left, mut right, mut moved) = (in_a, in_b, 0u32);
    while left != 0 {
        let (i, j) = (left.trailing_zeros() as usize, right.trailing_zeros() as usize);
        moved += u32::from(a[i] != b[j]);
        left &= left - 1;
        right &= right - 1;
    }
    let same = f64::from(same);
    let jaro = (same / a.len() as f64 + same / b.len() as f64 + (same - f64::from(moved / 2)) / same) / 3.0;
    let start = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count();
    jaro + start as f64 * 0.1 * (1.0 - jaro)
}

/// Edits between two texts, a transposition of neighbours counting one; anything over `most` is
/// told as `most + 1`.
pub fn edits(mut a: &[u32], mut b: &[u32], most: usize) -> usize {
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        if x != y {
            break;
        }
        (a, b) = (rest_a, rest_b);
    }
    while let ([rest_a @ .., x], [rest_b @ .., y]) = (a, b) {
        if x != y {
            break;
        }
        (a, b) = (rest_a, rest_b);
    }
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let width = b.len() + 1;
    let mut rows = [[0u8; MOST + 1]; 3];
    for (j, cell) in rows[0].iter_mut().enumerate().take(width) {
        *cell = j as u8;
    }
    const FAR: u8 = 200;
    for i in 1..=a.len() {
        let (before, last, now) = ((i + 1) % 3, (i + 2) % 3, i % 3);
        // Cells further than `most` from the diagonal cannot count.
        let (from, upto) = (i.saturating_sub(most).max(1), (i + most + 1).min(width));
        rows[now][from - 1] = if from == 1 { i as u8 } else { FAR };
        if upto < width {
            rows[last][upto - 1] = rows[last][upto - 1].min(FAR);
            rows[now][upto] = FAR;
        }
        let mut least = rows[now][from - 1];
        for j in from..upto {
            let mut cost = (rows[last][j - 1] + u8::from(a[i - 1] != b[j - 1]))
                .min(rows[last][j] + 1)
                .min(rows[now][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(rows[before][j - 2] + 1);
            }
            rows[now][j] = cost;
            least = least.min(cost);
        }
        if usize::from(least) > most {
            return most + 1;
        }
    }
    usize::from(rows[a.len() % 3][b.len()]).min(most + 1)
}

#[cfg(test)]
mod tests {
    use super::{edits, jaro_winkler, on_letters};

    #[test]
    fn known_similarities() {
        for (a, b, expected) in [
            ("MARTHA", "MARHTA", 0.9611),
            ("DIXON", "DICKSONX", 0.8133),
            ("DWAYNE", "DUANE", 0.84),
            ("a", "b", 0.0),
        ] {
            assert!((on_letters(a, b, jaro_winkler) - expected).abs() < 1e-4, "{a} {b}");
        }
    }

    /// The measure by its definition, without bounds.
    fn plain(a: &[u32], b: &[u32]) -> usize {
        let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                d[i][j] = match (i, j) {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => {
                        let mut cost = (d[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                            .min(d[i - 1][j] + 1)
                            .min(d[i][j - 1] + 1);
                        if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                            cost = cost.min(d[i - 2][j - 2] + 1);
                        }
                        cost
                    }
                };
            }
        }
        d[a.len()][b.len()]
    }

    fn random(seed: u64) -> Vec<u32> {
        let length = crate::engine::linkage::frame::mix(seed) % 12;
        (0..length).map(|at| (crate::engine::linkage::frame::mix(seed * 31 + at) % 4) as u32 + 97).collect()
    }

    #[test]
    fn bounds_change_nothing() {
        for seed in 0..40_000 {
            let (a, b) = (random(2 * seed), random(2 * seed + 1));
            for most in 0..4 {
                assert_eq!(edits(&a, &b, most), plain(&a, &b).min(most + 1), "{a:?} {b:?} {most}");
            }
            assert!(
                super::most_alike(&a, &b) >= jaro_winkler(&a, &b) - 1e-12 || a.is_empty() || b.is_empty()
            );
            assert_eq!(jaro_winkler(&a, &b).to_bits(), jaro_winkler(&b, &a).to_bits(), "{a:?} {b:?}");
        }
    }

    #[test]
    fn known_edits() {
        for (a, b, expected) in
            [("abcd", "acbd", 1), ("kitten", "sitting", 3), ("", "ab", 2), ("ca", "abc", 3)]
        {
            assert_eq!(on_letters(a, b, |a, b| edits(a, b, 5)), expected, "{a} {b}");
            assert_eq!(on_letters(b, a, |a, b| edits(a, b, 5)), expected, "{b} {a}");
        }
        assert_eq!(on_letters("aaaa", "bbbb", |a, b| edits(a, b, 1)), 2);
    }
}

//! One slip of the keyboard between two short texts.
//!
//! It must not allocate, and it must not say whether a slip is likely: that is learnt from the data.

/// What one slip did. Symmetric: a digit lost on one side was added on the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    /// One character is another.
    Wrong,
    /// Two neighbours changed places.
    Exchanged,
    /// One character is missing, or stands there twice.
    Lost,
}

/// The slip that leads from one text to the other; `None` for equal texts and for more than one slip.
#[inline]
pub(super) fn one_slip(a: &[u8], b: &[u8]) -> Option<Slip> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return None;
    }
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (rest, other) = (&short[head..], &long[head..]);
    let tail = rest.iter().rev().zip(other.iter().rev()).take_while(|(x, y)| x == y).count();
    match (&rest[..rest.len() - tail], &other[..other.len() - tail]) {
        ([], [_]) => Some(Slip::Lost),
        ([_], [_]) => Some(Slip::Wrong),
        ([x, y], [v, w]) if x == w && y == v => Some(Slip::Exchanged),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Slip, one_slip};

    #[test]
    fn each_slip() {
        for (a, b, expected) in [
            ("0912", "0912", None),
            ("0912", "0913", Some(Slip::Wrong)),
            ("0912", "0192", Some(Slip::Exchanged)),
            ("0912", "912", Some(Slip::Lost)),
            ("0912", "09912", Some(Slip::Lost)),
            ("0912", "0", None),
            ("0912", "1902", None),
            ("", "1", Some(Slip::Lost)),
            ("", "", None),
            ("12", "34", None),
        ] {
            assert_eq!(one_slip(a.as_bytes(), b.as_bytes()), expected, "{a} {b}");
            assert_eq!(one_slip(b.as_bytes(), a.as_bytes()), expected, "{b} {a}");
        }
    }

    proptest! {
        #[test]
        fn one_slip_is_one_edit(a in "[ab]{0,6}", b in "[ab]{0,6}") {
            let edits = strsim::osa_distance(&a, &b);
            prop_assert_eq!(one_slip(a.as_bytes(), b.as_bytes()).is_some(), edits == 1, "{} {}", a, b);
        }
    }
}

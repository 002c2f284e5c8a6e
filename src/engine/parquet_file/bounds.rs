//! The least and greatest of a page or a column chunk, by which readers leave pages out.

use std::cmp::Ordering;

use parquet::basic::BoundaryOrder;
use parquet::data_type::ByteArray;
use parquet::file::statistics::Statistics;

/// Longer texts are no bounds: they would take more room than they save.
const LONGEST: usize = 64;

/// One end.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Bound {
    Text(Vec<u8>),
    Wide(i64),
    Narrow(i32),
    Float(f64),
    Flag(bool),
}

impl Bound {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone(),
            Self::Wide(number) => number.to_le_bytes().to_vec(),
            Self::Narrow(number) => number.to_le_bytes().to_vec(),
            Self::Float(number) => number.to_le_bytes().to_vec(),
            Self::Flag(flag) => vec![u8::from(*flag)],
        }
    }
}

/// Both ends.
#[derive(Debug, Clone)]
pub struct Bounds {
    pub least: Bound,
    pub greatest: Bound,
}

impl Bounds {
    /// `None` of texts too long to serve.
    pub fn of_texts<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Option<Self> {
        let mut ends: Option<(&[u8], &[u8])> = None;
        let (mut low, mut high) = (0, u64::MAX);
        for text in texts {
            // Eight bytes settle most; only what is not strictly between is compared.
            let start = text.first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
            if ends.is_some() && start.is_some_and(|start| low < start && start < high) {
                continue;
            }
            let (least, greatest) = ends.map_or((text, text), |(a, b)| (a.min(text), b.max(text)));
            ends = Some((least, greatest));
            let first = |text: &[u8]| text.first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
            (low, high) = (first(least).unwrap_or(u64::MAX), first(greatest).unwrap_or(0));
        }
        let (least, greatest) = ends?;
        let serves = least.len().max(greatest.len()) <= LONGEST;
        serves.then(|| Self { least: Bound::Text(least.to_vec()), greatest: Bound::Text(greatest.to_vec()) })
    }

    pub fn of_numbers(numbers: &[i64], bound: impl Fn(i64) -> Bound) -> Option<Self> {
        let (least, greatest) = (numbers.iter().min()?, numbers.iter().max()?);
        Some(Self { least: bound(*least), greatest: bound(*greatest) })
    }

    /// `None` when one of them is no number. Zero has two signs, and both are within.
    pub fn of_floats(floats: &[f64]) -> Option<Self> {
        let sound = !floats.is_empty() && !floats.iter().any(|float| float.is_nan());
        let least = floats.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = floats.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (least, greatest) =
            (if least == 0.0 { -0.0 } else { least }, if greatest == 0.0 { 0.0 } else { greatest });
        sound.then_some(Self { least: Bound::Float(least), greatest: Bound::Float(greatest) })
    }

    pub fn with(self, other: &Self) -> Self {
        let least = if other.least < self.least { other.least.clone() } else { self.least };
        let greatest = if other.greatest > self.greatest { other.greatest.clone() } else { self.greatest };
        Self { least, greatest }
    }

    pub fn statistics(&self, nulls: u64) -> Statistics {
        let nulls = Some(nulls);
        match (self.least.clone(), self.greatest.clone()) {
            (Bound::Wide(a), Bound::Wide(b)) => Statistics::int64(Some(a), Some(b), None, nulls, false),
            (Bound::Narrow(a), Bound::Narrow(b)) => Statistics::int32(Some(a), Some(b), None, nulls, false),
            (Bound::Float(a), Bound::Float(b)) => Statistics::double(Some(a), Some(b), None, nulls, false),
            (Bound::Flag(a), Bound::Flag(b)) => Statistics::boolean(Some(a), Some(b), None, nulls, false),
            (a, b) => {
                let text = |bound: Bound| Some(ByteArray::from(bound.bytes()));
                Statistics::byte_array(text(a), text(b), None, nulls, false)
            }
        }
    }
}

/// Whether pages rise or fall.
pub fn order(pages: &[Option<Bounds>]) -> BoundaryOrder {
    let held: Vec<&Bounds> = pages.iter().flatten().collect();
    let all = |never: Ordering| {
        held.windows(2).all(|pair| {
            pair[0].least.partial_cmp(&pair[1].least).is_some_and(|order| order != never)
                && pair[0].greatest.partial_cmp(&pair[1].greatest).is_some_and(|order| order != never)
        })
    };
    if all(Ordering::Greater) {
        BoundaryOrder::ASCENDING
    } else if all(Ordering::Less) {
        BoundaryOrder::DESCENDING
    } else {
        BoundaryOrder::UNORDERED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_texts() {
        let ends = |texts: &[&str]| {
            let bounds = Bounds::of_texts(texts.iter().map(|text| text.as_bytes()))?;
            Some((bounds.least.bytes(), bounds.greatest.bytes()))
        };
        let known = |a: &str, b: &str| Some((a.as_bytes().to_vec(), b.as_bytes().to_vec()));
        assert_eq!(ends(&[]), None);
        assert_eq!(ends(&["b"]), known("b", "b"));
        assert_eq!(
            ends(&["record-05", "record-07", "record-06", "record-01", "rec", "record-9"]),
            known("rec", "record-9")
        );
        assert_eq!(ends(&["abcdefgh1", "abcdefgh0", "abcdefgh2"]), known("abcdefgh0", "abcdefgh2"));
        assert_eq!(ends(&["", "zzzzzzzzz", "m"]), known("", "zzzzzzzzz"));
        let long = "x".repeat(65);
        assert_eq!(ends(&["a", &long]), None);
    }

    #[test]
    fn pages_in_order() {
        let page = |a: i64, b: i64| Some(Bounds { least: Bound::Wide(a), greatest: Bound::Wide(b) });
        assert_eq!(order(&[page(1, 3), None, page(3, 4)]), BoundaryOrder::ASCENDING);
        assert_eq!(order(&[page(3, 4), page(1, 3)]), BoundaryOrder::DESCENDING);
        assert_eq!(order(&[page(1, 5), page(2, 3)]), BoundaryOrder::UNORDERED);
        assert_eq!(order(&[]), BoundaryOrder::ASCENDING);
    }

    #[test]
    fn floats_that_are_no_numbers_have_no_ends() {
        assert!(Bounds::of_floats(&[1.0, f64::NAN]).is_none());
        assert!(Bounds::of_floats(&[]).is_none());
        let zero = Bounds::of_floats(&[0.0]).expect("ends");
        assert_eq!(zero.least.bytes(), (-0.0f64).to_le_bytes());
    }
}

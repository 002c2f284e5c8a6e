//! A number known as far as it was printed: the least and the most it can be.
//!
//! It must not round what it is given.

use std::fmt;

/// What two printed figures may be apart by arithmetic alone.
const SLACK: f64 = 1e-6;

/// The least and the most a figure can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    pub low: f64,
    pub high: f64,
}

impl Range {
    pub const ZERO: Self = Self::exactly(0.0);

    pub const fn exactly(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// A share as far as it was printed: half a unit of the last decimal either way.
    pub fn rounded(value: f64, decimals: u32) -> Self {
        let half = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap_or(i32::MAX));
        Self { low: value - half, high: value + half }
    }

    /// The whole numbers of dossiers a share of this number can be; the nearest two where none is.
    pub fn share(self, share: Self) -> Self {
        let (low, high) = (self.low * share.low / 100.0, self.high * share.high / 100.0);
        let (inner_low, inner_high) = ((low - SLACK).ceil(), (high + SLACK).floor());
        if inner_low <= inner_high {
            Self { low: inner_low.max(0.0), high: inner_high }
        } else {
            Self { low: low.floor().max(0.0), high: high.ceil() }
        }
    }

    pub fn plus(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }

    pub fn less(self, other: Self) -> Self {
        Self { low: self.low - other.high, high: self.high - other.low }
    }

    pub fn sum(ranges: impl IntoIterator<Item = Self>) -> Self {
        ranges.into_iter().fold(Self::ZERO, Self::plus)
    }

    /// Whether it is more than the other, whatever both are within their ranges.
    pub fn surely_more_than(self, other: Self) -> bool {
        self.low > other.high + SLACK
    }

    /// This less the other at the least, with its sign; 0 where they can be the same.
    pub fn gap(self, other: Self) -> f64 {
        let gap = if self.surely_more_than(other) {
            self.low - other.high
        } else if other.surely_more_than(self) {
            self.high - other.low
        } else {
            0.0
        };
        (gap * 1e6).round() / 1e6
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high {
            write!(f, "{}", self.low)
        } else {
            write!(f, "{} to {}", self.low, self.high)
        }
    }
}

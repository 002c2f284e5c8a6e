//! How finely a column of moments is written: one system keeps seconds, another shows minutes alone.
//!
//! It must not look at one value alone: a whole minute among seconds is a coincidence.

/// The finest part of its moments that a column writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    #[default]
    Second,
    Minute,
}

impl Grain {
    /// A moment in milliseconds without what the column does not write.
    #[must_use]
    pub fn floor(self, milliseconds: i64) -> i64 {
        match self {
            Self::Second => milliseconds,
            Self::Minute => milliseconds - milliseconds.rem_euclid(MINUTE),
        }
    }
}

/// The moments of a column that have a time of day, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moments {
    timed: u64,
    with_seconds: u64,
}

/// Milliseconds.
const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;

/// So many moments on whole minutes, and no other, are no chance.
const ENOUGH: u64 = 8;

impl Moments {
    /// Counts moments in milliseconds of the local clock; midnight is a date without a time.
    pub fn of(moments: impl Iterator<Item = i64>) -> Self {
        let mut out = Self::default();
        for moment in moments {
            out.timed += u64::from(moment.rem_euclid(DAY) != 0);
            out.with_seconds += u64::from(moment.rem_euclid(MINUTE) != 0);
        }
        out
    }

    pub fn add(&mut self, other: Self) {
        self.timed += other.timed;
        self.with_seconds += other.with_seconds;
    }

    #[must_use]
    pub fn grain(self) -> Grain {
        if self.with_seconds == 0 && self.timed >= ENOUGH { Grain::Minute } else { Grain::Second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_whole_minutes_alone_is_written_to_the_minute() {
        let minutes = |many: i64| Moments::of((1..=many).map(|at| at * 61 * MINUTE));
        assert_eq!(minutes(8).grain(), Grain::Minute);
        assert_eq!(minutes(7).grain(), Grain::Second, "seven may be a coincidence");
        let mut mixed = minutes(100);
        mixed.add(Moments::of([61 * MINUTE + 1000].into_iter()));
        assert_eq!(mixed.grain(), Grain::Second);
        assert_eq!(Moments::of((0..50).map(|day| day * DAY)).grain(), Grain::Second, "dates have no time");
    }

    #[test]
    fn what_is_not_written_is_left_out() {
        assert_eq!(Grain::Minute.floor(61 * MINUTE + 59_000), 61 * MINUTE);
        assert_eq!(Grain::Minute.floor(-1), -MINUTE);
        assert_eq!(Grain::Second.floor(61_000), 61_000);
    }
}

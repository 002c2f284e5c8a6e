//! Reads records by row: the typed view that rules and kernels share.

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use polars::prelude::DataFrame;

use crate::domain::date::{Grain, Moments};
use crate::domain::dossier::FieldName;
use crate::domain::issue::Issues;
use crate::domain::status::NationalStatus;
use crate::engine::frame::{Ints, Texts};
use crate::stages::normalise::SystemRecords;

/// The columns of one system's frame, by field; a field the system does not map is empty everywhere.
pub struct Records<'a> {
    texts: Vec<Option<Texts<'a>>>,
    ints: Vec<Option<Ints<'a>>>,
    issues: Option<Ints<'a>>,
    birth_precision: Option<Texts<'a>>,
    /// Per field; only where the records were made of a whole system.
    grains: Vec<Grain>,
    height: usize,
}

/// The values of one field, by row.
#[derive(Clone, Copy)]
pub enum Column<'a> {
    Texts(Texts<'a>),
    Ints(Ints<'a>),
}

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

impl<'a> Records<'a> {
    /// The records of a system, and how finely its files write their moments.
    pub fn of(system: &'a SystemRecords) -> Self {
        let grain = |field: &FieldName| {
            let mut moments = Moments::default();
            let columns = system.feeds.iter().flat_map(|feed| &feed.columns);
            columns
                .filter(|column| column.field == Some(*field))
                .for_each(|own| moments.add(own.tally.moments));
            moments.grain()
        };
        Self { grains: FieldName::ALL.iter().map(grain).collect(), ..Self::new(&system.frame) }
    }

    pub fn new(frame: &'a DataFrame) -> Self {
        let texts = FieldName::ALL.iter().map(|field| Texts::of(frame, field.name()).ok()).collect();
        let ints = FieldName::ALL.iter().map(|field| Ints::of(frame, field.name()).ok()).collect();
        Self {
            texts,
            ints,
            issues: Ints::of(frame, "issues").ok(),
            birth_precision: Texts::of(frame, "birth_precision").ok(),
            grains: Vec::new(),
            height: frame.height(),
        }
    }

    pub fn len(&self) -> usize {
        self.height
    }

    pub fn is_empty(&self) -> bool {
        self.height == 0
    }

    #[inline]
    pub fn text(&self, field: FieldName, row: usize) -> Option<&'a str> {
        self.texts[field as usize].and_then(|column| column.get(row))
    }

    #[inline]
    pub fn int(&self, field: FieldName, row: usize) -> Option<i64> {
        self.ints[field as usize].and_then(|column| column.get(row))
    }

    pub fn moment(&self, field: FieldName, row: usize) -> Option<NaiveDateTime> {
        self.int(field, row).and_then(moment)
    }

    /// How finely the moments of a field are written.
    pub fn grain(&self, field: FieldName) -> Grain {
        self.grains.get(field as usize).copied().unwrap_or_default()
    }

    pub fn date(&self, field: FieldName, row: usize) -> Option<NaiveDate> {
        self.int(field, row).and_then(date)
    }

    /// The day of a moment; [`date`] gives its date, which takes longer.
    #[inline]
    pub fn day(&self, field: FieldName, row: usize) -> Option<i64> {
        self.int(field, row).map(|milliseconds| milliseconds.div_euclid(DAY))
    }

    /// One field of all rows.
    pub fn column(&self, field: FieldName) -> Option<Column<'a>> {
        let texts = self.texts[field as usize].map(Column::Texts);
        texts.or(self.ints[field as usize].map(Column::Ints))
    }

    pub fn status(&self, row: usize) -> Option<NationalStatus> {
        self.int(FieldName::Status, row).and_then(|code| NationalStatus::from_code(code as u8))
    }

    /// `year`, `month` or `day`.
    pub fn birth_precision(&self, row: usize) -> Option<&'a str> {
        self.birth_precision.and_then(|column| column.get(row))
    }

    pub fn issues(&self, row: usize) -> Issues {
        self.issues
            .and_then(|column| column.get(row))
            .map_or(Issues::NONE, |bits| Issues::from_bits(bits as u32))
    }

    /// Whether a record carries this code. Records stand in the order of their codes.
    pub fn has_code(&self, code: &str) -> bool {
        let (mut low, mut high) = (0, self.height);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.text(FieldName::Code, middle).cmp(&Some(code)) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        false
    }

    /// The code under which the hub should know this record: the hub's own code where the system
    /// keeps it, else the system's code.
    pub fn hub_key(&self, row: usize) -> Option<&'a str> {
        match self.texts[FieldName::HubCode as usize] {
            Some(column) => column.get(row),
            None => self.text(FieldName::Code, row),
        }
    }
}

/// A day since 1970-01-01 as a date.
pub fn date(day: i64) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(TimeDelta::try_days(day)?)
}

/// Dates from 1970 on, by day: to look one up is sooner done than to count it.
static DATES: LazyLock<Vec<NaiveDate>> = LazyLock::new(|| (0..100 * 366).filter_map(date).collect());

/// Milliseconds of the local clock as a moment.
pub fn moment(milliseconds: i64) -> Option<NaiveDateTime> {
    let day = milliseconds.div_euclid(DAY);
    let known = usize::try_from(day).ok().and_then(|day| DATES.get(day).copied());
    let within = milliseconds.rem_euclid(DAY) as u32;
    let time = NaiveTime::from_num_seconds_from_midnight_opt(within / 1000, within % 1000 * 1_000_000)?;
    Some(known.or_else(|| date(day))?.and_time(time))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{DAY, moment};

    #[test]
    fn a_moment_is_that_of_the_calendar() {
        let days = (-800..40_000i64).step_by(13);
        let moments = days.map(|day| day * DAY + day.rem_euclid(7919) * 10_907);
        for milliseconds in moments.chain([-1, 0, 1, DAY - 1, DAY, 36_599 * DAY, 36_600 * DAY]) {
            let expected = DateTime::from_timestamp_millis(milliseconds).map(|moment| moment.naive_utc());
            assert_eq!(moment(milliseconds), expected, "{milliseconds}");
        }
        assert_eq!((moment(i64::MIN), moment(i64::MAX)), (None, None));
    }
}

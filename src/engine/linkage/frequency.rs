//! Term frequencies from outside: how common a value is among people, when one's own rows are few.
//!
//! The caller reads the files. An outside table counts as much as a number of own rows
//! ([`Settings::outside_rows`](super::settings::Settings)): small data lean on it, large data on themselves.

use std::collections::BTreeMap;

use super::error::LinkageError;
use super::frame::Field;
use super::settings::{ComparisonSettings, Settings};

/// Per compared field, per value its share of all records: above 0, together at most 1.
pub type Frequencies = BTreeMap<String, BTreeMap<String, f64>>;

/// Room for shares that were rounded.
const ROUNDING: f64 = 1e-3;

/// All that is wrong with outside tables.
pub fn check(frequencies: &Frequencies, settings: &Settings) -> Vec<LinkageError> {
    let mut found = Vec::new();
    for (field, shares) in frequencies {
        let counted = |c: &ComparisonSettings| c.field == *field && c.term_frequency;
        let why = if !settings.comparison.iter().any(counted) {
            "no comparison of this field has `term_frequency = true`"
        } else if shares.values().any(|share| !(*share > 0.0 && *share <= 1.0)) {
            "a share must lie above 0, at most at 1"
        } else if shares.values().sum::<f64>() > 1.0 + ROUNDING {
            "the shares add up to more than 1"
        } else {
            continue;
        };
        found.push(LinkageError::BadFrequencies { field: field.clone(), why });
    }
    found
}

/// Per value of a field the chance that another record holds it too.
///
/// `(n - 1 + rows * share) / (filled + rows)`: of the `n` rows that hold a value one is the record itself.
/// What the outside table leaves to unlisted values goes to those that occur, by their own counts.
pub fn chances(field: &Field, outside: &BTreeMap<String, f64>, rows: f64) -> Vec<f64> {
    let counts = || field.values.values().zip(&field.counts);
    let unlisted: f64 =
        counts().filter(|(value, _)| !outside.contains_key(*value)).map(|(_, n)| f64::from(*n)).sum();
    let rest = (1.0 - outside.values().sum::<f64>()).max(0.0);
    counts()
        .map(|(value, n)| {
            let share = match outside.get(value) {
                Some(share) => *share,
                None => rest * f64::from(*n) / unlisted.max(1.0),
            };
            (f64::from((*n).max(2) - 1) + rows * share) / (field.filled as f64 + rows)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::chances;
    use crate::engine::linkage::frame::Frame;
    use crate::engine::linkage::table::{Column, Table};

    fn told(values: &[(&str, usize)], rows: f64) -> BTreeMap<String, f64> {
        let mut column = Column::new("name");
        for (value, n) in values {
            (0..*n).for_each(|_| column.push(Some(value)));
        }
        let frame = Frame::new(vec![Table::new(vec![column], Vec::new())], &["name".to_owned()], &[]);
        let outside = BTreeMap::from([("common".to_owned(), 0.4), ("unseen".to_owned(), 0.1)]);
        let field = &frame.fields[0];
        field.values.values().map(str::to_owned).zip(chances(field, &outside, rows)).collect()
    }

    #[test]
    fn small_data_lean_on_the_outside_and_large_ones_on_themselves() {
        let small = told(&[("common", 2), ("rare", 2)], 1000.0);
        assert!((small["common"] - 0.4).abs() < 0.01, "{small:?}");
        assert!((small["rare"] - 0.5).abs() < 0.01, "{small:?}");
        let large = told(&[("common", 50_000), ("rare", 50_000)], 1000.0);
        assert!((large["common"] - 0.5).abs() < 0.01, "{large:?}");
        // Without weight the own counts are all there is.
        assert_eq!(told(&[("common", 3), ("rare", 2)], 0.0)["common"], 2.0 / 5.0);
    }
}

//! How common a full name is, from what is known of family names and from the data at hand.
//!
//! It must not know given names: no public figure of their shares is at hand, so they are counted.

use std::collections::BTreeMap;

use super::name_form::forms;
use super::prepared::key;
use crate::domain::reference::{TableFault, rows};

/// The text of `data/family_names.csv`.
pub const FAMILY_NAMES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/family_names.csv"));

/// Shares of family names, read from a table of `name,share,source`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FamilyNames {
    /// By the key of the name without marks.
    share: BTreeMap<u64, f64>,
}

/// Why a table of family names cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameShareError {
    #[error("the first line is not `name,share,source`")]
    Header,
    #[error("line {line} has another number of cells than the header")]
    Cells { line: u64 },
    #[error("line {line}: `{name}` is named twice, or differs from another name by its marks alone")]
    Twice { line: u64, name: String },
    #[error("line {line}: `{share}` is no share above 0 and below 1")]
    Share { line: u64, share: String },
    #[error("the shares add up to more than 1")]
    Sum,
}

impl FamilyNames {
    /// Reads the text of a table such as `data/family_names.csv`.
    pub fn read(csv: &str) -> Result<Self, NameShareError> {
        let rows = rows(csv, ["name", "share", "source"]).map_err(|fault| match fault {
            TableFault::Header => NameShareError::Header,
            TableFault::Cells { line } => NameShareError::Cells { line },
        })?;
        let mut share = BTreeMap::new();
        for (line, [name, cell, _]) in rows {
            let own: f64 = cell
                .parse()
                .ok()
                .filter(|own| *own > 0.0 && *own < 1.0)
                .ok_or_else(|| NameShareError::Share { line, share: cell.clone() })?;
            if share.insert(forms(&name, &mut Vec::new()).0.folded, own).is_some() {
                return Err(NameShareError::Twice { line, name });
            }
        }
        if share.values().sum::<f64>() > 1.0 {
            return Err(NameShareError::Sum);
        }
        Ok(Self { share })
    }

    /// The share of a family name, with or without marks; of a name that is not in the table at most what
    /// the others leave, divided among as many names as the table has.
    #[must_use]
    pub fn share(&self, family: &str) -> f64 {
        let left = (1.0 - self.share.values().sum::<f64>()).max(0.0);
        let own = self.share.get(&forms(family, &mut Vec::new()).0.folded).copied();
        own.unwrap_or(left / (self.share.len() + 1) as f64)
    }

    /// What share of people has each of these full names, for small data in which most names stand once:
    /// the share of the family name times the share of the rest of the name among all rows given. Family
    /// and given names are taken for independent.
    ///
    /// `names` with the rows that hold each; a name of one word has no family name and its own share.
    #[must_use]
    pub fn full_names<'a>(&self, names: &[(&'a str, u64)]) -> BTreeMap<&'a str, f64> {
        let total: u64 = names.iter().map(|(_, rows)| rows).sum();
        let split: Vec<(String, Option<String>, u64)> = names
            .iter()
            .map(|(name, rows)| {
                let folded = forms(name, &mut Vec::new()).1;
                match folded.split_once(' ') {
                    Some((family, rest)) => (rest.to_owned(), Some(family.to_owned()), *rows),
                    None => (folded, None, *rows),
                }
            })
            .collect();
        let mut rest: BTreeMap<(u64, bool), u64> = BTreeMap::new();
        for (own, family, rows) in &split {
            *rest.entry((key(own), family.is_some())).or_default() += rows;
        }
        let share = |(own, family, _): &(String, Option<String>, u64)| {
            let rows = rest.get(&(key(own), family.is_some())).copied().unwrap_or_default();
            let of_rest = rows as f64 / total.max(1) as f64;
            family.as_ref().map_or(of_rest, |family| of_rest * self.share(family))
        };
        names.iter().zip(&split).map(|((name, _), split)| (*name, share(split))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{FamilyNames, NameShareError};

    const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/family_names.csv"));

    #[test]
    fn the_table_reads() {
        let names = FamilyNames::read(FILE).expect("a table");
        assert!((names.share("Nguyễn") - 0.384).abs() < 1e-9);
        assert_eq!(names.share("NGUYEN").to_bits(), names.share("Nguyễn").to_bits());
        let sum: f64 = names.share.values().sum();
        assert!((0.85..0.95).contains(&sum), "{sum}");
        // A name that is not listed is rarer than the rarest that is.
        let rarest = names.share.values().copied().fold(1.0, f64::min);
        assert!(names.share("Ksor") > 0.0 && names.share("Ksor") < 2.0 * rarest);
    }

    #[test]
    fn a_full_name_is_family_name_times_the_rest() {
        let names = FamilyNames::read("name,share,source\nNguyễn,0.4,a\nLý,0.005,b\n").expect("a table");
        let rows = [("Nguyễn Văn An", 2), ("Lý Văn An", 1), ("Lí Thị Bình", 1), ("Hờ", 1)];
        let shares = names.full_names(&rows);
        let close = |name: &str, expected: f64| (shares[name] - expected).abs() < 1e-12;
        assert!(close("Nguyễn Văn An", 0.4 * 0.6));
        assert!(close("Lý Văn An", 0.005 * 0.6));
        assert!(close("Lí Thị Bình", 0.005 * 0.2));
        assert!(close("Hờ", 0.2));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let read = |rows: &str| FamilyNames::read(&format!("name,share,source\n{rows}"));
        assert_eq!(FamilyNames::read("name,source\n"), Err(NameShareError::Header));
        assert_eq!(read("Lê,0.1\n"), Err(NameShareError::Cells { line: 2 }));
        assert_eq!(read("Lê,0.1,a\nLE,0.2,a\n"), Err(NameShareError::Twice { line: 3, name: "LE".into() }));
        for share in ["0", "1", "-0.1", "x", "NaN"] {
            let expected = Err(NameShareError::Share { line: 2, share: share.into() });
            assert_eq!(read(&format!("Lê,{share},a\n")), expected);
        }
        assert_eq!(read("Lê,0.6,a\nVũ,0.6,a\n"), Err(NameShareError::Sum));
    }
}

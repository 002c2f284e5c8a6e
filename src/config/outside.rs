//! Outside tables of how common values are: what `frequencies` of a comparison names, read and checked.
//!
//! A table of a pipeline's own gives a share or a count for each value. The shipped one knows family names, and
//! takes the rest of a full name from the records at hand.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::comparators::{FAMILY_NAMES, FamilyNames};
use crate::domain::reference::{TableFault, rows};
use crate::engine::digest::hex;
use crate::engine::linkage::frequency::Frequencies;
use crate::engine::linkage::settings::Settings;
use crate::engine::linkage::table::{NOTHING, Table};

/// The name of the shipped table.
const SHIPPED: &str = "family_names";

/// The outside tables of some settings, by compared field.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    tables: BTreeMap<String, Shares>,
    /// Of the fields and their tables, as part of a run's identity; `None` without any.
    pub digest: Option<String>,
}

#[derive(Debug, Clone)]
enum Shares {
    /// By value, of all records.
    Listed(BTreeMap<String, f64>),
    FamilyNames(FamilyNames),
}

/// A table that cannot be used: the compared field, and why, with file and line.
pub type Fault = (String, String);

impl Outside {
    /// Reads what the comparisons name, files beside the pipeline in `base`. Faults are told, their tables left out.
    pub fn read(settings: &Settings, base: &Path) -> (Self, Vec<Fault>) {
        let (mut out, mut faults, mut hash) = (Self::default(), Vec::new(), Sha256::new());
        for comparison in &settings.comparison {
            let Some(name) = &comparison.frequencies else { continue };
            let text = match name == SHIPPED {
                true => Ok(FAMILY_NAMES.to_owned()),
                false => std::fs::read_to_string(base.join(name)),
            };
            let read = text.map_err(|error| format!("cannot read `{name}`: {error}")).and_then(|text| {
                hash.update(Sha256::digest(comparison.field.as_bytes()));
                hash.update(Sha256::digest(text.as_bytes()));
                match name == SHIPPED {
                    true => {
                        FamilyNames::read(&text).map(Shares::FamilyNames).map_err(|error| error.to_string())
                    }
                    false => listed(&text).map(Shares::Listed).map_err(|why| format!("`{name}`{why}")),
                }
            });
            match read {
                Ok(shares) => drop(out.tables.insert(comparison.field.clone(), shares)),
                Err(why) => faults.push((comparison.field.clone(), format!("`frequencies`: {why}"))),
            }
        }
        out.digest = (!out.tables.is_empty()).then(|| hex(&hash.finalize()));
        (out, faults)
    }

    /// What is known before any record is read, to be held against the settings.
    pub fn known(&self) -> Frequencies {
        let of = |shares: &Shares| match shares {
            Shares::Listed(shares) => shares.clone(),
            Shares::FamilyNames(_) => BTreeMap::new(),
        };
        self.tables.iter().map(|(field, shares)| (field.clone(), of(shares))).collect()
    }

    /// The shares for these tables, of the fields that the settings compare.
    pub fn of(&self, settings: &Settings, tables: &[Table]) -> Frequencies {
        let compared = settings.comparison.iter().map(|own| &own.field);
        let known = compared.filter_map(|field| Some((field, self.tables.get(field)?)));
        known
            .map(|(field, shares)| {
                let shares = match shares {
                    Shares::Listed(shares) => shares.clone(),
                    Shares::FamilyNames(names) => full_names(names, field, tables),
                };
                (field.clone(), shares)
            })
            .collect()
    }
}

/// Of the names that stand in a column, the share that each has by its family name and the rest as counted.
fn full_names(names: &FamilyNames, field: &str, tables: &[Table]) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for column in tables.iter().flat_map(|table| &table.columns).filter(|column| column.name == field) {
        let values: Vec<&str> = column.values.values().collect();
        for cell in column.cells.iter().filter(|cell| **cell != NOTHING) {
            *counts.entry(values[*cell as usize]).or_default() += 1;
        }
    }
    let counts: Vec<(&str, u64)> = counts.into_iter().collect();
    let shares = names.full_names(&counts);
    // Family names that the table does not list are many, and each is given a share of its own.
    let sum = shares.values().sum::<f64>().max(1.0);
    let told = shares.into_iter().filter(|(_, share)| *share > 0.0);
    told.map(|(name, share)| (name.to_owned(), share / sum)).collect()
}

/// `value,share` or `value,count`; what is wrong with it, with its line.
fn listed(text: &str) -> Result<BTreeMap<String, f64>, String> {
    let cut = match rows(text, ["value", "share"]) {
        Err(TableFault::Header) => rows(text, ["value", "count"]).map(|rows| (rows, true)),
        other => other.map(|rows| (rows, false)),
    };
    let (rows, counted) = cut.map_err(|fault| match fault {
        TableFault::Header => ", line 1: the header is neither `value,share` nor `value,count`".to_owned(),
        TableFault::Cells { line } => format!(", line {line}: not as many cells as the header has"),
    })?;
    let mut out = BTreeMap::new();
    for (line, [value, cell]) in rows {
        let fits = |own: &f64| *own > 0.0 && own.is_finite() && (counted || *own <= 1.0);
        let Some(own) = cell.parse::<f64>().ok().filter(fits) else {
            let must = if counted { "a count above 0" } else { "a share above 0, at most 1" };
            return Err(format!(", line {line}: the second cell is not {must}"));
        };
        if out.insert(value, own).is_some() {
            return Err(format!(", line {line}: its value stands there twice"));
        }
    }
    let sum: f64 = out.values().sum();
    if out.is_empty() {
        return Err(": no value below the header".to_owned());
    }
    if counted {
        out.values_mut().for_each(|own| *own /= sum);
    } else if sum > 1.0 + ROUNDING {
        return Err(": the shares add up to more than 1".to_owned());
    }
    Ok(out)
}

/// Room for shares that were rounded.
const ROUNDING: f64 = 1e-3;

#[cfg(test)]
mod tests {
    use super::{Outside, listed};
    use crate::engine::linkage::settings::{ComparisonSettings, Decide, How, Settings};
    use crate::engine::linkage::table::{Column, Table};

    #[test]
    fn shares_and_counts_are_read() {
        let shares = listed("value,share\n# a note\nAnh,0.25\n\"Bình, An\",0.5\n").expect("a table");
        assert_eq!(
            shares.into_iter().collect::<Vec<_>>(),
            [("Anh".to_owned(), 0.25), ("Bình, An".to_owned(), 0.5)]
        );
        assert_eq!(listed("value,count\na,3\nb,1\n").expect("a table")["a"], 0.75);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_without_the_value() {
        for (text, why) in [
            ("", ", line 1: the header is neither `value,share` nor `value,count`"),
            ("name,share\na,0.1\n", ", line 1: the header is neither `value,share` nor `value,count`"),
            ("value,share\na,0.1\nb\n", ", line 3: not as many cells as the header has"),
            ("value,share\na,0.1\n\nb,1.5\n", ", line 4: the second cell is not a share above 0, at most 1"),
            ("value,count\na,0\n", ", line 2: the second cell is not a count above 0"),
            ("value,count\na,many\n", ", line 2: the second cell is not a count above 0"),
            ("value,share\na,0.1\na,0.1\n", ", line 3: its value stands there twice"),
            ("value,share\na,0.6\nb,0.6\n", ": the shares add up to more than 1"),
            ("value,share\n", ": no value below the header"),
        ] {
            assert_eq!(listed(text).expect_err("a fault"), why, "{text:?}");
        }
    }

    #[test]
    fn the_shipped_table_shares_out_full_names_and_is_part_of_the_digest() {
        let mut settings = Settings::of(Decide::Cluster);
        let none = Outside::read(&settings, std::path::Path::new("nowhere")).0;
        assert_eq!(none.digest, None);
        settings.comparison.push(ComparisonSettings {
            field: "owner".into(),
            or_in: Vec::new(),
            how: How::Exact,
            term_frequency: true,
            frequencies: Some("family_names".into()),
        });
        let (outside, faults) = Outside::read(&settings, std::path::Path::new("nowhere"));
        assert!(faults.is_empty() && outside.digest.is_some());
        let mut column = Column::new("owner");
        ["Nguyễn Văn Mẫu", "Đinh Văn Mẫu", "Xa Văn Mẫu"].iter().for_each(|name| column.push(Some(name)));
        let table = Table::new(vec![column], vec![0, 1, 2]);
        let shares = &outside.of(&settings, &[table])["owner"];
        assert!(shares["Nguyễn Văn Mẫu"] > 10.0 * shares["Đinh Văn Mẫu"], "{shares:?}");
        assert!(shares.values().sum::<f64>() <= 1.0);
        settings.comparison[0].frequencies = Some("names.csv".into());
        let (_, faults) = Outside::read(&settings, std::path::Path::new("nowhere"));
        assert!(faults[0].1.starts_with("`frequencies`: cannot read `names.csv`"), "{faults:?}");
    }
}

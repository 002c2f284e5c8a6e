//! Rows in = rows out + merged + quarantined, checked at run time after every stage.

use thiserror::Error;

/// What became of a stage's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use]
pub struct RowAccount {
    pub rows_in: u64,
    pub rows_out: u64,
    pub merged: u64,
    pub quarantined: u64,
}

/// A stage lost or invented rows: a defect of the program, never of the data.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "stage {stage} does not account for its rows: {rows_in} in, {rows_out} out, {merged} merged, {quarantined} quarantined\n  this is a defect of doisoat; nothing was published"
)]
pub struct RowsLost {
    pub stage: &'static str,
    pub rows_in: u64,
    pub rows_out: u64,
    pub merged: u64,
    pub quarantined: u64,
}

impl RowAccount {
    /// # Errors
    /// When the four numbers do not tie.
    pub fn check(self, stage: &'static str) -> Result<Self, RowsLost> {
        let Self { rows_in, rows_out, merged, quarantined } = self;
        if rows_in == rows_out + merged + quarantined {
            Ok(self)
        } else {
            Err(RowsLost { stage, rows_in, rows_out, merged, quarantined })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RowAccount;

    #[test]
    fn a_lost_row_is_an_error() {
        let account = RowAccount { rows_in: 10, rows_out: 7, merged: 1, quarantined: 1 };
        assert!(account.check("dedupe").is_err());
        assert!(RowAccount { quarantined: 2, ..account }.check("dedupe").is_ok());
    }
}

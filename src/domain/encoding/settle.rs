//! The verdicts on the columns of one file, made to agree where a column cannot tell by itself.
//!
//! It must not overrule a column that is sure, save for the missing `ư` of TCVN3: files are put together
//! from sources, and a workbook can hold one column in a `.Vn` font and the next in Unicode.

use std::collections::BTreeMap;

use super::{ColumnEncoding, Encoding, Judgement};

/// The judgements in the same order; a column without enough evidence takes the verdict that stands on
/// the most evidence in the file, with the share of the evidence behind it as confidence.
///
/// A column of pure ASCII takes it too, because cells outside the sample may have marks. It never takes
/// an encoding that changes plain ASCII: VIQR is not inherited at all, and stripped TCVN3 is inherited as
/// TCVN3 by a column without marks.
#[must_use]
pub fn settle(columns: &[Judgement]) -> Vec<Judgement> {
    let mut standing: BTreeMap<ColumnEncoding, usize> = BTreeMap::new();
    let mut all = 0;
    for column in columns.iter().filter(|column| column.evidence > 0 && column.is_trusted()) {
        *standing.entry(column.encoding).or_default() += column.evidence;
        all += column.evidence;
    }
    // The first of equals is the lowest encoding, so a tie goes to UTF-8.
    let most = standing.iter().rev().max_by_key(|(_, evidence)| **evidence);
    let Some((verdict, evidence)) = most.map(|(verdict, evidence)| (*verdict, *evidence)) else {
        return columns.to_vec();
    };
    let share = evidence as f64 / all as f64;
    columns.iter().map(|column| inherit(*column, verdict, share)).collect()
}

fn inherit(column: Judgement, verdict: ColumnEncoding, share: f64) -> Judgement {
    if column.evidence > 0 && column.is_trusted() {
        // What took the `ư` out of most of the file took it out of a column that happens to need none.
        let stripped = verdict.encoding == Encoding::Tcvn3Stripped
            && column.encoding == ColumnEncoding { encoding: Encoding::Tcvn3, ..verdict };
        return if stripped { Judgement { encoding: verdict, ..column } } else { column };
    }
    let encoding = match verdict.encoding {
        Encoding::Viqr => return column,
        Encoding::Tcvn3Stripped if column.evidence == 0 => {
            ColumnEncoding { encoding: Encoding::Tcvn3, ..verdict }
        }
        _ => verdict,
    };
    let confidence = if encoding == column.encoding { share.max(column.confidence) } else { share };
    Judgement { encoding, confidence, ..column }
}

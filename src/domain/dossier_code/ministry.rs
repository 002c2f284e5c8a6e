//! Which ministry the sequence of a ministry portal's code names.
//!
//! It must not be used as proof: the table is one public tool's, and the tool contradicts itself once.

use super::{CodeForm, DossierCode};

/// First two digits of the sequence and the ministries they may name [S], after one public tool. For
/// `02` the tool says Công Thương in one place and Xây dựng in another [S-low], so both stand.
const MINISTRIES: [(&str, &[&str]); 9] = [
    ("02", &["G02", "G17"]),
    ("03", &["G03"]),
    ("06", &["G06"]),
    ("09", &["G09"]),
    ("10", &["G10"]),
    ("15", &["G15"]),
    ("16", &["G16"]),
    ("17", &["G17"]),
    ("18", &["G18"]),
];

/// The codes of the ministries that a code of the form [`CodeForm::MinistryLong`] may come from, by the
/// first two digits of its sequence; none for other forms and unknown digits.
#[must_use]
pub fn ministries(code: &str) -> &'static [&'static str] {
    let Some(parts) = DossierCode::parse(code).filter(|parts| parts.form == CodeForm::MinistryLong) else {
        return &[];
    };
    let known = MINISTRIES.iter().find(|(digits, _)| parts.sequence.starts_with(digits));
    known.map_or(&[], |(_, ministries)| ministries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_digits_of_a_long_sequence_name_a_ministry() {
        assert_eq!(ministries("000.00.53.H48-220921-0900012"), ["G09"]);
        assert_eq!(ministries("H29-260609-182637"), ["G18"]);
        assert_eq!(ministries("H29-260609-0226371"), ["G02", "G17"]);
        assert_eq!(ministries("H29-260609-9926371"), [""; 0]);
    }

    #[test]
    fn shorter_sequences_and_long_dates_name_none() {
        for code in ["H29-260609-0937", "H29-260609-18213", "G09.20-20260609-0992637", "FOREIGN"] {
            assert!(ministries(code).is_empty(), "{code}");
        }
    }
}

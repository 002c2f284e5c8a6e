//! What the digits of an identity number say: its kind, its check digit, the year of birth.
//!
//! It must not claim that a number was issued: a CCCD has no check digit.

use std::sync::LazyLock;

/// What kind of number an identity number is, by its structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// The old identity card number (chứng minh nhân dân), 9 digits.
    Cmnd,
    /// The personal identification number (CCCD, số định danh cá nhân), 12 digits.
    Cccd,
    /// A tax code (mã số thuế), 10 digits with check digit, or 13 for a branch.
    Tax,
    /// A passport or anything else.
    Other,
}

impl IdKind {
    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Cmnd => "cmnd",
            Self::Cccd => "cccd",
            Self::Tax => "tax",
            Self::Other => "other",
        }
    }
}

/// The kind of a [`normalise`]d number, by structure and, for tax codes, check digit.
#[must_use]
pub fn kind(id: &str) -> IdKind {
    match id.len() {
        9 if is_digits(id) => IdKind::Cmnd,
        12 if is_cccd(id) => IdKind::Cccd,
        10 | 13 | 14 if tax_checksum_ok(id) => IdKind::Tax,
        _ => IdKind::Other,
    }
}

/// Whether the text is structurally a CCCD: 12 digits, a known province (or a country, 100 and
/// above), and a century and sex digit of 0 to 3, which is births from 1900 to 2099 [S].
///
/// There is no check digit, so this says nothing about whether the number was ever issued.
#[must_use]
pub fn is_cccd(id: &str) -> bool {
    if id.len() != 12 || !is_digits(id) {
        return false;
    }
    let bytes = id.as_bytes();
    let place = bytes[..3].iter().fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'));
    (place >= 100 || *PROVINCE_SET >> place & 1 == 1) && bytes[3] <= b'3'
}

/// The year of birth inside a CCCD: century from the fourth digit, then two digits [S].
#[must_use]
pub fn birth_year(cccd: &str) -> Option<i32> {
    if !is_cccd(cccd) {
        return None;
    }
    let digit = |at: usize| i32::from(cccd.as_bytes()[at] - b'0');
    Some(1900 + 100 * (digit(3) / 2) + 10 * digit(4) + digit(5))
}

const TAX_WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];

/// Whether a tax code of 10 digits, or 13 with or without a dash, has the right check digit:
/// 10 minus the weighted sum modulo 11; a result of 10 counts as wrong [S] [V].
#[must_use]
pub fn tax_checksum_ok(id: &str) -> bool {
    let bytes = id.as_bytes();
    let branch = match bytes.get(10..) {
        None => return false,
        Some(tail) => tail.strip_prefix(b"-").unwrap_or(tail),
    };
    let shape = matches!(bytes.len(), 10 | 13 | 14)
        && (bytes.len() == 14) == (bytes.get(10) == Some(&b'-'))
        && bytes[..10].iter().chain(branch).all(u8::is_ascii_digit);
    if !shape {
        return false;
    }
    let sum: u32 = bytes.iter().zip(TAX_WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    10 - sum % 11 == u32::from(bytes[9] - b'0')
}

/// Province codes of birth registration as used in the CCCD, before the merger of July 2025; they
/// stay with the holder for life [R-H]. One bit each, from `data/birth_places.csv`.
static PROVINCE_SET: LazyLock<u128> = LazyLock::new(|| {
    const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/birth_places.csv"));
    let codes = FILE.lines().skip(1).filter_map(|line| line.get(..3)?.parse::<u32>().ok());
    codes.filter(|code| *code < 100).fold(0, |set, code| set | 1 << code)
});

pub(super) fn is_digits(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_structure() {
        assert_eq!(kind("123456780"), IdKind::Cmnd);
        assert_eq!(kind("079200001234"), IdKind::Cccd);
        assert_eq!(kind("0100109106"), IdKind::Tax);
        assert_eq!(kind("0100109106-001"), IdKind::Tax);
        assert_eq!(kind("B1234567"), IdKind::Other);
        assert_eq!(kind("0100109107"), IdKind::Other);
        let codes = [IdKind::Cmnd, IdKind::Cccd, IdKind::Tax, IdKind::Other].map(IdKind::code);
        assert_eq!(codes, ["cmnd", "cccd", "tax", "other"]);
    }

    #[test]
    fn cccd_structure() {
        assert_eq!(PROVINCE_SET.count_ones(), 63);
        assert!(is_cccd("001099012323") && is_cccd("096399012323") && is_cccd("135099012323"));
        for bad in [
            "000099012323",
            "003099012323",
            "097099012323",
            "001499012323",
            "00109901232",
            "00109901232a",
            "０01099",
        ] {
            assert!(!is_cccd(bad), "{bad}");
        }
        assert_eq!(birth_year("001099012323"), Some(1999));
        assert_eq!(birth_year("001158012323"), Some(1958));
        assert_eq!(birth_year("001305012323"), Some(2005));
        assert_eq!(birth_year("003305012323"), None);
    }

    #[test]
    fn tax_check_digit() {
        assert!(tax_checksum_ok("0100109106"));
        assert!(tax_checksum_ok("0100109106-001") && tax_checksum_ok("0100109106001"));
        for bad in [
            "0100109107",
            "010010910",
            "0100109106-01",
            "0100109106-0011",
            "01001091061234",
            "010010910a",
            "0100109106-1234",
        ] {
            assert!(!tax_checksum_ok(bad), "{bad}");
        }
    }
}

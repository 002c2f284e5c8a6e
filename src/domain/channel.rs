//! The channel a dossier was submitted through (kênh thực hiện).
//!
//! It must not fill in a missing channel: that the QĐ 766 formulas count it as direct is a rule of
//! the report, not of the record.

use super::issue::{Issues, ParseIssue, Parsed};
use super::text::{fold, is_null_token, trimmed};

/// How a dossier was submitted. Domain fact: code list of the national sync service [S].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// 1, at the counter (trực tiếp).
    Direct,
    /// 2, online (trực tuyến).
    Online,
    /// 3, by public post (bưu chính công ích).
    Post,
}

impl Channel {
    /// Every channel, in the order of the national codes.
    pub const ALL: &[Self] = &[Self::Direct, Self::Online, Self::Post];

    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Online => "online",
            Self::Post => "post",
        }
    }

    /// The channel with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|channel| channel.code() == code)
    }
}

/// The channel from the national code (1, 2, 3) or from a label, blind to case and accents [R-M].
/// An unknown text gives no value and `ChannelUnknown`.
#[must_use]
pub fn normalise(raw: &str) -> Parsed<Channel> {
    let trimmed = trimmed(raw);
    let channel = match trimmed {
        "1" => Some(Channel::Direct),
        "2" => Some(Channel::Online),
        "3" => Some(Channel::Post),
        _ if is_null_token(trimmed) => return Parsed::empty(),
        _ => from_label(trimmed),
    };
    match channel {
        Some(channel) => Parsed::new(channel, Issues::NONE),
        None => from_float(trimmed),
    }
}

fn from_float(trimmed: &str) -> Parsed<Channel> {
    match trimmed.strip_suffix(".0").filter(|whole| whole.len() == 1) {
        Some(whole) => {
            let mut parsed = normalise(whole);
            parsed.issues.add(ParseIssue::NumberAsFloat);
            parsed
        }
        None => Parsed::rejected(Issues::NONE.with(ParseIssue::ChannelUnknown)),
    }
}

fn from_label(label: &str) -> Option<Channel> {
    let key = fold(label);
    let key = ["nop ho so ", "nop qua ", "nop ", "qua "]
        .iter()
        .find_map(|lead| key.strip_prefix(lead))
        .unwrap_or(&key);
    match key {
        "truc tiep" | "direct" | "tai quay" | "tai mot cua" | "tai bo phan mot cua" => Some(Channel::Direct),
        "truc tuyen"
        | "online"
        | "qua mang"
        | "mang"
        | "internet"
        | "dich vu cong truc tuyen"
        | "cong dich vu cong" => Some(Channel::Online),
        "buu chinh"
        | "buu chinh cong ich"
        | "dich vu buu chinh"
        | "dich vu buu chinh cong ich"
        | "buu dien"
        | "bcci"
        | "post" => Some(Channel::Post),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_labels_read() {
        let cases = [
            ("1", Channel::Direct),
            ("Trực tiếp", Channel::Direct),
            ("Nộp trực tiếp", Channel::Direct),
            ("direct", Channel::Direct),
            (" 2 ", Channel::Online),
            ("TRỰC TUYẾN", Channel::Online),
            ("Qua mạng", Channel::Online),
            ("Nộp hồ sơ trực tuyến", Channel::Online),
            ("3", Channel::Post),
            ("Bưu chính công ích", Channel::Post),
            ("Qua dịch vụ bưu chính", Channel::Post),
            ("buu chinh", Channel::Post),
        ];
        for (raw, expected) in cases {
            assert_eq!(normalise(raw), Parsed::new(expected, Issues::NONE), "{raw}");
        }
        let float = normalise("2.0");
        assert_eq!(float.value, Some(Channel::Online));
        assert!(float.issues.contains(ParseIssue::NumberAsFloat));
    }

    #[test]
    fn the_unknown_is_flagged_and_the_empty_is_not() {
        for raw in ["4", "0", "4.0", "Zalo", "Nộp"] {
            let parsed = normalise(raw);
            assert_eq!(parsed.value, None);
            assert!(parsed.issues.contains(ParseIssue::ChannelUnknown), "{raw}");
        }
        assert_eq!(normalise(""), Parsed::empty());
        assert_eq!(normalise("null"), Parsed::empty());
    }

    #[test]
    fn codes_read_back() {
        for channel in [Channel::Direct, Channel::Online, Channel::Post] {
            assert_eq!(Channel::from_code(channel.code()), Some(channel));
        }
        assert_eq!(Channel::from_code("fax"), None);
    }
}

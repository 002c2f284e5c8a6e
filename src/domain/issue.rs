//! The issues a parser can raise, and the small set that travels with every parsed value.
//!
//! It must not decide what an issue is worth: severities belong to findings, not to parsing.

/// Something a parser changed, repaired or could not read in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ParseIssue {
    /// Letters and marks were stored apart (NFD, windows-1258) and have been composed to NFC.
    NotNfc,
    /// A letter, digit or dash was replaced by the one it imitates (`Ð` for `Đ`, `–` for `-`).
    LookAlikeLetter,
    /// A run of white space, a tab or a line break inside the text became one space or none.
    ExtraSpace,
    /// A no-break space, zero-width character, soft hyphen, BOM or control character was removed.
    InvisibleCharacter,
    /// A dossier code that sets out like a national code and then breaks its grammar.
    CodeMalformed,
    /// The date inside the dossier code does not fit the date of receipt.
    CodeDateMismatch,
    /// A procedure code (mã TTHC) outside the national pattern, kept whole.
    ProcedureMalformed,
    /// Trailing zeros of a procedure code, lost in a number cell, were put back.
    ProcedureZerosRestored,
    /// Leading zeros of an identity or phone number, lost in a number cell, were put back.
    LeadingZeroRestored,
    /// The text is a printed floating-point number (`912345678.0`, `7.92E+10`).
    NumberAsFloat,
    /// An identity number that names nobody (`000000001`, `123456789`).
    PlaceholderId,
    /// An identity number of no known shape.
    IdMalformed,
    /// A phone number of no known shape, or several numbers in one cell.
    PhoneMalformed,
    /// An 11-digit mobile prefix from before 2018 was mapped to its successor.
    PhonePrefixMapped,
    /// No pattern of the column reads this date.
    DateUnreadable,
    /// The year is outside 1900 to 2100 (for instance the empty date of .NET, year 1).
    DateBeforeEra,
    /// Only the year, or the year and month, are known.
    DatePrecisionReduced,
    /// The time was written with another UTC offset and has been moved to UTC+7.
    TimeShiftedFromUtc,
    /// The status is in no code list.
    StatusUnknown,
    /// Not an amount in whole đồng.
    MoneyUnreadable,
    /// The channel of submission is in no code list.
    ChannelUnknown,
    /// The level is none of the pipeline's.
    LevelUnknown,
    /// The number a spreadsheet counts a day by, read as that day.
    DateFromSerial,
    /// The sex is in no code list.
    SexUnknown,
    /// Not a small whole number.
    CountUnreadable,
    /// Neither yes nor no.
    FlagUnknown,
    /// A code that so many records of one system carry that it names none of them.
    CodeOfMany,
    /// A spreadsheet's sign for text, `'` in front or `="..."` around, was taken off.
    TextMark,
}

impl ParseIssue {
    /// Every issue, in declaration order, which is also bit order in [`Issues`].
    pub const ALL: &[Self] = &[
        Self::NotNfc,
        Self::LookAlikeLetter,
        Self::ExtraSpace,
        Self::InvisibleCharacter,
        Self::CodeMalformed,
        Self::CodeDateMismatch,
        Self::ProcedureMalformed,
        Self::ProcedureZerosRestored,
        Self::LeadingZeroRestored,
        Self::NumberAsFloat,
        Self::PlaceholderId,
        Self::IdMalformed,
        Self::PhoneMalformed,
        Self::PhonePrefixMapped,
        Self::DateUnreadable,
        Self::DateBeforeEra,
        Self::DatePrecisionReduced,
        Self::TimeShiftedFromUtc,
        Self::StatusUnknown,
        Self::MoneyUnreadable,
        Self::ChannelUnknown,
        Self::LevelUnknown,
        Self::DateFromSerial,
        Self::SexUnknown,
        Self::CountUnreadable,
        Self::FlagUnknown,
        Self::CodeOfMany,
        Self::TextMark,
    ];

    /// The stable name written to outputs, in `snake_case`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotNfc => "not_nfc",
            Self::LookAlikeLetter => "look_alike_letter",
            Self::ExtraSpace => "extra_space",
            Self::InvisibleCharacter => "invisible_character",
            Self::CodeMalformed => "code_malformed",
            Self::CodeDateMismatch => "code_date_mismatch",
            Self::ProcedureMalformed => "procedure_malformed",
            Self::ProcedureZerosRestored => "procedure_zeros_restored",
            Self::LeadingZeroRestored => "leading_zero_restored",
            Self::NumberAsFloat => "number_as_float",
            Self::PlaceholderId => "placeholder_id",
            Self::IdMalformed => "id_malformed",
            Self::PhoneMalformed => "phone_malformed",
            Self::PhonePrefixMapped => "phone_prefix_mapped",
            Self::DateUnreadable => "date_unreadable",
            Self::DateBeforeEra => "date_before_era",
            Self::DatePrecisionReduced => "date_precision_reduced",
            Self::TimeShiftedFromUtc => "time_shifted_from_utc",
            Self::StatusUnknown => "status_unknown",
            Self::MoneyUnreadable => "money_unreadable",
            Self::ChannelUnknown => "channel_unknown",
            Self::LevelUnknown => "level_unknown",
            Self::DateFromSerial => "date_from_serial",
            Self::SexUnknown => "sex_unknown",
            Self::CountUnreadable => "count_unreadable",
            Self::FlagUnknown => "flag_unknown",
            Self::CodeOfMany => "code_of_many",
            Self::TextMark => "text_mark",
        }
    }

    /// The issue with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|issue| issue.code() == code)
    }

    const fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// A set of issues in one word; bit n is the n-th entry of [`ParseIssue::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Issues(u32);

impl Issues {
    /// No issue.
    pub const NONE: Self = Self(0);

    /// The set with one more issue.
    #[must_use]
    pub const fn with(self, issue: ParseIssue) -> Self {
        Self(self.0 | issue.bit())
    }

    /// Adds one issue.
    pub const fn add(&mut self, issue: ParseIssue) {
        self.0 |= issue.bit();
    }

    /// The issues of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the issue is in the set.
    #[must_use]
    pub const fn contains(self, issue: ParseIssue) -> bool {
        self.0 & issue.bit() != 0
    }

    /// Whether there is no issue at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The issues in declaration order.
    pub fn iter(self) -> impl Iterator<Item = ParseIssue> {
        ParseIssue::ALL.iter().copied().filter(move |issue| self.contains(*issue))
    }

    /// The set as a word, for a column.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set from a word; bits that name no issue are dropped.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & ((1 << ParseIssue::ALL.len()) - 1))
    }
}

/// A parsed cell: the value, if there is one, and what was noticed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed<T> {
    /// The value; `None` for an empty cell and for one that cannot be read.
    pub value: Option<T>,
    /// What was changed, repaired or not understood.
    pub issues: Issues,
}

impl<T> Parsed<T> {
    /// An empty cell: no value and nothing to remark.
    #[must_use]
    pub const fn empty() -> Self {
        Self { value: None, issues: Issues::NONE }
    }

    /// A value and what was noticed.
    #[must_use]
    pub const fn new(value: T, issues: Issues) -> Self {
        Self { value: Some(value), issues }
    }

    /// No usable value, for the reasons given.
    #[must_use]
    pub const fn rejected(issues: Issues) -> Self {
        Self { value: None, issues }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_every_issue_once_in_bit_order() {
        for (position, issue) in ParseIssue::ALL.iter().enumerate() {
            assert_eq!(*issue as usize, position);
        }
        assert_eq!(ParseIssue::TextMark as usize + 1, ParseIssue::ALL.len());
        assert!(ParseIssue::ALL.len() <= 31);
    }

    #[test]
    fn codes_are_snake_case_distinct_and_read_back() {
        for issue in ParseIssue::ALL {
            let code = issue.code();
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            assert_eq!(ParseIssue::from_code(code), Some(*issue));
        }
        assert_eq!(ParseIssue::from_code("nothing"), None);
    }

    #[test]
    fn a_set_adds_joins_and_lists_in_order() {
        let mut set = Issues::NONE.with(ParseIssue::PhoneMalformed);
        assert!(!set.is_empty());
        set.add(ParseIssue::NotNfc);
        set.add(ParseIssue::NotNfc);
        let joined = set.union(Issues::NONE.with(ParseIssue::LevelUnknown));
        let listed: Vec<_> = joined.iter().collect();
        assert_eq!(listed, [ParseIssue::NotNfc, ParseIssue::PhoneMalformed, ParseIssue::LevelUnknown]);
        assert!(!set.contains(ParseIssue::LevelUnknown));
        assert_eq!(Issues::from_bits(joined.bits()), joined);
        assert!(Issues::NONE.is_empty());
    }

    #[test]
    fn unknown_bits_are_dropped() {
        assert_eq!(Issues::from_bits(1 << 31), Issues::NONE);
        assert_eq!(Issues::from_bits(u32::MAX).iter().count(), ParseIssue::ALL.len());
    }

    #[test]
    fn constructors_say_what_they_hold() {
        assert_eq!(Parsed::<u8>::empty().value, None);
        assert!(Parsed::<u8>::empty().issues.is_empty());
        assert_eq!(Parsed::new(3, Issues::NONE).value, Some(3));
        let bad = Parsed::<u8>::rejected(Issues::NONE.with(ParseIssue::IdMalformed));
        assert!(bad.value.is_none() && bad.issues.contains(ParseIssue::IdMalformed));
    }
}

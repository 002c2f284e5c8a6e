//! The grammars a cell can follow, by itself and without a header.
//!
//! It must not decide what a column is: one cell follows several grammars, and only their shares
//! over a column tell an identity number from a phone number.

use super::layout;
use super::words;
use crate::domain::dossier_code::{self, CodeForm, DossierCode};
use crate::domain::issue::ParseIssue;
use crate::domain::personal_id::{self, IdKind};
use crate::domain::status::NationalStatus;
use crate::domain::text::{clean, fold};
use crate::domain::{channel, money, phone, procedure_code};

/// Declares the grammars once: variant and stable name.
macro_rules! grammars {
    ($($(#[$doc:meta])* $variant:ident $code:literal,)*) => {
        /// What one cell looks like. A cell may follow several grammars.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Grammar { $($(#[$doc])* $variant,)* }

        impl Grammar {
            /// Every grammar, the most telling first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name for reports.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }
    };
}

grammars! {
    /// National dossier code in any form, also a damaged one that still sets out like it.
    DossierCode "dossier_code",
    /// Procedure code: `1.001193`, with or without suffix, or a local pseudo code with one.
    ProcedureCode "procedure_code",
    /// Identification code of an agency: `H28.38.01`, `000.00.53.H48`.
    AgencyCode "agency_code",
    /// CMND that starts like one, CCCD, tax code, passport, or a placeholder of such a length.
    PersonalId "personal_id",
    /// Vietnamese phone number.
    Phone "phone",
    /// Date with a time of day.
    Timestamp "timestamp",
    /// Date alone.
    Date "date",
    /// Year, or date without day or month: `1958`, `--/--/1958`.
    PartialDate "partial_date",
    /// Five digits, with or without a fraction, in the range of spreadsheet dates from 1954 to 2064.
    ExcelSerial "excel_serial",
    /// Label of the national status list or of a known other one.
    Status "status",
    /// Label of a channel; the bare codes 1, 2, 3 are only a `SmallNumber`.
    Channel "channel",
    /// Province, district, commune, in words.
    Level "level",
    /// Lĩnh vực by one of its usual names.
    Subject "subject",
    /// Name that starts with a Vietnamese family name.
    PersonName "person_name",
    /// Company, cooperative, private organisation.
    Company "company",
    /// Public body.
    Agency "agency",
    /// Words that start as the names of procedures do.
    ProcedureTitle "procedure_title",
    /// Amount that says its unit, has thousands groups, or is a multiple of 500.
    Money "money",
    /// Code of no national form: ASCII, a digit, at most one space, and none of the above.
    ForeignCode "foreign_code",
    /// Whole number of one or two digits.
    SmallNumber "small_number",
    /// Any number.
    Number "number",
    /// Words that follow no other grammar.
    Text "text",
}

/// The grammars of one cell, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grammars(u32);

impl Grammars {
    /// Whether the cell follows the grammar.
    #[must_use]
    pub const fn has(self, grammar: Grammar) -> bool {
        self.0 & 1 << grammar as u8 != 0
    }

    /// Whether the cell follows none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    const fn add_if(&mut self, grammar: Grammar, follows: bool) {
        self.0 |= (follows as u32) << grammar as u8;
    }
}

/// The grammars a cell follows; none for an empty cell.
#[must_use]
pub fn grammars(cell: &str) -> Grammars {
    let mut found = Grammars::default();
    let cleaned = clean(cell);
    let Some(text) = cleaned.value.as_deref() else {
        return found;
    };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.chars().any(char::is_alphabetic);
    if digits > 0 {
        add_coded(&mut found, text, digits);
    }
    if letters && digits < text.len() / 2 {
        add_worded(&mut found, text);
    }
    if found.is_empty() {
        found.add_if(Grammar::ForeignCode, digits > 0 && is_foreign_code(text));
        found.add_if(Grammar::Text, letters && !found.has(Grammar::ForeignCode));
    }
    found
}

/// The grammars that need a digit.
fn add_coded(found: &mut Grammars, text: &str, digits: usize) {
    found.add_if(Grammar::DossierCode, is_dossier_code(text));
    found.add_if(Grammar::ProcedureCode, is_procedure_code(text));
    found.add_if(Grammar::AgencyCode, is_agency_code(text));
    if (7..=20).contains(&digits) {
        found.add_if(Grammar::PersonalId, is_personal_id(text));
        found.add_if(Grammar::Phone, is_phone(text));
    }
    if let Some(reading) = layout::read(text) {
        found.add_if(Grammar::Timestamp, reading.timed);
        found.add_if(Grammar::Date, !reading.timed);
    }
    found.add_if(Grammar::PartialDate, layout::is_partial(text) && layout::excel_serial(text).is_none());
    found.add_if(Grammar::ExcelSerial, layout::excel_serial(text).is_some());
    found.add_if(Grammar::Money, is_money(text));
    if let Some(number) = number(text) {
        let small = number.fract() == 0.0 && (0.0..100.0).contains(&number) && digits <= 3;
        found.add_if(Grammar::SmallNumber, small);
        found.add_if(Grammar::Number, true);
    }
}

/// The grammars made of words.
fn add_worded(found: &mut Grammars, text: &str) {
    let key = fold(text);
    found.add_if(Grammar::Status, NationalStatus::from_label(text).is_some());
    found.add_if(Grammar::Channel, channel::normalise(text).value.is_some());
    found.add_if(Grammar::Level, words::is_level(&key));
    found.add_if(Grammar::Subject, words::is_subject(&key));
    found.add_if(Grammar::Company, words::is_company(&key));
    found.add_if(Grammar::Agency, words::is_agency(&key));
    found.add_if(Grammar::PersonName, words::is_person(text));
    // "Cấp xã" and "Tiếp nhận" start like a title.
    let title = found.is_empty() && words::is_procedure_title(&key);
    found.add_if(Grammar::ProcedureTitle, title);
}

/// National form, or broken in a way that shows what was meant.
pub(super) fn is_dossier_code(text: &str) -> bool {
    if !(12..=48).contains(&text.len()) {
        return false;
    }
    let parsed = dossier_code::normalise(text);
    parsed.issues.contains(ParseIssue::CodeMalformed)
        || parsed.value.is_some_and(|code| dossier_code::form(&code) != CodeForm::Foreign)
}

/// A code another system made up: printable ASCII with a digit, at most one space.
pub(super) fn is_foreign_code(text: &str) -> bool {
    text.len() <= 40
        && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().filter(|b| *b == b' ').count() <= 1
}

pub(super) fn is_procedure_code(text: &str) -> bool {
    let parsed = procedure_code::normalise(text);
    if parsed.issues.contains(ParseIssue::ProcedureMalformed) {
        // TS_lop1.000.00.00.H22: the agency behind it gives a local pseudo code away.
        return has_agency_suffix(text);
    }
    // Below six characters a short decimal is as likely an amount or a mark.
    let first = text.bytes().next().unwrap_or_default();
    parsed.value.is_some() && text.len() >= 6 && (b'1'..=b'3').contains(&first)
}

fn has_agency_suffix(text: &str) -> bool {
    // The dot and `000.00.00.H22`, behind at least one character.
    let Some(at) = text.len().checked_sub(14).filter(|at| *at > 0) else {
        return false;
    };
    text.get(at..).is_some_and(|tail| tail.starts_with(".000.") && is_agency_code(&tail[1..]))
}

pub(super) fn is_agency_code(text: &str) -> bool {
    let plausible = (3..=16).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'.');
    // The grammar of agencies stands inside that of dossier codes.
    plausible && DossierCode::parse(&format!("{text}-240101-0001")).is_some()
}

fn is_personal_id(text: &str) -> bool {
    // Dots group the digits of a number; one that leaves a fraction makes it an amount or a serial.
    if number(text).is_some_and(|value| value.fract() != 0.0) {
        return false;
    }
    let parsed = personal_id::normalise(text);
    let Some(id) = parsed.value.as_deref() else {
        return parsed.issues.contains(ParseIssue::PlaceholderId) && matches!(text.len(), 9 | 12);
    };
    match personal_id::kind(id) {
        // First digits of a CMND are those of a police region, 01 to 38 [R-M]; 9 digits that start
        // otherwise are rather a phone number without its zero.
        IdKind::Cmnd => matches!(id.as_bytes().first(), Some(b'0'..=b'3')),
        IdKind::Cccd | IdKind::Tax => true,
        IdKind::Other => !parsed.issues.contains(ParseIssue::IdMalformed),
    }
}

fn is_phone(text: &str) -> bool {
    // A fixed line that lost its zero is rarer than a CMND of the south.
    let cmnd = text.len() == 9 && text.starts_with('2');
    !cmnd && phone::normalise(text).value.is_some()
}

fn is_money(text: &str) -> bool {
    let Some(amount) = money::normalise(text).value else {
        return false;
    };
    let marked = text.bytes().any(|b| !b.is_ascii_digit() && b != b'.' && b != b'-');
    amount.unsigned_abs() < 100_000_000_000 && (marked || amount % 500 == 0)
}

/// The value of a plain number, decimal point or comma.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-');
    if text.is_empty() || text.len() > 24 || !text.bytes().all(plain) {
        return None;
    }
    text.replace(',', ".").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Grammar::{self, *};
    use super::grammars;

    fn of(cell: &str) -> Vec<Grammar> {
        Grammar::ALL.iter().copied().filter(|grammar| grammars(cell).has(*grammar)).collect()
    }

    #[test]
    fn codes_are_told_apart() {
        assert_eq!(of("000.00.53.H48-220921-0099"), [DossierCode]);
        assert_eq!(of("h28.30.03 – 240104-0001"), [DossierCode]);
        assert_eq!(of("H28.05-24O315-0001"), [DossierCode]);
        assert_eq!(of("G09.20-20260609-0092637"), [DossierCode]);
        assert_eq!(of("1.001193.000.00.00.H21"), [ProcedureCode]);
        assert_eq!(of("TS_lop1.000.00.00.H22"), [ProcedureCode]);
        assert_eq!(of("H28.38.01"), [AgencyCode]);
        assert_eq!(of("000.00.53.H48"), [AgencyCode]);
        assert_eq!(of("BN24-0000001"), [ForeignCode]);
        assert_eq!(of("LTKH-2024-0000001"), [ForeignCode]);
    }

    #[test]
    fn numbers_of_people_are_told_apart() {
        assert_eq!(of("017078000001"), [PersonalId, Number]);
        assert_eq!(of("000000001"), [PersonalId, Number]);
        assert!(of("0912000001").contains(&Phone));
        assert!(!of("0912000001").contains(&PersonalId));
        assert!(of("912000001").contains(&Phone) && !of("912000001").contains(&PersonalId));
        assert!(of("271234568").contains(&PersonalId) && !of("271234568").contains(&Phone));
        assert_eq!(of("+84 912.000.001"), [Phone]);
    }

    #[test]
    fn numbers_of_things_are_told_apart() {
        assert_eq!(of("50.000 đ"), [Money]);
        assert_eq!(of("80000"), [Money, Number]);
        assert_eq!(of("45292.354"), [ExcelSerial, Number]);
        assert_eq!(of("7"), [SmallNumber, Number]);
        assert_eq!(of("137"), [Number]);
        assert_eq!(of("1958"), [PartialDate, Number]);
    }

    #[test]
    fn dates_need_a_real_day() {
        assert_eq!(of("15/03/2024 08:12:05"), [Timestamp]);
        assert_eq!(of("2024-03-15T01:12:05Z"), [Timestamp]);
        assert_eq!(of("5/3/2024"), [Date]);
        assert_eq!(of("--/--/1958"), [PartialDate]);
        assert!(!of("2024-13-45").contains(&Date));
    }

    #[test]
    fn words_are_told_apart() {
        assert_eq!(of("Đã trả kết quả"), [Status]);
        assert_eq!(of("Trực tuyến"), [Channel]);
        assert_eq!(of("Cấp xã"), [Level]);
        assert_eq!(of("Hộ tịch"), [Subject]);
        assert_eq!(of("Lê Thị Thúy"), [PersonName]);
        assert_eq!(of("ÔNG NGUYỄN VĂN A VÀ BÀ TRẦN THỊ B"), [PersonName]);
        assert_eq!(of("CÔNG TY TNHH MTV 28"), [Company]);
        assert_eq!(of("UBND xã Hòa Bình"), [Agency]);
        assert_eq!(of("Đăng ký kết hôn"), [ProcedureTitle]);
        assert_eq!(of("Chờ bổ sung giấy uỷ quyền"), [Text]);
        assert_eq!(of(" N/A "), []);
    }
}

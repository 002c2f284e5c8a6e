//! Whether one cell is what a mapped field should hold: the loader's test for shifted columns.
//!
//! It must not parse for the record, and must not judge what cannot be judged: free text says
//! nothing about where it stands.

use super::grammar::{is_dossier_code, is_foreign_code, is_procedure_code, number};
use super::layout;
use super::words;
use crate::domain::date::{self, DatePattern};
use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::issue::ParseIssue;
use crate::domain::text::{clean, fold};
use crate::domain::{channel, count, flag, money, personal_id, phone, sex};

/// What a pipeline says of the system the cells come from.
#[derive(Clone, Copy)]
pub struct Known<'k> {
    /// The system's date patterns.
    pub dates: &'k [DatePattern],
    /// Whether a word stands under `[system.status]`.
    pub is_status: &'k dyn Fn(&str) -> bool,
    /// Whether a word stands under `[system.levels]`.
    pub is_level: &'k dyn Fn(&str) -> bool,
    /// The system mints its own codes: `code` need not have a national form.
    pub own_codes: bool,
    /// The hub mints its own codes: neither need `hub_code`.
    pub own_hub_codes: bool,
}

/// Whether a cell is what the field should hold; `None` when it is empty, the field holds free text, or
/// an `alt_code` or `hub_code` has the form of some system's own.
///
/// Strong evidence of a shift, as hardly anything else passes: dossier codes of national form,
/// procedure codes, dates, identity numbers, phones, statuses, levels, channel words. Weak: codes of
/// a system's own, amounts, names (a place or a summary may pass for one). Never judged:
/// `procedure_name`, `field`, `unit`, `unit_name`.
///
/// A damaged value fits where its damage shows what it was: a dossier code with a letter O, a date
/// of the year 1, a placeholder identity number.
#[must_use]
pub fn fits(field: FieldName, cell: &str, known: &Known<'_>) -> Option<bool> {
    let kind = field.kind();
    if matches!(kind, FieldKind::Text | FieldKind::List) {
        return None;
    }
    let cleaned = clean(cell);
    let text = cleaned.value.as_deref()?;
    Some(match kind {
        FieldKind::DossierCode => match field {
            _ if is_dossier_code(text) => true,
            FieldName::Code => known.own_codes && is_own_code(text, known),
            FieldName::HubCode if known.own_hub_codes => is_own_code(text, known),
            // Such a code may come from a system that mints its own, or stand there by a shift.
            _ if is_own_code(text, known) => return None,
            _ => false,
        },
        FieldKind::ProcedureCode => is_procedure_code(text),
        FieldKind::PersonalId => return is_identity(text),
        FieldKind::Phone => is_phone_like(text),
        FieldKind::Timestamp => is_moment(text, known),
        FieldKind::PartialDate => date::partial(text, known.dates).value.is_some() || is_moment(text, known),
        FieldKind::Status => (known.is_status)(text),
        FieldKind::Level => (known.is_level)(text),
        FieldKind::Channel => channel::normalise(text).value.is_some(),
        FieldKind::Money => is_amount(text),
        FieldKind::Sex => sex::normalise(text).value.is_some(),
        FieldKind::Count => count::normalise(text).value.is_some(),
        FieldKind::Flag => flag::normalise(text).value.is_some() || flag::paid_online(text).value.is_some(),
        FieldKind::Name => is_name(text, known),
        FieldKind::Text | FieldKind::List => return None,
    })
}

/// Any short code with a digit that is no date, procedure, phone, CCCD or word of the system.
fn is_own_code(text: &str, known: &Known<'_>) -> bool {
    text.len() >= 4
        && is_foreign_code(text)
        && !is_moment(text, known)
        && !is_procedure_code(text)
        && !personal_id::is_cccd(text)
        && !(text.starts_with('0') && text.len() == 10 && phone::normalise(text).value.is_some())
        && !(known.is_status)(text)
}

/// Digits of an identity number's length, or a passport; a phone of ten digits only as a tax code.
/// Nothing is said of "0" and "không có", which stand in other columns as well.
fn is_identity(text: &str) -> Option<bool> {
    let parsed = personal_id::normalise(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if parsed.issues.contains(ParseIssue::PlaceholderId) {
        return match digits {
            0 => None,
            1..8 if text == "0" => None,
            _ => Some(digits >= 8),
        };
    }
    if parsed.issues.contains(ParseIssue::IdMalformed) {
        // 7.92E+10, or twelve digits of no known province: lost or mistyped, and still no other field.
        return Some(parsed.issues.contains(ParseIssue::NumberAsFloat) || digits == 12 && text.len() <= 15);
    }
    Some(parsed.value.is_some())
}

fn is_phone_like(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // With "không có" the column still says what it is, but so do other columns.
    digits >= 8 && phone::normalise(text).value.is_some()
}

fn is_moment(text: &str, known: &Known<'_>) -> bool {
    if text.len() > 40 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let read = date::datetime(text, known.dates);
    read.value.is_some()
        // A short number is no date, whatever year it would be.
        || read.issues.contains(ParseIssue::DateBeforeEra) && text.len() >= 8
        // One day in 500 is as round as a fee.
        || layout::excel_serial(text).is_some() && number(text).is_some_and(|serial| serial % 500.0 != 0.0)
}

fn is_amount(text: &str) -> bool {
    // Twelve digits are an identity number, and a zero in front is no amount.
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let numbered = text.len() > 11 || text.len() > 1 && text.starts_with('0');
    !(digits && numbered) && money::normalise(text).value.is_some()
}

/// A person, several, or an organisation; no status, channel, level, address, procedure or field.
fn is_name(text: &str, known: &Known<'_>) -> bool {
    if text.len() > 300 {
        return false;
    }
    // LTKS, VND: a code of letters.
    let letter_code = text.len() <= 6 && text.bytes().all(|b| b.is_ascii_uppercase());
    let shaped = words::is_name_shaped(text) && !letter_code;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // Organisations may carry a number: "Công ty cổ phần 26", "Trường tiểu học số 2".
    if !shaped
        && (digits > 6 || !text.contains(' ') || text.chars().filter(|c| c.is_alphabetic()).count() < 6)
    {
        return false;
    }
    let key = fold(text);
    if words::is_company(&key) || words::is_agency(&key) {
        return true;
    }
    let other = (known.is_status)(text)
        || (known.is_level)(text)
        || channel::normalise(text).value.is_some()
        || words::is_level(&key)
        || words::is_subject(&key)
        || words::is_address(text)
        || words::is_procedure_title(&key) && !words::is_person(text);
    !other && (shaped || key.starts_with("truong ") || key.starts_with("to chuc "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::status::NationalStatus;

    fn check(field: FieldName, cell: &str) -> Option<bool> {
        let dates = [DatePattern::parse("dd/MM/yyyy HH:mm:ss").unwrap()];
        let known = Known {
            dates: &dates,
            is_status: &|word| NationalStatus::from_label(word).is_some(),
            is_level: &|word| matches!(word, "Tỉnh" | "Huyện" | "Xã"),
            own_codes: false,
            own_hub_codes: false,
        };
        fits(field, cell, &known)
    }

    fn own(cell: &str) -> Option<bool> {
        let known = Known {
            dates: &[],
            is_status: &|_| false,
            is_level: &|_| false,
            own_codes: true,
            own_hub_codes: false,
        };
        fits(FieldName::Code, cell, &known)
    }

    /// A row of one system; each cell must fit its own field and, where judged, few others.
    const ROW: [(FieldName, &str); 11] = [
        (FieldName::Code, "H28.30.03-240104-0001"),
        (FieldName::Procedure, "1.001193.000.00.00.H28"),
        (FieldName::OwnerName, "Lê Thị Thúy"),
        (FieldName::IdNumber, "017195000002"),
        (FieldName::BirthDate, "1958"),
        (FieldName::Phone, "0912000002"),
        (FieldName::ReceivedAt, "04/01/2024 07:52:04"),
        (FieldName::Status, "Đã trả kết quả"),
        (FieldName::Fee, "8.000 đ"),
        (FieldName::Channel, "Trực tuyến"),
        (FieldName::Level, "Xã"),
    ];

    #[test]
    fn every_cell_fits_its_own_field_and_no_other() {
        for (own_at, (_, cell)) in ROW.iter().enumerate() {
            for (at, (field, _)) in ROW.iter().enumerate() {
                // A moment is a date of birth too, a year is an amount.
                let allowed = matches!(
                    (field, *cell),
                    (FieldName::BirthDate, "04/01/2024 07:52:04") | (FieldName::Fee, "1958")
                );
                assert_eq!(check(*field, cell), Some(at == own_at || allowed), "{} {cell}", field.name());
            }
        }
    }

    #[test]
    fn nothing_is_said_of_empty_cells_and_free_text() {
        for field in FieldName::ALL {
            assert_eq!(check(*field, " - "), None);
        }
        assert_eq!(check(FieldName::HubCode, "BN24-0000001"), None);
        assert_eq!(check(FieldName::AltCode, "BN24-0000001"), None);
        assert_eq!(check(FieldName::AltCode, "Lê Thị Thúy"), Some(false));
        assert_eq!((check(FieldName::IdNumber, "0"), check(FieldName::IdNumber, "không có")), (None, None));
        for field in [FieldName::ProcedureName, FieldName::Field, FieldName::Unit, FieldName::UnitName] {
            assert_eq!(check(field, "Đăng ký kết hôn"), None);
        }
    }

    #[test]
    fn damage_still_fits() {
        for (field, cell) in [
            (FieldName::Code, "h28.30.03 ‑ 240104‑0001"),
            (FieldName::Code, "H28.30.03-24O104-0001"),
            (FieldName::IdNumber, "7.92E+10"),
            (FieldName::IdNumber, "000000001"),
            (FieldName::IdNumber, "17195000002"),
            (FieldName::Phone, "912000002.0"),
            (FieldName::ReceivedAt, "01/01/0001 00:00:00"),
            (FieldName::ReceivedAt, "45292.5"),
            (FieldName::Procedure, "1.0042"),
        ] {
            assert_eq!(check(field, cell), Some(true), "{cell}");
        }
    }

    #[test]
    fn names_are_wide_and_have_an_edge() {
        for name in [
            "CÔNG TY TNHH MTV 28",
            "UBND xã Hòa Bình",
            "Trường Tiểu học số 2",
            "H'Hen Niê",
            "John O’Brien",
            "Ông Nguyễn Văn A và bà Trần Thị B",
            "김민수",
        ] {
            assert_eq!(check(FieldName::OwnerName, name), Some(true), "{name}");
        }
        for other in [
            "Đăng ký kết hôn",
            "Hộ tịch",
            "Thôn 3, xã Hòa Bình",
            "Đang xử lý",
            "0912000002",
            "BN24-0001",
            "LTKS",
        ] {
            assert_eq!(check(FieldName::OwnerName, other), Some(false), "{other}");
        }
    }

    #[test]
    fn own_codes_need_a_digit_and_no_accent() {
        for code in ["BN24-0000001", "LTKH-2024-0000001", "123456", "HS 12", "H28.30.03-240104-0001"] {
            assert_eq!(own(code), Some(true), "{code}");
        }
        for other in ["Hồ sơ 12", "Nguyen Van A", "a b c 1", "1.001193", "0912000002", "017195000002", "7"]
        {
            assert_eq!(own(other), Some(false), "{other}");
        }
    }
}

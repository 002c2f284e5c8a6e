//! R06: one code stands for two different dossiers.
//!
//! It must not say which of them has the right to the code, nor call one person's two spellings two
//! persons: both the number and the name have to differ.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::name::{self, NameRelation};

pub const RULE: Rule = Rule {
    id: "R06",
    title: said("One code for different dossiers", "Một mã cho nhiều hồ sơ khác nhau"),
    source: said(
        "Codes are minted by a counter for each unit and day, and several computers race for the next \
         number [S].",
        "Mã hồ sơ do bộ đếm theo từng đơn vị, từng ngày sinh ra, và nhiều máy cùng tranh lấy số tiếp theo \
         [S].",
    ),
    findings: &[FindingEntry {
        kind: FindingKind::CodeCollision,
        severity: Some(Severity::High),
        title: said("One code for different dossiers", "Một mã hồ sơ dùng cho nhiều hồ sơ khác nhau"),
        when: said(
            "Two records of one system with one code, where both identity number and name differ.",
            "Hai bản ghi của một hệ thống có cùng một mã nhưng khác nhau cả số định danh và họ tên.",
        ),
        meaning_not: said(
            "It does not say which of the dossiers has the right to the code.",
            "Không cho biết hồ sơ nào được quyền mang mã đó.",
        ),
        fields: &["code"],
        evidence: &["code", "owner_name", "id_number", "procedure", "unit", "received_at"],
    }],
    thresholds: &[],
};

/// Who a record is about, as far as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Person<'a> {
    /// Normalised.
    pub id_number: Option<&'a str>,
    pub name: Option<&'a str>,
}

/// Two records name two different persons: both the number and the name are known and disagree.
#[must_use]
pub fn two_persons(a: Person<'_>, b: Person<'_>) -> bool {
    let numbers_differ = a.id_number.zip(b.id_number).is_some_and(|(a, b)| a != b);
    let names_differ =
        || a.name.zip(b.name).is_some_and(|(a, b)| name::relation(a, b) == NameRelation::Differs);
    numbers_differ && names_differ()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person<'a>(id_number: Option<&'a str>, name: Option<&'a str>) -> Person<'a> {
        Person { id_number, name }
    }

    #[test]
    fn number_and_name_have_to_differ() {
        let (a, b) = (Some("017090000123"), Some("017091000456"));
        let (an, binh) = (Some("Trần Văn Mẫu"), Some("Lê Thị Ví Dụ"));
        assert!(two_persons(person(a, an), person(b, binh)));
        assert!(!two_persons(person(a, an), person(a, binh)), "one number");
        assert!(!two_persons(person(a, an), person(b, an)), "one name");
        assert!(!two_persons(person(a, an), person(b, Some("TRAN VAN MAU"))), "one name, unaccented");
    }

    #[test]
    fn what_is_not_known_does_not_differ() {
        let (a, b) = (Some("017090000123"), Some("017091000456"));
        let (an, binh) = (Some("Trần Văn Mẫu"), Some("Lê Thị Ví Dụ"));
        assert!(!two_persons(person(None, an), person(b, binh)));
        assert!(!two_persons(person(a, an), person(b, None)));
        assert!(!two_persons(Person::default(), Person::default()));
    }
}

//! R06: one code stands for two different dossiers.
//!
//! It must not say which of them has the right to the code, nor call one person's two spellings two
//! persons: both the number and the name have to differ.

use super::{FindingEntry, Rule, Threshold, said};
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::name::{self, NameRelation};
use crate::domain::personal_id::{self, IdRelation};
use crate::domain::text::fold;

/// Records of one system that one code may stand in and still name a dossier.
pub const KEY_AT_MOST: u32 = 1000;

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
            "Two records of one system with one code, where both identity number and name differ. Once for a code, \
             without a case, where more than `key_at_most` records of one system carry it: a code of so many is a \
             default value. Nothing is merged, linked or called missing by it, and each of its records has \
             `code_of_many` among its `parse_issues`.",
            "Hai bản ghi của một hệ thống có cùng một mã nhưng khác nhau cả số định danh và họ tên. Một lần cho mỗi mã, \
             không gắn với hồ sơ, khi hơn `key_at_most` bản ghi của một hệ thống mang mã đó: mã của nhiều hồ sơ đến \
             vậy là giá trị mặc định. Không gộp, không liên kết, không báo thiếu theo mã đó, và mỗi bản ghi mang mã có \
             `code_of_many` trong `parse_issues`.",
        ),
        meaning_not: said(
            "It does not say which of the dossiers has the right to the code.",
            "Không cho biết hồ sơ nào được quyền mang mã đó.",
        ),
        fields: &["code"],
        evidence: &["code", "owner_name", "id_number", "procedure", "unit", "received_at"],
    }],
    thresholds: &[Threshold {
        key: "key_at_most",
        default: "1000",
        meaning: said(
            "records of one system that one code, or whatever else records meet by, may stand in; what is no code is \
             counted by the night report",
            "số bản ghi của một hệ thống được mang cùng một mã, hoặc cùng giá trị dùng để so khớp khác; giá trị không \
             phải mã được đếm trong báo cáo đêm",
        ),
    }],
};

/// Who a record is about, as far as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Person<'a> {
    /// Normalised.
    pub id_number: Option<&'a str>,
    pub name: Option<&'a str>,
}

/// Two records name two different persons: both the number and the name are known and disagree.
///
/// A masked number disagrees where both sides show a digit that differs, and two owners of one dossier are one
/// party. A household business is known by a tax code of its own, by its owner's number since July 2025
/// [S-low], and mostly by its owner's name: it is its owner.
#[must_use]
pub fn two_persons(a: Person<'_>, b: Person<'_>) -> bool {
    let (Some((number_a, number_b)), Some((name_a, name_b))) =
        (a.id_number.zip(b.id_number), a.name.zip(b.name))
    else {
        return false;
    };
    if number_a == number_b || agree_as_far_as_shown(number_a, number_b) {
        return false;
    }
    let household = match personal_id::relation(number_a, number_b) {
        IdRelation::Same => return false,
        IdRelation::TaxAgainstPersonal => ends_with_name(name_a, name_b) || ends_with_name(name_b, name_a),
        _ => false,
    };
    !household && name::relation(name_a, name_b) == NameRelation::Differs && !share_an_owner(name_a, name_b)
}

/// Whether one of two numbers is masked with stars, and no digit that both show differs, from either end on.
fn agree_as_far_as_shown(a: &str, b: &str) -> bool {
    let shown = |(x, y): &(u8, u8)| *x != b'*' && *y != b'*';
    let same = |(x, y): (u8, u8)| x == y;
    (a.contains('*') || b.contains('*'))
        && a.bytes().zip(b.bytes()).take_while(shown).all(same)
        && a.bytes().rev().zip(b.bytes().rev()).take_while(shown).all(same)
}

/// `Hộ kinh doanh Trần Văn Mẫu` is named after `Trần Văn Mẫu`, blind to case and accents.
fn ends_with_name(business: &str, owner: &str) -> bool {
    let (business, owner) = (fold(business), fold(owner));
    let before = business.strip_suffix(owner.as_str());
    owner.contains(' ') && before.is_some_and(|before| before.ends_with(' '))
}

/// One of the owners of a shared dossier is named by the other record as well.
fn share_an_owner(a: &str, b: &str) -> bool {
    let several = |names| name::joint_owners(names).nth(1).is_some();
    let differs = |x, y| name::relation(x, y) == NameRelation::Differs;
    (several(a) || several(b)) && name::joint_owners(a).any(|x| name::joint_owners(b).any(|y| !differs(x, y)))
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

    #[test]
    fn a_masked_number_differs_where_both_show_another_digit() {
        let (an, binh) = (Some("Trần Văn Mẫu"), Some("Lê Thị Ví Dụ"));
        let two = |a, b| {
            let (one, other) = (person(Some(a), an), person(Some(b), binh));
            assert_eq!(two_persons(one, other), two_persons(other, one), "{a} {b}");
            two_persons(one, other)
        };
        assert!(!two("0170******23", "017090000123"));
        assert!(!two("************", "017090000123"), "it shows nothing");
        assert!(!two("0170****23", "017090000123"), "fewer stars than digits");
        assert!(two("0010******23", "017090000123"), "another province");
        assert!(two("0170******24", "017090000123"), "another end");
        assert!(two("0170******23", "0250******77"), "both are masked");
        assert!(!two("0170******23", "017090****23"));
    }

    #[test]
    fn tax_codes_and_the_owners_of_a_household_business() {
        let (tax, own) = (Some("0100109106"), Some("017090000123"));
        let (an, company) = (Some("Trần Văn Mẫu"), Some("Công ty TNHH Ví Dụ"));
        assert!(two_persons(person(tax, company), person(own, an)), "a company and somebody else");
        assert!(two_persons(person(tax, company), person(Some("0100109105"), Some("Công ty CP Mẫu"))));
        assert!(!two_persons(person(tax, an), person(own, an)), "one name");
        for business in ["Hộ kinh doanh Trần Văn Mẫu", "HKD TRAN VAN MAU", "Hộ ông Trần Văn Mẫu"]
        {
            assert!(!two_persons(person(tax, Some(business)), person(own, an)), "{business}");
            assert!(!two_persons(person(own, an), person(tax, Some(business))), "{business}");
        }
        let business = Some("Hộ kinh doanh Trần Văn Mẫu");
        assert!(two_persons(person(tax, business), person(own, Some("Mẫu"))), "a given name names nobody");
        assert!(two_persons(person(tax, business), person(own, Some("Lê Thị Ví Dụ"))), "somebody else's");
        assert!(two_persons(person(Some("017191000456"), business), person(own, an)), "no tax code");
        let (dash, bare) = (Some("0100109106-001"), Some("0100109106001"));
        assert!(!two_persons(person(dash, company), person(bare, an)), "one branch, written in two ways");
    }

    #[test]
    fn owners_of_one_dossier_are_one_party() {
        let (a, b) = (Some("017090000123"), Some("017191000456"));
        let both = Some("Ông Trần Văn Mẫu và bà Lê Thị Ví Dụ");
        assert!(!two_persons(person(a, both), person(b, Some("Lê Thị Ví Dụ"))));
        assert!(!two_persons(person(b, Some("LE THI VI DU")), person(a, both)));
        assert!(two_persons(person(a, both), person(b, Some("Bùi Thị Khác"))));
    }
}

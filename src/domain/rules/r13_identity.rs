//! R13: identity and phone numbers that differ, stand for nobody, or contradict the person.
//!
//! It must not show a number: reports mask it.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R13",
    title: said("Identity and phone numbers", "Số định danh và số điện thoại"),
    source: said(
        "A 12-digit number holds the place, the century and sex, and the year of birth [S]. A known sync \
         job writes 000000001 where a number has not 9 or 12 characters [S]. One system may show the old \
         9-digit number and another the new 12-digit one of the same person [S].",
        "Số định danh 12 chữ số chứa mã nơi đăng ký khai sinh, mã thế kỷ và giới tính, năm sinh [S]. Có \
         tiến trình đồng bộ ghi 000000001 khi số giấy tờ không có 9 hoặc 12 ký tự [S]. Cùng một người có \
         thể được ghi số CMND 9 chữ số ở hệ thống này và số CCCD 12 chữ số ở hệ thống kia [S].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::IdentityConflict,
            severity: Some(Severity::Medium),
            title: said("Identity numbers differ", "Số định danh không khớp"),
            when: said(
                "Other numbers; not when one is an old 9-digit and one a new 12-digit number that can be \
                 one person's.",
                "Số khác nhau; trừ khi một bên là số CMND 9 chữ số, một bên là số CCCD 12 chữ số và có thể \
                 là của cùng một người.",
            ),
            meaning_not: said(
                "It does not mean that these are two people: one may hold an old and a new number, and \
                 digits are mistyped.",
                "Không có nghĩa là hai người khác nhau: một người có thể có số cũ và số mới, và có thể gõ \
                 nhầm chữ số.",
            ),
            fields: &["id_number"],
            evidence: &["id_number", "birth_date", "owner_name", "subject_name"],
        },
        FindingEntry {
            kind: FindingKind::PlaceholderId,
            severity: Some(Severity::Low),
            title: said("Placeholder in place of an identity number", "Số định danh điền tạm"),
            when: said(
                "One record alone: its identity number names nobody (`000000001`, one digit repeated, \
                 `123456789`, \"không có\").",
                "Xét riêng một bản ghi: số định danh không xác định được ai (`000000001`, một chữ số lặp \
                 lại, `123456789`, \"không có\").",
            ),
            meaning_not: said(
                "It does not mean that the owner gave a false number: a known sync job fills it in.",
                "Không có nghĩa là chủ hồ sơ khai sai: đã biết có tiến trình đồng bộ tự điền số này.",
            ),
            fields: &["id_number"],
            evidence: &["id_number", "owner_name", "birth_date"],
        },
        FindingEntry {
            kind: FindingKind::PhoneConflict,
            severity: Some(Severity::Low),
            title: said("Phone numbers differ", "Số điện thoại không khớp"),
            when: said("Other numbers.", "Số điện thoại khác nhau."),
            meaning_not: said(
                "It does not mean that these are two people: phones change and are shared.",
                "Không có nghĩa là hai người khác nhau: số điện thoại có thể thay đổi và dùng chung.",
            ),
            fields: &["phone"],
            evidence: &["phone", "owner_name", "agent_name"],
        },
        FindingEntry {
            kind: FindingKind::IdBirthConflict,
            severity: Some(Severity::Medium),
            title: said(
                "Identity number contradicts the birth date or sex",
                "Số định danh mâu thuẫn với ngày sinh hoặc giới tính",
            ),
            when: said(
                "One record of any system alone: a valid 12-digit number whose year of birth disagrees \
                 with `birth_date`, or whose sex with `sex`; `detail` says which.",
                "Xét riêng một bản ghi của bất kỳ hệ thống nào: số CCCD 12 chữ số hợp lệ nhưng năm sinh \
                 trong số không khớp `birth_date`, hoặc giới tính không khớp `sex`; `detail` ghi rõ trường \
                 nào.",
            ),
            meaning_not: said(
                "It does not mean that the number is forged: the date may have been damaged, or be another \
                 person's.",
                "Không có nghĩa là số giả: ngày sinh có thể bị sai khi đồng bộ, hoặc là của người khác.",
            ),
            fields: &["birth_date", "sex"],
            evidence: &["id_number", "birth_date", "sex", "owner_name", "subject_name"],
        },
    ],
    thresholds: &[],
};

/// The finding of a record whose 12-digit number contradicts its own year of birth or sex.
#[must_use]
pub const fn birth_conflict(year_disagrees: bool, sex_disagrees: bool) -> Option<FindingKind> {
    if year_disagrees || sex_disagrees { Some(FindingKind::IdBirthConflict) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_or_the_sex_is_enough() {
        assert_eq!(birth_conflict(false, false), None);
        for (year, sex) in [(true, false), (false, true), (true, true)] {
            assert_eq!(birth_conflict(year, sex), Some(FindingKind::IdBirthConflict));
        }
    }
}

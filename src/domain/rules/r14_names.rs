//! R14: the names of the owner differ, or only their spelling does.
//!
//! It must not decide that two people are the same: many share a full name.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::name::NameRelation;

const EVIDENCE: &[&str] = &["owner_name", "subject_name", "agent_name", "id_number", "birth_date"];

pub const RULE: Rule = Rule {
    id: "R14",
    title: said("Names", "Họ tên"),
    source: said(
        "One name is written with old or new tone placement [S], with i or y, without accents, or in \
         another order (derived); which of these make one name is this project's own ladder.",
        "Một tên có thể viết theo kiểu đặt dấu cũ hoặc mới [S], dùng i hoặc y, không dấu, hoặc đảo thứ tự \
         (suy luận); bậc nào coi là cùng tên do dự án tự xác định.",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::NameVariant,
            severity: Some(Severity::Info),
            title: said("The same name, spelt another way", "Cùng một tên, cách viết khác"),
            when: said(
                "Equal after capitals, tone placement, `i`/`y`, accents on one side, punctuation, title or \
                 word order.",
                "Giống nhau sau khi bỏ qua chữ hoa, vị trí dấu thanh, `i`/`y`, một bên không dấu, dấu câu, \
                 danh xưng hoặc thứ tự từ.",
            ),
            meaning_not: said(
                "It does not mean that the names differ: only capitals, tone placement, accents, titles or \
                 word order do.",
                "Không có nghĩa là tên khác nhau: chỉ khác chữ hoa, vị trí dấu, dấu thanh, danh xưng hoặc \
                 thứ tự từ.",
            ),
            fields: &["owner_name"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::NameConflict,
            severity: Some(Severity::Medium),
            title: said("Names differ", "Tên chủ hồ sơ không khớp"),
            when: said(
                "Other names, and neither side knows the other's as the person the dossier is about.",
                "Tên khác nhau, và không bên nào ghi tên của bên kia là người được giải quyết.",
            ),
            meaning_not: said(
                "It does not prove a wrong link: an applicant may stand in place of the owner.",
                "Không chứng minh ghép sai: người nộp có thể được ghi thay cho chủ hồ sơ.",
            ),
            fields: &["owner_name"],
            evidence: EVIDENCE,
        },
    ],
    thresholds: &[],
};

/// The finding that a relation of two names makes, where nothing else says who they are.
#[must_use]
pub const fn kind(relation: NameRelation) -> Option<FindingKind> {
    match relation {
        NameRelation::Same => None,
        NameRelation::Variant(_) => Some(FindingKind::NameVariant),
        NameRelation::Near | NameRelation::Differs => Some(FindingKind::NameConflict),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::name::relation;

    #[test]
    fn a_spelling_is_a_variant_and_a_slip_is_another_name() {
        assert_eq!(kind(relation("Trần Văn Mẫu", "Trần Văn Mẫu")), None);
        assert_eq!(kind(relation("Trần Văn Mẫu", "TRAN VAN MAU")), Some(FindingKind::NameVariant));
        assert_eq!(kind(relation("Trần Thị Hòa", "Trần Thị Hoa")), Some(FindingKind::NameConflict));
        assert_eq!(kind(relation("Trần Văn Mẫu", "Lê Thị Ví Dụ")), Some(FindingKind::NameConflict));
    }
}

//! R05: one dossier was typed into two systems under codes that do not know each other.
//!
//! It must not count systems that remember each other's code: these are linked.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R05",
    title: said("Typed again in a second system", "Nhập lại ở hệ thống thứ hai"),
    source: said(
        "One-stop staff must enter a dossier into several systems at the same time [S, Hòa Bình 2024]. A \
         receipt at the counter of a dossier that the driving-licence software already has gets a new \
         local code, and the ministry keeps its own [S].",
        "Cán bộ một cửa phải nhập đồng thời một hồ sơ vào nhiều hệ thống [S, Hòa Bình 2024]. Hồ sơ đã có \
         trên phần mềm giấy phép lái xe khi tiếp nhận tại quầy được cấp mã mới của tỉnh, còn bộ giữ mã \
         riêng [S].",
    ),
    findings: &[FindingEntry {
        kind: FindingKind::TypedInTwoSystems,
        severity: Some(Severity::High),
        title: said("Typed again in a second system", "Nhập lại ở hệ thống thứ hai với mã khác"),
        when: said(
            "A link by identity, to a system with codes of its own: neither side knows the other's code. A \
             link there by alternate code makes no finding.",
            "Cặp được ghép theo thông tin nhân thân với hệ thống có mã riêng: không bên nào biết mã của \
             bên kia. Cặp ghép bằng mã khác không tạo sai lệch.",
        ),
        meaning_not: said(
            "It does not mean that two applications were made, nor that anyone is to blame: without a link \
             between the systems staff have to type twice.",
            "Không có nghĩa là người dân nộp hai lần, cũng không có nghĩa là ai có lỗi: khi các hệ thống \
             chưa liên thông thì cán bộ buộc phải nhập hai lần.",
        ),
        fields: &["code"],
        evidence: &[
            "code",
            "alt_code",
            "hub_code",
            "procedure",
            "owner_name",
            "id_number",
            "received_at",
            "status",
        ],
    }],
    thresholds: &[],
};

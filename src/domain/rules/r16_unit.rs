//! R16: the units that handled a dossier differ.
//!
//! It must not say which office should have acted: names and codes of units change by date.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R16",
    title: said("Unit", "Đơn vị xử lý"),
    source: said(
        "From 1 July 2025 there are 34 provinces instead of 63, no districts, and merged communes, so \
         codes and names of units changed in the middle of a series [S].",
        "Từ 01/7/2025 cả nước có 34 tỉnh, thành phố thay cho 63, không còn cấp huyện, các xã được sáp \
         nhập, nên mã và tên đơn vị thay đổi giữa chừng [S].",
    ),
    findings: &[FindingEntry {
        kind: FindingKind::UnitConflict,
        severity: Some(Severity::Low),
        title: said("Units differ", "Đơn vị xử lý không khớp"),
        when: said("Other units.", "Đơn vị xử lý khác nhau."),
        meaning_not: said(
            "It does not mean that the wrong office acted: units were merged and renumbered in 2025.",
            "Không có nghĩa là sai thẩm quyền: các đơn vị đã được sáp nhập và đổi mã năm 2025.",
        ),
        fields: &["unit"],
        evidence: &["unit", "unit_name", "level", "code", "received_at"],
    }],
    thresholds: &[],
};

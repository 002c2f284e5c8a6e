//! R02: the portal or a ministry has a dossier that the provincial system does not know.
//!
//! It must not say that work was hidden: it says where a record was not found.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R02",
    title: said("Missing in the provincial system", "Hồ sơ chưa có trên hệ thống của tỉnh"),
    source: said(
        "Every dossier is to be received and handled in the provincial system [S, Hà Giang 2024]; all \
         units are to receive there [S, Vĩnh Thuận 2023].",
        "Toàn bộ hồ sơ phải được tiếp nhận, giải quyết trên hệ thống của tỉnh [S, Hà Giang 2024]; tất cả \
         các đơn vị đều tiếp nhận trên hệ thống này [S, Vĩnh Thuận 2023].",
    ),
    findings: &[FindingEntry {
        kind: FindingKind::MissingInProvince,
        severity: Some(Severity::High),
        title: said("Missing in the provincial system", "Chưa có trên hệ thống một cửa của tỉnh"),
        when: said(
            "A portal or ministry has a dossier, the hub has none, and it is older than `missing_after` of \
             the system that has it.",
            "Cổng Dịch vụ công quốc gia hoặc phần mềm của bộ, ngành có hồ sơ mà hệ thống một cửa không có, \
             và hồ sơ đã quá `missing_after` của hệ thống đang có hồ sơ.",
        ),
        meaning_not: said(
            "It does not prove hidden work: the case may stand there under a code that could not be linked.",
            "Không chứng minh việc giải quyết hồ sơ ngoài hệ thống: hồ sơ có thể đang nằm ở đó dưới một mã \
             không ghép được.",
        ),
        fields: &[],
        evidence: &["code", "hub_code", "procedure", "unit", "owner_name", "received_at", "status"],
    }],
    thresholds: &[],
};

//! R01: a dossier of the province is not on the national portal, or came there late.
//!
//! It must not look at dossiers the portal need not hold: scope is asked first.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

const EVIDENCE: &[&str] = &["code", "alt_code", "procedure", "unit", "owner_name", "received_at", "status"];

pub const RULE: Rule = Rule {
    id: "R01",
    title: said(
        "Missing or late on the national portal",
        "Hồ sơ chưa có hoặc đến chậm trên Cổng Dịch vụ công quốc gia",
    ),
    source: said(
        "Every dossier is to be received and handled in the provincial system and synced with the national \
         portal [S, Hà Giang 2024]. No text with hours or minutes for the sync was found; the spans are \
         settings [R-M].",
        "Toàn bộ hồ sơ phải được tiếp nhận, giải quyết trên hệ thống của tỉnh và đồng bộ lên Cổng Dịch vụ \
         công quốc gia [S, Hà Giang 2024]. Chưa tìm thấy văn bản nào quy định thời gian đồng bộ theo giờ, \
         phút; các khoảng thời gian là tham số cấu hình [R-M].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::MissingOnPortal,
            severity: Some(Severity::High),
            title: said("Missing on the national portal", "Chưa có trên Cổng Dịch vụ công quốc gia"),
            when: said(
                "The verdict for a system of role `portal` is `missing`: in scope, feed healthy, no \
                 refused row, no ambiguous link, older than `missing_after`.",
                "Kết luận đối với hệ thống có vai trò `portal` là `missing`: hồ sơ trong phạm vi, dữ liệu \
                 nhận tốt, không có dòng bị loại, không có cặp ghép chưa rõ, và đã quá `missing_after`.",
            ),
            meaning_not: said(
                "It does not mean that the dossier was not handled, only that the portal's feed has no \
                 record of it.",
                "Không có nghĩa là hồ sơ không được giải quyết, mà chỉ là dữ liệu của Cổng không có hồ sơ \
                 này.",
            ),
            fields: &[],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::LateOnPortal,
            severity: Some(Severity::Low),
            title: said("Late on the national portal", "Chậm đồng bộ lên Cổng Dịch vụ công quốc gia"),
            when: said(
                "As `missing_on_portal`, but between `late_after` and `missing_after` old.",
                "Như `missing_on_portal`, nhưng hồ sơ đã quá `late_after` mà chưa quá `missing_after`.",
            ),
            meaning_not: said(
                "It does not mean that the dossier is lost: it may still arrive with a later sync.",
                "Không có nghĩa là hồ sơ bị mất: hồ sơ vẫn có thể đến trong lần đồng bộ sau.",
            ),
            fields: &[],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::ArrivedLateOnPortal,
            severity: Some(Severity::Low),
            title: said(
                "Arrived late on the national portal",
                "Đã đồng bộ lên Cổng Dịch vụ công quốc gia nhưng chậm",
            ),
            when: said(
                "It is there, and `synced_at` is more than `late_after` behind the hub's receipt.",
                "Hồ sơ đã có trên Cổng, nhưng `synced_at` sau ngày tiếp nhận ở hệ thống một cửa quá \
                 `late_after`.",
            ),
            meaning_not: said(
                "It does not mean that the citizen got the result late.",
                "Không có nghĩa là người dân nhận kết quả chậm.",
            ),
            fields: &[],
            evidence: &["code", "procedure", "unit", "received_at", "synced_at", "status"],
        },
    ],
    thresholds: &[],
};

//! R03: a dossier of the province is not in the ministry's software, or came there late.
//!
//! It must not expect what the ministry never gets: scope names the procedures and statuses it holds.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

const EVIDENCE: &[&str] = &["code", "alt_code", "procedure", "unit", "owner_name", "received_at", "status"];

pub const RULE: Rule = Rule {
    id: "R03",
    title: said(
        "Missing or late in the ministry's software",
        "Hồ sơ chưa có hoặc đến chậm trên phần mềm của bộ, ngành",
    ),
    source: said(
        "The sync between the ministries' software and the provincial system is slow, so that staff type \
         dossiers into several systems [S, Hòa Bình 2024]. One push sends a dossier only once its result \
         was handed over (status 10) [S].",
        "Việc đồng bộ giữa phần mềm chuyên ngành của bộ, ngành và hệ thống của tỉnh còn chậm nên cán bộ \
         phải nhập hồ sơ vào nhiều hệ thống [S, Hòa Bình 2024]. Có phần mềm chỉ gửi hồ sơ khi đã trả kết \
         quả (trạng thái 10) [S].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::MissingInMinistry,
            severity: Some(Severity::High),
            title: said("Missing in the ministry's software", "Chưa có trên phần mềm của bộ, ngành"),
            when: said(
                "The verdict for a system of role `ministry` is `missing`: in scope, feed healthy, no \
                 refused row, no ambiguous link, older than `missing_after`.",
                "Kết luận đối với hệ thống có vai trò `ministry` là `missing`: hồ sơ trong phạm vi, dữ \
                 liệu nhận tốt, không có dòng bị loại, không có cặp ghép chưa rõ, và đã quá \
                 `missing_after`.",
            ),
            meaning_not: said(
                "It does not mean that the ministry refused the dossier, only that its feed has no record \
                 of it.",
                "Không có nghĩa là bộ, ngành từ chối hồ sơ, mà chỉ là dữ liệu của phần mềm không có hồ sơ \
                 này.",
            ),
            fields: &[],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::LateInMinistry,
            severity: Some(Severity::Low),
            title: said("Late in the ministry's software", "Chậm đồng bộ sang phần mềm của bộ, ngành"),
            when: said(
                "As `missing_in_ministry`, but between `late_after` and `missing_after` old.",
                "Như `missing_in_ministry`, nhưng hồ sơ đã quá `late_after` mà chưa quá `missing_after`.",
            ),
            meaning_not: said(
                "It does not mean that the dossier is lost: it may still arrive with a later sync.",
                "Không có nghĩa là hồ sơ bị mất: hồ sơ vẫn có thể đến trong lần đồng bộ sau.",
            ),
            fields: &[],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::ArrivedLateInMinistry,
            severity: Some(Severity::Low),
            title: said(
                "Arrived late in the ministry's software",
                "Đã đồng bộ sang phần mềm của bộ, ngành nhưng chậm",
            ),
            when: said(
                "It is there, and `synced_at` is more than `late_after` behind the hub's receipt.",
                "Hồ sơ đã có trên phần mềm của bộ, ngành, nhưng `synced_at` sau ngày tiếp nhận ở hệ thống \
                 một cửa quá `late_after`.",
            ),
            meaning_not: said(
                "It does not mean that the citizen got the result late.",
                "Không có nghĩa là người dân nhận kết quả chậm.",
            ),
            fields: &[],
            evidence: &["code", "hub_code", "procedure", "unit", "received_at", "synced_at", "status"],
        },
    ],
    thresholds: &[],
};

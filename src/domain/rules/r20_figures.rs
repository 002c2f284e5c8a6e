//! R20: printed figures against the records, and against each other.
//!
//! It must not correct a figure: both numbers stay side by side, with the gap.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R20",
    title: said("Published figures", "Số liệu công bố"),
    source: said(
        "Received is new plus carried over, resolved is early plus on time plus late [S, Hà Giang 2024, \
         Hòa Bình 2024]; form II.06a/VPCP/KSTT has the same identities by column [S]. Printed figures \
         break them: one report leaves 183 land dossiers that no class explains [S, Vĩnh Thuận 2023] [V].",
        "Số tiếp nhận bằng số mới cộng số kỳ trước chuyển sang; số đã giải quyết bằng trước hạn cộng đúng \
         hạn cộng quá hạn [S, Hà Giang 2024, Hòa Bình 2024]; biểu II.06a/VPCP/KSTT có cùng các đẳng thức \
         theo cột [S]. Số liệu công bố có khi không khớp: một báo cáo còn 183 hồ sơ đất đai không thuộc \
         nhóm nào [S, Vĩnh Thuận 2023] [V].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::PublishedGap,
            severity: Some(Severity::High),
            title: said("Published figure differs from the records", "Số liệu công bố khác số liệu tính lại"),
            when: said(
                "A published figure is not the recomputed one, to as many decimals as printed, and the \
                 hub's feed is healthy.",
                "Số liệu công bố không bằng số tính lại, xét đến số chữ số thập phân được in, và dữ liệu \
                 của hệ thống một cửa tốt.",
            ),
            meaning_not: said(
                "It does not mean that the figure was invented: scope, period or definition may differ.",
                "Không có nghĩa là số liệu bị bịa đặt: phạm vi, kỳ báo cáo hoặc định nghĩa có thể khác.",
            ),
            fields: &[],
            evidence: &["figure", "key", "value", "published", "gap"],
        },
        FindingEntry {
            kind: FindingKind::FiguresDoNotAddUp,
            severity: Some(Severity::High),
            title: said("Published figures contradict each other", "Các số liệu công bố không khớp nhau"),
            when: said(
                "Printed figures contradict each other: an identity of form II.06a, the levels against the \
                 total, a part larger than its whole, a rest that no class explains.",
                "Các số liệu được công bố mâu thuẫn nhau: vi phạm đẳng thức của biểu II.06a, cộng các cấp \
                 không bằng tổng, bộ phận lớn hơn toàn thể, hoặc còn phần dư không thuộc nhóm nào.",
            ),
            meaning_not: said(
                "It does not say which of the figures is wrong: one may be a slip of the pen, or a class \
                 may be left out.",
                "Không cho biết số nào sai: có thể do viết nhầm hoặc do bỏ sót một nhóm.",
            ),
            fields: &[],
            evidence: &["figure", "key", "published", "gap"],
        },
    ],
    thresholds: &[],
};

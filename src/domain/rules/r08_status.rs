//! R08: the statuses of one dossier disagree.
//!
//! It must not compare the numbers of two lists: every system's list is mapped to the national one first.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::status::StatusRelation;

const EVIDENCE: &[&str] = &["status", "received_at", "finished_at", "returned_at", "due_at"];

pub const RULE: Rule = Rule {
    id: "R08",
    title: said("Statuses", "Trạng thái hồ sơ"),
    source: said(
        "The national list has ten codes [S]; which may follow which is a suggestion, no official table \
         was found [R-M]. A known sync job sends 5, 6 and 8 as 9 [S].",
        "Danh mục trạng thái quốc gia có mười mã [S]; thứ tự chuyển trạng thái là đề xuất vì chưa tìm thấy \
         bảng chính thức [R-M]. Có tiến trình đồng bộ gửi các trạng thái 5, 6 và 8 thành 9 [S].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::StatusBehind,
            severity: Some(Severity::Medium),
            title: said("Status lags behind", "Trạng thái chưa được cập nhật"),
            when: said(
                "The right status can still become the left one.",
                "Trạng thái bên phải vẫn có thể chuyển thành trạng thái bên trái.",
            ),
            meaning_not: said(
                "It does not mean that work on the dossier stands still, only that the other system was \
                 not told.",
                "Không có nghĩa là hồ sơ bị dừng xử lý, mà chỉ là hệ thống kia chưa được cập nhật.",
            ),
            fields: &["status"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::StatusCollapsed,
            severity: Some(Severity::Medium),
            title: said(
                "Waiting or stopped, but sent as finished",
                "Đang chờ hoặc đã dừng nhưng đồng bộ thành đã xử lý xong",
            ),
            when: said(
                "The left side waits or was stopped (5, 6, 8), the right side says finished (9).",
                "Bên trái đang chờ hoặc đã dừng (5, 6, 8), bên phải ghi đã xử lý xong (9).",
            ),
            meaning_not: said(
                "It does not mean that somebody closed the dossier: a known sync job sends these statuses \
                 as finished.",
                "Không có nghĩa là có người kết thúc hồ sơ: đã biết có tiến trình đồng bộ gửi các trạng \
                 thái này thành đã xử lý xong.",
            ),
            fields: &["status"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::StatusAhead,
            severity: Some(Severity::Low),
            title: said("Status is ahead of the hub", "Trạng thái đi trước hệ thống một cửa"),
            when: said(
                "The left status can still become the right one.",
                "Trạng thái bên trái vẫn có thể chuyển thành trạng thái bên phải.",
            ),
            meaning_not: said(
                "It does not mean that the status is wrong: the hub may simply not have been told yet.",
                "Không có nghĩa là trạng thái sai: có thể hệ thống một cửa chưa được cập nhật.",
            ),
            fields: &["status"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::StatusConflict,
            severity: Some(Severity::High),
            title: said("Statuses contradict each other", "Trạng thái mâu thuẫn"),
            when: said(
                "Neither status can become the other.",
                "Không trạng thái nào có thể chuyển thành trạng thái kia.",
            ),
            meaning_not: said("It does not say which system is right.", "Không cho biết hệ thống nào đúng."),
            fields: &["status"],
            evidence: EVIDENCE,
        },
    ],
    thresholds: &[],
};

/// The finding that a relation of two statuses makes.
#[must_use]
pub const fn kind(relation: StatusRelation) -> Option<FindingKind> {
    match relation {
        StatusRelation::Same => None,
        StatusRelation::Behind => Some(FindingKind::StatusBehind),
        StatusRelation::Ahead => Some(FindingKind::StatusAhead),
        StatusRelation::Collapsed => Some(FindingKind::StatusCollapsed),
        StatusRelation::Conflict => Some(FindingKind::StatusConflict),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::status::{NationalStatus, relation};

    #[test]
    fn every_pair_of_statuses_makes_at_most_one_finding() {
        use NationalStatus as S;
        for hub in S::ALL {
            for other in S::ALL {
                assert_eq!(kind(relation(*hub, *other)).is_none(), hub == other);
            }
        }
        assert_eq!(kind(relation(S::Returned, S::Finished)), Some(FindingKind::StatusBehind));
        assert_eq!(kind(relation(S::Finished, S::Returned)), Some(FindingKind::StatusAhead));
        assert_eq!(kind(relation(S::Stopped, S::Finished)), Some(FindingKind::StatusCollapsed));
        assert_eq!(kind(relation(S::Withdrawn, S::Finished)), Some(FindingKind::StatusConflict));
    }
}

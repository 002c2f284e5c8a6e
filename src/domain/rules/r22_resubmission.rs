//! R22: the same person asks for the same procedure again after a dossier that ended without a result.
//!
//! It must not count as a fault: it explains why two dossiers look alike.

use chrono::{NaiveDateTime, TimeDelta};

use super::{FindingEntry, Rule, Threshold, said};
use crate::domain::finding_kind::{FindingKind, Severity};
use crate::domain::status::{NationalStatus, StatusClass};

/// How long after the end another dossier is taken for the same wish.
pub const WITHIN_DAYS: u32 = 60;

pub const RULE: Rule = Rule {
    id: "R22",
    title: said("Handed in again", "Nộp lại hồ sơ"),
    source: said(
        "A dossier withdrawn (status 7) and then a new one by the same applicant is no double entry: \
         derived from the statuses of the national list [S].",
        "Hồ sơ đã rút (trạng thái 7) rồi người đó nộp hồ sơ mới không phải là nhập trùng: suy ra từ danh \
         mục trạng thái quốc gia [S].",
    ),
    findings: &[FindingEntry {
        kind: FindingKind::Resubmission,
        severity: Some(Severity::Info),
        title: said("Handed in again", "Nộp lại sau khi rút, bị từ chối hoặc dừng xử lý"),
        when: said(
            "In the hub: the same identity number and procedure came again within `resubmission_within` \
             after a dossier ended as withdrawn, refused or stopped. With `[duplicates] by_score` also where the \
             number has a slip or is missing and the score takes the two for one dossier.",
            "Trong hệ thống một cửa: cùng số định danh và thủ tục được nộp lại trong vòng \
             `resubmission_within` sau khi hồ sơ trước kết thúc do rút, không được tiếp nhận hoặc dừng xử \
             lý. Khi bật `[duplicates] by_score`, cả khi số định danh bị gõ sai hoặc thiếu mà theo điểm số \
             hai hồ sơ được coi là một.",
        ),
        meaning_not: said(
            "It does not mean that the dossier was typed twice: the first one had ended without a result.",
            "Không có nghĩa là nhập trùng: hồ sơ trước đã kết thúc mà không có kết quả.",
        ),
        fields: &[],
        evidence: &["code", "procedure", "id_number", "received_at", "finished_at", "status"],
    }],
    thresholds: &[Threshold {
        key: "resubmission_within",
        default: "60d",
        meaning: said(
            "how long after the end of the first dossier the second may come",
            "khoảng thời gian từ khi hồ sơ trước kết thúc đến khi hồ sơ sau được tiếp nhận",
        ),
    }],
};

/// Ended, and without a result: withdrawn, refused at the door, or stopped.
#[must_use]
pub fn ended_without_result(status: NationalStatus) -> bool {
    matches!(status.class(), StatusClass::Withdrawn | StatusClass::Refused | StatusClass::Stopped)
}

/// A dossier of the same number and procedure came after one that ended without a result, and soon enough.
#[must_use]
pub fn resubmission(
    earlier: NationalStatus,
    earlier_ended: NaiveDateTime,
    later_received: NaiveDateTime,
    within: TimeDelta,
) -> bool {
    let after = later_received - earlier_ended;
    ended_without_result(earlier) && after >= TimeDelta::zero() && after <= within
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn again_after_an_end_without_result() {
        let ended =
            NaiveDate::from_ymd_opt(2024, 3, 1).expect("a date").and_hms_opt(9, 0, 0).expect("a time");
        let within = TimeDelta::days(WITHIN_DAYS.into());
        let judged = |status, after| resubmission(status, ended, ended + after, within);
        for status in NationalStatus::ALL {
            let expected = matches!(status.code(), 3 | 7 | 8);
            assert_eq!(judged(*status, TimeDelta::days(1)), expected, "{status:?}");
        }
        assert!(judged(NationalStatus::Withdrawn, TimeDelta::zero()));
        assert!(judged(NationalStatus::Withdrawn, within));
        assert!(!judged(NationalStatus::Withdrawn, within + TimeDelta::seconds(1)), "too long after");
        assert!(!judged(NationalStatus::Withdrawn, -TimeDelta::seconds(1)), "while the first was open");
        assert_eq!(RULE.thresholds[0].default, format!("{WITHIN_DAYS}d"));
    }
}

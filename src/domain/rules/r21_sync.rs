//! R21: days without sync, and a note of the sync that is not true.
//!
//! It must not repeat for every dossier what one silent day explains: a gap is one finding without a case.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};

use super::{FindingEntry, Rule, Threshold, said};
use crate::domain::finding_kind::{FindingKind, Severity};

/// So many dossiers received on a day make its silence a gap.
pub const GAP_AT_LEAST: u32 = 5;

pub const RULE: Rule = Rule {
    id: "R21",
    title: said("Days without sync and untrue notes", "Ngày không đồng bộ và cờ đồng bộ không đúng"),
    source: said(
        "A known system sends progress in chunks of ten, and a chunk that fails in part leaves the flag at \
         0; its recurring job stood commented out, so that whole days passed without sync [S].",
        "Có hệ thống gửi tiến trình theo lô mười bản ghi, lô lỗi một phần để lại cờ 0; tác vụ đồng bộ định \
         kỳ từng bị tắt trong mã nguồn nên có những ngày không đồng bộ [S].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::SyncGap,
            severity: Some(Severity::High),
            title: said("A day without sync", "Ngày không có đồng bộ"),
            when: said(
                "Of a system and a day, without a case: at least `sync_gap_at_least` dossiers that the hub \
                 received for the system were due there on that day, and nothing was synced (`synced_at`). Due on \
                 the day of receipt, or as many days later as most of the system's records come: a job that \
                 runs after midnight brings the day before. Days before the first sync and within the grace are \
                 left out, and so is an unhealthy feed. `detail` names the day.",
                "Theo hệ thống và ngày, không gắn với hồ sơ: ít nhất `sync_gap_at_least` hồ sơ hệ thống một cửa \
                 tiếp nhận cho hệ thống đến hạn đồng bộ trong ngày đó nhưng không có hồ sơ nào được đồng bộ \
                 (`synced_at`). Hạn đồng bộ là ngày tiếp nhận, hoặc muộn hơn đúng số ngày mà phần lớn bản ghi của hệ \
                 thống thường đến: tác vụ chạy sau nửa đêm chuyển hồ sơ của ngày trước. Không xét những ngày trước \
                 lần đồng bộ đầu tiên, những ngày còn trong hạn và hệ thống có dữ liệu không tốt. `detail` ghi ngày.",
            ),
            meaning_not: said(
                "It does not mean that the dossiers of that day are lost: a later sync may have brought \
                 them.",
                "Không có nghĩa là hồ sơ của ngày đó bị mất: lần đồng bộ sau có thể đã chuyển sang.",
            ),
            fields: &["synced_at"],
            evidence: &["system", "detail", "synced_at", "received_at"],
        },
        FindingEntry {
            kind: FindingKind::FlagStale,
            severity: Some(Severity::Low),
            title: said("Noted as not synced, but there", "Ghi chưa đồng bộ nhưng Cổng đã có"),
            when: said(
                "The hub's `sync_flag` says no, the portal has the dossier, and it is older than \
                 `late_after`.",
                "`sync_flag` của hệ thống một cửa ghi chưa đồng bộ, nhưng Cổng đã có hồ sơ và hồ sơ đã quá \
                 `late_after`.",
            ),
            meaning_not: said(
                "It does not mean that anything is missing: only the hub's note is out of date.",
                "Không có nghĩa là thiếu hồ sơ: chỉ có cờ đồng bộ của hệ thống một cửa chưa được cập nhật.",
            ),
            fields: &["sync_flag"],
            evidence: &["sync_flag", "code", "received_at", "synced_at", "status"],
        },
        FindingEntry {
            kind: FindingKind::FlagUntrue,
            severity: Some(Severity::Medium),
            title: said("Noted as synced, but not there", "Ghi đã đồng bộ nhưng Cổng chưa có"),
            when: said(
                "The hub's `sync_flag` says yes, and the portal lacks the dossier beyond `late_after` and nothing excuses it.",
                "`sync_flag` của hệ thống một cửa ghi đã đồng bộ, nhưng quá `late_after` mà Cổng vẫn chưa \
                 có hồ sơ.",
            ),
            meaning_not: said(
                "It does not mean that somebody set the note by hand: the job may have written it before \
                 the portal answered.",
                "Không có nghĩa là có người tự đặt cờ: tiến trình đồng bộ có thể đã ghi cờ trước khi Cổng \
                 phản hồi.",
            ),
            fields: &["sync_flag"],
            evidence: &["sync_flag", "code", "received_at", "status", "unit"],
        },
    ],
    thresholds: &[Threshold {
        key: "sync_gap_at_least",
        default: "5",
        meaning: said(
            "dossiers the hub received for a system on a day, from which on its silence is a gap",
            "số hồ sơ hệ thống một cửa tiếp nhận trong ngày cho một hệ thống, từ mức này nếu không đồng bộ \
             thì tính là ngày trống",
        ),
    }],
};

/// The hub notes "not synced" of a dossier that the portal has, and had time to note otherwise.
#[must_use]
pub fn flag_stale(flag: Option<bool>, there: bool, age: TimeDelta, late_after: TimeDelta) -> bool {
    flag == Some(false) && there && age >= late_after
}

/// The hub notes "synced" of a dossier that the portal lacks though its grace is over.
#[must_use]
pub fn flag_untrue(flag: Option<bool>, there: bool, age: TimeDelta, late_after: TimeDelta) -> bool {
    flag == Some(true) && !there && age >= late_after
}

/// The days on which the hub received enough dossiers for a system and nothing was synced there, in order.
///
/// The caller gives only days whose syncs the feed must hold. A job that runs after midnight brings the
/// dossiers of a day on the next one, so the days after a silent one show as gaps there.
#[must_use]
pub fn gap_days(
    received: &BTreeMap<NaiveDate, u64>,
    synced: &BTreeSet<NaiveDate>,
    at_least: u64,
) -> Vec<NaiveDate> {
    let silent =
        |(day, count): (&NaiveDate, &u64)| (*count >= at_least && !synced.contains(day)).then_some(*day);
    received.iter().filter_map(silent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: TimeDelta = TimeDelta::hours(1);
    const LATE: TimeDelta = TimeDelta::hours(24);

    #[test]
    fn a_flag_of_no_is_stale_when_the_dossier_is_there() {
        assert!(flag_stale(Some(false), true, LATE, LATE));
        assert!(!flag_stale(Some(false), true, LATE - HOUR, LATE), "within the grace");
        assert!(!flag_stale(Some(false), false, LATE, LATE), "it is not there");
        assert!(!flag_stale(Some(true), true, LATE, LATE));
        assert!(!flag_stale(None, true, LATE, LATE), "no note");
    }

    #[test]
    fn a_flag_of_yes_is_untrue_when_the_dossier_is_not_there() {
        assert!(flag_untrue(Some(true), false, LATE, LATE));
        assert!(!flag_untrue(Some(true), false, LATE - HOUR, LATE), "within the grace");
        assert!(!flag_untrue(Some(true), true, LATE, LATE), "it is there");
        assert!(!flag_untrue(Some(false), false, LATE, LATE));
        assert!(!flag_untrue(None, false, LATE, LATE), "no note");
    }

    #[test]
    fn gaps_are_busy_days_without_sync() {
        let day = |d| NaiveDate::from_ymd_opt(2024, 3, d).expect("a date");
        let received = BTreeMap::from([(day(4), 5), (day(5), 4), (day(6), 80), (day(7), 9), (day(8), 0)]);
        let synced = BTreeSet::from([day(7), day(20)]);
        assert_eq!(gap_days(&received, &synced, GAP_AT_LEAST.into()), [day(4), day(6)]);
        assert_eq!(gap_days(&received, &synced, 81), []);
        assert_eq!(gap_days(&BTreeMap::new(), &synced, 5), []);
        assert_eq!(RULE.thresholds[0].default, GAP_AT_LEAST.to_string());
    }
}

//! R11: one system says that a dossier ended in time, another that it ended late.
//!
//! It must not hold a side against its own due time: both are held against the hub's.

use chrono::NaiveDateTime;

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R11",
    title: said(
        "Late in one system, in time in the other",
        "Quá hạn ở hệ thống này, đúng hạn ở hệ thống kia",
    ),
    source: said(
        "A dossier is in time when it ended no later than its due time, as the public description of the \
         QĐ 766 formulas has it [S]; one product holds another field against the due time in another \
         report [S].",
        "Hồ sơ đúng hạn khi kết thúc không muộn hơn ngày hẹn trả, theo tài liệu mô tả công thức QĐ 766 \
         [S]; trong cùng một phần mềm, báo cáo khác lại so trường khác với ngày hẹn trả [S].",
    ),
    findings: &[FindingEntry {
        kind: FindingKind::LateHidden,
        severity: Some(Severity::High),
        title: said(
            "Ended late in one system, in time in the other",
            "Một hệ thống ghi trả quá hạn, hệ thống kia ghi đúng hạn",
        ),
        when: said(
            "Both sides have ended. Held against the hub's due day, the end of one side (`returned_at` \
             where both have it, else `finished_at`) is in time, and that of the other is on a later day. The finding stands \
             at the side that says in time.",
            "Hồ sơ đã kết thúc ở cả hai bên. So với ngày hẹn trả của hệ thống một cửa, ngày kết thúc của \
             một bên (`returned_at` nếu cả hai bên đều có, nếu không thì `finished_at`) là đúng hạn, còn bên kia vào ngày sau \
             đó. Sai lệch được ghi cho bên báo đúng hạn.",
        ),
        meaning_not: said(
            "It does not prove that lateness was hidden: one system may record the signing and the other \
             the handing over.",
            "Không chứng minh việc che giấu quá hạn: một hệ thống có thể ghi ngày ký, hệ thống kia ghi \
             ngày trả kết quả.",
        ),
        fields: &["returned_at", "finished_at"],
        evidence: &["due_at", "finished_at", "returned_at", "status", "unit"],
    }],
    thresholds: &[],
};

/// A side of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Hub,
    Other,
}

/// When a record says the dossier ended: handed over, else finished.
#[must_use]
pub fn end(finished: Option<NaiveDateTime>, returned: Option<NaiveDateTime>) -> Option<NaiveDateTime> {
    returned.or(finished)
}

/// The side that says in time while the other says late; all three are days.
#[must_use]
pub fn late_hidden<Day: Ord>(hub_due: Day, hub_end: Day, other_end: Day) -> Option<Side> {
    match (hub_end <= hub_due, other_end <= hub_due) {
        (true, false) => Some(Side::Hub),
        (false, true) => Some(Side::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 3, day).expect("a date")
    }

    #[test]
    fn the_side_in_time_has_the_fault() {
        let due = day(15);
        assert_eq!(late_hidden(due, day(15), day(16)), Some(Side::Hub), "the due day itself is in time");
        assert_eq!(late_hidden(due, day(16), day(15)), Some(Side::Other));
        assert_eq!(late_hidden(due, day(14), day(15)), None, "both in time");
        assert_eq!(late_hidden(due, day(16), day(20)), None, "both late");
    }

    #[test]
    fn handing_over_comes_before_finishing() {
        let moment = |d| day(d).and_hms_opt(9, 0, 0);
        assert_eq!(end(moment(14), moment(15)), moment(15));
        assert_eq!(end(moment(14), None), moment(14));
        assert_eq!(end(None, moment(15)), moment(15));
        assert_eq!(end(None, None), None);
    }
}

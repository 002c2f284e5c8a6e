//! R10: a due time was changed without a record, set beyond what the procedure allows, or put off too often.
//!
//! It must not count the days itself: the last allowed day comes from the calendar and the catalogue.

use chrono::{NaiveDate, NaiveDateTime};

use super::{FindingEntry, Rule, Threshold, said};
use crate::domain::finding_kind::{FindingKind, Severity};

const EVIDENCE: &[&str] = &[
    "due_at",
    "due_before",
    "extensions",
    "supplements",
    "supplement_asked_at",
    "supplemented_at",
    "apology_at",
    "received_at",
    "procedure",
];

/// A due time may be put off once: NĐ 61/2018/NĐ-CP Article 19, as recalled [R-M].
pub const MAX_EXTENSIONS: u32 = 1;

pub const RULE: Rule = Rule {
    id: "R10",
    title: said("Due date", "Ngày hẹn trả"),
    source: said(
        "A one-stop system records the due time before and after a supplement, and an apology with the new \
         due time [S]. NĐ 61/2018/NĐ-CP Article 19 allows one re-appointment [R-M]. A supplement adds its \
         waiting time to the due time [S].",
        "Hệ thống một cửa lưu ngày hẹn trả trước và sau khi bổ sung hồ sơ, và văn bản xin lỗi kèm ngày hẹn \
         trả mới [S]. Điều 19 Nghị định 61/2018/NĐ-CP cho phép hẹn lại một lần [R-M]. Thời gian chờ bổ \
         sung được cộng vào ngày hẹn trả [S].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::DueDateChanged,
            severity: Some(Severity::High),
            title: said(
                "Due date differs without a record of the change",
                "Ngày hẹn trả bị thay đổi không có căn cứ",
            ),
            when: said(
                "The due times fall on different days, and the hub records no change that explains it: no \
                 earlier due time equal to the other side's, no supplement, extension or apology.",
                "Ngày hẹn trả ở hai bên là hai ngày khác nhau, và hệ thống một cửa không ghi nhận thay đổi \
                 nào giải thích được: không có ngày hẹn trả trước trùng với bên kia, không có lần bổ sung, \
                 gia hạn hay văn bản xin lỗi.",
            ),
            meaning_not: said(
                "It does not prove manipulation: the extension may be recorded outside these feeds.",
                "Không chứng minh có sự can thiệp: việc gia hạn có thể được ghi nhận ngoài các nguồn dữ \
                 liệu này.",
            ),
            fields: &["due_at"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::DueBeyondLimit,
            severity: Some(Severity::Medium),
            title: said(
                "Due date beyond the time the procedure allows",
                "Ngày hẹn trả vượt thời hạn giải quyết của thủ tục",
            ),
            when: said(
                "In the hub: no supplement, extension or earlier due time is recorded, and the due day is \
                 after the last day that the procedure's longest time allows, counted from the receipt \
                 (moved to the next working day when outside office hours).",
                "Trong hệ thống một cửa: không ghi nhận bổ sung, gia hạn hay ngày hẹn trả trước, và ngày \
                 hẹn trả sau ngày cuối cùng theo thời hạn giải quyết của thủ tục, tính từ lúc tiếp nhận \
                 (chuyển sang ngày làm việc tiếp theo nếu ngoài giờ hành chính).",
            ),
            meaning_not: said(
                "It does not mean that the citizen waited too long: the result may have been ready \
                 earlier, and the catalogue may lag behind.",
                "Không có nghĩa là người dân phải chờ quá lâu: kết quả có thể có sớm hơn, và danh mục thủ \
                 tục có thể chưa cập nhật.",
            ),
            fields: &["due_at"],
            evidence: &["due_at", "received_at", "procedure", "supplements", "extensions", "due_before"],
        },
        FindingEntry {
            kind: FindingKind::ExtendedTwice,
            severity: Some(Severity::Medium),
            title: said("Due date put off more than once", "Gia hạn ngày hẹn trả quá một lần"),
            when: said(
                "In the hub: more re-appointments are recorded than `max_extensions`.",
                "Trong hệ thống một cửa: số lần gia hạn được ghi nhận nhiều hơn `max_extensions`.",
            ),
            meaning_not: said(
                "It does not mean that the citizen was not told: each extension may have had its letter of \
                 apology.",
                "Không có nghĩa là người dân không được thông báo: mỗi lần gia hạn có thể đã có văn bản \
                 xin lỗi.",
            ),
            fields: &["extensions"],
            evidence: &["extensions", "due_before", "due_at", "apology_at", "procedure"],
        },
    ],
    thresholds: &[Threshold {
        key: "max_extensions",
        default: "1",
        meaning: said(
            "re-appointments that are in order, of one dossier",
            "số lần hẹn lại được phép của một hồ sơ",
        ),
    }],
};

/// What a record says of changes of its due time; `None` is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordedChange {
    /// Ngày hẹn trả trước.
    pub due_before: Option<NaiveDateTime>,
    /// Số lần yêu cầu bổ sung.
    pub supplements: Option<u32>,
    /// Số lần gia hạn.
    pub extensions: Option<u32>,
    /// Ngày ban hành văn bản xin lỗi: the form also asks for the extension [S-low].
    pub apology_at: Option<NaiveDateTime>,
}

impl RecordedChange {
    /// A supplement, an extension or an earlier due time is recorded, so that the due time says nothing
    /// of the first appointment.
    #[must_use]
    pub fn moves_the_due_time(&self) -> bool {
        let some = |count: Option<u32>| count.is_some_and(|count| count > 0);
        self.due_before.is_some() || some(self.supplements) || some(self.extensions)
    }
}

/// The due time was put off more often than allowed.
#[must_use]
pub const fn extended_twice(extensions: u32, allowed: u32) -> bool {
    extensions > allowed
}

/// The due time falls on a day after the last one allowed.
#[must_use]
pub fn beyond_limit(due: NaiveDateTime, last_day: NaiveDate) -> bool {
    due.date() > last_day
}

/// A change that the hub records explains why the other side shows another due day: the other side still
/// shows the day before the change, or a supplement, an extension or an apology is recorded.
#[must_use]
pub fn change_is_recorded(hub: &RecordedChange, other_due: NaiveDateTime) -> bool {
    let not_told_yet = hub.due_before.is_some_and(|before| before.date() == other_due.date());
    let some = |count: Option<u32>| count.is_some_and(|count| count > 0);
    not_told_yet || some(hub.supplements) || some(hub.extensions) || hub.apology_at.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32, hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2024, 3, day).expect("a date").and_hms_opt(hour, 0, 0).expect("a time")
    }

    #[test]
    fn one_extension_is_in_order() {
        assert!(!extended_twice(0, MAX_EXTENSIONS));
        assert!(!extended_twice(1, MAX_EXTENSIONS));
        assert!(extended_twice(2, MAX_EXTENSIONS));
        assert!(!extended_twice(2, 2), "the pipeline allows two");
        assert_eq!(RULE.thresholds[0].default, MAX_EXTENSIONS.to_string());
    }

    #[test]
    fn the_last_day_is_allowed_until_its_end() {
        let last = at(15, 0).date();
        assert!(!beyond_limit(at(14, 17), last));
        assert!(!beyond_limit(at(15, 23), last));
        assert!(beyond_limit(at(16, 0), last));
    }

    #[test]
    fn what_moves_the_due_time() {
        let none = RecordedChange::default();
        assert!(!none.moves_the_due_time());
        assert!(!RecordedChange { supplements: Some(0), extensions: Some(0), ..none }.moves_the_due_time());
        assert!(RecordedChange { supplements: Some(1), ..none }.moves_the_due_time());
        assert!(RecordedChange { extensions: Some(1), ..none }.moves_the_due_time());
        assert!(RecordedChange { due_before: Some(at(1, 17)), ..none }.moves_the_due_time());
        assert!(
            !RecordedChange { apology_at: Some(at(1, 17)), ..none }.moves_the_due_time(),
            "a letter alone"
        );
    }

    #[test]
    fn a_change_is_explained_by_what_is_recorded() {
        let none = RecordedChange::default();
        let other = at(15, 17);
        assert!(!change_is_recorded(&none, other));
        assert!(!change_is_recorded(
            &RecordedChange { supplements: Some(0), extensions: Some(0), ..none },
            other
        ));
        assert!(
            change_is_recorded(&RecordedChange { due_before: Some(at(15, 11)), ..none }, other),
            "one day"
        );
        assert!(!change_is_recorded(&RecordedChange { due_before: Some(at(14, 17)), ..none }, other));
        assert!(change_is_recorded(&RecordedChange { supplements: Some(1), ..none }, other));
        assert!(change_is_recorded(&RecordedChange { extensions: Some(1), ..none }, other));
        assert!(change_is_recorded(&RecordedChange { apology_at: Some(at(14, 8)), ..none }, other));
    }
}

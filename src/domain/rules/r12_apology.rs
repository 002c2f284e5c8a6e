//! R12: a late dossier without its letter of apology (văn bản xin lỗi), or with one that came too late.
//!
//! It must not be asked where the feed has no column of apologies: an empty column is not a missing letter.

use chrono::{NaiveDateTime, TimeDelta};

use super::{FindingEntry, Rule, Threshold, said};
use crate::domain::finding_kind::{FindingKind, Severity};

const EVIDENCE: &[&str] =
    &["due_at", "finished_at", "returned_at", "apology_at", "extensions", "status", "unit", "procedure"];

/// How long an open dossier may be past its due day without a letter.
pub const APOLOGY_GRACE: TimeDelta = TimeDelta::zero();

pub const RULE: Rule = Rule {
    id: "R12",
    title: said("Letter of apology", "Văn bản xin lỗi"),
    source: said(
        "For a late dossier the head of the handling unit issues a letter of apology at once and answers \
         to the chairman [S, Đông Hà 2020], and provinces are scored on doing so in full [S, Gia Lai \
         2022]. Form 04 of TT 03/2025/TT-VPCP is the letter with the request for an extension [S-low]. NĐ \
         61/2018/NĐ-CP Article 19: notice at least one day before the due date [R-M].",
        "Hồ sơ quá hạn thì người đứng đầu đơn vị giải quyết phải kịp thời có văn bản xin lỗi và giải trình \
         với Chủ tịch Ủy ban nhân dân [S, Đông Hà 2020]; địa phương được đánh giá theo việc xin lỗi đầy đủ \
         [S, Gia Lai 2022]. Mẫu số 04 của TT 03/2025/TT-VPCP là văn bản xin lỗi và đề nghị gia hạn \
         [S-low]. Điều 19 Nghị định 61/2018/NĐ-CP: thông báo trước ngày hết hạn ít nhất một ngày [R-M].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::NoApology,
            severity: Some(Severity::Medium),
            title: said("Late without a letter of apology", "Quá hạn nhưng không có văn bản xin lỗi"),
            when: said(
                "In the hub, where `apology_at` is mapped: the dossier ended after its due day, or is open \
                 and past it by more than `apology_grace`, and has no `apology_at`. What waits for the citizen (5, 6) \
                 or ended without a date is not asked.",
                "Trong hệ thống một cửa, khi có ánh xạ `apology_at`: hồ sơ kết thúc sau ngày hẹn trả, hoặc \
                 đang giải quyết và đã quá ngày hẹn trả hơn `apology_grace`, mà không có `apology_at`.",
            ),
            meaning_not: said(
                "It does not mean that nobody apologised: a letter on paper may not be recorded.",
                "Không có nghĩa là không ai xin lỗi: văn bản giấy có thể chưa được cập nhật vào hệ thống.",
            ),
            fields: &["apology_at"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::ApologyTooLate,
            severity: Some(Severity::Low),
            title: said("Letter of apology after the due date", "Văn bản xin lỗi ban hành sau ngày hẹn trả"),
            when: said(
                "In the hub: `apology_at` is on a later day than `due_at`.",
                "Trong hệ thống một cửa: `apology_at` sau ngày `due_at`.",
            ),
            meaning_not: said(
                "It does not mean that the letter was worthless, only that it came after the appointment \
                 it is about.",
                "Không có nghĩa là văn bản không có giá trị, mà chỉ là được ban hành sau ngày hẹn trả.",
            ),
            fields: &["apology_at"],
            evidence: EVIDENCE,
        },
    ],
    thresholds: &[Threshold {
        key: "apology_grace",
        default: "0d",
        meaning: said(
            "how long an open dossier may be past its due day without a letter",
            "khoảng thời gian hồ sơ đang giải quyết được quá ngày hẹn trả mà chưa có văn bản xin lỗi",
        ),
    }],
};

/// What a record says of its end and of the letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    pub due: NaiveDateTime,
    /// When it ended; `None` while it is open.
    pub ended: Option<NaiveDateTime>,
    /// It waits for the citizen (statuses 5 and 6): its time stands still.
    pub waits: bool,
    pub apology: Option<NaiveDateTime>,
}

impl Lateness {
    /// Ended after the due day, or open and past it by more than the grace.
    #[must_use]
    pub fn is_late(&self, as_of: NaiveDateTime, grace: TimeDelta) -> bool {
        match self.ended {
            Some(ended) => ended.date() > self.due.date(),
            None if self.waits => false,
            None => {
                let day_after = self.due.date().succ_opt().map(|day| day.and_time(chrono::NaiveTime::MIN));
                day_after.is_some_and(|day_after| as_of - day_after > grace)
            }
        }
    }
}

/// What is wrong with the letter of apology of a dossier, if anything. A letter on the due day is in time.
#[must_use]
pub fn apology(record: &Lateness, as_of: NaiveDateTime, grace: TimeDelta) -> Option<FindingKind> {
    match record.apology {
        Some(apology) => (apology.date() > record.due.date()).then_some(FindingKind::ApologyTooLate),
        None => record.is_late(as_of, grace).then_some(FindingKind::NoApology),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn at(day: u32, hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2024, 3, day).expect("a date").and_hms_opt(hour, 0, 0).expect("a time")
    }

    fn ended(day: u32) -> Lateness {
        Lateness { due: at(15, 11), ended: Some(at(day, 16)), waits: false, apology: None }
    }

    fn open() -> Lateness {
        Lateness { ended: None, ..ended(1) }
    }

    fn judged(record: Lateness) -> Option<FindingKind> {
        apology(&record, at(20, 2), APOLOGY_GRACE)
    }

    #[test]
    fn ended_after_the_due_day_without_a_letter() {
        assert_eq!(judged(ended(16)), Some(FindingKind::NoApology));
        assert_eq!(judged(ended(15)), None, "later on the due day is in time by day");
        assert_eq!(judged(ended(14)), None);
    }

    #[test]
    fn open_and_past_the_due_day_by_more_than_the_grace() {
        assert_eq!(judged(open()), Some(FindingKind::NoApology));
        assert_eq!(apology(&open(), at(15, 23), APOLOGY_GRACE), None, "the due day itself");
        assert_eq!(apology(&open(), at(16, 0), APOLOGY_GRACE), None, "not a moment past it");
        assert_eq!(apology(&open(), at(16, 1), APOLOGY_GRACE), Some(FindingKind::NoApology));
        assert_eq!(apology(&open(), at(18, 0), TimeDelta::days(2)), None, "within the grace");
        assert_eq!(apology(&open(), at(18, 1), TimeDelta::days(2)), Some(FindingKind::NoApology));
    }

    #[test]
    fn a_dossier_that_waits_for_the_citizen_is_not_late() {
        assert_eq!(judged(Lateness { waits: true, ..open() }), None);
        assert_eq!(
            judged(Lateness { waits: true, ..ended(16) }),
            Some(FindingKind::NoApology),
            "it has ended"
        );
    }

    #[test]
    fn a_letter_is_in_time_up_to_the_due_day() {
        for (day, expected) in [(14, None), (15, None), (16, Some(FindingKind::ApologyTooLate))] {
            let letter = |record: Lateness| Lateness { apology: Some(at(day, 17)), ..record };
            assert_eq!(judged(letter(ended(16))), expected);
            assert_eq!(judged(letter(open())), expected);
            assert_eq!(judged(letter(ended(14))), expected, "in time all the same");
        }
    }
}

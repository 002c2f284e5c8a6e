//! R09: a date differs between two systems.
//!
//! It must not judge due times, whose change is R10, nor end dates, which follow from the status.

use super::{FindingEntry, Rule, said};
use crate::domain::date::DateRelation;
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R09",
    title: said("Dates", "Ngày tháng"),
    source: said(
        "Exports write dates in many forms; midnight expressed in UTC becomes the day before, and one \
         producer wrote minutes for months, so that the month of birth silently becomes 01 [S].",
        "Các tệp kết xuất ghi ngày theo nhiều dạng; 0 giờ ghi theo giờ UTC thành ngày hôm trước, và có \
         phần mềm dùng ký hiệu phút thay cho tháng nên tháng sinh thành 01 [S].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::DateShifted,
            severity: Some(Severity::Low),
            title: said("Date shifted by a day or seven hours", "Ngày lệch một ngày hoặc bảy giờ"),
            when: said(
                "One day apart at the same time of day, or exactly seven hours; to the minute where one of the \
                 systems writes no seconds. A due time only where seven hours make it another day.",
                "Lệch đúng một ngày cùng giờ trong ngày, hoặc lệch đúng bảy giờ; tính đến phút nếu một trong hai \
                 hệ thống không ghi giây. Với ngày hẹn trả: chỉ khi lệch bảy giờ làm thành ngày khác.",
            ),
            meaning_not: said(
                "It does not mean that a date was altered: a time zone written wrongly has this effect.",
                "Không có nghĩa là ngày bị sửa: ghi sai múi giờ cũng cho kết quả này.",
            ),
            fields: &["birth_date", "received_at", "due_at"],
            evidence: &["birth_date", "received_at", "submitted_at", "due_at"],
        },
        FindingEntry {
            kind: FindingKind::DayMonthSwapped,
            severity: Some(Severity::Low),
            title: said("Day and month swapped", "Ngày và tháng bị đảo"),
            when: said(
                "The same date with day and month exchanged.",
                "Cùng một ngày nhưng ngày và tháng đổi chỗ cho nhau.",
            ),
            meaning_not: said(
                "It does not mean that two different dates were declared.",
                "Không có nghĩa là đã khai hai ngày khác nhau.",
            ),
            fields: &["birth_date", "received_at", "due_at"],
            evidence: &["birth_date", "received_at", "due_at"],
        },
        FindingEntry {
            kind: FindingKind::BirthMonthLost,
            severity: Some(Severity::Low),
            title: said("Month of birth became January", "Tháng sinh bị mất, thành tháng 01"),
            when: said(
                "Same year and day, one side says January.",
                "Cùng năm và ngày, một bên ghi tháng 01.",
            ),
            meaning_not: said(
                "It does not mean that these are two people: a wrong date pattern has this effect.",
                "Không có nghĩa là hai người khác nhau: dùng sai mẫu ngày cũng cho kết quả này.",
            ),
            fields: &["birth_date"],
            evidence: &["birth_date", "id_number", "owner_name"],
        },
        FindingEntry {
            kind: FindingKind::DateConflict,
            severity: Some(Severity::Medium),
            title: said("Dates differ", "Ngày không khớp"),
            when: said(
                "Another date; a birth of which one side knows only the year or month is compared as far \
                 as that. Another time on the same day is a difference (`time_of_day`) without a finding, \
                 and none where it is only the seconds that one of the systems does not write. \
                 `finished_at` and `returned_at` are listed in table `differences` and make no finding: \
                 they follow from the status.",
                "Ngày khác nhau; nếu một bên chỉ biết năm hoặc tháng sinh thì chỉ so đến mức đó. Khác giờ \
                 trong cùng một ngày là điểm khác nhau (`time_of_day`) nhưng không thành sai lệch; không \
                 tính phần giây mà một trong hai hệ thống không ghi. \
                 `finished_at` và `returned_at` được liệt kê trong bảng `differences` và không tạo sai \
                 lệch vì chúng đi theo trạng thái.",
            ),
            meaning_not: said(
                "It does not say which system is right, nor that a deadline was missed.",
                "Không cho biết hệ thống nào đúng, cũng không có nghĩa là hồ sơ quá hạn.",
            ),
            fields: &["birth_date", "received_at"],
            evidence: &["birth_date", "received_at", "submitted_at", "synced_at"],
        },
    ],
    thresholds: &[],
};

/// The finding that two full dates of birth make.
#[must_use]
pub const fn kind(relation: DateRelation) -> Option<FindingKind> {
    match relation {
        DateRelation::Same => None,
        DateRelation::MonthLost => Some(FindingKind::BirthMonthLost),
        DateRelation::DayMonthSwapped => Some(FindingKind::DayMonthSwapped),
        DateRelation::ShiftedOneDay | DateRelation::ShiftedSevenHours => Some(FindingKind::DateShifted),
        DateRelation::Differs => Some(FindingKind::DateConflict),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::date::relation;
    use chrono::NaiveDate;

    fn between(a: (i32, u32, u32), b: (i32, u32, u32)) -> Option<FindingKind> {
        let day = |(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).expect("a date");
        kind(relation(day(a), day(b)))
    }

    #[test]
    fn each_relation_makes_its_finding() {
        assert_eq!(between((1990, 5, 20), (1990, 5, 20)), None);
        assert_eq!(between((1990, 5, 20), (1990, 5, 19)), Some(FindingKind::DateShifted));
        assert_eq!(between((1990, 5, 7), (1990, 7, 5)), Some(FindingKind::DayMonthSwapped));
        assert_eq!(between((1990, 5, 20), (1990, 1, 20)), Some(FindingKind::BirthMonthLost));
        assert_eq!(between((1990, 5, 20), (1988, 2, 11)), Some(FindingKind::DateConflict));
    }
}

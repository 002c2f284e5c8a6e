//! R23: one person, or one agent for several, has several dossiers at a time, and rightly so.
//!
//! It must not excuse a pair for want of knowledge: a reason stands in the records or in the pipeline.

use chrono::NaiveDateTime;

use super::r06_code_collision::{Person, two_persons};
use super::r22_resubmission::ended_without_result;
use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::FindingKind;
use crate::domain::name::{self, NameRelation};
use crate::domain::status::NationalStatus;
use crate::domain::text::fold;

pub const RULE: Rule = Rule {
    id: "R23",
    title: said("Several dossiers of one person, rightly", "Một người có nhiều hồ sơ chính đáng"),
    source: said(
        "False double entries: certification of five copies on one day, several land rights, twins with \
         the same parents and birth date, a supplement handed in again, one agent filing for many. Both \
         the list and how they are told apart are derived.",
        "Các trường hợp trùng giả: chứng thực năm bản sao trong một ngày, nhiều quyền sử dụng đất, sinh \
         đôi cùng cha mẹ và ngày sinh, nộp lại sau bổ sung, một người được ủy quyền nộp cho nhiều người. \
         Cả danh sách và cách phân biệt đều là suy luận.",
    ),
    findings: &[FindingEntry {
        kind: FindingKind::SeveralRightly,
        severity: None,
        title: said("Several dossiers of one person, rightly", "Một người có nhiều hồ sơ chính đáng"),
        when: said(
            "A pair that would be `typed_twice` but for a reason: another owner (both number and name \
             differ, as when one agent files for several), an excepted procedure (`[duplicates] \
             except_procedures`), another `object`, another `subject_name`, or the later one came after \
             the earlier ended without a result. `detail` says the first of these: `other_owner`, \
             `excepted_procedure`, `other_object`, `other_subject`, `ended_without_result`.",
            "Cặp bản ghi lẽ ra là `typed_twice` nhưng có lý do: chủ hồ sơ khác (khác cả số định danh và họ \
             tên, như khi một người nộp thay cho nhiều người), thủ tục được loại trừ (`[duplicates] \
             except_procedures`), `object` khác, `subject_name` khác, hoặc hồ sơ sau đến khi hồ sơ trước \
             đã kết thúc không có kết quả. `detail` ghi lý do đầu tiên: `other_owner`, \
             `excepted_procedure`, `other_object`, `other_subject`, `ended_without_result`.",
        ),
        meaning_not: said(
            "It does not mean that anything is wrong: it is shown so that the exceptions themselves can be \
             checked.",
            "Không có nghĩa là có sai sót: được liệt kê để kiểm tra chính các trường hợp loại trừ.",
        ),
        fields: &[],
        evidence: &[
            "code",
            "procedure",
            "owner_name",
            "subject_name",
            "id_number",
            "object",
            "received_at",
            "status",
        ],
    }],
    thresholds: &[],
};

/// Why two dossiers of one person or agent, procedure and time are two, in the order in which they are asked:
/// whose a dossier is comes before why one person has several, and an exception of the pipeline is not
/// credited with what is nobody's repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegitimateReason {
    /// Somebody else's: another number and another name. One agent, or one phone of a household, for several.
    OtherOwner,
    /// The pipeline says that several at a time are normal, as in certification (chứng thực).
    ExceptedProcedure,
    /// Another parcel, certificate or plate.
    OtherObject,
    /// About somebody else: another child, another principal.
    OtherSubject,
    /// The earlier one was withdrawn, refused or stopped before the later one came.
    EndedWithoutResult,
}

impl LegitimateReason {
    /// The stable name written to outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherOwner => "other_owner",
            Self::ExceptedProcedure => "excepted_procedure",
            Self::OtherObject => "other_object",
            Self::OtherSubject => "other_subject",
            Self::EndedWithoutResult => "ended_without_result",
        }
    }
}

/// What a record says that tells it from another of the same person or agent, procedure and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dossier<'a> {
    /// Not the agent (người nộp), but whose dossier it is.
    pub owner: Person<'a>,
    pub object: Option<&'a str>,
    pub subject: Option<&'a str>,
    pub status: Option<NationalStatus>,
    pub received: Option<NaiveDateTime>,
    /// When it ended; `None` while it is open or where the record does not say.
    pub ended: Option<NaiveDateTime>,
}

/// Two dossiers that would count as typed twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pair<'a> {
    /// Their procedure is one of `[duplicates] except_procedures`.
    pub excepted: bool,
    pub earlier: Dossier<'a>,
    pub later: Dossier<'a>,
}

/// The first reason for which the pair is no double entry.
#[must_use]
pub fn repeat_is_legitimate(pair: &Pair<'_>) -> Option<LegitimateReason> {
    let Pair { excepted, earlier, later } = pair;
    if two_persons(earlier.owner, later.owner) {
        Some(LegitimateReason::OtherOwner)
    } else if *excepted {
        Some(LegitimateReason::ExceptedProcedure)
    } else if other_object(earlier, later) {
        Some(LegitimateReason::OtherObject)
    } else if other_subject(earlier, later) {
        Some(LegitimateReason::OtherSubject)
    } else if came_after_the_end(earlier, later) {
        Some(LegitimateReason::EndedWithoutResult)
    } else {
        None
    }
}

/// Both objects are known and are not one, blind to case, accents and punctuation.
fn other_object(earlier: &Dossier<'_>, later: &Dossier<'_>) -> bool {
    earlier.object.zip(later.object).is_some_and(|(a, b)| fold(a) != fold(b))
}

/// Both subjects are known and are not one. Names one letter apart are two here: siblings and twins are
/// often named so.
fn other_subject(earlier: &Dossier<'_>, later: &Dossier<'_>) -> bool {
    let differ = |(a, b)| matches!(name::relation(a, b), NameRelation::Near | NameRelation::Differs);
    earlier.subject.zip(later.subject).is_some_and(differ)
}

/// The later one was received no sooner than the earlier had ended without a result.
fn came_after_the_end(earlier: &Dossier<'_>, later: &Dossier<'_>) -> bool {
    let no_result = earlier.status.is_some_and(ended_without_result);
    no_result && earlier.ended.zip(later.received).is_some_and(|(ended, received)| ended <= received)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn at(hour: u32) -> Option<NaiveDateTime> {
        NaiveDate::from_ymd_opt(2024, 3, 1).and_then(|day| day.and_hms_opt(hour, 0, 0))
    }

    fn reason(earlier: Dossier<'_>, later: Dossier<'_>) -> Option<LegitimateReason> {
        repeat_is_legitimate(&Pair { excepted: false, earlier, later })
    }

    fn about<'a>(object: Option<&'a str>, subject: Option<&'a str>) -> Dossier<'a> {
        Dossier { object, subject, ..Dossier::default() }
    }

    #[test]
    fn nothing_known_excuses_nothing() {
        assert_eq!(repeat_is_legitimate(&Pair::default()), None);
    }

    #[test]
    fn an_excepted_procedure_is_enough() {
        let pair = Pair { excepted: true, ..Pair::default() };
        assert_eq!(repeat_is_legitimate(&pair), Some(LegitimateReason::ExceptedProcedure));
    }

    #[test]
    fn another_owner_by_number_and_name() {
        let of = |a, b| {
            let owned = |(number, name): (&'static str, &'static str)| {
                let known = |text: &'static str| Some(text).filter(|text| !text.is_empty());
                let owner = Person { id_number: known(number), name: known(name) };
                Dossier { owner, ..Dossier::default() }
            };
            reason(owned(a), owned(b))
        };
        let an = ("017090000123", "Trần Văn Mẫu");
        let other = Some(LegitimateReason::OtherOwner);
        assert_eq!(of(an, ("017191000456", "Lê Thị Ví Dụ")), other);
        assert_eq!(of(an, an), None);
        assert_eq!(of(an, ("017191000456", "TRAN VAN MAU")), None, "one name: the number may be a slip");
        assert_eq!(of(an, ("017090000123", "Lê Thị Ví Dụ")), None, "one number");
        assert_eq!(of(an, ("", "Lê Thị Ví Dụ")), None, "a placeholder is no number");
        assert_eq!(of(an, ("0170******23", "Lê Thị Ví Dụ")), None, "masked, and it may be the same");
        assert_eq!(of(an, ("0100109106", "Công ty TNHH Ví Dụ")), other, "the agent of a company as well");
        assert_eq!(of(an, ("0100109106", "Trần Văn Mẫu")), None, "a household business by its old tax code");
        assert_eq!(of(an, ("0100109106", "Hộ kinh doanh Trần Văn Mẫu")), None);
    }

    #[test]
    fn another_object_on_both_sides() {
        let of = |a, b| reason(about(a, None), about(b, None));
        assert_eq!(of(Some("Thửa 12, tờ 3"), Some("Thửa 13, tờ 3")), Some(LegitimateReason::OtherObject));
        assert_eq!(of(Some("Thửa 12, tờ 3"), Some("thua 12 to 3")), None, "one parcel, spelt another way");
        assert_eq!(of(Some("Thửa 12, tờ 3"), None), None, "one side does not say");
    }

    #[test]
    fn another_subject_on_both_sides() {
        let of = |a, b| reason(about(None, a), about(None, b));
        let other = Some(LegitimateReason::OtherSubject);
        assert_eq!(of(Some("Trần Văn Mẫu"), Some("Lê Thị Ví Dụ")), other);
        assert_eq!(of(Some("Trần Minh Hoa"), Some("Trần Minh Hòa")), other, "twins of near names");
        assert_eq!(of(Some("Trần Văn Mẫu"), Some("TRAN VAN MAU")), None, "one person");
        assert_eq!(of(Some("Trần Văn Mẫu"), None), None, "one side does not say");
    }

    #[test]
    fn after_the_earlier_ended_without_result() {
        let of = |status, ended, received| {
            let earlier = Dossier { status: NationalStatus::from_code(status), ended, ..Dossier::default() };
            reason(earlier, Dossier { received, ..Dossier::default() })
        };
        let ended = Some(LegitimateReason::EndedWithoutResult);
        for status in 1..=10 {
            let expected = if matches!(status, 3 | 7 | 8) { ended } else { None };
            assert_eq!(of(status, at(9), at(10)), expected, "{status}");
        }
        assert_eq!(of(7, at(9), at(9)), ended, "at the same moment");
        assert_eq!(of(7, at(10), at(9)), None, "it came before the first was withdrawn");
        assert_eq!(of(7, None, at(9)), None, "the end is not known");
        assert_eq!(of(7, at(9), None), None);
        assert_eq!(of(0, at(9), at(10)), None, "the status is not known");
    }

    #[test]
    fn the_first_reason_is_told_and_codes_are_stable() {
        let pair = Pair {
            excepted: false,
            earlier: about(Some("1"), Some("Trần Văn Mẫu")),
            later: about(Some("2"), Some("Lê Thị Ví Dụ")),
        };
        assert_eq!(repeat_is_legitimate(&pair), Some(LegitimateReason::OtherObject));
        let excepted = Pair { excepted: true, ..pair };
        assert_eq!(repeat_is_legitimate(&excepted), Some(LegitimateReason::ExceptedProcedure));
        let owner = |number, name| Person { id_number: Some(number), name: Some(name) };
        let earlier = Dossier { owner: owner("017090000123", "Trần Văn Mẫu"), ..pair.earlier };
        let later = Dossier { owner: owner("017191000456", "Lê Thị Ví Dụ"), ..pair.later };
        let for_two = Pair { excepted: true, earlier, later };
        assert_eq!(repeat_is_legitimate(&for_two), Some(LegitimateReason::OtherOwner));
        let codes = [
            LegitimateReason::OtherOwner,
            LegitimateReason::ExceptedProcedure,
            LegitimateReason::OtherObject,
            LegitimateReason::OtherSubject,
            LegitimateReason::EndedWithoutResult,
        ]
        .map(LegitimateReason::code);
        for code in codes {
            assert!(RULE.findings[0].when.en.contains(code) && RULE.findings[0].when.vi.contains(code));
        }
    }
}

//! R04: two records of one system are one dossier.
//!
//! It must not judge pairs that R23 excuses, nor merge what was typed twice: only a repeated code or a
//! repeated reference to the hub makes one record out of two.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R04",
    title: said("Two records of one system are one dossier", "Hai bản ghi của một hệ thống là một hồ sơ"),
    source: said(
        "Staff enter one dossier several times because the systems are not linked [S, Hòa Bình 2024]. \
         Certification, several land rights, twins and agents who file for many look alike and are right: \
         derived, see R23.",
        "Cán bộ phải nhập một hồ sơ nhiều lần vì các hệ thống chưa liên thông [S, Hòa Bình 2024]. Chứng \
         thực, nhiều quyền sử dụng đất, sinh đôi, người được ủy quyền nộp thay cho nhiều người trông giống \
         trùng nhưng là đúng: suy luận, xem R23.",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::TypedTwice,
            severity: Some(Severity::Medium),
            title: said("Typed twice in one system", "Nhập hai lần trong một hệ thống"),
            when: said(
                "Two records of one system, two codes: equal in the fields of `[duplicates] on` within the \
                 window and without a reason of R23, or naming one hub dossier and no sign of two persons; \
                 with `by_score` also two that no equal fields join and that by all they say are rather one \
                 dossier than two. `detail` says `typed_twice`, `same_reference` (these are \
                 merged), or `typed_twice_by_score`, with the probability in table `duplicates`.",
                "Hai bản ghi của một hệ thống có hai mã: giống nhau ở các trường của `[duplicates] on` \
                 trong khoảng thời gian cho phép và không có lý do theo R23, hoặc cùng dẫn chiếu một hồ sơ \
                 của hệ thống một cửa mà không có dấu hiệu là hai người; khi bật `by_score`, cả \
                 hai bản ghi không trùng hẳn các trường đó nhưng xét mọi thông tin thì nhiều khả năng là \
                 một hồ sơ. `detail` ghi `typed_twice`, `same_reference` (loại này được gộp) hoặc \
                 `typed_twice_by_score`, kèm xác suất trong bảng `duplicates`.",
            ),
            meaning_not: said(
                "It does not prove an error: one person may rightly ask for the same service twice.",
                "Không chứng minh có sai sót: một người có thể yêu cầu cùng một thủ tục hai lần một cách \
                 chính đáng.",
            ),
            fields: &[],
            evidence: &[
                "code",
                "procedure",
                "unit",
                "owner_name",
                "subject_name",
                "id_number",
                "object",
                "received_at",
                "status",
            ],
        },
        FindingEntry {
            kind: FindingKind::RepeatedRow,
            severity: Some(Severity::Info),
            title: said("The same row twice in a feed", "Dòng dữ liệu lặp lại trong một tệp"),
            when: said(
                "Two records of one system with one code and no sign of two persons; `detail` says \
                 `repeated_row` (all mapped values equal) or `same_code` (an older state beside a newer \
                 one). What a file of an earlier night said is no repetition.",
                "Hai bản ghi của một hệ thống có cùng một mã và không có dấu hiệu là hai người; `detail` \
                 ghi `repeated_row` (mọi giá trị được ánh xạ đều giống nhau) hoặc `same_code` (trạng thái cũ \
                 đứng cạnh trạng thái mới). Dữ liệu trong tệp của đêm trước không tính là lặp lại.",
            ),
            meaning_not: said(
                "It does not mean that two dossiers exist: the export wrote one record more than once.",
                "Không có nghĩa là có hai hồ sơ: tệp kết xuất đã ghi một bản ghi nhiều lần.",
            ),
            fields: &[],
            evidence: &["code", "owner_name", "received_at", "status"],
        },
    ],
    thresholds: &[],
};

/// Why a record is a duplicate of another one of its system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DuplicateReason {
    /// Every cell equal.
    RepeatedRow,
    /// The same code, other cells: an update exported beside the old state.
    SameCode,
    /// The same code in a file of a newer night: what the system said before.
    Superseded,
    /// Two codes, one hub dossier named by both.
    SameReference,
    /// Two codes, one person, procedure and time.
    TypedTwice,
    /// Two codes, and all that both records say makes them likely one dossier, slips and all.
    TypedTwiceByScore,
}

impl DuplicateReason {
    pub const ALL: &[Self] = &[
        Self::RepeatedRow,
        Self::SameCode,
        Self::Superseded,
        Self::SameReference,
        Self::TypedTwice,
        Self::TypedTwiceByScore,
    ];

    /// The stable name written to outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RepeatedRow => "repeated_row",
            Self::SameCode => "same_code",
            Self::Superseded => "superseded",
            Self::SameReference => "same_reference",
            Self::TypedTwice => "typed_twice",
            Self::TypedTwiceByScore => "typed_twice_by_score",
        }
    }

    /// Merged records take no part in linking.
    #[must_use]
    pub const fn merges(self) -> bool {
        !matches!(self, Self::TypedTwice | Self::TypedTwiceByScore)
    }

    /// The finding it makes. What a system said on an earlier night is no double entry.
    #[must_use]
    pub const fn kind(self) -> Option<FindingKind> {
        match self {
            Self::Superseded => None,
            Self::RepeatedRow | Self::SameCode => Some(FindingKind::RepeatedRow),
            Self::SameReference | Self::TypedTwice | Self::TypedTwiceByScore => Some(FindingKind::TypedTwice),
        }
    }

    /// Two records of one code and one person.
    #[must_use]
    pub const fn of_one_code(same_night: bool, same_cells: bool) -> Self {
        match (same_night, same_cells) {
            (false, _) => Self::Superseded,
            (true, true) => Self::RepeatedRow,
            (true, false) => Self::SameCode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_code_is_a_newer_night_a_repetition_or_an_older_state() {
        assert_eq!(DuplicateReason::of_one_code(true, true), DuplicateReason::RepeatedRow);
        assert_eq!(DuplicateReason::of_one_code(true, false), DuplicateReason::SameCode);
        assert_eq!(DuplicateReason::of_one_code(false, true), DuplicateReason::Superseded);
        assert_eq!(DuplicateReason::of_one_code(false, false), DuplicateReason::Superseded);
    }

    #[test]
    fn each_reason_makes_its_finding_and_only_typing_twice_leaves_two_records() {
        let of =
            |reason: DuplicateReason| (reason.code(), reason.kind().map(FindingKind::name), reason.merges());
        let all: Vec<_> = DuplicateReason::ALL.iter().map(|reason| of(*reason)).collect();
        assert_eq!(
            all,
            [
                ("repeated_row", Some("repeated_row"), true),
                ("same_code", Some("repeated_row"), true),
                ("superseded", None, true),
                ("same_reference", Some("typed_twice"), true),
                ("typed_twice", Some("typed_twice"), false),
                ("typed_twice_by_score", Some("typed_twice"), false),
            ]
        );
    }
}

//! R15: procedures and channels that differ, and procedures that the catalogue does not know.
//!
//! It must not look a code up: the catalogue says how a code stands on the day of receipt.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

const EVIDENCE: &[&str] = &["procedure", "procedure_name", "field", "unit", "received_at"];

pub const RULE: Rule = Rule {
    id: "R15",
    title: said("Procedure and channel", "Thủ tục hành chính và kênh nộp"),
    source: said(
        "Procedures are to be published in time, in full and correctly [S, Hà Giang 2024, Hòa Bình 2024, \
         Gia Lai 2022]; in one quarter one province announced 46 new, 149 amended and 10 abolished ones \
         [S, Hòa Bình 2024], so the catalogue is versioned. Local pseudo codes exist [S]. The process in \
         the software is to be compared with the standard one [S, Đông Hà 2020].",
        "Thủ tục hành chính phải được công bố, công khai kịp thời, đầy đủ, chính xác [S, Hà Giang 2024, \
         Hòa Bình 2024, Gia Lai 2022]; trong một quý, một tỉnh công bố 46 thủ tục mới, 149 sửa đổi, 10 bãi \
         bỏ [S, Hòa Bình 2024], vì vậy danh mục có phiên bản. Có mã tự đặt của địa phương [S]. Quy trình \
         trên phần mềm phải được đối chiếu với quy trình chuẩn [S, Đông Hà 2020].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::ProcedureConflict,
            severity: Some(Severity::Medium),
            title: said("Procedures differ", "Thủ tục hành chính không khớp"),
            when: said(
                "Other procedure codes (first eight characters).",
                "Mã thủ tục hành chính khác nhau (tám ký tự đầu).",
            ),
            meaning_not: said(
                "It does not mean that the wrong service was given: a catalogue change can rename the code \
                 on one side.",
                "Không có nghĩa là giải quyết sai thủ tục: danh mục thay đổi có thể làm mã ở một bên đổi \
                 theo.",
            ),
            fields: &["procedure"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::ChannelConflict,
            severity: Some(Severity::Low),
            title: said("Channels of submission differ", "Kênh nộp hồ sơ không khớp"),
            when: said("Other channels.", "Kênh nộp hồ sơ khác nhau."),
            meaning_not: said(
                "It does not mean that the dossier was submitted twice.",
                "Không có nghĩa là hồ sơ được nộp hai lần.",
            ),
            fields: &["channel"],
            evidence: &["channel", "submitted_at", "received_at"],
        },
        FindingEntry {
            kind: FindingKind::ProcedureNotInCatalogue,
            severity: Some(Severity::Medium),
            title: said("Procedure not in the catalogue", "Thủ tục hành chính không có trong danh mục"),
            when: said(
                "In the hub: a national code that the catalogue (`[reference] procedures`) does not \
                 list at all.",
                "Trong hệ thống một cửa: mã quốc gia hoàn toàn không có trong danh mục (`[reference] \
                 procedures`).",
            ),
            meaning_not: said(
                "It does not mean that the procedure does not exist: the catalogue at hand may be \
                 incomplete.",
                "Không có nghĩa là thủ tục không tồn tại: danh mục đang dùng có thể chưa đầy đủ.",
            ),
            fields: &["procedure"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::ProcedureNotInForce,
            severity: Some(Severity::Medium),
            title: said(
                "Procedure not in force at receipt",
                "Thủ tục hành chính không còn hoặc chưa có hiệu lực khi tiếp nhận",
            ),
            when: said(
                "In the hub: the catalogue (`[reference] procedures`) lists the code, but no version \
                 of it is in force on the day of receipt.",
                "Trong hệ thống một cửa: danh mục (`[reference] procedures`) có mã này nhưng không phiên \
                 bản nào có hiệu lực vào ngày tiếp nhận.",
            ),
            meaning_not: said(
                "It does not mean that the citizen was refused a right: an abolished code often lives on \
                 under a new one.",
                "Không có nghĩa là người dân bị mất quyền lợi: mã bị bãi bỏ thường được thay bằng mã mới.",
            ),
            fields: &["procedure"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::LocalProcedure,
            severity: Some(Severity::Info),
            title: said("Local code in place of a national one", "Mã thủ tục do địa phương tự đặt"),
            when: said(
                "In the hub, where there is a catalogue: the code is not of the national form `d.dddddd`.",
                "Trong hệ thống một cửa, khi có danh mục: mã không có dạng quốc gia `d.dddddd`.",
            ),
            meaning_not: said(
                "It does not mean that the service is not allowed: provinces handle local services under \
                 codes of their own.",
                "Không có nghĩa là thủ tục không được phép thực hiện: địa phương giải quyết các dịch vụ \
                 riêng bằng mã riêng.",
            ),
            fields: &["procedure"],
            evidence: EVIDENCE,
        },
        FindingEntry {
            kind: FindingKind::ProcessDiffers,
            severity: Some(Severity::Low),
            title: said(
                "Process in the software longer than the procedure allows",
                "Quy trình trên phần mềm dài hơn thời hạn của thủ tục",
            ),
            when: said(
                "In the hub: `process_days` is longer than the longest time of the procedure's version in \
                 force at receipt.",
                "Trong hệ thống một cửa: `process_days` dài hơn thời hạn giải quyết của phiên bản thủ tục \
                 có hiệu lực khi tiếp nhận.",
            ),
            meaning_not: said(
                "It does not mean that the dossier was late: it says how the software was set up.",
                "Không có nghĩa là hồ sơ quá hạn: chỉ cho biết phần mềm được cấu hình như thế nào.",
            ),
            fields: &["process_days"],
            evidence: &["process_days", "procedure", "received_at", "due_at", "unit"],
        },
    ],
    thresholds: &[],
};

/// How a procedure code stands in the catalogue on the day of receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogueStanding {
    /// A version is in force.
    InForce,
    /// Listed, but not in force on that day: not yet, no longer, or abolished.
    NotInForce,
    /// A national code that is not listed at all.
    NotListed,
    /// A pseudo code (`TS_lop1...` [S]).
    Local,
}

/// The finding that a standing makes.
#[must_use]
pub const fn kind(standing: CatalogueStanding) -> Option<FindingKind> {
    match standing {
        CatalogueStanding::InForce => None,
        CatalogueStanding::NotInForce => Some(FindingKind::ProcedureNotInForce),
        CatalogueStanding::NotListed => Some(FindingKind::ProcedureNotInCatalogue),
        CatalogueStanding::Local => Some(FindingKind::LocalProcedure),
    }
}

/// The process in the software takes more working days than the catalogue allows. Where the catalogue
/// counts calendar days the same number of working days is longer still, so nothing is found wrongly.
#[must_use]
pub const fn process_differs(process_days: u32, max_days: Option<u32>) -> bool {
    match max_days {
        Some(max_days) => process_days > max_days,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standing_but_in_force_makes_its_finding() {
        assert_eq!(kind(CatalogueStanding::InForce), None);
        assert_eq!(kind(CatalogueStanding::NotInForce), Some(FindingKind::ProcedureNotInForce));
        assert_eq!(kind(CatalogueStanding::NotListed), Some(FindingKind::ProcedureNotInCatalogue));
        assert_eq!(kind(CatalogueStanding::Local), Some(FindingKind::LocalProcedure));
    }

    #[test]
    fn a_process_may_be_shorter_than_the_catalogue_allows() {
        assert!(process_differs(11, Some(10)));
        assert!(!process_differs(10, Some(10)));
        assert!(!process_differs(3, Some(10)));
        assert!(!process_differs(99, None), "the catalogue sets no time");
        assert!(process_differs(1, Some(0)), "to be handled on the day");
    }
}

//! R18: files that were handed in are lost on the way, or stand in for a result.
//!
//! It must not open a file: only the lists of identifiers are compared.

use super::{FindingEntry, Rule, said};
use crate::domain::file_list::files;
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R18",
    title: said("Documents and results", "Thành phần hồ sơ và kết quả"),
    source: said(
        "A known sync job sends only the first file of a list, and where there is no result it sends the \
         first submitted document as the result [S].",
        "Có tiến trình đồng bộ chỉ gửi tệp đầu tiên trong danh sách; khi chưa có kết quả thì gửi giấy tờ \
         đầu tiên đã nộp làm kết quả [S].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::AttachmentLoss,
            severity: Some(Severity::Medium),
            title: said("Fewer documents in the second system", "Thiếu giấy tờ khi đồng bộ"),
            when: said(
                "The right side lists fewer documents than the left.",
                "Bên phải liệt kê ít giấy tờ hơn bên trái.",
            ),
            meaning_not: said(
                "It does not mean that the documents are lost: they are with the side that lists more.",
                "Không có nghĩa là giấy tờ bị mất: giấy tờ vẫn có ở bên liệt kê nhiều hơn.",
            ),
            fields: &["documents"],
            evidence: &["documents", "digitised", "synced_at"],
        },
        FindingEntry {
            kind: FindingKind::ResultFileSuspect,
            severity: Some(Severity::High),
            title: said("A submitted document in place of the result", "Tệp kết quả chính là giấy tờ đã nộp"),
            when: said(
                "One record of any system alone: one of its results is one of its documents; `detail` \
                 names the file.",
                "Xét riêng một bản ghi của bất kỳ hệ thống nào: một tệp kết quả trùng với một giấy tờ đã \
                 nộp; `detail` ghi tên tệp.",
            ),
            meaning_not: said(
                "It does not prove that there is no result: the right file may stand in the other system.",
                "Không chứng minh là chưa có kết quả: tệp đúng có thể nằm ở hệ thống kia.",
            ),
            fields: &["results"],
            evidence: &["results", "documents", "status", "returned_at"],
        },
    ],
    thresholds: &[],
};

/// How many documents the left and the right list when the right lists fewer. Both lists are canonical.
#[must_use]
pub fn attachment_loss(left: &str, right: &str) -> Option<(usize, usize)> {
    let (left, right) = (files(left).count(), files(right).count());
    (right < left).then_some((left, right))
}

/// The first of the results that was itself handed in. Both lists are canonical.
#[must_use]
pub fn result_is_a_document<'a>(documents: &str, results: &'a str) -> Option<&'a str> {
    files(results).find(|result| files(documents).any(|document| document == *result))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_on_the_right_is_a_loss() {
        assert_eq!(attachment_loss("a.pdf; b.pdf; c.pdf", "a.pdf"), Some((3, 1)));
        assert_eq!(attachment_loss("a.pdf; b.pdf", "c.pdf; d.pdf"), None, "as many, under other names");
        assert_eq!(attachment_loss("a.pdf", "a.pdf; b.pdf"), None, "more on the right");
        assert_eq!(attachment_loss("a.pdf", ""), Some((1, 0)));
        assert_eq!(attachment_loss("", ""), None);
    }

    #[test]
    fn a_result_that_was_handed_in_is_named() {
        assert_eq!(result_is_a_document("a.pdf; b.pdf", "kq.pdf; b.pdf"), Some("b.pdf"));
        assert_eq!(result_is_a_document("a.pdf; b.pdf", "kq.pdf"), None);
        assert_eq!(result_is_a_document("", "kq.pdf"), None);
        assert_eq!(result_is_a_document("a.pdf", ""), None);
        assert_eq!(result_is_a_document("", ""), None);
    }
}

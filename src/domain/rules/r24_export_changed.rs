//! R24: the files of a system are not built as those of the run before were.
//!
//! It must not speak of dossiers: such a finding has no case.

use super::{ANY_FIELD, FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

const OF_A_FILE: &[&str] = &["system", "detail"];
const OF_A_COLUMN: &[&str] = &["system", "field", "detail"];

pub const RULE: Rule = Rule {
    id: "R24",
    title: said("The export itself changed", "Tệp dữ liệu thay đổi cấu trúc"),
    source: said(
        "Exports made by hand are mis-shaped: titles above the header, merged cells, a header of 12 \
         columns over rows of 9 cells [S]. That they change from night to night is derived.",
        "Tệp kết xuất thủ công thường sai cấu trúc: có dòng tiêu đề phía trên, ô gộp, tiêu đề 12 cột nhưng \
         dòng dữ liệu chỉ có 9 ô [S]. Việc cấu trúc thay đổi theo từng đêm là suy luận.",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::ColumnAdded,
            severity: Some(Severity::Info),
            title: said("New columns in an export", "Tệp dữ liệu có thêm cột"),
            when: said(
                "The files of a system have columns that those of the run before had not; `detail` names \
                 all of them.",
                "Tệp của một hệ thống có những cột mà lần chạy trước không có; `detail` liệt kê tất cả.",
            ),
            meaning_not: said(
                "It does not mean that anything was lost: columns that are not mapped are not read.",
                "Không có nghĩa là mất dữ liệu: cột không được ánh xạ thì không được đọc.",
            ),
            fields: &[],
            evidence: OF_A_FILE,
        },
        FindingEntry {
            kind: FindingKind::ColumnGone,
            severity: Some(Severity::Medium),
            title: said("Columns gone from an export", "Tệp dữ liệu mất cột"),
            when: said(
                "The files of the run before had columns that these have not; `detail` names all of them. \
                 Also of a file whose mapped column is gone (`does_not_fit`): then `detail` names the \
                 file.",
                "Tệp của lần chạy trước có những cột mà lần này không có; `detail` liệt kê tất cả. Cũng áp \
                 dụng cho tệp mất cột đã ánh xạ (`does_not_fit`): khi đó `detail` ghi tên tệp.",
            ),
            meaning_not: said(
                "It does not mean that dossiers are gone: only what stood in the column is.",
                "Không có nghĩa là mất hồ sơ: chỉ mất nội dung của cột đó.",
            ),
            fields: &[],
            evidence: OF_A_FILE,
        },
        FindingEntry {
            kind: FindingKind::ColumnRenamed,
            severity: Some(Severity::Medium),
            title: said("Columns with another name", "Tệp dữ liệu đổi tên cột"),
            when: said(
                "A column is gone and a new one stands in its place.",
                "Một cột không còn và một cột mới đứng vào vị trí đó.",
            ),
            meaning_not: said(
                "It does not prove that the column means the same: it stands in the place of another.",
                "Không chứng minh là cột có cùng ý nghĩa: cột chỉ đứng vào vị trí của cột khác.",
            ),
            fields: &[],
            evidence: OF_A_FILE,
        },
        FindingEntry {
            kind: FindingKind::ColumnMoved,
            severity: Some(Severity::Info),
            title: said("Columns in another order", "Tệp dữ liệu đổi thứ tự cột"),
            when: said(
                "Columns that both runs have stand in another order.",
                "Các cột có ở cả hai lần chạy đứng theo thứ tự khác.",
            ),
            meaning_not: said(
                "It does not mean that values were mixed up: columns are found by their names.",
                "Không có nghĩa là dữ liệu bị lẫn: cột được tìm theo tên.",
            ),
            fields: &[],
            evidence: OF_A_FILE,
        },
        FindingEntry {
            kind: FindingKind::NewCodeValue,
            severity: Some(Severity::Medium),
            title: said("New values in a code list", "Danh mục mã có giá trị mới"),
            when: said(
                "A column of status, channel or level holds values that it did not hold in the run before; \
                 `detail` lists them with how often. Not when it holds 64 or more, nor a status that `[system.status]` \
                 maps: it comes and goes.",
                "Cột trạng thái, kênh nộp hoặc cấp có giá trị mà lần chạy trước không có; `detail` liệt kê \
                 kèm số lần. Không áp dụng khi cột có từ 64 giá trị trở lên, cũng không với trạng thái đã có trong \
                 `[system.status]`.",
            ),
            meaning_not: said(
                "It does not mean that the values are wrong: the producer may have extended the list.",
                "Không có nghĩa là giá trị sai: bên cung cấp có thể đã mở rộng danh mục.",
            ),
            fields: &["status", "channel", "level"],
            evidence: OF_A_COLUMN,
        },
        FindingEntry {
            kind: FindingKind::EmptyShareJumped,
            severity: Some(Severity::Medium),
            title: said("A column is empty far more often than before", "Tỷ lệ ô trống tăng đột biến"),
            when: said(
                "The share of empty cells of a mapped column rose by more than `[drift] empty_share`; 20 \
                 cells in both runs.",
                "Tỷ lệ ô trống của cột đã ánh xạ tăng hơn `[drift] empty_share`; mỗi lần chạy có ít nhất \
                 20 ô.",
            ),
            meaning_not: said(
                "It does not mean that the producer has lost the values: the export may leave them out.",
                "Không có nghĩa là bên cung cấp mất dữ liệu: tệp kết xuất có thể đã bỏ qua.",
            ),
            fields: &[ANY_FIELD],
            evidence: OF_A_COLUMN,
        },
        FindingEntry {
            kind: FindingKind::UnreadableShareJumped,
            severity: Some(Severity::High),
            title: said(
                "A column can be read far less often than before",
                "Tỷ lệ ô không đọc được tăng đột biến",
            ),
            when: said(
                "The share of unreadable cells among those that hold something rose by more than `[drift] \
                 unreadable_share`; 20 cells in both runs.",
                "Tỷ lệ ô không đọc được trong số các ô có nội dung tăng hơn `[drift] unreadable_share`; \
                 mỗi lần chạy có ít nhất 20 ô.",
            ),
            meaning_not: said(
                "It does not mean that the values are wrong: their form may have changed.",
                "Không có nghĩa là giá trị sai: cách ghi có thể đã thay đổi.",
            ),
            fields: &[ANY_FIELD],
            evidence: OF_A_COLUMN,
        },
        FindingEntry {
            kind: FindingKind::EncodingChanged,
            severity: Some(Severity::Low),
            title: said("A column is written in another encoding", "Bảng mã chữ của cột thay đổi"),
            when: said(
                "A column is read in another encoding than in the run before.",
                "Cột được đọc theo bảng mã khác với lần chạy trước.",
            ),
            meaning_not: said(
                "It does not mean that the text is damaged: it was read in its new encoding.",
                "Không có nghĩa là chữ bị hỏng: dữ liệu đã được đọc theo bảng mã mới.",
            ),
            fields: &[ANY_FIELD],
            evidence: OF_A_COLUMN,
        },
    ],
    thresholds: &[],
};

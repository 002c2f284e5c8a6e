//! R07: a dossier code was rewritten on the way, or says something that cannot be.
//!
//! It must not judge the codes of software that mints its own: the grammar is the national one.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R07",
    title: said("Dossier codes", "Mã hồ sơ"),
    source: said(
        "A code is made of the agency's identification code, the date of receipt and a sequence, as public \
         code summarises NĐ 61/2018/NĐ-CP [S]. A known sync job replaces a code without a province by \
         another one and keeps that in MaHoSoKhac [S]. An online dossier may get its code up to ten days \
         before the receipt [R-M].",
        "Mã hồ sơ gồm mã định danh cơ quan, ngày tiếp nhận và số thứ tự, theo cách mã nguồn công khai tóm \
         tắt NĐ 61/2018/NĐ-CP [S]. Có tiến trình đồng bộ thay mã thiếu mã tỉnh bằng mã khác và lưu vào \
         MaHoSoKhac [S]. Hồ sơ trực tuyến có thể được cấp mã trước ngày tiếp nhận tối đa mười ngày [R-M].",
    ),
    findings: &[
        FindingEntry {
            kind: FindingKind::CodeRewritten,
            severity: Some(Severity::Medium),
            title: said("Code rewritten on the way", "Mã hồ sơ bị thay đổi khi đồng bộ"),
            when: said(
                "A link that the exact code did not make, to a system that copies the hub's codes.",
                "Cặp không ghép được bằng đúng mã, với hệ thống sao chép mã của hệ thống một cửa.",
            ),
            meaning_not: said(
                "It does not mean that the dossier is missing: it was found under its other code.",
                "Không có nghĩa là thiếu hồ sơ: hồ sơ đã được tìm thấy dưới mã khác.",
            ),
            fields: &["code"],
            evidence: &["code", "alt_code", "hub_code", "procedure", "owner_name", "received_at"],
        },
        FindingEntry {
            kind: FindingKind::CodeMalformed,
            severity: Some(Severity::Low),
            title: said("Malformed dossier code", "Mã hồ sơ sai cấu trúc"),
            when: said(
                "In a system with copied codes (the hub among them): the code is not of the national form, \
                 or its date is no date.",
                "Trong hệ thống dùng mã sao chép (kể cả hệ thống một cửa): mã không đúng cấu trúc quốc \
                 gia, hoặc phần ngày trong mã không phải là ngày có thật.",
            ),
            meaning_not: said(
                "It does not mean that the dossier is invalid, and codes of other software are not counted \
                 here.",
                "Không có nghĩa là hồ sơ không hợp lệ, và mã của phần mềm khác không tính ở đây.",
            ),
            fields: &["code"],
            evidence: &["code", "unit", "received_at"],
        },
        FindingEntry {
            kind: FindingKind::CodeDateMismatch,
            severity: Some(Severity::Low),
            title: said(
                "Date in the code does not fit the receipt",
                "Ngày trong mã hồ sơ không khớp ngày tiếp nhận",
            ),
            when: said(
                "In the hub: the date inside the code is after the receipt or more than ten days before \
                 it. In another system such a date differs from the hub's as well, and is found there.",
                "Trong hệ thống một cửa: ngày trong mã sau ngày tiếp nhận hoặc trước ngày tiếp nhận quá \
                 mười ngày. Ở hệ thống khác, ngày như vậy cũng khác với hệ thống một cửa và được phát hiện \
                 khi so sánh.",
            ),
            meaning_not: said(
                "It does not prove back-dating: the code may have been minted when the dossier was \
                 submitted.",
                "Không chứng minh việc lùi ngày: mã có thể được cấp ngay khi nộp hồ sơ.",
            ),
            fields: &["code"],
            evidence: &["code", "submitted_at", "received_at", "channel"],
        },
        FindingEntry {
            kind: FindingKind::CodeUnknownAgency,
            severity: Some(Severity::Low),
            title: said("Unknown agency in the code", "Mã cơ quan trong mã hồ sơ không có trong danh mục"),
            when: said(
                "In the hub: the agency part of the dossier code names an \
                 agency that is not in the tables at the date in the code.",
                "Trong hệ thống một cửa: phần mã cơ quan trong mã hồ sơ không \
                 có trong danh mục cơ quan tại ngày ghi trong mã.",
            ),
            meaning_not: said(
                "It does not mean that the agency does not exist: the table of agencies may be older than \
                 the agency.",
                "Không có nghĩa là cơ quan đó không tồn tại: danh mục cơ quan có thể chưa được cập nhật.",
            ),
            fields: &["code"],
            evidence: &["code", "unit", "unit_name", "received_at"],
        },
    ],
    thresholds: &[],
};

//! R17: the amounts of a dossier differ.
//!
//! It must not say that money is missing: payments are reconciled elsewhere.

use super::{FindingEntry, Rule, said};
use crate::domain::finding_kind::{FindingKind, Severity};

pub const RULE: Rule = Rule {
    id: "R17",
    title: said("Fees", "Phí, lệ phí"),
    source: said(
        "The record that is synced to the portal carries an amount and a state of payment [S].",
        "Bản ghi đồng bộ lên Cổng có số tiền và trạng thái thanh toán [S].",
    ),
    findings: &[FindingEntry {
        kind: FindingKind::FeeConflict,
        severity: Some(Severity::Medium),
        title: said("Fees differ", "Phí, lệ phí không khớp"),
        when: said("Other amounts.", "Số tiền khác nhau."),
        meaning_not: said(
            "It does not mean that money is missing: fees and receipts are recorded at different times.",
            "Không có nghĩa là thất thoát tiền: phí và biên lai được ghi nhận vào thời điểm khác nhau.",
        ),
        fields: &["fee"],
        evidence: &["fee", "paid_online", "procedure", "unit"],
    }],
    thresholds: &[],
};

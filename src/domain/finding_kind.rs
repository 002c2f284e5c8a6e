//! The catalogue of findings: what can be wrong with a case, how it is called, and what it does not
//! mean.
//!
//! It must not decide whether a finding is real: scope, grace, known transformations, feed health and
//! decisions come first. The rule numbers follow this project's own catalogue; no public standard for
//! reconciling dossiers was found.

/// How much a finding matters, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// To be corrected when convenient.
    Low,
    /// To be corrected.
    Medium,
    /// To be looked at today.
    High,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: &[Self] = &[Self::Info, Self::Low, Self::Medium, Self::High];

    /// The stable name written to outputs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The severity with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|severity| severity.code() == code)
    }
}

/// One row of the catalogue.
struct Entry {
    name: &'static str,
    rule: &'static str,
    severity: Severity,
    en: &'static str,
    vi: &'static str,
    meaning_not: &'static str,
}

/// Declares the kinds and their catalogue in one table, so that neither can lack an entry.
macro_rules! catalogue {
    ($($variant:ident $name:literal $rule:literal $severity:ident
       $en:literal $vi:literal $meaning_not:literal;)*) => {
        /// One kind of thing that can be wrong with a case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind {
            $(#[doc = concat!($en, " (", $rule, ").")] $variant,)*
        }

        impl FindingKind {
            /// Every kind, in the order of the catalogue.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            const fn entry(self) -> Entry {
                match self {
                    $(Self::$variant => Entry {
                        name: $name,
                        rule: $rule,
                        severity: Severity::$severity,
                        en: $en,
                        vi: $vi,
                        meaning_not: $meaning_not,
                    },)*
                }
            }
        }
    };
}

catalogue! {
    MissingOnPortal "missing_on_portal" "R01" High
        "Missing on the national portal" "Chưa có trên Cổng Dịch vụ công quốc gia"
        "It does not mean that the dossier was not handled, only that the portal's feed has no record of it.";
    LateOnPortal "late_on_portal" "R01" Low
        "Late on the national portal" "Chậm đồng bộ lên Cổng Dịch vụ công quốc gia"
        "It does not mean that the dossier is lost: it may still arrive with a later sync.";
    ArrivedLateOnPortal "arrived_late_on_portal" "R01" Low
        "Arrived late on the national portal" "Đã đồng bộ lên Cổng Dịch vụ công quốc gia nhưng chậm"
        "It does not mean that the citizen got the result late.";
    MissingInProvince "missing_in_province" "R02" High
        "Missing in the provincial system" "Chưa có trên hệ thống một cửa của tỉnh"
        "It does not prove hidden work: the case may stand there under a code that could not be linked.";
    MissingInMinistry "missing_in_ministry" "R03" High
        "Missing in the ministry's software" "Chưa có trên phần mềm của bộ, ngành"
        "It does not mean that the ministry refused the dossier, only that its feed has no record of it.";
    LateInMinistry "late_in_ministry" "R03" Low
        "Late in the ministry's software" "Chậm đồng bộ sang phần mềm của bộ, ngành"
        "It does not mean that the dossier is lost: it may still arrive with a later sync.";
    ArrivedLateInMinistry "arrived_late_in_ministry" "R03" Low
        "Arrived late in the ministry's software" "Đã đồng bộ sang phần mềm của bộ, ngành nhưng chậm"
        "It does not mean that the citizen got the result late.";
    TypedTwice "typed_twice" "R04" Medium
        "Typed twice in one system" "Nhập hai lần trong một hệ thống"
        "It does not prove an error: one person may rightly ask for the same service twice.";
    RepeatedRow "repeated_row" "R04" Info
        "The same row twice in a feed" "Dòng dữ liệu lặp lại trong một tệp"
        "It does not mean that two dossiers exist: the export wrote one record more than once.";
    TypedInTwoSystems "typed_in_two_systems" "R05" High
        "Typed again in a second system" "Nhập lại ở hệ thống thứ hai với mã khác"
        "It does not mean that two applications were made, nor that anyone is to blame: without a link between the systems staff have to type twice.";
    CodeCollision "code_collision" "R06" High
        "One code for different dossiers" "Một mã hồ sơ dùng cho nhiều hồ sơ khác nhau"
        "It does not say which of the dossiers has the right to the code.";
    CodeRewritten "code_rewritten" "R07" Medium
        "Code rewritten on the way" "Mã hồ sơ bị thay đổi khi đồng bộ"
        "It does not mean that the dossier is missing: it was found under its other code.";
    CodeMalformed "code_malformed" "R07" Low
        "Malformed dossier code" "Mã hồ sơ sai cấu trúc"
        "It does not mean that the dossier is invalid, and codes of other software are not counted here.";
    CodeDateMismatch "code_date_mismatch" "R07" Low
        "Date in the code does not fit the receipt" "Ngày trong mã hồ sơ không khớp ngày tiếp nhận"
        "It does not prove back-dating: the code may have been minted when the dossier was submitted.";
    StatusBehind "status_behind" "R08" Medium
        "Status lags behind" "Trạng thái chưa được cập nhật"
        "It does not mean that work on the dossier stands still, only that the other system was not told.";
    StatusCollapsed "status_collapsed" "R08" Medium
        "Waiting or stopped, but sent as finished" "Đang chờ hoặc đã dừng nhưng đồng bộ thành đã xử lý xong"
        "It does not mean that somebody closed the dossier: a known sync job sends these statuses as finished.";
    StatusAhead "status_ahead" "R08" Low
        "Status is ahead of the hub" "Trạng thái đi trước hệ thống một cửa"
        "It does not mean that the status is wrong: the hub may simply not have been told yet.";
    StatusConflict "status_conflict" "R08" High
        "Statuses contradict each other" "Trạng thái mâu thuẫn"
        "It does not say which system is right.";
    DateShifted "date_shifted" "R09" Low
        "Date shifted by a day or seven hours" "Ngày lệch một ngày hoặc bảy giờ"
        "It does not mean that a date was altered: a time zone written wrongly has this effect.";
    DayMonthSwapped "day_month_swapped" "R09" Low
        "Day and month swapped" "Ngày và tháng bị đảo"
        "It does not mean that two different dates were declared.";
    BirthMonthLost "birth_month_lost" "R09" Low
        "Month of birth became January" "Tháng sinh bị mất, thành tháng 01"
        "It does not mean that these are two people: a wrong date pattern has this effect.";
    DateConflict "date_conflict" "R09" Medium
        "Dates differ" "Ngày không khớp"
        "It does not say which system is right, nor that a deadline was missed.";
    DueDateChanged "due_date_changed" "R10" High
        "Due date differs without a record of the change" "Ngày hẹn trả bị thay đổi không có căn cứ"
        "It does not prove manipulation: the extension may be recorded outside these feeds.";
    IdentityConflict "identity_conflict" "R13" Medium
        "Identity numbers differ" "Số định danh không khớp"
        "It does not mean that these are two people: one may hold an old and a new number, and digits are mistyped.";
    PlaceholderId "placeholder_id" "R13" Low
        "Placeholder in place of an identity number" "Số định danh điền tạm"
        "It does not mean that the owner gave a false number: a known sync job fills it in.";
    PhoneConflict "phone_conflict" "R13" Low
        "Phone numbers differ" "Số điện thoại không khớp"
        "It does not mean that these are two people: phones change and are shared.";
    NameVariant "name_variant" "R14" Info
        "The same name, spelt another way" "Cùng một tên, cách viết khác"
        "It does not mean that the names differ: only capitals, tone placement, accents, titles or word order do.";
    NameConflict "name_conflict" "R14" Medium
        "Names differ" "Tên chủ hồ sơ không khớp"
        "It does not prove a wrong link: an applicant may stand in place of the owner.";
    ProcedureConflict "procedure_conflict" "R15" Medium
        "Procedures differ" "Thủ tục hành chính không khớp"
        "It does not mean that the wrong service was given: a catalogue change can rename the code on one side.";
    UnitConflict "unit_conflict" "R16" Low
        "Units differ" "Đơn vị xử lý không khớp"
        "It does not mean that the wrong office acted: units were merged and renumbered in 2025.";
    ChannelConflict "channel_conflict" "R15" Low
        "Channels of submission differ" "Kênh nộp hồ sơ không khớp"
        "It does not mean that the dossier was submitted twice.";
    FeeConflict "fee_conflict" "R17" Medium
        "Fees differ" "Phí, lệ phí không khớp"
        "It does not mean that money is missing: fees and receipts are recorded at different times.";
    ImpossibleTimeline "impossible_timeline" "R19" High
        "Impossible order of dates" "Trình tự thời gian không hợp lý"
        "It does not prove falsification: a wrong date format or a bulk closing may have caused it.";
    PublishedGap "published_gap" "R20" High
        "Published figure differs from the records" "Số liệu công bố khác số liệu tính lại"
        "It does not mean that the figure was invented: scope, period or definition may differ.";
    ColumnAdded "column_added" "R23" Info
        "New columns in an export" "Tệp dữ liệu có thêm cột"
        "It does not mean that anything was lost: columns that are not mapped are not read.";
    ColumnGone "column_gone" "R23" Medium
        "Columns gone from an export" "Tệp dữ liệu mất cột"
        "It does not mean that dossiers are gone: only what stood in the column is.";
    ColumnRenamed "column_renamed" "R23" Medium
        "Columns with another name" "Tệp dữ liệu đổi tên cột"
        "It does not prove that the column means the same: it stands in the place of another.";
    ColumnMoved "column_moved" "R23" Info
        "Columns in another order" "Tệp dữ liệu đổi thứ tự cột"
        "It does not mean that values were mixed up: columns are found by their names.";
    NewCodeValue "new_code_value" "R23" Medium
        "New values in a code list" "Danh mục mã có giá trị mới"
        "It does not mean that the values are wrong: the producer may have extended the list.";
    EmptyShareJumped "empty_share_jumped" "R23" Medium
        "A column is empty far more often than before" "Tỷ lệ ô trống tăng đột biến"
        "It does not mean that the producer has lost the values: the export may leave them out.";
    UnreadableShareJumped "unreadable_share_jumped" "R23" High
        "A column can be read far less often than before" "Tỷ lệ ô không đọc được tăng đột biến"
        "It does not mean that the values are wrong: their form may have changed.";
    EncodingChanged "encoding_changed" "R23" Low
        "A column is written in another encoding" "Bảng mã chữ của cột thay đổi"
        "It does not mean that the text is damaged: it was read in its new encoding.";
}

impl FindingKind {
    /// The stable name written to outputs, in `snake_case`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The kind with this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The number of its rule, `R01` to `R23`.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        self.entry().rule
    }

    /// A short English title.
    #[must_use]
    pub const fn title_en(self) -> &'static str {
        self.entry().en
    }

    /// A short Vietnamese title.
    #[must_use]
    pub const fn title_vi(self) -> &'static str {
        self.entry().vi
    }

    /// One English sentence: what the finding does not mean.
    #[must_use]
    pub const fn meaning_not(self) -> &'static str {
        self.entry().meaning_not
    }

    /// The severity when the pipeline sets no other.
    #[must_use]
    pub const fn default_severity(self) -> Severity {
        self.entry().severity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_distinct_snake_case_and_read_back() {
        for kind in FindingKind::ALL {
            assert!(kind.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            assert_eq!(FindingKind::from_name(kind.name()), Some(*kind));
            let debug: String = format!("{kind:?}").to_lowercase();
            assert_eq!(kind.name().replace('_', ""), debug);
        }
        let titles: BTreeSet<_> = FindingKind::ALL.iter().map(|k| k.title_en()).collect();
        let titles_vi: BTreeSet<_> = FindingKind::ALL.iter().map(|k| k.title_vi()).collect();
        assert_eq!(titles.len(), FindingKind::ALL.len());
        assert_eq!(titles_vi.len(), FindingKind::ALL.len());
        assert_eq!(FindingKind::from_name("nothing"), None);
    }

    #[test]
    fn rules_and_severities_as_agreed() {
        let of = |kind: FindingKind| (kind.rule(), kind.default_severity().code());
        assert_eq!(FindingKind::ALL.len(), 42);
        assert_eq!(of(FindingKind::MissingOnPortal), ("R01", "high"));
        assert_eq!(of(FindingKind::ArrivedLateInMinistry), ("R03", "low"));
        assert_eq!(of(FindingKind::RepeatedRow), ("R04", "info"));
        assert_eq!(of(FindingKind::TypedInTwoSystems), ("R05", "high"));
        assert_eq!(of(FindingKind::StatusCollapsed), ("R08", "medium"));
        assert_eq!(of(FindingKind::ChannelConflict), ("R15", "low"));
        assert_eq!(of(FindingKind::PublishedGap), ("R20", "high"));
        for kind in FindingKind::ALL {
            let number = kind.rule().strip_prefix('R').and_then(|n| n.parse::<u8>().ok());
            assert!(number.is_some_and(|n| (1..=23).contains(&n)) && kind.rule().len() == 3);
        }
    }

    #[test]
    fn every_kind_says_what_it_does_not_mean() {
        for kind in FindingKind::ALL {
            let text = kind.meaning_not();
            assert!(text.starts_with("It does not ") && text.ends_with('.'), "{kind:?}");
        }
    }

    #[test]
    fn severities_are_ordered_and_read_back() {
        let all = Severity::ALL;
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        for severity in all {
            assert_eq!(Severity::from_code(severity.code()), Some(*severity));
        }
        assert_eq!(Severity::from_code("fatal"), None);
    }
}

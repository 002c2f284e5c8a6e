//! The words on the sheets, in both languages, and the Vietnamese for the codes of the tables.
//!
//! A code without a translation is shown as it is: it can be found again in Parquet and in the docs.

use std::borrow::Cow;

use crate::domain::dossier::{FieldKind, FieldName};
use crate::domain::finding_kind::FindingKind;
pub use crate::domain::rules::Lang;
use crate::domain::status::NationalStatus;

macro_rules! labels {
    ($($variant:ident $vi:literal $en:literal)*) => {
        /// One fixed text of the workbook.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Label { $($variant,)* }

        impl Label {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$variant,)*];
        }

        impl Lang {
            pub fn say(self, label: Label) -> &'static str {
                match (label, self) {
                    $((Label::$variant, Self::Vi) => $vi, (Label::$variant, Self::En) => $en,)*
                }
            }
        }
    };
}

labels! {
    CoverSheet "Bìa" "Cover"
    QuarantineSheet "Cách ly" "Quarantine"
    Back "← Bìa" "← Cover"

    AsOf "Thời điểm chốt số liệu" "As of"
    PeriodFrom "Kỳ báo cáo từ ngày" "Period from"
    PeriodTo "Kỳ báo cáo đến ngày" "Period to"
    RunId "Mã lần chạy" "Run id"
    Pipeline "Tệp cấu hình" "Pipeline file"
    PipelineSha "SHA-256 của tệp cấu hình" "SHA-256 of the pipeline file"
    Version "Phiên bản doisoat" "doisoat version"

    Guide "Cách đọc" "How to read this"
    GuideSides "Mỗi sai lệch có hai bên: A là bên dùng để đối chiếu (thường là hệ thống một cửa), B là hệ thống có sai lệch. Tệp, trang tính, dòng cho biết chỗ tìm lại trong dữ liệu gốc."
        "Every finding has two sides: A is the side held against (usually the hub), B is the system where the fault shows. File, sheet and row say where to find it in the data delivered."
    GuideClasses "Chỉ sai lệch thực mới cần xử lý. Sai lệch đã giải thích là do cách đồng bộ đã biết; sai lệch còn trong hạn có thể tự hết."
        "Only real findings ask for action. Explained ones come from a known transformation; expected ones are still inside their grace."
    GuidePrivacy "Tên chủ hồ sơ được viết tắt; số định danh và số điện thoại được che."
        "Owner names are abbreviated; identity and phone numbers are masked."

    Feeds "Dữ liệu đầu vào" "Feeds"
    System "hệ thống" "system"
    File "tệp" "file"
    Bytes "số byte" "bytes"
    Rows "số dòng" "rows"
    Accepted "nhận" "accepted"
    Quarantined "cách ly" "quarantined"
    Health "tình trạng" "health"
    Reason "lý do" "reason"
    Sha "SHA-256" "SHA-256"

    Checks "Kiểm tra khớp số" "Totals that tie"
    Check "phép kiểm tra" "check"
    Of "của" "of"
    LeftFigure "vế trái" "left"
    RightFigure "vế phải" "right"
    Mark "kết quả" "result"
    CheckFeed "số dòng = nhận + cách ly" "rows = accepted + quarantined"
    CheckRecords "nhận = số dòng bảng records" "accepted = rows of table records"
    CheckRefused "cách ly = số dòng bị loại trong bảng quarantine" "quarantined = refused rows of table quarantine"
    CheckFindings "dòng trên trang + dòng để lại = sai lệch trong bảng findings"
        "rows on the sheet + left out = rows of table findings"
    CheckClasses "thực + đã giải thích + trong hạn = sai lệch trong bảng findings"
        "real + explained + expected = rows of table findings"
    CheckQuarantine "dòng trên trang + dòng để lại = số dòng bảng quarantine"
        "rows on the sheet + left out = rows of table quarantine"
    All "tất cả" "all"

    Published "Số liệu công bố so với số liệu tính lại" "Published figures against recomputed ones"
    Source "nguồn" "source"
    Key "phạm vi" "key"
    Figure "chỉ tiêu" "figure"
    PublishedValue "công bố" "published"
    Recomputed "tính lại" "recomputed"
    Gap "chênh lệch" "gap"
    NothingPublished "Không có số liệu công bố nào được đưa vào đối soát." "No published figure was given."

    Kinds "Sai lệch theo loại" "Findings by kind"
    Rule "quy tắc" "rule"
    Title "loại sai lệch" "kind of finding"
    Severity "mức độ" "severity"
    Real "thực" "real"
    Explained "đã giải thích" "explained"
    Expected "trong hạn" "expected"
    Total "tổng" "total"
    LeftOut "để lại" "left out"
    OpenSheet "trang" "sheet"
    MeaningNot "không có nghĩa là" "what it does not mean"
    FindingsLeftOut "Sai lệch không đưa vào các trang; xem bảng Parquet findings" "Findings not on the sheets; see Parquet table findings"
    QuarantineLeftOut "Dòng cách ly không đưa vào trang; xem bảng Parquet quarantine" "Quarantine rows not on the sheet; see Parquet table quarantine"
    NoFindings "Không có sai lệch nào." "No findings."

    FindingId "mã sai lệch" "finding id"
    State "trạng thái" "state"
    ExplainedBy "giải thích bởi" "explained by"
    Since "từ lúc" "since"
    AgeWorkingDays "số ngày làm việc" "age in working days"
    CaseCode "mã hồ sơ" "case code"
    Procedure "thủ tục" "procedure"
    Unit "đơn vị" "unit"
    Field "trường" "field"
    Code "mã hồ sơ" "code"
    Owner "chủ hồ sơ" "owner"
    ReceivedAt "tiếp nhận lúc" "received at"
    Status "trạng thái (như đã ghi)" "status as written"
    Value "giá trị" "value"
    RawValue "giá trị như đã ghi" "value as written"
    Sheet "trang tính" "sheet"
    Row "dòng" "row"
    Detail "chi tiết" "detail"
    Decision "quyết định" "decision"
    None "(không có)" "(none)"
    EmptyValue "(trống)" "(empty)"
    Lost "(không tìm thấy trong bảng records)" "(not in table records)"

    QuarantineTitle "Dòng và ô bị loại" "Refused rows and cells"
    Column "cột" "column"
    Scope "phạm vi" "scope"
    MaskedValue "giá trị (đã che)" "masked value"

    FormSheet "Biểu II.06a" "Form II.06a"
    FormTitle "Tình hình, kết quả giải quyết TTHC, theo biểu II.06a/VPCP/KSTT" "Dossiers received and resolved, by form II.06a/VPCP/KSTT"
    Dimension "theo" "by"
    Name "tên" "name"
    C3 "(3) nhận giải quyết" "(3) received"
    C4 "(4) mới, trực tuyến" "(4) new, online"
    C5 "(5) mới, trực tiếp, bưu chính" "(5) new, direct, post"
    C6 "(6) kỳ trước chuyển qua" "(6) carried over"
    C7 "(7) đã giải quyết" "(7) resolved"
    C8 "(8) trước hạn" "(8) early"
    C9 "(9) đúng hạn" "(9) on time"
    C10 "(10) quá hạn" "(10) late"
    C11 "(11) đang giải quyết" "(11) in process"
    C12 "(12) trong hạn" "(12) in time"
    C13 "(13) quá hạn" "(13) overdue"
    Withdrawn "trong đó rút hồ sơ" "of it withdrawn"
    MeanDays "số ngày làm việc trung bình" "mean working days"
    WithApology "quá hạn, có văn bản xin lỗi" "late, with apology"
    WithoutApology "quá hạn, chưa có văn bản xin lỗi" "late, without apology"

    OverdueSheet "Quá hạn" "Overdue"
    OverdueTitle "Danh sách hồ sơ quá hạn" "Overdue dossiers"
    UnitName "tên đơn vị" "unit name"
    FieldOfWork "lĩnh vực" "field"
    ProcedureName "tên thủ tục" "procedure name"
    StatusCode "trạng thái (1–10)" "status (1-10)"
    DueAt "hẹn trả lúc" "due at"
    EndedAt "kết thúc lúc" "ended at"
    OverdueDays "số ngày làm việc quá hạn" "working days overdue"
    Apology "văn bản xin lỗi" "apology"
    ApologyAt "ngày xin lỗi" "apology at"
    Extensions "số lần gia hạn" "extensions"
}

impl Lang {
    pub fn title(self, kind: FindingKind) -> &'static str {
        match self {
            Self::Vi => kind.title_vi(),
            Self::En => kind.title_en(),
        }
    }

    pub fn meaning_not(self, kind: FindingKind) -> &'static str {
        match self {
            Self::Vi => kind.meaning_not_vi(),
            Self::En => kind.meaning_not(),
        }
    }

    /// The last line of a sheet that could not hold everything.
    pub fn left_out(self, rows: usize, table: &str) -> String {
        match self {
            Self::Vi => format!("… còn {rows} dòng không đưa vào trang này; xem bảng Parquet {table}."),
            Self::En => format!("… {rows} more rows are not on this sheet; see Parquet table {table}."),
        }
    }

    /// A code of the tables as a person reads it.
    pub fn word(self, code: &str) -> &str {
        let word = || WORDS.iter().find(|(known, _)| *known == code).map(|(_, vi)| *vi);
        match self {
            Self::Vi => word().unwrap_or(code),
            Self::En => code,
        }
    }

    /// A value of a field: codes get their meaning, all else stays as the systems say it.
    pub fn value<'a>(self, field: &str, value: Cow<'a, str>) -> Cow<'a, str> {
        match FieldName::from_name(field).map(FieldName::kind) {
            Some(FieldKind::Status) => match value.parse().ok().and_then(NationalStatus::from_code) {
                Some(status) if self == Self::Vi => Cow::Owned(format!("{value} · {}", status.label_vi())),
                Some(status) => Cow::Owned(format!("{value} · {}", status.name())),
                None => value,
            },
            Some(FieldKind::Channel | FieldKind::Level) => Cow::Owned(self.word(&value).to_owned()),
            _ => value,
        }
    }
}

const WORDS: &[(&str, &str)] = &[
    // Severities and states.
    ("info", "thông tin"),
    ("low", "thấp"),
    ("medium", "trung bình"),
    ("high", "cao"),
    ("new", "mới"),
    ("expected", "trong hạn"),
    ("open", "đang mở"),
    ("reopened", "mở lại"),
    ("resolved", "đã xử lý"),
    ("accepted", "đã chấp nhận"),
    // Fields.
    ("code", "mã hồ sơ"),
    ("alt_code", "mã hồ sơ khác"),
    ("hub_code", "mã hồ sơ một cửa"),
    ("procedure", "thủ tục"),
    ("procedure_name", "tên thủ tục"),
    ("field", "lĩnh vực"),
    ("unit", "đơn vị"),
    ("unit_name", "tên đơn vị"),
    ("level", "cấp"),
    ("channel", "hình thức nộp"),
    ("owner_name", "chủ hồ sơ"),
    ("subject_name", "người được giải quyết"),
    ("id_number", "số định danh"),
    ("birth_date", "ngày sinh"),
    ("phone", "số điện thoại"),
    ("submitted_at", "ngày nộp"),
    ("received_at", "ngày tiếp nhận"),
    ("due_at", "ngày hẹn trả"),
    ("finished_at", "ngày kết thúc xử lý"),
    ("returned_at", "ngày trả"),
    ("synced_at", "ngày đồng bộ"),
    ("status", "trạng thái"),
    ("fee", "phí, lệ phí"),
    ("summary", "trích yếu"),
    ("sex", "giới tính"),
    ("agent_name", "người nộp"),
    ("object", "đối tượng của hồ sơ"),
    ("supplements", "số lần bổ sung"),
    ("supplement_asked_at", "ngày yêu cầu bổ sung"),
    ("supplemented_at", "ngày bổ sung"),
    ("due_before", "ngày hẹn trả trước"),
    ("extensions", "số lần gia hạn"),
    ("apology_at", "ngày xin lỗi"),
    ("process_days", "số ngày của quy trình"),
    ("documents", "tệp nộp"),
    ("results", "tệp kết quả"),
    ("digitised", "có số hóa"),
    ("paid_online", "thanh toán trực tuyến"),
    ("sync_flag", "cờ đồng bộ"),
    ("storage", "vị trí để hồ sơ"),
    ("deleted_at", "ngày xóa"),
    // Apologies, dimensions of the form.
    ("in_time", "kịp thời"),
    ("too_late", "quá muộn"),
    ("none", "chưa có"),
    ("total", "toàn bộ"),
    // Health of a feed.
    ("healthy", "tốt"),
    ("missing", "thiếu"),
    ("empty", "rỗng"),
    ("unreadable", "không đọc được"),
    ("shifted", "ô lệch cột"),
    ("does_not_fit", "không khớp cấu hình cột"),
    ("breaks_off", "tệp bị cắt cụt"),
    ("too_many_rejects", "quá nhiều dòng bị loại"),
    ("control_mismatch", "không khớp số đối chiếu"),
    ("too_few_rows", "quá ít dòng"),
    ("too_many_rows", "quá nhiều dòng"),
    ("same_again", "trùng tệp đã nhận"),
    ("stale", "dữ liệu cũ"),
    // Quarantine.
    ("row", "cả dòng"),
    ("cell", "một ô"),
    ("ragged_row", "số ô không khớp số cột"),
    ("unclosed_quote", "dấu nháy không đóng"),
    ("not_utf8", "không phải UTF-8"),
    ("broken_json", "JSON hỏng"),
    ("not_a_record", "không phải bản ghi"),
    ("too_long", "quá dài"),
    ("empty_value", "giá trị trống"),
    ("level_unknown", "cấp không có trong danh mục"),
    ("code_malformed", "mã hồ sơ sai cấu trúc"),
    ("procedure_malformed", "mã thủ tục sai cấu trúc"),
    ("id_malformed", "số định danh sai cấu trúc"),
    ("phone_malformed", "số điện thoại sai cấu trúc"),
    ("date_unreadable", "ngày không đọc được"),
    ("date_before_era", "năm ngoài khoảng 1900–2100"),
    ("status_unknown", "trạng thái không có trong danh mục"),
    ("money_unreadable", "số tiền không đọc được"),
    ("channel_unknown", "hình thức nộp không có trong danh mục"),
    ("value_too_long", "giá trị quá dài"),
    ("sex_unknown", "giới tính không có trong danh mục"),
    ("count_unreadable", "số lượng không đọc được"),
    ("flag_unknown", "không phải có hoặc không"),
    ("code_of_many", "mã của quá nhiều bản ghi"),
    ("text_mark", "bỏ dấu nháy của bảng tính"),
    ("feed_unhealthy", "dữ liệu nhận không bảo đảm"),
    // How two values differ, and why a record is a duplicate: the details of findings.
    ("behind", "cập nhật chậm hơn"),
    ("ahead", "đi trước"),
    ("collapsed", "đang chờ hoặc đã dừng nhưng ghi là đã xử lý xong"),
    ("conflict", "mâu thuẫn"),
    ("differs", "khác nhau"),
    ("near", "gần giống nhau"),
    ("case", "khác chữ hoa, chữ thường"),
    ("tone_placement", "khác vị trí dấu thanh"),
    ("i_and_y", "khác i và y"),
    ("unaccented", "một bên không có dấu"),
    ("punctuation", "khác dấu câu hoặc khoảng trắng"),
    ("title", "khác danh xưng"),
    ("word_order", "khác thứ tự từ"),
    ("shifted_one_day", "lệch một ngày"),
    ("shifted_seven_hours", "lệch bảy giờ"),
    ("day_month_swapped", "đảo ngày và tháng"),
    ("month_lost", "mất tháng sinh"),
    ("one_digit", "khác một chữ số"),
    ("transposed", "đảo hai chữ số"),
    ("repeated_row", "dòng lặp lại"),
    ("same_code", "cùng mã hồ sơ"),
    ("same_reference", "cùng mã tham chiếu"),
    ("typed_twice", "nhập hai lần"),
    ("typed_twice_by_score", "nhập hai lần, nhận ra theo điểm"),
    ("placeholder_id", "số định danh điền tạm"),
    ("code_date_mismatch", "ngày trong mã không khớp ngày tiếp nhận"),
    // Levels and channels.
    ("province", "cấp tỉnh"),
    ("district", "cấp huyện"),
    ("commune", "cấp xã"),
    ("direct", "trực tiếp"),
    ("online", "trực tuyến"),
    ("post", "bưu chính"),
    // Figures.
    ("received", "tiếp nhận"),
    ("carried_over", "kỳ trước chuyển sang"),
    ("in_process", "đang giải quyết"),
    ("early", "trước hạn"),
    ("on_time", "đúng hạn"),
    ("late", "quá hạn"),
    ("withdrawn", "rút hồ sơ"),
    ("on_time_share", "tỷ lệ đúng hạn và trước hạn (%)"),
    ("early_share", "tỷ lệ trước hạn (%)"),
    ("exact_share", "tỷ lệ đúng hạn (%)"),
    ("late_share", "tỷ lệ quá hạn (%)"),
    ("withdrawn_share", "tỷ lệ rút hồ sơ (%)"),
    ("returned", "đã trả kết quả"),
    ("late_with_apology", "quá hạn, có văn bản xin lỗi"),
    ("late_without_apology", "quá hạn, chưa có văn bản xin lỗi"),
    ("sync_ratio", "tỷ lệ đồng bộ (%)"),
    ("sync_synced", "số hồ sơ đã đồng bộ"),
    ("sync_reported", "số hồ sơ đã báo cáo"),
    ("sync_portal", "số hồ sơ trên Cổng"),
    ("procedures", "số thủ tục đang có hiệu lực"),
    ("procedures_new", "số thủ tục ban hành mới"),
    ("procedures_amended", "số thủ tục sửa đổi, bổ sung"),
    ("procedures_abolished", "số thủ tục bị bãi bỏ"),
];

#[cfg(test)]
mod tests {
    use super::{Label, Lang, WORDS};
    use crate::domain::dossier::FieldName;
    use crate::domain::finding_kind::Severity;
    use std::collections::BTreeSet;

    #[test]
    fn every_label_speaks_both_languages() {
        for label in Label::ALL {
            assert!(!Lang::Vi.say(*label).is_empty() && !Lang::En.say(*label).is_empty(), "{label:?}");
        }
    }

    #[test]
    fn every_code_has_one_word() {
        let codes: BTreeSet<_> = WORDS.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), WORDS.len());
        for field in FieldName::ALL {
            assert_ne!(Lang::Vi.word(field.name()), field.name());
        }
        for severity in Severity::ALL {
            assert_ne!(Lang::Vi.word(severity.code()), severity.code());
        }
        assert_eq!(Lang::En.word("high"), "high");
        assert_eq!(Lang::Vi.value("status", "4".into()), "4 · Đang xử lý");
        assert_eq!(Lang::En.value("status", "4".into()), "4 · processing");
        assert_eq!(Lang::Vi.value("channel", "post".into()), "bưu chính");
        assert_eq!(Lang::Vi.value("unit", "post".into()), "post");
        assert_eq!(Lang::Vi.word("never_heard"), "never_heard");
    }
}

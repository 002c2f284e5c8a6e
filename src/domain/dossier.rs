//! The fields of a dossier record that reconciliation knows, and what a disagreement in each means.

use super::finding_kind::FindingKind;

/// What kind of value a field holds, and so how it is normalised and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    DossierCode,
    ProcedureCode,
    Text,
    Level,
    Channel,
    Name,
    PersonalId,
    Phone,
    PartialDate,
    Timestamp,
    Status,
    Money,
    Sex,
    /// A small whole number.
    Count,
    /// Yes or no: 1 or 0 in a frame.
    Flag,
    /// Identifiers of files, in the order of the export.
    List,
}

/// Declares the fields once: variant, name in pipelines and output columns, kind.
macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident $name:literal $kind:ident,)*) => {
        /// A canonical field; a pipeline maps an export's column to it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FieldName {
            $($(#[$doc])* $variant,)*
            /// A column of a table that holds no dossiers: free text under a name of the pipeline's own.
            /// No pipeline of dossiers can map it.
            Own,
        }

        impl FieldName {
            /// The fields of a dossier.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in pipelines and output columns.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* Self::Own => "own" }
            }

            pub fn kind(self) -> FieldKind {
                match self { $(Self::$variant => FieldKind::$kind,)* Self::Own => FieldKind::Text }
            }
        }
    };
}

fields! {
    /// Mã hồ sơ as the system itself writes it.
    Code "code" DossierCode,
    /// Mã hồ sơ khác: a second code the system remembers.
    AltCode "alt_code" DossierCode,
    /// The hub's code, kept by a system that mints its own.
    HubCode "hub_code" DossierCode,
    /// Mã thủ tục hành chính.
    Procedure "procedure" ProcedureCode,
    ProcedureName "procedure_name" Text,
    /// Lĩnh vực.
    Field "field" Text,
    /// Mã đơn vị.
    Unit "unit" Text,
    UnitName "unit_name" Text,
    /// Cấp: province, district or commune.
    Level "level" Level,
    /// Hình thức nộp: direct, online or post.
    Channel "channel" Channel,
    /// Chủ hồ sơ.
    OwnerName "owner_name" Name,
    /// The person the dossier is about, where that is not the applicant (a child at birth registration).
    SubjectName "subject_name" Name,
    IdNumber "id_number" PersonalId,
    BirthDate "birth_date" PartialDate,
    Phone "phone" Phone,
    SubmittedAt "submitted_at" Timestamp,
    /// Ngày tiếp nhận.
    ReceivedAt "received_at" Timestamp,
    /// Ngày hẹn trả.
    DueAt "due_at" Timestamp,
    /// Ngày kết thúc xử lý.
    FinishedAt "finished_at" Timestamp,
    /// Ngày trả.
    ReturnedAt "returned_at" Timestamp,
    /// When the system got the record from another.
    SyncedAt "synced_at" Timestamp,
    Status "status" Status,
    /// VND.
    Fee "fee" Money,
    /// Trích yếu.
    Summary "summary" Text,
    /// Giới tính.
    Sex "sex" Sex,
    /// Người nộp: who handed the dossier in for the owner.
    AgentName "agent_name" Name,
    /// What the dossier is about where one person has several: a parcel, a certificate, a plate.
    Object "object" Text,
    /// Số lần yêu cầu bổ sung.
    Supplements "supplements" Count,
    /// Ngày yêu cầu bổ sung, the last.
    SupplementAskedAt "supplement_asked_at" Timestamp,
    /// Ngày công dân bổ sung, the last.
    SupplementedAt "supplemented_at" Timestamp,
    /// Ngày hẹn trả trước: the due time before the last recorded change.
    DueBefore "due_before" Timestamp,
    /// Số lần gia hạn: recorded re-appointments.
    Extensions "extensions" Count,
    /// Ngày ban hành văn bản xin lỗi.
    ApologyAt "apology_at" Timestamp,
    /// Working days of the process as it is configured in the software.
    ProcessDays "process_days" Count,
    /// Files handed in.
    Documents "documents" List,
    /// Result files.
    Results "results" List,
    /// Hồ sơ có thành phần số hóa.
    Digitised "digitised" Flag,
    /// Được thanh toán trực tuyến.
    PaidOnline "paid_online" Flag,
    /// The hub's own note that the dossier was synced to the portal.
    SyncFlag "sync_flag" Flag,
    /// Vị trí để hồ sơ.
    Storage "storage" Text,
    /// When the record was deleted without being removed.
    DeletedAt "deleted_at" Timestamp,
}

impl FieldName {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// Held as text in a frame; the others are integers.
    pub fn is_text(self) -> bool {
        !matches!(
            self.kind(),
            FieldKind::PartialDate
                | FieldKind::Timestamp
                | FieldKind::Status
                | FieldKind::Money
                | FieldKind::Count
                | FieldKind::Flag
        )
    }

    /// A personal number, masked or tokenised wherever it leaves the program.
    pub fn is_sensitive(self) -> bool {
        matches!(self, Self::IdNumber | Self::Phone)
    }

    /// A row whose cell in this field is empty or unreadable cannot be reconciled at all.
    pub fn is_vital(self) -> bool {
        matches!(self, Self::Code | Self::ReceivedAt)
    }

    /// The fields held against each other on a linked pair, with the finding that a plain
    /// disagreement makes. Codes are judged by the rung; names of things by their codes; when a
    /// record was finished or returned follows from its status.
    pub const COMPARED: &'static [(Self, Option<FindingKind>)] = &[
        (Self::Procedure, Some(FindingKind::ProcedureConflict)),
        (Self::Unit, Some(FindingKind::UnitConflict)),
        (Self::Channel, Some(FindingKind::ChannelConflict)),
        (Self::OwnerName, Some(FindingKind::NameConflict)),
        (Self::IdNumber, Some(FindingKind::IdentityConflict)),
        (Self::BirthDate, Some(FindingKind::DateConflict)),
        (Self::Phone, Some(FindingKind::PhoneConflict)),
        (Self::ReceivedAt, Some(FindingKind::DateConflict)),
        (Self::DueAt, Some(FindingKind::DueDateChanged)),
        (Self::FinishedAt, None),
        (Self::ReturnedAt, None),
        (Self::Status, Some(FindingKind::StatusConflict)),
        (Self::Fee, Some(FindingKind::FeeConflict)),
        (Self::SubmittedAt, None),
        (Self::Summary, None),
        (Self::Documents, Some(FindingKind::AttachmentLoss)),
    ];
}

#[cfg(test)]
mod tests {
    use super::FieldName;

    #[test]
    fn every_name_leads_back_to_its_field() {
        for field in FieldName::ALL {
            assert_eq!(FieldName::from_name(field.name()), Some(*field));
        }
    }
}

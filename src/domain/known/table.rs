//! What is known of each transformation, in words.
//!
//! It must not decide anything of a difference at hand: that is [`super::job`].

use super::Effect::{Excludes, Explains, Finds, Ignored};
use super::{Known, Transformation};
use crate::domain::finding_kind::FindingKind;
use crate::domain::rules::said;

/// In the order of the enum, which a test holds.
pub static TABLE: [Transformation; Known::ALL.len()] = [
    Transformation {
        known: Known::CodeReplaced,
        code: "T1",
        title: said("Code replaced", "Thay mã hồ sơ"),
        does: said(
            "A code whose agency part lacks the province is replaced by the other code (MaHoSoKhac), or by \
             a made-up one of agency, date and five random digits from 10000 to 99999, which is then kept \
             as the other code.",
            "Mã có phần cơ quan thiếu mã tỉnh được thay bằng mã khác (MaHoSoKhac), hoặc bằng mã tự sinh \
             gồm mã cơ quan, ngày và năm chữ số ngẫu nhiên từ 10000 đến 99999, rồi lưu làm mã khác.",
        ),
        seen: said(
            "Another code on the portal, often with five digits at its end.",
            "Mã trên Cổng khác, thường có năm chữ số cuối.",
        ),
        handled: said(
            "Linked by the other code, else by identity; `code_rewritten` is explained.",
            "Ghép bằng mã khác, nếu không được thì theo thông tin nhân thân; `code_rewritten` được giải \
             thích.",
        ),
        effect: Explains(&[FindingKind::CodeRewritten]),
        mark: "[S]",
    },
    Transformation {
        known: Known::NumberFilledIn,
        code: "T2",
        title: said("Identity number filled in", "Điền số giấy tờ tạm"),
        does: said(
            "An identity number that is empty or has not 9 or 12 characters becomes `000000001`.",
            "Số giấy tờ trống hoặc không có 9 hay 12 ký tự được thay bằng `000000001`.",
        ),
        seen: said("Many records of the portal share one number.", "Nhiều bản ghi trên Cổng có cùng một số."),
        handled: said(
            "A placeholder is no value and never links; `placeholder_id` is explained.",
            "Số tạm không phải là giá trị và không dùng để ghép; `placeholder_id` được giải thích.",
        ),
        effect: Explains(&[FindingKind::PlaceholderId]),
        mark: "[S]",
    },
    Transformation {
        known: Known::StatusCollapsed,
        code: "T3",
        title: said("Waiting or stopped sent as finished", "Gửi trạng thái chờ, dừng thành đã xử lý xong"),
        does: said(
            "Statuses 5, 6 and 8 are sent as 9, in the progress too.",
            "Các trạng thái 5, 6 và 8 được gửi thành 9, kể cả trong tiến trình.",
        ),
        seen: said(
            "The hub says 5, 6 or 8, the portal 9; the on-time rate of the portal is flattered.",
            "Hệ thống một cửa ghi 5, 6 hoặc 8, Cổng ghi 9; tỷ lệ đúng hạn trên Cổng bị cao hơn thực tế.",
        ),
        handled: said("`status_collapsed` is explained.", "`status_collapsed` được giải thích."),
        effect: Explains(&[FindingKind::StatusCollapsed]),
        mark: "[S]",
    },
    Transformation {
        known: Known::FinishedWithoutDue,
        code: "T4",
        title: said("Finished for want of a due date", "Kết thúc vì không có ngày hẹn trả"),
        does: said(
            "A dossier without a due date gets one more progress row with status 9.",
            "Hồ sơ không có ngày hẹn trả được thêm một dòng tiến trình với trạng thái 9.",
        ),
        seen: said(
            "The portal says finished while the hub still works.",
            "Cổng ghi đã xử lý xong trong khi hệ thống một cửa còn xử lý.",
        ),
        handled: said(
            "A status of 9 on the portal is explained where the hub has no due date.",
            "Trạng thái 9 trên Cổng được giải thích khi hệ thống một cửa không có ngày hẹn trả.",
        ),
        effect: Explains(&[
            FindingKind::StatusCollapsed,
            FindingKind::StatusAhead,
            FindingKind::StatusBehind,
            FindingKind::StatusConflict,
        ]),
        mark: "[S]",
    },
    Transformation {
        known: Known::SubmissionOverwritten,
        code: "T5",
        title: said("Submission overwritten by receipt", "Ngày nộp bị ghi bằng ngày tiếp nhận"),
        does: said(
            "The date of submission is set to the date of receipt; place of submission, VNeID flag and \
             database number are constants.",
            "Ngày nộp được gán bằng ngày tiếp nhận; nơi nộp, cờ VNeID và mã cơ sở dữ liệu là hằng số.",
        ),
        seen: said(
            "`submitted_at` equals `received_at` on the portal, and not in the hub.",
            "`submitted_at` bằng `received_at` trên Cổng nhưng không bằng trên hệ thống một cửa.",
        ),
        handled: said(
            "A difference of `submitted_at` is marked as explained; it makes no finding.",
            "Điểm khác nhau ở `submitted_at` được đánh dấu là đã giải thích, không thành sai lệch.",
        ),
        effect: Ignored,
        mark: "[S]",
    },
    Transformation {
        known: Known::SubjectEmptied,
        code: "T6",
        title: said("Subject left empty", "Để trống đối tượng"),
        does: said(
            "The number of the subject (MaDoiTuong) is sent only for online dossiers.",
            "Mã đối tượng (MaDoiTuong) chỉ được gửi với hồ sơ trực tuyến.",
        ),
        seen: said("An empty cell.", "Ô trống."),
        handled: said(
            "Nothing to compare: an empty side is no contradiction.",
            "Không có gì để so sánh: một bên trống không phải là mâu thuẫn.",
        ),
        effect: Ignored,
        mark: "[S]",
    },
    Transformation {
        known: Known::TextCut,
        code: "T7",
        title: said("Long text cut", "Cắt văn bản dài"),
        does: said(
            "Text over a limit is cut and gets three dots: summary over 1000 characters to 995, handler \
             over 50 to 46, file names over 4000 to 3995, name of a paper from 2000 on to 1995.",
            "Văn bản vượt giới hạn bị cắt và thêm ba dấu chấm: trích yếu trên 1000 ký tự còn 995, người xử \
             lý trên 50 còn 46, tên tệp đính kèm trên 4000 còn 3995, tên giấy tờ từ 2000 trở lên còn 1995.",
        ),
        seen: said(
            "The shorter text is the beginning of the longer one and ends in three dots.",
            "Văn bản ngắn là phần đầu của văn bản dài và kết thúc bằng ba dấu chấm.",
        ),
        handled: said(
            "A difference of `summary` is marked as explained; it makes no finding.",
            "Điểm khác nhau ở `summary` được đánh dấu là đã giải thích, không thành sai lệch.",
        ),
        effect: Ignored,
        mark: "[S]",
    },
    Transformation {
        known: Known::FilesDropped,
        code: "T8",
        title: said("Only the first file sent", "Chỉ gửi tệp đầu tiên"),
        does: said(
            "Only the first file of a list is sent; where there is no result, the first submitted document \
             is sent as the result.",
            "Chỉ gửi tệp đầu tiên trong danh sách; khi chưa có kết quả thì gửi giấy tờ đầu tiên đã nộp làm \
             kết quả.",
        ),
        seen: said(
            "Fewer documents on the portal; a result that is a submitted file.",
            "Cổng có ít giấy tờ hơn; tệp kết quả là giấy tờ đã nộp.",
        ),
        handled: said(
            "`attachment_loss` is explained where just the first is left, `result_file_suspect` where the \
             result is the first document.",
            "`attachment_loss` được giải thích khi chỉ còn tệp đầu tiên, `result_file_suspect` khi kết quả \
             là giấy tờ đầu tiên.",
        ),
        effect: Explains(&[FindingKind::AttachmentLoss, FindingKind::ResultFileSuspect]),
        mark: "[S]",
    },
    Transformation {
        known: Known::FlagLeft,
        code: "T9",
        title: said("Flag left at 0", "Cờ đồng bộ còn 0"),
        does: said(
            "Progress is sent in chunks of ten; a chunk that fails in part leaves the flag at 0.",
            "Tiến trình được gửi theo lô mười bản ghi; lô lỗi một phần để lại cờ 0.",
        ),
        seen: said(
            "The portal has the dossier, the hub says it was not synced.",
            "Cổng đã có hồ sơ, hệ thống một cửa ghi chưa đồng bộ.",
        ),
        handled: said("A finding of its own: `flag_stale`.", "Thành sai lệch riêng: `flag_stale`."),
        effect: Finds(&[FindingKind::FlagStale]),
        mark: "[S]",
    },
    Transformation {
        known: Known::Excluded,
        code: "T10",
        title: said("Converted and deleted dossiers left out", "Không gửi hồ sơ chuyển đổi và hồ sơ đã xóa"),
        does: said(
            "Dossiers whose storage place is `Convert` and those marked as deleted are not sent.",
            "Hồ sơ có vị trí lưu là `Convert` và hồ sơ đã đánh dấu xóa không được gửi.",
        ),
        seen: said("The hub has them, the portal has not.", "Hệ thống một cửa có, Cổng không có."),
        handled: said(
            "Out of scope, counted apart; not missing.",
            "Ngoài phạm vi, đếm riêng; không tính là thiếu.",
        ),
        effect: Excludes,
        mark: "[S]",
    },
    Transformation {
        known: Known::JobSilent,
        code: "T11",
        title: said("Job switched off", "Tác vụ đồng bộ bị tắt"),
        does: said(
            "The recurring job does not run, so that whole days pass without sync.",
            "Tác vụ định kỳ không chạy nên có những ngày không đồng bộ.",
        ),
        seen: said("Days on which nothing arrived.", "Những ngày không có hồ sơ nào đến."),
        handled: said(
            "A finding of its own, not an explanation: `sync_gap`.",
            "Thành sai lệch riêng, không phải lý do giải thích: `sync_gap`.",
        ),
        effect: Finds(&[FindingKind::SyncGap]),
        mark: "[S]",
    },
    Transformation {
        known: Known::RatioConstant,
        code: "T12",
        title: said("Ratio written as 100 %", "Tỷ lệ ghi cố định 100 %"),
        does: said(
            "The dashboard shows a ratio of 100 % and 0 dossiers not synced, whatever the data.",
            "Bảng điều khiển luôn hiển thị tỷ lệ 100 % và 0 hồ sơ chưa đồng bộ, bất kể dữ liệu.",
        ),
        seen: said(
            "The printed ratio is not the one of the records.",
            "Tỷ lệ công bố khác tỷ lệ tính từ bản ghi.",
        ),
        handled: said(
            "A finding of its own: `published_gap`, with the recomputed ratio beside it.",
            "Thành sai lệch riêng: `published_gap`, kèm tỷ lệ tính lại.",
        ),
        effect: Finds(&[FindingKind::PublishedGap]),
        mark: "[S]",
    },
    Transformation {
        known: Known::OnlyReturned,
        code: "T13",
        title: said("Only returned dossiers sent", "Chỉ gửi hồ sơ đã trả kết quả"),
        does: said(
            "The push to the social-assistance software sends only dossiers of status 10.",
            "Việc gửi sang phần mềm bảo trợ xã hội chỉ gồm hồ sơ có trạng thái 10.",
        ),
        seen: said(
            "The ministry's software lacks everything that is still open.",
            "Phần mềm của bộ thiếu toàn bộ hồ sơ còn đang xử lý.",
        ),
        handled: said(
            "Not expected there before status 10; out of scope until then.",
            "Chưa cần có trước trạng thái 10; đến khi đó nằm ngoài phạm vi.",
        ),
        effect: Excludes,
        mark: "[S]",
    },
    Transformation {
        known: Known::ReceivedAgain,
        code: "T14",
        title: said("Received again at the counter", "Tiếp nhận lại tại quầy"),
        does: said(
            "A dossier that the driving-licence software already has gets a new code when it is received \
             at the counter; the ministry keeps its own.",
            "Hồ sơ đã có trên phần mềm giấy phép lái xe được cấp mã mới khi tiếp nhận tại quầy; bộ giữ mã \
             riêng.",
        ),
        seen: said("One dossier under two codes.", "Một hồ sơ dưới hai mã."),
        handled: said("`typed_in_two_systems` is explained.", "`typed_in_two_systems` được giải thích."),
        effect: Explains(&[FindingKind::TypedInTwoSystems]),
        mark: "[S]",
    },
];

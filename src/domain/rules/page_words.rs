//! The fixed sentences of the page of rules, in both languages.
//!
//! It must not say anything of a single rule: that stands in the file of the rule.

use super::{Bilingual, said};

pub const TITLE: Bilingual = said("Rules", "Quy tắc đối soát");

pub const GENERATED: Bilingual = said(
    "This page is written from `src/domain/rules/` and `src/domain/known/`, which decide; a kind is added \
     or renamed there first.",
    "Trang này được sinh từ `src/domain/rules/` và `src/domain/known/`; mọi thay đổi thực hiện ở đó trước.",
);

pub const INTRO: Bilingual = said(
    "Rule numbers and severities are this project's own: no public standard for reconciling dossiers was \
     found. The severity is the default; `[severity]` of a pipeline changes it, switches a kind off, or \
     switches on one that is off. Thresholds are keys of `[rules]`; their defaults are this project's own \
     too, and no law. Marks: [S] seen in a public source, [S, Hòa Bình 2024] in an article on that place \
     and year, [S-low] only in a thesis or a small repository, [V] verified by computing, [R-H], [R-M], \
     [R-L] recalled with high, medium, low confidence. A recalled fact is not to be quoted as law.",
    "Số hiệu quy tắc và mức độ do dự án tự đặt: chưa tìm thấy tiêu chuẩn công khai nào về đối soát hồ sơ. \
     Mức độ nêu ở đây là mặc định; mục `[severity]` của tệp cấu hình có thể thay đổi, tắt, hoặc bật loại \
     đang tắt. Ngưỡng là các khóa của mục `[rules]`; giá trị mặc định cũng do dự án tự đặt, không phải quy \
     định pháp luật. Ký hiệu: [S] thấy trong nguồn công khai, [S, Hòa Bình 2024] trong bài báo về địa \
     phương và năm đó, [S-low] chỉ thấy trong luận văn hoặc kho mã nhỏ, [V] đã kiểm chứng bằng tính toán, \
     [R-H], [R-M], [R-L] nhớ lại với độ tin cậy cao, trung bình, thấp. Điều nhớ lại không được viện dẫn \
     như quy định pháp luật.",
);

pub const HEARD: Bilingual = said("Heard before it is counted", "Xem xét trước khi tính");

pub const HEARD_INTRO: Bilingual = said(
    "A finding is heard before it is counted. The questions are asked in this order.",
    "Mỗi sai lệch được xem xét trước khi tính, theo thứ tự sau.",
);

/// Question, and what becomes of the finding.
pub const HEARINGS: &[(Bilingual, Bilingual)] = &[
    (
        said(
            "scope: need the other system hold the dossier at all (`[system.scope]`, T10, T13)?",
            "phạm vi: hệ thống kia có phải có hồ sơ này không (`[system.scope]`, T10, T13)?",
        ),
        said(
            "no: no finding; the verdict is `out_of_scope`",
            "không: không có sai lệch; kết luận là `out_of_scope`",
        ),
    ),
    (
        said(
            "feed health: is the feed whole, so that its silence means anything?",
            "tình trạng dữ liệu: dữ liệu nhận có đầy đủ để sự vắng mặt có ý nghĩa không?",
        ),
        said(
            "no: no finding of absence; the verdict is `no_verdict`, also where the system that has the dossier delivered \
             far more rows than usual. What two records disagree on is kept with `explained_by = 'feed_unhealthy'` \
             where one is of an old file (`stale`, `same_again`), and so is what only the hub could explain (R10, \
             R11) where its file is not whole",
            "không: không có sai lệch về thiếu hồ sơ; kết luận là `no_verdict`, cả khi hệ thống có hồ sơ gửi nhiều dòng \
             hơn hẳn thường lệ. Điểm hai bên không khớp được giữ lại với `explained_by = 'feed_unhealthy'` nếu một \
             bên là tệp cũ (`stale`, `same_again`), hoặc nếu chỉ hệ thống một cửa mới giải thích được (R10, R11) mà \
             tệp của hệ thống đó không đầy đủ",
        ),
    ),
    (
        said(
            "refused rows and ambiguous links: may the dossier be there unread, or undecided?",
            "dòng bị loại và cặp ghép chưa rõ: hồ sơ có thể có mà không đọc được, hoặc chưa quyết định \
             được không?",
        ),
        said(
            "yes: no finding of absence; the verdict is `explained`",
            "có: không có sai lệch về thiếu hồ sơ; kết luận là `explained`",
        ),
    ),
    (
        said(
            "grace: is it too young to be there, or was the status changed less than `late_after` ago?",
            "hạn chờ: hồ sơ còn quá mới, hoặc trạng thái vừa thay đổi chưa quá `late_after`?",
        ),
        said(
            "a dossier too young to be there makes no finding, its verdict is `expected`; a status within \
             the grace of the hub's last date makes one with `state = 'expected'`",
            "hồ sơ còn quá mới thì không có sai lệch, kết luận là `expected`; trạng thái còn trong hạn chờ \
             kể từ ngày cuối của hệ thống một cửa thì `state = 'expected'`",
        ),
    ),
    (
        said(
            "known transformation: is it what the system's sync job is known to produce (`[system.sync] \
             known`), or does `[system.sync.explains]` name its kind?",
            "cách đồng bộ đã biết: có đúng là điều tiến trình đồng bộ của hệ thống tạo ra (`[system.sync] \
             known`), hoặc `[system.sync.explains]` nêu loại này không?",
        ),
        said(
            "yes: kept, `explained_by` holds the reason, counted apart",
            "có: được giữ lại, `explained_by` ghi lý do, đếm riêng",
        ),
    ),
    (
        said(
            "decision: has somebody accepted it (column `decision`, empty until a decision is imported)?",
            "quyết định: đã có người chấp nhận chưa (cột `decision`, để trống cho đến khi nhập quyết định)?",
        ),
        said("yes: kept, with the decision beside it", "có: được giữ lại, kèm quyết định"),
    ),
    (
        said("none of these", "không thuộc các trường hợp trên"),
        said(
            "real: `state = 'new'`, `explained_by` is null",
            "thực: `state = 'new'`, `explained_by` để trống",
        ),
    ),
];

pub const HEARINGS_HEAD: [Bilingual; 3] =
    [said("order", "thứ tự"), said("question", "câu hỏi"), said("answer", "kết quả")];

pub const HEARD_OUTRO: Bilingual = said(
    "Only real findings count for `fail_at` and for the totals by severity.",
    "Chỉ sai lệch thực mới được tính cho `fail_at` và tổng số theo mức độ.",
);

pub const COMPARED: Bilingual = said("How values are compared", "Cách so sánh giá trị");

pub const COMPARED_TEXT: Bilingual = said(
    "\"Left\" is the hub, \"right\" the other system. A field is compared only where both systems map it \
     and neither side is empty. Values are compared in canonical form: what is left is a disagreement and \
     not a spelling.",
    "\"Bên trái\" là hệ thống một cửa, \"bên phải\" là hệ thống kia. Một trường chỉ được so sánh khi cả \
     hai hệ thống đều ánh xạ và không bên nào trống. Giá trị được so sánh ở dạng chuẩn hóa: phần còn lại \
     là bất đồng thật, không phải cách viết.",
);

pub const IDENTITY: Bilingual = said("Identity of a finding", "Định danh của sai lệch");

pub const IDENTITY_TEXT: Bilingual = said(
    "`finding_id` is a hash of kind, systems, case and field, and of the record where it is not the one \
     that stands for its case; never of values of a dossier. It is the same every night while the fault \
     stands. A published figure is named by what `detail` says before its first colon. R24 and `sync_gap` \
     are about files and days, not dossiers: such a finding has no case, and `system` is whose files or \
     days they are. A finding of R24 is made on the night the change comes and not again, because the next \
     night is held against that one ([how](pipelines.md#drift)).",
    "`finding_id` là mã băm của loại, các hệ thống, hồ sơ và trường, và của bản ghi khi bản ghi đó không \
     đại diện cho hồ sơ; không bao giờ từ giá trị trong hồ sơ. Mã giữ nguyên qua các đêm khi sai lệch còn. \
     Số liệu công bố được xác định bằng phần `detail` trước dấu hai chấm đầu tiên. R24 và `sync_gap` nói \
     về tệp và ngày, không về hồ sơ: sai lệch loại này không gắn với hồ sơ, `system` cho biết tệp hoặc \
     ngày của hệ thống nào. Sai lệch R24 chỉ xuất hiện trong đêm có thay đổi, vì đêm sau được so với chính \
     đêm đó ([chi tiết](pipelines.md#drift)).",
);

pub const CATALOGUE: Bilingual = said("Catalogue", "Danh mục sai lệch");
pub const CATALOGUE_HEAD: [Bilingual; 4] =
    [said("rule", "quy tắc"), said("name", "tên"), said("severity", "mức độ"), said("title", "tiêu đề")];

pub const SOURCE: Bilingual = said("What sources say", "Nguồn");
pub const MADE_WHEN: Bilingual = said("Made when", "Khi nào");
pub const FIELD: Bilingual = said("Field", "Trường");
pub const ANY_MAPPED: Bilingual = said("any mapped field", "bất kỳ trường nào được ánh xạ");
pub const EVIDENCE: Bilingual = said("Evidence", "Bằng chứng");
pub const THRESHOLDS: [Bilingual; 3] =
    [said("key of `[rules]`", "khóa của `[rules]`"), said("default", "mặc định"), said("meaning", "ý nghĩa")];

pub const KNOWN: Bilingual = said("Known transformations", "Các cách đồng bộ đã biết");

pub const KNOWN_INTRO: Bilingual = said(
    "What one real sync job is known to do. `[system.sync] known = [\"T1\", \"T3\"]` of a pipeline says \
     which of them a system's job is known for. A finding is explained only where the difference is what \
     the job would produce.",
    "Những gì một tiến trình đồng bộ có thật được biết là đã làm. `[system.sync] known = [\"T1\", \"T3\"]` \
     trong tệp cấu hình nêu hệ thống nào có những cách nào. Sai lệch chỉ được giải thích khi điểm khác \
     nhau đúng là điều tiến trình đó tạo ra.",
);

pub const KNOWN_HEAD: [Bilingual; 5] = [
    said("id", "mã"),
    said("what the job does", "tiến trình làm gì"),
    said("what is seen", "khi đối soát thấy"),
    said("how it is handled", "cách xử lý"),
    said("mark", "độ tin cậy"),
];

pub const OFF: Bilingual = said("off", "tắt, off");
pub const SEVERITIES: [Bilingual; 4] = [
    said("info", "thông tin, info"),
    said("low", "thấp, low"),
    said("medium", "trung bình, medium"),
    said("high", "cao, high"),
];

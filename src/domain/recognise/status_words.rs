//! What the words of an unknown status list may mean in the national one.
//!
//! It must not decide: what it returns is written into a pipeline for a person to confirm, and a
//! number of another list is not a national one (5 is "returned" in one system [S]).

use crate::domain::status::NationalStatus::{
    self, Finished, PaymentRequested, Processing, Received, Refused, Registered, Returned, Stopped,
    SupplementRequested, Withdrawn,
};
use crate::domain::text::fold;

/// One word of a system's status list and what it probably is.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusGuess {
    pub label: String,
    /// `None` where nothing is known of the word: a person has to say.
    pub status: Option<NationalStatus>,
    /// 0 to 1: 1 a label of the national list, 0.9 a known label elsewhere, 0.8 one with an addition,
    /// 0.5 by its words, 0.3 a bare number.
    pub confidence: f64,
}

/// Words that decide, the narrower before the wider; every word of an entry must occur, in any place
/// [R-M]. A result that is waited for is not yet handed over, hence the order of the first lines.
const SIGNS: [(&str, NationalStatus); 68] = [
    ("cho tra", Finished),
    ("chua tra", Finished),
    ("cho nhan ket qua", Finished),
    ("da tra", Returned),
    ("tra ket qua", Returned),
    ("da nhan ket qua", Returned),
    ("nghia vu tai chinh", PaymentRequested),
    ("nvtc", PaymentRequested),
    ("cho nop", PaymentRequested),
    ("cho thanh toan", PaymentRequested),
    ("yeu cau thanh toan", PaymentRequested),
    ("nop thue", PaymentRequested),
    ("rut", Withdrawn),
    ("khong duoc tiep nhan", Refused),
    ("khong tiep nhan", Refused),
    ("tu choi", Refused),
    ("khong hop le", Refused),
    ("bo sung", SupplementRequested),
    ("tam dung", SupplementRequested),
    ("huy", Stopped),
    ("dung", Stopped),
    ("khong giai quyet", Stopped),
    ("khong du dieu kien", Stopped),
    ("tra lai", Stopped),
    ("cho tiep nhan", Registered),
    ("chua tiep nhan", Registered),
    ("moi dang ky", Registered),
    ("moi nop", Registered),
    ("moi tao", Registered),
    ("dang giai quyet", Processing),
    ("dang xu ly", Processing),
    ("dang", Processing),
    ("xong", Finished),
    ("hoan thanh", Finished),
    ("hoan tat", Finished),
    ("ket thuc", Finished),
    ("da giai quyet", Finished),
    ("da xu ly", Finished),
    ("co ket qua", Finished),
    ("da duyet", Finished),
    ("cho", Processing),
    ("chuyen", Processing),
    ("phan cong", Processing),
    ("trinh", Processing),
    ("tham dinh", Processing),
    ("thu ly", Processing),
    ("da tiep nhan", Received),
    ("tiep nhan", Received),
    ("not received", Registered),
    ("pending payment", PaymentRequested),
    ("payment", PaymentRequested),
    ("withdraw", Withdrawn),
    ("withdrawn", Withdrawn),
    ("reject", Refused),
    ("rejected", Refused),
    ("refused", Refused),
    ("supplement", SupplementRequested),
    ("additional", SupplementRequested),
    ("cancelled", Stopped),
    ("canceled", Stopped),
    ("stopped", Stopped),
    ("returned", Returned),
    ("delivered", Returned),
    ("completed", Finished),
    ("finished", Finished),
    ("processing", Processing),
    ("received", Received),
    ("submitted", Registered),
];

/// What may stand behind a label without changing it.
const ADDITIONS: [&str; 8] =
    [" truoc han", " dung han", " qua han", " tre han", " som han", " con han", " trong han", " ho so"];

/// The probable national status of every distinct word of a status column, in the order given.
///
/// Bare numbers are taken for national codes, with low confidence, only when the column holds nothing
/// else and none above 10; other lists use the same digits for other things.
#[must_use]
pub fn status_proposal<'a>(labels: impl IntoIterator<Item = &'a str>) -> Vec<StatusGuess> {
    let labels: Vec<&str> = labels.into_iter().map(str::trim).filter(|label| !label.is_empty()).collect();
    let codes: Vec<Option<u8>> = labels.iter().map(|label| whole(label)).collect();
    let national = codes.iter().all(|code| code.is_some_and(|code| (1..=10).contains(&code)));
    labels
        .iter()
        .zip(codes)
        .map(|(label, code)| {
            let (status, confidence) = match code {
                Some(code) if national => (NationalStatus::from_code(code), 0.3),
                Some(_) => (None, 0.0),
                None => by_words(label),
            };
            StatusGuess { label: (*label).to_owned(), status, confidence }
        })
        .collect()
}

/// `7`, `7.0`
fn whole(label: &str) -> Option<u8> {
    label.strip_suffix(".0").unwrap_or(label).parse().ok()
}

fn by_words(label: &str) -> (Option<NationalStatus>, f64) {
    let known = |text: &str| NationalStatus::from_label(text);
    if let Some(status) = known(label) {
        let own = fold(status.label_vi()) == fold(label);
        return (Some(status), if own { 1.0 } else { 0.9 });
    }
    // "4 - Đang xử lý", "Đang xử lý (quá hạn)", "Đã trả kết quả đúng hạn"
    let outside = label.split(['(', '[']).next().unwrap_or(label);
    let key = fold(outside);
    let bare = key.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let bare = ADDITIONS.iter().find_map(|addition| bare.strip_suffix(addition)).unwrap_or(bare);
    let bare = bare.strip_prefix("ho so ").unwrap_or(bare);
    if let Some(status) = known(bare) {
        return (Some(status), 0.8);
    }
    let padded = format!(" {bare} ");
    let sign = SIGNS.iter().find(|(sign, _)| padded.contains(&format!(" {sign} ")));
    sign.map_or((None, 0.0), |(_, status)| (Some(*status), 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(labels: &[&str]) -> Vec<Option<u8>> {
        status_proposal(labels.iter().copied())
            .into_iter()
            .map(|guess| guess.status.map(NationalStatus::code))
            .collect()
    }

    #[test]
    fn the_national_labels_are_certain() {
        let labels: Vec<&str> = NationalStatus::ALL.iter().map(|status| status.label_vi()).collect();
        let guesses = status_proposal(labels);
        assert!(guesses.iter().all(|guess| guess.confidence > 0.99));
        assert!(guesses.iter().zip(NationalStatus::ALL).all(|(guess, status)| guess.status == Some(*status)));
    }

    #[test]
    fn additions_do_not_hide_a_label() {
        let labels =
            ["4 - Đang xử lý", "Đang xử lý (quá hạn)", "Đã trả kết quả đúng hạn", "Hồ sơ đã xử lý xong"];
        assert_eq!(codes(&labels), [Some(4), Some(4), Some(10), Some(9)]);
    }

    #[test]
    fn words_decide_where_the_label_is_new() {
        for (label, code) in [
            ("Đã có kết quả, chờ trả cho dân", 9),
            ("Đã trả kết quả qua bưu điện", 10),
            ("Chờ dân nộp nghĩa vụ tài chính", 6),
            ("Yêu cầu dân bổ sung giấy tờ lần 2", 5),
            ("Phòng chuyên môn từ chối", 3),
            ("Chuyển lãnh đạo phê duyệt", 4),
            ("Processing", 4),
            ("Completed", 9),
        ] {
            let found = status_proposal([label]);
            assert_eq!(found[0].status.map(NationalStatus::code), Some(code), "{label}");
            assert!(found[0].confidence < 0.6, "{label}");
        }
        assert_eq!(codes(&["Lưu kho"]), [None]);
    }

    #[test]
    fn numbers_are_national_only_when_all_can_be() {
        assert_eq!(codes(&["2", "4", "9", "10"]), [Some(2), Some(4), Some(9), Some(10)]);
        assert_eq!(codes(&["2", "4", "11"]), [None, None, None]);
        assert_eq!(codes(&["0", "5"]), [None, None]);
        assert!(status_proposal(["2", "9.0"]).iter().all(|guess| guess.confidence < 0.5));
    }
}

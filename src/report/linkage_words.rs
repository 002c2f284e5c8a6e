//! Levels and comparisons of linking in Vietnamese, for the drawing of one pair.
//!
//! What has no word here stays as it is written: the fields of a pipeline's own tables among others.

use std::borrow::Cow;

use super::workbook::Lang;
use crate::engine::linkage::explain::LOOK_ALIKES;

/// A comparison: the field of a dossier, or what look-alikes take off.
pub fn comparison(name: &str) -> &str {
    if name == LOOK_ALIKES { "cặp dễ nhầm" } else { Lang::Vi.word(name) }
}

/// A level of a shipped comparator or of a general one.
pub fn level(name: &str) -> Cow<'_, str> {
    if let Some((_, vi)) = LEVELS.iter().find(|(known, _)| *known == name) {
        return Cow::Borrowed(vi);
    }
    general(name).map_or(Cow::Borrowed(name), Cow::Owned)
}

/// Why two records of one system are no double entry.
pub fn objection(code: &str) -> &str {
    OBJECTIONS.iter().find(|(known, _)| *known == code).map_or(code, |(_, vi)| vi)
}

/// Levels that carry a number or a name.
fn general(name: &str) -> Option<String> {
    let between = |start: &str, end: &str| name.strip_prefix(start)?.strip_suffix(end);
    if let Some(days) = between("right later by ", " days at most") {
        return Some(format!("bên phải muộn hơn tối đa {days} ngày"));
    }
    if let Some(days) = between("left later by ", " days at most") {
        return Some(format!("bên trái muộn hơn tối đa {days} ngày"));
    }
    if let Some(days) = between("", " days apart at most").or_else(|| between("within ", " days")) {
        return Some(format!("cách nhau tối đa {days} ngày"));
    }
    if let Some((what, bits)) = name.strip_suffix(" bits or more").and_then(|name| name.rsplit_once(", ")) {
        return Some(format!("{}, từ {bits} bit", level(what)));
    }
    let starts = [
        ("jaro_winkler >= ", "độ giống Jaro-Winkler từ "),
        ("edits <= ", "số ký tự sai khác tối đa "),
        ("within ", "chênh lệch tối đa "),
        ("stands in ", "nằm ở trường "),
    ];
    starts.iter().find_map(|(start, vi)| Some(format!("{vi}{}", name.strip_prefix(start)?)))
}

const OBJECTIONS: &[(&str, &str)] = &[
    ("outside_window", "tiếp nhận cách nhau quá khoảng thời gian cho phép"),
    ("name_alone", "ngoài họ tên không có gì khớp"),
    ("other_owner", "chủ hồ sơ khác"),
    ("excepted_procedure", "thủ tục được loại trừ"),
    ("other_object", "đối tượng khác"),
    ("other_subject", "người được giải quyết khác"),
    ("ended_without_result", "hồ sơ trước kết thúc không có kết quả"),
];

const LEVELS: &[(&str, &str)] = &[
    ("same", "giống hệt"),
    ("else", "khác"),
    // Names.
    ("written otherwise", "cách viết khác"),
    ("without accents", "một bên không dấu"),
    ("other order", "thứ tự từ khác"),
    ("one of several owners", "một trong nhiều chủ hồ sơ"),
    ("shortened", "viết tắt hoặc thiếu tên đệm"),
    ("other marks", "dấu khác nhau"),
    ("one slip in one word", "sai một chữ cái trong một từ"),
    ("other middle name", "tên đệm khác"),
    ("given name, family name near", "cùng tên, họ gần giống"),
    // Numbers.
    ("leading zero lost", "mất số 0 ở đầu"),
    ("one digit wrong", "sai một chữ số"),
    ("two digits exchanged", "đảo hai chữ số"),
    ("one digit lost or doubled", "thiếu hoặc lặp một chữ số"),
    ("another branch", "chi nhánh khác"),
    ("another kind of paper", "loại giấy tờ khác"),
    ("same, written otherwise", "giống, cách viết khác"),
    // Dates and receipts.
    ("same as far as known", "giống trong phần đã biết"),
    ("month lost", "mất tháng"),
    ("day and month swapped", "đảo ngày và tháng"),
    ("one day apart", "cách một ngày"),
    ("one digit wrong or two exchanged", "sai một chữ số hoặc đảo hai chữ số"),
    ("one digit or two swapped", "sai một chữ số hoặc đảo hai chữ số"),
    ("same year, 1 January", "cùng năm, ngày 1 tháng 1"),
    ("same year", "cùng năm"),
    ("same year and month", "cùng năm và tháng"),
    ("same day and month", "cùng ngày và tháng"),
    ("seven hours apart", "lệch bảy giờ"),
    ("same day, one without time", "cùng ngày, một bên không có giờ"),
    ("same day within an hour", "cùng ngày, trong vòng một giờ"),
    ("same day", "cùng ngày"),
    ("right one day later", "bên phải muộn hơn một ngày"),
    ("left one day later", "bên trái muộn hơn một ngày"),
    // Procedures, units, codes.
    ("same first eight characters", "giống tám ký tự đầu"),
    ("one slip apart", "sai một ký tự"),
    ("same in the other order", "giống, thứ tự nhóm ngược lại"),
    ("one within the other", "đơn vị này thuộc đơn vị kia"),
    ("same agency above", "cùng cơ quan cấp trên"),
    ("look-alikes or separators", "ký tự dễ nhầm hoặc dấu phân cách"),
    ("other agency order or lost zeros", "thứ tự mã cơ quan khác hoặc mất số 0"),
    ("two characters exchanged", "đảo hai ký tự"),
    ("one character lost or doubled", "thiếu hoặc lặp một ký tự"),
    ("one character wrong", "sai một ký tự"),
    ("same day and sequence, other agency", "cùng ngày và số thứ tự, cơ quan khác"),
    ("same agency and day, other sequence", "cùng cơ quan và ngày, số thứ tự khác"),
    // Amounts and text.
    ("within 1,000", "chênh lệch tối đa 1.000 đồng"),
    ("a thousand times", "gấp một nghìn lần"),
    ("ten times", "gấp mười lần"),
    ("one side zero", "một bên bằng 0"),
    ("same without accents and abbreviations", "giống khi bỏ dấu và chữ viết tắt"),
    ("same words in another order", "cùng các từ, thứ tự khác"),
    ("same words", "cùng các từ"),
    ("one cut off", "một bên bị cắt"),
    ("words of one among the other's", "từ của bên này nằm trong bên kia"),
    ("one is the start of the other", "bên này là phần đầu của bên kia"),
    ("same start, other words after", "phần đầu giống, các từ sau khác"),
    ("same start, parted within a word", "phần đầu giống, khác từ giữa một từ"),
];

#[cfg(test)]
mod tests {
    use super::{comparison, level, objection};
    use crate::comparators::comparators;
    use crate::domain::rules::r23_several_rightly::LegitimateReason;
    use crate::engine::linkage::comparator::Comparator;
    use crate::engine::linkage::date::Dates;
    use crate::engine::linkage::settings::DateSettings;
    use crate::stages::dedupe::by_score::Objection;

    #[test]
    fn every_level_of_a_shipped_comparator_has_a_word() {
        for (name, levels) in comparators() {
            for own in levels {
                assert_ne!(level(&own), own, "{name}");
            }
        }
        for signed in [true, false] {
            let dates = Dates::new(&DateSettings { slips: true, within: vec![1, 30], signed });
            assert!(dates.levels().iter().all(|own| level(own) != *own));
        }
    }

    #[test]
    fn every_objection_has_a_word() {
        for own in [Objection::OutsideWindow, Objection::NameAlone] {
            assert_ne!(objection(own.code()), own.code());
        }
        assert_eq!(objection(LegitimateReason::OtherSubject.code()), "người được giải quyết khác");
    }

    #[test]
    fn numbers_are_kept_and_what_is_not_known_stays() {
        assert_eq!(level("jaro_winkler >= 0.92"), "độ giống Jaro-Winkler từ 0.92");
        assert_eq!(level("within 5 %"), "chênh lệch tối đa 5 %");
        assert_eq!(level("within 7 days"), "cách nhau tối đa 7 ngày");
        assert_eq!(
            level("one is the start of the other, 12 bits or more"),
            "bên này là phần đầu của bên kia, từ 12 bit"
        );
        assert_eq!(level("a level of one's own"), "a level of one's own");
        assert_eq!((comparison("owner_name"), comparison("look-alikes")), ("chủ hồ sơ", "cặp dễ nhầm"));
        assert_eq!(comparison("my_field"), "my_field");
    }
}

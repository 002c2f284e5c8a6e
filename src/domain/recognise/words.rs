//! The words by which names, bodies, procedures and fields are known, all folded.
//!
//! It must not be taken for a catalogue: a word that is missing here only makes a guess weaker.

use crate::domain::text::fold;

/// Family names that cover nearly everyone, also of the larger minorities [R-H]; sorted.
const FAMILY_NAMES: &[&str] = &[
    "an", "au", "ban", "banh", "be", "bui", "cai", "cam", "can", "cao", "cham", "chau", "che", "chu",
    "chuong", "co", "cu", "cung", "dam", "dang", "danh", "dao", "dau", "diep", "dieu", "dinh", "do", "doan",
    "dong", "du", "duong", "duu", "gian", "giang", "giap", "ha", "hau", "hien", "ho", "hoa", "hoang", "hong",
    "hua", "hung", "huynh", "kha", "khong", "khuat", "kieu", "kim", "kso", "ksor", "la", "lai", "lam",
    "lang", "le", "leng", "lo", "loc", "loi", "long", "lu", "luc", "luong", "luu", "luyen", "ly", "ma",
    "mac", "mai", "man", "mua", "nghiem", "ngo", "ngoc", "nguy", "nguyen", "nham", "nhan", "ninh", "nong",
    "on", "ong", "pham", "phan", "phi", "pho", "phu", "phung", "phuong", "quach", "quan", "quang", "rmah",
    "sung", "ta", "tan", "tang", "thach", "thai", "thao", "thieu", "to", "ton", "tong", "tra", "tran",
    "trang", "tri", "trieu", "trinh", "truong", "tu", "vang", "vi", "vo", "vu", "vuong",
];

/// Forms of address that may stand before a name.
const TITLES: &[&str] = &["ong", "ba", "anh", "chi", "ho", "chau", "em", "co"];

const COMPANIES: &[&str] = &[
    "cong ty",
    "cty",
    "ctcp",
    "tong cong ty",
    "tap doan",
    "doanh nghiep",
    "dntn",
    "hop tac xa",
    "htx",
    "ngan hang",
    "ho kinh doanh",
    "hkd",
    "chi nhanh cong ty",
    "nha may",
    "nha thuoc",
    "quy tin dung",
    "cua hang",
    "xi nghiep",
    "hiep hoi",
    "company",
];

/// Public bodies. Whole phrases where the first word alone is also a family name.
const AGENCIES: &[&str] = &[
    "ubnd",
    "uy ban",
    "so tu phap",
    "so xay dung",
    "so y te",
    "so noi vu",
    "so tai chinh",
    "so cong thuong",
    "so giao duc",
    "so giao thong",
    "so ke hoach",
    "so khoa hoc",
    "so lao dong",
    "so nong nghiep",
    "so tai nguyen",
    "so thong tin",
    "so van hoa",
    "so du lich",
    "so ngoai vu",
    "so dan toc",
    "phong tu phap",
    "phong tai",
    "phong noi vu",
    "phong kinh te",
    "phong quan ly",
    "phong giao duc",
    "phong lao dong",
    "phong van hoa",
    "phong y te",
    "phong nong nghiep",
    "phong ke hoach",
    "ban quan ly",
    "bql",
    "bo phan",
    "cuc",
    "chi cuc",
    "trung tam",
    "tt phuc vu",
    "ttpvhcc",
    "van phong",
    "chi nhanh van phong",
    "cong an",
    "bao hiem xa hoi",
    "thanh tra",
    "toa an",
];

/// First words of the names of procedures [R-M].
const TITLE_STARTS: &[&str] = &[
    "dang ky",
    "cap",
    "thu tuc",
    "chung thuc",
    "xac nhan",
    "xac dinh",
    "doi",
    "thay doi",
    "cai chinh",
    "gia han",
    "cong nhan",
    "phe duyet",
    "tham dinh",
    "giai quyet",
    "trich luc",
    "bo sung ho tich",
    "dieu chinh",
    "chuyen",
    "dinh chinh",
    "ho tro",
    "tro cap",
    "thuc hien",
    "sua doi",
    "cham dut",
    "lien thong",
    "cho phep",
    "tiep nhan",
    "thong bao",
    "mien",
    "huong",
    "khai",
    "xet",
    "tang",
    "thanh lap",
    "cong bo",
    "kiem tra",
    "thu hoi",
    "giao dat",
    "thue dat",
    "ban giao",
    "chap thuan",
    "de nghi",
    "nhap",
    "xoa",
    "tach",
    "hop thua",
    "ghi vao so",
    "phuc hoi",
    "tam ngung",
    "giam dinh",
    "quyet dinh",
    "to chuc",
    "lap",
    "di chuyen",
    "nhan",
    "tuyen",
];

/// Usual names of fields (lĩnh vực) [R-M]; sorted.
const SUBJECTS: &[&str] = &[
    "an toan thuc pham",
    "bao hiem",
    "bao hiem xa hoi",
    "bao tro xa hoi",
    "boi thuong nha nuoc",
    "cap quan ly can cuoc",
    "chan nuoi",
    "chung thuc",
    "con nuoi",
    "cong chung",
    "dang ky bien phap bao dam",
    "dang ky doanh nghiep",
    "dat dai",
    "dau thau",
    "dau tu",
    "dien",
    "du lich",
    "duoc pham",
    "duong bo",
    "giao duc",
    "giao duc va dao tao",
    "giao thong van tai",
    "hai quan",
    "ho tich",
    "hoa chat",
    "ke hoach dau tu",
    "khieu nai to cao",
    "khoa hoc cong nghe",
    "khoang san",
    "kiem lam",
    "kinh doanh khi",
    "ksnd",
    "lam nghiep",
    "lao dong",
    "lao dong thuong binh xa hoi",
    "ly lich tu phap",
    "moi truong",
    "nguoi co cong",
    "nha o",
    "nong nghiep",
    "phong chong te nan xa hoi",
    "quoc tich",
    "quy hoach",
    "tai chinh",
    "tai nguyen nuoc",
    "tai nguyen va moi truong",
    "thi dua khen thuong",
    "thue",
    "thue phi le phi",
    "thuong mai",
    "thuy loi",
    "thuy san",
    "ton giao",
    "tu phap",
    "van hoa",
    "vat lieu xay dung",
    "viec lam",
    "vien thong",
    "xay dung",
    "y te",
];

const LEVELS: &[&str] = &[
    "tinh",
    "huyen",
    "xa",
    "cap tinh",
    "cap huyen",
    "cap xa",
    "so nganh",
    "cap so",
    "so ban nganh",
    "trung uong",
    "bo",
    "cap bo",
    "phuong xa",
    "xa phuong",
    "quan huyen",
    "cap quan",
    "cap phuong",
    "thanh pho",
    "thi tran",
    "province",
    "provincial",
    "district",
    "commune",
    "ward",
    "central",
    "thi xa",
];

/// What an address says inside, with its marks: unaccented, half of these are names.
const ADDRESS_MARKS: &[&str] = &[
    "xã ",
    "phường ",
    "huyện ",
    "tỉnh ",
    "thôn ",
    "xóm ",
    "ấp ",
    "đường ",
    "khu phố",
    "tổ dân phố",
    "thị trấn ",
    "số nhà",
];

/// Whether the key is the phrase or goes on with another word.
fn starts_with_phrase(key: &str, phrase: &str) -> bool {
    key.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

pub(super) fn is_company(key: &str) -> bool {
    COMPANIES.iter().any(|phrase| starts_with_phrase(key, phrase))
}

pub(super) fn is_agency(key: &str) -> bool {
    AGENCIES.iter().any(|phrase| starts_with_phrase(key, phrase))
}

pub(super) fn is_level(key: &str) -> bool {
    LEVELS.contains(&key)
}

/// With or without the words `lĩnh vực` in front.
pub(super) fn is_subject(key: &str) -> bool {
    SUBJECTS.binary_search(&key.strip_prefix("linh vuc ").unwrap_or(key)).is_ok()
}

pub(super) fn is_procedure_title(key: &str) -> bool {
    key.split(' ').nth(1).is_some() && TITLE_STARTS.iter().any(|phrase| starts_with_phrase(key, phrase))
}

/// Letters of any script and the signs names are written with; at most what two owners need.
pub(super) fn is_name_shaped(text: &str) -> bool {
    let sign =
        |c: char| matches!(c, ' ' | '.' | '\'' | '’' | '‘' | '`' | '-' | ',' | '&' | ';' | '(' | ')' | '*');
    text.chars().any(char::is_alphabetic)
        && text.chars().count() <= 120
        && text.chars().all(|c| c.is_alphabetic() || crate::domain::text::is_invisible(c) || sign(c))
}

/// Capitalised words, two to fourteen of them, of which the first is a family name.
pub(super) fn is_person(text: &str) -> bool {
    if !is_name_shaped(text) || is_address(text) {
        return false;
    }
    let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let parts: Vec<&str> = text.split(' ').collect();
    // Only what joins two owners is written small.
    let small = parts.iter().filter(|word| !capital(word)).count();
    if !(2..=14).contains(&parts.len()) || !(small * 3 <= parts.len() || small == parts.len()) {
        return false;
    }
    let keys: Vec<String> = parts.iter().map(|word| fold(word)).collect();
    let mut names =
        keys.iter().map(String::as_str).skip_while(|word| TITLES.contains(word) && keys.len() > 3);
    names.next().is_some_and(|first| FAMILY_NAMES.binary_search(&first).is_ok())
}

/// A place rather than a person.
pub(super) fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    ADDRESS_MARKS.iter().any(|mark| {
        lower.starts_with(mark) || lower.match_indices(mark).any(|(at, _)| lower[..at].ends_with([' ', ',']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_searched_lists_are_sorted() {
        assert!(FAMILY_NAMES.is_sorted(), "{:?}", FAMILY_NAMES.windows(2).find(|pair| pair[0] > pair[1]));
        assert!(SUBJECTS.is_sorted(), "{:?}", SUBJECTS.windows(2).find(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn places_are_no_people() {
        assert!(is_address("Thôn 3, xã Hòa Bình"));
        assert!(!is_person("Xã Hòa Bình"));
        assert!(!is_address("Nguyễn Phương Xá"));
    }

    #[test]
    fn people_are_written_in_many_ways() {
        for name in ["nguyễn văn a", "NGUYEN VAN A", "Lò Thị Ín", "Hộ ông Vàng A Páo", "N. V. A"]
        {
            assert_eq!(is_person(name), name != "N. V. A", "{name}");
        }
    }
}

//! Syllables of synthetic people: family names by how common they are, middle and given names.
//!
//! Nobody here exists. Tone marks stand the old way (`Hòa`, `Thúy`), so that moving them changes a name.

use super::profile::Minority;
use rand::{Rng, RngExt};

type Weighted = &'static [(&'static str, u32)];

/// The names of one people; a middle name may be empty.
struct Pool {
    family: Weighted,
    male_middle: Weighted,
    female_middle: Weighted,
    male: &'static [&'static str],
    female: &'static [&'static str],
}

#[rustfmt::skip]
const KINH: Pool = Pool {
    family: &[
        ("Nguyễn", 384), ("Trần", 110), ("Lê", 95), ("Phạm", 71), ("Hoàng", 36), ("Huỳnh", 15), ("Phan", 45),
        ("Vũ", 25), ("Võ", 14), ("Đặng", 21), ("Bùi", 20), ("Đỗ", 14), ("Hồ", 13), ("Ngô", 13), ("Dương", 10),
        ("Lý", 5), ("Đinh", 6), ("Trịnh", 6), ("Đoàn", 6), ("Mai", 5), ("Lương", 6), ("Cao", 5), ("Tạ", 4),
        ("Lưu", 4), ("Chu", 3), ("Tô", 3), ("Phùng", 3), ("Kiều", 2), ("Thái", 2), ("Quản", 1), ("Nghiêm", 1),
    ],
    male_middle: &[
        ("Văn", 35), ("Đức", 6), ("Minh", 7), ("Quang", 5), ("Hữu", 5), ("Xuân", 5), ("Công", 4), ("Đình", 4),
        ("Thanh", 4), ("Ngọc", 4), ("Tuấn", 3), ("Quốc", 4), ("Duy", 3), ("Bá", 2), ("Trọng", 2), ("Gia", 2), ("", 5),
    ],
    female_middle: &[
        ("Thị", 50), ("Thị Thu", 5), ("Thị Thanh", 5), ("Thị Hồng", 4), ("Thị Kim", 4), ("Thị Ngọc", 4),
        ("Thị Bích", 3), ("Thị Mai", 3), ("Ngọc", 5), ("Thu", 4), ("Thanh", 4), ("Phương", 3), ("Kim", 2), ("Khánh", 2),
    ],
    male: &[
        "Hùng", "Dũng", "Cường", "Tuấn", "Hải", "Sơn", "Nam", "Long", "Hiếu", "Trung", "Thắng", "Quân", "Anh", "Bình",
        "Hòa", "Toàn", "Khoa", "Khánh", "Phúc", "Lộc", "Thành", "Đạt", "Kiên", "Tùng", "Linh", "Vinh", "Quý", "Huy",
        "Tiến", "Thịnh", "Chiến", "Việt", "Phong", "Lâm", "Nghĩa", "Tài", "Lực", "Thủy", "Hậu", "Duy", "Thảo", "Khải",
        "Ân", "Bảo", "Giang", "Hoàn", "Tâm", "Trường", "Thái", "Vượng", "Xuân", "Đông", "Thọ", "Tú", "Khóa", "Chính",
    ],
    female: &[
        "Hoa", "Lan", "Hương", "Hằng", "Hà", "Thúy", "Thủy", "Thùy", "Hòa", "Nga", "Mai", "Linh", "Trang", "Huyền",
        "Yến", "Loan", "Phượng", "Oanh", "Vân", "Thảo", "Nhung", "Hạnh", "Hiền", "Dung", "Hồng", "Liên", "Tuyết", "Xuân",
        "Ngân", "Ngọc", "Quyên", "Quỳnh", "Tâm", "Thơm", "Thu", "Tươi", "Bích", "Châu", "Chi", "Duyên", "Giang", "Hậu",
        "Khánh", "Lý", "Minh", "My", "Nhàn", "Phương", "Sen", "Thoa", "Tình", "Trinh", "Uyên", "Vui", "Xoan", "Ánh",
    ],
};

/// Mường of Hòa Bình.
#[rustfmt::skip]
const MUONG: Pool = Pool {
    family: &[
        ("Bùi", 55), ("Đinh", 14), ("Quách", 9), ("Hà", 7), ("Bạch", 5), ("Xa", 4), ("Nguyễn", 6), ("Lường", 3), ("Phùng", 2),
    ],
    male_middle: &[("Văn", 60), ("Đức", 8), ("Công", 7), ("Ngọc", 5), ("Thanh", 5), ("Tiến", 4), ("", 4)],
    female_middle: &[("Thị", 80), ("Thị Hồng", 5), ("Thị Thanh", 5), ("Thị Bích", 3), ("Thu", 3)],
    male: &[
        "Ển", "Nhàn", "Khương", "Dậu", "Thực", "Hợi", "Tự", "Chức", "Điệp", "Thịnh", "Tuân", "Hồng", "Nhiêu", "Quyết",
        "Lợi", "Cường", "Thiện", "Hòa", "Khóa", "Hiển", "Luyến", "Tưởng", "Xuyến", "Bình", "Nội", "Thơ", "Miên", "Phẩm",
    ],
    female: &[
        "Én", "Nhiêu", "Dỏn", "Thiệp", "Mến", "Hiên", "Lưu", "Bẩy", "Diện", "Nguyệt", "Thúy", "Thảo", "Ỉn", "Rịnh",
        "Hòa", "Chiên", "Huệ", "Quyến", "Vượng", "Hường", "Khuyên", "Lụa", "Thùy", "Đào", "Nhất", "Tiệp", "Tin", "Kiểm",
    ],
};

/// Mông, Tày and Dao of Hà Giang.
#[rustfmt::skip]
const HA_GIANG: Pool = Pool {
    family: &[
        ("Vàng", 14), ("Giàng", 12), ("Hờ", 5), ("Lù", 7), ("Sùng", 10), ("Thào", 8), ("Ly", 6), ("Mua", 4), ("Vừ", 5),
        ("Nông", 7), ("Hoàng", 9), ("Ma", 4), ("Lò", 4), ("Bàn", 5), ("Triệu", 5), ("Phàn", 4), ("Tẩn", 4), ("Chảo", 3),
        ("Cháng", 3), ("Xín", 2), ("Ly Mí", 1), ("Hầu", 2),
    ],
    male_middle: &[("Mí", 24), ("A", 20), ("Seo", 18), ("Văn", 20), ("Chá", 6), ("Dũng", 2), ("Xuân", 3), ("Chẩn", 3), ("", 4)],
    female_middle: &[("Thị", 72), ("Mùi", 5), ("Seo", 6), ("Thị Mùi", 4), ("Thị Thu", 3), ("", 3)],
    male: &[
        "Sính", "Páo", "Lúa", "Dìn", "Chứ", "Nô", "Pó", "Sùng", "Già", "Say", "Tủa", "Cáy", "Dế", "Chá", "Phừ", "Sì",
        "Vư", "Lềnh", "Hồng", "Tỏa", "Phìn", "Chính", "Sài", "Quyết", "Kháy", "Tờ", "Vần", "Khóa", "Phong", "Tình",
    ],
    female: &[
        "Mỷ", "Dính", "Say", "Chía", "Máy", "Pà", "Chúa", "Sua", "Mẩy", "Dung", "Và", "Ghênh", "Xúa", "Lía", "Cáy",
        "Phương", "Mai", "Hòa", "Sung", "Thúy", "Nhình", "Pằng", "Ngoan", "Liều", "Chẩu", "Nghì", "Cở", "Tòng",
    ],
};

/// Khmer of Kiên Giang.
#[rustfmt::skip]
const KHMER: Pool = Pool {
    family: &[
        ("Danh", 60), ("Thị", 25), ("Lâm", 5), ("Kim", 4), ("Sơn", 4), ("Thạch", 4), ("Châu", 3), ("Trần", 4), ("Tiên", 1),
    ],
    male_middle: &[("", 50), ("Văn", 15), ("Hoàng", 6), ("Minh", 6), ("Thanh", 4), ("Út", 3)],
    female_middle: &[("", 40), ("Thị", 22), ("Kim", 5), ("Ngọc", 5), ("Thúy", 3), ("Mỹ", 4)],
    male: &[
        "Đức", "Khuôl", "Sết", "Út", "Hên", "Tha", "Chanh", "Nghĩa", "Phol", "Rích", "Sóc", "Thươl", "Vuông", "Hòa",
        "Oanh", "Som", "Ươne", "Nhường", "Đẹp", "Xem",
    ],
    female: &[
        "Hường", "Sà Phol", "Phiếp", "Sa Rươne", "Diễm", "Út", "Thol", "Chane", "Thúy", "Liên", "Kiều", "Hòa", "Phương",
        "Mỹ", "Nhanh", "Rết", "Thu", "Na", "Quyên", "Lan",
    ],
};

/// A name as the hub writes it: family, middle, given, NFC.
pub fn draw(rng: &mut impl Rng, minority: Minority, minority_share: f64, male: bool) -> String {
    let pool = if rng.random::<f64>() >= minority_share {
        &KINH
    } else {
        match minority {
            Minority::HoaBinh => &MUONG,
            Minority::HaGiang => &HA_GIANG,
            Minority::KienGiang => &KHMER,
        }
    };
    let (middle, given) =
        if male { (pool.male_middle, pool.male) } else { (pool.female_middle, pool.female) };
    let mut name = String::with_capacity(32);
    name.push_str(weighted(rng, pool.family));
    let middle = weighted(rng, middle);
    if !middle.is_empty() {
        name.push(' ');
        name.push_str(middle);
    }
    name.push(' ');
    name.push_str(one_of(rng, given));
    name
}

/// A given name, for a name that is planted wrong.
pub fn draw_given(rng: &mut impl Rng, male: bool) -> &'static str {
    one_of(rng, if male { KINH.male } else { KINH.female })
}

fn weighted(rng: &mut impl Rng, list: Weighted) -> &'static str {
    let total: u32 = list.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..total.max(1));
    for (text, weight) in list {
        if left < *weight {
            return text;
        }
        left -= weight;
    }
    ""
}

fn one_of(rng: &mut impl Rng, list: &'static [&'static str]) -> &'static str {
    let index = rng.random_range(0..list.len().max(1));
    list.get(index).copied().unwrap_or("")
}

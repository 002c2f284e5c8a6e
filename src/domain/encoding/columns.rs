//! Columns for tests: names, places and titles of procedures, drawn without any randomness of the system.

#[rustfmt::skip]
const FAMILY: &[&str] = &[
    "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ",
    "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trịnh", "Lương", "Cao", "Lưu", "Vàng",
    "Giàng", "Sùng",
];
const MIDDLE: &[&str] =
    &["Văn", "Văn", "Thị", "Thị", "Thị", "Đức", "Minh", "Hữu", "Xuân", "Công", "Ngọc", "Thanh", "Mí", "Kim"];
#[rustfmt::skip]
const GIVEN: &[&str] = &[
    "Hùng", "Dũng", "Cường", "Tuấn", "Hải", "Sơn", "Nam", "Long", "Hiếu", "Trung", "Thắng", "Quân", "Anh",
    "Bình", "Hòa", "Toàn", "Khánh", "Phúc", "Lộc", "Đạt", "Kiên", "Quý", "Huy", "Tiến", "Chiến", "Việt",
    "Lâm", "Nghĩa", "Thủy", "Thảo", "Ân", "Vượng", "Thọ", "Hoa", "Lan", "Hương", "Hằng", "Thúy", "Huyền",
    "Yến", "Loan", "Phượng", "Oanh", "Nhung", "Ngọc", "Quỳnh", "Thơm", "Tươi", "Duyên", "Uyên", "Xoan",
    "Ánh", "Hưng", "Thư", "Sính", "Páo", "Mỷ", "Chứ", "Phìn",
];
#[rustfmt::skip]
const PLACES: &[&str] = &[
    "Phương Lâm", "Nguyễn Trãi", "Tân Thịnh", "Cao Phong", "Chi Nê", "Cốc Pài", "Hàng Trạm", "Lương Sơn",
    "Mai Châu", "Mãn Đức", "Mèo Vạc", "Vĩnh Thuận", "Vị Xuyên", "Yên Minh", "Đồng Văn", "Bản Luốc",
    "Bảo Hiệu", "Hòa Bình", "Khuôn Lùng", "Lũng Cú", "Na Khê", "Nhuận Trạch", "Nà Chì", "Phú Nghĩa",
    "Hưng Yên", "Đường Thượng", "Bạch Đằng", "Trưng Trắc",
];
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Chứng thực chữ ký trong các giấy tờ, văn bản",
    "Cấp Giấy xác nhận tình trạng hôn nhân", "Cấp Phiếu lý lịch tư pháp cho công dân Việt Nam",
    "Cấp bản sao Trích lục hộ tịch", "Cấp giấy phép xây dựng mới nhà ở riêng lẻ", "Đăng ký kết hôn",
    "Đăng ký khai sinh", "Cấp lại Giấy chứng nhận hoặc cấp lại trang bổ sung do bị mất", "Đăng ký khai tử",
    "Tiếp nhận hồ sơ hưởng mai táng phí", "Cấp mới giấy phép hành nghề khám bệnh, chữa bệnh",
    "Thay đổi, cải chính, bổ sung thông tin hộ tịch",
    "Thẩm định nhu cầu sử dụng đất để giao đất, cho thuê đất đối với tổ chức", "Xóa đăng ký thường trú",
    "Thực hiện trợ cấp xã hội hàng tháng", "Cung cấp dữ liệu đất đai", "Phê duyệt phương án bồi thường",
];

#[rustfmt::skip]
const NOISE: &[&str] = &[
    "Ksor H'Bia", "Y Blô", "Êban Niê", "Mlô Y Bhôk", "Danh Khuôl", "Thị Sa Rươne", "Danh Thươl",
    "NGUYEN VAN AN", "Tran Thi Hoa", "UBND-QĐ", "Công ty TNHH ABC", "CTY TNHH MTV Sài Gòn",
    "Société Générale", "Kpuih", "", "-", "H48.53-1", "René", "Rơ Châm Blôh", "N.V.A", "Ng Thị B",
    "CCCD 001", "Citroen", "Kđăm Y Kđoh",
];

/// A generator of numbers (SplitMix64); the tests must not differ from run to run.
pub struct Draw(pub u64);

impl Draw {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    pub fn one<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// What a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Names,
    CapitalNames,
    Addresses,
    Titles,
    /// Names, a third of the cells being something that is hardly Vietnamese or not marked.
    Noisy,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Names, Self::CapitalNames, Self::Addresses, Self::Titles, Self::Noisy];
}

pub fn column(kind: Kind, length: usize, draw: &mut Draw) -> Vec<String> {
    (0..length).map(|_| cell(kind, draw)).collect()
}

fn cell(kind: Kind, draw: &mut Draw) -> String {
    match kind {
        Kind::Names => format!("{} {} {}", draw.one(FAMILY), draw.one(MIDDLE), draw.one(GIVEN)),
        Kind::CapitalNames => cell(Kind::Names, draw).to_uppercase(),
        Kind::Noisy if draw.below(3) == 0 => draw.one(NOISE).to_owned(),
        Kind::Noisy => cell(Kind::Names, draw),
        Kind::Titles => draw.one(TITLES).to_owned(),
        Kind::Addresses => {
            let number = draw.below(20) + 1;
            let lead = draw.one(&["Thôn", "Xóm", "Tổ", "Bản", "Số nhà", "Khu phố"]);
            let commune = draw.one(&["xã", "phường", "thị trấn"]);
            let district = draw.one(&["huyện", "thành phố", "quận"]);
            let (near, far) = (draw.one(PLACES), draw.one(PLACES));
            format!("{lead} {number}, {commune} {near}, {district} {far}")
        }
    }
}

//! The agencies that send and receive documents: ministries, provinces, and units of Gia Lai.
//!
//! Codes of ministries and provinces are the public ones; numbers of units of the province are made up.

pub struct Agency {
    pub code: &'static str,
    pub name: &'static str,
    /// Notation behind the number of its documents (ký hiệu).
    pub notation: &'static str,
}

const fn agency(code: &'static str, name: &'static str, notation: &'static str) -> Agency {
    Agency { code, name, notation }
}

pub const AGENCIES: [Agency; 40] = [
    agency("G01", "Bộ Công an", "BCA-V01"),
    agency("G02", "Bộ Công Thương", "BCT-VP"),
    agency("G03", "Bộ Giáo dục và Đào tạo", "BGDĐT-VP"),
    agency("G04", "Bộ Giao thông vận tải", "BGTVT-VP"),
    agency("G05", "Bộ Kế hoạch và Đầu tư", "BKHĐT-VP"),
    agency("G07", "Bộ Lao động - Thương binh và Xã hội", "BLĐTBXH-VP"),
    agency("G09", "Bộ Nội vụ", "BNV-CCHC"),
    agency("G12", "Bộ Tài chính", "BTC-VP"),
    agency("G13", "Bộ Tài nguyên và Môi trường", "BTNMT-VP"),
    agency("G14", "Bộ Thông tin và Truyền thông", "BTTTT-CĐSQG"),
    agency("G15", "Bộ Tư pháp", "BTP-VP"),
    agency("G18", "Bộ Y tế", "BYT-VP"),
    agency("G22", "Văn phòng Chính phủ", "VPCP-KSTT"),
    agency("H08", "UBND tỉnh Bình Định", "UBND-TH"),
    agency("H15", "UBND tỉnh Đắk Lắk", "UBND-TH"),
    agency("H17", "UBND thành phố Đà Nẵng", "UBND-TH"),
    agency("H21", "UBND tỉnh Gia Lai", "UBND-NC"),
    agency("H22", "UBND tỉnh Hà Giang", "UBND-TH"),
    agency("H26", "UBND thành phố Hà Nội", "UBND-TH"),
    agency("H28", "UBND tỉnh Hòa Bình", "UBND-TH"),
    agency("H29", "UBND Thành phố Hồ Chí Minh", "UBND-TH"),
    agency("H34", "UBND tỉnh Kon Tum", "UBND-TH"),
    agency("H45", "UBND tỉnh Phú Yên", "UBND-TH"),
    agency("H50", "UBND tỉnh Quảng Trị", "UBND-TH"),
    agency("H21.02", "Sở Công Thương", "SCT-QLTM"),
    agency("H21.04", "Sở Giáo dục và Đào tạo", "SGDĐT-VP"),
    agency("H21.05", "Sở Kế hoạch và Đầu tư", "SKHĐT-VP"),
    agency("H21.08", "Sở Giao thông vận tải", "SGTVT-VT"),
    agency("H21.10", "Sở Tư pháp", "STP-VP"),
    agency("H21.11", "Sở Tài nguyên và Môi trường", "STNMT-QHĐĐ"),
    agency("H21.14", "Sở Thông tin và Truyền thông", "STTTT-CNTT"),
    agency("H21.15", "Sở Y tế", "SYT-NVY"),
    agency("H21.31", "UBND thành phố Pleiku", "UBND-VP"),
    agency("H21.32", "UBND thị xã An Khê", "UBND-VP"),
    agency("H21.33", "UBND thị xã Ayun Pa", "UBND-VP"),
    agency("H21.34", "UBND huyện Đak Đoa", "UBND-TH"),
    agency("H21.37", "UBND huyện Chư Sê", "UBND-VP"),
    agency("H21.40", "UBND huyện Ia Grai", "UBND-VP"),
    agency("H21.43", "UBND huyện Kbang", "UBND-VP"),
    agency("H21.46", "UBND huyện Phú Thiện", "UBND-VP"),
];

/// Whether the agency is a unit below its province: no merger makes one of them another.
pub fn is_unit(at: usize) -> bool {
    AGENCIES.get(at).is_some_and(|agency| agency.code.contains('.'))
}

//! What stands in the cells of exports: names, addresses, titles of procedures, codes, dates, sums, and
//! what makes trouble.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::charset::{self, Charset};
use super::{Form, Packing, fits};

const FAMILY_NAMES: &str = "\
     nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh lương trịnh đoàn mai \
     tô hà tạ chu triệu vàng giàng sùng thào lò quàng rơ siu";

const GIVEN_NAMES: &str = "\
     văn thị hữu đức công đình ngọc thanh minh quang xuân thu hồng kim mỹ bảo gia khánh an anh bình \
     châu chi cường dung dũng giang hà hải hạnh hằng hiền hiếu hòa hoà hoa huệ hùng hưng huyền hương \
     khoa khôi lan liên linh loan long mạnh nam nga ngân nghĩa nguyệt nhung oanh phong phúc phương quân \
     quý quyên sơn tâm thảo thắng thành thiện thịnh thơm thúy thuý thùy thủy tiến toàn trang trung tuấn \
     tùng tuyết vân việt vinh vượng vy yến ý ẩn ước";

const PLACES: &str = "\
     lợi lai huệ trãi khuyến hưng đạo thái học quốc toản bạch đằng cách mạng tháng tám hòa bình vĩnh \
     thuận kiên giang rạch giá vị thanh ngã bảy đồng văn mèo vạc yên minh quản bạ xín mần quỳ hợp kỳ \
     sơn buôn ma thuột cửa lò nhà bè thủ đức gò vấp tân phú cầu giấy bắc kạn lạng cẩm khê bãi cháy uông \
     bí đầm dơi năm căn ô môn cờ đỏ phụng hiệp mỏ cày mỹ tho gạo chợ lách bẩy sậy";

const OFFICE_WORDS: &str = "\
     đăng ký khai sinh kết hôn tử thủ tục cấp đổi lại giấy chứng nhận quyền sử dụng đất sở hữu nhà ở và \
     tài sản khác gắn liền với phép xây lái xe hộ chiếu lý lịch tư pháp phiếu số trợ xã hội bảo hiểm y \
     tế hồ sơ đã tiếp đang xử lý chờ bổ sung hạn trả kết quả lãnh đạo phê duyệt ủy ban nhân dân phường \
     quận huyện tỉnh thành phố ấp thôn tổ dân khu vực chuyển mục đích thừa kế tặng cho chuyển nhượng \
     thế chấp xóa nợ thuế lệ phí nghĩa vụ tài chính điều chỉnh quy hoạch chi tiết kinh doanh thực phẩm \
     rượu hành nghề dược người khuyết tật cao tuổi liệt sĩ cải chính hộ tịch trích lục bản sao nuôi con \
     xác định mức độ giám định quỹ hỗ trợ ngừng mở rộng sẵn sàng khẳng mẫu sẽ bẵng lẻ mẹ rẽ kiểm ghế \
     lĩnh nghỉ ngõ vọng rỗ lớp thưởng chữ kỵ kỷ tỷ lỡ cỡ đợi nữ kẽ";

/// Syllables in small letters, NFC, each once. All 67 letters that ASCII lacks occur.
pub fn syllables() -> Vec<&'static str> {
    let lists = [FAMILY_NAMES, GIVEN_NAMES, PLACES, OFFICE_WORDS];
    let mut list: Vec<&str> = lists.into_iter().flat_map(str::split_whitespace).collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// What a cell of an export may hold; no white space at its ends.
pub fn cell() -> BoxedStrategy<String> {
    prop_oneof![
        6 => name(),
        4 => address(),
        4 => procedure(),
        3 => code(),
        3 => date(),
        2 => money(),
        2 => number(),
        3 => Just(String::new()),
        4 => awkward(),
    ]
    .boxed()
}

/// Cells that such a file holds.
pub fn cell_for(form: Form, charset: Charset) -> BoxedStrategy<String> {
    cell().prop_map(move |text| nearest(&text, form, charset)).boxed()
}

/// Rows of so many cells.
pub fn rows_for(form: Form, charset: Charset, columns: usize) -> BoxedStrategy<Vec<Vec<String>>> {
    vec(vec(cell_for(form, charset), columns), 1..40).boxed()
}

pub fn form() -> impl Strategy<Value = Form> {
    select(Form::samples())
}

pub fn charset() -> impl Strategy<Value = Charset> {
    select(Charset::ALL.to_vec())
}

pub fn packing() -> impl Strategy<Value = Packing> {
    select(Packing::ALL.to_vec())
}

/// The text, or what is left of it once the form and the charset have taken what they cannot hold.
pub fn nearest(text: &str, form: Form, charset: Charset) -> String {
    let text = charset::nearest(charset, text);
    if fits(&text, form, charset) {
        return text;
    }
    let words: Vec<&str> = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect();
    let text = words.join(" ");
    if fits(&text, form, charset) {
        return text;
    }
    let kept: String = match form {
        Form::Csv(csv) => text.chars().filter(|c| !csv.delimiter.contains(*c)).collect(),
        _ => String::new(),
    };
    let kept = kept.trim().to_owned();
    // VISCII has capitals that are control characters, which no workbook holds.
    let small: String = text.to_lowercase();
    [kept, small].into_iter().find(|text| !text.is_empty() && fits(text, form, charset)).unwrap_or_default()
}

/// Syllables of which at most the first letters are capitals.
fn words(lists: &[&'static str], count: std::ops::Range<usize>) -> BoxedStrategy<String> {
    let list: Vec<&str> = lists.iter().flat_map(|list| list.split_whitespace()).collect();
    vec(select(list), count).prop_map(|words| words.join(" ")).boxed()
}

fn title_case(text: &str) -> String {
    text.split(' ').map(sentence_case).collect::<Vec<_>>().join(" ")
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn name() -> BoxedStrategy<String> {
    let parts = (words(&[FAMILY_NAMES], 1..2), words(&[GIVEN_NAMES], 1..4), 0..10);
    let cased = |(family, given, style): (String, String, i32)| match style {
        0 => format!("{family} {given}").to_uppercase(),
        1 => format!("{family} {given}"),
        2 => format!("Ông {} và bà Trần Thị B", title_case(&format!("{family} {given}"))),
        3 => format!("H'{} Niê", title_case(&given)),
        _ => title_case(&format!("{family} {given}")),
    };
    parts.prop_map(cased).boxed()
}

fn address() -> BoxedStrategy<String> {
    let parts = (1..900, 1..40, words(&[PLACES], 2..3), words(&[PLACES], 2..4), 0..4);
    let written = |(house, lane, street, ward, style): (i32, i32, String, String, i32)| {
        let (street, ward) = (title_case(&street), title_case(&ward));
        match style {
            0 => format!("Số {house}/{lane} đường {street}, phường {ward}"),
            1 => format!("ấp {lane}, xã {ward}, huyện {street}"),
            2 => format!("{house} {street}; P.{lane}; TP.{ward}"),
            _ => format!("Tổ {lane} - Khu phố {house} - {ward}"),
        }
    };
    parts.prop_map(written).boxed()
}

fn procedure() -> BoxedStrategy<String> {
    let title = words(&[OFFICE_WORDS], 3..14).prop_map(|text| sentence_case(&text));
    (title, prop::bool::weighted(0.2))
        .prop_map(|(title, is_quoted)| if is_quoted { format!("Thủ tục \"{title}\"") } else { title })
        .boxed()
}

fn code() -> BoxedStrategy<String> {
    let parts = (1..64, 1..99, 20..25, 1..13, 1..29, 1..9999, 0..4);
    let written = |(province, unit, year, month, day, number, style)| {
        let date = format!("{year:02}{month:02}{day:02}");
        match style {
            0 => format!("000.00.{unit:02}.H{province:02}-{date}-{number:04}"),
            1 => format!("H{province:02}.{unit:02}.05-{date}-{number:04}"),
            2 => format!("G09.20-20{date}-{number:07}"),
            _ => format!("1.{number:06}.000.00.00.H{province:02}"),
        }
    };
    parts.prop_map(written).boxed()
}

fn date() -> BoxedStrategy<String> {
    let parts = (1950..2026, 1..13, 1..29, 0..24, 0..60, 0..6);
    let written = |(year, month, day, hour, minute, style)| match style {
        0 => format!("{day:02}/{month:02}/{year}"),
        1 => format!("{day:02}/{month:02}/{year} {hour:02}:{minute:02}:07"),
        2 => format!("{year}-{month:02}-{day:02}"),
        3 => format!("{year}{month:02}{day:02}{hour:02}{minute:02}00"),
        4 => format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00.000+0000"),
        _ => format!("{day}/{month}/{year}"),
    };
    parts.prop_map(written).boxed()
}

fn money() -> BoxedStrategy<String> {
    let written = |(thousands, style)| match style {
        0 => format!("{thousands}.000"),
        1 => format!("{thousands},000 đ"),
        2 => format!("{}000", thousands),
        3 => format!("1.{thousands:03}.000,50"),
        _ => format!("-{thousands}000"),
    };
    (1..999, 0..5).prop_map(written).boxed()
}

/// Identity numbers and phones with their zeros in front, and what workbooks make of them.
fn number() -> BoxedStrategy<String> {
    let written = |(digits, style): (u64, i32)| match style {
        0 => format!("0{:011}", digits % 100_000_000_000),
        1 => format!("{:09}", digits % 1_000_000_000),
        2 => format!("09{:08}", digits % 100_000_000),
        3 => format!("+84 {:09}", digits % 1_000_000_000),
        4 => format!("{}.0", digits % 1_000_000_000),
        _ => "7.92E+10".to_owned(),
    };
    (any::<u64>(), 0..6).prop_map(written).boxed()
}

/// What writers and readers trip over.
fn awkward() -> BoxedStrategy<String> {
    let fixed = select(vec![
        "Công ty TNHH \"Hòa Bình\"",
        "\"",
        "\"\"",
        "'",
        "a \"b\" c",
        "một, hai; ba",
        "một | hai",
        "tệp 1.pdf##tệp 2.pdf",
        "a||b",
        "cột\tkhác",
        "hai\ndòng",
        "hai\r\ndòng",
        "hai\n\ndòng \"trích\"",
        "hai  khoảng trắng",
        "C:\\hồ sơ\\1",
        "cuối\\",
        "\\\"",
        "<b>đậm</b> & \"khác\"",
        "&amp; &lt; &#7845;",
        "_x000D_",
        "{\"a\": [1, \"b\"]}",
        "=1+1",
        "@",
        "-",
        "0",
        "0000",
        "NULL",
        "null",
        "true",
        "1e5",
        "Đắk Lắk, Krông Pắc",
        "Ông có nhà ở ạ? Chưa.",
        "add o+ a( e^ y~ u' i` o?",
    ]);
    let joined =
        (words(&[PLACES, OFFICE_WORDS], 1..5), select(vec![",", ";", "|", "##", "\t", "\n", "\"", "'"]))
            .prop_map(|(text, mark)| text.replacen(' ', mark, 1));
    prop_oneof![fixed.prop_map(str::to_owned), joined].boxed()
}

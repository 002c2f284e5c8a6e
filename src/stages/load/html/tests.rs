//! Tables as browsers, Excel and web programs write them, whole and broken.

use proptest::prelude::*;

use super::{HtmlError, HtmlTable, Limits, charset, looks_like_html, looks_like_spreadsheetml, tables};

fn read(html: &str) -> Vec<HtmlTable> {
    tables(html, &Limits::default()).unwrap()
}

fn grid(html: &str) -> Vec<Vec<String>> {
    read(html).remove(0).rows.into_iter().map(|row| row.cells).collect()
}

fn cell(inside: &str) -> String {
    grid(&format!("<table><tr><td>{inside}</td></tr></table>")).remove(0).remove(0)
}

#[test]
fn an_export_of_excel_is_read() {
    let html = r#"<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:Name>Sheet1</x:Name>
 <table><tr><td>no</td></tr></table></xml><![endif]-->
<style>.t {mso-number-format:"\@";} td > table {}</style>
<script>document.write("<table><tr><td>x")</script></head>
<body><table border=0><col width=64 span=3>
 <tr height=20><td colspan=3 class=xl65>DANH S&Aacute;CH H&#7890; S&#416;</td></tr>
 <tr></tr>
 <tr><th>M&atilde; h&#x1ED3; s&#x1A1;<th>Ch&#7911;
   h&#7891; s&#417;<th>S&#7889; &#273;i&#7879;n tho&#7841;i
 <tr><td class=t>000.00.19.H26-240101-0001<td>Nguy&#7877;n&nbsp;A &amp; B<br>ch&#7911; &lt;h&#7897;&gt;
 <td x:num="912345678">9.12E+08
</table></body></html>"#;
    let mut all = read(html);
    let table = all.remove(0);
    assert!(all.is_empty() && !table.truncated);
    let rows: Vec<(u64, bool, Vec<&str>)> = table
        .rows
        .iter()
        .map(|row| (row.number, row.is_header, row.cells.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        rows,
        [
            (1, false, vec!["DANH SÁCH HỒ SƠ", "", ""]),
            (3, true, vec!["Mã hồ sơ", "Chủ hồ sơ", "Số điện thoại"]),
            (4, false, vec!["000.00.19.H26-240101-0001", "Nguyễn\u{A0}A & B\nchủ <hộ>", "912345678"]),
        ]
    );
}

#[test]
fn spans_keep_the_columns_in_line() {
    let html = "<table><thead><tr><th rowspan=2>A<th colspan=2>B<th rowspan=2>C<tr><th>b1<th>b2</thead>
        <tr><td rowspan=3>1<td>2<td>3<td rowspan=2>4<tr><td>5<td>6<tr><td colspan=2>7<td>8
        <tr><td rowspan=0>x<td>y<tr><td>z<tfoot><tr><td>sum</table>";
    let expected = "A,B,,C|,b1,b2,|1,2,3,4|,5,6,|,7,,8|x,y|,z|sum";
    let rows: Vec<String> = grid(html).iter().map(|row| row.join(",")).collect();
    assert_eq!(rows.join("|"), expected);
}

#[test]
fn the_text_of_a_cell_reads_as_on_the_page() {
    for (inside, text) in [
        ("  a \r\n b\t", "a b"),
        ("<b>Nguy</b>ễn <i> A</i> ", "Nguyễn A"),
        ("a <br/> b<BR>\n<br>c<br>", "a\nb\n\nc"),
        ("<p>a</p><p>b</p>", "a b"),
        ("<div>a</div>b", "a b"),
        ("a<!-- x --><span style='display:none'>b</span><![endif]>", "ab"),
        ("&nbsp;", "\u{A0}"),
        ("a&nbsp; b &amp &lt;td&gt; &#65; &unknown;", "a\u{A0} b & <td> A &unknown;"),
        ("<style>x</style>a<script>\"</td>\"</script>", "a"),
        ("<input value=x>1 < 2 > 0", "1 < 2 > 0"),
        ("\u{E1}\u{BB}\u{93}", "\u{E1}\u{BB}\u{93}"),
    ] {
        assert_eq!(cell(inside), text, "{inside}");
    }
}

#[test]
fn the_number_behind_a_rounded_display_is_taken() {
    for (attribute, text, taken) in [
        ("x:num=\"912345678\"", "9.12E+08", "912345678"),
        ("sdval=\"912345678\" sdnum=\"1033;\"", "912.345.678", "912345678"),
        ("x:num=\"1234567.8\"", "1.234.568", "1234567.8"),
        ("x:num=\"1234567.8\"", "1,234,567.80", "1234567.8"),
        ("x:num=\"7.9200000000000000E+10\"", "7,92E+10", "79200000000"),
        ("x:num=\"0.40000000000000002\"", "0,4", "0.4"),
        ("x:num=\"-12.5\"", "-13", "-12.5"),
        ("x:num=\"39814\"", "########", "39814"),
        ("x:num", "1.234", "1.234"),
        ("x:num=\"39814\"", "01/01/2009", "01/01/2009"),
        ("x:num=\"39814\"", "01.01.2009", "01.01.2009"),
        ("x:num=\"39814\"", "2009", "2009"),
        ("x:num=\"0.5\"", "50%", "50%"),
        ("x:num=\"912345678\"", "0912345678", "0912345678"),
        ("x:num=\"1\"", "001", "001"),
        ("x:num=\"abc\"", "1", "1"),
        ("x:num=\"1\"", "", ""),
        ("x:num=\"inf\"", "1E+99", "1E+99"),
    ] {
        let found = grid(&format!("<table><tr><td {attribute}>{text}</table>")).remove(0).remove(0);
        assert_eq!(found, taken, "{attribute} {text}");
    }
}

#[test]
fn tables_in_tables_are_their_own() {
    let all = read(
        "<table><tr><td>menu<td>before<table><tr><td>1<td>2</table>after</table><table><tr><td>3</table>",
    );
    let cells: Vec<Vec<&str>> = all
        .iter()
        .map(|t| t.rows.iter().flat_map(|row| row.cells.iter().map(String::as_str)).collect())
        .collect();
    assert_eq!(cells, [vec!["menu", "before after"], vec!["1", "2"], vec!["3"]]);
    let unclosed = read("<table><tr><td>1</td></tr><table><tr><td>2</td></tr></table>");
    assert_eq!(unclosed.len(), 2);
    assert!(unclosed.iter().all(|table| !table.truncated));
    assert_eq!(grid("<table><td>1<td>2</table>"), [["1", "2"]]);
}

#[test]
fn a_page_that_breaks_off_says_so() {
    let whole = "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>";
    let table = |end: usize| read(&whole[..end]).remove(0);
    let cut = table(whole.find("4").unwrap());
    assert!(cut.truncated && cut.rows[1].cut_off && !cut.rows[0].cut_off);
    assert_eq!(cut.rows[1].cells, ["3", ""]);
    let between = table(whole.find("</table>").unwrap());
    assert!(between.truncated && !between.rows[1].cut_off);
    assert!(!table(whole.len()).truncated);
    assert!(!read("<table><tr><td>1</body></html>").remove(0).truncated);
    assert_eq!(tables("<p>login</p>", &Limits::default()), Err(HtmlError::NoTable));
    assert_eq!(tables("", &Limits::default()), Err(HtmlError::NoTable));
}

#[test]
fn spans_cannot_eat_memory() {
    let small = Limits { columns: 100, cells: 1000 };
    let wide = tables("<table><tr><td colspan=1000000>a", &small).unwrap().remove(0);
    assert_eq!(wide.rows[0].cells.len(), 100);
    assert_eq!(grid("<table><tr><td colspan=99999999999999999999>a")[0].len(), 16_384);
    let row = format!("<table>{}<tr>{}", "<tr><td>x".repeat(2), "<td>x".repeat(101));
    assert_eq!(
        tables(&row, &small).unwrap_err().to_string(),
        "row 3 of table 1 goes beyond 100 columns\n  is this the export of a list?"
    );
    let many = "<table>".to_owned() + &"<tr><td colspan=99 rowspan=99999>".repeat(20);
    assert!(matches!(tables(&many, &small), Err(HtmlError::TooLarge { .. })));
    let covered = format!("<table><tr>{}{}", "<td rowspan=60000>x".repeat(16_000), "<tr>".repeat(50_000));
    assert_eq!(grid(&covered).len(), 1);
    let nested = "<table><tr><td>".repeat(50_000);
    assert_eq!(read(&nested).len(), 50_000);
}

#[test]
fn a_page_is_told_from_other_files() {
    for html in [
        "\u{FEFF} \r\n<html>",
        "<!DOCTYPE  HTML PUBLIC \"-//W3C//DTD HTML 4.0//EN\">",
        "<TABLE border=1>",
        "<meta charset=utf-8><table>",
        "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\">",
        "<?xml version=\"1.0\"?>\n<!-- x --><!DOCTYPE html><html xmlns=\"http://www.w3.org/1999/xhtml\">",
        "<style> .text { mso-number-format:\\@; } </style><div><table>",
    ] {
        assert!(looks_like_html(html.as_bytes()), "{html}");
        assert!(!looks_like_spreadsheetml(html.as_bytes()), "{html}");
    }
    let wide: Vec<u8> = "\u{FEFF}<html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(looks_like_html(&wide));
    let sheet =
        "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"urn:x\">";
    assert!(looks_like_spreadsheetml(sheet.as_bytes()) && !looks_like_html(sheet.as_bytes()));
    let prefixed = "<ss:Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">";
    assert!(looks_like_spreadsheetml(prefixed.as_bytes()));
    for other in [
        "",
        "<",
        "a,b\n<table>",
        "PK\u{3}\u{4}",
        "<?xml version=\"1.0\"?><data/>",
        "<?xml",
        "{\"a\":1}",
        "<tables>",
    ] {
        assert!(!looks_like_html(other.as_bytes()), "{other}");
        assert!(!looks_like_spreadsheetml(other.as_bytes()), "{other}");
    }
}

#[test]
fn the_character_set_is_found() {
    for (head, found) in [
        ("<html><meta charset=UTF-8>", Some("utf-8")),
        ("<meta charset=' windows-1258 '/>", Some("windows-1258")),
        ("<meta http-equiv=Content-Type content=\"text/html; charset=windows-1252\">", Some("windows-1252")),
        ("<META content='text/html;CHARSET = \"x-viet-vps\"' HTTP-EQUIV='content-type'>", Some("x-viet-vps")),
        ("<?xml version=\"1.0\" encoding=\"TCVN\"?><html>", Some("tcvn")),
        ("<meta name=description content='charset=x'><meta charset=a>", Some("a")),
        ("<!-- <meta charset=a> --><title><meta charset=b></title>", None),
        ("<meta charset=''><meta charset='\u{1}'>", None),
        ("<meta charset=utf-8", None),
        ("", None),
    ] {
        assert_eq!(charset(head.as_bytes()).as_deref(), found, "{head}");
    }
}

fn soup() -> impl Strategy<Value = String> {
    let tags = prop_oneof![
        Just("<table>"),
        Just("</table>"),
        Just("<tr>"),
        Just("</tr>"),
        Just("<td>"),
        Just("</td>"),
        Just("<th colspan=2>"),
        Just("<td rowspan=2>"),
        Just("<td colspan=0 rowspan=0>"),
        Just("<tbody>"),
        Just("</tbody>"),
        Just("<br>"),
        Just("</br>"),
        Just("<p>"),
        Just("<td x:num='1e3'>"),
        Just("<script>"),
        Just("</script>"),
        Just("<style/>"),
        Just("<!--"),
        Just("-->"),
        Just("&#x1D;"),
        Just("&amp"),
        Just("<"),
        Just(">"),
        Just("</html>"),
        Just("x"),
        Just(" "),
        Just("ệ"),
        Just("<td a='"),
        Just("'"),
        Just("<![CDATA["),
        Just("<plaintext>"),
        Just("<textarea>"),
        Just("<?"),
        Just("&#xD800;"),
        Just("&#99999999;"),
        Just("\0"),
    ];
    prop::collection::vec(tags, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_page_panics(html in prop_oneof![soup(), any::<String>(), "\\PC{0,80}"]) {
        let small = Limits { columns: 5, cells: 40 };
        if let Ok(found) = tables(&html, &small) {
            let cells: usize = found.iter().flat_map(|t| &t.rows).map(|row| row.cells.len()).sum();
            prop_assert!(cells <= 40);
            for table in &found {
                prop_assert!(table.rows.iter().all(|row| !row.cells.is_empty() && row.cells.len() <= 5));
                prop_assert!(table.rows.windows(2).all(|pair| pair[0].number < pair[1].number));
            }
        }
        let head = html.as_bytes();
        let _ = (looks_like_html(head), looks_like_spreadsheetml(head), charset(head));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = (looks_like_html(&bytes), looks_like_spreadsheetml(&bytes), charset(&bytes));
    }

    /// What is written comes back, with closing tags or without, and a page that breaks off gives the
    /// beginning of the whole.
    #[test]
    fn cells_come_back(
        rows in prop::collection::vec(prop::collection::vec("[a-zA-ZàĐệ<>&\"';#0-9]{0,6}", 3), 1..6),
        closed in any::<bool>(),
        at in any::<prop::sample::Index>(),
    ) {
        let escape = |text: &String| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (td, tr) = if closed { ("</td>\n", "</tr>\n") } else { ("", "") };
        let body: String = rows.iter().map(|row| {
            let cells: String = row.iter().map(|text| format!("<td>{}{td}", escape(text))).collect();
            format!("<tr>{cells}{tr}")
        }).collect();
        let html = format!("<table>{body}</table>");
        prop_assert_eq!(&grid(&html), &rows);
        let mut end = at.index(html.len());
        while !html.is_char_boundary(end) {
            end -= 1;
        }
        if let Ok(mut found) = tables(&html[..end], &Limits::default()) {
            let table = found.remove(0);
            prop_assert!(table.truncated);
            for (row, whole) in table.rows.iter().zip(&rows) {
                prop_assert!(row.cut_off || &row.cells == whole);
            }
        }
    }
}

//! What one file holds is read as it was meant, or refused with what would fit.

use super::*;

#[test]
fn every_format_under_any_name_gives_the_same_records() {
    let sheet = Sheet { header: &HEADER, rows: &rows() };
    for form in Form::samples() {
        let extra = match form {
            Form::Csv(Csv { delimiter, quote, escape, .. }) => {
                let quote = quote.map_or(String::new(), String::from);
                let escape = escape.map_or(String::new(), |c| format!("escape = '''{c}'''\n"));
                format!(
                    "delimiter = '''{}'''\nquote = \"{}\"\n{escape}",
                    delimiter,
                    quote.replace('"', "\\\"")
                )
            }
            _ => String::new(),
        };
        // `Tên thủ tục#1` is a path to nothing in formats without a header row.
        let trap = Trap::new("x.xls", &write(&sheet, form, Charset::Utf8, Packing::None), &extra);
        if matches!(form, Form::Csv(_) | Form::Html { .. } | Form::Xlsx { .. } | Form::Xls { .. } | Form::Ods)
        {
            assert_eq!(trap.records(), expected(), "{form:?}");
        }
    }
}

#[test]
fn old_encodings_are_read_column_by_column_and_reported() {
    let sheet = Sheet { header: &HEADER, rows: &rows() };
    for (charset, name) in [
        (Charset::Windows1258, "windows-1258"),
        (Charset::Tcvn3, "tcvn3"),
        (Charset::Viscii, "viscii"),
        (Charset::Vni, "vni"),
        (Charset::Utf8AsWindows1252, "utf-8-as-latin-1"),
        (Charset::Utf8Twice, "utf-8-twice"),
        (Charset::Utf16Le { bom: true }, "utf-8"),
    ] {
        for form in [Form::Csv(Csv::PLAIN), Form::Xlsx { inline_strings: false }] {
            if charset == (Charset::Utf16Le { bom: true }) && form != Form::Csv(Csv::PLAIN) {
                continue;
            }
            let trap = Trap::new("x.dat", &write(&sheet, form, charset, Packing::None), "");
            assert_eq!(trap.records(), expected(), "{charset:?} {form:?}");
            let columns = trap.hub("feed_columns");
            let owner = columns.iter().find(|column| column.get("field").is_some_and(|f| f == "owner_name"));
            let owner = owner.expect("the column");
            assert_eq!(owner["encoding"], name, "{charset:?} {form:?}");
            assert!(owner["confidence"].parse::<f64>().expect("a number") > 0.5, "{owner:?}");
        }
    }
}

#[test]
fn the_soft_hyphen_that_was_lost_is_found_again() {
    let sheet = Sheet { header: &HEADER, rows: &rows() };
    let bytes = write(&sheet, Form::Csv(Csv::PLAIN), Charset::Tcvn3Stripped, Packing::None);
    let trap = Trap::new("x.csv", &bytes, "");
    assert_eq!(trap.records(), expected());
    let columns = trap.hub("feed_columns");
    assert!(columns.iter().any(|column| column.get("encoding").is_some_and(|e| e == "tcvn3-stripped")));
}

#[test]
fn titles_groups_totals_and_repeated_headers_are_no_records() {
    let groups: [(&str, &[&str]); 3] = [
        ("Hồ sơ", &["STT", "Mã hồ sơ", "Tên thủ tục", "Chủ hồ sơ"]),
        ("Thời hạn", &["Ngày nhận", "Ngày hẹn trả"]),
        ("Trạng thái", &[""]),
    ];
    let values = |from: u32, to: u32| {
        let row = |n| row(n).iter().map(Value::text).collect::<Vec<_>>();
        (from..=to).map(row).collect::<Vec<_>>()
    };
    let book = Book::of(
        Page::new("Danh sách")
            .title("DANH SÁCH HỒ SƠ", 7)
            .blank(1)
            .grouped_header(&groups)
            .rows(values(1, 4))
            .texts(&HEADER)
            .rows(values(5, 8))
            .totals("TỔNG CỘNG: 8 hồ sơ", 3, vec![])
            .blank(1)
            .texts(&["", "", "", "", "", "Người lập biểu"]),
    );
    for bytes in [xlsx::write(&book, false), xls::write(&book, true), ods::write(&book)] {
        let trap = Trap::new("x.xlsx", &bytes, "");
        assert_eq!(trap.records(), expected());
        let feed = trap.feed();
        assert_eq!(
            (feed["rows"].as_str(), feed["accepted"].as_str(), feed["set_aside"].as_str()),
            ("9", "8", "2")
        );
        let reasons: Vec<_> = trap.hub("quarantine").iter().map(|row| row["reason"].clone()).collect();
        assert_eq!(reasons, ["not_a_record"]);
    }
    let trap = Trap::new("x.xls", &html::write(&book, Charset::Utf8, 2), "");
    assert_eq!(trap.records(), expected());
}

#[test]
fn another_table_above_in_the_same_sheet_is_passed_over() {
    let mut page = Page::new("PL").title("Phụ lục I", 3).texts(&["STT", "Đơn vị", "Số hồ sơ quá hạn"]);
    for number in 1..=40 {
        page = page.texts(&[number.to_string(), format!("Phòng {number}"), "3".to_owned()]);
    }
    let page = page.texts(&["TỔNG CỘNG", "", "120"]).blank(1).title("Phụ lục II", 7);
    let page = page.texts(&HEADER).rows(rows().iter().map(|row| row.iter().map(Value::text).collect()));
    let trap = Trap::new("x.xlsx", &xlsx::write(&Book::of(page), false), "");
    assert_eq!(trap.records(), expected());
}

/// A header of twelve over rows of nine, as one real product exports.
fn shifted() -> Vec<u8> {
    let header = [
        "STT",
        "Đơn vị tiếp nhận",
        "Lĩnh vực",
        "Tên thủ tục",
        "Mã hồ sơ",
        "Trạng thái",
        "Địa chỉ",
        "Chủ hồ sơ",
        "Ngày nhận",
        "Ngày hẹn trả",
        "Ngày kết thúc",
        "Đơn vị giải quyết quá hạn",
    ];
    let mut text = header.join(",") + "\n";
    for n in 1..=8u32 {
        let r = row(n);
        let cells = [
            r[0].as_str(),
            "UBND xã Cao Phong",
            "1.004227",
            &r[1],
            "Xóm Mới",
            &r[3],
            &r[4],
            &r[5],
            "19/01/2024 08:00:00",
        ];
        text += &(cells.join(",") + "\n");
    }
    text.into_bytes()
}

#[test]
fn a_header_of_twelve_over_rows_of_nine_is_refused_with_the_shift_that_would_fit() {
    let (health, reason) = Trap::new("x.csv", &shifted(), "").refusal();
    assert_eq!(health, "shifted");
    assert!(reason.contains("`Mã hồ sơ` from column 4 (-1)"), "{reason}");
    assert!(reason.contains("`Ngày nhận` from column 7 (-2)"), "{reason}");
}

#[test]
fn a_shifted_table_is_repaired_where_the_pipeline_says_so() {
    let trap = Trap::new("x.csv", &shifted(), "shifted = \"repair\"");
    let without_status: Vec<String> =
        expected().iter().map(|line| line.trim_end_matches('4').to_owned()).collect();
    assert_eq!(trap.records(), without_status);
    assert!(trap.feed()["remark"].contains("repaired"), "{:?}", trap.feed());
}

/// A program for tables keeps zeros in what stands behind an apostrophe, and some exporters write it into the file.
#[test]
fn a_sign_for_text_is_taken_off_and_noted() {
    for (before, behind) in [("'", ""), ("=\"\"", "\"\"")] {
        let quoted = |cell: &String| match before {
            "'" => format!("'{cell}"),
            _ => format!("\"{before}{cell}{behind}\""),
        };
        let marked: Vec<Vec<String>> = rows().iter().map(|row| row.iter().map(quoted).collect()).collect();
        let trap = Trap::new("x.csv", csv(&marked).as_bytes(), "");
        assert_eq!(trap.records(), expected(), "{before}");
        assert!(trap.table("findings").is_empty(), "{:?}", trap.table("findings"));
        let records = trap.hub("records");
        assert!(records.iter().all(|record| record["parse_issues"] == "text_mark"), "{:?}", records[0]);
        assert!(records[0]["raw"].contains("H28.05"), "{:?}", records[0]);
    }
}

#[test]
fn damage_done_by_a_spreadsheet_is_repaired_and_noted() {
    let date = |day| Value::Date(Moment { year: 2024, month: 1, day, hour: 8, minute: 0, second: 0 });
    let mut page = Page::new("x").texts(&HEADER);
    for n in 1..=8u32 {
        let r = row(n);
        page = page.row(vec![
            Value::Number(f64::from(n)),
            Value::text(r[1].replace('-', "–").replace('H', "\u{a0}H")),
            Value::Number(1.0042),
            Value::text(r[3].replace(' ', "\u{a0}")),
            date(n as u8),
            Value::Number(45_300.0 + f64::from(n)),
            Value::text("Đang\u{ad} xử lý\u{200b}"),
        ]);
    }
    let trap = Trap::new("x.xlsx", &xlsx::write(&Book::of(page), false), "");
    assert_eq!(trap.records(), expected());
    let records = trap.hub("records");
    assert!(records.iter().all(|record| record["procedure"] == "1.004200"), "{records:?}");
    let issues = &records[0]["parse_issues"];
    for issue in ["look_alike_letter", "invisible_character", "procedure_zeros_restored"] {
        assert!(issues.contains(issue), "{issues}");
    }
}

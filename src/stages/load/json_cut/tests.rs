//! The cutter, on what systems send and on what breaks.

use std::io::{BufReader, Cursor};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{BadReason, Cut, JsonCutError, JsonShape, Limits, cut, elements, looks_like};

fn cut_at(bytes: &[u8], records: Option<&[&str]>, piece: usize, limits: Limits) -> Result<Cut, JsonCutError> {
    let records = records.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
    // A buffer of a few bytes: every token is torn somewhere.
    cut(BufReader::with_capacity(7, Cursor::new(bytes)), records.as_deref(), piece, limits)
}

fn cut_all(json: &str) -> Cut {
    cut_at(json.as_bytes(), None, 1 << 20, Limits::default()).unwrap()
}

/// Number and text of every record in the pieces.
fn numbered(bytes: &[u8], cut: &Cut) -> Vec<(u64, String)> {
    let mut all = Vec::new();
    for piece in &cut.pieces {
        let start = piece.offset as usize;
        let line = 1 + bytes[..start].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(piece.line, line as u64);
        let texts = elements(&bytes[start..start + piece.length]).map(|element| element.unwrap());
        all.extend((piece.first..).zip(texts.map(|text| String::from_utf8_lossy(text).into_owned())));
    }
    all
}

fn texts(json: &str, cut: &Cut) -> Vec<String> {
    numbered(json.as_bytes(), cut).into_iter().map(|(_, text)| text).collect()
}

fn bad(cut: &Cut) -> Vec<(u64, BadReason)> {
    cut.bad.iter().map(|bad| (bad.record, bad.reason)).collect()
}

#[test]
fn records_are_found_wherever_systems_put_them() {
    for (json, found, count) in [
        ("[{\"a\":1},{\"a\":2}]", "", 2),
        ("\u{FEFF} \r\n[ ]", "", 0),
        ("[1, \"x\", null]", "", 3),
        (r#"{"error_code":"0","data":[{"MaHoSo":"1"},{"MaHoSo":"2"}],"total":2}"#, "data", 2),
        (
            r#"{"result":{"items":[{"a":[{"b":1},{"b":2}]}],"tags":["aaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}}"#,
            "result.items",
            1,
        ),
        (r#"{"few":[{"a":1}],"many":[{"a":1},{"a":2}]}"#, "many", 2),
        (r#"{"data":[],"total":0}"#, "data", 0),
        (r#"{"a":{"b":{"c":{"d":[{"x":1}]}}}}"#, "a.b.c.d", 1),
        ("{\n \"a\": 1\n}\n{\n \"a\": [{\"b\": 2}]\n}\n", "", 2),
        ("{\"a\":1},\n{\"a\":2},\n", "", 2),
        ("[{\"a\":1}]\n[{\"a\":2}]", "", 2),
        ("[{\"a\":1} {\"a\":2},,{\"a\":3},]", "", 3),
    ] {
        let cut = cut_all(json);
        assert_eq!((cut.found.as_str(), cut.records, cut.truncated), (found, count, None), "{json}");
        assert_eq!(texts(json, &cut).len() as u64, count, "{json}");
    }
}

#[test]
fn the_envelope_is_kept() {
    let page = r#"{"content":[{"id":"1"}],"totalPages":1,"last":true,"note":"a\"b","long":"LONG",
        "pageable":{"pageNumber":0},"none":null}"#
        .replace("LONG", &"x".repeat(201));
    let cut = cut_all(&page);
    let told: Vec<String> = cut.scalars.iter().map(|(key, text)| format!("{key}={text}")).collect();
    assert_eq!(told, ["totalPages=1", "last=true", "note=a\"b", "pageable.pageNumber=0", "none=null"]);
    assert!(cut_all("{\"a\":1}{\"a\":2}").scalars.is_empty());
}

#[test]
fn lists_that_were_not_taken_are_named() {
    let cut = cut_all(r#"{"a":[{"x":1}],"b":[{"x":1},{"x":2}],"c":[]}"#);
    assert_eq!(cut.others, [("a".to_owned(), 1), ("c".to_owned(), 0)]);
}

#[test]
fn named_keys_lead_to_the_records() {
    let named = |json: &str, keys: &[&str]| cut_at(json.as_bytes(), Some(keys), 1 << 20, Limits::default());
    let pages = "{\"data\":[{\"a\":1}],\"big\":[{\"a\":1},{\"a\":2}]}\n{\"data\":[{\"a\":2}]}";
    let found = named(pages, &["data"]).unwrap();
    assert_eq!((found.records, found.found.as_str()), (2, "data"));
    assert_eq!(texts(pages, &found), ["{\"a\":1}", "{\"a\":2}"]);
    assert_eq!(named(r#"{"data":{"a":[{"b":1}]}}"#, &["data"]).unwrap().records, 1);
    assert_eq!(named(r#"{"data":null}"#, &["data"]).unwrap().records, 0);
    assert_eq!(named(r#"{"a":[{"b":1}]}"#, &[]).unwrap().records, 1);
    assert_eq!(named(r#"[{"b":1}]"#, &[]).unwrap().records, 1);
    let error = named(r#"{"x":{"rows":[{"b":1}]}}"#, &["x", "row"]).unwrap_err();
    assert_eq!(error.to_string(), "it has no list `x.row`\n  lists there: x.rows");
}

#[test]
fn what_holds_no_records_is_refused_clearly() {
    let error = |json: &str| cut_at(json.as_bytes(), None, 9, Limits::default()).unwrap_err().to_string();
    assert_eq!(error(" "), "it is empty");
    assert_eq!(error("<html>"), "it is not JSON from byte 0 on, where `<` stands");
    assert_eq!(error("{\"a\":}"), "it is not JSON from byte 5 on, where `}` stands");
    assert_eq!(error("{\"a\":"), "it is not JSON from byte 5 on, where it ends");
    let refused = r#"{"error_code":"99","message":"het phien"}"#;
    assert!(error(refused).ends_with("it says: error_code=99, message"));
    assert!(error(r#"{"MaHoSo":"1","ChuHoSo":"A"}"#).ends_with("it says: MaHoSo, ChuHoSo"));
}

#[test]
fn a_file_that_breaks_off_keeps_what_is_whole() {
    let json = r#"{"data":[{"a":1},{"a":"x,{\"a\":2"},{"b":"#;
    let cut = cut_all(json);
    assert_eq!((cut.records, cut.truncated), (2, Some(36)));
    assert_eq!(&json[36..], "{\"b\":");
    assert_eq!(texts(json, &cut).len(), 2);
    assert_eq!(cut_all("[{\"a\":1},").truncated, Some(9));
    assert_eq!(cut_all("[{\"a\":1}").truncated, Some(8));
    assert_eq!(cut_all("{\"a\":1}\n{\"a\":2}\n{\"a").truncated, Some(16));
    assert_eq!(cut_all("{\"data\":[{\"a\":1}],\"total\":").truncated, Some(26));
}

#[test]
fn a_broken_record_is_numbered_and_the_next_one_is_found() {
    let good = |n: u32| format!(r#"{{"Ma":"{n}","Ten":"A {{ ] \" B","Ds":[{{"So":{n}}},{{"So":0}}]}}"#);
    for broken in [
        r#"{"Ma":"2","Ten":"x","Ds":[{"So":1}}"#,
        r#"{"Ma":"2","Ten":"x","Ds":[{"So":1}]"#,
        r#"{"Ma":"2","Ten":"x,"Ds":[]}"#,
        r#"{"Ma":"2","Ten":x","Ds":[]}"#,
        r#"{"Ma":"2","Ten":"x","Ds":[{"So":1},"#,
        r#"{"Ma":"2","Ten""x"}"#,
        r#"{"Ma":"2","Ten":"x","Ds":[{"So":1}"#,
        r#"{"Ma":"2,"Ten":"x"}}"#,
    ] {
        for (open, close) in [("[", "]"), ("{\"code\":0,\"data\":[\n", "],\n\"total\":4}"), ("", "")] {
            let comma = if open.is_empty() { "\n" } else { ", \n" };
            let json = format!("{open}{}{comma}{broken}{comma}{}{comma}{}{close}", good(1), good(3), good(4));
            let records = open.is_empty().then_some(&[][..]);
            let cut = cut_at(json.as_bytes(), records, 1 << 20, Limits::default()).unwrap();
            assert_eq!(bad(&cut), [(2, BadReason::Broken)], "{json}");
            assert_eq!((cut.records, cut.truncated), (4, None), "{json}");
            let whole = [(1, good(1)), (3, good(3)), (4, good(4))];
            assert_eq!(numbered(json.as_bytes(), &cut), whole, "{json}");
            let bytes = &json.as_bytes()[cut.bad[0].offset as usize..];
            assert!(bytes.starts_with(broken.as_bytes()));
        }
    }
}

#[test]
fn a_broken_last_record_is_bad_and_ends_the_reading() {
    let cut = cut_all(r#"[{"a":1,"b":1},{"a":2,"b":[1,2}]"#);
    assert_eq!((cut.records, bad(&cut), cut.truncated), (2, vec![(2, BadReason::Broken)], Some(15)));
}

#[test]
fn a_record_type_that_holds_itself_is_not_torn_apart() {
    let one = r#"{"id":1,"n":"x","sub":[{"id":2,"n":"y"},{"id":3,"n":"z"}]}"#;
    let json = format!("[{one},{one},{}", &one[..one.len() - 3]);
    let cut = cut_all(&json);
    assert_eq!((cut.records, bad(&cut), cut.truncated), (2, vec![], Some(2 * one.len() as u64 + 3)));
}

#[test]
fn records_too_long_or_too_deep_are_bad() {
    let limits = Limits { record_bytes: 40, depth: 4 };
    let long = format!("{{\"a\":1,\"b\":\"{}\"}}", "x".repeat(200));
    let deep = "{\"a\":1,\"b\":[[[[1]],\"]\"]]}";
    let json = format!("[{{\"a\":0,\"b\":[[[]]]}},{long},{deep},{{\"a\":9,\"b\":1}}]");
    let cut = cut_at(json.as_bytes(), None, 100, limits).unwrap();
    assert_eq!(bad(&cut), [(2, BadReason::TooLong), (3, BadReason::TooDeep)]);
    let numbers: Vec<u64> = numbered(json.as_bytes(), &cut).into_iter().map(|(number, _)| number).collect();
    assert_eq!((numbers, cut.records, cut.truncated), (vec![1, 4], 4, None));
    let bottomless = format!("[{}", "[".repeat(1 << 20));
    assert_eq!(cut_all(&bottomless).truncated, Some(1));
}

#[test]
fn a_file_of_nothing_but_broken_records_ends() {
    let json = format!("[{}", "{\"a\":1,\"b\":[{\"c\":1},".repeat(20_000));
    let reader = || BufReader::with_capacity(1 << 16, Cursor::new(json.as_bytes()));
    let few = Limits { record_bytes: 1 << 16, ..Limits::default() };
    assert!(matches!(cut(reader(), None, 1 << 20, few), Err(JsonCutError::Damaged { .. })));
}

#[test]
fn the_shape_shows_at_the_beginning() {
    for (head, shape) in [
        ("\u{FEFF}\n [ {", Some(JsonShape::Array)),
        ("{\"a\":1}\n\n{\"a\"", Some(JsonShape::Lines)),
        ("{\"a\":\"{\"}\r\n{", Some(JsonShape::Lines)),
        ("{\"a\":1}\n", Some(JsonShape::Object)),
        ("{\n\"a\":1}\n{", Some(JsonShape::Object)),
        ("{\"a\":1}{\"a\":1}\n{", Some(JsonShape::Object)),
        ("a,b\n1,2", None),
        ("", None),
    ] {
        assert_eq!(looks_like(head.as_bytes()), shape, "{head}");
    }
}

#[test]
fn a_piece_that_changed_gives_an_error_and_ends() {
    let found: Vec<_> = elements(b" {\"a\":1}, {\"a\":").collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], Ok(&b"{\"a\":1}"[..]));
    let bad = found[1].unwrap_err();
    assert_eq!((bad.offset, bad.length, bad.reason), (10, 5, BadReason::Broken));
}

fn any_record() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[{}\\[\\]\":,\\\\]{0,8}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[ab\"{]{0,3}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    value.prop_map(|value| json!({"MaHoSo": "x", "v": value}))
}

fn soup() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just("{\"a\":1,\"b\":"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just("\""),
        Just("        \n         "),
        Just("\"a long text without an end or a turn"),
    ];
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        "[{}\\[\\]\",:a1 \\\\\n]{0,60}".prop_map(String::into_bytes),
        prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat().into_bytes()),
    ]
}

/// Without the white space; numbers as written, which `Value` would not keep.
fn spaced_out(json: &str) -> String {
    let (mut out, mut in_string, mut escaped) = (String::new(), false, false);
    for c in json.chars().filter(|c| !"\r\n\t".contains(*c)) {
        if in_string || c != ' ' {
            out.push(c);
        }
        in_string = if in_string { escaped || c != '"' } else { c == '"' };
        escaped = in_string && !escaped && c == '\\';
    }
    out
}

/// Sets white space between the tokens, in a pattern.
fn spaced(json: &str, spaces: &[&str]) -> String {
    let (mut out, mut in_string, mut escaped) = (String::new(), false, false);
    for (at, c) in json.chars().enumerate() {
        let mark = !in_string && "{}[],:".contains(c);
        let space = if mark { spaces[at % spaces.len()] } else { "" };
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else {
            in_string = c == '"';
        }
        out.push_str(space);
        out.push(c);
        out.push_str(space);
    }
    out
}

proptest! {
    #[test]
    fn records_come_back_equal_in_pieces_of_any_size(
        records in prop::collection::vec(any_record(), 0..8),
        envelope in 0..4usize,
        spaces in prop::collection::vec(prop_oneof![Just(""), Just(" "), Just("\n"), Just("\r\n\t")], 1..5),
        piece in 1..200usize,
    ) {
        let json = match envelope {
            0 => json!(records).to_string(),
            1 => json!({"code": "0", "data": records, "total": 1}).to_string(),
            2 => {
                let result = json!({"items": records, "x": [[{"MaHoSo": 1}]]});
                json!({"meta": {"a": [1]}, "result": result}).to_string()
            }
            _ => records.iter().map(Value::to_string).collect(),
        };
        let json = spaced(&json, &spaces);
        prop_assume!(!records.is_empty() || envelope < 3);
        let path = if envelope == 3 { Some(&[][..]) } else { None };
        let cut = cut_at(json.as_bytes(), path, piece, Limits::default()).unwrap();
        prop_assert_eq!((cut.records as usize, cut.truncated, cut.bad.len()), (records.len(), None, 0));
        let one = cut_at(json.as_bytes(), path, usize::MAX, Limits::default()).unwrap();
        prop_assert!(one.pieces.len() <= 1);
        let all = numbered(json.as_bytes(), &cut);
        prop_assert_eq!(&all, &numbered(json.as_bytes(), &one));
        for (record, (at, (number, text))) in records.iter().zip(all.iter().enumerate()) {
            prop_assert_eq!(*number as usize, at + 1);
            prop_assert_eq!(record.to_string(), spaced_out(text));
        }
        prop_assert!(cut.pieces.iter().all(|p| p.length <= piece || elements(
            &json.as_bytes()[p.offset as usize..p.offset as usize + p.length]).count() == 1));
    }

    /// Records before the place where a file breaks off are all kept, none is made up.
    #[test]
    fn a_file_cut_anywhere_keeps_whole_records(
        records in prop::collection::vec(any_record(), 1..6),
        at in 0..1000usize,
    ) {
        let json = json!({"data": records}).to_string();
        let end = at % json.len();
        if let Ok(cut) = cut_at(&json.as_bytes()[..end], Some(&["data"]), 64, Limits::default()) {
            prop_assert!(cut.truncated.is_some());
            prop_assert!(cut.bad.is_empty());
            let kept = numbered(json.as_bytes(), &cut);
            let whole: Vec<String> = records.iter().map(Value::to_string).collect();
            let mut length = 9;
            let fit = whole.iter().take_while(|text| { length += text.len() + 1; length - 1 <= end }).count();
            prop_assert_eq!(kept.len(), fit);
            prop_assert!(kept.iter().zip(&whole).all(|((_, kept), whole)| kept == whole));
        }
    }

    /// One byte lost or changed: the other records are still there, or it is said that they are not.
    #[test]
    fn a_lost_byte_costs_few_records(
        at in any::<prop::sample::Index>(),
        with in prop::option::of(any::<u8>()),
    ) {
        let record = |n: usize| {
            let list = json!([{"So": n}, {"So": [1, 2]}]);
            json!({"MaHoSo": n.to_string(), "Ten": "Nguyễn \"A\"", "Ds": list}).to_string()
        };
        let records: Vec<String> = (0..8).map(record).collect();
        let mut bytes = format!("{{\"code\":0,\"data\":[{}],\"total\":8}}", records.join(",")).into_bytes();
        let list = 10..bytes.len() - 12;
        let at = list.start + at.index(list.len());
        bytes.splice(at..=at, with);
        let cut = cut_at(&bytes, Some(&["data"]), 64, Limits::default());
        if let Ok(cut) = cut {
            let kept = numbered(&bytes, &cut);
            let is_kept = |record: &&String| kept.iter().any(|(_, text)| text == *record);
            let same = records.iter().filter(is_kept).count();
            prop_assert!(same >= 6 || cut.truncated.is_some(), "{} of 8", same);
        }
    }

    /// Nor does it matter how the reader's buffer tears the bytes.
    #[test]
    fn no_bytes_panic_or_hang(bytes in soup(), keys in prop_oneof![
        Just(None),
        Just(Some(vec![])),
        Just(Some(vec!["a"])),
    ]) {
        let limits = Limits { record_bytes: 20, depth: 3 };
        let _ = looks_like(&bytes);
        let _ = elements(&bytes).count();
        if let Ok(found) = cut_at(&bytes, keys.as_deref(), 16, limits) {
            let good = numbered(&bytes, &found);
            let bad = found.bad.iter().map(|bad| bad.record);
            let mut numbers: Vec<u64> = good.iter().map(|(number, _)| *number).chain(bad).collect();
            numbers.sort_unstable();
            prop_assert_eq!(numbers, (1..=found.records).collect::<Vec<_>>());
            let keys: Option<Vec<String>> = keys.map(|keys| keys.into_iter().map(str::to_owned).collect());
            prop_assert_eq!(found, cut(Cursor::new(&bytes), keys.as_deref(), 16, limits).unwrap());
        }
    }
}

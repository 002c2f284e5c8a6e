//! Paths: what they reach, how a number is given, what a mistake says.

use proptest::prelude::*;
use serde_json::Value;

use super::{JsonPath, Record, RecordError};

fn text(json: &str, path: &str) -> Option<String> {
    let record = Record::parse(json).unwrap();
    JsonPath::parse(path).unwrap().text(&record).map(|text| text.into_owned())
}

#[test]
fn a_path_reaches_into_objects_and_lists() {
    let json = r#"{"a": [{"b": "x", "K": 1}, {"b": "y", "K": "2"}, {"b": "", "K": 3}], "c": {"d": "z"},
        "e.f": {"g[0]": "q"}, "one": {"b": "w"}, "none": null}"#;
    for (path, found) in [
        ("c.d", Some("z")),
        (" c . d ", Some("z")),
        ("a[0].b", Some("x")),
        ("a[-1].b", Some("")),
        ("a[-2].b", Some("y")),
        ("a[-4].b", None),
        ("a[7].b", None),
        ("a.b", None),
        ("a[*].b", Some("x; y")),
        ("a[*].missing", None),
        ("a[K=2].b", Some("y")),
        ("a[K=1].b", Some("x")),
        ("a['K'='2'].b", Some("y")),
        ("a[K=9].b", None),
        ("['e.f']['g[0]']", Some("q")),
        ("\"e.f\".'g[0]'", Some("q")),
        ("one[0].b", Some("w")),
        ("one[*].b", Some("w")),
        ("none", Some("")),
        ("none[0].b", None),
    ] {
        assert_eq!(text(json, path).as_deref(), found, "{path}");
    }
}

#[test]
fn a_cell_is_text_and_a_number_stays_as_written() {
    let json = r#"{"phone": 912345678.0, "big": 792000000001234567890123, "version": 1.10, "sci": 7.92E+10,
        "yes": true, "list": [1.0, "b", null, "", 2], "empty": [], "deep": [ {"x": 1.50 , "y": "a  b\" c"} ],
        "text": "Ngu\u1ec5n \"A\"", "cut": "\u0110i\u1ec7n \ud83d", "twice": 1, "twice": 2}"#;
    for (path, found) in [
        ("phone", "912345678.0"),
        ("big", "792000000001234567890123"),
        ("version", "1.10"),
        ("sci", "7.92E+10"),
        ("yes", "true"),
        ("list", "1.0; b; 2"),
        ("empty", ""),
        ("deep", r#"[{"x":1.50,"y":"a  b\" c"}]"#),
        ("deep[0]", r#"{"x":1.50,"y":"a  b\" c"}"#),
        ("deep[0].x", "1.50"),
        ("text", "Nguễn \"A\""),
        ("cut", "Điện \u{FFFD}"),
        ("twice", "2"),
    ] {
        assert_eq!(text(json, path).as_deref(), Some(found), "{path}");
    }
}

#[test]
fn a_stop_names_the_missing_key_and_those_that_are_there() {
    let record = Record::parse(r#"{"a": {"MaHoSo": "1"}, "l": [{"k": 1}], "empty": []}"#).unwrap();
    let stop = |path: &str| {
        let path = JsonPath::parse(path).unwrap();
        path.stop(&record).map(|stop| (stop.key.to_owned(), stop.known))
    };
    assert_eq!(stop("a.MaHS"), Some(("MaHS".to_owned(), vec!["MaHoSo".to_owned()])));
    assert_eq!(stop("l[0].x"), Some(("x".to_owned(), vec!["k".to_owned()])));
    assert_eq!(stop("l[kk=1].x"), Some(("kk".to_owned(), vec!["k".to_owned()])));
    assert_eq!(stop("l[*].x"), Some(("x".to_owned(), vec!["k".to_owned()])));
    assert_eq!(stop("l[k=2].x"), None);
    assert_eq!(stop("l[3].x"), None);
    assert_eq!(stop("empty[0].x"), None);
    assert_eq!(stop("a.MaHoSo"), None);
    assert_eq!(JsonPath::parse("a.b").unwrap().first_key(), "a");
    assert_eq!(JsonPath::parse("['a.b']").unwrap().first_key(), "a.b");
    assert_eq!(JsonPath::parse("[0].b").unwrap().first_key(), "");
}

#[test]
fn a_mistake_says_what_and_where() {
    for (path, what, at) in [
        ("", "there is nothing", 1),
        ("a..b", "a key is missing", 3),
        (".a", "a key is missing", 1),
        ("a.", "a key is missing", 3),
        ("a[x].b", "`[x]` is no position", 3),
        ("a[-0]", "`[-0]` is no position", 3),
        ("a[99999999999999999999]", "`[99999999999999999999]` is no position", 3),
        ("a[]", "`[]` is no position", 3),
        ("a[0", "`[` is not closed", 3),
        ("a[k=v", "`[` is not closed", 3),
        ("a[=v]", "a key is missing before `=`", 3),
        ("a['b", "' is opened and not closed", 3),
        ("a]", "`]` without `[`", 2),
        ("ề[0]b", "`b` after the end of a quoted key or a bracket", 5),
        ("a['k'v]", "`=` or `]` is missing", 6),
    ] {
        let error = JsonPath::parse(path).unwrap_err();
        assert_eq!((error.what.as_str(), error.at), (what, at), "{path}");
    }
    assert_eq!(
        JsonPath::parse("a[x]").unwrap_err().to_string(),
        "`a[x]` is not a path: `[x]` is no position at character 3\n  in brackets stands a position (`[0]`, \
         from the end `[-1]`), `[*]` for all, `[Key=Value]`, or a quoted key (`['a.b']`)"
    );
}

#[test]
fn what_is_no_object_is_no_record() {
    assert!(matches!(Record::parse("[1]"), Err(RecordError::NotAnObject)));
    assert!(matches!(Record::parse("12"), Err(RecordError::NotAnObject)));
    for broken in ["{", "{\"a\":1} x", "{\"a\":01}", "{\"a\":\"\n\"}", "{\"a\":[1,}", "", "{'a':1}"] {
        assert!(matches!(Record::parse(broken), Err(RecordError::Broken(_))), "{broken}");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(text(&deep, "a.b"), None);
    assert!(text(&deep, "a").is_some());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zA-Z\\\\\"é ]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[ab]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Held against `serde_json::Value`, where that can express the path.
    #[test]
    fn keys_and_positions_find_what_a_pointer_finds(value in any_json(), steps in prop::collection::vec(
        prop_oneof![Just("a"), Just("b"), Just("0"), Just("1")], 1..4)) {
        let record = serde_json::json!({ "a": value });
        let json = serde_json::to_string_pretty(&record).unwrap();
        let (mut path, mut found) = ("a".to_owned(), record.get("a"));
        for step in steps {
            match step.parse::<usize>() {
                Ok(at) => {
                    path += &format!("[{at}]");
                    found = found.and_then(|v| match v {
                        Value::Array(list) => list.get(at),
                        Value::Null => None,
                        single => (at == 0).then_some(single),
                    });
                }
                Err(_) => {
                    path += &format!(".{step}");
                    found = found.and_then(|v| v.get(step));
                }
            }
        }
        let expected = found.map(|v| match v {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Array(list) if list.iter().all(|v| !v.is_array() && !v.is_object()) => list
                .iter()
                .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
                .filter(|text| !text.is_empty() && text != "null")
                .collect::<Vec<_>>()
                .join("; "),
            other => other.to_string(),
        });
        prop_assert_eq!(text(&json, &path), expected);
    }

    #[test]
    fn no_path_and_no_record_panics(
        path in "\\PC{0,12}|[a\\[\\]='\"*.0-9 -]{0,14}",
        json in "\\PC{0,20}|[{}\\[\\]\":,a1 ]{0,20}",
    ) {
        if let (Ok(path), Ok(record)) = (JsonPath::parse(&path), Record::parse(&json)) {
            let _ = (path.text(&record), path.stop(&record));
        }
    }
}

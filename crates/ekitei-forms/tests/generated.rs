//! What is kept in the tree but made from this crate is up to date.
#![allow(clippy::unwrap_used)]

#[test]
fn the_typescript_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/shared/src/gen/forms/types.ts");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == ekitei_forms::typescript::typescript(),
        "stale: cargo run -p ekitei-forms --example export_forms_ts"
    );
}

/// Each call as its TypeScript says it, read and written back as the same.
#[test]
fn every_call_reads_as_it_is_written() {
    use ekitei_forms::facade::Call;
    for json in [
        r#"{"call":"view"}"#,
        r#"{"call":"page","page":2}"#,
        r#"{"call":"set","key":"a@i","answer":null,"now":"2026-11-21T10:00:00+09:00"}"#,
        r#"{"call":"set","key":"a","answer":["x"],"now":null}"#,
        r#"{"call":"add_instance","repeat":"r","parent":"","id":"i"}"#,
        r#"{"call":"remove_instance","key":"r@i"}"#,
        r#"{"call":"receive","answers":{"a":1},"instances":{"r@i":null}}"#,
        r#"{"call":"choices","key":"a","search":"さ","from":50,"limit":20}"#,
        r#"{"call":"missing"}"#,
        r#"{"call":"rest_preview"}"#,
        r#"{"call":"rest_apply","keys":["a","b"]}"#,
        r#"{"call":"draft","key":null}"#,
        r#"{"call":"evaluate","key":"a","expression":"1 + 1"}"#,
        r#"{"call":"finish_check"}"#,
        r#"{"call":"finish","now":null}"#,
    ] {
        let call: Call = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&call).unwrap(), json);
    }
    for wrong in [r#"{"call":"set","key":"a"}"#, r#"{"call":"page"}"#, r#"{"call":"dance"}"#, "{}"] {
        assert!(serde_json::from_str::<Call>(wrong).is_err(), "{wrong}");
    }
}

/// A definition that a newer program has written comes through this one unchanged.
#[test]
fn unknown_fields_survive() {
    let json = serde_json::json!({
        "id": "f", "version": 3, "title": {"ja": "様式", "ain": "カンピ"}, "theme": {"colour": "blue"},
        "items": [{"id": "a", "type": "hologram", "required": "1 = 1", "read_only": true, "glow": [1, null],
            "label": {"ja": "甲"}, "choices": [{"value": "x", "label": {"ja": "乙"}, "pref": 1}]}],
        "lists": {"l": {"columns": ["value"], "rows": [["1"], []]}},
        "report": [{"text": {"ja": "丙"}, "tone": "dry"}]
    });
    let def: ekitei_forms::FormDef = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&def).unwrap(), json);
}

//! Definitions and answers that mean harm, or nothing: each ends in a clear code or is borne, none in a panic.
#![allow(clippy::unwrap_used)]

use ekitei_forms::facade::{Call, OpenForm, check_json};
use ekitei_forms::{AnswerKey, Form, Opening, Problem, Session};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn problems(items: &Value) -> Vec<Problem> {
    let def = json!({ "id": "f", "version": 1, "title": "t", "items": items });
    Form::from_json(&def.to_string()).err().unwrap_or_default()
}

fn codes(items: &Value) -> Vec<String> {
    problems(items).into_iter().map(|p| format!("{} {}", p.code, p.item)).collect()
}

fn session(items: &Value) -> Session {
    let def = json!({ "id": "f", "version": 1, "title": "t", "items": items });
    Session::open(
        Arc::new(Form::from_json(&def.to_string()).unwrap()),
        Opening { new: true, ..Opening::default() },
    )
}

#[test]
fn every_fault_of_a_definition_is_told_at_once() {
    let items = json!([
        {"id": "①番", "type": "text"},
        {"id": "a", "type": "text", "relevant": "${nowhere} = 1"},
        {"id": "a", "type": "text"},
        {"id": "b", "type": "hologram"},
        {"id": "c", "type": "select_one"},
        {"id": "d", "type": "calculate"},
        {"id": "e", "type": "text", "calculate": "${g} + 1"},
        {"id": "g", "type": "text", "calculate": "${e} + 1"},
        {"id": "h", "type": "integer", "constraint": ". ＞ 1"},
        {"id": "i", "type": "integer", "default": "many"},
        {"id": "j", "type": "text", "items": [{"id": "k", "type": "text"}]},
        {"id": "l", "type": "text", "relevant": "system('rm')"},
        {"id": "m", "type": "text", "relevant": "if(1)"},
        {"id": "n", "type": "text", "constraint": "regex(., '(')"},
        {"id": "o", "type": "select_one", "list": "towns"},
        {"id": "p", "type": "select_one", "choices": [{"value": "1", "label": "x"}, {"value": "1", "label": "y"}]},
        {"id": "q", "type": "matrix", "items": [{"id": "r", "type": "text"}]},
        {"id": "s", "type": "ruling"},
        {"id": "s_finding", "type": "text"},
        {"id": "t", "type": "integer", "min": 5, "max": 1},
        {"id": "u", "type": "group", "relevant": "${v} = 1", "items": [{"id": "v", "type": "integer"}]},
        {"id": "", "type": "text"}
    ]);
    let mut found = codes(&items);
    found.sort();
    let mut expected = vec![
        "form-choice-double p",
        "form-circle e",
        "form-circle u",
        "form-default-misfit i",
        "form-expression-character h",
        "form-field-misfit j",
        "form-field-missing c",
        "form-field-missing d",
        "form-function-arguments m",
        "form-function-unknown l",
        "form-id-character ①番",
        "form-id-double a",
        "form-id-double s_finding",
        "form-id-missing ",
        "form-list-unknown o",
        "form-matrix-item r",
        "form-min-max t",
        "form-pattern n",
        "form-question-unknown a",
        "form-type-unknown b",
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn each_code_has_words_in_both_languages() {
    use ekitei_model::text::{Language, text};
    let sources = [
        include_str!("../src/compile/check.rs"),
        include_str!("../src/compile/graph.rs"),
        include_str!("../src/compile/resolve.rs"),
        include_str!("../src/compile/resolve_paths.rs"),
        include_str!("../src/compile/resolve_drafts.rs"),
        include_str!("../src/compile/names.rs"),
        include_str!("../src/compile/tree.rs"),
        include_str!("../src/compile/mod.rs"),
        include_str!("../src/def.rs"),
        include_str!("../src/facade.rs"),
        include_str!("../src/rest.rs"),
        include_str!("../src/value.rs"),
        include_str!("../src/xpath/lexer.rs"),
        include_str!("../src/xpath/parser.rs"),
        include_str!("../src/session/mod.rs"),
        include_str!("../src/session/instances.rs"),
        include_str!("../src/session/status.rs"),
    ];
    let quoted = sources.iter().flat_map(|s| s.split('"').skip(1).step_by(2));
    let starts =
        ["form-", "answer-", "instance-", "question-unknown", "page-unknown", "rest-changed", "json-"];
    let mut count = 0;
    for code in quoted.filter(|q| starts.iter().any(|s| q.starts_with(s)) && !q.contains([' ', '.', '/'])) {
        let key = format!("error.{code}");
        for language in [Language::Japanese, Language::English] {
            assert_ne!(text(language, &key, []), key, "no words for {code}");
        }
        count += 1;
    }
    assert!(count > 60, "{count}");
}

#[test]
fn ten_thousand_questions_are_compiled_and_filled() {
    // Each depends on the one before: the longest chain that a form may have.
    let items: Vec<Value> = (0..10_000)
        .map(|i| match i {
            0 => json!({"id": "q0", "type": "integer"}),
            i => {
                json!({"id": format!("q{i}"), "type": "integer", "calculate": format!("${{q{}}} + 1", i - 1)})
            }
        })
        .collect();
    let mut session = session(&json!(items));
    session.set(&AnswerKey::from("q0"), &json!(1)).unwrap();
    assert_eq!(session.answer(&AnswerKey::from("q9999")), 10_000);
}

#[test]
fn a_circle_of_thousands_is_one_problem() {
    let items: Vec<Value> = (0..5_000)
        .map(|i| {
            let before = (i + 4_999) % 5_000;
            json!({"id": format!("q{i}"), "type": "integer", "calculate": format!("${{q{before}}} + 1")})
        })
        .collect();
    let found = problems(&json!(items));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "form-circle");
    assert_eq!(found[0].params["count"], "5000");
}

#[test]
fn thousands_of_faults_are_counted_not_told() {
    let items: Vec<Value> =
        (0..9_000).map(|i| json!({"id": format!("q{i}"), "type": "text", "relevant": "${x"})).collect();
    let found = problems(&json!(items));
    assert_eq!(found.len(), ekitei_forms::limits::MAX_PROBLEMS + 1);
    assert_eq!(found.last().unwrap().params["count"], "8500");
}

#[test]
fn depth_and_number_are_bounded() {
    let mut nested = json!({"id": "leaf", "type": "text"});
    for i in 0..40 {
        nested = json!({"id": format!("g{i}"), "type": "group", "items": [nested]});
    }
    assert_eq!(codes(&json!([nested]))[0].split(' ').next(), Some("form-deep"));

    let mut nested = json!({"id": "leaf", "type": "text"});
    for i in 0..8 {
        nested = json!({"id": format!("r{i}"), "type": "repeat", "items": [nested]});
    }
    assert_eq!(codes(&json!([nested]))[0].split(' ').next(), Some("form-deep"));

    let many: Vec<Value> = (0..40_000).map(|i| json!({"id": format!("q{i}"), "type": "text"})).collect();
    assert!(codes(&json!(many)).contains(&"form-many-items ".to_owned()));

    // Levels that the JSON reader itself refuses.
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(
        check_json(&format!("{{\"id\":\"f\",\"version\":1,\"title\":\"t\",\"x\":{deep}}}"))
            .contains("form-json")
    );

    for (text, code) in [
        ("(".repeat(50_000), "form-expression-long"),
        ("(".repeat(10_000), "form-expression-deep"),
        ("not(".repeat(3_000), "form-expression-deep"),
        ("-".repeat(10_000), "form-expression-ends"),
        (format!("1{}", "+1".repeat(9_000)), "form-expression-deep"),
        ("a[".repeat(5_000), "form-expression-deep"),
        (format!(".{}", "/..".repeat(6_000)), "form-path-above"),
    ] {
        let found = problems(&json!([{"id": "a", "type": "text", "relevant": text}]));
        assert_eq!(found[0].code, code, "{}", &text[..20]);
    }
    // A long chain is not a deep one.
    let chain = vec!["'x' = 'x'"; 1_200].join(" and ");
    assert!(codes(&json!([{"id": "a", "type": "text", "relevant": chain}])).is_empty());
}

#[test]
fn repeats_are_bounded() {
    let items = json!([
        {"id": "n", "type": "integer"},
        {"id": "r", "type": "repeat", "repeat_count": "${n}", "items": [
            {"id": "s", "type": "repeat", "repeat_count": "${n}", "items": [{"id": "x", "type": "calculate", "calculate": "position(..)"}]}]}
    ]);
    let mut session = session(&items);
    session.set(&AnswerKey::from("n"), &json!(1_000_000)).unwrap();
    assert_eq!(session.rows().iter().filter(|r| r.key.question() == "n").count(), 1);
    for n in [json!(0), json!(-5), json!(3)] {
        session.set(&AnswerKey::from("n"), &n).unwrap();
    }
    assert_eq!(session.finish().calculated.len(), 9);
}

#[test]
fn an_expression_that_never_ends_is_given_up() {
    // Every instance looks at all instances, which look at all instances.
    let items = json!([
        {"id": "n", "type": "integer"},
        {"id": "r", "type": "repeat", "repeat_count": "${n}", "items": [{"id": "v", "type": "integer", "default": 1}]},
        {"id": "sum", "type": "calculate",
         "calculate": "sum(/data/r[count(/data/r[count(/data/r[v = current()/../n]) = 0]) > 0]/v)"}
    ]);
    let mut session = session(&items);
    session.set(&AnswerKey::from("n"), &json!(1_500)).unwrap();
    session.set(&AnswerKey::from("n"), &json!(3)).unwrap();
    assert_eq!(session.answer(&AnswerKey::from("sum")), 3);
}

#[test]
fn calls_and_openings_may_hold_anything() {
    let form = r#"{"id": "f", "version": 1, "title": "t", "items": [{"id": "a", "type": "text"},
        {"id": "r", "type": "repeat", "items": [{"id": "b", "type": "integer"}]}]}"#;
    for opening in [
        "{}",
        "[]",
        "null",
        r#"{"answers": {"a": {"x": [1]}, "b@x": 1, "@": 2, "b@": 3, "zz": 4, "r@x": 5}}"#,
        r#"{"instances": {"r@x": 1, "r@": 2, "r@y.z": 3, "a@x": 4, "r@x.y": 1e308}}"#,
        r#"{"answers": {"b@x": "viele"}, "instances": {"r@x": 1}, "new": true, "last": {"a": [], "b@x": {}}}"#,
    ] {
        let Ok(mut open) = OpenForm::open_json(form, opening) else { continue };
        for call in [
            "",
            "{}",
            "[1]",
            r#"{"call": "fly"}"#,
            r#"{"call": "view"}"#,
            r#"{"call": "page", "page": 4000000000}"#,
            r#"{"call": "set", "key": "b@@@", "answer": 1}"#,
            r#"{"call": "set", "key": "r", "answer": 1}"#,
            r#"{"call": "add_instance", "repeat": "r", "id": "../../x"}"#,
            r#"{"call": "add_instance", "repeat": "a", "id": "x"}"#,
            r#"{"call": "add_instance", "repeat": "r", "parent": "x", "id": "y"}"#,
            r#"{"call": "remove_instance", "key": "r@nowhere"}"#,
            r#"{"call": "choices", "key": "a", "from": 4294967295, "limit": 4294967295}"#,
            r#"{"call": "rest_apply", "keys": ["a"]}"#,
            r#"{"call": "evaluate", "expression": "//*"}"#,
            r#"{"call": "draft", "key": "r"}"#,
            r#"{"call": "finish"}"#,
        ] {
            let reply = open.call_json(call);
            assert!(reply.starts_with(r#"{"ok":"#) || reply.starts_with(r#"{"err":"#), "{reply}");
        }
    }
}

#[test]
fn answers_that_cannot_be_read_are_kept_aside() {
    let def = json!({"id": "f", "version": 2, "title": "t", "items": [{"id": "a", "type": "integer"}]});
    let form = Arc::new(Form::from_json(&def.to_string()).unwrap());
    let answers = serde_json::from_value(json!({"a": "many", "gone": "from version 1"})).unwrap();
    let mut open = OpenForm::open(form, Opening { answers, ..Opening::default() });
    let left: Vec<_> = open.session().left_out().into_iter().map(|l| (l.key.0, l.shown)).collect();
    assert_eq!(left, [("a".to_owned(), "many".to_owned()), ("gone".to_owned(), "from version 1".to_owned())]);
    open.call(Call::Set { key: "a".into(), answer: json!(3), now: None }).unwrap();
    assert_eq!(open.session().left_out().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_expression_ends_in_a_value_or_a_code(text in "[a-c0-9$\\{\\}()\\[\\]/.,'\"+*=<>!| -]{0,60}|\\PC{0,60}") {
        let items = json!([
            {"id": "a", "type": "integer", "default": 1},
            {"id": "c", "type": "repeat", "items": [{"id": "b", "type": "text", "default": "x"}]},
        ]);
        let session = session(&items);
        match session.evaluate(Some(&AnswerKey::from("a")), &text) {
            Ok(_) => {}
            Err(problem) => prop_assert!(problem.code.starts_with("form-"), "{}", problem),
        }
    }

    #[test]
    fn any_json_is_a_form_or_a_problem(
        id in "\\PC{0,10}", kind in "[a-z_]{0,12}|ruling|repeat|select_one", relevant in "\\PC{0,20}", label in "\\PC{0,20}",
    ) {
        let item = json!({"id": id, "type": kind, "relevant": relevant, "label": label,
            "items": [{"id": id, "type": kind}], "choices": [{"value": id, "label": label}]});
        let _ = problems(&json!([item]));
    }

    #[test]
    fn any_answer_is_read_or_refused(answer in "\\PC{0,40}") {
        let kinds = ["text", "integer", "decimal", "ruling", "date", "time", "date_time", "geopoint", "qr", "acknowledge",
            "photo", "signature"];
        let items: Vec<Value> = kinds.iter().map(|k| json!({"id": k, "type": k})).collect();
        let mut session = session(&json!(items));
        for kind in kinds {
            let key = AnswerKey::from(kind);
            if session.set(&key, &json!(answer)).is_ok() {
                let stored = session.answer(&key);
                // What was stored is read back as the same.
                session.set(&key, &Value::Null).unwrap();
                session.set(&key, &stored).unwrap();
                prop_assert_eq!(session.answer(&key), stored);
            }
        }
    }
}

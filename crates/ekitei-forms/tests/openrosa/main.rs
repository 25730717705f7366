//! The expression tests of the npm package openrosa-xpath-evaluator 3.1.0 (Apache-2.0, the Enketo project), recorded as
//! data in `cases.json`: document, context, expression, expected value. What lies outside of our subset, or differs on
//! purpose, is listed in `docs/xpath-tests.md`; this test compares that list with what really happens.
#![allow(clippy::unwrap_used)]

mod documents;
mod outside;

use documents::{Content, Document, Tree};
use ekitei_forms::session::evaluate::Evaluated;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Recorded {
    docs: Vec<RecordedDocument>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct RecordedDocument {
    /// Absent: it has namespaces.
    tree: Option<Tree>,
}

#[derive(Deserialize)]
struct Case {
    file: String,
    doc: usize,
    node: Option<String>,
    expr: String,
    /// `numberValue`, `stringValue`, `booleanValue`, `stringLength`, `nodes`, `throw`
    #[serde(rename = "type")]
    kind: String,
    /// `equal`, `rounded`, `match`, …
    op: String,
    expected: Value,
    factor: Option<f64>,
}

/// What came of a case.
enum Outcome {
    Right,
    /// A stable word for why it was not run, or the value that differs.
    Outside(String),
    Different(String),
}

fn right(case: &Case, got: &Evaluated) -> bool {
    let number = got.number.unwrap_or(f64::NAN);
    let same = |expected: f64, got: f64| (expected.is_nan() && got.is_nan()) || expected == got;
    match (case.kind.as_str(), case.op.as_str()) {
        ("numberValue", "rounded") => {
            let factor = case.factor.unwrap();
            let expected = case.expected.as_f64().unwrap_or(f64::NAN);
            // As `Math.round` has it.
            same(expected, (number * factor + 0.5).floor() / factor)
        }
        ("numberValue", _) => match &case.expected {
            Value::String(text) => same(text.parse().unwrap_or(f64::NAN), number),
            other => same(other.as_f64().unwrap_or(f64::NAN), number),
        },
        ("stringValue", "match") => {
            let pattern = case.expected.as_str().unwrap().trim_start_matches('/').trim_end_matches('/');
            regex_lite::Regex::new(pattern).unwrap().is_match(&got.text)
        }
        ("stringValue", _) => match &case.expected {
            Value::String(text) => *text == got.text,
            other => *other == got.text || got.text == format!("{other}"),
        },
        ("booleanValue", _) => case.expected.as_bool().unwrap() == got.truth,
        ("stringLength", _) => case.expected.as_f64().unwrap() == got.text.chars().count() as f64,
        ("nodes", _) => got.count.map(f64::from) == case.expected.as_f64(),
        other => panic!("{other:?}"),
    }
}

fn run(case: &Case, document: &RecordedDocument) -> Outcome {
    // Without a document that could be a form, an expression without paths can still be tried.
    let none =
        Tree("none".to_owned(), Content::Children(vec![Tree("x".to_owned(), Content::Text(String::new()))]));
    let open = document.tree.as_ref().and_then(Document::open).or_else(|| Document::open(&none)).unwrap();
    let at = match case.node.as_deref().map(|path| open.key(path)) {
        None => None,
        Some(Some(key)) => Some(key),
        Some(None) => return Outcome::Outside("context".to_owned()),
    };
    match (open.session.evaluate(at.as_ref(), &open.rewritten(&case.expr)), case.kind.as_str()) {
        (Err(_), "throw") => Outcome::Right,
        (Ok(got), "throw") => Outcome::Different(format!("no fault: {}", got.text)),
        (Err(problem), _) => Outcome::Outside(problem.to_string()),
        (Ok(got), _) if right(case, &got) => Outcome::Right,
        (Ok(got), _) => Outcome::Different(format!("{} / {:?} / {}", got.text, got.number, got.truth)),
    }
}

#[test]
fn the_subset_agrees_with_openrosa() {
    let recorded: Recorded = serde_json::from_str(include_str!("cases.json")).unwrap();
    let mut ran = 0;
    let mut list = outside::List::default();
    for case in &recorded.cases {
        match run(case, &recorded.docs[case.doc]) {
            Outcome::Right => ran += 1,
            Outcome::Outside(why) => list.outside(case, &why),
            Outcome::Different(got) => list.different(case, &got),
        }
    }
    list.compare(ran, recorded.cases.len());
}

//! The forms that come with the program compile, and an inspection can be done with them.
#![allow(clippy::unwrap_used)]

use ekitei_forms::facade::{Call, OpenForm, Reply};
use ekitei_forms::{AnswerKey, Env, Form, Opening};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

fn form(name: &str) -> Arc<Form> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/forms").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    match Form::from_json(&text) {
        Ok(form) => Arc::new(form),
        Err(problems) => panic!("{name}: {problems:#?}"),
    }
}

fn opening() -> Opening {
    let now = "2026-11-21T10:05:00.000+09:00".to_owned();
    Opening { new: true, env: Env { now, language: "ja".to_owned(), ..Env::default() }, ..Opening::default() }
}

#[test]
fn the_gravel_pit_is_inspected() {
    let mut open = OpenForm::open(form("gravel-pit.json"), opening());
    let begun = open.begun();
    assert_eq!(begun.answers["inspection_day"], "2026-11-21");
    let mut set = |key: &str, answer: serde_json::Value| {
        let call = Call::Set { key: AnswerKey::from(key), answer, now: None };
        let Reply::Changed(changed) = open.call(call).unwrap() else { panic!() };
        changed
    };
    assert!(set("fence", json!("fail")).reshaped);
    set("operator", json!("駅逓砂利(見本)"));
    set("permit_number", json!("見本第1号"));
    set("pit_place", json!("見本町字川上1"));
    set("witness_name", json!("見本 太郎"));
    set("overview_photos", json!(["p1"]));
    set("permitted_depth", json!("5"));
    set("overall", json!("written"));
    set("guidance", json!("改善すること。"));
    set("report_by", json!("R8.12.25"));
    set("witness_consent", json!(true));
    set("witness_signature", json!(["s1"]));
    let Reply::Rest { items } = open.call(Call::RestPreview).unwrap() else { panic!() };
    assert_eq!(items.len(), 30);
    let keys = items.into_iter().map(|i| i.key).collect();
    open.call(Call::RestApply { keys }).unwrap();
    let Reply::Missing { faults, .. } = open.call(Call::Missing).unwrap() else { panic!() };
    let missing: Vec<&str> = faults.iter().map(|f| f.key.0.as_str()).collect();
    assert_eq!(missing, ["fence_finding", "fence_photos"]);
    for (key, answer) in
        [("fence_finding", json!("一部が倒れている。")), ("fence_photos", json!(["p2", "p3"]))]
    {
        open.call(Call::Set { key: key.into(), answer, now: None }).unwrap();
    }
    let Reply::Finished(finished) = open.call(Call::Finish { now: None }).unwrap() else { panic!() };
    assert_eq!(finished.calculated[&AnswerKey::from("fail_count")], 1);
    assert!(
        finished.report.contains("立入防止柵が設置されている【採取場の管理】:一部が倒れている。(写真2枚)"),
        "{}",
        finished.report
    );
    assert!(finished.report.contains("令和8年12月25日"), "{}", finished.report);
}

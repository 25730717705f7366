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

fn set(open: &mut OpenForm, key: &str, answer: serde_json::Value) {
    open.call(Call::Set { key: AnswerKey::from(key), answer, now: None })
        .unwrap_or_else(|f| panic!("{key}: {f}"));
}

#[test]
fn each_form_opens_in_both_languages_and_has_all_labels() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/forms");
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|n| n.ends_with(".json"));
    assert_eq!(names.len(), 4);
    for name in names {
        for language in ["ja", "en"] {
            let mut opening = opening();
            opening.env.language = language.to_owned();
            let open = OpenForm::open(form(&name), opening);
            for row in open.session().rows() {
                assert!(!row.label.is_empty() || row.kind == "meta", "{name}: {}", row.key);
                // An English text has no Japanese in it: it was forgotten otherwise.
                let japanese = row.label.chars().any(|c| matches!(c, 'ぁ'..='ん' | '一'..='龠'));
                assert!(language == "ja" || !japanese, "{name}: {}", row.label);
            }
        }
    }
}

#[test]
fn a_growth_survey_is_a_table_with_means() {
    let mut open = OpenForm::open(form("strawberry-growth.json"), opening());
    set(&mut open, "plant_count", json!(3));
    for (plant, height) in [("n1", "12.5"), ("n2", "１４．５"), ("n3", "12")] {
        set(&mut open, &format!("height_cm@{plant}"), json!(height));
    }
    let value = |open: &OpenForm, key: &str| open.session().answer(&AnswerKey::from(key));
    assert_eq!(value(&open, "mean_height"), 13);
    assert_eq!(value(&open, "max_height"), 14.5);
    // Fewer plants, and all of them again: nothing is lost.
    set(&mut open, "plant_count", json!(2));
    assert_eq!(value(&open, "mean_height"), 13.5);
    assert_eq!(open.session().left_out().len(), 1);
    set(&mut open, "plant_count", json!(3));
    assert_eq!(value(&open, "height_cm@n3"), 12);
    assert!(open.session().left_out().is_empty());
}

#[test]
fn a_house_without_consent_is_not_checked_inside() {
    let mut open = OpenForm::open(form("staff-housing.json"), opening());
    set(&mut open, "occupied", json!("yes"));
    set(&mut open, "inside_allowed", json!("yes"));
    set(&mut open, "mould", json!("fail"));
    set(&mut open, "inside_allowed", json!("no"));
    let left: Vec<_> = open.session().left_out().into_iter().map(|l| (l.key.0, l.shown)).collect();
    assert_eq!(left, [("mould".to_owned(), "不良".to_owned())]);
    assert_eq!(open.session().answer(&AnswerKey::from("bad_count")), 0);
    set(&mut open, "inside_allowed", json!("yes"));
    assert_eq!(open.session().answer(&AnswerKey::from("bad_count")), 1);
    assert_eq!(open.session().answer(&AnswerKey::from("fiscal_label")), "令和8");
}

#[test]
fn the_last_visit_stands_beside_todays() {
    let mut before = OpenForm::open(form("home-visit.json"), opening());
    set(&mut before, "household_size", json!(2));
    set(&mut before, "met", json!("yes"));
    set(&mut before, "member_age@n1", json!(7));
    set(&mut before, "purpose", json!(["regular", "papers"]));
    let last = before.session().finish().answers;
    let mut open = OpenForm::open(form("home-visit.json"), Opening { last, ..opening() });
    let begun = open.begun();
    assert_eq!(begun.answers["household_size"], 2);
    assert!(!begun.answers.contains_key("purpose"), "only shown beside");
    let Reply::Page(page) = open.call(Call::Page { page: 0 }).unwrap() else { panic!() };
    let purpose = page.items[0].items.iter().find(|i| i.key.0 == "purpose").unwrap();
    assert_eq!(purpose.last_shown, "定期訪問、書類の確認");
    assert_eq!(open.session().answer(&AnswerKey::from("arrived")), "10:05");
    set(&mut open, "met", json!("yes"));
    assert_eq!(open.session().answer(&AnswerKey::from("member_age@n1")), 7);
    assert_eq!(open.session().answer(&AnswerKey::from("children")), 1);
}

/// The stored shape of definitions, answers and a finished record: a release must read what the last one wrote.
#[test]
fn golden_definitions_and_answers() {
    for name in ["gravel-pit.json", "staff-housing.json", "strawberry-growth.json", "home-visit.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/forms").join(name);
        let def = ekitei_forms::FormDef::from_json(&std::fs::read_to_string(path).unwrap()).unwrap();
        let again = ekitei_forms::FormDef::from_json(&serde_json::to_string(&def).unwrap()).unwrap();
        assert!(def == again, "{name} does not come back as it was written");
        assert!(
            def.extra.is_empty() && def.items.iter().all(|i| i.extra.is_empty()),
            "{name}: a misspelt field"
        );
    }
    let mut open = OpenForm::open(form("gravel-pit.json"), opening());
    set(&mut open, "permitted_until", json!("R9.3.31"));
    set(&mut open, "permitted_depth", json!("５．５"));
    open.call(Call::AddInstance {
        repeat: "depth_points".to_owned(),
        parent: String::new(),
        id: "p1".to_owned(),
    })
    .unwrap();
    set(&mut open, "depth_m@p1", json!(6));
    set(&mut open, "fence", json!("fail"));
    set(&mut open, "fence_photos", json!(["0199-a", "0199-b"]));
    set(&mut open, "pit_position", json!("43.06,141.35"));
    set(&mut open, "overall", json!("written"));
    set(&mut open, "guidance", json!("改善すること。"));
    set(&mut open, "overall", json!("good"));
    let finished = open.session().finish();
    assert_eq!(
        json!([finished.answers, finished.calculated, finished.left_out]),
        json!([
            {"depth_m@p1": 6, "fence": "fail", "fence_photos": ["0199-a", "0199-b"], "inspection_day": "2026-11-21",
             "inspection_kind": "regular", "overall": "good", "permitted_depth": 5.5, "permitted_until": "2027-03-31",
             "pit_position": "43.06 141.35"},
            {"depth_max": 6, "depth_over@p1": 0.5, "fail_count": 1},
            ["guidance"]
        ])
    );
}

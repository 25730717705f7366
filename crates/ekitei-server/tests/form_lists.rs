//! A list of 50,000 rows: a CSV at the console, pieces for the phones of every section that gets the form.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_forms::{Form, FormDef};
use ekitei_model::kinds::{FORM_LIST, FORM_VERSION, form_version};
use ekitei_model::{Record, RecordId, Scope};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;

const ROWS: usize = 50_000;

fn definition() -> Value {
    json!({"id": "towns", "version": 1, "title": "字の一覧", "items": [
        {"id": "pref", "type": "text", "label": "市町村"},
        {"id": "town", "type": "select_one", "label": "字", "list": "towns", "choice_filter": "市町村 = ${pref}"}],
        "lists": {"towns": {"columns": ["value", "label", "市町村"], "rows": []}}})
}

fn csv(rows: usize) -> String {
    let row = |i: usize| format!("{i:05},字見本{i}番地,町{}\r\n", i % 50);
    format!("コード,名称,市町村\r\n{}", (0..rows).map(row).collect::<String>())
}

/// Everything of a section as its phones fetch it.
async fn fetched(phone: &Phone, section: &str) -> Vec<Record> {
    let scope = Scope::Section(section.into());
    let mut all: Vec<Record> = Vec::new();
    loop {
        let after = all.iter().map(|r| r.seq).max().unwrap_or(0);
        let more = phone.changes(&scope, after).await;
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// The newest version, put together from what the phone has.
fn put_together(records: &[Record]) -> (Form, bool) {
    let version = records.iter().rfind(|r| r.kind == FORM_VERSION).unwrap();
    let mut def: FormDef = serde_json::from_value(version.fields[form_version::DEFINITION].clone()).unwrap();
    let by_id: HashMap<RecordId, &Record> = records.iter().map(|r| (r.id, r)).collect();
    let all =
        def.attach_lists(version, |id| Ok::<_, Infallible>(by_id.get(&id).map(|r| (*r).clone()))).unwrap();
    assert!(!all || def.lists["towns"].rows.len() == ROWS);
    (Form::compile(def).unwrap(), all)
}

#[tokio::test]
async fn fifty_thousand_rows_reach_the_phones_of_two_sections() {
    let office = Office::start().await;
    let mut admin = office.console("adm").await;
    let new = json!({"section": SECTION, "definition": definition()});
    let form: Value = admin.post("/api/forms", &new).await.json().await.unwrap();
    let path = format!("/api/forms/{}", form["id"].as_str().unwrap());
    let at = format!("{path}/lists/towns");
    let put = |body: String| admin.request(Method::PUT, &at).body(body);
    let refused = put("名称\nだけ\n".into()).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fault(refused).await.code, "form-list-column");
    let saved = put(csv(ROWS)).send().await.unwrap();
    assert_eq!(saved.status(), StatusCode::OK);
    let saved: Value = saved.json().await.unwrap();
    assert_eq!(saved["problems"], json!([]), "{}", saved["problems"]);
    assert_eq!(saved["definition"]["lists"]["towns"]["pieces"]["rows"], ROWS);
    assert_eq!(saved["definition"]["lists"]["towns"]["rows"], json!([]));

    let look = admin.json(&format!("{path}/lists/towns")).await;
    assert_eq!((look["count"].as_u64(), look["columns"][2].as_str()), (Some(ROWS as u64), Some("市町村")));
    assert_eq!(look["rows"].as_array().unwrap().len(), 5);
    assert_eq!(look["rows"][4], json!(["00004", "字見本4番地", "町4"]));
    assert_eq!(admin.get(&format!("{path}/lists/nothing")).await.status(), StatusCode::NOT_FOUND);

    let publish = format!("{path}/publish");
    let done: Value = admin.post(&publish, &json!({"targets": [SECTION, OTHER]})).await.json().await.unwrap();
    assert_eq!(done["version"], 1, "{done}");
    let mut pieces = 0;
    for (staff, section) in [("s1", SECTION), ("s3", OTHER)] {
        let records = fetched(&office.phone(staff).await, section).await;
        let (_, all) = put_together(&records);
        assert!(all, "{section}");
        pieces = records.iter().filter(|r| r.kind == FORM_LIST).count();
        assert_eq!(pieces, ROWS / 2_000, "{section}");
    }

    // The next version has the same rows: nothing travels again.
    let again: Value =
        admin.post(&publish, &json!({"targets": [SECTION, OTHER]})).await.json().await.unwrap();
    assert_eq!(again["version"], 2, "{again}");
    let records = fetched(&office.phone("s1").await, SECTION).await;
    assert!(put_together(&records).1);
    assert_eq!(records.iter().filter(|r| r.kind == FORM_LIST).count(), pieces);

    // A copy has rows of its own.
    let copy: Value =
        admin.post(&format!("{path}/copy"), &json!({"section": SECTION})).await.json().await.unwrap();
    let path = format!("/api/forms/{}", copy["id"].as_str().unwrap());
    assert_eq!(admin.json(&format!("{path}/lists/towns")).await["rows"].as_array().unwrap().len(), 5);
    let done: Value =
        admin.post(&format!("{path}/publish"), &json!({"targets": [SECTION]})).await.json().await.unwrap();
    assert_eq!(done["version"], 1, "{done}");
}

/// What retention took because nothing named it comes back when the same rows are loaded again.
#[tokio::test]
async fn rows_that_went_come_back_with_the_same_file() {
    let office = Office::start().await;
    let mut admin = office.console("adm").await;
    let new = json!({"section": SECTION, "definition": definition()});
    let form: Value = admin.post("/api/forms", &new).await.json().await.unwrap();
    let path = format!("/api/forms/{}", form["id"].as_str().unwrap());
    let put = async |rows: usize| {
        let sent = admin.request(Method::PUT, &format!("{path}/lists/towns")).body(csv(rows)).send().await;
        assert_eq!(sent.unwrap().status(), StatusCode::OK);
    };
    put(5_000).await;
    put(6_000).await;
    let later = office.clock.now_ms() + 1;
    let gone = office.storage().purge(later, later, 1_000).await.unwrap();
    assert_eq!(gone.deleted, 3, "the rows of the first file");
    assert_eq!(admin.json(&format!("{path}/lists/towns")).await["rows"].as_array().unwrap().len(), 5);
    put(5_000).await;
    assert_eq!(admin.json(&format!("{path}/lists/towns")).await["count"], 5_000);
    let publish = format!("{path}/publish");
    let done: Value = admin.post(&publish, &json!({"targets": [SECTION]})).await.json().await.unwrap();
    assert_eq!(done["version"], 1, "{done}");
    let records = fetched(&office.phone("s1").await, SECTION).await;
    let version = records.iter().rfind(|r| r.kind == FORM_VERSION).unwrap();
    let mut def: FormDef = serde_json::from_value(version.fields[form_version::DEFINITION].clone()).unwrap();
    let by_id: HashMap<RecordId, &Record> = records.iter().map(|r| (r.id, r)).collect();
    assert!(
        def.attach_lists(version, |id| Ok::<_, Infallible>(by_id.get(&id).map(|r| (*r).clone()))).unwrap()
    );
}

#[tokio::test]
async fn only_those_who_lead_the_section_bring_lists() {
    let office = Office::start().await;
    let mut head = office.console("s2").await;
    let new = json!({"section": SECTION, "definition": definition()});
    let form: Value = head.post("/api/forms", &new).await.json().await.unwrap();
    let path = format!("/api/forms/{}/lists/towns", form["id"].as_str().unwrap());
    let staff = office.console("s1").await;
    let refused = staff.request(Method::PUT, &path).body(csv(3)).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let short: Value =
        head.request(Method::PUT, &path).body(csv(3)).send().await.unwrap().json().await.unwrap();
    let list = &short["definition"]["lists"]["towns"];
    assert_eq!((list["rows"].as_array().unwrap().len(), &list["pieces"]), (3, &Value::Null), "{list}");
}

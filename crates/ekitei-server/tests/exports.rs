//! Copies of rooms for the record, and records that a phone brings back: at the console over a real socket, where one
//! person's word needs another's.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::wire::paths;
use ekitei_model::{Record, RecordId, Scope, Stamp, kinds};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

async fn said(console: &mut Console, path: &str, body: Value) -> Value {
    let answer = console.post(path, &body).await;
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

async fn refused(console: &mut Console, path: &str) -> String {
    let answer = console.post(path, &json!({})).await;
    assert!(!answer.status().is_success(), "{path}");
    fault(answer).await.code
}

#[tokio::test]
async fn a_head_who_wants_a_copy_needs_the_word_of_somebody_else() {
    let office = Office::start().await;
    let (mut one, mut head) = (office.console("s1").await, office.console("s2").await);
    let mut admin = office.console("adm").await;
    let room = json!({"type": "group", "name": "林道", "history": "joined", "members": ["s3"], "colour": "blue", "sections": []});
    let room = said(&mut one, "/api/rooms", room).await["room"].as_str().unwrap().to_owned();
    let path = format!("/api/rooms/{room}/messages");
    said(&mut one, &path, json!({"text": "係長には言えないこと"})).await;
    said(&mut one, &format!("/api/rooms/{room}/members"), json!({"staff": "s2", "state": "member"})).await;
    assert_eq!(head.json(&path).await["messages"].as_array().unwrap().len(), 0, "from here on");
    let asked = said(&mut head, &format!("/api/rooms/{room}/exports"), json!({"reason": "監査"})).await;
    let id = asked["record"].as_str().unwrap().to_owned();
    let (approve, file) =
        (format!("/api/rooms/exports/{id}/approve"), format!("/api/rooms/exports/{id}/file"));
    let row = async |who: &Console| who.json("/api/rooms/exports").await[0].clone();
    let own = row(&head).await;
    let may = |row: &Value| ["may_approve", "for_another", "may_download"].map(|k| row[k] == true);
    assert_eq!(may(&own), [false, true, false], "{own}");
    assert_eq!(refused(&mut head, &approve).await, "export-own");
    assert_eq!(head.get(&file).await.status(), StatusCode::FORBIDDEN);
    // Nobody writes that it was allowed, by whatever way.
    for (name, code) in [("office.approved_by", "office-field"), ("approved_by", "append-only")] {
        let fields = json!({"base": {}, "fields": {name: "adm"}});
        let answer = head.patch(&format!("/api/records/{id}"), &fields).await;
        assert_eq!(fault(answer).await.code, code);
    }
    assert_eq!(refused(&mut one, &approve).await, "not-allowed");
    assert!(one.json("/api/rooms/exports").await.as_array().unwrap().is_empty(), "not the section's to read");
    assert_eq!(may(&row(&admin).await), [true, false, false]);
    said(&mut admin, &approve, json!({})).await;
    said(&mut admin, &approve, json!({})).await;
    assert_eq!(admin.get(&file).await.status(), StatusCode::FORBIDDEN, "administrators read nothing");
    for _ in 0..2 {
        assert_eq!(head.get(&file).await.status(), StatusCode::OK);
        office.clock.advance(60_000);
    }
    let row = row(&head).await;
    assert_eq!((row["state"].as_str(), row["approved_by"]["id"].as_str()), (Some("downloaded"), Some("adm")));
    let taken: Vec<_> = row["taken"].as_array().unwrap().iter().map(|t| t["by"]["id"].as_str()).collect();
    assert_eq!(taken, [Some("s2"); 2], "each time is kept: {row}");
    // What the audit reads: every version of the request, none of them emptied.
    let history = office.storage().history(id.parse().unwrap()).await.unwrap();
    assert_eq!(history.len(), 3);
}

#[tokio::test]
async fn what_a_phone_brings_back_of_somebody_else_is_for_another_to_let_in() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let (mut one, mut head) = (office.console("s1").await, office.console("s2").await);
    let phone = office.phone("s1").await;
    let id = RecordId(Uuid::now_v7());
    let made_up: Record = serde_json::from_value(json!({
        "id": id, "kind": kinds::NOTE, "scope": Scope::Case(case), "born_seq": 90, "seq": 90,
        "created": {
            "op": Uuid::now_v7(), "device": Uuid::now_v7(), "staff": "s2",
            "at": Stamp::japan(NOW_MS).to_string(),
        },
        "received_ms": NOW_MS, "fields": {"text": "係長が書いたことになっている"}, "revs": {},
    }))
    .unwrap();
    let line = serde_json::to_string(&json!({ "record": made_up })).unwrap();
    let kept: Value =
        phone.request(Method::POST, paths::SALVAGE).body(line).send().await.unwrap().json().await.unwrap();
    assert_eq!(kept["kept"], 1);
    let entry = async |who: &Console| who.json("/api/quarantine").await[0].clone();
    let seen = entry(&one).await;
    let named =
        (seen["person"]["id"].as_str(), seen["brought_by"]["id"].as_str(), seen["may_release"] == true);
    assert_eq!(named, (Some("s2"), Some("s1"), false));
    let settle = format!("/api/quarantine/{}", seen["id"].as_str().unwrap());
    let again = said(&mut one, &settle, json!({"action": "release"})).await;
    assert_eq!(
        (again["result"].as_str(), again["reason"].as_str()),
        (Some("quarantined"), Some("salvage-own-offer"))
    );
    let seen = entry(&head).await;
    assert_eq!((seen["brought_by"]["id"].as_str(), seen["may_release"] == true), (Some("s1"), true));
    assert_eq!(said(&mut head, &settle, json!({"action": "release"})).await["result"], "applied");
    assert_eq!(office.office_record(id).await.text(kinds::SALVAGED_BY), "s1");
}

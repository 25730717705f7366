//! Members-only cases: nobody else reads a word of them anywhere, and members' lists name them by their number.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::kinds::Variant;
use ekitei_model::{OpBody, OpId, Operation, RecordId, Scope, Stamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const NUMBER: &str = "福-77";
const NAME: &str = "甲野 花子宅";
const PLACE: &str = "若葉市みどり町";
const WORDS: [&str; 7] =
    [NAME, PLACE, "年金の相談", "夫の暴力について", "証書の写し", "二度目の訪問", "書き直した本文"];

struct Closed {
    case: RecordId,
    note: RecordId,
    photo: RecordId,
    conflict: String,
    left_over: RecordId,
}

/// A case of s1 alone with a visit, a note in conflict, a photo, and something that s3 (no member) tried to deliver.
async fn closed(office: &Office) -> Closed {
    let case = office
        .case(NUMBER, NAME, json!({ "restricted": true, "place": PLACE, "lat": 43.5, "lon": 142.5 }))
        .await;
    let mut phone = office.phone("s1").await;
    let note = create(case, "note", json!({ "title": WORDS[2], "text": WORDS[3] }));
    let picture = photo(case, &jpeg(7), WORDS[4]);
    let visit = create(case, "visit", json!({ "title": WORDS[5], "people": ["s1"], "state": "planned" }));
    phone.push(&[note.clone(), picture.clone(), visit]).await;
    for variant in [Variant::Thumb, Variant::Original] {
        phone.upload(picture.record, variant, &jpeg(7)).await;
    }
    let desk = office.console("s1").await;
    let seen = desk.json(&format!("/api/cases/{case}")).await["notes"][0]["revs"]["text"].clone();
    let change = Operation {
        op_id: OpId(Uuid::now_v7()),
        record: note.record,
        at: Stamp::japan(NOW_MS),
        body: OpBody::Patch {
            base: BTreeMap::from([("text".to_owned(), note.op_id)]),
            fields: [("text".to_owned(), WORDS[6].into())].into(),
        },
    };
    phone.push(&[change]).await;
    let edit = json!({ "base": { "text": seen }, "fields": { "text": "机で直した" } });
    let outcome: Value =
        desk.patch(&format!("/api/records/{}", note.record), &edit).await.json().await.unwrap();
    assert_eq!(outcome["result"], "conflict", "{outcome}");
    // Written by people who were let out of the case meanwhile.
    let left_over = create(case, "note", json!({ "title": WORDS[2], "text": WORDS[3] }));
    let mut head = office.phone("s2").await;
    head.push(std::slice::from_ref(&left_over)).await;
    let mut colleague = office.phone("s4").await;
    colleague.push(&[create(case, "note", json!({ "title": WORDS[5], "text": NAME }))]).await;
    office.settle().await;
    Closed {
        case,
        note: note.record,
        photo: picture.record,
        conflict: outcome["conflicts"][0].as_str().unwrap().to_owned(),
        left_over: left_over.record,
    }
}

/// Every address that the described API can be asked for, filled in with what is in the closed case.
fn addresses(of: &Closed) -> Vec<String> {
    let api: Value = serde_json::from_str(&ekitei_server::openapi()).unwrap();
    let mut out = Vec::new();
    for (path, verbs) in api["paths"].as_object().unwrap() {
        if verbs.get("get").is_none() || path == "/api/events" {
            continue;
        }
        let ids = [of.case, of.note, of.photo].map(|id| id.to_string());
        for id in if path.contains("{id}") { ids.to_vec() } else { vec![String::new()] } {
            for variant in if path.contains("{variant}") { &Variant::ALL[..] } else { &Variant::ALL[..1] } {
                out.push(path.replace("{id}", &id).replace("{variant}", variant.as_str()));
            }
        }
    }
    for word in [NAME, PLACE, NUMBER] {
        out.push(format!("/api/cases?q={word}"));
        out.push(format!("/api/staff?q={word}"));
    }
    out.extend(["/metrics", "/healthz"].map(str::to_owned));
    assert!(out.len() > 20 && out.iter().any(|a| a == "/api/feed"), "{out:?}");
    out
}

#[tokio::test]
async fn those_who_are_not_members_read_no_word_of_it_at_any_address() {
    let office = Office::start().await;
    office
        .storage()
        .import_staff(vec![staff("s4", "同僚 五郎", SECTION, ekitei_model::people::Role::Staff)], NOW_MS)
        .await
        .unwrap();
    let of = closed(&office).await;
    for who in ["s2", "s3", "adm"] {
        let desk = office.console(who).await;
        for address in addresses(&of) {
            let answer = desk.get(&address).await;
            let (status, text) = (answer.status(), answer.text().await.unwrap());
            // What s2 wrote is s2's own; of the rest, and of s4's, nobody reads anything.
            let text = if who == "s2" && address == "/api/quarantine" { others_of(&text, &of) } else { text };
            for word in WORDS.iter().chain([&NUMBER]) {
                assert!(!text.contains(word), "{who} reads {word} at {address} ({status}): {text}");
            }
        }
        for (method, path) in [
            (Method::PATCH, format!("/api/records/{}", of.note)),
            (Method::DELETE, format!("/api/records/{}", of.photo)),
            (Method::POST, format!("/api/conflicts/{}", of.conflict)),
            (Method::POST, format!("/api/cases/{}/notes", of.case)),
            (Method::POST, format!("/api/cases/{}/visits", of.case)),
            (Method::POST, "/api/zip".to_owned()),
        ] {
            let body = json!({ "base": {}, "fields": {}, "choice": "mine", "photos": [of.photo] });
            let answer = desk.request(method.clone(), &path).json(&body).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{who} {method} {path}");
        }
    }
    for who in ["s2", "s3", "s4"] {
        let phone = office.phone(who).await;
        for scope in
            [Scope::All, Scope::User(who.into()), Scope::Section(SECTION.into()), Scope::Case(of.case)]
        {
            let read = serde_json::to_string(&phone.changes(&scope, 0).await).unwrap();
            for word in WORDS.iter().chain([&NUMBER]) {
                assert!(!read.contains(word), "{who}'s phone reads {word} in {scope}: {read}");
            }
        }
    }
    assert_eq!(office.files(), Vec::<String>::new(), "and nothing of it lies in the shared folder");
}

/// The board without the reader's own entries.
fn others_of(board: &str, of: &Closed) -> String {
    let entries: Vec<Value> = serde_json::from_str(board).unwrap();
    let others: Vec<&Value> =
        entries.iter().filter(|e| e["record"] != of.left_over.to_string().as_str()).collect();
    assert_eq!((entries.len(), others.len()), (2, 1), "{board}");
    assert_eq!(
        (others[0]["veiled"].as_bool(), others[0]["person"]["name"].as_str()),
        (Some(true), Some("同僚 五郎"))
    );
    serde_json::to_string(&others).unwrap()
}

#[tokio::test]
async fn members_lists_and_file_names_show_its_number() {
    let office = Office::start().await;
    office
        .storage()
        .import_staff(vec![staff("s4", "同僚 五郎", SECTION, ekitei_model::people::Role::Staff)], NOW_MS)
        .await
        .unwrap();
    let of = closed(&office).await;
    let desk = office.console("s1").await;
    for list in ["/api/feed", "/api/cases", "/api/conflicts"] {
        let text = desk.get(list).await.text().await.unwrap();
        assert!(text.contains(NUMBER) && text.contains("\"restricted\":true"), "{list}: {text}");
        for word in &WORDS[..6] {
            assert!(!text.contains(word), "{list} shows {word}: {text}");
        }
    }
    let feed = desk.json("/api/feed").await;
    assert_eq!(feed.as_array().unwrap().len(), 3);
    assert!(
        feed.as_array().unwrap().iter().all(|i| i["thumb"] == false),
        "no picture of it in a list: {feed}"
    );
    // Inside, members read everything.
    let inside = desk.get(&format!("/api/cases/{}", of.case)).await.text().await.unwrap();
    // (The note's first text was written over by the phone.)
    for word in WORDS.iter().filter(|w| **w != WORDS[3]) {
        assert!(inside.contains(word), "{word} is missing inside");
    }
    let file = desk.get(&format!("/api/photos/{}/original?download=1", of.photo)).await;
    let name = file.headers()["content-disposition"].to_str().unwrap();
    assert!(!name.contains("%E8%A8%BC%E6%9B%B8"), "a file name shows the caption: {name}");
    // The phone's header of it.
    let phone = office.phone("s1").await;
    let headers = phone.changes(&Scope::User("s1".into()), 0).await;
    let header = headers.iter().find(|r| r.kind == "case_header").unwrap();
    assert_eq!((header.text("number"), header.text("name"), header.text("place")), (NUMBER, "", ""));
    assert!(!header.fields.contains_key("lat"));
}

#[tokio::test]
async fn counts_are_one_s_own_and_an_administrator_counts_phones_not_content() {
    let office = Office::start().await;
    office
        .storage()
        .import_staff(vec![staff("s4", "同僚 五郎", SECTION, ekitei_model::people::Role::Staff)], NOW_MS)
        .await
        .unwrap();
    closed(&office).await;
    for (who, conflicts, quarantine, phones) in [
        ("s1", 1, 2, Value::Null),
        ("s2", 0, 2, Value::Null),
        ("s3", 0, 0, Value::Null),
        ("adm", 0, 0, json!(3)),
    ] {
        let desk = office.console(who).await;
        let counts = desk.json("/api/counts").await;
        assert_eq!(
            (counts["conflicts_open"].as_u64(), counts["quarantine_open"].as_u64(), &counts["phones_active"]),
            (Some(conflicts), Some(quarantine), &phones),
            "{who}: {counts}"
        );
        assert_eq!(counts["share_there"], true);
        for (list, number) in [("/api/conflicts", conflicts), ("/api/quarantine", quarantine)] {
            assert_eq!(desk.json(list).await.as_array().unwrap().len() as u64, number, "{who} {list}");
        }
    }
}

//! Messages at the console over a real socket: rooms, quiet hours by a clock that is moved, attachments, search, calls.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::chat::room;
use ekitei_model::{OpBody, OpId, Operation, Outcome, RecordId, Scope, StaffId, Stamp, kinds};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Read;
use uuid::Uuid;

async fn attach(by: &mut Console, message: &str, name: &str, bytes: Vec<u8>, kind: &str) {
    let to = format!("{message}/attachments?name={name}");
    let answer = by.request(Method::POST, &to).body(bytes).send().await.unwrap();
    let text = answer.text().await.unwrap();
    assert!(text.contains(kind), "{text}");
}

async fn said(console: &mut Console, path: &str, body: Value) -> Value {
    let answer = console.post(path, &body).await;
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

async fn refused(console: &mut Console, path: &str, body: Value) -> String {
    let answer = console.post(path, &body).await;
    assert!(!answer.status().is_success(), "{path}");
    fault(answer).await.code
}

fn texts(page: &Value) -> Vec<&str> {
    page["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect()
}

async fn direct(console: &mut Console, with: &str) -> String {
    let made = said(console, "/api/rooms/direct", json!({ "staff": with })).await;
    made["room"].as_str().unwrap().to_owned()
}

fn made(scope: &Scope, record: RecordId, kind: &str, fields: Value) -> Operation {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    let fields = fields.into_iter().collect();
    let body = OpBody::Create { kind: kind.into(), scope: scope.clone(), parent: None, fields };
    Operation { op_id: OpId(Uuid::now_v7()), record, at: Stamp::japan(NOW_MS), body }
}

/// Moves the office's clock and signs in again: the session is over by then.
async fn at(office: &Office, text: &str) {
    let then: Stamp = format!("{text}:00+09:00").parse().unwrap();
    office.clock.advance(then.utc_ms - office.clock.now_ms());
}

#[tokio::test]
async fn a_message_on_saturday_arrives_on_monday_and_can_be_taken_back_until_then() {
    let office = Office::start().await;
    let mut one = office.console("s1").await;
    let room = direct(&mut one, "s3").await;
    assert_eq!(direct(&mut one, "s3").await, room, "asking twice makes one");
    let path = format!("/api/rooms/{room}/messages");
    let held = said(&mut one, &path, json!({"text": "月曜に見てください"})).await;
    let monday: Stamp = "2026-11-23T08:45:00+09:00".parse().unwrap();
    assert_eq!(
        (held["result"].as_str(), held["held_until_ms"].as_i64()),
        (Some("held"), Some(monday.utc_ms))
    );
    let second = said(&mut one, &path, json!({"text": "やはり取り消す"})).await;
    let page = one.json(&path).await;
    assert_eq!((texts(&page).len(), page["held"].as_array().unwrap().len()), (0, 2));
    let second = second["record"].as_str().unwrap().to_owned();
    said(&mut one, &format!("/api/messages/{second}/unsend"), json!({})).await;
    let why = refused(&mut one, &path, json!({"text": "道路が", "urgent": "急"})).await;
    assert_eq!(why, "urgent-without-reason");
    said(&mut one, &path, json!({"text": "道路が流された", "urgent": "道路流失"})).await;
    let three = office.console("s3").await;
    assert_eq!(texts(&three.json(&path).await), ["道路が流された"]);
    let mut head = office.console("s2").await;
    let listed = head.json(&format!("/api/urgent?section={SECTION}")).await;
    assert_eq!(listed[0]["reason"], "道路流失");
    assert_eq!(head.get(&path).await.status(), StatusCode::NOT_FOUND, "not their room");
    assert_eq!(refused(&mut head, &path, json!({"text": "x"})).await, "not-found");
    at(&office, "2026-11-23T08:45").await;
    let three = office.console("s3").await;
    loop {
        let page = three.json(&path).await;
        if texts(&page).len() > 1 {
            assert_eq!(texts(&page), ["道路が流された", "月曜に見てください"]);
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_message_refused_on_monday_is_shown_with_its_reason_and_sent_again_or_given_up() {
    let office = Office::start().await;
    let (mut one, mut three) = (office.console("s1").await, office.console("s3").await);
    let group = json!({"type": "group", "name": "林道", "members": ["s1"]});
    let room = said(&mut three, "/api/rooms", group).await["room"].as_str().unwrap().to_owned();
    let (path, members) = (format!("/api/rooms/{room}/messages"), format!("/api/rooms/{room}/members"));
    let mut kept = Vec::new();
    for text in ["届ける", "やめる"] {
        let held = said(&mut one, &path, json!({ "text": text })).await;
        assert_eq!(held["result"], "held");
        kept.push(held["record"].as_str().unwrap().to_owned());
    }
    assert!(one.json(&path).await["held"][0]["refused"].is_null());
    let again = |id: &str| format!("/api/messages/{id}/again");
    assert_eq!(refused(&mut one, &again(&kept[0]), json!({})).await, "not-found", "it only waits");
    said(&mut three, &members, json!({"staff": "s1", "role": "admin"})).await;
    said(&mut three, &members, json!({"staff": "s1", "state": "left"})).await;
    at(&office, "2026-11-23T08:45").await;
    let (mut one, mut three) = (office.console("s1").await, office.console("s3").await);
    while one.json("/api/quarantine").await.as_array().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    said(&mut three, &members, json!({"staff": "s1", "state": "member"})).await;
    let people = three.json(&format!("/api/rooms/{room}")).await["people"].clone();
    let back = people.as_array().unwrap().iter().find(|p| p["person"]["id"] == "s1").unwrap();
    assert_eq!(back["role"], "member", "like any other who comes in");
    let page = one.json(&path).await;
    let why: Vec<_> = page["held"].as_array().unwrap().iter().map(|h| h["refused"].as_str()).collect();
    assert_eq!((why, texts(&page).len()), (vec![Some("not-allowed"); 2], 0));
    assert_eq!(refused(&mut three, &again(&kept[0]), json!({})).await, "not-found", "another's");
    assert_eq!(said(&mut one, &again(&kept[0]), json!({})).await["result"], "applied");
    said(&mut one, &format!("/api/messages/{}/unsend", kept[1]), json!({})).await;
    let page = one.json(&path).await;
    assert_eq!((texts(&page), page["held"].as_array().unwrap().len()), (vec!["届ける"], 0));
    assert_eq!(texts(&three.json(&path).await), ["届ける"]);
}

#[tokio::test]
async fn one_s_own_room_a_group_and_what_hangs_on_messages() {
    let office = Office::start().await;
    at(&office, "2026-11-24T10:00").await;
    let (mut one, mut two) = (office.console("s1").await, office.console("s2").await);
    let rooms = one.json("/api/rooms").await;
    assert_eq!((rooms[0]["type"].as_str(), rooms[1]["type"].as_str()), (Some("self"), Some("section")));
    let made = said(
        &mut one,
        "/api/rooms",
        json!({"type": "group", "name": "林道", "colour": "green", "members": ["s2"]}),
    )
    .await;
    let room = made["room"].as_str().unwrap();
    let path = format!("/api/rooms/{room}/messages");
    let id = Uuid::now_v7().to_string();
    let first = json!({"id": id, "op_id": Uuid::now_v7(), "text": "写真を見てください", "photos": 1, "files": 1, "mentions": ["s2"]});
    said(&mut one, &path, first.clone()).await;
    said(&mut one, &path, first).await;
    for (name, bytes, kind) in [("虫.jpg", jpeg(9), "photo"), ("表.csv", b"a,b".to_vec(), "file")] {
        attach(&mut one, &format!("{path}/{id}"), name, bytes, kind).await;
    }
    let row = two.json("/api/rooms").await;
    let row = row.as_array().unwrap().iter().find(|r| r["id"] == room).unwrap().clone();
    assert_eq!((row["unread"].as_u64(), row["mentioned"].as_bool()), (Some(1), Some(true)));
    let page = two.json(&path).await;
    assert_eq!(texts(&page), ["写真を見てください"], "the repeat doubles nothing");
    let m = &page["messages"][0];
    assert_eq!(
        (m["photos"][0]["original"].as_bool(), m["photos"][0]["thumb"].as_bool()),
        (Some(true), Some(true))
    );
    let shown = two.get(&format!("/api/photos/{}/thumb", m["photos"][0]["id"].as_str().unwrap())).await;
    assert_eq!(shown.status(), StatusCode::OK);
    let file = two.get(&format!("/api/files/{}", m["files"][0]["id"].as_str().unwrap())).await;
    assert!(file.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(file.bytes().await.unwrap(), "a,b");
    let three = office.console("s3").await;
    assert_eq!(
        three.get(&format!("/api/photos/{}/thumb", m["photos"][0]["id"].as_str().unwrap())).await.status(),
        StatusCode::NOT_FOUND
    );
    // Reactions, pin, read marks.
    said(&mut two, &format!("/api/messages/{id}/reactions"), json!({"mark": "ryokai"})).await;
    said(&mut two, &format!("/api/messages/{id}/pin"), json!({})).await;
    let readers = one.json(&format!("/api/messages/{id}/readers")).await;
    assert_eq!((readers["read"].as_array().unwrap().len(), readers["total"].as_u64()), (0, Some(1)));
    said(&mut two, &format!("/api/rooms/{room}/read"), json!({"to": m["born_seq"]})).await;
    let m = one.json(&format!("/api/messages/{id}")).await;
    assert_eq!(
        (m["readers"].as_u64(), m["read_of"].as_u64(), m["pinned"].as_bool()),
        (Some(1), Some(1), Some(true))
    );
    assert_eq!(m["reactions"][0]["people"][0]["name"], "係長 次郎");
    assert_eq!(
        refused(&mut one, &format!("/api/messages/{id}/renotify"), json!({"text": "まだの方へ"})).await,
        "everybody-read"
    );
    // Found by one character; taken back it is not.
    let hits = two.json("/api/messages/search?q=写").await;
    assert_eq!((hits.as_array().unwrap().len(), hits[0]["room_name"].as_str()), (1, Some("林道")));
    assert_eq!(three.json("/api/messages/search?q=写").await, json!([]));
    let edited = json!({"base": m["revs"], "fields": {"text": "動画を見てください"}});
    assert_eq!(one.patch(&format!("/api/messages/{id}"), &edited).await.status(), StatusCode::OK);
    assert_eq!(two.patch(&format!("/api/messages/{id}"), &edited).await.status(), StatusCode::FORBIDDEN);
    assert!(one.json(&format!("/api/messages/{id}")).await["edited"].as_bool().unwrap());
    said(&mut one, &format!("/api/messages/{id}/unsend"), json!({})).await;
    let page = two.json(&path).await;
    assert_eq!(
        (page["messages"][0]["unsent"].as_bool(), page["messages"][0]["photos"].as_array().unwrap().len()),
        (Some(true), 0)
    );
    assert_eq!(two.json("/api/messages/search?q=見").await, json!([]));
    let crowd: Vec<String> = (0..500).map(|n| format!("m{n:03}")).collect();
    let crowded = json!({"type": "group", "name": "全員", "members": crowd});
    assert_eq!(refused(&mut one, "/api/rooms", crowded).await, "room-full");
    // Leaving.
    assert_eq!(
        refused(&mut two, &format!("/api/rooms/{room}/members"), json!({"staff": "s3"})).await,
        "not-room-admin"
    );
    said(&mut two, &format!("/api/rooms/{room}/members"), json!({"staff": "s2", "state": "left"})).await;
    assert_eq!(two.get(&path).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_call_is_answered_and_exported_and_a_room_is_copied_for_the_record() {
    let office = Office::start().await;
    let (mut one, mut head) = (office.console("s1").await, office.console("s2").await);
    let asked = json!({"type": "disaster", "name": "大雨", "sections": [SECTION]});
    assert_eq!(refused(&mut one, "/api/rooms", asked.clone()).await, "not-allowed");
    let room = said(&mut head, "/api/rooms", asked).await["room"].as_str().unwrap().to_owned();
    let now = office.clock.now_ms();
    let stamp = |ms: i64| ekitei_model::Stamp::japan(ms).to_string();
    let duty = json!({"section": SECTION, "staff": "s1", "from": stamp(now - 3_600_000), "to": stamp(now + 3_600_000), "what": "当直"});
    said(&mut head, "/api/sections/times/duty", duty).await;
    let call = json!({"room": room, "text": "安否を知らせてください", "sections": [SECTION], "asks": ["safety", "coming"]});
    let call = said(&mut head, "/api/calls", call).await["record"].as_str().unwrap().to_owned();
    let answer = json!({"safety": "safe", "coming": "in_30", "text": "=家族も無事"});
    said(&mut one, &format!("/api/calls/{call}/answer"), answer).await;
    let list = format!("/api/calls/{call}/answers");
    assert_eq!(one.get(&list).await.status(), StatusCode::FORBIDDEN);
    let rows = head.json(&list).await;
    let row = rows["rows"].as_array().unwrap().iter().find(|r| r["person"]["id"] == "s1").unwrap();
    assert_eq!((row["safety"].as_str(), row["coming"].as_str()), (Some("safe"), Some("in_30")));
    assert_eq!(head.json(&format!("{list}?state=unanswered")).await["rows"].as_array().unwrap().len(), 1);
    let table = head.get(&format!("/api/calls/{call}/export")).await.text().await.unwrap();
    assert!(table.contains("\"'=家族も無事\""), "{table}");
    let row: Vec<&str> = table.lines().find(|l| l.contains("\"s1\"")).unwrap().split(',').collect();
    let heads: Vec<&str> = table.trim_start_matches('\u{feff}').lines().next().unwrap().split(',').collect();
    let cell = |name: &str| row[heads.iter().position(|h| *h == name).unwrap()].trim_matches('"');
    let (section, duty, read) = (cell("section"), cell("duty"), cell("read"));
    assert_eq!((section, duty, cell("safety"), read), (SECTION, "当直", "safe", "true"));
    assert!(
        cell("extension").chars().all(|c| c.is_ascii_digit()) && !cell("extension").is_empty(),
        "{table}"
    );
    // Members are told every five seconds by the office's clock.
    office.clock.advance(5_000);
    // Members are told every five seconds.
    office.clock.advance(5_000);
    office.storage().tally(office.clock.now_ms()).await.unwrap();
    let shown = one.json("/api/calls").await;
    let (tally, mine) = (&shown[0]["tally"], &shown[0]["mine"]);
    let known = (tally["answered"].as_u64(), tally["asked"].as_u64(), mine["safety"].as_str());
    assert_eq!(known, (Some(1), Some(2), Some("safe")));
    let path = format!("/api/rooms/{room}/messages");
    said(&mut one, &path, json!({"text": "<b>橋が</b>"})).await;
    assert_eq!(one.json(&path).await["messages"].as_array().unwrap().len(), 2, "the call is one of them");
    let id = RecordId(Uuid::now_v7());
    let urgent = json!({"id": id, "text": "通行止めです", "urgent": "橋が危ない", "photos": 1, "files": 1});
    said(&mut head, &path, urgent).await;
    for (name, bytes, kind) in [("橋.jpg", jpeg(7), "photo"), ("表.csv", b"a,b".to_vec(), "file")] {
        attach(&mut head, &format!("{path}/{id}"), name, bytes, kind).await;
    }
    said(&mut one, &path, json!({"stamp": "ryokai", "reply_to": id})).await;
    // The copy for the record.
    let asked = said(&mut one, &format!("/api/rooms/{room}/exports"), json!({"reason": "検証のため"})).await;
    let file = format!("/api/rooms/exports/{}/file", asked["record"].as_str().unwrap());
    assert_eq!(head.get(&file).await.status(), StatusCode::FORBIDDEN, "nobody allowed it");
    let approve = format!("/api/rooms/exports/{}/approve", asked["record"].as_str().unwrap());
    assert_eq!(refused(&mut one, &approve, json!({})).await, "not-allowed");
    said(&mut head, &approve, json!({})).await;
    assert_eq!(one.get(&file).await.status(), StatusCode::FORBIDDEN);
    let bytes = head.get(&file).await.bytes().await.unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut html = String::new();
    zip.by_name("room.html").unwrap().read_to_string(&mut html).unwrap();
    assert!(html.contains("&lt;b&gt;橋が"), "{html}");
    for part in [
        "緊急: 橋が危ない",
        "<div>了解</div>",
        "返信先</a> 通行止めです",
        "<td>無事</td><td>30分</td><td>=家族も無事</td>",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let mut json = String::new();
    zip.by_name("room.ndjson").unwrap().read_to_string(&mut json).unwrap();
    let kinds: Vec<String> = json
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    for kind in ["room", "call", "call_answer", "message", "photo", "file"] {
        assert!(kinds.iter().any(|k| k == kind), "{kind}: {kinds:?}");
    }
    let files: Vec<String> =
        zip.file_names().map(|n| n.unwrap().into_owned()).filter(|n| n.starts_with("files/")).collect();
    assert_eq!(files.len(), 2);
    for name in files {
        assert!(html.contains(&format!("href=\"{name}\"")), "{name}: {html}");
        let mut bytes = Vec::new();
        zip.by_name(&name).unwrap().read_to_end(&mut bytes).unwrap();
        assert!(bytes == b"a,b" || bytes == jpeg(7), "{name}");
    }
    assert_eq!(head.json("/api/rooms/exports").await[0]["state"], "downloaded");
}

/// A phone that speaks the protocol need not be Ekitei's: what the console checks before it asks, the office checks, too.
#[tokio::test]
async fn no_request_of_a_phone_opens_a_room_of_others_or_takes_its_id() {
    let office = Office::start().await;
    let (mut three, mut head) = (office.console("s3").await, office.console("s2").await);
    let own = room::self_id(&"s3".into());
    said(&mut three, "/api/rooms/direct", json!({"staff": "s3"})).await;
    let mut phone = office.phone("s1").await;
    let section = Scope::Section(SECTION.to_owned());
    let reason = json!({"room": own, "room_name": "記録", "reason": "検証のため"});
    let request = made(&section, RecordId(Uuid::now_v7()), kinds::ROOM_EXPORT, reason);
    let id = request.record;
    assert!(matches!(phone.push(&[request]).await[0].outcome, Outcome::Applied { .. }));
    let path = format!("/api/rooms/exports/{id}");
    assert_eq!(refused(&mut head, &format!("{path}/approve"), json!({})).await, "not-allowed");
    assert_eq!(head.get(&format!("{path}/file")).await.status(), StatusCode::FORBIDDEN);

    let pair = ["s2", "s3"].map(StaffId::from);
    let theirs = room::direct_id(&pair[0], &pair[1]);
    for pair in [json!(pair), json!(["s1", "s2"]), json!([]), Value::Null] {
        let op = made(&Scope::Room(theirs), theirs, kinds::ROOM, json!({"type": "direct", "pair": pair}));
        let answer = phone.push(&[op]).await.remove(0);
        assert!(
            matches!(&answer.outcome, Outcome::Quarantined { reason } if reason == "derived-id"),
            "{answer:?}"
        );
    }
    direct(&mut three, "s2").await;
}

#[tokio::test]
async fn the_head_keeps_hours_and_roster() {
    let office = Office::start().await;
    let (mut one, mut head) = (office.console("s1").await, office.console("s2").await);
    let row = json!({"section": SECTION, "staff": "s1", "from": "2026-11-21T08:30:00+09:00", "to": "2026-11-22T08:30:00+09:00", "what": "当番"});
    assert_eq!(refused(&mut one, "/api/sections/times/duty", row.clone()).await, "not-allowed");
    said(&mut head, "/api/sections/times/duty", row).await;
    let hours = json!({"section": SECTION, "staff": "", "days": {"sun": [["09:00", "12:00"]]}});
    let put = head.request(Method::PUT, "/api/sections/times/hours").json(&hours).send().await.unwrap();
    assert_eq!(put.status(), StatusCode::OK);
    let wrong = json!({"section": SECTION, "staff": "", "days": {"sat": [["9", "12:00"]]}});
    let put = head.request(Method::PUT, "/api/sections/times/hours").json(&wrong).send().await.unwrap();
    assert_eq!(put.status(), StatusCode::BAD_REQUEST);
    let times = one.json(&format!("/api/sections/times?section={SECTION}")).await;
    assert_eq!(
        (times["duty"][0]["staff"]["name"].as_str(), times["may_manage"].as_bool()),
        (Some("検査 花子"), Some(false))
    );
    assert!(times["hours"][0]["staff"].is_null());
    // On duty on a Saturday: reached at once.
    let mut three = office.console("s3").await;
    let room = direct(&mut three, "s1").await;
    let sent = said(&mut three, &format!("/api/rooms/{room}/messages"), json!({"text": "当番さん"})).await;
    assert_eq!(sent["result"], "applied");
}

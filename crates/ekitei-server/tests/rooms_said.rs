//! What the office's PCs show and change of messages: quotes, reminders, attachments, what is held.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::Stamp;
use ekitei_model::chat::message::{MAX_FILE_BYTES, MAX_FILES_BYTES};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

async fn said(console: &mut Console, path: &str, body: Value) -> Value {
    let answer = console.post(path, &body).await;
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// A working day, and somebody with a colleague in the room of the two.
async fn at_work() -> (Office, Console, Console, String) {
    let office = Office::start().await;
    let then: Stamp = "2026-11-24T10:00:00+09:00".parse().unwrap();
    office.clock.advance(then.utc_ms - office.clock.now_ms());
    let (mut one, two) = (office.console("s1").await, office.console("s2").await);
    let made = said(&mut one, "/api/rooms/direct", json!({ "staff": "s2" })).await;
    let path = format!("/api/rooms/{}/messages", made["room"].as_str().unwrap());
    (office, one, two, path)
}

async fn attach(console: &mut Console, path: &str, name: &str, bytes: Vec<u8>) -> (StatusCode, Value) {
    let to = format!("{path}/attachments?name={name}");
    let answer = console.request(Method::POST, &to).body(bytes).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_reminder_calls_those_who_have_not_read_and_says_nothing_in_anybody_s_name() {
    let (_office, mut one, two, path) = at_work().await;
    let sent = said(&mut one, &path, json!({"text": "", "photos": 1})).await;
    let id = sent["record"].as_str().unwrap();
    let again = format!("/api/messages/{id}/renotify");
    assert_eq!(one.post(&again, &json!({"text": " "})).await.status(), StatusCode::BAD_REQUEST);
    let words = "まだの方は確認をお願いします。";
    said(&mut one, &again, json!({ "text": words })).await;
    let page = two.json(&path).await;
    let reminder = &page["messages"][1];
    assert_eq!(reminder["text"].as_str(), Some(format!("@係長 次郎\n{words}").as_str()));
    assert!(reminder["stamp"].is_null() && reminder["mentions_me"].as_bool().unwrap());
    // The quote says what it is about.
    assert_eq!((reminder["reply"]["id"].as_str(), reminder["reply"]["photos"].as_u64()), (Some(id), Some(1)));
}

#[tokio::test]
async fn who_left_or_never_could_see_a_message_neither_counts_nor_is_reminded() {
    let (office, mut one, mut two, _) = at_work().await;
    let mut three = office.console("s3").await;
    let group = json!({"type": "group", "name": "林道", "history": "joined", "members": ["s2"]});
    let room = said(&mut one, "/api/rooms", group).await["room"].as_str().unwrap().to_owned();
    let [path, members, read] =
        ["messages", "members", "read"].map(|what| format!("/api/rooms/{room}/{what}"));
    let first = said(&mut one, &path, json!({"text": "午後から"})).await["record"].clone();
    let first = format!("/api/messages/{}", first.as_str().unwrap());
    said(&mut one, &members, json!({"staff": "s3", "state": "member"})).await;
    let second = said(&mut one, &path, json!({"text": "変更です"})).await["record"].clone();
    let second = format!("/api/messages/{}", second.as_str().unwrap());
    let numbers = async |by: &Console, message: &str| {
        let of = by.json(message).await;
        let listed = by.json(&format!("{message}/readers")).await;
        let read = listed["read"].as_array().unwrap().len() as u64;
        assert_eq!(
            (of["readers"].as_u64(), of["read_of"].as_u64()),
            (Some(read), listed["total"].as_u64()),
            "the number is that of the list"
        );
        (read, listed["total"].as_u64().unwrap())
    };
    // Who came later has read to the end, which says nothing of what was never shown.
    let page = three.json(&path).await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 1);
    said(&mut three, &read, json!({"to": page["messages"][0]["born_seq"]})).await;
    assert_eq!((numbers(&one, &first).await, numbers(&one, &second).await), ((0, 1), (1, 2)));
    let again = format!("{first}/renotify");
    said(&mut one, &again, json!({"text": "まだの方へ"})).await;
    let reminded = one.json(&path).await["messages"][2]["mentions"].clone();
    assert_eq!((reminded.as_array().unwrap().len(), reminded[0]["id"].as_str()), (1, Some("s2")));
    let page = two.json(&path).await;
    said(&mut two, &read, json!({"to": page["messages"][2]["born_seq"]})).await;
    assert_eq!((numbers(&one, &first).await, numbers(&one, &second).await), ((1, 1), (2, 2)));
    said(&mut one, &members, json!({"staff": "s2", "state": "left"})).await;
    assert_eq!((numbers(&one, &first).await, numbers(&one, &second).await), ((0, 0), (1, 1)));
    let nobody = one.post(&again, &json!({"text": "まだの方へ"})).await;
    assert_eq!(fault(nobody).await.code, "everybody-read");
}

#[tokio::test]
async fn a_quote_of_what_has_no_words_says_what_it_is() {
    let (_office, mut one, two, path) = at_work().await;
    let stamp = said(&mut one, &path, json!({"text": "", "stamp": "arrived"})).await["record"].clone();
    let file = said(&mut one, &path, json!({"text": "", "files": 1})).await["record"].clone();
    let to = format!("{path}/{}", file.as_str().unwrap());
    assert_eq!(attach(&mut one, &to, "plan.csv", b"a,b".to_vec()).await.0, StatusCode::OK);
    for about in [&stamp, &file] {
        said(&mut one, &path, json!({"text": "これです", "reply_to": about})).await;
    }
    let page = two.json(&path).await;
    let quoted = |n: usize| page["messages"][n]["reply"].clone();
    assert_eq!(quoted(2)["stamp"], "arrived");
    assert_eq!((quoted(3)["files"].as_u64(), quoted(3)["file_name"].as_str()), (Some(1), Some("plan.csv")));
}

#[tokio::test]
async fn files_have_one_limit_that_the_office_says_and_keeps() {
    let (_office, mut one, _two, path) = at_work().await;
    let limits = one.json("/api/session").await["limits"].clone();
    assert_eq!(
        (limits["file_bytes"].as_u64(), limits["files_bytes"].as_u64()),
        (Some(MAX_FILE_BYTES), Some(MAX_FILES_BYTES))
    );
    let id = said(&mut one, &path, json!({"text": "図面", "files": 3})).await["record"].clone();
    let to = format!("{path}/{}", id.as_str().unwrap());
    let half = usize::try_from(MAX_FILES_BYTES / 2).unwrap();
    for name in ["one.bin", "two.bin"] {
        assert_eq!(attach(&mut one, &to, name, vec![7; half]).await.0, StatusCode::OK);
    }
    let (status, refused) = attach(&mut one, &to, "three.bin", vec![7; 1]).await;
    assert_eq!((status, refused["code"].as_str()), (StatusCode::FORBIDDEN, Some("files-too-large")));
    assert_eq!(refused["params"]["limit_mb"], "20");
    // Given up: nobody waits for it, and nothing of the words was edited.
    let message = format!("/api/messages/{}", id.as_str().unwrap());
    let fewer = json!({"fields": {"files": 2}});
    assert_eq!(one.patch(&message, &fewer).await.status(), StatusCode::OK);
    let shown = one.json(&message).await;
    assert_eq!((shown["files_expected"].as_u64(), shown["edited"].as_bool()), (Some(2), Some(false)));
    let more = json!({"fields": {"files": 3}});
    assert_eq!(one.patch(&message, &more).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_held_is_shown_whole_to_its_sender_and_corrected() {
    let office = Office::start().await;
    let (mut one, mut three) = (office.console("s1").await, office.console("s3").await);
    let group = json!({"type": "group", "name": "林道", "members": ["s1"]});
    let room = said(&mut three, "/api/rooms", group).await["room"].as_str().unwrap().to_owned();
    let path = format!("/api/rooms/{room}/messages");
    let asked = json!({"text": "どうですか", "urgent": "林道の崩れ"});
    let asked = said(&mut three, &path, asked).await["record"].clone();
    let id = Uuid::now_v7().to_string();
    let link = json!({"kind": "case", "id": Uuid::now_v7(), "label": "砂-0412"});
    let words =
        json!({"id": id, "text": "写真です", "photos": 1, "files": 1, "link": link, "mentions": ["all"]});
    assert_eq!(said(&mut one, &path, words).await["result"], "held");
    let to = format!("{path}/{id}");
    for (name, bytes) in [("a.jpg", jpeg(9)), ("plan.csv", b"a,b".to_vec())] {
        assert_eq!(attach(&mut one, &to, name, bytes).await.0, StatusCode::OK);
    }
    let stamp = said(&mut one, &path, json!({"text": "", "stamp": "can_go"})).await;
    assert_eq!(stamp["result"], "held");
    let page = one.json(&path).await;
    let (held, stamp) = (&page["held"][0], &page["held"][1]);
    assert_eq!((held["text"].as_str(), held["link"]["label"].as_str()), (Some("写真です"), Some("砂-0412")));
    assert_eq!(
        (held["photos_expected"].as_u64(), held["files"][0]["name"].as_str()),
        (Some(1), Some("plan.csv"))
    );
    assert!(held["mentions_all"].as_bool().unwrap());
    assert_eq!(stamp["stamp"], "can_go");
    let picture = &held["photos"][0];
    assert_eq!(picture["thumb"].as_bool(), Some(true));
    let thumb = format!("/api/photos/{}/thumb", picture["id"].as_str().unwrap());
    assert_eq!(one.get(&thumb).await.status(), StatusCode::OK);
    assert_eq!(three.get(&thumb).await.status(), StatusCode::NOT_FOUND, "its sender's alone");
    let paper = format!("/api/files/{}", held["files"][0]["id"].as_str().unwrap());
    assert_eq!(one.get(&paper).await.bytes().await.unwrap(), "a,b");
    assert_eq!(three.get(&paper).await.status(), StatusCode::NOT_FOUND);
    // Put right while it waits.
    let message = format!("/api/messages/{id}");
    let better = json!({"fields": {"text": "写真を撮りました", "mentions": null}});
    assert_eq!(one.patch(&message, &better).await.status(), StatusCode::OK);
    let page = one.json(&path).await;
    let held = &page["held"][0];
    assert_eq!(
        (held["text"].as_str(), held["mentions_all"].as_bool()),
        (Some("写真を撮りました"), Some(false))
    );
    // Refused on Monday, put right, sent again.
    let members = format!("/api/rooms/{room}/members");
    said(&mut three, &members, json!({"staff": "s1", "state": "left"})).await;
    let then: Stamp = "2026-11-23T08:45:00+09:00".parse().unwrap();
    office.clock.advance(then.utc_ms - office.clock.now_ms());
    let (mut one, mut three) = (office.console("s1").await, office.console("s3").await);
    while one.json("/api/quarantine").await.as_array().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    said(&mut three, &members, json!({"staff": "s1", "state": "member"})).await;
    said(&mut one, &format!("{message}/again"), json!({"text": "撮り直しました", "mentions": ["s3"]})).await;
    let page = three.json(&path).await;
    let texts: Vec<_> =
        page["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["どうですか", "撮り直しました"]);
    assert!(page["messages"][1]["mentions_me"].as_bool().unwrap());
    assert_eq!(page["messages"][0]["id"], asked);
}

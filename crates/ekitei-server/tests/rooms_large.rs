//! Rooms of thousands: what is shown of their people is cut and says of how many, and a reminder stays a message.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::Stamp;
use ekitei_model::chat::{message, room};
use ekitei_model::people::Role;
use ekitei_server_db::TALLY_EVERY_MS;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const SECTIONS: usize = 40;
const WORDS: &str = "まだの方は確認をお願いします。";

async fn said(console: &mut Console, path: &str, body: Value) -> Value {
    let answer = console.post(path, &body).await;
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

fn rows(of: &Value) -> usize {
    of.as_array().unwrap().len()
}

/// A disaster room of so many people by section, made by s2, who is in it by name: its path.
async fn room_of(people: usize) -> (Office, Console, String) {
    let office = Office::start().await;
    let then: Stamp = "2026-11-24T10:00:00+09:00".parse().unwrap();
    office.clock.advance(then.utc_ms - office.clock.now_ms());
    let sections: Vec<String> = (0..SECTIONS).map(|n| format!("丙振興局/土木課/第{n}係")).collect();
    let person = |n: usize| {
        let name = format!("係員 {n:05}");
        staff(&format!("p{n:05}"), &name, &sections[n % SECTIONS], Role::Staff)
    };
    office.storage().import_staff((0..people).map(person).collect(), NOW_MS).await.unwrap();
    let mut head = office.console("s2").await;
    let asked = json!({"type": "disaster", "name": "大雨", "sections": sections});
    let made = said(&mut head, "/api/rooms", asked).await;
    let path = format!("/api/rooms/{}", made["room"].as_str().unwrap());
    (office, head, path)
}

#[tokio::test]
async fn the_first_of_thousands_are_shown_and_others_found() {
    const PEOPLE: usize = 3_000;
    let (office, head, path) = room_of(PEOPLE).await;
    let list = head.json("/api/rooms").await;
    let row = list.as_array().unwrap().iter().find(|r| r["type"] == "disaster").unwrap();
    let one = head.json(&path).await;
    for of in [row, &one] {
        assert_eq!(of["members"].as_u64(), Some(PEOPLE as u64 + 1));
    }
    assert_eq!(rows(&one["people"]), room::MAX_MEMBERS);
    assert_eq!(
        (one["people"][0]["person"]["id"].as_str(), &one["people"][0]["role"]),
        (Some("s2"), &json!("admin"))
    );
    assert_eq!(
        (one["people"][1]["person"]["id"].as_str(), &one["people"][1]["role"]),
        (Some("p00000"), &json!("section"))
    );
    let found = head.json(&format!("{path}/people?q=係員02999")).await;
    assert_eq!((rows(&found), found[0]["person"]["name"].as_str()), (1, Some("係員 02999")));
    assert!(rows(&head.json(&format!("{path}/people?q=係員")).await) < 100);
    assert_eq!(rows(&head.json(&format!("{path}/people?q=庶務")).await), 0, "s3 is not in it");
    let stranger = office.console("s3").await;
    let refused = stranger.request(Method::GET, &format!("{path}/people")).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_of_thousands_has_read_is_cut_and_counted() {
    const PEOPLE: u64 = 2_500;
    let (office, mut head, path) = room_of(2_500).await;
    let messages = format!("{path}/messages");
    let sent = said(&mut head, &messages, json!({"text": "参集"})).await;
    let message = format!("/api/messages/{}", sent["record"].as_str().unwrap());
    let counted = async |head: &Console| {
        let page = head.json(&messages).await;
        let m = &page["messages"][0];
        (m["readers"].as_u64().unwrap(), m["read_of"].as_u64().unwrap())
    };
    assert_eq!(counted(&head).await, (0, PEOPLE));
    let born = head.json(&messages).await["messages"][0]["born_seq"].clone();
    let mut other = office.console("p00007").await;
    said(&mut other, &format!("{path}/read"), json!({"to": born})).await;
    let readers = head.json(&format!("{message}/readers")).await;
    let shown = (rows(&readers["read"]), rows(&readers["unread"]));
    assert_eq!(shown, (1, 500));
    assert_eq!(readers["read"][0]["person"]["name"], "係員 00007");
    let totals = ["read_total", "unread_total", "total"].map(|name| readers[name].as_u64().unwrap());
    assert_eq!(totals, [1, PEOPLE - 1, PEOPLE]);
    assert_eq!(readers["unread"][7]["id"], "p00008", "in the directory's order");
    // The count beside the message is as old as those that phones see.
    assert_eq!(counted(&head).await, (0, PEOPLE));
    office.clock.advance(TALLY_EVERY_MS);
    assert_eq!(counted(&head).await, (1, PEOPLE));
}

#[tokio::test]
async fn a_reminder_of_thousands_names_nobody() {
    let (office, mut head, path) = room_of(2_500).await;
    let messages = format!("{path}/messages");
    let sent = said(&mut head, &messages, json!({"text": "参集"})).await;
    let again = format!("/api/messages/{}/renotify", sent["record"].as_str().unwrap());
    let born = head.json(&messages).await["messages"][0]["born_seq"].clone();
    // Nobody has read it; then nearly nobody.
    let mut other = office.console("p00007").await;
    for _ in 0..2 {
        said(&mut head, &again, json!({ "text": WORDS })).await;
        said(&mut other, &format!("{path}/read"), json!({"to": born})).await;
    }
    let page = other.json(&messages).await;
    for reminder in &page["messages"].as_array().unwrap()[1..] {
        assert_eq!(reminder["text"], WORDS);
        assert_eq!((rows(&reminder["mentions"]), &reminder["mentions_all"]), (0, &json!(true)));
    }
}

#[tokio::test]
async fn a_reminder_of_hundreds_calls_each_of_them() {
    let (office, mut head, path) = room_of(300).await;
    let messages = format!("{path}/messages");
    let sent = said(&mut head, &messages, json!({"text": "参集"})).await;
    let again = format!("/api/messages/{}/renotify", sent["record"].as_str().unwrap());
    let born = head.json(&messages).await["messages"][0]["born_seq"].clone();
    let (mut reader, last) = (office.console("p00007").await, office.console("p00299").await);
    said(&mut reader, &format!("{path}/read"), json!({"to": born})).await;
    let reminder = said(&mut head, &again, json!({ "text": WORDS })).await;
    let reminder = format!("/api/messages/{}", reminder["record"].as_str().unwrap());
    let calls = async |who: &Console| {
        let m = who.json(&reminder).await;
        (m["text"].as_str().unwrap().to_owned(), m["mentions_me"].as_bool().unwrap(), rows(&m["mentions"]))
    };
    assert_eq!(calls(&last).await, (WORDS.to_owned(), true, message::CALLED_SHOWN));
    assert_eq!(calls(&reader).await, (WORDS.to_owned(), false, message::CALLED_SHOWN));
    // Of whom it calls only the first are shown: changing its words takes none of the others away.
    let edit = json!({"base": {}, "fields": {"text": "至急", "mentions": ["p00000"]}});
    let edited = head.request(Method::PATCH, &reminder).json(&edit).send().await.unwrap();
    assert_eq!(edited.status(), StatusCode::OK);
    assert_eq!(calls(&last).await, ("至急".to_owned(), true, message::CALLED_SHOWN));
}

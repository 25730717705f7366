//! The line check at the office: bytes that are bounded and braked, and a code that lets in one PC for ten minutes.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::wire::paths;
use ekitei_model::{OpBody, OpId, Operation, RecordId, Scope, Stamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

const CODE: &str = "048215";

/// A check of s1's phone, with a code.
fn check() -> Operation {
    let fields = json!({
        "at": Stamp::japan(NOW_MS), "place": "駐車場", "by": "s1", "code": CODE,
        "phone": {"first_ms": 80, "up_bps": 2_000_000, "took_ms": 3000, "bytes": 40_000}
    });
    let body = OpBody::Create {
        kind: "line_check".into(),
        scope: Scope::Section(SECTION.into()),
        parent: None,
        fields: serde_json::from_value(fields).unwrap(),
    };
    Operation {
        op_id: OpId(Uuid::now_v7()),
        record: RecordId(Uuid::now_v7()),
        at: Stamp::japan(NOW_MS),
        body,
    }
}

#[tokio::test]
async fn bytes_are_bounded_and_braked() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let most = 1024 * 1024;
    let down =
        |bytes: usize| phone.request(Method::GET, &format!("{}?bytes={bytes}", paths::LINE_DOWN)).send();
    assert_eq!(down(most + 1).await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(down(70_000).await.unwrap().bytes().await.unwrap().len(), 70_000);
    let up = |bytes: usize| phone.request(Method::POST, paths::LINE_UP).body(vec![7; bytes]).send();
    let told: Value = up(50_000).await.unwrap().json().await.unwrap();
    assert_eq!(told["bytes"], 50_000);
    assert!(told["first_bytes"].as_u64().unwrap() <= 50_000);
    // The office may hang up on it before it has heard the answer.
    if let Ok(answer) = up(most + 1).await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    // The clock stands: nothing refills.
    let mut refused = None;
    for n in 0..30 {
        let answer = down(10).await.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(n);
            break;
        }
    }
    assert!(refused.is_some(), "one device may not go on for ever");
    let ping = phone.request(Method::GET, paths::LINE_PING).send().await.unwrap();
    assert_eq!(ping.status(), StatusCode::NO_CONTENT, "small questions go on");
    let other = office.phone("s2").await;
    let free = other.request(Method::GET, &format!("{}?bytes=10", paths::LINE_DOWN)).send().await.unwrap();
    assert_eq!(free.status(), StatusCode::OK, "another device is not braked");
}

#[tokio::test]
async fn a_code_lets_in_one_pc_of_those_who_may_read_it() {
    let office = Office::start().await;
    let mut phone = office.phone("s1").await;
    let op = check();
    phone.push(std::slice::from_ref(&op)).await;
    let (mut stranger, mut head) = (office.console("s3").await, office.console("s2").await);
    let join = json!({ "code": CODE });
    assert_eq!(stranger.post("/api/line/join", &join).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(head.post("/api/line/join", &json!({"code": "000000"})).await.status(), StatusCode::NOT_FOUND);
    let pc = format!("/api/line/checks/{}/pc", op.record);
    let measured =
        json!({"measured": {"first_ms": 90, "up_bps": 1_000_000, "took_ms": 4000, "bytes": 60_000}});
    assert_eq!(head.post(&pc, &measured).await.status(), StatusCode::FORBIDDEN, "it has not joined");
    assert_eq!(head.post("/api/line/join", &join).await.status(), StatusCode::OK);
    assert_eq!(head.post("/api/line/join", &join).await.status(), StatusCode::NOT_FOUND, "good once");
    let wrong = json!({"measured": {"loss": 3.0}});
    assert_eq!(head.post(&pc, &wrong).await.status(), StatusCode::BAD_REQUEST);
    let view: Value = head.post(&pc, &measured).await.json().await.unwrap();
    assert_eq!(view["pc_verdict"]["code"], "line-photos-seconds");
    assert_eq!(view["pc_verdict"]["params"]["seconds"], "80");
    assert_eq!(head.post(&pc, &measured).await.status(), StatusCode::FORBIDDEN, "written once");
    let seen = phone.changes(&Scope::Section(SECTION.into()), 0).await;
    assert!(seen.iter().any(|r| r.id == op.record && r.fields.contains_key("pc")), "the phone hears of it");
}

#[tokio::test]
async fn a_code_ends_and_guessing_is_braked() {
    let office = Office::start().await;
    let mut phone = office.phone("s1").await;
    phone.push(&[check()]).await;
    let mut head = office.console("s2").await;
    for n in 0..10 {
        let guess = json!({ "code": format!("1000{n:02}") });
        assert_eq!(head.post("/api/line/join", &guess).await.status(), StatusCode::NOT_FOUND);
    }
    let right = json!({ "code": CODE });
    assert_eq!(head.post("/api/line/join", &right).await.status(), StatusCode::TOO_MANY_REQUESTS);
    office.clock.advance(11 * 60_000);
    assert_eq!(
        head.post("/api/line/join", &right).await.status(),
        StatusCode::NOT_FOUND,
        "ten minutes are over"
    );
}

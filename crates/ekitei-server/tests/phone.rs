//! The phone's way in: enrolment, tokens, push and pull, limits.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::wire::{DeviceState, Want, paths};
use ekitei_model::{Outcome, Scope};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_code_brings_in_one_phone_within_its_time() {
    let office = Office::start().await;
    let code = office.code("s1").await;
    let phone = Phone::new(&office, &code.to_lowercase().replace('-', " ")).await.unwrap();
    assert_eq!(phone.reply.staff.name, "検査 花子");
    assert_eq!(Phone::new(&office, &code).await.err().unwrap().code, "code-used");
    assert_eq!(Phone::new(&office, "AAAAA-AAAAA").await.err().unwrap().code, "code-unknown");
    let late = office.code("s1").await;
    office.clock.advance(10 * 60_000 + 1);
    assert_eq!(Phone::new(&office, &late).await.err().unwrap().code, "code-expired");
}

#[tokio::test]
async fn guessing_codes_is_stopped() {
    let office = Office::start_with(|c| c.limits.attempts = 3).await;
    let code = office.code("s1").await;
    for _ in 0..3 {
        assert_eq!(Phone::new(&office, "AAAAA-AAAAA").await.err().unwrap().code, "code-unknown");
    }
    assert_eq!(Phone::new(&office, &code).await.err().unwrap().code, "too-many-requests");
    office.clock.advance(10 * 60_000);
    assert_eq!(Phone::new(&office, &code).await.err().unwrap().code, "code-expired");
}

#[tokio::test]
async fn a_broken_key_does_not_spend_the_code() {
    let office = Office::start().await;
    let code = office.code("s1").await;
    let request = json!({ "code": code, "public_key": "AAAA", "recipient": "age1x", "model": "m" });
    let answer = office.http.post(office.url(paths::ENROL)).json(&request).send().await.unwrap();
    assert_eq!(fault(answer).await.code, "enrol-wrong");
    assert!(Phone::new(&office, &code).await.is_ok());
}

#[tokio::test]
async fn tokens_need_the_device_s_signature_over_a_fresh_challenge() {
    let office = Office::start().await;
    let mut phone = office.phone("s1").await;
    let (used, next) = (phone.challenge.clone(), phone.ask_token(&phone.challenge).await.unwrap());
    assert_eq!(phone.ask_token(&used).await.unwrap_err().code, "challenge", "a challenge is good once");
    let mut other = office.phone("s1").await;
    assert_eq!(
        other.ask_token(&next.challenge).await.unwrap_err().code,
        "challenge",
        "made for another device"
    );
    let right = std::mem::replace(&mut other.key, phone.key.clone());
    assert_eq!(other.ask_token(&other.challenge).await.unwrap_err().code, "signature-wrong");
    other.key = right;
    assert!(other.ask_token(&other.challenge).await.is_ok(), "a wrong signature spends nothing");

    office.clock.advance(15 * 60_000);
    let answer = phone.request(Method::GET, paths::ME).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(fault(answer).await.code, "token-expired");
    phone.refresh_token().await;
    assert_eq!(phone.request(Method::GET, paths::ME).send().await.unwrap().status(), StatusCode::OK);
    phone.token.push('x');
    let answer = phone.request(Method::GET, paths::ME).send().await.unwrap();
    assert_eq!(fault(answer).await.code, "token-expired");
    let bare = office.http.get(office.url(paths::ME)).send().await.unwrap();
    assert_eq!(fault(bare).await.code, "token-missing");
}

#[tokio::test]
async fn a_note_is_pushed_by_one_phone_and_pulled_by_another() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let (mut a, b) = (office.phone("s1").await, office.phone("s2").await);
    let notes: Vec<_> =
        (0..20).map(|n| create(case, "note", json!({ "text": format!("異常なし {n}") }))).collect();
    let results = a.push(&notes).await;
    assert_eq!(results.len(), 20);
    assert!(results.iter().all(|r| matches!(r.outcome, Outcome::Applied { .. })), "{results:?}");

    let again = {
        a.next_seq = 1;
        a.push(&notes).await
    };
    assert_eq!(again, results, "repeating a push changes nothing");

    let records = b.changes(&Scope::Case(case), 0).await;
    assert_eq!(records.iter().filter(|r| r.kind == "note").count(), 20);
    let stranger = office.phone("s3").await;
    let want = Want { scope: Scope::Case(case), after: Some(0), before: None };
    let (_, pages) = stranger.pull(vec![want]).await.unwrap();
    assert!(pages.iter().all(|(h, r)| h.denied && r.is_empty()));
}

#[tokio::test]
async fn plain_bodies_work_and_the_epoch_is_checked() {
    let office = Office::start().await;
    let case = office.case("R8-17", "x", json!({})).await;
    let mut phone = office.phone("s1").await;
    let body = phone.batch(&[create(case, "note", json!({ "text": "x" }))]);
    let answer = phone.request(Method::POST, paths::PUSH).body(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().get("content-encoding").is_none());
    phone.epoch = "other".into();
    let body = phone.batch(&[create(case, "note", json!({ "text": "x" }))]);
    let answer = phone.request(Method::POST, paths::PUSH).body(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let f = fault(answer).await;
    assert_eq!((f.code.as_str(), &f.params["epoch"]), ("epoch-changed", &phone.reply.epoch));
    (phone.epoch, phone.next_seq) = (phone.reply.epoch.clone(), 9);
    let body = phone.batch(&[create(case, "note", json!({ "text": "x" }))]);
    let answer = phone.request(Method::POST, paths::PUSH).body(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let f = fault(answer).await;
    assert_eq!((f.code.as_str(), f.params["high_water"].as_str()), ("lane-gap", "1"));
}

#[tokio::test]
async fn garbage_is_refused_with_a_reason_and_the_server_goes_on() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let push = |body: Vec<u8>| phone.request(Method::POST, paths::PUSH).body(body);
    for body in [&b""[..], b"{", b"null", b"\xff\xfe\x00", b"{\"proto\":1}", b"[1,2,3]"] {
        let answer = push(body.to_vec()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body:?}");
        fault(answer).await;
    }
    let mut short = phone.batch(&[]);
    short.extend(b"\n{\"op_id\":\"no\"}");
    assert_eq!(push(short).send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let zstd = push(b"not zstd".to_vec()).header("content-encoding", "zstd").send().await.unwrap();
    assert_eq!(fault(zstd).await.code, "body-broken");
    let odd = push(b"x".to_vec()).header("content-encoding", "br").send().await.unwrap();
    assert_eq!(odd.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let bomb = zstd::bulk::compress(&vec![b' '; 50_000_000], 3).unwrap();
    let bomb = push(bomb).header("content-encoding", "zstd").send().await.unwrap();
    assert_eq!(bomb.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let newer =
        serde_json::to_vec(&json!({ "proto": 99, "epoch": null, "want": [], "max_bytes": 1 })).unwrap();
    let newer = phone.request(Method::POST, paths::PULL).body(newer).send().await.unwrap();
    assert_eq!(fault(newer).await.code, "proto-unknown");
    for path in ["/v1/nothing", "/v1/uploads/x/y", "/%00", "/v1/records/x/bytes/thumb"] {
        assert_eq!(
            phone.request(Method::GET, path).send().await.unwrap().status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert_eq!(phone.request(Method::DELETE, paths::PUSH).send().await.unwrap().status(), 405);
    assert_eq!(office.http.get(office.url("/healthz")).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn an_operation_that_cannot_be_read_goes_to_quarantine_and_blocks_nothing() {
    let office = Office::start().await;
    let case = office.case("R8-17", "x", json!({})).await;
    let mut phone = office.phone("s1").await;
    let good = create(case, "note", json!({ "text": "x" }));
    let mut body = phone.batch(&[good.clone(), good.clone()]);
    let odd = br#"{"op_id":"018f0000-0000-7000-8000-000000000001","op":"teleport","record":1}"#;
    let first_line_end = body.iter().position(|b| *b == b'\n').unwrap();
    let second_line_end =
        first_line_end + 1 + body[first_line_end + 1..].iter().position(|b| *b == b'\n').unwrap();
    body.truncate(second_line_end + 1);
    body.extend(odd);
    let answer = phone.request(Method::POST, paths::PUSH).body(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let lines = lines(answer).await;
    assert!(lines[1].contains("applied"), "{lines:?}");
    assert!(lines[2].contains("quarantined"), "{lines:?}");
    phone.next_seq = 3;
    assert_eq!(phone.push(&[create(case, "note", json!({ "text": "y" }))]).await.len(), 1);
}

#[tokio::test]
async fn oversize_bodies_are_refused_before_they_are_read() {
    let office = Office::start_with(|c| c.limits.push_bytes = 10_000).await;
    let phone = office.phone("s1").await;
    let answer = phone.request(Method::POST, paths::PUSH).body(vec![b'x'; 10_001]).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(fault(answer).await.code, "too-large");
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_told_when_to_come_back() {
    let office = Office::start_with(|c| (c.limits.device_rate, c.limits.device_burst) = (1.0, 5.0)).await;
    let phone = office.phone("s1").await;
    let mut last = None;
    for _ in 0..6 {
        last = Some(phone.request(Method::GET, paths::ME).send().await.unwrap());
    }
    let answer = last.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["retry-after"], "1");
    office.clock.advance(1_000);
    assert_eq!(phone.request(Method::GET, paths::ME).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut() {
    let office = Office::start_with(|c| c.limits.header_read_ms = 50).await;
    let addr = office.running.as_ref().unwrap().addr;
    let mut socket = tokio::net::TcpStream::connect(addr).await.unwrap();
    socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    let mut rest = Vec::new();
    // Ends only because the server closes the connection.
    socket.read_to_end(&mut rest).await.unwrap();
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
}

/// What the phone's own, shorter limit rests on (`wire::REUSE_MS`).
#[tokio::test]
async fn a_connection_on_which_nothing_more_is_asked_ends_with_the_time_for_a_head() {
    let office = Office::start_with(|c| c.limits.header_read_ms = 50).await;
    let addr = office.running.as_ref().unwrap().addr;
    let mut socket = tokio::net::TcpStream::connect(addr).await.unwrap();
    socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    // Ends only because the office closes the connection.
    socket.read_to_end(&mut said).await.unwrap();
    assert!(said.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_body_that_never_ends_is_cut() {
    let office = Office::start_with(|c| c.limits.body_read_ms = 50).await;
    let addr = office.running.as_ref().unwrap().addr;
    let mut socket = tokio::net::TcpStream::connect(addr).await.unwrap();
    socket.write_all(b"POST /v1/token HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{").await.unwrap();
    let mut answer = vec![0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn revoked_phones_may_deliver_then_nothing() {
    let office = Office::start().await;
    let case = office.case("R8-17", "x", json!({})).await;
    let mut phone = office.phone("s1").await;
    let mut console = office.console("s2").await;
    let list = console.json("/api/phones").await;
    let id = list[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(id, phone.reply.device_id.to_string());
    let set = format!("/api/phones/{id}/state");
    assert_eq!(console.post(&set, &json!({ "state": "drain_only" })).await.status(), StatusCode::NO_CONTENT);
    assert!(!phone.push(&[create(case, "note", json!({ "text": "x" }))]).await.is_empty());
    assert_eq!(phone.pull(vec![]).await.unwrap_err().code, "device-drained");
    let me: Value = phone.request(Method::GET, paths::ME).send().await.unwrap().json().await.unwrap();
    assert_eq!(me["state"], json!(DeviceState::DrainOnly));

    assert_eq!(console.post(&set, &json!({ "state": "wiped" })).await.status(), StatusCode::NO_CONTENT);
    let body = phone.batch(&[create(case, "note", json!({ "text": "x" }))]);
    let answer = phone.request(Method::POST, paths::PUSH).body(body).send().await.unwrap();
    assert_eq!((answer.status(), fault(answer).await.code.as_str()), (StatusCode::FORBIDDEN, "device-wiped"));
    let asked = phone.ask_token("").await.unwrap_err();
    assert_eq!(phone.ask_token(&asked.params["challenge"]).await.unwrap_err().code, "device-wiped");
    let back = console.post(&set, &json!({ "state": "active" })).await;
    assert_eq!(back.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn the_office_sees_what_a_phone_still_has() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let request =
        phone.request(Method::GET, paths::ME).header("ekitei-waiting", "12 345678 1795000000000 0.1.0");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    let console = office.console("s2").await;
    // Written beside the answer; asked until it is there.
    loop {
        let list = console.json("/api/phones").await;
        if list[0]["waiting_items"] == 12 {
            assert_eq!(list[0]["app"], "0.1.0");
            assert_eq!(list[0]["oldest_ms"], 1_795_000_000_000_i64);
            return;
        }
        tokio::task::yield_now().await;
    }
}

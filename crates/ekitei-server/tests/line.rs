//! The line itself: TLS, HTTP/2, the live socket, an orderly stop.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::Scope;
use ekitei_model::wire::{Hint, KEEP_ALIVE_HEADER, paths};
use ekitei_server::TlsFiles;
use futures_util::StreamExt;
use reqwest::StatusCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn live(office: &Office, token: &str) -> Result<Socket, StatusCode> {
    live_with(office, token, &[]).await
}

async fn live_with(
    office: &Office,
    token: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, StatusCode> {
    let mut request = office.url(paths::LIVE).replacen("http", "ws", 1).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status()),
        Err(e) => panic!("{e}"),
    }
}

async fn next_hint(socket: &mut Socket) -> Option<Hint> {
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
            Ok(Message::Close(frame)) => panic!("closed: {frame:?}"),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

#[tokio::test]
async fn a_live_socket_hears_of_its_own_scopes_only() {
    let office = Office::start().await;
    let mine = office.case("R8-17", "x", json!({})).await;
    let closed = office.case("R8-30", "y", json!({ "restricted": true })).await;
    let (mut writer, head) = (office.phone("s1").await, office.phone("s2").await);
    assert_eq!(live(&office, "forged").await.err(), Some(StatusCode::UNAUTHORIZED));
    let mut socket = live(&office, &head.token).await.unwrap();
    writer.push(&[create(closed, "note", json!({ "text": "秘" }))]).await;
    writer.push(&[create(mine, "note", json!({ "text": "公" }))]).await;
    // Hints come in order, so the first one heard shows that the restricted case was not told.
    let hint = next_hint(&mut socket).await.unwrap();
    assert_eq!(hint.scope, Scope::Case(mine));
    assert!(hint.seq > 0 && !hint.urgent);
}

#[tokio::test]
async fn a_live_socket_of_a_revoked_phone_is_closed_at_the_next_check() {
    let office = Office::start_with(|c| c.limits.live_check_ms = 20).await;
    let phone = office.phone("s1").await;
    let mut socket = live(&office, &phone.token).await.unwrap();
    let id = phone.reply.device_id;
    office.storage().set_device_state(id, ekitei_model::wire::DeviceState::DrainOnly).await.unwrap();
    loop {
        match socket.next().await.unwrap() {
            Ok(Message::Close(Some(frame))) => {
                assert_eq!(u16::from(frame.code), 4403);
                break;
            }
            Ok(_) => {}
            Err(e) => panic!("{e}"),
        }
    }
    assert_eq!(live(&office, &phone.token).await.err(), Some(StatusCode::FORBIDDEN));
}

#[tokio::test]
async fn a_phone_that_keeps_its_own_line_is_not_pinged_and_may_be_silent() {
    let office = Office::start_with(|c| {
        c.limits.live_check_ms = 20;
        c.limits.idle_ms = 300;
    })
    .await;
    let case = office.case("R8-17", "x", json!({})).await;
    let (mut writer, phone) = (office.phone("s1").await, office.phone("s2").await);
    let mut own = live_with(&office, &phone.token, &[(KEEP_ALIVE_HEADER, "1800")]).await.unwrap();
    // A socket that says nothing is ended after the office's patience; by then the phone's has been silent longer.
    let addr = office.running.as_ref().unwrap().addr;
    let mut silent = tokio::net::TcpStream::connect(addr).await.unwrap();
    let mut byte = [0u8; 1];
    assert_eq!(tokio::io::AsyncReadExt::read(&mut silent, &mut byte).await.unwrap_or(0), 0);
    writer.push(&[create(case, "note", json!({ "text": "a" }))]).await;
    match own.next().await.unwrap().unwrap() {
        Message::Text(text) => {
            let hint: Hint = serde_json::from_str(&text).unwrap();
            assert_eq!(hint.scope, Scope::Case(case));
        }
        other => panic!("no ping wakes the phone: {other:?}"),
    }
    // More than half an hour is not promised to anybody; such a phone is pinged as every other.
    let mut other = live_with(&office, &phone.token, &[(KEEP_ALIVE_HEADER, "86400")]).await.unwrap();
    assert!(matches!(other.next().await, Some(Ok(Message::Ping(_)))));
}

#[tokio::test]
async fn a_stop_closes_live_sockets_and_finishes() {
    let mut office = Office::start().await;
    let phone = office.phone("s1").await;
    let mut socket = live(&office, &phone.token).await.unwrap();
    let url = office.url("/healthz");
    office.stop().await;
    let closed = loop {
        match socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) => break u16::from(frame.code),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(closed, 1001);
    assert!(office.http.get(url).send().await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn over_tls_with_http_2_and_a_host_bound_cookie() {
    let dir = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files = TlsFiles { cert: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
    std::fs::write(&files.cert, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let office = Office::start_with(|c| c.tls = Some(files)).await;
    let addr = office.running.as_ref().unwrap().addr;
    assert!(office.url("").starts_with("https://"));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let mut tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let http = reqwest::Client::builder()
        .use_preconfigured_tls(tls)
        .resolve("localhost", addr)
        .no_proxy()
        .build()
        .unwrap();
    let url = format!("https://localhost:{}", addr.port());
    let health = http.get(format!("{url}/healthz")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    assert!(health.headers().contains_key("strict-transport-security"));

    let mut console = Console { http, url: url.clone(), cookie: String::new() };
    let hash = argon2_of("correct horse");
    office.storage().set_password(&"s2".into(), &hash).await.unwrap();
    let answer = console.post("/api/session", &json!({ "staff": "s2", "password": "correct horse" })).await;
    assert_eq!((answer.status(), answer.version()), (StatusCode::OK, reqwest::Version::HTTP_2));
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-ekitei=") && cookie.contains("; Secure") && cookie.contains("; Path=/"),
        "{cookie}"
    );
    console.cookie = cookie_of(&answer);
    assert_eq!(console.json("/api/session").await["person"]["id"], "s2");

    // Plain HTTP at the TLS door gets nothing.
    assert!(office.http.get(format!("http://{addr}/healthz")).send().await.is_err());
}

#[tokio::test]
async fn a_certificate_without_its_key_is_refused_at_start() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap(),
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap(),
    );
    let files = TlsFiles { cert: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
    std::fs::write(&files.cert, one.cert.pem()).unwrap();
    std::fs::write(&files.key, two.signing_key.serialize_pem()).unwrap();
    let mut config =
        ekitei_server::Config::new(dir.path().join("d"), dir.path().into(), "127.0.0.1:0".parse().unwrap());
    config.tls = Some(files.clone());
    assert!(matches!(
        ekitei_server::start(config.clone()).await.err(),
        Some(ekitei_server::StartError::Tls(_))
    ));
    std::fs::remove_file(&files.key).unwrap();
    let told = ekitei_server::start(config).await.err().unwrap().to_string();
    assert!(told.contains("key.pem"), "{told}");
}

#[tokio::test]
async fn two_servers_do_not_share_one_file() {
    let office = Office::start().await;
    let config = ekitei_server::Config::new(office.data(), office.share(), "127.0.0.1:0".parse().unwrap());
    assert!(matches!(ekitei_server::start(config).await.err(), Some(ekitei_server::StartError::Taken(_))));
}

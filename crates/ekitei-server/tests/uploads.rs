//! tus: resume by byte, checksums, whose upload it is, what is refused.
#![allow(clippy::unwrap_used)]

mod common;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::*;
use ekitei_model::kinds::Variant;
use ekitei_model::wire::{VERIFIED_HEADER, paths};
use ekitei_model::{RecordId, Scope};
use ekitei_seal::{Identity, seal_bytes};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

fn location(answer: &reqwest::Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

fn offset(answer: &reqwest::Response) -> usize {
    answer.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
}

fn any() -> RecordId {
    RecordId(Uuid::now_v7())
}

#[tokio::test]
async fn options_tells_what_is_spoken() {
    let office = Office::start().await;
    let answer = office.http.request(Method::OPTIONS, office.url(paths::UPLOADS)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(answer.headers()["tus-version"], "1.0.0");
    assert_eq!(answer.headers()["tus-resumable"], "1.0.0");
    assert_eq!(
        answer.headers()["tus-extension"],
        "creation,creation-with-upload,checksum,expiration,termination"
    );
    assert_eq!(answer.headers()["tus-checksum-algorithm"], "sha256,sha1");
}

#[tokio::test]
async fn a_photo_in_pieces_is_verified_stored_and_read_back_through_its_record() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let plain = jpeg(90);
    let op = photo(case, &plain, "のり面");
    phone.push(std::slice::from_ref(&op)).await;
    let (meta, cipher) = phone.sealed(op.record, Variant::Original, &plain);
    let created = phone.create_upload(&meta, cipher.len()).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    assert!(created.headers().contains_key("upload-expires"));
    let at = location(&created);
    let (first, second) = cipher.split_at(100);
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(first)));
    let answer =
        phone.patch(&at, 0).header("upload-checksum", sum).body(first.to_vec()).send().await.unwrap();
    assert_eq!((answer.status(), offset(&answer)), (StatusCode::NO_CONTENT, 100));
    assert!(!answer.headers().contains_key(VERIFIED_HEADER));
    let wrong = phone.patch(&at, 7).body(second.to_vec()).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::CONFLICT);
    assert_eq!(fault(wrong).await.params["offset"], "100");
    let again = phone.create_upload(&meta, cipher.len()).await;
    assert_eq!((location(&again), offset(&again)), (at.clone(), 100), "creating it again goes on with it");
    let answer = phone.patch(&at, 100).body(second.to_vec()).send().await.unwrap();
    assert_eq!(answer.headers()[VERIFIED_HEADER], "1");
    let head = phone.head(&at).await;
    assert_eq!((offset(&head), head.headers()[VERIFIED_HEADER].to_str().unwrap()), (cipher.len(), "1"));

    let bytes = format!("{}/{}/bytes/original", paths::RECORDS, op.record);
    let whole = phone.request(Method::GET, &bytes).send().await.unwrap();
    assert_eq!(whole.headers()["content-type"], "image/jpeg");
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(whole.bytes().await.unwrap(), plain);
    let part = phone.request(Method::GET, &bytes).header("range", "bytes=10-19").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()["content-range"], format!("bytes 10-19/{}", plain.len()));
    assert_eq!(part.bytes().await.unwrap(), plain[10..20]);
    let same = phone.request(Method::GET, &bytes).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
    let stranger = office.phone("s3").await;
    let denied = stranger.request(Method::GET, &bytes).send().await.unwrap();
    assert_eq!(denied.status(), StatusCode::NOT_FOUND);
    let record = phone.changes(&Scope::Case(case), 0).await.into_iter().find(|r| r.id == op.record).unwrap();
    assert!(!record.text("office.original_at").is_empty());
}

#[tokio::test]
async fn a_cut_line_keeps_every_byte_that_arrived() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let plain = jpeg(10);
    let (meta, cipher) = phone.sealed(any(), Variant::Original, &plain);
    let at = location(&phone.create_upload(&meta, cipher.len()).await);
    // A request that announces everything, sends a part and falls silent: the phone is in a tunnel.
    let addr = office.running.as_ref().unwrap().addr;
    let mut dead = tokio::net::TcpStream::connect(addr).await.unwrap();
    let head = format!(
        "PATCH {at} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: application/offset+octet-stream\r\ncontent-length: {}\r\n\r\n",
        phone.token,
        cipher.len()
    );
    dead.write_all(head.as_bytes()).await.unwrap();
    dead.write_all(&cipher[..300]).await.unwrap();
    dead.flush().await.unwrap();
    // The next request breaks the dead one's lock and learns where to go on. How many of the 300 bytes the server had
    // read by then is its own affair; none may be lost that it named.
    let resume = loop {
        let n = offset(&phone.head(&at).await);
        if n > 0 {
            break n;
        }
        // It was asked to leave before its first byte was read, or has not begun: in the first case, once more.
        let mut told = [0u8; 512];
        if dead.try_read(&mut told).is_ok_and(|n| n > 0) {
            dead = tokio::net::TcpStream::connect(addr).await.unwrap();
            dead.write_all(head.as_bytes()).await.unwrap();
            dead.write_all(&cipher[..300]).await.unwrap();
        }
    };
    assert!(resume <= 300);
    let mut answer = Vec::new();
    dead.read_to_end(&mut answer).await.unwrap();
    assert!(String::from_utf8_lossy(&answer).contains("upload-cut"), "{}", String::from_utf8_lossy(&answer));
    let done = phone.patch(&at, resume).body(cipher[resume..].to_vec()).send().await.unwrap();
    assert_eq!(done.headers()[VERIFIED_HEADER], "1");
}

#[tokio::test]
async fn a_wrong_chunk_is_not_taken_and_a_wrong_file_is_dropped() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let plain = jpeg(20);
    let (meta, cipher) = phone.sealed(any(), Variant::Original, &plain);
    let at = location(&phone.create_upload(&meta, cipher.len()).await);
    let sum = format!("sha1 {}", STANDARD.encode([0u8; 20]));
    let answer =
        phone.patch(&at, 0).header("upload-checksum", sum).body(cipher.clone()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 460);
    assert_eq!(fault(answer).await.code, "chunk-checksum");
    assert_eq!(offset(&phone.head(&at).await), 0);

    let mut damaged = cipher.clone();
    damaged[200] ^= 1;
    let answer = phone.patch(&at, 0).body(damaged).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 460);
    assert_eq!(fault(answer).await.code, "upload-hash");
    assert_eq!(phone.head(&at).await.status(), StatusCode::NOT_FOUND, "dropped");
    phone.upload(any(), Variant::Original, &plain).await;
}

/// A JPEG full of detail, so that it has something to lose.
fn noise(width: u16, height: u16) -> Vec<u8> {
    let mut seed = 7u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * 3).map(|_| next()).collect();
    let mut out = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut out, 90);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    out
}

/// Decoding waits for its turn; nothing else does.
#[tokio::test]
async fn many_photos_at_once_are_all_verified() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let plains: Vec<Vec<u8>> = (0..12).map(|n| noise(200 + n, 150)).collect();
    let all = plains.iter().map(|plain| phone.upload(any(), Variant::Original, plain));
    futures_util::future::join_all(all).await;
    for plain in &plains {
        let path = office.data().join("blobs").join(&sha256(plain)[..2]).join(sha256(plain));
        assert_eq!(&std::fs::read(path).unwrap(), plain);
    }
    assert_eq!(std::fs::read_dir(office.data().join("staging")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_not_the_announced_photo_is_refused() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let key = &phone.reply.office.key_id;
    let to_office = [phone.reply.office.recipient.parse().unwrap()];
    let plain = jpeg(30);
    let sealed = seal_bytes(&plain, &to_office).unwrap();
    let elsewhere = seal_bytes(&plain, &[Identity::generate().recipient()]).unwrap();
    let text = seal_bytes(b"no photo at all", &to_office).unwrap();
    // Whole by its hash, and cut before it was sealed.
    let large = noise(640, 480);
    let cut = large[..large.len() / 2].to_vec();
    let sealed_cut = seal_bytes(&cut, &to_office).unwrap();
    let heic = seal_bytes(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", &to_office).unwrap();
    for (name, cipher, plain_hash, code) in [
        ("other content", &sealed, sha256(b"x"), "upload-content"),
        ("sealed for somebody else", &elsewhere, sha256(&plain), "upload-sealed-wrong"),
        ("not sealed", &plain, sha256(&plain), "upload-sealed-wrong"),
        ("cut", &sealed_cut, sha256(&cut), "photo-truncated"),
        ("text", &text, sha256(b"no photo at all"), "photo-unknown"),
        ("HEIC", &heic, sha256(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1"), "photo-heic"),
    ] {
        let meta = metadata(any(), Variant::Original, &plain_hash, &sha256(cipher), Some(key));
        let at = location(&phone.create_upload(&meta, cipher.len()).await);
        let answer = phone.patch(&at, 0).body(cipher.clone()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert_eq!(fault(answer).await.code, code, "{name}");
        assert_eq!(phone.head(&at).await.status(), StatusCode::NOT_FOUND, "{name}: dropped");
    }
    assert_eq!(std::fs::read_dir(office.data().join("staging")).unwrap().count(), 0);
    let meta = metadata(any(), Variant::Original, &sha256(&plain), &sha256(&plain), Some("0123456789abcdef"));
    assert_eq!(fault(phone.create_upload(&meta, 10).await).await.code, "upload-key-unknown");
}

#[tokio::test]
async fn wrong_words_are_refused_as_tus_says() {
    let office = Office::start_with(|c| c.limits.upload_bytes = 1_000).await;
    let phone = office.phone("s1").await;
    let good = metadata(any(), Variant::Thumb, &sha256(b"a"), &sha256(b"b"), None);
    let post = |length: &str, meta: &str| {
        let request = phone.request(Method::POST, paths::UPLOADS).header("tus-resumable", "1.0.0");
        request.header("upload-length", length).header("upload-metadata", meta).send()
    };
    assert_eq!(post("1001", &good).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(post("ten", &good).await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(post("10", "record !!").await.unwrap().status(), StatusCode::BAD_REQUEST);
    let odd = metadata(any(), Variant::Thumb, "../../etc", &sha256(b"b"), None);
    assert_eq!(fault(post("10", &odd).await.unwrap()).await.code, "upload-metadata");
    let no_version =
        phone.request(Method::POST, paths::UPLOADS).header("upload-length", "10").send().await.unwrap();
    assert_eq!(no_version.status(), StatusCode::PRECONDITION_FAILED);
    let at = location(&post("10", &good).await.unwrap());
    let typeless =
        phone.request(Method::PATCH, &at).header("tus-resumable", "1.0.0").header("upload-offset", "0");
    assert_eq!(typeless.body("x").send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = phone.patch(&at, 0).body(vec![0u8; 11]).send().await.unwrap();
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_upload_belongs_to_its_device_can_be_ended_and_expires() {
    let office = Office::start().await;
    let (phone, other) = (office.phone("s1").await, office.phone("s1").await);
    let (meta, cipher) = phone.sealed(any(), Variant::Original, &jpeg(40));
    let at = location(&phone.create_upload(&meta, cipher.len()).await);
    assert_eq!(other.head(&at).await.status(), StatusCode::NOT_FOUND);
    let end = |p: &Phone| p.request(Method::DELETE, &at).header("tus-resumable", "1.0.0").send();
    assert_eq!(end(&other).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(end(&phone).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(phone.head(&at).await.status(), StatusCode::NOT_FOUND);

    let at = location(&phone.create_upload(&meta, cipher.len()).await);
    office.clock.advance(15 * 24 * 3_600_000);
    let mut phone = phone;
    phone.refresh_token().await;
    // Gone, or already cleaned away by the worker.
    assert!(matches!(phone.head(&at).await.status().as_u16(), 404 | 410));
}

#[tokio::test]
async fn a_whole_photo_in_the_creating_request_and_verbs_inside_a_post() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let (meta, cipher) = phone.sealed(any(), Variant::Display, &jpeg(50));
    let request = phone.request(Method::POST, paths::UPLOADS).header("tus-resumable", "1.0.0");
    let request = request.header("upload-length", cipher.len()).header("upload-metadata", meta);
    let request = request.header("content-type", "application/offset+octet-stream").body(cipher.clone());
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status(), offset(&answer)), (StatusCode::CREATED, cipher.len()));
    assert_eq!(answer.headers()[VERIFIED_HEADER], "1");

    let (meta, cipher) = phone.sealed(any(), Variant::Display, &jpeg(51));
    let at = location(&phone.create_upload(&meta, cipher.len()).await);
    let request =
        phone.request(Method::POST, &at).header("tus-resumable", "1.0.0").header("upload-offset", "0");
    let request = request.header("x-http-method-override", "PATCH");
    let request = request.header("content-type", "application/offset+octet-stream").body(cipher);
    assert_eq!(request.send().await.unwrap().headers()[VERIFIED_HEADER], "1");
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_nothing() {
    let mut office = Office::start().await;
    let mut phone = office.phone("s1").await;
    let plain = jpeg(60);
    let (meta, cipher) = phone.sealed(any(), Variant::Original, &plain);
    let at = location(&phone.create_upload(&meta, cipher.len()).await);
    phone.patch(&at, 0).body(cipher[..200].to_vec()).send().await.unwrap();
    office.stop().await;
    office.run(|_| {}).await;
    phone.url = office.url("");
    assert_eq!(offset(&phone.head(&at).await), 200);
    let done = phone.patch(&at, 200).body(cipher[200..].to_vec()).send().await.unwrap();
    assert_eq!(done.headers()[VERIFIED_HEADER], "1");
    assert_eq!(
        std::fs::read(office.data().join("blobs").join(&sha256(&plain)[..2]).join(sha256(&plain))).unwrap(),
        plain
    );
}

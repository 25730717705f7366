//! The HTTP line against servers that misbehave on purpose.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use common::{Does, Server, answer, json};
use ed25519_dalek::{Signature, SigningKey, Verifier};
use ekitei_model::kinds::Variant;
use ekitei_model::wire::{
    BytesOf, DeviceState, PullRequest, PushHeader, PushReply, PushResult, TokenRequest, token_message,
};
use ekitei_model::{DeviceId, Lane, Outcome, RecordId};
use ekitei_seal::Secret32;
use ekitei_sync::error::CallError;
use ekitei_sync::http::{DeviceKey, HttpTransport, Timeouts};
use ekitei_sync::transport::{AllSent, NewUpload, PushBatch, Transport, Waiting};
use ekitei_sync::wire::compress;
use serde_json::json as value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const SEED: [u8; 32] = [7; 32];

fn key() -> DeviceKey {
    DeviceKey { device_id: DeviceId(Uuid::from_u128(5)), signing_key: Secret32::from_bytes(SEED) }
}

fn line(server: &Server) -> HttpTransport {
    HttpTransport::new(&server.url(), None, key()).unwrap()
}

fn hasty(server: &Server) -> HttpTransport {
    let timeouts = Timeouts { connect_ms: 5_000, idle_ms: 200 };
    HttpTransport::with_timeouts(&server.url(), None, key(), timeouts).unwrap()
}

fn batch(count: u32) -> PushBatch {
    let header = PushHeader {
        proto: 1,
        epoch: "e".into(),
        lane: Lane::Records,
        generation: 1,
        first: 1,
        count,
        runs: true,
    };
    let ops = (0..count).map(|n| Bytes::from(format!("{{\"n\":{n}}}"))).collect();
    PushBatch { header, ops, ids: (0..count).map(|n| Uuid::from_u128(u128::from(n)).into()).collect() }
}

fn push_answer(count: u32) -> Vec<u8> {
    let reply = PushReply { epoch: "e".into(), high_water: u64::from(count), acl_version: 1 };
    let mut body = serde_json::to_vec(&reply).unwrap();
    for n in 0..count {
        let result = PushResult {
            op_id: Uuid::from_u128(u128::from(n)).into(),
            outcome: Outcome::Voided,
            written_ms: None,
        };
        body.push(b'\n');
        body.extend(serde_json::to_vec(&result).unwrap());
    }
    body.push(b'\n');
    body
}

fn pull_request() -> PullRequest {
    PullRequest { proto: 1, epoch: None, want: Vec::new(), max_bytes: 1000 }
}

#[tokio::test]
async fn a_push_travels_compressed_and_signed() {
    let server =
        Server::start(|_| answer(200, &[("content-encoding", "zstd")], compress(&push_answer(3)))).await;
    let line = line(&server);
    line.tell_waiting(Waiting { items: 12, bytes: 3456, oldest_ms: Some(1_790_000_000_000) });
    let got = line.push(batch(3)).await.unwrap();
    assert_eq!((got.reply.high_water, got.results.len()), (3, 3));
    let seen = server.seen();
    // The first signature covers the empty challenge, the second the server's.
    for (call, challenge) in [(&seen[0], ""), (&seen[1], "c1")] {
        let request: TokenRequest = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(request.challenge, challenge);
        let signature = Signature::from_slice(&STANDARD.decode(request.signature).unwrap()).unwrap();
        let message = token_message(key().device_id, challenge);
        SigningKey::from_bytes(&SEED).verifying_key().verify(&message, &signature).unwrap();
    }
    assert_eq!(seen[2].header("authorization"), "Bearer t2");
    assert_eq!(seen[2].header("content-encoding"), "zstd");
    assert_eq!(seen[2].header("accept-encoding"), "zstd");
    assert!(seen[2].header("ekitei-waiting").starts_with("12 3456 1790000000000 0."));
    assert_eq!(zstd::decode_all(&seen[2].body[..]).unwrap().split(|b| *b == b'\n').count(), 5);
    assert_eq!(got.traffic.up, seen[2].body.len() as u64);
}

#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    let server = Server::start(|seen| match seen.header("authorization") {
        "Bearer t2" => json(401, value!({"code": "token-expired", "cure": "retry"})),
        _ => answer(200, &[], push_answer(1)),
    })
    .await;
    let line = line(&server);
    line.push(batch(1)).await.unwrap();
    assert_eq!(server.calls().len(), 2);
    // The next challenge came with the token: renewal took one call.
    assert_eq!(server.seen().len(), 5);
    assert_eq!(line.token().await.unwrap().token, "t3");

    let fresh = HttpTransport::new(&server.url(), None, key()).unwrap();
    fresh.use_token(line.token().await.unwrap()).await;
    fresh.push(batch(1)).await.unwrap();
    assert_eq!(server.seen().len(), 6, "a kept token needs no call");
}

#[tokio::test]
async fn a_device_that_is_not_known_stops() {
    let server = Server::start(|_| json(401, value!({"code": "token-expired"}))).await;
    assert_eq!(line(&server).push(batch(1)).await.unwrap_err(), CallError::Token);
    let wiped = Server::start(|_| json(403, value!({"code": "device-wiped"}))).await;
    let error = line(&wiped).push(batch(1)).await.unwrap_err();
    assert_eq!(error, CallError::Device(DeviceState::Wiped));
}

#[tokio::test]
async fn an_answer_dropped_after_the_commit_is_ambiguous() {
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&commits);
    let server = Server::start(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => Does::Drops,
        _ => answer(200, &[], push_answer(2)),
    })
    .await;
    let line = line(&server);
    let error = line.push(batch(2)).await.unwrap_err();
    assert!(matches!(error, CallError::Network(_)), "{error:?}");
    assert!(error.is_ambiguous() && error.is_recoverable());
    // The transport itself never repeats what may have been done.
    assert_eq!(commits.load(Ordering::SeqCst), 1);
    assert_eq!(line.push(batch(2)).await.unwrap().results.len(), 2);
    assert_eq!(server.calls()[0].body, server.calls()[1].body, "the same bytes again");
}

#[tokio::test]
async fn nobody_listens() {
    let server = Server::start(|_| Does::Drops).await;
    let line = line(&server);
    drop(server);
    tokio::task::yield_now().await;
    assert!(matches!(line.push(batch(1)).await.unwrap_err(), CallError::Network(_)));
}

#[tokio::test]
async fn a_busy_server_names_the_time() {
    let server = Server::start(|_| answer(503, &[("retry-after", "7")], "<html>later</html>")).await;
    let error = line(&server).push(batch(1)).await.unwrap_err();
    assert_eq!(error, CallError::Busy { status: 503, retry_after_ms: Some(7_000) });
}

#[tokio::test]
async fn conflicts_of_the_protocol_are_told_apart() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/v1/push" => json(409, value!({"code": "lane-gap", "params": {"high_water": "41"}})),
        _ => json(409, value!({"code": "epoch-changed", "params": {"epoch": "e9"}})),
    })
    .await;
    let line = line(&server);
    assert_eq!(line.push(batch(1)).await.unwrap_err(), CallError::LaneGap { high_water: 41 });
    assert_eq!(line.pull(pull_request()).await.unwrap_err(), CallError::Epoch("e9".into()));
}

#[tokio::test]
async fn garbage_is_an_error_of_the_line_not_of_the_item() {
    let whole = compress(&push_answer(200));
    let short = Bytes::from(whole[..whole.len() - 9].to_vec());
    let noise: Bytes = (0..500u32).map(|n| (n * 131 % 251) as u8).collect::<Vec<_>>().into();
    let zstd = ("content-encoding", "zstd");
    type Case = (&'static str, Vec<(&'static str, &'static str)>, u16, Bytes);
    let cases: Vec<Case> = vec![
        ("a login page", vec![("content-type", "text/html")], 200, "<html>please log in</html>".into()),
        ("truncated zstd", vec![zstd], 200, short),
        ("noise", vec![zstd], 200, noise.clone()),
        ("plain noise", vec![], 200, noise),
        ("an unknown packing", vec![("content-encoding", "br")], 200, "x".into()),
        ("too few results", vec![], 200, push_answer(199).into()),
        ("nothing", vec![], 200, Bytes::new()),
        ("a redirect", vec![("location", "http://127.0.0.1:1/")], 302, Bytes::new()),
        ("not found by a proxy", vec![], 404, "no such page".into()),
    ];
    for (what, headers, status, body) in cases {
        let server = Server::start(move |_| answer(status, &headers, body.clone())).await;
        let error = line(&server).push(batch(200)).await.unwrap_err();
        assert!(matches!(error, CallError::Garbage(_)), "{what}: {error:?}");
        assert_eq!(error.to_fault().code, "server-garbage");
    }
}

#[tokio::test]
async fn an_answer_cut_on_the_way_is_the_network_s_fault() {
    let body = Bytes::from(push_answer(50));
    let server =
        Server::start(move |_| Does::Cuts { headers: vec![], body: body.clone(), after: 1000 }).await;
    assert!(matches!(line(&server).push(batch(50)).await.unwrap_err(), CallError::Network(_)));
}

#[tokio::test]
async fn silence_ends_and_slowness_does_not() {
    let server = Server::start(|_| Does::Stalls).await;
    assert_eq!(hasty(&server).push(batch(1)).await.unwrap_err(), CallError::Timeout);
}

#[tokio::test]
async fn a_bomb_does_not_fill_the_memory() {
    let bomb = Bytes::from(compress(&vec![b' '; 200 * 1024 * 1024]));
    let server = Server::start(move |_| answer(200, &[("content-encoding", "zstd")], bomb.clone())).await;
    assert!(matches!(line(&server).pull(pull_request()).await.unwrap_err(), CallError::Garbage(_)));
    let endless = Bytes::from(vec![b'x'; 40 * 1024 * 1024]);
    let server = Server::start(move |_| answer(200, &[], endless.clone())).await;
    assert!(matches!(line(&server).pull(pull_request()).await.unwrap_err(), CallError::Garbage(_)));
}

fn new_upload(bytes: &[u8]) -> NewUpload {
    NewUpload {
        record: RecordId(Uuid::from_u128(9)),
        variant: Variant::Thumb,
        sha256: "aa".into(),
        cipher_sha256: "bb".into(),
        cipher_bytes: bytes.len() as u64,
        key_id: Some("k1".into()),
    }
}

#[tokio::test]
async fn a_thumbnail_costs_one_request() {
    let server = Server::start(|seen| {
        let offset = seen.body.len().to_string();
        answer(
            201,
            &[("location", "/v1/uploads/u1"), ("upload-offset", &offset), ("ekitei-verified", "1")],
            "",
        )
    })
    .await;
    let file = vec![3u8; 20_000];
    let at = line(&server)
        .upload_create(&new_upload(&file), file.clone().into(), &AllSent::default())
        .await
        .unwrap();
    assert_eq!((at.location.as_str(), at.offset, at.verified), ("/v1/uploads/u1", 20_000, true));
    let calls = server.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].header("upload-length"), "20000");
    assert_eq!(calls[0].header("content-length"), "20000");
    assert_eq!(calls[0].header("tus-resumable"), "1.0.0");
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&file)));
    assert_eq!(calls[0].header("upload-checksum"), sum);
    let metadata = calls[0].metadata();
    assert_eq!((metadata["variant"].as_str(), metadata["key_id"].as_str()), ("thumb", "k1"));
    assert_eq!(metadata["record"], new_upload(&file).record.to_string());
}

#[tokio::test]
async fn a_server_without_bytes_at_creation_is_asked_where_it_stands() {
    let server = Server::start(|seen| match seen.method.as_str() {
        "POST" => answer(201, &[("location", "v1/uploads/u2")], ""),
        "HEAD" => answer(200, &[("upload-offset", "0")], ""),
        _ => answer(204, &[("upload-offset", "3"), ("ekitei-verified", "1")], ""),
    })
    .await;
    let line = line(&server);
    let at = line
        .upload_create(&new_upload(b"abc"), Bytes::from_static(b"abc"), &AllSent::default())
        .await
        .unwrap();
    assert_eq!((at.location.as_str(), at.offset, at.verified), ("/v1/uploads/u2", 0, false));
    let at =
        line.upload_patch(&at.location, 0, Bytes::from_static(b"abc"), &AllSent::default()).await.unwrap();
    assert!(at.verified && at.offset == 3);
    assert_eq!(server.calls().last().unwrap().header("upload-offset"), "0");
}

#[tokio::test]
async fn uploads_that_are_elsewhere_or_wrong() {
    for (status, want) in [
        (404, CallError::UploadMoved { status: 404 }),
        (409, CallError::UploadMoved { status: 409 }),
        (410, CallError::UploadMoved { status: 410 }),
        (460, CallError::Checksum),
        (423, CallError::Busy { status: 423, retry_after_ms: None }),
    ] {
        let server = Server::start(move |_| answer(status, &[], "")).await;
        let error = line(&server)
            .upload_patch("/v1/uploads/u", 0, Bytes::from_static(b"x"), &AllSent::default())
            .await;
        assert_eq!(error.unwrap_err(), want);
    }
    let astray = Server::start(|_| answer(201, &[("location", "https://elsewhere.example/u")], "")).await;
    let error =
        line(&astray).upload_create(&new_upload(b""), Bytes::new(), &AllSent::default()).await.unwrap_err();
    assert!(matches!(error, CallError::Garbage(_)), "the token never goes to another host");
    let boastful = Server::start(|_| answer(204, &[("upload-offset", "99")], "")).await;
    let error = line(&boastful)
        .upload_patch("/u", 0, Bytes::from_static(b"x"), &AllSent::default())
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Garbage(_)));
}

#[tokio::test]
async fn a_download_resumes_by_range() {
    let file: Vec<u8> = (0..1000u32).map(|n| (n % 251) as u8).collect();
    let served = file.clone();
    let server = Server::start(move |seen| {
        let range = seen.header("range").strip_prefix("bytes=").unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
        let end = (to + 1).min(served.len());
        let header = format!("bytes {from}-{}/{}", end - 1, served.len());
        answer(206, &[("content-range", &header)], served[from..end].to_vec())
    })
    .await;
    let of = BytesOf { record: RecordId(Uuid::from_u128(9)), variant: Variant::Display };
    let line = line(&server);
    let mut got = Vec::new();
    while got.len() < file.len() {
        let piece = line.download(of.clone(), got.len() as u64, 300).await.unwrap();
        assert_eq!(piece.total_bytes, 1000);
        got.extend_from_slice(&piece.bytes);
    }
    assert_eq!(got, file);
    assert_eq!(server.calls().len(), 4);
    assert!(server.calls()[0].path.ends_with("/bytes/display"));

    let whole = Server::start(|_| answer(200, &[], "0123456789")).await;
    let piece = self::line(&whole).download(of, 4, 300).await.unwrap();
    assert_eq!((&piece.bytes[..], piece.total_bytes), (&b"456789"[..], 10), "a server without ranges");
}

mod certificates {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use sha2::{Digest, Sha256};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use tokio_rustls::rustls::server::ParsedCertificate;
    use tokio_rustls::rustls::{ServerConfig, crypto::ring};

    fn authority() -> CertifiedIssuer<'static, KeyPair> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn acceptor(ca: &CertifiedIssuer<'static, KeyPair>, name: &str) -> TlsAcceptor {
        showing(ca, name, &[])
    }

    /// The server's certificate, and `more` after it.
    fn showing(
        ca: &CertifiedIssuer<'static, KeyPair>,
        name: &str,
        more: &[&CertifiedIssuer<'static, KeyPair>],
    ) -> TlsAcceptor {
        let pair = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let cert = params.signed_by(&pair, ca).unwrap();
        let mut chain = vec![cert.der().clone()];
        chain.extend(more.iter().map(|one| one.der().clone()));
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    async fn push_to(server: &Server, root: &CertifiedIssuer<'static, KeyPair>) -> Result<(), CallError> {
        push_trusting(server, &root.pem()).await
    }

    async fn push_trusting(server: &Server, trust: &str) -> Result<(), CallError> {
        let url = format!("https://127.0.0.1:{}", server.addr.port());
        let line = HttpTransport::new(&url, Some(trust), key()).unwrap();
        line.push(batch(1)).await.map(|_| ())
    }

    fn pin(ca: &CertifiedIssuer<'static, KeyPair>) -> String {
        let parsed = ParsedCertificate::try_from(ca.der()).unwrap();
        format!("sha256/{}", STANDARD.encode(Sha256::digest(parsed.subject_public_key_info())))
    }

    #[tokio::test]
    async fn a_pinned_authority_counts_where_the_chain_shows_it() {
        let (office, stranger) = (authority(), authority());
        let serve = |acceptor| Server::start_with(Some(acceptor), |_| answer(200, &[], push_answer(1)));
        let whole = serve(showing(&office, "127.0.0.1", &[&office])).await;
        push_trusting(&whole, &pin(&office)).await.unwrap();
        // The one that is used now and the one that will follow; a certificate beside a pin.
        push_trusting(&whole, &format!("{}\n{}\n", pin(&stranger), pin(&office))).await.unwrap();
        push_trusting(&whole, &format!("{}{}", office.pem(), pin(&stranger))).await.unwrap();
        assert_eq!(push_trusting(&whole, &pin(&stranger)).await.unwrap_err(), CallError::Untrusted);

        let short = serve(acceptor(&office, "127.0.0.1")).await;
        assert_eq!(push_trusting(&short, &pin(&office)).await.unwrap_err(), CallError::Untrusted);
        // Whoever shows the office's authority has not been signed by it.
        let pretender = serve(showing(&stranger, "127.0.0.1", &[&office])).await;
        assert_eq!(push_trusting(&pretender, &pin(&office)).await.unwrap_err(), CallError::Untrusted);
        let misnamed = serve(showing(&office, "other.example", &[&office])).await;
        assert_eq!(push_trusting(&misnamed, &pin(&office)).await.unwrap_err(), CallError::Untrusted);
        for server in [&short, &pretender, &misnamed] {
            assert!(server.seen().is_empty(), "not even the token call went out");
        }
    }

    #[tokio::test]
    async fn only_the_office_s_own_root_is_trusted() {
        let (office, stranger) = (authority(), authority());
        let server =
            Server::start_with(Some(acceptor(&office, "127.0.0.1")), |_| answer(200, &[], push_answer(1)))
                .await;
        push_to(&server, &office).await.unwrap();
        assert_eq!(push_to(&server, &stranger).await.unwrap_err(), CallError::Untrusted);
        let wrong_name = Server::start_with(Some(acceptor(&office, "other.example")), |_| {
            answer(200, &[], push_answer(1))
        })
        .await;
        assert_eq!(push_to(&wrong_name, &office).await.unwrap_err(), CallError::Untrusted);
        assert!(wrong_name.seen().is_empty(), "not even the token call went out");
    }
}

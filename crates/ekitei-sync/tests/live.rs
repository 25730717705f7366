//! The live socket over a real connection: hints come, noise does not disturb, a lost socket is opened again.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use ekitei_model::wire::{Hint, KEEP_ALIVE_HEADER, TokenReply};
use ekitei_model::{DeviceId, Scope};
use ekitei_seal::Secret32;
use ekitei_sync::http::{DeviceKey, HttpTransport};
use ekitei_sync::live::{Keeping, Live, listen, listen_kept};
use ekitei_sync::{CallError, Clock, Transport};
use futures_util::{SinkExt, StreamExt};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use uuid::Uuid;

/// Pauses between attempts pass at once.
struct Hasty;

#[async_trait::async_trait]
impl Clock for Hasty {
    fn now_ms(&self) -> i64 {
        0
    }
    fn steady_ms(&self) -> u64 {
        0
    }
    async fn sleep_ms(&self, _: u64) {
        tokio::task::yield_now().await;
    }
}

fn hint(seq: u64) -> Hint {
    Hint { scope: Scope::All, seq, urgent: seq == 2 }
}

fn text(seq: u64) -> Message {
    Message::Text(serde_json::to_string(&hint(seq)).unwrap().into())
}

#[tokio::test]
async fn hints_arrive_over_a_socket_that_is_lost_and_opened_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let talks: [Vec<Message>; 2] =
            [vec![text(1), Message::Text("{\"new\":true}".into()), text(2)], vec![text(3)]];
        let mut open = Vec::new();
        for (n, talk) in talks.into_iter().enumerate() {
            let (socket, _) = listener.accept().await.unwrap();
            #[allow(clippy::result_large_err)]
            let check = |request: &Request, response: Response| {
                assert_eq!(request.uri().path(), "/v1/live");
                assert_eq!(request.headers()["authorization"], "Bearer t0");
                Ok(response)
            };
            let mut socket = tokio_tungstenite::accept_hdr_async(socket, check).await.unwrap();
            for message in talk {
                socket.send(message).await.unwrap();
            }
            if n == 0 {
                // The connection breaks without a farewell.
                drop(socket);
            } else {
                open.push(socket);
            }
        }
        std::future::pending::<()>().await;
    });
    let key =
        DeviceKey { device_id: DeviceId(Uuid::from_u128(1)), signing_key: Secret32::from_bytes([1; 32]) };
    let line = Arc::new(HttpTransport::new(&url, None, key).unwrap());
    line.use_token(TokenReply { token: "t0".into(), expires_ms: 0, challenge: String::new() }).await;
    let mut heard = Vec::new();
    listen(line, Arc::new(Hasty), StdRng::seed_from_u64(1), |live| {
        let last = live == Live::Hint(hint(3));
        heard.push(live);
        !last
    })
    .await;
    server.abort();
    assert_eq!(heard.len(), 6, "{heard:?}");
    assert_eq!(heard[..3], [Live::Connected, Live::Hint(hint(1)), Live::Hint(hint(2))]);
    assert!(matches!(&heard[3], Live::Lost(CallError::Network(_))));
    assert_eq!(heard[4..], [Live::Connected, Live::Hint(hint(3))]);
}

#[tokio::test]
async fn the_phone_pings_when_asked_and_hears_which_silence_the_line_bears() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        #[allow(clippy::result_large_err)]
        let check = |request: &Request, response: Response| {
            assert_eq!(request.headers()[KEEP_ALIVE_HEADER], "1800");
            Ok(response)
        };
        let mut socket = tokio_tungstenite::accept_hdr_async(socket, check).await.unwrap();
        let mut pings = 0;
        while let Some(Ok(message)) = socket.next().await {
            assert_eq!(message, Message::Ping(bytes::Bytes::new()));
            pings += 1;
            if pings == 2 {
                // The line forgot the connection: nobody answers any more.
                return;
            }
            socket.flush().await.unwrap();
        }
    });
    let key =
        DeviceKey { device_id: DeviceId(Uuid::from_u128(1)), signing_key: Secret32::from_bytes([1; 32]) };
    let line = Arc::new(HttpTransport::new(&url, None, key).unwrap());
    line.use_token(TokenReply { token: "t0".into(), expires_ms: 0, challenge: String::new() }).await;
    let keeping = Arc::new(Keeping::own(u64::MAX));
    let asks = Arc::clone(&keeping);
    let mut heard = Vec::new();
    let ended = listen_kept(line, Arc::new(Hasty), StdRng::seed_from_u64(1), keeping, |live| {
        if matches!(live, Live::Connected | Live::Kept { .. }) {
            asks.ping();
        }
        let goes_on = !matches!(live, Live::Lost(_));
        heard.push(live);
        goes_on
    })
    .await;
    server.await.unwrap();
    assert_eq!(ended, None);
    assert_eq!(heard[..3], [Live::Connected, Live::Kept { silent_ms: 0 }, Live::Silent { silent_ms: 0 }]);
    assert!(matches!(&heard[3..], [Live::Lost(CallError::Network(_))]), "{heard:?}");
}

/// What a listener hears over TLS until its first hint or loss, trusting `root_pem`; the office's certificate is `ca`'s.
async fn first_over_tls(ca: &rcgen::CertifiedIssuer<'static, rcgen::KeyPair>, root_pem: &str) -> Vec<Live> {
    use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use tokio_rustls::rustls::{ServerConfig, crypto::ring};
    let pair = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let cert = params.signed_by(&pair, ca).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], private)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(socket) = acceptor.accept(socket).await else { continue };
            let mut socket = tokio_tungstenite::accept_async(socket).await.unwrap();
            socket.send(text(1)).await.unwrap();
            open.push(socket);
        }
    });
    let key =
        DeviceKey { device_id: DeviceId(Uuid::from_u128(1)), signing_key: Secret32::from_bytes([1; 32]) };
    let line = Arc::new(HttpTransport::new(&url, Some(root_pem), key).unwrap());
    line.use_token(TokenReply { token: "t0".into(), expires_ms: 0, challenge: String::new() }).await;
    let mut heard = Vec::new();
    listen(line, Arc::new(Hasty), StdRng::seed_from_u64(1), |live| {
        let last = live != Live::Connected;
        heard.push(live);
        !last
    })
    .await;
    server.abort();
    heard
}

#[tokio::test]
async fn the_socket_trusts_the_office_s_own_root_alone() {
    let authority = || {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        rcgen::CertifiedIssuer::self_signed(params, rcgen::KeyPair::generate().unwrap()).unwrap()
    };
    let (office, stranger) = (authority(), authority());
    assert_eq!(first_over_tls(&office, &office.pem()).await, [Live::Connected, Live::Hint(hint(1))]);
    assert_eq!(first_over_tls(&office, &stranger.pem()).await, [Live::Lost(CallError::Untrusted)]);
}

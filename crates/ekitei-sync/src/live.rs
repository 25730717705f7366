//! The live socket: hints that something is new. Losing one is harmless, so everything here is best effort.

use std::sync::Arc;
use std::time::Duration;

use ekitei_model::wire::{Hint, paths};
use futures_util::{SinkExt, StreamExt};
use http::header::AUTHORIZATION;
use rand::rngs::StdRng;
use reqwest::Url;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::error::CallError;
use crate::http::{HttpTransport, client_config, is_certificate_error};
use crate::plan::Holds;

/// A hint is one short line.
const MAX_HINT_BYTES: usize = 64 * 1024;
/// A dead line is noticed by an unanswered ping.
const PING_EVERY: Duration = Duration::from_secs(25);

/// What the socket tells its listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    /// The socket stands; hints may have been lost before.
    Connected,
    Hint(Hint),
    /// The socket broke; the next attempt follows after a pause.
    Lost(CallError),
}

/// Listens until `on_live` answers `false`, with back-off between attempts.
pub async fn listen(
    transport: Arc<HttpTransport>,
    clock: Arc<dyn crate::clock::Clock>,
    mut rng: StdRng,
    mut on_live: impl FnMut(Live) -> bool,
) {
    let mut holds = Holds::default();
    let mut fresh = false;
    loop {
        let mut stopped = false;
        let lost = once(&transport, fresh, |live| {
            holds.succeeded();
            let goes_on = on_live(live);
            stopped = !goes_on;
            goes_on
        })
        .await;
        if stopped {
            return;
        }
        fresh = lost == CallError::Token;
        if matches!(lost, CallError::Device(_)) || !on_live(Live::Lost(lost)) {
            return;
        }
        let now_ms = clock.now_ms();
        holds.back_off(now_ms, &mut rng);
        clock.sleep_ms(u64::try_from(holds.line_until_ms - now_ms).unwrap_or(0)).await;
    }
}

/// One socket from its opening to its end.
async fn once(transport: &HttpTransport, fresh: bool, mut on_live: impl FnMut(Live) -> bool) -> CallError {
    let mut socket = match open(transport, fresh).await {
        Ok(socket) => socket,
        Err(error) => return error,
    };
    if !on_live(Live::Connected) {
        return CallError::Network("closed".into());
    }
    let mut unanswered = false;
    loop {
        let message = match tokio::time::timeout(PING_EVERY, socket.next()).await {
            Err(_) if unanswered => return CallError::Timeout,
            Err(_) => {
                unanswered = true;
                match socket.send(Message::Ping(bytes::Bytes::new())).await {
                    Ok(()) => continue,
                    Err(error) => return from_socket(error),
                }
            }
            Ok(None) => return CallError::Network("closed".into()),
            Ok(Some(Err(error))) => return from_socket(error),
            Ok(Some(Ok(message))) => message,
        };
        unanswered = false;
        let goes_on = match message {
            Message::Text(text) => match serde_json::from_str::<Hint>(text.as_str()) {
                Ok(hint) => on_live(Live::Hint(hint)),
                // A newer server may say more than we know.
                Err(_) => true,
            },
            Message::Close(_) => return CallError::Network("closed".into()),
            _ => true,
        };
        if !goes_on {
            // The other side notices by itself if this does not arrive.
            let _ = socket.close(None).await;
            return CallError::Network("closed".into());
        }
    }
}

/// Plain on this machine, TLS to everywhere else.
trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

type Socket = tokio_tungstenite::WebSocketStream<Box<dyn Line>>;

async fn open(transport: &HttpTransport, fresh: bool) -> Result<Socket, CallError> {
    let token = transport.bearer(fresh).await?;
    let base = transport.base();
    let mut url = base.join(paths::LIVE).map_err(|_| CallError::Garbage("live".into()))?;
    let secure = base.scheme() == "https";
    if url.set_scheme(if secure { "wss" } else { "ws" }).is_err() {
        return Err(CallError::Garbage("live".into()));
    }
    let mut request = url.as_str().into_client_request().map_err(from_socket)?;
    let mut bearer = http::HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| CallError::Garbage("token".into()))?;
    bearer.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, bearer);
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MAX_HINT_BYTES))
        .max_frame_size(Some(MAX_HINT_BYTES));
    let opening = async {
        let line = connect(base, transport.ca_pem()).await?;
        let opened = tokio_tungstenite::client_async_with_config(request, line, Some(limits)).await;
        opened.map_err(from_socket)
    };
    match tokio::time::timeout(PING_EVERY, opening).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(CallError::Timeout),
    }
}

async fn connect(base: &Url, ca_pem: Option<&str>) -> Result<Box<dyn Line>, CallError> {
    let unknown = || CallError::Garbage("address".into());
    let host = base.host_str().ok_or_else(unknown)?.trim_matches(['[', ']']).to_owned();
    let port = base.port_or_known_default().ok_or_else(unknown)?;
    let line = TcpStream::connect((host.as_str(), port)).await.map_err(|e| from_line(&e))?;
    line.set_nodelay(true).map_err(|e| from_line(&e))?;
    if base.scheme() != "https" {
        return Ok(Box::new(line));
    }
    let tls = client_config(base, ca_pem).map_err(CallError::Refused)?;
    let name = ServerName::try_from(host).map_err(|_| unknown())?;
    let line = tokio_rustls::TlsConnector::from(Arc::new(tls)).connect(name, line).await;
    Ok(Box::new(line.map_err(|e| from_line(&e))?))
}

fn from_line(error: &std::io::Error) -> CallError {
    if is_certificate_error(error) { CallError::Untrusted } else { CallError::Network(error.to_string()) }
}

fn from_socket(error: Error) -> CallError {
    match error {
        Error::Http(answer) => {
            let fault = answer.body().as_ref().and_then(|b| serde_json::from_slice(b).ok());
            crate::error::classify(answer.status().as_u16(), None, fault)
        }
        error if is_certificate_error(&error) => CallError::Untrusted,
        error => CallError::Network(error.to_string()),
    }
}

//! The live socket: hints that something is new. Losing one is harmless, so everything here is best effort.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use ekitei_model::wire::{Hint, KEEP_ALIVE_HEADER, MAX_KEEP_ALIVE_S, paths};
use futures_util::{SinkExt, StreamExt};
use http::HeaderName;
use http::header::AUTHORIZATION;
use rand::rngs::StdRng;
use reqwest::Url;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::error::CallError;
use crate::http::{HttpTransport, client_config, is_certificate_error};
use crate::plan::Holds;

const KEEP_ALIVE: HeaderName = HeaderName::from_static(KEEP_ALIVE_HEADER);
/// A hint is one short line.
const MAX_HINT_BYTES: usize = 64 * 1024;
/// A dead line is noticed by an unanswered ping.
const PING_EVERY: Duration = Duration::from_secs(25);
/// A ping that is answered later than this was not answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(25);
const MIN_EVERY_MS: u64 = 10_000;

/// How an idle socket is kept open: who holds it may lengthen the pause between pings, and ping at once (a sleeping
/// phone's timers stand still; its alarm clock does not).
pub struct Keeping {
    every_ms: AtomicU64,
    asked: AtomicBool,
    changed: Notify,
    /// The office leaves pings to the phone.
    own: bool,
}

impl Keeping {
    /// The phone's battery decides: pings after `every_ms` of silence, and the office sends none.
    pub fn own(every_ms: u64) -> Self {
        Self { own: true, ..Self::every(Duration::from_millis(within_bounds(every_ms))) }
    }

    fn every(every: Duration) -> Self {
        let every_ms = AtomicU64::new(u64::try_from(every.as_millis()).unwrap_or(u64::MAX));
        Self { every_ms, asked: AtomicBool::new(false), changed: Notify::new(), own: false }
    }

    /// From the next silence on.
    pub fn set_every_ms(&self, every_ms: u64) {
        self.every_ms.store(within_bounds(every_ms), Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Asks the office now; the answer comes as [`Live::Kept`] or [`Live::Silent`].
    pub fn ping(&self) {
        self.asked.store(true, Ordering::Release);
        self.changed.notify_one();
    }

    fn pause(&self) -> Duration {
        Duration::from_millis(self.every_ms.load(Ordering::Relaxed))
    }

    /// The longest silence that may come of [`Keeping::set_every_ms`] while the socket stands.
    fn declared_s(&self) -> Option<u64> {
        self.own.then_some(MAX_KEEP_ALIVE_S)
    }
}

fn within_bounds(every_ms: u64) -> u64 {
    every_ms.clamp(MIN_EVERY_MS, MAX_KEEP_ALIVE_S * 1000)
}

/// What the socket tells its listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    /// The socket stands; hints may have been lost before.
    Connected,
    Hint(Hint),
    /// A ping after so much silence was answered: the line keeps idle connections that long.
    Kept {
        silent_ms: u64,
    },
    /// A ping after so much silence was not answered; [`Live::Lost`] follows.
    Silent {
        silent_ms: u64,
    },
    /// The socket broke; the next attempt follows after a pause.
    Lost(CallError),
}

/// Listens until `on_live` answers `false`, with back-off between attempts.
pub async fn listen(
    transport: Arc<HttpTransport>,
    clock: Arc<dyn crate::clock::Clock>,
    rng: StdRng,
    on_live: impl FnMut(Live) -> bool,
) {
    listen_kept(transport, clock, rng, Arc::new(Keeping::every(PING_EVERY)), on_live).await;
}

/// As [`listen`], with the holder deciding how the socket is kept open. Returns why no further attempt makes sense; `None`:
/// the listener had enough.
pub async fn listen_kept(
    transport: Arc<HttpTransport>,
    clock: Arc<dyn crate::clock::Clock>,
    mut rng: StdRng,
    keeping: Arc<Keeping>,
    mut on_live: impl FnMut(Live) -> bool,
) -> Option<CallError> {
    let mut holds = Holds::default();
    let mut fresh = false;
    loop {
        let mut stopped = false;
        let lost = once(&transport, &*clock, &keeping, fresh, |live| {
            if !matches!(live, Live::Silent { .. }) {
                holds.succeeded();
            }
            let goes_on = on_live(live);
            stopped = !goes_on;
            goes_on
        })
        .await;
        if stopped {
            return None;
        }
        fresh = lost == CallError::Token;
        if matches!(lost, CallError::Device(_)) {
            return Some(lost);
        }
        if !on_live(Live::Lost(lost)) {
            return None;
        }
        let now_ms = clock.now_ms();
        holds.back_off(now_ms, &mut rng);
        clock.sleep_ms(u64::try_from(holds.line_until_ms - now_ms).unwrap_or(0)).await;
    }
}

/// One socket from its opening to its end.
async fn once(
    transport: &HttpTransport,
    clock: &dyn crate::clock::Clock,
    keeping: &Keeping,
    fresh: bool,
    mut on_live: impl FnMut(Live) -> bool,
) -> CallError {
    let mut socket = match open(transport, fresh, keeping.declared_s()).await {
        Ok(socket) => socket,
        Err(error) => return error,
    };
    if !on_live(Live::Connected) {
        return CallError::Network("closed".into());
    }
    let mut heard_ms = clock.steady_ms();
    // How long it had been silent when the ping went out that is not answered yet.
    let mut pinged: Option<u64> = None;
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            () = keeping.changed.notified(), if pinged.is_none() => {
                if !keeping.asked.swap(false, Ordering::AcqRel) {
                    continue;
                }
                match ping(&mut socket, clock, heard_ms, &mut pinged).await {
                    Ok(()) => continue,
                    Err(error) => return unanswered(error, pinged, &mut on_live),
                }
            }
            () = tokio::time::sleep(if pinged.is_some() { ANSWER_WITHIN } else { keeping.pause() }) => {
                if pinged.is_some() {
                    return unanswered(CallError::Timeout, pinged, &mut on_live);
                }
                match ping(&mut socket, clock, heard_ms, &mut pinged).await {
                    Ok(()) => continue,
                    Err(error) => return unanswered(error, pinged, &mut on_live),
                }
            }
        };
        let message = match message {
            None => return unanswered(CallError::Network("closed".into()), pinged, &mut on_live),
            Some(Err(error)) => return unanswered(from_socket(error), pinged, &mut on_live),
            Some(Ok(message)) => message,
        };
        heard_ms = clock.steady_ms();
        if let Some(silent_ms) = pinged.take()
            && !on_live(Live::Kept { silent_ms })
        {
            return CallError::Network("closed".into());
        }
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

async fn ping(
    socket: &mut Socket,
    clock: &dyn crate::clock::Clock,
    heard_ms: u64,
    pinged: &mut Option<u64>,
) -> Result<(), CallError> {
    *pinged = Some(clock.steady_ms().saturating_sub(heard_ms));
    socket.send(Message::Ping(bytes::Bytes::new())).await.map_err(from_socket)
}

/// A socket that breaks while it is asked had been given up by something on the way before.
fn unanswered(error: CallError, pinged: Option<u64>, on_live: &mut impl FnMut(Live) -> bool) -> CallError {
    if let Some(silent_ms) = pinged {
        // Whether to go on is asked with the loss itself.
        let _ = on_live(Live::Silent { silent_ms });
    }
    error
}

/// Plain on this machine, TLS to everywhere else.
trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

type Socket = tokio_tungstenite::WebSocketStream<Box<dyn Line>>;

async fn open(transport: &HttpTransport, fresh: bool, own_s: Option<u64>) -> Result<Socket, CallError> {
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
    if let Some(seconds) = own_s {
        request.headers_mut().insert(KEEP_ALIVE, seconds.into());
    }
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

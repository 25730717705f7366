//! The loopback host: the phone's screens, the bridge, hints, pictures and the inbox, over HTTP on this machine only.
//! It decides nothing; every route translates to one call of the core.

mod answer;
mod clock;
mod facts;
mod guard;
mod inbox;
mod media;
mod native;
mod screens;

pub use clock::PlayedClock;

use answer::{Answer, blocking};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::from_fn;
use axum::response::sse::{Event as Sse, KeepAlive, Sse as SseAnswer};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use ekitei_core::{Core, bridge};
use ekitei_model::Fault;
use ekitei_seal::FileKeystore;
use futures_util::{Stream, StreamExt};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use serde::Deserialize;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_stream::wrappers::BroadcastStream;

/// A call carries at most a long note with its strokes.
const MAX_CALL_BYTES: usize = 4 * 1024 * 1024;
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

pub struct HostConfig {
    pub listen: SocketAddr,
    pub ui: Option<PathBuf>,
    pub ready_shots: Option<PathBuf>,
    /// The one origin that may frame the screens; absent: only the host itself.
    pub frame_origin: Option<String>,
    /// Keeps what a played phone's finger opens.
    pub keystore: FileKeystore,
    /// The core's own, which the sliders move.
    pub clock: Arc<PlayedClock>,
}

#[derive(Clone)]
struct Host {
    core: Arc<Core>,
    facts: facts::Shared,
    native: native::Shared,
    ready_shots: Option<Arc<PathBuf>>,
}

/// Serves until the process ends; `ready` hears the address first.
///
/// # Errors
/// `listen-not-loopback` (also for a frame origin of elsewhere), `listen-failed`, `screens-missing`.
pub async fn serve(core: Arc<Core>, config: HostConfig, ready: impl FnOnce(SocketAddr)) -> Result<(), Fault> {
    if !config.listen.ip().is_loopback() {
        return Err(Fault::ask("listen-not-loopback").with("addr", config.listen));
    }
    let failed =
        |e: std::io::Error| Fault::ask("listen-failed").with("addr", config.listen).with("detail", e);
    let screens = screens::find(config.ui)?;
    let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    let facts = facts::Shared::new(&core, config.clock);
    let native = native::Shared::new(config.keystore);
    let host = Host { core, facts, native, ready_shots: config.ready_shots.map(Arc::new) };
    let names = guard::Names::of(addr);
    let policy = guard::policy(config.frame_origin.as_deref())?;
    let app = routes(host).fallback_service(screens).layer(from_fn(move |request: Request, next| {
        guard::check(names.clone(), policy.clone(), request, next)
    }));
    ready(addr);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, or a connection that died on the way in.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let service = TowerToHyperService::new(app.clone());
        tokio::spawn(async move {
            let mut server = auto::Builder::new(TokioExecutor::new());
            server.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
            if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
}

fn routes(host: Host) -> Router {
    Router::new()
        .route("/bridge", post(call).layer(DefaultBodyLimit::max(MAX_CALL_BYTES)))
        .route("/events", get(events))
        .route("/media/{record}/{variant}", get(media::get))
        .route("/keep/{record}", get(media::keep))
        .route("/papers/{inspection}/{name}", get(media::paper))
        .route("/inbox/{name}", put(inbox::put))
        .route("/ready-shots", get(inbox::ready_shots))
        .route("/ready-shots/{name}", post(inbox::take_ready_shot))
        .route("/facts", get(facts::read).put(facts::write))
        .route("/native", put(native::play))
        .route("/native/{command}", post(native::ask))
        .route("/managed", put(native::manage))
        .with_state(host)
}

#[derive(Deserialize)]
struct Call {
    call: String,
    #[serde(default = "no_args")]
    args: serde_json::Value,
}

fn no_args() -> serde_json::Value {
    serde_json::json!({})
}

async fn call(State(host): State<Host>, Json(call): Json<Call>) -> Answer {
    Answer(blocking(move || bridge::dispatch(&*host.core, &call.call, call.args)).await)
}

async fn events(State(host): State<Host>) -> SseAnswer<impl Stream<Item = Result<Sse, Infallible>>> {
    // A listener that fell behind lost hints; the next one makes its screen read again.
    let hints = BroadcastStream::new(host.core.subscribe())
        .filter_map(|event| async move { Some(Ok(Sse::default().json_data(event.ok()?).ok()?)) });
    SseAnswer::new(hints).keep_alive(KeepAlive::default())
}

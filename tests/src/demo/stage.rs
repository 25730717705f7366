//! The stage page: one page, one stream of what is to be seen, a few switches. This machine only.

use super::cast::Cast;
use super::view::{Board, Phase};
use super::{share, terminal};
use crate::desk::Desk;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::Stream;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;

const PAGE: &str = include_str!("../stage/index.html");
const SCRIPT: &str = include_str!("../stage/stage.js");
const STYLE: &str = include_str!("../stage/stage.css");
/// Changes that come close together travel together.
const GATHER: Duration = Duration::from_millis(120);

/// No inline script, nothing from elsewhere; frames are the phones and the console of this machine.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                   frame-src http://127.0.0.1:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Files of the shared folder are shown, never run.
const FILE_CSP: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox";

#[derive(Clone)]
pub struct Stage(Arc<Inner>);

struct Inner {
    addr: SocketAddr,
    board: Board,
    cast: OnceLock<Arc<Cast>>,
}

impl Stage {
    /// Serves from now on; switches work once [`Stage::open`] brought the cast.
    pub fn serve(listener: TcpListener, board: Board) -> Self {
        let addr = listener.local_addr().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
        let stage = Self(Arc::new(Inner { addr, board, cast: OnceLock::new() }));
        let app = Router::new()
            .route("/", get(page))
            .route("/stage.js", get(|| asset("text/javascript; charset=utf-8", SCRIPT)))
            .route("/stage.css", get(|| asset("text/css; charset=utf-8", STYLE)))
            .route("/texts.json", get(|| asset("application/json", terminal::TEXTS)))
            .route("/events", get(events))
            .route("/share/{*path}", get(file))
            .route("/line", post(line))
            .route("/facts", post(facts))
            .route("/app", post(app_switch))
            .route("/language", post(language))
            .route("/again", post(again))
            .layer(from_fn_with_state(stage.clone(), guard))
            .with_state(stage.clone());
        tokio::spawn(async move {
            // Ends with the process.
            let _ = axum::serve(listener, app).await;
        });
        stage
    }

    pub fn open(&self, cast: Arc<Cast>) {
        let _ = self.0.cast.set(cast);
    }

    fn cast(&self) -> Result<&Arc<Cast>, Refused> {
        self.0.cast.get().ok_or(Refused(StatusCode::SERVICE_UNAVAILABLE, "not ready yet".into()))
    }
}

struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<String> for Refused {
    fn from(error: String) -> Self {
        Self(StatusCode::CONFLICT, error)
    }
}

type Answer<T> = Result<T, Refused>;

/// Pages and programs of this machine only; what changes something comes from the stage itself.
async fn guard(State(stage): State<Stage>, request: Request, next: Next) -> Response {
    if let Some(instead) = turned_away(stage.0.addr, &request) {
        return instead;
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer to whoever may not come in.
fn turned_away(addr: SocketAddr, request: &Request) -> Option<Response> {
    let text = |name| request.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let own = addr.to_string();
    let host = text(header::HOST).unwrap_or_default();
    if host == format!("localhost:{}", addr.port()) && request.method() == Method::GET {
        // The frames live at 127.0.0.1: the same site, so that the console's session holds.
        return Some(Redirect::temporary(&format!("http://{own}{}", request.uri().path())).into_response());
    }
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    let from = text(header::ORIGIN).map(|o| o == format!("http://{own}"));
    let welcome = host == own && from.unwrap_or(!changes);
    (!welcome).then(|| (StatusCode::FORBIDDEN, "only pages of this machine").into_response())
}

async fn asset(media_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, media_type)], text).into_response()
}

/// The page. Cookies do not tell ports apart, so the stage can hand its viewer a session of the console: nobody has to
/// type a password to see what arrives. A session that already works stays.
async fn page(State(stage): State<Stage>, headers: HeaderMap) -> Response {
    let mut response = asset("text/html; charset=utf-8", PAGE).await;
    if let Some(cast) = stage.0.cast.get()
        && !signed_in(cast, &headers).await
        && let Ok(desk) = cast.desk().await
    {
        set_session(&mut response, &desk);
    }
    response
}

fn set_session(response: &mut Response, desk: &Desk) {
    if let Ok(cookie) =
        HeaderValue::from_str(&format!("{}; Path=/; HttpOnly; SameSite=Strict", desk.cookie()))
    {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

async fn signed_in(cast: &Cast, headers: &HeaderMap) -> bool {
    let Some(cookie) = headers.get(header::COOKIE) else { return false };
    let asked =
        cast.http.get(format!("{}/api/session", cast.office_url)).header(header::COOKIE, cookie).send().await;
    asked.is_ok_and(|answer| answer.status().is_success())
}

/// Everything that is to be seen, whole, at once and whenever it changed.
async fn events(State(stage): State<Stage>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let seen = stage.0.board.listen();
    let stream = futures_util::stream::unfold((seen, true), |(mut seen, first)| async move {
        if !first {
            seen.changed().await.ok()?;
            tokio::time::sleep(GATHER).await;
        }
        let view = seen.borrow_and_update().clone();
        Some((Ok(Event::default().json_data(view).unwrap_or_default()), (seen, false)))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// A file of the shared folder.
async fn file(State(stage): State<Stage>, Path(path): Path<String>) -> Answer<Response> {
    let missing = || Refused(StatusCode::NOT_FOUND, "no such file".into());
    let found = share::within(&stage.cast()?.share, &path).ok_or_else(missing)?;
    let bytes = tokio::fs::read(&found).await.map_err(|_| missing())?;
    let media_type = match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_SECURITY_POLICY, FILE_CSP)];
    Ok((headers, Body::from(bytes)).into_response())
}

#[derive(Deserialize)]
struct LineSwitch {
    phone: String,
    line: String,
}

async fn line(State(stage): State<Stage>, Json(to): Json<LineSwitch>) -> Answer<Json<Value>> {
    stage.cast()?.set_line_word(&to.phone, &to.line).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct FactsChange {
    phone: String,
    facts: Value,
}

async fn facts(State(stage): State<Stage>, Json(change): Json<FactsChange>) -> Answer<Json<Value>> {
    let known = ["battery_percent", "charging", "hotspot"];
    if !change.facts.as_object().is_some_and(|f| f.keys().all(|k| known.contains(&k.as_str()))) {
        return Err(Refused(StatusCode::BAD_REQUEST, "unknown fact".into()));
    }
    let phone = stage.cast()?.phone(&change.phone).ok_or("no such phone".to_owned())?;
    phone.set_facts(&change.facts).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct AppSwitch {
    phone: String,
    running: bool,
}

/// Ends a phone's program as the system would, or starts it again.
async fn app_switch(State(stage): State<Stage>, Json(to): Json<AppSwitch>) -> Answer<Json<Value>> {
    let cast = stage.cast()?;
    let phone = Arc::clone(cast.phone(&to.phone).ok_or("no such phone".to_owned())?);
    if to.running {
        cast.restart(&to.phone).await?;
    } else {
        super::blocking(move || phone.kill()).await?;
        cast.board.phone(&to.phone, |p| p.running = false);
    }
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct Language {
    language: String,
}

async fn language(State(stage): State<Stage>, Json(to): Json<Language>) -> Answer<Json<Value>> {
    stage.cast()?.set_language(&to.language).await?;
    Ok(Json(json!({})))
}

/// The story once more.
async fn again(State(stage): State<Stage>) -> Answer<Json<Value>> {
    let cast = stage.cast()?;
    if cast.board.read(|v| matches!(v.phase, Phase::Open | Phase::Failed)) {
        cast.again.notify_one();
        return Ok(Json(json!({})));
    }
    Err(Refused(StatusCode::CONFLICT, "the story is being told".into()))
}

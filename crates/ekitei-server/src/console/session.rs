//! Signing in and out.

use super::guard::{Input, User, cookie, cookie_name};
use super::may;
use super::views::{FaultView, LimitsView, MayView, PersonView, SessionView, SignIn};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::hex;
use crate::secret::random_text;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::StaffId;
use ekitei_model::chat::message;
use ekitei_model::people::Staff;
use ekitei_photo::FILE_LIMIT_BYTES;
use std::net::SocketAddr;

/// Sign in with an account.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = SignIn, responses(
    (status = 200, body = SessionView),
    (status = 401, body = FaultView, description = "`sign-in-wrong`"),
    (status = 429, body = FaultView),
))]
pub async fn sign_in(
    State(app): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Input(input): Input<SignIn>,
) -> Answer<Response> {
    let now = app.now_ms();
    let account = format!("account {}", input.staff);
    let address = format!("sign-in {}", peer.ip());
    for key in [&account, &address] {
        app.attempts.check(key, now).map_err(Refused::busy)?;
    }
    let checked = app.identity.check(&StaffId(input.staff), &input.password).await;
    let Some(staff) = checked.map_err(|e| Refused::unavailable(&e))? else {
        app.attempts.failed(&account, now);
        app.attempts.failed(&address, now);
        return Err(Refused::unauthorized("sign-in-wrong"));
    };
    app.attempts.succeeded(&account);
    let secret = random_text().map_err(|e| Refused::unavailable(&e))?;
    let expires_ms = now + app.limits.session_ms;
    app.storage.open_session(&staff.id, &hex::sha256(secret.as_bytes()), now, expires_ms).await?;
    let cookie = set_cookie(&app, &secret, app.limits.session_ms / 1000);
    Ok(([(header::SET_COOKIE, cookie)], Json(view(&app, &staff, expires_ms))).into_response())
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/session", tag = "session", responses(
    (status = 200, body = SessionView),
    (status = 401, body = FaultView, description = "`session-missing` or `session-expired`"),
))]
pub async fn session(State(app): State<Shared>, user: User) -> Json<SessionView> {
    Json(view(&app, &user.staff, user.session.expires_ms))
}

/// Sign out; also when nobody is signed in.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
pub async fn sign_out(State(app): State<Shared>, headers: HeaderMap) -> Answer<Response> {
    if let Some(secret) = cookie(&app, &headers) {
        app.storage.close_session(&hex::sha256(secret.as_bytes())).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(&app, "", 0))]).into_response())
}

fn set_cookie(app: &App, secret: &str, seconds: i64) -> HeaderValue {
    let tls = app.config.tls.is_some();
    let secure = if tls { "; Secure" } else { "" };
    let name = cookie_name(tls);
    let text = format!("{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("base64 is ASCII")
}

fn view(app: &App, staff: &Staff, expires_ms: i64) -> SessionView {
    let today = app.clock.today();
    SessionView {
        person: PersonView::new(staff, &today),
        expires_ms,
        idle_ms: app.limits.session_idle_ms,
        may: MayView {
            phones: may::manages_phones(staff, &today),
            admin: staff.is_admin(&today),
            cases: staff.sections_on(&today).next().is_some(),
        },
        limits: LimitsView {
            photo_bytes: FILE_LIMIT_BYTES,
            file_bytes: message::MAX_FILE_BYTES,
            files_bytes: message::MAX_FILES_BYTES,
            text_chars: message::MAX_TEXT_CHARS as u64,
        },
        server_name: app.config.server_name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now_ms: app.now_ms(),
    }
}

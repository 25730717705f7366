//! Who is signed in, and that the request comes from the console's own page.

use crate::app::{App, Shared};
use crate::body;
use crate::fault::{Answer, Refused};
use crate::hex;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header, request::Parts};
use axum::middleware::Next;
use axum::response::Response;
use ekitei_model::people::Staff;
use ekitei_server_db::{Caller, Session};
use serde::de::DeserializeOwned;

/// `__Host-` binds the cookie to this host and to TLS; without TLS (loopback only) browsers would not store it.
pub fn cookie_name(tls: bool) -> &'static str {
    if tls { "__Host-ekitei" } else { "ekitei" }
}

/// A signed-in person.
pub struct User {
    pub staff: Staff,
    pub caller: Caller,
    pub session: Session,
}

impl FromRequestParts<Shared> for User {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Answer<Self> {
        let secret = cookie(app, &parts.headers).ok_or_else(|| Refused::unauthorized("session-missing"))?;
        let token_hash = hex::sha256(secret.as_bytes());
        let now = app.now_ms();
        let session = app.storage.session(&token_hash, now).await?;
        let session = session.ok_or_else(|| Refused::unauthorized("session-expired"))?;
        if now - session.seen_ms > app.limits.session_idle_ms {
            app.storage.close_session(&token_hash).await?;
            return Err(Refused::unauthorized("session-expired"));
        }
        app.device_rate.take(&session.device, now).map_err(Refused::busy)?;
        let staff = app.storage.staff(&session.staff).await?;
        let staff = staff.ok_or_else(|| Refused::unauthorized("session-expired"))?;
        let caller = app.caller(session.device, staff.id.clone());
        Ok(Self { staff, caller, session })
    }
}

/// The cookie's secret.
pub fn cookie(app: &App, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(app.config.tls.is_some());
    let all = headers.get_all(header::COOKIE);
    let mut pairs = all.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.find_map(|p| p.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// A JSON body. A form of another site cannot have this content type without asking first.
pub struct Input<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Input<T> {
    type Rejection = Refused;

    async fn from_request(request: Request<Body>, app: &Shared) -> Answer<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if kind.split(';').next().map(str::trim) != Some("application/json") {
            return Err(Refused::bad("body-not-json").with("detail", "content-type"));
        }
        let raw = body::read(request.into_body(), app.limits.json_bytes, app.limits.body_read_ms).await?;
        body::json(&raw).map(Self)
    }
}

/// Refuses whatever changes something and does not come from the console's own page.
pub async fn same_origin(State(_): State<Shared>, request: Request, next: Next) -> Answer<Response> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_origin(request.headers(), request.uri()) {
        return Ok(next.run(request).await);
    }
    Err(Refused::forbidden("cross-site"))
}

/// By `Sec-Fetch-Site` where the browser sends it, else by comparing `Origin` with the host; neither: no.
fn is_same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let host =
        headers.get(header::HOST).and_then(|h| h.to_str().ok()).or(uri.authority().map(|a| a.as_str()));
    let origin = headers.get(header::ORIGIN).and_then(|o: &HeaderValue| o.to_str().ok());
    let from = origin.and_then(|o| o.split_once("://")).map(|(_, host)| host);
    matches!((host, from), (Some(host), Some(from)) if host.eq_ignore_ascii_case(from))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn same(pairs: &[(&'static str, &str)]) -> bool {
        let headers = pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
        is_same_origin(&headers, &Uri::from_static("/api/session"))
    }

    #[test]
    fn only_the_own_page_may_change_something() {
        assert!(same(&[("sec-fetch-site", "same-origin"), ("origin", "https://x")]));
        assert!(!same(&[("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "https://a")]));
        assert!(!same(&[("sec-fetch-site", "same-site")]));
        assert!(!same(&[("sec-fetch-site", "none")]));
        assert!(same(&[("host", "office.example:8443"), ("origin", "https://office.example:8443")]));
        assert!(!same(&[("host", "office.example"), ("origin", "https://evil.example")]));
        assert!(!same(&[("host", "office.example"), ("origin", "null")]));
        assert!(!same(&[("host", "office.example")]));
    }
}

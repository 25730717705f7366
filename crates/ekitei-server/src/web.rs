//! The whole router with what holds for every answer: security headers, log line, counters, panics as 503.

use crate::app::Shared;
use crate::fault::Refused;
use crate::{console, health, pages, v1};
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ekitei_model::Fault;
use std::any::Any;
use std::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

pub fn router(app: Shared) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(health::metrics))
        .merge(v1::router())
        .merge(console::router(app.clone()))
        .method_not_allowed_fallback(|| async {
            Refused::new(StatusCode::METHOD_NOT_ALLOWED, Fault::ask("method-unknown"))
        })
        .fallback(pages::page)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app.clone(), observe))
        .layer(middleware::map_response_with_state(app.clone(), guard))
        .with_state(app)
}

/// One log line a request: the route's pattern, never its parameters, query or body.
async fn observe(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-".to_owned(), |p| p.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status();
    app.metrics.requests.add(1);
    if status.is_client_error() {
        app.metrics.refused.add(1);
    } else if status.is_server_error() {
        app.metrics.failed.add(1);
    }
    let ms = started.elapsed().as_millis();
    tracing::info!(%method, route, status = status.as_u16(), ms, "request");
    response
}

/// No inline script or style, no foreign content, no framing. Pages place pictures and bars through the style object,
/// which no policy forbids.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
                   font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
                   base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The policy of one answer. A page of the console may start the form engine (WebAssembly), nothing else may. Framed:
/// by that origin (checked at the start) alone.
fn policy(page: bool, frame_origin: Option<&str>) -> Option<HeaderValue> {
    let mut policy = CSP.to_owned();
    if page {
        policy = policy.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");
    }
    if let Some(origin) = frame_origin {
        policy = policy.replace("frame-ancestors 'none'", &format!("frame-ancestors {origin}"));
    }
    HeaderValue::from_str(&policy).ok()
}

async fn guard(State(app): State<Shared>, mut response: Response) -> Response {
    let fixed = HeaderValue::from_static;
    let headers = response.headers_mut();
    let page = headers.get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    let framed = app.config.frame_origin.as_deref().and_then(|origin| policy(page, Some(origin)));
    if framed.is_none() {
        headers.insert(header::X_FRAME_OPTIONS, fixed("DENY"));
    }
    let policy = framed.or_else(|| policy(page, None)).unwrap_or(fixed(CSP));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::REFERRER_POLICY, fixed("no-referrer"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), fixed("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), fixed("same-origin"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        fixed("camera=(), microphone=(), geolocation=()"),
    );
    if app.config.tls.is_some() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, fixed("max-age=31536000"));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(fixed("no-store"));
    response
}

#[allow(clippy::needless_pass_by_value)] // the layer's signature
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Refused::unavailable(&"a handler panicked").into_response()
}

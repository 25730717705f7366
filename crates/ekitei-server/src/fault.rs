//! Every error that leaves the server: one JSON `Fault` with a status. Nothing internal leaks into it; what the
//! operator needs is in the log, without content.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::{Cure, Fault};

/// An answer that is an error.
#[derive(Debug)]
pub struct Refused {
    pub status: StatusCode,
    pub fault: Fault,
    pub retry_after_ms: Option<u64>,
}

pub type Answer<T> = Result<T, Refused>;

impl Refused {
    pub fn new(status: StatusCode, fault: Fault) -> Self {
        Self { status, fault, retry_after_ms: None }
    }

    /// 400: the caller must change something.
    pub fn bad(code: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Fault::ask(code))
    }

    pub fn unauthorized(code: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Fault::wait(code))
    }

    pub fn forbidden(code: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, Fault::ask(code))
    }

    /// Also for what the caller may not read: that it exists is nobody's business.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Fault::ask("not-found"))
    }

    pub fn conflict(code: &str) -> Self {
        Self::new(StatusCode::CONFLICT, Fault::ask(code))
    }

    pub fn too_large(limit_bytes: u64) -> Self {
        let fault = Fault::ask("too-large").with("limit_kb", limit_bytes / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, fault)
    }

    pub fn busy(retry_after_ms: u64) -> Self {
        let fault = Fault::retry("too-many-requests").with("seconds", retry_after_ms.div_ceil(1000));
        Self { status: StatusCode::TOO_MANY_REQUESTS, fault, retry_after_ms: Some(retry_after_ms) }
    }

    /// 503: ours, and it may pass by itself.
    pub fn unavailable(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "request failed");
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            fault: Fault::retry("server-unavailable"),
            retry_after_ms: Some(2_000),
        }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.fault = self.fault.with(name, value);
        self
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.fault)).into_response();
        if let Some(ms) = self.retry_after_ms {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000).max(1)));
        }
        response
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        let status = match fault.cure {
            Cure::Retry => StatusCode::SERVICE_UNAVAILABLE,
            Cure::Wait | Cure::Ask => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, fault)
    }
}

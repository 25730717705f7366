//! `{"ok": …}` or `{"err": Fault}`, and blocking calls off the event loop.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ekitei_model::Fault;
use serde::Serialize;
use serde_json::json;

/// What every route but files and events answers.
pub struct Answer(pub Result<serde_json::Value, Fault>);

impl Answer {
    pub fn of<T: Serialize>(result: Result<T, Fault>) -> Self {
        Self(
            result
                .and_then(|v| serde_json::to_value(v).map_err(|e| Fault::ask("internal").with("detail", e))),
        )
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self.0 {
            Ok(value) => Json(json!({ "ok": value })).into_response(),
            // The call was carried; what it answers is the caller's matter.
            Err(fault) => Json(json!({ "err": fault })).into_response(),
        }
    }
}

/// A fault as an HTTP failure, for routes whose answer is a file.
pub fn refused(fault: &Fault) -> Response {
    let status = match fault.code.as_str() {
        "locked" | "not-enrolled" => StatusCode::CONFLICT,
        "photo-too-large" | "photo-file-large" => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::NOT_FOUND,
    };
    (status, Json(json!({ "err": fault }))).into_response()
}

/// Runs `work` on a thread that may block.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| Err(Fault::ask("internal").with("detail", e)))
}

//! From the storage's errors to HTTP.

use crate::fault::Refused;
use axum::http::StatusCode;
use ekitei_model::Cure;
use ekitei_server_db::StorageError;

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Refused(mut fault) => {
                let status = status_of(&fault.code);
                if matches!(fault.code.as_str(), "epoch-changed" | "lane-gap" | "upload-taken") {
                    fault.cure = Cure::Retry;
                }
                Refused::new(status, fault)
            }
            other => Refused::unavailable(&other),
        }
    }
}

fn status_of(code: &str) -> StatusCode {
    match code {
        "epoch-changed" | "lane-gap" | "upload-taken" | "quarantine-settled" | "job-taken" => {
            StatusCode::CONFLICT
        }
        "device-unknown" => StatusCode::UNAUTHORIZED,
        "device-drained" | "device-wiped" | "device-taken" | "code-unknown" | "code-expired"
        | "code-used" | "code-other-person" => StatusCode::FORBIDDEN,
        "not-readable" | "upload-unknown" | "quarantine-unknown" | "staff-unknown" => StatusCode::NOT_FOUND,
        "batch-malformed" => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

//! Pictures for the screens: thumbnails and display copies to show; what is kept outside of the app; papers, made as they
//! are asked for.

use super::Host;
use super::answer::{blocking, refused};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::Fault;
use ekitei_model::filing::content_disposition;
use ekitei_model::kinds::Variant;

pub async fn get(State(host): State<Host>, Path((record, variant)): Path<(String, String)>) -> Response {
    let unknown = || Fault::ask("record-unknown");
    let read = blocking(move || {
        let record = record.parse().map_err(|_| unknown())?;
        let variant: Variant = variant.parse().map_err(|_| unknown())?;
        if variant == Variant::Original {
            return Err(unknown());
        }
        host.core.media(record, variant)
    });
    match read.await {
        Ok(media) => {
            let mut response = media.bytes.to_vec().into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.media_type));
            // The bytes of a variant never change; the lock closes the vault, not this browser's memory, so it is short.
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
            response
        }
        Err(fault) => refused(&fault),
    }
}

/// What a phone keeps by its own "save as".
pub async fn keep(State(host): State<Host>, Path(record): Path<String>) -> Response {
    let read = blocking(move || {
        let record = record.parse().map_err(|_| Fault::ask("record-unknown"))?;
        host.core.hand_out(record)
    });
    match read.await {
        Ok(out) => {
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                (header::CONTENT_DISPOSITION, content_disposition(&out.name)),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, out.bytes.to_vec()).into_response()
        }
        Err(fault) => refused(&fault),
    }
}

pub async fn paper(State(host): State<Host>, Path((inspection, name)): Path<(String, String)>) -> Response {
    let made = blocking(move || {
        let inspection = inspection.parse().map_err(|_| Fault::ask("record-unknown"))?;
        host.core.paper(inspection, &name)
    });
    match made.await {
        // Never kept by a browser: an answer may change it.
        Ok(media) => {
            let kind = [(header::CONTENT_TYPE, media.media_type), (header::CACHE_CONTROL, "no-store")];
            (kind, media.bytes.to_vec()).into_response()
        }
        Err(fault) => refused(&fault),
    }
}

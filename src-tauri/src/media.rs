//! `ekitei://localhost/media/{record}/{thumb|display}` and `…/papers/{inspection}/{report|ledger}.pdf` (on Android
//! `http://ekitei.localhost/…`). Such an answer is held whole in memory on Android, so originals are refused here.

use ekitei_core::Core;
use ekitei_model::kinds::Variant;
use ekitei_model::{Fault, RecordId};
use std::sync::Arc;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

#[allow(clippy::needless_pass_by_value, reason = "the signature of a protocol's handler")]
pub fn answer<R: Runtime>(
    ctx: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = ctx.app_handle().clone();
    let path = request.uri().path().to_owned();
    let origin = request.headers().get(header::ORIGIN).filter(|o| is_ours(o)).cloned();
    tauri::async_runtime::spawn_blocking(move || {
        let core = app.try_state::<Arc<Core>>().map(|c| Arc::clone(&c));
        let mut response = match core {
            Some(core) => bytes(&core, &path).unwrap_or_else(|fault| absent(&fault)),
            None => absent(&Fault::wait("locked")),
        };
        // A script that reads a paper asks from another origin than this scheme's.
        if let Some(origin) = origin {
            response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        responder.respond(response);
    });
}

fn wanted(path: &str) -> Option<(RecordId, Variant)> {
    let (record, variant) = path.strip_prefix("/media/")?.split_once('/')?;
    let variant: Variant = variant.parse().ok()?;
    (variant != Variant::Original).then_some((record.parse().ok()?, variant))
}

/// The app's own pages, on the desktop and on Android.
fn is_ours(origin: &header::HeaderValue) -> bool {
    matches!(origin.as_bytes(), b"tauri://localhost" | b"http://tauri.localhost" | b"https://tauri.localhost")
}

fn paper(path: &str) -> Option<(RecordId, &str)> {
    let (inspection, name) = path.strip_prefix("/papers/")?.split_once('/')?;
    Some((inspection.parse().ok()?, name))
}

fn bytes(core: &Core, path: &str) -> Result<Response<Vec<u8>>, Fault> {
    let media = match (wanted(path), paper(path)) {
        (Some((record, variant)), _) => core.media(record, variant)?,
        (None, Some((inspection, name))) => core.paper(inspection, name)?,
        (None, None) => return Err(Fault::ask("record-unknown")),
    };
    let mut response = Response::new(media.bytes.to_vec());
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media.media_type));
    Ok(response)
}

fn absent(fault: &Fault) -> Response<Vec<u8>> {
    let why = serde_json::json!({ "err": fault }).to_string();
    let mut response = Response::new(why.into_bytes());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_pictures_have_an_address() {
        let id = "0190a000-0000-7000-8000-000000000001";
        assert!(wanted(&format!("/media/{id}/thumb")).is_some());
        assert!(wanted(&format!("/media/{id}/display")).is_some());
        assert!(wanted(&format!("/media/{id}/original")).is_none());
        assert!(wanted("/media/../thumb").is_none());
        assert!(wanted("/").is_none());
        assert_eq!(paper(&format!("/papers/{id}/ledger.pdf")).map(|p| p.1), Some("ledger.pdf"));
        assert!(paper("/papers/../ledger.pdf").is_none());
    }

    #[test]
    fn only_the_app_s_own_pages_read_papers() {
        assert!(is_ours(&header::HeaderValue::from_static("http://tauri.localhost")));
        assert!(!is_ours(&header::HeaderValue::from_static("http://tauri.localhost.evil.example")));
    }
}

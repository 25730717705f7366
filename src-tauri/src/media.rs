//! `ekitei://localhost/media/{record}/{thumb|display}` (on Android `http://ekitei.localhost/…`): small pictures only.
//! Such an answer is held whole in memory on Android, so originals are refused here.

use ekitei_core::Core;
use ekitei_model::kinds::Variant;
use ekitei_model::{Fault, RecordId};
use std::sync::Arc;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

pub fn answer<R: Runtime>(
    ctx: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = ctx.app_handle().clone();
    let path = request.uri().path().to_owned();
    tauri::async_runtime::spawn_blocking(move || {
        let core = app.try_state::<Arc<Core>>().map(|c| Arc::clone(&c));
        responder.respond(core.and_then(|core| picture(&core, &path).ok()).unwrap_or_else(absent));
    });
}

fn wanted(path: &str) -> Option<(RecordId, Variant)> {
    let (record, variant) = path.strip_prefix("/media/")?.split_once('/')?;
    let variant: Variant = variant.parse().ok()?;
    (variant != Variant::Original).then_some((record.parse().ok()?, variant))
}

fn picture(core: &Core, path: &str) -> Result<Response<Vec<u8>>, Fault> {
    let (record, variant) = wanted(path).ok_or_else(|| Fault::ask("record-unknown"))?;
    let media = core.media(record, variant)?;
    let mut response = Response::new(media.bytes.to_vec());
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media.media_type));
    Ok(response)
}

fn absent() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
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
    }
}

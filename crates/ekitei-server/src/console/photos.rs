//! Photos as bytes, one by one or as a zip.

use super::apply::readable;
use super::guard::{Input, User};
use super::views::{FaultView, Selection};
use super::zip::{Entry, pack};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::filing::names::zip_name;
use crate::v1::serve_blob;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::RecordId;
use ekitei_model::filing::content_disposition;
use ekitei_model::kinds::{self, Variant, case};
use serde::Deserialize;
use tokio_util::io::ReaderStream;
use utoipa::IntoParams;

const MAX_SELECTION: usize = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PhotoQuery {
    /// Any value: as a file to save, with the name that filing would give it.
    download: Option<String>,
}

/// Bytes of a photo. `Range` and `If-None-Match` are honoured.
#[utoipa::path(get, path = "/api/photos/{id}/{variant}", tag = "photos", params(
    ("id" = String, Path, description = "The photo record"),
    ("variant" = String, Path, description = "`thumb` | `display` | `original`"),
    PhotoQuery,
), responses(
    (status = 200, content_type = "image/jpeg"), (status = 206, content_type = "image/jpeg"),
    (status = 404, body = FaultView, description = "Not readable, or not here yet"),
))]
pub async fn bytes(
    State(app): State<Shared>,
    user: User,
    Path((id, variant)): Path<(String, String)>,
    Query(query): Query<PhotoQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    let record: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let variant: Variant = variant.parse().map_err(|_| Refused::not_found())?;
    let blob = app.storage.blob_of(&user.caller, record, variant).await?.ok_or_else(Refused::not_found)?;
    let mut response = serve_blob(&app, &blob, &headers).await?;
    if query.download.is_some() {
        let name = entry(&app, &user, &id).await?.name;
        response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment(&name));
    }
    // On a shared PC nothing of a case stays in the browser's cache without being asked for again.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// The originals of a selection as one zip; the names are those that filing gives.
#[utoipa::path(post, path = "/api/zip", tag = "photos", request_body = Selection, responses(
    (status = 200, content_type = "application/zip"),
    (status = 404, body = FaultView, description = "One of them is not readable"),
    (status = 409, body = FaultView, description = "`original-missing`: still on the phone"),
))]
pub async fn zip(State(app): State<Shared>, user: User, Input(input): Input<Selection>) -> Answer<Response> {
    if input.photos.is_empty() || input.photos.len() > MAX_SELECTION {
        return Err(Refused::bad("selection-size").with("limit", MAX_SELECTION));
    }
    let mut entries = Vec::with_capacity(input.photos.len());
    for id in &input.photos {
        entries.push(entry(&app, &user, id).await?);
    }
    let file = pack(&app, entries).await?;
    send_zip(&app, file).await
}

/// A packed file as the answer.
///
/// # Errors
/// Its length cannot be read.
pub async fn send_zip(app: &App, file: tokio::fs::File) -> Answer<Response> {
    let length = file.metadata().await.map_err(|e| Refused::unavailable(&e))?.len();
    let name = format!("photos-{}.zip", app.clock.today());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, Body::from_stream(ReaderStream::with_capacity(file, 64 * 1024))).into_response())
}

/// The original of a photo with its name.
async fn entry(app: &App, user: &User, id: &str) -> Answer<Entry> {
    let photo = readable(app, user, id).await?;
    if photo.kind != kinds::PHOTO {
        return Err(Refused::not_found());
    }
    let of = match photo.scope.case() {
        Some(case) => Some(readable(app, user, &case.to_string()).await?),
        None => None,
    };
    let missing = || Refused::conflict("original-missing");
    let blob = app.storage.blob_of(&user.caller, photo.id, Variant::Original).await?.ok_or_else(missing)?;
    Ok(Entry {
        folder: of.as_ref().map_or_else(String::new, |c| c.text(case::NUMBER).to_owned()),
        name: zip_name(of.as_ref(), &photo, &app.config.name_rule),
        path: app.blob_path(&blob.sha256),
    })
}

/// RFC 6266: an ASCII name for old programs, the real one for the others.
pub fn attachment(name: &str) -> HeaderValue {
    let text = content_disposition(name);
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        let v = attachment("のり面\"; x=\r\n.jpg");
        let text = v.to_str().expect("ASCII");
        assert!(text.starts_with("attachment; filename=\"____"), "{text}");
        assert!(text.ends_with("%22%3B%20x%3D%0D%0A.jpg"), "{text}");
    }
}

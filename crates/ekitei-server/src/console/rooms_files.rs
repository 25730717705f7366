//! Attachments from the office's PCs: pictures and files of own messages, and the files back.

use super::apply::{apply, done, id_or_new, readable};
use super::guard::User;
use super::photos::attachment;
use super::rooms_show::{open_room, own_held};
use super::views::{Attached, FaultView};
use crate::app::{App, Shared};
use crate::blobs;
use crate::body;
use crate::fault::{Answer, Refused};
use crate::tus::finish::finish;
use crate::v1::serve_blob;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use ekitei_model::chat::message::{self, file};
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, RecordId, Scope};
use ekitei_photo::{FILE_LIMIT_BYTES, derive, sha256_hex};
use ekitei_server_db::NewUpload;
use serde::Deserialize;
use std::io::Write;
use utoipa::IntoParams;

/// A PC on the office's line; an upload that takes longer is begun again.
const UPLOAD_MS: u64 = 5 * 60_000;
const EXPIRES_MS: i64 = 3_600_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AttachQuery {
    id: Option<String>,
    /// Name of the file.
    name: String,
    /// Media type.
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Attaches a picture or file to an own message: the body is its bytes.
#[utoipa::path(post, path = "/api/rooms/{room}/messages/{message}/attachments", tag = "rooms",
    params(("room" = String, Path), ("message" = String, Path), AttachQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Attached), (status = 403, body = FaultView), (status = 413, body = FaultView)))]
pub async fn attach(
    State(app): State<Shared>,
    user: User,
    Path((of, to)): Path<(String, String)>,
    Query(query): Query<AttachQuery>,
    body: Body,
) -> Answer<Json<Attached>> {
    let of = open_room(&app, &user, &of).await?;
    let to: RecordId = to.parse().map_err(|_| Refused::not_found())?;
    if own_held(&app, &user, to).await?.is_none() {
        let m = readable(&app, &user, &to.to_string()).await?;
        if m.scope != of.scope || message::author(&m) != Some(&user.staff.id) {
            return Err(Refused::forbidden("not-author"));
        }
    }
    let limit = usize::try_from(FILE_LIMIT_BYTES).unwrap_or(usize::MAX);
    let bytes = body::read(body, limit, UPLOAD_MS).await?;
    let id: RecordId = id_or_new(query.id.as_deref())?;
    let derived = {
        let bytes = bytes.clone();
        let _turn = app.decoding.acquire().await.map_err(|e| Refused::unavailable(&e))?;
        tokio::task::spawn_blocking(move || derive(&bytes)).await.map_err(|e| Refused::unavailable(&e))?
    };
    let mut parts: Vec<(Variant, Bytes)> = vec![(Variant::Original, bytes.clone())];
    let (kind, fields) = match derived {
        Ok(derived) => {
            let mut fields = Fields::from([
                (photo::WIDTH.to_owned(), derived.display.width.into()),
                (photo::HEIGHT.to_owned(), derived.display.height.into()),
                (photo::FORMAT.to_owned(), derived.probe.format.mime().trim_start_matches("image/").into()),
                (photo::FILE_NAME.to_owned(), query.name.into()),
                (photo::TAKEN_AT.to_owned(), app.clock.stamp().to_string().into()),
            ]);
            parts.push((Variant::Display, derived.display.bytes.into()));
            parts.push((Variant::Thumb, derived.thumb.bytes.into()));
            for (variant, bytes) in &parts {
                fields.insert(photo::sha256(*variant), sha256_hex(bytes).into());
                fields.insert(photo::bytes(*variant), bytes.len().into());
            }
            (kinds::PHOTO, fields)
        }
        Err(_) if bytes.len() as u64 > message::MAX_FILE_BYTES => {
            return Err(Refused::too_large(message::MAX_FILE_BYTES));
        }
        Err(_) => {
            let fields = Fields::from([
                (file::NAME.to_owned(), query.name.into()),
                (file::BYTES.to_owned(), bytes.len().into()),
                (file::SHA256.to_owned(), sha256_hex(&bytes).into()),
                (file::TYPE.to_owned(), query.kind.unwrap_or_default().into()),
            ]);
            (kinds::FILE, fields)
        }
    };
    let body = OpBody::Create { kind: kind.to_owned(), scope: Scope::Room(of.id), parent: Some(to), fields };
    // The same request once more: the same operation.
    let op = RecordId::derived(&["attach", &id.to_string()]).to_string();
    let limit_mb = message::MAX_FILES_BYTES >> 20;
    done(&apply(&app, &user, Some(&op), id, body, None).await?).map_err(|r| r.with("limit_mb", limit_mb))?;
    for (variant, bytes) in parts {
        store(&app, &user, id, variant, &bytes).await?;
    }
    Ok(Json(Attached { id: id.to_string(), kind: kind.to_owned() }))
}

/// Puts bytes through the same checks as a phone's upload.
async fn store(app: &App, user: &User, record: RecordId, variant: Variant, bytes: &Bytes) -> Answer<()> {
    let sha256 = sha256_hex(bytes);
    let new = NewUpload {
        device: user.caller.device,
        record,
        variant,
        sha256: sha256.clone(),
        cipher_sha256: sha256,
        key_id: None,
        length_bytes: bytes.len() as u64,
        expires_ms: app.now_ms() + EXPIRES_MS,
    };
    let upload = app.storage.upload_create(new, app.now_ms()).await?;
    if upload.done {
        return Ok(());
    }
    let upload = app.storage.upload_claim(upload.id).await?;
    let (path, bytes) = (blobs::staging(&app.config.data, upload.id), bytes.clone());
    let written = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = std::fs::File::create(&path)?;
        file.write_all(&bytes)?;
        file.sync_all()
    });
    written.await.map_err(|e| Refused::unavailable(&e))?.map_err(|e| Refused::unavailable(&e))?;
    finish(app, &upload).await
}

/// A file of a message, as one to save; also of an own message that is held, which has no record yet.
#[utoipa::path(get, path = "/api/files/{file}", tag = "rooms", params(("file" = String, Path)), responses(
    (status = 200, content_type = "application/octet-stream"), (status = 404, body = FaultView),
))]
pub async fn file_bytes(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let name = match readable(&app, &user, &id).await {
        Ok(of) => attachment(of.text(file::NAME)),
        // Who asks knows its name.
        Err(_) => HeaderValue::from_static("attachment"),
    };
    let id: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let blob = app.storage.blob_of(&user.caller, id, Variant::Original).await?;
    let mut response = serve_blob(&app, &blob.ok_or_else(Refused::not_found)?, &headers).await?;
    // Whatever it is, no browser shows it as a page of ours.
    let plain = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

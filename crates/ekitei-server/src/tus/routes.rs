//! The five verbs of tus, each: look up, take the turn, act, answer the offset.

use super::active::Turn;
use super::finish::{finish, remove_staging};
use super::protocol as tus;
use super::receive::{self, Ended, check_offset, receive};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::hex::is_sha256;
use crate::v1::auth::MayWrite;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, options};
use ekitei_model::DeviceId;
use ekitei_model::wire::{VERIFIED_HEADER, paths, upload_meta};
use ekitei_server_db::{Caller, NewUpload, Upload};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An unfinished upload is kept so long: a phone may be in the mountains for a week.
const KEEP_MS: i64 = 14 * 24 * 3_600_000;

pub fn router() -> Router<Shared> {
    let one: MethodRouter<Shared> =
        options(describe).head(head).patch(patch).delete(terminate).post(overridden);
    Router::new()
        .route(paths::UPLOADS, options(describe).post(create))
        .route(&format!("{}/{{id}}", paths::UPLOADS), one)
        .layer(axum::middleware::map_response(stamp))
}

/// Every answer names the version.
async fn stamp(mut response: Response) -> Response {
    response.headers_mut().insert(tus::RESUMABLE, HeaderValue::from_static(tus::VERSION));
    response
}

async fn describe(State(app): State<Shared>) -> Response {
    let text = HeaderValue::from_static;
    let headers = [
        (tus::TUS_VERSION, text(tus::VERSION)),
        (tus::EXTENSION, text(tus::EXTENSIONS)),
        (tus::CHECKSUM_ALGORITHM, text(tus::CHECKSUMS)),
        (tus::MAX_SIZE, HeaderValue::from(app.limits.upload_bytes)),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn create(
    State(app): State<Shared>,
    MayWrite(caller): MayWrite,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    tus::check_version(&headers)?;
    let new = announced(&app, caller.device, &headers)?;
    let upload = app.storage.upload_create(new, app.now_ms()).await?;
    let has_body = headers.get(header::CONTENT_TYPE).is_some();
    let mut response = if has_body && !upload.done && upload.offset_bytes == 0 {
        tus::check_chunk_type(&headers)?;
        write(&app, upload.id, &headers, body).await?
    } else {
        // It exists already: the answer says where to go on, whatever the body begins with.
        receive::drain(&app, body).await;
        state(&app, upload.clone()).await?
    };
    *response.status_mut() = StatusCode::CREATED;
    let location = format!("{}/{}", paths::UPLOADS, upload.id);
    response
        .headers_mut()
        .insert(header::LOCATION, HeaderValue::from_str(&location).expect("an id is ASCII"));
    Ok(response)
}

fn announced(app: &App, device: DeviceId, headers: &HeaderMap) -> Answer<NewUpload> {
    if headers.contains_key(tus::DEFER_LENGTH) {
        return Err(Refused::bad("header-wrong").with("header", &tus::DEFER_LENGTH));
    }
    let length_bytes = tus::number(headers, &tus::LENGTH)?;
    if length_bytes > app.limits.upload_bytes {
        return Err(Refused::too_large(app.limits.upload_bytes));
    }
    let meta = tus::metadata(headers)?;
    let new = NewUpload {
        device,
        record: parsed(&meta, upload_meta::RECORD)?,
        variant: parsed(&meta, upload_meta::VARIANT)?,
        sha256: hash(&meta, upload_meta::SHA256)?,
        cipher_sha256: hash(&meta, upload_meta::CIPHER_SHA256)?,
        key_id: meta.get(upload_meta::KEY_ID).filter(|k| !k.is_empty()).cloned(),
        length_bytes,
        expires_ms: app.now_ms() + KEEP_MS,
    };
    match &new.key_id {
        Some(k) if app.keys.identity(k).is_none() => Err(Refused::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ekitei_model::Fault::ask("upload-key-unknown"),
        )),
        _ => Ok(new),
    }
}

fn wrong_metadata(key: &str) -> Refused {
    Refused::bad("upload-metadata").with("key", key)
}

fn parsed<T: std::str::FromStr>(meta: &BTreeMap<String, String>, key: &str) -> Answer<T> {
    meta.get(key).and_then(|v| v.parse().ok()).ok_or_else(|| wrong_metadata(key))
}

fn hash(meta: &BTreeMap<String, String>, key: &str) -> Answer<String> {
    meta.get(key).filter(|v| is_sha256(v)).cloned().ok_or_else(|| wrong_metadata(key))
}

async fn head(
    State(app): State<Shared>,
    MayWrite(caller): MayWrite,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    tus::check_version(&headers)?;
    let (_turn, upload) = take(&app, &caller, &id).await?;
    state(&app, upload).await
}

async fn patch(
    State(app): State<Shared>,
    MayWrite(caller): MayWrite,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    tus::check_version(&headers)?;
    tus::check_chunk_type(&headers)?;
    let upload = own(&app, &caller, &id).await?;
    write(&app, upload.id, &headers, body).await
}

/// For networks that let only GET and POST pass.
async fn overridden(
    state: State<Shared>,
    caller: MayWrite,
    path: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    match headers.get(tus::METHOD_OVERRIDE).map(HeaderValue::as_bytes) {
        Some(b"PATCH") => patch(state, caller, path, headers, body).await,
        Some(b"DELETE") => terminate(state, caller, path, headers).await,
        Some(b"HEAD") => head(state, caller, path, headers).await,
        _ => Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, ekitei_model::Fault::ask("method-unknown"))),
    }
}

async fn terminate(
    State(app): State<Shared>,
    MayWrite(caller): MayWrite,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    tus::check_version(&headers)?;
    let (_turn, upload) = take(&app, &caller, &id).await?;
    app.storage.upload_drop(upload.id).await?;
    remove_staging(&app, &upload);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The upload, if it is the caller's own and not past its time.
async fn own(app: &App, caller: &Caller, id: &str) -> Answer<Upload> {
    let gone = || Refused::new(StatusCode::NOT_FOUND, ekitei_model::Fault::ask("upload-unknown"));
    let id: Uuid = id.parse().map_err(|_| gone())?;
    let upload = app.storage.upload(id).await?.filter(|u| u.new.device == caller.device).ok_or_else(gone)?;
    if upload.new.expires_ms <= app.now_ms() && !upload.done {
        return Err(Refused::new(StatusCode::GONE, ekitei_model::Fault::ask("upload-expired")));
    }
    Ok(upload)
}

/// Breaks an older request's lock, here and (by the fence) on every other node.
async fn take(app: &App, caller: &Caller, id: &str) -> Answer<(Turn, Upload)> {
    let upload = own(app, caller, id).await?;
    let turn = app.uploads.take(upload.id).await;
    let upload = app.storage.upload_claim(upload.id).await?;
    Ok((turn, upload))
}

async fn write(app: &App, id: Uuid, headers: &HeaderMap, body: Body) -> Answer<Response> {
    let turn = app.uploads.take(id).await;
    let mut upload = app.storage.upload_claim(id).await?;
    let placed = headers.contains_key(tus::OFFSET) || upload.offset_bytes > 0;
    if placed && let Err(refused) = check_offset(headers, &upload) {
        drop(turn);
        receive::drain(app, body).await;
        return Err(refused);
    }
    if upload.done {
        return Ok(offsets(&upload, true));
    }
    let ended = receive(app, &turn, &mut upload, body, tus::checksum(headers)?).await?;
    if ended == Ended::Cut {
        let fault = ekitei_model::Fault::retry("upload-cut").with("offset", upload.offset_bytes);
        return Err(Refused::new(StatusCode::REQUEST_TIMEOUT, fault));
    }
    state(app, upload).await
}

/// Offset and expiry; a complete upload is verified first, so that an answer with the header is the receipt.
async fn state(app: &App, upload: Upload) -> Answer<Response> {
    let complete = upload.offset_bytes == upload.new.length_bytes && !upload.done;
    if complete {
        finish(app, &upload).await?;
    }
    Ok(offsets(&upload, complete || upload.done))
}

fn offsets(upload: &Upload, verified: bool) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(tus::OFFSET, HeaderValue::from(upload.offset_bytes));
    headers.insert(tus::LENGTH, HeaderValue::from(upload.new.length_bytes));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if verified {
        headers.insert(HeaderName::from_static(VERIFIED_HEADER), HeaderValue::from_static("1"));
    } else {
        headers.insert(tus::EXPIRES, tus::http_date(upload.new.expires_ms));
    }
    response
}

//! After a restore: what a phone still has and the office lost, into quarantine for a person to look at.

use super::auth::MayWrite;
use crate::app::Shared;
use crate::body;
use crate::fault::Answer;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use ekitei_model::wire::Salvage;
use serde_json::{Value, json};

pub async fn salvage(
    State(app): State<Shared>,
    MayWrite(caller): MayWrite,
    headers: HeaderMap,
    body: Body,
) -> Answer<Json<Value>> {
    let raw = body::read_decoded(&headers, body, app.limits.push_bytes, app.limits.body_read_ms).await?;
    let records = body::lines(&raw).map(|line| body::json::<Salvage>(line).map(|s| s.record));
    let records = records.collect::<Answer<Vec<_>>>()?;
    let kept = app.storage.salvage(&caller, records, app.now_ms()).await?;
    Ok(Json(json!({ "kept": kept })))
}

//! Records out: pages of the scopes that the caller may read.

use super::auth::Signed;
use super::push::check_proto;
use crate::app::Shared;
use crate::body;
use crate::fault::{Answer, Refused};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use ekitei_model::wire::PullRequest;

/// Uncompressed answer.
const MAX_ANSWER_BYTES: u32 = 8 * 1024 * 1024;
const MIN_ANSWER_BYTES: u32 = 64 * 1024;
/// A phone follows a few dozen scopes; a thousand is a mistake.
const MAX_WANTED: usize = 1_000;

pub async fn pull(
    State(app): State<Shared>,
    Signed(caller): Signed,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let raw = body::read_decoded(&headers, body, app.limits.json_bytes, app.limits.body_read_ms).await?;
    let mut request: PullRequest = body::json(&raw)?;
    check_proto(request.proto)?;
    if request.want.len() > MAX_WANTED {
        return Err(Refused::too_large(app.limits.json_bytes as u64));
    }
    request.max_bytes = request.max_bytes.clamp(MIN_ANSWER_BYTES, MAX_ANSWER_BYTES);
    let pages = app.storage.pull(&caller, &request, app.now_ms()).await?;
    let mut out = Vec::new();
    body::push_line(&mut out, &pages.reply);
    for page in &pages.pages {
        body::push_line(&mut out, &page.header);
        for record in &page.records {
            out.extend_from_slice(record.as_bytes());
            out.push(b'\n');
        }
        app.metrics.records.add(page.records.len() as u64);
    }
    Ok(body::ndjson(&headers, out))
}

//! For the operator's tools: `/healthz` and `/metrics`. Neither names a person, a case or a file.

use crate::app::Shared;
use crate::fault::{Answer, Refused};
use crate::metrics::write_metric;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// 200 when the database answers.
pub async fn healthz(State(app): State<Shared>) -> Answer<&'static str> {
    app.storage.epoch().await.map_err(|e| Refused::unavailable(&e))?;
    Ok("ok\n")
}

pub async fn metrics(State(app): State<Shared>) -> Answer<Response> {
    let counts = app.storage.counts(app.now_ms()).await?;
    let mut out = app.metrics.render();
    let mut gauge = |name: &str, help: &str, value: u64| write_metric(&mut out, name, help, "gauge", value);
    gauge("ekitei_jobs_waiting", "Files that wait for the shared folder.", counts.jobs.waiting);
    gauge("ekitei_jobs_retrying", "Of these, the ones that failed before.", counts.jobs.retrying);
    gauge("ekitei_records", "Records.", counts.records);
    gauge("ekitei_waiting_parent", "Operations that wait for their parent.", counts.waiting_parent);
    gauge("ekitei_quarantine_open", "Operations that a person must look at.", counts.quarantine_open);
    gauge("ekitei_conflicts_open", "Conflicts that nobody resolved.", counts.conflicts_open);
    gauge("ekitei_blobs", "Stored files.", counts.blobs);
    gauge("ekitei_blob_bytes", "Bytes of stored files.", counts.blob_bytes);
    gauge("ekitei_uploads_receiving", "Uploads under way.", counts.uploads_receiving);
    gauge("ekitei_devices_active", "Phones that may read.", counts.devices_active);
    let kind = (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    Ok(([kind], out).into_response())
}

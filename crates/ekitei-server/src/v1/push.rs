//! Operations in: one batch, one transaction, one outcome for each.

use super::auth::Signed;
use crate::app::Shared;
use crate::body;
use crate::fault::{Answer, Refused};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use ekitei_model::wire::{MAX_BATCH_OPS, PROTO, PushHeader};
use ekitei_model::{Lane, runs};
use ekitei_server_db::{Changed, Incoming};

pub async fn push(
    State(app): State<Shared>,
    Signed(caller): Signed,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let raw = body::read_decoded(&headers, body, app.limits.push_bytes, app.limits.body_read_ms).await?;
    let (header, ops) = parse(&raw)?;
    let short = header.runs;
    let urgent = header.lane == Lane::Emergency;
    app.metrics.operations.add(ops.len() as u64);
    let pushed = app.storage.apply_push(&caller, &header, ops, app.now_ms()).await?;
    app.announce(&Changed { touched: pushed.touched, jobs: pushed.jobs }, urgent);
    let mut out = Vec::new();
    body::push_line(&mut out, &pushed.reply);
    if short {
        runs::fold(&pushed.results).iter().for_each(|line| body::push_line(&mut out, line));
    } else {
        pushed.results.iter().for_each(|result| body::push_line(&mut out, result));
    }
    Ok(body::ndjson(&headers, out))
}

fn parse(raw: &[u8]) -> Answer<(PushHeader, Vec<Incoming>)> {
    let mut lines = body::lines(raw);
    let header: PushHeader = body::json(lines.next().ok_or_else(|| Refused::bad("batch-malformed"))?)?;
    check_proto(header.proto)?;
    let ops = lines.map(Incoming::parse).collect::<Option<Vec<_>>>();
    let ops = ops.ok_or_else(|| Refused::bad("batch-malformed"))?;
    if ops.len() > MAX_BATCH_OPS {
        return Err(Refused::too_large(ekitei_model::wire::MAX_BATCH_BYTES as u64));
    }
    if usize::try_from(header.count) != Ok(ops.len()) {
        return Err(Refused::bad("batch-malformed"));
    }
    Ok((header, ops))
}

/// Every protocol since 1 is understood; a newer one is not.
pub fn check_proto(proto: u32) -> Answer<()> {
    if (1..=PROTO).contains(&proto) {
        return Ok(());
    }
    Err(Refused::bad("proto-unknown").with("known", PROTO))
}

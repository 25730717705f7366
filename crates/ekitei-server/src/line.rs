//! Bytes of a line check, the same for phones and for PCs in the console: bounded, braked, and nothing is kept of them.

use crate::app::App;
use crate::fault::{Answer, Refused};
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::wire::LineReceived;
use ekitei_model::{DeviceId, Fault};
use futures_util::{StreamExt, stream};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// One transfer at most.
pub const MOST_BYTES: usize = 1024 * 1024;
/// So many transfers at once in the whole office: a check must not be what makes the line slow.
const TURNS: usize = 24;
/// A check makes four; a person repeats it.
const RATE: f64 = 0.5;
const BURST: f64 = 24.0;
/// A transfer that takes longer measures nothing any more.
const WITHIN: Duration = Duration::from_secs(15);
const PIECE_BYTES: usize = 16 * 1024;

/// Turns at moving bytes, and each device's share of them.
pub struct LineTurns {
    turns: Arc<Semaphore>,
    rate: crate::rate::Buckets<DeviceId>,
}

impl Default for LineTurns {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(TURNS)), rate: crate::rate::Buckets::new(RATE, BURST) }
    }
}

impl LineTurns {
    fn take(&self, device: DeviceId, now_ms: i64) -> Answer<OwnedSemaphorePermit> {
        self.rate.take(&device, now_ms).map_err(Refused::busy)?;
        Arc::clone(&self.turns).try_acquire_owned().map_err(|_| {
            let fault = Fault::retry("line-checks-busy");
            Refused { status: StatusCode::SERVICE_UNAVAILABLE, fault, retry_after_ms: Some(5_000) }
        })
    }
}

/// So many bytes that nothing on the way makes smaller.
///
/// # Errors
/// 400 beyond the limit, 429, 503.
pub fn down(app: &App, device: DeviceId, bytes: usize) -> Answer<Response> {
    if bytes > MOST_BYTES {
        return Err(Refused::bad("field-wrong").with("field", "bytes"));
    }
    let turn = app.line_turns.take(device, app.now_ms())?;
    let whole = noise().slice(..bytes);
    let pieces =
        (0..bytes).step_by(PIECE_BYTES).map(move |from| whole.slice(from..bytes.min(from + PIECE_BYTES)));
    // The turn ends with the stream.
    let body = stream::iter(pieces).map(move |piece| {
        let _ = &turn;
        Ok::<_, std::convert::Infallible>(piece)
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes)),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Takes bytes and tells how they arrived.
///
/// # Errors
/// 413, 408, 429, 503.
pub async fn up(app: &App, device: DeviceId, body: Body) -> Answer<LineReceived> {
    let _turn = app.line_turns.take(device, app.now_ms())?;
    let slow = |_| Refused::new(StatusCode::REQUEST_TIMEOUT, Fault::retry("request-slow"));
    timeout(WITHIN, receive(body)).await.map_err(slow)?
}

async fn receive(body: Body) -> Answer<LineReceived> {
    let mut pieces = body.into_data_stream();
    let mut told = LineReceived { bytes: 0, first_bytes: 0, spread_us: 0 };
    let mut first = None;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refused::bad("body-broken"))?;
        told.bytes += piece.len() as u64;
        if told.bytes > MOST_BYTES as u64 {
            return Err(Refused::too_large(MOST_BYTES as u64));
        }
        let at = *first.get_or_insert_with(|| {
            told.first_bytes = piece.len() as u64;
            Instant::now()
        });
        told.spread_us = u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX);
    }
    Ok(told)
}

fn noise() -> Bytes {
    static NOISE: OnceLock<Bytes> = OnceLock::new();
    let made = NOISE.get_or_init(|| {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut out = Vec::with_capacity(MOST_BYTES);
        while out.len() < MOST_BYTES {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            out.extend_from_slice(&state.to_le_bytes());
        }
        out.into()
    });
    made.clone()
}

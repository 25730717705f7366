//! `GET /v1/live`: hints "scope X has reached N". Losing one is harmless; the cursor pull is the truth.

use super::auth::MayRead;
use crate::app::Shared;
use crate::fault::Answer;
use crate::hints::Listening;
use crate::idle::Patience;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use ekitei_model::wire::{Hint, KEEP_ALIVE_HEADER, MAX_KEEP_ALIVE_S};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval_at};

/// Close codes (4000–4999 are ours).
const CLOSE_NOT_ALLOWED: u16 = 4403;
const CLOSE_GOING_AWAY: u16 = 1001;
/// A phone says nothing but pings here.
const MAX_MESSAGE_BYTES: usize = 4 * 1024;
/// Kept by every open socket.
const READ_BUFFER_BYTES: usize = 512;
/// A phone that answered no ping for this many checks is gone.
const MISSED_PONGS: u32 = 2;

pub async fn live(
    State(app): State<Shared>,
    MayRead(caller): MayRead,
    headers: HeaderMap,
    patience: Option<Extension<Patience>>,
    upgrade: WebSocketUpgrade,
) -> Answer<Response> {
    let listening = app.hints.listen(&*app.storage, caller).await?;
    let may_be_silent = own_pings(&headers).map(|every| every * 2 + Duration::from_secs(60));
    if let (Some(silence), Some(Extension(patience))) = (may_be_silent, patience) {
        patience.at_least(silence);
    }
    let upgrade = upgrade.max_message_size(MAX_MESSAGE_BYTES).read_buffer_size(READ_BUFFER_BYTES);
    Ok(upgrade.on_upgrade(move |socket| run(app, listening, may_be_silent, socket)))
}

/// The pause of a phone that keeps the line open by itself: each ping of ours would wake it.
fn own_pings(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(KEEP_ALIVE_HEADER)?.to_str().ok()?.parse().ok()?;
    (1..=MAX_KEEP_ALIVE_S).contains(&seconds).then(|| Duration::from_secs(seconds))
}

async fn run(app: Shared, mut listening: Listening, may_be_silent: Option<Duration>, mut socket: WebSocket) {
    let period = Duration::from_millis(app.limits.live_check_ms);
    let mut check = interval_at(tokio::time::Instant::now() + period, period);
    check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut unanswered = 0;
    let mut heard = tokio::time::Instant::now();
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return close(socket, CLOSE_GOING_AWAY, "server stops").await,
            _ = check.tick() => {
                if !listening.still_allowed(&app).await {
                    return close(socket, CLOSE_NOT_ALLOWED, "not allowed any more").await;
                }
                if let Some(silence) = may_be_silent {
                    if heard.elapsed() > silence {
                        return;
                    }
                    continue;
                }
                unanswered += 1;
                if unanswered > MISSED_PONGS || socket.send(Message::Ping(Vec::new().into())).await.is_err() {
                    return;
                }
            }
            hint = listening.recv() => if send(&mut socket, &hint).await.is_err() {
                return;
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {
                    unanswered = 0;
                    heard = tokio::time::Instant::now();
                }
            },
        }
    }
}

async fn send(socket: &mut WebSocket, hint: &Hint) -> Result<(), axum::Error> {
    let text = serde_json::to_string(hint).expect("a hint is plain data");
    socket.send(Message::Text(text.into())).await
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    // The peer may be gone already; closing is only politeness.
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}

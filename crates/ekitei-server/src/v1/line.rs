//! The line check of phones.

use super::auth::MayRead;
use crate::app::Shared;
use crate::fault::Answer;
use crate::line;
use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ekitei_model::wire::LineReceived;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Amount {
    bytes: usize,
}

/// As little as can be asked and answered.
pub async fn ping(MayRead(_): MayRead) -> StatusCode {
    StatusCode::NO_CONTENT
}

pub async fn down(
    State(app): State<Shared>,
    MayRead(caller): MayRead,
    Query(amount): Query<Amount>,
) -> Answer<Response> {
    line::down(&app, caller.device, amount.bytes)
}

pub async fn up(
    State(app): State<Shared>,
    MayRead(caller): MayRead,
    body: Body,
) -> Answer<Json<LineReceived>> {
    line::up(&app, caller.device, body).await.map(Json)
}

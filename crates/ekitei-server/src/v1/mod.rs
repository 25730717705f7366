//! What phones speak: `/v1`. docs/PROTOCOL.md is its description.

pub mod auth;
mod bytes;
mod enrol;
mod line;
mod live;
mod me;
mod phones;
mod pull;
mod push;
mod salvage;
mod token;

pub use bytes::serve_blob;

use crate::app::Shared;
use crate::tus;
use axum::Router;
use axum::routing::{get, post};
use ekitei_model::wire::paths;

pub fn router() -> Router<Shared> {
    Router::new()
        .route(paths::ENROL, post(enrol::enrol))
        .route(paths::TOKEN, post(token::token))
        .route(paths::ME, get(me::me))
        .route(paths::PUSH, post(push::push))
        .route(paths::PULL, post(pull::pull))
        .route(paths::LIVE, get(live::live))
        .route(ekitei_model::phones::PATH, get(phones::list))
        .route(&format!("{}/{{id}}/state", ekitei_model::phones::PATH), post(phones::cut_off))
        .route(paths::LINE_PING, get(line::ping))
        .route(paths::LINE_DOWN, get(line::down))
        .route(paths::LINE_UP, post(line::up))
        .route(paths::SALVAGE, post(salvage::salvage))
        .route(&format!("{}/{{id}}/bytes/{{variant}}", paths::RECORDS), get(bytes::bytes))
        .merge(tus::router())
}

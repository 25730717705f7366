//! The console's API under `/api`. docs/openapi.json is generated from it (`ekitei-server openapi`).

mod apply;
mod cases;
mod convert;
mod feed;
mod guard;
mod may;
mod names;
mod phones;
mod photos;
mod quarantine;
mod records;
mod session;
mod staff;
mod views;
mod zip;

use crate::app::Shared;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post};
use utoipa::OpenApi;

pub fn router(app: Shared) -> Router<Shared> {
    Router::new()
        .route("/api/session", get(session::session).post(session::sign_in).delete(session::sign_out))
        .route("/api/feed", get(feed::feed))
        .route("/api/counts", get(feed::counts))
        .route("/api/events", get(feed::events))
        .route("/api/cases", get(cases::list).post(cases::create))
        .route("/api/cases/{id}", get(cases::timeline))
        .route("/api/cases/{id}/visits", post(cases::create_visit))
        .route("/api/cases/{id}/notes", post(cases::create_note))
        .route("/api/records/{id}", patch(records::edit).delete(records::delete))
        .route("/api/conflicts", get(records::conflicts))
        .route("/api/conflicts/{id}", post(records::resolve))
        .route("/api/photos/{id}/{variant}", get(photos::bytes))
        .route("/api/zip", post(photos::zip))
        .route("/api/phones", get(phones::list))
        .route("/api/phones/codes", post(phones::create_code))
        .route("/api/phones/{id}/state", post(phones::set_state))
        .route("/api/quarantine", get(quarantine::list))
        .route("/api/quarantine/{id}", post(quarantine::settle))
        .route("/api/staff", get(staff::search))
        .route("/api/sections", get(staff::sections))
        .layer(from_fn_with_state(app, guard::same_origin))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ekitei console",
        description = "What the office's browser pages use. Sign in first; the session is a cookie. Whatever changes \
                       something must come from the console's own origin."
    ),
    paths(
        session::sign_in,
        session::session,
        session::sign_out,
        feed::feed,
        feed::counts,
        feed::events,
        cases::list,
        cases::create,
        cases::timeline,
        cases::create_visit,
        cases::create_note,
        records::edit,
        records::delete,
        records::conflicts,
        records::resolve,
        photos::bytes,
        photos::zip,
        phones::list,
        phones::create_code,
        phones::set_state,
        quarantine::list,
        quarantine::settle,
        staff::search,
        staff::sections,
    )
)]
struct Description;

/// The API's description as JSON, with a line end.
pub fn openapi() -> String {
    let mut text = Description::openapi().to_pretty_json().expect("the description is plain data");
    text.push('\n');
    text
}

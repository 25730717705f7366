//! The console's API under `/api`. docs/openapi.json is generated from it (`ekitei-server openapi`).

mod apply;
mod calendar;
mod calls;
mod cases;
mod checklists;
mod checklists_runs;
mod convert;
mod directory;
mod feed;
mod forms;
mod forms_case;
mod forms_lists;
mod forms_publish;
mod forms_sheet;
mod forms_versions;
mod guard;
mod help;
mod inspections;
mod inspections_decide;
mod inspections_papers;
mod line;
mod may;
mod names;
mod phones;
mod photos;
mod quarantine;
mod records;
mod results;
mod rooms;
mod rooms_copy;
mod rooms_export;
mod rooms_files;
mod rooms_messages;
mod rooms_people;
mod rooms_search;
mod rooms_show;
mod session;
mod staff;
mod times;
mod views;
mod zip;

pub use rooms_people::LargeRooms;

use crate::app::Shared;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post, put};
use utoipa::OpenApi;

/// A section's own sheet; the reader has its own, smaller limit and says which.
const SHEET_BYTES: usize = 11 * 1024 * 1024;

pub fn router(app: Shared) -> Router<Shared> {
    Router::new()
        .route("/api/session", get(session::session).post(session::sign_in).delete(session::sign_out))
        .route("/api/feed", get(feed::feed))
        .route("/api/counts", get(feed::counts))
        .route("/api/events", get(feed::events))
        .route("/api/cases", get(cases::list).post(cases::create))
        .route("/api/cases/{id}", get(cases::timeline))
        .route("/api/cases/{id}/forms", get(forms_case::forms))
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
        .route("/api/help", get(help::list))
        .route("/api/help/{purpose}", put(help::keep))
        .route("/api/holidays", put(help::set_holidays).layer(DefaultBodyLimit::max(help::HOLIDAY_BYTES)))
        .route(
            "/api/calendar",
            get(calendar::list)
                .put(calendar::replace)
                .layer(DefaultBodyLimit::max(crate::calendar::FILE_BYTES)),
        )
        .route("/api/directory", get(directory::list))
        .route(
            "/api/directory/preview",
            post(directory::preview).layer(DefaultBodyLimit::max(directory::CSV_BYTES)),
        )
        .route(
            "/api/directory/import",
            post(directory::import).layer(DefaultBodyLimit::max(directory::CSV_BYTES)),
        )
        .route("/api/quarantine", get(quarantine::list))
        .route("/api/quarantine/{id}", post(quarantine::settle))
        .route("/api/forms", get(forms::list).post(forms::create))
        .route("/api/forms/sheet", post(forms_sheet::upload).layer(DefaultBodyLimit::max(SHEET_BYTES)))
        .route("/api/forms/{id}", get(forms::one).put(forms::save))
        .route(
            "/api/forms/{id}/lists/{name}",
            get(forms_lists::rows)
                .put(forms_lists::replace)
                .layer(DefaultBodyLimit::max(crate::lists::CSV_BYTES)),
        )
        .route("/api/forms/{id}/versions", get(forms_versions::versions))
        .route("/api/forms/{id}/publish", post(forms_publish::publish))
        .route("/api/forms/{id}/withdraw", post(forms_publish::withdraw))
        .route("/api/forms/{id}/copy", post(forms_publish::copy))
        .route("/api/inspections", get(inspections::list))
        .route("/api/inspections/{id}", get(inspections::one))
        .route("/api/inspections/{id}/decision", post(inspections_decide::decide))
        .route("/api/inspections/{id}/inspector", post(inspections_decide::hand_over))
        .route("/api/inspections/{id}/papers/{paper}", get(inspections_papers::paper))
        .route("/api/amendments/{id}", post(inspections_decide::amend))
        .route("/api/results/table", get(results::table))
        .route("/api/results/photos", get(results::photos))
        .route("/api/results/counts", get(results::counts))
        .route("/api/results/effect", get(results::effect).put(results::assume))
        .route("/api/checklists", get(checklists::list).post(checklists::create))
        .route("/api/checklists/{id}", get(checklists::one).put(checklists::save))
        .route("/api/checklists/{id}/publish", post(checklists::publish))
        .route("/api/checklists/{id}/withdraw", post(checklists::withdraw))
        .route("/api/checklists/{id}/runs", get(checklists_runs::runs))
        .route("/api/line/join", post(line::join))
        .route("/api/line/checks", get(line::checks))
        .route("/api/line/checks/{id}/pc", post(line::pc))
        .route("/api/line/ping", get(line::ping))
        .route("/api/line/down", get(line::down))
        .route("/api/line/up", post(line::up))
        .merge(rooms_routes())
        .route("/api/staff", get(staff::search))
        .route("/api/sections", get(staff::sections))
        .layer(from_fn_with_state(app, guard::same_origin))
}

/// Messaging, its times, and calls.
fn rooms_routes() -> Router<Shared> {
    Router::new()
        .route("/api/rooms", get(rooms::list).post(rooms::create))
        .route("/api/rooms/direct", post(rooms::direct))
        .route("/api/rooms/{room}", get(rooms::one).patch(rooms::edit))
        .route("/api/rooms/{room}/members", post(rooms::members))
        .route("/api/rooms/{room}/people", get(rooms_people::search))
        .route("/api/rooms/{room}/read", post(rooms::read))
        .route("/api/rooms/{room}/messages", get(rooms_messages::page).post(rooms_messages::send))
        .route("/api/rooms/{room}/messages/{message}/attachments", post(rooms_files::attach))
        .route("/api/rooms/{room}/exports", post(rooms_export::ask))
        .route("/api/rooms/exports", get(rooms_export::list))
        .route("/api/rooms/exports/{export}/approve", post(rooms_export::approve))
        .route("/api/rooms/exports/{export}/file", get(rooms_export::file))
        .route("/api/messages/search", get(rooms_search::search))
        .route("/api/messages/{message}", get(rooms_messages::one).patch(rooms_messages::edit))
        .route("/api/messages/{message}/unsend", post(rooms_messages::unsend))
        .route("/api/messages/{message}/again", post(rooms_messages::again))
        .route("/api/messages/{message}/reactions", post(rooms_messages::react))
        .route("/api/messages/{message}/pin", post(rooms_messages::pin))
        .route("/api/messages/{message}/answer", post(rooms_messages::answer))
        .route("/api/messages/{message}/readers", get(rooms_search::readers))
        .route("/api/messages/{message}/renotify", post(rooms_search::renotify))
        .route("/api/files/{file}", get(rooms_files::file_bytes))
        .route("/api/sections/times", get(times::times))
        .route("/api/sections/times/duty", post(times::add_duty))
        .route("/api/sections/times/hours", put(times::set_hours))
        .route("/api/urgent", get(times::urgent))
        .route("/api/calls", get(calls::list).post(calls::open))
        .route("/api/calls/{call}/close", post(calls::close))
        .route("/api/calls/{call}/answer", post(calls::answer))
        .route("/api/calls/{call}/answers", get(calls::answers))
        .route("/api/calls/{call}/export", get(calls::export))
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
        help::list,
        help::keep,
        help::set_holidays,
        calendar::list,
        calendar::replace,
        directory::list,
        directory::preview,
        directory::import,
        quarantine::list,
        quarantine::settle,
        forms::list,
        forms::one,
        forms::create,
        forms::save,
        forms_case::forms,
        forms_lists::replace,
        forms_lists::rows,
        forms_versions::versions,
        forms_sheet::upload,
        forms_publish::publish,
        forms_publish::withdraw,
        forms_publish::copy,
        inspections::list,
        inspections::one,
        inspections_decide::decide,
        inspections_decide::amend,
        inspections_decide::hand_over,
        inspections_papers::paper,
        results::table,
        results::photos,
        results::counts,
        results::effect,
        results::assume,
        checklists::list,
        checklists::create,
        checklists::one,
        checklists::save,
        checklists::publish,
        checklists::withdraw,
        checklists_runs::runs,
        line::join,
        line::checks,
        line::pc,
        line::ping,
        line::down,
        line::up,
        rooms::list,
        rooms::create,
        rooms::direct,
        rooms::one,
        rooms::edit,
        rooms::members,
        rooms_people::search,
        rooms::read,
        rooms_messages::page,
        rooms_messages::one,
        rooms_messages::send,
        rooms_messages::edit,
        rooms_messages::again,
        rooms_messages::unsend,
        rooms_messages::react,
        rooms_messages::pin,
        rooms_messages::answer,
        rooms_export::ask,
        rooms_export::list,
        rooms_export::approve,
        rooms_export::file,
        rooms_files::attach,
        rooms_files::file_bytes,
        rooms_search::search,
        rooms_search::readers,
        rooms_search::renotify,
        times::times,
        times::add_duty,
        times::set_hours,
        times::urgent,
        calls::list,
        calls::open,
        calls::close,
        calls::answer,
        calls::answers,
        calls::export,
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

//! A person's calendar from the groupware's file: one's own, or of somebody whom one looks after.

use super::convert;
use super::guard::User;
use super::views::*;
use crate::app::Shared;
use crate::calendar::{self, Window};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use ekitei_model::calendar::event;
use ekitei_model::{Fault, Record, Scope, StaffId, kinds, rules};
use serde::Deserialize;
use utoipa::IntoParams;

const MAX_EVENTS: u32 = 3_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CalendarQuery {
    /// Staff number; absent: one's own.
    staff: Option<String>,
}

/// One's own appointments as phones carry them, in their order.
#[utoipa::path(get, path = "/api/calendar", tag = "help", responses((status = 200, body = Vec<EventView>)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<EventView>>> {
    let mine = Scope::User(user.staff.id.clone());
    let mut out = Vec::new();
    for found in app.storage.of_kind(&user.caller, kinds::CALENDAR_EVENT, MAX_EVENTS).await? {
        let record = convert::record(&found)?;
        if record.scope == mine {
            out.push(view(&record));
        }
    }
    out.sort_by(|a, b| (&a.starts_at, &a.title).cmp(&(&b.starts_at, &b.title)));
    Ok(Json(out))
}

fn view(record: &Record) -> EventView {
    let text = |field: &str| record.text(field).to_owned();
    EventView {
        title: text(event::TITLE),
        place: text(event::PLACE),
        starts_at: text(event::STARTS_AT),
        ends_at: text(event::ENDS_AT),
        all_day: record.flag(event::ALL_DAY),
    }
}

/// Replaces a calendar by the file that the groupware exported (the body): one's own, or of somebody whom one looks after.
#[utoipa::path(put, path = "/api/calendar", tag = "help", params(CalendarQuery),
    request_body(content = String, content_type = "text/calendar"),
    responses((status = 200, body = CalendarImported), (status = 403, body = FaultView),
        (status = 404, body = FaultView)))]
pub async fn replace(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<CalendarQuery>,
    body: Bytes,
) -> Answer<Json<CalendarImported>> {
    let today = &user.caller.today;
    let of = match query.staff.filter(|s| !s.is_empty()).map(StaffId) {
        None => user.staff.clone(),
        Some(id) => {
            let unknown = || Refused::new(axum::http::StatusCode::NOT_FOUND, Fault::ask("staff-unknown"));
            app.storage.staff(&id).await?.ok_or_else(unknown)?
        }
    };
    if of.id != user.staff.id && !rules::looks_after(&user.staff, &of, today) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let window = Window::around(today);
    let work = tokio::task::spawn_blocking(move || calendar::parse(&body, window));
    let found = match work.await.map_err(|e| Refused::unavailable(&e))? {
        Ok(found) => found,
        Err(faults) => {
            let faults = faults.into_iter().map(LineFault::from).collect();
            return Ok(Json(CalendarImported { faults, ..CalendarImported::default() }));
        }
    };
    let done = calendar::store(&*app.storage, &of.id, &found, app.now_ms()).await?;
    app.hint(&done.touched, false);
    Ok(Json(CalendarImported {
        faults: Vec::new(),
        added: done.added,
        changed: done.changed,
        removed: done.removed,
        unchanged: done.unchanged,
    }))
}

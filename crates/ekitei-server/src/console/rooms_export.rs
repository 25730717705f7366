//! A copy of a room for the record: asked for with a reason, allowed by somebody else and taken by the head of the asker's
//! section. The request is a record of the section, so that it can be seen later who allowed and took what and why.

use super::apply::{apply, id_or_new, wrong};
use super::convert;
use super::guard::{Input, User};
use super::names::Names;
use super::photos::attachment;
use super::rooms_copy::Copy;
use super::rooms_show::open_room;
use super::views::{ExportAsked, ExportRow, ExportTaken, FaultView, OutcomeView};
use crate::app::{App, Shared};
use crate::blobs;
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::chat::{export, message, room};
use ekitei_model::kinds;
use ekitei_model::people::Role;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record, RecordId, Scope, StaffId, Stamp};
use ekitei_server_db::ExportStep;
use serde_json::Value;
use std::collections::BTreeSet;
use tokio_util::io::ReaderStream;

const LISTED: u32 = 200;

/// Asks for a copy of a room. The head of the own section decides, or who stands in for a head that asks.
#[utoipa::path(post, path = "/api/rooms/{room}/exports", tag = "rooms", params(("room" = String, Path)),
    request_body = ExportAsked, responses((status = 200, body = OutcomeView), (status = 400, body = FaultView)))]
pub async fn ask(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<ExportAsked>,
) -> Answer<Json<OutcomeView>> {
    let of = open_room(&app, &user, &id).await?;
    if !message::is_reason(&input.reason) {
        return Err(wrong("reason"));
    }
    let section = user.staff.sections_on(&user.caller.today).next().ok_or_else(Refused::not_found)?;
    let scope = Scope::Section(section.to_owned());
    let fields = Fields::from([
        (export::ROOM.to_owned(), of.id.to_string().into()),
        (export::ROOM_NAME.to_owned(), of.text(room::NAME).into()),
        (export::REASON.to_owned(), input.reason.trim().into()),
    ]);
    let body = OpBody::Create { kind: kinds::ROOM_EXPORT.to_owned(), scope, parent: None, fields };
    apply(&app, &user, input.op_id.as_deref(), id_or_new(input.id.as_deref())?, body, None).await
}

/// What the person may see of the requests: in their sections, those of all where they lead, else their own; and where a
/// head asked for one, administrators.
async fn seen(app: &App, user: &User) -> Answer<Vec<Record>> {
    let today = &user.caller.today;
    let mut out = Vec::new();
    if user.staff.is_admin(today) {
        let mut after = None;
        loop {
            let page = app.storage.scan_kind(kinds::ROOM_EXPORT, after, LISTED).await?;
            let page = page.iter().map(|text| convert::record(text)).collect::<Answer<Vec<_>>>()?;
            after = page.last().map(|r| r.id);
            let full = page.len() == LISTED as usize;
            for of in page {
                if refuses(app, user, &of).await?.is_none() {
                    out.push(of);
                }
            }
            if !full {
                break;
            }
        }
    }
    let sections: BTreeSet<&str> = user.staff.sections_on(today).collect();
    for section in sections {
        let leads = user.staff.has_role_in(section, &[Role::Head, Role::Steward], today);
        for of in app.storage.of_section(section, kinds::ROOM_EXPORT).await? {
            let theirs = leads || message::author(&of) == Some(&user.staff.id);
            if theirs && !out.iter().any(|known| known.id == of.id) {
                out.push(of);
            }
        }
    }
    out.sort_by_key(|of| std::cmp::Reverse((of.received_ms, of.id)));
    out.truncate(LISTED as usize);
    Ok(out)
}

/// Why the person may not allow it.
async fn refuses(app: &App, user: &User, of: &Record) -> Answer<Option<&'static str>> {
    let asker = match message::author(of) {
        Some(id) => app.storage.staff(id).await?,
        None => None,
    };
    let today = &user.caller.today;
    Ok(asker.map_or(Some("not-allowed"), |asker| export::refuse_approval(of, &asker, &user.staff, today)))
}

/// What was asked for in the person's sections: heads and stewards see all of it, others their own. Administrators see
/// what heads asked for, too.
#[utoipa::path(get, path = "/api/rooms/exports", tag = "rooms", responses((status = 200, body = Vec<ExportRow>)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<ExportRow>>> {
    let names = Names::new(&*app.storage);
    let mut out = Vec::new();
    for of in seen(&app, &user).await? {
        let (approved, refused) = (of.text(export::APPROVED_BY), refuses(&app, &user, &of).await?);
        let mut taken = Vec::new();
        for time in of.fields.get(export::TAKEN).and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| time.get(name).and_then(Value::as_str).unwrap_or_default();
            taken.push(ExportTaken {
                by: names.of(text(export::taken::BY)).await?,
                at_ms: text(export::taken::AT).parse::<Stamp>().map_or(0, |s| s.utc_ms),
                sha256: text(export::taken::SHA256).to_owned(),
            });
        }
        let state = match (approved.is_empty(), taken.is_empty()) {
            (true, _) => "asked",
            (_, true) => "approved",
            _ => "downloaded",
        };
        out.push(ExportRow {
            id: of.id.to_string(),
            room: of.text(export::ROOM).to_owned(),
            room_name: of.text(export::ROOM_NAME).to_owned(),
            reason: of.text(export::REASON).to_owned(),
            asked_by: names.of(message::author(&of).map_or("", StaffId::as_str)).await?,
            asked_ms: of.received_ms,
            state: state.to_owned(),
            approved_by: if approved.is_empty() { None } else { Some(names.of(approved).await?) },
            may_approve: refused.is_none() && approved.is_empty(),
            for_another: refused == Some(export::OWN) && approved.is_empty(),
            may_download: export::may_take(&of, &user.staff, &user.caller.today),
            taken,
        });
    }
    Ok(Json(out))
}

/// The request itself: administrators allow what they do not read.
async fn request(app: &App, id: &str) -> Answer<Record> {
    let id: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let found = app.storage.office_record(id).await?;
    found.filter(|r| r.kind == kinds::ROOM_EXPORT && !r.deleted).ok_or_else(Refused::not_found)
}

/// The room that is asked for, if who asked reads it still: a request alone opens no room of others.
async fn asked(app: &App, user: &User, of: &Record) -> Answer<RecordId> {
    let not_allowed = || Refused::forbidden("not-allowed");
    let id: RecordId = of.text(export::ROOM).parse().map_err(|_| not_allowed())?;
    let by = message::author(of).ok_or_else(not_allowed)?;
    let (there, asker) = (app.storage.office_record(id).await?, app.storage.staff(by).await?);
    let reads = there.zip(asker).is_some_and(|(there, asker)| {
        there.kind == kinds::ROOM && room::may_read(&there, &asker, &user.caller.today)
    });
    reads.then_some(id).ok_or_else(not_allowed)
}

/// The head allows it, or where a head asked, the steward or an administrator; never who asked. It is allowed once, however
/// often that is said.
#[utoipa::path(post, path = "/api/rooms/exports/{export}/approve", tag = "rooms", params(("export" = String, Path)),
    responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn approve(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<OutcomeView>> {
    let of = request(&app, &id).await?;
    if let Some(code) = refuses(&app, &user, &of).await? {
        return Err(Refused::forbidden(code));
    }
    asked(&app, &user, &of).await?;
    let changed = app.storage.export_step(&user.caller, of.id, ExportStep::Approve, app.now_ms()).await?;
    app.announce(&changed, false);
    let record = of.id.to_string();
    let (result, conflicts) = ("applied".to_owned(), Vec::new());
    Ok(Json(OutcomeView { record, result, conflicts, reason: None, held_until_ms: None }))
}

/// The copy: a page to read, the records as JSON, and the files that are here.
#[utoipa::path(get, path = "/api/rooms/exports/{export}/file", tag = "rooms", params(("export" = String, Path)),
    responses((status = 200, content_type = "application/zip"), (status = 403, body = FaultView)))]
pub async fn file(State(app): State<Shared>, user: User, Path(id): Path<String>) -> Answer<Response> {
    let of = request(&app, &id).await?;
    if !export::may_take(&of, &user.staff, &user.caller.today) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let room = asked(&app, &user, &of).await?;
    let copy = Copy::of(&app, room).await?;
    let folder = blobs::staging_folder(&app.config.data);
    let packed = tokio::task::spawn_blocking(move || copy.pack(&folder)).await;
    let (packed, sha256) =
        packed.map_err(|e| Refused::unavailable(&e))?.map_err(|e| Refused::unavailable(&e))?;
    let step = ExportStep::Take { sha256 };
    let changed = app.storage.export_step(&user.caller, of.id, step, app.now_ms()).await?;
    app.announce(&changed, false);
    let length = packed.metadata().map_err(|e| Refused::unavailable(&e))?.len();
    let name = format!("room-{}.zip", app.clock.today());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, attachment(&name)),
    ];
    let packed = tokio::fs::File::from_std(packed);
    Ok((headers, Body::from_stream(ReaderStream::with_capacity(packed, 64 * 1024))).into_response())
}

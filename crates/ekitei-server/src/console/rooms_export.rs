//! A copy of a room for the record: asked for with a reason, allowed and taken by the head of the asker's section. The
//! request is a record of the section, so that it can be seen later who took what and why.

use super::apply::{apply, done, id_or_new, readable, wrong};
use super::convert;
use super::guard::{Input, User};
use super::names::Names;
use super::photos::attachment;
use super::rooms_copy::Copy;
use super::rooms_show::open_room;
use super::views::{ExportAsked, ExportRow, FaultView, Once, OutcomeView};
use crate::app::{App, Shared};
use crate::blobs;
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::chat::room::export;
use ekitei_model::chat::{message, room};
use ekitei_model::kinds;
use ekitei_model::people::Role;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record, RecordId, Scope, StaffId};
use tokio_util::io::ReaderStream;

const LISTED: u32 = 200;

/// Asks for a copy of a room. The head of the own section decides.
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

fn leads(user: &User, of: &Record) -> bool {
    matches!(&of.scope, Scope::Section(path) if user.staff.has_role_in(path, &[Role::Head], &user.caller.today))
}

/// What was asked for in the person's sections: heads see all of it, others their own.
#[utoipa::path(get, path = "/api/rooms/exports", tag = "rooms", responses((status = 200, body = Vec<ExportRow>)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<ExportRow>>> {
    let names = Names::new(&*app.storage);
    let mut out = Vec::new();
    for text in app.storage.of_kind(&user.caller, kinds::ROOM_EXPORT, LISTED).await? {
        let of = convert::record(&text)?;
        let asker = message::author(&of).cloned();
        if !leads(&user, &of) && asker.as_ref() != Some(&user.staff.id) {
            continue;
        }
        let (approved, taken) = (of.text(export::APPROVED_BY), of.text(export::TAKEN_AT));
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
            asked_by: names.of(asker.as_ref().map_or("", StaffId::as_str)).await?,
            asked_ms: of.received_ms,
            state: state.to_owned(),
            approved_by: if approved.is_empty() { None } else { Some(names.of(approved).await?) },
            may_approve: leads(&user, &of) && approved.is_empty(),
            may_download: leads(&user, &of) && !approved.is_empty(),
        });
    }
    Ok(Json(out))
}

async fn set(
    app: &App,
    user: &User,
    of: &Record,
    op_id: Option<&str>,
    pairs: [(&str, String); 2],
) -> Answer<Json<OutcomeView>> {
    let fields: Fields = pairs.into_iter().map(|(k, v)| (k.to_owned(), v.into())).collect();
    let base = fields.keys().filter_map(|k| Some((k.clone(), of.rev(k)?.op))).collect();
    apply(app, user, op_id, of.id, OpBody::Patch { base, fields }, Some(of)).await
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

/// The head allows it.
#[utoipa::path(post, path = "/api/rooms/exports/{export}/approve", tag = "rooms", params(("export" = String, Path)),
    request_body = Once, responses((status = 200, body = OutcomeView), (status = 403, body = FaultView)))]
pub async fn approve(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Once>,
) -> Answer<Json<OutcomeView>> {
    let of = readable(&app, &user, &id).await?;
    if of.kind != kinds::ROOM_EXPORT {
        return Err(Refused::not_found());
    }
    asked(&app, &user, &of).await?;
    let (by, at) = (user.staff.id.to_string(), app.clock.stamp().to_string());
    let pairs = [(export::APPROVED_BY, by), (export::APPROVED_AT, at)];
    set(&app, &user, &of, input.op_id.as_deref(), pairs).await
}

/// The copy: a page to read, the records as JSON, and the files that are here.
#[utoipa::path(get, path = "/api/rooms/exports/{export}/file", tag = "rooms", params(("export" = String, Path)),
    responses((status = 200, content_type = "application/zip"), (status = 403, body = FaultView)))]
pub async fn file(State(app): State<Shared>, user: User, Path(id): Path<String>) -> Answer<Response> {
    let of = readable(&app, &user, &id).await?;
    if of.kind != kinds::ROOM_EXPORT || !leads(&user, &of) || of.text(export::APPROVED_BY).is_empty() {
        return Err(Refused::forbidden("not-allowed"));
    }
    let room = asked(&app, &user, &of).await?;
    let copy = Copy::of(&app, room).await?;
    let folder = blobs::staging_folder(&app.config.data);
    let packed = tokio::task::spawn_blocking(move || copy.pack(&folder)).await;
    let (packed, sha256) =
        packed.map_err(|e| Refused::unavailable(&e))?.map_err(|e| Refused::unavailable(&e))?;
    let pairs = [(export::TAKEN_AT, app.clock.stamp().to_string()), (export::SHA256, sha256)];
    done(&set(&app, &user, &of, None, pairs).await?)?;
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

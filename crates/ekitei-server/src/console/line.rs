//! The PC's half of a line check, and what was measured where.

use super::apply::{apply, base, readable, wrong};
use super::convert;
use super::forms::done;
use super::guard::{Input, User};
use super::names::Names;
use super::views::{FaultView, JoinLine, LineCheckView, LineReceivedView, PcMeasured};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::line;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use ekitei_model::kinds::{self, line_check as field};
use ekitei_model::line::{Measured, may_join, verdict};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::IntoParams;

/// Checks shown at most.
const SHOWN: u32 = 300;
/// A code is looked for among so many of the last ones.
const RECENT: u32 = 100;

async fn view(of: &Record, names: &Names<'_>) -> Answer<LineCheckView> {
    let value = |name: &str| of.fields.get(name).cloned().unwrap_or(Value::Null);
    Ok(LineCheckView {
        id: of.id.to_string(),
        at: of.text(field::AT).to_owned(),
        place: of.text(field::PLACE).to_owned(),
        by: names.of(of.text(field::BY)).await?,
        phone: value(field::PHONE),
        verdict: value(field::VERDICT),
        pc: value(field::PC),
        pc_verdict: value(field::PC_VERDICT),
        received_ms: of.received_ms,
    })
}

/// Join the check that a phone on the same line has just made, by the six digits that it shows. A code is good for one
/// PC and ten minutes.
#[utoipa::path(post, path = "/api/line/join", tag = "line", request_body = JoinLine, responses(
    (status = 200, body = LineCheckView),
    (status = 404, body = FaultView, description = "`line-code-unknown`: also one that is over or was used"),
))]
pub async fn join(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<JoinLine>,
) -> Answer<Json<LineCheckView>> {
    let (now, door) = (app.now_ms(), format!("line {}", user.staff.id));
    app.attempts.check(&door, now).map_err(Refused::busy)?;
    let unknown = || Refused::new(StatusCode::NOT_FOUND, ekitei_model::Fault::ask("line-code-unknown"));
    let mut open = Vec::new();
    for text in app.storage.of_kind(&user.caller, kinds::LINE_CHECK, RECENT).await? {
        let check = convert::record(&text)?;
        if may_join(&check, &input.code, now) {
            open.push(check);
        }
    }
    // Of two with the same digits one's own phone is meant.
    let own = open.iter().position(|c| c.text(field::BY) == user.staff.id.as_str()).unwrap_or(0);
    let Some(check) = (own < open.len()).then(|| open.swap_remove(own)) else {
        app.attempts.failed(&door, now);
        return Err(unknown());
    };
    let fields = Fields::from([
        (field::JOINED_BY.to_owned(), user.staff.id.as_str().into()),
        (field::JOINED_MS.to_owned(), now.into()),
    ]);
    change(&app, &user, &check, fields).await?;
    app.attempts.succeeded(&door);
    Ok(Json(view(&check, &Names::new(&*app.storage)).await?))
}

async fn change(app: &App, user: &User, check: &Record, fields: Fields) -> Answer<()> {
    let revs = fields.keys().filter_map(|k| Some((k.clone(), check.rev(k)?.op.to_string())));
    let body = OpBody::Patch { base: base(revs.collect::<BTreeMap<_, _>>())?, fields };
    done(&apply(app, user, None, check.id, body, Some(check)).await?.0)
}

/// What this PC measured; the sentence for it is the office's.
#[utoipa::path(post, path = "/api/line/checks/{id}/pc", tag = "line", request_body = PcMeasured,
    params(("id" = String, Path, description = "The check that was joined")),
    responses((status = 200, body = LineCheckView), (status = 403, body = FaultView)))]
pub async fn pc(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<PcMeasured>,
) -> Answer<Json<LineCheckView>> {
    let check = readable(&app, &user, &id).await?;
    if check.kind != kinds::LINE_CHECK {
        return Err(Refused::not_found());
    }
    let measured: Measured = serde_json::from_value(input.measured).map_err(|_| wrong("measured"))?;
    if !measured.is_sound() {
        return Err(Refused::bad("line-malformed"));
    }
    let fields = Fields::from([
        (field::PC_VERDICT.to_owned(), serde_json::json!(verdict(&measured))),
        (field::PC.to_owned(), serde_json::json!(measured)),
    ]);
    change(&app, &user, &check, fields).await?;
    Ok(Json(view(&readable(&app, &user, &id).await?, &Names::new(&*app.storage)).await?))
}

/// Line checks that one may read, newest first.
#[utoipa::path(get, path = "/api/line/checks", tag = "line", responses((status = 200, body = Vec<LineCheckView>)))]
pub async fn checks(State(app): State<Shared>, user: User) -> Answer<Json<Vec<LineCheckView>>> {
    let names = Names::new(&*app.storage);
    let mut out = Vec::new();
    for text in app.storage.of_kind(&user.caller, kinds::LINE_CHECK, SHOWN).await? {
        out.push(view(&convert::record(&text)?, &names).await?);
    }
    out.sort_by(|a, b| b.at.cmp(&a.at));
    Ok(Json(out))
}

/// As little as can be asked and answered.
#[utoipa::path(get, path = "/api/line/ping", tag = "line", responses((status = 204)))]
pub async fn ping(_: User) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Amount {
    /// At most 1,048,576.
    bytes: usize,
}

/// Bytes from the office.
#[utoipa::path(get, path = "/api/line/down", tag = "line", params(Amount),
    responses((status = 200, content_type = "application/octet-stream"), (status = 429, body = FaultView)))]
pub async fn down(State(app): State<Shared>, user: User, Query(amount): Query<Amount>) -> Answer<Response> {
    line::down(&app, user.caller.device, amount.bytes)
}

/// Bytes to the office; at most 1,048,576.
#[utoipa::path(post, path = "/api/line/up", tag = "line",
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = LineReceivedView), (status = 413, body = FaultView)))]
pub async fn up(State(app): State<Shared>, user: User, body: Body) -> Answer<Json<LineReceivedView>> {
    let told = line::up(&app, user.caller.device, body).await?;
    Ok(Json(LineReceivedView { bytes: told.bytes, first_bytes: told.first_bytes, spread_us: told.spread_us }))
}

//! What could not be applied: shown with its content, so that a person can decide.

use super::apply::outcome;
use super::guard::{Input, User};
use super::names::Names;
use super::views::{FaultView, OutcomeView, QuarantineView, Settle, Settlement};
use crate::app::Shared;
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::{Record, RecordId, StaffId};
use ekitei_server_db::{QuarantineRow, Storage};
use serde_json::Value;
use uuid::Uuid;

/// As much of the content as a board shows.
const MAX_CONTENT_CHARS: usize = 20_000;

/// Open entries that the person may see, oldest first.
#[utoipa::path(get, path = "/api/quarantine", tag = "quarantine", responses((status = 200, body = Vec<QuarantineView>)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<QuarantineView>>> {
    let names = Names::new(&*app.storage);
    let mut out = Vec::new();
    for row in app.storage.quarantine(&user.caller).await? {
        let bringer = bringer(&*app.storage, &row).await?;
        out.push(view(row, bringer, &user, &names).await?);
    }
    Ok(Json(out))
}

/// Who brought a record of somebody else back.
async fn bringer(storage: &dyn Storage, row: &QuarantineRow) -> Answer<Option<StaffId>> {
    if row.reason != "salvage" {
        return Ok(None);
    }
    let writer = serde_json::from_slice::<Record>(&row.bytes).ok().and_then(|r| r.created).map(|o| o.staff);
    let owner = storage.device(row.device).await?.map(|d| d.staff);
    Ok(owner.filter(|who| writer.as_ref() != Some(who)))
}

async fn view(
    row: QuarantineRow,
    bringer: Option<StaffId>,
    user: &User,
    names: &Names<'_>,
) -> Answer<QuarantineView> {
    let value: Value = serde_json::from_slice(&row.bytes).unwrap_or(Value::Null);
    let text = |v: &Value, key: &str| v.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let fields = value.get("fields").unwrap_or(&Value::Null);
    let title =
        ["title", "caption", "text", "name"].map(|k| text(fields, k)).into_iter().find(|t| !t.is_empty());
    let content = match &value {
        Value::Null => String::from_utf8_lossy(&row.bytes).into_owned(),
        known => serde_json::to_string_pretty(known).unwrap_or_default(),
    };
    Ok(QuarantineView {
        id: row.id.to_string(),
        veiled: row.bytes.is_empty(),
        case: row.scope.case().map(|c| c.to_string()),
        scope: row.scope.to_string(),
        reason: row.reason,
        record: row.record.map(|r| r.to_string()),
        op: text(&value, "op"),
        kind: text(&value, "kind"),
        title: title.unwrap_or_default().lines().next().unwrap_or("").chars().take(80).collect(),
        person: names.of(row.staff.as_str()).await?,
        may_release: !row.bytes.is_empty() && bringer.as_ref() != Some(&user.staff.id),
        brought_by: match &bringer {
            Some(who) => Some(names.of(who.as_str()).await?),
            None => None,
        },
        device: row.device.to_string(),
        since_ms: row.since_ms,
        bytes: row.bytes.len() as u64,
        content: content.chars().take(MAX_CONTENT_CHARS).collect(),
    })
}

/// Decide: `release` applies it in the right of the signed-in person, `close` sets it aside.
#[utoipa::path(post, path = "/api/quarantine/{id}", tag = "quarantine", request_body = Settle,
    params(("id" = String, Path, description = "The entry")),
    responses((status = 200, body = OutcomeView), (status = 404, body = FaultView),
        (status = 409, body = FaultView, description = "`quarantine-settled`")))]
pub async fn settle(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Settle>,
) -> Answer<Json<OutcomeView>> {
    let id: Uuid = id.parse().map_err(|_| Refused::not_found())?;
    let now = app.now_ms();
    if input.action == Settlement::Close {
        app.storage.quarantine_close(&user.caller, id, now).await?;
        let closed = OutcomeView {
            record: String::new(),
            result: "voided".into(),
            conflicts: vec![],
            reason: None,
            held_until_ms: None,
        };
        return Ok(Json(closed));
    }
    let applied = app.storage.quarantine_release(&user.caller, id, now).await?;
    app.announce(&applied.changed, false);
    outcome(RecordId(id), &applied)
}

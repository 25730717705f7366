//! Phones of the people whom the caller looks after, and cutting one off: a lost phone is stopped from a colleague's.

use super::auth::MayRead;
use crate::app::Shared;
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use ekitei_model::people::Staff;
use ekitei_model::phones::{CutOff, PhoneRow};
use ekitei_model::wire::DeviceState;
use ekitei_model::{DeviceId, rules};
use ekitei_server_db::{Caller, DeviceFilter, StaffFilter};
use serde::Deserialize;

/// People whose phones are looked for; more than that is not a name.
const MAX_PEOPLE: usize = 50;

#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

pub async fn list(
    State(app): State<Shared>,
    MayRead(caller): MayRead,
    Query(asked): Query<Asked>,
) -> Answer<Json<Vec<PhoneRow>>> {
    let me = person(&app, &caller).await?;
    let text = Some(asked.q).filter(|q| !q.trim().is_empty());
    let people = app.storage.staff_list(&StaffFilter { text, section: None }).await?;
    let mine = people.iter().filter(|s| rules::manages_phones_of(&me, s, &caller.today));
    let mut out = Vec::new();
    for owner in mine.take(MAX_PEOPLE) {
        let filter = DeviceFilter { staff: Some(owner.id.clone()), ..DeviceFilter::default() };
        for device in app.storage.devices(&filter).await? {
            out.push(PhoneRow {
                id: device.id,
                staff: owner.id.clone(),
                name: owner.name.clone(),
                model: device.model,
                state: device.state,
                last_seen_ms: device.last_seen_ms,
                waiting_items: device.report.waiting_items,
                waiting_bytes: device.report.waiting_bytes,
            });
        }
    }
    Ok(Json(out))
}

/// Only towards less, and never the phone that asks.
pub async fn cut_off(
    State(app): State<Shared>,
    MayRead(caller): MayRead,
    Path(id): Path<String>,
    Json(asked): Json<CutOff>,
) -> Answer<StatusCode> {
    let id: DeviceId = id.parse().map_err(|_| Refused::not_found())?;
    let device = app.storage.device(id).await?.filter(|d| !d.console).ok_or_else(Refused::not_found)?;
    let me = person(&app, &caller).await?;
    let owner = app.storage.staff(&device.staff).await?.ok_or_else(Refused::not_found)?;
    if !rules::manages_phones_of(&me, &owner, &caller.today) {
        return Err(Refused::forbidden("not-allowed"));
    }
    if id == caller.device {
        return Err(Refused::conflict("phone-own"));
    }
    let less = match (device.state, asked.state) {
        (_, DeviceState::Active) | (DeviceState::Wiped, DeviceState::DrainOnly) => false,
        (DeviceState::Active | DeviceState::DrainOnly | DeviceState::Wiped, _) => true,
    };
    if !less {
        return Err(Refused::conflict("phone-state"));
    }
    app.storage.set_device_state(id, asked.state).await?;
    tracing::info!(device = %id, state = ?asked.state, by = %caller.device, "phone cut off from a phone");
    Ok(StatusCode::NO_CONTENT)
}

async fn person(app: &Shared, caller: &Caller) -> Answer<Staff> {
    let found = app.storage.staff(&caller.staff).await?;
    found.ok_or_else(|| Refused::unauthorized("device-unknown"))
}

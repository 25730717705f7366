//! Phones: bring in, look after, cut off.

use super::guard::{Input, User};
use super::may;
use super::views::{CodeView, FaultView, NameView, NewCode, PhoneView, SetPhoneState};
use crate::app::{App, Shared};
use crate::enrolment::{EnrolmentError, make_code, qr_svg};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ekitei_model::people::Staff;
use ekitei_model::wire::DeviceState;
use ekitei_model::{DeviceId, StaffId};
use ekitei_server_db::{Device, DeviceFilter, StaffFilter};
use std::collections::HashMap;

/// Phones of the people that the signed-in person looks after, last seen first.
#[utoipa::path(get, path = "/api/phones", tag = "phones", responses(
    (status = 200, body = Vec<PhoneView>), (status = 403, body = FaultView),
))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<PhoneView>>> {
    if !may::manages_phones(&user.staff, &user.caller.today) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let people = app.storage.staff_list(&StaffFilter::default()).await?;
    let people: HashMap<&str, &Staff> = people.iter().map(|s| (s.id.as_str(), s)).collect();
    let mut out = Vec::new();
    for device in app.storage.devices(&DeviceFilter::default()).await? {
        let owner = people.get(device.staff.as_str());
        if let Some(owner) = owner
            && may::manages_phones_of(&user.staff, owner, &user.caller.today)
        {
            let person = NameView { id: owner.id.to_string(), name: owner.name.clone() };
            out.push(view(device, person));
        }
    }
    Ok(Json(out))
}

fn view(device: Device, person: NameView) -> PhoneView {
    PhoneView {
        id: device.id.to_string(),
        person,
        state: device.state.into(),
        model: device.model,
        app: device.report.app,
        enrolled_ms: device.enrolled_ms,
        last_seen_ms: device.last_seen_ms,
        waiting_items: device.report.waiting_items,
        waiting_bytes: device.report.waiting_bytes,
        oldest_ms: device.report.oldest_ms,
    }
}

/// A one-time code with which a phone of that person comes in: 10 minutes, once.
#[utoipa::path(post, path = "/api/phones/codes", tag = "phones", request_body = NewCode, responses(
    (status = 200, body = CodeView), (status = 403, body = FaultView), (status = 404, body = FaultView),
))]
pub async fn create_code(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<NewCode>,
) -> Answer<Json<CodeView>> {
    let owner = managed(&app, &user, &StaffId(input.staff)).await?;
    let expires_ms = app.now_ms() + app.limits.code_ms;
    let made = make_code(&*app.storage, &app.keys.signer, &owner.id, &app.door, expires_ms).await;
    let made = made.map_err(|e| match e {
        EnrolmentError::Storage(e) => Refused::from(e),
        EnrolmentError::Random(e) => Refused::unavailable(&e),
    })?;
    let (qr_svg, server) = (qr_svg(&made.link), app.door.server.clone());
    Ok(Json(CodeView { code: made.code, expires_ms, server, link: made.link, qr_svg }))
}

async fn managed(app: &App, user: &User, owner: &StaffId) -> Answer<Staff> {
    let owner = app
        .storage
        .staff(owner)
        .await?
        .ok_or_else(|| Refused::new(StatusCode::NOT_FOUND, ekitei_model::Fault::ask("staff-unknown")))?;
    if may::manages_phones_of(&user.staff, &owner, &user.caller.today) {
        return Ok(owner);
    }
    Err(Refused::forbidden("not-allowed"))
}

/// Revoke a phone (`drain_only`: it may still deliver; `wiped`: it erases itself), or let a draining one work again.
#[utoipa::path(post, path = "/api/phones/{id}/state", tag = "phones", request_body = SetPhoneState,
    params(("id" = String, Path, description = "The phone")),
    responses((status = 204), (status = 403, body = FaultView), (status = 404, body = FaultView),
        (status = 409, body = FaultView, description = "`device-wiped`: enrol it anew")))]
pub async fn set_state(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<SetPhoneState>,
) -> Answer<StatusCode> {
    let id: DeviceId = id.parse().map_err(|_| Refused::not_found())?;
    let device = app.storage.device(id).await?.filter(|d| !d.console).ok_or_else(Refused::not_found)?;
    managed(&app, &user, &device.staff).await?;
    let state = DeviceState::from(input.state);
    if device.state == DeviceState::Wiped && state != DeviceState::Wiped {
        return Err(Refused::conflict("device-wiped"));
    }
    app.storage.set_device_state(id, state).await?;
    tracing::info!(device = %id, ?state, by = %user.caller.device, "phone state changed");
    Ok(StatusCode::NO_CONTENT)
}

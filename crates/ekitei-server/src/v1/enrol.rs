//! A phone comes in with a one-time code.

use crate::app::Shared;
use crate::body;
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use ekitei_model::DeviceId;
use ekitei_model::wire::{EnrolReply, EnrolRequest};
use ekitei_seal::Recipient;
use ekitei_server_db::NewDevice;
use std::net::SocketAddr;
use uuid::Uuid;

pub async fn enrol(
    State(app): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    body: Body,
) -> Answer<Json<EnrolReply>> {
    let raw = body::read(body, app.limits.json_bytes, app.limits.body_read_ms).await?;
    let request: EnrolRequest = body::json(&raw)?;
    let attempts = format!("code {}", peer.ip());
    app.attempts.check(&attempts, app.now_ms()).map_err(Refused::busy)?;
    let new = new_device(&request)?;
    let hash = app.keys.signer.code_hash(&request.code);
    let redeemed = app.storage.redeem_code(&hash, app.now_ms(), new).await.map_err(|e| {
        if e.fault().is_some() {
            app.attempts.failed(&attempts, app.now_ms());
        }
        Refused::from(e)
    })?;
    tracing::info!(device = %redeemed.device_id, "phone enrolled");
    Ok(Json(EnrolReply {
        device_id: redeemed.device_id,
        staff: redeemed.staff,
        office: app.keys.office().clone(),
        epoch: app.storage.epoch().await?,
        server_name: app.config.server_name.clone(),
    }))
}

/// A device with usable keys; a code is not spent on a broken one.
fn new_device(request: &EnrolRequest) -> Answer<NewDevice> {
    let wrong = |field: &str| Refused::bad("enrol-wrong").with("field", field);
    verifying_key(&request.public_key).ok_or_else(|| wrong("public_key"))?;
    let recipient: Recipient = request.recipient.parse().map_err(|_| wrong("recipient"))?;
    Ok(NewDevice {
        device_id: request.again.as_ref().map_or_else(|| DeviceId(Uuid::now_v7()), |again| again.device_id),
        public_key: request.public_key.clone(),
        recipient: recipient.to_string(),
        model: request.model.chars().filter(|c| !c.is_control()).take(80).collect(),
        former: request.again.as_ref().map(|again| again.staff.clone()),
    })
}

/// The device's key, if it is one.
pub fn verifying_key(base64_text: &str) -> Option<VerifyingKey> {
    let bytes = STANDARD.decode(base64_text).ok()?;
    VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()
}

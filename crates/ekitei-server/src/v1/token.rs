//! Short-lived tokens against a signature of the device's key.

use super::enrol::verifying_key;
use crate::app::{App, Shared};
use crate::body;
use crate::fault::{Answer, Refused};
use crate::secret::Claims;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signature;
use ekitei_model::DeviceId;
use ekitei_model::wire::{DeviceState, TokenReply, TokenRequest, token_message};
use ekitei_server_db::Device;

/// A challenge outlives the token it came with, so a phone that calls every quarter of an hour needs one request.
const CHALLENGE_OUTLIVES_TOKEN_MS: i64 = 15 * 60_000;

pub async fn token(State(app): State<Shared>, body: Body) -> Answer<Json<TokenReply>> {
    let raw = body::read(body, app.limits.json_bytes, app.limits.body_read_ms).await?;
    let request: TokenRequest = body::json(&raw)?;
    let now = app.now_ms();
    app.device_rate.take(&request.device_id, now).map_err(Refused::busy)?;
    let device = app.storage.device(request.device_id).await?.filter(|d| !d.console);
    let device = device.ok_or_else(|| Refused::unauthorized("device-unknown"))?;
    let Ok(ends_ms) = app.keys.signer.check_challenge(device.id, &request.challenge, now) else {
        return Err(challenge_fault(&app, device.id));
    };
    if !signature_holds(&device, &request) {
        return Err(Refused::unauthorized("signature-wrong"));
    }
    if device.state == DeviceState::Wiped {
        return Err(Refused::forbidden("device-wiped"));
    }
    if !app.first_answer(&request.challenge, ends_ms) {
        return Err(challenge_fault(&app, device.id));
    }
    let expires_ms = now + app.limits.token_ms;
    let token = app.keys.signer.token(&Claims { device: device.id, staff: device.staff, expires_ms });
    Ok(Json(TokenReply { token, expires_ms, challenge: fresh(&app, device.id)? }))
}

fn fresh(app: &App, device: DeviceId) -> Answer<String> {
    let ends_ms = app.now_ms() + app.limits.token_ms + CHALLENGE_OUTLIVES_TOKEN_MS;
    app.keys.signer.challenge(device, ends_ms).map_err(|e| Refused::unavailable(&e))
}

/// 401 with a fresh challenge to sign.
fn challenge_fault(app: &App, device: DeviceId) -> Refused {
    match fresh(app, device) {
        Ok(challenge) => Refused::unauthorized("challenge").with("challenge", challenge),
        Err(e) => e,
    }
}

fn signature_holds(device: &Device, request: &TokenRequest) -> bool {
    let Some(key) = verifying_key(&device.public_key) else { return false };
    let Ok(bytes) = STANDARD.decode(&request.signature) else { return false };
    let Ok(signature) = Signature::from_slice(&bytes) else { return false };
    key.verify_strict(&token_message(device.id, &request.challenge), &signature).is_ok()
}

//! Who calls: the device behind a bearer token. The token is stateless; the device's state is looked up where the
//! storage does not do it itself.

use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::secret::Refusal;
use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, header, request::Parts};
use ekitei_model::wire::{DeviceState, WAITING_HEADER};
use ekitei_server_db::{Caller, DeviceReport};

/// A device with a valid token, below its rate limit. Its state has **not** been looked at: only for calls whose
/// storage method does that (push, pull, me).
pub struct Signed(pub Caller);

/// As [`Signed`], and the device may write: active or draining.
pub struct MayWrite(pub Caller);

/// As [`Signed`], and the device may read: active.
pub struct MayRead(pub Caller);

impl FromRequestParts<Shared> for Signed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Answer<Self> {
        let caller = caller(app, &parts.headers)?;
        app.device_rate.take(&caller.device, app.now_ms()).map_err(|wait_ms| {
            app.metrics.rate_limited.add(1);
            Refused::busy(wait_ms)
        })?;
        app.touch(caller.device, report(&parts.headers));
        Ok(Self(caller))
    }
}

impl FromRequestParts<Shared> for MayWrite {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Answer<Self> {
        let Signed(caller) = Signed::from_request_parts(parts, app).await?;
        match state(app, &caller).await? {
            DeviceState::Active | DeviceState::DrainOnly => Ok(Self(caller)),
            DeviceState::Wiped => Err(Refused::forbidden("device-wiped")),
        }
    }
}

impl FromRequestParts<Shared> for MayRead {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Answer<Self> {
        let Signed(caller) = Signed::from_request_parts(parts, app).await?;
        match state(app, &caller).await? {
            DeviceState::Active => Ok(Self(caller)),
            DeviceState::DrainOnly => Err(Refused::forbidden("device-drained")),
            DeviceState::Wiped => Err(Refused::forbidden("device-wiped")),
        }
    }
}

async fn state(app: &App, caller: &Caller) -> Answer<DeviceState> {
    let device = app.storage.device(caller.device).await?;
    device.map(|d| d.state).ok_or_else(|| Refused::unauthorized("device-unknown"))
}

fn caller(app: &App, headers: &HeaderMap) -> Answer<Caller> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .ok_or_else(|| Refused::unauthorized("token-missing"))?;
    match app.keys.signer.check_token(token, app.now_ms()) {
        Ok(claims) => Ok(app.caller(claims.device, claims.staff)),
        Err(Refusal::Expired) => Err(Refused::unauthorized("token-expired")),
        // Also after the office's signing key was changed: the device asks for a new token and goes on.
        Err(Refusal::Forged) => Err(Refused::unauthorized("token-expired")),
    }
}

/// `<items> <bytes> <oldest ms> <app version>`; a header in another form is no report.
fn report(headers: &HeaderMap) -> Option<DeviceReport> {
    let text = headers.get(WAITING_HEADER)?.to_str().ok()?;
    let mut parts = text.splitn(4, ' ');
    Some(DeviceReport {
        waiting_items: parts.next()?.parse().ok()?,
        waiting_bytes: parts.next()?.parse().ok()?,
        oldest_ms: parts.next()?.parse().ok()?,
        app: parts.next().unwrap_or("").chars().take(40).collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_report_is_four_words() {
        let of = |v: &'static str| {
            report(&HeaderMap::from_iter([(WAITING_HEADER.parse().unwrap(), v.parse().unwrap())]))
        };
        let r = of("12 345678 1790000000000 0.1.0").unwrap();
        assert_eq!((r.waiting_items, r.waiting_bytes, r.app.as_str()), (12, 345_678, "0.1.0"));
        assert_eq!(of("0 0 0").unwrap().app, "");
        assert_eq!(of("many"), None);
        assert_eq!(of("1 -2 0 x"), None);
    }
}

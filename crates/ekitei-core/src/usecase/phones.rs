//! Phones of the people whom one looks after: a lost one is cut off from here, when the line is there. Asked from the office
//! each time: what was true an hour ago cuts off the wrong phone.

use crate::bridge::args::PhoneCutArgs;
use crate::managed;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_model::phones::PhoneRow;
use ekitei_model::wire::DeviceState;
use ekitei_sync::http::{DeviceKey, HttpTransport};

/// # Errors
/// `not-enrolled`, `locked`; faults of the line.
pub fn find(shared: &Shared, query: &str) -> Result<Vec<PhoneRow>, Fault> {
    let line = line(shared)?;
    shared.delivery().runtime()?.block_on(line.phones(query))
}

/// # Errors
/// `not-allowed`, `phone-own`, `phone-state`; as [`find`].
pub fn cut_off(shared: &Shared, args: &PhoneCutArgs) -> Result<(), Fault> {
    let line = line(shared)?;
    let state = if args.wipe { DeviceState::Wiped } else { DeviceState::DrainOnly };
    shared.delivery().runtime()?.block_on(line.cut_off(args.id, state))
}

/// A line of its own: the engine may be in the middle of a long delivery.
fn line(shared: &Shared) -> Result<HttpTransport, Fault> {
    // Whoever holds a locked phone is nobody yet.
    shared.open()?;
    let credential = shared.enrolled()?;
    let trust = managed::trust_of(shared, &credential)?;
    let key = DeviceKey { device_id: credential.device_id, signing_key: credential.signing_key };
    HttpTransport::new(&credential.server_url, trust.as_deref(), key)
}

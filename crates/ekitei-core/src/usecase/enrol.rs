//! Joining an office: key pairs made here, a one-time code redeemed, the vault made, a first sync.

use super::{status, sync};
use crate::bridge::args::EnrolArgs;
use crate::bridge::event::{Event, Topic};
use crate::bridge::views::StatusView;
use crate::shared::Shared;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ekitei_model::Fault;
use ekitei_model::wire::EnrolRequest;
use ekitei_seal::{Identity, Secret32, check_pin};
use ekitei_store::queue::{Credential, credential};
use std::sync::Arc;

/// The first sync brings directory and case headers; on a bad line it is not waited for longer.
const FIRST_SYNC_S: u32 = 60;
/// Before a new enrolment after a lost PIN, the old device's queue is delivered.
const DRAIN_S: u32 = 120;

/// # Errors
/// `already-enrolled`, `queue-not-drained` (work of the former enrolment still waits), `pin-short`, `pin-weak`,
/// `code-unknown`, `code-expired`, `code-used`, faults of the address and of the line. The code is redeemed last of
/// all that can fail on the phone.
pub fn enrol(shared: &Shared, args: &EnrolArgs) -> Result<StatusView, Fault> {
    let former = shared.credential()?;
    if former.is_some() {
        if shared.has_vault()? {
            return Err(Fault::ask("already-enrolled"));
        }
        drain(shared)?;
    }
    check_pin(&args.pin)?;
    let identity = Identity::generate();
    let signing_key = Secret32::generate()?;
    // The vault comes first: a full disk must not cost a code.
    let vault = shared.home().create_vault(&args.pin, &identity)?;
    let redeemed = redeem(shared, args, &identity, signing_key);
    let (credential, epoch) = match redeemed {
        Ok(both) => both,
        Err(fault) => {
            drop(vault);
            shared.home().discard_vault()?;
            return Err(fault);
        }
    };
    shared.queue_write(|tx| credential::begin_anew(tx, &credential, &epoch))?;
    if shared.options().stay_unlocked {
        shared.home().remember_unlocked(&args.pin)?;
    }
    shared.set_vault(Some(Arc::new(vault)));
    shared.open()?.replay()?;
    // Without a line the phone is enrolled all the same; the status tells why nothing came yet.
    let _ = sync::sync_now(shared, FIRST_SYNC_S, false)?;
    shared.tell(Event::Status);
    shared.changed(Topic::Cases);
    status::status(shared)
}

fn redeem(
    shared: &Shared,
    args: &EnrolArgs,
    identity: &Identity,
    signing_key: Secret32,
) -> Result<(Credential, String), Fault> {
    let own_recipient = identity.recipient();
    let public_key = SigningKey::from_bytes(signing_key.expose()).verifying_key();
    let request = EnrolRequest {
        code: args.code.trim().to_owned(),
        public_key: STANDARD.encode(public_key.as_bytes()),
        recipient: own_recipient.to_string(),
        model: args.model.clone().unwrap_or_else(|| std::env::consts::OS.to_owned()),
    };
    let server = args.server.trim().trim_end_matches('/').to_owned();
    let reply = shared.delivery().runtime()?.block_on(ekitei_sync::http::enrol(
        &server,
        args.ca_pem.as_deref(),
        &request,
    ))?;
    tracing::info!(device = %reply.device_id, "enrolled");
    let credential = Credential {
        device_id: reply.device_id,
        staff: reply.staff,
        server_url: server,
        server_name: reply.server_name,
        ca_pem: args.ca_pem.clone(),
        signing_key,
        office_key: reply.office,
        own_recipient,
    };
    Ok((credential, reply.epoch))
}

/// # Errors
/// `queue-not-drained`: the old device's work could not be delivered now.
fn drain(shared: &Shared) -> Result<(), Fault> {
    let waits = |shared: &Shared| Ok::<_, Fault>(status::waiting(shared)?.items > 0);
    if waits(shared)? {
        sync::sync_now(shared, DRAIN_S, false)?;
        if waits(shared)? {
            return Err(Fault::wait("queue-not-drained"));
        }
    }
    Ok(())
}

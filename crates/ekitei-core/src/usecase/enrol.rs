//! Joining an office: key pairs made here, a one-time code redeemed, the vault made, a first sync.

use super::{status, sync};
use crate::bridge::args::{EnrolAgainArgs, EnrolArgs};
use crate::bridge::event::{Event, Topic};
use crate::bridge::views::StatusView;
use crate::shared::Shared;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ekitei_model::Fault;
use ekitei_model::wire::{Again, EnrolRequest};
use ekitei_seal::{Identity, Secret32, check_pin};
use ekitei_store::queue::{Credential, credential, view};
use std::sync::Arc;

/// The first sync brings directory and case headers; on a bad line it is not waited for longer.
const FIRST_SYNC_S: u32 = 60;
/// Before a new enrolment after a lost PIN, the old device's queue is delivered.
const DRAIN_S: u32 = 120;

/// # Errors
/// `app-too-old`, `enrol-untrusted`, `already-enrolled`, `queue-not-drained` (work of the former enrolment still waits), `pin-short`, `pin-weak`,
/// `code-unknown`, `code-expired`, `code-used`, faults of the address and of the line. The code is redeemed last of
/// all that can fail on the phone.
pub fn enrol(shared: &Shared, args: &EnrolArgs) -> Result<StatusView, Fault> {
    super::lock::recent_enough(shared)?;
    let office = Office::of(shared, &args.server, args.ca_pem.as_deref());
    let back = match shared.credential()? {
        Some(_) if shared.has_vault()? => return Err(Fault::ask("already-enrolled")),
        Some(former) => leftover(shared, &former, &office)?.then_some(former),
        None => None,
    };
    check_pin(&args.pin)?;
    let identity = Identity::generate();
    // The vault comes first: a full disk must not cost a code.
    let vault = shared.home().create_vault(&args.pin, &identity)?;
    let request = EnrolRequest {
        code: args.code.trim().to_owned(),
        public_key: String::new(),
        recipient: identity.recipient().to_string(),
        model: args.model.clone().unwrap_or_else(model),
        again: None,
    };
    let joined = match &back {
        Some(former) => come_back(shared, request, &office, former),
        None => begin_anew(shared, request, &office),
    };
    if let Err(fault) = joined {
        drop(vault);
        shared.home().discard_vault()?;
        return Err(fault);
    }
    if shared.options().stay_unlocked {
        shared.home().remember_unlocked(&args.pin)?;
    }
    shared.set_vault(Some(Arc::new(vault)));
    arrive(shared)
}

/// The office went back to a backup that does not know this phone: with a new code of the same person it comes back under
/// its id and with its keys. Vault, unsent work and files stay as they are; the first answer tells of the new epoch.
///
/// # Errors
/// `not-enrolled`, `locked`; `code-unknown`, `code-expired`, `code-used`, `code-other-person`, `device-taken`,
/// `device-wiped`; faults of the address and of the line. Nothing has changed then.
pub fn enrol_again(shared: &Shared, args: &EnrolAgainArgs) -> Result<StatusView, Fault> {
    let former = shared.enrolled()?;
    // Whoever holds a code is not yet whoever may open this phone.
    shared.open()?;
    let office = match &args.server {
        Some(server) => Office::of(shared, server, args.ca_pem.as_deref()),
        None => Office::of(shared, &former.server_url, former.ca_pem.as_deref()),
    };
    let request = EnrolRequest {
        code: args.code.trim().to_owned(),
        public_key: String::new(),
        recipient: former.own_recipient.to_string(),
        model: args.model.clone().unwrap_or_else(model),
        again: None,
    };
    come_back(shared, request, &office, &former)?;
    arrive(shared)
}

/// What is the same at the end of every way in: the vault hears who writes, and the office is asked for what it has.
fn arrive(shared: &Shared) -> Result<StatusView, Fault> {
    shared.open()?.replay()?;
    shared.wakes.tapped();
    // Without a line the phone is enrolled all the same; the status tells why nothing came yet.
    let _ = sync::sync_now(shared, FIRST_SYNC_S, false)?;
    shared.tell(Event::Status);
    shared.changed(Topic::Cases);
    status::status(shared)
}

/// Where the office is.
struct Office {
    url: String,
    /// Kept with the credential: what came with the code.
    ca_pem: Option<String>,
    /// Whom this contact trusts: the MDM's word is above that of a code.
    trust: Option<String>,
}

impl Office {
    fn of(shared: &Shared, url: &str, ca_pem: Option<&str>) -> Self {
        let ca_pem = ca_pem.map(str::to_owned);
        let trust = shared.managed().trust().or_else(|| ca_pem.clone());
        Self { url: url.trim().trim_end_matches('/').to_owned(), ca_pem, trust }
    }
}

fn model() -> String {
    std::env::consts::OS.to_owned()
}

/// Under a new id: nothing of a former enrolment is left here.
fn begin_anew(shared: &Shared, request: EnrolRequest, office: &Office) -> Result<(), Fault> {
    let (credential, epoch) = redeem(shared, request, office, Secret32::generate()?)?;
    shared.queue_write(|tx| credential::begin_anew(tx, &credential, &epoch))
}

/// Under the former id and with the former key.
fn come_back(
    shared: &Shared,
    request: EnrolRequest,
    office: &Office,
    former: &Credential,
) -> Result<(), Fault> {
    let again = Again { device_id: former.device_id, staff: former.staff.id.clone() };
    let request = EnrolRequest { again: Some(again), ..request };
    let (credential, _) = redeem(shared, request, office, former.signing_key.clone())?;
    // An office that does not know the word gave a new id; its numbers would not fit to what is queued here.
    if credential.device_id != former.device_id {
        return Err(Fault::ask("device-taken"));
    }
    shared.queue_write(|tx| credential::come_back(tx, &credential))
}

fn redeem(
    shared: &Shared,
    mut request: EnrolRequest,
    office: &Office,
    signing_key: Secret32,
) -> Result<(Credential, String), Fault> {
    let own_recipient = request.recipient.parse()?;
    let public_key = SigningKey::from_bytes(signing_key.expose()).verifying_key();
    request.public_key = STANDARD.encode(public_key.as_bytes());
    let reply = shared.delivery().runtime()?.block_on(ekitei_sync::http::enrol(
        &office.url,
        office.trust.as_deref(),
        &request,
    ))?;
    tracing::info!(device = %reply.device_id, again = request.again.is_some(), "enrolled");
    let credential = Credential {
        device_id: reply.device_id,
        staff: reply.staff,
        server_url: office.url.clone(),
        server_name: reply.server_name,
        // Without a word of the code the MDM's is kept, so that a phone that leaves its management goes on delivering.
        ca_pem: office.ca_pem.clone().or_else(|| office.trust.clone()),
        signing_key,
        office_key: reply.office,
        own_recipient,
    };
    Ok((credential, reply.epoch))
}

/// After a lost PIN: delivers what the former enrolment left, and asks the office in any case: if it was restored since,
/// also what it had answered before goes again. `true`: not all of it can go under the former id alone (the office has
/// forgotten the phone, or stands elsewhere, or a person must still decide), so that id is kept.
///
/// # Errors
/// `queue-not-drained`: not delivered now, and a code would not help.
fn leftover(shared: &Shared, former: &Credential, office: &Office) -> Result<bool, Fault> {
    let report = sync::sync_now(shared, DRAIN_S, false)?;
    let forgotten = report.fault.is_some_and(|f| f.code == "device-unknown");
    if forgotten || former.server_url != office.url {
        return Ok(true);
    }
    let left = shared.queue_read(view::counts)?;
    if left.items > 0 {
        return Err(Fault::wait("queue-not-drained"));
    }
    Ok(left.kept > 0)
}

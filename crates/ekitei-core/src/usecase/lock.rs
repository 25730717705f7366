//! Opening and closing the vault. The queue stays open: what waits is delivered, locked or not.

use super::{captures, photos, status};
use crate::bridge::args::ChangePinArgs;
use crate::bridge::event::{Event, Topic};
use crate::bridge::views::StatusView;
use crate::open::Open;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_store::Vault;
use ekitei_store::queue::{Credential, follow, meta, notices};
use std::sync::Arc;
use zeroize::Zeroizing;

const DAY_MS: i64 = 24 * 3_600_000;
const UNUSED_MS: i64 = 14 * DAY_MS;
/// When this phone was last tidied.
const TIDIED: &str = "core.tidied_ms";

/// # Errors
/// `not-enrolled`, `app-too-old`, `pin-wrong`, `pin-wait`, `vault-missing`, `store-corrupt` (set aside, with a notice).
pub fn unlock(shared: &Shared, pin: &str) -> Result<StatusView, Fault> {
    let credential = shared.enrolled()?;
    recent_enough(shared)?;
    let vault = shared.home().unlock(pin, shared.now().ms())?;
    let vault = own(shared, &credential, vault)?;
    if shared.options().stay_unlocked {
        shared.home().remember_unlocked(pin)?;
    }
    opened(shared, vault)
}

/// As [`unlock`], with a finger or a face instead of the PIN; `unwrap` asks for it.
///
/// # Errors
/// `biometrics-none`: not set up here; `biometrics-changed`: the PIN must set it up anew; what `unwrap` says; as [`unlock`].
pub fn unlock_with_biometrics(
    shared: &Shared,
    unwrap: impl FnOnce(&[u8]) -> Result<Zeroizing<Vec<u8>>, Fault>,
) -> Result<StatusView, Fault> {
    let credential = shared.enrolled()?;
    recent_enough(shared)?;
    let remember = shared.options().stay_unlocked;
    let vault = shared.home().unlock_with_biometrics(shared.now().ms(), remember, unwrap)?;
    opened(shared, own(shared, &credential, vault)?)
}

/// Sets the second way up.
///
/// # Errors
/// `locked`, `pin-wrong`, `pin-wait`; what `wrap` says.
pub fn set_biometrics(
    shared: &Shared,
    pin: &str,
    wrap: impl FnOnce(&[u8]) -> Result<Vec<u8>, Fault>,
) -> Result<StatusView, Fault> {
    shared.open()?;
    shared.home().set_biometrics(pin, wrap)?;
    shared.tell(Event::Status);
    status::status(shared)
}

pub fn forget_biometrics(shared: &Shared) -> Result<StatusView, Fault> {
    shared.home().forget_biometrics()?;
    shared.tell(Event::Status);
    status::status(shared)
}

/// The vault, if it belongs to this enrolment.
fn own(shared: &Shared, credential: &Credential, vault: Vault) -> Result<Vault, Fault> {
    if vault.identity().recipient() == credential.own_recipient {
        return Ok(vault);
    }
    // An enrolment that died between making this vault and redeeming its code: it holds nothing.
    drop(vault);
    shared.home().discard_vault()?;
    Err(Fault::wait("vault-missing"))
}

/// What is the same however it was opened.
fn opened(shared: &Shared, vault: Vault) -> Result<StatusView, Fault> {
    shared.set_vault(Some(Arc::new(vault)));
    after_opening(&shared.open()?);
    shared.tell(Event::Status);
    shared.changed(Topic::Cases);
    shared.wakes.tapped();
    status::status(shared)
}

/// The MDM asks for a newer program before anything is opened anew. What lies open stays so, and what waits is delivered.
///
/// # Errors
/// `app-too-old`.
pub fn recent_enough(shared: &Shared) -> Result<(), Fault> {
    match shared.managed().wants_newer() {
        Some(version) => Err(Fault::wait("app-too-old").with("version", version)),
        None => Ok(()),
    }
}

/// What the vault lacks is replayed; what a killed camera left behind is adopted. A failure of this (a full disk, a
/// damaged page) keeps nobody from reading what is there; the status tells it.
pub fn after_opening(open: &Open) {
    let trouble = catch_up(open).err();
    if let Some(fault) = &trouble {
        tracing::warn!(%fault, "the vault did not take everything");
    }
    open.shared().set_trouble(trouble);
}

fn catch_up(open: &Open) -> Result<(), Fault> {
    open.replay()?;
    // Also where another program replayed before this one knew of the copy.
    open.keep_help()?;
    tidy(open)?;
    let adopted = captures::adopt(open)?;
    for (code, n) in [("capture-adopted", adopted.placed), ("capture-homeless", adopted.homeless)] {
        if n > 0 {
            let notice = Fault::ask(code).with("n", n);
            open.queue_write(|tx| notices::add(tx, &notice, open.now().ms()))?;
        }
    }
    Ok(())
}

/// Once a day: what need not be on the phone any more. Cases that were only asked for leave 14 days after they were last
/// looked at, safe originals after a month, traces of cameras that took nothing; unsent work stays.
fn tidy(open: &Open) -> Result<(), Fault> {
    let now_ms = open.now().ms();
    let last_ms: i64 = open.queue_read(|c| meta::json(c, TIDIED))?.unwrap_or(0);
    // A clock that was set back begins a new day, too.
    if (0..DAY_MS).contains(&(now_ms - last_ms)) {
        return Ok(());
    }
    if !open.queue_write(|tx| follow::expire(tx, now_ms - UNUSED_MS))?.is_empty() {
        open.replay()?;
    }
    photos::let_go(open)?;
    captures::expire(open, now_ms - UNUSED_MS)?;
    let home = open.shared().home();
    home.blobs().sweep(home.queue())?;
    open.queue_write(|tx| meta::set_json(tx, TIDIED, &now_ms))
}

pub fn lock(shared: &Shared) -> Result<StatusView, Fault> {
    shared.close()?;
    status::status(shared)
}

/// Somebody's hands are on the screens, or something is not saved yet. What is closed stays closed.
pub fn touch(shared: &Shared) -> Result<(), Fault> {
    if shared.vault()?.is_some() {
        shared.idle().touched(&*shared.clock());
    }
    Ok(())
}

/// Only the wrapping of the vault key changes.
pub fn change_pin(shared: &Shared, args: &ChangePinArgs) -> Result<(), Fault> {
    shared.enrolled()?;
    Ok(shared.home().change_pin(&args.old, &args.new)?)
}

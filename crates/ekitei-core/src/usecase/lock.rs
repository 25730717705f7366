//! Opening and closing the vault. The queue stays open: what waits is delivered, locked or not.

use super::{photos, status};
use crate::bridge::args::ChangePinArgs;
use crate::bridge::event::{Event, Topic};
use crate::bridge::views::StatusView;
use crate::open::Open;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_store::queue::{follow, notices};
use std::sync::Arc;

const UNUSED_MS: i64 = 14 * 24 * 3_600_000;

/// # Errors
/// `not-enrolled`, `pin-wrong`, `pin-wait`, `vault-missing`, `store-corrupt` (set aside, with a notice).
pub fn unlock(shared: &Shared, pin: &str) -> Result<StatusView, Fault> {
    let credential = shared.enrolled()?;
    let vault = shared.home().unlock(pin, shared.now().ms())?;
    if vault.identity().recipient() != credential.own_recipient {
        // An enrolment that died between making this vault and redeeming its code: it holds nothing.
        drop(vault);
        shared.home().discard_vault()?;
        return Err(Fault::wait("vault-missing"));
    }
    if shared.options().stay_unlocked {
        shared.home().remember_unlocked(pin)?;
    }
    shared.set_vault(Some(Arc::new(vault)));
    after_opening(&shared.open()?);
    shared.tell(Event::Status);
    shared.changed(Topic::Cases);
    shared.wakes.tapped();
    status::status(shared)
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
    forget_unused_cases(open)?;
    let adopted = photos::adopt(open)?;
    if adopted > 0 {
        let notice = Fault::ask("capture-adopted").with("n", adopted);
        open.queue_write(|tx| notices::add(tx, &notice, open.now().ms()))?;
    }
    Ok(())
}

/// Cases that were only asked for leave the phone 14 days after they were last looked at; unsent work stays.
fn forget_unused_cases(open: &Open) -> Result<(), Fault> {
    let before_ms = open.now().ms() - UNUSED_MS;
    if !open.queue_write(|tx| follow::expire(tx, before_ms))?.is_empty() {
        open.replay()?;
    }
    let home = open.shared().home();
    home.blobs().sweep(home.queue())?;
    Ok(())
}

pub fn lock(shared: &Shared) -> Result<StatusView, Fault> {
    shared.home().forget_unlocked()?;
    shared.set_vault(None);
    shared.tell(Event::Status);
    status::status(shared)
}

/// Only the wrapping of the vault key changes.
pub fn change_pin(shared: &Shared, args: &ChangePinArgs) -> Result<(), Fault> {
    shared.enrolled()?;
    Ok(shared.home().change_pin(&args.old, &args.new, shared.now().ms())?)
}

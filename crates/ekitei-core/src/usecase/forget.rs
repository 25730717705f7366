//! A lost PIN: the vault is given up for ever; what waits is delivered under the old device id; then enrol anew.

use super::status;
use crate::bridge::event::{Event, Topic};
use crate::bridge::views::StatusView;
use crate::shared::Shared;
use ekitei_model::Fault;

/// Pictures of a killed camera stay in the inbox with their rows; the next enrolment adopts them.
pub fn forget_pin(shared: &Shared) -> Result<StatusView, Fault> {
    shared.enrolled()?;
    shared.set_vault(None);
    shared.home().forget_unlocked()?;
    shared.home().discard_vault()?;
    shared.wakes.tapped();
    shared.tell(Event::Status);
    shared.changed(Topic::Cases);
    status::status(shared)
}

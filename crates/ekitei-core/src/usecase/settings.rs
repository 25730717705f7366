//! How screens look, and when they close. Readable before unlocking: the lock screen has a language, too.

use crate::bridge::args::Settings;
use crate::bridge::event::Topic;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_store::queue::meta;
use ekitei_store::{Connection, StoreError};

const NAME: &str = "display";
/// Minutes without a touch after which the phone locks itself.
const LOCK_MINUTES: [u16; 3] = [1, 5, 15];

pub fn get(shared: &Shared) -> Result<Settings, Fault> {
    shared.queue_read(stored)
}

pub fn stored(queue: &Connection) -> Result<Settings, StoreError> {
    Ok(meta::setting(queue, NAME)?.unwrap_or_default())
}

/// # Errors
/// `setting-value` names what cannot be used.
pub fn set(shared: &Shared, settings: Settings) -> Result<Settings, Fault> {
    let refused = |name: &str| Err(Fault::ask("setting-value").with("name", name));
    if !["ja", "en"].contains(&settings.language.as_str()) {
        return refused("language");
    }
    if !["light", "outdoor"].contains(&settings.theme.as_str()) {
        return refused("theme");
    }
    if ![100, 150, 200].contains(&settings.text_percent) {
        return refused("text_percent");
    }
    if !LOCK_MINUTES.contains(&settings.lock_minutes) {
        return refused("lock_minutes");
    }
    shared.queue_write(|tx| meta::set_setting(tx, NAME, &settings))?;
    shared.narrow_idle();
    shared.changed(Topic::Settings);
    Ok(settings)
}

//! How screens look. Readable before unlocking: the lock screen has a language, too.

use crate::bridge::args::Settings;
use crate::bridge::event::Topic;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_store::queue::meta;

const NAME: &str = "display";

pub fn get(shared: &Shared) -> Result<Settings, Fault> {
    Ok(shared.queue_read(|c| meta::setting(c, NAME))?.unwrap_or_default())
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
    shared.queue_write(|tx| meta::set_setting(tx, NAME, &settings))?;
    shared.changed(Topic::Settings);
    Ok(settings)
}

//! The office calls this phone lost: everything on it goes, unsent work, too.

use crate::bridge::event::{Event, Topic};
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_store::queue::notices;

pub fn wipe(shared: &Shared) -> Result<(), Fault> {
    tracing::warn!("the office wiped this phone");
    shared.set_vault(None);
    shared.home().wipe()?;
    let notice = Fault::ask("device-wiped");
    shared.queue_write(|tx| notices::add(tx, &notice, shared.now().ms()))?;
    shared.tell(Event::Status);
    shared.changed(Topic::Cases);
    shared.changed(Topic::Queue);
    Ok(())
}

//! The vault's side of a run. Locked phones have none: they deliver, and fetched pages wait sealed.

use ekitei_model::{Fault, Record, RecordId};
use ekitei_store::vault::salvage;
use ekitei_store::{Queue, Vault};

/// What the engine asks of whoever holds the open vault. Called between steps, never while a call is in flight and
/// its result not yet durable.
pub trait VaultSide: Send {
    /// Pages or outcomes wait in the queue. Returns whether they were taken into the vault (new scopes may be followed
    /// and new files wished for after that).
    ///
    /// # Errors
    /// The run goes on; the pages stay where they are.
    fn take_pages(&mut self, now_ms: i64) -> Result<bool, Fault>;
    /// After a change of epoch: records that the office lacks, at most `limit`; empty when there are none (any more).
    fn salvage(&mut self, limit: u32) -> Result<Vec<Record>, Fault>;
    /// The office has taken these.
    fn salvaged(&mut self, ids: &[RecordId]) -> Result<(), Fault>;
    /// Something in the queue changed that a screen may show.
    fn progressed(&mut self) {}
}

/// Nobody is there.
pub struct Locked;

impl VaultSide for Locked {
    fn take_pages(&mut self, _: i64) -> Result<bool, Fault> {
        Ok(false)
    }
    fn salvage(&mut self, _: u32) -> Result<Vec<Record>, Fault> {
        Ok(Vec::new())
    }
    fn salvaged(&mut self, _: &[RecordId]) -> Result<(), Fault> {
        Ok(())
    }
}

/// The open vault itself.
pub struct Unlocked<'a> {
    pub vault: &'a Vault,
    pub queue: &'a Queue,
}

impl VaultSide for Unlocked<'_> {
    fn take_pages(&mut self, now_ms: i64) -> Result<bool, Fault> {
        self.vault.replay(self.queue, now_ms)?;
        Ok(true)
    }
    fn salvage(&mut self, limit: u32) -> Result<Vec<Record>, Fault> {
        Ok(self.vault.read(|c| salvage::candidates(c, limit))?)
    }
    fn salvaged(&mut self, ids: &[RecordId]) -> Result<(), Fault> {
        Ok(self.vault.write(|tx| salvage::offered(tx, ids))?)
    }
}

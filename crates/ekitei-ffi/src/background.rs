//! `EkiteiBackground`: one installation, opened for delivery from its directory alone.

use crate::keystore::{KeystoreCallback, adapted};
use crate::types::{DeliveryCallback, EkiteiError, LiveEvent, SyncReport, Waiting};
use ekitei_core::Options;
use ekitei_core::background::{Background, LiveLine};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Touches only `queue.db`; works while the phone is locked and after it was switched on.
#[derive(uniffi::Object)]
pub struct EkiteiBackground {
    background: Background,
}

#[uniffi::export]
impl EkiteiBackground {
    /// Opens the installation in `dir` (the same that the app uses).
    #[uniffi::constructor]
    pub fn open(dir: String, keystore: Arc<dyn KeystoreCallback>) -> Result<Arc<Self>, EkiteiError> {
        let background = Background::open(Path::new(&dir), adapted(keystore), Options::default())?;
        Ok(Arc::new(Self { background }))
    }

    /// Delivers and fetches until nothing is left, the deadline is over, the line fails, or `stop`.
    pub fn sync_once(
        &self,
        deadline_ms: u64,
        callback: Arc<dyn DeliveryCallback>,
    ) -> Result<SyncReport, EkiteiError> {
        let outcome =
            self.background.sync_once(deadline_ms, |waiting| callback.progressed(waiting.into()))?;
        Ok(outcome.into())
    }

    /// Ends a running `sync_once` at once; nothing is lost.
    pub fn stop(&self) {
        self.background.stop();
    }

    pub fn waiting(&self) -> Result<Waiting, EkiteiError> {
        Ok(self.background.waiting()?.into())
    }

    /// Days off besides the weekend (`2026-11-23`), as the office last said them.
    pub fn holidays(&self) -> Result<Vec<String>, EkiteiError> {
        Ok(self.background.holidays()?)
    }

    /// The system reports another network.
    pub fn line_changed(&self) {
        self.background.line_changed();
    }

    /// Keeps the hint connection until `close`, pinging after `keep_alive_ms` of silence.
    pub fn live(
        &self,
        keep_alive_ms: u64,
        callback: Arc<dyn DeliveryCallback>,
    ) -> Result<Arc<EkiteiLive>, EkiteiError> {
        let line = self.background.live(keep_alive_ms, move |event| callback.live(LiveEvent::from(event)))?;
        Ok(Arc::new(EkiteiLive { line: Mutex::new(Some(line)) }))
    }
}

/// The hint connection.
#[derive(uniffi::Object)]
pub struct EkiteiLive {
    line: Mutex<Option<LiveLine>>,
}

#[uniffi::export]
impl EkiteiLive {
    /// Another pause, from the next silence on (10 s to 30 min).
    pub fn set_keep_alive(&self, keep_alive_ms: u64) {
        self.with(|line| line.set_every_ms(keep_alive_ms));
    }

    /// Asks the office now; the answer comes as `Kept` or `Lost`. For the alarm that woke a sleeping phone.
    pub fn ping(&self) {
        self.with(LiveLine::ping);
    }

    pub fn close_line(&self) {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl EkiteiLive {
    fn with(&self, act: impl FnOnce(&LiveLine)) {
        if let Some(line) = &*self.line.lock().unwrap_or_else(PoisonError::into_inner) {
            act(line);
        }
    }
}

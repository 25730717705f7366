//! The bell: whoever learns that something changed rings it, from any thread.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::plan::Wake;

/// Shared between the engine and everyone who may wake it; clones ring the same bell.
#[derive(Clone, Default)]
pub struct Waker {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    rung: Mutex<Vec<Wake>>,
    notify: Notify,
}

impl Waker {
    pub fn wake(&self, wake: Wake) {
        let mut rung = self.shared.rung.lock().unwrap_or_else(PoisonError::into_inner);
        if !rung.contains(&wake) {
            rung.push(wake);
        }
        drop(rung);
        self.shared.notify.notify_one();
    }

    /// What has been rung since the last call.
    pub fn take(&self) -> Vec<Wake> {
        std::mem::take(&mut self.shared.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether this has been rung and not been taken yet.
    pub fn has(&self, wake: Wake) -> bool {
        self.shared.rung.lock().unwrap_or_else(PoisonError::into_inner).contains(&wake)
    }

    /// Returns when something rings, at once if it has.
    pub async fn rung(&self) {
        self.shared.notify.notified().await;
    }
}

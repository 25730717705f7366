//! What every handler and job shares.

use crate::clock::Clock;
use crate::config::{Config, Limits};
use crate::enrolment::Door;
use crate::identity::Identity;
use crate::keys::Keys;
use crate::line::LineTurns;
use crate::metrics::Metrics;
use crate::rate::{Attempts, Buckets};
use crate::tus::active::ActiveUploads;
use ekitei_model::wire::Hint;
use ekitei_model::{DeviceId, StaffId};
use ekitei_server_db::{Caller, Changed, DeviceReport, Storage, Touched};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

/// Hints that a slow socket may lag behind before it loses some; the cursor pull is the truth.
const HINT_BUFFER: usize = 1_024;
/// A device's last contact is written at most this often while nothing else changes.
const TOUCH_EVERY_MS: i64 = 30_000;

pub struct App {
    pub config: Config,
    pub limits: Arc<Limits>,
    pub clock: Clock,
    pub keys: Keys,
    pub storage: Arc<dyn Storage>,
    pub metrics: Metrics,
    pub device_rate: Buckets<DeviceId>,
    pub attempts: Attempts,
    pub identity: Identity,
    /// Nonces of challenges that were answered, with their end: each is good once.
    answered: Mutex<HashMap<String, i64>>,
    touched_devices: Mutex<HashMap<DeviceId, (i64, DeviceReport)>>,
    pub uploads: ActiveUploads,
    /// Turns at decoding photographs: one for each core.
    pub decoding: Semaphore,
    pub line_turns: LineTurns,
    hints: broadcast::Sender<Hint>,
    pub work: Notify,
    pub stop: CancellationToken,
    /// What phones dial and trust; known once the listener is bound.
    pub door: Door,
}

pub type Shared = Arc<App>;

impl App {
    pub fn new(
        config: Config,
        keys: Keys,
        storage: Arc<dyn Storage>,
        stop: CancellationToken,
        door: Door,
    ) -> Self {
        let limits = Arc::new(config.limits.clone());
        Self {
            clock: config.clock.clone(),
            keys,
            metrics: Metrics::default(),
            device_rate: Buckets::new(limits.device_rate, limits.device_burst),
            identity: Identity::new(Arc::clone(&storage)),
            attempts: Attempts::new(limits.attempts, limits.attempts_window_ms),
            answered: Mutex::default(),
            touched_devices: Mutex::default(),
            uploads: ActiveUploads::default(),
            decoding: Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)),
            line_turns: LineTurns::default(),
            hints: broadcast::channel(HINT_BUFFER).0,
            work: Notify::new(),
            stop,
            door,
            storage,
            limits,
            config,
        }
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub fn caller(&self, device: DeviceId, staff: StaffId) -> Caller {
        Caller { device, staff, today: self.clock.today() }
    }

    /// Tells live sockets and the worker what a transaction did.
    pub fn announce(&self, changed: &Changed, urgent: bool) {
        self.hint(&changed.touched, urgent);
        if changed.jobs {
            self.work.notify_one();
        }
    }

    pub fn hint(&self, touched: &Touched, urgent: bool) {
        for (scope, seq) in touched {
            // No receiver: nobody is connected.
            let _ = self.hints.send(Hint { scope: scope.clone(), seq: *seq, urgent });
        }
    }

    pub fn listen_hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    /// Whether this challenge is answered for the first time.
    pub fn first_answer(&self, challenge: &str, ends_ms: i64) -> bool {
        let now = self.now_ms();
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.len() > 10_000 {
            answered.retain(|_, ends| *ends > now);
        }
        answered.insert(challenge.to_owned(), ends_ms).is_none()
    }

    /// Remembers that the device was here, and what it still has; writes only what is news.
    pub fn touch(self: &Arc<Self>, device: DeviceId, report: Option<DeviceReport>) {
        let now = self.now_ms();
        {
            let mut map = self.touched_devices.lock().unwrap_or_else(PoisonError::into_inner);
            if map.len() > 50_000 {
                map.retain(|_, (at, _)| now - *at < TOUCH_EVERY_MS);
            }
            let old = map.get(&device);
            let same = old.is_some_and(|(_, r)| report.as_ref().is_none_or(|new| new == r));
            if same && old.is_some_and(|(at, _)| now - at < TOUCH_EVERY_MS) {
                return;
            }
            let known = report.clone().or_else(|| old.map(|(_, r)| r.clone())).unwrap_or_default();
            map.insert(device, (now, known));
        }
        let app = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = app.storage.touch_device(device, now, report).await {
                tracing::warn!(%error, "last contact not written");
            }
        });
    }

    /// Where verified bytes are, by the hash of the plain bytes.
    pub fn blob_path(&self, sha256: &str) -> PathBuf {
        crate::blobs::path(&self.config.data, sha256)
    }
}

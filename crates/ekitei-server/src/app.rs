//! What every handler and job shares.

use crate::clock::Clock;
use crate::config::{Config, Limits};
use crate::console::LargeRooms;
use crate::enrolment::Door;
use crate::hints::Hints;
use crate::identity::Identity;
use crate::keys::Keys;
use crate::line::LineTurns;
use crate::metrics::Metrics;
use crate::rate::{Attempts, Buckets};
use crate::tus::active::ActiveUploads;
use ekitei_model::{DeviceId, StaffId};
use ekitei_server_db::{Caller, Changed, DeviceReport, Storage, Touched};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

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
    /// Last contacts that are not written yet.
    contacts: Mutex<Vec<(DeviceId, i64)>>,
    pub uploads: ActiveUploads,
    /// Turns at decoding photographs: one for each core.
    pub decoding: Semaphore,
    pub line_turns: LineTurns,
    pub hints: Hints,
    pub large_rooms: LargeRooms,
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
            contacts: Mutex::default(),
            uploads: ActiveUploads::default(),
            decoding: Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)),
            line_turns: LineTurns::default(),
            hints: Hints::default(),
            large_rooms: LargeRooms::default(),
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
        self.hints.tell(touched, urgent);
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
            if same {
                // That it is still there can wait for others.
                return self.contacts.lock().unwrap_or_else(PoisonError::into_inner).push((device, now));
            }
        }
        let app = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = app.storage.touch_device(device, now, report).await {
                tracing::warn!(%error, "last contact not written");
            }
        });
    }

    /// Writes the last contacts of many devices in one step.
    pub async fn write_contacts(&self) {
        let seen = std::mem::take(&mut *self.contacts.lock().unwrap_or_else(PoisonError::into_inner));
        if seen.is_empty() {
            return;
        }
        if let Err(error) = self.storage.seen_devices(seen).await {
            tracing::warn!(%error, "last contacts not written");
        }
    }

    /// Where verified bytes are, by the hash of the plain bytes.
    pub fn blob_path(&self, sha256: &str) -> PathBuf {
        crate::blobs::path(&self.config.data, sha256)
    }
}

//! The engine of this installation and its vault side. One run at a time in a process; the store's engine lock keeps
//! other processes out.

use crate::bridge::event::{Event, Topic};
use crate::managed;
use crate::shared::Shared;
use crate::usecase;
use ekitei_model::wire::DeviceState;
use ekitei_model::{DeviceId, Fault, Record, RecordId};
use ekitei_store::Vault;
use ekitei_store::queue::Credential;
use ekitei_store::vault::salvage;
use ekitei_sync::http::{DeviceKey, HttpTransport};
use ekitei_sync::{Engine, Limits, SyncReport, VaultSide};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;

/// Screens read again on each hint: on a fast line steps follow each other more quickly than a person looks.
const TELL_EVERY: Duration = Duration::from_millis(300);

/// The engine in use, and the runtime that its connections live in.
#[derive(Default)]
pub(crate) struct Delivery {
    engine: Mutex<Option<Running>>,
    runtime: OnceLock<Runtime>,
}

struct Running {
    device: DeviceId,
    server_url: String,
    trust: Option<String>,
    engine: Engine,
    line: Arc<HttpTransport>,
}

impl Delivery {
    /// Started with the first use: most commands never need it.
    pub fn runtime(&self) -> Result<&Runtime, Fault> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let made =
            Builder::new_multi_thread().worker_threads(1).thread_name("ekitei-line").enable_all().build();
        let made = made.map_err(|e| Fault::retry("internal").with("detail", e))?;
        Ok(self.runtime.get_or_init(|| made))
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        // A shell may drop the core on a thread that must not block.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Running {
    fn serves(&self, office: &Office) -> bool {
        let Office { credential, trust } = office;
        self.device == credential.device_id
            && self.server_url == credential.server_url
            && self.trust == *trust
    }
}

/// Where to deliver, and whom to trust there.
struct Office {
    credential: Credential,
    trust: Option<String>,
}

impl Office {
    /// # Errors
    /// `not-enrolled`.
    fn of(shared: &Shared) -> Result<Self, Fault> {
        let credential = shared.enrolled()?;
        let trust = managed::trust_of(shared, &credential)?;
        Ok(Self { credential, trust })
    }
}

/// One run of the engine.
///
/// # Errors
/// `not-enrolled`, address faults. What the line does is in the report.
pub(crate) async fn run(shared: &Shared, limits: Limits) -> Result<SyncReport, Fault> {
    let office = Office::of(shared)?;
    let mut slot = shared.delivery().engine.lock().await;
    if slot.as_ref().is_none_or(|r| !r.serves(&office)) {
        *slot = Some(start(shared, &office)?);
    }
    let Some(running) = slot.as_mut() else { return Err(Fault::retry("internal").with("detail", "engine")) };
    let mut side = Side { shared, told: None };
    let report = running.engine.sync_once(&mut side, limits).await;
    // Whatever the last hint held back.
    side.told = None;
    side.progressed();
    if report.device_state == Some(DeviceState::Wiped) {
        *slot = None;
        drop(slot);
        usecase::wipe::wipe(shared)?;
    }
    Ok(report)
}

/// The line of the engine in use, for the live socket; another one after another enrolment.
pub(crate) async fn line(shared: &Shared) -> Option<Arc<HttpTransport>> {
    let slot = shared.delivery().engine.lock().await;
    slot.as_ref().map(|r| Arc::clone(&r.line))
}

/// As [`line`], beginning one where no run has.
///
/// # Errors
/// `not-enrolled`, address faults.
pub(crate) async fn line_or_new(shared: &Shared) -> Result<Arc<HttpTransport>, Fault> {
    let office = Office::of(shared)?;
    let mut slot = shared.delivery().engine.lock().await;
    if let Some(running) = slot.as_ref().filter(|r| r.serves(&office)) {
        return Ok(Arc::clone(&running.line));
    }
    let running = start(shared, &office)?;
    let line = Arc::clone(&running.line);
    *slot = Some(running);
    Ok(line)
}

/// The line of the engine where that is at rest, else one beside it: a run may take minutes.
///
/// # Errors
/// `not-enrolled`, address faults.
pub(crate) fn line_beside(shared: &Shared) -> Result<Arc<HttpTransport>, Fault> {
    let office = Office::of(shared)?;
    if let Ok(slot) = shared.delivery().engine.try_lock()
        && let Some(running) = slot.as_ref().filter(|r| r.serves(&office))
    {
        return Ok(Arc::clone(&running.line));
    }
    transport(&office)
}

fn transport(office: &Office) -> Result<Arc<HttpTransport>, Fault> {
    let Office { credential, trust } = office;
    let key = DeviceKey { device_id: credential.device_id, signing_key: credential.signing_key.clone() };
    Ok(Arc::new(HttpTransport::new(&credential.server_url, trust.as_deref(), key)?))
}

fn start(shared: &Shared, office: &Office) -> Result<Running, Fault> {
    let line = transport(office)?;
    let engine = Engine::new(Arc::clone(shared.home()), Arc::clone(&line) as _, shared.clock(), rng());
    shared.wakes.follow(engine.waker());
    Ok(Running {
        device: office.credential.device_id,
        server_url: office.credential.server_url.clone(),
        trust: office.trust.clone(),
        engine,
        line,
    })
}

pub(crate) fn rng() -> StdRng {
    StdRng::from_rng(&mut rand::rng())
}

/// The vault, if it is open at that moment: a person may lock or unlock during a run.
struct Side<'a> {
    shared: &'a Shared,
    /// When screens last heard of progress.
    told: Option<Instant>,
}

impl Side<'_> {
    fn vault(&self) -> Result<Option<Arc<Vault>>, Fault> {
        self.shared.vault()
    }
}

impl VaultSide for Side<'_> {
    fn take_pages(&mut self, now_ms: i64) -> Result<bool, Fault> {
        let Some(vault) = self.vault()? else { return Ok(false) };
        let home = self.shared.home();
        let replayed = vault.replay(home.queue(), now_ms)?;
        home.blobs().sweep(home.queue())?;
        if replayed.changed() {
            usecase::help::keep(self.shared, &vault)?;
            for topic in [Topic::Cases, Topic::Conflicts, Topic::Directory] {
                self.shared.changed(topic);
            }
        }
        Ok(true)
    }

    fn salvage(&mut self, limit: u32) -> Result<Vec<Record>, Fault> {
        let Some(vault) = self.vault()? else { return Ok(Vec::new()) };
        Ok(vault.read(|c| salvage::candidates(c, limit))?)
    }

    fn salvaged(&mut self, ids: &[RecordId]) -> Result<(), Fault> {
        let Some(vault) = self.vault()? else { return Ok(()) };
        Ok(vault.write(|tx| salvage::offered(tx, ids))?)
    }

    fn progressed(&mut self) {
        if self.told.is_some_and(|at| at.elapsed() < TELL_EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        // The progress of a file is shown on its case's card, too.
        self.shared.changed(Topic::Cases);
        self.shared.changed(Topic::Queue);
        self.shared.tell(Event::Status);
    }
}

//! Delivering without screens: a process of its own that a job or a service of the system starts, also while the phone is
//! locked. Touches only the queue; what it fetches waits there, sealed to this phone, until somebody unlocks.

use crate::core::Options;
use crate::delivery;
use crate::shared::Shared;
use crate::usecase;
use ekitei_model::Fault;
use ekitei_model::wire::DeviceState;
use ekitei_seal::DeviceKeystore;
use ekitei_store::queue::view::counts;
use ekitei_sync::Limits;
use ekitei_sync::live::{self, Keeping, Live};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// The app itself is delivering: look again after this.
const ELSEWHERE_MS: i64 = 60_000;

/// What waits on this phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Operations and files.
    pub items: u64,
    pub bytes: u64,
    /// Wall time of the oldest.
    pub since_ms: Option<i64>,
    /// Items that wait for a person.
    pub parked: u64,
}

/// What one run achieved.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Nothing waits to be sent any more.
    pub drained: bool,
    /// Operations and files.
    pub sent: u64,
    /// Records and files.
    pub received: u64,
    /// The office had called something urgent since the last run.
    pub urgent: bool,
    /// Wall time at which to try again at the latest; `None`: when something happens.
    pub next_wake_ms: Option<i64>,
    pub waiting: Waiting,
    /// Why it ended early, if it did. `stopped`: by [`Background::stop`].
    pub fault: Option<Fault>,
    /// Another process of this phone is delivering.
    pub elsewhere: bool,
    /// Set when the office took rights away from this phone.
    pub device_state: Option<DeviceState>,
}

/// What the live connection tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent {
    Connected,
    Hint {
        /// As on the wire.
        scope: String,
        urgent: bool,
    },
    /// A ping after so much silence was answered.
    Kept {
        silent_ms: u64,
    },
    /// `silent_ms`: how long it had been silent when a ping was not answered; absent when it broke otherwise.
    Lost {
        silent_ms: Option<u64>,
        fault: Fault,
    },
    /// No more attempts: the office does not know this phone any more.
    Ended {
        fault: Fault,
    },
}

/// One installation, open for delivery only. Calls block.
pub struct Background {
    shared: Arc<Shared>,
    urgent: Arc<AtomicBool>,
    /// Ends the run under way.
    halt: Mutex<Option<Arc<Notify>>>,
}

impl Background {
    /// Needs no user. Of `options` only the clock counts.
    ///
    /// # Errors
    /// Key store, disk and `store-newer` faults.
    pub fn open(dir: &Path, keystore: Arc<dyn DeviceKeystore>, options: Options) -> Result<Self, Fault> {
        let options = Options { worker: false, stay_unlocked: false, auto_lock: false, ..options };
        let shared = Arc::new(Shared::open_home(dir, keystore, options)?);
        Ok(Self { shared, urgent: Arc::default(), halt: Mutex::default() })
    }

    /// # Errors
    /// Store faults.
    pub fn waiting(&self) -> Result<Waiting, Fault> {
        let counts = self.shared.queue_read(counts)?;
        Ok(Waiting {
            items: counts.items,
            bytes: counts.bytes,
            since_ms: counts.oldest_ms,
            parked: counts.parked,
        })
    }

    /// Days off besides the weekend (`2026-11-23`), as the office last said them: nobody is disturbed then. Known while locked.
    ///
    /// # Errors
    /// Store faults.
    pub fn holidays(&self) -> Result<Vec<String>, Fault> {
        usecase::help::holidays(&self.shared)
    }

    /// Delivers and fetches until nothing is left, `within_ms` is over, the line fails, or [`Background::stop`].
    /// `progressed` hears of what waits, now and then and at the end.
    ///
    /// # Errors
    /// `not-enrolled`, address and store faults. What the line does is in the outcome.
    pub fn sync_once(&self, within_ms: u64, mut progressed: impl FnMut(Waiting)) -> Result<Outcome, Fault> {
        self.shared.enrolled()?;
        let halt = Arc::new(Notify::new());
        *lock(&self.halt) = Some(Arc::clone(&halt));
        let urgent = self.urgent.swap(false, Ordering::AcqRel);
        let mut steps = self.shared.subscribe();
        let run = self.shared.delivery().runtime()?.block_on(async {
            let limits = Limits { within_ms: Some(within_ms), wait: false };
            let mut run = Box::pin(delivery::run(&self.shared, limits));
            loop {
                tokio::select! {
                    biased;
                    () = halt.notified() => return Ok(None),
                    report = &mut run => return report.map(Some),
                    // A listener that fell behind hears of the next step.
                    _ = steps.recv() => progressed(self.waiting()?),
                }
            }
        });
        *lock(&self.halt) = None;
        let waiting = self.waiting()?;
        // A short run may end before its steps were heard of.
        progressed(waiting.clone());
        let Some(report) = run? else {
            self.urgent.fetch_or(urgent, Ordering::AcqRel);
            return Ok(Outcome {
                urgent,
                waiting,
                fault: Some(Fault::retry("stopped")),
                ..Outcome::default()
            });
        };
        let elsewhere = report.fault.as_ref().is_some_and(|f| f.code == "sync-elsewhere");
        let next_wake_ms =
            if elsewhere { Some(self.shared.now().ms() + ELSEWHERE_MS) } else { report.next_try_ms };
        Ok(Outcome {
            drained: waiting.items == 0,
            sent: report.sent_ops + report.sent_files,
            received: report.received + report.received_files,
            urgent,
            next_wake_ms,
            waiting,
            fault: report.fault,
            elsewhere,
            device_state: report.device_state,
        })
    }

    /// Ends the run under way, if there is one; what was in flight is repeated by the next.
    pub fn stop(&self) {
        if let Some(halt) = lock(&self.halt).take() {
            halt.notify_one();
        }
    }

    /// The network is another one: what was put off is tried at once.
    pub fn line_changed(&self) {
        self.shared.wakes.line_changed();
    }

    /// Keeps a connection to the office on which it says that something is new, until the returned line is dropped.
    /// Pings after `every_ms` of silence.
    ///
    /// # Errors
    /// `not-enrolled`, address faults.
    pub fn live(
        &self,
        every_ms: u64,
        on: impl Fn(LineEvent) + Send + Sync + 'static,
    ) -> Result<LiveLine, Fault> {
        let runtime = self.shared.delivery().runtime()?;
        let line = runtime.block_on(delivery::line_or_new(&self.shared))?;
        let keeping = Arc::new(Keeping::own(every_ms));
        let (clock, held, urgent) = (self.shared.clock(), Arc::clone(&keeping), Arc::clone(&self.urgent));
        let task = runtime.spawn(async move {
            let mut silence = None;
            let ended = live::listen_kept(line, clock, delivery::rng(), held, |live| {
                let event = match live {
                    Live::Connected => LineEvent::Connected,
                    Live::Hint(hint) => {
                        urgent.fetch_or(hint.urgent, Ordering::AcqRel);
                        LineEvent::Hint { scope: hint.scope.to_string(), urgent: hint.urgent }
                    }
                    Live::Kept { silent_ms } => LineEvent::Kept { silent_ms },
                    Live::Silent { silent_ms } => {
                        silence = Some(silent_ms);
                        return true;
                    }
                    Live::Lost(error) => {
                        LineEvent::Lost { silent_ms: silence.take(), fault: error.to_fault() }
                    }
                };
                on(event);
                true
            })
            .await;
            if let Some(error) = ended {
                on(LineEvent::Ended { fault: error.to_fault() });
            }
        });
        Ok(LiveLine { keeping, task })
    }
}

/// The live connection; ends when dropped.
pub struct LiveLine {
    keeping: Arc<Keeping>,
    task: JoinHandle<()>,
}

impl LiveLine {
    /// Another pause before pings, from the next silence on.
    pub fn set_every_ms(&self, every_ms: u64) {
        self.keeping.set_every_ms(every_ms);
    }

    /// Asks the office now: a sleeping phone's own timers stand still.
    pub fn ping(&self) {
        self.keeping.ping();
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

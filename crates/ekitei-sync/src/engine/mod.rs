//! The engine: decides by the planner, acts over the line, records every result durably before it counts on it.
//! Whoever runs it holds the home's engine lock; the next process goes on where the last was killed.

mod download;
mod flight;
mod partial;
mod pull;
mod push;
mod report;
mod side;
mod state;
mod upload;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ekitei_model::kinds::Variant;
use ekitei_model::wire::DeviceState;
use ekitei_model::{Fault, OpId, RecordId};
use ekitei_store::queue::{Credential, LineState, credential, generation};
use ekitei_store::{Home, StoreError};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

pub use report::{Limits, SyncReport};
pub use side::{Locked, Unlocked, VaultSide};

use crate::clock::Clock;
use crate::error::CallError;
use crate::plan::{Consequence, Planner, Step, Wake};
use crate::transport::{Traffic, Transport};
use crate::wake::Waker;
use state::Loads;

/// A lane that the office sees gaps in again and again is left alone for this run.
const MAX_NEW_GENERATIONS: u32 = 3;

/// See the module. Keep one for the life of the process: it knows the line.
pub struct Engine {
    home: Arc<Home>,
    line: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    planner: Planner,
    waker: Waker,
    rng: StdRng,
    /// How often a file was begun anew in this process.
    restarts: HashMap<i64, u32>,
    /// Files that came with another content than their record says, once.
    spoiled: HashSet<(RecordId, Variant)>,
}

/// Why a run ends.
#[derive(Debug)]
enum Halt {
    /// Time is up; whatever was in flight is repeated by the next run.
    Deadline,
    /// A person, or the vault's owner, must act.
    Stop(Fault),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Halt::Stop(error.into())
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Halt::Stop(fault)
    }
}

/// What one run knows.
struct Run<'a> {
    side: &'a mut dyn VaultSide,
    credential: Credential,
    line: LineState,
    saved_line: LineState,
    loads: Loads,
    report: SyncReport,
    started_ms: u64,
    deadline_ms: Option<u64>,
    may_read: bool,
    pull_due_since_ms: Option<i64>,
    last_pull_ms: i64,
    /// Files arrived: the office will have written receipts.
    receipts_due: bool,
    new_generations: u32,
    last_fault: Option<Fault>,
    /// This phone cannot take in files any more in this run (no space); delivering goes on.
    no_downloads: bool,
    /// Said at the end even if later steps succeeded.
    lasting_fault: Option<Fault>,
}

impl Engine {
    /// `rng` decides jitter and ids of voids only; a seeded one makes runs repeatable.
    pub fn new(home: Arc<Home>, line: Arc<dyn Transport>, clock: Arc<dyn Clock>, mut rng: StdRng) -> Self {
        let planner = Planner::new(Default::default(), StdRng::seed_from_u64(rng.next_u64()));
        let waker = Waker::default();
        Self { home, line, clock, planner, waker, rng, restarts: HashMap::new(), spoiled: HashSet::new() }
    }

    /// Rings into a run that waits, and into the next one.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Delivers and fetches until nothing is left to do now, the limit is reached, or a person must act. Never fails:
    /// what went wrong is in the report, what was achieved is durable.
    pub async fn sync_once(&mut self, side: &mut dyn VaultSide, limits: Limits) -> SyncReport {
        let started_ms = self.clock.steady_ms();
        let guard = match self.home.engine_lock() {
            Ok(Some(guard)) => guard,
            Ok(None) => return failed_report(Fault::retry("sync-elsewhere")),
            Err(error) => return failed_report(error.into()),
        };
        let mut run = match self.begin(side, started_ms, limits) {
            Ok(run) => run,
            Err(error) => return failed_report(error.into()),
        };
        if let Some(token) = state::kept_token(&run.line) {
            self.line.use_token(token).await;
        }
        let halt = self.go(&mut run, limits).await.err();
        let report = self.end(run, halt).await;
        drop(guard);
        report
    }

    fn begin<'a>(
        &mut self,
        side: &'a mut dyn VaultSide,
        started_ms: u64,
        limits: Limits,
    ) -> Result<Run<'a>, StoreError> {
        let queue = self.home.queue();
        let (credential, line, holds) = queue.read(|c| {
            Ok((credential::load(c)?, ekitei_store::queue::line::load(c)?, state::load_holds(c)?))
        })?;
        let credential = credential.ok_or_else(|| StoreError::Missing("credential".into()))?;
        self.planner.set_holds(holds);
        let now_ms = self.clock.now_ms();
        Ok(Run {
            side,
            credential,
            saved_line: line.clone(),
            line,
            loads: Loads::default(),
            report: SyncReport::default(),
            started_ms,
            deadline_ms: limits.within_ms.map(|ms| started_ms.saturating_add(ms)),
            may_read: true,
            pull_due_since_ms: Some(now_ms),
            last_pull_ms: now_ms,
            receipts_due: false,
            new_generations: 0,
            last_fault: None,
            no_downloads: false,
            lasting_fault: None,
        })
    }

    async fn go(&mut self, run: &mut Run<'_>, limits: Limits) -> Result<(), Halt> {
        if run.line.device_state == Some(DeviceState::Wiped) {
            return Err(Halt::Stop(CallError::Device(DeviceState::Wiped).to_fault()));
        }
        loop {
            self.hear(run);
            if run.deadline_ms.is_some_and(|d| self.clock.steady_ms() >= d) {
                return Err(Halt::Deadline);
            }
            match self.decide(run)? {
                step @ Step::Push { lane, .. } => self.push_run(run, step, lane).await?,
                step @ Step::Upload { .. } => self.upload_run(run, step).await?,
                step @ Step::Pull { max_bytes } => self.pull_run(run, step, max_bytes).await?,
                step @ Step::Download { chunk_bytes } => self.download(run, step, chunk_bytes).await?,
                Step::Wait { until_ms } => {
                    if !self.wait(run, until_ms, limits).await {
                        return Ok(());
                    }
                }
                Step::Done => return self.finish_salvage(run).await,
            }
        }
    }

    /// Takes what the bell says into account.
    fn hear(&mut self, run: &mut Run<'_>) {
        for wake in self.waker.take() {
            self.planner.wake(wake);
            match wake {
                Wake::Work => run.loads.forget(),
                Wake::Hint | Wake::Tap | Wake::Foreground => {
                    run.pull_due_since_ms.get_or_insert(self.clock.now_ms());
                }
                Wake::Connectivity => self.line.line_changed(),
            }
        }
    }

    fn decide(&mut self, run: &mut Run<'_>) -> Result<Step, Halt> {
        let now_ms = self.clock.now_ms();
        run.loads.refresh(self.home.queue(), self.clock.steady_ms())?;
        run.loads.skip_downloads(run.no_downloads);
        let mut snapshot = run.loads.snapshot(run.may_read, run.pull_due_since_ms);
        if snapshot.drained() && !run.loads.fresh() {
            // Nothing left by our own count: look once more before saying so.
            run.loads.forget();
            run.loads.refresh(self.home.queue(), self.clock.steady_ms())?;
            run.loads.skip_downloads(run.no_downloads);
            snapshot = run.loads.snapshot(run.may_read, run.pull_due_since_ms);
        }
        self.line.tell_waiting(run.loads.waiting());
        if !snapshot.drained() {
            run.report.drained_after_ms = None;
        } else if run.report.drained_after_ms.is_none() {
            run.report.drained_after_ms = Some(self.clock.steady_ms().saturating_sub(run.started_ms));
        }
        if run.receipts_due && (snapshot.drained() || now_ms - run.last_pull_ms > pull::RECEIPT_PATIENCE_MS) {
            run.receipts_due = false;
            run.pull_due_since_ms = Some(now_ms);
            snapshot.pull_due_since_ms = run.pull_due_since_ms;
        }
        Ok(self.planner.next(&snapshot, now_ms))
    }

    /// Sits a pause out. `false`: it ends after the limit.
    async fn wait(&self, run: &mut Run<'_>, until_ms: i64, limits: Limits) -> bool {
        run.report.next_try_ms = Some(until_ms);
        let pause_ms = u64::try_from(until_ms - self.clock.now_ms()).unwrap_or(0);
        let fits = run.deadline_ms.is_none_or(|d| self.clock.steady_ms().saturating_add(pause_ms) < d);
        if !limits.wait || !fits {
            return false;
        }
        // Screens show when the next try is.
        let _ = self.save_line(run);
        run.side.progressed();
        tokio::select! {
            () = self.clock.sleep_ms(pause_ms) => {}
            () = self.waker.rung() => {}
        }
        run.report.next_try_ms = None;
        true
    }

    /// A step succeeded: the line is up.
    fn succeeded(&mut self, run: &mut Run<'_>, step: &Step, traffic: Traffic, elapsed_ms: u64) {
        self.planner.timed(step, wire_bytes(step, traffic), elapsed_ms, self.clock.now_ms());
        self.moved(run, step, traffic);
    }

    /// As [`Engine::succeeded`], for a step whose time was shared with another's.
    fn moved(&mut self, run: &mut Run<'_>, step: &Step, traffic: Traffic) {
        let now_ms = self.clock.now_ms();
        self.planner.moved(step, wire_bytes(step, traffic));
        run.report.sent_bytes += traffic.up;
        run.report.received_bytes += traffic.down;
        run.line.online = Some(true);
        run.line.attempts = 0;
        run.line.next_try_ms = None;
        run.line.last_fault = None;
        run.line.last_contact_ms = Some(now_ms);
        run.last_fault = None;
    }

    /// A step failed: what the planner makes of it. Consequences that are the same for all steps happen here; the
    /// others are returned.
    fn failed(
        &mut self,
        run: &mut Run<'_>,
        step: &Step,
        error: &CallError,
        items: usize,
        restarts: u32,
    ) -> Result<Option<Consequence>, Halt> {
        let now_ms = self.clock.now_ms();
        let consequence = self.planner.failed(step, error, items, restarts, now_ms);
        tracing::info!(?step, %error, ?consequence, "a step failed");
        match consequence {
            Consequence::Later => {
                let holds = self.planner.holds();
                run.line.online = Some(matches!(error, CallError::Busy { .. }));
                run.line.attempts = holds.attempts;
                run.line.next_try_ms = (holds.line_until_ms > now_ms).then_some(holds.line_until_ms);
                run.line.last_fault = Some(error.to_fault());
                run.last_fault = Some(error.to_fault());
                self.save_line(run)?;
                Ok(None)
            }
            Consequence::NewEpoch(epoch) => {
                self.new_epoch(run, &epoch)?;
                Ok(None)
            }
            Consequence::NewGeneration(lane) => {
                run.new_generations += 1;
                if run.new_generations > MAX_NEW_GENERATIONS {
                    return Err(Halt::Stop(error.to_fault()));
                }
                self.home.queue().write(|tx| generation::restart_lane(tx, lane))?;
                run.loads.forget();
                Ok(None)
            }
            Consequence::Device(state) => {
                run.line.device_state = Some(state);
                run.report.device_state = Some(state);
                self.save_line(run)?;
                let reading = matches!(step, Step::Pull { .. } | Step::Download { .. });
                if state == DeviceState::DrainOnly && reading {
                    run.may_read = false;
                    return Ok(None);
                }
                Err(Halt::Stop(error.to_fault()))
            }
            Consequence::Stop(fault) => {
                run.line.last_fault = Some(fault.clone());
                Err(Halt::Stop(fault))
            }
            other => Ok(Some(other)),
        }
    }

    /// The office was restored: new generations, everything retained again, everything read again.
    fn new_epoch(&mut self, run: &mut Run<'_>, epoch: &str) -> Result<(), Halt> {
        tracing::warn!("the office has a new epoch");
        let now_ms = self.clock.now_ms();
        self.home.queue().write(|tx| {
            let changed = generation::new_generation(tx, &epoch.to_owned())?;
            if changed { state::set_salvage_due(tx, true) } else { Ok(()) }
        })?;
        run.loads.forget();
        run.pull_due_since_ms = Some(now_ms);
        self.take_pages(run);
        Ok(())
    }

    /// Lets the vault take what waits. A vault that cannot is no reason to stop delivering.
    fn take_pages(&mut self, run: &mut Run<'_>) {
        match run.side.take_pages(self.clock.now_ms()) {
            Ok(true) => run.loads.forget(),
            Ok(false) => {}
            Err(fault) => {
                tracing::warn!(%fault, "pages stay in the queue");
                run.last_fault = Some(fault);
            }
        }
        run.side.progressed();
    }

    /// A fresh id that is as repeatable as the generator it comes from.
    fn mint(&mut self) -> OpId {
        let millis = u64::try_from(self.clock.now_ms()).unwrap_or(0);
        let noise: [u8; 10] = self.rng.random();
        OpId(uuid::Builder::from_unix_timestamp_millis(millis, &noise).into_uuid())
    }

    async fn end(&mut self, mut run: Run<'_>, halt: Option<Halt>) -> SyncReport {
        match halt {
            Some(Halt::Stop(fault)) => run.last_fault = Some(fault),
            Some(Halt::Deadline) | None => {}
        }
        // Whatever waits for the vault: pages of an interrupted pull, outcomes of the last push.
        self.take_pages(&mut run);
        state::keep_token(&mut run.line, self.line.token().await);
        run.line.rate_bytes_per_s = self.planner.up_bytes_per_s(self.clock.now_ms());
        if run.may_read
            && run.report.device_state.is_none()
            && run.line.last_contact_ms != run.saved_line.last_contact_ms
        {
            run.line.device_state = Some(DeviceState::Active);
        }
        if let Err(error) = self.save_line(&mut run) {
            run.last_fault.get_or_insert(error.into());
        }
        run.loads.forget();
        let refreshed = run.loads.refresh(self.home.queue(), self.clock.steady_ms());
        run.report.drained = refreshed.is_ok() && run.loads.snapshot(false, None).drained();
        run.report.fault = run.last_fault.take().or(run.lasting_fault.take());
        run.report.elapsed_ms = self.clock.steady_ms().saturating_sub(run.started_ms);
        run.report
    }
}

fn failed_report(fault: Fault) -> SyncReport {
    SyncReport { fault: Some(fault), ..SyncReport::default() }
}

/// Bytes in the direction that the step is about.
fn wire_bytes(step: &Step, traffic: Traffic) -> u64 {
    match step {
        Step::Push { .. } | Step::Upload { .. } => traffic.up,
        _ => traffic.down,
    }
}

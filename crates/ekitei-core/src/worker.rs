//! The thread that delivers by itself: wakes on new work, unlocking, a tap, the timer, a hint of the office.

use crate::bridge::event::{Event, Topic};
use crate::delivery;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_sync::http::HttpTransport;
use ekitei_sync::live::{self, Live};
use ekitei_sync::plan::Wake;
use ekitei_sync::{Limits, SyncReport, Waker};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::task::JoinHandle as Task;

/// One run at most; the next follows at once when there is more. Pauses are sat out here, between runs, so that whoever
/// asks for a run hears soon that the line is down.
const ROUND_MS: u64 = 60_000;
/// Without a hint the office is asked this often; seldom while the live socket stands.
const IDLE_MS: i64 = 60_000;
const IDLE_LIVE_MS: i64 = 5 * 60_000;
/// Another process of this phone is delivering: look again after this.
const ELSEWHERE_MS: i64 = 2_000;
/// On the development host other processes write into the same home.
const LOOK_MS: i64 = 2_000;
/// Results of so many runs are kept for those who wait for one of them.
const KEPT_ROUNDS: usize = 8;

/// What others tell the thread and the engine.
#[derive(Default)]
pub(crate) struct Wakes {
    thread: Waker,
    engine: Mutex<Option<Waker>>,
    early_tap: AtomicBool,
    rounds: Rounds,
    stop: AtomicBool,
}

/// Finished runs, for those who wait for one.
#[derive(Default)]
struct Rounds {
    state: Mutex<RoundState>,
    finished: Condvar,
}

#[derive(Default)]
struct RoundState {
    begun: u64,
    ended: u64,
    /// What the last of them said, oldest first: who waits for one may come when the next has ended, too.
    said: VecDeque<Result<SyncReport, Fault>>,
}

impl RoundState {
    fn begin(&mut self) {
        self.begun += 1;
    }

    fn end(&mut self, result: &Result<SyncReport, Fault>) {
        self.ended = self.begun;
        if self.said.len() == KEPT_ROUNDS {
            self.said.pop_front();
        }
        self.said.push_back(result.clone());
    }

    /// Of round `number`, or of the oldest that is still known; `None`: it has not ended.
    fn of(&self, number: u64) -> Option<&Result<SyncReport, Fault>> {
        let later = usize::try_from(self.ended.checked_sub(number)?).unwrap_or(usize::MAX);
        self.said.get(self.said.len().saturating_sub(1).saturating_sub(later))
    }
}

impl Wakes {
    /// The engine in use has its own bell. A tap that came before there was one is meant for it.
    pub fn follow(&self, engine: Waker) {
        if self.early_tap.swap(false, Ordering::AcqRel) {
            engine.wake(Wake::Tap);
        }
        *lock(&self.engine) = Some(engine);
    }

    pub fn enqueued(&self) {
        self.ring(Wake::Work);
    }
    pub fn tapped(&self) {
        self.ring(Wake::Tap);
    }
    pub fn line_changed(&self) {
        self.ring(Wake::Connectivity);
    }

    fn ring(&self, wake: Wake) {
        match &*lock(&self.engine) {
            Some(engine) => engine.wake(wake),
            None if wake == Wake::Tap => self.early_tap.store(true, Ordering::Release),
            None => {}
        }
        self.thread.wake(wake);
    }

    /// Rings, and waits for the next run to end. The flag tells that it was under way already: what it says of the line
    /// may be old. `None`: time is up.
    pub fn next_round(&self, until: Instant) -> Option<(Result<SyncReport, Fault>, bool)> {
        let mut state = lock(&self.rounds.state);
        let (awaited, running) = (state.ended + 1, state.begun > state.ended);
        self.ring(Wake::Tap);
        loop {
            if let Some(said) = state.of(awaited) {
                return Some((said.clone(), running));
            }
            let left = until.checked_duration_since(Instant::now())?;
            state = self.rounds.finished.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn begin_round(&self) {
        lock(&self.rounds.state).begin();
    }

    fn end_round(&self, result: &Result<SyncReport, Fault>) {
        lock(&self.rounds.state).end(result);
        self.rounds.finished.notify_all();
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends its thread when dropped; what was in flight is repeated by the next run.
pub(crate) struct Worker {
    shared: Arc<Shared>,
    halt: Arc<tokio::sync::Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    pub fn start(shared: Arc<Shared>) -> Result<Self, Fault> {
        let halt = Arc::new(tokio::sync::Notify::new());
        let (of_thread, stop) = (Arc::clone(&shared), Arc::clone(&halt));
        let thread =
            std::thread::Builder::new().name("ekitei-worker".into()).spawn(move || work(&of_thread, &stop));
        let thread = thread.map_err(|e| Fault::retry("internal").with("detail", e))?;
        Ok(Self { shared, halt, thread: Some(thread) })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.wakes.stop.store(true, Ordering::Release);
        self.halt.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the worker thread panicked");
        }
    }
}

fn work(shared: &Arc<Shared>, halt: &tokio::sync::Notify) {
    let runtime = match shared.delivery().runtime() {
        Ok(runtime) => runtime,
        Err(fault) => {
            tracing::error!(%fault, "no delivery in this process");
            return;
        }
    };
    runtime.block_on(async {
        tokio::select! {
            () = halt.notified() => {}
            () = deliver(shared) => {}
        }
    });
}

async fn deliver(shared: &Arc<Shared>) {
    let mut listening: Option<Listening> = None;
    while !shared.wakes.stopping() {
        let pause_ms = match shared.credential() {
            Ok(Some(_)) => {
                let pause_ms = round(shared).await;
                listen(shared, &mut listening).await;
                let idle_ms =
                    if listening.as_ref().is_some_and(Listening::stands) { IDLE_LIVE_MS } else { IDLE_MS };
                pause_ms.unwrap_or(idle_ms)
            }
            // Enrolment rings.
            _ => IDLE_MS,
        };
        rest(shared, pause_ms).await;
        shared.wakes.thread.take();
    }
}

/// Until the pause is over, something rings, or (on the development host) another process wrote into this home: its
/// commands ring no bell here.
async fn rest(shared: &Shared, pause_ms: i64) {
    let shared_home = shared.options().stay_unlocked;
    let before = shared.newest_change().ok();
    let mut left_ms = pause_ms;
    while left_ms > 0 {
        let mut piece_ms = if shared_home { left_ms.min(LOOK_MS) } else { left_ms };
        if let Some(closes_in_ms) = shared.closes_in_ms() {
            piece_ms = piece_ms.min(closes_in_ms.max(1));
        }
        tokio::select! {
            () = shared.clock_sleep(piece_ms) => {}
            () = shared.wakes.thread.rung() => return,
        }
        if shared.closes_in_ms() == Some(0)
            && let Err(fault) = shared.close()
        {
            tracing::warn!(%fault, "the idle phone could not be locked");
        }
        if shared_home && shared.newest_change().ok() != before {
            shared.changed(Topic::Cases);
            shared.changed(Topic::Queue);
            return;
        }
        left_ms -= piece_ms;
    }
}

/// One run; how long to rest after it, when the engine knows.
async fn round(shared: &Shared) -> Option<i64> {
    shared.wakes.begin_round();
    let result = delivery::run(shared, Limits { within_ms: Some(ROUND_MS), wait: false }).await;
    shared.wakes.end_round(&result);
    shared.tell(Event::Status);
    let now_ms = shared.now().ms();
    match result {
        Ok(report) if report.fault.as_ref().is_some_and(|f| f.code == "sync-elsewhere") => Some(ELSEWHERE_MS),
        Ok(report) => match report.next_try_ms {
            Some(at) => Some((at - now_ms).max(0)),
            // The limit ended it, with work left.
            None if !report.drained && report.fault.is_none() => Some(0),
            None => None,
        },
        Err(fault) => {
            tracing::warn!(%fault, "no delivery now");
            None
        }
    }
}

/// The live socket over one line.
struct Listening {
    line: Arc<HttpTransport>,
    stands: Arc<AtomicBool>,
    task: Task<()>,
}

impl Listening {
    fn stands(&self) -> bool {
        self.stands.load(Ordering::Relaxed)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(shared: &Arc<Shared>, listening: &mut Option<Listening>) {
    let Some(line) = delivery::line(shared).await else { return };
    if listening.as_ref().is_some_and(|l| Arc::ptr_eq(&l.line, &line) && !l.task.is_finished()) {
        return;
    }
    let stands = Arc::new(AtomicBool::new(false));
    let (weak, flag) = (Arc::downgrade(shared), Arc::clone(&stands));
    let on_live = move |live: Live| {
        let Some(shared) = weak.upgrade() else { return false };
        flag.store(!matches!(live, Live::Lost(_)), Ordering::Relaxed);
        // After connecting, too: hints may have been lost before.
        if matches!(live, Live::Connected | Live::Hint(_)) {
            shared.wakes.ring(Wake::Hint);
        }
        !shared.wakes.stopping()
    };
    let task = tokio::spawn(live::listen(Arc::clone(&line), shared.clock(), delivery::rng(), on_live));
    *listening = Some(Listening { line, stands, task });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    fn report(code: Option<&str>) -> Result<SyncReport, Fault> {
        Ok(SyncReport { fault: code.map(Fault::retry), ..SyncReport::default() })
    }

    /// A tap's own run found no line; the next, which only sat in the pause, ended before the waiting thread came to look.
    #[test]
    fn who_taps_hears_of_the_run_of_that_tap() {
        let wakes = Arc::new(Wakes::default());
        let (of_person, until) = (Arc::clone(&wakes), Instant::now() + Duration::from_secs(600));
        let person = std::thread::spawn(move || of_person.next_round(until));
        while !wakes.thread.has(Wake::Tap) {
            std::thread::yield_now();
        }
        {
            let mut state = lock(&wakes.rounds.state);
            for said in [report(Some("network")), report(None)] {
                state.begin();
                state.end(&said);
            }
        }
        wakes.rounds.finished.notify_all();
        let (said, was_under_way) = person.join().unwrap().unwrap();
        assert_eq!((said.unwrap().fault.unwrap().code.as_str(), was_under_way), ("network", false));
    }

    #[test]
    fn of_many_runs_the_oldest_known_is_told() {
        let mut state = RoundState::default();
        assert!(state.of(1).is_none());
        for n in 1..=20 {
            state.begin();
            state.end(&report(Some(&n.to_string())));
        }
        let code = |n| state.of(n).map(|said| said.clone().unwrap().fault.unwrap().code);
        assert_eq!((code(21), code(20).as_deref(), code(13).as_deref()), (None, Some("20"), Some("13")));
        assert_eq!(code(3).as_deref(), Some("13"));
    }
}

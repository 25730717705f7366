//! The phone that locks itself, on a clock that the test moves.
#![allow(clippy::unwrap_used)]

mod common;

use common::{PIN, Phone, case_id, keystore, options};
use ekitei_core::bridge::{Surface, args::*, event::Event};
use ekitei_core::managed::Managed;
use ekitei_core::{Core, Options};
use ekitei_sync::clock::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

const MINUTE_MS: i64 = 60_000;

/// Both clocks stand still until they are moved. `asleep`: only the wall clock goes on, as on a sleeping phone.
#[derive(Default)]
struct Hand {
    wall_ms: AtomicI64,
    steady_ms: AtomicU64,
}

impl Hand {
    fn moved(&self, ms: i64) {
        self.steady_ms.fetch_add(u64::try_from(ms).unwrap(), Ordering::Relaxed);
        self.asleep(ms);
    }
    fn asleep(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

#[async_trait::async_trait]
impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        1_790_000_000_000 + self.wall_ms.load(Ordering::Relaxed)
    }
    fn steady_ms(&self) -> u64 {
        self.steady_ms.load(Ordering::Relaxed)
    }
    async fn sleep_ms(&self, ms: u64) {
        self.moved(i64::try_from(ms).unwrap());
        tokio::task::yield_now().await;
    }
}

fn unlocked(phone: &Phone, change: impl FnOnce(Options) -> Options) -> (Core, Arc<Hand>) {
    let clock = Arc::new(Hand::default());
    let options = change(Options { clock: Arc::<Hand>::clone(&clock), ..options() });
    let core = Core::open(&phone.dir(), keystore(&phone.dir()), options).unwrap();
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    (core, clock)
}

fn locked(core: &Core) -> bool {
    core.status(Nothing {}).unwrap().locked
}

#[test]
fn five_minutes_without_a_touch_lock_and_a_touch_begins_them_anew() {
    let phone = Phone::enrolled();
    let (core, clock) = unlocked(&phone, |options| options);
    clock.moved(5 * MINUTE_MS - 1);
    core.today(Nothing {}).unwrap();
    assert!(!locked(&core), "looking is no touch, and the time is not over");
    core.touch(Nothing {}).unwrap();
    clock.moved(5 * MINUTE_MS - 1);
    assert!(!locked(&core));
    clock.moved(1);
    assert_eq!(core.today(Nothing {}).unwrap_err().code, "locked");
    assert!(locked(&core));
    core.touch(Nothing {}).unwrap();
    assert!(locked(&core), "a touch opens nothing");
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    assert!(!locked(&core), "unlocking is a touch");
}

#[test]
fn a_phone_that_slept_and_a_clock_that_was_set_back_lock_too() {
    let phone = Phone::enrolled();
    let (core, clock) = unlocked(&phone, |options| options);
    clock.asleep(5 * MINUTE_MS);
    assert!(locked(&core));
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    clock.asleep(-60 * MINUTE_MS);
    clock.moved(5 * MINUTE_MS - 1);
    assert!(!locked(&core));
    clock.moved(1);
    assert!(locked(&core));
}

#[test]
fn the_minutes_are_a_setting_that_holds_at_once_and_after_a_restart() {
    let phone = Phone::enrolled();
    let (core, clock) = unlocked(&phone, |options| options);
    assert_eq!(core.settings_get(Nothing {}).unwrap().lock_minutes, 5);
    let settings = Settings { lock_minutes: 1, ..Settings::default() };
    core.settings_set(settings).unwrap();
    clock.moved(MINUTE_MS);
    assert!(locked(&core));
    drop(core);
    let (core, clock) = unlocked(&phone, |options| options);
    clock.moved(MINUTE_MS - 1);
    assert!(!locked(&core));
    clock.moved(1);
    assert!(locked(&core));
}

#[test]
fn an_mdm_and_a_welfare_section_shorten_the_minutes_and_nobody_lengthens_them() {
    let phone = Phone::enrolled();
    let (core, clock) = unlocked(&phone, |options| options);
    core.set_managed(Managed { lock_minutes: Some(3), ..Managed::default() }).unwrap();
    assert_eq!(core.status(Nothing {}).unwrap().lock_minutes, 3);
    clock.moved(3 * MINUTE_MS - 1);
    assert!(!locked(&core));
    clock.moved(1);
    assert!(locked(&core), "at once, without a new unlocking");
    core.settings_set(Settings { lock_minutes: 15, ..Settings::default() }).unwrap();
    assert_eq!(core.status(Nothing {}).unwrap().lock_minutes, 3);
    drop(core);
    // The native half says nothing at this start; what it said before counts.
    let (core, clock) = unlocked(&phone, |options| options);
    clock.moved(3 * MINUTE_MS);
    assert!(locked(&core));
    core.set_managed(Managed::default()).unwrap();
    assert_eq!(core.status(Nothing {}).unwrap().lock_minutes, 15);

    let phone = Phone::enrolled_in("若葉振興局/社会福祉課/生活支援係");
    let (core, clock) = unlocked(&phone, |options| options);
    core.settings_set(Settings { lock_minutes: 15, ..Settings::default() }).unwrap();
    clock.moved(MINUTE_MS);
    assert!(locked(&core));
}

#[test]
fn what_was_saved_before_is_there_after_unlocking() {
    let phone = Phone::enrolled();
    let (core, clock) = unlocked(&phone, |options| options);
    let args =
        serde_json::from_value(serde_json::json!({ "case": case_id("R8-1"), "text": "書きかけ" })).unwrap();
    let note = core.note_save(args).unwrap();
    clock.moved(5 * MINUTE_MS);
    assert_eq!(core.note_get(RecordRef { id: note.id }).unwrap_err().code, "locked");
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    assert_eq!(core.note_get(RecordRef { id: note.id }).unwrap().text, "書きかけ");
}

#[test]
fn a_command_without_hands_stays_open() {
    let phone = Phone::enrolled();
    let (core, clock) = unlocked(&phone, |options| Options { auto_lock: false, ..options });
    clock.moved(24 * 60 * MINUTE_MS);
    assert!(!locked(&core));
}

/// Nobody asks anything: the delivering thread itself forgets the keys, and says so.
#[test]
fn the_worker_locks_a_phone_that_nobody_asks() {
    let phone = Phone::enrolled();
    let clock = Arc::new(Hand::default());
    let options = Options { worker: true, clock: Arc::<Hand>::clone(&clock), ..options() };
    let core = Core::open(&phone.dir(), keystore(&phone.dir()), options).unwrap();
    let mut events = core.subscribe();
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    let before = clock.steady_ms();
    // The worker's pauses move the clock; its status events arrive meanwhile.
    while clock.steady_ms() < before + 5 * 60_000 {
        let heard = events.blocking_recv();
        assert!(matches!(heard, Ok(Event::Status | Event::Changed { .. }) | Err(_)), "{heard:?}");
    }
    assert!(locked(&core));
}

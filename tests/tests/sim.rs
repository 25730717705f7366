//! A seeded simulation of three phones, an office and everything that goes wrong between them: real homes, the real
//! engine over an in-process line, the office's real storage. After every step the promises of docs/ARCHITECTURE.md
//! are checked, and at the end all replicas must be equal.
//!
//! `EKITEI_SIM_SEEDS` (500) says how many seeds, `EKITEI_SIM_ROOMS_SEEDS` (100) how many with
//! messages, `EKITEI_SIM_FIRST` (0) the first, `EKITEI_SIM_SEED` repeats one. `EKITEI_SIM_ANSWERS` (1,000) says how many
//! people answer a call.
#![allow(clippy::unwrap_used)]

#[path = "sim/books.rs"]
mod books;
#[path = "sim/clock.rs"]
mod clock;
#[path = "sim/fuse.rs"]
mod fuse;
#[path = "sim/inspect.rs"]
mod inspect;
#[path = "sim/inspected.rs"]
mod inspected;
#[path = "sim/line.rs"]
mod line;
#[path = "sim/looks.rs"]
mod looks;
#[path = "sim/office.rs"]
mod office;
#[path = "sim/phone.rs"]
mod phone;
#[path = "sim/prefecture.rs"]
mod prefecture;
#[path = "sim/rest.rs"]
mod rest;
#[path = "sim/rights.rs"]
mod rights;
#[path = "sim/roster.rs"]
mod roster;
#[path = "sim/safety.rs"]
mod safety;
#[path = "sim/schedule.rs"]
mod schedule;
#[path = "sim/talk.rs"]
mod talk;
#[path = "sim/template.rs"]
mod template;
#[path = "sim/work.rs"]
mod work;
#[path = "sim/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Every sort of misfortune that many seeds must have met.
const FAULTS: &[&str] = &[
    "line fails",
    "late request",
    "phone killed",
    "office killed",
    "disk full",
    "clock jumps",
    "office restored",
    "section changed",
    "access changed",
    "device drained",
    "PIN forgotten",
    "re-installed",
    "phone forgotten",
    "page out of date",
    "quarantine settled",
    "foreign scopes asked",
    "edited on a PC",
    "decided by the head",
    "amendment decided",
];

/// What happens among people who talk: once in so many seeds at least.
const ROOM_FAULTS: &[(&str, u64)] = &[
    ("message held", 20),
    ("membership changed", 2),
    ("room lost", 6),
    ("messages removed", 10),
    ("roster changed", 2),
    ("called", 2),
    ("answers counted", 3),
];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Lives one seed in a thread's own runtime. `Err`: what did not hold, and how it came to it.
fn live(seed: u64, talks: bool) -> Result<Vec<&'static str>, String> {
    let trace = Arc::new(Mutex::new(Vec::new()));
    let dir = template::scratch();
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(Box::pin(schedule::live(seed, talks, dir.path(), Arc::clone(&trace))))
    }));
    lived.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        let steps = trace.lock().unwrap_or_else(std::sync::PoisonError::into_inner).join("\n");
        format!("{steps}\nseed {seed}: {}", text.unwrap_or_default())
    })
}

/// Lives many seeds and counts how many of them met what. With `EKITEI_SIM_SEED` only that one is lived: `None`.
fn live_many(seeds: u64, talks: bool) -> Option<BTreeMap<&'static str, u64>> {
    template::template();
    if let Some(seed) = number("EKITEI_SIM_SEED") {
        live(seed, talks).unwrap_or_else(|story| panic!("\n{story}"));
        return None;
    }
    let first = number("EKITEI_SIM_FIRST").unwrap_or(0);
    let next = AtomicU64::new(first);
    let met: Mutex<BTreeMap<&'static str, u64>> = Mutex::default();
    let stories: Mutex<Vec<String>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds || stories.lock().unwrap().len() >= 5 {
                        return;
                    }
                    match live(seed, talks) {
                        Ok(faults) => {
                            let mut met = met.lock().unwrap();
                            let faults: BTreeSet<&'static str> = faults.into_iter().collect();
                            faults.into_iter().for_each(|fault| *met.entry(fault).or_default() += 1);
                        }
                        Err(story) => stories.lock().unwrap().push(story),
                    }
                }
            });
        }
    });
    let stories = stories.into_inner().unwrap();
    assert!(stories.is_empty(), "\n{}\n(EKITEI_SIM_SEED=… repeats one)", stories.join("\n\n"));
    let met = met.into_inner().unwrap();
    println!("{seeds} seeds: {met:?}");
    Some(met)
}

#[test]
fn every_promise_holds_whatever_goes_wrong() {
    let seeds = number("EKITEI_SIM_SEEDS").unwrap_or(500);
    let Some(met) = live_many(seeds, false) else { return };
    if seeds >= 100 {
        for fault in FAULTS {
            assert!(met.contains_key(fault), "no seed met: {fault}");
        }
    }
}

/// The same with rooms: messages, held at night and taken back; people who come and go;
/// rosters that change; calls that are answered.
#[test]
fn every_promise_holds_for_messages_too() {
    let seeds = number("EKITEI_SIM_ROOMS_SEEDS").unwrap_or(100);
    let Some(met) = live_many(seeds, true) else { return };
    for (fault, share) in ROOM_FAULTS {
        let times = met.get(fault).copied().unwrap_or(0);
        assert!(seeds < 40 || times * share >= seeds, "too few of {seeds} seeds met: {fault} ({times})");
    }
}

/// Members hear new numbers at most every five seconds of the office's clock, exactly, and nobody's answer.
#[test]
fn a_prefecture_answers_through_its_tally() {
    let people = usize::try_from(number("EKITEI_SIM_ANSWERS").unwrap_or(1_000)).unwrap();
    template::template();
    let dir = template::scratch();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let told = runtime.block_on(Box::pin(prefecture::answered(people, dir.path(), Arc::default())));
    println!("{people} people answered; members were told {told} times");
}

//! SIGKILL at random moments: the real phone while it writes, photographs and delivers, the real office while it answers
//! and files. What a command confirmed is there in the end, exactly once.
//!
//! `EKITEI_KILL_ROUNDS` sets the number of rounds (default 100), `EKITEI_KILL_SEED` repeats a run.
#![allow(clippy::unwrap_used)]

use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::shots;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const CASE: &str = "R8-砂利-014";

/// A small seeded generator (SplitMix64); the seed is printed with a failure.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Runs the command and kills it after `ms`, unless it is done before. Whether it ended well by itself.
fn run_and_kill(command: &mut Command, ms: u64) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (done, wait) = mpsc::channel::<()>();
    // Nobody sends: the time-out is the moment of the kill, unless the child is faster.
    let mut ended = None;
    for _ in 0..ms.div_ceil(5) {
        ended = child.try_wait().unwrap();
        if ended.is_some() {
            break;
        }
        let _ = wait.recv_timeout(Duration::from_millis(5));
    }
    drop(done);
    if ended.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    ended.is_some_and(|status| status.success())
}

#[test]
fn nothing_confirmed_is_lost_and_nothing_is_doubled() {
    let rounds = number("EKITEI_KILL_ROUNDS", 100);
    let seed = number("EKITEI_KILL_SEED", 20_261_121);
    let mut dice = Dice(seed);
    let dir = tempfile::tempdir().unwrap();
    let mut office = Office::start(dir.path());
    let phone = Phone::enrolled(&dir.path().join("phone"), &office.url(), &office.code("s001"));

    // What was tried, and whether the command confirmed it.
    let mut notes: BTreeMap<String, bool> = BTreeMap::new();
    let mut photos: BTreeMap<String, bool> = BTreeMap::new();
    let mut killed = 0_u64;
    for round in 0..rounds {
        match dice.roll(6) {
            0 | 1 => {
                let text = format!("記録 {round}");
                let ok = run_and_kill(
                    &mut phone.command(&["note", "add", "--case", CASE, "--text", &text]),
                    dice.roll(60),
                );
                killed += u64::from(!ok);
                notes.insert(text, ok);
            }
            2 => {
                let file = shots::small(dir.path(), round);
                let caption = format!("写真 {round}");
                let args = ["photo", "add", file.to_str().unwrap(), "--case", CASE, "--caption", &caption];
                let ok = run_and_kill(&mut phone.command(&args), dice.roll(150));
                killed += u64::from(!ok);
                photos.insert(caption, ok);
            }
            3 | 4 => {
                killed += u64::from(!run_and_kill(
                    &mut phone.command(&["sync", "--deadline-s", "5", "--json"]),
                    dice.roll(120),
                ))
            }
            _ => {
                // The office dies while the phone delivers.
                let mut sync = phone.command(&["sync", "--deadline-s", "2", "--json"]);
                let mut child = sync.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                let (_never, wait) = mpsc::channel::<()>();
                let _ = wait.recv_timeout(Duration::from_millis(dice.roll(80)));
                office.restart();
                killed += 1;
                child.wait().unwrap();
            }
        }
    }
    assert!(killed * 3 >= rounds, "too few kills met anything: {killed} of {rounds}");

    phone.drain(20);
    phone.sync_until("all filed", |p| p.list("photos").iter().all(|r| r["progress"] == "filed"));
    exactly_once(
        "note",
        seed,
        &notes,
        phone.list("notes").iter().map(|n| n["text"].as_str().unwrap().to_owned()),
    );
    exactly_once(
        "photo",
        seed,
        &photos,
        phone.list("photos").iter().map(|n| n["caption"].as_str().unwrap().to_owned()),
    );

    // A colleague's new phone sees the same.
    let other = Phone::enrolled(&dir.path().join("other"), &office.url(), &office.code("s003"));
    other.must(&["case", "follow", CASE]);
    other.drain(20);
    assert_eq!(other.list("notes").len(), phone.list("notes").len(), "seed {seed}");
    assert_eq!(other.list("photos").len(), phone.list("photos").len(), "seed {seed}");
    assert_eq!(office.verify(), Ok(()), "seed {seed}");
    println!("{rounds} rounds, {killed} kills, {} notes, {} photos, seed {seed}", notes.len(), photos.len());
}

fn exactly_once(what: &str, seed: u64, tried: &BTreeMap<String, bool>, there: impl Iterator<Item = String>) {
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    for name in there {
        *count.entry(name).or_default() += 1;
    }
    for (name, confirmed) in tried {
        let n = count.get(name).copied().unwrap_or(0);
        assert!(n <= 1, "{what} {name:?} doubled ({n}), seed {seed}");
        assert!(n == 1 || !confirmed, "{what} {name:?} was confirmed and is lost, seed {seed}");
    }
    assert!(count.keys().all(|name| tried.contains_key(name)), "{what} from nowhere, seed {seed}");
}

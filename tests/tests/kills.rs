//! SIGKILL at random moments: the real phone while it writes, photographs and delivers, the real office while it answers
//! and files. What a command confirmed is there in the end, exactly once.
//!
//! `EKITEI_KILL_ROUNDS` sets the number of rounds (default 100), `EKITEI_KILL_SEED` repeats a run.
#![allow(clippy::unwrap_used)]

use ekitei_tests::kill::{Kills, number};
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::scenes::Dice;
use ekitei_tests::shots;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

const CASE: &str = "R8-砂利-014";

#[test]
fn nothing_confirmed_is_lost_and_nothing_is_doubled() {
    let rounds = number("EKITEI_KILL_ROUNDS", 100);
    let seed = number("EKITEI_KILL_SEED", 20_261_121);
    let mut dice = Dice::new(seed);
    let dir = tempfile::tempdir().unwrap();
    let mut office = Office::start(dir.path());
    let phone = Phone::enrolled(&dir.path().join("phone"), &office.url(), &office.code("s001"));

    // What was tried, and whether the command confirmed it.
    let mut notes: BTreeMap<String, bool> = BTreeMap::new();
    let mut photos: BTreeMap<String, bool> = BTreeMap::new();
    let (mut writing, mut shooting, mut delivering) = (Kills::default(), Kills::default(), Kills::default());
    let mut offices = 0_u64;
    for round in 0..rounds {
        match dice.below(6) {
            0 | 1 => {
                let text = format!("記録 {round}");
                let mut add = phone.command(&["note", "add", "--case", CASE, "--text", &text]);
                let ms = writing.moment(&mut dice);
                notes.insert(text, writing.run(&mut add, ms).is_some());
            }
            2 => {
                let file = shots::small(dir.path(), round);
                let caption = format!("写真 {round}");
                let args = ["photo", "add", file.to_str().unwrap(), "--case", CASE, "--caption", &caption];
                let ms = shooting.moment(&mut dice);
                let ok = shooting.run(&mut phone.command(&args), ms).is_some();
                photos.insert(caption, ok);
            }
            3 | 4 => {
                let mut sync = phone.command(&["sync", "--deadline-s", "5", "--json"]);
                let ms = delivering.moment(&mut dice);
                delivering.run(&mut sync, ms);
            }
            _ => {
                // The office dies while the phone delivers.
                let mut sync = phone.command(&["sync", "--deadline-s", "2", "--json"]);
                let mut child = sync.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                let (_never, wait) = mpsc::channel::<()>();
                let _ = wait.recv_timeout(Duration::from_millis(dice.roll() % 80));
                office.restart();
                offices += 1;
                child.wait().unwrap();
            }
        }
    }
    let killed = offices + writing.met + shooting.met + delivering.met;
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

//! App and background on one phone: two real processes, one queue. This test binary runs itself again as the other process.
#![allow(clippy::unwrap_used)]
mod common;

use common::{NOW, about_note, home, note};
use ekitei_model::wire::PushResult;
use ekitei_model::{Lane, Outcome, Scope};
use ekitei_store::queue::{answers, batch, ops, view};
use std::collections::{BTreeMap, HashSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const DIR: &str = "EKITEI_STORE_TEST_DIR";
const NOTES: usize = 150;

/// One process: writes its own notes and sends whatever waits, without asking who has the engine lock (harder than real life).
/// Each line of its log: lane generation, op_seq, op id.
fn work(dir: &Path) {
    let home = home(dir);
    let case = common::id();
    let log = dir.join(format!("log-{}", std::process::id()));
    let mut log = OpenOptions::new().create(true).append(true).open(log).unwrap();
    for n in 0..NOTES {
        let op = note(case, &format!("{n}"));
        home.queue().write(|tx| ops::enqueue(tx, &op, Lane::Records, &about_note(case), NOW)).unwrap();
        if n % 3 == 0 {
            let sent = home.queue().write(|tx| batch::batch(tx, Lane::Records, 4, 100_000)).unwrap();
            let Some(sent) = sent else { continue };
            for one in &sent.ops {
                writeln!(log, "{} {} {}", sent.generation, one.op_seq, one.op_id).unwrap();
            }
            let results: Vec<PushResult> = sent
                .ops
                .iter()
                .map(|o| PushResult {
                    op_id: o.op_id,
                    outcome: Outcome::Applied { scope: Scope::All, seq: o.op_seq },
                    written_ms: None,
                })
                .collect();
            home.queue()
                .write(|tx| answers::record_outcomes(tx, Lane::Records, sent.generation, &results, NOW))
                .unwrap();
        }
    }
}

/// Not a test by itself: what the child process runs.
#[test]
fn other_process() {
    if let Some(dir) = std::env::var_os(DIR) {
        work(Path::new(&dir));
    }
}

#[test]
fn two_processes_never_use_a_number_twice() {
    if std::env::var_os(DIR).is_some() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    // None has made the files yet: opening at the same time is part of the test.
    let mut children: Vec<_> = (0..2)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "other_process", "--nocapture"])
                .env(DIR, dir.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let mut numbers: BTreeMap<(u32, u64), HashSet<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(dir.path()).unwrap().flatten() {
        if !entry.file_name().to_string_lossy().starts_with("log-") {
            continue;
        }
        for line in std::fs::read_to_string(entry.path()).unwrap().lines() {
            let mut words = line.split(' ');
            let generation = words.next().unwrap().parse().unwrap();
            let op_seq = words.next().unwrap().parse().unwrap();
            numbers.entry((generation, op_seq)).or_default().insert(words.next().unwrap().to_owned());
        }
    }
    assert!(numbers.len() > NOTES / 2);
    assert!(numbers.values().all(|ids| ids.len() == 1), "a number names one operation");
    assert_eq!(
        numbers.values().flatten().collect::<HashSet<_>>().len(),
        numbers.len(),
        "an operation has one number"
    );
    let keys: Vec<u64> = numbers.keys().map(|k| k.1).collect();
    assert_eq!(keys, (1..=keys.len() as u64).collect::<Vec<_>>(), "without a gap");
    // Nothing was lost: what was not sent waits.
    let counts = home(dir.path()).queue().read(view::counts).unwrap();
    assert_eq!(counts.ops + numbers.len() as u64, 2 * NOTES as u64);
}

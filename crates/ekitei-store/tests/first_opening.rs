//! The first openings of a process, by several threads at once: SQLCipher must not refuse the right key because another
//! thread has only begun to start it. A process starts once, so every round is a process of its own.
#![allow(clippy::unwrap_used)]

use ekitei_seal::FileKeystore;
use ekitei_store::{Connection, Home};
use std::process::Command;
use std::sync::{Arc, Barrier};

mod common;

const CHILD: &str = "EKITEI_TEST_FIRST_OPENING";
const ROUNDS: usize = 40;
const PHONES: usize = 5;
/// Turns of an empty loop between one phone and the next.
const SPREAD: usize = 5_000;

#[test]
fn the_first_openings_of_a_process_may_come_at_once() {
    if std::env::var_os(CHILD).is_some() {
        return open_at_once();
    }
    let exe = std::env::current_exe().unwrap();
    for round in 0..ROUNDS {
        let out = Command::new(&exe)
            .args(["--exact", "the_first_openings_of_a_process_may_come_at_once"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert!(out.status.success(), "round {round}: {}", String::from_utf8_lossy(&out.stdout));
    }
}

/// One thread opens as the office does, without a key, and so starts the cipher; the phones come while it is at it.
fn open_at_once() {
    let homes: Vec<_> = (0..PHONES)
        .map(|_| {
            let dir = tempfile::tempdir().unwrap();
            let keystore = Arc::new(FileKeystore::open_or_create(&dir.path().join("keystore")).unwrap());
            (dir, keystore)
        })
        .collect();
    let start = Barrier::new(PHONES + 1);
    std::thread::scope(|threads| {
        let start = &start;
        threads.spawn(move || {
            start.wait();
            drop(Connection::open_in_memory().unwrap());
        });
        for (n, (dir, keystore)) in homes.iter().enumerate() {
            threads.spawn(move || {
                start.wait();
                (0..n * SPREAD).for_each(|_| std::hint::spin_loop());
                drop(Home::open(&dir.path().join("home"), keystore.clone(), common::NOW).unwrap());
            });
        }
    });
}

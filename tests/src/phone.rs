//! A phone as its command line: `ekitei-field`, one process a command, as scripts use it.

use crate::programs::{must, program, said};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A round that nothing came of by then will not help any more; far above the office's own waiting times.
const NEVER: Duration = Duration::from_secs(90);

/// The PIN of every phone in tests and demo.
pub const PIN: &str = "482915";

pub struct Phone {
    pub home: PathBuf,
}

impl Phone {
    /// A phone that has joined the office at `url`.
    pub fn enrolled(home: &Path, url: &str, code: &str) -> Phone {
        let phone = Phone { home: home.to_owned() };
        phone.must(&["enrol", "--server", url, "--code", code]);
        phone
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program("ekitei-field"));
        command.arg("--home").arg(&self.home).args(args).env("EKITEI_PIN", PIN).env("LANG", "C.UTF-8");
        command
    }

    pub fn try_run(&self, args: &[&str]) -> Output {
        let mut command = self.command(args);
        command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"))
    }

    pub fn must(&self, args: &[&str]) -> String {
        said(&must(&mut self.command(args)))
    }

    /// A verb's `--json` answer.
    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.must(&[args, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}\n{text}"))
    }

    /// A `list` as rows.
    pub fn list(&self, what: &str) -> Vec<Value> {
        self.json(&["list", what]).as_array().cloned().unwrap_or_default()
    }

    pub fn note(&self, case: &str, text: &str) {
        self.must(&["note", "add", "--case", case, "--text", text]);
    }

    pub fn photo(&self, case: &str, file: &Path, caption: &str) {
        self.must(&[
            "photo",
            "add",
            file.to_str().expect("the path is text"),
            "--case",
            case,
            "--caption",
            caption,
        ]);
    }

    /// One round; whether the outbox is empty afterwards.
    pub fn sync(&self) -> bool {
        self.try_run(&["sync", "--deadline-s", "20", "--json"]).status.success()
    }

    /// Rounds until the outbox is empty.
    ///
    /// # Panics
    /// When `rounds` are not enough.
    pub fn drain(&self, rounds: usize) {
        if !(0..rounds).any(|_| self.sync()) {
            panic!("not drained after {rounds} rounds: {}", self.must(&["list", "queue", "--json"]));
        }
    }

    /// Rounds until `done` holds for the phone (receipts come back with the feed).
    ///
    /// # Panics
    /// When it never does.
    pub fn sync_until(&self, what: &str, mut done: impl FnMut(&Phone) -> bool) {
        // Quick rounds must not be the reason: what the office does by itself needs its time.
        let begun = Instant::now();
        for round in 0.. {
            self.sync();
            if done(self) {
                return;
            }
            if round >= 200 && begun.elapsed() >= NEVER {
                break;
            }
        }
        let standing = ["queue", "photos", "inspections"].map(|of| self.must(&["list", of]));
        panic!("never: {what}\n{}", standing.join("\n"));
    }
}

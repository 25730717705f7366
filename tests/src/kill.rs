//! Processes that are killed at chosen moments, and the numbers that such tests are told from outside.

use crate::scenes::Dice;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How often it is looked whether the process has ended by itself.
const LOOK_EVERY_MS: u64 = 4;

/// A number from the environment.
///
/// # Panics
/// When the variable is set and no number.
pub fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}"))
    })
}

/// How long a kind of command takes here and now, learned from those that nobody killed, so that a kill meets the next
/// one on a quick machine and on a slow one.
pub struct Kills {
    usual_ms: u64,
    /// Commands that did not end well.
    pub met: u64,
}

impl Default for Kills {
    /// Long enough at first that the first command of the kind is likely to end and to be measured.
    fn default() -> Self {
        Self { usual_ms: 400, met: 0 }
    }
}

impl Kills {
    /// A moment within what the command usually takes, and now and then a little later, in milliseconds.
    pub fn moment(&self, dice: &mut Dice) -> u64 {
        dice.roll() % (self.usual_ms + self.usual_ms / 8 + 2)
    }

    /// See [`run_and_kill`].
    pub fn run(&mut self, command: &mut Command, ms: u64) -> Option<Vec<u8>> {
        let begun = Instant::now();
        let said = run_and_kill(command, ms);
        match &said {
            // Falls slowly: a picture takes longer than a word.
            Some(_) => {
                let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.usual_ms = took_ms.max(self.usual_ms * 3 / 4);
            }
            None => self.met += 1,
        }
        said
    }
}

/// Runs the command and sends SIGKILL after `ms`, unless it is done before. What it printed, if it ended well by itself;
/// that must fit into a pipe.
///
/// # Panics
/// When it cannot be started.
pub fn run_and_kill(command: &mut Command, ms: u64) -> Option<Vec<u8>> {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program can be started");
    // Nobody sends: the time-out is the moment of the kill, unless the child is faster.
    let (_never, wait) = mpsc::channel::<()>();
    let mut ended = None;
    for _ in 0..ms.div_ceil(LOOK_EVERY_MS) {
        ended = child.try_wait().expect("it is our child");
        if ended.is_some() {
            break;
        }
        let _ = wait.recv_timeout(Duration::from_millis(LOOK_EVERY_MS));
    }
    if ended.is_none() {
        child.kill().expect("it is our child");
    }
    // What it said before its end was said.
    let mut said = Vec::new();
    let mut out = child.stdout.take().expect("it is a pipe");
    out.read_to_end(&mut said).expect("a pipe can be read");
    child.wait().expect("it is our child").success().then_some(said)
}

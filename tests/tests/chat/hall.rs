//! An office whose clock a test moves: the server's library in this process, on the folders that the operator's commands
//! filled. The phones' clocks go with it.

use super::{open_with, round};
use async_trait::async_trait;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::EnrolArgs;
use ekitei_core::{Core, Options};
use ekitei_server::{Clock, Config, Running, StartError};
use ekitei_sync::clock::SystemClock;
use ekitei_tests::line::Line;
use ekitei_tests::office::Office;
use ekitei_tests::phone::PIN;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const MINUTE_MS: i64 = 60_000;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// 2025-01-16, a Thursday, at 20:00 in Japan; working hours begin at 8:45. Long ago, so that the codes that the operator
/// makes by the machine's clock are good.
pub const EVENING: i64 = 1_737_025_200_000;
pub const MORNING: i64 = EVENING + 12 * HOUR_MS + 45 * MINUTE_MS;

pub struct Hall {
    pub clock: Clock,
    pub line: Line,
    running: Option<Running>,
    office: Office,
    dir: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Hall {
    pub fn at(now_ms: i64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut office = Office::start(dir.path());
        office.kill();
        let line = runtime.block_on(Line::to(office.addr)).unwrap();
        let mut hall = Self { clock: Clock::fixed(now_ms), line, running: None, office, dir, runtime };
        hall.start();
        hall
    }

    fn start(&mut self) {
        let free = "127.0.0.1:0".parse().unwrap();
        let mut config = Config::new(self.office.data.clone(), self.office.share.clone(), free);
        config.clock = self.clock.clone();
        config.limits.job_poll_ms = 10;
        config.limits.shutdown_ms = 500;
        // A clock that stands still gives nobody new requests.
        config.limits.device_burst = 1e9;
        // A process that another test starts may hold the former lock for the moment between its fork and its program.
        let mut tries = 0;
        let running = loop {
            match self.runtime.block_on(ekitei_server::start(config.clone())) {
                Ok(running) => break running,
                Err(StartError::Taken(_)) if tries < 10_000 => tries += 1,
                Err(error) => panic!("{error}"),
            }
            std::thread::yield_now();
        };
        self.line.lead_to(running.addr);
        self.running = Some(running);
    }

    pub fn restart(&mut self) {
        let running = self.running.take().unwrap();
        self.runtime.block_on(running.shutdown());
        self.start();
    }

    /// The clock of the office and of every phone.
    pub fn go_to(&self, at_ms: i64) {
        self.clock.advance(at_ms - self.clock.now_ms());
    }

    /// A phone behind the line.
    pub fn phone(&self, staff: &str, name: &str) -> Core {
        let core = self.open(name);
        let (server, code) = (self.line.url(), self.office.code(staff));
        core.enrol(EnrolArgs { server, code, pin: PIN.into(), ca_pem: None, model: None }).unwrap();
        round(&core);
        core
    }

    pub fn home(&self, name: &str) -> PathBuf {
        self.dir.path().join("phones").join(name)
    }

    /// As after a kill: everything anew from the files.
    pub fn open(&self, name: &str) -> Core {
        let clock = Arc::new(Follows { office: self.clock.clone(), machine: SystemClock::new() });
        open_with(&self.home(name), Options { clock, ..Options::default() })
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Rounds until `done`; what the office does by its clock takes it a moment.
    pub fn until(&self, what: &str, core: &Core, mut done: impl FnMut(&Core) -> bool) {
        for _ in 0..3_000 {
            round(core);
            if done(core) {
                return;
            }
        }
        panic!("never: {what}");
    }

    pub fn verify(&self) {
        assert_eq!(self.office.verify(), Ok(()));
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.shutdown());
        }
    }
}

/// Says what the office's clock says; only pauses are the machine's.
struct Follows {
    office: Clock,
    machine: SystemClock,
}

#[async_trait]
impl ekitei_sync::clock::Clock for Follows {
    fn now_ms(&self) -> i64 {
        self.office.now_ms()
    }

    fn steady_ms(&self) -> u64 {
        self.machine.steady_ms()
    }

    async fn sleep_ms(&self, ms: u64) {
        self.machine.sleep_ms(ms).await;
    }
}

//! How long the machine's disk takes by itself while messages go: whoever waits for it cannot be faster.

use crate::section::Samples;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub const A_SECOND: u32 = 10;

/// Writes and syncs 4 KiB at a steady pace until it is asked what it saw.
pub struct Disk {
    stop: Sender<()>,
    seen: JoinHandle<Samples>,
}

impl Disk {
    pub fn watch(folder: &Path) -> Disk {
        let mut file =
            File::create(folder.join("disk.probe")).expect("a file can be made beside the servers'");
        let (stop, stopped) = mpsc::channel();
        let seen = std::thread::spawn(move || {
            let mut seen = Samples::default();
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(Duration::from_secs(1) / A_SECOND)
            {
                let began = Instant::now();
                file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).expect("the disk takes 4 KiB");
                seen.push(began.elapsed().as_secs_f64() * 1e3);
            }
            seen
        });
        Disk { stop, seen }
    }

    /// Milliseconds of each write.
    pub fn seen(self) -> Samples {
        drop(self.stop);
        self.seen.join().expect("the probe ended well")
    }
}

//! What to do next, and what a failure means. Pure: no disk, no network, no clock; time and randomness are arguments.

mod hold;
mod rate;
mod share;

pub use hold::{BASE_BACKOFF_MS, Holds, MAX_BACKOFF_MS, Wake, ceiling_ms};
pub use rate::{CHUNK_TARGET_MS, FIRST_CHUNK_BYTES, MAX_CHUNK_BYTES, MIN_CHUNK_BYTES, Rate};
pub use share::Shares;

use ekitei_model::wire::{DeviceState, Epoch, MAX_BATCH_BYTES, MAX_BATCH_OPS};
use ekitei_model::{Fault, Lane};
use rand::rngs::StdRng;

use crate::error::CallError;

/// A due pull lets waiting operations go first for this long.
const PULL_PATIENCE_MS: i64 = 5_000;
/// Uncompressed bytes of one answer to a pull on a good or unknown line.
const MAX_PULL_BYTES: u64 = 2 * 1024 * 1024;
/// JSON of records shrinks at least so much on the wire.
const COMPRESSION: u64 = 4;
/// A file that failed its checksums so often is parked.
pub const MAX_FILE_RESTARTS: u32 = 3;

/// What waits, parked items excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    pub items: u64,
    pub bytes: u64,
}

impl Load {
    pub fn new(items: u64, bytes: u64) -> Self {
        Self { items, bytes }
    }
    pub fn any(self) -> bool {
        self.items > 0
    }
}

/// Everything that the next decision depends on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Snapshot {
    /// Operations of lanes 0–2.
    pub ops: [Load; 3],
    /// Files by lane; only lanes 2–4 carry any.
    pub files: [Load; 5],
    /// Since when some scope wants to be asked; `None`: nothing to pull.
    pub pull_due_since_ms: Option<i64>,
    pub downloads: Load,
    /// `false`: the office took reading away from this phone, it only delivers.
    pub may_read: bool,
}

impl Snapshot {
    /// Nothing waits to be sent.
    pub fn drained(&self) -> bool {
        !self.ops.iter().any(|l| l.any()) && !self.files.iter().any(|l| l.any())
    }
}

/// The next thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Push {
        lane: Lane,
        max_ops: usize,
        max_bytes: usize,
    },
    Upload {
        lane: Lane,
        chunk_bytes: u64,
    },
    Pull {
        max_bytes: u32,
    },
    Download {
        chunk_bytes: u64,
    },
    /// Something is to do, but not before then.
    Wait {
        until_ms: i64,
    },
    Done,
}

/// What the engine does about a failed step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// The item stays; the planner names the time.
    Later,
    /// Same step again with fewer operations.
    Split,
    /// The one operation of this batch is never accepted: replace it by `void`, keep its bytes for the person.
    Void(Fault),
    /// The one file is never accepted: set it aside with its reason, go on with the next.
    Park(Fault),
    /// Ask the server where the upload stands, or begin it anew.
    Relocate,
    /// Send the whole file again.
    Restart,
    /// The lane's generation ends; retained operations are pushed again in a new one.
    NewGeneration(Lane),
    NewEpoch(Epoch),
    Device(DeviceState),
    /// Nothing helps in this run; a person must act.
    Stop(Fault),
}

/// Chooses steps and learns from their results. Everything but [`Holds`] may be lost at any time.
pub struct Planner {
    holds: Holds,
    sending: Shares<4>,
    directions: Shares<2>,
    up: Rate,
    down: Rate,
    batch_ops: usize,
    batch_bytes: usize,
    rng: StdRng,
}

/// Order of [`Planner::sending`]; an emergency does not queue with the others.
const SENDING: [Lane; 4] = [Lane::Chat, Lane::Records, Lane::Display, Lane::Originals];
const SEND: usize = 0;
const RECEIVE: usize = 1;

impl Planner {
    pub fn new(holds: Holds, rng: StdRng) -> Self {
        Self {
            holds,
            sending: Shares::new(SENDING.map(Lane::weight)),
            directions: Shares::new([60, 40]),
            up: Rate::default(),
            down: Rate::default(),
            batch_ops: MAX_BATCH_OPS,
            batch_bytes: MAX_BATCH_BYTES,
            rng,
        }
    }

    /// What must survive this process.
    pub fn holds(&self) -> Holds {
        self.holds
    }

    /// Another process may have written them meanwhile.
    pub fn set_holds(&mut self, holds: Holds) {
        self.holds = holds;
    }

    /// The measured rate upwards, while it is worth something.
    pub fn up_bytes_per_s(&self, now_ms: i64) -> Option<u64> {
        self.up.known(now_ms)
    }

    pub fn wake(&mut self, wake: Wake) {
        self.holds.wake(wake);
        if wake == Wake::Connectivity {
            self.up.forget();
            self.down.forget();
        }
    }

    pub fn next(&mut self, now: &Snapshot, now_ms: i64) -> Step {
        let receiving = now.may_read && (now.pull_due_since_ms.is_some() || now.downloads.any());
        if now.drained() && !receiving {
            return Step::Done;
        }
        if !self.holds.line_open(now_ms) {
            return Step::Wait { until_ms: self.holds.line_until_ms };
        }
        if now.ops[0].any() && self.holds.lane_open(0, now_ms) {
            return self.push(Lane::Emergency, now_ms);
        }
        let open = |lane: Lane| {
            let index = usize::from(u8::from(lane));
            let ops = now.ops.get(index).is_some_and(|l| l.any());
            (ops || now.files[index].any()) && self.holds.lane_open(index, now_ms)
        };
        let lanes = SENDING.map(open);
        let may_send = lanes.iter().any(|l| *l);
        let may_receive = receiving && self.holds.receive_open(now_ms);
        let ops_first = [Lane::Chat, Lane::Records].iter().any(|l| {
            let index = usize::from(u8::from(*l));
            now.ops[index].any() && self.holds.lane_open(index, now_ms)
        });
        let patient = now.pull_due_since_ms.is_none_or(|since| {
            let waited = now_ms.saturating_sub(since);
            (0..PULL_PATIENCE_MS).contains(&waited)
        });
        let direction = match (may_send, may_receive) {
            (false, false) => return Step::Wait { until_ms: self.earliest(now, receiving) },
            (true, true) if ops_first && patient => SEND,
            // What the office says may change what is worth sending: ask before the long files.
            (true, true) if !ops_first && now.pull_due_since_ms.is_some() && patient => RECEIVE,
            works => self.directions.pick([works.0, works.1]).unwrap_or(SEND),
        };
        if direction == RECEIVE {
            return match now.pull_due_since_ms {
                Some(_) => Step::Pull { max_bytes: self.pull_bytes(now_ms) },
                None => Step::Download { chunk_bytes: self.down.chunk_bytes(now_ms) },
            };
        }
        match self.sending.pick(lanes).map(|flow| SENDING[flow]) {
            // Within a lane the records go before the bytes that hang on them.
            Some(lane @ (Lane::Chat | Lane::Records)) if now.ops[usize::from(u8::from(lane))].any() => {
                self.push(lane, now_ms)
            }
            Some(lane) => Step::Upload { lane, chunk_bytes: self.up.chunk_bytes(now_ms) },
            None => Step::Done,
        }
    }

    fn push(&self, lane: Lane, now_ms: i64) -> Step {
        let fits = match self.up.known(now_ms) {
            Some(_) => usize::try_from(self.up.chunk_bytes(now_ms) * COMPRESSION).unwrap_or(MAX_BATCH_BYTES),
            None => MAX_BATCH_BYTES,
        };
        Step::Push { lane, max_ops: self.batch_ops, max_bytes: self.batch_bytes.min(fits) }
    }

    fn pull_bytes(&self, now_ms: i64) -> u32 {
        let bytes = match self.down.known(now_ms) {
            Some(_) => (self.down.chunk_bytes(now_ms) * COMPRESSION).min(MAX_PULL_BYTES),
            None => MAX_PULL_BYTES,
        };
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    /// When the first of the held lanes with work opens.
    fn earliest(&self, now: &Snapshot, receiving: bool) -> i64 {
        let lanes = (0..5).filter(|&i| now.files[i].any() || now.ops.get(i).is_some_and(|l| l.any()));
        let receive = receiving.then_some(self.holds.receive_until_ms);
        lanes.map(|i| self.holds.lane_until_ms[i]).chain(receive).min().unwrap_or(0)
    }

    /// A step succeeded and moved so many bytes over the line in so long.
    pub fn succeeded(&mut self, step: &Step, wire_bytes: u64, elapsed_ms: u64, now_ms: i64) {
        self.moved(step, wire_bytes);
        self.timed(step, wire_bytes, elapsed_ms, now_ms);
    }

    /// Steps that succeeded moved so many bytes over the line in so long; those that overlap are timed together.
    pub fn timed(&mut self, step: &Step, wire_bytes: u64, elapsed_ms: u64, now_ms: i64) {
        match step {
            Step::Push { .. } | Step::Upload { .. } => self.up.observe(wire_bytes, elapsed_ms, now_ms),
            Step::Pull { .. } | Step::Download { .. } => self.down.observe(wire_bytes, elapsed_ms, now_ms),
            Step::Wait { .. } | Step::Done => {}
        }
    }

    /// A step succeeded and moved so many bytes.
    pub fn moved(&mut self, step: &Step, wire_bytes: u64) {
        self.holds.succeeded();
        match *step {
            Step::Push { lane, .. } | Step::Upload { lane, .. } => {
                if let Some(flow) = SENDING.iter().position(|l| *l == lane) {
                    self.sending.spend(flow, wire_bytes);
                }
                self.directions.spend(SEND, wire_bytes);
                if matches!(step, Step::Push { .. }) {
                    self.batch_ops = (self.batch_ops * 2).min(MAX_BATCH_OPS);
                    self.batch_bytes = (self.batch_bytes * 2).min(MAX_BATCH_BYTES);
                }
            }
            Step::Pull { .. } | Step::Download { .. } => self.directions.spend(RECEIVE, wire_bytes),
            Step::Wait { .. } | Step::Done => {}
        }
    }

    /// A step failed; `items` is how many operations it carried (0 for a pull), `restarts` how often this file was
    /// begun anew.
    pub fn failed(
        &mut self,
        step: &Step,
        error: &CallError,
        items: usize,
        restarts: u32,
        now_ms: i64,
    ) -> Consequence {
        let lane = match *step {
            Step::Push { lane, .. } | Step::Upload { lane, .. } => Some(lane),
            _ => None,
        };
        let pushed = matches!(step, Step::Push { .. });
        match error {
            CallError::Busy { retry_after_ms: Some(wait), .. } => {
                self.holds.shed(lane.map(u8::from), *wait, now_ms);
                Consequence::Later
            }
            CallError::Busy { retry_after_ms: None, .. } => self.later(now_ms),
            CallError::Network(_) | CallError::Timeout | CallError::Garbage(_) | CallError::Untrusted => {
                if lane.is_some() {
                    self.up.penalise();
                } else {
                    self.down.penalise();
                }
                if *error == CallError::Timeout && pushed {
                    // Perhaps it was too much for this line, or for the server.
                    self.shrink(items);
                }
                self.later(now_ms)
            }
            CallError::Token => Consequence::Stop(error.to_fault()),
            CallError::Device(state) => Consequence::Device(*state),
            CallError::Epoch(epoch) => Consequence::NewEpoch(epoch.clone()),
            CallError::LaneGap { .. } => match lane {
                Some(lane) if pushed => Consequence::NewGeneration(lane),
                _ => self.later(now_ms),
            },
            CallError::UploadMoved { .. } if restarts < MAX_FILE_RESTARTS => Consequence::Relocate,
            CallError::Checksum if restarts < MAX_FILE_RESTARTS => Consequence::Restart,
            CallError::UploadMoved { .. } | CallError::Checksum => Consequence::Park(error.to_fault()),
            // The office is older than this app: no operation is to blame.
            CallError::Refused(fault) if fault.code == "proto-unknown" => Consequence::Stop(fault.clone()),
            CallError::Refused(fault) if pushed && items > 1 => {
                self.shrink(items);
                tracing::debug!(code = %fault.code, items, "a batch was refused; looking for the one");
                Consequence::Split
            }
            CallError::Refused(fault) if pushed => Consequence::Void(fault.clone()),
            CallError::Refused(fault) if lane.is_some() || matches!(step, Step::Download { .. }) => {
                Consequence::Park(fault.clone())
            }
            // A pull is no item that could be set aside.
            CallError::Refused(_) => self.later(now_ms),
            CallError::Disk(fault) if pushed || matches!(step, Step::Pull { .. }) => {
                Consequence::Stop(fault.clone())
            }
            CallError::Disk(fault) => Consequence::Park(fault.clone()),
        }
    }

    fn later(&mut self, now_ms: i64) -> Consequence {
        self.holds.back_off(now_ms, &mut self.rng);
        Consequence::Later
    }

    fn shrink(&mut self, items: usize) {
        self.batch_ops = (items.min(self.batch_ops) / 2).max(1);
        self.batch_bytes = (self.batch_bytes / 2).max(1);
    }
}

#[cfg(test)]
mod tests;

//! What the engine keeps in rows, and its running count of what waits.

use ekitei_model::Lane;
use ekitei_model::wire::TokenReply;
use ekitei_store::queue::{LineState, Queue, batch, downloads, line, meta, uploads};
use ekitei_store::{Connection, StoreError, Transaction};

use super::{Engine, Run};
use crate::plan::{Holds, Load, Snapshot};
use crate::transport::Waiting;

const HOLDS: &str = "sync.holds";
const SALVAGE_DUE: &str = "sync.salvage-due";
/// The queue is counted anew after this long; in between, what was sent is subtracted.
const COUNT_EVERY_MS: u64 = 1_000;

pub fn load_holds(conn: &Connection) -> Result<Holds, StoreError> {
    // Unreadable holds are none: waiting is a courtesy.
    Ok(meta::json(conn, HOLDS).unwrap_or_default().unwrap_or_default())
}

/// Set by a change of epoch, until the office was offered everything it lacks.
pub fn salvage_due(conn: &Connection) -> Result<bool, StoreError> {
    Ok(meta::json(conn, SALVAGE_DUE)?.unwrap_or(false))
}

pub fn set_salvage_due(tx: &Transaction, due: bool) -> Result<(), StoreError> {
    meta::set_json(tx, SALVAGE_DUE, &due)
}

pub fn kept_token(line: &LineState) -> Option<TokenReply> {
    Some(TokenReply {
        token: line.token.clone()?,
        expires_ms: line.token_expires_ms?,
        challenge: line.challenge.clone().unwrap_or_default(),
    })
}

pub fn keep_token(line: &mut LineState, token: Option<TokenReply>) {
    if let Some(token) = token {
        line.token = Some(token.token);
        line.token_expires_ms = Some(token.expires_ms);
        line.challenge = Some(token.challenge);
    }
}

impl Engine {
    /// Writes the line's state, if it changed.
    pub(super) fn save_line(&self, run: &mut Run<'_>) -> Result<(), StoreError> {
        let holds = self.planner.holds();
        self.home.queue().write(|tx| {
            if load_holds(tx)? != holds {
                meta::set_json(tx, HOLDS, &holds)?;
            }
            if run.line != run.saved_line {
                line::save(tx, &run.line)?;
            }
            Ok(())
        })?;
        run.saved_line = run.line.clone();
        Ok(())
    }
}

/// What waits, by our own count.
#[derive(Clone, Default)]
pub struct Loads {
    ops: [Load; 3],
    files: [Load; 5],
    downloads: Load,
    oldest_ms: Option<i64>,
    counted_ms: Option<u64>,
    touched: bool,
}

impl Loads {
    /// The count is worthless: something was added, parked or begun anew.
    pub fn forget(&mut self) {
        self.counted_ms = None;
    }

    /// Nothing was subtracted since the last count.
    pub fn fresh(&self) -> bool {
        self.counted_ms.is_some() && !self.touched
    }

    pub fn refresh(&mut self, queue: &Queue, steady_ms: u64) -> Result<(), StoreError> {
        if self.counted_ms.is_some_and(|at| steady_ms.saturating_sub(at) < COUNT_EVERY_MS) {
            return Ok(());
        }
        let (ops, files, wish) =
            queue.read(|c| Ok((batch::work(c)?, uploads::ready(c)?, downloads::next(c, 1)?)))?;
        *self = Self { counted_ms: Some(steady_ms), ..Self::default() };
        self.oldest_ms = ops.iter().chain(&files).filter_map(|work| work.oldest_ms).min();
        for work in ops {
            if let Some(load) = self.ops.get_mut(index(work.lane)) {
                *load = Load::new(work.ops, work.bytes);
            }
        }
        for work in files {
            self.files[index(work.lane)] = Load::new(work.ops, work.bytes);
        }
        self.downloads = wish.first().map_or(Load::default(), |w| Load::new(1, w.plain_bytes));
        Ok(())
    }

    /// As if the last bytes of a file of this lane had arrived.
    pub fn without(&self, lane: Lane, bytes: u64) -> Self {
        let mut rest = self.clone();
        rest.sent_file(lane, bytes, true);
        rest
    }

    pub fn snapshot(&self, may_read: bool, pull_due_since_ms: Option<i64>) -> Snapshot {
        Snapshot { ops: self.ops, files: self.files, pull_due_since_ms, downloads: self.downloads, may_read }
    }

    /// As if nobody wished for files.
    pub fn skip_downloads(&mut self, skip: bool) {
        if skip {
            self.downloads = Load::default();
        }
    }

    pub fn waiting(&self) -> Waiting {
        let all = || self.ops.iter().chain(&self.files);
        Waiting {
            items: all().map(|load| load.items).sum(),
            bytes: all().map(|load| load.bytes).sum(),
            oldest_ms: self.oldest_ms,
        }
    }

    pub fn ops(&self, lane: Lane) -> Load {
        self.ops.get(index(lane)).copied().unwrap_or_default()
    }

    pub fn sent_ops(&mut self, lane: Lane, ops: u64, bytes: u64) {
        self.touched = true;
        if let Some(load) = self.ops.get_mut(index(lane)) {
            *load = Load::new(load.items.saturating_sub(ops), load.bytes.saturating_sub(bytes));
        }
    }

    /// Bytes of a file went; `whole`: it is done.
    pub fn sent_file(&mut self, lane: Lane, bytes: u64, whole: bool) {
        self.touched = true;
        let load = &mut self.files[index(lane)];
        *load = Load::new(load.items.saturating_sub(u64::from(whole)), load.bytes.saturating_sub(bytes));
    }
}

fn index(lane: Lane) -> usize {
    usize::from(u8::from(lane))
}

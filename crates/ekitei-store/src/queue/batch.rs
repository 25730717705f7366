//! Batches: numbering happens here and nowhere else. `op_seq` is contiguous per lane and generation and is given when an
//! operation first enters a batch; from then on its bytes are frozen.

use super::ops::next_change;
use crate::error::StoreError;
use ekitei_model::{Lane, OpId};
use rusqlite::{Connection, Transaction, params};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub lane: Lane,
    pub generation: u32,
    /// `op_seq` of the first operation.
    pub first: u64,
    pub ops: Vec<BatchOp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchOp {
    pub op_seq: u64,
    pub op_id: OpId,
    /// One JSON line without the line feed; the same on every try.
    pub bytes: Vec<u8>,
}

/// What waits in one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneWork {
    pub lane: Lane,
    pub ops: u64,
    pub bytes: u64,
    /// When the oldest of them was written.
    pub oldest_ms: Option<i64>,
}

/// The next operations of a lane, at most `max_ops` and `max_bytes` (an oversized one goes alone). What was in a batch
/// before and has no answer yet comes first, with the same numbers and bytes. `None`: nothing waits.
pub fn batch(
    tx: &Transaction,
    lane: Lane,
    max_ops: usize,
    max_bytes: usize,
) -> Result<Option<Batch>, StoreError> {
    following(tx, lane, 0, max_ops, max_bytes)
}

/// As [`batch`], but only what comes after `after` (an `op_seq` of the current generation): the next batch can be made
/// ready while the last is on its way.
pub fn following(
    tx: &Transaction,
    lane: Lane,
    after: u64,
    max_ops: usize,
    max_bytes: usize,
) -> Result<Option<Batch>, StoreError> {
    let (generation, next_seq, acked): (u32, u64, u64) = tx
        .prepare_cached("SELECT generation, next_seq, acked FROM lanes WHERE lane = ?1")?
        .query_row([u8::from(lane)], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    let mut ops = in_flight(tx, lane, generation, acked.max(after), max_ops, max_bytes)?;
    if ops.is_empty() {
        ops = number(tx, lane, generation, next_seq, max_ops, max_bytes)?;
    }
    let Some(first) = ops.first().map(|op| op.op_seq) else { return Ok(None) };
    Ok(Some(Batch { lane, generation, first, ops }))
}

fn in_flight(
    tx: &Transaction,
    lane: Lane,
    generation: u32,
    acked: u64,
    max_ops: usize,
    max_bytes: usize,
) -> Result<Vec<BatchOp>, StoreError> {
    let mut statement = tx.prepare_cached(
        "SELECT op_seq, op_id, body FROM ops
         WHERE lane = ?1 AND generation = ?2 AND op_seq > ?3 AND op_seq IS NOT NULL AND state = 1 ORDER BY op_seq",
    )?;
    let mut rows = statement.query(params![u8::from(lane), generation, acked])?;
    let mut ops: Vec<BatchOp> = Vec::new();
    let mut filled = Filled { max_ops, max_bytes, ops: 0, bytes: 0 };
    while let Some(row) = rows.next()? {
        let op_seq: u64 = row.get(0)?;
        let body: String = row.get(2)?;
        let gap = ops.last().is_some_and(|last| last.op_seq + 1 != op_seq);
        if gap || !filled.takes(body.len()) {
            break;
        }
        ops.push(BatchOp { op_seq, op_id: OpId(Uuid::from_bytes(row.get(1)?)), bytes: body.into_bytes() });
    }
    Ok(ops)
}

fn number(
    tx: &Transaction,
    lane: Lane,
    generation: u32,
    next_seq: u64,
    max_ops: usize,
    max_bytes: usize,
) -> Result<Vec<BatchOp>, StoreError> {
    let mut chosen: Vec<(i64, BatchOp)> = Vec::new();
    {
        let mut statement = tx.prepare_cached(
            "SELECT ord, op_id, body FROM ops WHERE lane = ?1 AND state < 2 AND op_seq IS NULL ORDER BY ord",
        )?;
        let mut rows = statement.query([u8::from(lane)])?;
        let mut filled = Filled { max_ops, max_bytes, ops: 0, bytes: 0 };
        let mut op_seq = next_seq;
        while let Some(row) = rows.next()? {
            let body: String = row.get(2)?;
            if !filled.takes(body.len()) {
                break;
            }
            let op_id = OpId(Uuid::from_bytes(row.get(1)?));
            chosen.push((row.get(0)?, BatchOp { op_seq, op_id, bytes: body.into_bytes() }));
            op_seq += 1;
        }
    }
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let mut update =
        tx.prepare_cached("UPDATE ops SET state = 1, generation = ?2, op_seq = ?3 WHERE ord = ?1")?;
    for (ord, op) in &chosen {
        update.execute(params![ord, generation, op.op_seq])?;
    }
    tx.prepare_cached("UPDATE lanes SET next_seq = ?2 WHERE lane = ?1")?
        .execute(params![u8::from(lane), next_seq + chosen.len() as u64])?;
    // Frozen is visible in the queue's screen.
    next_change(tx)?;
    Ok(chosen.into_iter().map(|(_, op)| op).collect())
}

struct Filled {
    max_ops: usize,
    max_bytes: usize,
    ops: usize,
    bytes: usize,
}

impl Filled {
    /// The first always fits: an oversized operation goes alone.
    fn takes(&mut self, bytes: usize) -> bool {
        let with_line_feed = bytes + 1;
        if self.ops > 0 && (self.ops >= self.max_ops || self.bytes + with_line_feed > self.max_bytes) {
            return false;
        }
        self.ops += 1;
        self.bytes += with_line_feed;
        true
    }
}

/// Whether anything waits in this lane.
pub fn waits(conn: &Connection, lane: Lane) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached(WAITS)?.query_row([u8::from(lane)], |r| r.get(0))?)
}

/// In the order of the index `ops_work`: nothing is sorted.
pub(super) const WORK: &str = "SELECT lane, count(*), sum(bytes), min(at_ms) FROM ops WHERE state <> 2 AND state < 2 GROUP BY state, lane";
pub(super) const WAITS: &str =
    "SELECT EXISTS (SELECT 1 FROM ops WHERE state <> 2 AND state IN (0, 1) AND lane = ?1)";

/// What waits in the lanes that carry operations; lanes without work are left out. Reads the index `ops_work` alone.
pub fn work(conn: &Connection) -> Result<Vec<LaneWork>, StoreError> {
    let mut statement = conn.prepare_cached(WORK)?;
    let mut rows = statement.query([])?;
    let mut lanes: BTreeMap<u8, LaneWork> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let code: u8 = row.get(0)?;
        let lane = Lane::try_from(code).map_err(StoreError::Missing)?;
        let work = lanes.entry(code).or_insert(LaneWork { lane, ops: 0, bytes: 0, oldest_ms: None });
        work.ops += row.get::<_, u64>(1)?;
        work.bytes += row.get::<_, u64>(2)?;
        let oldest_ms: i64 = row.get(3)?;
        work.oldest_ms = Some(work.oldest_ms.map_or(oldest_ms, |ms| ms.min(oldest_ms)));
    }
    Ok(lanes.into_values().collect())
}

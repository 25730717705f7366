//! Operations to send: written, coalesced, cancelled, parked.

use crate::error::StoreError;
use ekitei_model::merge::coalesce;
use ekitei_model::op::OpBody;
use ekitei_model::wire::PROTO;
use ekitei_model::{Fault, Lane, OpId, Operation, Outcome, Record, RecordId, Scope, Stamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

/// What the queue must know of the record that an operation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub scope: Scope,
    pub kind: String,
}

impl About {
    pub fn record(record: &Record) -> Self {
        Self { scope: record.scope.clone(), kind: record.kind.clone() }
    }

    /// From an operation that says it itself (create, publish, mark).
    pub fn named(op: &Operation) -> Option<Self> {
        match &op.body {
            OpBody::Create { kind, scope, .. } | OpBody::Publish { kind, scope, .. } => {
                Some(Self { scope: scope.clone(), kind: kind.clone() })
            }
            OpBody::Mark { scope, .. } => Some(Self { scope: scope.clone(), kind: "mark".into() }),
            _ => None,
        }
    }
}

/// How far an operation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpState {
    /// Never in a batch: may be edited, coalesced, cancelled.
    Open,
    /// Has been in a batch: its bytes are fixed for ever.
    Frozen,
    /// The office answered; goes to the vault at the next replay.
    Answered,
    /// The transport refused it for good; its bytes wait here for a person.
    Parked,
    /// The office did not apply it (quarantine, record gone); a person should see it.
    Refused,
}

impl OpState {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Frozen => 1,
            Self::Answered => 2,
            Self::Parked => 3,
            Self::Refused => 4,
        }
    }
    pub(crate) fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Open,
            1 => Self::Frozen,
            2 => Self::Answered,
            3 => Self::Parked,
            _ => Self::Refused,
        }
    }
}

/// One row.
#[derive(Clone, Debug)]
pub struct QueuedOp {
    /// The order in which they were written.
    pub ord: i64,
    pub op: Operation,
    pub about: About,
    pub lane: Lane,
    pub state: OpState,
    pub outcome: Option<Outcome>,
    pub answered_ms: Option<i64>,
    pub fault: Option<Fault>,
    pub at_ms: i64,
    /// The scope was lost: no longer shown, still delivered.
    pub hidden: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    New,
    /// Contained in this earlier unsent operation of the same record; the given operation's id is not used.
    Folded(OpId),
}

/// Puts an operation behind all others. Unsent patches of one record become one; the lane of earlier operations of the
/// record that are still here wins over `lane`.
///
/// # Errors
/// [`StoreError::Sql`] when the op id was used before; lanes 3 and 4 carry bytes only.
pub fn enqueue(
    tx: &Transaction,
    op: &Operation,
    lane: Lane,
    about: &About,
    now_ms: i64,
) -> Result<Enqueued, StoreError> {
    let last: Option<(i64, i64, String)> = tx
        .prepare_cached(
            "SELECT ord, state, body FROM ops WHERE record = ?1 AND state <> 2 AND kind <> 'void' ORDER BY ord DESC LIMIT 1",
        )?
        .query_row([op.record.0.into_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    if let Some((ord, state, body)) = last
        && OpState::from_code(state) == OpState::Open
    {
        let mut older: Operation = serde_json::from_str(&body)?;
        if coalesce(&mut older, op) {
            rewrite(tx, ord, &older)?;
            return Ok(Enqueued::Folded(older.op_id));
        }
    }
    let lane = lane_of(tx, op, lane, now_ms)?;
    insert(tx, None, op, lane, about, OpState::Open, now_ms)?;
    Ok(Enqueued::New)
}

/// All operations of a record use the lane of its create; of a record made elsewhere, that of the one still waiting.
fn lane_of(tx: &Transaction, op: &Operation, asked: Lane, now_ms: i64) -> Result<u8, StoreError> {
    let record = op.record.0.into_bytes();
    if matches!(op.body, OpBody::Create { .. } | OpBody::Publish { .. }) {
        tx.prepare_cached("INSERT OR REPLACE INTO record_lanes VALUES (?1, ?2, ?3)")?.execute(params![
            record,
            u8::from(asked),
            now_ms
        ])?;
        return Ok(asked.into());
    }
    let known: Option<u8> = tx
        .prepare_cached(
            "SELECT coalesce((SELECT lane FROM record_lanes WHERE record = ?1),
                             (SELECT lane FROM ops WHERE record = ?1 AND state < 2 ORDER BY ord LIMIT 1))",
        )?
        .query_row([record], |r| r.get(0))?;
    Ok(known.unwrap_or(asked.into()))
}

/// Forgets the lanes of records made before `before_ms`: none of their operations is retained any more.
pub(crate) fn forget_lanes(tx: &Transaction, before_ms: i64) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM record_lanes WHERE at_ms < ?1 AND NOT EXISTS (SELECT 1 FROM ops WHERE ops.record = record_lanes.record)",
        [before_ms],
    )?;
    Ok(())
}

/// Takes one waiting item back: an operation that has not been in a batch, or a parked or refused one after a person's
/// decision. Cancelling a create takes the record's later unsent operations and its files' uploads with it.
///
/// # Errors
/// [`StoreError::Frozen`] when it is on its way; [`StoreError::Missing`].
pub fn cancel(tx: &Transaction, op_id: OpId) -> Result<(), StoreError> {
    let row = by_id(tx, op_id)?.ok_or_else(|| StoreError::Missing(op_id.to_string()))?;
    if matches!(row.state, OpState::Frozen | OpState::Answered) {
        return Err(StoreError::Frozen);
    }
    if matches!(row.op.body, OpBody::Create { .. } | OpBody::Publish { .. }) {
        let record = row.op.record.0.into_bytes();
        let ids: Vec<[u8; 16]> = tx
            .prepare_cached("SELECT op_id FROM ops WHERE record = ?1 AND state IN (0, 3, 4)")?
            .query_map([record], |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        for id in ids {
            drop_op(tx, OpId(Uuid::from_bytes(id)))?;
        }
        tx.execute("DELETE FROM uploads WHERE record = ?1 AND state <> 2", [record])?;
        return super::blobs::forget_record(tx, row.op.record);
    }
    drop_op(tx, op_id)
}

/// Takes a whole record back that the office has never been told of. `false`: too late, nothing was changed;
/// delete it with an operation.
pub fn cancel_record(tx: &Transaction, record: RecordId) -> Result<bool, StoreError> {
    let create: Option<([u8; 16], i64, String)> = tx
        .prepare_cached("SELECT op_id, state, body FROM ops WHERE record = ?1 ORDER BY ord LIMIT 1")?
        .query_row([record.0.into_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let Some((id, 0, body)) = create else { return Ok(false) };
    let op: Operation = serde_json::from_str(&body)?;
    if !matches!(op.body, OpBody::Create { .. }) {
        return Ok(false);
    }
    cancel(tx, OpId(Uuid::from_bytes(id)))?;
    Ok(true)
}

/// The transport refuses this operation for good (too large, not decodable). Its place in the lane is taken by a `void`
/// operation with the id `void_id`, so that the lane goes on; its own bytes wait for a person.
///
/// # Errors
/// [`StoreError::Missing`] when it is not waiting to be sent.
pub fn void_op(
    tx: &Transaction,
    op_id: OpId,
    void_id: OpId,
    at: Stamp,
    fault: &Fault,
    now_ms: i64,
) -> Result<(), StoreError> {
    let row = by_id(tx, op_id)?.filter(|r| matches!(r.state, OpState::Open | OpState::Frozen));
    let row = row.ok_or_else(|| StoreError::Missing(op_id.to_string()))?;
    let place: (Option<u32>, Option<i64>) =
        tx.query_row("SELECT generation, op_seq FROM ops WHERE ord = ?1", [row.ord], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })?;
    tx.execute(
        "UPDATE ops SET state = 3, fault = ?2, generation = NULL, op_seq = NULL, change = ?3 WHERE ord = ?1",
        params![row.ord, serde_json::to_string(fault)?, next_change(tx)?],
    )?;
    if let (Some(generation), Some(op_seq)) = place {
        let body = OpBody::Void { voided: op_id, reason: fault.code.clone() };
        let void = Operation { op_id: void_id, record: row.op.record, at, body };
        let about = About { scope: row.about.scope, kind: "void".into() };
        let ord = insert(tx, None, &void, row.lane.into(), &about, OpState::Frozen, now_ms)?;
        tx.execute(
            "UPDATE ops SET generation = ?2, op_seq = ?3 WHERE ord = ?1",
            params![ord, generation, op_seq],
        )?;
    }
    Ok(())
}

/// Sends a parked or refused operation again, under the id `fresh` (the office remembers the old one for ever).
///
/// # Errors
/// [`StoreError::Missing`] when it is neither.
pub fn unpark(tx: &Transaction, op_id: OpId, fresh: OpId) -> Result<(), StoreError> {
    let row = set_aside(tx, op_id)?;
    again(tx, &row, &Operation { op_id: fresh, ..row.op.clone() })
}

/// As [`unpark`], with `change` (of the same record, under a fresh id) folded into it. `false`: it cannot be, and
/// nothing was changed.
///
/// # Errors
/// [`StoreError::Missing`] when it is neither parked nor refused.
pub fn correct(tx: &Transaction, op_id: OpId, change: &Operation) -> Result<bool, StoreError> {
    let row = set_aside(tx, op_id)?;
    let mut op = Operation { op_id: change.op_id, ..row.op.clone() };
    if !coalesce(&mut op, change) {
        return Ok(false);
    }
    again(tx, &row, &op)?;
    Ok(true)
}

fn set_aside(conn: &Connection, op_id: OpId) -> Result<QueuedOp, StoreError> {
    let row = by_id(conn, op_id)?.filter(|r| matches!(r.state, OpState::Parked | OpState::Refused));
    row.ok_or_else(|| StoreError::Missing(op_id.to_string()))
}

/// `op` takes the place of `row`.
fn again(tx: &Transaction, row: &QueuedOp, op: &Operation) -> Result<(), StoreError> {
    drop_op(tx, row.op.op_id)?;
    let ord = insert(tx, Some(row.ord), op, row.lane.into(), &row.about, OpState::Open, row.at_ms)?;
    tx.execute("UPDATE ops SET hidden = ?2 WHERE ord = ?1", params![ord, row.hidden])?;
    Ok(())
}

pub fn by_id(conn: &Connection, op_id: OpId) -> Result<Option<QueuedOp>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM ops WHERE op_id = ?1"))?;
    let mut rows = statement.query([op_id.0.into_bytes()])?;
    rows.next()?.map(from_row).transpose()
}

/// The operations of one record that are still here, in the order they were written.
pub fn of_record(conn: &Connection, record: RecordId) -> Result<Vec<QueuedOp>, StoreError> {
    let mut statement =
        conn.prepare_cached(&format!("SELECT {COLUMNS} FROM ops WHERE record = ?1 ORDER BY ord"))?;
    let mut rows = statement.query([record.0.into_bytes()])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(from_row(row)?);
    }
    Ok(out)
}

/// Rows changed after `change`, in that order.
pub(crate) fn changed_since(conn: &Connection, change: i64) -> Result<Vec<QueuedOp>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM ops WHERE change > ?1 ORDER BY change, ord");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([change])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(from_row(row)?);
    }
    Ok(out)
}

/// The number of the newest change.
pub fn newest_change(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.prepare_cached("SELECT value FROM change_counter")?.query_row([], |r| r.get(0))?)
}

pub(crate) fn next_change(tx: &Transaction) -> Result<i64, StoreError> {
    next_changes(tx, 1)
}

/// `count` change numbers in a row; returns the first. One that is not used harms nobody.
pub(crate) fn next_changes(tx: &Transaction, count: usize) -> Result<i64, StoreError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let last: i64 = tx
        .prepare_cached("UPDATE change_counter SET value = value + ?1 RETURNING value")?
        .query_row([count], |r| r.get(0))?;
    Ok(last - count + 1)
}

/// `ord`: its former place, when that is free.
pub(crate) fn insert(
    tx: &Transaction,
    ord: Option<i64>,
    op: &Operation,
    lane: u8,
    about: &About,
    state: OpState,
    at_ms: i64,
) -> Result<i64, StoreError> {
    let body = serde_json::to_string(op)?;
    let change = next_change(tx)?;
    tx.prepare_cached(
        "INSERT INTO ops (ord, op_id, record, scope, kind, lane, body, bytes, proto, at_ms, state, change)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        ord,
        op.op_id.0.into_bytes(),
        op.record.0.into_bytes(),
        about.scope.to_string(),
        about.kind,
        lane,
        body,
        body.len(),
        PROTO,
        at_ms,
        state.code(),
        change
    ])?;
    Ok(tx.last_insert_rowid())
}

fn rewrite(tx: &Transaction, ord: i64, op: &Operation) -> Result<(), StoreError> {
    let body = serde_json::to_string(op)?;
    tx.prepare_cached("UPDATE ops SET body = ?2, bytes = ?3, change = ?4 WHERE ord = ?1")?
        .execute(params![ord, body, body.len(), next_change(tx)?])?;
    Ok(())
}

/// Takes an operation out of the queue and of the vault's overlay, wherever it is.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &Transaction, op_id: OpId) -> Result<(), StoreError> {
    drop_op(tx, op_id)
}

fn drop_op(tx: &Transaction, op_id: OpId) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM ops WHERE op_id = ?1")?.execute([op_id.0.into_bytes()])?;
    tx.prepare_cached("INSERT OR REPLACE INTO dropped VALUES (?1, ?2)")?
        .execute(params![op_id.0.into_bytes(), next_change(tx)?])?;
    Ok(())
}

pub(crate) const COLUMNS: &str =
    "ord, body, scope, kind, lane, state, outcome, answered_ms, fault, at_ms, hidden";

pub(crate) fn from_row(row: &Row) -> Result<QueuedOp, StoreError> {
    let body: String = row.get(1)?;
    let scope: String = row.get(2)?;
    let outcome: Option<String> = row.get(6)?;
    let fault: Option<String> = row.get(8)?;
    Ok(QueuedOp {
        ord: row.get(0)?,
        op: serde_json::from_str(&body)?,
        about: About { scope: parse_scope(&scope)?, kind: row.get(3)? },
        lane: Lane::try_from(row.get::<_, u8>(4)?).map_err(StoreError::Missing)?,
        state: OpState::from_code(row.get(5)?),
        outcome: outcome.map(|o| serde_json::from_str(&o)).transpose()?,
        answered_ms: row.get(7)?,
        fault: fault.map(|f| serde_json::from_str(&f)).transpose()?,
        at_ms: row.get(9)?,
        hidden: row.get(10)?,
    })
}

pub(crate) fn parse_scope(text: &str) -> Result<Scope, StoreError> {
    text.parse().map_err(|_| StoreError::Missing(format!("scope {text}")))
}

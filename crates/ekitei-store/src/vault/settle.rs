//! When an answered operation may leave the overlay: not before the mirror shows what it did.

use super::mirror;
use crate::error::StoreError;
use ekitei_model::op::OpBody;
use ekitei_model::{OpId, Operation, Outcome, RecordId, Scope};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use uuid::Uuid;

struct Answered {
    op: Operation,
    outcome: Outcome,
}

fn from_row(row: &Row) -> Result<Answered, StoreError> {
    let (body, outcome): (String, String) = (row.get(0)?, row.get(1)?);
    Ok(Answered { op: serde_json::from_str(&body)?, outcome: serde_json::from_str(&outcome)? })
}

fn select(
    conn: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Answered>, StoreError> {
    let sql = format!("SELECT body, outcome FROM ops WHERE state = 1 AND {condition}");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(from_row(row)?);
    }
    Ok(out)
}

/// After the mirror of `id` changed, or an operation of it was answered.
/// Returns whether something left the overlay.
pub(crate) fn record(tx: &Transaction, id: RecordId, epoch_no: i64) -> Result<bool, StoreError> {
    let id = id.0.into_bytes();
    let mut settled = false;
    for answered in select(tx, "state <> 2 AND record = ?1", [id])? {
        settled |= settle(tx, &answered, epoch_no)?;
    }
    for answered in select(tx, "state <> 2 AND draft = ?1 AND draft IS NOT NULL", [id])? {
        settled |= settle(tx, &answered, epoch_no)?;
    }
    Ok(settled)
}

/// After the position in `scope` moved to `after`. Returns the records that it freed.
pub(crate) fn scope(
    tx: &Transaction,
    scope: &Scope,
    after: u64,
    epoch_no: i64,
) -> Result<Vec<RecordId>, StoreError> {
    let mut freed = Vec::new();
    for answered in select(tx, "out_scope = ?1 AND out_seq <= ?2", params![scope.to_string(), after])? {
        if settle(tx, &answered, epoch_no)? {
            freed.push(answered.op.record);
        }
    }
    Ok(freed)
}

fn settle(tx: &Transaction, answered: &Answered, epoch_no: i64) -> Result<bool, StoreError> {
    if !is_shown(tx, answered, epoch_no)? {
        return Ok(false);
    }
    tx.prepare_cached("UPDATE ops SET state = 2 WHERE op_id = ?1")?.execute([answered
        .op
        .op_id
        .0
        .into_bytes()])?;
    Ok(true)
}

/// What the mirror has of a record: sequence, deleted.
fn mirror_of(conn: &Connection, id: RecordId, epoch_no: i64) -> Result<Option<(u64, bool)>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT seq, deleted FROM mirror WHERE record = ?1 AND epoch = ?2")?
        .query_row(params![id.0.into_bytes(), epoch_no], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?)
}

fn is_shown(conn: &Connection, answered: &Answered, epoch_no: i64) -> Result<bool, StoreError> {
    let id = answered.op.record;
    match answered.outcome.feed_position() {
        // Nothing changed at the office: what we wrote stands there already.
        Some((_, 0)) => Ok(mirror_of(conn, id, epoch_no)?.is_some()),
        Some((scope, seq)) => {
            // Whatever the position says: what the mirror lacks must not vanish from the screen.
            let Some((have, _)) = mirror_of(conn, id, epoch_no)? else { return Ok(false) };
            // An operation may also have changed other records only (conflicts): then the position tells. While the scope is
            // still being read backward, its head is passed before its older records are here.
            let passed = have >= seq || has_passed(conn, scope, epoch_no, seq)?;
            Ok(passed && draft_is_gone(conn, &answered.op)?)
        }
        None => match answered.outcome {
            // No later answer comes: the record itself tells. What waited for it, or makes it, was taken up in the commit
            // that made it; a later change may have covered it since.
            Outcome::WaitingParent { needs } => {
                let makes = matches!(answered.op.body, OpBody::Create { .. });
                let is_there = (makes || needs == id) && mirror_of(conn, id, epoch_no)?.is_some();
                Ok(is_there || shows_op(conn, &answered.op)?)
            }
            // Shown as one's own until it has its place in the room.
            Outcome::Held { .. } => Ok(mirror_of(conn, id, epoch_no)?.is_some()),
            _ => Ok(true),
        },
    }
}

/// Whether everything up to `seq` of the scope is in the mirror.
fn has_passed(conn: &Connection, scope: &Scope, epoch_no: i64, seq: u64) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM scopes WHERE scope = ?1 AND epoch = ?2 AND after >= ?3 AND complete = 1)",
        )?
        .query_row(params![scope.to_string(), epoch_no, seq], |r| r.get(0))?)
}

/// A published draft lives in another scope, whose tombstone may come later.
fn draft_is_gone(conn: &Connection, op: &Operation) -> Result<bool, StoreError> {
    let OpBody::Publish { draft, .. } = &op.body else { return Ok(true) };
    Ok(mirror::get(conn, *draft)?.is_none_or(|d| d.deleted))
}

fn shows_op(conn: &Connection, op: &Operation) -> Result<bool, StoreError> {
    let Some(record) = mirror::get(conn, op.record)? else { return Ok(false) };
    let by_it = |id: OpId| id == op.op_id;
    Ok(record.deleted
        || record.created.as_ref().is_some_and(|c| by_it(c.op))
        || record.revs.values().any(|r| by_it(r.op)))
}

/// Answered operations older than `before_ms` go, whatever the mirror shows (a scope that is not followed never will).
/// Returns the records whose overlay changed.
pub(crate) fn expire(tx: &Transaction, before_ms: i64) -> Result<Vec<RecordId>, StoreError> {
    let shown: Vec<[u8; 16]> = tx
        .prepare_cached(
            "SELECT record FROM ops WHERE answered_ms < ?1 AND answered_ms IS NOT NULL AND state = 1",
        )?
        .query_map([before_ms], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    tx.prepare_cached(
        "DELETE FROM ops WHERE answered_ms < ?1 AND answered_ms IS NOT NULL AND state IN (1, 2)",
    )?
    .execute([before_ms])?;
    Ok(shown.into_iter().map(|b| RecordId(Uuid::from_bytes(b))).collect())
}

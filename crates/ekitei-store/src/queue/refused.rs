//! Messages that the office kept for working hours and refused when their time had come: their words wait here again, for
//! their writer.

use super::cursors;
use super::ops::{self, About, OpState};
use crate::error::StoreError;
use ekitei_model::chat::message;
use ekitei_model::op::OpBody;
use ekitei_model::{Fault, Lane, OpId, Operation, Outcome, RecordId};
use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

/// The create of such a message.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub op: Operation,
    /// Its former place; `None`: behind all others.
    pub ord: Option<i64>,
    pub lane: Lane,
    pub about: About,
    pub at_ms: i64,
    pub outcome: Outcome,
    pub fault: Fault,
    /// Changes of it that `op` has in it.
    pub within: Vec<OpId>,
}

/// What a `held` record says.
pub(crate) enum News {
    Refused(Box<Refused>),
    /// It has ended: the message was sent again or given up on another device, or somebody at the office let it go.
    Over(RecordId),
}

/// Repeating it changes nothing.
pub(crate) fn take(tx: &Transaction, news: &News, now_ms: i64) -> Result<(), StoreError> {
    match news {
        News::Refused(refused) => put(tx, refused, now_ms),
        News::Over(held) => over(tx, *held),
    }
}

fn put(tx: &Transaction, refused: &Refused, now_ms: i64) -> Result<(), StoreError> {
    // Sent again or given up here already; the office does not know yet.
    let decides = |body: &OpBody| matches!(body, OpBody::Create { .. } | OpBody::Delete);
    if ops::of_record(tx, refused.op.record)?.iter().any(|q| decides(&q.op.body)) {
        return Ok(());
    }
    for change in &refused.within {
        ops::forget(tx, *change)?;
    }
    let free = match refused.ord {
        Some(ord) => !tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM ops WHERE ord = ?1)")?
            .query_row([ord], |r| r.get::<_, bool>(0))?,
        None => false,
    };
    let place = refused.ord.filter(|_| free);
    let (lane, about) = (refused.lane.into(), &refused.about);
    let ord = ops::insert(tx, place, &refused.op, lane, about, OpState::Refused, refused.at_ms)?;
    // Of a room that this phone has lost only shows that something waits.
    let hidden = cursors::get(tx, &about.scope)?.is_none();
    tx.prepare_cached(
        "UPDATE ops SET outcome = ?2, fault = ?3, answered_ms = ?4, hidden = ?5 WHERE ord = ?1",
    )?
    .execute(params![
        ord,
        serde_json::to_string(&refused.outcome)?,
        serde_json::to_string(&refused.fault)?,
        now_ms,
        hidden
    ])?;
    Ok(())
}

fn over(tx: &Transaction, held: RecordId) -> Result<(), StoreError> {
    let waiting: Vec<[u8; 16]> = tx
        .prepare_cached("SELECT record FROM ops WHERE state = 4 AND kind = 'message'")?
        .query_map([], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    let ids = waiting.into_iter().map(|b| RecordId(Uuid::from_bytes(b)));
    for id in ids.filter(|id| message::held_id(*id) == held) {
        for queued in ops::of_record(tx, id)?.iter().filter(|q| is_kept(q)) {
            ops::forget(tx, queued.op.op_id)?;
        }
    }
    Ok(())
}

/// Refused when its time had come: until its writer decides, the office has it, too.
fn is_kept(queued: &ops::QueuedOp) -> bool {
    queued.state == OpState::Refused && matches!(queued.outcome, Some(Outcome::Held { .. }))
}

/// Whether the office keeps a message for its writer's decision, as far as this queue knows.
pub fn is_kept_there(conn: &Connection, message: RecordId) -> Result<bool, StoreError> {
    Ok(ops::of_record(conn, message)?.iter().any(is_kept))
}

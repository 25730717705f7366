//! A new epoch of the office: lanes begin again, everything retained is sent again, everything is read again.

use super::meta;
use super::ops::{self, About, OpState, next_change};
use crate::error::StoreError;
use ekitei_model::op::OpBody;
use ekitei_model::wire::Epoch;
use ekitei_model::{Lane, Operation};
use rusqlite::{OptionalExtension, Transaction, params};

/// The office was restored or promoted. Lanes restart at 1 in a new generation with the original operation ids; answered
/// operations that are still here wait again (those in the vault follow at its next replay), also what the office had put
/// into quarantine, because that went back to the backup with everything else; finished uploads too; cursors begin at 0.
/// What the transport refused for good (parked) still waits for its person.
/// Does nothing when `epoch` is the known one. Returns whether it changed.
pub fn new_generation(tx: &Transaction, epoch: &Epoch) -> Result<bool, StoreError> {
    if meta::text(tx, meta::EPOCH)?.as_ref() == Some(epoch) {
        return Ok(false);
    }
    for lane in Lane::OPS {
        restart_lane(tx, lane)?;
    }
    let change = next_change(tx)?;
    // Voids of the old epoch have done their work.
    tx.execute("DELETE FROM ops WHERE kind = 'void' AND state = 2", [])?;
    // The time of an answer that was no refusal stays: see `answers`.
    tx.execute(
        "UPDATE ops SET answered_ms = CASE state WHEN 2 THEN answered_ms END, state = 1, outcome = NULL, fault = NULL,
                generation = NULL, op_seq = NULL, change = ?1 WHERE state IN (2, 4)",
        [change],
    )?;
    tx.execute(
        "UPDATE uploads SET url = NULL, sent_bytes = 0, done_ms = NULL, state = 0 WHERE state IN (0, 2)",
        [],
    )?;
    tx.execute("DELETE FROM cursors", [])?;
    tx.execute("UPDATE follow SET denied = 0", [])?;
    meta::remove(tx, meta::ACL_VERSION)?;
    meta::set_text(tx, meta::EPOCH, epoch)?;
    Ok(true)
}

/// One lane begins a new generation (the office knows another high water than this phone, within one epoch).
pub fn restart_lane(tx: &Transaction, lane: Lane) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE ops SET generation = NULL, op_seq = NULL WHERE lane = ?1 AND state = 1",
        [u8::from(lane)],
    )?;
    // Answered rows of the old generation keep their numbers: they are unique per generation.
    tx.execute(
        "UPDATE lanes SET generation = generation + 1, next_seq = 1, acked = 0 WHERE lane = ?1",
        [u8::from(lane)],
    )?;
    Ok(())
}

/// Puts a retained operation back among the waiting ones, at its old place. `answered_ms`: when the office took it in the
/// former epoch, if it did. `false`: it is here already.
pub(crate) fn send_again(
    tx: &Transaction,
    ord: i64,
    op: &Operation,
    lane: Lane,
    about: &About,
    at_ms: i64,
    answered_ms: Option<i64>,
) -> Result<bool, StoreError> {
    if ops::by_id(tx, op.op_id)?.is_some() {
        return Ok(false);
    }
    if matches!(op.body, OpBody::Create { .. } | OpBody::Publish { .. }) {
        tx.prepare_cached("INSERT OR IGNORE INTO record_lanes VALUES (?1, ?2, ?3)")?.execute(params![
            op.record.0.into_bytes(),
            u8::from(lane),
            at_ms
        ])?;
    }
    let taken: Option<i64> = tx
        .prepare_cached("SELECT 1 FROM ops WHERE ord = ?1")?
        .query_row(params![ord], |r| r.get(0))
        .optional()?;
    let place = if taken.is_some() { None } else { Some(ord) };
    let ord = ops::insert(tx, place, op, lane.into(), about, OpState::Frozen, at_ms)?;
    tx.prepare_cached("UPDATE ops SET answered_ms = ?2 WHERE ord = ?1")?
        .execute(params![ord, answered_ms])?;
    Ok(true)
}

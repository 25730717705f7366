//! When the queue was lost (set aside because it could not be read): the vault's copies bring it back.

use super::{Vault, meta, read};
use crate::error::StoreError;
use crate::queue::{Queue, credential, follow, generation, meta as queue_meta, ops::About};
use ekitei_model::{Lane, Operation};
use rusqlite::{Connection, Row};

/// The lost queue may have begun generations after the vault last saw it; no queue begins this many.
const GENERATIONS_SKIPPED: u32 = 1000;

/// One of this phone's operations as the vault keeps it.
pub(crate) struct Kept {
    pub ord: i64,
    pub op: Operation,
    pub lane: Lane,
    pub about: About,
    pub at_ms: i64,
    pub answered_ms: Option<i64>,
}

/// The kept operations that fulfil `condition`, in the order they were written.
pub(crate) fn kept(
    conn: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Kept>, StoreError> {
    let sql = format!(
        "SELECT ord, body, lane, scope, kind, at_ms, answered_ms FROM ops WHERE {condition} ORDER BY ord"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(kept_row(row)?);
    }
    Ok(out)
}

fn kept_row(row: &Row) -> Result<Kept, StoreError> {
    let (body, scope): (String, String) = (row.get(1)?, row.get(3)?);
    Ok(Kept {
        ord: row.get(0)?,
        op: serde_json::from_str(&body)?,
        lane: Lane::try_from(row.get::<_, u8>(2)?).map_err(StoreError::Missing)?,
        about: About { scope: crate::queue::ops::parse_scope(&scope)?, kind: row.get(4)? },
        at_ms: row.get(5)?,
        answered_ms: row.get(6)?,
    })
}

/// Gives an empty queue the credential, the waiting operations and fresh lane generations back. Nothing happens when the
/// queue is the one that the vault knows, or has a credential of its own.
pub(crate) fn queue(vault: &Vault, queue: &Queue, now_ms: i64) -> Result<(), StoreError> {
    let (queue_id, enrolled) =
        queue.read(|c| Ok((queue_meta::text(c, queue_meta::QUEUE_ID)?, credential::load(c)?.is_some())))?;
    let copies = vault.read(|c| {
        Ok((
            meta::get(c, meta::QUEUE_ID)?,
            meta::get(c, meta::CREDENTIAL)?,
            meta::get(c, meta::EPOCH)?.unwrap_or_default(),
            u32::try_from(meta::number(c, meta::GENERATION)?).unwrap_or(0),
        ))
    })?;
    let (Some(known), Some(text), epoch, last) = copies else { return Ok(()) };
    if enrolled || queue_id.as_ref() == Some(&known) {
        return Ok(());
    }
    let (waiting, assigned) = vault.read(|c| Ok((kept(c, "state IN (0, 3)", [])?, read::assigned(c)?)))?;
    queue.write(|tx| {
        queue_meta::set_text(tx, queue_meta::EPOCH, &epoch)?;
        tx.execute(
            "UPDATE lanes SET generation = ?1, next_seq = 1, acked = 0",
            [last + GENERATIONS_SKIPPED],
        )?;
        for op in &waiting {
            generation::send_again(tx, op.ord, &op.op, op.lane, &op.about, op.at_ms, None)?;
        }
        follow::set_assigned(tx, &assigned, now_ms)?;
        credential::update(tx, &credential::from_text(&text)?)
    })
}

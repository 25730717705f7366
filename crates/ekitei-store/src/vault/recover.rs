//! When the queue was lost (set aside because it could not be read): the vault's copies bring it back.

use super::{Vault, meta, read};
use crate::blobs::file_name;
use crate::error::StoreError;
use crate::queue::{
    Blob, Queue, blobs, credential, follow, generation, meta as queue_meta, ops::About, uploads,
};
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::{DeviceId, Lane, Operation, Record, RecordId};
use ekitei_seal::measure_file;
use rusqlite::{Connection, Row};
use uuid::Uuid;

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
        queue_meta::set_text(tx, queue_meta::FILES_DUE, "")?;
        credential::update(tx, &credential::from_text(&text)?)
    })
}

/// After [`queue`]: the sealed files of this phone's own photos and messages are still in their folder. They get their rows again, and an
/// upload where the mirror does not say that the office has them (asking once too often costs one request). The office key
/// that they are sealed to is taken to be the one of today. Repeating it after a kill changes nothing.
pub(crate) fn files(vault: &Vault, queue: &Queue, now_ms: i64) -> Result<(), StoreError> {
    if queue.read(|c| queue_meta::text(c, queue_meta::FILES_DUE))?.is_none() {
        return Ok(());
    }
    let card = queue.read(credential::required)?;
    let folder = queue.path().with_file_name("blobs");
    let mut found = Vec::new();
    for of in vault.read(|c| with_files(c, card.device_id))? {
        for variant in Variant::ALL {
            let sha256 = kinds::hash_of(&of, variant);
            let Some(name) = file_name(sha256, variant, false) else { continue };
            // Not here (any more), or not readable: nothing could be sent.
            let Ok((cipher_sha256, cipher_bytes)) = measure_file(&folder.join(&name)) else { continue };
            let blob = Blob {
                record: of.id,
                variant,
                scope: of.scope.clone(),
                sha256: sha256.to_owned(),
                plain_bytes: kinds::bytes_of(&of, variant),
                cipher_sha256,
                cipher_bytes,
                key_id: Some(card.office_key.key_id.clone()),
                name,
                made_ms: now_ms,
            };
            found.push((blob, !of.fields.contains_key(&photo::arrived(variant))));
        }
    }
    queue.write(|tx| {
        for (blob, is_unsent) in &found {
            if blobs::get(tx, blob.record, blob.variant)?.is_none() {
                blobs::put(tx, blob)?;
            }
            if *is_unsent {
                uploads::add(tx, blob, None, now_ms)?;
            }
        }
        queue_meta::remove(tx, queue_meta::FILES_DUE)
    })
}

/// The living photos and files that were made on `device`, as a screen shows them.
fn with_files(conn: &Connection, device: DeviceId) -> Result<Vec<Record>, StoreError> {
    let mut statement = conn.prepare(
        "SELECT record FROM mirror WHERE kind IN (?1, ?2) AND deleted = 0
         UNION SELECT record FROM ops WHERE kind IN (?1, ?2)",
    )?;
    let found = statement.query_map([kinds::PHOTO, kinds::FILE], |r| r.get(0))?;
    let ids: Vec<[u8; 16]> = found.collect::<Result<_, _>>()?;
    let mut out = Vec::new();
    for id in ids {
        let shown = read::record(conn, RecordId(Uuid::from_bytes(id)))?;
        out.extend(
            shown.map(|s| s.record).filter(|r| r.created.as_ref().is_some_and(|c| c.device == device)),
        );
    }
    Ok(out)
}

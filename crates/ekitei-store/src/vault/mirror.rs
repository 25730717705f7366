//! Server state, exactly as pages brought it.

use super::meta;
use crate::error::StoreError;
use ekitei_model::kinds::{self, case, note, photo, visit};
use ekitei_model::{Record, RecordId, Scope, Stamp};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// Takes one record of a page. The higher `seq` wins within an epoch; a newer epoch always wins.
/// `line`: the record as it travelled, kept as it is (fields that this program does not know survive).
/// Returns whether the mirror changed.
pub(crate) fn put(tx: &Transaction, record: &Record, line: &str, epoch_no: i64) -> Result<bool, StoreError> {
    let changed = tx
        .prepare_cached(
            "INSERT INTO mirror (record, kind, scope, parent, seq, deleted, epoch, sort_ms, key, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (record) DO UPDATE SET kind = excluded.kind, scope = excluded.scope, parent = excluded.parent,
               seq = excluded.seq, deleted = excluded.deleted, epoch = excluded.epoch, sort_ms = excluded.sort_ms,
               key = excluded.key, body = excluded.body
             WHERE excluded.epoch > mirror.epoch OR (excluded.epoch = mirror.epoch AND excluded.seq > mirror.seq)",
        )?
        .execute(params![
            record.id.0.into_bytes(),
            record.kind,
            record.scope.to_string(),
            record.parent.map(|p| p.0.into_bytes()),
            record.seq,
            record.deleted,
            epoch_no,
            sort_ms(record),
            key(record),
            line
        ])?;
    Ok(changed > 0)
}

/// The server's state of one record, tombstones included. Screens use [`super::read::record`].
pub(crate) fn get(conn: &Connection, id: RecordId) -> Result<Option<Record>, StoreError> {
    let body: Option<String> = conn
        .prepare_cached("SELECT body FROM mirror WHERE record = ?1")?
        .query_row([id.0.into_bytes()], |r| r.get(0))
        .optional()?;
    body.map(|b| serde_json::from_str(&b)).transpose().map_err(StoreError::from)
}

/// When it happened, milliseconds since 1970: the order of a timeline.
pub fn sort_ms(record: &Record) -> i64 {
    let field = match record.kind.as_str() {
        kinds::VISIT => visit::PLANNED_AT,
        kinds::PHOTO => photo::TAKEN_AT,
        kinds::NOTE => note::WRITTEN_AT,
        kinds::CALENDAR_EVENT => ekitei_model::calendar::event::STARTS_AT,
        _ => "",
    };
    let said = record.text(field).parse::<Stamp>().ok();
    said.or(record.created.as_ref().map(|c| c.at)).map_or(record.received_ms, |s| s.utc_ms)
}

/// What a kind is looked up by, besides its id.
pub(crate) fn key(record: &Record) -> Option<&str> {
    let field = match record.kind.as_str() {
        kinds::CASE | kinds::CASE_HEADER => case::NUMBER,
        kinds::STAFF => "id",
        _ => return None,
    };
    record.fields.get(field).and_then(|v| v.as_str())
}

/// Erases a scope: mirror, index, directory rows, retained operations, position.
pub(crate) fn erase(tx: &Transaction, scope: &Scope) -> Result<(), StoreError> {
    let text = scope.to_string();
    super::index::erase(tx, &text)?;
    tx.execute("DELETE FROM people WHERE record IN (SELECT record FROM mirror WHERE scope = ?1)", [&text])?;
    tx.execute("DELETE FROM mirror WHERE scope = ?1", [&text])?;
    tx.execute("DELETE FROM ops WHERE scope = ?1", [&text])?;
    tx.execute("DELETE FROM scopes WHERE scope = ?1", [&text])?;
    Ok(())
}

pub(crate) fn epoch_no(conn: &Connection) -> Result<i64, StoreError> {
    meta::number(conn, meta::EPOCH_NO)
}

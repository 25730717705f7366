//! Finding by any part of a text, of one character or more, newest first.

use crate::error::StoreError;
use ekitei_model::RecordId;
use ekitei_model::fold::query_phrase;
use rusqlite::{Connection, params};
use uuid::Uuid;

/// The records whose shown text contains `query` (width, case and kana folded), newest first. Read them with
/// [`super::read::record`].
pub fn search(conn: &Connection, query: &str, limit: u32) -> Result<Vec<RecordId>, StoreError> {
    let Some(phrase) = query_phrase(query) else { return Ok(Vec::new()) };
    // The index walks its row ids backwards by itself; the limit stops it early.
    let mut statement = conn.prepare_cached(
        "SELECT d.record FROM (SELECT rowid FROM texts WHERE texts MATCH ?1 ORDER BY rowid DESC LIMIT ?2) t
         JOIN docs d ON d.rid = t.rowid ORDER BY d.rid DESC",
    )?;
    let rows = statement.query_map(params![phrase, limit], |r| Ok(RecordId(Uuid::from_bytes(r.get(0)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

//! The directory: staff records of `all:`.

use super::read;
use crate::error::StoreError;
use ekitei_model::fold::fold;
use ekitei_model::{Record, RecordId, StaffId, kinds};
use rusqlite::{Connection, params};
use uuid::Uuid;

/// People whose name, reading, extension, number or section contains `query` (folded), in the order of their reading.
/// An empty query lists the first.
pub fn directory(conn: &Connection, query: &str, limit: u32) -> Result<Vec<Record>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT record FROM people WHERE instr(folded, ?1) > 0 OR ?1 = '' ORDER BY kana LIMIT ?2",
    )?;
    let ids: Vec<[u8; 16]> =
        statement.query_map(params![fold(query), limit], |r| r.get(0))?.collect::<Result<_, _>>()?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        out.extend(read::mirrored(conn, RecordId(Uuid::from_bytes(id)))?);
    }
    Ok(out)
}

/// One person's entry.
pub fn person(conn: &Connection, staff: &StaffId) -> Result<Option<Record>, StoreError> {
    read::mirrored(conn, kinds::staff_record_id(staff))
}

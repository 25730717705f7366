//! Between rows and words.

use crate::error::{Result, StorageError};
use crate::plan::Waiting;
use crate::rows::{Device, NewUpload, QuarantineRow, Upload};
use ekitei_model::{DeviceId, OpId, Record, RecordId, Scope, StaffId};
use rusqlite::Row;
use std::str::FromStr;
use uuid::Uuid;

pub(super) type Cell<T> = rusqlite::Result<T>;

pub(super) fn uuid(row: &Row, at: usize) -> Cell<Uuid> {
    Ok(Uuid::from_bytes(row.get::<_, [u8; 16]>(at)?))
}
pub(super) fn maybe_uuid(row: &Row, at: usize) -> Cell<Option<Uuid>> {
    Ok(row.get::<_, Option<[u8; 16]>>(at)?.map(Uuid::from_bytes))
}
pub(super) fn number(row: &Row, at: usize) -> Cell<u64> {
    Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0))
}
/// Counters stay far below 2^63.
pub(super) fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A text of ours that must have a known form.
pub(super) fn word<T: FromStr>(row: &Row, at: usize) -> Cell<T> {
    let text: String = row.get(at)?;
    text.parse().map_err(|_| {
        rusqlite::Error::FromSqlConversionFailure(
            at,
            rusqlite::types::Type::Text,
            format!("unknown word {text:?}").into(),
        )
    })
}
pub(super) fn staff_id(row: &Row, at: usize) -> Cell<StaffId> {
    Ok(StaffId(row.get(at)?))
}

pub(super) fn record_of(body: &str) -> Result<Record> {
    serde_json::from_str(body)
        .map_err(|e| StorageError::Damaged(format!("a stored record cannot be read: {e}")))
}

pub(super) const DEVICE: &str =
    "id, staff, state, console, public_key, recipient, model, enrolled_ms, last_seen_ms, report";
pub(super) fn device(row: &Row) -> Cell<Device> {
    let report: String = row.get(9)?;
    Ok(Device {
        id: DeviceId(uuid(row, 0)?),
        staff: staff_id(row, 1)?,
        state: crate::words::device_state(&row.get::<_, String>(2)?),
        console: row.get(3)?,
        public_key: row.get(4)?,
        recipient: row.get(5)?,
        model: row.get(6)?,
        enrolled_ms: row.get(7)?,
        last_seen_ms: row.get(8)?,
        report: serde_json::from_str(&report).unwrap_or_default(),
    })
}

pub(super) const WAITING: &str = "op_id, needs, device, staff, since_ms, bytes";
pub(super) fn waiting(row: &Row) -> Cell<Waiting> {
    Ok(Waiting {
        op_id: OpId(uuid(row, 0)?),
        needs: RecordId(uuid(row, 1)?),
        device: DeviceId(uuid(row, 2)?),
        staff: staff_id(row, 3)?,
        since_ms: row.get(4)?,
        bytes: row.get(5)?,
    })
}

pub(super) const QUARANTINE: &str =
    "id, scope, record, reason, device, staff, since_ms, state, settled_by, bytes";
pub(super) fn quarantine(row: &Row) -> Cell<QuarantineRow> {
    Ok(QuarantineRow {
        id: uuid(row, 0)?,
        scope: word::<Scope>(row, 1)?,
        record: maybe_uuid(row, 2)?.map(RecordId),
        reason: row.get(3)?,
        device: DeviceId(uuid(row, 4)?),
        staff: staff_id(row, 5)?,
        since_ms: row.get(6)?,
        state: word(row, 7)?,
        settled_by: row.get::<_, Option<String>>(8)?.map(StaffId),
        bytes: row.get(9)?,
    })
}

pub(super) const UPLOAD: &str = "id, device, record, variant, sha256, cipher_sha256, key_id, length_bytes, expires_ms, \
     offset_bytes, fence, done, created_ms";
pub(super) fn upload(row: &Row) -> Cell<Upload> {
    Ok(Upload {
        id: uuid(row, 0)?,
        new: NewUpload {
            device: DeviceId(uuid(row, 1)?),
            record: RecordId(uuid(row, 2)?),
            variant: word(row, 3)?,
            sha256: row.get(4)?,
            cipher_sha256: row.get(5)?,
            key_id: row.get(6)?,
            length_bytes: number(row, 7)?,
            expires_ms: row.get(8)?,
        },
        offset_bytes: number(row, 9)?,
        fence: number(row, 10)?,
        done: row.get(11)?,
        created_ms: row.get(12)?,
    })
}

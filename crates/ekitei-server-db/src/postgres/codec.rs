//! Between rows and words.

use super::session::{Go, Trouble};
use crate::error::StorageError;
use crate::plan::Waiting;
use crate::rows::{BlobRow, Device, Job, NewUpload, QuarantineRow, Upload};
use crate::words;
use ekitei_model::{DeviceId, OpId, Record, RecordId, StaffId};
use std::str::FromStr;
use tokio_postgres::Row;
use uuid::Uuid;

pub(super) fn number(row: &Row, at: usize) -> Go<u64> {
    Ok(u64::try_from(row.try_get::<_, i64>(at)?).unwrap_or(0))
}
/// Counters stay far below 2^63.
pub(super) fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
/// A text of ours that must have a known form.
pub(super) fn word<T: FromStr>(row: &Row, at: usize) -> Go<T> {
    let text: &str = row.try_get(at)?;
    text.parse().map_err(|_| Trouble::Final(StorageError::Damaged(format!("unknown word {text:?}"))))
}
pub(super) fn record_of(body: &str) -> Go<Record> {
    let read = serde_json::from_str(body);
    read.map_err(|e| Trouble::Final(StorageError::Damaged(format!("a stored record cannot be read: {e}"))))
}
fn staff_id(row: &Row, at: usize) -> Go<StaffId> {
    Ok(StaffId(row.try_get(at)?))
}
fn uuid(row: &Row, at: usize) -> Go<Uuid> {
    Ok(row.try_get(at)?)
}

pub(super) const DEVICE: &str =
    "id, staff, state, console, public_key, recipient, model, enrolled_ms, last_seen_ms, report";
pub(super) fn device(row: &Row) -> Go<Device> {
    Ok(Device {
        id: DeviceId(uuid(row, 0)?),
        staff: staff_id(row, 1)?,
        state: words::device_state(row.try_get(2)?),
        console: row.try_get(3)?,
        public_key: row.try_get(4)?,
        recipient: row.try_get(5)?,
        model: row.try_get(6)?,
        enrolled_ms: row.try_get(7)?,
        last_seen_ms: row.try_get(8)?,
        report: serde_json::from_str(row.try_get(9)?).unwrap_or_default(),
    })
}

pub(super) const WAITING: &str = "op_id, needs, device, staff, since_ms, bytes";
pub(super) fn waiting(row: &Row) -> Go<Waiting> {
    Ok(Waiting {
        op_id: OpId(uuid(row, 0)?),
        needs: RecordId(uuid(row, 1)?),
        device: DeviceId(uuid(row, 2)?),
        staff: staff_id(row, 3)?,
        since_ms: row.try_get(4)?,
        bytes: row.try_get(5)?,
    })
}

pub(super) const QUARANTINE: &str =
    "id, scope, record, reason, device, staff, since_ms, state, settled_by, bytes";
pub(super) fn quarantine(row: &Row) -> Go<QuarantineRow> {
    Ok(QuarantineRow {
        id: uuid(row, 0)?,
        scope: word(row, 1)?,
        record: row.try_get::<_, Option<Uuid>>(2)?.map(RecordId),
        reason: row.try_get(3)?,
        device: DeviceId(uuid(row, 4)?),
        staff: staff_id(row, 5)?,
        since_ms: row.try_get(6)?,
        state: word(row, 7)?,
        settled_by: row.try_get::<_, Option<String>>(8)?.map(StaffId),
        bytes: row.try_get(9)?,
    })
}

pub(super) const UPLOAD: &str = "id, device, record, variant, sha256, cipher_sha256, key_id, length_bytes, expires_ms, \
     offset_bytes, fence, done, created_ms";
pub(super) fn upload(row: &Row) -> Go<Upload> {
    Ok(Upload {
        id: uuid(row, 0)?,
        new: NewUpload {
            device: DeviceId(uuid(row, 1)?),
            record: RecordId(uuid(row, 2)?),
            variant: word(row, 3)?,
            sha256: row.try_get(4)?,
            cipher_sha256: row.try_get(5)?,
            key_id: row.try_get(6)?,
            length_bytes: number(row, 7)?,
            expires_ms: row.try_get(8)?,
        },
        offset_bytes: number(row, 9)?,
        fence: number(row, 10)?,
        done: row.try_get(11)?,
        created_ms: row.try_get(12)?,
    })
}

pub(super) const BLOB: &str = "b.sha256, b.bytes, b.media_type";
pub(super) fn blob(row: &Row) -> Go<BlobRow> {
    Ok(BlobRow { sha256: row.try_get(0)?, bytes: number(row, 1)?, media_type: row.try_get(2)? })
}

pub(super) fn job(row: &Row) -> Go<Job> {
    let attempt = u32::try_from(row.try_get::<_, i64>(3)?).unwrap_or(u32::MAX);
    Ok(Job { id: row.try_get(0)?, kind: word(row, 1)?, record: RecordId(uuid(row, 2)?), attempt })
}

/// A text column, as it stands.
pub(super) fn text(row: &Row, at: usize) -> Go<String> {
    Ok(row.try_get(at)?)
}

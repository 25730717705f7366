//! Which columns make which row, once for both databases: a backend says how its rows give texts, numbers and ids.

use crate::plan::Waiting;
use crate::rows::{BlobRow, Device, Job, NewUpload, QuarantineRow, Upload};
use crate::words;
use ekitei_model::{DeviceId, OpId, RecordId, StaffId};
use std::str::FromStr;
use uuid::Uuid;

/// A database row whose columns are read by place, from 0.
pub(crate) trait Columns {
    type Error;
    fn uuid(&self, at: usize) -> Result<Uuid, Self::Error>;
    fn maybe_uuid(&self, at: usize) -> Result<Option<Uuid>, Self::Error>;
    fn text(&self, at: usize) -> Result<String, Self::Error>;
    fn maybe_text(&self, at: usize) -> Result<Option<String>, Self::Error>;
    fn int(&self, at: usize) -> Result<i64, Self::Error>;
    fn flag(&self, at: usize) -> Result<bool, Self::Error>;
    fn bytes(&self, at: usize) -> Result<Vec<u8>, Self::Error>;
    /// The column holds a text that this program does not know.
    fn unknown(at: usize, text: &str) -> Self::Error;

    /// Counters are never negative.
    fn number(&self, at: usize) -> Result<u64, Self::Error> {
        Ok(u64::try_from(self.int(at)?).unwrap_or(0))
    }
    /// A text of ours that must have a known form.
    fn word<T: FromStr>(&self, at: usize) -> Result<T, Self::Error> {
        let text = self.text(at)?;
        text.parse().map_err(|_| Self::unknown(at, &text))
    }
    fn staff(&self, at: usize) -> Result<StaffId, Self::Error> {
        Ok(StaffId(self.text(at)?))
    }
}

/// Counters stay far below 2^63.
pub(crate) fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(crate) const DEVICE: &str =
    "id, staff, state, console, public_key, recipient, model, enrolled_ms, last_seen_ms, report";
pub(crate) fn device<C: Columns>(row: &C) -> Result<Device, C::Error> {
    Ok(Device {
        id: DeviceId(row.uuid(0)?),
        staff: row.staff(1)?,
        state: words::device_state(&row.text(2)?),
        console: row.flag(3)?,
        public_key: row.text(4)?,
        recipient: row.text(5)?,
        model: row.text(6)?,
        enrolled_ms: row.int(7)?,
        last_seen_ms: row.int(8)?,
        report: serde_json::from_str(&row.text(9)?).unwrap_or_default(),
    })
}

pub(crate) const WAITING: &str = "op_id, needs, device, staff, since_ms, bytes";
pub(crate) fn waiting<C: Columns>(row: &C) -> Result<Waiting, C::Error> {
    Ok(Waiting {
        op_id: OpId(row.uuid(0)?),
        needs: RecordId(row.uuid(1)?),
        device: DeviceId(row.uuid(2)?),
        staff: row.staff(3)?,
        since_ms: row.int(4)?,
        bytes: row.bytes(5)?,
    })
}

pub(crate) const QUARANTINE: &str =
    "id, scope, record, reason, device, staff, since_ms, state, settled_by, bytes";
pub(crate) fn quarantine<C: Columns>(row: &C) -> Result<QuarantineRow, C::Error> {
    Ok(QuarantineRow {
        id: row.uuid(0)?,
        scope: row.word(1)?,
        record: row.maybe_uuid(2)?.map(RecordId),
        reason: row.text(3)?,
        device: DeviceId(row.uuid(4)?),
        staff: row.staff(5)?,
        since_ms: row.int(6)?,
        state: row.word(7)?,
        settled_by: row.maybe_text(8)?.map(StaffId),
        bytes: row.bytes(9)?,
    })
}

pub(crate) const UPLOAD: &str = "id, device, record, variant, sha256, cipher_sha256, key_id, length_bytes, expires_ms, \
     offset_bytes, fence, done, created_ms";
pub(crate) fn upload<C: Columns>(row: &C) -> Result<Upload, C::Error> {
    Ok(Upload {
        id: row.uuid(0)?,
        new: NewUpload {
            device: DeviceId(row.uuid(1)?),
            record: RecordId(row.uuid(2)?),
            variant: row.word(3)?,
            sha256: row.text(4)?,
            cipher_sha256: row.text(5)?,
            key_id: row.maybe_text(6)?,
            length_bytes: row.number(7)?,
            expires_ms: row.int(8)?,
        },
        offset_bytes: row.number(9)?,
        fence: row.number(10)?,
        done: row.flag(11)?,
        created_ms: row.int(12)?,
    })
}

pub(crate) const BLOB: &str = "b.sha256, b.bytes, b.media_type";
pub(crate) fn blob<C: Columns>(row: &C) -> Result<BlobRow, C::Error> {
    Ok(BlobRow { sha256: row.text(0)?, bytes: row.number(1)?, media_type: row.text(2)? })
}

pub(crate) const JOB: &str = "id, kind, record, attempts";
pub(crate) fn job<C: Columns>(row: &C) -> Result<Job, C::Error> {
    Ok(Job {
        id: row.int(0)?,
        kind: row.word(1)?,
        record: RecordId(row.uuid(2)?),
        attempt: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
    })
}

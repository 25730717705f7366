//! Between rows and words.

use crate::columns::{self, Columns};
pub(super) use crate::columns::{BLOB, DEVICE, JOB, QUARANTINE, UPLOAD, WAITING, int};
use crate::error::{Result, StorageError};
use crate::plan::Waiting;
use crate::rows::{BlobRow, Device, Job, QuarantineRow, Upload};
use ekitei_model::{Record, StaffId};
use rusqlite::Row;
use std::str::FromStr;
use uuid::Uuid;

pub(super) type Cell<T> = rusqlite::Result<T>;

impl Columns for Row<'_> {
    type Error = rusqlite::Error;
    fn uuid(&self, at: usize) -> Cell<Uuid> {
        Ok(Uuid::from_bytes(self.get::<_, [u8; 16]>(at)?))
    }
    fn maybe_uuid(&self, at: usize) -> Cell<Option<Uuid>> {
        Ok(self.get::<_, Option<[u8; 16]>>(at)?.map(Uuid::from_bytes))
    }
    fn text(&self, at: usize) -> Cell<String> {
        self.get(at)
    }
    fn maybe_text(&self, at: usize) -> Cell<Option<String>> {
        self.get(at)
    }
    fn int(&self, at: usize) -> Cell<i64> {
        self.get(at)
    }
    fn flag(&self, at: usize) -> Cell<bool> {
        self.get(at)
    }
    fn bytes(&self, at: usize) -> Cell<Vec<u8>> {
        self.get(at)
    }
    fn unknown(at: usize, text: &str) -> rusqlite::Error {
        rusqlite::Error::FromSqlConversionFailure(
            at,
            rusqlite::types::Type::Text,
            format!("unknown word {text:?}").into(),
        )
    }
}

pub(super) fn uuid(row: &Row, at: usize) -> Cell<Uuid> {
    Columns::uuid(row, at)
}
pub(super) fn maybe_uuid(row: &Row, at: usize) -> Cell<Option<Uuid>> {
    Columns::maybe_uuid(row, at)
}
pub(super) fn number(row: &Row, at: usize) -> Cell<u64> {
    Columns::number(row, at)
}
pub(super) fn word<T: FromStr>(row: &Row, at: usize) -> Cell<T> {
    Columns::word(row, at)
}
pub(super) fn staff_id(row: &Row, at: usize) -> Cell<StaffId> {
    Columns::staff(row, at)
}

pub(super) fn record_of(body: &str) -> Result<Record> {
    serde_json::from_str(body)
        .map_err(|e| StorageError::Damaged(format!("a stored record cannot be read: {e}")))
}

// A function of one row type, as `query_map` wants it.
pub(super) fn device(row: &Row) -> Cell<Device> {
    columns::device(row)
}
pub(super) fn waiting(row: &Row) -> Cell<Waiting> {
    columns::waiting(row)
}
pub(super) fn quarantine(row: &Row) -> Cell<QuarantineRow> {
    columns::quarantine(row)
}
pub(super) fn upload(row: &Row) -> Cell<Upload> {
    columns::upload(row)
}
pub(super) fn blob(row: &Row) -> Cell<BlobRow> {
    columns::blob(row)
}
pub(super) fn job(row: &Row) -> Cell<Job> {
    columns::job(row)
}

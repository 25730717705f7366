//! Between rows and words.

use super::session::{Go, Trouble};
use crate::columns::Columns;
pub(super) use crate::columns::{
    BLOB, DEVICE, JOB, QUARANTINE, UPLOAD, WAITING, blob, device, int, job, quarantine, upload, waiting,
};
use crate::error::StorageError;
use ekitei_model::Record;
use std::str::FromStr;
use tokio_postgres::Row;
use uuid::Uuid;

impl Columns for Row {
    type Error = Trouble;
    fn uuid(&self, at: usize) -> Go<Uuid> {
        Ok(self.try_get(at)?)
    }
    fn maybe_uuid(&self, at: usize) -> Go<Option<Uuid>> {
        Ok(self.try_get(at)?)
    }
    fn text(&self, at: usize) -> Go<String> {
        Ok(self.try_get(at)?)
    }
    fn maybe_text(&self, at: usize) -> Go<Option<String>> {
        Ok(self.try_get(at)?)
    }
    fn int(&self, at: usize) -> Go<i64> {
        Ok(self.try_get(at)?)
    }
    fn flag(&self, at: usize) -> Go<bool> {
        Ok(self.try_get(at)?)
    }
    fn bytes(&self, at: usize) -> Go<Vec<u8>> {
        Ok(self.try_get(at)?)
    }
    fn unknown(_at: usize, text: &str) -> Trouble {
        StorageError::Damaged(format!("unknown word {text:?}")).into()
    }
}

pub(super) fn number(row: &Row, at: usize) -> Go<u64> {
    row.number(at)
}
pub(super) fn word<T: FromStr>(row: &Row, at: usize) -> Go<T> {
    row.word(at)
}
pub(super) fn record_of(body: &str) -> Go<Record> {
    let read = serde_json::from_str(body);
    read.map_err(|e| Trouble::Final(StorageError::Damaged(format!("a stored record cannot be read: {e}"))))
}
/// A text column, as it stands.
pub(super) fn text(row: &Row, at: usize) -> Go<String> {
    Columns::text(row, at)
}

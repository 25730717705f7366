//! What the queue's screen and the status line show.

use super::ops::{self, OpState, QueuedOp};
use super::uploads::{self, Upload, UploadState};
use crate::error::StoreError;
use ekitei_model::kinds::{NOTE, PHOTO, Variant};
use ekitei_model::op::OpBody;
use ekitei_model::{Fault, Lane, OpId, RecordId, Scope};
use rusqlite::Connection;
use std::fmt;
use std::str::FromStr;

/// Names one waiting item towards screens: `op:<op id>` or `file:<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueItem {
    Op(OpId),
    File(i64),
}

impl fmt::Display for QueueItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Op(id) => write!(f, "op:{id}"),
            Self::File(item) => write!(f, "file:{item}"),
        }
    }
}

impl FromStr for QueueItem {
    type Err = StoreError;
    fn from_str(text: &str) -> Result<Self, StoreError> {
        let missing = || StoreError::Missing(text.to_owned());
        match text.split_once(':') {
            Some(("op", id)) => id.parse().map(Self::Op).map_err(|_| missing()),
            Some(("file", item)) => item.parse().map(Self::File).map_err(|_| missing()),
            _ => Err(missing()),
        }
    }
}

/// One line of the queue's screen.
#[derive(Clone, Debug)]
pub struct QueueRow {
    pub item: QueueItem,
    pub lane: Lane,
    pub record: RecordId,
    pub scope: Scope,
    /// Kind of the record; for a file that of its photo.
    pub kind: String,
    /// Set on files.
    pub variant: Option<Variant>,
    pub since_ms: i64,
    pub bytes: u64,
    pub sent_bytes: u64,
    /// Has been in a batch, or bytes of it have arrived: it can no longer be cancelled.
    pub frozen: bool,
    /// Why a person must look (parked by the transport, or not applied by the office).
    pub parked: Option<Fault>,
    /// The scope was lost: show that something waits, not what.
    pub hidden: bool,
    /// The operation; `None` for files.
    pub op: Option<QueuedOp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting creates of notes and photos.
    pub notes: u64,
    pub photos: u64,
    /// Waiting operations and files, without parked ones. 0: the outbox is drained.
    pub items: u64,
    pub ops: u64,
    pub files: u64,
    /// What is still to be sent.
    pub bytes: u64,
    pub oldest_ms: Option<i64>,
    /// Items that a person must look at: parked here, or refused by the office (which has their bytes).
    pub parked: u64,
    /// Of these, what only this phone has.
    pub kept: u64,
}

/// Reads indexes alone, however long the operations are: a status line asks for it at every step.
pub fn counts(conn: &Connection) -> Result<Counts, StoreError> {
    let mut out = Counts::default();
    let mut statement = conn.prepare_cached(COUNTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let n: u64 = row.get(1)?;
        match OpState::from_code(row.get(0)?) {
            OpState::Open | OpState::Frozen => {
                out.ops += n;
                out.bytes += row.get::<_, u64>(2)?;
                out.oldest_ms = older(out.oldest_ms, row.get(3)?);
            }
            OpState::Parked => {
                out.parked += n;
                out.kept += n;
            }
            OpState::Refused => out.parked += n,
            OpState::Answered => {}
        }
    }
    for work in uploads::work(conn)? {
        out.files += work.ops;
        out.bytes += work.bytes;
        out.oldest_ms = older(out.oldest_ms, work.oldest_ms);
    }
    let parked_files: u64 =
        conn.prepare_cached("SELECT count(*) FROM uploads WHERE state = 3")?.query_row([], |r| r.get(0))?;
    out.parked += parked_files;
    out.kept += parked_files;
    out.items = out.ops + out.files;
    (out.notes, out.photos) = notes_and_photos(conn)?;
    Ok(out)
}

const COUNTS: &str =
    "SELECT state, count(*), sum(bytes), min(at_ms) FROM ops WHERE state <> 2 GROUP BY state";
const RECORDS: &str =
    "SELECT (SELECT count(DISTINCT record) FROM ops WHERE state <> 2 AND state < 2 AND kind = ?1),
        (SELECT count(*) FROM (SELECT record FROM ops WHERE state <> 2 AND state < 2 AND kind = ?2
                               UNION SELECT record FROM uploads WHERE state = 0))";

/// Records, not operations: a note with three patches is one note; a photo counts until its last file has arrived.
fn notes_and_photos(conn: &Connection) -> Result<(u64, u64), StoreError> {
    Ok(conn.prepare_cached(RECORDS)?.query_row([NOTE, PHOTO], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

fn older(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Everything that waits or is parked: operations in the order they were written, then files.
pub fn rows(conn: &Connection) -> Result<Vec<QueueRow>, StoreError> {
    let mut out = Vec::new();
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {}, bytes FROM ops WHERE state <> 2 AND kind <> 'void' ORDER BY ord",
        ops::COLUMNS
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get("bytes")?;
        out.push(of_op(ops::from_row(row)?, bytes));
    }
    out.extend(uploads::waiting_and_parked(conn)?.into_iter().map(of_upload));
    Ok(out)
}

fn of_op(op: QueuedOp, bytes: u64) -> QueueRow {
    QueueRow {
        item: QueueItem::Op(op.op.op_id),
        lane: op.lane,
        record: op.op.record,
        scope: op.about.scope.clone(),
        kind: op.about.kind.clone(),
        variant: None,
        since_ms: op.at_ms,
        bytes,
        sent_bytes: 0,
        frozen: op.state == OpState::Frozen,
        parked: op.fault.clone(),
        hidden: op.hidden,
        op: Some(op),
    }
}

fn of_upload(upload: Upload) -> QueueRow {
    QueueRow {
        item: QueueItem::File(upload.item),
        lane: upload.lane,
        record: upload.record,
        kind: PHOTO.into(),
        variant: Some(upload.variant),
        since_ms: upload.at_ms,
        bytes: upload.cipher_bytes,
        sent_bytes: upload.sent_bytes,
        frozen: upload.state == UploadState::Waiting && upload.sent_bytes > 0,
        parked: upload.fault,
        hidden: upload.hidden,
        scope: upload.scope,
        op: None,
    }
}

/// Whether an operation makes its record.
pub fn is_create(op: &QueuedOp) -> bool {
    matches!(op.op.body, OpBody::Create { .. } | OpBody::Publish { .. })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{MIGRATIONS, batch};
    use super::*;

    /// Operations are long and lie in encrypted pages: with thousands of them, counting must not read them.
    #[test]
    fn counting_what_waits_reads_an_index_alone() {
        let conn = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|sql| conn.execute_batch(sql).unwrap());
        for sql in [COUNTS, RECORDS, batch::WORK, batch::WAITS] {
            let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let values = vec![rusqlite::types::Null; statement.parameter_count()];
            let rows = statement.query_map(rusqlite::params_from_iter(values), |r| r.get::<_, String>(3));
            let steps: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
            let of_ops: Vec<&String> = steps.iter().filter(|s| s.contains(" ops")).collect();
            assert!(!of_ops.is_empty(), "{sql}");
            assert!(of_ops.iter().all(|s| s.contains("COVERING INDEX ops_work")), "{sql}: {of_ops:?}");
        }
    }
}

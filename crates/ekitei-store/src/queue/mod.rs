//! `queue.db`: everything that a locked phone needs to deliver and to fetch.

pub mod answers;
pub mod batch;
pub mod blobs;
pub mod captures;
pub mod credential;
pub mod cursors;
pub mod downloads;
pub mod follow;
pub mod generation;
pub mod line;
pub mod meta;
pub mod notices;
pub mod ops;
pub mod own;
pub mod pages;
pub mod pin;
pub mod refused;
pub mod uploads;
pub mod view;

pub use batch::{Batch, BatchOp};
pub use blobs::Blob;
pub use captures::Capture;
pub use credential::Credential;
pub use cursors::Cursor;
pub use downloads::Download;
pub use follow::{Follow, Reason};
pub use line::LineState;
pub use notices::Notice;
pub use ops::{About, Enqueued, OpState, QueuedOp};
pub use pages::Page;
pub use uploads::Upload;
pub use view::{Counts, QueueItem, QueueRow};

use crate::db::Database;
use crate::error::StoreError;
use ekitei_seal::Secret32;
use std::ops::Deref;
use std::path::Path;

/// One SQL file a version; only added to, never changed.
pub(crate) const MIGRATIONS: &[&str] =
    &[include_str!("../../migrations/queue_0001.sql"), include_str!("../../migrations/queue_0002.sql")];

/// The open queue. Derefs to [`Database`]: `queue.write(|tx| ops::enqueue(tx, …))`, `queue.read(|c| view::counts(c))`.
pub struct Queue {
    db: Database,
}

impl Queue {
    pub(crate) fn open(path: &Path, key: &Secret32) -> Result<Self, StoreError> {
        let db = Database::open(path, key, MIGRATIONS)?;
        let queue = Self { db };
        queue.write(|tx| {
            if meta::text(tx, meta::QUEUE_ID)?.is_none() {
                meta::set_text(tx, meta::QUEUE_ID, &uuid::Uuid::new_v4().to_string())?;
            }
            Ok(())
        })?;
        Ok(queue)
    }
}

impl Deref for Queue {
    type Target = Database;
    fn deref(&self) -> &Database {
        &self.db
    }
}

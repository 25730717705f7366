//! The office's rows: one trait, [`Storage`], with a method per use case (= one transaction), and two backends that
//! behave alike: `sqlite` (embedded, the default) and `postgres`.
//!
//! What lives here: SQL, migrations, and the pure planning (`plan`) that decides what a push, an arrival or an import
//! writes. Both backends load a working set, let `plan` decide and write what it says, so they cannot drift apart.
//! What may not: HTTP, files of the shared folder, blob bytes, passwords in clear, clocks (callers pass `now_ms`).
//! Who may call: `ekitei-server` and tests.

mod columns;
// Not once more in the unit tests, which do not use it: half of their build.
#[cfg(all(feature = "conformance", not(test)))]
pub mod conformance;
mod error;
mod plan;
mod postgres;
mod rooms;
mod rows;
mod sqlite;
mod storage;
mod words;
mod words_rooms;

pub use error::{Result, StorageError};
pub use postgres::Postgres;
pub use rooms::*;
pub use rows::*;
pub use sqlite::Sqlite;
pub use storage::Storage;

use std::path::Path;
use std::sync::Arc;

/// Where the rows live.
#[derive(Clone, Copy, Debug)]
pub enum Database<'a> {
    /// A SQLite file; made when it is not there.
    File(&'a Path),
    /// `postgres://user:password@host/database`
    Postgres(&'a str),
}

/// Opens the database and brings it to this program's schema. Refused: `database-newer`.
pub async fn open(database: Database<'_>) -> Result<Arc<dyn Storage>> {
    match database {
        Database::File(path) => {
            let path = path.to_owned();
            let opened = tokio::task::spawn_blocking(move || Sqlite::open(&path)).await;
            Ok(Arc::new(opened.map_err(|e| StorageError::Unavailable(e.to_string()))??))
        }
        Database::Postgres(url) => Ok(Arc::new(Postgres::connect(url).await?)),
    }
}

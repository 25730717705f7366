//! The office's rows: one trait, [`Storage`], with a method per use case (= one transaction), and two backends that
//! behave alike: `sqlite` (embedded, the default) and `postgres`.
//!
//! What lives here: SQL, migrations, and the pure planning (`plan`) that decides what a push, an arrival or an import
//! writes. Both backends load a working set, let `plan` decide and write what it says, so they cannot drift apart.
//! What may not: HTTP, files of the shared folder, blob bytes, passwords in clear, clocks (callers pass `now_ms`).
//! Who may call: `ekitei-server` and tests.

mod error;
mod plan;
mod rows;
mod sqlite;
mod storage;
mod words;

pub use error::{Result, StorageError};
pub use rows::*;
pub use sqlite::Sqlite;
pub use storage::Storage;

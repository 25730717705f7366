//! Which database: SQLite in the data folder, or PostgreSQL when an address is given.

use ekitei_server_db::{Database, Storage, StorageError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The SQLite file of `data`.
pub fn sqlite_path(data: &Path) -> PathBuf {
    data.join("office.db")
}

/// Opens (and, where needed, upgrades) the database.
///
/// # Errors
/// It is not reachable, newer than this program, or damaged.
pub async fn open(data: &Path, database: Option<&str>) -> Result<Arc<dyn Storage>, StorageError> {
    let path = sqlite_path(data);
    ekitei_server_db::open(database.map_or(Database::File(&path), Database::Postgres)).await
}

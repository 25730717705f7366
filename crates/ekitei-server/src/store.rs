//! Which database: SQLite in the data folder, or PostgreSQL when an address is given.

use ekitei_server_db::{Sqlite, Storage, StorageError};
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
    match database {
        Some(url) => Err(StorageError::Unavailable(format!("no backend for {url}"))),
        None => {
            let path = sqlite_path(data);
            let opened = tokio::task::spawn_blocking(move || Sqlite::open(&path)).await;
            Ok(Arc::new(opened.map_err(|e| StorageError::Unavailable(e.to_string()))??))
        }
    }
}

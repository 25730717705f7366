//! The office said that this phone is lost: everything goes, also what is unsent. The only place that deletes unsent work.

use crate::error::StoreError;
use crate::home::Home;
use crate::queue::meta;
use ekitei_seal::atomic::FileError;
use std::fs;
use std::path::Path;

impl Home {
    /// Leaves an empty home that can be enrolled anew. Repeating it after a kill finishes the work.
    ///
    /// # Errors
    /// File and database faults; what was deleted before stays deleted.
    pub fn wipe(&self) -> Result<(), StoreError> {
        // Keys first: without them the rest is noise.
        self.forget_unlocked()?;
        self.discard_vault()?;
        self.queue().write(|tx| {
            // What is deleted is overwritten, not only unlinked from its page.
            tx.pragma_update(None, "secure_delete", true)?;
            let tables: Vec<String> = tx
                .prepare(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                     AND name NOT IN ('lanes', 'change_counter', 'meta')",
                )?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for table in tables {
                tx.execute(&format!("DELETE FROM \"{table}\""), [])?;
            }
            tx.execute("DELETE FROM meta WHERE key <> ?1", [meta::QUEUE_ID])?;
            tx.execute("UPDATE lanes SET generation = 1, next_seq = 1, acked = 0", [])?;
            Ok(())
        })?;
        // The log still has the rows as they were. Another process may hold it: the files go all the same.
        let emptied = self.queue().empty_log();
        empty(&self.dir().join("blobs"))?;
        empty(&self.inbox())?;
        for file in listing(self.dir())? {
            if file.file_name().to_string_lossy().contains(".set-aside-") {
                fs::remove_file(file.path()).map_err(|e| FileError::new("delete", &file.path(), e))?;
            }
        }
        emptied
    }
}

fn listing(folder: &Path) -> Result<Vec<fs::DirEntry>, StoreError> {
    let entries = fs::read_dir(folder).map_err(|e| FileError::new("list", folder, e))?;
    Ok(entries.flatten().collect())
}

fn empty(folder: &Path) -> Result<(), StoreError> {
    for entry in listing(folder)? {
        let path = entry.path();
        let gone = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        gone.map_err(|e| FileError::new("delete", &path, e))?;
    }
    Ok(())
}

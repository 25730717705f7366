//! Numbered migrations, each in a transaction. Only ever added.

use crate::error::{Result, StorageError};
use ekitei_model::Fault;
use rusqlite::Connection;

const MIGRATIONS: [&str; 7] = [
    include_str!("migrations/0001_base.sql"),
    include_str!("migrations/0002_recent.sql"),
    include_str!("migrations/0003_retention.sql"),
    include_str!("migrations/0004_rooms.sql"),
    include_str!("migrations/0005_lists.sql"),
    include_str!("migrations/0006_posts.sql"),
    include_str!("migrations/0007_held.sql"),
];

/// Brings the database to this program's schema. Refused: `database-newer`.
pub(super) fn migrate(db: &Connection) -> Result<()> {
    let known = MIGRATIONS.len() as i64;
    loop {
        db.execute_batch("BEGIN IMMEDIATE")?;
        match step(db, known) {
            Ok(true) => db.execute_batch("COMMIT")?,
            Ok(false) => return Ok(db.execute_batch("ROLLBACK")?),
            Err(e) => {
                // The first error is the one to tell.
                let _ = db.execute_batch("ROLLBACK");
                return Err(e);
            }
        }
    }
}

/// One migration; `false`: there is none left to do.
fn step(db: &Connection, known: i64) -> Result<bool> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if found > known {
        return Err(StorageError::Refused(
            Fault::ask("database-newer").with("found", found).with("known", known),
        ));
    }
    let Some(sql) = usize::try_from(found).ok().and_then(|n| MIGRATIONS.get(n)) else { return Ok(false) };
    db.execute_batch(sql)?;
    db.execute_batch(&format!("PRAGMA user_version = {}", found + 1))?;
    Ok(true)
}

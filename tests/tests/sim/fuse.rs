//! Death and a full disk at any row that a phone writes: a function in temporary triggers, which fails when told to.
//! What fails rolls its transaction back, as a kill before the commit does; a dead phone never writes again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use ekitei_store::{Database, StoreError};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Error, ffi};
use tokio::sync::Notify;

#[derive(Default)]
pub struct Fuse {
    /// Rows that may still be written before death; 0: burns never.
    rows_left: AtomicI64,
    dead: AtomicBool,
    full: AtomicBool,
    pub died: Notify,
    /// Rows written in all, for tests of the fuse itself.
    pub rows: AtomicI64,
}

impl Fuse {
    /// The phone dies instead of writing the `rows`-th row from now.
    pub fn arm(&self, rows: i64) {
        self.rows_left.store(rows, Ordering::SeqCst);
    }

    pub fn disarm(&self) {
        self.rows_left.store(0, Ordering::SeqCst);
    }

    pub fn kill(&self) {
        self.dead.store(true, Ordering::SeqCst);
        self.died.notify_one();
    }

    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    pub fn is_full(&self) -> bool {
        self.full.load(Ordering::SeqCst)
    }

    fn burn(&self) -> Result<i64, Error> {
        self.rows.fetch_add(1, Ordering::SeqCst);
        if self.rows_left.load(Ordering::SeqCst) > 0 && self.rows_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.kill();
        }
        // Without words: with them SQLite would forget the code.
        let fail = |code| Err(Error::SqliteFailure(ffi::Error::new(code), None));
        match (self.is_dead(), self.is_full()) {
            (true, _) => fail(ffi::SQLITE_ABORT),
            (_, true) => fail(ffi::SQLITE_FULL),
            _ => Ok(0),
        }
    }

    /// Puts the fuse into one open database.
    pub fn lay(self: &Arc<Self>, database: &Database) -> Result<(), StoreError> {
        let fuse = Arc::clone(self);
        database.write(|tx| {
            tx.create_scalar_function("burn", 0, FunctionFlags::SQLITE_UTF8, move |_| fuse.burn())?;
            let tables: Vec<String> = tx
                .prepare(
                    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                     AND name NOT LIKE 'sqlite_%'",
                )?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for table in tables {
                for event in ["INSERT", "UPDATE", "DELETE"] {
                    tx.execute_batch(&format!(
                        "CREATE TEMP TRIGGER \"burn_{table}_{event}\" BEFORE {event} ON main.\"{table}\"
                         BEGIN SELECT burn(); END"
                    ))?;
                }
            }
            Ok(())
        })
    }
}

//! One encrypted SQLite file: opening, pragmas, numbered migrations, one writer and one reader connection.

use crate::error::StoreError;
use ekitei_seal::Secret32;
use ekitei_seal::atomic::{FileError, fsync_dir};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a writer waits for the other process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// Prepared statements kept per connection.
const STATEMENTS: usize = 128;

/// An open file. Share it between threads; readers never wait for the writer (WAL).
pub struct Database {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    path: PathBuf,
}

impl Database {
    /// Opens (or makes) the file and brings it to the newest schema. `migrations[n]` leads from version n to n + 1.
    ///
    /// # Errors
    /// [`StoreError::Newer`]; [`StoreError::Corrupt`] for a wrong key or a damaged file; [`StoreError::DiskFull`].
    pub(crate) fn open(path: &Path, key: &Secret32, migrations: &[&str]) -> Result<Self, StoreError> {
        let mut writer = connect(path, key)?;
        migrate(&mut writer, path, migrations)?;
        let reader = connect(path, key)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader), path: path.to_owned() })
    }

    /// Reads in one snapshot.
    ///
    /// # Errors
    /// Whatever `f` returns, or the database's.
    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let conn = lock(&self.reader);
        let snapshot = conn.unchecked_transaction()?;
        f(&snapshot)
    }

    /// Writes in one transaction, durable when this returns `Ok`; nothing is written when `f` fails.
    /// Waits for other writers, of this process and of the other.
    ///
    /// # Errors
    /// Whatever `f` returns, [`StoreError::DiskFull`], [`StoreError::Busy`].
    pub fn write<T>(&self, f: impl FnOnce(&Transaction) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut conn = lock(&self.writer);
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = f(&tx)?;
        tx.commit()?;
        Ok(value)
    }

    /// Everything that was written is in the file itself, and the log beside it is empty.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while another process reads or writes.
    pub(crate) fn empty_log(&self) -> Result<(), StoreError> {
        let writer = lock(&self.writer);
        let busy: bool = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy { Err(StoreError::Busy) } else { Ok(()) }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A panic while holding the lock rolled its transaction back; the connection stays usable.
fn lock(conn: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    conn.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long the start of the cipher may take in the process, at most.
const STARTING: Duration = Duration::from_secs(20);

/// Waits until SQLCipher is ready in this process.
///
/// SQLite marks itself started before it runs the start of SQLCipher (`sqlite3_initialize` calls `SQLITE_EXTRA_INIT`
/// after it let go of its lock; SQLCipher 4.19.0). The first two connections of a process, opened by two threads at
/// once, can thus meet: the later one is then refused its key, however right. The reader of the office's SQLite shares
/// that start, so an order among our own openings is not enough; the cipher itself is asked.
fn cipher_ready() -> Result<(), StoreError> {
    static READY: Mutex<bool> = Mutex::new(false);
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    let since = Instant::now();
    while !*ready {
        let conn = Connection::open_in_memory()?;
        quiet(&conn)?;
        match conn.execute_batch("PRAGMA key = 'any'") {
            Ok(()) => *ready = true,
            Err(error) if since.elapsed() > STARTING => return Err(error.into()),
            Err(_) => std::thread::yield_now(),
        }
    }
    Ok(())
}

/// SQLCipher's own messages about wrong keys would go to standard error.
fn quiet(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("PRAGMA cipher_log_level = NONE")
}

fn keyed(path: &Path, key: &Secret32) -> Result<Connection, StoreError> {
    cipher_ready()?;
    let conn = Connection::open(path)?;
    quiet(&conn)?;
    conn.execute_batch(&zeroize::Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", *key.to_hex())))?;
    Ok(conn)
}

fn connect(path: &Path, key: &Secret32) -> Result<Connection, StoreError> {
    let conn = keyed(path, key)?;
    let cipher: Option<String> = conn.pragma_query_value(None, "cipher_version", |row| row.get(0)).ok();
    if cipher.is_none_or(|v| v.is_empty()) {
        return Err(StoreError::NoCipher);
    }
    conn.busy_timeout(BUSY_TIMEOUT)?;
    // The first read is where a wrong key or a damaged header shows.
    conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
    )?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

fn version(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn migrate(conn: &mut Connection, path: &Path, migrations: &[&str]) -> Result<(), StoreError> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let newer = |found| StoreError::Newer { file: file_name(path), found, known };
    match version(conn)? {
        found if found == known => return Ok(()),
        found if found > known => return Err(newer(found)),
        _ => {}
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let found = version(&tx)?;
    if found > known {
        return Err(newer(found));
    }
    for sql in &migrations[usize::try_from(found).unwrap_or(0)..] {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(())
}

/// Moves a file that cannot be read out of the way, with its log files. Nothing is deleted. Returns its new name.
pub(crate) fn set_aside(path: &Path, now_ms: i64) -> Result<String, StoreError> {
    let mut aside = PathBuf::new();
    for attempt in 0..1000 {
        let mark = if attempt == 0 { now_ms.to_string() } else { format!("{now_ms}-{attempt}") };
        aside = path.with_file_name(format!("{}.set-aside-{mark}", file_name(path)));
        if !aside.exists() {
            break;
        }
    }
    for suffix in ["-wal", "-shm", ""] {
        let (from, to) = (with_suffix(path, suffix), with_suffix(&aside, suffix));
        if from.exists() {
            std::fs::rename(&from, &to).map_err(|e| FileError::new("set aside", &from, e))?;
        }
    }
    if let Some(folder) = path.parent() {
        fsync_dir(folder)?;
    }
    Ok(file_name(&aside))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!("{}{suffix}", file_name(path)))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

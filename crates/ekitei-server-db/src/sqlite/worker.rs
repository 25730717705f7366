//! One writer thread and a small pool of readers over one file.
//!
//! Requests that queue up while a commit is on its way to the disk share the next one: each runs in its own
//! savepoint, and is answered only after the commit.

use crate::error::{Result, StorageError};
use rusqlite::{Connection, OpenFlags};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, oneshot};

/// Requests in one commit at most.
const MAX_GROUP: usize = 64;
const MAX_READERS: usize = 4;
/// How long a second process (the command line beside the running server) is waited for.
const BUSY: Duration = Duration::from_secs(10);

/// Work that takes longer is told in the log: everybody's push waits behind a write.
const SLOW: Duration = Duration::from_secs(1);

/// After so many commits the log's pages are copied into the file, beside the writer.
const COPY_AFTER: u32 = 64;
/// The writer copies them itself only when the log has grown this far, as after one huge import.
const WAL_PAGES: u32 = 16_384;

type Answer = Box<dyn FnOnce(Result<()>) + Send>;
/// Given no connection (the transaction could not begin) it only prepares its answer.
type Job = Box<dyn FnOnce(Option<&Connection>) -> (bool, Answer) + Send>;

impl From<rusqlite::Error> for StorageError {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        match e.sqlite_error_code() {
            Some(
                C::DatabaseBusy
                | C::DatabaseLocked
                | C::DiskFull
                | C::SystemIoFailure
                | C::CannotOpen
                | C::ReadOnly
                | C::OutOfMemory
                | C::PermissionDenied
                | C::FileLockingProtocolFailed,
            ) => Self::Unavailable(e.to_string()),
            _ => Self::Damaged(e.to_string()),
        }
    }
}

pub(super) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(200);
    db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;")?;
    Ok(db)
}

/// A connection that may write: WAL, and every commit reaches the disk.
pub(super) fn connect_writer(path: &Path) -> Result<Connection> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    db.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    Ok(db)
}

/// A consistent copy into a new file, on disk when this returns. Refused: `file-exists`.
pub(super) fn copy(from: &Path, target: &Path) -> Result<()> {
    if target.exists() {
        return Err(StorageError::refused("file-exists"));
    }
    let unusable = |e: &dyn std::fmt::Display| StorageError::Unavailable(e.to_string());
    let name = target.to_str().ok_or_else(|| unusable(&"the path is not UTF-8"))?;
    connect(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?.execute("VACUUM INTO ?1", [name])?;
    std::fs::File::open(target).and_then(|f| f.sync_all()).map_err(|e| unusable(&e))
}

/// Runs `f`, and names it in the log when it was slow (its place in the code, never what it carried).
fn watched<T>(db: &Connection, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let (what, begun) = (std::any::type_name_of_val(&f), Instant::now());
    let result = f(db);
    let took = begun.elapsed();
    if took >= SLOW {
        tracing::warn!(
            what,
            ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "slow work on the database"
        );
    }
    result
}

pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Writer {
    /// `path`: of the file that `db` has open.
    pub fn start(db: Connection, path: &Path) -> Result<Self> {
        let thread = |name: &str, work: Box<dyn FnOnce() + Send>| {
            let named = std::thread::Builder::new().name(name.to_owned());
            named.spawn(work).map_err(|e| StorageError::Unavailable(e.to_string()))
        };
        let (jobs, queue) = mpsc::channel();
        // One wish is enough, however many there were.
        let (copy, wishes) = mpsc::sync_channel(1);
        let beside = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let threads = vec![
            thread("ekitei-db-writer", Box::new(move || run(&db, &queue, &copy)))?,
            thread("ekitei-db-copy", Box::new(move || copy_log(&beside, &wishes)))?,
        ];
        Ok(Self { jobs: Some(jobs), threads })
    }

    /// Runs `f` in a transaction of its own; what it returns is committed when this answers `Ok`.
    pub async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            let result = match db {
                Some(db) => watched(db, f),
                None => Err(StorageError::Unavailable("no transaction".to_owned())),
            };
            let keep = result.is_ok();
            let answer: Answer = Box::new(move |committed| {
                // A refusal stands whatever became of the others' commit. Nobody listening is no fault either.
                let _ = tell.send(match (result, committed) {
                    (Ok(_), Err(e)) => Err(e),
                    (result, _) => result,
                });
            });
            (keep, answer)
        });
        let stopped = || StorageError::Unavailable("the writer has stopped".to_owned());
        self.jobs.as_ref().ok_or_else(stopped)?.send(job).map_err(|_| stopped())?;
        told.await.map_err(|_| StorageError::Damaged("a write ended abnormally".to_owned()))?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        // The writer's end is the other's end. A panic there has been reported by the panic hook.
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

/// Copies the log into the file while others write: a commit that copied would keep everybody waiting for two disk writes.
fn copy_log(db: &Connection, wishes: &mpsc::Receiver<()>) {
    while wishes.recv().is_ok() {
        if let Err(error) = db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::debug!(%error, "the log was not copied; it will be next time");
        }
    }
}

fn run(db: &Connection, queue: &mpsc::Receiver<Job>, copy: &mpsc::SyncSender<()>) {
    let mut commits = 0;
    while let Ok(first) = queue.recv() {
        let mut answers = Vec::new();
        let committed = group(db, first, queue, &mut answers);
        if !db.is_autocommit()
            && let Err(e) = db.execute_batch("ROLLBACK")
        {
            tracing::error!(error = %e, "rollback failed");
        }
        commits += 1;
        if commits == COPY_AFTER {
            commits = 0;
            // Full: it is wished for already.
            let _ = copy.try_send(());
        }
        for answer in answers {
            answer(match &committed {
                Ok(()) => Ok(()),
                Err(StorageError::Damaged(why)) => Err(StorageError::Damaged(why.clone())),
                Err(e) => Err(StorageError::Unavailable(e.to_string())),
            });
        }
    }
}

fn group(db: &Connection, first: Job, queue: &mpsc::Receiver<Job>, answers: &mut Vec<Answer>) -> Result<()> {
    if let Err(e) = db.execute_batch("BEGIN IMMEDIATE") {
        answers.push(first(None).1);
        return Err(e.into());
    }
    let mut next = Some(first);
    while let Some(job) = next {
        db.execute_batch("SAVEPOINT job")?;
        match catch_unwind(AssertUnwindSafe(|| job(Some(db)))) {
            Ok((true, answer)) => {
                answers.push(answer);
                db.execute_batch("RELEASE job")?;
            }
            Ok((false, answer)) => {
                answers.push(answer);
                db.execute_batch("ROLLBACK TO job; RELEASE job")?;
            }
            // Its asker learns it from the dropped channel; the others go on.
            Err(_) => db.execute_batch("ROLLBACK TO job; RELEASE job")?,
        }
        next = if answers.len() < MAX_GROUP { queue.try_recv().ok() } else { None };
    }
    Ok(db.execute_batch("COMMIT")?)
}

pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    pub fn new(path: &Path) -> Arc<Self> {
        Arc::new(Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
            permits: Semaphore::new(MAX_READERS),
        })
    }

    /// Runs `f` on one consistent snapshot.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        f: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let stopped = |e: &dyn std::fmt::Display| StorageError::Unavailable(e.to_string());
        let _permit = self.permits.acquire().await.map_err(|e| stopped(&e))?;
        let readers = Arc::clone(self);
        let work = move || {
            let idle = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let db = match idle {
                Some(db) => db,
                None => {
                    let db = connect(&readers.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                    db.execute_batch("PRAGMA query_only = ON")?;
                    db
                }
            };
            db.execute_batch("BEGIN")?;
            let result = watched(&db, f);
            db.execute_batch("ROLLBACK")?;
            readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(|e| stopped(&e))?
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rows(db: &Connection) -> Vec<i64> {
        let mut find = db.prepare("SELECT n FROM t ORDER BY n").unwrap();
        find.query_map([], |r| r.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }

    /// Jobs that share a commit: a refused one and one that panics leave nothing, the others everything.
    #[tokio::test]
    async fn what_fails_in_a_group_leaves_no_trace() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let db = connect_writer(&path).unwrap();
        db.execute_batch("CREATE TABLE t (n INTEGER)").unwrap();
        let writer = Writer::start(db, &path).unwrap();
        let (open, gate) = mpsc::channel::<()>();
        let put =
            |n: i64| move |db: &Connection| Ok(db.execute("INSERT INTO t VALUES (?1)", [n]).map(|_| n)?);
        // The first holds the transaction open until the others are queued behind it.
        let first = writer.run(move |db| {
            let n = put(1)(db)?;
            gate.recv().unwrap();
            Ok(n)
        });
        let refused = writer.run(move |db| {
            put(2)(db)?;
            Err::<i64, _>(StorageError::refused("no"))
        });
        let panics = writer.run(move |db| -> Result<i64> {
            put(3)(db)?;
            panic!("on purpose")
        });
        let release = async {
            open.send(()).unwrap();
            Ok::<i64, StorageError>(0)
        };
        let (first, refused, panics, last, _) =
            tokio::join!(first, refused, panics, writer.run(put(4)), release);
        assert_eq!((first.unwrap(), last.unwrap()), (1, 4));
        assert_eq!(refused.unwrap_err().fault().unwrap().code, "no");
        assert!(matches!(panics, Err(StorageError::Damaged(_))));
        assert_eq!(rows(&Connection::open(&path).unwrap()), [1, 4]);
        assert_eq!(writer.run(put(5)).await.unwrap(), 5, "the writer lives on");
    }

    /// Pages that the log still has to hand over are few, whoever handed over the others.
    #[tokio::test]
    async fn the_log_is_copied_beside_the_writer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let db = connect_writer(&path).unwrap();
        db.execute_batch("CREATE TABLE t (n INTEGER)").unwrap();
        let file = std::fs::metadata(&path).unwrap().len();
        let writer = Writer::start(db, &path).unwrap();
        for n in 0..i64::from(COPY_AFTER) {
            writer.run(move |db| Ok(db.execute("INSERT INTO t VALUES (?1)", [n])?)).await.unwrap();
        }
        // Nobody but the thread beside the writer copies so little; the end of the program would, but it has not ended.
        while std::fs::metadata(&path).unwrap().len() == file {
            tokio::task::yield_now().await;
        }
        drop(writer);
        assert_eq!(rows(&Connection::open(&path).unwrap()).len(), COPY_AFTER as usize);
    }

    #[tokio::test]
    async fn commits_are_durable_and_readers_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let db = connect_writer(&path).unwrap();
        let one = |db: &Connection, sql: &str| {
            db.query_row(sql, [], |r| r.get::<_, rusqlite::types::Value>(0)).unwrap()
        };
        assert_eq!(one(&db, "PRAGMA journal_mode"), rusqlite::types::Value::Text("wal".into()));
        assert_eq!(one(&db, "PRAGMA synchronous"), rusqlite::types::Value::Integer(2));
        let readers = Readers::new(&path);
        assert!(readers.run(|db| Ok(db.execute_batch("CREATE TABLE x (n)")?)).await.is_err());
    }
}

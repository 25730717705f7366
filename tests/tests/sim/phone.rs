//! A phone: a real home with its databases and files, the real engine, and a person's hand.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use ekitei_model::{DeviceId, Fault, Lane, OpId, Operation, Record, RecordId, Scope, StaffId};
use ekitei_seal::{Argon2Params, FileKeystore};
use ekitei_store::queue::{About, Counts, Enqueued, credential, follow, ops, pages, view};
use ekitei_store::vault::{Shown, read, salvage};
use ekitei_store::{Connection, Home, Queue, StoreError, Transaction, Vault};
use ekitei_sync::{Engine, Limits, Locked, SyncReport, VaultSide, Wake};
use rand::SeedableRng;
use rand::rngs::StdRng;
use uuid::Uuid;

use super::clock::SimClock;
use super::fuse::Fuse;
use super::line::{Ghost, Line};
use super::office::Office;

pub const PIN: &str = "704193";
/// How long a person leaves the app open.
const RUN_MS: u64 = 20 * 60_000;

pub struct Phone {
    pub index: usize,
    pub staff: StaffId,
    pub dir: PathBuf,
    pub clock: Arc<SimClock>,
    pub home: Arc<Home>,
    pub vault: Option<Vault>,
    pub line: Arc<Line>,
    pub fuse: Arc<Fuse>,
    /// The PIN was forgotten: nobody can open the vault any more.
    pub forgotten: bool,
    /// Scopes that the vault erased and the books have not been told of.
    pub erased: Vec<Scope>,
    engine: Engine,
    office: Arc<Office>,
    ghosts: Arc<Mutex<VecDeque<Ghost>>>,
    seed: u64,
}

/// The open vault, which notes what it erases.
struct Side<'a> {
    vault: &'a Vault,
    queue: &'a Queue,
    erased: &'a mut Vec<Scope>,
}

impl VaultSide for Side<'_> {
    fn take_pages(&mut self, now_ms: i64) -> Result<bool, Fault> {
        self.erased.extend(self.vault.replay(self.queue, now_ms)?.erased);
        Ok(true)
    }
    fn salvage(&mut self, limit: u32) -> Result<Vec<Record>, Fault> {
        Ok(self.vault.read(|c| salvage::candidates(c, limit))?)
    }
    fn salvaged(&mut self, ids: &[RecordId]) -> Result<(), Fault> {
        Ok(self.vault.write(|tx| salvage::offered(tx, ids))?)
    }
}

fn open_home(dir: &std::path::Path, now_ms: i64) -> Result<Home, StoreError> {
    std::fs::create_dir_all(dir).unwrap();
    let keystore = FileKeystore::open_or_create(&dir.join("keystore"))?;
    Ok(Home::open(&dir.join("home"), Arc::new(keystore), now_ms)?.with_pin_cost(Argon2Params::TEST_ONLY))
}

pub fn new_home(dir: &std::path::Path, now_ms: i64) -> Home {
    open_home(dir, now_ms).unwrap()
}

impl Phone {
    pub fn open(
        (index, staff): (usize, StaffId),
        dir: PathBuf,
        office: &Arc<Office>,
        ghosts: &Arc<Mutex<VecDeque<Ghost>>>,
        clock: Arc<SimClock>,
        seed: u64,
    ) -> Self {
        let home = Arc::new(open_home(&dir, clock.wall_ms()).unwrap());
        let fuse = Arc::new(Fuse::default());
        fuse.lay(home.queue()).unwrap();
        let device = home.queue().read(credential::required).unwrap().device_id;
        let line =
            Arc::new(Line::new(office, (device, staff.clone()), &clock, &fuse, ghosts, seed ^ 0x11_4e));
        let rng = StdRng::seed_from_u64(seed);
        let engine = Engine::new(Arc::clone(&home), Arc::clone(&line) as _, Arc::clone(&clock) as _, rng);
        Self {
            index,
            staff,
            dir,
            clock,
            home,
            vault: None,
            line,
            fuse,
            forgotten: false,
            erased: Vec::new(),
            engine,
            office: Arc::clone(office),
            ghosts: Arc::clone(ghosts),
            seed,
        }
    }

    /// A new process on the same files, locked.
    pub fn reopen(self) -> Self {
        let Self { index, staff, dir, clock, office, ghosts, seed, forgotten, erased, .. } = self;
        // The old one is gone with its connections and its lock.
        let mut next = Self::open((index, staff), dir, &office, &ghosts, clock, seed.wrapping_add(0x9e37));
        next.forgotten = forgotten;
        next.erased = erased;
        next
    }

    pub fn device(&self) -> DeviceId {
        self.home.queue().read(credential::required).unwrap().device_id
    }

    pub fn unlock(&mut self) -> Result<(), StoreError> {
        let vault = self.home.unlock(PIN, self.clock.wall_ms())?;
        self.fuse.lay(&vault)?;
        self.vault = Some(vault);
        self.replay()
    }

    pub fn replay(&mut self) -> Result<(), StoreError> {
        let Some(vault) = &self.vault else { return Ok(()) };
        let replayed = vault.replay(self.home.queue(), self.clock.wall_ms())?;
        self.erased.extend(replayed.erased);
        Ok(())
    }

    /// Queue first, then vault, as the core does it. The answer is the queue's: what it took is promised.
    pub fn commit(
        &mut self,
        changes: &[(Operation, About)],
        also: impl FnOnce(&Transaction) -> Result<(), StoreError>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let now_ms = self.clock.wall_ms();
        let taken = self.home.queue().write(|tx| {
            let taken = changes.iter().map(|(op, about)| ops::enqueue(tx, op, Lane::Records, about, now_ms));
            let taken = taken.collect::<Result<Vec<_>, _>>()?;
            also(tx)?;
            Ok(taken)
        })?;
        // A failure here is cured by the next replay.
        let _ = self.replay();
        self.engine.waker().wake(Wake::Work);
        Ok(taken)
    }

    /// `None`: it died meanwhile.
    pub async fn sync(&mut self, percent: u32) -> Option<SyncReport> {
        self.line.set_bad_luck(percent);
        self.engine.waker().wake(Wake::Tap);
        let limits = Limits::within_ms(RUN_MS);
        let died = self.fuse.died.notified();
        let report = match &self.vault {
            Some(vault) => {
                let mut side = Side { vault, queue: self.home.queue(), erased: &mut self.erased };
                tokio::select! {
                    biased;
                    () = died => None,
                    report = self.engine.sync_once(&mut side, limits) => Some(report),
                }
            }
            None => {
                let mut side = Locked;
                tokio::select! {
                    biased;
                    () = died => None,
                    report = self.engine.sync_once(&mut side, limits) => Some(report),
                }
            }
        };
        // Calls that were given up leave the office.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        report.filter(|_| !self.fuse.is_dead())
    }

    // ── what it shows and has ──

    pub fn counts(&self) -> Counts {
        self.home.queue().read(view::counts).unwrap()
    }

    pub fn pages(&self) -> u64 {
        self.home.queue().read(pages::count).unwrap()
    }

    pub fn follows(&self) -> BTreeMap<Scope, bool> {
        let follows = self.home.queue().read(follow::list).unwrap();
        follows.into_iter().map(|f| (f.scope, f.denied)).collect()
    }

    /// What of `kind` a person sees in `scope`; empty when locked.
    pub fn shown(&self, scope: &Scope, kind: &str) -> Vec<Shown> {
        let read = |v: &Vault| v.read(|c| read::in_scope(c, scope, &[kind])).unwrap();
        self.vault.as_ref().map(read).unwrap_or_default()
    }

    /// What waits or is kept, for the person who looks for the fault.
    pub fn left(&self) -> Vec<String> {
        let rows = |c: &Connection, sql: &str| -> Result<Vec<String>, rusqlite::Error> {
            c.prepare(sql)?.query_map([], |r| r.get(0))?.collect()
        };
        let all = |c: &Connection| {
            let mut out = rows(c, "SELECT 'op ' || state || ' ' || body FROM ops WHERE state <> 2")?;
            out.extend(rows(
                c,
                "SELECT 'file ' || state || ' ' || hex(record) || variant || ' ' || coalesce(fault, '') FROM uploads WHERE state <> 2",
            )?);
            Ok(out)
        };
        self.home.queue().read(all).unwrap()
    }

    pub fn queued(&self) -> HashSet<OpId> {
        self.home.queue().read(|c| op_ids(c, "SELECT op_id FROM ops")).unwrap()
    }

    pub fn refused(&self) -> Vec<OpId> {
        let sql = "SELECT op_id FROM ops WHERE state IN (3, 4) ORDER BY ord";
        self.home.queue().read(|c| Ok(op_list(c, sql)?)).unwrap()
    }

    /// Asks the vault, with the PIN when it is locked. `None`: there is none.
    pub fn look<T>(&self, f: impl FnOnce(&Connection) -> T) -> Option<T> {
        if let Some(vault) = &self.vault {
            return Some(vault.read(|c| Ok(f(c))).unwrap());
        }
        if self.forgotten {
            return None;
        }
        // Looking is ours, not the phone's.
        let full = self.fuse.is_full();
        self.fuse.set_full(false);
        let vault = self.home.unlock(PIN, self.clock.wall_ms()).unwrap();
        self.fuse.set_full(full);
        Some(vault.read(|c| Ok(f(c))).unwrap())
    }

    pub fn retained(&self) -> HashSet<OpId> {
        self.look(|c| op_ids(c, "SELECT op_id FROM ops").unwrap()).unwrap_or_default()
    }
}

fn op_list(conn: &Connection, sql: &str) -> Result<Vec<OpId>, rusqlite::Error> {
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |r| Ok(OpId(Uuid::from_bytes(r.get(0)?))))?;
    rows.collect()
}

pub fn op_ids(conn: &Connection, sql: &str) -> Result<HashSet<OpId>, StoreError> {
    Ok(op_list(conn, sql)?.into_iter().collect())
}

//! A phone for the engine's tests: real databases and files, a clock of its own.
#![allow(clippy::unwrap_used, dead_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ekitei_model::kinds::{self, Variant};
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::wire::OfficeKey;
use ekitei_model::{DeviceId, Lane, OpBody, OpId, Operation, RecordId, Scope, Stamp};
use ekitei_seal::{Argon2Params, FileKeystore, Identity, Secret32, key_id};
use ekitei_store::queue::{About, Blob, Credential, Reason, blobs, credential, follow, ops, uploads, view};
use ekitei_store::{Home, Vault};
use ekitei_sync::{Clock, Engine, Limits, Locked, SyncReport, Unlocked};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;
use uuid::Uuid;

use super::{Line, Office, hex};

pub const NOW: i64 = 1_795_248_000_000;
const PIN: &str = "704193";

/// Moves only when somebody sleeps, or is told to.
pub struct SimClock {
    wall: AtomicI64,
    steady: AtomicU64,
}

impl SimClock {
    pub fn advance(&self, ms: u64) {
        self.wall.fetch_add(ms as i64, Ordering::SeqCst);
        self.steady.fetch_add(ms, Ordering::SeqCst);
    }
    pub fn jump(&self, ms: i64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
    }
}

#[async_trait::async_trait]
impl Clock for SimClock {
    fn now_ms(&self) -> i64 {
        self.wall.load(Ordering::SeqCst)
    }
    fn steady_ms(&self) -> u64 {
        self.steady.load(Ordering::SeqCst)
    }
    async fn sleep_ms(&self, ms: u64) {
        // Others go first: a call that is answered at once is never late.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        self.advance(ms);
    }
}

pub struct Phone {
    pub home: Arc<Home>,
    pub vault: Vault,
    pub engine: Engine,
    pub clock: Arc<SimClock>,
    pub line: Arc<Line>,
    pub device: DeviceId,
    pub office: Arc<Office>,
    seed: u64,
    _dir: tempfile::TempDir,
}

impl Phone {
    pub fn new(office: &Arc<Office>, seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keystore = FileKeystore::open_or_create(&dir.path().join("keystore")).unwrap();
        let home = Home::open(&dir.path().join("home"), Arc::new(keystore), NOW).unwrap();
        let home = Arc::new(home.with_pin_cost(Argon2Params::TEST_ONLY));
        let identity = Identity::generate();
        let vault = home.create_vault(PIN, &identity).unwrap();
        let key = Identity::generate().recipient();
        let device = DeviceId(Uuid::now_v7());
        let card = Credential {
            device_id: device,
            staff: Staff {
                id: "s001".into(),
                name: "試験 花子".into(),
                kana: "シケン ハナコ".into(),
                extension: "1001".into(),
                mobile: String::new(),
                posts: vec![],
            },
            server_url: "http://127.0.0.1:1".into(),
            server_name: "試験".into(),
            ca_pem: None,
            signing_key: Secret32::from_bytes([7; 32]),
            office_key: OfficeKey { recipient: key.to_string(), key_id: key_id(&key) },
            own_recipient: identity.recipient(),
        };
        home.queue().write(|tx| credential::begin_anew(tx, &card, &"epoch-1".to_owned())).unwrap();
        vault.replay(home.queue(), NOW).unwrap();
        let clock = Arc::new(SimClock { wall: AtomicI64::new(NOW), steady: AtomicU64::new(0) });
        let line = office.line(device, "s001");
        let engine = Self::engine(&home, &line, &clock, seed);
        Self { home, vault, engine, clock, line, device, office: Arc::clone(office), seed, _dir: dir }
    }

    fn engine(home: &Arc<Home>, line: &Arc<Line>, clock: &Arc<SimClock>, seed: u64) -> Engine {
        let rng = StdRng::seed_from_u64(seed);
        Engine::new(Arc::clone(home), Arc::clone(line) as _, Arc::clone(clock) as _, rng)
    }

    /// The process was killed: only rows and files are left.
    pub fn restart(&mut self) {
        self.seed += 1000;
        self.engine = Self::engine(&self.home, &self.line, &self.clock, self.seed);
    }

    pub async fn sync(&mut self) -> SyncReport {
        self.sync_with(Limits { within_ms: None, wait: true }).await
    }

    pub async fn sync_with(&mut self, limits: Limits) -> SyncReport {
        let mut side = Unlocked { vault: &self.vault, queue: self.home.queue() };
        self.engine.sync_once(&mut side, limits).await
    }

    pub async fn sync_locked(&mut self) -> SyncReport {
        self.engine.sync_once(&mut Locked, Limits { within_ms: None, wait: true }).await
    }

    pub fn follow(&self, scope: &Scope) {
        self.home.queue().write(|tx| follow::follow(tx, scope, Reason::Asked, NOW)).unwrap();
    }

    pub fn note(&self, scope: &Scope, text: &str) -> Operation {
        self.note_in(scope, text, Lane::Records)
    }

    pub fn note_in(&self, scope: &Scope, text: &str, lane: Lane) -> Operation {
        let op = note(scope, text);
        let about = About::named(&op).unwrap();
        self.home.queue().write(|tx| ops::enqueue(tx, &op, lane, &about, NOW)).unwrap();
        self.vault.replay(self.home.queue(), NOW).unwrap();
        op
    }

    pub fn notes(&self, scope: &Scope, count: usize) -> Vec<Operation> {
        let made: Vec<Operation> = (0..count).map(|n| note(scope, &format!("記録 {n}"))).collect();
        let enqueue = |tx: &ekitei_store::Transaction| {
            for op in &made {
                ops::enqueue(tx, op, Lane::Records, &About::named(op).unwrap(), NOW)?;
            }
            Ok(())
        };
        self.home.queue().write(enqueue).unwrap();
        made
    }

    /// A sealed file of this many bytes, ready to travel. Returns its record and plain bytes.
    pub fn file(&self, scope: &Scope, variant: Variant, bytes: usize, salt: u8) -> (RecordId, Vec<u8>) {
        let plain: Vec<u8> = (0..bytes).map(|n| (n % 251) as u8 ^ salt).collect();
        let record = RecordId(Uuid::now_v7());
        let own = self.home.queue().read(credential::required).unwrap().own_recipient;
        let office = Identity::generate().recipient();
        let file = self
            .home
            .blobs()
            .seal(self.home.queue(), &plain[..], &hex(&plain), variant, &[own, office], Some("k1"))
            .unwrap();
        let blob = Blob {
            record,
            variant,
            scope: scope.clone(),
            sha256: hex(&plain),
            plain_bytes: bytes as u64,
            cipher_sha256: file.sealed.cipher_sha256,
            cipher_bytes: file.sealed.cipher_bytes,
            key_id: Some("k1".into()),
            name: file.name,
            made_ms: NOW,
        };
        self.home
            .queue()
            .write(|tx| {
                blobs::put(tx, &blob)?;
                uploads::add(tx, &blob, None, NOW)
            })
            .unwrap();
        (record, plain)
    }

    pub fn counts(&self) -> view::Counts {
        self.home.queue().read(view::counts).unwrap()
    }

    pub fn shown(&self, id: RecordId) -> Option<ekitei_store::vault::Shown> {
        self.vault.read(|c| ekitei_store::vault::read::record(c, id)).unwrap()
    }

    pub fn in_scope(&self, scope: &Scope) -> Vec<RecordId> {
        let shown =
            self.vault.read(|c| ekitei_store::vault::read::in_scope(c, scope, &[kinds::NOTE])).unwrap();
        let mut ids: Vec<RecordId> = shown.into_iter().map(|s| s.record.id).collect();
        ids.sort();
        ids
    }
}

pub fn case() -> Scope {
    Scope::Case(RecordId(Uuid::now_v7()))
}

pub fn note(scope: &Scope, text: &str) -> Operation {
    let fields = Fields::from([("text".to_owned(), json!(text))]);
    let body = OpBody::Create { kind: kinds::NOTE.into(), scope: scope.clone(), parent: None, fields };
    Operation { op_id: OpId(Uuid::now_v7()), record: RecordId(Uuid::now_v7()), at: Stamp::japan(NOW), body }
}

//! A phone in a temporary directory, with invented people and an office that answers by hand.
#![allow(dead_code, clippy::unwrap_used)]

use ekitei_model::kinds;
use ekitei_model::op::OpBody;
use ekitei_model::people::Staff;
use ekitei_model::record::{Fields, Origin};
use ekitei_model::wire::{Direction, OfficeKey, PageHeader, PushResult};
use ekitei_model::{DeviceId, Lane, OpId, Operation, Outcome, Record, RecordId, Scope, Stamp};
use ekitei_seal::{Argon2Params, FileKeystore, Identity, Secret32, key_id, seal_bytes};
use ekitei_store::queue::{About, Credential, Reason, answers, batch, credential, follow, ops, pages};
use ekitei_store::{Home, Vault};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

pub const NOW: i64 = 1_795_248_000_000;
pub const PIN: &str = "704193";
pub const EPOCH: &str = "epoch-1";

pub fn home(dir: &Path) -> Home {
    let keystore = FileKeystore::open_or_create(&dir.join("keystore")).unwrap();
    Home::open(&dir.join("home"), Arc::new(keystore), NOW).unwrap().with_pin_cost(Argon2Params::TEST_ONLY)
}

/// A phone that is enrolled and unlocked.
pub struct Phone {
    pub dir: tempfile::TempDir,
    pub home: Home,
    pub vault: Vault,
    pub device: DeviceId,
}

impl Phone {
    pub fn new() -> Self {
        let phone = Self::just_enrolled();
        phone.replay();
        phone
    }

    /// The vault has not met the queue yet.
    pub fn just_enrolled() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = home(dir.path());
        let identity = Identity::generate();
        let vault = home.create_vault(PIN, &identity).unwrap();
        let c = credential(&identity);
        home.queue().write(|tx| credential::begin_anew(tx, &c, &EPOCH.to_owned())).unwrap();
        Self { dir, home, vault, device: c.device_id }
    }

    /// As after a kill: everything is opened anew from the files.
    pub fn reopen(self) -> Self {
        let Self { dir, home, vault, device } = self;
        drop((home, vault));
        let home = self::home(dir.path());
        let vault = home.unlock(PIN, NOW).unwrap();
        Self { dir, home, vault, device }
    }

    pub fn replay(&self) -> ekitei_store::vault::Replayed {
        self.vault.replay(self.home.queue(), NOW).unwrap()
    }

    /// Queue only; the vault follows at the next replay.
    pub fn enqueue(&self, op: &Operation, about: &About) -> ekitei_store::queue::Enqueued {
        self.home.queue().write(|tx| ops::enqueue(tx, op, Lane::Records, about, NOW)).unwrap()
    }

    pub fn write_note(&self, case: RecordId, text: &str) -> Operation {
        let op = note(case, text);
        self.enqueue(&op, &About::named(&op).unwrap());
        op
    }

    pub fn patch_note(&self, case: RecordId, record: RecordId, text: &str) -> ekitei_store::queue::Enqueued {
        let op = patch(record, text);
        self.enqueue(&op, &about_note(case))
    }

    pub fn batch(&self) -> Option<ekitei_store::queue::Batch> {
        self.home.queue().write(|tx| batch::batch(tx, Lane::Records, 500, 512 * 1024)).unwrap()
    }

    pub fn answer(&self, generation: u32, results: &[PushResult]) -> u64 {
        self.home
            .queue()
            .write(|tx| answers::record_outcomes(tx, Lane::Records, generation, results, NOW))
            .unwrap()
    }

    /// Sends everything; the office applies it in `scope` from `seq` on. Returns the records as the office has them.
    pub fn push_all(&self, scope: &Scope, mut seq: u64) -> Vec<Record> {
        let mut records = Vec::new();
        while let Some(batch) = self.batch() {
            let mut results = Vec::new();
            for sent in &batch.ops {
                let op: Operation = serde_json::from_slice(&sent.bytes).unwrap();
                if let OpBody::Create { kind, fields, parent, .. } = &op.body {
                    records.push(self.stored(&op, kind, scope, *parent, fields, seq));
                }
                results.push(PushResult {
                    op_id: op.op_id,
                    outcome: Outcome::Applied { scope: scope.clone(), seq },
                    written_ms: None,
                });
                seq += 1;
            }
            self.answer(batch.generation, &results);
        }
        records
    }

    fn stored(
        &self,
        op: &Operation,
        kind: &str,
        scope: &Scope,
        parent: Option<RecordId>,
        fields: &Fields,
        seq: u64,
    ) -> Record {
        let mut r = record(op.record, kind, scope, seq, fields.clone());
        r.parent = parent;
        r.created = Some(Origin { op: op.op_id, device: self.device, staff: "s001".into(), at: op.at });
        r
    }

    pub fn follow(&self, scope: &Scope) {
        self.home.queue().write(|tx| follow::follow(tx, scope, Reason::Asked, NOW)).unwrap();
    }

    pub fn page(&self, header: &PageHeader, records: &[Record]) -> bool {
        self.page_of(EPOCH, header, records)
    }

    pub fn page_of(&self, epoch: &str, header: &PageHeader, records: &[Record]) -> bool {
        let mut plain = Vec::new();
        for r in records {
            serde_json::to_writer(&mut plain, r).unwrap();
            plain.push(b'\n');
        }
        let to = self.home.queue().read(credential::required).unwrap().own_recipient;
        let sealed = seal_bytes(&plain, &[to]).unwrap();
        self.home.queue().write(|tx| pages::put_page(tx, &epoch.to_owned(), header, &sealed)).unwrap()
    }

    /// First contact with a scope, everything in one page.
    pub fn begin(&self, scope: &Scope, head: u64, records: &[Record]) {
        self.follow(scope);
        assert!(self.page(&header(scope, Direction::Before, 0, head, false, records.len()), records));
        self.replay();
    }

    pub fn changes(&self, scope: &Scope, next: u64, records: &[Record]) {
        assert!(self.page(&header(scope, Direction::After, next, next, false, records.len()), records));
        self.replay();
    }

    pub fn shown(&self, id: RecordId) -> Option<ekitei_store::vault::Shown> {
        self.vault.read(|c| ekitei_store::vault::read::record(c, id)).unwrap()
    }

    pub fn text(&self, id: RecordId) -> Option<String> {
        self.shown(id).map(|s| s.record.text("text").to_owned())
    }

    pub fn find(&self, query: &str) -> Vec<RecordId> {
        self.vault.read(|c| ekitei_store::vault::search::search(c, query, 50)).unwrap()
    }

    pub fn counts(&self) -> ekitei_store::queue::Counts {
        self.home.queue().read(ekitei_store::queue::view::counts).unwrap()
    }
}

pub fn credential(identity: &Identity) -> Credential {
    let office = Identity::generate().recipient();
    Credential {
        device_id: DeviceId(Uuid::now_v7()),
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
        office_key: OfficeKey { recipient: office.to_string(), key_id: key_id(&office) },
        own_recipient: identity.recipient(),
    }
}

pub fn id() -> RecordId {
    RecordId(Uuid::now_v7())
}

pub fn op_id() -> OpId {
    OpId(Uuid::now_v7())
}

pub fn about_note(case: RecordId) -> About {
    About { scope: Scope::Case(case), kind: kinds::NOTE.into() }
}

pub fn note(case: RecordId, text: &str) -> Operation {
    let fields = Fields::from([("text".to_owned(), json!(text))]);
    let body = OpBody::Create { kind: kinds::NOTE.into(), scope: Scope::Case(case), parent: None, fields };
    Operation { op_id: op_id(), record: id(), at: Stamp::japan(NOW), body }
}

pub fn patch(record: RecordId, text: &str) -> Operation {
    let fields = Fields::from([("text".to_owned(), json!(text))]);
    Operation {
        op_id: op_id(),
        record,
        at: Stamp::japan(NOW),
        body: OpBody::Patch { base: Default::default(), fields },
    }
}

/// As the office has it, made by somebody else.
pub fn record(id: RecordId, kind: &str, scope: &Scope, seq: u64, fields: Fields) -> Record {
    Record {
        id,
        kind: kind.into(),
        scope: scope.clone(),
        parent: None,
        born_seq: seq,
        seq,
        deleted: false,
        created: Some(Origin {
            op: op_id(),
            device: DeviceId(Uuid::from_u128(9)),
            staff: "s002".into(),
            at: Stamp::japan(NOW),
        }),
        received_ms: NOW,
        fields,
        revs: Default::default(),
    }
}

pub fn their_note(scope: &Scope, seq: u64, text: &str) -> Record {
    record(id(), kinds::NOTE, scope, seq, Fields::from([("text".to_owned(), json!(text))]))
}

pub fn header(
    scope: &Scope,
    direction: Direction,
    next: u64,
    head: u64,
    more: bool,
    count: usize,
) -> PageHeader {
    PageHeader { scope: scope.clone(), direction, next, head, more, count: count as u32, denied: false }
}

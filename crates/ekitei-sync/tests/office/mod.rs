//! An office in memory that keeps the protocol's promises, with a line that fails as told. The real server is proved in
//! the workspace's `tests/`; here only this crate's side is under test.
#![allow(clippy::unwrap_used, dead_code)]

pub mod phone;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use ekitei_model::kinds::Variant;
use ekitei_model::merge::{self, Writer};
use ekitei_model::people::Staff;
use ekitei_model::wire::*;
use ekitei_model::{
    DeviceId, Fault, Lane, OpBody, OpId, Operation, Outcome, Record, RecordId, Scope, StaffId,
};
use ekitei_sync::CallError;
use ekitei_sync::transport::*;
use ekitei_sync::wire::WirePage;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What happens to one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Luck {
    Fine,
    /// Lost before the office saw it.
    Before(CallError),
    /// The office acted, the answer was lost.
    After(CallError),
    /// Never answered.
    Never,
    /// Answered once the phone has begun another call: fine, or as given.
    WithNext(Option<CallError>),
}

#[derive(Default)]
pub struct Books {
    pub epoch: String,
    pub lanes: HashMap<(DeviceId, Lane, u32), u64>,
    pub outcomes: HashMap<OpId, Outcome>,
    /// How often an operation had an effect: never more than once.
    pub effects: HashMap<OpId, u32>,
    pub heads: BTreeMap<Scope, u64>,
    pub records: BTreeMap<RecordId, Record>,
    pub uploads: Vec<Taking>,
    pub files: HashMap<(RecordId, Variant), Bytes>,
    pub standing: Vec<Scope>,
    pub denied: HashSet<Scope>,
    /// Records a page holds.
    pub page: usize,
    pub acl_version: u64,
    pub drain_only: bool,
    pub wiped: bool,
    /// Texts of operations that are refused for good.
    pub refuse: Option<String>,
    pub salvaged: Vec<Record>,
    pub calls: Vec<String>,
    pub luck: VecDeque<Luck>,
    pub batches: Vec<usize>,
}

#[derive(Clone)]
pub struct Taking {
    pub new: NewUpload,
    pub url: String,
    pub bytes: Vec<u8>,
    pub verified: bool,
}

pub struct Office(Mutex<Books>);

impl Office {
    pub fn new() -> Arc<Self> {
        let books = Books { epoch: "epoch-1".into(), page: 7, acl_version: 1, ..Books::default() };
        Arc::new(Self(Mutex::new(books)))
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap()
    }

    pub fn line(self: &Arc<Self>, device: DeviceId, staff: &str) -> Arc<Line> {
        Arc::new(Line { office: Arc::clone(self), device, staff: StaffId::from(staff) })
    }

    /// Puts a record there as if another phone had made it.
    pub fn put(&self, mut record: Record) -> Record {
        let mut books = self.books();
        let head = books.heads.entry(record.scope.clone()).or_default();
        *head += 1;
        record.seq = *head;
        if record.born_seq == 0 {
            record.born_seq = *head;
        }
        books.records.insert(record.id, record.clone());
        record
    }

    pub fn fails(&self, luck: impl IntoIterator<Item = Luck>) {
        self.books().luck.extend(luck);
    }

    /// Restored from a backup: the newest records, outcomes and lanes are gone.
    pub fn restore(&self, keep: impl Fn(&Record) -> bool, epoch: &str) {
        let mut books = self.books();
        books.records.retain(|_, r| keep(r));
        let kept: HashSet<OpId> =
            books.records.values().filter_map(|r| r.created.as_ref().map(|c| c.op)).collect();
        books.outcomes.retain(|op, _| kept.contains(op));
        books.effects.retain(|op, _| kept.contains(op));
        books.lanes.clear();
        books.uploads.clear();
        let mut heads: BTreeMap<Scope, u64> = BTreeMap::new();
        for r in books.records.values() {
            let head = heads.entry(r.scope.clone()).or_default();
            *head = (*head).max(r.seq);
        }
        books.heads = heads;
        books.epoch = epoch.into();
    }
}

/// One phone's line to it.
pub struct Line {
    pub office: Arc<Office>,
    device: DeviceId,
    staff: StaffId,
}

impl Line {
    async fn begin(&self, what: String) -> Result<Luck, CallError> {
        tokio::task::yield_now().await;
        let (luck, mine) = {
            let mut books = self.office.books();
            books.calls.push(what);
            let mine = books.calls.len();
            let calls = &books.calls;
            assert!(calls.len() < 20_000, "it never ends: {:?}", &calls[calls.len() - 12..]);
            (books.luck.pop_front().unwrap_or(Luck::Fine), mine)
        };
        match luck {
            Luck::Before(error) => Err(error),
            Luck::Never => std::future::pending().await,
            Luck::WithNext(error) => {
                let mut patience = 10_000;
                while self.office.books().calls.len() == mine {
                    patience -= 1;
                    assert!(patience > 0, "nothing went while call {mine} waited for its answer");
                    tokio::task::yield_now().await;
                }
                error.map_or(Ok(Luck::Fine), Err)
            }
            luck => {
                if self.office.books().wiped {
                    return Err(CallError::Device(DeviceState::Wiped));
                }
                Ok(luck)
            }
        }
    }

    async fn end<T>(&self, luck: Luck, value: T) -> Result<T, CallError> {
        tokio::task::yield_now().await;
        match luck {
            Luck::After(error) => Err(error),
            _ => Ok(value),
        }
    }

    fn apply(&self, books: &mut Books, op: &Operation) -> Outcome {
        if let Some(known) = books.outcomes.get(&op.op_id) {
            return known.clone();
        }
        let by = Writer { device: self.device, staff: &self.staff };
        let record = match &op.body {
            OpBody::Create { kind, scope, parent, fields } if !books.records.contains_key(&op.record) => {
                Some(merge::created(op, kind, scope, *parent, fields, by))
            }
            OpBody::Patch { base, fields } => {
                books.records.get(&op.record).map(|r| merge::patch(r, op, base, fields, by).record)
            }
            _ => None,
        };
        let outcome = match (record, &op.body) {
            (_, OpBody::Void { .. }) => Outcome::Voided,
            (Some(mut record), _) => {
                let head = books.heads.entry(record.scope.clone()).or_default();
                *head += 1;
                record.seq = *head;
                if record.born_seq == 0 {
                    record.born_seq = *head;
                }
                let scope = record.scope.clone();
                let seq = record.seq;
                books.records.insert(record.id, record);
                *books.effects.entry(op.op_id).or_default() += 1;
                Outcome::Applied { scope, seq }
            }
            (None, _) => Outcome::Quarantined { reason: "not-allowed".into() },
        };
        books.outcomes.insert(op.op_id, outcome.clone());
        outcome
    }

    fn take(&self, books: &mut Books, at: usize, offset: u64, bytes: &[u8]) -> Result<UploadAt, CallError> {
        let upload = &mut books.uploads[at];
        if upload.bytes.len() as u64 != offset {
            return Err(CallError::UploadMoved { status: 409 });
        }
        upload.bytes.extend_from_slice(bytes);
        if upload.bytes.len() as u64 == upload.new.cipher_bytes {
            if hex(&upload.bytes) != upload.new.cipher_sha256 {
                return Err(CallError::Refused(Fault::ask("hash-mismatch")));
            }
            upload.verified = true;
        }
        let upload = books.uploads[at].clone();
        let traffic = Traffic { up: bytes.len() as u64, down: 0 };
        Ok(UploadAt {
            location: upload.url,
            offset: upload.bytes.len() as u64,
            verified: upload.verified,
            traffic,
        })
    }
}

pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[async_trait]
impl Transport for Line {
    async fn me(&self) -> Result<MeReply, CallError> {
        let luck = self.begin("me".into()).await?;
        let me = {
            let books = self.office.books();
            MeReply {
                staff: Staff {
                    id: self.staff.clone(),
                    name: "試験 花子".into(),
                    kana: "シケン ハナコ".into(),
                    extension: "1001".into(),
                    mobile: String::new(),
                    posts: vec![],
                },
                standing: books.standing.clone(),
                acl_version: books.acl_version,
                epoch: books.epoch.clone(),
                state: DeviceState::Active,
                office: OfficeKey { recipient: "age1office".into(), key_id: "k2".into() },
                now_ms: 0,
            }
        };
        self.end(luck, me).await
    }

    async fn push(&self, batch: PushBatch) -> Result<PushAnswer, CallError> {
        let luck = self.begin(format!("push {}", batch.header.count)).await?;
        let answer = {
            let mut books = self.office.books();
            let h = &batch.header;
            if h.epoch != books.epoch {
                return Err(CallError::Epoch(books.epoch.clone()));
            }
            assert_eq!(h.count as usize, batch.ops.len());
            let refuse = books.refuse.clone();
            let refused = |text: &str| refuse.as_ref().is_some_and(|word| text.contains(word));
            if batch.ops.iter().any(|o| refused(std::str::from_utf8(o).unwrap())) {
                return Err(CallError::Refused(Fault::ask("op-unreadable")));
            }
            let lane = (self.device, h.lane, h.generation);
            let high = books.lanes.get(&lane).copied().unwrap_or(0);
            if h.first > high + 1 {
                return Err(CallError::LaneGap { high_water: high });
            }
            let (mut results, mut ops) = (Vec::new(), Vec::new());
            for (n, line) in batch.ops.iter().enumerate() {
                let op: Operation = serde_json::from_slice(line).unwrap();
                let op_seq = h.first + n as u64;
                let known = books.outcomes.contains_key(&op.op_id);
                assert!(op_seq > high || known, "op_seq {op_seq} was used for another operation");
                let outcome = self.apply(&mut books, &op);
                results.push(PushResult { op_id: op.op_id, outcome, written_ms: None });
                ops.push(op);
            }
            let by = Writer { device: self.device, staff: &self.staff };
            for (result, op) in results.iter_mut().zip(&ops) {
                let Some(record) = books.records.get(&op.record).filter(|_| h.runs) else { continue };
                let made = merge::as_written(op, by, record.seq, record.received_ms);
                let here = matches!(result.outcome, Outcome::Applied { seq, .. } if seq == record.seq);
                result.written_ms =
                    made.filter(|made| here && made == record).map(|record| record.received_ms);
            }
            let high = high.max(h.first + batch.ops.len() as u64 - 1);
            books.lanes.insert(lane, high);
            books.batches.push(batch.ops.len());
            let reply =
                PushReply { epoch: books.epoch.clone(), high_water: high, acl_version: books.acl_version };
            let up = batch.ops.iter().map(|o| o.len() as u64).sum();
            PushAnswer { reply, results, traffic: Traffic { up, down: 10 } }
        };
        self.end(luck, answer).await
    }

    async fn pull(&self, request: PullRequest) -> Result<PullAnswer, CallError> {
        let luck = self.begin(format!("pull {}", request.want.len())).await?;
        let answer = {
            let books = self.office.books();
            if request.epoch.as_ref().is_some_and(|e| *e != books.epoch) {
                return Err(CallError::Epoch(books.epoch.clone()));
            }
            if books.drain_only {
                return Err(CallError::Device(DeviceState::DrainOnly));
            }
            // Room for five pages; the rest must be asked for again.
            let pages: Vec<WirePage> = request.want.iter().take(5).map(|w| page(&books, w)).collect();
            let reply = PullReply {
                epoch: books.epoch.clone(),
                acl_version: books.acl_version,
                standing: books.standing.clone(),
                now_ms: 0,
            };
            let down = pages.iter().map(|p| p.records.len() as u64 + 50).sum();
            PullAnswer { reply, pages, traffic: Traffic { up: 50, down } }
        };
        self.end(luck, answer).await
    }

    async fn upload_create(
        &self,
        new: &NewUpload,
        first: Bytes,
        sent: &AllSent,
    ) -> Result<UploadAt, CallError> {
        sent.ring();
        let luck = self.begin(format!("create {} {}", new.variant.as_str(), first.len())).await?;
        let at = {
            let mut books = self.office.books();
            let known = books.uploads.iter().position(|u| u.new == *new);
            match known {
                // As the real one: what is there counts, the bytes of a repeated creation are not taken.
                Some(at) => {
                    let offset = books.uploads[at].bytes.len() as u64;
                    let bytes = if offset == 0 { &first[..] } else { &[] };
                    self.take(&mut books, at, offset, bytes)?
                }
                None => {
                    let url = format!("/u/{}", Uuid::new_v4());
                    books.uploads.push(Taking { new: new.clone(), url, bytes: Vec::new(), verified: false });
                    let at = books.uploads.len() - 1;
                    self.take(&mut books, at, 0, &first)?
                }
            }
        };
        self.end(luck, at).await
    }

    async fn upload_head(&self, location: &str) -> Result<UploadAt, CallError> {
        let luck = self.begin("head".into()).await?;
        let at = {
            let mut books = self.office.books();
            let at = books.uploads.iter().position(|u| u.url == location);
            let at = at.ok_or(CallError::UploadMoved { status: 404 })?;
            let offset = books.uploads[at].bytes.len() as u64;
            self.take(&mut books, at, offset, &[])?
        };
        self.end(luck, at).await
    }

    async fn upload_patch(
        &self,
        location: &str,
        offset: u64,
        bytes: Bytes,
        sent: &AllSent,
    ) -> Result<UploadAt, CallError> {
        sent.ring();
        let luck = self.begin(format!("patch {}", bytes.len())).await?;
        let at = {
            let mut books = self.office.books();
            let at = books.uploads.iter().position(|u| u.url == location);
            let at = at.ok_or(CallError::UploadMoved { status: 404 })?;
            self.take(&mut books, at, offset, &bytes)?
        };
        self.end(luck, at).await
    }

    async fn download(&self, of: BytesOf, from: u64, max_bytes: u64) -> Result<Piece, CallError> {
        let luck = self.begin(format!("download {from}")).await?;
        let piece = {
            let books = self.office.books();
            let missing = || CallError::Refused(Fault::ask("not-found"));
            let file = books.files.get(&(of.record, of.variant)).ok_or_else(missing)?;
            let end = (from + max_bytes).min(file.len() as u64);
            let bytes = file.slice(from as usize..end as usize);
            let traffic = Traffic { up: 0, down: bytes.len() as u64 };
            Piece { from, bytes, total_bytes: file.len() as u64, traffic }
        };
        self.end(luck, piece).await
    }

    async fn salvage(&self, records: &[Record]) -> Result<Traffic, CallError> {
        let luck = self.begin(format!("salvage {}", records.len())).await?;
        self.office.books().salvaged.extend(records.iter().cloned());
        self.end(luck, Traffic::default()).await
    }
}

fn page(books: &Books, want: &Want) -> WirePage {
    let head = books.heads.get(&want.scope).copied().unwrap_or(0);
    let mut header = PageHeader {
        scope: want.scope.clone(),
        direction: Direction::Before,
        next: 0,
        head,
        more: false,
        count: 0,
        denied: books.denied.contains(&want.scope),
    };
    if header.denied {
        return WirePage { header, records: Vec::new() };
    }
    let mut all: Vec<&Record> = books.records.values().filter(|r| r.scope == want.scope).collect();
    match want.after {
        Some(after) => {
            all.retain(|r| r.seq > after);
            all.sort_by_key(|r| r.seq);
            header.direction = Direction::After;
            header.more = all.len() > books.page;
            all.truncate(books.page);
            header.next = if header.more { all.last().map_or(after, |r| r.seq) } else { head.max(after) };
        }
        None => {
            all.retain(|r| want.before.is_none_or(|b| r.born_seq < b));
            all.sort_by_key(|r| std::cmp::Reverse(r.born_seq));
            header.more = all.len() > books.page;
            all.truncate(books.page);
            header.next = all.last().map_or(0, |r| r.born_seq);
        }
    }
    header.count = all.len() as u32;
    let mut records = Vec::new();
    for r in all {
        serde_json::to_writer(&mut records, r).unwrap();
        records.push(b'\n');
    }
    WirePage { header, records }
}

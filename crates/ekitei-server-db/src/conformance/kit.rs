//! An invented office: two sections, five people, and phones that push.

use crate::{Caller, Incoming, NewDevice, Pages, Pushed, Storage, StorageError};
use ekitei_model::people::{Post, Role, Staff};
use ekitei_model::record::Fields;
use ekitei_model::wire::{PageHeader, PullRequest, PushHeader, Want};
use ekitei_model::{DeviceId, Lane, OpBody, OpId, Operation, Outcome, Record, RecordId, Scope, Stamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

pub const TODAY: &str = "2026-11-21";
/// 2026-11-21 10:00 in Japan.
pub const NOW: i64 = 1_795_222_800_000;
pub const A: &str = "甲振興局/産業課/指導係";
pub const B: &str = "乙振興局/福祉課/相談係";
pub type Store = Arc<dyn Storage>;

pub fn person(id: &str, section: &str, role: Role) -> Staff {
    let post = Post { section: section.to_owned(), role, from: None, to: None };
    Staff {
        id: id.into(),
        name: format!("職員{id}"),
        kana: format!("しょくいん{id}"),
        extension: "2100".into(),
        mobile: String::new(),
        posts: vec![post],
    }
}

/// a1 and a2 work in section A, a9 leads it; b1 works in section B; root administers.
pub async fn people(store: &Store) {
    let staff = vec![
        person("a1", A, Role::Staff),
        person("a2", A, Role::Staff),
        person("a9", A, Role::Head),
        person("b1", B, Role::Staff),
        person("root", A, Role::Admin),
    ];
    store.import_staff(staff, NOW).await.unwrap();
}

/// One phone (or console) of a person, with its counter.
pub struct Phone {
    pub store: Store,
    pub caller: Caller,
    pub next: u64,
    pub generation: u32,
    pub epoch: String,
}

pub async fn phone(store: &Store, staff: &str) -> Phone {
    let device_id = DeviceId(Uuid::now_v7());
    let code = Uuid::now_v7().to_string();
    store.create_code(&staff.into(), &code, NOW + 1).await.unwrap();
    let new = NewDevice {
        device_id,
        public_key: format!("key-{device_id}"),
        recipient: "age1…".into(),
        model: "test".into(),
        former: None,
    };
    store.redeem_code(&code, NOW, new).await.unwrap();
    let caller = Caller { device: device_id, staff: staff.into(), today: TODAY.to_owned() };
    Phone { store: Arc::clone(store), caller, next: 1, generation: 1, epoch: store.epoch().await.unwrap() }
}

pub fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

pub fn record_id() -> RecordId {
    RecordId(Uuid::now_v7())
}

pub fn op(record: RecordId, body: OpBody) -> Operation {
    Operation { op_id: OpId(Uuid::now_v7()), record, at: Stamp::japan(NOW), body }
}

pub fn create(
    record: RecordId,
    kind: &str,
    scope: &Scope,
    parent: Option<RecordId>,
    fields: Fields,
) -> Operation {
    op(record, OpBody::Create { kind: kind.to_owned(), scope: scope.clone(), parent, fields })
}

pub fn case_in(section: &str, number: &str) -> (RecordId, Operation) {
    let id = record_id();
    let f = fields([
        ("number", number.into()),
        ("name", "砕石場 定期検査".into()),
        ("place", "北の沢".into()),
        ("section", section.into()),
        ("state", "open".into()),
        ("lat", 43.1.into()),
        ("lon", 141.3.into()),
    ]);
    (id, create(id, "case", &Scope::Case(id), None, f))
}

pub fn note_in(case: RecordId, text: &str) -> Operation {
    create(record_id(), "note", &Scope::Case(case), None, fields([("text", text.into())]))
}

/// A patch that names the revisions as they stand in `seen`.
pub fn patch(seen: &Record, changes: Fields) -> Operation {
    let base = changes.keys().filter_map(|k| Some((k.clone(), seen.rev(k)?.op))).collect();
    op(seen.id, OpBody::Patch { base, fields: changes })
}

pub fn incoming(op: &Operation) -> Incoming {
    Incoming::parse(&serde_json::to_vec(op).unwrap()).unwrap()
}

impl Phone {
    pub fn header(&self, first: u64, count: usize) -> PushHeader {
        PushHeader {
            proto: 1,
            epoch: self.epoch.clone(),
            lane: Lane::Records,
            generation: self.generation,
            first,
            count: count as u32,
            runs: true,
        }
    }

    /// Pushes a batch under the next numbers and counts them.
    pub async fn push(&mut self, ops: &[Operation]) -> Vec<Outcome> {
        let lines: Vec<Incoming> = ops.iter().map(incoming).collect();
        let pushed = self.push_lines(&lines).await.unwrap();
        pushed.results.into_iter().map(|r| r.outcome).collect()
    }

    pub async fn push_lines(&mut self, lines: &[Incoming]) -> Result<Pushed, StorageError> {
        let pushed = self.push_at(self.next, lines).await?;
        self.next += lines.len() as u64;
        Ok(pushed)
    }

    pub async fn push_at(&self, first: u64, lines: &[Incoming]) -> Result<Pushed, StorageError> {
        let pushed = self
            .store
            .apply_push(&self.caller, &self.header(first, lines.len()), lines.to_vec(), NOW)
            .await?;
        assert_eq!(pushed.results.len(), lines.len());
        assert!(pushed.results.iter().zip(lines).all(|(r, l)| r.op_id == l.op_id));
        Ok(pushed)
    }

    pub async fn one(&mut self, op: &Operation) -> Outcome {
        self.push(std::slice::from_ref(op)).await.remove(0)
    }

    pub async fn ask(&self, want: Vec<Want>, max_bytes: u32) -> Pages {
        let request = PullRequest { proto: 1, epoch: Some(self.epoch.clone()), want, max_bytes };
        self.store.pull(&self.caller, &request, NOW).await.unwrap()
    }

    /// Everything of a scope after `after`, in feed order, and the last header.
    pub async fn after(&self, scope: &Scope, after: u64) -> (Vec<Record>, PageHeader) {
        let mut from = after;
        let mut out = Vec::new();
        loop {
            let want = Want { scope: scope.clone(), after: Some(from), before: None };
            let page = self.ask(vec![want], 1 << 20).await.pages.remove(0);
            out.extend(page.records.iter().map(|r| serde_json::from_str::<Record>(r).unwrap()));
            if !page.header.more {
                return (out, page.header);
            }
            from = page.header.next;
        }
    }

    /// What of a section's feed is about cases.
    pub async fn headers(&self, scope: &Scope, after: u64) -> Vec<Record> {
        let (mut all, _) = self.after(scope, after).await;
        all.retain(|r| r.kind == "case_header");
        all
    }

    pub async fn record(&self, id: RecordId) -> Option<Record> {
        self.store.record(&self.caller, id).await.unwrap().map(|r| serde_json::from_str(&r).unwrap())
    }
}

pub fn applied(outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Applied { seq, .. } => *seq,
        other => panic!("not applied: {other:?}"),
    }
}

pub fn reason(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Quarantined { reason } => reason,
        other => panic!("not quarantined: {other:?}"),
    }
}

pub fn code<T: std::fmt::Debug>(result: Result<T, StorageError>) -> String {
    result
        .expect_err("a refusal was expected")
        .fault()
        .map_or_else(|| "no fault".to_owned(), |f| f.code.clone())
}

/// People, phone of a1, and a case of section A.
pub async fn office(store: &Store) -> (Phone, RecordId) {
    people(store).await;
    let mut a1 = phone(store, "a1").await;
    let (case, made) = case_in(A, "R8-001");
    applied(&a1.one(&made).await);
    (a1, case)
}

pub async fn sound(store: &Store) {
    assert_eq!(store.verify_rows().await.unwrap(), vec![]);
}

/// The newest version of each record that a list of feed records holds.
pub fn newest(records: Vec<Record>) -> BTreeMap<RecordId, Record> {
    let mut out: BTreeMap<RecordId, Record> = BTreeMap::new();
    for r in records {
        if out.get(&r.id).is_none_or(|old| old.seq < r.seq) {
            out.insert(r.id, r);
        }
    }
    out
}

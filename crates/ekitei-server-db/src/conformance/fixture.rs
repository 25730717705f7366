//! One database with a row of every sort, under fixed ids: filled once and kept as a file for every past schema, then
//! opened and checked by today's code.

use super::kit::*;
use crate::{BlobRow, Caller, Incoming, JobKind, NewDevice, NewUpload};
use ekitei_model::kinds::{Variant, photo};
use ekitei_model::wire::{PushHeader, PushResult};
use ekitei_model::{DeviceId, Lane, OpBody, OpId, Operation, Outcome, RecordId, Scope, Stamp};
use uuid::Uuid;

const fn id(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + n))
}
const CASE: RecordId = id(1);
const NOTE: RecordId = id(2);
const PHOTO: RecordId = id(3);
const VISIT: RecordId = id(4);
const CHILD: RecordId = id(5);
const GONE: RecordId = id(6);

fn device(n: u128) -> DeviceId {
    DeviceId(id(100 + n).0)
}
fn numbered(n: u128, mut op: Operation) -> Operation {
    (op.op_id, op.at) = (OpId(id(1000 + n).0), Stamp::japan(NOW));
    op
}

/// What the phones of a1, a2 and b1 push, each one batch.
fn batches() -> [(u128, &'static str, Vec<Operation>); 3] {
    let scope = Scope::Case(CASE);
    let mut case = case_in(A, "R8-001").1;
    case.record = CASE;
    if let OpBody::Create { scope: s, fields, .. } = &mut case.body {
        *s = scope.clone();
        fields.insert("assignees".into(), vec!["a2"].into());
    }
    let text = |t: &str| OpBody::Patch { base: [].into(), fields: fields([("text", t.into())]) };
    let sha = photo::sha256(Variant::Original);
    let a1 = vec![
        case,
        create(NOTE, "note", &scope, None, fields([("text", "はじめ".into())])),
        op(NOTE, text("甲")),
        create(PHOTO, "photo", &scope, None, fields([(&sha, "s1".into())])),
        create(CHILD, "note", &scope, Some(VISIT), fields([("text", "待つ".into())])),
        create(GONE, "note", &scope, None, fields([])),
        op(GONE, OpBody::Delete),
    ];
    let a2 = vec![op(NOTE, text("乙"))];
    let b1 = vec![create(id(7), "note", &scope, None, fields([]))];
    let mut n = 0;
    let mut count = |ops: Vec<Operation>| -> Vec<Operation> {
        ops.into_iter()
            .map(|o| {
                n += 1;
                numbered(n, o)
            })
            .collect()
    };
    [(1, "a1", count(a1)), (2, "a2", count(a2)), (3, "b1", count(b1))]
}

fn caller(n: u128, staff: &str) -> Caller {
    Caller { device: device(n), staff: staff.into(), today: TODAY.to_owned() }
}

async fn push(store: &Store, n: u128, staff: &str, first: u64, ops: &[Operation]) -> Vec<PushResult> {
    let lines: Vec<Incoming> = ops.iter().map(incoming).collect();
    let header = PushHeader {
        proto: 1,
        epoch: store.epoch().await.unwrap(),
        lane: Lane::Records,
        generation: 1,
        first,
        count: ops.len() as u32,
        runs: true,
    };
    store.apply_push(&caller(n, staff), &header, lines, NOW).await.unwrap().results
}

pub async fn fill(store: &Store) {
    people(store).await;
    for (n, staff, ops) in batches() {
        let code = format!("code-{staff}");
        store.create_code(&staff.into(), &code, NOW + 1).await.unwrap();
        let new = NewDevice {
            device_id: device(n),
            public_key: code.clone(),
            recipient: "age1".into(),
            model: "m".into(),
            former: None,
        };
        store.redeem_code(&code, NOW, new).await.unwrap();
        push(store, n, staff, 1, &ops).await;
    }
    store.create_code(&"a9".into(), "unused", i64::MAX).await.unwrap();
    store.set_password(&"a9".into(), "hash").await.unwrap();
    store.open_session(&"a9".into(), "token", NOW, i64::MAX).await.unwrap();
    let new = NewUpload {
        device: device(1),
        record: PHOTO,
        variant: Variant::Original,
        sha256: "s1".into(),
        cipher_sha256: "c1".into(),
        key_id: None,
        length_bytes: 7,
        expires_ms: NOW + 9,
    };
    let upload = store.upload_create(new, NOW).await.unwrap();
    let blob = BlobRow { sha256: "s1".into(), bytes: 7, media_type: "image/jpeg".into() };
    store.upload_finish(upload.id, 0, &blob, NOW).await.unwrap();
}

pub async fn check(store: &Store) {
    sound(store).await;
    // Everything pushed then is known now.
    let mut outcomes = Vec::new();
    for (n, staff, ops) in batches() {
        outcomes.extend(push(store, n, staff, 1, &ops).await.into_iter().map(|r| r.outcome));
    }
    assert_eq!([0, 1, 2, 3].map(|n| applied(&outcomes[n])), [1, 2, 3, 4]);
    assert_eq!(outcomes[4], Outcome::WaitingParent { needs: VISIT });
    assert!(matches!(&outcomes[7], Outcome::Conflict { conflicts, .. } if conflicts.len() == 1));
    assert_eq!(reason(&outcomes[8]), "not-allowed");
    let a1 = caller(1, "a1");
    let c = store.counts(NOW).await.unwrap();
    assert_eq!(
        (c.operations, c.waiting_parent, c.quarantine_open, c.conflicts_open, c.tombstones),
        (9, 1, 1, 1, 1)
    );
    assert_eq!((c.blobs, c.blob_bytes, c.devices_active, c.jobs.waiting), (1, 7, 3, 1));
    assert_eq!(store.recent(&a1, 9).await.unwrap().len(), 2);
    assert_eq!(store.conflicts(&a1).await.unwrap().len(), 1);
    assert_eq!(store.quarantine(&a1).await.unwrap().len(), 1);
    assert_eq!(store.password_hash(&"a9".into()).await.unwrap().as_deref(), Some("hash"));
    assert!(store.session("token", NOW).await.unwrap().is_some());
    // The lane goes on where it was, and what waited is released.
    let visit = numbered(500, create(VISIT, "visit", &Scope::Case(CASE), None, fields([])));
    applied(&push(store, 1, "a1", 8, &[visit]).await[0].outcome);
    assert_eq!(store.office_record(CHILD).await.unwrap().unwrap().text("text"), "待つ");
    let job = store.claim_job(NOW, 10).await.unwrap().unwrap();
    assert_eq!((job.kind, job.record), (JobKind::FilePhoto, PHOTO));
    store.finish_job(&job, crate::JobEffect::Kept { at_ms: NOW }, NOW).await.unwrap();
    let new = NewDevice {
        device_id: device(9),
        public_key: "k".into(),
        recipient: "age1".into(),
        model: "m".into(),
        former: None,
    };
    assert_eq!(store.redeem_code("unused", NOW, new).await.unwrap().staff.id.as_str(), "a9");
    // People from before there were mobile numbers are read as they are, and get one.
    let mut person = store.staff(&"a1".into()).await.unwrap().unwrap();
    assert_eq!((person.extension.as_str(), person.mobile.as_str()), ("2100", ""));
    person.mobile = "000-0000-2100".into();
    assert_eq!(store.import_staff(vec![person], NOW).await.unwrap().changed, 1);
    assert_eq!(store.staff(&"a1".into()).await.unwrap().unwrap().mobile, "000-0000-2100");
    sound(store).await;
}

pub async fn a_filled_database_is_as_it_was_left(store: Store) {
    fill(&store).await;
    check(&store).await;
}

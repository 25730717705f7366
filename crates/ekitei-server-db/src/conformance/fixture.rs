//! One database with a row of every sort, under fixed ids: filled once and kept as a file for every past schema, then
//! opened and checked by today's code.

use super::kit::*;
use super::rooms::WORKING;
use crate::{BlobRow, Caller, Incoming, JobKind, NewDevice, NewUpload, RoomAsk, Work};
use ekitei_model::chat::{message, room};
use ekitei_model::kinds::{self, Variant, photo};
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
    push_in(store, n, staff, (Lane::Records, first), ops, NOW).await
}

async fn push_in(
    store: &Store,
    n: u128,
    staff: &str,
    (lane, first): (Lane, u64),
    ops: &[Operation],
    now_ms: i64,
) -> Vec<PushResult> {
    let lines: Vec<Incoming> = ops.iter().map(incoming).collect();
    let header = PushHeader {
        proto: 1,
        epoch: store.epoch().await.unwrap(),
        lane,
        generation: 1,
        first,
        count: ops.len() as u32,
        runs: true,
    };
    store.apply_push(&caller(n, staff), &header, lines, now_ms).await.unwrap().results
}

const ROOM: RecordId = id(20);
const SAID: RecordId = id(21);
const HELD: RecordId = id(22);
const DISASTER: RecordId = id(24);
const CALL: RecordId = id(25);
/// 2026-11-20 20:00 in Japan, a Friday; the next working morning.
const EVENING: i64 = WORKING + 10 * 3_600_000;
const MONDAY: i64 = EVENING + (2 * 24 + 12) * 3_600_000 + 45 * 60_000;

/// What is said by day and in the evening, and a call: who pushes it, when.
fn talk() -> [(u128, &'static str, i64, Vec<Operation>); 3] {
    let group = |of: RecordId, kind: &str, by: &str, others: &[&str]| {
        let f = fields([("type", kind.into()), ("name", "当番".into()), ("history", "all".into())]);
        let mut ops = vec![create(of, kinds::ROOM, &Scope::Room(of), None, f)];
        for who in std::iter::once(&by).chain(others) {
            let role = if *who == by { "admin" } else { "member" };
            let f = fields([("staff", (*who).into()), ("role", role.into()), ("state", "member".into())]);
            let member = room::member_id(of, &(*who).into());
            ops.push(create(member, kinds::ROOM_MEMBER, &Scope::Room(of), None, f));
        }
        ops
    };
    let scope = Scope::Room(ROOM);
    let says =
        |record, text: &str| create(record, kinds::MESSAGE, &scope, None, fields([("text", text.into())]));
    let mut day = group(ROOM, "group", "a1", &["b1"]);
    day.push(says(SAID, "朝礼は9時"));
    let mark = message::reaction_id(SAID, &"a1".into(), "ryokai");
    day.push(create(mark, kinds::REACTION, &scope, Some(SAID), fields([("mark", "ryokai".into())])));
    let hung = create(id(23), kinds::PIN, &scope, Some(HELD), fields([]));
    let pin = Operation { record: message::pin_id(HELD), ..hung };
    let evening = vec![says(HELD, "夜分に"), pin];
    let mut call = group(DISASTER, "disaster", "root", &["a1"]);
    let f =
        fields([("text", "震度5弱".into()), ("sections", vec![A].into()), ("asks", vec!["safety"].into())]);
    call.push(create(CALL, kinds::CALL, &Scope::Room(DISASTER), None, f));
    let mut n = 100;
    let mut count = |ops: Vec<Operation>| -> Vec<Operation> {
        ops.into_iter()
            .map(|o| {
                n += 1;
                numbered(n, o)
            })
            .collect()
    };
    [(1, "a1", WORKING, count(day)), (1, "a1", EVENING, count(evening)), (4, "root", EVENING, count(call))]
}

/// Rooms, which came with the fourth schema.
pub async fn fill_rooms(store: &Store) {
    store.create_code(&"root".into(), "code-root", NOW + 1).await.unwrap();
    let new = NewDevice {
        device_id: device(4),
        public_key: "code-root".into(),
        recipient: "age1".into(),
        model: "m".into(),
        former: None,
    };
    store.redeem_code("code-root", NOW, new).await.unwrap();
    let mut first = 1;
    for (n, staff, now_ms, ops) in talk() {
        let at = (Lane::Chat, if n == 1 { first } else { 1 });
        push_in(store, n, staff, at, &ops, now_ms).await;
        first += ops.len() as u64;
    }
}

/// What was held is delivered by today's program; everything is known.
pub async fn check_rooms(store: &Store) {
    let (a1, b1) = (caller(1, "a1"), caller(3, "b1"));
    let mut first = 1;
    let mut outcomes = Vec::new();
    for (n, staff, now_ms, ops) in talk() {
        let at = (Lane::Chat, if n == 1 { first } else { 1 });
        outcomes.push(push_in(store, n, staff, at, &ops, now_ms).await);
        first += ops.len() as u64;
    }
    assert!(outcomes[0].iter().all(|r| matches!(r.outcome, Outcome::Applied { .. })), "{outcomes:?}");
    assert!(matches!(outcomes[1][0].outcome, Outcome::Held { until_ms: MONDAY, .. }), "{outcomes:?}");
    let page = store.room_page(&a1, ROOM, RoomAsk::Newest, 50).await.unwrap();
    assert_eq!((page.messages.len(), page.attached.len(), page.held.len()), (1, 1, 1));
    assert_eq!(store.room_page(&b1, ROOM, RoomAsk::Newest, 50).await.unwrap().held.len(), 0);
    assert_eq!(store.release_held(MONDAY - 1).await.unwrap().count, 0);
    assert_eq!(store.release_held(MONDAY).await.unwrap().count, 1);
    let page = store.room_page(&b1, ROOM, RoomAsk::Newest, 50).await.unwrap();
    assert!(page.messages[0].contains("朝礼は9時") && page.messages[1].contains("夜分に"), "{page:?}");
    assert_eq!((page.pinned, page.held.len()), (vec![HELD], 0));
    let calls = store.calls(&a1, 9).await.unwrap();
    assert!(calls.len() == 1 && calls[0].contains("震度5弱"));
    sound(store).await;
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

/// `rooms`: of [`fill_rooms`], too.
pub async fn check(store: &Store, rooms: bool) {
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
        if rooms { (20, 3, 1, 1, 1) } else { (9, 1, 1, 1, 1) }
    );
    let devices = if rooms { 4 } else { 3 };
    assert_eq!((c.blobs, c.blob_bytes, c.devices_active, c.jobs.waiting), (1, 7, devices, 1));
    assert_eq!(store.phones_active().await.unwrap(), devices);
    assert_eq!(store.work(NOW).await.unwrap(), Work { jobs_open: 1, ..Work::default() });
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
    fill_rooms(&store).await;
    check(&store, true).await;
    check_rooms(&store).await;
}
